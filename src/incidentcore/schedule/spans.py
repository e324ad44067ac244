"""Windows as ascending pairs of start and end, and the set operations on them.

A window is in seconds of a date, or in ``timedelta`` from one base instant; the functions do not
mind which.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from operator import itemgetter
from typing import TypeVar

Edge = TypeVar("Edge", int, timedelta)
T = TypeVar("T")


def join_neighbors(items: Iterable[T], both: Callable[[T, T], T | None]) -> Iterator[T]:
    """Yield items in order, with neighbors joined while ``both`` returns one item for the two."""
    held: T | None = None
    for item in items:
        joined = None if held is None else both(held, item)
        if held is not None and joined is None:
            yield held
        held = item if joined is None else joined
    if held is not None:
        yield held


def join(spans: Iterable[tuple[Edge, Edge]]) -> list[tuple[Edge, Edge]]:
    """Return ascending windows with those that touch or overlap joined."""
    found: list[tuple[Edge, Edge]] = []
    last: Edge | None = None
    for start, end in spans:
        if last is None or start > last:
            found.append((start, end))
            last = end
        elif end > last:
            last = end
            found[-1] = (found[-1][0], end)
    return found


def merge(spans: Iterable[tuple[Edge, Edge]]) -> tuple[tuple[Edge, Edge], ...]:
    """Return the union of windows in any order."""
    return tuple(join(sorted(spans)))


def intersect(
    left: Sequence[tuple[Edge, Edge]], right: Sequence[tuple[Edge, Edge]]
) -> list[tuple[Edge, Edge]]:
    """Return the parts of ascending windows that are also in others."""
    found: list[tuple[Edge, Edge]] = []
    one = two = 0
    while one < len(left) and two < len(right):
        start = max(left[one][0], right[two][0])
        end = min(left[one][1], right[two][1])
        if start < end:
            found.append((start, end))
        if left[one][1] <= right[two][1]:
            one += 1
        else:
            two += 1
    return found


def subtract(
    spans: Sequence[tuple[Edge, Edge]], taken: Iterable[tuple[Edge, Edge]]
) -> list[tuple[Edge, Edge]]:
    """Return the parts of ascending windows that are outside others."""
    if not spans:
        return []
    edges = [spans[0][0]]
    for low, high in merge(taken):
        edges += (low, high)
    edges.append(spans[-1][1])
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return intersect(spans, [(start, end) for start, end in gaps if start < end])


def clip(spans: Sequence[tuple[Edge, Edge]], low: Edge, high: Edge) -> list[tuple[Edge, Edge]]:
    """Return ascending windows clipped to ``[low, high)``."""
    first = bisect_right(spans, low, key=itemgetter(1))
    last = bisect_left(spans, high, lo=first, key=itemgetter(0))
    found = list(spans[first:last])
    if found:
        found[0] = (max(found[0][0], low), found[0][1])
        found[-1] = (found[-1][0], min(found[-1][1], high))
    return found
