"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.escalation.escalation import Escalation
from incidentcore.escalation.matrix import EscalationLevel, EscalationMatrix, EscalationRow
from incidentcore.escalation.oncall import OnCallLayer, OnCallSchedule, RotaOverride, Shift
from incidentcore.escalation.reachable_hours import ReachableHours
from incidentcore.escalation.targets import EscalationTarget
from incidentcore.escalation.triggers import (
    After,
    AfterPrevious,
    AtWallTime,
    HeldFor,
    OnClock,
    Trigger,
)

__all__ = ["CALENDARS", "FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "EscalationAfter": After,
    "EscalationAfterPrevious": AfterPrevious,
    "EscalationAtWallTime": AtWallTime,
    "Escalation": Escalation,
    "EscalationLevel": EscalationLevel,
    "EscalationMatrix": EscalationMatrix,
    "EscalationRow": EscalationRow,
    "EscalationTarget": EscalationTarget,
    "EscalationHeld": HeldFor,
    "OnCallLayer": OnCallLayer,
    "OnCallSchedule": OnCallSchedule,
    "EscalationOnClock": OnClock,
    "OnCallOverride": RotaOverride,
    "OnCallShift": Shift,
    "ReachableHours": ReachableHours,
}

CALENDARS: Final = (ReachableHours,)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Trigger: (After, AfterPrevious, AtWallTime, HeldFor, OnClock)
}
