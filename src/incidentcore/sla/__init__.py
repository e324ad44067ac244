"""SLA clocks, computed from history: nothing is counted, so nothing drifts."""

from incidentcore.sla.clock import SlaRules, evaluate_sla, evaluate_slas, next_sla_wakeup
from incidentcore.sla.crossings import crossings
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.fold import ClockStage
from incidentcore.sla.lint import SlaFinding, lint_sla, lint_sla_policy
from incidentcore.sla.plain import facts_timeline
from incidentcore.sla.policy import PolicyMatch, ServiceLevel, SlaPolicy, SlaRule
from incidentcore.sla.queue import QueueItem, UpcomingDue, first_due, slas_due_between, work_queue
from incidentcore.sla.reached import ClockPoint, Crossing
from incidentcore.sla.status import Cycle, PassedThreshold, SlaStatus
from incidentcore.sla.targets import ByTimeOfDay, DueDate, Target
from incidentcore.sla.terms import CalendarByField, ReopenMode, SlaThreshold, TakeoverMode
from incidentcore.sla.trace import Trace, TraceEntry, day_time, span_text

__all__ = [
    "ByTimeOfDay",
    "CalendarByField",
    "ClockPoint",
    "ClockStage",
    "Crossing",
    "Cycle",
    "DueDate",
    "PassedThreshold",
    "PolicyMatch",
    "QueueItem",
    "ReopenMode",
    "ServiceLevel",
    "SlaDefinition",
    "SlaFinding",
    "SlaPolicy",
    "SlaRule",
    "SlaRules",
    "SlaStatus",
    "SlaThreshold",
    "TakeoverMode",
    "Target",
    "Trace",
    "TraceEntry",
    "UpcomingDue",
    "crossings",
    "day_time",
    "evaluate_sla",
    "evaluate_slas",
    "facts_timeline",
    "first_due",
    "lint_sla",
    "lint_sla_policy",
    "next_sla_wakeup",
    "slas_due_between",
    "span_text",
    "work_queue",
]
