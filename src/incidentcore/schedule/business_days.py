"""Business days: counting the dates that have open time (rule C8)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from incidentcore.schedule.civil import BASE, day_bounds, instant_of
from incidentcore.schedule.search import Cover, measure, next_open, previous_close

_ZERO = timedelta()
_TICK = timedelta.resolution


def add_days(
    cover: Cover,
    zone: ZoneInfo,
    start: timedelta,
    n: int,
    *,
    is_business_day: Callable[[date], bool],
    end_of_day: bool,
    bound: timedelta,
) -> timedelta | None:
    """Return the instant ``n`` business days later, or None if that is beyond the bound.

    See ``Engine.add_business_days``. Instants are distances from ``BASE``; ``bound`` is the last
    one to consider, or the first if ``n`` is negative.
    """
    at: timedelta | None = start
    day, time = _civil(zone, start)
    if not is_business_day(day):
        at = previous_close(cover, start, bound) if n < 0 else next_open(cover, start, bound)
        if at is None:
            return None
        # A closing edge at midnight is 24:00 of the date that it ends.
        day, time = _civil(zone, at - _TICK if n < 0 else at)
        time = time + _TICK if n < 0 else time
    step = -1 if n < 0 else 1
    # The end of the same day is that of the next business day if the start is after its closing.
    is_over = end_of_day and not n and _closing(cover, zone, day) < start
    for _ in range(abs(n) + is_over):
        while True:
            day = date.fromordinal(day.toordinal() + step)
            low, high = day_bounds(zone, day)
            if (high < bound) if n < 0 else (low > bound):
                return None
            if is_business_day(day):
                break
    if end_of_day:
        return _closing(cover, zone, day)
    if n:
        at = instant_of(zone, day.toordinal(), time)
    assert at is not None  # noqa: S101  set above on every path
    return _settle(cover, at, bound, backward=n < 0)


def _civil(zone: ZoneInfo, at: timedelta) -> tuple[date, timedelta]:
    """Return the civil date of an instant and its wall time since midnight."""
    wall = (BASE + at).astimezone(zone).replace(tzinfo=None)
    return wall.date(), wall - datetime.combine(wall.date(), datetime.min.time())


def has_open_time(cover: Cover, zone: ZoneInfo, day: date) -> bool:
    """Return whether a calendar is open at any time on a date in its time zone."""
    low, high = day_bounds(zone, day)
    return low < high and measure(cover, low, high) > _ZERO


def _closing(cover: Cover, zone: ZoneInfo, day: date) -> timedelta:
    """Return the last closing instant of a date with open time, at the latest its midnight."""
    low, high = day_bounds(zone, day)
    if cover(high - _TICK, high).is_open(high - _TICK):
        return high
    closing = previous_close(cover, high, low)
    # Not "or": the close at the base instant of the index is a zero timedelta.
    return high if closing is None else closing


def _settle(cover: Cover, at: timedelta, bound: timedelta, *, backward: bool) -> timedelta | None:
    """Keep an instant inside a window or on its closing edge; move any other into open time."""
    if cover(at, at).is_open(at) or cover(at - _TICK, at).is_open(at - _TICK):
        return at
    return previous_close(cover, at, bound) if backward else next_open(cover, at, bound)
