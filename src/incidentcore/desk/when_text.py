"""Write conditions in the form used in a desk file."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from incidentcore.conditions import (
    AllOf,
    AnyOf,
    AtInstant,
    Condition,
    FieldTest,
    LaterThan,
    Not,
    Opaque,
    OpenHours,
    field,
)
from incidentcore.errors import DefinitionError
from incidentcore.records import RECORD_TYPES
from incidentcore.values import Level

__all__ = ["FACTS", "MAJOR", "OPS", "SETS", "SHORT", "write_when"]

SHORT: Final = {"type": "record_type", "state": "state.name", "assigned_to": "assignee"}
_SHORT_OF: Final = {path: name for name, path in SHORT.items()}
MAJOR: Final = field("major_status").equals("accepted")
OPS: Final = {
    "above": "above",
    "below": "below",
    "at_least": "at_least",
    "at_most": "at_most",
    "from": "at_least",
    "to": "below",
    "contains": "contains",
    "starts_with": "starts_with",
    "text": "has_text",
    "present": "present",
    "reached": "reached",
    "later_than": "later_than",
}
FACTS: Final = frozenset(name for kind in RECORD_TYPES.values() for name in kind.default_facts())
SETS: Final = frozenset(("tags", "links"))


def write_when(condition: Condition, writing: Any) -> dict[str, Any]:
    """Return a condition as a table of a desk file."""
    parts = condition.parts if isinstance(condition, AllOf) else (condition,)
    if isinstance(condition, AllOf) and len(parts) == 1:
        return {"all": [write_when(parts[0], writing)]}
    table: dict[str, Any] = {}
    for part in parts:
        name, test = _written(part, writing)
        if name in table:
            last = next(reversed(table))
            known = table[name]
            if (
                name != last
                or not isinstance(known, dict)
                or not isinstance(test, dict)
                or set(known) & set(test)
                or name == "not"
            ):
                return {"all": [write_when(one, writing) for one in parts]}
            known.update(test)
        else:
            table[name] = test
    return table


def _written(part: Condition, writing: Any) -> tuple[str, Any]:
    if part == MAJOR:
        return "major", True
    if isinstance(part, Not):
        if part.part == MAJOR:
            return "major", False
        if isinstance(part.part, FieldTest) and part.part.op == "present":
            return _name(part.part.path, writing), {"present": False}
        return "not", write_when(part.part, writing)
    if isinstance(part, (AnyOf, AllOf)):
        name = "any" if isinstance(part, AnyOf) else "all"
        return name, [write_when(one, writing) for one in part.parts]
    if isinstance(part, Opaque):
        return "code", part.id
    if isinstance(part, OpenHours):
        return "during", writing.calendar_name(part.calendar)
    if isinstance(part, AtInstant):
        return _name(part.path, writing), {"reached": part.side == "reached"}
    if isinstance(part, LaterThan):
        return _name(part.path, writing), {"later_than": _name(part.other, writing)}
    if isinstance(part, FieldTest):
        return _name(part.path, writing), _test(part)
    raise DefinitionError("when", part, "a condition that a desk file can say")


def _name(path: str, writing: Any) -> str:
    if path.startswith("custom."):
        own = path.removeprefix("custom.")
        if all(own != one.name for one in writing.desk.fields):
            raise DefinitionError("when", path, "a field of records, or one of fields")
        if own in FACTS or own in SHORT or own in ("any", "all", "not", "code", "during", "major"):
            return path
        return own
    if path in {"state.name", "record_type"}:
        return _SHORT_OF[path]
    return path


def _test(part: FieldTest) -> Any:
    path, op, value = part.path, part.op, part.value
    if op == "present":
        return {"present": True}
    if path == "category" and op == "starts_with" and isinstance(value, tuple):
        text = "/".join(value)
        return text if tuple(text.split("/")) == value else {"starts_with": list(value)}
    plain = _plain_value(part, value)
    if op == "equals" and path not in SETS and path != "category":
        return plain
    if (op == "is_in" and path not in SETS and path != "category") or (
        op == "intersects" and path in SETS
    ):
        return plain
    if op == "contains" and path in SETS:
        return plain
    if op in ("at_least", "below") and isinstance(value, datetime):
        return {"from" if op == "at_least" else "to": plain}
    names = {known: name for name, known in OPS.items() if name not in ("from", "to")}
    if op not in names:
        raise DefinitionError(str(part), value, "a test that a desk file can say")
    return {names[op]: plain}


def _plain_value(part: FieldTest, value: object) -> Any:
    if isinstance(value, Level):
        return value.name
    if isinstance(value, (tuple, frozenset)):
        items = [_plain_value(part, one) for one in value]
        return sorted(items, key=str) if isinstance(value, frozenset) else items
    if isinstance(value, (str, bool, int, float, datetime, date)):
        return value
    raise DefinitionError(str(part), value, "a text, number, boolean or instant; test a name")
