"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.conditions.condition import Condition

WRITTEN: Final = classes_of(
    __name__,
    """
    AllOf AnyOf AtInstant=instants.AtInstant FieldTest=fieldtest.FieldTest
    LaterThan=instants.LaterThan Not=condition.Not
    OpenHours=hours.OpenHours ConditionExplanation=condition.Explanation ConditionProof=Proof
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    Condition: tuple(cls for cls in WRITTEN.values() if issubclass(cls, Condition))
}
