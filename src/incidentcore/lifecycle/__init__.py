"""How a record may change: lifecycles as tables, and the engine that reads them."""

from incidentcore.lifecycle.answers import Allowed, Refused, Step
from incidentcore.lifecycle.cascade import Cascade, CascadeEffect, Copy, cascade
from incidentcore.lifecycle.cascades import (
    APPROVALS_TO_REQUEST,
    PARENT_TO_CHILD,
    PROBLEM_TO_INCIDENT,
    REQUEST_TO_TASKS,
    STANDARD_CASCADES,
    TASKS_TO_REQUEST,
    parent_to_child,
    problem_to_incident,
    refuse_open_tasks,
    request_to_tasks,
)
from incidentcore.lifecycle.check import HistoryFinding, check_history
from incidentcore.lifecycle.diagram import to_dot, to_mermaid
from incidentcore.lifecycle.dialects import (
    DIALECTS,
    JSM_INCIDENT,
    JSM_REQUEST,
    JSM_REQUEST_WITH_APPROVAL,
    SERVICENOW_CASCADES,
    SERVICENOW_INCIDENT,
    SERVICENOW_PROBLEM,
    SERVICENOW_REQUEST,
    SERVICENOW_REQUEST_CASCADES,
    TEXTBOOK_INCIDENT,
    ZENDESK_TICKET,
)
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.lint import LifecycleFinding, lint_lifecycle
from incidentcore.lifecycle.major import (
    MAJOR_INCIDENT,
    MAJOR_INCIDENT_WITH_ROLES,
    advance_major,
    decide_major,
    major_incident,
)
from incidentcore.lifecycle.moves import advance, allowed_actions, decide, explain
from incidentcore.lifecycle.standard import (
    APPROVED_IF_ASKED,
    HOLD_REASONS,
    INCIDENT,
    PROBLEM,
    REJECTED_IF_ASKED,
    SERVICE_REQUEST,
    STANDARD,
)
from incidentcore.lifecycle.table import Attempt, Guard, InputField, Transition
from incidentcore.lifecycle.windows import ReopenWindow, auto_close_at, reopen_until

__all__ = [
    "APPROVALS_TO_REQUEST",
    "APPROVED_IF_ASKED",
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
    "JSM_REQUEST_WITH_APPROVAL",
    "Lifecycle",
    "LifecycleFinding",
    "MAJOR_INCIDENT",
    "MAJOR_INCIDENT_WITH_ROLES",
    "PARENT_TO_CHILD",
    "PROBLEM",
    "PROBLEM_TO_INCIDENT",
    "REJECTED_IF_ASKED",
    "REQUEST_TO_TASKS",
    "Refused",
    "ReopenWindow",
    "SERVICENOW_CASCADES",
    "SERVICENOW_INCIDENT",
    "SERVICENOW_PROBLEM",
    "SERVICENOW_REQUEST",
    "SERVICENOW_REQUEST_CASCADES",
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
    "major_incident",
    "parent_to_child",
    "problem_to_incident",
    "refuse_open_tasks",
    "reopen_until",
    "request_to_tasks",
    "to_dot",
    "to_mermaid",
]
