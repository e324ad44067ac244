"""What a record is and what it is linked to: descriptive fields, links, corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from incidentcore.errors import InvalidValueError
from incidentcore.records.events.core import (
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
    "correct_event",
    "link",
    "set_fields",
    "unlink",
]

R = TypeVar("R", bound=Record)


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
