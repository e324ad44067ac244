"""Business time: calendars, their algebra, holidays and rotations."""

from incidentcore.schedule.algebra import (
    AbstractCalendar,
    Difference,
    Intersection,
    Maintenance,
    Union,
)
from incidentcore.schedule.calendar import BusinessCalendar
from incidentcore.schedule.elsewhere import copy_holidays, public_holidays
from incidentcore.schedule.holidays import Break, Holiday
from incidentcore.schedule.ical import IcalFeed, read_ical, write_ical
from incidentcore.schedule.lint import CalendarFinding
from incidentcore.schedule.protocol import HORIZON, BusinessDays, Calendar
from incidentcore.schedule.reasons import Reason
from incidentcore.schedule.rotation import Rotation

__all__ = [
    "AbstractCalendar",
    "Break",
    "BusinessCalendar",
    "BusinessDays",
    "Calendar",
    "CalendarFinding",
    "Difference",
    "HORIZON",
    "Holiday",
    "IcalFeed",
    "Intersection",
    "Maintenance",
    "Reason",
    "Rotation",
    "Union",
    "copy_holidays",
    "public_holidays",
    "read_ical",
    "write_ical",
]
