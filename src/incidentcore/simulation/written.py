"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.simulation.workload import (
    ByArrival,
    ByPriority,
    Distribution,
    Empirical,
    Exponential,
    Lognormal,
    QueueOrder,
)

WRITTEN: Final = classes_of(
    __name__,
    """
    Drill DrillBotStep=BotStep DrillExpectation=Expectation DrillInject=Inject Empirical Exponential
    Lognormal Team TeamAgent=Agent TeamByArrival=ByArrival TeamByPriority=ByPriority Workload
    WorkloadHold=Hold WorkloadReassign=Reassign
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Distribution: (Empirical, Exponential, Lognormal),
    QueueOrder: (ByArrival, ByPriority),
}
