"""Find conditions on fields that do not exist, or on values that a field never has (rule S10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from incidentcore._checks import is_number, nearest_names
from incidentcore.conditions import Condition
from incidentcore.conditions.access import reader
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.records import Event, Incident, Problem, ServiceRequest
from incidentcore.records.written import FAMILIES
from incidentcore.values import Actor, FrozenMap, Level, LintFinding, State
from incidentcore.words.words import Texts

FIELD_TEXTS: Final[Texts] = FrozenMap(
    {
        "unknown_field": "{path}: there is no field {name!r}; the nearest: {nearest}",
        "wrong_type": "{condition}: {path} is {allowed}, never {given}",
        "nested_values": "{condition}: is_in takes the values themselves, is_in(a, b), not a list",
        "unknown_value": "{condition}: {path} is never {given}; the nearest: {nearest}",
        "unknown_kind": "{condition}: there is no kind of event {given}; the nearest: {nearest}",
    }
)
"""The text of each code; a translation is another table."""

_ORDERED: Final = ("equals", "is_in", "above", "at_least", "below", "at_most")
_SHOWN: Final[dict[type, str]] = {
    str: "text",
    bool: "True or False",
    int: "a number",
    datetime: "an aware datetime",
    Level: "a level such as Priority.HIGH; its name is a field below it",
    State: "a State; its name is a field below it",
    Actor: "an Actor; its id and role are fields below it",
    tuple: 'a path such as ("network", "vpn")',
}


def field_findings(
    conditions: Iterable[Condition], subject: str, domains: Mapping[str, Iterable[object]] | None
) -> tuple[LintFinding, ...]:
    """Return the errors in the record fields that conditions read, and in words of ``domains``."""
    known = _known((Incident, Problem, ServiceRequest))
    return tuple(dict.fromkeys(_findings(conditions, subject, known, domains or {})))


def event_findings(condition: Condition, subject: str) -> tuple[LintFinding, ...]:
    """Return the errors in the event fields that a condition reads."""
    events = FAMILIES[Event]
    domains = {"kind": {getattr(event, "kind", "") for event in events}}
    known = {"kind": (str,), **_known(events)}
    return tuple(dict.fromkeys(_findings([condition], subject, known, domains)))


def _known(classes: Iterable[type]) -> dict[str, tuple[type, ...]]:
    """Return the fields of several classes, each with the types of its values."""
    known: dict[str, tuple[type, ...]] = {}
    for cls in classes:
        for name, kinds in _fields_of(cls).items():
            known[name] = (*known.get(name, ()), *kinds)
    return known


def _findings(
    conditions: Iterable[Condition],
    subject: str,
    known: Mapping[str, tuple[type, ...]],
    domains: Mapping[str, Iterable[object]],
) -> Iterator[LintFinding]:
    for leaf in (leaf for condition in conditions for leaf in condition.leaves()):
        for path in sorted(leaf.fields):
            first, *rest = path.split(".")
            if first not in known:
                data = {"path": path, "name": first, "nearest": _nearest(first, known)}
                yield _found("unknown_field", subject, data)
                continue
            kinds: tuple[type, ...] = known[first]
            for step in rest:
                below = [kind for kind in kinds if kind in _BELOW]
                steps = {name: k for kind in below for name, k in _BELOW[kind].items()}
                if len(below) < len(kinds) or not below:
                    kinds = ()  # the caller's mapping, or a value of unknown type
                    break
                if step not in steps:
                    data = {"path": path, "name": step, "nearest": _nearest(step, steps)}
                    yield _found("unknown_field", subject, data)
                    kinds = ()
                    break
                kinds = (steps[step],)
            if isinstance(leaf, FieldTest) and leaf.op in _ORDERED:
                yield from _values(leaf, subject, kinds)
                if leaf.op in ("equals", "is_in") and (kinds or path in domains):
                    yield from _words(leaf, subject, domains)


def _values(leaf: FieldTest, subject: str, kinds: tuple[type, ...]) -> Iterator[LintFinding]:
    """Yield a finding where a test compares a field with a value of a type that it never has."""
    values = leaf.value if leaf.op == "is_in" else (leaf.value,)
    for value in values:  # type: ignore[attr-defined]  # a collection, by FieldTest
        if value is None or not kinds:
            continue
        if leaf.op == "is_in" and isinstance(value, tuple) and tuple not in kinds:
            yield _found("nested_values", subject, {"condition": str(leaf)})
            continue
        if (int in kinds and is_number(value)) or type(value) in kinds:
            continue
        if isinstance(value, kinds) and not isinstance(value, bool):
            continue
        allowed = " or ".join(_SHOWN.get(kind, kind.__name__) for kind in dict.fromkeys(kinds))
        data = {"condition": str(leaf), "path": leaf.path, "allowed": allowed, "given": repr(value)}
        yield _found("wrong_type", subject, data)


def _words(
    leaf: FieldTest, subject: str, domains: Mapping[str, Iterable[object]]
) -> Iterator[LintFinding]:
    """Yield a finding for each text that is not among all the values of a field."""
    path, first = leaf.path, leaf.path.partition(".")[0]
    there = domains.get(path) or (reader(path)({first: one}) for one in domains.get(first, ()))
    known = {value for value in there if isinstance(value, str)}
    values = leaf.value if leaf.op == "is_in" else (leaf.value,)
    for value in values:  # type: ignore[attr-defined]  # a collection, by FieldTest
        if known and isinstance(value, str) and value not in known:
            data = {"condition": str(leaf), "path": path, "given": value}
            code = "unknown_kind" if path == "kind" else "unknown_value"
            yield _found(code, subject, {**data, "nearest": _nearest(value, known)})


def _found(code: str, subject: str, data: Mapping[str, object]) -> LintFinding:
    return LintFinding(code, subject, data, texts=FIELD_TEXTS)


def _nearest(name: str, known: Iterable[str]) -> str:
    return ", ".join(nearest_names(name, known)) or "none"


@cache
def _fields_of(cls: type) -> dict[str, tuple[type, ...]]:
    """Return the fields of a class with the types of their values; no types if any may occur."""
    hints = get_type_hints(cls)
    return {each.name: _kinds_of(hints.get(each.name, Any)) for each in attrs.fields(cls)}


def _kinds_of(hint: Any) -> tuple[type, ...]:
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not type(None)]
        kinds = [_kinds_of(part) for part in parts]
        return tuple(kind for each in kinds for kind in each) if all(kinds) else ()
    origin = get_origin(hint) or hint
    if origin in (str, bool, int, datetime, Level, State, Actor, tuple):
        return (origin,)
    return ()


_BELOW: Final[dict[type, dict[str, type]]] = {
    State: {
        **{field.name: bool for field in attrs.fields(State) if field.name != "name"},
        "name": str,
        "is_closed": bool,
        "is_canceled": bool,
    },
    Level: {"scale": str, "name": str, "rank": int},
    Actor: {"id": str, "role": str},
}
"""The fields of the library's values, each with its type."""
