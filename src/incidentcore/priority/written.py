"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.lifecycle.definition import PriorityRule
from incidentcore.priority.adjustments import Adjustment, PriorityAdjustment
from incidentcore.priority.matrix import PriorityCalculator, PriorityMatrix
from incidentcore.priority.policy import PriorityPolicy
from incidentcore.values import Level, Scale

WRITTEN: Final = classes_of(
    __name__,
    """
    PriorityMatrix Adjustment PriorityCalculation PriorityOverride=policy.PriorityOverride
    PriorityPolicy PriorityResult=policy.PriorityResult
    PriorityStep=policy.PriorityStep
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    PriorityRule: (PriorityPolicy,),
    PriorityAdjustment: (Adjustment,),
    PriorityCalculator: (PriorityMatrix,),
}


def _tabulated(
    make: Callable[..., PriorityMatrix], fields: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return the fields of the matrix that is equivalent to a rule with these fields."""
    scales = {
        name: Scale(fields[name]["id"], tuple(fields[name]["names"]))
        for name in ("rows", "columns", "scale")
    }
    cells = [[_plain(level) for level in line] for line in make(**fields | scales).cells]
    names = ("rows", "columns", "scale", "row_field", "column_field", "name")
    return "PriorityMatrix", {**{name: fields[name] for name in names}, "cells": cells}


def _plain(level: Level) -> dict[str, Any]:
    return {"scale": level.scale, "name": level.name, "rank": level.rank}


# What kinds became that are part of another kind now, from their fields in older documents.
MERGED: Final[dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]]] = {
    "ArithmeticPriority": lambda fields: _tabulated(PriorityMatrix.from_mean, fields),
    "WeightedPriority": lambda fields: _tabulated(PriorityMatrix.from_weights, fields),
}
