"""Deadlines, ahead and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.schedule.test_calendar import HOUR, UTC_OFFICE, utc

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, Maintenance


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
    """The latest instant from which the budget fits: 30 minutes before Tue 09:10 is Mon 16:40."""
    assert utc(expected) == UTC_OFFICE.deadline_before(utc(end), hours * HOUR)


def test_a_span_longer_than_an_index_compiles_its_first_years_once() -> None:
    """An index has 64 years at most; the same one serves the next question from there."""
    calendar = BusinessCalendar(zone="UTC", hours={"mon": "09:00-10:00"})
    low, high = timedelta(days=366 * 30), timedelta(days=366 * 130)
    index = calendar._cover(low, high)
    assert index.low <= low
    assert index.high < high
    assert calendar._cover(low, high) is index
    assert calendar._cover(low, low + timedelta(days=366)) is index


def test_no_opening_follows_the_last_deadline() -> None:
    """The hour is spent where the only window ends; there is no opening to move it to."""
    nine = utc("mon 09:00")
    once = Maintenance(Interval(nine, nine + HOUR))
    assert once.deadline(nine, HOUR) == nine + HOUR
    with pytest.raises(UnreachableDeadlineError):
        once.deadline(nine, HOUR, boundary="next_open")
