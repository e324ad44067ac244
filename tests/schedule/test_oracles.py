"""Every row of the calendar oracles: answered, or on one of two lists with its reason."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.oracles.rows import Row, read

from incidentcore.errors import CalendarDefinitionError, InvalidIntervalError
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, Holiday

from . import oracles, reference
from .oracles import build, instant

FILES = (
    "calendar_biz_spec.jsonl",
    "calendar_business_time_tests.jsonl",
    "calendar_businesstimedelta_tests.jsonl",
    "calendar_chatwoot.jsonl",
    "calendar_jbpm_kogito.jsonl",
    "calendar_library_tests.jsonl",
    "calendar_other_tests.jsonl",
    "calendar_pandas_tests.jsonl",
    "calendar_vendor_docs.jsonl",
    "calendar_working_hours_spec.jsonl",
)
ROWS = [row for name in FILES for row in read(name)]
CONSENSUS = read("calendar_consensus.jsonl")

# Facts about something that a calendar does not model.
NOT_OURS = {
    "vendor_docs-0005": "a timeline of an SLA clock; answered by the tests of the sla room",
    "vendor_docs-0006": "a timeline of an SLA clock; answered by the tests of the sla room",
    "vendor_docs-0007": "a timeline of an SLA clock; answered by the tests of the sla room",
}

# What we answer otherwise on purpose, with the rule; each has a test below.
DIFFERENT = {
    "biz_spec-0015": "T3: a reversed interval is refused, not zero",
    "chatwoot-0011": "C6: a calendar that is never open is refused, not 24 hours a day",
    "jbpm_kogito-0016": "C8: six business days skip the holidays met on the way, all ten of them",
    "jbpm_kogito-0020": "C5: a yearly range across New Year applies; the source forgets it",
    "library_tests-0003": "T3: the instant of closing is not open",
    "library_tests-0013": "C8: from a weekend one first moves into open time, then counts",
    "library_tests-0036": "C8: from a weekend one first moves into open time, then counts",
    "library_tests-0116": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0117": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0120": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0123": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0126": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0127": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0130": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0132": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0133": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0135": "C8: a business day later is at the same time of day, not at the opening",
    "library_tests-0152": "T3: the instant of closing is not open",
    "library_tests-0195": "C8: a time after the closing of a shorter day is the next opening",
    "library_tests-0196": "C8: a time after the closing of a shorter day is the next opening",
    "library_tests-0235": "C8: the end of a date is at the latest its midnight",
    "library_tests-0236": "C2: a holiday closes the end of the night before",
    "library_tests-0238": "C2: a holiday leaves the end of its own night open; lint reports it",
    "library_tests-0239": "C1: special hours replace the end of the night before too",
    "library_tests-0276": "C8: from a weekend one first moves into open time, then counts",
    "library_tests-0277": "C8: from a weekend one first moves into open time, then counts",
    "library_tests-0278": "C8: from a weekend one first moves into open time, then counts",
    "library_tests-0279": "C8: from a weekend one first moves into open time, then counts",
    "library_tests-0292": "T3: the instant of closing is not open",
    "other_tests-0174": "C8: a day after a time before opening is the opening, not that time",
    "other_tests-0175": "C8: a day after a time before opening is the opening, not that time",
    "other_tests-0176": "C8: from a weekend one moves to Monday's opening first, then counts",
    "other_tests-0177": "C8: from a weekend one moves to Monday's opening first, then counts",
    "other_tests-0224": "C1: a special evening leaves the weekly end of the night open",
    "other_tests-0225": "C1: a special evening leaves the weekly end of the night open",
    "other_tests-0226": "C1: a special evening leaves the weekly end of the night open",
    "other_tests-0227": "C8: the end of a date is at the latest its midnight",
    "other_tests-0228": "C8: the end of a date is at the latest its midnight",
    "other_tests-0293": "C8: from a holiday one moves to the next opening first, then counts",
    "other_tests-0294": "C8: from a holiday one moves to the closing before first, then counts",
    "working_hours_spec-0034": "T3: a reversed interval is refused, not negative",
    "working_hours_spec-0042": "C3: the Sunday of the autumn change has 25 hours, not 24",
}


def by_kind(kind: str) -> list[object]:
    return [pytest.param(row, id=row["id"]) for row in rows_of(kind)]


def rows_of(kind: str) -> list[Row]:
    listed = {*NOT_OURS, *DIFFERENT}
    return [row for row in ROWS if row["kind"] == kind and row["id"] not in listed]


def row_of(name: str) -> Row:
    return next(row for row in ROWS if row["id"] == name)


def is_same_business_instant(calendar: BusinessCalendar, one: datetime, other: datetime) -> bool:
    """Return whether no open time lies between two answers (rule T5)."""
    return not calendar.open_time(min(one, other), max(one, other))


def test_every_consensus_row_matches() -> None:
    """What up to eight engines answer, disputed or not, is what we answer."""
    wrong = []
    for row in CONSENSUS:
        _, calendar = oracles.calendars()[row["cal_id"]]
        start = instant(row["start"])
        if row["kind"] == "elapsed":
            expected: object = timedelta(seconds=row["expected"])
            actual: object = calendar.open_time(start, instant(row["end"]))
        else:
            budget = timedelta(seconds=row["duration_s"])
            expected = (instant(row["expected"]), instant(row["expected_next_open"]))
            actual = (
                calendar.deadline(start, budget),
                calendar.deadline(start, budget, boundary="next_open"),
            )
        if expected != actual:
            wrong.append((row["id"], expected, actual))
    assert not wrong
    assert len(CONSENSUS) == 2378


@pytest.mark.table
def test_every_consensus_row_matches_the_second_implementation() -> None:
    """The tests' own slow reference answers every row alike, so it may judge other cases."""
    wrong = []
    for row in CONSENSUS:
        definition, _ = oracles.calendars()[row["cal_id"]]
        start = instant(row["start"])
        if row["kind"] == "elapsed":
            end = instant(row["end"])
            windows = reference.edge_windows(definition, start, end)
            expected: object = timedelta(seconds=row["expected"])
            actual: object = reference.open_time(windows, start, end)
        else:
            expected = instant(row["expected"])
            windows = reference.edge_windows(definition, start, expected + timedelta(days=1))
            actual = reference.deadline(windows, start, timedelta(seconds=row["duration_s"]))
        if expected != actual:
            wrong.append((row["id"], expected, actual))
    assert not wrong


@pytest.mark.parametrize("row", by_kind("elapsed"))
def test_open_time(row: Row) -> None:
    """Open seconds between two instants."""
    calendar = build(row["calendar"])
    actual = calendar.open_time(instant(row["start"]), instant(row["end"]))
    assert timedelta(seconds=row["expected"]) == actual


@pytest.mark.parametrize("name", FILES)
def test_deadline(name: str) -> None:
    """The closing time, or the next opening where the source answers so; nothing lies between."""
    source = name.removeprefix("calendar_").removesuffix(".jsonl")
    wrong = []
    for row in rows_of("deadline"):
        if row["id"].rpartition("-")[0] != source:
            continue
        calendar = build(row["calendar"])
        start, expected = instant(row["start"]), instant(row["expected"])
        budget = timedelta(seconds=row["duration_s"])
        if row["direction"] == "backward":
            answers = [calendar.deadline_before(start, budget)]
            is_right = is_same_business_instant(calendar, expected, answers[0])
        else:
            answers = [
                calendar.deadline(start, budget),
                calendar.deadline(start, budget, boundary="next_open"),
            ]
            is_right = expected in answers and is_same_business_instant(calendar, *answers)
        if not is_right:
            wrong.append((row["id"], expected, answers))
    assert not wrong


@pytest.mark.parametrize("row", by_kind("deadline_days"))
def test_business_days(row: Row) -> None:
    """So many business days on, then so much open time where the row adds some."""
    calendar = build(row["calendar"])
    n = -row["days"] if row["direction"] == "backward" else row["days"]
    end_of_day = row.get("end_of_day", False)
    actual = calendar.add_business_days(instant(row["start"]), n, end_of_day=end_of_day)
    if row.get("extra_s"):
        actual = calendar.deadline(actual, timedelta(seconds=row["extra_s"]))
    assert instant(row["expected"]) == actual


@pytest.mark.parametrize("row", by_kind("is_open"))
def test_is_open(row: Row) -> None:
    """Whether an instant is open."""
    assert row["expected"] is build(row["calendar"]).is_open(instant(row["start"]))


@pytest.mark.parametrize("row", [*by_kind("next_open"), *by_kind("next_close")])
def test_next_edge(row: Row) -> None:
    """The next opening or closing."""
    edge = getattr(build(row["calendar"]), row["kind"])
    assert instant(row["expected"]) == edge(instant(row["start"]))


@pytest.mark.parametrize("row", by_kind("windows"))
def test_windows(row: Row) -> None:
    """The first windows after, or before, an instant."""
    calendar = build(row["calendar"])
    start = instant(row["start"])
    expected = [Interval(instant(first), instant(last)) for first, last in row["expected"]]
    forward = row["direction"] == "forward"
    if forward:
        found = list(calendar.windows(start, expected[-1].end + timedelta(days=1)))
        assert expected == found[: len(expected)]
    else:
        first = min(window.start for window in expected)
        found = list(calendar.windows(first - timedelta(days=1), start))[::-1]
        assert expected == found[: len(expected)]


@pytest.mark.parametrize("row", by_kind("wall_to_utc"))
def test_wall_time(row: Row) -> None:
    """Where a wall time in a gap or overlap lies: an edge there opens at that instant (C3)."""
    day = date.fromisoformat(row["date"])
    if row["wall"] == "24:00":
        calendar = BusinessCalendar(zone=row["tz"], hours={"sat": "20:00-24:00"})
        start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(row["tz"]))
        assert instant(row["expected"]) == calendar.next_close(start)
        return
    calendar = BusinessCalendar(zone=row["tz"], hours={"sun": f"{row['wall']}-06:00"})
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(row["tz"]))
    assert instant(row["expected"]) == calendar.next_open(start)


def test_the_lists_name_rows() -> None:
    """A listed row exists, and every row of a known kind is answered."""
    known = {"elapsed", "deadline", "deadline_days", "is_open", "windows", "wall_to_utc"}
    known |= {"next_open", "next_close"}
    ids = {row["id"] for row in ROWS}
    unknown = {row["id"] for row in ROWS if row["kind"] not in known}

    assert len(ids) == len(ROWS) == 1236
    assert {*NOT_OURS, *DIFFERENT} <= ids
    assert unknown <= {*NOT_OURS, *DIFFERENT}


@pytest.mark.parametrize("name", ["biz_spec-0015", "working_hours_spec-0034"])
def test_a_reversed_interval_is_refused(name: str) -> None:
    """Neither zero nor negative: the caller swapped something (T3)."""
    row = row_of(name)
    with pytest.raises(InvalidIntervalError):
        build(row["calendar"]).open_time(instant(row["start"]), instant(row["end"]))


def test_a_calendar_that_never_opens_is_refused() -> None:
    """It does not silently count around the clock (C6)."""
    with pytest.raises(CalendarDefinitionError, match="at least one weekday"):
        build(row_of("chatwoot-0011")["calendar"])


def test_the_autumn_sunday_has_25_hours() -> None:
    """Open time is real elapsed time (C3)."""
    row = row_of("working_hours_spec-0042")
    actual = build(row["calendar"]).open_time(instant(row["start"]), instant(row["end"]))
    assert timedelta(hours=25) == actual


def test_business_days_skip_holidays_met_on_the_way() -> None:
    """Friday 4 May and six: 7, 8, 9, then 21, 22 and 23 May, since 10 to 19 are closed (C8)."""
    row = row_of("jbpm_kogito-0016")
    calendar = build(row["calendar"])
    days = calendar.add_business_days(instant(row["start"]), row["days"])

    assert datetime(2012, 5, 23, 9, tzinfo=UTC) == days
    assert datetime(2012, 5, 23, 14, 20, tzinfo=UTC) == calendar.deadline(
        days, timedelta(seconds=row["extra_s"])
    )


def test_a_yearly_range_across_new_year_applies() -> None:
    """31 December and 1 January are closed each year, as the same dates written out are (C5)."""
    row = row_of("jbpm_kogito-0020")
    week = {day: [f"{a}-{b}" for a, b in spans] for day, spans in row["calendar"]["week"].items()}
    calendar = BusinessCalendar(zone="UTC", hours=week, holidays=[Holiday(yearly="12-31/01-01")])
    days = calendar.add_business_days(instant(row["start"]), row["days"])

    assert datetime(2013, 1, 4, 9, 15, tzinfo=UTC) == calendar.deadline(
        days, timedelta(seconds=row["extra_s"])
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("library_tests-0013", "2015-03-03T09:00:00Z"),
        ("library_tests-0036", "2015-02-26T17:00:00Z"),
        ("library_tests-0116", "2019-07-23T12:00:00Z"),
        ("library_tests-0117", "2019-07-24T12:00:00Z"),
        ("library_tests-0120", "2019-07-22T20:00:00Z"),
        ("library_tests-0123", "2019-07-24T08:00:00Z"),
        ("library_tests-0126", "2019-06-17T16:00:00Z"),
        ("library_tests-0127", "2019-08-13T12:00:00Z"),
        ("library_tests-0130", "2016-06-16T13:00:00Z"),
        ("library_tests-0132", "2016-06-19T12:00:00Z"),
        ("library_tests-0133", "2023-07-17T13:00:00Z"),
        ("library_tests-0135", "2020-06-16T12:00:00Z"),
        ("library_tests-0195", "2026-03-09T12:00:00Z"),
        ("library_tests-0196", "2026-12-25T12:00:00Z"),
        ("library_tests-0235", "2026-03-03T00:00:00Z"),
        ("library_tests-0276", "2020-01-14T00:00:00Z"),
        ("library_tests-0277", "2020-01-14T00:00:00Z"),
        ("library_tests-0278", "2019-08-10T00:00:00Z"),
        ("library_tests-0279", "2019-08-26T00:00:00Z"),
        ("other_tests-0174", "2018-05-15T09:00:00Z"),
        ("other_tests-0175", "2018-05-15T09:00:00Z"),
        ("other_tests-0176", "2018-05-22T09:00:00Z"),
        ("other_tests-0177", "2018-05-22T09:00:00Z"),
        ("other_tests-0227", "2009-11-11T00:00:00Z"),
        ("other_tests-0228", "2009-11-11T00:00:00Z"),
        ("other_tests-0293", "2016-07-06T09:00:00Z"),
        ("other_tests-0294", "2016-06-30T17:00:00Z"),
    ],
)
def test_business_days_that_differ_on_purpose(name: str, expected: str) -> None:
    """First moved into open time, then the same time of day, which may move forward again (C8)."""
    row = row_of(name)
    n = -row["days"] if row["direction"] == "backward" else row["days"]
    calendar, end_of_day = build(row["calendar"]), row.get("end_of_day", False)

    actual = calendar.add_business_days(instant(row["start"]), n, end_of_day=end_of_day)
    assert instant(expected) == actual


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("other_tests-0224", "2009-12-08T21:00:00Z"),
        ("other_tests-0225", "2009-12-23T19:30:00Z"),
        ("other_tests-0226", "2009-12-23T19:30:00Z"),
    ],
)
def test_a_shorter_special_night_leaves_the_weekly_morning(name: str, expected: str) -> None:
    """The morning after 15:30-07:00 is open to 09:00, its weekly hours; ``lint`` says so (C2)."""
    row = row_of(name)
    calendar = build(row["calendar"])
    start, budget = instant(row["start"]), timedelta(seconds=row["duration_s"])

    assert instant(expected) == calendar.deadline(start, budget)
    found = {(finding.subject, finding.data["window"]) for finding in calendar.lint()}
    assert {("2009-12-08", "07:00-09:00"), ("2009-12-23", "07:00-09:00")} <= found


@pytest.mark.parametrize("name", ["library_tests-0003", "library_tests-0152", "library_tests-0292"])
def test_the_closing_instant_is_not_open(name: str) -> None:
    """A window is half-open (T3)."""
    row = row_of(name)
    calendar, at = build(row["calendar"]), instant(row["start"])

    assert not calendar.is_open(at)
    assert calendar.is_open(at - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("name", "hours"),
    [("library_tests-0236", 2), ("library_tests-0238", 6), ("library_tests-0239", 6)],
)
def test_nights_and_holidays_are_of_civil_dates(name: str, hours: int) -> None:
    """A closed or special Monday has no end of Sunday's night; a closed Sunday leaves it (C2)."""
    row = row_of(name)
    start = instant(row["start"])
    end = instant(row["end"]) if "end" in row else start + timedelta(days=1)

    assert timedelta(hours=hours) == build(row["calendar"]).open_time(start, end)
