# ruff: noqa: E501  one kind on one line
"""Hostile and mistaken definitions, by kind: each refused, naming the field and what is allowed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import (
    CalendarDefinitionError,
    InvalidIntervalError,
    InvalidValueError,
    NaiveDatetimeError,
    UnreachableDeadlineError,
)
from incidentcore.instants import Interval
from incidentcore.schedule import Break, BusinessCalendar, BusinessDays, Holiday, Maintenance

GOOD: dict[str, Any] = {"zone": "Europe/Berlin", "hours": {"mon-fri": "09:00-17:00"}}
AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(**GOOD)
KEYLESS = ZoneInfo.from_file(
    io.BytesIO((files("tzdata") / "zoneinfo" / "Europe" / "Berlin").read_bytes())
)

DEFINITIONS: list[tuple[str, dict[str, Any], str]] = [
    ("unknown zone", {"zone": "Mars/Base"}, r"zone: got 'Mars/Base'; allowed: an IANA time zone"),
    ("empty zone", {"zone": ""}, "zone: got ''"),
    ("zone that climbs", {"zone": "../../etc/passwd"}, "zone: got"),
    ("zone with a NUL", {"zone": "Europe/Berlin\x00"}, "zone: got"),
    ("zone that is a number", {"zone": 1}, "zone: got 1"),
    ("zone without a key", {"zone": KEYLESS}, "zone: got .*a ZoneInfo with a key"),
    ("no hours", {"hours": {}}, "hours: got {}; allowed: at least one weekday"),
    ("hours that never open", {"hours": {"mon": []}}, "at least one weekday or special day"),
    (
        "special days that never open",
        {"hours": {}, "special": {"2026-06-01": []}},
        "at least one weekday or special day",
    ),
    ("hours that are text", {"hours": "09:00-17:00"}, "hours: got .*a mapping or"),
    ("hours that are None", {"hours": None}, "hours: got None; allowed: a mapping or"),
    ("hours that are a list of texts", {"hours": ["mon"]}, "hours: got .*a mapping or"),
    (
        "unknown weekday",
        {"hours": {"montag": "09:00-17:00"}},
        "hours: got 'montag'; allowed: weekdays such as \"mon\"",
    ),
    ("weekday by number", {"hours": {0: "09:00-17:00"}}, "hours: got 0; allowed: weekdays"),
    ("half a range", {"hours": {"mon-": "09:00-17:00"}}, "hours: got 'mon-'"),
    (
        "weekday twice",
        {"hours": {"mon-fri": "09:00-17:00", "fri": "09:00-12:00"}},
        "each weekday named once",
    ),
    (
        "window without an end",
        {"hours": {"mon": "09:00"}},
        r"hours\['mon'\]: got '09:00'; allowed: windows such as",
    ),
    ("window of words", {"hours": {"mon": "nine to five"}}, r"hours\['mon'\]: got 'nine to five'"),
    ("window of numbers", {"hours": {"mon": 9}}, r"hours\['mon'\]: got 9"),
    ("window of times", {"hours": {"mon": [(time(9), time(17))]}}, r"hours\['mon'\]: got"),
    ("hour 25", {"hours": {"mon": "25:00-26:00"}}, "a start before 24:00"),
    ("start at 24:00", {"hours": {"mon": "24:00-30:00"}}, "a start before 24:00"),
    ("hour 49", {"hours": {"mon": "23:00-49:00"}}, "hours 00 to 48"),
    ("minute 60", {"hours": {"mon": "09:60-17:00"}}, "minutes and seconds 00 to 59"),
    ("second 60", {"hours": {"mon": "09:00:60-17:00"}}, "minutes and seconds 00 to 59"),
    ("fractions of a second", {"hours": {"mon": "09:00:00.5-17:00"}}, "windows such as"),
    ("negative hours", {"hours": {"mon": "-1:00-17:00"}}, "windows such as"),
    ("other digits", {"hours": {"mon": "\u0660\u0669:00-17:00"}}, "windows such as"),
    ("a long dash", {"hours": {"mon": "09:00\u201317:00"}}, "windows such as"),
    ("end of day at 23:59", {"hours": {"mon": "00:00-23:59"}}, "24:00 as the end of a day"),
    ("end of day at 23:59:59", {"hours": {"mon": "00:00-23:59:59"}}, "24:00 as the end of a day"),
    (
        "night to 23:59 of the next day",
        {"hours": {"mon": "23:59-47:59"}},
        "24:00 as the end of a day",
    ),
    ("equal start and end", {"hours": {"mon": "09:00-09:00"}}, "24 hours are 09:00-33:00"),
    ("midnight to midnight", {"hours": {"mon": "00:00-00:00"}}, "24 hours are 00:00-24:00"),
    ("longer than a day", {"hours": {"mon": "09:00-34:00"}}, "at most 24 hours after the start"),
    (
        "overlap on one date",
        {"hours": {"mon": ["09:00-12:00", "11:00-17:00"]}},
        r"hours\['mon'\]: got '11:00-17:00'; allowed: windows of one date that do not overlap",
    ),
    ("the same window twice", {"hours": {"mon": ["09:00-12:00", "09:00-12:00"]}}, "do not overlap"),
    (
        "night into the next day's hours",
        {"hours": {"mon": "22:00-06:00", "tue": "05:00-09:00"}},
        r"hours\['tue'\]: got '05:00-09:00'",
    ),
    (
        "Sunday's night into Monday",
        {"hours": {"sun": "22:00-06:00", "mon": "05:00-09:00"}},
        r"hours\['mon'\]",
    ),
    ("too many windows", {"hours": {"mon": ["09:00-10:00"] * 2_000}}, "at most 1440 windows"),
    ("holidays that are text", {"holidays": "2026-12-25"}, "holidays: got .*an iterable of dates"),
    ("holidays that are a number", {"holidays": 5}, "holidays: got 5"),
    ("holiday that is a datetime", {"holidays": [AT]}, r"holidays\[0\]: got .*a date such as"),
    ("holiday on 30 February", {"holidays": ["2026-02-30"]}, r"holidays\[0\]: got '2026-02-30'"),
    (
        "holiday in another spelling",
        {"holidays": ["25.12.2026"]},
        r"holidays\[0\]: got '25.12.2026'",
    ),
    ("holiday as a week date", {"holidays": ["2026-W52-5"]}, r"holidays\[0\]"),
    ("holiday that is None", {"holidays": [None]}, r"holidays\[0\]: got None"),
    ("holiday in year 1", {"holidays": [date(1, 1, 1)]}, "years 2 to 9998"),
    ("holiday in year 9999", {"holidays": ["9999-01-01"]}, "years 2 to 9998"),
    (
        "special day that is a holiday",
        {"special": {"2026-12-25": "09:00-12:00"}, "holidays": ["2026-12-25"]},
        r"special\[2026-12-25\]: got Holiday\('2026-12-25'\)",
    ),
    (
        "special day in a holiday's range",
        {
            "special": {"2026-12-25": "09:00-12:00"},
            "holidays": [Holiday(range="2026-12-24/2026-12-26")],
        },
        r"special\[2026-12-25\]",
    ),
    (
        "special day on a yearly holiday",
        {"special": {"2026-12-25": "09:00-12:00"}, "holidays": [Holiday(yearly="12-25")]},
        r"special\[2026-12-25\]",
    ),
    (
        "special day on a rule",
        {
            "special": {"2026-11-26": "09:00-12:00"},
            "holidays": [Holiday(rule="FREQ=YEARLY;BYMONTH=11;BYDAY=4TH")],
        },
        r"special\[2026-11-26\]",
    ),
    (
        "one date closed and with hours",
        {"holidays": ["2026-12-24", Holiday("2026-12-24", hours="09:00-12:00")]},
        r"holidays\[2026-12-24\]: got .*one meaning for a date",
    ),
    (
        "one date with two hours",
        {
            "holidays": [
                Holiday("2026-12-24", hours="09:00-13:00"),
                Holiday("2026-12-24", hours="09:00-12:00"),
            ]
        },
        "one meaning for a date",
    ),
    (
        "yearly day closed and with hours",
        {"holidays": [Holiday(yearly="12-24"), Holiday(yearly="12-20/12-24", hours="09:00-12:00")]},
        r"holidays\[12-24\]",
    ),
    (
        "a date against a yearly day",
        {"holidays": ["2026-12-24", Holiday(yearly="12-24", hours="09:00-12:00")]},
        r"holidays\[2026-12-24\]",
    ),
    (
        "special days that are a list of dates",
        {"special": ["2026-12-25"]},
        "special: got .*a mapping or",
    ),
    ("special day by weekday", {"special": {"mon": "09:00-12:00"}}, "special: got 'mon'"),
    (
        "special day twice",
        {"special": [("2026-12-25", "09:00-12:00"), (date(2026, 12, 25), "10:00-12:00")]},
        "each date once",
    ),
    (
        "special day with bad hours",
        {"special": {"2026-12-25": "9-12"}},
        r"special\[2026-12-25\]: got '9-12'",
    ),
    (
        "special night into a special day",
        {"special": {"2026-06-01": "22:00-06:00", "2026-06-02": "05:00-09:00"}},
        r"special\[2026-06-01\]: got",
    ),
    ("breaks that are text", {"breaks": "12:00-13:00"}, "breaks: got .*a mapping or"),
    ("break by no weekday", {"breaks": {"mun": "12:00-13:00"}}, "breaks: got 'mun'.*mon-fri"),
    ("break of a closed day", {"breaks": {"sat": "12:00-13:00"}}, r"breaks\[sat\]: .*within"),
    ("break that is a number", {"breaks": {"2026-06-01": 12}}, r"breaks\[2026-06-01\]: got 12"),
    (
        "break with bad hours",
        {"breaks": {"2026-06-01": "noon"}},
        r"breaks\[2026-06-01\]: got 'noon'",
    ),
    ("name that is a number", {"name": 7}, "name: got 7; allowed: one printable line"),
    ("name of two lines", {"name": "a\nb"}, "name: got .*one printable line"),
    ("name with an escape sequence", {"name": "\x1b[31m"}, "one printable line"),
    ("endless name", {"name": "x" * 201}, "at most 200 characters"),
]


@pytest.mark.parametrize(
    ("wrong", "message"), [row[1:] for row in DEFINITIONS], ids=[row[0] for row in DEFINITIONS]
)
def test_a_definition_is_refused(wrong: dict[str, Any], message: str) -> None:
    """With CalendarDefinitionError, which is a ValueError (C6)."""
    with pytest.raises(CalendarDefinitionError, match=message):
        BusinessCalendar(**{**GOOD, **wrong})


PARTS: list[tuple[str, Callable[[], object], str]] = [
    ("holiday without a date", Holiday, "exactly one of day, range, yearly and rule"),
    ("holiday of two kinds", lambda: Holiday("2026-12-25", yearly="12-25"), "exactly one of"),
    ("range and rule", lambda: Holiday(range="2026-12-24/2026-12-26", rule="FREQ=DAILY;BYMONTH=8"), "exactly one of"),
    ("reversed range", lambda: Holiday(range=("2026-12-26", "2026-12-24")), "range: got"),
    ("range of centuries", lambda: Holiday(range="0002-01-01/9998-12-31"), "at most 3660 days"),
    ("range of one text", lambda: Holiday(range=7), "range: got 7"),  # type: ignore[arg-type]
    ("yearly on 31 February", lambda: Holiday(yearly="02-31"), 'a month and day such as "12-25"'),
    ("yearly with a year", lambda: Holiday(yearly="2026-12-25"), "a month and day"),
    ("yearly without a date", lambda: Holiday(yearly=True), "True beside a day or a range"),
    ("rule that never ends", lambda: Holiday("2026-01-01", rule="FREQ=DAILY;INTERVAL=0"), "INTERVAL from 1"),
    ("rule by the second", lambda: Holiday(rule="FREQ=SECONDLY"), "FREQ=YEARLY"),
    ("holiday with bad hours", lambda: Holiday("2026-12-24", hours="9"), "hours: got '9'"),
    ("holiday with a name of two lines", lambda: Holiday("2026-12-24", name="a\nb"), "one printable line"),
    ("break without hours", lambda: Break("noon"), "break: got 'noon'"),  # type: ignore[arg-type]
    ("maintenance that is text", lambda: Maintenance("tonight"), "intervals: got 'tonight'"),  # type: ignore[arg-type]
    ("maintenance of pairs", lambda: Maintenance([(AT, AT)]), "intervals: got"),  # type: ignore[arg-type]
    ("calendar minus a number", lambda: OFFICE - 5, "intervals: got 5"),  # type: ignore[operator]
]  # fmt: skip


@pytest.mark.parametrize(
    ("build", "message"), [row[1:] for row in PARTS], ids=[row[0] for row in PARTS]
)
def test_a_part_is_refused(build: Callable[[], object], message: str) -> None:
    """Holidays, breaks and maintenance say the same way what is wrong."""
    with pytest.raises(CalendarDefinitionError, match=message):
        build()


def test_the_table_is_long_enough() -> None:
    """At least sixty distinct kinds."""
    kinds = {row[0] for row in (*DEFINITIONS, *PARTS)}
    assert len(kinds) == len(DEFINITIONS) + len(PARTS) >= 60


QUERIES: list[tuple[str, Callable[[], object], type[Exception], str]] = [
    ("naive start", lambda: OFFICE.open_time(AT.replace(tzinfo=None), AT), NaiveDatetimeError, "start: got"),
    ("naive end", lambda: OFFICE.open_time(AT, AT.replace(tzinfo=None)), NaiveDatetimeError, "end: got"),
    ("both naive", lambda: OFFICE.open_time(AT.replace(tzinfo=None), AT.replace(tzinfo=None)), NaiveDatetimeError, "start: got"),
    ("naive instant", lambda: OFFICE.is_open(AT.replace(tzinfo=None)), NaiveDatetimeError, "at: got"),
    ("naive deadline", lambda: OFFICE.deadline(AT.replace(tzinfo=None), HOUR), NaiveDatetimeError, "start: got"),
    ("a date", lambda: OFFICE.open_time(AT.date(), AT), InvalidValueError, "start: got .*an aware datetime"),  # type: ignore[arg-type]
    ("a number", lambda: OFFICE.open_time(0, 1), InvalidValueError, "start: got 0"),  # type: ignore[arg-type]
    ("text", lambda: OFFICE.next_open("now"), InvalidValueError, "at: got 'now'"),  # type: ignore[arg-type]
    ("reversed", lambda: OFFICE.open_time(AT, AT - HOUR), InvalidIntervalError, "not before the start"),
    ("reversed in closed time", lambda: OFFICE.open_time(AT + 10 * HOUR, AT + 9 * HOUR), InvalidIntervalError, "not before"),
    ("reversed windows", lambda: OFFICE.windows(AT, AT - HOUR), InvalidIntervalError, "not before"),
    ("reversed explanation", lambda: OFFICE.explain(AT, AT - HOUR), InvalidIntervalError, "not before"),
    ("year 1", lambda: OFFICE.is_open(datetime(1, 6, 1, tzinfo=UTC)), InvalidValueError, "years 2 to 9998"),
    ("year 9999", lambda: OFFICE.open_time(AT, datetime(9999, 6, 1, tzinfo=UTC)), InvalidValueError, "years 2 to 9998"),
    ("negative budget", lambda: OFFICE.deadline(AT, -HOUR), InvalidValueError, "deadline_before counts the other way"),
    ("negative budget backward", lambda: OFFICE.deadline_before(AT, -HOUR), InvalidValueError, "deadline counts the other way"),
    ("budget in seconds", lambda: OFFICE.deadline(AT, 3600), InvalidValueError, "budget: got 3600; allowed: a timedelta"),  # type: ignore[arg-type]
    ("unknown boundary", lambda: OFFICE.deadline(AT, HOUR, boundary="open"), InvalidValueError, 'boundary: got \'open\'; allowed: "close"'),  # type: ignore[arg-type]
    ("negative horizon", lambda: OFFICE.next_open(AT, horizon=-HOUR), InvalidValueError, "horizon: got"),
    ("horizon in days", lambda: OFFICE.next_close(AT, horizon=5), InvalidValueError, "horizon: got 5"),  # type: ignore[arg-type]
    ("half a business day", lambda: OFFICE.add_business_days(AT, 0.5), InvalidValueError, "n: got 0.5"),  # type: ignore[arg-type]
    ("BusinessDays of a truth value", lambda: BusinessDays(True), InvalidValueError, "n: got True"),
    ("lint of too many years", lambda: OFFICE.lint(years=range(2, 9_000)), InvalidValueError, "years: got"),
    ("an endless budget", lambda: OFFICE.deadline(AT, timedelta.max), UnreachableDeadlineError, "still unspent at the horizon"),
    ("an endless budget backward", lambda: OFFICE.deadline_before(AT, timedelta.max), UnreachableDeadlineError, "still unspent"),
    ("endless business days", lambda: OFFICE.add_business_days(AT, 10**9), UnreachableDeadlineError, "nothing found"),
    ("a calendar that never closes", lambda: BusinessCalendar.always().next_close(AT), UnreachableDeadlineError, "nothing found"),
    ("a composite that never opens", lambda: (OFFICE - OFFICE).next_open(AT), UnreachableDeadlineError, "nothing found"),
    ("opening beyond the horizon", lambda: OFFICE.next_open(AT + 10 * HOUR, horizon=HOUR), UnreachableDeadlineError, "nothing found"),
    ("deadline beyond the horizon", lambda: OFFICE.deadline(AT, 20 * HOUR, horizon=HOUR), UnreachableDeadlineError, "still unspent"),
    ("the end of time", lambda: OFFICE.deadline(datetime(9998, 12, 30, tzinfo=UTC), 999 * HOUR, horizon=timedelta.max), UnreachableDeadlineError, "still unspent"),
    ("the beginning of time", lambda: OFFICE.deadline_before(datetime(2, 1, 2, tzinfo=UTC), 999 * HOUR, horizon=timedelta.max), UnreachableDeadlineError, "still unspent"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "error", "message"), [row[1:] for row in QUERIES], ids=[row[0] for row in QUERIES]
)
def test_a_query_is_refused(
    ask: Callable[[], object], error: type[Exception], message: str
) -> None:
    """Never an OverflowError, a TypeError or a wrong answer."""
    with pytest.raises(error, match=message):
        ask()


def test_what_is_unreachable_says_how_much_is_left() -> None:
    """The error carries since, budget and unspent."""
    with pytest.raises(UnreachableDeadlineError) as caught:
        OFFICE.deadline(AT, 20 * HOUR, horizon=timedelta(days=1))
    # Noon in UTC is 14:00 in Berlin: three hours today, five tomorrow.
    assert (
        caught.value.since,
        caught.value.budget,
        caught.value.unspent,
    ) == (AT, 20 * HOUR, 12 * HOUR)


def test_a_reversed_pair_on_both_sides_of_a_fold_is_refused() -> None:
    """Wall times that look ascending but are not: 02:40 the first time, 02:30 the second."""
    zone = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=zone)
    end = datetime(2026, 10, 25, 2, 40, tzinfo=zone)
    OFFICE.open_time(AT.astimezone(zone), (AT + HOUR).astimezone(zone))

    with pytest.raises(InvalidIntervalError):
        OFFICE.open_time(start, end)


def test_an_interval_is_checked_before_a_calendar_sees_it() -> None:
    """Maintenance cannot be reversed."""
    with pytest.raises(InvalidIntervalError):
        Interval(AT, AT - HOUR)
