"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.policy import ServiceLevel, SlaPolicy, SlaRule
from incidentcore.sla.targets import ByTimeOfDay, DueDate, SlaTarget
from incidentcore.sla.terms import CalendarByField, SlaThreshold

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "ByTime": ByTimeOfDay,
    "CalendarBy": CalendarByField,
    "DueDate": DueDate,
    "ServiceLevel": ServiceLevel,
    "SlaDefinition": SlaDefinition,
    "SlaPolicy": SlaPolicy,
    "SlaRule": SlaRule,
    "SlaThreshold": SlaThreshold,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {SlaTarget: (ByTimeOfDay, DueDate)}
