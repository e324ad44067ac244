"""How a record may change: lifecycles as tables, and the engine that reads them."""

from incidentcore.lifecycle.answers import Allowed, Refused, Step
from incidentcore.lifecycle.check import HistoryFinding, check_history
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.moves import advance, allowed_actions, decide, explain
from incidentcore.lifecycle.standard import (
    HOLD_REASONS,
    INCIDENT,
    PROBLEM,
    SERVICE_REQUEST,
    STANDARD,
)
from incidentcore.lifecycle.table import Attempt, Guard, InputField, Transition

__all__ = [
    "Allowed",
    "Attempt",
    "Guard",
    "HOLD_REASONS",
    "HistoryFinding",
    "INCIDENT",
    "InputField",
    "Lifecycle",
    "PROBLEM",
    "Refused",
    "SERVICE_REQUEST",
    "STANDARD",
    "Step",
    "Transition",
    "advance",
    "allowed_actions",
    "check_history",
    "decide",
    "explain",
]
