"""Fast constructors for events whose parts are already validated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from incidentcore.records.events.core import Event, LifecycleRef, Opened, StateChanged
from incidentcore.values import Actor, FrozenMap, State

__all__ = ["opening", "state_change"]

_new: Final = object.__new__


def _setter(kind: type, name: str) -> Callable[[object, object], None]:
    """Return the setter of a slot, which needs two thirds of the time of object.__setattr__."""
    setter: Callable[[object, object], None] = getattr(kind, name).__set__
    return setter


_put_record_id: Final = _setter(Event, "record_id")
_put_sequence: Final = _setter(Event, "sequence")
_put_at: Final = _setter(Event, "at")
_put_by: Final = _setter(Event, "by")
_put_recorded_at: Final = _setter(Event, "recorded_at")
_put_id: Final = _setter(Event, "id")
_put_record_type: Final = _setter(Opened, "record_type")
_put_first_state: Final = _setter(Opened, "state")
_put_lifecycle: Final = _setter(Opened, "lifecycle")
_put_first_fields: Final = _setter(Opened, "fields")
_put_covers: Final = _setter(Opened, "covers")
_put_action: Final = _setter(StateChanged, "action")
_put_state: Final = _setter(StateChanged, "state")
_put_fields: Final = _setter(StateChanged, "fields")
_put_cause: Final = _setter(StateChanged, "cause")


def opening(
    *,
    record_id: str,
    at: datetime,
    by: Actor,
    recorded_at: datetime,
    record_type: str,
    state: State,
    lifecycle: LifecycleRef,
    fields: FrozenMap[object],
) -> Opened:
    """Return the first event of a record."""
    event = _new(Opened)
    _put_record_id(event, record_id)
    _put_sequence(event, 1)
    _put_at(event, at)
    _put_by(event, by)
    _put_recorded_at(event, recorded_at)
    _put_id(event, f"{record_id}:1")
    _put_record_type(event, record_type)
    _put_first_state(event, state)
    _put_lifecycle(event, lifecycle)
    _put_first_fields(event, fields)
    _put_covers(event, None)
    return event


def state_change(
    *,
    record_id: str,
    sequence: int,
    at: datetime,
    by: Actor,
    recorded_at: datetime,
    action: str,
    state: State,
    fields: FrozenMap[object],
    cause: str,
) -> StateChanged:
    """Return the event of a transition."""
    event = _new(StateChanged)
    _put_record_id(event, record_id)
    _put_sequence(event, sequence)
    _put_at(event, at)
    _put_by(event, by)
    _put_recorded_at(event, recorded_at)
    _put_id(event, f"{record_id}:{sequence}")
    _put_action(event, action)
    _put_state(event, state)
    _put_fields(event, fields)
    _put_cause(event, cause)
    return event
