"""What people do about escalations, as changes of the record: history decides, not an engine."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from incidentcore.errors import InvalidValueError
from incidentcore.escalation.matrix import EscalationMode
from incidentcore.instants import as_utc
from incidentcore.records import Escalated, Record
from incidentcore.values import Actor

__all__ = ["escalate_now"]

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
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Note that a record was escalated: by hand, or the delivery of one that was due.

    An escalation by hand, without a key, withdraws the acknowledgement (rule E3). Give the key of
    a due ``Escalation`` to note its delivery; that leaves the acknowledgement alone.

    Args:
        record: The record.
        target: To whom.
        at: When.
        by: Who did it.
        mode: ``functional`` or ``hierarchical``.
        level: The level of the matrix, from 0. By hand, it and those before it that have not fallen
            due yet do so now, and none after it: pressed on an old message, it changes nothing.
            Without one the next level does.
        key: The key of the escalation that was due; empty for one made by hand.
        reason: Why.
        recorded_at: When it became known; ``at`` unless told.

    Raises:
        InvalidValueError: By hand, on a record that is resolved, closed or canceled, for which
            nobody needs to do anything; or on one that is snoozed, as in Jira: somebody asked for
            silence, and whoever knows better ends that first.
    """
    if not key and not record.state.open:
        raise InvalidValueError("record", record, "one that is open; reopen it first")
    snoozed = record.snoozed_until
    if not key and snoozed is not None and as_utc(at) < snoozed:
        raise InvalidValueError(
            "record", record, f"one that is not snoozed, until {snoozed.isoformat()}; unsnooze it"
        )
    return record.with_event(
        Escalated,
        at=at,
        by=by,
        recorded_at=recorded_at,
        target=target,
        mode=mode,
        level=level,
        key=key,
        reason=reason,
    )
