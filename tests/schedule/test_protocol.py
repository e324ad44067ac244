"""What a calendar of another kind has to offer."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    BusinessDays,
    Calendar,
    Holiday,
    Maintenance,
)
from incidentcore.schedule.protocol import need_span_in, span_end

UTC_OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


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


def test_a_calendar_fits_the_protocol() -> None:
    """As do its composites."""
    for calendar in (FULL, FULL | UTC_OFFICE, Maintenance([])):
        assert isinstance(calendar, Calendar)


HOUR = timedelta(hours=1)
NINE = datetime(2026, 6, 5, 9, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("span", "calendar", "least", "said"),
    [
        (0 * HOUR, None, 0 * HOUR, ""),
        (HOUR, UTC_OFFICE, HOUR, ""),
        (BusinessDays(0), UTC_OFFICE, HOUR, ""),
        (
            -timedelta.resolution,
            None,
            0 * HOUR,
            "after: .*a span that is not negative: a time",
        ),
        (HOUR - timedelta.resolution, None, HOUR, "after: .*a span that is positive: a timedelta"),
        (5, UTC_OFFICE, 0 * HOUR, "after: got 5; allowed: a span that is not negative"),
        (BusinessDays(1), None, 0 * HOUR, "calendar: got None; allowed: a calendar, for business"),
    ],
)
def test_a_span_is_time_or_business_days_of_a_calendar(
    span: Any, calendar: Any, least: timedelta, said: str
) -> None:
    """Of at least some length; the error is that of the caller's room."""
    for kind in (InvalidValueError, DefinitionError):
        expected = pytest.raises(kind, match=f"^{said}") if said else contextlib.nullcontext()
        with expected:
            need_span_in("after", span, calendar, kind, least=least)


@pytest.mark.parametrize(
    ("span", "calendar", "hours"),
    [
        (9 * HOUR, None, 9),
        (9 * HOUR, UTC_OFFICE, 73),  # eight of Friday and one of Monday
        (BusinessDays(1), UTC_OFFICE, 72),
        (BusinessDays(1, end_of_day=True), UTC_OFFICE, 80),
    ],
)
def test_a_span_ends_by_the_clock_or_by_a_calendar(span: Any, calendar: Any, hours: int) -> None:
    """Wall time, open time, or business days."""
    assert span_end(NINE, span, calendar) == NINE + hours * HOUR
