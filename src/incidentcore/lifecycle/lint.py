"""Check a lifecycle and its cascades before any record uses them (rule L5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Final, NamedTuple

from incidentcore._checks import each_of, need_kind
from incidentcore.conditions import ALWAYS, AllOf, Condition, Proof, implies, overlap
from incidentcore.conditions.overlap import satisfiable
from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.guards import EveryLinked
from incidentcore.lifecycle.reopening import ReopenWindow
from incidentcore.lifecycle.transition import Transition
from incidentcore.records import Commented, Link, StateChanged
from incidentcore.values import LintFinding, State
from incidentcore.words.words import Texts

_OPAQUE: Final = Proof("unknown", reason="the guard is a function")


LIFECYCLE_TEXTS: Final[Texts] = {
    "ambiguous": "the same facts lead to {to} and to {or_to}",
    "cascade_may_never_end": "{rules} can undo each other endlessly",
    "cascade_never": "waits for the {what} {name}, which {lifecycle} does not have",
    "cascade_refused.choice": "{action} from {state} does not take {value!r} as {name}",
    "cascade_refused.guard": "{action} from {state} may be refused by its guard: {guard}",
    "cascade_refused.needs": "{action} from {state} needs {names}",
    "cascade_refused.not_allowed": "{action} is not allowed from {state} in {lifecycle}",
    "cascade_refused.state": "{lifecycle} does not have the state {state}",
    "cascade_refused.undeclared": "{action} from {state} does not take {names}",
    "dead_end": "is not final and leads nowhere",
    "never_allowed": "no facts pass its guard: {guard}",
    "no_end": "leads to no final state",
    "no_resolution": "leads to no resolved state",
    "unknown_field": "needs {name}, which a record of type {record_type} does not have; "
    "write custom.{name} for a custom field",
    "unreachable_state": "cannot be reached from {start}",
}
"""The texts of the findings of ``lint_lifecycle``, by code, and by reason if a code has several."""

_PERHAPS: Final[Texts] = {code: f"perhaps {text}" for code, text in LIFECYCLE_TEXTS.items()}


def _finding(
    code: str, subject: str, witness: object = None, *, answer: str = "no", **data: object
) -> LintFinding:
    """Return an error, or a finding that cannot be decided, as shown by ``answer`` in its data."""
    texts = LIFECYCLE_TEXTS if answer == "no" else _PERHAPS
    if "why" in data:
        texts = {**texts, code: texts[f"{code}.{data['why']}"]}
    return LintFinding(code, subject, {"answer": answer, **data}, witness, texts=texts)


def lint_lifecycle(
    lifecycle: Lifecycle, /, *, cascades: Iterable[CascadeRule] = ()
) -> tuple[LintFinding, ...]:
    """Return a finding for each error in a lifecycle.

    The checks are those of rule L5. Cascade rules for other types of record are ignored.

    The ``answer`` in the ``data`` of a finding is ``no`` if the check certainly fails, and
    ``unknown`` if that depends on a guard that is a function, or on more than 100,000 combinations
    of values.

    >>> from incidentcore.lifecycle import Lifecycle, Transition, lint_lifecycle
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
    need_kind("lifecycle", lifecycle, Lifecycle)
    ways = _ways(lifecycle)
    rules = tuple(each_of("cascades", cascades, CascadeRule))
    return (
        *_lint_states(lifecycle, ways),
        *_lint_rows(lifecycle, ways),
        *(finding for rule in rules for finding in _lint_cascade(rule, lifecycle)),
        *_lint_endless(rules, lifecycle),
    )


def _guard(row: Transition, *, holds: bool = False) -> Condition | None:
    """Return a row's guard as a condition; None for a function.

    A guard of ours, which asks about time or linked records, may be taken to hold.
    """
    if row.guard is None or (holds and isinstance(row.guard, (EveryLinked, ReopenWindow))):
        return ALWAYS
    return row.condition


class _Way(NamedTuple):
    """One row from one state, and whether anything can take it."""

    source: str
    row: Transition
    verdict: Proof


def _ways(lifecycle: Lifecycle) -> list[_Way]:
    found = []
    for row in lifecycle.transitions:
        guard = _guard(row, holds=True)
        for name in row.sources:
            domains = {"state": (lifecycle.state(name),)}
            verdict = _OPAQUE if guard is None else satisfiable(guard, domains=domains)
            found.append(_Way(name, row, verdict))
    return found


def _leads(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return what can be reached from each start of pairs (from, to), in one step or several."""
    steps: dict[str, set[str]] = {}
    for source, target in pairs:
        steps.setdefault(source, set()).add(target)
    reached: dict[str, set[str]] = {}
    for start in steps:
        seen, queue = set[str](), [start]
        while queue:
            new = steps.get(queue.pop(), set()) - seen
            seen |= new
            queue.extend(new)
        reached[start] = seen
    return reached


def _lint_states(lifecycle: Lifecycle, ways: list[_Way]) -> Iterator[LintFinding]:
    surely = _leads((way.source, way.row.target.name) for way in ways if way.verdict.is_yes)
    may = _leads((way.source, way.row.target.name) for way in ways if not way.verdict.is_no)
    names = [state.name for state in lifecycle.states]
    sure = {name: surely.get(name, set()) | {name} for name in names}
    perhaps = {name: may.get(name, set()) | {name} for name in names}
    first = lifecycle.initial.name
    resolved = {state.name for state in lifecycle.states if state.resolved}
    final = {state.name for state in lifecycle.states if state.final}

    def asked(state: State, code: str, goal: set[str]) -> Iterator[LintFinding]:
        if not goal & sure[state.name]:
            answer = "unknown" if goal & perhaps[state.name] else "no"
            yield _finding(code, state.name, state.name, answer=answer)

    for state in lifecycle.states:
        if state.name not in sure[first]:
            answer = "unknown" if state.name in perhaps[first] else "no"
            yield _finding("unreachable_state", state.name, state.name, answer=answer, start=first)
        if state.final:
            continue
        others = {other.name for other in lifecycle.states} - {state.name}
        if not others & perhaps[state.name]:
            yield from asked(state, "dead_end", others)
            continue
        yield from asked(state, "no_end", final)
        if state.open:
            yield from asked(state, "no_resolution", resolved)


def _lint_rows(lifecycle: Lifecycle, ways: list[_Way]) -> Iterator[LintFinding]:
    for way in ways:
        if way.verdict.is_no:
            where = f"{way.row.action} from {way.source}"
            yield _finding("never_allowed", where, way.source, guard=way.row.guard_name)
    by_action: dict[tuple[str, str], list[Transition]] = {}
    for way in ways:
        by_action.setdefault((way.source, way.row.action), []).append(way.row)
    for (source, action), rows in by_action.items():
        for one, other in combinations(rows, 2):
            a, b = _guard(one), _guard(other)
            domains = {"state": (lifecycle.state(source),)}
            verdict = _OPAQUE if a is None or b is None else overlap(a, b, domains=domains)
            if not verdict.is_no:
                yield _finding(
                    "ambiguous",
                    f"{action} from {source}",
                    verdict.witness,
                    answer="no" if verdict.is_yes else "unknown",
                    to=one.target,
                    or_to=other.target,
                )
    for row in lifecycle.transitions:
        for field in row.fields:
            if field.required and field.custom_key == field.target:
                yield _finding(
                    "unknown_field",
                    row.action,
                    field.target,
                    name=field.target,
                    record_type=lifecycle.record_type,
                )


def _lint_cascade(rule: CascadeRule, lifecycle: Lifecycle) -> Iterator[LintFinding]:
    """Find what keeps a cascade from happening, and the states that would refuse it (rule L4)."""
    known = {state.name for state in lifecycle.states}
    if rule.source == lifecycle.record_type:
        actions = {row.action for row in lifecycle.transitions}
        for what, names, there in (("state", rule.enters, known), ("action", rule.via, actions)):
            for name in names:
                if name not in there:
                    data = {"what": what, "name": name, "lifecycle": lifecycle.id}
                    yield _finding("cascade_never", rule.id, name, **data)
    if rule.target != lifecycle.record_type:
        return
    for name in rule.states:
        if name not in known:
            yield _refused(rule, name, "no", name, why="state", lifecycle=lifecycle.id)
    for state in lifecycle.states:
        if not rule.action or not rule.applies_in(state):
            continue
        rows = lifecycle.table[state.name].get(rule.action, [])
        if not rows:
            where = {"why": "not_allowed", "lifecycle": lifecycle.id}
            yield _refused(rule, state.name, "no", state.name, **where)
            continue
        objections = [_objection(rule, row, state) for row in rows]
        if all(objections):
            answer, witness, objection = objections[0]  # type: ignore[misc]  # all of them are there
            yield _refused(rule, state.name, answer, witness or state.name, **objection)


def _refused(
    rule: CascadeRule, state: str, answer: str, witness: object, **data: object
) -> LintFinding:
    what = {"action": rule.action, "state": state}
    return _finding("cascade_refused", rule.id, witness, answer=answer, **what, **data)


def _known(rule: CascadeRule) -> Condition:
    """Return what holds of the target whenever a cascade applies.

    The actor on the target is the actor on the source, unless another is given.
    """
    known = ALWAYS if rule.target_when is None else rule.target_when
    parts = rule.when.parts if isinstance(rule.when, AllOf) else (rule.when,)
    for part in parts:
        if part is not None and all(path.startswith("actor.") for path in part.fields):
            known &= part
    return known


def _objection(
    rule: CascadeRule, row: Transition, state: State
) -> tuple[str, object, dict[str, object]] | None:
    """Return the reason for which a row would refuse a cascade: answer, witness and data."""
    undeclared = tuple(name for name in rule.fields if name not in row.inputs)
    if undeclared:
        return "no", None, {"why": "undeclared", "names": undeclared}
    missing = tuple(name for name in row.required if name not in rule.fields)
    if missing:
        return "no", None, {"why": "needs", "names": missing}
    for name, value in rule.fields.items():
        choices = row.inputs[name].choices
        if choices and not isinstance(value, Copy) and value not in choices:
            return "no", value, {"why": "choice", "name": name, "value": value}
    guard = _guard(row, holds=True)
    verdict = (
        _OPAQUE if guard is None else implies(_known(rule), guard, domains={"state": (state,)})
    )
    if verdict.is_yes:
        return None
    answer = "no" if verdict.is_no else "unknown"
    return answer, verdict.witness, {"why": "guard", "guard": row.guard_name}


def _lint_endless(rules: tuple[CascadeRule, ...], lifecycle: Lifecycle) -> Iterator[LintFinding]:
    """Find rules that can trigger each other endlessly on records of a lifecycle (rule L4).

    That takes a circle of rules in which each can trigger the next, and a record returns to
    a state that it had, or comments follow comments both ways.
    """
    ours = {r.id: r for r in rules if r.source == r.target == lifecycle.record_type}
    after = _leads(
        (rule.id, other.id)
        for rule, other in product(ours.values(), repeat=2)
        if _sets_off(rule, other, lifecycle)
    )
    circles: set[tuple[str, ...]] = set()
    for start in ours:
        names = tuple(sorted(r for r in after.get(start, ()) if start in after.get(r, ())))
        if names in circles or not names:
            continue
        circles.add(names)
        circle = [ours[name] for name in names]
        moves = _leads(
            (state.name, to.name) for rule in circle for state, to in _moves(rule, lifecycle)
        )
        is_endless = any(state in reached for state, reached in moves.items()) or any(
            rule.comment for rule in circle
        )
        if is_endless and _can_return(circle):
            yield _finding("cascade_may_never_end", start, names, answer="unknown", rules=names)


def _moves(rule: CascadeRule, lifecycle: Lifecycle) -> Iterator[tuple[State, State]]:
    """Yield the states from which and to which a rule moves its target."""
    for state in lifecycle.states:
        if rule.action and rule.applies_in(state):
            for row in lifecycle.table[state.name].get(rule.action, ()):
                yield state, row.target


def _sets_off(rule: CascadeRule, other: CascadeRule, lifecycle: Lifecycle) -> bool:
    """Return whether what a rule does can be what another waits for."""
    if rule.comment:
        return other.on == Commented.kind
    if not rule.action or other.on not in ("", StateChanged.kind):
        return False
    if other.via and rule.action not in other.via:
        return False
    targets = {to.name for _, to in _moves(rule, lifecycle)}
    return bool(targets.intersection(other.enters)) if other.enters else bool(targets)


def _can_return(circle: Iterable[CascadeRule]) -> bool:
    """Return whether effects can go back to the record that they came from."""
    links = {rule.link for rule in circle}
    return any(
        not link or ((back := Link(link, "a").inverse("b")) is not None and back.type in links)
        for link in links
    )
