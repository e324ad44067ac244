"""Business days: counted, with nights and across a change of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.schedule import (
    BusinessCalendar,
    BusinessDays,
    Holiday,
    Rotation,
)
from incidentcore.sla import ByTimeOfDay

BERLIN = ZoneInfo("Europe/Berlin")


OFFICE = BusinessCalendar(
    zone="Europe/Berlin",
    hours={"mon-fri": "08:00-18:00"},
    holidays=[
        Holiday("2026-12-25", name="Christmas Day"),
        Holiday("2026-12-26", name="St Stephen's Day"),
    ],
)


UTC_OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def utc(text: str) -> datetime:
    """Return an instant of June 2026, such as "mon 09:00"; the 1st is a Monday."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon2", "tue2").index(day)
    return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=number, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("start", "n", "end_of_day", "expected"),
    [
        ("mon 10:00", 1, False, "tue 10:00"),
        ("mon 10:00", 0, False, "mon 10:00"),
        ("mon 17:00", 1, False, "tue 17:00"),  # on the closing edge stays
        ("mon 18:00", 1, False, "wed 09:00"),  # any other moves to the next open instant
        ("mon 08:00", 1, False, "tue 09:00"),
        ("mon 08:00", 0, False, "mon 09:00"),
        ("fri 10:00", 1, False, "mon2 10:00"),
        ("sat 12:00", 0, False, "mon2 09:00"),
        ("sat 12:00", 1, False, "tue2 09:00"),
        ("sat 12:00", 1, True, "tue2 17:00"),
        ("mon 10:00", 1, True, "tue 17:00"),
        ("mon 10:00", 0, True, "mon 17:00"),
        ("mon 17:00", 0, True, "mon 17:00"),
        ("mon 17:01", 0, True, "tue 17:00"),  # radix1001/django-bizcal#tests/test_policies.py
        ("tue2 10:00", -1, False, "mon2 10:00"),
        ("mon2 10:00", -1, False, "fri 10:00"),
        ("mon2 08:00", -1, False, "thu 17:00"),  # Friday 08:00, then the previous close
        ("mon2 18:00", -1, False, "fri 17:00"),
        ("sat 12:00", -1, False, "thu 17:00"),  # moves to Friday 17:00 first
        ("sat 12:00", -1, True, "thu 17:00"),
    ],
)
def test_business_days(start: str, n: int, end_of_day: bool, expected: str) -> None:  # noqa: FBT001
    """Dates with open time, the wall time of day kept (C8)."""
    assert utc(expected) == UTC_OFFICE.add_business_days(utc(start), n, end_of_day=end_of_day)


def test_business_days_of_nights() -> None:
    """A night counts for both of its dates; a closing at midnight belongs to the date it ends."""
    night = BusinessCalendar(zone="UTC", hours={"mon": "22:00-06:00", "thu": "16:00-24:00"})

    assert night.add_business_days(utc("mon 23:00"), 1) == utc("thu 16:00")
    assert night.add_business_days(utc("mon 23:00"), 1, end_of_day=True) == utc("tue 06:00")
    assert night.add_business_days(utc("tue 03:00"), 1, end_of_day=True) == utc("fri 00:00")
    assert night.add_business_days(utc("sat 12:00"), -1) == utc("tue 06:00")
    assert night.add_business_days(utc("sat 12:00"), 0) == utc("mon2 22:00")


def test_business_days_end_with_a_close_at_the_first_instant_of_2000() -> None:
    """19:00 in Havana on the last day of 1999 is 2000-01-01 00:00 UTC, and is that day's close."""
    havana = BusinessCalendar(
        zone="America/Havana", hours={"mon-sun": "00:00-19:00"}, special={"2000-01-01": []}
    )
    start = datetime(1999, 12, 30, 3, 3, tzinfo=UTC)

    assert havana.add_business_days(start, 2, end_of_day=True) == datetime(2000, 1, 1, tzinfo=UTC)


def test_business_days_keep_the_wall_time_over_a_change() -> None:
    """Friday 10:00 and one day is Monday 10:00 in Berlin, 71 hours later (C8)."""
    friday = datetime(2026, 3, 27, 10, tzinfo=BERLIN)
    assert OFFICE.add_business_days(friday, 1) == datetime(2026, 3, 30, 8, tzinfo=UTC)


@pytest.mark.parametrize(("n", "day"), [(-1, 8), (0, 12), (1, 12)])
def test_business_days_where_nothing_is_open_on_that_side_are_not_found(n: int, day: int) -> None:
    """Open on 10 June alone: nothing lies before the 8th, nor after the 12th."""
    once = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-10": "09:00-17:00"})
    with pytest.raises(UnreachableDeadlineError):
        once.add_business_days(datetime(2026, 6, day, tzinfo=UTC), n)


def test_a_day_that_opens_at_midnight_is_the_first_one() -> None:
    """From Sunday, the first business day is Monday, from its first instant on."""
    whole = BusinessCalendar(zone="UTC", hours={"mon-fri": "00:00-24:00"})
    sunday = datetime(2026, 6, 7, 12, tzinfo=UTC)
    for n, day in ((0, 8), (1, 9), (2, 10)):
        assert BusinessDays(n).resolve(sunday, whole, {}) == datetime(2026, 6, day, tzinfo=UTC)


NUUK = ZoneInfo("America/Nuuk")


@pytest.mark.parametrize(
    ("day", "last"),
    [
        # At UTC-2 from 26 March 2023 on; in October the rule changed and the clocks did not, so
        # 23:30 came once. Python reports it as repeated, and takes 00:30 UTC.
        (datetime(2023, 10, 28, 1, 30, tzinfo=UTC), datetime(2023, 10, 29, 1, 30, tzinfo=UTC)),
        # On 27 October 2024 the clocks went back from 00:00 to 23:00: the first 23:30 of the two.
        (datetime(2024, 10, 26, 0, 30, tzinfo=UTC), datetime(2024, 10, 27, 0, 30, tzinfo=UTC)),
        # And a day on which nothing changed.
        (datetime(2023, 10, 27, 1, 30, tzinfo=UTC), datetime(2023, 10, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_half_past_eleven_at_night_in_nuuk(day: datetime, last: datetime) -> None:
    """A day later, by business days, by a time of day, by a handoff, and as an edge (C3, E5)."""
    always = BusinessCalendar(zone="America/Nuuk", hours={"mon-sun": "00:00-24:00"})
    by_half_past = ByTimeOfDay("23:30", business_days=1)
    daily = Rotation(anchor=day, zone="America/Nuuk", unit="days")
    late = BusinessCalendar(zone="America/Nuuk", hours={"mon-sun": "23:30-23:45"})

    assert day.astimezone(NUUK).strftime("%H:%M") == "23:30"
    assert always.add_business_days(day, 1) == last
    assert by_half_past.resolve(day, always, {}) == last
    assert list(daily.handoffs(day, last + timedelta(hours=3))) == [day, last]
    assert late.next_open(last - timedelta(hours=3)) == last
