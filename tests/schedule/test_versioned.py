"""A calendar with versions inside one clock: each instant by the version of then (rule C7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from incidentcore import BusinessCalendar, Interval, Versions
from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule import VersionedCalendar
from incidentcore.serialization import dumps, loads
from incidentcore.testing import calendars, instants

SHORT = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, name="short")
LONG = BusinessCalendar(zone="UTC", hours={"mon-sat": "08:00-20:00"}, name="long")
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
WEDNESDAY = datetime(2026, 6, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def office(change: datetime = WEDNESDAY) -> VersionedCalendar:
    return VersionedCalendar(Versions([(MONDAY, SHORT), (change, LONG)]))


def test_new_hours_from_wednesday_change_nothing_before() -> None:
    """Two days of eight hours, then two of twelve; ten hours from Tuesday end on Wednesday."""
    week = office().open_time(MONDAY, MONDAY + timedelta(days=4))
    assert week == 2 * 8 * HOUR + 2 * 12 * HOUR
    start = datetime(2026, 6, 2, 10, tzinfo=UTC)
    assert office().deadline(start, 10 * HOUR) == datetime(2026, 6, 3, 11, tzinfo=UTC)


def test_a_change_in_the_middle_of_a_window_cuts_there() -> None:
    """From 12:00 on the longer day holds: open until 20:00, in one window."""
    noon = datetime(2026, 6, 3, 12, tzinfo=UTC)
    (window,) = office(noon).windows(WEDNESDAY, WEDNESDAY + timedelta(days=1))
    assert window == Interval(
        datetime(2026, 6, 3, 9, tzinfo=UTC), datetime(2026, 6, 3, 20, tzinfo=UTC)
    )


def test_the_earliest_version_answers_before_it() -> None:
    """As for every ``Versions``."""
    before = MONDAY - timedelta(days=7)
    assert office().open_time(before, MONDAY) == 5 * 8 * HOUR


def test_it_is_a_value_that_can_be_written() -> None:
    """It compares, says where business days count, and comes back from its document."""
    calendar = office()
    assert calendar == office()
    assert (calendar.zone.key, calendar.name) == ("UTC", "long")
    assert loads(dumps(calendar), VersionedCalendar) == calendar


@pytest.mark.parametrize("given_versions", [SHORT, Versions([(MONDAY, "office")])])
def test_other_things_are_refused(given_versions: object) -> None:
    """A calendar alone, and versions of something else."""
    with pytest.raises(CalendarDefinitionError, match="versions"):
        VersionedCalendar(given_versions)  # type: ignore[arg-type]


@given(calendars(), calendars(), instants(), instants(), instants())
def test_time_is_that_of_each_version_in_its_own_time(
    old: BusinessCalendar,
    new: BusinessCalendar,
    change: datetime,
    one: datetime,
    other: datetime,
) -> None:
    """Open time of a span is that of the old one before the change, and of the new one after."""
    start, end = sorted((one, other))
    end = min(end, start + timedelta(days=700))
    edge = min(max(change, start), end)
    calendar = VersionedCalendar(Versions([(change - timedelta(days=1), old), (change, new)]))
    assert calendar.open_time(start, end) == old.open_time(start, edge) + new.open_time(edge, end)
    parts = list(calendar.explain(start, end))
    assert sum((part.interval.duration for part in parts), timedelta()) == end - start


def test_its_zone_is_that_of_its_first_version_or_as_given() -> None:
    """Versions in two zones count their business days in one."""
    berlin = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    versions = Versions([(MONDAY, berlin), (WEDNESDAY, SHORT)])
    assert VersionedCalendar(versions).zone.key == "Europe/Berlin"
    assert VersionedCalendar(versions, zone="Asia/Tokyo").zone.key == "Asia/Tokyo"
    assert VersionedCalendar(versions) == VersionedCalendar(versions, zone="Europe/Berlin")
    assert VersionedCalendar(versions) != VersionedCalendar(versions, zone="UTC")
    week = VersionedCalendar(versions).windows(MONDAY, MONDAY + timedelta(days=3))
    assert [window.start.hour for window in week] == [7, 7, 9]


def test_an_instant_of_a_change_belongs_to_the_new_version() -> None:
    """Asked only before or only after a change, one version answers."""
    calendar = office()
    for start, end in ((MONDAY, WEDNESDAY), (WEDNESDAY, WEDNESDAY + timedelta(days=2))):
        one = SHORT if end == WEDNESDAY else LONG
        assert [*calendar.windows(start, end)] == [*one.windows(start, end)]
        assert [*calendar.explain(start, end)] == [*one.explain(start, end)]
