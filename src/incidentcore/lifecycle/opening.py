"""What a lifecycle requires of an opening and of a record that moves to it (rule L1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from incidentcore._checks import are_texts, as_tuple, need_kind
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle.transition import is_nothing
from incidentcore.records import Record
from incidentcore.values import FrozenMap, Level, State


@runtime_checkable
class PriorityRule(Protocol):
    """A function that computes a record's priority, such as a ``PriorityPolicy``."""

    def __call__(self, record: Record, /) -> Level | None:
        """Return the computed priority, or None if it cannot be computed."""
        ...


def as_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return one or more names of fields as a tuple."""
    entries = as_tuple(names, str)
    if entries and not are_texts(entries):
        raise LifecycleDefinitionError("opens_with", entries, "names of fields")
    return entries


def as_state_map(states: Mapping[str, State | str]) -> FrozenMap[str]:
    """Return, by the name of an old state, the name of the state that replaces it."""
    need_kind(
        "migrates", states, Mapping, LifecycleDefinitionError, "a mapping from states to states"
    )
    return FrozenMap({old: str(getattr(new, "name", new)) for old, new in states.items()})


def record_type_of(kind: object) -> str:
    """Return the name of a class of records, such as ``"incident"`` for ``Incident``."""
    if not isinstance(kind, type) or not issubclass(kind, Record):
        raise InvalidValueError("kind", kind, "the class Incident, Problem or ServiceRequest")
    return kind.record_type


def missing_at_opening(names: Iterable[str], fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of required fields that an opening lacks."""
    custom = fields.get("custom") or {}
    return tuple(
        name
        for name in names
        if is_nothing(
            custom.get(name.removeprefix("custom."))
            if name.startswith("custom.")
            else fields.get(name)
        )
    )
