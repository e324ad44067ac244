"""The definition of a lifecycle: its table as data, checked when it is made (rule L1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, Protocol, runtime_checkable

import attrs

from incidentcore._checks import are_texts, as_tuple, each_of, need_kind, need_text, need_word
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle.decision import PathStep
from incidentcore.lifecycle.refusals import Table, shortest_path
from incidentcore.lifecycle.transition import Transition, is_nothing
from incidentcore.pages.table import Tabular
from incidentcore.records import LifecycleRef, Record
from incidentcore.records.fields import FIELD_NAMES
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.values import FrozenMap, Level, State

MIGRATE: Final = "migrate"


def _states(states: Iterable[State]) -> tuple[State, ...]:
    return tuple(each_of("states", states, State, LifecycleDefinitionError))


def _rows(transitions: Iterable[Transition]) -> tuple[Transition, ...]:
    return tuple(each_of("transitions", transitions, Transition, LifecycleDefinitionError))


@runtime_checkable
class PriorityRule(Protocol):
    """A function that computes a record's priority, such as a ``PriorityPolicy``."""

    def __call__(self, record: Record, /) -> Level | None:
        """Return the computed priority, or None if it cannot be computed."""
        ...


def _names(names: Iterable[str]) -> tuple[str, ...]:
    entries = as_tuple(names, str)
    if entries and not are_texts(entries):
        raise LifecycleDefinitionError("opens_with", entries, "names of fields")
    return entries


def _state_map(states: Mapping[str, State | str]) -> FrozenMap[str]:
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


@attrs.frozen(repr=False)
class LifecycleTable(Tabular):
    """The data of a lifecycle, with the methods that only read it; see ``Lifecycle``."""

    id: str
    record_type: str
    states: tuple[State, ...] = attrs.field(converter=_states, kw_only=True)
    initial: State = attrs.field(kw_only=True)
    transitions: tuple[Transition, ...] = attrs.field(converter=_rows, kw_only=True)
    version: str = attrs.field(default="1", kw_only=True)
    opens_with: tuple[str, ...] = attrs.field(
        default=(), converter=_names, kw_only=True, metadata={"later": True}
    )
    migrates: FrozenMap[str] = attrs.field(
        default=FrozenMap(), converter=_state_map, kw_only=True, metadata={"later": True}
    )
    priority_policy: PriorityRule | None = attrs.field(
        default=None, kw_only=True, metadata={"later": True}
    )
    table: Table = attrs.field(init=False, eq=False, repr=False)
    """The rows by the name of the state and the action."""

    def __attrs_post_init__(self) -> None:
        for name, value in (("id", self.id), ("version", self.version)):
            need_text(name, value, LifecycleDefinitionError)
        need_word("record_type", self.record_type, RECORD_TYPES, LifecycleDefinitionError)
        table: dict[str, dict[str, list[Transition]]] = {s.name: {} for s in self.states}
        if len(table) != len(self.states):
            names = [state.name for state in self.states]
            raise LifecycleDefinitionError("states", names, "each state name once")
        need_word("initial", self.initial, self.states, LifecycleDefinitionError)
        facts = RECORD_TYPES[self.record_type].default_facts().keys()
        for row in self.transitions:
            need_word(f"{row.action}.target", row.target, self.states, LifecycleDefinitionError)
            for source in row.sources:
                need_word(f"{row.action}.sources", source, table, LifecycleDefinitionError)
                table[source].setdefault(row.action, []).append(row)
            self._check_fields(row, facts)
        for name in self.opens_with:
            if not name.startswith("custom.") and not (name in facts and name in FIELD_NAMES):
                raise LifecycleDefinitionError("opens_with", name, "a field, or custom.name")
        for name, target in self.migrates.items():
            need_word(f"migrates.{name}", target, table, LifecycleDefinitionError)
        object.__setattr__(self, "table", table)

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the transitions as a table: headings, rows, and which columns are numeric."""
        rows = [
            [row.action, ", ".join(row.sources), row.target.name, ", ".join(row.required), guard]
            for row in self.transitions
            for guard in (row.guard_name if row.guard is not None else "",)
        ]
        return ["action", "from", "to", "needs", "guard"], rows, [False] * 5

    def _check_fields(self, transition: Transition, facts: Collection[str]) -> None:
        """Refuse what no record of this type can take, and what only the fold sets (rule H2)."""
        settable = [name for name in facts if name in FIELD_NAMES]
        targets = [field.target for field in transition.fields]
        for name in (*transition.sets, *targets):
            if (name in FIELD_NAMES) != (name in facts):
                allowed = f"custom.{name}, or one of {', '.join(settable)}"
                raise LifecycleDefinitionError(f"{transition.action}.fields", name, allowed)
        if transition.condition is not None:
            for path in transition.condition.fields:
                first, known = path.partition(".")[0], ("actor", *facts)
                need_word(f"{transition.action}.guard", first, known, LifecycleDefinitionError)

    def state(self, name: str) -> State:
        """Return the state with the given name.

        Raises:
            InvalidValueError: The lifecycle has no such state.
        """
        names = [state.name for state in self.states]
        need_word("state", name, names)
        return self.states[names.index(name)]

    def actions(self, state: State) -> tuple[str, ...]:
        """Return the actions that this lifecycle allows in a state, ignoring guards."""
        need_kind("state", state, State)
        return tuple(self.table.get(state.name, ()))

    def allowed_actions(self, record: Record, /) -> tuple[str, ...]:
        """Return the actions that this lifecycle allows in a record's state, ignoring guards."""
        need_kind("record", record, Record)
        return self.actions(record.state)

    @property
    def ref(self) -> LifecycleRef:
        """Return the id and version, which records store."""
        return LifecycleRef(self.id, self.version)

    def state_for(self, state: State) -> State | None:
        """Return the state that replaces a state of another lifecycle; None if there is none."""
        need_kind("state", state, State)
        name = self.migrates.get(state.name, state.name)
        return self.state(name) if name in self.table else None

    def way_out(self, state: State) -> tuple[PathStep, ...]:
        """Return, in a tuple, the migration from a state that this lifecycle lacks, if any."""
        need_kind("state", state, State)
        target = None if state.name in self.table else self.state_for(state)
        return () if target is None else (PathStep(MIGRATE, target),)

    def explain(self, record: Record, /, *, to: State | str) -> tuple[PathStep, ...] | None:
        """Return the shortest path of a record to a state, with the fields that each step needs.

        Returns:
            The steps, empty for the record's current state, or None if no path leads there. Guards
            may still refuse a step.

        Raises:
            InvalidValueError: The lifecycle has no such state.
        """
        need_kind("record", record, Record)
        target = self.state(to.name if isinstance(to, State) else to).name
        out = self.way_out(record.state)
        start = out[-1].to if out else record.state
        path = shortest_path(self.table, start, lambda state: state.name == target)
        return None if path is None else (*out, *path)
