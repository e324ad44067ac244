"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.sla.cycles import Cycle, PassedThreshold
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.policy import ServiceLevel, SlaPolicy, SlaRule
from incidentcore.sla.queue import QueueItem, UpcomingDue
from incidentcore.sla.snapshot import SlaSnapshot
from incidentcore.sla.targets import ByTimeOfDay, DueDate, SlaTarget
from incidentcore.sla.terms import CalendarByField, SlaThreshold
from incidentcore.sla.trace import Trace, TraceEntry

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "ByTime": ByTimeOfDay,
    "CalendarBy": CalendarByField,
    "SlaCycle": Cycle,
    "DueDate": DueDate,
    "PassedThreshold": PassedThreshold,
    "QueueItem": QueueItem,
    "ServiceLevel": ServiceLevel,
    "SlaDefinition": SlaDefinition,
    "SlaPolicy": SlaPolicy,
    "SlaRule": SlaRule,
    "SlaSnapshot": SlaSnapshot,
    "SlaThreshold": SlaThreshold,
    "Trace": Trace,
    "TraceEntry": TraceEntry,
    "UpcomingDue": UpcomingDue,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {SlaTarget: (ByTimeOfDay, DueDate)}
