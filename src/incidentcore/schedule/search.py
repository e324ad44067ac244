"""Searches through business time, which extend the index as needed, up to a limit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from incidentcore._checks import need_kind, need_span
from incidentcore.errors import InvalidValueError
from incidentcore.instants import EARLIEST, LATEST
from incidentcore.schedule.civil import BASE
from incidentcore.schedule.index import Index

Cover = Callable[[timedelta, timedelta], Index]
"""Return an index that holds the first instant, and reaches toward the second."""

_ZERO = timedelta()
_TICK = timedelta.resolution
_FIRST = EARLIEST - BASE
_LAST = LATEST - BASE


def check_budget(budget: timedelta, instead: str) -> timedelta:
    """Raise an error if a budget is negative or not a duration; it names the method to use (T5)."""
    allowed = "a timedelta of open time, such as timedelta(hours=4)"
    need_kind("budget", budget, timedelta, allowed=allowed)
    if budget < _ZERO:
        raise InvalidValueError(
            "budget", budget, f"a duration of zero or more; {instead} counts the other way"
        )
    if type(budget) is not timedelta:  # a subclass such as a data frame's
        if getattr(budget, "nanoseconds", 0):
            raise InvalidValueError("budget", budget, "a timedelta of whole microseconds")
        return timedelta(budget.days, budget.seconds, budget.microseconds)
    return budget


def _check_horizon(horizon: object) -> timedelta:
    need_span("horizon", horizon, allowed="a timedelta of zero or more")
    return horizon  # type: ignore[return-value]  # a span


def limit_of(at: timedelta, horizon: timedelta) -> timedelta:
    """Return the instant at which a forward search gives up."""
    return _LAST if _check_horizon(horizon) > _LAST - at else at + horizon


def floor_of(at: timedelta, horizon: timedelta) -> timedelta:
    """Return the instant at which a backward search gives up."""
    return _FIRST if _check_horizon(horizon) > at - _FIRST else at - horizon


def measure(cover: Cover, low: timedelta, high: timedelta) -> timedelta:
    """Return the open time between two instants, computed in pieces if they are far apart."""
    total = _ZERO
    while low < high:
        index = cover(low, high)
        stop = min(high, index.high)
        total += index.open_until(stop) - index.open_until(low)
        low = stop
    return total


def spend(
    cover: Cover, at: timedelta, budget: timedelta, limit: timedelta
) -> tuple[timedelta | None, timedelta]:
    """Return when open time has passed (None if beyond ``limit``), and what is left."""
    left = budget
    while at < limit:
        index = cover(at, at)
        found = index.spend(at, left)
        if found is not None and found <= limit:
            return found, _ZERO
        stop = min(limit, index.high)
        left -= index.open_until(stop) - index.open_until(at)
        at = stop
    return None, left


def spend_back(
    cover: Cover, at: timedelta, budget: timedelta, floor: timedelta
) -> tuple[timedelta | None, timedelta]:
    """Return from when open time is left until ``at`` (or None), and what is missing."""
    left = budget
    while at > floor:
        index = cover(at - _TICK, at)
        found = index.spend_back(at, left)
        if found is not None and found >= floor:
            return found, _ZERO
        stop = max(floor, index.low)
        left -= index.open_until(at) - index.open_until(stop)
        at = stop
    return None, left


def next_open(cover: Cover, at: timedelta, limit: timedelta) -> timedelta | None:
    """Return the earliest open instant at or after ``at``; None if it is beyond ``limit``."""
    while at < _LAST:
        index = cover(at, at)
        if index.is_open(at):
            return at
        found = index.next_opening(at)
        if found is not None:
            return found if found <= limit else None
        at = index.high
        if at > limit:
            break
    return None


def next_close(cover: Cover, at: timedelta, limit: timedelta) -> timedelta | None:
    """Return the earliest instant after ``at`` at which a window ends; None if beyond ``limit``."""
    was_open = False
    while at < _LAST and at <= limit:
        index = cover(at, at)
        if was_open and not index.is_open(at):
            return at
        found = index.next_closing(at)
        if found is not None:
            return found if found <= limit else None
        was_open, at = index.is_cut, index.high
    return None


def previous_close(cover: Cover, at: timedelta, floor: timedelta) -> timedelta | None:
    """Return the last closing at or before a closed instant; None if it is before ``floor``."""
    while at > floor:
        index = cover(at - _TICK, at)
        found = index.last_closing(at)
        if found is not None:
            return found if found >= floor else None
        at = index.low
    return None
