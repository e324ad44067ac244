"""What is wrong with a lifecycle or its cascades, before any record meets it (rule L5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

import attrs

from incidentcore.conditions import ALWAYS, Condition, Proof, implies, overlap, satisfiable
from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.transition import Transition
from incidentcore.values import State

__all__ = ["LifecycleFinding", "lint_lifecycle"]

_OPAQUE: Final = Proof("unknown", reason="the guard is a caller's own function")


@attrs.frozen(kw_only=True)
class LifecycleFinding:
    """One thing that is wrong, or that cannot be known.

    Attributes:
        code: What, as a stable code: ``unreachable_state``, ``dead_end``, ``no_resolution``,
            ``no_end``, ``ambiguous``, ``never_allowed``, ``unknown_field``, ``cascade_refused`` or
            ``cascade_never``.
        answer: ``no`` where it is proved, ``unknown`` where nobody can tell.
        where: The state, the action or the cascade.
        reason: What is wrong, in words.
        witness: What proves it: a state's name, or facts; None where there is no such thing.
    """

    code: str
    answer: str
    where: str
    reason: str
    witness: object = None

    def __str__(self) -> str:
        known = "" if self.answer == "no" else "perhaps "
        return f"{self.where}: {known}{self.reason}"


def lint_lifecycle(
    lifecycle: Lifecycle, cascades: Iterable[CascadeRule] = ()
) -> tuple[LifecycleFinding, ...]:
    """Return what is wrong with a lifecycle.

    Asked is: can every state be reached; does every state that is not final lead on, and in the
    end to a final one; can every open state reach a resolved one; does no action have two rows
    for the same facts; can every row be taken; does every required field exist; and does every
    cascade that targets records of this lifecycle find a row, with its fields, in every state in
    which it applies; and can every cascade that they are the source of ever happen. A field that a
    cascade copies is taken to be given.

    Args:
        lifecycle: The lifecycle.
        cascades: The rules to check against it; those of other types of record are left out.

    Returns:
        The findings; none for a sound lifecycle. A question that hangs on a caller's own function,
        or on more than 100,000 combinations, gives a finding with the answer ``unknown``.

    Source: rule L5.

    >>> from incidentcore.lifecycle.standard import INCIDENT
    >>> from incidentcore.values import CLOSED, NEW, RESOLVED
    >>> lint_lifecycle(INCIDENT)
    ()
    >>> broken = Lifecycle(
    ...     "broken",
    ...     "incident",
    ...     states=(NEW, RESOLVED, CLOSED),
    ...     initial=NEW,
    ...     transitions=(Transition("close", NEW, CLOSED),),
    ... )
    >>> for finding in lint_lifecycle(broken):
    ...     print(finding)
    resolved: cannot be reached from new
    resolved: is not final and leads nowhere
    """
    ways = _ways(lifecycle)
    return (
        *_lint_states(lifecycle, ways),
        *_lint_rows(lifecycle, ways),
        *(finding for rule in cascades for finding in _lint_cascade(rule, lifecycle)),
    )


def _guard(row: Transition) -> Condition | None:
    """Return a row's guard as a condition; None for a caller's own function."""
    if row.guard is None:
        return ALWAYS
    return row.guard if isinstance(row.guard, Condition) else None


@attrs.frozen
class _Way:
    """One row from one state, and whether anything can take it."""

    source: str
    row: Transition
    verdict: Proof


def _ways(lifecycle: Lifecycle) -> list[_Way]:
    found = []
    for row in lifecycle.transitions:
        guard = _guard(row)
        for name in row.sources:
            domains = {"state": (lifecycle.state(name),)}
            verdict = _OPAQUE if guard is None else satisfiable(guard, domains=domains)
            found.append(_Way(name, row, verdict))
    return found


def _reach(ways: Iterable[_Way], start: str, *, sure: bool) -> set[str]:
    """Return the names of the states that can be reached, surely or perhaps."""
    leads: dict[str, set[str]] = {}
    for way in ways:
        if way.verdict.is_yes or not (sure or way.verdict.is_no):
            leads.setdefault(way.source, set()).add(way.row.target.name)
    seen, queue = {start}, [start]
    while queue:
        for name in leads.get(queue.pop(), set()) - seen:
            seen.add(name)
            queue.append(name)
    return seen


def _lint_states(lifecycle: Lifecycle, ways: list[_Way]) -> Iterator[LifecycleFinding]:
    sure = {state.name: _reach(ways, state.name, sure=True) for state in lifecycle.states}
    perhaps = {state.name: _reach(ways, state.name, sure=False) for state in lifecycle.states}
    first = lifecycle.initial.name
    resolved = {state.name for state in lifecycle.states if state.resolved}
    final = {state.name for state in lifecycle.states if state.final}

    def asked(state: State, code: str, goal: set[str], reason: str) -> Iterator[LifecycleFinding]:
        if not goal & sure[state.name]:
            answer = "unknown" if goal & perhaps[state.name] else "no"
            yield LifecycleFinding(
                code=code, answer=answer, where=state.name, reason=reason, witness=state.name
            )

    for state in lifecycle.states:
        if state.name not in sure[first]:
            yield LifecycleFinding(
                code="unreachable_state",
                answer="unknown" if state.name in perhaps[first] else "no",
                where=state.name,
                reason=f"cannot be reached from {first}",
                witness=state.name,
            )
        if state.final:
            continue
        others = {other.name for other in lifecycle.states} - {state.name}
        if not others & perhaps[state.name]:
            yield from asked(state, "dead_end", others, "is not final and leads nowhere")
            continue
        yield from asked(state, "no_end", final, "leads to no final state")
        if state.open:
            yield from asked(state, "no_resolution", resolved, "leads to no resolved state")


def _lint_rows(lifecycle: Lifecycle, ways: list[_Way]) -> Iterator[LifecycleFinding]:
    for way in ways:
        if way.verdict.is_no:
            yield LifecycleFinding(
                code="never_allowed",
                answer="no",
                where=f"{way.row.action} from {way.source}",
                reason=f"no facts pass its guard: {way.row.guard_name}",
                witness=way.source,
            )
    by_action: dict[tuple[str, str], list[Transition]] = {}
    for way in ways:
        by_action.setdefault((way.source, way.row.action), []).append(way.row)
    for (source, action), rows in by_action.items():
        for one, other in combinations(rows, 2):
            a, b = _guard(one), _guard(other)
            domains = {"state": (lifecycle.state(source),)}
            verdict = _OPAQUE if a is None or b is None else overlap(a, b, domains=domains)
            if not verdict.is_no:
                yield LifecycleFinding(
                    code="ambiguous",
                    answer="no" if verdict.is_yes else "unknown",
                    where=f"{action} from {source}",
                    reason=f"the same facts lead to {one.target} and to {other.target}",
                    witness=verdict.witness,
                )
    for row in lifecycle.transitions:
        for field in row.fields:
            if field.required and field.custom_key == field.target:
                yield LifecycleFinding(
                    code="unknown_field",
                    answer="no",
                    where=row.action,
                    reason=f"needs {field.target}, which no {lifecycle.record_type} has; "
                    f"say custom.{field.target} if it is meant",
                    witness=field.target,
                )


def _lint_cascade(rule: CascadeRule, lifecycle: Lifecycle) -> Iterator[LifecycleFinding]:
    """Find what keeps a cascade from happening, and the states that would refuse it (rule L4)."""
    known = {state.name for state in lifecycle.states}
    if rule.source == lifecycle.record_type:
        actions = {row.action for row in lifecycle.transitions}
        for what, names, there in (("state", rule.enters, known), ("action", rule.via, actions)):
            for name in names:
                if name not in there:
                    yield LifecycleFinding(
                        code="cascade_never",
                        answer="no",
                        where=rule.id,
                        reason=f"waits for {name}, which is no {what} of {lifecycle.id}",
                        witness=name,
                    )
    if rule.target != lifecycle.record_type:
        return
    for name in rule.states:
        if name not in known:
            yield _refused(rule, "no", f"{name} is no state of {lifecycle.id}", name)
    for state in lifecycle.states:
        if not rule.action or not rule.applies_in(state):
            continue
        rows = lifecycle.table[state.name].get(rule.action, [])
        if not rows:
            yield _refused(
                rule,
                "no",
                f"{rule.action} is not allowed from {state} in {lifecycle.id}",
                state.name,
            )
            continue
        objections = [_objection(rule, row, state) for row in rows]
        if all(objections):
            answer, reason, witness = objections[0]  # type: ignore[misc]  # all of them are there
            yield _refused(rule, answer, reason, witness or state.name)


def _refused(rule: CascadeRule, answer: str, reason: str, witness: object) -> LifecycleFinding:
    return LifecycleFinding(
        code="cascade_refused", answer=answer, where=rule.id, reason=reason, witness=witness
    )


def _known(rule: CascadeRule) -> Condition:
    """Return what holds of the target whenever a cascade applies.

    Who acts on the target is who acted on the source, unless the caller says otherwise.
    """
    known = ALWAYS if rule.target_when is None else rule.target_when
    if rule.when is not None and all(path.startswith("actor.") for path in rule.when.fields):
        return known & rule.when
    return known


def _objection(rule: CascadeRule, row: Transition, state: State) -> tuple[str, str, object] | None:
    """Return why a row would refuse a cascade, as answer, reason and witness."""
    what = f"{rule.action} from {state}"
    undeclared = [name for name in rule.fields if name not in row.inputs]
    if undeclared:
        return "no", f"{what} does not take {', '.join(undeclared)}", None
    missing = [name for name in row.required if name not in rule.fields]
    if missing:
        return "no", f"{what} needs {', '.join(missing)}", None
    for name, value in rule.fields.items():
        choices = row.inputs[name].choices
        if choices and not isinstance(value, Copy) and value not in choices:
            return "no", f"{what} does not take {value!r} as {name}", value
    guard = _guard(row)
    verdict = (
        _OPAQUE if guard is None else implies(_known(rule), guard, domains={"state": (state,)})
    )
    if verdict.is_yes:
        return None
    answer = "no" if verdict.is_no else "unknown"
    return answer, f"{what} may be refused by its guard: {row.guard_name}", verdict.witness
