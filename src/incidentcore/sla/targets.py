"""What a clock is measured against: open time, business days, a time of day, a due date (S6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

import attrs

from incidentcore.conditions import reader
from incidentcore.errors import SlaDefinitionError
from incidentcore.instants import as_utc
from incidentcore.schedule import BusinessDays, Calendar

__all__ = ["ByTimeOfDay", "DueDate", "Target", "resolve_target"]


def _clock_time(value: time | str) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str):
        try:
            return time.fromisoformat(value)
        except ValueError:
            pass
    raise SlaDefinitionError("time", value, 'a time of day such as "16:00", without zone')


@attrs.frozen
class ByTimeOfDay:
    """Due on the n-th business day after the start, at a time of day in the calendar's zone.

    Attributes:
        time: The time of day.
        business_days: How many dates with open time later; 1 is the next business day.

    Raises:
        SlaDefinitionError: The time is none, or the days are negative.

    >>> ByTimeOfDay("16:00")
    ByTimeOfDay(time=datetime.time(16, 0), business_days=1)
    """

    time: time = attrs.field(converter=_clock_time)
    business_days: int = 1

    def __attrs_post_init__(self) -> None:
        if type(self.business_days) is not int or self.business_days < 0:
            raise SlaDefinitionError("business_days", self.business_days, "a whole number from 0")


@attrs.frozen
class DueDate:
    """Due at an instant that a field of the record holds when the clock starts.

    Attributes:
        field: The field, such as ``"custom.due_at"``. Where it is empty or lies before the start,
            the clock is due at its start.

    Raises:
        DefinitionError: The field is no path.
    """

    field: str

    def __attrs_post_init__(self) -> None:
        reader(self.field)


Target: TypeAlias = timedelta | BusinessDays | ByTimeOfDay | DueDate


def resolve_target(
    target: Target, start: datetime, calendar: Calendar, facts: Mapping[str, Any]
) -> tuple[timedelta, datetime | None]:
    """Return a target as open time, and its due where it is relative to the start.

    Raises:
        SlaDefinitionError: A due date's field holds no datetime.
        UnreachableDeadlineError: The calendar has no such business day within its horizon.
    """
    if isinstance(target, timedelta):
        return target, None
    if isinstance(target, BusinessDays):
        due = calendar.add_business_days(start, target.n, end_of_day=target.end_of_day)
    elif isinstance(target, ByTimeOfDay):
        day: date = (
            calendar.add_business_days(start, target.business_days).astimezone(calendar.zone).date()
        )
        due = as_utc(datetime.combine(day, target.time, tzinfo=calendar.zone))
    else:
        given = reader(target.field)(dict(facts))
        if given is not None and not isinstance(given, datetime):
            raise SlaDefinitionError(target.field, given, "a field that holds an aware datetime")
        due = start if given is None else as_utc(given, target.field)
    due = max(due, start)
    return calendar.open_time(start, due), due
