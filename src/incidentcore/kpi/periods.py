"""Windows of time, and periods: days, weeks, months, quarters or years in a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, need_word
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_utc, as_zone

Unit: TypeAlias = Literal["day", "week", "month", "quarter", "year"]
Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@attrs.frozen
class Periods(SharedRepr):
    """Consecutive windows of time: days, weeks, months, quarters or years in a time zone.

    A record counts in the period of its opening, unless its KPI's ``window_basis`` names another
    time.

    Attributes:
        unit: ``day``, ``week``, ``month``, ``quarter`` or ``year``.
        zone: The time zone of the dates on which the periods begin.
        within: Only what happened in this interval counts; None for no limit. With it, a table has
            a row for each period in the interval that has begun, even without records.
        week_starts: The first weekday of a week. Weeks that start on Monday have ISO names, such as
            ``2026-W23``; other weeks are named by their first date, such as ``2026-05-31``.
        year_starts: The month in which a year and its quarters begin. A year that begins in April
            is named ``2026/27``, its first quarter ``2026/27-Q1``.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.kpi import Periods
    >>> Periods("month", "Europe/Berlin").label(datetime(2026, 5, 31, 22, 30, tzinfo=UTC))
    '2026-06'
    >>> Periods("quarter", year_starts=4).label(datetime(2027, 2, 1, tzinfo=UTC))
    '2026/27-Q4'
    """

    unit: Unit
    zone: ZoneInfo = attrs.field(default=as_zone("UTC"), converter=as_zone)
    within: Interval | None = attrs.field(default=None, kw_only=True)
    week_starts: Weekday = attrs.field(default="mon", kw_only=True)
    year_starts: int = attrs.field(default=1, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_word("unit", self.unit, Unit)
        days = get_args(Weekday) if self.unit == "week" else ("mon",)
        need_word("week_starts", self.week_starts, days)
        months = range(1, 13) if self.unit in ("quarter", "year") else (1,)
        if type(self.year_starts) is not int or self.year_starts not in months:
            allowed = f"a month from 1 to {max(months)} for the unit {self.unit}"
            raise InvalidValueError("year_starts", self.year_starts, allowed)

    def label(self, at: datetime) -> str:
        """Return the name of the period that contains an instant, such as ``"2026-W23"``."""
        local = as_utc(at, "at").astimezone(self.zone)
        return _label(self.unit, local.date(), self._weekday, self.year_starts)

    def interval(self, label: str) -> Interval:
        """Return the interval of a named period, which ends where the next period begins.

        Raises:
            InvalidValueError: No period of this unit has the name, or the period does not end
                before the year 9999.
        """
        try:
            first = _first_day(self.unit, label, self._weekday, self.year_starts)
            found = Interval(self._midnight(first), self._midnight(_next(self.unit, first)))
            if self.label(found.start) == label:
                return found
        except (TypeError, ValueError, OverflowError):
            pass
        example = _label(self.unit, date(2026, 6, 1), self._weekday, self.year_starts)
        allowed = f"the name of a {self.unit} that ends before the year 9999, such as {example!r}"
        raise InvalidValueError("label", label, allowed)

    def labels(self, as_of: datetime) -> list[str]:
        """Return the names of ``within``'s periods that have begun; empty if ``within`` is None."""
        labels: list[str] = []
        if self.within:
            at, end = self.within.start, min(self.within.end, as_utc(as_of, "as_of"))
            while at < end:
                labels.append(self.label(at))
                at = self.interval(labels[-1]).end
        return labels

    @property
    def _weekday(self) -> int:
        return get_args(Weekday).index(self.week_starts)

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


Window: TypeAlias = Interval | Periods | None


@attrs.frozen
class Windows(SharedRepr):
    """A window or periods, as of an instant; outside of ``within`` and after it nothing counts."""

    window: Window
    as_of: datetime
    periods: Periods | None = attrs.field(init=False)
    within: Interval | None = attrs.field(init=False)

    @periods.default
    def _periods(self) -> Periods | None:
        return self.window if isinstance(self.window, Periods) else None

    @within.default
    def _within(self) -> Interval | None:
        return self.window if self.periods is None else self.periods.within  # type: ignore[return-value]

    def period(self, at: datetime | None) -> tuple[str | None] | None:
        """Return the period's name for an instant, as a tuple of one; None if it is outside."""
        within, periods = self.within, self.periods
        if at is None or at > self.as_of:
            return None
        if within is not None and not within.start <= at < within.end:
            return None
        return (None,) if periods is None else (periods.label(at),)

    def touched(self, start: datetime, stop: datetime) -> list[str | None]:
        """Return the names of the periods that a span of time overlaps."""
        within, periods = self.within, self.periods
        if within is not None:
            before = stop <= within.start and start < within.start
            if before or start >= within.end or not within:
                return []
            start, stop = max(start, within.start), min(stop, within.end)
        if periods is None:
            return [None]
        labels: list[str | None] = [(label := periods.label(start))]
        while (end := periods.interval(label).end) < stop:
            label = periods.label(end)
            labels.append(label)
        return labels


@lru_cache(maxsize=4096)
def _label(unit: str, day: date, weekday: int, month: int) -> str:
    if unit == "day":
        return day.isoformat()
    if unit == "week" and weekday:
        return (day - timedelta(days=(day.weekday() - weekday) % 7)).isoformat()
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if unit == "month":
        return f"{day.year:04}-{day.month:02}"
    first = day.year - (day.month < month)
    name = f"{first:04}" if month == 1 else f"{first:04}/{(first + 1) % 100:02}"
    return name if unit == "year" else f"{name}-Q{(day.month - month) % 12 // 3 + 1}"


def _first_day(unit: str, label: str, weekday: int, month: int) -> date:
    if unit == "week" and not weekday:
        return date.fromisoformat(f"{label}-1")
    if unit in ("day", "week"):
        return date.fromisoformat(label)
    year = int(label[:4])
    if unit == "month":
        return date(year, int(label[5:]), 1)
    quarters = int(label.partition("-Q")[2]) - 1 if unit == "quarter" else 0
    ahead, place = divmod(month - 1 + 3 * quarters, 12)
    return date(year + ahead, place + 1, 1)


def _next(unit: str, first: date) -> date:
    if unit in ("day", "week"):
        return first + timedelta(days=1 if unit == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(first.month - 1 + months, 12)
    return date(first.year + year, month + 1, 1)
