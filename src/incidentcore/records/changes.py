"""The changes of a record that need no lifecycle: who works on it, what was said, what it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from incidentcore.errors import InvalidValueError
from incidentcore.records.events.activity import (
    Acknowledged,
    Commented,
    Contacted,
    DiagnosisNoted,
    MajorStatusChanged,
    ProcedureFollowed,
    Restored,
    Unacknowledged,
    Visibility,
)
from incidentcore.records.events.core import (
    Assigned,
    Corrected,
    FieldsChanged,
    LinkAdded,
    LinkRemoved,
    Opened,
)
from incidentcore.records.fields import checked_fields
from incidentcore.records.links import Link
from incidentcore.records.record import Record
from incidentcore.values import Actor

__all__ = [
    "acknowledge",
    "assign",
    "comment",
    "correct_event",
    "link",
    "log_contact",
    "log_diagnosis",
    "log_runbook",
    "mark_restored",
    "set_fields",
    "set_major_status",
    "unacknowledge",
    "unlink",
]

R = TypeVar("R", bound=Record)


class _Keep:
    """The type of ``KEEP``: what an argument left out means where None means "nobody"."""

    def __repr__(self) -> str:
        return "KEEP"


KEEP: Final = _Keep()


def assign(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    group: str | _Keep | None = KEEP,
    assignee: str | _Keep | None = KEEP,
    tier: int | _Keep | None = KEEP,
    recorded_at: datetime | None = None,
) -> R:
    """Set who works on a record; what is not named stays, None means nobody.

    Args:
        record: The record.
        at: When.
        by: Who assigned it; a plain id stands for an agent.
        group: The assignment group.
        assignee: The person.
        tier: The support tier, from 1.
        recorded_at: When this became known; ``at`` unless told.

    Raises:
        InvalidValueError: Nothing is named, or a value is not what its field accepts.

    >>> from datetime import UTC
    >>> from incidentcore.records.incident import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> assign(incident, group="messaging", at=opened, by="ada").assignment_group
    'messaging'
    """
    named = {"assignment_group": group, "assignee": assignee, "support_tier": tier}
    fields = {name: value for name, value in named.items() if not isinstance(value, _Keep)}
    if not fields:
        raise InvalidValueError("group, assignee, tier", None, "at least one of them")
    return record.with_event(
        Assigned,
        at=at,
        by=by,
        recorded_at=recorded_at,
        fields=fields,
    )


def comment(
    record: R,
    text: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    visibility: Visibility = "public",
    recorded_at: datetime | None = None,
) -> R:
    """Write on a record. A public comment by an agent is a response (rule H4)."""
    if not isinstance(text, str):
        raise InvalidValueError("text", text, "text")
    return record.with_event(
        Commented, at=at, by=by, recorded_at=recorded_at, text=text, visibility=visibility
    )


def log_contact(
    record: R,
    channel: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    text: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Note that agent and requester spoke, by telephone for example; by says who spoke."""
    return record.with_event(
        Contacted, at=at, by=by, recorded_at=recorded_at, channel=channel, text=text
    )


def acknowledge(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    level: int | None = None,
    recorded_at: datetime | None = None,
) -> R:
    """Note that somebody took notice and answers for the record."""
    return record.with_event(Acknowledged, at=at, by=by, recorded_at=recorded_at, level=level)


def unacknowledge(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Withdraw the acknowledgement; the first one stays a fact."""
    return record.with_event(Unacknowledged, at=at, by=by, recorded_at=recorded_at, reason=reason)


def mark_restored(
    record: R, /, *, at: datetime, by: Actor | str, recorded_at: datetime | None = None
) -> R:
    """Note that the service works again, whether or not the incident is resolved yet."""
    return record.with_event(Restored, at=at, by=by, recorded_at=recorded_at)


def log_diagnosis(
    record: R,
    text: str,
    /,
    *,
    step: str,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Note a hypothesis, a test of one, or a finding (``step``)."""
    return record.with_event(
        DiagnosisNoted, at=at, by=by, recorded_at=recorded_at, step=step, text=text
    )


def log_runbook(
    record: R,
    runbook: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    version: str = "",
    outcome: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Note that a runbook was followed, in which version and to what outcome."""
    return record.with_event(
        ProcedureFollowed,
        at=at,
        by=by,
        recorded_at=recorded_at,
        runbook=runbook,
        version=version,
        outcome=outcome,
    )


def set_major_status(
    record: R,
    status: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    business_impact: str | None = None,
    roles: Mapping[str, str] | None = None,
    assignee: str | None = None,
    recorded_at: datetime | None = None,
) -> R:
    """Propose, accept, reject or demote an incident as a major one; see ``MajorStatus``.

    Nothing here checks that the step is legal; ``lifecycle.decide_major`` does.

    Args:
        record: The incident.
        status: Its status from now on.
        at: When.
        by: Who decided.
        reason: Why.
        business_impact: What it means for the business; what is known stays unless told.
        roles: Who holds which role in the response; see ``MajorRole``.
        assignee: Who works on it from now on.
        recorded_at: When this became known; ``at`` unless told.

    Raises:
        InvalidValueError: The record is no incident, or a value is not what its field accepts.
    """
    told = {"business_impact": business_impact, "major_roles": roles, "assignee": assignee}
    fields = {name: value for name, value in told.items() if value is not None}
    return record.with_event(
        MajorStatusChanged,
        at=at,
        by=by,
        recorded_at=recorded_at,
        status=status,
        reason=reason,
        fields=fields,
    )


def link(
    record: R,
    type: str,  # noqa: A002  the link's own word
    target: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Link a record to another; see ``LinkType``.

    Raises:
        InvalidValueError: The target is the record itself.
    """
    if target == record.id:
        raise InvalidValueError("target", target, "another record's id")
    return record.with_event(
        LinkAdded, at=at, by=by, recorded_at=recorded_at, link=Link(type, target)
    )


def unlink(
    record: R,
    type: str,  # noqa: A002  the link's own word
    target: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Remove a link.

    Raises:
        InvalidValueError: The record has no such link.
    """
    gone = Link(type, target)
    if gone not in record.links:
        raise InvalidValueError("link", gone, f"one of {sorted(record.links)}")
    return record.with_event(LinkRemoved, at=at, by=by, recorded_at=recorded_at, link=gone)


def set_fields(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    **fields: Any,
) -> R:
    """Set descriptive fields: title, service, tags, custom and so on.

    Entries of ``custom`` are merged into those that are there; everything else is replaced.
    Moments and counts cannot be set: they follow from the history (rule H2).

    Raises:
        InvalidValueError: A field cannot be set, or a value is not what it accepts.
    """
    return record.with_event(
        FieldsChanged,
        at=at,
        by=by,
        recorded_at=recorded_at,
        fields=checked_fields(fields, record.settable),
    )


def correct_event(
    record: R,
    event_id: str,
    /,
    *,
    by: Actor | str,
    at: datetime | None = None,
    recorded_at: datetime | None = None,
    reason: str = "",
) -> R:
    """Note that an event did not happen as told; append what did happen beside it.

    Args:
        record: The record.
        event_id: The id of the event that was wrong.
        by: Who corrects it.
        at: From when on the correction counts; the instant of the wrong event unless told.
        recorded_at: When the error became known; ``at`` unless told.
        reason: Why.

    Raises:
        InvalidValueError: The record has no such event, or it is the opening.
    """
    for event in record.history:
        if event.id == event_id and not isinstance(event, Opened):
            return record.with_event(
                Corrected,
                at=event.at if at is None else at,
                by=by,
                recorded_at=recorded_at,
                corrects=event_id,
                reason=reason,
            )
    raise InvalidValueError("event_id", event_id, "the id of an event after the opening")
