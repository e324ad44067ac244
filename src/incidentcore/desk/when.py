"""Conditions as tables: ``{ priority = ["critical", "high"], vip = true }``, read and written.

All tests of a table must hold at once; ``any``, ``all`` and ``not`` compose tables. The name of a
custom field of the desk means ``custom.NAME``; a few short names are aliases of longer paths.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from incidentcore.conditions import AllOf, AnyOf, Condition, Opaque, field
from incidentcore.conditions.condition import Not
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.hours import OpenHours
from incidentcore.conditions.instants import AtInstant, LaterThan
from incidentcore.desk.forms import Form, level_of, simple, word
from incidentcore.desk.holiday_form import INSTANT, TEXT
from incidentcore.desk.parts import DeskField
from incidentcore.desk.reading import BROKEN, Path, Reading, whole
from incidentcore.desk.service import scale_of
from incidentcore.desk.when_text import FACTS, MAJOR, OPS, SETS, SHORT, plain_ops, write_when
from incidentcore.desk.words import ITEMS, WrongError, need_data, one_of, read_instant
from incidentcore.records.replay import RECORD_TYPES

_STATE: Final = ("state.open", "state.pauses", "state.resolved", "state.final", "state.is_canceled")
LEVELS: Final = ("impact", "urgency", "priority", "computed_priority", "priority_override")
_EVENT: Final = ("kind", "visibility", "channel", "audience", "text", "by.id", "by.role", "at")
_ALERT: Final = ("source", "key", "severity", "status", "title", "value", "at")
_RECORD: Final = (
    *sorted(FACTS),
    *(*_STATE, "state.name", "opened_by.id", "opened_by.role", "actor.id", "actor.role"),
    *(f"{level}.name" for level in LEVELS),
)
_PATHS: Final = {
    "event": {name: name for name in _EVENT},
    "alert": {name: name for name in _ALERT},
    "record": {name: name for name in _RECORD} | SHORT | {"major": "major_status"},
}
_FLAGS: Final = frozenset(("acknowledged", "known_error", "major"))
_KINDS: Final = {
    "bool": simple("true or false", bool),
    "number": simple("a number", int, float),
    "text": simple("a text", str),
    "instant": INSTANT,
}


def field_names(reading: Reading) -> dict[str, str]:
    """Return the paths of the fields that a condition may use, by name."""
    names = dict(_PATHS[reading.subject])
    for own in reading.names.get("fields", {}) if reading.subject == "record" else ():
        names[f"custom.{own}"] = f"custom.{own}"
        names.setdefault(own, f"custom.{own}")
    return names


def own_field(path: str, reading: Reading) -> DeskField | None:
    """Return the desk's own field of a path; None if the path is that of a field of records."""
    fields: Mapping[str, DeskField] = reading.names.get("fields", {})
    return fields.get(path.removeprefix("custom.")) if path.startswith("custom.") else None


def field_path(name: object, reading: Reading) -> str:
    """Return the path of a field by the name that the file uses."""
    names = field_names(reading)
    if name in tuple(names):
        path = names[str(name)]
        whole((own_field(path, reading),))
        return path
    if reading.subject == "alert" and str(name).partition(".")[0] in ("labels", "annotations"):
        return str(name)
    reading.need_section("fields")
    own = ", ".join(reading.names.get("fields", {}))
    allowed = f"a field of records, or one declared in fields{': ' if own else ''}{own}"
    if reading.subject != "record":
        allowed = f"a field of {reading.subject}s: {', '.join(names)}"
    raise WrongError(name, allowed, tuple(names))


def instant_path(name: object, reading: Reading) -> str:
    """Return the path of a field that holds an instant."""
    path = field_path(name, reading)
    if _kind(path, own_field(path, reading)) != "instant":
        raise WrongError(
            name, 'a field that holds an instant, such as opened_at or one = "instant"'
        )
    return path


def states_of(*lifecycles: Any) -> tuple[str, ...]:
    """Return the names of the states of some lifecycles, of which some may be BROKEN."""
    whole_ones = [one for one in lifecycles if one is not BROKEN]
    return tuple(dict.fromkeys(state.name for one in whole_ones for state in one.states))


def need_lifecycles(reading: Reading) -> None:
    """Raise ``BrokenError`` if the states and hold reasons of a lifecycle could not be read."""
    reading.need_section("lifecycle")
    whole(reading.names["lifecycles"].values())


def _reasons(lifecycles: Iterable[Any]) -> tuple[str, ...]:
    """Return every hold reason that a lifecycle offers; empty if one accepts any text."""
    found: dict[str, None] = {}
    for lifecycle in lifecycles:
        for transition in () if lifecycle is BROKEN else lifecycle.transitions:
            for asked in transition.fields:
                if asked.target == "hold_reason":
                    if not asked.choices:
                        return ()
                    found.update(dict.fromkeys(map(str, asked.choices)))
            if "hold_reason" in transition.sets:
                found[str(transition.sets["hold_reason"])] = None
    return tuple(found)


def _read(data: Any, reading: Reading, path: Path) -> Any:
    need_data(data, Mapping, 'a table such as { priority = "high" }')
    made = reading.each(
        lambda test, reading, path: _part(str(path[-1]), test, reading, path), data.items(), path
    )
    parts = [part for some in made.values() for part in some]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _part(name: str, test: Any, reading: Reading, path: Path) -> list[Any]:
    """Return the conditions that one key of a table defines; all of them must hold."""
    if name in ("any", "all"):
        need_data(test, ITEMS, f"{name} = [{{ ... }}, {{ ... }}]")
        parts = tuple(reading.each(_read, enumerate(test), path).values())
        return [AnyOf(parts) if name == "any" else AllOf(parts)]
    if name == "not":
        return [Not(_read(test, reading, path))]
    if name == "code":
        made = reading.callable(test)
        return [made if isinstance(made, Condition) else Opaque(str(test), made)]
    if name == "during":
        return [OpenHours(reading.named("plain_calendars", test, "a calendar of [calendars]"))]
    if _is_nested(name, test) and reading.subject == "record":
        made = reading.each(
            lambda value, reading, path: _tests(f"{name}.{path[-1]}", value, reading),
            test.items(),
            path,
        )
        return [one for some in made.values() for one in some]
    return _tests(name, test, reading)


def _is_nested(name: str, test: Any) -> bool:
    """Return whether TOML read a path without quotes, such as ``state.pauses``, as tables."""
    if not isinstance(test, Mapping):
        return False
    return name == "custom" or (name == "state" and bool(test) and not OPS.keys() & test.keys())


def _tests(name: str, test: Any, reading: Reading) -> list[Condition]:
    target = field_path(name, reading)
    if name == "major":
        return [MAJOR if _KINDS["bool"].read(test, reading, ()) else Not(MAJOR)]
    if not isinstance(test, Mapping):
        return [_plain(target, test, reading)]
    found: list[Condition] = []
    for op, value in test.items():
        one_of(op, OPS, "a value, a list of values, or {}")
        found.append(_compared(target, op, value, reading))
    if not found:
        raise WrongError(test, f"a test, such as {{ at_least = ... }}; one of {', '.join(OPS)}")
    return found


def _compared(target: str, op: str, value: Any, reading: Reading) -> Condition:
    if op == "later_than":
        return LaterThan(target, instant_path(value, reading))
    if op in ("present", "reached"):
        is_so = _KINDS["bool"].read(value, reading, ())
        if op == "reached":
            return AtInstant(target, "reached" if is_so else "before")
        return field(target).present() if is_so else field(target).missing()
    if op in ("text", "contains"):
        return FieldTest(target, OPS[op], TEXT.read(value, reading, ()))
    if op == "starts_with":
        return FieldTest(target, op, _category(value) if target == "category" else value)
    if op in ("from", "to"):
        return FieldTest(target, OPS[op], read_instant(value, reading.zone))
    return FieldTest(target, OPS[op], _value(target, value, reading))


def _plain(target: str, test: Any, reading: Reading) -> Condition:
    several = isinstance(test, ITEMS)
    items = need_data(test, ITEMS, "at least one value", least=1) if several else (test,)
    if target == "category":
        paths = tuple(FieldTest(target, "starts_with", _category(one)) for one in items)
        return AnyOf(paths) if several else paths[0]
    values = tuple(one if target in SETS else _value(target, one, reading) for one in items)
    of_one, of_several = plain_ops(target)
    return FieldTest(target, of_several, values) if several else FieldTest(target, of_one, *values)


def _category(value: Any) -> Any:
    need_data(value, (str, *ITEMS), 'a category such as "network/vpn"', least=1)
    is_text = isinstance(value, str)
    return tuple(part.strip() for part in value.split("/")) if is_text else tuple(value)


def _value(target: str, value: Any, reading: Reading) -> Any:
    """Return the value that a field is compared with, checked against the type of the field."""
    if reading.subject != "record":
        return value
    own = own_field(target, reading)
    allowed: tuple[str, ...] = ()
    level = target.removesuffix(".name")
    if level in LEVELS:
        scale = scale_of(reading.priority(), level)
        if target == level:
            return level_of(scale).read(value, reading, ())
        allowed = scale.names
    elif target in ("state.name", "hold_reason"):
        lifecycles = reading.names["lifecycles"].values()
        allowed = _reasons(lifecycles) if target == "hold_reason" else states_of(*lifecycles)
        if value not in allowed:
            need_lifecycles(reading)
    elif target == "record_type":
        allowed = tuple(RECORD_TYPES)
    elif own is not None:
        allowed = own.words
    form = word(*allowed) if allowed else _KINDS[_kind(target, own)]
    return form.read(value, reading, ())


def _kind(target: str, own: DeskField | None) -> str:
    if own is not None:
        return own.kind
    if target in _FLAGS or target in _STATE:
        return "bool"
    if target.endswith("_count") or target == "support_tier":
        return "number"
    if target.endswith("_at") or target in ("unanswered_since", "snoozed_until"):
        return "instant"
    return "text"


WHEN_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "All tests hold: FIELD = value, [values], or a table of comparisons.",
    "properties": {
        "any": {"type": "array", "items": {"$ref": "#/$defs/when"}},
        "all": {"type": "array", "items": {"$ref": "#/$defs/when"}},
        "not": {"$ref": "#/$defs/when"},
        "code": {"type": "string"},
        "during": {"type": "string"},
    },
}

FIELD: Final = Form(
    lambda data, reading, _: field_path(data, reading),
    {"type": "string"},
    lambda path, writing: writing.field_name(path),
)
INSTANT_FIELD: Final = Form(
    lambda data, reading, _: instant_path(data, reading), FIELD.schema, FIELD.write
)
WHEN: Final = Form(_read, {"$ref": "#/$defs/when"}, write_when)


def about(subject: str) -> Form:
    """Return the ``Form`` of a condition on something other than a record: an event or an alert."""

    def read(data: Any, reading: Reading, path: Path) -> Any:
        before, reading.subject = reading.subject, subject
        try:
            return _read(data, reading, path)
        finally:
            reading.subject = before

    return Form(read, WHEN.schema, WHEN.write)
