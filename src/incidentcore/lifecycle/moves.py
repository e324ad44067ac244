"""``decide``, ``advance`` and ``explain`` by the standard lifecycle of the record's type."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from incidentcore.lifecycle.decision import Allowed, PathStep, Refused
from incidentcore.lifecycle.standard import STANDARD
from incidentcore.records import Record
from incidentcore.values import Actor, State

__all__ = ["advance", "allowed_actions", "decide", "explain"]

R = TypeVar("R", bound=Record)


def decide(
    record: R,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    **fields: object,
) -> Allowed[R] | Refused:
    """Return what an action would do to a record of a standard lifecycle, or why it is refused.

    The same as ``Lifecycle.decide`` of the standard lifecycle of the record's type. Nothing
    changes.

    Args:
        record: The record.
        action: The action, such as ``"resolve"``.
        at: When it is done.
        by: Who does it; a plain id stands for an agent.
        recorded_at: When it became known; ``at`` unless told.
        fields: The fields that the transition declares; others are refused by name.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> print(decide(incident, "close", at=opened, by="ada").reason)
    close is not allowed from new; allowed here: start, hold, resolve, cancel; the shortest path is resolve (needs resolution_code, resolution_notes), then close
    """  # noqa: E501  the text is one line
    return STANDARD[record.record_type].decide(
        record, action, at=at, by=by, recorded_at=recorded_at, **fields
    )


def advance(
    record: R,
    action: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    recorded_at: datetime | None = None,
    **fields: object,
) -> R:
    """Return a record of a standard lifecycle after an action.

    Takes what ``decide`` takes.

    Raises:
        TransitionNotAllowedError: The action is refused; its ``refusal`` says everything.
        LifecycleMismatchError: The record follows another lifecycle than the standard one.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> advance(incident, "start", at=opened, by="ada").state.name
    'in_progress'
    """
    return STANDARD[record.record_type].advance(
        record, action, at=at, by=by, recorded_at=recorded_at, **fields
    )


def allowed_actions(record: Record, /) -> tuple[str, ...]:
    """Return the actions that the standard lifecycle has for a record's state, guards aside."""
    return STANDARD[record.record_type].allowed_actions(record)


def explain(record: Record, /, *, to: State | str) -> tuple[PathStep, ...] | None:
    """Return the shortest way of a record through its standard lifecycle to a state.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> [str(step) for step in explain(incident, to="closed")]
    ['resolve (needs resolution_code, resolution_notes)', 'close']
    """
    return STANDARD[record.record_type].explain(record, to=to)
