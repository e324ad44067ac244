"""Manual escalations, recorded as changes to the record."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.escalation.matrix import EscalationMatrix, EscalationMode
from incidentcore.instants import as_utc
from incidentcore.records import Escalated, Record
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor

R = TypeVar("R", bound=Record)


def escalate_now(
    record: R,
    target: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    mode: EscalationMode = "functional",
    level: int | None = None,
    key: str = "",
    matrix: EscalationMatrix | str = "",
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Record a manual escalation, or the delivery of an escalation that was due.

    A manual escalation has no key, and it withdraws the acknowledgement (rule E3). To record the
    delivery of a due ``Escalation``, pass its key; the acknowledgement then stays in force.

    Args:
        record: The record.
        target: Whom the record was escalated to.
        at: When the record was escalated.
        by: Who escalated the record.
        mode: ``functional`` (to another group) or ``hierarchical`` (up the hierarchy).
        level: The level of the matrix, from 0. A manual escalation makes this level and those
            before it due, but none after it, so that a button in an old message cannot escalate
            further. If None, the next level becomes due.
        key: The key of the escalation that was due; empty for a manual one.
        matrix: The matrix that a manual escalation applies to, or its name; empty means all.
        reason: Why the record was escalated, as free text.
        recorded_at: When this became known. Defaults to ``at``.

    Returns:
        The record with the escalation.

    Raises:
        InvalidValueError: A manual escalation is not possible: the record is resolved, closed,
            canceled or snoozed (end the snooze first, as in Jira), or a matrix was passed that is
            in maintenance.
    """
    need_kind("record", record, Record)
    at = as_utc(at)
    then = as_it_was(record, at)
    if not key and not then.state.open:
        raise InvalidValueError("record", record, "one that is open; reopen it first")
    snoozed = then.snoozed_until
    if not key and snoozed is not None and at < snoozed:
        raise InvalidValueError(
            "record", record, f"one that is not snoozed, until {snoozed.isoformat()}; unsnooze it"
        )
    if isinstance(matrix, EscalationMatrix):
        for interval in matrix.maintenance:
            if not key and at in interval:
                raise InvalidValueError(
                    "at", at, f"an instant outside of the maintenance until {interval.end}"
                )
        matrix = matrix.name
    return record.with_event(
        Escalated,
        at=at,
        by=by,
        recorded_at=recorded_at,
        target=target,
        mode=mode,
        level=level,
        key=key,
        matrix=matrix,
        reason=reason,
    )
