"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.escalation.reachable_hours import ReachableHours
from incidentcore.escalation.triggers.base import Trigger

WRITTEN: Final = classes_of(
    __name__,
    """
    EscalationAfter=After EscalationAfterPrevious=AfterPrevious EscalationAtWallTime=AtWallTime
    Escalation EscalationLevel EscalationMatrix EscalationRow EscalationTarget
    EscalationHeld=HeldFor OnCallLayer OnCallSchedule EscalationOnClock=OnClock
    OnCallOverride=RotaOverride OnCallShift=Shift ReachableHours
    """,
)

CALENDARS: Final = (ReachableHours,)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Trigger: tuple(cls for cls in WRITTEN.values() if issubclass(cls, Trigger))
}
