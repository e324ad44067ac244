"""SLA clocks, computed from history: nothing is counted, so nothing drifts."""

from incidentcore.sla.clock import SlaRules, evaluate_all, evaluate_sla, next_sla_wakeup
from incidentcore.sla.crossings import ClockPoint, Crossing, crossings
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.fold import Stage
from incidentcore.sla.plain import facts_timeline
from incidentcore.sla.policy import Match, ServiceLevel, SlaPolicy, SlaRule
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
    "DueDate",
    "Match",
    "PassedThreshold",
    "Reopen",
    "ServiceLevel",
    "SlaDefinition",
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
    "crossings",
    "day_time",
    "evaluate_all",
    "evaluate_sla",
    "facts_timeline",
    "next_sla_wakeup",
    "span_text",
]
