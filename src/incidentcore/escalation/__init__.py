"""Escalation: who must be told what and when, computed from history and sent by the caller."""

from incidentcore.escalation.evaluate import due_escalations, next_escalation_wakeup
from incidentcore.escalation.finding import EscalationFinding
from incidentcore.escalation.intent import Escalation
from incidentcore.escalation.lint import lint_escalation
from incidentcore.escalation.matrix import (
    AcknowledgedBy,
    EscalationLevel,
    EscalationMatrix,
    EscalationMode,
    EscalationRow,
    OnSnoozeEnd,
    OnUnacknowledge,
    PastLast,
    SnoozeSilences,
    Until,
)
from incidentcore.escalation.moves import escalate_now
from incidentcore.escalation.oncall import (
    Combine,
    OnCallHours,
    OnCallLayer,
    OnCallSchedule,
    OverrideMode,
    RotaOverride,
    Shift,
    coverage_gaps,
    on_call,
    on_call_hours,
    shifts,
)
from incidentcore.escalation.presets import (
    goalert_row,
    jira_row,
    pagerduty_row,
    servicenow_row,
    servicenow_sla_row,
)
from incidentcore.escalation.targets import EscalationTarget, TargetKind
from incidentcore.escalation.triggers import After, AfterPrevious, HeldFor, OnClock, Trigger
from incidentcore.records import acknowledge, snooze, unacknowledge, unsnooze

__all__ = [
    "AcknowledgedBy",
    "After",
    "AfterPrevious",
    "Combine",
    "Escalation",
    "EscalationFinding",
    "EscalationLevel",
    "EscalationMatrix",
    "EscalationMode",
    "EscalationRow",
    "EscalationTarget",
    "HeldFor",
    "OnCallHours",
    "OnCallLayer",
    "OnCallSchedule",
    "OnClock",
    "OnSnoozeEnd",
    "OnUnacknowledge",
    "OverrideMode",
    "PastLast",
    "RotaOverride",
    "Shift",
    "SnoozeSilences",
    "TargetKind",
    "Trigger",
    "Until",
    "acknowledge",
    "coverage_gaps",
    "due_escalations",
    "escalate_now",
    "goalert_row",
    "jira_row",
    "lint_escalation",
    "next_escalation_wakeup",
    "on_call",
    "on_call_hours",
    "pagerduty_row",
    "servicenow_row",
    "servicenow_sla_row",
    "shifts",
    "snooze",
    "unacknowledge",
    "unsnooze",
]
