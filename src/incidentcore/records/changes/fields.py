"""Changes to the description of a record: descriptive fields, links, corrections."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
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
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor, FrozenMap

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
    """Link a record to another, whose id is ``target``.

    ``type`` is one of ``LinkType``, or ``custom.`` and a name. ``at``, ``by`` and ``recorded_at``
    are as for ``assign``.

    Raises:
        InvalidValueError: The type is unknown, or the target is the record itself.
    """
    need_kind("record", record, Record)
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
    """Remove a link; the arguments are those of ``link``.

    Raises:
        InvalidValueError: The record does not have this link at that time.
    """
    need_kind("record", record, Record)
    gone = Link(type, target)
    links = as_it_was(record, as_utc(at)).links
    if gone not in links:
        known = "; ".join(f"{link.type} {link.target}" for link in sorted(links))
        raise InvalidValueError("link", f"{type} {target}", known or "none: the record has no link")
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
    """Set descriptive fields, such as ``title``, ``service``, ``tags`` and ``custom``.

    Entries of ``custom`` and ``major_roles`` are merged into the existing ones; every other field
    is replaced. Fields such as ``resolved_at`` and ``reopen_count`` cannot be set: they follow from
    the history (H2). ``at``, ``by`` and ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: A field cannot be set, or does not accept its value.
    """
    need_kind("record", record, Record)
    return record.with_event(
        FieldsChanged,
        at=at,
        by=by,
        recorded_at=recorded_at,
        fields=checked_fields(fields, record.settable, entered=True),
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
    fields: Mapping[str, object] = FrozenMap(),
) -> R:
    """Record that an event did not happen as recorded.

    This does not record what really happened: append that as a separate event. A correction of the
    opening replaces its time and fields with ``at`` and ``fields``.

    Args:
        record: The record.
        event_id: The id of the event that was wrong.
        by: Who corrects the event.
        at: When the correction takes effect; for the opening, when the record was opened. Defaults
            to the instant of the wrong event.
        recorded_at: When the error became known. Defaults to ``at`` or, for the opening, to the
            time at which the opening was recorded, if that is later.
        reason: The reason, as text.
        fields: Only for the opening: the fields that were wrong, with their correct values.

    Raises:
        InvalidValueError: The record has no event with this id, fields are passed for an event
            other than the opening, or a field cannot be set when this type of record is opened.

    Source: rule H1.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import correct_event
    >>> from incidentcore.records.incident import Incident
    >>> at = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    >>> incident = correct_event(incident, "INC-1:1", at=at.replace(hour=15), by="ada")
    >>> incident.opened_at.hour
    15
    """
    need_kind("record", record, Record)
    event = next((event for event in record.history if event.id == event_id), None)
    if event is None:
        raise InvalidValueError("event_id", event_id, f"the id of an event of {record.id}")
    is_opening = isinstance(event, Opened)
    if fields and not is_opening:
        raise InvalidValueError("fields", fields, "none, except to correct the opening")
    if at is None:
        at = record.opened_at if is_opening else event.at
    if is_opening and recorded_at is None:
        recorded_at = max(as_utc(at), event.recorded_at)
    return record.with_event(
        Corrected,
        at=at,
        by=by,
        recorded_at=recorded_at,
        corrects=event_id,
        reason=reason,
        fields=checked_fields(fields, record.settable | record.openable, entered=True),
    )
