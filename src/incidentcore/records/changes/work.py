"""Work on a record: assignment, acknowledgement, snoozing, diagnosis, major status."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeVar

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.events.activity import (
    Acknowledged,
    DiagnosisNoted,
    DiagnosisStep,
    MajorStatusChanged,
    ProcedureFollowed,
    Restored,
    Snoozed,
    Unacknowledged,
    Unsnoozed,
)
from incidentcore.records.events.core import Assigned
from incidentcore.records.fields import MajorStatus
from incidentcore.records.record import Record
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor

R = TypeVar("R", bound=Record)


class _Keep:
    """The type of ``KEEP``, the default of arguments for which None means "nobody"."""

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
    """Set who works on a record; omitted fields stay unchanged, and None clears a field.

    Args:
        record: The record.
        at: When the record was assigned.
        by: Who assigned the record; an actor or an id (see ``Record.actor``).
        group: The assignment group.
        assignee: The person.
        tier: The support tier, from 1.
        recorded_at: When this became known. Defaults to ``at``.

    Raises:
        InvalidValueError: No field is passed, or a field does not accept its value.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import assign
    >>> from incidentcore.records.incident import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> assign(incident, group="messaging", at=opened, by="ada").assignment_group
    'messaging'
    """
    named = {"assignment_group": group, "assignee": assignee, "support_tier": tier}
    fields = {name: value for name, value in named.items() if value is not KEEP}
    if not fields:
        raise InvalidValueError("group, assignee, tier", None, "at least one of them")
    return Record.with_event(record, Assigned, at=at, by=by, recorded_at=recorded_at, fields=fields)


def acknowledge(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    level: int | None = None,
    recorded_at: datetime | None = None,
) -> R:
    """Log that somebody has noticed the record and takes responsibility for it.

    ``level`` is the escalation level that was acknowledged, from 0, or None for the whole record;
    ``at``, ``by`` and ``recorded_at`` are as for ``assign``.
    """
    return Record.with_event(
        record, Acknowledged, at=at, by=by, recorded_at=recorded_at, level=level
    )


def unacknowledge(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Withdraw the acknowledgement; ``acknowledged_at`` remains the time of the first one.

    ``at``, ``by`` and ``recorded_at`` are as for ``assign``; ``reason`` is text.
    """
    return Record.with_event(
        record, Unacknowledged, at=at, by=by, recorded_at=recorded_at, reason=reason
    )


def mark_restored(
    record: R, /, *, at: datetime, by: Actor | str, recorded_at: datetime | None = None
) -> R:
    """Log that the service works again, whether or not the incident is resolved yet.

    ``at``, ``by`` and ``recorded_at`` are as for ``assign``.
    """
    return Record.with_event(record, Restored, at=at, by=by, recorded_at=recorded_at)


def snooze(
    record: R,
    /,
    *,
    until: datetime,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Silence a record's escalations until an instant; a later snooze replaces an earlier one.

    The escalation matrix decides which escalations a snooze silences and what happens at its end
    (rule E3). A snooze is not an acknowledgement, which would end it, and does not pause any clock.
    ``until`` is after ``at``; ``at``, ``by`` and ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: The end is not after the beginning, or the record is resolved, closed or
            canceled at that time.
    """
    need_kind("record", record, Record)
    if not as_it_was(record, as_utc(at)).state.open:
        raise InvalidValueError("record", record, "an open record: no other is escalated")
    return record.with_event(
        Snoozed, at=at, by=by, recorded_at=recorded_at, until=until, reason=reason
    )


def unsnooze(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """End a snooze early; on a record that is not snoozed this has no effect.

    ``at``, ``by`` and ``recorded_at`` are as for ``assign``; ``reason`` is text.
    """
    return Record.with_event(
        record, Unsnoozed, at=at, by=by, recorded_at=recorded_at, reason=reason
    )


def log_diagnosis(
    record: R,
    text: str,
    /,
    *,
    step: DiagnosisStep,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
) -> R:
    """Log a step of the diagnosis: a ``"hypothesis"``, a ``"test"`` of one, or a ``"finding"``.

    ``at``, ``by`` and ``recorded_at`` are as for ``assign``; ``text`` describes the step.
    """
    return Record.with_event(
        record, DiagnosisNoted, at=at, by=by, recorded_at=recorded_at, step=step, text=text
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
    """Log that a runbook was followed, with its version and outcome.

    ``at``, ``by`` and ``recorded_at`` are as for ``assign``.
    """
    return Record.with_event(
        record,
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
    status: MajorStatus,
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
    """Propose, accept, reject or demote a major incident.

    This does not check that the step is allowed; use ``lifecycle.decide_major`` for that.
    ``status`` is ``proposed``, ``accepted``, ``rejected``, or ``canceled`` for one that is demoted.
    ``roles`` says who takes which role in the response, such as ``{"scribe": "ada"}``, and is added
    to the roles already assigned; ``business_impact`` and ``assignee`` stay unchanged by default.
    ``at``, ``by`` and ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: The record is not an incident, or a field does not accept its value.
    """
    named = {"business_impact": business_impact, "major_roles": roles, "assignee": assignee}
    fields = {name: value for name, value in named.items() if value is not None}
    return Record.with_event(
        record,
        MajorStatusChanged,
        at=at,
        by=by,
        recorded_at=recorded_at,
        status=status,
        reason=reason,
        fields=fields,
    )
