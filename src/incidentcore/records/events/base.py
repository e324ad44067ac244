"""The base class of all events: record, place in the history, time, actor and id (rule H1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import attrs

from incidentcore._checks import SharedRepr, need_text
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.fields import FIELD_NAMES, checked_fields
from incidentcore.values import Actor

E = TypeVar("E", bound="Event")

_set = object.__setattr__


@attrs.frozen
class LifecycleRef(SharedRepr):
    """The lifecycle that a record follows: its id and version (rule H3)."""

    id: str
    version: str = "1"

    def __attrs_post_init__(self) -> None:
        need_text("lifecycle.id", self.id)
        need_text("lifecycle.version", self.version)


@attrs.frozen(kw_only=True)
class Event(SharedRepr):
    """An event in a record's history; the base class of all kinds of event.

    Attributes:
        record_id: The id of the record that the event belongs to.
        sequence: The event's number in the record's history, counted from 1 without gaps.
        at: When the event happened, in UTC.
        by: Who acted, and in which role.
        recorded_at: When the event became known, in UTC. Defaults to ``at``.
        id: The event's id. Defaults to ``{record_id}:{sequence}``.

    Raises:
        InvalidValueError: An id is empty, the sequence is not a whole number of at least 1, a time
            is naive, or an attribute of this kind of event has an invalid value.
    """

    kind: ClassVar[str] = "event"
    allowed: ClassVar[frozenset[str]] = FIELD_NAMES
    _kinds: ClassVar[frozenset[str]] = frozenset()
    _fields_of_kinds: ClassVar[frozenset[str]] = frozenset()  # absent where a kind lacks one

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        Event._kinds |= {cls.kind} - {Event.kind}  # which a base of kinds has
        Event._fields_of_kinds |= cls.__annotations__.keys()

    record_id: str
    sequence: int
    at: datetime
    by: Actor
    recorded_at: datetime = attrs.field(default=attrs.Factory(lambda self: self.at, True))
    id: str = attrs.field(
        default=attrs.Factory(lambda self: f"{self.record_id}:{self.sequence}", True)
    )

    def __attrs_post_init__(self) -> None:
        record_id, event_id = self.record_id, self.id
        if not isinstance(record_id, str) or not record_id:
            raise InvalidValueError("record_id", record_id, "non-empty text")
        if type(self.sequence) is not int or self.sequence < 1:
            raise InvalidValueError("sequence", self.sequence, "a whole number from 1")
        if not isinstance(event_id, str) or not event_id:
            raise InvalidValueError("id", event_id, "non-empty text")
        if not isinstance(self.by, Actor):
            raise InvalidValueError("by", self.by, "an Actor")
        at = as_utc(self.at)
        if at is not self.at:
            _set(self, "at", at)
        recorded_at = as_utc(self.recorded_at, "recorded_at")
        if recorded_at is not self.recorded_at:
            _set(self, "recorded_at", recorded_at)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the changed fields as a new dict; ``facts`` has all fields before the event."""
        return {}


@attrs.frozen(kw_only=True)
class SettingEvent(Event):
    """An event whose ``fields`` are kept in their stored form (rule H2).

    This is done after the attributes are set, since an application can turn validators off.
    """

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        event: Any = self  # each subclass has fields
        stored = checked_fields(event.fields, self.allowed)
        if stored is not event.fields:
            _set(self, "fields", stored)


def of_kind(events: Iterable[Event], kind: type[E]) -> Iterator[E]:
    """Yield the events of a class."""
    return (event for event in events if isinstance(event, kind))
