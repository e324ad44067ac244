"""Fast constructors for events whose attributes are already validated, and for new records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import attrs

from incidentcore.records.events.base import Event
from incidentcore.records.events.core import Opened
from incidentcore.records.fields import stored_fields
from incidentcore.records.record_base import RecordBase
from incidentcore.values.frozen import merged
from incidentcore.values.slots import slot_maker

E = TypeVar("E", bound=Event)
R = TypeVar("R", bound=RecordBase)


def trusted(kind: type[E]) -> Callable[..., E]:
    """Return a function that makes events of a kind without checking or converting attributes.

    All attributes must be valid and in their stored form: instants in UTC, fields as a
    ``FrozenMap``. They are passed by position: ``record_id``, ``sequence``, ``at``, ``by`` and
    ``recorded_at``, then those of the kind, without defaults. An ``id`` may follow by name.
    """
    parts = [field.name for field in attrs.fields(kind) if field.name != "id"]
    return slot_maker(
        kind, *parts, "/", "*", "id=None", id='f"{record_id}:{sequence}" if id is None else id'
    )


opened: Final = trusted(Opened)


def of_opening(kind: type[R], opening: Opened) -> R:
    """Return the record whose history is one opening event."""
    usual = kind._usual_facts()  # noqa: SLF001  makes records too
    facts = {**usual, **opening.changes(usual), "updated_at": opening.at}
    return kind._of(facts, (opening,), numbered=True)  # noqa: SLF001  makes records too


def opened_with(record: R, fields: Mapping[str, Any]) -> R:
    """Return a record that was just opened, with more fields in its opening event."""
    event = cast("Opened", record.history[0])
    more = merged(event.fields, stored_fields(fields))
    parts = (event.record_type, event.state, event.lifecycle, more, event.covers)
    opening = opened(event.record_id, 1, event.at, event.by, event.recorded_at, *parts)
    return of_opening(type(record), opening)
