# ruff: noqa: E501  one row of a table on one line
from __future__ import annotations

import copy
import itertools
import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.digest import content_id
from incidentcore.instants import Interval
from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    Holiday,
)

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
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


def test_the_example_of_the_architecture() -> None:
    """4 h from Wednesday 23 December 17:45 with Christmas between."""
    start = datetime(2026, 12, 23, 16, 45, tzinfo=UTC)
    assert OFFICE.deadline(start, 4 * HOUR) == datetime(2026, 12, 24, 10, 45, tzinfo=UTC)
    assert OFFICE.deadline(start, 12 * HOUR) == datetime(2026, 12, 28, 8, 45, tzinfo=UTC)


def test_windows_that_touch_at_midnight_are_one() -> None:
    """24 hours a day is one window, over years too, and has no close."""
    always = BusinessCalendar.always("Europe/Berlin")
    start = datetime(1999, 3, 1, tzinfo=UTC)
    end = datetime(2031, 3, 1, tzinfo=UTC)

    assert [Interval(start, end)] == list(always.windows(start, end))
    assert end - start == always.open_time(start, end)


SAME = [
    ({"hours": {"mon-fri": "09:00-17:00"}}, {"hours": [("mon-thu", "9:00-17:00"), ("fri", ["09:00-17:00"])]}),
    ({"hours": {"mon": "22:00-06:00"}}, {"hours": {"mon": "22:00-30:00"}}),
    ({"hours": {"mon": "22:00-06:00"}}, {"hours": {"mon": "22:00-24:00", "tue": "00:00-06:00"}}),
    ({"hours": {"mon": "08:00-17:00"}}, {"hours": {"mon": ["12:00-17:00", "08:00-12:00"]}}),
    ({"zone": "Europe/Berlin"}, {"zone": BERLIN}),
    ({"zone": "Europe/Berlin"}, {"zone": ZoneInfo.no_cache("Europe/Berlin")}),
    ({"holidays": ["2026-12-25", "2026-12-26"]}, {"holidays": [date(2026, 12, 26), Holiday("2026-12-25"), "2026-12-25"]}),
    ({"holidays": ["2026-12-25", "2026-12-26"]}, {"holidays": [Holiday(range="2026-12-25/2026-12-26")]}),
    ({"holidays": [Holiday("2026-12-25", name="X")]}, {"holidays": {"2026-12-25": "X"}}),
    ({"holidays": [Holiday(yearly="12-31/01-01")]}, {"holidays": [Holiday(yearly="01-01"), Holiday("2026-12-31", yearly=True)]}),
    ({"holidays": [Holiday(rule="FREQ=YEARLY;BYMONTH=1;BYDAY=3MO")]}, {"holidays": [Holiday(rule="RRULE:FREQ=YEARLY;BYDAY=+3MO;BYMONTH=1;INTERVAL=1")]}),
    ({"special": {"2026-05-01": "10:00-12:00"}}, {"special": [(date(2026, 5, 1), ["10:00-12:00"])]}),
    ({"breaks": {"2026-05-04": "12:00-13:00"}}, {"breaks": {"2026-05-04": [Break("12:00-12:30"), "12:30-13:00"]}}),
    ({"breaks": {"mon-tue": "12:00-13:00"}}, {"breaks": [("tue", "12:00-13:00"), ("mon", ["12:30-13:00"]), ("mon", "12:00-12:30")]}),
]  # fmt: skip
BASE: dict[str, Any] = {"zone": "Europe/Berlin", "hours": {"mon-fri": "09:00-17:00"}}


@pytest.mark.parametrize(("one", "two"), SAME)
def test_calendars_compare_by_meaning(one: dict[str, Any], two: dict[str, Any]) -> None:
    """However they were written (C9)."""
    left, right = BusinessCalendar(**{**BASE, **one}), BusinessCalendar(**{**BASE, **two})
    assert left == right
    assert hash(left) == hash(right)
    assert content_id(left) == content_id(right)
    assert repr(left) == repr(right)


@pytest.mark.parametrize(
    "other",
    [
        {"zone": "Europe/Paris"},
        {"hours": {"mon-fri": "09:00-17:01"}},
        {"holidays": ["2026-12-25"]},
        {"holidays": [Holiday("2026-12-25", name="Christmas Day")]},
        {"special": {"2026-05-01": "10:00-12:00"}},
        {"breaks": {"2026-05-04": "12:00-13:00"}},
        {"breaks": {"mon": "12:00-13:00"}},
        {"name": "support"},
    ],
)
def test_calendars_that_answer_otherwise_differ(other: dict[str, Any]) -> None:
    """In any field; names count, since explanations tell them."""
    one, two = BusinessCalendar(**BASE), BusinessCalendar(**{**BASE, **other})
    assert one != two
    assert content_id(one) != content_id(two)


FULL = BusinessCalendar(
    zone="America/New_York",
    hours={"mon-fri": ["08:00-12:00", "13:00-17:00:30"], "sat": "22:00-06:00"},
    holidays=[
        *("2026-12-25", Holiday(range="2026-12-28/2026-12-31", name='"Break"')),
        *(Holiday(yearly="07-04"), Holiday(rule="FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", name="T")),
        Holiday("2020-01-20", rule="FREQ=YEARLY;INTERVAL=4;BYMONTH=1;BYDAY=3MO"),
        Holiday("2026-12-24", hours=["08:00-09:00", "10:00-11:00"]),
    ],
    special={"2026-05-01": "10:00-12:00", "2026-05-02": []},
    breaks={
        "2026-05-04": [Break("09:00-10:00", "Drill"), "11:00-11:30"],
        "mon-wed": Break("10:00-10:15", "Tea"),
    },
    name="support's",
)


def test_a_repr_reads_back() -> None:
    """Also with every kind of part."""
    names = {"BusinessCalendar": BusinessCalendar, "Holiday": Holiday, "Break": Break}
    assert eval(repr(FULL), names) == FULL  # noqa: S307  our own repr
    assert repr(UTC_OFFICE) == "BusinessCalendar(zone='UTC', hours={'mon-fri': '09:00-17:00'})"


def test_a_calendar_can_be_built_from_its_fields() -> None:
    """So that it can be stored, and changed into another."""
    fields = {
        field.name: getattr(FULL, field.name) for field in attrs.fields(type(FULL)) if field.init
    }
    assert set(fields) == {"zone", "hours", "holidays", "special", "breaks", "name"}
    assert BusinessCalendar(**fields) == FULL
    assert attrs.evolve(FULL, name="x").name == "x"


def test_a_calendar_is_immutable_and_copies() -> None:
    """A copy is equal; nothing can be assigned."""
    assert FULL == copy.deepcopy(FULL) == copy.copy(FULL)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        FULL.name = "y"  # type: ignore[misc]


def test_pickles_do_not_carry_the_index() -> None:
    """A calendar that answered for decades pickles as small as a fresh one."""
    fresh = BusinessCalendar(**BASE)
    used = BusinessCalendar(**BASE)
    used.open_time(datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))

    assert pickle.dumps(fresh) == pickle.dumps(used)


def test_pandas_timestamps_are_instants() -> None:
    """Answers are plain datetimes and timedeltas; nanoseconds are refused (T4)."""
    pd = pytest.importorskip("pandas")
    start, end = pd.Timestamp(utc("mon 08:00")), pd.Timestamp(utc("tue 12:00"))
    UTC_OFFICE.open_time(utc("mon 08:00"), utc("tue 12:00"))
    total = UTC_OFFICE.open_time(start, end)
    due = UTC_OFFICE.deadline(start, pd.Timedelta(hours=9))

    assert (type(total), total) == (timedelta, 11 * HOUR)
    assert (type(due), due) == (datetime, utc("tue 10:00"))
    with pytest.raises(ValueError, match="whole microseconds"):
        UTC_OFFICE.open_time(start + pd.Timedelta(hours=2, nanoseconds=1), end)


def test_any_tzinfo_is_accepted() -> None:
    """A zone of another library is converted at the boundary (T1)."""
    tz = pytest.importorskip("dateutil.tz")
    zone = tz.gettz("America/New_York")
    if zone is None:
        pytest.skip("dateutil finds no zone data here")
    start = datetime(2026, 11, 1, 1, 30, tzinfo=zone)
    always = BusinessCalendar.always()

    assert always.open_time(start, start.replace(fold=1)) == HOUR


@pytest.mark.parametrize("year", [2, 9998])
def test_the_ends_of_time(year: int) -> None:
    """Years 2 and 9998 are answered like any other."""
    start = datetime(year, 6, 4, tzinfo=UTC)
    assert UTC_OFFICE.open_time(start, start + timedelta(days=7)) == 40 * HOUR
    assert UTC_OFFICE.next_open(datetime(2, 1, 1, tzinfo=UTC)).year == 2
    assert UTC_OFFICE.add_business_days(datetime(9998, 12, 1, tzinfo=UTC), 3).year == 9998


def test_open_on_the_eve_and_after_noon_sla_s11() -> None:
    """Adelaide open until 19:00 on the eve, closed on the 25th; Sao Paulo from 12:00 (rule C1).

    Source: vacanza/holidays#20 and #292.
    """
    adelaide = BusinessCalendar(
        zone="Australia/Adelaide",
        hours={"mon-sun": "00:00-24:00"},
        special={"2026-12-24": "00:00-19:00"},
        holidays=["2026-12-25"],
    )
    due = adelaide.deadline(
        datetime(2026, 12, 24, 18, tzinfo=adelaide.zone), timedelta(hours=2)
    ).astimezone(adelaide.zone)
    assert due == datetime(2026, 12, 26, 1, tzinfo=adelaide.zone)
    sao_paulo = BusinessCalendar(
        zone="America/Sao_Paulo",
        hours={"mon-fri": "09:00-18:00"},
        special={"2020-02-26": "12:00-18:00"},
    )
    nine = datetime(2020, 2, 26, 9, tzinfo=sao_paulo.zone)
    assert sao_paulo.open_time(nine, nine + timedelta(hours=5)) == timedelta(hours=2)


def test_a_start_in_utc_and_an_end_in_the_own_zone() -> None:
    """Instants are compared, not wall times: 08:00 UTC is 10:00 in Berlin's summer."""
    zone = ZoneInfo("Europe/Berlin")
    calendar = BusinessCalendar(zone="Europe/Berlin", hours={"mon": "09:00-17:00"})
    start, end = (datetime(2026, 6, 1, hour, tzinfo=UTC) for hour in (8, 11))
    # Again after a span in its own zone, from which on it has wall times at hand.
    for first, last in 2 * [*itertools.product((UTC, zone, ZoneInfo("Asia/Tokyo")), repeat=2)]:
        pair = start.astimezone(first), end.astimezone(last)
        assert calendar.open_time(*pair) == timedelta(hours=3), (first, last)
        assert calendar.deadline(pair[0], timedelta(hours=3)) == end
        assert calendar.open_time(end.astimezone(last), end) == timedelta()


def test_a_span_may_begin_in_one_zone_and_end_in_another() -> None:
    """Over a change of offset: the instants count, not the zones that they are written in."""
    berlin = ZoneInfo("Europe/Berlin")
    office = BusinessCalendar(zone=berlin, hours={"mon-sun": "01:00-04:00"})
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    end = datetime(2026, 3, 29, 12, tzinfo=UTC)
    zones = (UTC, berlin, ZoneInfo("Asia/Tokyo"))
    for first, last in itertools.product(zones, zones):
        pair = start.astimezone(first), end.astimezone(last)
        assert office.open_time(*pair) == timedelta(hours=2)  # from 02:00 to 03:00 there is nothing
        assert [*office.windows(*pair)] == [*office.windows(start, end)]
        assert [*office.explain(*pair)] == [*office.explain(start, end)]
        assert office.deadline(pair[0], timedelta(hours=2)) == datetime(2026, 3, 29, 2, tzinfo=UTC)
        assert office.next_open(pair[0]) == datetime(2026, 3, 29, 0, tzinfo=UTC)
