"""How documents name the classes of this room; ``serialization`` gathers these lists."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.priority.adjustments import Adjustment, PriorityAdjustment
from incidentcore.priority.matrix import PriorityCalculation, PriorityCalculator, PriorityMatrix
from incidentcore.priority.policy import (
    PriorityOverride,
    PriorityPolicy,
    PriorityResult,
    PriorityStep,
)
from incidentcore.priority.weighted import ArithmeticPriority, WeightedPriority

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "ArithmeticPriority": ArithmeticPriority,
    "PriorityMatrix": PriorityMatrix,
    "WeightedPriority": WeightedPriority,
    "Adjustment": Adjustment,
    "PriorityCalculation": PriorityCalculation,
    "PriorityOverride": PriorityOverride,
    "PriorityPolicy": PriorityPolicy,
    "PriorityResult": PriorityResult,
    "PriorityStep": PriorityStep,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    PriorityAdjustment: (Adjustment,),
    PriorityCalculator: (ArithmeticPriority, PriorityMatrix, WeightedPriority),
}
