"""SLA clocks, computed from history: nothing is counted, so nothing drifts."""

from incidentcore.sla.clock import SlaRules, evaluate_all, evaluate_sla, next_sla_wakeup
from incidentcore.sla.definition import CalendarBy, Reopen, SlaDefinition, Swap, Threshold
from incidentcore.sla.fold import Stage
from incidentcore.sla.policy import Match, ServiceLevel, SlaPolicy, SlaRule
from incidentcore.sla.status import Cycle, PassedThreshold, SlaStatus
from incidentcore.sla.targets import ByTime, DueDate, Target
from incidentcore.sla.trace import Trace, TraceEntry, day_time, span_text

__all__ = [
    "ByTime",
    "CalendarBy",
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
    "day_time",
    "evaluate_all",
    "evaluate_sla",
    "next_sla_wakeup",
    "span_text",
]
