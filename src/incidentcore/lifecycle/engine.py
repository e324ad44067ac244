"""The engine: what an action would do to a record, or why it is refused (rules L1 and L2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
    LifecycleMismatchError,
    TransitionNotAllowedError,
)
from incidentcore.instants import as_utc
from incidentcore.lifecycle.decision import Allowed, PathStep, Refused
from incidentcore.lifecycle.refusals import (
    Table,
    refuse_action,
    refuse_fields,
    refuse_guard,
    refuse_state,
    refuse_undeclared,
    shortest_path,
)
from incidentcore.lifecycle.transition import Attempt, Transition, is_nothing
from incidentcore.records import FIELD_NAMES, RECORD_TYPES, LifecycleRef, Record
from incidentcore.records._fast import state_change
from incidentcore.records.events.core import written_fields
from incidentcore.values import Actor, FrozenMap, State

__all__ = ["Lifecycle"]

R = TypeVar("R", bound=Record)


def _states(states: Iterable[State]) -> tuple[State, ...]:
    kept = tuple(states)
    for state in kept:
        if not isinstance(state, State):
            raise LifecycleDefinitionError("states", state, "a State")
    return kept


def _rows(transitions: Iterable[Transition]) -> tuple[Transition, ...]:
    kept = tuple(transitions)
    for transition in kept:
        if not isinstance(transition, Transition):
            raise LifecycleDefinitionError("transitions", transition, "a Transition")
    return kept


@attrs.frozen
class Lifecycle:
    """How records of one type may change: states, actions and transitions as data (rule L1).

    Attributes:
        id: The lifecycle's id, which its records carry.
        record_type: The type of record: ``incident``, ``problem`` or ``service_request``.
        states: Its states.
        initial: The state in which records are opened.
        transitions: The table.
        version: Which edition of the table; records carry it too.

    Raises:
        LifecycleDefinitionError: A transition names a state that is not in the lifecycle, or sets
            or asks about a field that records of this type do not have or that only the fold of
            the history sets; or two states share a name.

    >>> from incidentcore.values import CLOSED, NEW
    >>> tiny = Lifecycle(
    ...     "tiny",
    ...     "incident",
    ...     states=(NEW, CLOSED),
    ...     initial=NEW,
    ...     transitions=(Transition("close", NEW, CLOSED),),
    ... )
    >>> tiny.actions(NEW)
    ('close',)
    """

    id: str
    record_type: str
    states: tuple[State, ...] = attrs.field(converter=_states, kw_only=True)
    initial: State = attrs.field(kw_only=True)
    transitions: tuple[Transition, ...] = attrs.field(converter=_rows, kw_only=True)
    version: str = attrs.field(default="1", kw_only=True)
    table: Table = attrs.field(init=False, eq=False, repr=False)
    """The rows by the name of the state and the action."""

    def __attrs_post_init__(self) -> None:
        for name, value in (("id", self.id), ("version", self.version)):
            if not isinstance(value, str) or not value:
                raise LifecycleDefinitionError(name, value, "a non-empty text")
        if self.record_type not in RECORD_TYPES:
            raise LifecycleDefinitionError(
                "record_type", self.record_type, f"one of {', '.join(RECORD_TYPES)}"
            )
        table: dict[str, dict[str, list[Transition]]] = {s.name: {} for s in self.states}
        if len(table) != len(self.states):
            names = [state.name for state in self.states]
            raise LifecycleDefinitionError("states", names, "each state name once")
        if self.initial not in self.states:
            raise LifecycleDefinitionError("initial", self.initial, self._state_names())
        facts = RECORD_TYPES[self.record_type].default_facts().keys()
        for transition in self.transitions:
            if transition.target not in self.states:
                raise LifecycleDefinitionError(
                    f"{transition.action}.target", transition.target, self._state_names()
                )
            for source in transition.sources:
                if source not in table:
                    raise LifecycleDefinitionError(
                        f"{transition.action}.sources", source, self._state_names()
                    )
                table[source].setdefault(transition.action, []).append(transition)
            self._check_fields(transition, facts)
        object.__setattr__(self, "table", table)

    def _check_fields(self, transition: Transition, facts: Collection[str]) -> None:
        """Refuse what no record of this type can take, and what only the fold sets (rule H2)."""
        settable = [name for name in facts if name in FIELD_NAMES]
        targets = [field.target for field in transition.fields]
        for name in (*transition.sets, *targets):
            if (name in FIELD_NAMES) != (name in facts):
                raise LifecycleDefinitionError(
                    f"{transition.action}.fields",
                    name,
                    f"custom.{name}, or one of {', '.join(settable)}",
                )
        if isinstance(transition.guard, Condition):
            for path in transition.guard.fields:
                if path.partition(".")[0] not in {*facts, "actor"}:
                    raise LifecycleDefinitionError(
                        f"{transition.action}.guard", path, f"actor, or one of {', '.join(facts)}"
                    )

    def _state_names(self) -> str:
        return "one of " + ", ".join(state.name for state in self.states)

    def state(self, name: str) -> State:
        """Return the state of that name.

        Raises:
            InvalidValueError: The lifecycle has no such state.
        """
        for state in self.states:
            if state.name == name:
                return state
        raise InvalidValueError("state", name, self._state_names())

    def actions(self, state: State) -> tuple[str, ...]:
        """Return the actions that the table has for a state, guards aside."""
        return tuple(self.table.get(state.name, ()))

    def allowed_actions(self, record: Record, /) -> tuple[str, ...]:
        """Return the actions that the table has for a record's state, guards aside."""
        return self.actions(record.state)

    def open(self, kind: type[R], /, **fields: Any) -> R:
        """Open a record of this lifecycle in its initial state.

        Args:
            kind: ``Incident``, ``Problem`` or ``ServiceRequest``.
            fields: The arguments of its ``open``.

        Raises:
            InvalidValueError: The lifecycle is for another type of record.
        """
        if kind.record_type != self.record_type:
            raise InvalidValueError("kind", kind.__name__, f"the type for {self.record_type}")
        return kind.open(
            state=self.initial, lifecycle=LifecycleRef(self.id, self.version), **fields
        )

    def decide(
        self,
        record: R,
        action: str,
        /,
        *,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None = None,
        **fields: object,
    ) -> Allowed[R] | Refused:
        """Return what an action would do, or why it is refused; nothing changes.

        An instant before the record's latest event makes it a late event: the action is judged on
        the state the record was in then, and takes its place in time.

        Args:
            record: A record of this lifecycle.
            action: The action.
            at: When it is done.
            by: Who does it; a plain id stands for an agent.
            recorded_at: When it became known; ``at`` unless told.
            fields: The fields that the transition declares; others are refused by name.

        Returns:
            ``Allowed`` with the new events and the record after them, or ``Refused``.

        Raises:
            NaiveDatetimeError: A time carries no offset.

        Source: rules L1 and L2.
        """
        after = self._after(record, action, fields, at=at, by=by, recorded_at=recorded_at)
        if isinstance(after, Refused):
            return after
        return Allowed(after.history[-1:], after)

    def advance(
        self,
        record: R,
        action: str,
        /,
        *,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None = None,
        **fields: object,
    ) -> R:
        """Return the record after an action.

        Takes what ``decide`` takes.

        Raises:
            TransitionNotAllowedError: The action is refused; its ``refusal`` says everything.
            LifecycleMismatchError: The record follows another lifecycle.
        """
        after = self._after(record, action, fields, at=at, by=by, recorded_at=recorded_at)
        if not isinstance(after, Refused):
            return after
        if after.code == "lifecycle_mismatch":
            raise LifecycleMismatchError(after)
        raise TransitionNotAllowedError(after)

    def explain(self, record: Record, /, *, to: State | str) -> tuple[PathStep, ...] | None:
        """Return the shortest way through the table to a state, with the fields it needs.

        Returns:
            The steps, none for the state the record is in, or None where no way leads there.
            Guards may still object on the way.

        Raises:
            InvalidValueError: The lifecycle has no such state.
        """
        target = self.state(to.name if isinstance(to, State) else to).name
        return shortest_path(self.table, record.state, lambda state: state.name == target)

    def _after(
        self,
        record: R,
        action: str,
        fields: Mapping[str, object],
        *,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None,
    ) -> R | Refused:
        """Return the record after an action, or why it is refused."""
        at = as_utc(at)
        actor = by if isinstance(by, Actor) else record.actor(by, at=at)
        state = record.state
        if record.lifecycle.id != self.id or record.record_type != self.record_type:
            return Refused(
                code="lifecycle_mismatch",
                reason=f"{record.id} is of type {record.record_type} and follows the lifecycle "
                f"{record.lifecycle.id!r}, not {self.id!r}: advance it by its own",
                action=action,
                state=state,
            )
        facts: Mapping[str, Any] | None = None
        if at < record.updated_at:
            if at < record.opened_at:
                return Refused(
                    code="before_opening",
                    reason=f"{action} at {at.isoformat()} lies before the opening of {record.id} "
                    f"at {record.opened_at.isoformat()}",
                    action=action,
                    state=state,
                )
            facts = record.timeline(now=at).facts_at(at)
            state = facts["state"]
        actions = self.table.get(state.name)
        if actions is None:
            return refuse_state(self.id, self.states, action, state)
        rows = actions.get(action)
        if rows is None:
            return refuse_action(self.id, self.table, action, state)
        refusal: Refused | None = None
        for transition in rows:
            accepted = transition.sets
            if fields or transition.required:
                answer = self._accept(transition, state, fields)
                if isinstance(answer, Refused):
                    refusal = answer if refusal is None else refusal
                    continue
                accepted = answer
            if transition.guard is not None:
                known = record.facts() if facts is None else facts
                attempt = Attempt(
                    facts={**known, **written_fields(accepted, known)},
                    action=action,
                    at=at,
                    by=actor,
                    fields=fields,
                )
                if not transition.passes(attempt):
                    # Its fields were right, so its guard says more than another row's fields do.
                    if refusal is None or refusal.code != "guard":
                        refusal = refuse_guard(self.table, transition, state, attempt)
                    continue
            event = state_change(
                record_id=record.id,
                sequence=record.history[-1].sequence + 1,
                at=at,
                by=actor,
                recorded_at=at if recorded_at is None else as_utc(recorded_at, "recorded_at"),
                action=action,
                state=transition.target,
                fields=accepted,
            )
            if facts is not None:
                return record.with_events((event,))
            return record._append(event, checked=True)  # noqa: SLF001  all is checked: not again
        return refusal  # type: ignore[return-value]  # rows is never empty

    def _accept(
        self, transition: Transition, state: State, fields: Mapping[str, object]
    ) -> FrozenMap[object] | Refused:
        """Return what the transition sets on the record, or why its fields are refused."""
        if not fields.keys() <= transition.inputs.keys():
            return refuse_undeclared(self.table, transition, state, fields)
        missing = tuple([name for name in transition.required if is_nothing(fields.get(name))])
        if missing:
            what = f"needs {', '.join(missing)}"
            return refuse_fields(
                self.table, transition, state, code="missing_field", what=what, missing=missing
            )
        try:
            return transition.accept(fields)
        except InvalidValueError as error:
            what = f"refuses {error}"
            return refuse_fields(self.table, transition, state, code="invalid_field", what=what)
