"""Findings about definitions in a calendar that are allowed but probably mistaken."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from incidentcore.schedule.civil import Days, Plan
from incidentcore.schedule.holiday_sources import as_years
from incidentcore.schedule.hours import DAY, Span, format_span, own_windows, split
from incidentcore.schedule.spans import intersect, subtract
from incidentcore.values import LintFinding

FINDINGS: Final = {
    "orphan_tail": "open {window}, the end of a night, but {start} is closed or ends earlier (C2)",
    "idle_break": "the break {window} {name} is outside the hours of the date",
    "rival_holidays": "one holiday closes the date, another gives it hours; it is closed",
    "workday_without_hours": "{name} has the hours of {weekday}, which has none; it stays closed",
}
"""The texts of the findings on a calendar."""

_ONE_DAY = timedelta(days=1)
_MOST_YEARS = 400  # the Gregorian calendar repeats after them


def _finding(code: str, day: date, **data: object) -> LintFinding:
    return LintFinding(code, day.isoformat(), data, day, texts=FINDINGS)


def lint_plan(plan: Plan, years: Iterable[int]) -> tuple[LintFinding, ...]:
    """Return the findings on a calendar's written-out dates, and on all dates of ``years``."""
    wanted = set(as_years(years, _MOST_YEARS))
    for holiday in plan.holidays:
        wanted.update(day.year for day in holiday.explicit_dates())
    wanted.update(day.year for day in (*plan.special, *plan.breaks))
    found: set[LintFinding] = set()
    for year in wanted:
        days = plan.in_years(year - 1, year + 1)
        for day in {*days.closed, *days.special, *plan.breaks}:
            if day.year == year:
                found.update(_of_day(days, day))
    own = own_windows(plan.week)
    for holiday in plan.holidays:
        if holiday.hours is not None and not holiday.windows(own):
            weekday = holiday.hours[0]
            found.update(
                _finding("workday_without_hours", day, name=holiday.name, weekday=weekday)
                for day in holiday.explicit_dates()
            )
    return tuple(sorted(found, key=lambda one: (one.subject, one.code, str(one))))


def _of_day(days: Days, day: date) -> Iterator[LintFinding]:
    for tail in _orphans(days, day):
        yield _finding("orphan_tail", day + _ONE_DAY, window=format_span(tail), start=str(day))
    base = () if day in days.closed else days.base(day)
    for low, high, name in days.plan.breaks.get(day, ()):
        if not intersect(base, [(low, high)]):
            yield _finding("idle_break", day, window=format_span((low, high)), name=name)
    if day in days.closed and day in days.special:
        yield _finding("rival_holidays", day)


def _orphans(days: Days, day: date) -> list[Span]:
    """Return what remains on the next date of a weekly night that is closed or ends earlier."""
    after = day + _ONE_DAY
    morning = split(own_windows(days.plan.week)[day.weekday()])[1]
    if not morning or after in days.special:
        return []
    own = None if day in days.closed else days.special.get(day)
    own_tail = () if own is None else split(own[0])[1]
    if not own_tail and any(end == DAY for _, end in days.open(day)):
        return []
    left = subtract(morning, own_tail)
    return [piece for piece in left if intersect(days.open(after), [piece])]
