"""What a calendar of another kind has to offer."""

from __future__ import annotations

from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    Calendar,
    Holiday,
    Maintenance,
)

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
