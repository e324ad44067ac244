"""The states of a ServiceNow audit log, and the lifecycles to check it against.

The names are those in the log. The log contains states but not actions; the actions of the two
lifecycles are our choice, each named after the state that it leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from incidentcore.lifecycle import Lifecycle, Transition
from incidentcore.values import State

NEW: Final = State("New", open=True)
_ACTIVE: Final = State("Active", open=True)
_AWAITING: Final = tuple(
    State(f"Awaiting {whom}", open=True, pauses=True)
    for whom in ("User Info", "Problem", "Vendor", "Evidence")
)
_RESOLVED: Final = State("Resolved", resolved=True)
_CLOSED: Final = State("Closed", resolved=True, final=True)

AUDIT_STATES: Final[tuple[State, ...]] = (NEW, _ACTIVE, *_AWAITING, _RESOLVED, _CLOSED)


def _lifecycle(name: str, sources: Mapping[State, tuple[State, ...]]) -> Lifecycle:
    every = {_ACTIVE: (NEW, *_AWAITING, _RESOLVED), **sources, _CLOSED: (_RESOLVED,)}
    return Lifecycle(
        name,
        "incident",
        states=AUDIT_STATES,
        initial=NEW,
        transitions=tuple(
            Transition(f"to_{target.name.lower().replace(' ', '_')}", froms, target)
            for target, froms in every.items()
        ),
    )


AUDIT_LIFECYCLE: Final = _lifecycle(
    "servicenow_audit",
    {
        **{
            state: (NEW, _ACTIVE, *(other for other in _AWAITING if other != state))
            for state in _AWAITING
        },
        _RESOLVED: (NEW, _ACTIVE, *_AWAITING),
    },
)
"""A permissive lifecycle of ServiceNow's incidents: any hold may follow any other, and an incident
may be resolved from every open state."""

STRICT_LIFECYCLE: Final = _lifecycle(
    "servicenow_audit_strict", {**dict.fromkeys(_AWAITING, (_ACTIVE,)), _RESOLVED: (_ACTIVE,)}
)
"""A strict lifecycle: work begins on a new incident first, and continues after each hold."""
