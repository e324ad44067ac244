"""Why an action is refused, and which actions would be allowed (rule L2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from incidentcore._checks import misspelt
from incidentcore.conditions import Condition
from incidentcore.lifecycle.decision import PathStep, Refused
from incidentcore.lifecycle.transition import Attempt, Transition
from incidentcore.records import ApprovalRule, Event, Migrated, Record, StateChanged
from incidentcore.values import State

_ROLES: Final = "major_roles."

Table: TypeAlias = Mapping[str, Mapping[str, list[Transition]]]
"""A lifecycle's rows by the name of the state and the action."""


def _step(row: Transition) -> PathStep:
    return PathStep(row.action, row.target, row.required, row.guard_name)


def shortest_path(
    table: Table, start: State, reached: Callable[[State], bool]
) -> tuple[PathStep, ...] | None:
    """Return the shortest path from a state to one that satisfies ``reached``, ignoring guards."""
    seen = {start.name}
    queue: deque[tuple[State, tuple[PathStep, ...]]] = deque([(start, ())])
    while queue:
        state, path = queue.popleft()
        if reached(state):
            return path
        for rows in table.get(state.name, {}).values():
            for row in rows:
                if row.target.name not in seen:
                    seen.add(row.target.name)
                    queue.append((row.target, (*path, _step(row))))
    return None


def refuse_state(
    lifecycle: str, states: Iterable[State], action: str, state: State, path: tuple[PathStep, ...]
) -> Refused:
    """Return the refusal of an action in a state that the lifecycle does not have."""
    names = tuple(known.name for known in states)
    return Refused(
        code="unknown_state",
        action=action,
        state=state,
        data={"lifecycle": lifecycle, "states": names},
        allowed_actions=tuple(step.action for step in path[:1]),
        path=path,
    )


def path_to_action(table: Table, state: State, action: str) -> tuple[PathStep, ...]:
    """Return the shortest path from a state that ends with an action; empty if there is none."""
    path = shortest_path(table, state, lambda reached: action in table[reached.name])
    if path is None:
        return ()
    last = path[-1].to if path else state
    return (*path, _step(table[last.name][action][0]))


def refuse_action(lifecycle: str, table: Table, action: str, state: State) -> Refused:
    """Return the refusal of an action that is not allowed in a state, with a path to it."""
    is_known = any(action in actions for actions in table.values())
    way = path_to_action if is_known else _path_meant
    return Refused(
        code="not_allowed" if is_known else "unknown_action",
        action=action,
        state=state,
        data={"lifecycle": lifecycle},
        allowed_actions=tuple(table[state.name]),
        path=way(table, state, action),
    )


def _path_meant(table: Table, state: State, word: str) -> tuple[PathStep, ...]:
    """Return the path to a state that was named as the action, or to the action nearest to it."""
    path = shortest_path(table, state, lambda reached: reached.name == word)
    actions = {action: None for actions in table.values() for action in actions}
    meant = misspelt(word, actions)
    return path or (path_to_action(table, state, meant) if meant else ())


def _missing_votes(facts: Mapping[str, Any]) -> str:
    """Return which votes are missing."""
    rule: ApprovalRule | None = facts.get("approval_rule")
    return "" if rule is None else str(rule.count(facts["approvals"]))


def _open_tasks(facts: Mapping[str, Any]) -> str:
    """Return which tasks are open."""
    is_open = [task for task in facts.get("tasks", ()) if task.status == "open"]
    return f"open: {', '.join(f'{task.id} ({task.title})' for task in is_open)}" if is_open else ""


def _role_open(role: str) -> Callable[[Mapping[str, Any]], str]:
    """Return the text that nobody holds a role in a major incident."""
    return lambda facts: "" if facts["major_roles"].get(role) else f"nobody is {role}"


def _teller(path: str) -> Callable[[Mapping[str, Any]], str] | None:
    """Return the function that describes a fact in a refusal in addition to its value, if any."""
    if path == "approval_state":
        return _missing_votes
    if path == "tasks_status":
        return _open_tasks
    return _role_open(path.removeprefix(_ROLES)) if path.startswith(_ROLES) else None


def _why_not(guard: Condition, attempt: Attempt) -> str:
    """Return what kept a condition from matching, as text."""
    tellers = [_teller(path) for path in sorted(guard.fields)]
    texts = [text for tell in tellers if tell is not None and (text := tell(attempt.facts))]
    if texts and all(tellers):
        return "; ".join(texts)
    subject = {**attempt.facts, "actor": attempt.by}
    return "; ".join([*map(str, guard.explain(subject, at=attempt.at).failures), *texts])


def refuse_guard(table: Table, transition: Transition, state: State, attempt: Attempt) -> Refused:
    """Return the refusal of an action that a guard rejects, with the tests that failed."""
    why = ""
    if transition.condition is not None:
        why = f" ({_why_not(transition.condition, attempt)})"
    elif callable(why_not := getattr(transition.guard, "why_not", None)):
        why = f" ({why_not(attempt)})"
    return Refused(
        code="guard",
        action=transition.action,
        state=state,
        data={"why": why},
        guard=transition.guard_name,
        allowed_actions=tuple(table[state.name]),
    )


def is_legal(table: Table, state: State, event: StateChanged) -> bool:
    """Return whether a change of state is a step of the table, ignoring guards.

    If its action is not in the table, such as an imported one, any transition between the two
    states allows it.
    """
    if not any(event.action in actions for actions in table.values()):
        rows = [row for rows in table.get(state.name, {}).values() for row in rows]
        return event.state.name == state.name or any(row.target == event.state for row in rows)
    return any(row.target == event.state for row in table.get(state.name, {}).get(event.action, ()))


def refuse_early(record: Record, action: str, at: datetime, state: State) -> Refused | None:
    """Return the refusal of an action that is dated before the record's opening."""
    if at >= record.opened_at:
        return None
    when = {"at": at.isoformat(), "opened_at": record.opened_at.isoformat()}
    data = {"record": record.id, **when}
    return Refused(code="before_opening", action=action, state=state, data=data)


def refuse_no_effect(
    table: Table, changes: Iterable[Event], event: StateChanged, state: State
) -> Refused | None:
    """Return the refusal of a late action that the next change of state cannot follow.

    The action leads to a resolved or final state. None if the next change, among those given in
    time order, may follow it.
    """
    if not (event.state.resolved or event.state.final):
        return None
    later = (e for e in changes if e.at > event.at)
    after = next((e for e in later if isinstance(e, StateChanged)), None)
    if after is None or isinstance(after, Migrated) or is_legal(table, event.state, after):
        return None
    data = {"at": event.at.isoformat(), "to": event.state, "next": after.action}
    return Refused(
        code="no_effect",
        action=event.action,
        state=state,
        data={**data, "next_at": after.at.isoformat(), "event": after.id},
        allowed_actions=tuple(table[state.name]),
    )


def refuse_undeclared(
    table: Table, transition: Transition, state: State, fields: Mapping[str, object]
) -> Refused:
    """Return the refusal of an action with fields that its transition does not declare."""
    undeclared = tuple(name for name in fields if name not in transition.inputs)
    takes = tuple(field.name for field in transition.fields)
    return refuse_fields(
        table, transition, state, code="undeclared_field", undeclared=undeclared, takes=takes
    )


def refuse_fields(
    table: Table,
    transition: Transition,
    state: State,
    *,
    code: str,
    missing: tuple[str, ...] = (),
    **data: object,
) -> Refused:
    """Return the refusal of an action whose fields are undeclared, invalid or missing."""
    return Refused(
        code=code,
        action=transition.action,
        state=state,
        data=data,
        missing_fields=missing,
        allowed_actions=tuple(table[state.name]),
    )
