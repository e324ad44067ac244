"""Major incidents: a lifecycle of their own beside the incident's state (rule L4).

Proposing, accepting, rejecting or demoting a major incident leaves the incident's state untouched.
The steps and what they ask for are ServiceNow's; that a rejected candidate may be proposed again
and that the four roles are named when it is accepted are our choice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from incidentcore.errors import InvalidValueError, TransitionNotAllowedError
from incidentcore.instants import as_utc
from incidentcore.lifecycle.answers import Allowed, Refused
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.refusals import refuse_action, refuse_fields, refuse_undeclared
from incidentcore.lifecycle.table import InputField, Transition
from incidentcore.records import Incident, MajorStatus, set_major_status
from incidentcore.values import Actor, State, as_actor

__all__ = ["MAJOR_INCIDENT", "advance_major", "decide_major"]

NO_CANDIDATE: Final = State("no_candidate", open=True)
PROPOSED: Final = State(MajorStatus.PROPOSED, open=True)
ACCEPTED: Final = State(MajorStatus.ACCEPTED, resolved=True)
REJECTED: Final = State(MajorStatus.REJECTED, final=True)
CANCELED: Final = State(MajorStatus.CANCELED, final=True)

_NOTES: Final = InputField("work_notes", "custom.work_notes")
_REASON: Final = InputField("reason", "custom.reason")
_IMPACT: Final = InputField("business_impact")
_ROLES: Final = InputField("roles", "major_roles", required=False)

MAJOR_INCIDENT: Final = Lifecycle(
    "major_incident",
    "incident",
    states=(NO_CANDIDATE, PROPOSED, ACCEPTED, REJECTED, CANCELED),
    initial=NO_CANDIDATE,
    transitions=(
        Transition("propose", (NO_CANDIDATE, REJECTED), PROPOSED, fields=(_NOTES,)),
        Transition(
            "accept",
            (NO_CANDIDATE, PROPOSED),
            ACCEPTED,
            fields=(_NOTES, _IMPACT, _ROLES),
        ),
        Transition("reject", PROPOSED, REJECTED, fields=(_REASON,)),
        Transition("demote", ACCEPTED, CANCELED, fields=(_REASON,)),
    ),
)
"""The steps of a candidate; open means undecided, resolved that it is a major incident."""


def decide_major(
    incident: Incident,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    **fields: Any,
) -> Allowed[Incident] | Refused:
    """Return what a step of the major incident lifecycle would do, or why it is refused.

    Whoever accepts a major incident gets it assigned.

    Args:
        incident: The incident.
        action: propose, accept, reject or demote.
        at: When.
        by: Who; a plain id stands for an agent.
        recorded_at: When it became known; ``at`` unless told.
        fields: ``work_notes``, ``business_impact``, ``roles`` or ``reason``, as the step asks.

    Raises:
        InvalidValueError: The record is no incident.

    Source: rule L4.

    >>> from datetime import UTC
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> print(decide_major(incident, "accept", at=opened, by="ada", work_notes="all sites"))
    accept from no_candidate needs business_impact
    """
    if not isinstance(incident, Incident):
        raise InvalidValueError("incident", incident, "an Incident")
    at = as_utc(at)
    actor = as_actor(by)
    status = incident.major_status
    if at < incident.updated_at:
        status = incident.timeline(now=at).facts_at(at)["major_status"]
    state = MAJOR_INCIDENT.state(status or NO_CANDIDATE.name)
    rows = MAJOR_INCIDENT.table[state.name].get(action)
    if rows is None:
        return refuse_action(MAJOR_INCIDENT.id, MAJOR_INCIDENT.table, action, state)
    row = rows[0]
    if not fields.keys() <= row.inputs.keys():
        return refuse_undeclared(MAJOR_INCIDENT.table, row, state, fields)
    missing = tuple(name for name in row.required if not fields.get(name))
    if missing:
        return refuse_fields(
            MAJOR_INCIDENT.table,
            row,
            state,
            code="missing_field",
            what=f"needs {', '.join(missing)}",
            missing=missing,
        )
    try:
        after = set_major_status(
            incident,
            row.target.name,
            at=at,
            by=actor,
            recorded_at=recorded_at,
            reason=fields.get("reason") or fields.get("work_notes", ""),
            business_impact=fields.get("business_impact"),
            roles=fields.get("roles"),
            assignee=actor.id if row.target == ACCEPTED else None,
        )
    except InvalidValueError as error:
        return refuse_fields(
            MAJOR_INCIDENT.table, row, state, code="invalid_field", what=f"refuses {error}"
        )
    return Allowed(after.history[-1:], after)


def advance_major(
    incident: Incident,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    **fields: Any,
) -> Incident:
    """Return the incident after a step of the major incident lifecycle.

    Takes what ``decide_major`` takes.

    Raises:
        TransitionNotAllowedError: The step is refused; its ``refusal`` says everything.
    """
    answer = decide_major(incident, action, at=at, by=by, recorded_at=recorded_at, **fields)
    if isinstance(answer, Allowed):
        return answer.record
    raise TransitionNotAllowedError(answer)
