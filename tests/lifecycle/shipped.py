"""Every lifecycle that the package ships, found and not listed, so that none is forgotten."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from incidentcore import lifecycle, vendors
from incidentcore.lifecycle import CascadeRule, Lifecycle
from incidentcore.records import StateChanged
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.values import Actor, State

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
_FOUND = [
    value
    for room in (lifecycle, vendors)
    for name in sorted(room.__all__)
    if isinstance(value := getattr(room, name), Lifecycle)
]
MAJOR = (
    lifecycle.MAJOR_INCIDENT,
    lifecycle.major_incident(
        roles=("incident_manager", "technical_lead", "communications_lead", "scribe"),
        id="major_incident_with_roles",
    ),
)
SHIPPED = tuple(one for one in _FOUND if one not in MAJOR)
CASCADES: dict[str, tuple[CascadeRule, ...]] = {
    **dict.fromkeys(lifecycle.STANDARD, lifecycle.STANDARD_CASCADES),
    "servicenow_incident": lifecycle.SERVICENOW_CASCADES,
    "servicenow_problem": lifecycle.SERVICENOW_CASCADES,
    "servicenow_request": lifecycle.SERVICENOW_CASCADES,
}


def put(one: Lifecycle, state: State | str, **fields: Any) -> Any:
    """Return a record of a lifecycle in a state, put there by no action of it."""
    cls: Any = RECORD_TYPES[one.record_type]
    record = one.open(cls, id="R-1", title="t", at=AT, by=Actor("kim", "requester"))
    return record.with_event(
        StateChanged,
        at=AT,
        by="ada",
        action="put",
        state=one.state(state.name if isinstance(state, State) else state),
        fields=fields,
    )
