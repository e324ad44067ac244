"""The parts of a lifecycle: transitions, their fields, and guards (rule L1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from incidentcore._checks import SharedRepr, as_tuple, need_each, need_kind, need_several, need_word
from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.records import Record
from incidentcore.records.events.core import NO_FIELDS
from incidentcore.records.fields import FIELD_NAMES, checked_fields
from incidentcore.values import Actor, FrozenMap, State
from incidentcore.values.frozen import entries_of

_CUSTOM: Final = "custom."
_EMPTY: Final[tuple[object, ...]] = (None, "", (), [], frozenset(), set(), {}, NO_FIELDS)


@attrs.frozen(kw_only=True)
class Attempt(SharedRepr):
    """An action that is about to be taken on a record, as it is passed to a guard.

    Attributes:
        facts: The record's fields at the instant of the action, overridden by ``fields``.
        action: The action.
        at: When the action is taken.
        by: Who takes the action.
        fields: The fields that were passed with the action.
        related: The related records that were passed; None if the argument was omitted.
    """

    facts: Mapping[str, Any]
    action: str
    at: datetime
    by: Actor
    fields: Mapping[str, Any]
    related: tuple[Record, ...] | None = None


@runtime_checkable
class Guard(Protocol):
    """The protocol for custom rules on transitions: functions or immutable callables.

    They take an ``Attempt`` and return whether it is allowed. If an object also has a method
    ``why_not(attempt)``, refusals contain the text that it returns; if the object has an ``id``,
    refusals name the guard by that.
    """

    def __call__(self, attempt: Attempt, /) -> object:
        """Return a true value to allow the action."""
        ...


def is_nothing(value: object) -> bool:
    """Return whether a value counts as missing, such as blanks; 0 and False do not."""
    return value in _EMPTY if not value else type(value) is str and value.isspace()


def _choices(choices: Iterable[object]) -> tuple[object, ...]:
    return tuple(need_several("choices", choices, "a sequence of values", LifecycleDefinitionError))


def _need_name(where: str, name: object, allowed: str) -> None:
    if not isinstance(name, str) or not name.isidentifier():
        raise LifecycleDefinitionError(where, name, allowed)


@attrs.frozen
class InputField(SharedRepr):
    """A field that is passed with the action of a transition.

    Attributes:
        name: The name under which the field is passed to ``advance``: as a keyword argument, or in
            ``fields`` if another argument has that name.
        target: The record's field that is set; by default, the one with the same name. If records
            have no field of that name, the value is stored under ``custom``, as if you had written
            ``custom.name``.
        required: Whether the transition is refused without the field.
        choices: The values that are accepted; empty for any.

    Raises:
        LifecycleDefinitionError: The name is not an identifier, or the target is empty.
    """

    name: str
    target: str = attrs.field(default=attrs.Factory(lambda self: str(self.name), True))
    required: bool = attrs.field(default=True, kw_only=True)
    choices: tuple[object, ...] = attrs.field(default=(), kw_only=True, converter=_choices)
    custom_key: str | None = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        _need_name("field", self.name, "a name usable as a keyword")
        if not isinstance(self.target, str) or not self.target or self.target == _CUSTOM:
            allowed = "a record's field, or custom.name"
            raise LifecycleDefinitionError(f"{self.name}.target", self.target, allowed)
        need_kind(f"{self.name}.required", self.required, bool, LifecycleDefinitionError)
        key = None if self.target in FIELD_NAMES else self.target.removeprefix(_CUSTOM)
        object.__setattr__(self, "custom_key", key)


def input_named(field: str) -> InputField:
    """Return the input that sets a field, which may be written as ``custom.name``."""
    return InputField(field.removeprefix(_CUSTOM), field)


def names_of(states: Iterable[State | str] | State | str) -> tuple[str, ...]:
    """Return the names of one or more states, given as states or as names."""
    allowed = "states, or their names"
    need_kind("sources", states, (State, Iterable), LifecycleDefinitionError, allowed)
    several: tuple[Any, ...] = as_tuple(states, (State, str))
    return tuple(getattr(state, "name", state) for state in several)


def _fields(fields: Iterable[InputField | str]) -> tuple[InputField, ...]:
    allowed = "a sequence of InputField, or names"
    need_several("fields", fields, allowed, LifecycleDefinitionError, (InputField, str))
    return tuple(input_named(item) if isinstance(item, str) else item for item in fields)


def _frozen(entries: Mapping[str, object]) -> FrozenMap[object]:
    try:
        return checked_fields(entries, FIELD_NAMES, entered=True) or NO_FIELDS
    except InvalidValueError as error:
        raise LifecycleDefinitionError(f"sets.{error.where}", error.given, error.allowed) from None


@attrs.frozen
class Transition(SharedRepr):
    """One row of a lifecycle's table.

    Attributes:
        action: The name of the action, such as ``"resolve"``.
        sources: The names of the states in which the action can be done.
        target: The state that the action leads to.
        fields: The fields that the action takes, as ``InputField`` or as names; ``custom.site`` is
            passed as ``site``.
        guard: A condition on the record's fields and on ``actor.id`` and ``actor.role``, or a
            function that takes an ``Attempt``.
        guard_name: The guard's name in refusals.
        sets: Fields that the transition itself sets; those passed with the action take precedence.

    Raises:
        LifecycleDefinitionError: An attribute is missing, has the wrong type, or names something
            twice; or ``sets`` has a field that is computed from the history.
    """

    action: str
    sources: tuple[str, ...] = attrs.field(converter=names_of)
    target: State
    fields: tuple[InputField, ...] = attrs.field(default=(), converter=_fields, kw_only=True)
    guard: Condition | Guard | None = attrs.field(default=None, kw_only=True)
    guard_name: str = attrs.field(default="", kw_only=True)
    sets: FrozenMap[object] = attrs.field(default=NO_FIELDS, converter=_frozen, kw_only=True)
    inputs: FrozenMap[InputField] = attrs.field(init=False, eq=False, repr=False)
    required: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)
    """The names of the required fields."""
    condition: Condition | None = attrs.field(init=False, eq=False, repr=False)
    """The guard, if it is a condition."""

    def __attrs_post_init__(self) -> None:
        _need_name("action", self.action, "a name such as resolve")
        need_each(f"{self.action}.sources", self.sources, str, LifecycleDefinitionError)
        if not self.sources or len(set(self.sources)) != len(self.sources):
            allowed = "at least one state, each once"
            raise LifecycleDefinitionError(f"{self.action}.sources", self.sources, allowed)
        need_kind(f"{self.action}.target", self.target, State, LifecycleDefinitionError)
        need_each(f"{self.action}.fields", self.fields, InputField, LifecycleDefinitionError)
        for what in ("name", "target"):
            names = [getattr(field, what) for field in self.fields]
            if len(set(names)) != len(names):
                raise LifecycleDefinitionError(f"{self.action}.fields", names, f"each {what} once")
        self._check_guard()
        inputs = FrozenMap({field.name: field for field in self.fields})
        object.__setattr__(self, "inputs", inputs)
        required = tuple(field.name for field in self.fields if field.required)
        object.__setattr__(self, "required", required)

    def _check_guard(self) -> None:
        guard = self.guard
        condition = guard if isinstance(guard, Condition) else None
        object.__setattr__(self, "condition", condition)
        if guard is not None and condition is None and not callable(guard):
            allowed = "a Condition, or a function of an Attempt"
            raise LifecycleDefinitionError(f"{self.action}.guard", guard, allowed)
        need_kind(f"{self.action}.guard_name", self.guard_name, str, LifecycleDefinitionError)
        if guard is not None and not self.guard_name:
            name = getattr(guard, "id", "") or getattr(guard, "__name__", type(guard).__name__)
            object.__setattr__(self, "guard_name", str(name if condition is None else condition))

    def accept(self, fields: Mapping[str, object]) -> FrozenMap[object]:
        """Return the fields that an action sets, from the fields passed and from ``sets``.

        Raises:
            InvalidValueError: A value is not one of the choices, or the record's field does not
                accept it.
        """
        if not fields:
            return self.sets
        accepted: dict[str, Any] = dict(entries_of(self.sets))
        custom: dict[str, object] = {}
        inputs = entries_of(self.inputs)
        for name, value in fields.items():
            field = inputs[name]
            if field.choices:
                need_word(name, value, field.choices)
            if field.custom_key is None:
                accepted[field.target] = value
            else:
                custom[field.custom_key] = value
        if custom:
            accepted["custom"] = {**accepted.get("custom", NO_FIELDS), **custom}
        try:
            return checked_fields(accepted, FIELD_NAMES, entered=True)
        except InvalidValueError as error:
            asked = [field.name for field in self.fields if field.target == error.where]
            where = asked[0] if asked else error.where
            raise InvalidValueError(where, error.given, error.allowed) from None

    def passes(self, attempt: Attempt) -> bool:
        """Return whether the guard allows the attempt; always True without a guard."""
        if self.guard is None:
            return True
        if self.condition is not None:
            subject = {**attempt.facts, "actor": attempt.by}
            return self.condition.test(subject, attempt.at)
        return bool(self.guard(attempt))  # type: ignore[operator]  # no condition
