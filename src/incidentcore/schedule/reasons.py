"""Explanations of why intervals of time are open or closed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.instants import Interval
from incidentcore.schedule.civil import BASE, Edges, Part
from incidentcore.schedule.spans import join_neighbors

OPEN: Final = "open"
OUT_OF_HOURS: Final = "out_of_hours"
MAINTENANCE: Final = "maintenance"
CLOSED_IN: Final = "closed_in"


@attrs.frozen
class OpenReason(SharedRepr):
    """An interval of time, and the reason why a calendar is open or closed during it.

    Attributes:
        interval: The interval, in UTC.
        code: A stable code: ``open``, ``out_of_hours``, ``holiday``, ``break``, ``maintenance``, or
            ``closed_in`` for the hours of a calendar that was subtracted.
        name: The name of the holiday, break, maintenance or calendar; empty if it has none.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Interval
    >>> from incidentcore.schedule import OpenReason
    >>> day = Interval(datetime(2026, 12, 25, tzinfo=UTC), datetime(2026, 12, 26, tzinfo=UTC))
    >>> OpenReason(day, "holiday", "Christmas Day").text
    'holiday Christmas Day'
    """

    interval: Interval
    code: str
    name: str = ""

    @property
    def is_open(self) -> bool:
        """Return whether the calendar is open in the interval."""
        return self.code == OPEN

    @property
    def text(self) -> str:
        """Return the reason as text, such as "out of hours" or "holiday Christmas Day"."""
        if self.code == CLOSED_IN:
            return f"closed in {self.name}" if self.name else "closed"
        words = self.code.replace("_", " ")
        return f"{words} {self.name}" if self.name else words


def fill(
    windows: Edges, low: timedelta, high: timedelta, closures: Iterable[Part] = ()
) -> Iterator[Part]:
    """Yield the intervals of ``[low, high)``, open or closed, each with its reason.

    ``closures`` are the closed intervals whose reason is not out of hours, in order of start. If
    two overlap, the earlier one applies; the open ``windows`` take precedence over all of them.
    """
    known = deque(closures)
    at = low
    for opens, closes in [*windows, (high, high)]:
        while known and known[0][1] <= at:
            known.popleft()
        for start, end, code, name in known:
            if start >= opens:
                break
            begin, stop = max(start, at), min(end, opens)
            if begin >= stop:
                continue
            if at < begin:
                yield at, begin, OUT_OF_HOURS, ""
            yield begin, stop, code, name
            at = stop
        if at < opens:
            yield at, opens, OUT_OF_HOURS, ""
        if opens < closes:
            yield opens, closes, OPEN, ""
        at = closes


def overlay(
    left: Iterable[Part], right: Iterable[Part]
) -> Iterator[tuple[timedelta, timedelta, tuple[str, str], tuple[str, str]]]:
    """Yield the pieces of a span cut at the edges of two partitions, with the reason in each."""
    ones, others = iter(left), iter(right)
    one, other = next(ones, None), next(others, None)
    while one is not None and other is not None:
        start, end = max(one[0], other[0]), min(one[1], other[1])
        yield start, end, one[2:], other[2:]
        if one[1] == end:
            one = next(ones, None)
        if other[1] == end:
            other = next(others, None)


def as_reasons(parts: Iterable[Part]) -> Iterator[OpenReason]:
    """Yield an ``OpenReason`` for each interval, with adjacent intervals of one reason joined."""
    for start, end, code, name in join_neighbors(parts, _both):
        yield OpenReason(Interval(BASE + start, BASE + end), code, name)


def _both(part: Part, after: Part) -> Part | None:
    alike = part[1] == after[0] and part[2:] == after[2:]
    return (part[0], after[1], *part[2:]) if alike else None
