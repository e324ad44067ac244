"""Read and write the lifecycles of a desk file: a preset with changes, or a full definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from incidentcore.conditions import Condition
from incidentcore.desk.calendar_form import PLAIN_CALENDAR
from incidentcore.desk.findings import found
from incidentcore.desk.forms import (
    Form,
    Key,
    Table,
    by_shape,
    list_of,
    or_code,
    simple,
    table_of,
    word,
)
from incidentcore.desk.holiday_form import FLAG, TEXT, TEXTS
from incidentcore.desk.parts import AutoClose
from incidentcore.desk.reading import BROKEN, Path, Reading, whole
from incidentcore.desk.rules_form import DAYS_FORM, EVERY
from incidentcore.desk.when import FIELD, WHEN
from incidentcore.desk.words import WrongError, need_data, one_of
from incidentcore.errors import DefinitionError
from incidentcore.lifecycle import (
    STANDARD,
    EveryLinked,
    InputField,
    Lifecycle,
    ReopenWindow,
    Transition,
)
from incidentcore.lifecycle.presets import DIALECTS
from incidentcore.lifecycle.tools import TOOLS
from incidentcore.lifecycle.transition import input_named
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.values import FrozenMap, State

_READY: Final = (*DIALECTS, *TOOLS)
_BASE: Final = Form(
    TEXT.read, {"type": "string", "examples": ["standard", *(one.id for one in _READY)]}
)
_STATE: Final = Table(
    (
        Key("name", TEXT, "Its name."),
        Key("open", FLAG, "Whether work is still to be done.", False),
        Key("pauses", FLAG, "Whether clocks pause.", False),
        Key("resolved", FLAG, "Whether it is resolved.", False),
        Key("final", FLAG, "Whether the lifecycle has ended.", False),
    ),
    State,
)
_INPUT: Final = Table(
    (
        Key("name", TEXT, "Its name."),
        Key("target", TEXT, "The field that it sets.", None),
        Key("required", FLAG, "Whether it is required.", True),
        Key("choices", TEXTS, "The values that it accepts.", ()),
    ),
    lambda name, target, required, choices: InputField(
        name, target or name, required=required, choices=choices
    ),
)
_WINDOW: Final = Table(
    (
        Key("reopen_within", DAYS_FORM, "How long after the resolution.", attribute="within"),
        Key("calendar", PLAIN_CALENDAR, "The calendar to count in.", None),
        Key("exempt", TEXTS, "Roles that may always reopen.", ()),
    ),
    ReopenWindow,
)


def _input_word(value: InputField, writing: Any) -> Any:
    is_plain = value.required and not value.choices
    if is_plain and value.name == value.target.removeprefix("custom."):
        return value.target
    return _INPUT.write(value, writing)


_ASKED: Final = by_shape(
    _INPUT.read, text=lambda data, reading, path: input_named(TEXT.read(data, reading, path))
)


def _guard(data: Any, reading: Reading, path: Path) -> Any:
    if "reopen_within" in data:
        return _WINDOW.read(data, reading, path)
    if set(data) == {"every"}:
        return EVERY.read(data["every"], reading, (*path, "every"))
    return WHEN.read(data, reading, path)


_GUARD: Final = or_code(
    by_shape(WHEN.read, table=_guard),
    {
        ReopenWindow: _WINDOW.write,
        EveryLinked: lambda value, writing: {"every": EVERY.write(value, writing)},
        Condition: WHEN.write,
    },
    {},
)


def _priority_word(value: Any, writing: Any) -> Any:
    return True if value == writing.desk.priority else writing.code(value)


def _late(_: Any, /) -> None:
    """Return nothing: a placeholder until [priority] is read."""


def with_priority(lifecycles: tuple[Lifecycle, ...], policy: Any) -> tuple[Lifecycle, ...]:
    """Return lifecycles in which those that recompute the priority use the desk's policy."""
    return tuple(
        attrs.evolve(one, priority_policy=policy) if one.priority_policy is _late else one
        for one in lifecycles
    )


_RECOMPUTES: Final = or_code(simple('true, false, or { code = "name" }', bool).read, {}, {})
_PLAIN: Final = {"opens_with": (), "migrates": FrozenMap[str](), "priority_policy": None}
_LATER: Final = tuple(_PLAIN)  # beside states and transitions
_ANY: Final = Form(
    lambda data, _, __: data,
    {},
    lambda value, _: sorted(value) if isinstance(value, frozenset) else value,
)


def _row_part(row: Transition, key: Key) -> Any:
    value = getattr(row, key.attribute)
    if key.name == "to":
        return value.name
    if key.name == "guard_name" and value == attrs.evolve(row, guard_name="").guard_name:
        return ""
    return dict(value) if key.name == "sets" else value


_TRANSITION: Final = Table(
    (
        Key("action", TEXT, "The action."),
        Key("from", TEXTS, "The states in which it can be done.", attribute="sources"),
        Key("to", TEXT, "The state that it leads to.", attribute="target"),
        Key("fields", list_of(Form(_ASKED, {}, _input_word)), "The fields that it takes.", ()),
        Key("guard", _GUARD, "When it is allowed.", None),
        Key("guard_name", TEXT, "The guard's name in refusals.", ""),
        Key("sets", table_of(_ANY), "Fields that it sets itself.", {}),
    ),
    dict,
    _row_part,
)
_BASIS: Final = word("resolved_at", "updated_at")
_LIFECYCLE: Final = Table(
    (
        Key("base", _BASE, 'A ready-made lifecycle, such as "servicenow_incident".', None),
        Key("id", TEXT, "Its id, if there is no base.", None),
        Key("version", TEXT, "Its version.", "1"),
        Key("initial", TEXT, "The initial state; the first one by default.", None),
        Key("states", list_of(_STATE), "Its states.", ()),
        Key("transitions", list_of(_TRANSITION), "Its transitions.", ()),
        Key("hold_reasons", TEXTS, "The reasons for a hold.", ()),
        Key("reopen_within", DAYS_FORM, "How long after the resolution it may reopen.", None),
        Key("opens_with", list_of(FIELD), "Fields that an opening must have.", None),
        Key("migrates", table_of(TEXT), "The new state for each state of another.", None),
        Key(
            "recomputes",
            Form(_RECOMPUTES.read, {"type": ["boolean", "object"]}, _priority_word),
            "Whether changes compute the priority again, by [priority] or by code.",
            False,
            "priority_policy",
        ),
        Key("close_after", DAYS_FORM, "How long after close_since a record is closed.", None),
        Key("close_since", _BASIS, "The time to count from.", "resolved_at"),
        Key("close_major", FLAG, "Whether major incidents are closed too.", False),
        Key("calendar", PLAIN_CALENDAR, "The calendar of reopen_within and close_after.", None),
    ),
    dict,
    lambda values, key: values.get(key.attribute, key.default),
)


def _presets(record_type: str) -> dict[str, Lifecycle]:
    known = {"standard": STANDARD[record_type]}
    known.update({one.id: one for one in _READY if one.record_type == record_type})
    return known


def _lifecycles(data: Any, reading: Reading, path: Path) -> dict[str, Any]:
    """Return the lifecycles and auto-closes of a file by record type; register them for conditions.

    Guards refer to states and hold reasons, also of other types, so these are registered first.
    """
    need_data(data, Mapping, "[lifecycle.TYPE] tables")
    for name, table in data.items():
        here = (*path, name)
        reading.names["lifecycles"][name] = reading.tried(here, _outline, table, reading, here)
    closes: dict[str, Any] = {}

    def one(table: Any, reading: Reading, path: Path) -> Lifecycle:
        record_type = one_of(str(path[-1]), STANDARD)
        found = _LIFECYCLE.read(table, reading, path)
        calendar, after = found["calendar"], found["close_after"]
        needs = (after, found["reopen_within"])
        if calendar is None and any(isinstance(span, BusinessDays) for span in needs):
            calendar = _first_calendar(reading, record_type)
        if after is not None:
            basis, major = found["close_since"], found["close_major"]
            closes[record_type] = AutoClose(
                after=after, calendar=calendar, basis=basis, major=major
            )
        lifecycle = _made(found, record_type, calendar)
        reading.names["lifecycles"][record_type] = lifecycle
        return lifecycle

    made = reading.each(one, data.items(), path)
    own = tuple(one for name, one in made.items() if one != STANDARD[str(name)])
    return {"lifecycles": own, "auto_close": closes}


LIFECYCLE: Final = Form(_lifecycles, table_of(_LIFECYCLE).schema)


def _outline(table: Any, reading: Reading, path: Path) -> Lifecycle:
    """Return a lifecycle as far as conditions refer to it: its states and hold reasons."""
    known = _presets(one_of(str(path[-1]), STANDARD))
    whole(BROKEN for name in _LIFECYCLE.need(table) if name not in _LIFECYCLE.names)
    keys = [key for key in _LIFECYCLE.keys if key.name in ("base", "states", "hold_reasons")]
    values = {key.name: table[key.name] for key in keys if key.name in table}
    found = Table(keys, dict).read(values, reading, path)
    if not found["states"]:
        preset = known[one_of(found["base"] or "standard", known)]
        return _changed(preset, found["hold_reasons"], None, None)
    states = {state.name: State(state.name, open=True) for state in found["states"]}
    first = next(iter(states.values()))
    row = Transition("any", first, first, fields=("hold_reason",))  # reasons: any text for now
    return Lifecycle("o", str(path[-1]), states=states.values(), initial=first, transitions=(row,))


def _first_calendar(reading: Reading, record_type: str) -> Calendar:
    calendars: dict[str, Calendar] = {**reading.names["plain_calendars"]}
    del calendars["always"]
    for name, calendar in calendars.items():
        whole((calendar,))
        if len(calendars) > 1:
            data = {"calendar": name, "count": len(calendars), "key": "calendar"}
            reading.assumed.append(found("first_calendar", f"lifecycle.{record_type}", **data))
        return calendar
    reading.need_section("calendars")
    raise WrongError("business days", "calendar = the calendar in which they count")


def _made(found: dict[str, Any], record_type: str, calendar: Any) -> Lifecycle:
    known = _presets(record_type)
    if found["states"]:
        if found["base"] is not None:
            raise WrongError(found["base"], "either base, or states and transitions")
        lifecycle = _full(found, record_type)
    else:
        lifecycle = known[one_of(found["base"] or "standard", known)]
    changed = _changed(lifecycle, found["hold_reasons"], found["reopen_within"], calendar)
    stated = {name: found[name] for name in _LATER if found[name] not in (None, False)}
    if stated.get("priority_policy") is True:
        stated["priority_policy"] = _late  # [priority] is read later
    return attrs.evolve(changed, **stated) if stated else changed


def _full(found: dict[str, Any], record_type: str) -> Lifecycle:
    states = {state.name: state for state in found["states"]}
    initial = found["initial"] or found["states"][0].name
    one_of(initial, states, "one of the states {}")
    rows = []
    for row in found["transitions"]:
        for name in (*row["sources"], row["target"]):
            one_of(name, states, "one of the states {}")
        rows.append(Transition(**{**row, "target": states[row["target"]]}))
    return Lifecycle(
        found["id"] or f"desk_{record_type}",
        record_type,
        states=tuple(states.values()),
        initial=states[initial],
        transitions=rows,
        version=found["version"],
    )


def _changed(lifecycle: Lifecycle, reasons: Any, within: Any, calendar: Any) -> Lifecycle:
    """Return a lifecycle with hold reasons and a reopen window of the desk's own."""
    rows = lifecycle.transitions
    if reasons:
        rows = tuple(
            attrs.evolve(
                row,
                fields=tuple(
                    attrs.evolve(one, choices=reasons) if one.target == "hold_reason" else one
                    for one in row.fields
                ),
            )
            for row in rows
        )
    if within is not None:
        window = ReopenWindow(within, calendar)
        if not any(row.action == "reopen" for row in rows):
            raise WrongError("reopen_within", "a lifecycle with the action reopen")
        rows = tuple(
            attrs.evolve(row, guard=window, guard_name="") if row.action == "reopen" else row
            for row in rows
        )
    return lifecycle if rows is lifecycle.transitions else attrs.evolve(lifecycle, transitions=rows)


def lifecycle_table(lifecycle: Lifecycle | None, close: Any, writing: Any) -> dict[str, Any]:
    """Return a lifecycle and the auto-close rule of its records as a table of a desk file."""
    values = {} if lifecycle is None else _as_preset(lifecycle, close) or _in_full(lifecycle)
    if close is not None:
        values |= {"close_after": close.after, "close_since": close.basis}
        values |= {"close_major": close.major, "calendar": close.calendar}
    return _LIFECYCLE.write(values, writing)


def _as_preset(lifecycle: Lifecycle, close: Any) -> dict[str, Any] | None:
    """Return a preset and its changes that make a lifecycle; None if there is none."""
    guard = next((row.guard for row in lifecycle.transitions if row.action == "reopen"), None)
    within = calendar = None
    if isinstance(guard, ReopenWindow) and (close is None or guard.calendar == close.calendar):
        within, calendar = guard.within, guard.calendar  # a table states one calendar
    asked = [
        one for row in lifecycle.transitions for one in row.fields if one.target == "hold_reason"
    ]
    reasons = tuple(map(str, asked[0].choices)) if asked else ()
    later = {name: getattr(lifecycle, name) for name in _LATER}
    for name, preset in _presets(lifecycle.record_type).items():
        for some in ((), reasons):
            try:
                made = _changed(preset, some, within, calendar)
                is_same = attrs.evolve(made, **later) == lifecycle
            except (WrongError, DefinitionError):
                continue  # it lacks a state or action that the lifecycle has
            if is_same:
                return {
                    "base": None if name == "standard" else name,
                    "hold_reasons": some,
                    "reopen_within": within,
                    "calendar": calendar,
                    **{key: value for key, value in later.items() if value != getattr(made, key)},
                }
    return None


def _in_full(lifecycle: Lifecycle) -> dict[str, Any]:
    later = {name: getattr(lifecycle, name) for name in _LATER}
    return {
        "id": lifecycle.id,
        "version": lifecycle.version,
        "initial": None if lifecycle.initial == lifecycle.states[0] else lifecycle.initial.name,
        "states": lifecycle.states,
        "transitions": lifecycle.transitions,
        **{key: value for key, value in later.items() if value != _PLAIN[key]},
    }
