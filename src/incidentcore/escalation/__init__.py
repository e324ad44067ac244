"""Escalation: whom to notify and when, computed from history; your application notifies them."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names
from incidentcore.escalation.on_call_hours import on_call_hours

if TYPE_CHECKING:
    from incidentcore.escalation.escalation import Escalation
    from incidentcore.escalation.evaluate import due_escalations, next_escalation_wakeup
    from incidentcore.escalation.lint import lint_escalation
    from incidentcore.escalation.manual import escalate_now
    from incidentcore.escalation.matrix import EscalationLevel, EscalationMatrix, EscalationRow
    from incidentcore.escalation.oncall import (
        OnCallLayer,
        OnCallSchedule,
        RotaOverride,
        Shift,
        coverage_gaps,
        next_on_call,
        on_call,
        shifts,
    )
    from incidentcore.escalation.presets import (
        goalert_row,
        jira_row,
        pagerduty_row,
        servicenow_row,
        servicenow_sla_row,
    )
    from incidentcore.escalation.reachable_hours import ReachableHours
    from incidentcore.escalation.rota_feed import write_rota_ical
    from incidentcore.escalation.targets import EscalationTarget
    from incidentcore.escalation.triggers.after import After
    from incidentcore.escalation.triggers.after_previous import AfterPrevious
    from incidentcore.escalation.triggers.at_wall_time import AtWallTime
    from incidentcore.escalation.triggers.base import Candidate, Trigger, TriggerContext
    from incidentcore.escalation.triggers.held_for import HeldFor
    from incidentcore.escalation.triggers.on_clock import OnClock

__all__ = [
    "After",
    "AfterPrevious",
    "AtWallTime",
    "Candidate",
    "Escalation",
    "EscalationLevel",
    "EscalationMatrix",
    "EscalationRow",
    "EscalationTarget",
    "HeldFor",
    "OnCallLayer",
    "OnCallSchedule",
    "OnClock",
    "ReachableHours",
    "RotaOverride",
    "Shift",
    "Trigger",
    "TriggerContext",
    "coverage_gaps",
    "due_escalations",
    "escalate_now",
    "goalert_row",
    "jira_row",
    "lint_escalation",
    "next_escalation_wakeup",
    "next_on_call",
    "on_call",
    "on_call_hours",
    "pagerduty_row",
    "servicenow_row",
    "servicenow_sla_row",
    "shifts",
    "write_rota_ical",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "escalation": "Escalation",
            "evaluate": "due_escalations next_escalation_wakeup",
            "lint": "lint_escalation",
            "manual": "escalate_now",
            "matrix": "EscalationLevel EscalationMatrix EscalationRow",
            "oncall": (
                "OnCallLayer OnCallSchedule RotaOverride Shift coverage_gaps next_on_call on_call "
                "shifts"
            ),
            "presets": "goalert_row jira_row pagerduty_row servicenow_row servicenow_sla_row",
            "reachable_hours": "ReachableHours",
            "rota_feed": "write_rota_ical",
            "targets": "EscalationTarget",
            "triggers.after": "After",
            "triggers.after_previous": "AfterPrevious",
            "triggers.at_wall_time": "AtWallTime",
            "triggers.base": "Candidate Trigger TriggerContext",
            "triggers.held_for": "HeldFor",
            "triggers.on_clock": "OnClock",
        },
    )
