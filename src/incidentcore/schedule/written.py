"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.schedule.algebra import AbstractCalendar
from incidentcore.schedule.protocol import Calendar

WRITTEN: Final = classes_of(
    __name__,
    """
    BusinessCalendar CalendarDifference CalendarIntersection Maintenance CalendarUnion Break
    BusinessDays Holiday Rotation VersionedCalendar OpenReason
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    base: tuple(cls for cls in WRITTEN.values() if issubclass(cls, AbstractCalendar))
    for base in (AbstractCalendar, Calendar)
}
