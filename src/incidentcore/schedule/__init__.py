"""Business time: calendars, their algebra, holidays and rotations."""

from incidentcore.schedule.algebra import (
    AbstractCalendar,
    Difference,
    Intersection,
    Maintenance,
    Union,
)
from incidentcore.schedule.calendar import BusinessCalendar
from incidentcore.schedule.holidays import Break, Holiday
from incidentcore.schedule.protocol import HORIZON, BusinessDays, Calendar
from incidentcore.schedule.reasons import Reason

__all__ = [
    "AbstractCalendar",
    "Break",
    "BusinessCalendar",
    "BusinessDays",
    "Calendar",
    "Difference",
    "HORIZON",
    "Holiday",
    "Intersection",
    "Maintenance",
    "Reason",
    "Union",
]
