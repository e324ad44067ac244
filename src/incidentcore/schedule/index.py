"""The index behind every query: a sorted list of opening and closing times, searched by bisection.

Edges are ``timedelta`` from one base, so each step of a query runs in C and is exact to the
microsecond (rule T4). For a distance ``x`` from the base, ``i = bisect_right(edges, x)`` is odd if
the calendar is open. ``offsets[i] + x`` (open) or ``offsets[i]`` (closed) is the open time since
the index begins; the difference of two such values is the open time between them.

Before its first and after its last instant, an index has None as its offset: arithmetic with it
raises TypeError, which tells a query, at no cost, to extend the index.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.instants import EARLIEST, LATEST
from incidentcore.schedule.civil import BASE, Edges, offset_changes, utc_offset

_ZERO = timedelta()
HORIZON: Final = timedelta(days=7_305)  # twenty years (rule C6)
_MOST_YEARS = 64  # what one index may hold: about 5 MB; a longer range goes in pieces


@attrs.define(eq=False)
class Index(SharedRepr):
    """The open windows between two instants, prepared for searching; never changed once built."""

    low: timedelta  # the first instant, as its distance from the base
    high: timedelta  # the first instant after the index
    edges: list[timedelta]  # when the calendar opens and closes
    # What converts an instant between edges to open time, and open time to a deadline. Typed Any:
    # None marks what lies outside, and the hot path must not test for it.
    offsets: list[Any]
    totals: list[timedelta]  # the open time from ``low`` to each closing edge
    shifts: list[Any]
    origin: datetime  # the base; in a wall index, in the zone of the calendar
    is_narrow: bool = attrs.field(init=False)  # whether any search stays within the default horizon
    wall: Index = attrs.field(init=False, repr=False)  # in local time; EMPTY until needed

    def __attrs_post_init__(self) -> None:
        self.is_narrow = self.high - self.low <= HORIZON

    def open_until(self, at: timedelta) -> timedelta:
        """Return the open time from the index's start to an instant in ``[low, high]``."""
        if at >= self.high:
            return self.totals[-1] if self.totals else _ZERO
        place = bisect_right(self.edges, at)
        offset: timedelta = self.offsets[place]
        return offset + at if place & 1 else offset

    def spend(self, at: timedelta, budget: timedelta) -> timedelta | None:
        """Return when ``budget`` of open time has passed since ``at``; None if not in the index."""
        target = self.open_until(at) + budget
        place = bisect_left(self.totals, target)
        if place == len(self.totals):
            return None
        offset: timedelta = self.offsets[2 * place + 3]
        return target - offset

    def spend_back(self, at: timedelta, budget: timedelta) -> timedelta | None:
        """Return the latest instant with ``budget`` of open time before ``at``; None if outside."""
        before = self.open_until(at)
        if budget > before:
            return None
        target = before - budget
        place = bisect_right(self.totals, target)
        offset: timedelta = self.offsets[2 * place + 3]
        return target - offset

    def is_open(self, at: timedelta) -> bool:
        """Return whether an instant in ``[low, high)`` is open."""
        return bool(bisect_right(self.edges, at) & 1)

    def next_opening(self, at: timedelta) -> timedelta | None:
        """Return the first opening after an instant in ``[low, high)``; None if there is none."""
        place = (bisect_right(self.edges, at) + 1) & ~1
        return self.edges[place] if place < len(self.edges) - 1 else None

    def next_closing(self, at: timedelta) -> timedelta | None:
        """Return the first closing after an instant; None if it is not before the index ends."""
        place = bisect_right(self.edges, at) | 1
        found = self.edges[place] if place < len(self.edges) - 1 else self.high
        return found if found < self.high else None

    def last_closing(self, at: timedelta) -> timedelta | None:
        """Return the last closing at or before an instant; None if there is none in the index."""
        place = (bisect_right(self.edges, at) & ~1) - 1
        return self.edges[place] if place > 2 else None

    @property
    def is_cut(self) -> bool:
        """Return whether a window is still open at the end of the index."""
        return bool(self.totals) and self.edges[-2] == self.high

    def windows(self, start: timedelta, end: timedelta) -> Edges:
        """Return the open windows within ``[start, end)``, clipped to it."""
        first = (bisect_right(self.edges, start) - 1) // 2
        found: Edges = []
        for place in range(max(first, 1), len(self.totals) + 1):
            opens, closes = self.edges[2 * place], self.edges[2 * place + 1]
            if opens >= end:
                break
            if closes > start:
                found.append((max(opens, start), min(closes, end)))
        return found


def compile_index(spans: Edges, low: timedelta, high: timedelta) -> Index:
    """Return the index of windows, which must be in order, disjoint and within ``[low, high]``."""
    # The first two edges enclose nothing, so that odd places are open ones.
    edges = [low, low]
    offsets: list[timedelta | None] = [None, None, _ZERO]
    totals: list[timedelta] = []
    shifts: list[datetime | None] = []
    total = _ZERO
    for opens, closes in spans:
        edges.append(opens)
        edges.append(closes)
        offsets.append(total - opens)
        total = total + (closes - opens)
        offsets.append(total)
        totals.append(total)
        shifts.append(BASE + (closes - total))
    edges.append(high)
    offsets.append(None)
    shifts.append(None)
    index = Index(low, high, edges, offsets, totals, shifts, BASE)
    index.wall = EMPTY
    return index


EMPTY = Index(_ZERO, _ZERO, [_ZERO] * 3, [None] * 4, [], [None], BASE)
EMPTY.wall = EMPTY


def wall_index(index: Index, zone: ZoneInfo) -> Index:
    """Return the same windows in the local time of a zone.

    Python subtracts two datetimes of one zone as local times, which is several times faster than a
    conversion to UTC, and correct if the UTC offset does not change between them. Hours that a
    change skips or repeats are left out: there the index returns None, and the query uses UTC.
    """
    edges: list[timedelta] = []
    offsets: list[Any] = [None]

    def put(edge: timedelta, offset: timedelta | None, *, is_open: bool = False) -> None:
        if (len(edges) + 1) % 2 != is_open:
            edges.append(edge)  # an empty stretch, so that odd places stay the open ones
            offsets.append(None)
        edges.append(edge)
        offsets.append(offset)

    begin, shift = index.low, utc_offset(zone, index.low)
    before = shift
    end = (index.high, shift, utc_offset(zone, index.high))
    for change, _, after in [*offset_changes(zone, index.low, index.high), end]:
        first = begin + max(before, shift)  # in wall time
        last = change + min(shift, after)
        if first < last:
            put(first, index.open_until(first - shift))
            for opens, closes in index.windows(first - shift, last - shift):
                put(opens + shift, index.open_until(opens) - opens - shift, is_open=True)
                put(closes + shift, index.open_until(closes))
            put(last, None)
        begin, before, shift = change, shift, after
    origin = BASE.replace(tzinfo=zone)
    return Index(index.low, index.high, edges, offsets, index.totals, index.shifts, origin)


def wanted_range(index: Index, low: timedelta, high: timedelta) -> tuple[timedelta, timedelta]:
    """Return the range that the next index should cover, given that ``[low, high)`` is needed.

    The range consists of whole years. It is at least twice as long as the previous range, so that
    it is seldom extended, but never longer than 64 years: longer spans are computed in pieces.
    """
    first, last = (BASE + low).year, (BASE + high).year + 1
    last = min(last, first + _MOST_YEARS)
    if index is not EMPTY:
        old_first, old_last = (BASE + index.low).year, (BASE + index.high).year
        size = old_last - old_first
        if first < old_first:
            joined = (max(min(first, old_first - size), last - _MOST_YEARS), old_last)
        else:
            joined = (old_first, min(max(last, old_last + size), old_first + _MOST_YEARS))
        if joined[1] - joined[0] <= _MOST_YEARS and joined[0] <= first and last <= joined[1]:
            first, last = joined
    return _year(first), _year(last)


def _year(year: int) -> timedelta:
    bounded = min(max(year, EARLIEST.year), LATEST.year)
    return datetime(bounded, 1, 1, tzinfo=UTC) - BASE
