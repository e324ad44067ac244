"""The hours in which the person on call may be contacted, by each person's own calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_pairs, need_kind
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.oncall import OnCallSchedule, shifts
from incidentcore.instants import Interval, as_utc
from incidentcore.schedule import AbstractCalendar, Calendar


def _pairs(
    personal: Mapping[str, Calendar] | tuple[tuple[str, Calendar], ...],
) -> tuple[tuple[str, Calendar], ...]:
    return tuple(sorted(dict(as_pairs(personal)).items(), key=lambda pair: pair[0]))


@attrs.frozen
class ReachableHours(AbstractCalendar):
    """A calendar that is open while somebody on call is within their personal hours.

    Used as the ``during`` of a level, it delays a page until somebody on call may be contacted.

    Attributes:
        schedule: The on-call schedule.
        personal: A mapping from a person's id to the calendar of the hours in which this person may
            be contacted. Anybody without an entry may be contacted at any hour.
        zone: Computed: the time zone of the schedule's first rotation; UTC without any.

    Source: rule E2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.escalation import OnCallLayer, OnCallSchedule, ReachableHours
    >>> from incidentcore.schedule import BusinessCalendar, Rotation
    >>> weekly = Rotation(anchor=datetime(2026, 6, 1, tzinfo=UTC), zone="UTC", unit="weeks")
    >>> schedule = OnCallSchedule("net", [OnCallLayer(weekly, ["ada", "grace"])])
    >>> chicago = BusinessCalendar(zone="America/Chicago", hours={"mon-sun": "07:00-22:00"})
    >>> hours = ReachableHours(schedule, {"grace": chicago})
    >>> str(hours.next_open(datetime(2026, 6, 10, 3, 30, tzinfo=UTC)))
    '2026-06-10 12:00:00+00:00'
    """

    schedule: OnCallSchedule
    personal: tuple[tuple[str, Calendar], ...] = attrs.field(converter=_pairs)
    zone: ZoneInfo = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        need_kind("schedule", self.schedule, OnCallSchedule, EscalationMatrixError)
        for person, calendar in self.personal:
            need_kind(f"personal[{person}]", calendar, Calendar, EscalationMatrixError)
        zones = (layer.rotation.zone for layer in self.schedule.layers)
        object.__setattr__(self, "zone", next(zones, ZoneInfo("UTC")))

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the open windows within ``[start, end)``, clipped to it, in order and disjoint."""
        low, high = as_utc(start, "start"), as_utc(end, "end")
        personal = dict(self.personal)
        current: Interval | None = None
        for shift in shifts(self.schedule, start=low, end=high):
            span = shift.interval
            windows: list[Interval] = []
            for person in shift.people:
                calendar = personal.get(person)
                own = [span] if calendar is None else calendar.windows(span.start, span.end)
                windows.extend(own)
            for window in sorted(windows):
                if current is not None and window.start <= current.end:
                    current = Interval(current.start, max(current.end, window.end))
                    continue
                if current is not None:
                    yield current
                current = window
        if current is not None:
            yield current
