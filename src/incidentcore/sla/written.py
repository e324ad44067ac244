"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.sla.targets import ByTimeOfDay, DueDate, SlaTarget

WRITTEN: Final = classes_of(
    __name__,
    """
    ByTime=ByTimeOfDay CalendarBy=CalendarByField SlaCycle=Cycle DueDate
    PassedThreshold=cycles.PassedThreshold QueueItem ServiceLevel SlaDefinition SlaPolicy SlaRule
    SlaSnapshot SlaThreshold Trace=trace.Trace TraceEntry=trace.TraceEntry UpcomingDue
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {SlaTarget: (ByTimeOfDay, DueDate)}
