"""The changes that each event made, with the old values, computed from the history (rule H1)."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.records.events.base import Event
from incidentcore.records.fold import fold_steps
from incidentcore.records.record import Record


@attrs.frozen
class FieldChange(SharedRepr):
    """A change that an event made to one field.

    Attributes:
        event: The event.
        field: The field's name.
        before: The field's value before the event.
        after: The field's value after the event.
    """

    event: Event
    field: str
    before: object
    after: object


def field_changes(record: Record, /, *fields: str) -> Iterator[FieldChange]:
    """Yield the changes that a record's events made to its fields, in time order.

    Setting a field to the value that it already has is not a change. Without ``fields``, the
    changes of all fields are reported.

    Source: rule H1.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import field_changes
    >>> from incidentcore.records.changes.fields import set_fields
    >>> from incidentcore.records.incident import Incident
    >>> at = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    >>> incident = set_fields(incident, title="Mail is slow", at=at, by="ada")
    >>> [(change.before, change.after) for change in field_changes(incident, "title")]
    [('', 'Mail is down'), ('Mail is down', 'Mail is slow')]
    """
    need_kind("record", record, Record)
    for event, before, changes in fold_steps(record.history, record.default_facts()):
        changed = [
            FieldChange(event, name, before[name], after)
            for name, after in changes.items()
            if (not fields or name in fields) and before[name] != after
        ]
        yield from changed
