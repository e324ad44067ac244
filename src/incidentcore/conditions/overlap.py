"""Reasoning about conditions: whether two can hold at once, or one implies the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import product
from math import prod
from typing import Any, Final

import attrs

from incidentcore._checks import SharedRepr, need_each, need_kind
from incidentcore.conditions.candidates import candidates_of
from incidentcore.conditions.condition import Condition
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.instants import SAMPLE
from incidentcore.conditions.neighbors import ANY, LIMIT, Candidate, TooManyError
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.values import FrozenMap

_YES: Final = "yes"
_NO: Final = "no"
_UNKNOWN: Final = "unknown"
_NOT_SURE: Final = "it depends on a value that may not exist"
_FREE_LIMIT: Final = 10  # tests of unknown outcome that are still tried both ways


@attrs.frozen
class Proof(SharedRepr):
    """The answer to a question about conditions: yes, no or unknown.

    Attributes:
        answer: ``yes``, ``no`` or ``unknown``.
        witness: Field values that prove the answer because they satisfy the conditions (for
            ``implies``, only the first). You can pass them to ``Condition.matches``. None if no
            values can prove it.
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
        raise TypeError("a proof has three answers: use is_yes or is_no")


Domains = Mapping[str, Iterable[object]]


def satisfiable(condition: Condition, *, domains: Domains | None = None) -> Proof:
    """Return whether any field values (facts) satisfy a condition, as ``overlap`` does for two.

    A field that is compared with a level is assumed to hold levels of the same scale.
    """
    need_kind("condition", condition, Condition)
    leaves = tuple(condition.leaves())
    known = {path: tuple(values) for path, values in (domains or {}).items()}
    try:
        choices = candidates_of({_key(leaf): leaf for leaf in leaves}.values(), known)
    except TooManyError:
        return _too_many()
    if prod(map(len, choices.values())) > LIMIT:
        return _too_many()
    search = _Search(condition, leaves, choices)
    witness = search.walk(certain=True)
    if witness is not None:
        return Proof(_YES, FrozenMap(witness))
    return Proof(_UNKNOWN, reason=search.open_end) if search.open_end else Proof(_NO)


class _Search:
    """Tries candidates field by field, and leaves a branch as soon as the condition fails in it.

    Attributes:
        open_end: Why the first combination that may satisfy the condition is not a proof.
    """

    def __init__(
        self,
        condition: Condition,
        leaves: tuple[Condition, ...],
        choices: Mapping[str, list[Candidate]],
    ) -> None:
        self.open_end = ""
        self._condition = condition
        self._leaves = leaves  # held, so that an id stays that of its leaf
        self._choices = list(choices.items())
        self._facts: dict[str, Any] = {}
        self._chosen: list[int] = []
        places = {name: place for place, name in enumerate(choices)}
        self._roots = {
            id(leaf): sorted({places[path.partition(".")[0]] for path in leaf.fields})
            for leaf in leaves
        }
        self._answers: dict[tuple[int, int], bool | None] = {}

    def walk(self, *, certain: bool) -> dict[str, Any] | None:
        """Return the first facts certain to satisfy the condition, given what is chosen so far.

        Args:
            certain: Whether it must be certain that a record can have all that is chosen.
        """
        if not certain and self.open_end:
            return None
        answer = self._condition.judge(self._answer)
        if answer is False:
            return None
        rest = self._choices[len(self._chosen) :]
        if answer:  # for any value of the other fields
            others = [next((one for one in some if one.certain), None) for _, some in rest]
            if certain and None not in others:
                values = (one.value for one in others if one is not None)
                return self._facts | dict(zip((name for name, _ in rest), values, strict=True))
            self.open_end = self.open_end or _NOT_SURE
            return None
        if not rest:
            self._leave_open()
            return None
        name, candidates = rest[0]
        for place, candidate in enumerate(candidates):
            self._facts[name] = candidate.value
            self._chosen.append(place)
            found = self.walk(certain=certain and candidate.certain)
            self._chosen.pop()
            del self._facts[name]
            if found is not None:
                return found
        return None

    def _answer(self, leaf: Condition) -> bool | None:
        """Return the result of a simple test; None while a field of it is not chosen."""
        roots = self._roots.get(id(leaf))
        if roots is None or len(roots) > 1:
            chosen = all(path.partition(".")[0] in self._facts for path in leaf.fields)
            return _tested(leaf, self._facts)[0] if chosen else None
        if not roots or roots[0] >= len(self._chosen):
            return None
        key = (id(leaf), self._chosen[roots[0]])
        if key not in self._answers:
            self._answers[key] = _tested(leaf, self._facts)[0]
        return self._answers[key]

    def _leave_open(self) -> None:
        """Record that the condition may hold for what is chosen, if some test has some outcome."""
        if self.open_end:
            return
        free: dict[object, str] = {}
        _holds(self._condition, self._facts, free, {})
        if _may_hold(self._condition, self._facts, free):
            self.open_end = next(iter(free.values()), _NOT_SURE)


def _too_many() -> Proof:
    return Proof(_UNKNOWN, reason=f"more than {LIMIT} combinations")


def overlap(a: Condition, b: Condition, /, *, domains: Domains | None = None) -> Proof:
    """Return whether any field values (facts) satisfy two conditions at once.

    Args:
        a: One condition.
        b: The other.
        domains: All possible values of a field, for fields that have a fixed set of values, such as
            ``{"state": lifecycle.states}``.

    Returns:
        ``yes`` with facts that satisfy both, ``no``, or ``unknown`` with the reason: a custom
        function, opening hours, a text match, or more than 100,000 combinations to try.

    Fields are treated as independent of each other; for example, a resolution time may come with an
    open state. So ``no`` is certain, but after ``yes`` the facts may still never occur together in
    a record.

    >>> from incidentcore.conditions import overlap
    >>> from incidentcore.conditions.builder import field
    >>> from incidentcore.values import Impact
    >>> severe, mild = field("impact") >= Impact.MEDIUM, field("impact") <= Impact.MEDIUM
    >>> overlap(severe, mild).witness
    FrozenMap({'impact': Level(scale='impact', name='medium', rank=2)})
    """
    need_each("condition", (a, b), Condition)
    return satisfiable(a & b, domains=domains)


def implies(a: Condition, b: Condition, /, *, domains: Domains | None = None) -> Proof:
    """Return whether all field values (facts) that satisfy one condition also satisfy another.

    Args:
        a: The condition that implies the other.
        b: The condition that is implied.
        domains: All possible values of a field, as for ``overlap``.

    Returns:
        ``yes``, ``no`` with facts that satisfy only the first, or ``unknown`` with the reason.

    >>> from incidentcore.conditions import implies
    >>> from incidentcore.conditions.builder import field
    >>> implies(field("reopen_count") > 1, field("reopen_count") > 0).answer
    'yes'
    """
    need_each("condition", (a, b), Condition)
    against = satisfiable(a & ~b, domains=domains)
    if against.is_yes:
        return Proof(_NO, against.witness)
    return Proof(_YES) if against.is_no else against


def _holds(
    condition: Condition,
    facts: dict[str, Any],
    free: dict[object, str],
    assumed: Mapping[object, bool],
) -> bool | None:
    """Return the result for facts; None if it depends on tests of unknown outcome.

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
    """Return the result of a simple test; None with the reason if it is not known."""
    if not condition.fields or condition.reads_hours:
        return None, f"{condition} cannot be read"
    read = [_read(path, facts) for path in condition.fields]
    seen, is_whole = next((pair for pair in read if pair[0] is ANY), read[0])
    if seen is not ANY:
        try:
            return condition.test(facts, SAMPLE), ""
        except InvalidValueError:
            return None, f"{condition} cannot be tested on {seen!r}"
        except KeyError as error:
            asked = defaultdict[str, Any](lambda: None, facts)
            with suppress(Exception):
                condition.test(asked, SAMPLE)
            missing = ", ".join(sorted(asked.keys() - facts.keys()))
            if not missing:  # in a table of its own
                raise
            where, given = f"{type(condition).__name__}.fields", sorted(condition.fields)
            allowed = f"every field that test reads, among them {missing}"
            raise DefinitionError(where, given, allowed) from error
    if not isinstance(condition, FieldTest):
        return None, f"{condition} is not known for every value of {', '.join(condition.fields)}"
    if is_whole and condition.op == "present":
        return True, ""
    if is_whole and condition.op in ("equals", "is_in"):
        return False, ""  # ANY is a value other than those mentioned
    return None, f"{condition} is a match of text, or of an order that is not known"


def _read(path: str, facts: dict[str, Any]) -> tuple[object, bool]:
    """Return the value at a path, and whether the path could be read to its end."""
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
    for leaf in condition.leaves():
        _holds(leaf, facts, free, {})
    if len(free) > _FREE_LIMIT:
        return True
    return any(
        _holds(condition, facts, {}, dict(zip(free, outcome, strict=True)))
        for outcome in product((True, False), repeat=len(free))
    )
