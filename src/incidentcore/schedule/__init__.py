"""Business time: calendars and their combinations, holidays and on-call rotations."""

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
from incidentcore.schedule.ical import IcalFeed, read_ical, write_ical
from incidentcore.schedule.protocol import HORIZON, BusinessDays, Calendar
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
    "HORIZON",
    "Holiday",
    "IcalFeed",
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
