"""A calendar whose opening hours changed over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from operator import attrgetter
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.errors import CalendarDefinitionError
from incidentcore.instants import Versions, as_zone
from incidentcore.schedule.algebra import IndexedCalendar, is_calendar, parts_of, spans_of
from incidentcore.schedule.civil import BASE, Edges, Part
from incidentcore.schedule.protocol import Calendar
from incidentcore.schedule.spans import join


def _as_versions(value: Versions[Calendar]) -> Versions[Calendar]:
    allowed = "Versions([(instant, calendar), ...])"
    need_kind("versions", value, Versions, CalendarDefinitionError, allowed)
    for calendar in value:
        if not is_calendar(calendar):
            raise CalendarDefinitionError("versions", calendar, "a calendar in each version")
    return value


@attrs.frozen
class VersionedCalendar(SharedRepr, IndexedCalendar):
    """A calendar that changed over time: each version applies while it is in force (rule C7).

    Opening hours that change on a Wednesday change nothing before that day, even for a clock that
    is running at the time. The earliest version also applies to all earlier time.

    Attributes:
        versions: ``Versions`` of the calendars, each with the instant at which it takes effect.
        zone: The time zone by whose dates business days are counted. Defaults to that of the
            earliest version.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Versions
    >>> from incidentcore.schedule import BusinessCalendar, VersionedCalendar
    >>> short = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    >>> long = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-20:00"})
    >>> start, change = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 3, tzinfo=UTC)
    >>> office = VersionedCalendar(Versions([(start, short), (change, long)]))
    >>> office.open_time(start, start + timedelta(days=4)) / timedelta(hours=1)
    40.0
    """

    versions: Versions[Calendar] = attrs.field(converter=_as_versions)
    zone: ZoneInfo = attrs.field(
        kw_only=True,
        eq=attrgetter("key"),
        default=attrs.Factory(lambda self: self.versions.entries[0][1].zone, takes_self=True),
        converter=as_zone,
    )

    @property
    def name(self) -> str:
        """Return the name of the latest version."""
        return getattr(self.versions.entries[-1][1], "name", "")

    def _pieces(
        self, low: timedelta, high: timedelta
    ) -> Iterator[tuple[Calendar, timedelta, timedelta]]:
        entries = self.versions.entries
        for place, (since, calendar) in enumerate(entries):
            first = max(low, since - BASE) if place else low
            last = min(high, entries[place + 1][0] - BASE) if place + 1 < len(entries) else high
            if first < last:
                yield calendar, first, last

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        return join(
            span
            for calendar, first, last in self._pieces(low, high)
            for span in spans_of(calendar, first, last)
        )

    def _parts(self, low: timedelta, high: timedelta) -> Iterable[Part]:
        for calendar, first, last in self._pieces(low, high):
            yield from parts_of(calendar, first, last)
