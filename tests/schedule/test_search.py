"""The next opening and closing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.schedule.test_calendar import UTC_OFFICE, utc

from incidentcore.errors import InvalidValueError
from incidentcore.schedule import BusinessCalendar


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


def test_a_budget_of_another_library_is_taken_as_a_timedelta() -> None:
    """A subclass without parts of microseconds gives the same instant, one with them none."""

    class Span(timedelta):
        pass

    class Fine(timedelta):
        nanoseconds = 1

    calendar = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert calendar.deadline_before(at, Span(hours=2)) == datetime(2026, 5, 29, 15, tzinfo=UTC)
    with pytest.raises(InvalidValueError, match="a timedelta of whole microseconds"):
        calendar.deadline_before(at, Fine(hours=3))
