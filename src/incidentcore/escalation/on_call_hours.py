"""How the on-call load is shared among people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, each_of
from incidentcore.escalation.oncall import OnCallSchedule, RotaOverride, Shift, shifts
from incidentcore.instants import Interval, as_zone
from incidentcore.schedule import BusinessCalendar


@attrs.frozen(kw_only=True)
class OnCallHours(SharedRepr):
    """The on-call time of one person.

    Attributes:
        person: The id of the person.
        total: The time on call.
        night: The part of the time that was at night.
        weekend: The part of the time that was on Saturday or Sunday, nights included.
        shifts: The number of shifts; two turns in a row count as one.
    """

    person: str
    total: timedelta
    night: timedelta
    weekend: timedelta
    shifts: int

    @property
    def night_share(self) -> float | None:
        """Return the share of on-call time at night, from 0 to 1; None if ``total`` is 0."""
        return self.night / self.total if self.total else None

    @property
    def weekend_share(self) -> float | None:
        """Return the share of on-call time at weekends, from 0 to 1; None if ``total`` is 0."""
        return self.weekend / self.total if self.total else None


def on_call_hours(
    schedule: OnCallSchedule,
    /,
    *,
    start: datetime,
    end: datetime,
    zone: ZoneInfo | str,
    night: str = "22:00-06:00",
    served: Iterable[Shift] = (),
) -> tuple[OnCallHours, ...]:
    """Return the on-call time of each person in ``[start, end)``, the busiest person first.

    Args:
        schedule: The schedule.
        start: The first instant of the span.
        end: The first instant after the span.
        zone: The time zone of nights and weekends.
        night: The hours that count as night, such as ``"22:00-06:00"``.
        served: The shifts that were actually worked; they replace the schedule in their intervals.
    """
    overrides = [
        RotaOverride(shift.interval, shift.people) for shift in each_of("served", served, Shift)
    ]
    if overrides:
        schedule = attrs.evolve(schedule, overrides=(*schedule.overrides, *overrides))
    key = as_zone(zone)
    nights = BusinessCalendar(zone=key, hours={"mon-sun": night})
    weekends = BusinessCalendar(zone=key, hours={"sat-sun": "00:00-24:00"})
    served_by: dict[str, list[Interval]] = {}
    for shift in shifts(schedule, start=start, end=end):
        for person in shift.people:
            mine = served_by.setdefault(person, [])
            if mine and mine[-1].end == shift.interval.start:
                mine[-1] = Interval(mine[-1].start, shift.interval.end)
            else:
                mine.append(shift.interval)
    hours = (
        OnCallHours(
            person=person,
            total=sum((span.duration for span in mine), timedelta(0)),
            night=sum((nights.open_time(span.start, span.end) for span in mine), timedelta(0)),
            weekend=sum((weekends.open_time(span.start, span.end) for span in mine), timedelta(0)),
            shifts=len(mine),
        )
        for person, mine in served_by.items()
    )
    return tuple(sorted(hours, key=lambda one: (-one.total, one.person)))
