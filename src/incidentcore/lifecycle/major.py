"""Major incidents: a separate lifecycle beside the incident's state (rule L4).

Proposing, accepting, rejecting or demoting a major incident leaves the incident's state untouched.
The steps and their fields are ServiceNow's. That a rejected candidate may be proposed again, that
roles have their own step and that accepting may require them are our choice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from incidentcore._checks import as_tuple, need_key_part, need_kind
from incidentcore.conditions import AllOf, field
from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
    TransitionNotAllowedError,
)
from incidentcore.instants import as_utc
from incidentcore.lifecycle.decision import Allowed, Refused
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.guards import facts_then
from incidentcore.lifecycle.refusals import (
    accept,
    refuse,
    refuse_action,
    refuse_early,
    refuse_guard,
    refuse_no_effect,
)
from incidentcore.lifecycle.transition import Attempt, InputField, Transition
from incidentcore.records import Incident, MajorStatusChanged, set_fields, set_major_status
from incidentcore.records.events.base import of_kind
from incidentcore.records.events.core import written_fields
from incidentcore.records.fold import in_time
from incidentcore.values import Actor, State

NO_CANDIDATE: Final = State("no_candidate", open=True)
PROPOSED: Final = State("proposed", open=True)
ACCEPTED: Final = State("accepted", resolved=True)
REJECTED: Final = State("rejected", final=True)
CANCELED: Final = State("canceled", final=True)

_NOTES: Final = InputField("work_notes", "custom.work_notes")
_REASON: Final = InputField("reason", "custom.reason")
_IMPACT: Final = InputField("business_impact")
_ROLES: Final = InputField("roles", "major_roles")
_MAYBE_ROLES: Final = InputField("roles", "major_roles", required=False)


def major_incident(*, roles: Iterable[str] = (), id: str = "major_incident") -> Lifecycle:  # noqa: A002
    """Return a lifecycle of major incidents, which are accepted only once certain roles are held.

    Accepting requires notes and the business impact, as in ServiceNow. Roles may be assigned when
    an incident is proposed or accepted, or at any time in between or later with ``assign_roles``; a
    role can pass to somebody else but cannot become vacant.

    Args:
        roles: The roles that somebody must hold, such as ``scribe``.
        id: The lifecycle's id.

    Raises:
        LifecycleDefinitionError: A role is not a string, is empty, or has a dot in it.

    >>> from incidentcore.lifecycle import major_incident
    >>> for row in major_incident(roles=["scribe"]).transitions:
    ...     if row.guard is not None:
    ...         print(row.action, "-", row.guard)
    accept - major_roles.scribe is present
    """
    names = as_tuple(roles, str)
    for name in names:
        need_key_part("roles", name, LifecycleDefinitionError, ".")
    held = AllOf(tuple(field(f"major_roles.{name}").present() for name in names))
    guarded = {"guard": held, "guard_name": "the roles are named"} if names else {}
    return Lifecycle(
        id,
        "incident",
        states=(NO_CANDIDATE, PROPOSED, ACCEPTED, REJECTED, CANCELED),
        initial=NO_CANDIDATE,
        transitions=(
            Transition(
                "propose", (NO_CANDIDATE, REJECTED), PROPOSED, fields=(_NOTES, _MAYBE_ROLES)
            ),
            Transition(
                "accept",
                (NO_CANDIDATE, PROPOSED),
                ACCEPTED,
                fields=(_NOTES, _IMPACT, _MAYBE_ROLES),
                **guarded,  # type: ignore[arg-type]  # both or none
            ),
            Transition("assign_roles", PROPOSED, PROPOSED, fields=(_ROLES,)),
            Transition("assign_roles", ACCEPTED, ACCEPTED, fields=(_ROLES,)),
            Transition("reject", PROPOSED, REJECTED, fields=(_REASON,)),
            Transition("demote", ACCEPTED, CANCELED, fields=(_REASON,)),
        ),
    )


MAJOR_INCIDENT: Final = major_incident()
"""The lifecycle of major incident candidates: open until the decision, resolved if accepted."""


def decide_major(
    incident: Incident,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    lifecycle: Lifecycle = MAJOR_INCIDENT,
    amend: bool = False,
    **fields: Any,
) -> Allowed[Incident] | Refused:
    """Return the effect of a step of the major incident lifecycle, or why it is refused.

    Accepting a major incident assigns it to the actor. The roles that are passed are added to those
    already assigned.

    Args:
        incident: The incident.
        action: ``propose``, ``accept``, ``assign_roles``, ``reject`` or ``demote``.
        at: When the step is taken.
        by: Who takes the step; an actor or an id (see ``Record.actor``).
        recorded_at: When this became known. Defaults to ``at``.
        lifecycle: The lifecycle of the major incident; see ``major_incident``.
        amend: Whether to accept a late step that the next recorded step cannot follow (rule L2).
        fields: ``work_notes``, ``business_impact``, ``roles`` or ``reason``, as the step requires.

    Raises:
        InvalidValueError: The record is not an incident.

    Source: rule L4.

    >>> from datetime import UTC, datetime
    >>> from incidentcore import Incident
    >>> from incidentcore.lifecycle import decide_major
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> print(decide_major(incident, "accept", at=opened, by="ada", work_notes="all sites"))
    accept from no_candidate needs business_impact
    """
    need_kind("incident", incident, Incident)
    need_kind("lifecycle", lifecycle, Lifecycle)
    at = as_utc(at)
    actor = incident.actor(by, at=at)
    facts = facts_then(incident, at)
    state = lifecycle.state(facts["major_status"] or NO_CANDIDATE.name)
    table = lifecycle.table
    early = refuse_early(incident, action, at, state)
    if early is not None:
        return early
    rows = table[state.name].get(action)
    if rows is None:
        return refuse_action(lifecycle.id, table, action, state)
    row = rows[0]
    accepted = accept(table, row, state, fields)
    if isinstance(accepted, Refused):
        return accepted
    for name in ("reason", "work_notes"):  # kept as the reason of the step
        if not isinstance(fields.get(name, ""), str):
            wrong = InvalidValueError(name, fields[name], "text")
            return refuse(table, "invalid_field", action, state, what=str(wrong))
    seen = {**facts, **written_fields(accepted, facts)}
    attempt = Attempt(facts=seen, action=action, at=at, by=actor, fields=fields)
    if not row.passes(attempt):
        return refuse_guard(table, row, state, attempt)
    later = () if amend or at >= incident.updated_at else in_time(incident.history)[1]
    changes = of_kind(later, MajorStatusChanged)
    steps = ((change, change.status, lifecycle.state(change.status)) for change in changes)
    overtaken = refuse_no_effect(table, steps, action, state, at=at, to=row.target)
    if overtaken is not None:
        return overtaken
    after = _stepped(incident, row, fields, {"at": at, "by": actor, "recorded_at": recorded_at})
    return Allowed(after.history[-1:], after)


def _stepped(
    incident: Incident, row: Transition, fields: dict[str, Any], when: dict[str, Any]
) -> Incident:
    """Return the incident after a step that is legal."""
    if row.action == "assign_roles":  # the status stays: nothing but the roles is new
        return set_fields(incident, major_roles=fields["roles"], **when)
    return set_major_status(
        incident,
        row.target.name,  # type: ignore[arg-type]  # one of the states of a major incident
        reason=fields.get("reason") or fields.get("work_notes", ""),
        business_impact=fields.get("business_impact"),
        roles=fields.get("roles"),
        assignee=when["by"].id if row.target == ACCEPTED else None,
        **when,
    )


def advance_major(
    incident: Incident,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    lifecycle: Lifecycle = MAJOR_INCIDENT,
    amend: bool = False,
    **fields: Any,
) -> Incident:
    """Apply a step of the major incident lifecycle, and return the new incident.

    The arguments are those of ``decide_major``.

    Raises:
        TransitionNotAllowedError: The step is refused; the error's ``refusal`` says why.
    """
    answer = decide_major(
        incident,
        action,
        at=at,
        by=by,
        recorded_at=recorded_at,
        lifecycle=lifecycle,
        amend=amend,
        **fields,
    )
    if answer:
        return answer.record
    raise TransitionNotAllowedError(answer)
