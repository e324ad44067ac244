"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.conditions.condition import AllOf, AnyOf, Condition, Explanation, Not
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.hours import OpenHours
from incidentcore.conditions.instants import AtInstant, LaterThan
from incidentcore.conditions.overlap import Proof

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "AllOf": AllOf,
    "AnyOf": AnyOf,
    "AtInstant": AtInstant,
    "FieldTest": FieldTest,
    "LaterThan": LaterThan,
    "Not": Not,
    "OpenHours": OpenHours,
    "ConditionExplanation": Explanation,
    "ConditionProof": Proof,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Condition: tuple(cls for cls in WRITTEN.values() if issubclass(cls, Condition)),
}
