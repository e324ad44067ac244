"""Reasoning about conditions: can two hold at once, does one imply the other?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, Final

import attrs

from incidentcore.conditions.candidates import candidates_of
from incidentcore.conditions.condition import Condition
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.instants import SAMPLE
from incidentcore.conditions.neighbours import ANY, LIMIT, Candidate, TooManyError
from incidentcore.errors import InvalidValueError
from incidentcore.values import FrozenMap

__all__ = ["Proof", "implies", "overlap", "satisfiable"]

_YES: Final = "yes"
_NO: Final = "no"
_UNKNOWN: Final = "unknown"
_FREE_LIMIT: Final = 10  # tests of unknown outcome that are still tried both ways


@attrs.frozen
class Proof:
    """An answer about conditions: yes, no or unknown.

    Attributes:
        answer: ``yes``, ``no`` or ``unknown``.
        witness: The facts that prove the answer: that satisfy, or that contradict an implication;
            None where no facts can prove it. A condition's ``matches`` takes them.
        reason: Why the answer is unknown; empty otherwise.
    """

    answer: str
    witness: FrozenMap[object] | None = None
    reason: str = ""

    @property
    def is_yes(self) -> bool:
        """Return whether the answer is yes."""
        return self.answer == _YES

    @property
    def is_no(self) -> bool:
        """Return whether the answer is no."""
        return self.answer == _NO

    def __bool__(self) -> bool:
        raise TypeError("a verdict has three answers: ask is_yes or is_no")


Domains = Mapping[str, Iterable[object]]


def satisfiable(condition: Condition, *, domains: Domains | None = None) -> Proof:
    """Return whether any facts satisfy a condition.

    Args:
        condition: The condition.
        domains: All values that a path may have, for the paths of which that is known, such as
            ``{"state": lifecycle.states}``. Of other fields only their kind is known.

    Returns:
        Yes with facts that satisfy it, no, or unknown: because of a caller's function, opening
        hours or text match, or because more than 100,000 combinations would have to be tried.

    Fields are taken one by one: that a record with a resolution has a resolved state, say, is not
    known here. So a no is sure, and a yes means that the rules alone do not forbid it. A field that
    is compared with a level holds levels of that level's scale.

    >>> from incidentcore.conditions.builder import field
    >>> satisfiable(field("state.open").is_true() & field("state.resolved").is_true()).answer
    'no'
    """
    tests = {_key(leaf): leaf for leaf in condition.leaves()}
    known = {path: tuple(values) for path, values in (domains or {}).items()}
    try:
        choices = candidates_of(tests.values(), known)
    except TooManyError:
        return _too_many()
    if prod(map(len, choices.values())) > LIMIT:
        return _too_many()
    open_end = ""
    for facts, certain in _combinations(choices):
        free: dict[object, str] = {}
        answer = _holds(condition, facts, free, {})
        if answer is False or (answer is None and not _may_hold(condition, facts, free)):
            continue
        if answer and certain:
            return Proof(_YES, FrozenMap(facts))
        open_end = open_end or next(iter(free.values()), "it depends on a value that may not exist")
    return Proof(_UNKNOWN, reason=open_end) if open_end else Proof(_NO)


def _too_many() -> Proof:
    return Proof(_UNKNOWN, reason=f"more than {LIMIT} combinations")


def overlap(a: Condition, b: Condition, *, domains: Domains | None = None) -> Proof:
    """Return whether any facts satisfy two conditions at once.

    Args:
        a: One condition.
        b: The other.
        domains: As for ``satisfiable``.

    Returns:
        Yes with such facts, no, or unknown with the reason.

    >>> from incidentcore.conditions.builder import field
    >>> from incidentcore.values import Impact
    >>> severe, mild = field("impact") >= Impact.MEDIUM, field("impact") <= Impact.MEDIUM
    >>> overlap(severe, mild).witness
    FrozenMap({'impact': Level(scale='impact', name='medium', rank=2)})
    """
    return satisfiable(a & b, domains=domains)


def implies(a: Condition, b: Condition, *, domains: Domains | None = None) -> Proof:
    """Return whether every facts that satisfy one condition satisfy another too.

    Args:
        a: The condition that is to imply.
        b: The condition that is to follow.
        domains: As for ``satisfiable``.

    Returns:
        Yes; no with facts that satisfy the first only; or unknown with the reason.

    >>> from incidentcore.conditions.builder import field
    >>> implies(field("reopen_count") > 1, field("reopen_count") > 0).answer
    'yes'
    """
    against = satisfiable(a & ~b, domains=domains)
    if against.is_yes:
        return Proof(_NO, against.witness)
    return Proof(_YES) if against.is_no else against


def _combinations(
    choices: Mapping[str, list[Candidate]],
) -> Iterator[tuple[dict[str, Any], bool]]:
    names = list(choices)
    for chosen in product(*choices.values()):
        facts = {name: candidate.value for name, candidate in zip(names, chosen, strict=True)}
        yield facts, all(candidate.certain for candidate in chosen)


def _holds(
    condition: Condition,
    facts: dict[str, Any],
    free: dict[object, str],
    assumed: Mapping[object, bool],
) -> bool | None:
    """Return the answer for facts; None where it depends on tests of unknown outcome.

    Those tests are put into ``free`` with their reasons; ``assumed`` gives them outcomes.
    """

    def answer(leaf: Condition) -> bool | None:
        known, reason = _tested(leaf, facts)
        if known is not None:
            return known
        key = _key(leaf)
        if key in assumed:
            return assumed[key]
        free[key] = reason
        return None

    return condition.judge(answer)


def _key(condition: Condition) -> object:
    try:
        hash(condition)
    except TypeError:  # it holds a caller's calendar that does not hash
        return id(condition)
    return condition


def _tested(condition: Condition, facts: dict[str, Any]) -> tuple[bool | None, str]:
    """Return the answer of a single test; None with the reason where it is not known."""
    if not condition.fields or condition.reads_hours:
        return None, f"{condition} cannot be read"
    read = [_read(path, facts) for path in condition.fields]
    seen, is_whole = next((pair for pair in read if pair[0] is ANY), read[0])
    if seen is not ANY:
        try:
            return condition.test(facts, SAMPLE), ""
        except InvalidValueError:
            return None, f"{condition} cannot be tested on {seen!r}"
    if not isinstance(condition, FieldTest):
        return None, f"{condition} is not known for every value of {', '.join(condition.fields)}"
    if is_whole and condition.op == "present":
        return True, ""
    if is_whole and condition.op in ("equals", "is_in"):
        return False, ""  # ANY is a value other than those mentioned
    return None, f"{condition} is a match of text, or of an order that is not known"


def _read(path: str, facts: dict[str, Any]) -> tuple[object, bool]:
    """Return what a path holds, and whether it was read to its end."""
    value: Any = facts
    steps = path.split(".")
    for step in steps:
        if value is None:
            return None, True
        if value is ANY:
            return ANY, False
        value = value.get(step) if isinstance(value, Mapping) else getattr(value, step, None)
    return value, True


def _may_hold(condition: Condition, facts: dict[str, Any], free: dict[object, str]) -> bool:
    """Return whether some outcome of the unknown tests satisfies the condition."""
    # A decisive part may have hidden further unknown tests: collect them all.
    _collect_free(condition, facts, free)
    if len(free) > _FREE_LIMIT:
        return True
    return any(
        _holds(condition, facts, {}, dict(zip(free, outcome, strict=True)))
        for outcome in product((True, False), repeat=len(free))
    )


def _collect_free(condition: Condition, facts: dict[str, Any], free: dict[object, str]) -> None:
    for leaf in condition.leaves():
        _holds(leaf, facts, free, {})
