"""Business time: calendars, their algebra, holidays and rotations."""

from incidentcore.schedule.algebra import (
    AbstractCalendar,
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    Maintenance,
)
from incidentcore.schedule.calendar import BusinessCalendar
from incidentcore.schedule.holiday_sources import copy_holidays, public_holidays
from incidentcore.schedule.holidays import Break, Holiday
from incidentcore.schedule.ical import IcalFeed, read_ical, write_ical
from incidentcore.schedule.lint import CalendarFinding
from incidentcore.schedule.protocol import HORIZON, BusinessDays, Calendar
from incidentcore.schedule.reasons import OpenReason
from incidentcore.schedule.rotation import Rotation

__all__ = [
    "AbstractCalendar",
    "Break",
    "BusinessCalendar",
    "BusinessDays",
    "Calendar",
    "CalendarDifference",
    "CalendarFinding",
    "CalendarIntersection",
    "CalendarUnion",
    "HORIZON",
    "Holiday",
    "IcalFeed",
    "Maintenance",
    "OpenReason",
    "Rotation",
    "copy_holidays",
    "public_holidays",
    "read_ical",
    "write_ical",
]
