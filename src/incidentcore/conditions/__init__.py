"""One language of conditions for every rule of the library."""

from incidentcore.conditions.access import reader
from incidentcore.conditions.builder import Field, field
from incidentcore.conditions.condition import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    Explanation,
    Not,
)
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.hours import OpenHours, during, time_of_day
from incidentcore.conditions.opaque import Opaque
from incidentcore.conditions.overlap import Proof, implies, overlap, satisfiable

__all__ = [
    "ALWAYS",
    "AllOf",
    "AnyOf",
    "Condition",
    "Explanation",
    "Field",
    "FieldTest",
    "NEVER",
    "Not",
    "Opaque",
    "OpenHours",
    "Proof",
    "during",
    "field",
    "implies",
    "overlap",
    "reader",
    "satisfiable",
    "time_of_day",
]
