"""SLA clocks, computed from history: nothing is counted, so nothing drifts."""

from incidentcore.sla.clock import SlaRules, evaluate_all, evaluate_sla, next_sla_wakeup
from incidentcore.sla.crossings import crossings
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.fold import Stage
from incidentcore.sla.lint import SlaFinding, lint_policy, lint_sla
from incidentcore.sla.plain import facts_timeline
from incidentcore.sla.policy import Match, ServiceLevel, SlaPolicy, SlaRule
from incidentcore.sla.queue import Due, WorkItem, due_between, next_due, work_order
from incidentcore.sla.reached import ClockPoint, Crossing
from incidentcore.sla.status import Cycle, PassedThreshold, SlaStatus
from incidentcore.sla.targets import ByTime, DueDate, Target
from incidentcore.sla.terms import CalendarBy, Reopen, Swap, Threshold
from incidentcore.sla.trace import Trace, TraceEntry, day_time, span_text

__all__ = [
    "ByTime",
    "CalendarBy",
    "ClockPoint",
    "Crossing",
    "Cycle",
    "Due",
    "DueDate",
    "Match",
    "PassedThreshold",
    "Reopen",
    "ServiceLevel",
    "SlaDefinition",
    "SlaFinding",
    "SlaPolicy",
    "SlaRule",
    "SlaRules",
    "SlaStatus",
    "Stage",
    "Swap",
    "Target",
    "Threshold",
    "Trace",
    "TraceEntry",
    "WorkItem",
    "crossings",
    "day_time",
    "due_between",
    "evaluate_all",
    "evaluate_sla",
    "facts_timeline",
    "lint_policy",
    "lint_sla",
    "next_due",
    "next_sla_wakeup",
    "span_text",
    "work_order",
]
