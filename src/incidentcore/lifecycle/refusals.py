"""Why an action is refused, and which actions would be allowed (rule L2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from incidentcore._checks import misspelt
from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle.decision import PathStep, Refused
from incidentcore.lifecycle.transition import Attempt, Transition, is_nothing
from incidentcore.records import ApprovalRule, Event, Migrated, Record
from incidentcore.values import FrozenMap, State

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


def refuse(
    table: Table,
    code: str,
    action: str,
    state: State,
    *,
    guard: str = "",
    missing: tuple[str, ...] = (),
    path: tuple[PathStep, ...] = (),
    **data: object,
) -> Refused:
    """Return a refusal with the actions that are allowed in the state.

    In a state that the lifecycle lacks, that is the first step of the path.
    """
    allowed = table.get(state.name) or [step.action for step in path[:1]]
    return Refused(
        code=code,
        action=action,
        state=state,
        data=data,
        missing_fields=missing,
        guard=guard,
        allowed_actions=tuple(allowed),
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
    code = "not_allowed" if is_known else "unknown_action"
    path = way(table, state, action)
    return refuse(table, code, action, state, path=path, lifecycle=lifecycle)


def _path_meant(table: Table, state: State, word: str) -> tuple[PathStep, ...]:
    """Return the path to a state that was named as the action, or to the action nearest to it."""
    path = shortest_path(table, state, lambda reached: reached.name == word)
    actions = {action: None for actions in table.values() for action in actions}
    meant = misspelt(word, actions)
    return path or (path_to_action(table, state, meant) if meant else ())


def _tell(path: str, facts: Mapping[str, Any]) -> str | None:
    """Return what a refusal says about a fact in addition to its value; None for most facts."""
    if path == "approval_state":
        rule: ApprovalRule | None = facts.get("approval_rule")
        return "" if rule is None else str(rule.count(facts["approvals"]))
    if path == "tasks_status":
        tasks = [f"{t.id} ({t.title})" for t in facts.get("tasks", ()) if t.status == "open"]
        return f"open: {', '.join(tasks)}" if tasks else ""
    if path.startswith(_ROLES):
        role = path.removeprefix(_ROLES)
        return "" if facts["major_roles"].get(role) else f"nobody is {role}"
    return None


def _why_not(guard: Condition, attempt: Attempt) -> str:
    found = [_tell(path, attempt.facts) for path in sorted(guard.fields)]
    texts = [text for text in found if text]
    if texts and None not in found:
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
    return refuse(table, "guard", transition.action, state, guard=transition.guard_name, why=why)


def _is_legal(table: Table, state: State, action: str, target: State) -> bool:
    """Return whether a change of state is a step of the table, ignoring guards.

    If its action is not in the table, such as an imported one, any transition between the two
    states allows it.
    """
    here = table.get(state.name, {})
    if any(action in actions for actions in table.values()):
        return any(row.target == target for row in here.get(action, ()))
    return target.name == state.name or any(
        row.target == target for rows in here.values() for row in rows
    )


def refuse_early(record: Record, action: str, at: datetime, state: State) -> Refused | None:
    """Return the refusal of an action that is dated before the record's opening."""
    if at >= record.opened_at:
        return None
    when = {"at": at.isoformat(), "opened_at": record.opened_at.isoformat()}
    data = {"record": record.id, **when}
    return Refused(code="before_opening", action=action, state=state, data=data)


def refuse_no_effect(
    table: Table,
    changes: Iterable[tuple[Event, str, State]],
    action: str,
    state: State,
    *,
    at: datetime,
    to: State,
) -> Refused | None:
    """Return the refusal of a late action that the next change of state cannot follow.

    The action leads to a resolved or final state ``to``. None if the next change, among those
    given in time order with their actions and states, may follow it.
    """
    if not (to.resolved or to.final):
        return None
    after, then, next_state = next((one for one in changes if one[0].at > at), (None, "", state))
    if after is None or isinstance(after, Migrated) or _is_legal(table, to, then, next_state):
        return None
    return refuse(
        table,
        "no_effect",
        action,
        state,
        at=at.isoformat(),
        to=to,
        next=then,
        next_at=after.at.isoformat(),
        event=after.id,
    )


def accept(
    table: Table, row: Transition, state: State, fields: Mapping[str, object]
) -> FrozenMap[object] | Refused:
    """Return what a transition sets on the record, or why its fields are refused."""
    action = row.action
    if not fields.keys() <= row.inputs.keys():
        undeclared = tuple(name for name in fields if name not in row.inputs)
        takes = tuple(field.name for field in row.fields)
        return refuse(table, "undeclared_field", action, state, undeclared=undeclared, takes=takes)
    missing = tuple([name for name in row.required if is_nothing(fields.get(name))])
    if missing:
        return refuse(table, "missing_field", action, state, missing=missing)
    try:
        return row.accept(fields)
    except InvalidValueError as error:
        return refuse(table, "invalid_field", action, state, what=str(error))
