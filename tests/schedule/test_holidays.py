# ruff: noqa: E501  one row of a table on one line
from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.digest import content_id
from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    Holiday,
)
from incidentcore.schedule.holidays import _yearly_runs, canonical_holidays, closed_days
from incidentcore.serialization import dumps, from_plain, loads, to_plain


@pytest.mark.parametrize(
    ("holiday", "expected"),
    [
        (Holiday("2026-12-25"), ["2026-12-25"]),
        (Holiday(date(2026, 12, 25)), ["2026-12-25"]),
        (Holiday(range="2026-12-30/2027-01-02"), ["2026-12-30", "2026-12-31"]),
        (Holiday(range=("2025-12-30", date(2026, 1, 1))), ["2026-01-01"]),
        (Holiday(yearly="12-25"), ["2026-12-25"]),
        (Holiday("2020-12-25", yearly=True), ["2026-12-25"]),
        (Holiday(yearly="12-30/01-02"), ["2026-01-01", "2026-01-02", "2026-12-30", "2026-12-31"]),
        (Holiday(range="2020-12-31/2021-01-01", yearly=True), ["2026-01-01", "2026-12-31"]),
        (Holiday(yearly="02-29"), []),
        (Holiday(yearly="02-28/03-01"), ["2026-02-28", "2026-03-01"]),
        (Holiday(rule="FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"), ["2026-11-26"]),
    ],
)
def test_the_dates_of_2026(holiday: Holiday, expected: list[str]) -> None:
    """Dates, ranges, yearly days also across New Year, rules (C5)."""
    assert expected == [day.isoformat() for day in holiday.dates(2026, 2026)]


def test_29_february_returns_in_leap_years() -> None:
    """Only then."""
    found = Holiday(yearly="02-29").dates(2023, 2029)
    assert [date(2024, 2, 29), date(2028, 2, 29)] == list(found)


@pytest.mark.parametrize(
    "holiday",
    [
        Holiday("2026-12-25", name="Christmas Day"),
        Holiday(range="2026-12-24/2026-12-26"),
        Holiday(yearly="12-24/01-02", name='it\'s "long"'),
        Holiday("2020-01-01", rule="FREQ=YEARLY;INTERVAL=4"),
        Holiday("2026-12-24", hours="09:00-12:00"),
        Holiday("2026-12-24", hours=["09:00-10:00", "11:00-12:00"]),
    ],
)
def test_a_holiday_is_a_value(holiday: Holiday) -> None:
    """It reads back, pickles, hashes and has a content id."""
    again = pickle.loads(pickle.dumps(holiday))  # noqa: S301  our own bytes
    assert holiday == again == eval(repr(holiday), {"Holiday": Holiday})  # noqa: S307  our own repr
    assert hash(holiday) == hash(again)
    assert content_id(holiday) == content_id(again)


NAMES = st.sampled_from(("", "A", "B"))
DAYS = st.dates(date(2026, 12, 20), date(2027, 1, 10))
ANY = st.one_of(
    st.builds(Holiday, DAYS, name=NAMES),
    st.builds(lambda one, two, name: Holiday(range=sorted((one, two)), name=name), DAYS, DAYS, NAMES),  # type: ignore[arg-type]
    st.builds(lambda one, two, name: Holiday(yearly=(f"{one:%m-%d}", f"{two:%m-%d}"), name=name), DAYS, DAYS, NAMES),
)  # fmt: skip


@given(st.lists(ANY, max_size=5), st.randoms(use_true_random=False))
def test_one_spelling_for_one_meaning(holidays: list[Holiday], chance: Any) -> None:
    """The canonical list has the same dates by name, in any order, and is its own canonical list."""
    shuffled = holidays[:]
    chance.shuffle(shuffled)
    found = canonical_holidays(shuffled)

    assert found == canonical_holidays(holidays) == canonical_holidays(found)
    for year in (2024, 2026, 2027):
        assert {(day, item.name) for item in holidays for day in item.dates(year, year)} == {
            (day, item.name) for item in found for day in item.dates(year, year)
        }


def test_a_year_of_yearly_days_is_one_range() -> None:
    """Months that follow one another are joined, also across New Year."""
    halves = [Holiday(yearly="01-01/06-30"), Holiday(yearly="07-01/12-31")]
    assert canonical_holidays(halves) == (Holiday(yearly="01-01/12-31"),)


OFFICE_HOURS: dict[str, Any] = {"zone": "UTC", "hours": {"mon-fri": "09:00-17:00"}}


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2026, 3), (2027, 3), (2022, 0), (2028, 0)],  # a Thursday, a Friday, a Saturday, a Sunday
)
def test_half_a_day_every_year_opens_no_closed_weekday(year: int, expected: int) -> None:
    """Christmas Eve until noon shortens a working day and never opens a weekend (rule C5)."""
    eve = Holiday(yearly="12-24", name="Christmas Eve", hours="09:00-12:00")
    calendar = BusinessCalendar(**OFFICE_HOURS, holidays=[eve])
    day = datetime(year, 12, 24, tzinfo=UTC)
    assert calendar.open_time(day, day + timedelta(days=1)) == timedelta(hours=expected)


def test_it_opens_one_where_it_says_so() -> None:
    """With ``opens=True`` the Saturday has its three hours; a dated holiday opens without it."""
    saturday = datetime(2022, 12, 24, tzinfo=UTC)
    for holiday in (
        Holiday(yearly="12-24", hours="09:00-12:00", opens=True),
        Holiday("2022-12-24", hours="09:00-12:00"),
        Holiday(rule="FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", hours="09:00-12:00"),
    ):
        calendar = BusinessCalendar(**OFFICE_HOURS, holidays=[holiday])
        assert calendar.open_time(saturday, saturday + timedelta(days=1)) == timedelta(hours=3)


def test_a_night_that_ends_on_the_date_does_not_open_it() -> None:
    """The weekday of the date needs a window that begins on it: a tail of the night is none."""
    eve = Holiday(yearly="12-24", hours="09:00-12:00")
    calendar = BusinessCalendar(zone="UTC", hours={"mon-fri": "22:00-06:00"}, holidays=[eve])
    saturday = datetime(2022, 12, 24, tzinfo=UTC)
    (window,) = calendar.windows(saturday, saturday + timedelta(days=1))
    assert window.end == saturday + timedelta(hours=6)


def test_equal_half_days_of_both_kinds_stay_apart() -> None:
    """``opens`` is part of the value: neighbors of both kinds are not joined."""
    kinds = [
        Holiday(yearly="12-24", hours="09:00-12:00"),
        Holiday(yearly="12-25", hours="09:00-12:00", opens=True),
    ]
    calendar = BusinessCalendar(**OFFICE_HOURS, holidays=kinds)
    assert set(calendar.holidays) == set(kinds)
    assert pickle.loads(pickle.dumps(calendar)) == calendar  # noqa: S301  our own bytes
    assert eval(repr(kinds[1])) == kinds[1]  # noqa: S307  our own text


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2026-12-24", "hours": "09:00-12:00", "opens": True},
        {"yearly": "12-24", "opens": True},
        {"yearly": "12-24", "hours": "09:00-12:00", "opens": 1},
    ],
)
def test_opens_is_for_yearly_hours_alone(wrong: dict[str, Any]) -> None:
    """Anything else would say nothing, so it is refused."""
    with pytest.raises(CalendarDefinitionError, match="opens"):
        Holiday(**wrong)


def test_a_working_day_has_the_hours_of_a_weekday() -> None:
    """A Saturday worked instead of a Monday is open as a Monday, nights included."""
    day = Holiday("2026-10-10", name="instead of Monday", hours="mon")
    saturday = datetime(2026, 10, 10, tzinfo=UTC)
    calendar = BusinessCalendar(**OFFICE_HOURS, holidays=[day])
    assert calendar.open_time(saturday, saturday + timedelta(days=2)) == timedelta(hours=8)
    night = BusinessCalendar(zone="UTC", hours={"mon": "22:00-06:00"}, holidays=[day])
    assert night.open_time(saturday, saturday + timedelta(days=2)) == timedelta(hours=8)
    closed = BusinessCalendar(zone="UTC", hours={"tue": "09:00-17:00"}, holidays=[day])
    assert [finding.code for finding in closed.lint()] == ["workday_without_hours"]


@pytest.mark.parametrize("hours", ["Monday", "mo", ["Mon"]])
def test_the_weekday_of_its_hours_has_any_name_of_a_weekday(hours: Any) -> None:
    assert Holiday("2026-10-10", hours=hours) == Holiday("2026-10-10", hours="mon")


@pytest.mark.parametrize(
    ("field", "given", "hint"),
    [
        ("holidays", ["12-24"], 'each year, holidays=[Holiday(yearly="12-24")]'),
        ("holidays", ["2026-12-24/2026-12-31"], 'Holiday(range="2026-12-24/2026-12-31")]'),
        ("special", {"12-24": "09:00-11:00"}, 'yearly="12-24", hours="09:00-12:00")]'),
        ("special", {"2026-12-24/2026-12-31": "09:00-11:00"}, '-31", hours="09:00-12:00")]'),
        ("breaks", {"12-24": "12:00-13:00"}, "in the years 2 to 9998"),
    ],
)
def test_what_is_no_date_is_answered_with_what_says_the_same(
    field: str, given: Any, hint: str
) -> None:
    """Special hours with a holiday that has hours; a break with no holiday, which would close."""
    with pytest.raises(CalendarDefinitionError) as caught:
        BusinessCalendar(zone="UTC", hours={"mon": "09:00-17:00"}, **{field: given})
    assert str(caught.value).endswith(hint)


def test_a_document_without_opens_reads_as_the_default() -> None:
    """Documents written before the field was there are read with today's rule."""
    plain = to_plain(Holiday(yearly="12-24", hours="09:00-12:00"))
    del plain["value"]["opens"]
    assert from_plain(plain, Holiday) == Holiday(yearly="12-24", hours="09:00-12:00")


def test_a_very_long_stretch_is_cut_into_ranges_that_can_be_built_again() -> None:
    """A range has at most 3,660 days; one more begins another."""
    first = date(2020, 1, 1)
    days = [("Closed", first + timedelta(days=number)) for number in range(2 * 3660 + 1)]
    (whole,) = closed_days(days[:3660])
    assert whole.range == (first, first + timedelta(days=3659))
    one, two, rest = closed_days(days)
    assert [one.range, two.range] == [
        (first, first + timedelta(days=3659)),
        (first + timedelta(days=3660), first + timedelta(days=7319)),
    ]
    assert (rest.range, rest.day) == (None, first + timedelta(days=7320))


@pytest.mark.parametrize(
    ("holiday", "opens"),
    [
        (Holiday("2026-06-01", hours="09:00-12:00"), True),
        (Holiday(range="2026-06-01/2026-06-02", hours="09:00-12:00"), True),
        (Holiday(rule="FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1", hours="09:00-12:00"), True),
        (Holiday(yearly="06-01", hours="09:00-12:00", opens=True), True),
        (Holiday(yearly="06-01", hours="09:00-12:00"), False),
        (Holiday("2026-06-01"), False),
        (Holiday("2026-06-01", hours="mon"), False),
    ],
    ids=str,
)
def test_what_alone_opens_a_calendar_without_hours(holiday: Holiday, opens: bool) -> None:  # noqa: FBT001  a table
    """A calendar that never opens is refused (rule C6)."""
    if not opens:
        with pytest.raises(CalendarDefinitionError):
            BusinessCalendar(zone="UTC", hours={}, holidays=[holiday])
        return
    calendar = BusinessCalendar(zone="UTC", hours={}, holidays=[holiday])
    assert calendar.is_open(datetime(2026, 6, 1, 10, tzinfo=UTC))


BREAK = Holiday(yearly="12-24/01-02", name="Christmas break")
WORK = {"zone": "Europe/London", "hours": {"mon-fri": "09:00-17:00"}}


@pytest.mark.parametrize(
    ("lifts", "opened"),
    [
        (Holiday("2027-12-28", name="migration", hours="week"), {28: 8.0}),
        (Holiday("2027-12-28", hours="10:00-12:00"), {28: 2.0}),
        (Holiday("2027-12-25", hours="mon"), {25: 8.0}),  # a Saturday
        (Holiday(range="2027-12-24/2027-12-28", hours="week"), {24: 8.0, 27: 8.0, 28: 8.0}),
    ],
)
def test_a_date_with_hours_lifts_a_yearly_closure(lifts: Holiday, opened: dict[int, float]) -> None:
    """Of that year alone, and in any order; a Saturday stays closed under the hours of the week."""
    calendar = BusinessCalendar(**WORK, holidays=[BREAK, lifts])
    assert calendar == BusinessCalendar(**WORK, holidays=[lifts, BREAK])
    for year in (2026, 2027, 2028):
        for day in range(24, 32):
            start = datetime(year, 12, day, tzinfo=UTC)
            hours = calendar.open_time(start, start + timedelta(days=1)) / timedelta(hours=1)
            assert hours == (opened.get(day, 0) if year == 2027 else 0), start
    assert calendar.lint(years=[2026, 2027]) == ()
    assert loads(dumps(calendar), BusinessCalendar) == calendar


def test_a_rule_and_a_yearly_half_day_are_lifted_too() -> None:
    """The hours of the date alone count, and its name alone explains them."""
    half = Holiday(yearly="12-24", name="Eve", hours="09:00-12:00")
    rule = Holiday(rule="FREQ=YEARLY;BYMONTH=8;BYDAY=-1MO", name="Bank holiday")
    dated = [
        Holiday(day, name="stocktaking", hours="10:00-16:00")
        for day in ("2026-12-24", "2026-08-31")
    ]
    calendar = BusinessCalendar(**WORK, holidays=[half, rule, *dated])
    for month, day, offset in ((12, 24, 0), (8, 31, 1)):
        start = datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=offset)
        parts = calendar.explain(start, start + timedelta(days=1))
        assert [str(part.name) for part in parts if part.code == "holiday"] == ["stocktaking"] * 2
        assert calendar.open_time(start, start + timedelta(days=1)) == timedelta(hours=6)


def test_a_special_day_on_a_yearly_holiday_says_how_to_lift_it() -> None:
    """The error names the holiday with hours."""
    with pytest.raises(CalendarDefinitionError, match=r'Holiday\("2027-12-28", hours=\.\.\.\)'):
        BusinessCalendar(**WORK, holidays=[BREAK], special={"2027-12-28": "09:00-17:00"})


@pytest.mark.parametrize(
    ("places", "runs"),
    [
        ([0], [(0, 0)]),
        ([0, 5], [(0, 0), (5, 5)]),
        ([5, 365], [(5, 5), (365, 365)]),
        ([0, 365], [(365, 0)]),
        ([0, 1, 100, 364, 365], [(100, 100), (364, 1)]),
        (range(366), [(0, 365)]),
    ],
)
def test_days_of_a_year_are_joined_across_new_year(
    places: Any, runs: list[tuple[int, int]]
) -> None:
    """The first day follows the last one of a leap year, which is the 366th."""
    found = _yearly_runs({("x", (), place) for place in places})
    assert found == [("x", (), *run) for run in runs]


@pytest.mark.parametrize("night", ["12:00-06:00", "12:00-30:00"])
def test_two_shifts_that_touch_may_last_more_than_a_day(night: str) -> None:
    """From Monday 00:00 to Tuesday 06:00 are 30 hours, of a holiday, a special day or a break."""
    shifts = ["00:00-12:00", night]
    monday, tuesday = {"2026-06-01": shifts}, {"tue": "09:00-17:00"}
    pause = {"2026-06-01": Break(shifts)}
    start = datetime(2026, 6, 1, tzinfo=UTC)
    half = [Holiday("2026-06-01", hours=shifts)]
    for hours, calendar in (
        (38, BusinessCalendar(zone="UTC", hours=tuesday, holidays=half)),
        (38, BusinessCalendar(zone="UTC", hours=tuesday, special=monday)),
        (18, BusinessCalendar(zone="UTC", hours={"mon-sun": "00:00-24:00"}, breaks=pause)),
    ):
        again = loads(dumps(calendar), BusinessCalendar)
        for one in (calendar, again):
            open_time = one.open_time(start, start + timedelta(days=2))
            assert (one, open_time) == (calendar, timedelta(hours=hours))
