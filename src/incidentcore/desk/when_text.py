"""Write conditions in the form used in a desk file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, Final

from incidentcore.conditions import AllOf, AnyOf, Condition, Opaque, field
from incidentcore.conditions.condition import Not
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.hours import OpenHours
from incidentcore.conditions.instants import AtInstant, LaterThan
from incidentcore.desk.parts import DeskField
from incidentcore.desk.words import writer_of
from incidentcore.errors import DefinitionError
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.values import Level

SHORT: Final = {"type": "record_type", "state": "state.name", "assigned_to": "assignee"}
_SHORT_OF: Final = {path: name for name, path in SHORT.items()}
MAJOR: Final = field("major_status").equals("accepted")
_SAME: Final = (
    *("above", "below", "at_least", "at_most", "contains", "starts_with", "present", "reached"),
    "later_than",
)
OPS: Final = {op: op for op in _SAME} | {"from": "at_least", "to": "below", "text": "has_text"}
FACTS: Final = frozenset(name for kind in RECORD_TYPES.values() for name in kind.default_facts())
_TAKEN: Final = (*SHORT, "any", "all", "not", "code", "during", "major")
SETS: Final = frozenset(("tags", "links"))


def plain_ops(path: str) -> tuple[str, str]:
    """Return which test of a field is written as a plain value, and which as a plain list."""
    return ("contains", "intersects") if path in SETS else ("equals", "is_in")


def write_when(condition: Condition, writing: Any) -> dict[str, Any]:
    """Return a condition as a table of a desk file."""
    if not isinstance(condition, AllOf):
        return dict((_written(condition, writing),))
    table = {} if len(condition.parts) == 1 else _joined(condition.parts, writing)
    if table or not condition.parts:
        return table
    return {"all": [write_when(one, writing) for one in condition.parts]}


def _joined(parts: Iterable[Condition], writing: Any) -> dict[str, Any]:
    """Return several conditions as one table; an empty one if two of them need the same key."""
    table: dict[str, Any] = {}
    for part in parts:
        name, test = _written(part, writing)
        if name in table:
            known = table[name]
            is_table = name != "not" and all(isinstance(one, dict) for one in (known, test))
            if name != next(reversed(table)) or not is_table or set(known) & set(test):
                return {}
            known.update(test)
        else:
            table[name] = test
    return table


def _not(condition: Not, writing: Any) -> tuple[str, Any]:
    part = condition.part
    if part == MAJOR:
        return "major", False
    if isinstance(part, FieldTest) and part.op == "present":
        return _name(part.path, writing), {"present": False}
    return "not", write_when(part, writing)


def _field_test(part: FieldTest, writing: Any) -> tuple[str, Any]:
    return ("major", True) if part == MAJOR else (_name(part.path, writing), _test(part))


def _by_code(part: Condition, writing: Any) -> tuple[str, Any]:
    """Write a condition of any other kind by the name under which it was passed."""
    if id(part) not in writing.code_names:
        raise DefinitionError("when", part, "a condition that a desk file can express")
    return "code", writing.code_names[id(part)]


_WRITERS: Final[dict[type, Callable[[Any, Any], tuple[str, Any]]]] = {
    Not: _not,
    AnyOf: lambda part, writing: ("any", [write_when(one, writing) for one in part.parts]),
    AllOf: lambda part, writing: ("all", [write_when(one, writing) for one in part.parts]),
    Opaque: lambda part, _: ("code", part.id),
    OpenHours: lambda part, writing: ("during", writing.calendar_name(part.calendar)),
    AtInstant: lambda part, writing: (
        _name(part.path, writing),
        {"reached": part.side == "reached"},
    ),
    LaterThan: lambda part, writing: (
        _name(part.path, writing),
        {"later_than": _name(part.other, writing)},
    ),
    FieldTest: _field_test,
    Condition: _by_code,
}


def _written(part: Condition, writing: Any) -> tuple[str, Any]:
    return writer_of(_WRITERS, part, "when", "a condition")(part, writing)


def _name(path: str, writing: Any) -> str:
    short = path in {"state.name", "record_type"}
    return _SHORT_OF[path] if short else own_name(path, writing.desk.fields)


def own_name(path: str, fields: Iterable[DeskField]) -> str:
    """Return the plain name of a field of the desk's own, if it means no other; else the path."""
    own = path.removeprefix("custom.")
    if own == path:
        return path
    if all(own != one.name for one in fields):
        raise DefinitionError("field", path, "a field of records, or one of fields")
    return path if own in FACTS or own in _TAKEN else own


def _test(part: FieldTest) -> Any:
    path, op, value = part.path, part.op, part.value
    if op == "present":
        return {"present": True}
    if path == "category" and op == "starts_with" and isinstance(value, tuple):
        text = "/".join(value)
        return text if tuple(text.split("/")) == value else {"starts_with": list(value)}
    plain = _plain_value(value, str(part))
    if path != "category" and op in plain_ops(path):
        return plain
    if op in ("at_least", "below") and isinstance(value, datetime):
        return {"from" if op == "at_least" else "to": plain}
    names = {known: name for name, known in OPS.items() if name not in ("from", "to")}
    if op not in names:
        raise DefinitionError(str(part), value, "a test that a desk file can express")
    return {names[op]: plain}


_PLAIN: Final[dict[type, Callable[[Any, str], Any]]] = {
    Level: lambda level, _: level.name,
    tuple: lambda items, where: [_plain_value(one, where) for one in items],
    frozenset: lambda items, where: sorted((_plain_value(one, where) for one in items), key=str),
    **dict.fromkeys((str, int, float, date), lambda value, _: value),
}


def _plain_value(value: object, where: str) -> Any:
    allowed = "a text, number, boolean or instant; test a name"
    return writer_of(_PLAIN, value, where, allowed)(value, where)
