"""Business time: calendars and their combinations, holidays and on-call rotations."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.schedule.algebra import (
        AbstractCalendar,
        CalendarDifference,
        CalendarIntersection,
        CalendarUnion,
        Maintenance,
    )
    from incidentcore.schedule.calendar import BusinessCalendar
    from incidentcore.schedule.holiday_sources import (
        copy_holidays,
        holidays_version,
        public_holidays,
    )
    from incidentcore.schedule.holidays import Break, Holiday
    from incidentcore.schedule.ical import read_ical, write_ical
    from incidentcore.schedule.protocol import BusinessDays, Calendar
    from incidentcore.schedule.reasons import OpenReason
    from incidentcore.schedule.rotation import Rotation
    from incidentcore.schedule.versioned import VersionedCalendar

__all__ = [
    "AbstractCalendar",
    "Break",
    "BusinessCalendar",
    "BusinessDays",
    "Calendar",
    "CalendarDifference",
    "CalendarIntersection",
    "CalendarUnion",
    "Holiday",
    "Maintenance",
    "OpenReason",
    "Rotation",
    "VersionedCalendar",
    "copy_holidays",
    "holidays_version",
    "public_holidays",
    "read_ical",
    "write_ical",
]

if not TYPE_CHECKING:  # checkers see the imports
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "algebra": (
                "AbstractCalendar CalendarDifference CalendarIntersection CalendarUnion Maintenance"
            ),
            "calendar": "BusinessCalendar",
            "holiday_sources": "copy_holidays holidays_version public_holidays",
            "holidays": "Break Holiday",
            "ical": "read_ical write_ical",
            "protocol": "BusinessDays Calendar",
            "reasons": "OpenReason",
            "rotation": "Rotation",
            "versioned": "VersionedCalendar",
        },
    )
