"""Fast constructors for events whose attributes are already validated, and for new records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar, cast

import attrs

from incidentcore.records.events.core import Event, Opened
from incidentcore.records.fields import stored_fields
from incidentcore.records.record_base import RecordBase
from incidentcore.values import Actor
from incidentcore.values.frozen import merged

__all__ = ["of_opening", "opened", "opened_with", "trusted"]

E = TypeVar("E", bound=Event)
R = TypeVar("R", bound=RecordBase)

_new: Final = object.__new__


def _setters(kind: type) -> list[Callable[[object, object], None]]:
    """Return the setters of the slots, which need two thirds of the time of object.__setattr__."""
    return [getattr(kind, field.name).__set__ for field in attrs.fields(kind)]


_COMMON: Final = _setters(Event)
_put_record_id, _put_sequence, _put_at, _put_by, _put_recorded_at, _put_id = _COMMON


def trusted(kind: type[E]) -> Callable[..., E]:
    """Return a function that makes events of a kind without checking or converting attributes.

    The event equals the one that the class makes. All attributes must be valid and in their stored
    form: instants in UTC, fields as a ``FrozenMap``. They are passed in order, those common to all
    events first; those of the kind have no defaults.

    Args:
        kind: The class of the events.
    """
    own = _setters(kind)[len(_COMMON) :]

    def make(
        record_id: str,
        sequence: int,
        at: datetime,
        by: Actor,
        recorded_at: datetime,
        *body: object,
        id: str | None = None,  # noqa: A002  the event's attribute
    ) -> E:
        event = _new(kind)
        _put_record_id(event, record_id)
        _put_sequence(event, sequence)
        _put_at(event, at)
        _put_by(event, by)
        _put_recorded_at(event, recorded_at)
        _put_id(event, f"{record_id}:{sequence}" if id is None else id)
        for put, part in zip(own, body, strict=True):
            put(event, part)
        return event

    return make


opened: Final = trusted(Opened)


def of_opening(kind: type[R], opening: Opened) -> R:
    """Return the record whose history is one opening event."""
    facts = kind.default_facts()
    facts.update(opening.changes(facts))
    facts["updated_at"] = opening.at
    return kind._of(facts, (opening,), numbered=True)  # noqa: SLF001  makes records too


def opened_with(record: R, fields: Mapping[str, Any]) -> R:
    """Return a record that was just opened, with more fields in its opening event.

    Raises:
        InvalidValueError: A value is not what its field accepts.
    """
    event = cast("Opened", record.history[0])
    more = merged(event.fields, stored_fields(fields))
    parts = (event.record_type, event.state, event.lifecycle, more, event.covers)
    opening = opened(event.record_id, 1, event.at, event.by, event.recorded_at, *parts)
    return of_opening(type(record), opening)
