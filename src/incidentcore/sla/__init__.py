"""SLA clocks, computed from a record's history on demand, so no stored counter can go stale."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.sla.crossings import ClockPoint, Crossing
    from incidentcore.sla.cycles import Cycle, CycleResult, PassedThreshold
    from incidentcore.sla.definition import SlaDefinition
    from incidentcore.sla.evaluate import SlaRules, evaluate_sla, evaluate_slas, next_sla_wakeup
    from incidentcore.sla.fold import ClockStage
    from incidentcore.sla.life import OneClock
    from incidentcore.sla.lint import lint_sla, lint_sla_policy
    from incidentcore.sla.policy import PolicyMatch, ServiceLevel, SlaPolicy, SlaRule
    from incidentcore.sla.queue import (
        QueueItem,
        UpcomingDue,
        first_due,
        slas_due_between,
        work_queue,
    )
    from incidentcore.sla.snapshot import SlaSnapshot
    from incidentcore.sla.status import SlaStatus
    from incidentcore.sla.targets import ByTimeOfDay, DueDate, SlaTarget, Target
    from incidentcore.sla.terms import (
        Agreement,
        CalendarByField,
        ReopenMode,
        SlaThreshold,
        TakeoverMode,
    )
    from incidentcore.sla.trace import TRACE_TEXTS, Trace, TraceEntry

__all__ = [
    "Agreement",
    "ByTimeOfDay",
    "CalendarByField",
    "ClockPoint",
    "ClockStage",
    "Crossing",
    "Cycle",
    "CycleResult",
    "DueDate",
    "OneClock",
    "PassedThreshold",
    "PolicyMatch",
    "QueueItem",
    "ReopenMode",
    "ServiceLevel",
    "SlaDefinition",
    "SlaPolicy",
    "SlaRule",
    "SlaRules",
    "SlaSnapshot",
    "SlaStatus",
    "SlaTarget",
    "SlaThreshold",
    "TRACE_TEXTS",
    "TakeoverMode",
    "Target",
    "Trace",
    "TraceEntry",
    "UpcomingDue",
    "evaluate_sla",
    "evaluate_slas",
    "first_due",
    "lint_sla",
    "lint_sla_policy",
    "next_sla_wakeup",
    "slas_due_between",
    "work_queue",
]

if not TYPE_CHECKING:  # checkers see the imports
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "crossings": "ClockPoint Crossing",
            "cycles": "Cycle CycleResult PassedThreshold",
            "definition": "SlaDefinition",
            "evaluate": "SlaRules evaluate_sla evaluate_slas next_sla_wakeup",
            "fold": "ClockStage",
            "life": "OneClock",
            "lint": "lint_sla lint_sla_policy",
            "policy": "PolicyMatch ServiceLevel SlaPolicy SlaRule",
            "queue": "QueueItem UpcomingDue first_due slas_due_between work_queue",
            "snapshot": "SlaSnapshot",
            "status": "SlaStatus",
            "targets": "ByTimeOfDay DueDate SlaTarget Target",
            "terms": "Agreement CalendarByField ReopenMode SlaThreshold TakeoverMode",
            "trace": "TRACE_TEXTS Trace TraceEntry",
        },
    )
