"""Triggers of escalation levels; subclass ``Trigger`` to add a type of your own (rule E2)."""

from incidentcore.escalation.triggers.after import After
from incidentcore.escalation.triggers.after_previous import AfterPrevious
from incidentcore.escalation.triggers.at_wall_time import AtWallTime
from incidentcore.escalation.triggers.base import (
    Candidate,
    Fallen,
    LintScope,
    Trigger,
    TriggerContext,
)
from incidentcore.escalation.triggers.held_for import HeldFor
from incidentcore.escalation.triggers.on_clock import OnClock

__all__ = [
    "After",
    "AfterPrevious",
    "AtWallTime",
    "Candidate",
    "Fallen",
    "HeldFor",
    "LintScope",
    "OnClock",
    "Trigger",
    "TriggerContext",
]
