"""Group rows that are alike, so that one record gives the result for all of them.

Apart from durations, the KPIs of a row depend on its texts and on the order of its instants, not on
how far apart these are. So rows are numbered by their texts and by how each instant compares with
the others and with those in the definitions. For each number one row is read as a record and
evaluated; all other rows with the number have the same result. Only durations are computed row by
row, from the columns that hold the record's instants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import numpy as np

from incidentcore.frames.clock import Clock
from incidentcore.frames.native import MISSING, Ints
from incidentcore.kpi.engine.accumulators import at_instant, instant
from incidentcore.kpi.periods import Periods, Windows
from incidentcore.schedule import Calendar

Span = tuple[int, int, Calendar | None]
"""The positions of two moments, and the calendar whose open time between them counts."""

_TABLE: Final = 1 << 22
_AT_ONCE: Final = 1 << 12  # from there on keys are made small again
_BYTE: Final = 1 << 8
_SMALL: Final = 1 << 8  # about how many numbers there are


class OddRowError(Exception):
    """Raised if a record has an instant that is not in its row; such rows are read one by one."""


class _Numbers:
    """Numbers distinct keys in the order of their appearance."""

    def __init__(self) -> None:
        self.count = 0
        self._table = np.full(1 << 12, -1, np.int32)
        self._known: dict[int, int] | None = None

    def of(self, keys: Ints) -> Ints:
        largest = int(keys.max(initial=0))
        if self._known is None and largest < _TABLE:
            if largest >= len(self._table):
                more = np.full(max(largest + 1, 2 * len(self._table)) - len(self._table), -1)
                self._table = np.append(self._table, more.astype(np.int32))
            numbers = self._table.take(keys)
            if numbers.min(initial=0) < 0:
                new = np.unique(keys[numbers < 0])
                self._table[new] = np.arange(self.count, self.count + len(new))
                self.count += len(new)
                numbers = self._table.take(keys)
            return numbers.astype(np.int64)
        if self._known is None:
            there = np.flatnonzero(self._table >= 0)
            self._known = dict(zip(there.tolist(), self._table[there].tolist(), strict=True))
        seen, places = np.unique(keys, return_inverse=True)
        known = self._known
        found = [known.setdefault(key, len(known)) for key in seen.tolist()]
        self.count = len(known)
        return np.array(found, np.int64)[places]


def number_rows() -> Any:
    """Return a function that numbers rows, so that rows that are alike have the same number.

    The function takes the instants in the rows, the instants to compare them with and, for each
    column of texts, the index of each row's value among the different values and how many these
    are. It can be called for the parts of a frame one by one.
    """
    steps: list[_Numbers] = []

    def small(keys: Ints, step: int) -> Ints:
        if step == len(steps):
            steps.append(_Numbers())
        return steps[step].of(keys)

    def number(
        moments: Sequence[Ints], instants: Sequence[int], words: Sequence[tuple[Any, int]]
    ) -> tuple[Ints, int]:
        key: Any = np.zeros(len(moments[0] if moments else words[0][0]), np.uint8)
        step, bound = 0, 1  # what the keys stay below; the same in all pieces
        for bit in _bits(moments, instants):
            if bound >= _AT_ONCE:
                key, bound, step = small(key, step), _SMALL, step + 1
            elif bound == _BYTE:
                key = key.astype(np.int64)
            key += key
            key |= bit.view(np.uint8)
            bound += bound
        for places, size in words:
            if bound * size > _TABLE:
                key, bound, step = small(key, step), _SMALL, step + 1
            key = key * np.int64(size) + places
            bound *= size
        return small(key, step), steps[step].count

    return number


def _bits(moments: Sequence[Ints], instants: Sequence[int]) -> Iterator[Any]:
    """Yield whether each moment is present, and whether it lies after or before each other one."""
    other: Any
    for place, one in enumerate(moments):
        yield one > MISSING
        for other in (*instants, *moments[:place]):
            yield one > other
            yield one < other


class Probe:
    """A stand-in for a calendar that records the pairs of instants for which it is called."""

    zone: ZoneInfo = ZoneInfo("UTC")

    def __init__(self) -> None:
        self.asked: list[tuple[datetime, datetime]] = []

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Record the instants, and return zero."""
        self.asked.append((start, end))
        return timedelta()


def place_in(moments: Sequence[int], at: datetime) -> int:
    """Return the position of a record's instant among those of its row and the present instant."""
    try:
        return moments.index(instant(at))
    except ValueError:
        raise OddRowError from None


class Days:
    """The periods of a KPI table, as positions in the list of their names."""

    def __init__(self, windows: Windows, low: int, high: int) -> None:
        within = windows.within
        if within is not None:
            low, high = max(low, instant(within.start)), min(high, instant(within.end))
        self.names: list[str | None] = [None]
        periods = windows.periods
        edges = [low]
        if periods is not None:
            self.names = []
            while edges[-1] <= high:
                self.names.append(periods.label(at_instant(edges[-1])))
                edges.append(instant(periods.interval(self.names[-1] or "").end))
        self.last: int = min(
            high if within is None else instant(within.end) - 1, instant(windows.as_of)
        )
        self.edges: Ints = np.array(edges, np.int64)

    def of(self, at: Ints) -> Ints:
        """Return the position of the period of each instant; -1 if it is in no period."""
        place = np.searchsorted(self.edges, at, "right") - 1
        return np.where((at > self.last) | (place >= len(self.names)), -1, place)


@attrs.define
class Rows:
    """The instants in a part of a frame; the last column is the instant of the computation."""

    range: Callable[[], tuple[int, int]]
    expected: int
    moments: Sequence[Ints] = ()
    clocks: dict[Calendar, Clock] = attrs.field(factory=dict)
    zones: dict[ZoneInfo, Days] = attrs.field(factory=dict)

    def days(self, zone: ZoneInfo) -> Days:
        """Return the days of a zone, computed once."""
        days = self.zones.get(zone)
        if days is None:
            low, high = self.range()
            windows = Windows(Periods("day", zone), at_instant(high))
            days = self.zones[zone] = Days(windows, low, high)
        return days

    def clock(self, calendar: Calendar) -> Clock:
        """Return the ``Clock`` of a calendar for all instants of the frame, computed once."""
        clock = self.clocks.get(calendar)
        if clock is None:
            clock = self.clocks[calendar] = Clock(calendar, *self.range(), rows=self.expected)
        return clock

    def at(self, place: int, rows: Any) -> Ints:
        """Return one column of instants for some rows."""
        column = self.moments[place]
        return column if rows is None or len(column) == 1 else column[rows]

    def times(self, spans: Sequence[Span], rows: Any, size: int) -> Ints:
        """Return the sum of several spans, in microseconds, for each of some rows."""
        if len(spans) == 1 and spans[0][2] is None:
            span = self.at(spans[0][1], rows) - self.at(spans[0][0], rows)
            return span if len(span) == size else np.full(size, span)
        total = np.zeros(size, np.int64)
        for start, stop, calendar in spans:
            first, last = self.at(start, rows), self.at(stop, rows)
            if calendar is None:
                total += last
                total -= first
            else:
                clock = self.clock(calendar)
                total += clock.spent(last)
                total -= clock.spent(first)
        return total
