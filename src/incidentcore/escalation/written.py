"""How documents name the classes of this room; ``serialization`` gathers these lists."""

from __future__ import annotations

from typing import Final

from incidentcore.escalation.intent import Escalation
from incidentcore.escalation.matrix import EscalationLevel, EscalationMatrix, EscalationRow
from incidentcore.escalation.oncall import OnCallLayer, OnCallSchedule, RotaOverride, Shift
from incidentcore.escalation.targets import EscalationTarget
from incidentcore.escalation.triggers import After, AfterPrevious, HeldFor, OnClock

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "EscalationAfter": After,
    "EscalationAfterPrevious": AfterPrevious,
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
}
