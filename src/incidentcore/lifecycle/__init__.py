"""How a record may change: lifecycles as tables of transitions, and functions that apply them."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.lifecycle.cascade import cascade_effects
    from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
    from incidentcore.lifecycle.check import check_history
    from incidentcore.lifecycle.decision import Allowed, Refused
    from incidentcore.lifecycle.diagram import to_dot, to_mermaid
    from incidentcore.lifecycle.engine import Lifecycle
    from incidentcore.lifecycle.guards import EveryLinked
    from incidentcore.lifecycle.lint import lint_lifecycle
    from incidentcore.lifecycle.major import (
        MAJOR_INCIDENT,
        advance_major,
        decide_major,
        major_incident,
    )
    from incidentcore.lifecycle.presets import (
        JSM_INCIDENT,
        JSM_REQUEST,
        JSM_REQUEST_WITH_APPROVAL,
        SERVICENOW_CASCADES,
        SERVICENOW_INCIDENT,
        SERVICENOW_PROBLEM,
        SERVICENOW_REQUEST,
        TEXTBOOK_INCIDENT,
        ZENDESK_TICKET,
    )
    from incidentcore.lifecycle.reopening import ReopenWindow, auto_close_at
    from incidentcore.lifecycle.standard import (
        APPROVED_IF_ASKED,
        HOLD_REASONS,
        INCIDENT,
        PROBLEM,
        REJECTED_IF_ASKED,
        SERVICE_REQUEST,
        STANDARD,
        advance,
        allowed_actions,
        decide,
        explain,
    )
    from incidentcore.lifecycle.standard_cascades import (
        DUPLICATE_ANSWERS,
        STANDARD_CASCADES,
        parent_to_child,
        refuse_open_tasks,
    )
    from incidentcore.lifecycle.transition import Attempt, Guard, InputField, Transition

__all__ = [
    "APPROVED_IF_ASKED",
    "Allowed",
    "Attempt",
    "CascadeRule",
    "Copy",
    "DUPLICATE_ANSWERS",
    "EveryLinked",
    "Guard",
    "HOLD_REASONS",
    "INCIDENT",
    "InputField",
    "JSM_INCIDENT",
    "JSM_REQUEST",
    "JSM_REQUEST_WITH_APPROVAL",
    "Lifecycle",
    "MAJOR_INCIDENT",
    "PROBLEM",
    "REJECTED_IF_ASKED",
    "Refused",
    "ReopenWindow",
    "SERVICENOW_CASCADES",
    "SERVICENOW_INCIDENT",
    "SERVICENOW_PROBLEM",
    "SERVICENOW_REQUEST",
    "SERVICE_REQUEST",
    "STANDARD",
    "STANDARD_CASCADES",
    "TEXTBOOK_INCIDENT",
    "Transition",
    "ZENDESK_TICKET",
    "advance",
    "advance_major",
    "allowed_actions",
    "auto_close_at",
    "cascade_effects",
    "check_history",
    "decide",
    "decide_major",
    "explain",
    "lint_lifecycle",
    "major_incident",
    "parent_to_child",
    "refuse_open_tasks",
    "to_dot",
    "to_mermaid",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "cascade": "cascade_effects",
            "cascade_rule": "CascadeRule Copy",
            "check": "check_history",
            "decision": "Allowed Refused",
            "diagram": "to_dot to_mermaid",
            "engine": "Lifecycle",
            "guards": "EveryLinked",
            "lint": "lint_lifecycle",
            "major": ("MAJOR_INCIDENT advance_major decide_major major_incident"),
            "presets": (
                "JSM_INCIDENT JSM_REQUEST JSM_REQUEST_WITH_APPROVAL SERVICENOW_CASCADES "
                "SERVICENOW_INCIDENT SERVICENOW_PROBLEM SERVICENOW_REQUEST "
                "TEXTBOOK_INCIDENT ZENDESK_TICKET"
            ),
            "reopening": "ReopenWindow auto_close_at",
            "standard": (
                "APPROVED_IF_ASKED HOLD_REASONS INCIDENT PROBLEM REJECTED_IF_ASKED "
                "SERVICE_REQUEST STANDARD advance allowed_actions decide explain"
            ),
            "standard_cascades": (
                "DUPLICATE_ANSWERS STANDARD_CASCADES parent_to_child refuse_open_tasks"
            ),
            "transition": "Attempt Guard InputField Transition",
        },
    )
