"""SLA clocks, computed from a record's history on demand, so no stored counter can go stale."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.sla.crossings import Crossing
    from incidentcore.sla.cycles import Cycle
    from incidentcore.sla.definition import SlaDefinition
    from incidentcore.sla.evaluate import SlaRules, evaluate_sla, evaluate_slas, next_sla_wakeup
    from incidentcore.sla.fold import ClockStage
    from incidentcore.sla.lint import lint_sla
    from incidentcore.sla.policy import ServiceLevel, SlaPolicy, SlaRule
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
    from incidentcore.sla.terms import CalendarByField, SlaThreshold

__all__ = [
    "ByTimeOfDay",
    "CalendarByField",
    "ClockStage",
    "Crossing",
    "Cycle",
    "DueDate",
    "QueueItem",
    "ServiceLevel",
    "SlaDefinition",
    "SlaPolicy",
    "SlaRule",
    "SlaRules",
    "SlaSnapshot",
    "SlaStatus",
    "SlaTarget",
    "SlaThreshold",
    "Target",
    "UpcomingDue",
    "evaluate_sla",
    "evaluate_slas",
    "first_due",
    "lint_sla",
    "next_sla_wakeup",
    "slas_due_between",
    "work_queue",
]

if not TYPE_CHECKING:  # checkers see the imports
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "crossings": "Crossing",
            "cycles": "Cycle",
            "definition": "SlaDefinition",
            "evaluate": "SlaRules evaluate_sla evaluate_slas next_sla_wakeup",
            "fold": "ClockStage",
            "lint": "lint_sla",
            "policy": "ServiceLevel SlaPolicy SlaRule",
            "queue": "QueueItem UpcomingDue first_due slas_due_between work_queue",
            "snapshot": "SlaSnapshot",
            "status": "SlaStatus",
            "targets": "ByTimeOfDay DueDate SlaTarget Target",
            "terms": "CalendarByField SlaThreshold",
        },
    )
