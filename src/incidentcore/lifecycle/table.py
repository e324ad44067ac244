"""What a lifecycle is made of: transitions, the fields they ask for, and guards (rule L1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.records import FIELD_NAMES, checked_fields
from incidentcore.values import Actor, FrozenMap, State

__all__ = ["Attempt", "Guard", "InputField", "Transition"]

_RESERVED: Final = ("at", "by", "recorded_at")


@attrs.frozen(kw_only=True)
class Attempt:
    """What a guard is asked about: an action on a record, before it happens.

    Attributes:
        facts: The record's fields at the instant of the action, with the given ones over them.
        action: The action.
        at: When.
        by: Who.
        fields: What was given with the action.
    """

    facts: Mapping[str, Any]
    action: str
    at: datetime
    by: Actor
    fields: Mapping[str, Any]


@runtime_checkable
class Guard(Protocol):
    """A caller's own rule on a transition: a plain function or a frozen object."""

    def __call__(self, attempt: Attempt, /) -> object:
        """Return something true to let the action pass."""
        ...  # pragma: no cover


def _choices(choices: Iterable[object]) -> tuple[object, ...]:
    return tuple(choices)


def _default_target(field: Any) -> str:
    return str(field.name)


@attrs.frozen
class InputField:
    """A field that a transition asks for.

    Attributes:
        name: The keyword under which ``advance`` takes it.
        target: The record's field that it sets; by default the one of the same name. A field that
            records do not have is kept below ``custom``.
        required: Whether the transition is refused without it.
        choices: The values it accepts; empty for any.
    """

    name: str
    target: str = attrs.field(default=attrs.Factory(_default_target, True))
    required: bool = attrs.field(default=True, kw_only=True)
    choices: tuple[object, ...] = attrs.field(default=(), kw_only=True, converter=_choices)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.isidentifier():
            raise LifecycleDefinitionError("field", self.name, "a name usable as a keyword")
        if self.name in _RESERVED:
            raise LifecycleDefinitionError(
                "field", self.name, f"any name but {', '.join(_RESERVED)}"
            )


def _names(sources: Iterable[State | str] | State | str) -> tuple[str, ...]:
    if isinstance(sources, (State, str)):
        sources = (sources,)
    return tuple(source.name if isinstance(source, State) else source for source in sources)


def _fields(fields: Iterable[InputField | str]) -> tuple[InputField, ...]:
    return tuple(InputField(item) if isinstance(item, str) else item for item in fields)


def _frozen(entries: Mapping[str, object]) -> FrozenMap[object]:
    return FrozenMap(entries)


@attrs.frozen
class Transition:
    """One row of a lifecycle's table.

    Attributes:
        action: What is done, such as ``"resolve"``.
        sources: The names of the states in which it can be done.
        target: The state that it leads to.
        fields: What it asks for.
        guard: A condition on the record's fields (with ``actor.id`` and ``actor.role``), or a
            caller's function of an ``Attempt``.
        guard_name: What a refusal calls the guard.
        sets: Fields of the record that the transition itself sets.
    """

    action: str
    sources: tuple[str, ...] = attrs.field(converter=_names)
    target: State
    fields: tuple[InputField, ...] = attrs.field(default=(), converter=_fields, kw_only=True)
    guard: Condition | Guard | None = attrs.field(default=None, kw_only=True)
    guard_name: str = attrs.field(default="", kw_only=True)
    sets: FrozenMap[object] = attrs.field(default=FrozenMap(), converter=_frozen, kw_only=True)
    inputs: dict[str, InputField] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.action, str) or not self.action.isidentifier():
            raise LifecycleDefinitionError("action", self.action, "a name such as resolve")
        if not self.sources:
            raise LifecycleDefinitionError(f"{self.action}.sources", (), "at least one state")
        if not isinstance(self.target, State):
            raise LifecycleDefinitionError(f"{self.action}.target", self.target, "a State")
        object.__setattr__(self, "inputs", {field.name: field for field in self.fields})
        if len(self.inputs) != len(self.fields):
            names = [field.name for field in self.fields]
            raise LifecycleDefinitionError(f"{self.action}.fields", names, "each field once")
        if self.guard is not None and not self.guard_name:
            name = str(self.guard) if isinstance(self.guard, Condition) else _called(self.guard)
            object.__setattr__(self, "guard_name", name)

    @property
    def required(self) -> tuple[str, ...]:
        """Return the names of the fields it cannot do without."""
        return tuple(field.name for field in self.fields if field.required)

    def accept(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Return what the given fields set on the record, with what the transition itself sets.

        Raises:
            InvalidValueError: A value is none of the choices, or not what the record's field takes.
        """
        accepted: dict[str, object] = dict(self.sets)
        custom: dict[str, object] = {}
        for name, value in fields.items():
            field = self.inputs[name]
            if field.choices and value not in field.choices:
                words = ", ".join(map(str, field.choices))
                raise InvalidValueError(name, value, f"one of {words}")
            if field.target in FIELD_NAMES:
                accepted.update(checked_fields({field.target: value}, (field.target,)))
            else:
                custom[field.target] = value
        if custom:
            accepted["custom"] = FrozenMap(custom)
        return accepted

    def passes(self, attempt: Attempt) -> bool:
        """Return whether the guard lets an attempt pass."""
        if self.guard is None:
            return True
        if isinstance(self.guard, Condition):
            subject = {**attempt.facts, "actor": attempt.by}
            return self.guard.test(subject, attempt.at)
        return bool(self.guard(attempt))


def _called(guard: object) -> str:
    return str(getattr(guard, "__name__", type(guard).__name__))
