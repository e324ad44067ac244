"""Plain values that the whole library uses: scales, states, actors and frozen mappings."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.values.actors import Actor, Role
    from incidentcore.values.findings import LintFinding
    from incidentcore.values.frozen import FrozenMap
    from incidentcore.values.scales import Impact, Level, Priority, Scale, Urgency
    from incidentcore.values.states import (
        CANCELED,
        CLOSED,
        IN_PROGRESS,
        NEW,
        ON_HOLD,
        RESOLVED,
        State,
    )

__all__ = [
    "Actor",
    "CANCELED",
    "CLOSED",
    "FrozenMap",
    "IN_PROGRESS",
    "Impact",
    "Level",
    "LintFinding",
    "NEW",
    "ON_HOLD",
    "Priority",
    "RESOLVED",
    "Role",
    "Scale",
    "State",
    "Urgency",
]

if not TYPE_CHECKING:  # checkers see the imports
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "actors": "Actor Role",
            "findings": "LintFinding",
            "frozen": "FrozenMap",
            "scales": "Impact Level Priority Scale Urgency",
            "states": "CANCELED CLOSED IN_PROGRESS NEW ON_HOLD RESOLVED State",
        },
    )
