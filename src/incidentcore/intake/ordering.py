"""Put the items of a stream in time order, allowing for late ones.

Everything before the latest instant seen, minus the allowed lateness, is settled. An item before
that takes effect at the first instant that is not settled, so that the past never changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Final, Generic, TypeVar

from incidentcore.instants import EARLIEST

T = TypeVar("T")

TICK: Final = timedelta(microseconds=1)


class Ordering(Generic[T]):
    """Items by instant, which are released in order once no earlier item is expected.

    An item may be ``lateness`` late; everything before ``settled`` was already released.
    """

    __slots__ = ("_batches", "_instants", "_next", "lateness", "settled")

    def __init__(
        self, lateness: timedelta, settled: datetime, pending: Iterable[tuple[datetime, T]]
    ) -> None:
        self.lateness: timedelta = lateness
        self.settled: datetime = settled
        self._next: list[T] = []  # at ``settled`` itself: the only ones if nothing may be late
        self._batches: dict[datetime, list[T]] = {}
        self._instants: list[datetime] = []
        for at, item in pending:
            self.put(at, item)

    def edge(self, seen: datetime) -> datetime:
        """Return the instant before which everything is settled, given the latest instant seen."""
        return seen - self.lateness if seen - EARLIEST > self.lateness else EARLIEST

    def put(self, at: datetime, item: T) -> None:
        """Add an item at its instant, or, if that was released already, at ``settled``."""
        if at <= self.settled:
            self._next.append(item)
        elif at in self._batches:
            self._batches[at].append(item)
        else:
            self._batches[at] = [item]
            heappush(self._instants, at)

    def release(self, edge: datetime) -> list[tuple[datetime, list[T]]]:
        """Remove and return, in order, the items before an instant, which becomes ``settled``."""
        if edge <= self.settled:
            return []
        found = [(self.settled, self._next)] if self._next else []
        instants = self._instants
        while instants and instants[0] < edge:
            at = heappop(instants)
            found.append((at, self._batches.pop(at)))
        self.settled = edge
        self._next = []
        if instants and instants[0] == edge:
            self._next = self._batches.pop(heappop(instants))
        return found

    @property
    def first(self) -> datetime | None:
        """Return the earliest instant of a pending item; None if nothing is pending."""
        if self._next:
            return self.settled
        return self._instants[0] if self._instants else None

    def pending(self) -> Iterator[tuple[datetime, list[T]]]:
        """Yield each instant with its pending items, in order."""
        if self._next:
            yield self.settled, self._next
        for at in sorted(self._instants):
            yield at, self._batches[at]
