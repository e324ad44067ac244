"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.simulation.drill import BotStep, Drill, Expectation, Inject
from incidentcore.simulation.workload import (
    Agent,
    ByArrival,
    ByPriority,
    Distribution,
    Empirical,
    Exponential,
    Hold,
    Lognormal,
    QueueOrder,
    Reassign,
    Team,
    Workload,
)

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Drill": Drill,
    "DrillBotStep": BotStep,
    "DrillExpectation": Expectation,
    "DrillInject": Inject,
    "Empirical": Empirical,
    "Exponential": Exponential,
    "Lognormal": Lognormal,
    "Team": Team,
    "TeamAgent": Agent,
    "TeamByArrival": ByArrival,
    "TeamByPriority": ByPriority,
    "Workload": Workload,
    "WorkloadHold": Hold,
    "WorkloadReassign": Reassign,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Distribution: (Empirical, Exponential, Lognormal),
    QueueOrder: (ByArrival, ByPriority),
}
