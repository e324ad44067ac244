"""Why an action is refused, in words that say what would be legal (rule L2)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from incidentcore.conditions import Condition
from incidentcore.lifecycle.decision import PathStep, Refused
from incidentcore.lifecycle.transition import Attempt, Transition
from incidentcore.records import ApprovalRule
from incidentcore.values import State

__all__ = [
    "Table",
    "refuse_action",
    "refuse_fields",
    "refuse_guard",
    "refuse_state",
    "refuse_undeclared",
    "shortest_path",
]

_ROLES: Final = "major_roles."

Table: TypeAlias = Mapping[str, Mapping[str, list[Transition]]]
"""A lifecycle's rows by the name of the state and the action."""


def _step(row: Transition) -> PathStep:
    return PathStep(row.action, row.target, row.required, row.guard_name)


def shortest_path(
    table: Table, start: State, reached: Callable[[State], bool]
) -> tuple[PathStep, ...] | None:
    """Return the shortest path from a state to one that satisfies ``reached``, guards aside."""
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


def refuse_state(lifecycle: str, states: Iterable[State], action: str, state: State) -> Refused:
    """Refuse an action in a state that the lifecycle does not have."""
    names = ", ".join(known.name for known in states)
    return Refused(
        code="unknown_state",
        reason=f"{state} is no state of the lifecycle {lifecycle!r}, which has {names}",
        action=action,
        state=state,
    )


def refuse_action(lifecycle: str, table: Table, action: str, state: State) -> Refused:
    """Refuse an action that the table does not have for a state, with the way that leads there."""
    allowed = tuple(table[state.name])
    can = f"allowed here: {', '.join(allowed)}" if allowed else "nothing is allowed here"
    if not any(action in actions for actions in table.values()):
        return Refused(
            code="unknown_action",
            reason=f"{action} is no action of the lifecycle {lifecycle!r}; {can}",
            action=action,
            state=state,
            allowed_actions=allowed,
        )
    path = shortest_path(table, state, lambda reached: action in table[reached.name])
    steps: tuple[PathStep, ...] = ()
    reason = f"{action} is not allowed from {state}; {can}"
    if path:
        steps = (*path, _step(table[path[-1].to.name][action][0]))
        reason += f"; the shortest path is {', then '.join(map(str, steps))}"
    return Refused(
        code="not_allowed",
        reason=reason,
        action=action,
        state=state,
        allowed_actions=allowed,
        path=steps,
    )


def _told_approvals(facts: Mapping[str, Any]) -> str:
    """Return which votes lack."""
    rule: ApprovalRule | None = facts.get("approval_rule")
    return "" if rule is None else str(rule.count(facts["approvals"]))


def _told_tasks(facts: Mapping[str, Any]) -> str:
    """Return which tasks are open."""
    is_open = [task for task in facts.get("tasks", ()) if task.status == "open"]
    return f"open: {', '.join(f'{task.id} ({task.title})' for task in is_open)}" if is_open else ""


def _told_role(role: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what says that nobody holds a role in a major incident."""
    return lambda facts: "" if facts["major_roles"].get(role) else f"nobody is {role}"


def _teller(path: str) -> Callable[[Mapping[str, Any]], str] | None:
    """Return what a refusal says of a fact that stands for more than its value, if it does."""
    if path == "approval_state":
        return _told_approvals
    if path == "tasks_status":
        return _told_tasks
    return _told_role(path.removeprefix(_ROLES)) if path.startswith(_ROLES) else None


def _why_not(guard: Condition, attempt: Attempt) -> str:
    """Return what kept a condition from matching, in words."""
    tellers = [_teller(path) for path in sorted(guard.fields)]
    told = [text for tell in tellers if tell is not None and (text := tell(attempt.facts))]
    if told and all(tellers):
        return "; ".join(told)
    subject = {**attempt.facts, "actor": attempt.by}
    return "; ".join([*map(str, guard.explain(subject, at=attempt.at).failures), *told])


def refuse_guard(table: Table, transition: Transition, state: State, attempt: Attempt) -> Refused:
    """Refuse what a guard does not let pass; a condition says what kept it from matching."""
    reason = f"{transition.action} from {state} is refused by its guard: {transition.guard_name}"
    if isinstance(transition.guard, Condition):
        reason += f" ({_why_not(transition.guard, attempt)})"
    elif callable(why_not := getattr(transition.guard, "why_not", None)):
        reason += f" ({why_not(attempt)})"
    return Refused(
        code="guard",
        reason=reason,
        action=transition.action,
        state=state,
        guard=transition.guard_name,
        allowed_actions=tuple(table[state.name]),
    )


def refuse_undeclared(
    table: Table, transition: Transition, state: State, fields: Mapping[str, object]
) -> Refused:
    """Refuse fields that the transition does not ask for, by name."""
    undeclared = ", ".join(name for name in fields if name not in transition.inputs)
    takes = ", ".join(field.name for field in transition.fields) or "no fields"
    what = f"does not take {undeclared}; it takes {takes}"
    return refuse_fields(table, transition, state, code="undeclared_field", what=what)


def refuse_fields(
    table: Table,
    transition: Transition,
    state: State,
    *,
    code: str,
    what: str,
    missing: tuple[str, ...] = (),
) -> Refused:
    """Refuse what was given with an action, or what was not."""
    return Refused(
        code=code,
        reason=f"{transition.action} from {state} {what}",
        action=transition.action,
        state=state,
        missing_fields=missing,
        allowed_actions=tuple(table[state.name]),
    )
