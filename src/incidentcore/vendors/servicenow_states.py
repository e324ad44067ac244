"""The states and levels of a ServiceNow audit log, and the lifecycles to check it against.

The names are those that the log prints. The log knows states but not actions; the actions of the
two tables below are ours, named after the state they lead to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from incidentcore.lifecycle import Lifecycle, Transition
from incidentcore.values import State

__all__ = ["AUDIT_LIFECYCLE", "AUDIT_STATES", "NEW", "STRICT_LIFECYCLE", "unknown_state"]

NEW: Final = State("New", open=True)
_ACTIVE: Final = State("Active", open=True)
_AWAITING: Final = tuple(
    State(f"Awaiting {whom}", open=True, pauses=True)
    for whom in ("User Info", "Problem", "Vendor", "Evidence")
)
_RESOLVED: Final = State("Resolved", resolved=True)
_CLOSED: Final = State("Closed", resolved=True, final=True)

AUDIT_STATES: Final[tuple[State, ...]] = (NEW, _ACTIVE, *_AWAITING, _RESOLVED, _CLOSED)


def unknown_state(name: str) -> State:
    """Return the state for a name that the log's own list of states does not have.

    Nothing is known of its meaning, so it counts as open: work that is not known to be done is
    still owed (our choice).

    >>> unknown_state("-100")
    State(name='unknown_-100', open=True, pauses=False, resolved=False, final=False)
    """
    return State(f"unknown_{name}", open=True)


def _action(state: State) -> str:
    return "to_" + state.name.lower().replace(" ", "_")


def _lifecycle(name: str, sources: Mapping[State, tuple[State, ...]]) -> Lifecycle:
    return Lifecycle(
        name,
        "incident",
        states=AUDIT_STATES,
        initial=NEW,
        transitions=tuple(
            Transition(_action(target), froms, target) for target, froms in sources.items()
        ),
    )


def _other(state: State) -> tuple[State, ...]:
    return tuple(other for other in _AWAITING if other != state)


AUDIT_LIFECYCLE: Final = _lifecycle(
    "servicenow_audit",
    {
        _ACTIVE: (NEW, *_AWAITING, _RESOLVED),
        **{state: (NEW, _ACTIVE, *_other(state)) for state in _AWAITING},
        _RESOLVED: (NEW, _ACTIVE, *_AWAITING),
        _CLOSED: (_RESOLVED,),
    },
)
"""What ServiceNow lets an incident do, read generously: any waiting may follow any, and an
incident may be resolved from every open state."""

STRICT_LIFECYCLE: Final = _lifecycle(
    "servicenow_audit_strict",
    {
        _ACTIVE: (NEW, *_AWAITING, _RESOLVED),
        **dict.fromkeys(_AWAITING, (_ACTIVE,)),
        _RESOLVED: (_ACTIVE,),
        _CLOSED: (_RESOLVED,),
    },
)
"""The textbook: a new incident is first worked on, and work goes on after every waiting."""
