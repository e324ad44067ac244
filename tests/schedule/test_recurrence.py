from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule.recurrence import parse_rule

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def by_dateutil(text: str, start: date, first: int, last: int) -> list[date]:
    """Return what another implementation of RFC 5545 answers."""
    rule = rrulestr(text, dtstart=datetime(start.year, start.month, start.day))  # noqa: DTZ001
    low, high = datetime(first, 1, 1), datetime(last, 12, 31)  # noqa: DTZ001
    return [found.date() for found in rule.between(low, high, inc=True)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["2026-11-26"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", ["2026-05-25"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", ["2026-02-28"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", []),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", []),
        ("FREQ=YEARLY;BYYEARDAY=1,-1", ["2026-01-01", "2026-12-31"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", []),  # 29 December 2025
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=MO", ["2026-12-28"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", ["2026-02-13", "2026-03-13", "2026-11-13"]),
        ("FREQ=MONTHLY;BYMONTH=6;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-06-30"]),
        ("FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU", ["2026-11-03"]),
        ("RRULE:FREQ=YEARLY;BYMONTH=1;BYDAY=3MO", ["2026-01-19"]),
        ("FREQ=MONTHLY;BYDAY=5MO", ["2026-03-30", "2026-06-29", "2026-08-31", "2026-11-30"]),
        ("FREQ=MONTHLY;BYDAY=-5TU", ["2026-03-03", "2026-06-02", "2026-09-01", "2026-12-01"]),
    ],
)
def test_the_days_of_2026(text: str, expected: list[str]) -> None:
    """Well-known holidays by their rules."""
    assert expected == [day.isoformat() for day in parse_rule(text).in_years(2026, 2026)]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=YEARLY;INTERVAL=4", "2020-07-04", ["2020-07-04", "2024-07-04", "2028-07-04"]),
        ("FREQ=YEARLY;COUNT=2", "2026-12-25", ["2026-12-25", "2027-12-25"]),
        ("FREQ=YEARLY;UNTIL=20270101", "2025-12-25", ["2025-12-25", "2026-12-25"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=3",
            "2026-06-01",
            ["2026-06-01", "2026-06-15", "2026-06-29"],
        ),
        ("FREQ=DAILY;INTERVAL=10;COUNT=2", "2026-06-01", ["2026-06-01", "2026-06-11"]),
        ("FREQ=YEARLY", "2024-02-29", ["2024-02-29", "2028-02-29"]),
        ("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", "2026-01-07", ["2026-05-13", "2027-05-19"]),
        ("FREQ=MONTHLY;COUNT=3", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
    ],
)
def test_a_rule_with_a_start(text: str, start: str, expected: list[str]) -> None:
    """Intervals and counts begin with the start."""
    found = parse_rule(text, date.fromisoformat(start)).in_years(2000, 2030)
    assert expected == [day.isoformat() for day in found]


NUMBERS = st.lists(st.integers(-31, 31).filter(bool), min_size=1, max_size=3, unique=True)


@st.composite
def rules(draw: st.DrawFn) -> str:
    freq = draw(st.sampled_from(("YEARLY", "MONTHLY", "WEEKLY", "DAILY")))
    parts = [f"FREQ={freq}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if draw(st.booleans()):
        months = draw(st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True))
        parts.append(f"BYMONTH={','.join(map(str, sorted(months)))}")
    numbered = freq in ("YEARLY", "MONTHLY") and draw(st.booleans())
    named = draw(st.lists(st.sampled_from(DAYS), max_size=3, unique=True))
    if named:
        # All numbered or none: dateutil takes what both kinds name, where RFC 5545 joins them.
        number = draw(st.integers(-5, 5)) if numbered else 0
        parts.append("BYDAY=" + ",".join(f"{number or ''}{day}" for day in named))
    if freq in ("YEARLY", "MONTHLY") and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={','.join(map(str, draw(NUMBERS)))}")
        if draw(st.booleans()):
            parts.append(f"BYSETPOS={draw(st.sampled_from((1, -1, 2)))}")
    if draw(st.booleans()):
        parts.append(f"WKST={draw(st.sampled_from(DAYS))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 30))}")
    return ";".join(parts)


@given(rules(), st.dates(date(2015, 1, 1), date(2026, 12, 31)))
def test_another_implementation_agrees(text: str, start: date) -> None:
    """Ours and dateutil's expansion of one rule are the same days."""
    first, last = start.year, start.year + 4
    expected = by_dateutil(
        f"{text};UNTIL={last}1231" if "COUNT" not in text else text, start, first, last
    )
    assert expected == list(parse_rule(text, start).in_years(first, last))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "NAME=VALUE"),
        ("FREQ", "NAME=VALUE"),
        ("FREQ=", "NAME=VALUE"),
        ("BYDAY=MO", "FREQ=YEARLY, MONTHLY"),
        ("FREQ=HOURLY", "FREQ=YEARLY, MONTHLY"),
        ("freq=yearly", "FREQ=YEARLY, MONTHLY"),
        ("FREQ=YEARLY;FREQ=YEARLY", "each part once"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL from 1 to 1000"),
        ("FREQ=DAILY;INTERVAL=99999999", "INTERVAL from 1 to 1000"),
        ("FREQ=DAILY;COUNT=0", "COUNT from 1 to 10000"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20260101", "one of COUNT and UNTIL"),
        ("FREQ=DAILY;UNTIL=2026", "UNTIL as YYYYMMDD"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL as YYYYMMDD"),
        ("FREQ=DAILY;BYMONTHDAY=1", "BYMONTHDAY with FREQ=YEARLY or MONTHLY"),
        ("FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO", "BYSETPOS with FREQ=YEARLY or MONTHLY"),
        ("FREQ=WEEKLY;BYYEARDAY=1", "BYYEARDAY with FREQ=YEARLY or MONTHLY"),
        ("FREQ=WEEKLY;BYWEEKNO=1", "BYWEEKNO with FREQ=YEARLY or MONTHLY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "numbered weekdays with YEARLY"),
        ("FREQ=YEARLY;BYDAY=0MO", "numbers 1 to 53"),
        ("FREQ=YEARLY;BYDAY=54MO", "numbers 1 to 53"),
        ("FREQ=YEARLY;BYDAY=XX", "BYDAY such as"),
        ("FREQ=YEARLY;BYMONTH=13;BYDAY=MO", "BYMONTH from 1 to 12"),
        ("FREQ=YEARLY;BYMONTH=-1;BYDAY=MO", "BYMONTH from 1 to 12"),
        ("FREQ=YEARLY;BYMONTHDAY=32", "BYMONTHDAY from 1 to 31"),
        ("FREQ=YEARLY;BYMONTHDAY=0", "BYMONTHDAY from 1 to 31"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY from 1 to 366"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO from 1 to 53"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY without numbers"),
        ("FREQ=YEARLY;BYSETPOS=1", "another BY part"),
        ("FREQ=YEARLY;BYHOUR=9;BYDAY=MO", "FREQ INTERVAL COUNT"),
        ("FREQ=YEARLY;WKST=XX;BYDAY=MO", "WKST as one of"),
        ("FREQ=YEARLY", "a part that names the day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "the day it starts from"),
        ("FREQ=YEARLY;COUNT=2;BYDAY=1MO", "the day it starts from"),
        ("FREQ=YEARLY;BYDAY=" + "MO," * 1_000, "at most 2000 characters"),
        ("FREQ=YEARLY;BYMONTHDAY=\u0661", "BYMONTHDAY from 1 to 31"),
    ],
)
def test_a_rule_is_refused(text: str, message: str) -> None:
    """The grammar is strict, and says what is allowed (C5)."""
    with pytest.raises(CalendarDefinitionError, match=message):
        parse_rule(text)


def test_a_rule_that_is_no_text_is_refused() -> None:
    """Whatever it is."""
    with pytest.raises(CalendarDefinitionError, match="an RFC 5545 rule"):
        parse_rule(7)  # type: ignore[arg-type]


def test_a_counted_rule_is_followed_for_a_hundred_years() -> None:
    """So that no count makes a search endless."""
    rule = parse_rule("FREQ=YEARLY;COUNT=10000", date(2000, 1, 1))
    found = rule.in_years(2, 9998)

    assert (date(2000, 1, 1), date(2100, 1, 1)) == (found[0], found[-1])
    assert found[-1] - found[0] < timedelta(days=36_600)


def test_a_counted_rule_starts_at_its_start() -> None:
    """Asked for later years, the days before them are counted and left out (RFC 5545)."""
    rule = parse_rule("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=1;COUNT=4", start=date(2020, 5, 1))

    assert rule.in_years(2022, 2030) == (date(2022, 5, 1), date(2023, 5, 1))
    assert rule.in_years(2121, 2130) == ()  # further away than a rule with COUNT is followed


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("FREQ=DAILY;INTERVAL=1000", ""),
        ("RRULE:FREQ=DAILY;INTERVAL=1", "FREQ=DAILY"),
        ("FREQ=DAILY;COUNT=10000", ""),
        ("FREQ=DAILY;COUNT=1", ""),
        ("FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=-31,-1,1,31", ""),
        ("FREQ=YEARLY;BYYEARDAY=-366,-1,1,366", ""),
        ("FREQ=YEARLY;BYWEEKNO=-53,-1,1,53;BYDAY=MO", ""),
        ("FREQ=YEARLY;BYDAY=-53MO,53MO", ""),
        ("FREQ=YEARLY;BYDAY=+2MO", "FREQ=YEARLY;BYDAY=2MO"),
        (
            "FREQ=YEARLY;WKST=SU;BYSETPOS=1,-1;BYDAY=MO,-1FR;BYMONTH=12,1;UNTIL=20301231T000000Z",
            "FREQ=YEARLY;UNTIL=20301231;BYMONTH=1,12;BYDAY=-1FR,MO;BYSETPOS=-1,1;WKST=SU",
        ),
        ("FREQ=MONTHLY;BYDAY=MO;WKST=MO", "FREQ=MONTHLY;BYDAY=MO"),
    ],
)
def test_a_rule_at_its_limits_in_canonical_form(text: str, canonical: str) -> None:
    """Parts in one order, numbers ascending, and nothing that is as by default."""
    assert parse_rule(text, date(2026, 1, 1)).text == (canonical or text)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("FREQ=DAILY;INTERVAL=1001", "INTERVAL from 1 to 1000"),
        ("FREQ=DAILY;COUNT=10001", "COUNT from 1 to 10000"),
        ("FREQ=YEARLY;BYMONTHDAY=-32", "BYMONTHDAY from 1 to 31 or -31 to -1"),
        ("FREQ=YEARLY;BYYEARDAY=-367", "BYYEARDAY from 1 to 366 or -366 to -1"),
        ("FREQ=YEARLY;BYWEEKNO=-54", "BYWEEKNO from 1 to 53 or -53 to -1"),
        ("FREQ=YEARLY;BYMONTH=0;BYDAY=MO", "BYMONTH from 1 to 12$"),
        ("FREQ=YEARLY;BYDAY=-54MO", "numbers 1 to 53 or -53 to -1 before a weekday"),
        ("FREQ=DAILY;UNTIL=20261301", "UNTIL as YYYYMMDD"),
    ],
)
def test_a_rule_beyond_its_limits_is_refused(text: str, allowed: str) -> None:
    """By one; with a start that gives what other rules lack."""
    with pytest.raises(CalendarDefinitionError, match=f"^rule: .*{allowed}"):
        parse_rule(text, date(2026, 1, 1))
    with pytest.raises(CalendarDefinitionError, match=r"^RRULE: "):
        parse_rule(text, date(2026, 1, 1), "RRULE")


def test_a_rule_has_a_longest_text() -> None:
    """Two thousand characters are read, one more is not."""
    text = "FREQ=YEARLY;BYMONTHDAY=" + "1," * 988 + "1"
    assert len(text) == 2_000
    assert parse_rule(text).text == "FREQ=YEARLY;BYMONTHDAY=1"
    with pytest.raises(CalendarDefinitionError, match="at most 2000 characters"):
        parse_rule(f"{text}1")


def test_a_start_names_the_day_that_no_part_names() -> None:
    """RFC 5545: its weekday, its day of the month, or its day of the year."""
    start = date(2026, 3, 4)  # a Wednesday
    for text, filled in (
        ("FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=WE"),
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=4"),
        ("FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=4"),
        ("FREQ=YEARLY;BYMONTH=5", "FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=4"),
        ("FREQ=YEARLY;BYWEEKNO=9", "FREQ=YEARLY;BYWEEKNO=9;BYDAY=WE"),
        ("FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=YEARLY;BYYEARDAY=9", "FREQ=YEARLY;BYYEARDAY=9"),
    ):
        assert parse_rule(text, start).text == filled


def test_a_rule_holds_from_its_start_to_its_until() -> None:
    """Both included; a counted rule is followed for a hundred years, the last included."""
    rule = parse_rule("FREQ=DAILY;UNTIL=20260105", date(2026, 1, 3))
    assert rule.in_years(2026, 2026) == (date(2026, 1, 3), date(2026, 1, 4), date(2026, 1, 5))
    assert rule.in_years(2025, 2025) == rule.in_years(2027, 2030) == ()
    counted = parse_rule("FREQ=YEARLY;COUNT=3", date(2026, 1, 3))
    assert counted.in_years(2027, 2028) == (date(2027, 1, 3), date(2028, 1, 3))
    assert counted.in_years(2029, 2126) == counted.in_years(2127, 2127) == ()
    far = parse_rule("FREQ=YEARLY;COUNT=200", date(2026, 1, 3))
    assert far.in_years(2126, 2300) == (date(2126, 1, 3),)
