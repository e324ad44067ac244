"""How a record may change: lifecycles as tables, and the engine that reads them."""

from incidentcore.lifecycle.answers import Allowed, Refused, Step
from incidentcore.lifecycle.cascade import (
    PARENT_TO_CHILD,
    PROBLEM_TO_INCIDENT,
    STANDARD_CASCADES,
    TASKS_TO_REQUEST,
    Cascade,
    CascadeEffect,
    Copy,
    cascade,
)
from incidentcore.lifecycle.check import HistoryFinding, check_history
from incidentcore.lifecycle.diagram import to_dot, to_mermaid
from incidentcore.lifecycle.dialects import (
    DIALECTS,
    JSM_INCIDENT,
    JSM_REQUEST,
    SERVICENOW_CASCADES,
    SERVICENOW_INCIDENT,
    SERVICENOW_PROBLEM,
    TEXTBOOK_INCIDENT,
    ZENDESK_TICKET,
)
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.lint import LifecycleFinding, lint_lifecycle
from incidentcore.lifecycle.major import MAJOR_INCIDENT, advance_major, decide_major
from incidentcore.lifecycle.moves import advance, allowed_actions, decide, explain
from incidentcore.lifecycle.standard import (
    HOLD_REASONS,
    INCIDENT,
    PROBLEM,
    SERVICE_REQUEST,
    STANDARD,
)
from incidentcore.lifecycle.table import Attempt, Guard, InputField, Transition
from incidentcore.lifecycle.windows import ReopenWindow, auto_close_at, reopen_until

__all__ = [
    "Allowed",
    "Attempt",
    "Cascade",
    "CascadeEffect",
    "Copy",
    "DIALECTS",
    "Guard",
    "HOLD_REASONS",
    "HistoryFinding",
    "INCIDENT",
    "InputField",
    "JSM_INCIDENT",
    "JSM_REQUEST",
    "Lifecycle",
    "LifecycleFinding",
    "MAJOR_INCIDENT",
    "PARENT_TO_CHILD",
    "PROBLEM",
    "PROBLEM_TO_INCIDENT",
    "Refused",
    "ReopenWindow",
    "SERVICENOW_CASCADES",
    "SERVICENOW_INCIDENT",
    "SERVICENOW_PROBLEM",
    "SERVICE_REQUEST",
    "STANDARD",
    "STANDARD_CASCADES",
    "Step",
    "TASKS_TO_REQUEST",
    "TEXTBOOK_INCIDENT",
    "Transition",
    "ZENDESK_TICKET",
    "advance",
    "advance_major",
    "allowed_actions",
    "auto_close_at",
    "cascade",
    "check_history",
    "decide",
    "decide_major",
    "explain",
    "lint_lifecycle",
    "reopen_until",
    "to_dot",
    "to_mermaid",
]
