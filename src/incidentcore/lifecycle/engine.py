"""The engine: what an action would do to a record, or why it is refused (rules L1 and L2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import attrs

from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
    LifecycleMismatchError,
    TransitionNotAllowedError,
)
from incidentcore.instants import as_utc
from incidentcore.lifecycle.answers import Allowed, Refused, Step
from incidentcore.lifecycle.table import Attempt, Transition
from incidentcore.records import LifecycleRef, Record, StateChanged
from incidentcore.values import Actor, FrozenMap, State, as_actor

__all__ = ["Lifecycle"]

R = TypeVar("R", bound=Record)


def _states(states: Iterable[State]) -> tuple[State, ...]:
    return tuple(states)


def _rows(transitions: Iterable[Transition]) -> tuple[Transition, ...]:
    return tuple(transitions)


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
        LifecycleDefinitionError: A transition names a state that is not in the lifecycle, or two
            states share a name.

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
    _table: dict[str, dict[str, list[Transition]]] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise LifecycleDefinitionError("id", self.id, "a non-empty text")
        table: dict[str, dict[str, list[Transition]]] = {s.name: {} for s in self.states}
        if len(table) != len(self.states):
            names = [state.name for state in self.states]
            raise LifecycleDefinitionError("states", names, "each state name once")
        if self.initial not in self.states:
            raise LifecycleDefinitionError("initial", self.initial.name, self._state_names())
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
        object.__setattr__(self, "_table", table)

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
        return tuple(self._table.get(state.name, ()))

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
        record: R = kind.open(  # type: ignore[attr-defined]  # every concrete type has it
            state=self.initial, lifecycle=LifecycleRef(self.id, self.version), **fields
        )
        return record

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
        at = as_utc(at)
        actor = as_actor(by)
        state = record.state
        if (record.lifecycle.id, record.record_type) != (self.id, self.record_type):
            return Refused(
                code="lifecycle_mismatch",
                reason=f"{record.id} is of type {record.record_type} and follows the lifecycle "
                f"{record.lifecycle.id!r}, not {self.id!r}: advance it by its own",
                action=action,
                state=state,
            )
        if at < record.opened_at:
            return Refused(
                code="before_opening",
                reason=f"{action} at {at.isoformat()} lies before the opening of {record.id} at "
                f"{record.opened_at.isoformat()}",
                action=action,
                state=state,
            )
        facts: Mapping[str, Any] | None = None
        if at < record.updated_at:
            facts = record.timeline(now=at).facts_at(at)
            state = facts["state"]
        rows = self._table.get(state.name, {}).get(action)
        if rows is None:
            return self._refuse_action(action, state)
        refusal: Refused | None = None
        for transition in rows:
            accepted = self._accept(transition, state, fields)
            if isinstance(accepted, Refused):
                refusal = refusal or accepted
                continue
            if transition.guard is not None:
                known = record.facts() if facts is None else facts
                attempt = Attempt(
                    facts={**known, **accepted}, action=action, at=at, by=actor, fields=fields
                )
                if not transition.passes(attempt):
                    refusal = self._refuse_guard(transition, state)
                    continue
            after = record.with_event(
                StateChanged,
                at=at,
                by=actor,
                recorded_at=recorded_at,
                action=action,
                state=transition.target,
                fields=FrozenMap(accepted),
            )
            return Allowed(after.history[-1:], after)
        return refusal  # type: ignore[return-value]  # rows is never empty

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
        answer = self.decide(record, action, at=at, by=by, recorded_at=recorded_at, **fields)
        if isinstance(answer, Allowed):
            return answer.record
        if answer.code == "lifecycle_mismatch":
            raise LifecycleMismatchError(answer)
        raise TransitionNotAllowedError(answer)

    def explain(self, record: Record, /, *, to: State | str) -> tuple[Step, ...] | None:
        """Return the shortest way through the table to a state, with the fields it needs.

        Returns:
            The steps, none for the state the record is in, or None where no way leads there.
            Guards may still object on the way.

        Raises:
            InvalidValueError: The lifecycle has no such state.
        """
        target = self.state(to.name if isinstance(to, State) else to)
        return self._path(record.state, lambda state: state == target)

    def _path(self, start: State, reached: Callable[[State], bool]) -> tuple[Step, ...] | None:
        """Return the shortest path from a state to one that satisfies ``reached``."""
        seen = {start.name}
        queue: deque[tuple[State, tuple[Step, ...]]] = deque([(start, ())])
        while queue:
            state, path = queue.popleft()
            if reached(state):
                return path
            for action, rows in self._table.get(state.name, {}).items():
                for row in rows:
                    if row.target.name not in seen:
                        seen.add(row.target.name)
                        queue.append((row.target, (*path, Step(action, row.target, row.required))))
        return None

    def _refuse_action(self, action: str, state: State) -> Refused:
        allowed = self.actions(state)
        known = {transition.action for transition in self.transitions}
        can = f"allowed here: {', '.join(allowed)}" if allowed else "nothing is allowed here"
        if action not in known:
            reason = f"{action} is no action of the lifecycle {self.id!r}; {can}"
            return Refused(
                code="unknown_action",
                reason=reason,
                action=action,
                state=state,
                allowed_actions=allowed,
            )
        path = self._path(state, lambda reached: action in self._table[reached.name])
        steps: tuple[Step, ...] = ()
        reason = f"{action} is not allowed from {state}; {can}"
        if path:
            row = self._table[path[-1].to.name][action][0]
            steps = (*path, Step(action, row.target, row.required))
            reason += f"; the shortest path is {', then '.join(map(str, steps))}"
        return Refused(
            code="not_allowed",
            reason=reason,
            action=action,
            state=state,
            allowed_actions=allowed,
            path=steps,
        )

    def _refuse_guard(self, transition: Transition, state: State) -> Refused:
        return Refused(
            code="guard",
            reason=f"{transition.action} from {state} is refused by its guard: "
            f"{transition.guard_name}",
            action=transition.action,
            state=state,
            guard=transition.guard_name,
            allowed_actions=self.actions(state),
        )

    def _accept(
        self, transition: Transition, state: State, fields: Mapping[str, object]
    ) -> dict[str, object] | Refused:
        """Return what the transition sets on the record, or why its fields are refused."""
        undeclared = [name for name in fields if name not in transition.inputs]
        missing = tuple(name for name in transition.required if fields.get(name) in (None, "", ()))
        if undeclared:
            takes = ", ".join(transition.inputs) or "no fields"
            code = "undeclared_field"
            what = f"does not take {', '.join(undeclared)}; it takes {takes}"
        elif missing:
            code, what = "missing_field", f"needs {', '.join(missing)}"
        else:
            try:
                return transition.accept(fields)
            except InvalidValueError as error:
                code, what = "invalid_field", f"refuses {error}"
        return Refused(
            code=code,
            reason=f"{transition.action} from {state} {what}",
            action=transition.action,
            state=state,
            missing_fields=missing,
            allowed_actions=self.actions(state),
        )
