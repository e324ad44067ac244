"""The days of a year on which a recurrence rule falls (RFC 5545, 3.3.10).

Each year is expanded separately from its own dates, so the work is bounded by the number of years
and no rule can run endlessly.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import attrs

from incidentcore._checks import SharedRepr

# Not from the standard library's calendar, whose import costs as much as this whole package's.
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Return whether a year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Return the number of days in a month."""
    return 29 if month == 2 and is_leap(year) else _LENGTHS[month - 1]


@attrs.frozen(kw_only=True)
class Parts(SharedRepr):
    """The checked parts of a recurrence rule, such as BYDAY; a missing part is an empty tuple."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    months: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()  # (ordinal or 0, weekday)
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    def days(self, year: int, start: date | None) -> list[date]:
        """Return the days of one year on which the rule falls, before COUNT and UNTIL."""
        first, last = date(year, 1, 1), date(year, 12, 31)
        if self.freq == "YEARLY":
            if start is not None and (year - start.year) % self.interval:
                return []
            if self.months and not (self.year_days or self.weeks):
                months = [_month(year, month) for month in self.months]
                return self._chosen([day for month in months for day in month], year)
            return self._chosen(_span(first, last), year)
        if self.freq == "MONTHLY":
            found = []
            for month in self.months or range(1, 13):
                if start is not None:
                    distance = (year - start.year) * 12 + month - start.month
                    if distance % self.interval:
                        continue
                found.extend(self._chosen(_month(year, month), year))
            return found
        return [
            day
            for day in _span(first, last)
            if (not self.months or day.month in self.months) and self._recurs(day, start)
        ]

    def _recurs(self, day: date, start: date | None) -> bool:
        """Return whether a day recurs for DAILY and WEEKLY, which can be decided day by day."""
        if self.weekdays and (0, day.weekday()) not in self.weekdays:
            return False
        if start is None or self.interval == 1:
            return True
        if self.freq == "DAILY":
            return (day - start).days % self.interval == 0
        weeks = (self._week(day) - self._week(start)).days // 7
        return weeks % self.interval == 0

    def _week(self, day: date) -> date:
        offset = (day.weekday() - self.week_start) % 7
        return day - timedelta(days=min(offset, day.toordinal() - 1))

    def _chosen(self, period: list[date], year: int) -> list[date]:
        """Return the days for YEARLY and MONTHLY: filter one period's days, then apply BYSETPOS."""
        days = period
        if self.months:
            days = [day for day in days if day.month in self.months]
        if self.month_days:
            days = [day for day in days if _is_month_day(day, self.month_days)]
        if self.year_days:
            length = 366 if is_leap(year) else 365
            wanted = {number if number > 0 else length + 1 + number for number in self.year_days}
            days = [day for day in days if day.timetuple().tm_yday in wanted]
        if self.weeks:
            allowed = self._week_numbers(year)
            days = [day for day in days if day in allowed]
        if self.weekdays:
            named = self._named_weekdays(period)
            days = [day for day in days if day in named]
        if self.positions:
            size = len(days)
            picked = {
                position - 1 if position > 0 else size + position for position in self.positions
            }
            days = [day for index, day in enumerate(days) if index in picked]
        return days

    def _named_weekdays(self, period: list[date]) -> set[date]:
        """Return the days BYDAY names; an ordinal counts within the month or the whole year."""
        groups: Iterable[list[date]] = [period]
        if self.freq == "YEARLY" and self.months:
            groups = [[day for day in period if day.month == month] for month in self.months]
        found: set[date] = set()
        for group in groups:
            for ordinal, weekday in self.weekdays:
                # The days of a group follow one another, so every seventh is of one weekday.
                days = group[(weekday - group[0].weekday()) % 7 :: 7]
                if ordinal == 0:
                    found.update(days)
                elif abs(ordinal) <= len(days):
                    found.add(days[ordinal - 1 if ordinal > 0 else ordinal])
        return found

    def _week_numbers(self, year: int) -> set[date]:
        """Return the days of this year that lie in the wanted weeks of this year.

        Week one is the first with at least four days in the year (RFC 5545, 3.3.10). Days of a
        wanted week that fall into a neighboring year belong to that year's expansion.
        """
        found: set[date] = set()
        for owner in (year - 1, year, year + 1):
            first, length = _week_one(owner, self.week_start), 52
            if (_week_one(owner + 1, self.week_start) - first) > 52 * 7:
                length = 53
            for number in self.weeks:
                week = number if number > 0 else length + 1 + number
                if 1 <= week <= length:
                    begin = first + (week - 1) * 7
                    found.update(
                        day
                        for day in map(_date, range(begin, begin + 7))
                        if day is not None and day.year == year
                    )
        return found


def _week_one(year: int, week_start: int) -> int:
    before = year - 1  # whole years; the year may be one that a date cannot have
    fourth = 365 * before + before // 4 - before // 100 + before // 400 + 4
    return fourth - (fourth - 1 - week_start) % 7


def _date(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None


def _month(year: int, month: int) -> list[date]:
    length = month_length(year, month)
    return [date(year, month, day) for day in range(1, length + 1)]


def _span(first: date, last: date) -> list[date]:
    return [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]


def _is_month_day(day: date, numbers: tuple[int, ...]) -> bool:
    if day.day in numbers:
        return True
    length = month_length(day.year, day.month)
    return day.day - length - 1 in numbers
