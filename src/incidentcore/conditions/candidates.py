"""Values that cover a field: enough to try a condition on every case that it distinguishes.

Each field that a condition reads gets a few values, chosen so that any value the field may have
gives the same test results as one of them: the values mentioned, those next to them, another one,
and no value. If that is not certain, as when text is matched, ``ANY`` represents an unknown value.
Conditions of other types define their own values; see ``Condition.candidates``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.conditions.condition import Condition
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.neighbors import (
    ANY,
    LIMIT,
    ORDERED,
    UNKNOWN,
    Candidate,
    TooManyError,
    fresh_text,
    is_stepped,
    moments_beside,
    numbers_beside,
    of_type,
    paths_of,
    sets_of,
)
from incidentcore.values import Actor, FrozenMap, Level, State
from incidentcore.values.scales import SCALES

# What is known of the fields of records and events, independent of any rule.
_ALWAYS_THERE: Final = frozenset(
    (
        *("id", "state", "lifecycle", "title", "description", "opened_by", "source", "category"),
        *("tags", "custom", "links", "opened_at", "updated_at", "acknowledged", "record_type"),
        *("at", "by", "recorded_at", "sequence", "kind", "reopen_count", "reassignment_count"),
        *(
            "escalation_count",
            "agent_reply_count",
            "requester_message_count",
            "actor",
            "known_error",
        ),
    )
)
_FLAGS: Final = frozenset(("acknowledged", "known_error"))
_TEXTS: Final = frozenset(("id", "title", "description", "source", "record_type", "kind", "name"))
_PATHS: Final = frozenset(("category",))
_SETS: Final = frozenset(("tags", "links"))
_STATES: Final = frozenset(("state",))
_ACTORS: Final = frozenset(("by", "opened_by", "actor"))
_SMALLEST: Final = {
    "sequence": 1,
    "support_tier": 1,
    **dict.fromkeys((name for name in _ALWAYS_THERE if name.endswith("_count")), 0),
}
_STATE_FLAGS: Final = (
    {"open": True},
    {"open": True, "pauses": True},
    {"resolved": True},
    {"resolved": True, "final": True},
    {"final": True},
)
_EQUALITY: Final = ("equals", "is_in")
_ORDER: Final = ("above", "at_least", "below", "at_most")


def candidates_of(
    tests: Iterable[Condition], domains: Mapping[str, tuple[object, ...]]
) -> dict[str, list[Candidate]]:
    """Return the values to try for each field; raise ``TooManyError`` beyond the limit."""
    fields: dict[str, _Node] = {}
    for test in tests:
        for path in test.fields:
            first, *rest = path.split(".")
            node = fields.setdefault(first, _Node(first, first, domains))
            for step in rest:
                node = node.child(step)
            if isinstance(test, FieldTest):
                node.tests.append(test)
            else:
                node.others.append(test)
    return {first: _unique(node.candidates()) for first, node in fields.items()}


@attrs.define
class _Node(SharedRepr):
    """A field, or a step below one, with its tests."""

    path: str
    step: str
    domains: Mapping[str, tuple[object, ...]]
    tests: list[FieldTest] = attrs.Factory(list)
    others: list[Condition] = attrs.Factory(list)  # of any other kind
    below: dict[str, _Node] = attrs.Factory(dict)

    def child(self, step: str) -> _Node:
        return self.below.setdefault(step, _Node(f"{self.path}.{step}", step, self.domains))

    def candidates(self) -> list[Candidate]:
        if self.path in self.domains:
            return [Candidate(value) for value in self.domains[self.path]]
        if self.others and not self.below:
            return self._of_others()
        mentioned = _mentioned(self.tests)
        is_root = self.path == self.step
        found: list[Candidate] = []
        if not (is_root and self.step in _ALWAYS_THERE):
            found.append(Candidate(None))
        if (is_root and self.step in _STATES) or of_type(mentioned, State):
            found += _states(mentioned, self.below, self.domains.get(f"{self.path}.name", ()))
        elif (is_root and self.step in _ACTORS) or of_type(mentioned, Actor):
            found += self._actors(mentioned)
        elif of_type(mentioned, Level):
            found += _levels(mentioned, self.below)
            found += [UNKNOWN] if self.others else []
        elif self.below or self.path == "custom":
            found += self._mapped(mentioned)
        else:
            found += _plain(self.step if is_root else "", self.step, self.tests, mentioned)
        return [candidate for candidate in found if self._fits(candidate.value)]

    def _of_others(self) -> list[Candidate]:
        """Return the values that tests of other types cover, and a value of which nothing is known.

        The latter is included only if the values of one test may not cover the outcomes of another.
        """
        found = []
        for test in self.others:
            values = test.candidates(self.path)
            found += [UNKNOWN] if values is None else [Candidate(value) for value in values]
        if len(self.others) > 1 or any(test.op != "present" for test in self.tests):
            found.append(UNKNOWN)
        return found

    def _fits(self, value: object) -> bool:
        """Return whether a value respects the known domains of the paths below it."""
        return all(
            getattr(value, step, None) in self.domains[child.path]
            for step, child in self.below.items()
            if child.path in self.domains and isinstance(value, (State, Actor, Level))
        )

    def _actors(self, mentioned: list[Any]) -> list[Candidate]:
        choices = []
        for part in ("id", "role"):
            values = {getattr(actor, part): None for actor in of_type(mentioned, Actor)}
            values.update(dict.fromkeys(self.domains.get(f"{self.path}.{part}", ())))
            if part in self.below:
                below = [each.value for each in self.below[part].candidates()]
                values.update({each: None for each in of_type(below, str) if each})
            choices.append([*values, fresh_text(values)])
        actors = [Candidate(Actor(*chosen)) for chosen in product(*choices)]
        return [*actors, *([UNKNOWN] if _matched_below(self.below) else [])]

    def _mapped(self, mentioned: list[Any]) -> list[Candidate]:
        """Return mappings with every combination of values that the steps below may have."""
        steps = list(self.below)
        choices = [_unique(self.below[step].candidates()) for step in steps]
        _check(choices)
        found = [Candidate(value) for value in mentioned]
        if any(test.op not in (*_EQUALITY, "present") for test in self.tests):
            found.append(UNKNOWN)
        for chosen in product(*choices):
            entries = {
                step: candidate.value
                for step, candidate in zip(steps, chosen, strict=True)
                if candidate.value is not None
            }
            certain = all(candidate.certain for candidate in chosen)
            found.append(Candidate(FrozenMap(entries), certain))
            if self.tests:
                found.append(Candidate(FrozenMap({**entries, fresh_text(steps): True}), certain))
        return found


def _mentioned(tests: list[FieldTest]) -> list[Any]:
    """Return the values that the field as a whole is compared with."""
    found: list[Any] = []
    for test in tests:
        if test.op == "equals" or test.op in _ORDER:
            found.append(test.value)
        elif test.op == "is_in":
            found.extend(test.value)  # type: ignore[arg-type]  # a collection, by FieldTest
    return [value for value in found if value is not None]


def _unique(candidates: list[Candidate]) -> list[Candidate]:
    """Return candidates without duplicates; 1, 1.0 and True are distinct."""
    seen: dict[tuple[type, str], Candidate] = {}
    for candidate in candidates:
        key = (type(candidate.value), repr(candidate.value))
        if key not in seen or (candidate.certain and not seen[key].certain):
            seen[key] = candidate
    return list(seen.values())


def _check(choices: Iterable[list[Candidate]]) -> None:
    number = 1
    for choice in choices:
        number *= len(choice)
        if number > LIMIT:
            raise TooManyError


def _states(
    mentioned: list[Any], below: Mapping[str, _Node], known_names: Iterable[object]
) -> list[Candidate]:
    known = of_type(mentioned, State)
    names = {state.name: None for state in known}
    matched = _matched_below(below)
    names.update(dict.fromkeys(_names_below(below)))
    names.update(dict.fromkeys(filter(None, of_type(known_names, str))))
    built = [State(name, **flags) for name in (*names, fresh_text(names)) for flags in _STATE_FLAGS]
    return [*(Candidate(state) for state in (*known, *built)), *([UNKNOWN] if matched else [])]


def _names_below(below: Mapping[str, _Node]) -> list[str]:
    tests = below["name"].tests if "name" in below else []
    return list(filter(None, of_type(_mentioned(tests), str)))


def _matched_below(below: Mapping[str, _Node]) -> bool:
    """Return whether a step below is tested for anything but equality."""
    return any(
        node.others or any(test.op not in (*_EQUALITY, "present") for test in node.tests)
        for node in below.values()
    )


def _levels(mentioned: list[Any], below: Mapping[str, _Node]) -> list[Candidate]:
    """Return the levels of the scales mentioned; of an unknown scale also possible others."""
    levels = of_type(mentioned, Level)
    found = [Candidate(level) for level in levels]
    for scale_id in {level.scale for level in levels}:
        mine = [level for level in levels if level.scale == scale_id]
        scale = SCALES.get(scale_id)
        if scale is not None and all(level in scale for level in mine):
            found += [Candidate(level) for level in scale]
            continue
        ranks = {level.rank for level in mine}
        names = _names_below(below)
        names.append(fresh_text([*names, *(level.name for level in mine)]))
        for rank in sorted({rank + step for rank in ranks for step in (-1, 0, 1)} - {0}):
            found += [Candidate(Level(scale_id, name, rank), certain=False) for name in names]
        if _matched_below(below):
            found.append(UNKNOWN)
    return found


def _plain(root: str, step: str, tests: list[FieldTest], mentioned: list[Any]) -> list[Candidate]:
    """Return values for a field without tests on the steps below it."""
    if root in _FLAGS:
        return [Candidate(True), Candidate(False)]
    found = [Candidate(value) for value in mentioned]
    texts = of_type(mentioned, str)
    parts = [item for test in tests for item in _parts(test)]
    orders = [test for test in tests if test.op in _ORDER]
    starts = [test.value for test in tests if test.op == "starts_with"]
    of_text = ("contains",) * bool(texts) + ("starts_with",) * (root not in _PATHS)
    matches = [
        test
        for test in tests
        if test.op == "has_text"
        or (test.op == "contains" and root in _TEXTS)
        or (test.op in of_text and isinstance(test.value, str))
    ]
    if of_type(mentioned, bool):
        found += [Candidate(True), Candidate(False)]
    found += numbers_beside(mentioned, _SMALLEST.get(root))
    found += moments_beside(mentioned)
    if matches or root in _TEXTS:
        # What a text begins with comes first in it, the longest of all before the others: then one
        # text fits them all, in any order of the tests.
        matches.sort(key=lambda test: (test.op != "starts_with", -len(str(test.value))))
        wanted = [str(test.value) for test in matches]
        words = [*texts, *wanted, " ".join(wanted)]
        found += [Candidate(word) for word in (*words, "", fresh_text(words))]
    if root in _PATHS or of_type([*mentioned, *starts], tuple):
        found += paths_of(starts, mentioned, parts)
    elif root in _SETS or (parts and root not in _TEXTS):
        found += sets_of(parts, mentioned)
    is_odd = len(of_type(mentioned, *ORDERED)) < len(mentioned)
    if not orders and any(test.op == "present" for test in tests):
        found.append(Candidate(""))  # a value, but an empty one
    if is_odd or not orders:  # an ordered field has nothing but what lies beside and between
        found.append(Candidate(_something_else(step, mentioned, parts)))
    if matches or (orders and is_odd) or not all(map(is_stepped, mentioned)):
        found.append(UNKNOWN)
    return [candidate for candidate in found if _is_of_kind(root, candidate.value)]


def _is_of_kind(root: str, value: object) -> bool:
    """Return whether a known field may hold a value of this type at all."""
    if value is ANY:
        return True
    if root in _SMALLEST:
        return value is None or (isinstance(value, int) and value >= _SMALLEST[root])
    kinds = ((_TEXTS, str), (_PATHS, tuple), (_SETS, frozenset))
    return all(root not in names or isinstance(value, kind) for names, kind in kinds)


def _parts(test: FieldTest) -> tuple[Any, ...]:
    if test.op == "contains":
        return (test.value,)
    return tuple(test.value) if test.op == "intersects" else ()  # type: ignore[arg-type]  # the same


def _something_else(step: str, mentioned: list[Any], parts: list[Any]) -> object:
    if step.endswith(("_at", "_since")) and not mentioned:
        return datetime(2000, 1, 1, tzinfo=UTC)
    if step.endswith("_count"):
        return max(of_type(mentioned, int), default=0) + 1
    return fresh_text([*mentioned, *parts])
