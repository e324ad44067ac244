# ruff: noqa: E501  one row of a table on one line
from __future__ import annotations

import copy
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
    Calendar,
    Holiday,
    Maintenance,
    OpenReason,
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


@pytest.mark.parametrize(
    ("start", "hours", "close", "next_open"),
    [
        ("mon 09:00", 8, "mon 17:00", "tue 09:00"),
        ("mon 09:00", 9, "tue 10:00", "tue 10:00"),
        ("fri 16:00", 1, "fri 17:00", "mon2 09:00"),
        ("sat 12:00", 0, "sat 12:00", "mon2 09:00"),
        ("mon 12:00", 0, "mon 12:00", "mon 12:00"),
        ("mon 17:00", 0, "mon 17:00", "tue 09:00"),
        ("mon 03:00", 1, "mon 10:00", "mon 10:00"),
    ],
)
def test_both_boundaries_of_a_deadline(start: str, hours: int, close: str, next_open: str) -> None:
    """The closing time, or the next opening (T5)."""
    assert utc(close) == UTC_OFFICE.deadline(utc(start), hours * HOUR)
    assert utc(next_open) == UTC_OFFICE.deadline(utc(start), hours * HOUR, boundary="next_open")


@pytest.mark.parametrize(
    ("end", "hours", "expected"),
    [
        ("mon 17:00", 8, "mon 09:00"),
        ("tue 09:00", 8, "mon 09:00"),
        ("tue 09:10", 0.5, "mon 16:40"),
        ("tue 10:00", 1, "tue 09:00"),
        ("sun 12:00", 0, "sun 12:00"),
        ("mon2 10:00", 2, "fri 16:00"),
    ],
)
def test_the_mirror_of_a_deadline(end: str, hours: float, expected: str) -> None:
    """The latest instant from which the budget fits: 30 min before Tuesday 09:10 is Monday 16:40."""
    assert utc(expected) == UTC_OFFICE.deadline_before(utc(end), hours * HOUR)


@pytest.mark.parametrize(
    ("at", "is_open", "next_open", "next_close"),
    [
        ("mon 08:59", False, "mon 09:00", "mon 17:00"),
        ("mon 09:00", True, "mon 09:00", "mon 17:00"),
        ("mon 16:59", True, "mon 16:59", "mon 17:00"),
        ("mon 17:00", False, "tue 09:00", "tue 17:00"),
        ("fri 17:00", False, "mon2 09:00", "mon2 17:00"),
    ],
)
def test_next_edges(at: str, is_open: bool, next_open: str, next_close: str) -> None:  # noqa: FBT001
    """Half-open windows: the opening is open, the closing is closed (T3, C9)."""
    assert is_open is UTC_OFFICE.is_open(utc(at))
    assert utc(next_open) == UTC_OFFICE.next_open(utc(at))
    assert utc(next_close) == UTC_OFFICE.next_close(utc(at))


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


def test_windows_that_touch_at_midnight_are_one() -> None:
    """24 hours a day is one window, over years too, and has no close."""
    always = BusinessCalendar.always("Europe/Berlin")
    start = datetime(1999, 3, 1, tzinfo=UTC)
    end = datetime(2031, 3, 1, tzinfo=UTC)

    assert [Interval(start, end)] == list(always.windows(start, end))
    assert end - start == always.open_time(start, end)


def told(calendar: Calendar, start: datetime, end: datetime, zone: str) -> list[str]:
    return [
        f"{why.interval.start.astimezone(ZoneInfo(zone)):%a %d %H:%M} {why.text}"
        for why in calendar.explain(start, end)
    ]


def test_an_explanation_names_every_reason() -> None:
    """Open, out of hours, holidays by name, breaks, maintenance; in one piece where they meet."""
    calendar = BusinessCalendar(
        zone="Europe/Berlin",
        hours={"mon-fri": "08:00-18:00"},
        holidays=[
            Holiday("2026-12-24", name="Christmas Eve", hours="08:00-12:00"),
            Holiday("2026-12-25", name="Christmas Day"),
            Holiday("2026-12-26", name="St Stephen's Day"),
        ],
        breaks={"2026-12-23": [Break("12:00-13:00", "Lunch"), "15:00-15:15"]},
    )
    night = datetime(2026, 12, 23, 16, tzinfo=BERLIN)
    patched = calendar - Maintenance(Interval(night, night + HOUR), name="Patch night")
    start = datetime(2026, 12, 23, 7, tzinfo=BERLIN)
    end = datetime(2026, 12, 28, 9, tzinfo=BERLIN)

    assert told(patched, start, end, "Europe/Berlin") == [
        "Wed 23 07:00 out of hours",
        "Wed 23 08:00 open",
        "Wed 23 12:00 break Lunch",
        "Wed 23 13:00 open",
        "Wed 23 15:00 break",
        "Wed 23 15:15 open",
        "Wed 23 16:00 maintenance Patch night",
        "Wed 23 17:00 open",
        "Wed 23 18:00 out of hours",
        "Thu 24 08:00 open",
        "Thu 24 12:00 holiday Christmas Eve",
        "Thu 24 18:00 out of hours",
        "Fri 25 00:00 holiday Christmas Day",
        "Sat 26 00:00 holiday St Stephen's Day",
        "Sun 27 00:00 out of hours",
        "Mon 28 08:00 open",
    ]


def test_a_break_explains_only_what_it_takes_out() -> None:
    """Outside opening hours it is out of hours; on a holiday it is the holiday."""
    calendar = BusinessCalendar(
        zone="UTC",
        hours={"mon-fri": "09:00-17:00"},
        holidays=[Holiday("2026-06-02", name="Fete")],
        breaks={"2026-06-01": Break("08:00-10:00", "Drill"), "2026-06-02": "12:00-13:00"},
    )
    assert told(calendar, utc("mon 07:00"), utc("wed 00:00"), "UTC") == [
        "Mon 01 07:00 out of hours",
        "Mon 01 09:00 break Drill",
        "Mon 01 10:00 open",
        "Mon 01 17:00 out of hours",
        "Tue 02 00:00 holiday Fete",
    ]


def test_names_of_one_date_are_told_in_one_order() -> None:
    """Two holidays on one date are both named, whatever their order."""
    one, two = Holiday("2026-06-02", name="Fete"), Holiday(yearly="06-02", name="Anniversary")
    for holidays in ([one, two], [two, one]):
        calendar = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, holidays=holidays)
        (why,) = calendar.explain(utc("tue 00:00"), utc("wed 00:00"))
        assert why.text == "holiday Anniversary, Fete"


def test_a_reason_is_a_value() -> None:
    """It compares, hashes and pickles, and says whether it counts."""
    (why,) = UTC_OFFICE.explain(utc("mon 10:00"), utc("mon 11:00"))
    assert why == OpenReason(Interval(utc("mon 10:00"), utc("mon 11:00")), "open")
    assert why.is_open
    assert why == pickle.loads(pickle.dumps(why))  # noqa: S301  our own bytes


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
    breaks={"2026-05-04": [Break("09:00-10:00", "Drill"), "11:00-11:30"]},
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


def test_a_calendar_fits_the_protocol() -> None:
    """As do its composites."""
    for calendar in (FULL, FULL | UTC_OFFICE, Maintenance([])):
        assert isinstance(calendar, Calendar)


def test_a_notebook_shows_the_week() -> None:
    """One row a weekday, with the hours as text, and nothing that a name could inject."""
    page = attrs.evolve(FULL, name="<script>")._repr_html_()
    assert page.count("<tr>") == 7
    assert "08:00-12:00, 13:00-17:00:30" in page
    assert "&lt;script&gt; (America/New_York)" in page
    assert "<script>" not in page


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
