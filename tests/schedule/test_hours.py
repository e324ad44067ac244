from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule.hours import (
    DAY,
    format_span,
    friendly_week,
    parse_hours,
    parse_week,
    split,
    weekdays,
)

HOUR = 3_600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("09:00-17:00", (9 * HOUR, 17 * HOUR)),
        ("9:00-17:00", (9 * HOUR, 17 * HOUR)),
        (" 09:00 - 17:00 ", (9 * HOUR, 17 * HOUR)),
        ("09:00:30-17:00:01", (9 * HOUR + 30, 17 * HOUR + 1)),
        ("00:00-24:00", (0, DAY)),
        ("16:00-00:00", (16 * HOUR, DAY)),
        ("22:00-06:00", (22 * HOUR, 30 * HOUR)),
        ("22:00-30:00", (22 * HOUR, 30 * HOUR)),
        ("09:00-33:00", (9 * HOUR, 33 * HOUR)),
        ("23:58-00:01", (DAY - 120, DAY + 60)),
    ],
)
def test_a_window_is_read(text: str, expected: tuple[int, int]) -> None:
    """Windows as people write them."""
    assert (expected,) == parse_hours(text, "hours")


@given(st.integers(0, DAY - 1), st.integers(1, DAY))
def test_a_window_reads_back(start: int, length: int) -> None:
    """What is written is read as the same window."""
    end = start + length
    if end % DAY not in (DAY - 60, DAY - 1):
        assert ((start, end),) == parse_hours(format_span((start, end)), "hours")


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ({"mon-fri": "09:00-17:00"}, {"mon-fri": "09:00-17:00"}),
        ({"sat-mon": "10:00-12:00"}, {"mon": "10:00-12:00", "sat-sun": "10:00-12:00"}),
        ({"MON": "10:00-12:00"}, {"mon": "10:00-12:00"}),
        ([("mon", "10:00-12:00")], {"mon": "10:00-12:00"}),
        ({"mon-sun": "22:00-06:00"}, {"mon-sun": "22:00-06:00"}),
        ({"mon": ["22:00-24:00"], "tue": ["00:00-06:00"]}, {"mon": "22:00-06:00"}),
        ({"mon": ["08:00-12:00", "12:00-17:00"]}, {"mon": "08:00-17:00"}),
        ({"mon-sun": "00:00-24:00"}, {"mon-sun": "00:00-24:00"}),
        ({"mon": [], "tue": "09:00-10:00"}, {"tue": "09:00-10:00"}),
    ],
)
def test_a_week_is_shown_as_a_person_would_write_it(hours: Any, expected: dict[str, Any]) -> None:
    """Nights in one piece, equal neighbors as a range; and it reads back as the same week."""
    week = parse_week(hours)

    assert expected == friendly_week(week)
    assert week == parse_week(friendly_week(week))


def test_a_night_is_cut_at_midnight() -> None:
    """Its head is the date's, its tail the next date's (C2)."""
    assert split([(22 * HOUR, 30 * HOUR)]) == (((22 * HOUR, DAY),), ((0, 6 * HOUR),))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("mon", [0]),
        ("Monday", [0]),
        ("TUES", [1]),
        ("Mo-Fr", [0, 1, 2, 3, 4]),
        ("saturday - mon", [5, 6, 0]),
        ("mon,wed , fri", [0, 2, 4]),
        ("mon-thu, sat", [0, 1, 2, 3, 5]),
    ],
)
def test_names_of_weekdays(key: str, expected: list[int]) -> None:
    """Cut off, in full, a range, several: forms of spatie/opening-hours and OpenStreetMap."""
    assert expected == weekdays(key, "hours")


@pytest.mark.parametrize(
    "key",
    ["", "t", "m", "mondays", "mon-", "-mon", "mon,", "mon;tue", "mon-tue-wed", "so", 1, None],
)
def test_what_names_no_weekday_is_refused(key: object) -> None:
    """One letter is not enough, and no part may be empty."""
    with pytest.raises(CalendarDefinitionError, match='"mon-thu, sat"'):
        weekdays(key, "hours")


def test_a_weekday_twice_is_refused() -> None:
    """A range and a day of it contradict each other."""
    with pytest.raises(CalendarDefinitionError, match=r"hours\['fri'\].*each weekday named once"):
        parse_week({"mon-fri": "09:00-17:00", "fri": "09:00-12:00"})
    with pytest.raises(CalendarDefinitionError, match="each weekday named once"):
        parse_week({"mon, Monday": "09:00-17:00"})


@pytest.mark.parametrize("hours", ["24:00-48:01", "24:00-48:00:01", "24:00-49:00", "09:60-10:00"])
def test_a_time_beyond_two_days_is_no_time(hours: str) -> None:
    """48:00 is the last end, and has neither minutes nor seconds."""
    with pytest.raises(CalendarDefinitionError, match="hours 00 to 48, minutes and seconds 00 to"):
        parse_hours(hours, "hours")
