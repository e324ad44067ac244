"""The hours in which the person on call may be contacted, by each person's own calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_pairs, need_kind
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation.oncall import OnCallSchedule, shifts
from incidentcore.instants import Interval
from incidentcore.schedule import AbstractCalendar, Calendar
from incidentcore.schedule.spans import join_neighbors


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
        return join_neighbors(self._each_window(start, end), _joined)

    def _each_window(self, start: datetime, end: datetime) -> Iterator[Interval]:
        personal = dict(self.personal)
        for shift in shifts(self.schedule, start=start, end=end):
            span = shift.interval
            found: list[Interval] = []
            for person in shift.people:
                own = personal.get(person)
                found += [span] if own is None else own.windows(span.start, span.end)
            yield from sorted(found)


def _joined(window: Interval, after: Interval) -> Interval | None:
    if after.start > window.end:
        return None
    return Interval(window.start, max(window.end, after.end))
