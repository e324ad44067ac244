"""Conditions on records and events: one language for every rule of the library."""

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
from incidentcore.conditions.instants import AtInstant, LaterThan, before, reached
from incidentcore.conditions.opaque import Opaque
from incidentcore.conditions.overlap import Proof, implies, overlap, satisfiable

__all__ = [
    "ALWAYS",
    "AllOf",
    "AnyOf",
    "AtInstant",
    "Condition",
    "Explanation",
    "Field",
    "FieldTest",
    "LaterThan",
    "NEVER",
    "Not",
    "Opaque",
    "OpenHours",
    "Proof",
    "before",
    "during",
    "field",
    "implies",
    "overlap",
    "reached",
    "reader",
    "satisfiable",
    "time_of_day",
]
