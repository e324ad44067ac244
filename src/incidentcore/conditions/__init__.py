"""Conditions on records and events: one language for every rule of the library."""

from incidentcore.conditions.builder import Field, field
from incidentcore.conditions.condition import ALWAYS, NEVER, AllOf, AnyOf, Condition
from incidentcore.conditions.hours import during
from incidentcore.conditions.instants import before, reached
from incidentcore.conditions.opaque import Opaque
from incidentcore.conditions.overlap import Proof, implies, overlap

__all__ = [
    "ALWAYS",
    "AllOf",
    "AnyOf",
    "Condition",
    "Field",
    "NEVER",
    "Opaque",
    "Proof",
    "before",
    "during",
    "field",
    "implies",
    "overlap",
    "reached",
]
