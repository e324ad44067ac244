"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.schedule.algebra import (
    AbstractCalendar,
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    Maintenance,
)
from incidentcore.schedule.calendar import BusinessCalendar
from incidentcore.schedule.holidays import Break, Holiday
from incidentcore.schedule.protocol import BusinessDays, Calendar
from incidentcore.schedule.reasons import OpenReason
from incidentcore.schedule.rotation import Rotation
from incidentcore.schedule.versioned import VersionedCalendar

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "BusinessCalendar": BusinessCalendar,
    "CalendarDifference": CalendarDifference,
    "CalendarIntersection": CalendarIntersection,
    "Maintenance": Maintenance,
    "CalendarUnion": CalendarUnion,
    "Break": Break,
    "BusinessDays": BusinessDays,
    "Holiday": Holiday,
    "Rotation": Rotation,
    "VersionedCalendar": VersionedCalendar,
    "OpenReason": OpenReason,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    AbstractCalendar: (
        BusinessCalendar,
        CalendarDifference,
        CalendarIntersection,
        Maintenance,
        CalendarUnion,
        VersionedCalendar,
    ),
    Calendar: (
        BusinessCalendar,
        CalendarDifference,
        CalendarIntersection,
        Maintenance,
        CalendarUnion,
        VersionedCalendar,
    ),
}
