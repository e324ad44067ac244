"""The queries of a calendar, computed from an index that grows on demand.

The two hot paths, :meth:`Engine.open_time` and :meth:`Engine.deadline`, repeat the code of
:class:`~incidentcore.schedule.index.Index` inline: a call costs as much as the whole search.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from incidentcore._checks import is_whole
from incidentcore.errors import InvalidIntervalError, InvalidValueError, UnreachableDeadlineError
from incidentcore.instants import Interval, as_utc, as_zone
from incidentcore.schedule import business_days as days
from incidentcore.schedule import search
from incidentcore.schedule.civil import BASE, Edges
from incidentcore.schedule.index import (
    EMPTY,
    HORIZON,
    Index,
    compile_index,
    wall_index,
    wanted_range,
)
from incidentcore.schedule.protocol import Boundary, Calendar
from incidentcore.schedule.spans import clip, join, merge

_ZERO = timedelta()


class Engine(ABC):
    """The base class that computes all queries but explanations from ``windows`` and ``zone``."""

    __slots__ = ("_index",)

    zone: ZoneInfo
    _index: Index

    def __new__(cls, *args: object, **kwargs: object) -> Self:  # noqa: ARG004  for the subclass
        """Start with an empty index, before any code of the subclass runs."""
        self = super().__new__(cls)
        object.__setattr__(self, "_index", EMPTY)  # works for frozen subclasses too
        return self

    def __getstate__(self) -> object:
        state: Any = object.__getstate__(self)  # a pair, since the index is a slot
        own, slots = state
        return own, {name: value for name, value in slots.items() if name != "_index"}

    @abstractmethod
    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the open windows within ``[start, end)``, clipped to it, in order and disjoint."""

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time in ``[start, end)``, two instants in any zone.

        The result is exact to the microsecond and correct when clocks change.

        Raises:
            NaiveDatetimeError: A datetime carries no offset (rule T1).
            InvalidIntervalError: The end is before the start (rule T3).
        """
        # The shortest way; unusual input raises or falls through, and the
        # careful way below answers or refuses it.
        try:
            index = self._index
            # A subclass may subtract otherwise than by the wall clock: pandas 3 does.
            if start.tzinfo is self.zone is end.tzinfo and type(start) is type(end) is datetime:
                index = index.wall
            low = start - index.origin
            high = end - index.origin
            edges = index.edges
            offsets = index.offsets
            first = bisect_right(edges, low)
            last = bisect_right(edges, high)
            if first < last or low <= high:
                total = (offsets[last] + high if last & 1 else offsets[last]) - (
                    offsets[first] + low if first & 1 else offsets[first]
                )
                if type(total) is timedelta:
                    return total
        except (AttributeError, TypeError):
            pass
        return self._open_time(start, end)

    def _open_time(self, start: datetime, end: datetime) -> timedelta:
        low, high = self._span(start, end)
        total = search.measure(self._cover, low, high)
        self._learn_wall(start)
        return total

    def deadline(
        self,
        start: datetime,
        budget: timedelta,
        *,
        boundary: Boundary = "close",
        horizon: timedelta = HORIZON,
    ) -> datetime:
        """Return the earliest instant at which an amount of open time has passed (rule T5).

        Args:
            start: The instant at which counting begins, in any zone.
            budget: The amount of open time; if it is zero, the deadline is the start itself.
            boundary: What to return if no time counts between the deadline and the next opening:
                the deadline (``"close"``), or that opening (``"next_open"``).
            horizon: How far to search, in wall-clock time.

        Returns:
            The deadline in UTC.

        Raises:
            InvalidValueError: The budget is negative; use ``deadline_before`` to count backward.
            UnreachableDeadlineError: The calendar has too little open time within the horizon.
        """
        try:
            if boundary == "close" and horizon is HORIZON:
                local = index = self._index
                if start.tzinfo is self.zone and type(start) is datetime:
                    local = index.wall
                at = start - local.origin
                place = bisect_right(local.edges, at)
                offset = local.offsets[place]
                target = (offset + at if place & 1 else offset) + budget
                due = index.shifts[bisect_left(index.totals, target)] + target
                is_near = index.is_narrow or due - start <= HORIZON
                if is_near and budget > _ZERO and type(due) is datetime:
                    return due
        except (AttributeError, OverflowError, TypeError):
            pass
        return self._deadline(start, budget, boundary, horizon)

    def _deadline(
        self, start: datetime, budget: timedelta, boundary: Boundary, horizon: timedelta
    ) -> datetime:
        since = as_utc(start, "start")
        budget = search.check_budget(budget, "deadline_before")
        if boundary not in ("close", "next_open"):
            raise InvalidValueError("boundary", boundary, '"close" or "next_open"')
        at = since - BASE
        limit = search.limit_of(at, horizon)
        if budget > limit - at:  # not even if it were always open; sums stay within a timedelta
            unspent = budget - search.measure(self._cover, at, limit)
            raise UnreachableDeadlineError(since, budget, unspent)
        if budget:
            found, unspent = search.spend(self._cover, at, budget, limit)
            if found is None:
                raise UnreachableDeadlineError(since, budget, unspent)
            at = found
        self._learn_wall(start)
        if boundary == "close":
            return BASE + at
        opening = search.next_open(self._cover, at, limit)
        if opening is None:
            raise UnreachableDeadlineError(since, budget, _ZERO)
        return BASE + opening

    def deadline_before(
        self, end: datetime, budget: timedelta, *, horizon: timedelta = HORIZON
    ) -> datetime:
        """Return the latest instant from which a budget of open time is left until ``end`` (T5).

        This is the greatest instant ``t`` with ``open_time(t, end) == budget``, in UTC; ``end``
        itself for a budget of zero. ``horizon`` is how far back to search, in wall-clock time.

        Raises:
            InvalidValueError: The budget is negative; use ``deadline`` to count forward.
            UnreachableDeadlineError: The calendar has too little open time within the horizon.
        """
        since = as_utc(end, "end")
        budget = search.check_budget(budget, "deadline")
        at = since - BASE
        floor = search.floor_of(at, horizon)
        if not budget:
            return since
        found, unspent = search.spend_back(self._cover, at, budget, floor)
        if found is None:
            raise UnreachableDeadlineError(since, budget, unspent)
        return BASE + found

    def is_open(self, at: datetime) -> bool:
        """Return whether the calendar is open at an instant; at a closing time it is not (T3)."""
        when = as_utc(at) - BASE
        return self._cover(when, when).is_open(when)

    def next_open(self, at: datetime, *, horizon: timedelta = HORIZON) -> datetime:
        """Return the earliest open instant at or after ``at`` (rule C9).

        ``horizon`` is how far to search, in wall-clock time.

        Raises:
            UnreachableDeadlineError: Nothing opens within the horizon.
        """
        return self._search(search.next_open, at, horizon)

    def next_close(self, at: datetime, *, horizon: timedelta = HORIZON) -> datetime:
        """Return the earliest instant after ``at`` at which a window ends (rule C9).

        Windows that touch, even at midnight, count as one. ``horizon`` is how far to search, in
        wall-clock time.

        Raises:
            UnreachableDeadlineError: Nothing closes within the horizon.
        """
        return self._search(search.next_close, at, horizon)

    def _search(
        self,
        find: Callable[[search.Cover, timedelta, timedelta], timedelta | None],
        at: datetime,
        horizon: timedelta,
    ) -> datetime:
        since = as_utc(at)
        when = since - BASE
        found = find(self._cover, when, search.limit_of(when, horizon))
        if found is None:
            raise UnreachableDeadlineError(since, None, None)
        return BASE + found

    def add_business_days(
        self, start: datetime, n: int, *, end_of_day: bool = False, horizon: timedelta = HORIZON
    ) -> datetime:
        """Return the instant ``n`` business days later, or earlier for a negative ``n``.

        A business day is a date with open time. A start on any other date first moves to the next
        open instant (backward: to the previous closing time). The result has the same time of day.
        If that is neither open nor a closing time, the result is the next open instant (backward:
        the previous closing time).

        Args:
            start: The instant at which counting begins.
            n: The number of business days; every date with open time counts as one.
            end_of_day: Whether to return the last closing time of the resulting date. With ``n=0``,
                after the last closing time of a date, it is that of the next business day.
            horizon: How far to search, in wall-clock time.

        Raises:
            InvalidValueError: ``n`` is not a whole number.
            UnreachableDeadlineError: There are fewer than ``n`` business days within the horizon.

        Source: rule C8.
        """
        since = as_utc(start, "start")
        if not is_whole(n):
            raise InvalidValueError("n", n, "a whole number of business days")
        at = since - BASE
        bound = search.floor_of(at, horizon) if n < 0 else search.limit_of(at, horizon)
        found = days.add_days(
            self._cover,
            as_zone(self.zone),
            at,
            n,
            is_business_day=self._is_business_day,
            end_of_day=end_of_day,
            bound=bound,
        )
        if found is None:
            raise UnreachableDeadlineError(since, None, None)
        return BASE + found

    def _is_business_day(self, day: date) -> bool:
        """Return whether a date counts; overridden if the windows of a date are known (C8)."""
        return days.has_open_time(self._cover, as_zone(self.zone), day)

    def _open_parts(self, low: timedelta, high: timedelta) -> Edges:
        found: Edges = []
        while low < high:
            index = self._cover(low, high)
            stop = min(high, index.high)
            found.extend(index.windows(low, stop))
            low = stop
        return join(found)

    def _span(self, start: datetime, end: datetime) -> tuple[timedelta, timedelta]:
        low, high = as_utc(start, "start") - BASE, as_utc(end, "end") - BASE
        if high < low:
            raise InvalidIntervalError(start, end)
        return low, high

    def _cover(self, low: timedelta, high: timedelta) -> Index:
        """Return an index that contains ``low`` and reaches as far towards ``high`` as allowed."""
        index = self._index
        if index.low <= low < index.high and high <= index.high:
            return index
        first, last = wanted_range(index, low, high)
        if index.low <= first and last <= index.high and low < index.high:
            return index
        index = compile_index(self._spans(first, last), first, last)
        object.__setattr__(self, "_index", index)  # one assignment: safe between threads
        return index

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        """Return the open windows within ``[low, high)``: disjoint, ascending, joined."""
        return windows_between(self, low, high)

    def _learn_wall(self, at: datetime) -> None:
        """Prepare the index for inputs in the calendar's own zone, once there was one."""
        index = self._index
        if at.tzinfo is self.zone and index.wall is EMPTY and index is not EMPTY:
            index.wall = wall_index(index, self.zone)


def windows_between(calendar: Calendar | Engine, low: timedelta, high: timedelta) -> Edges:
    """Return what ``windows`` of a calendar yields, as times from ``BASE``."""
    found = calendar.windows(BASE + low, BASE + high)
    return clip(merge((window.start - BASE, window.end - BASE) for window in found), low, high)
