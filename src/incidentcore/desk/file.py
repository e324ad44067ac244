"""The desk file: a whole desk as TOML, or as the same form in JSON or a mapping."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidentcore.categorization import CategoryRule
from incidentcore.desk.calendar_form import (
    CALENDAR,
    calendar_table,
    read_calendars,
    write_calendars,
)
from incidentcore.desk.desk import Desk
from incidentcore.desk.escalation_form import ESCALATION
from incidentcore.desk.holiday_form import ENTRY, TEXT
from incidentcore.desk.import_form import IMPORT
from incidentcore.desk.lifecycle_form import LIFECYCLE, lifecycle_table, read_lifecycles
from incidentcore.desk.oncall_form import ON_CALL
from incidentcore.desk.parts import FIELD_KINDS, DeskField
from incidentcore.desk.priority_form import CATEGORY, PRIORITY, categories_of
from incidentcore.desk.reading import BROKEN, MISSING, Form, Path, Reading, list_of, table_of, whole
from incidentcore.desk.rules_form import APPROVAL, CASCADE, COMMUNICATION, INTAKE
from incidentcore.desk.service_form import (
    AGREEMENT,
    SERVICE,
    read_services,
)
from incidentcore.desk.toml import hint, line_numbers, write_toml
from incidentcore.desk.when import WHEN_SCHEMA, field_path
from incidentcore.desk.words import WrongError
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.instants import as_zone
from incidentcore.lifecycle import STANDARD
from incidentcore.priority import STANDARD_POLICY
from incidentcore.schedule import BusinessCalendar, Calendar, Holiday

__all__ = ["desk_mapping", "desk_schema", "dump_desk", "load_desk"]

VERSION: Final = 1
_LISTS: Final[dict[str, tuple[str, Form]]] = {
    "agreements": ("agreements", AGREEMENT.form),
    "escalation": ("escalation", ESCALATION),
    "communication": ("communication", COMMUNICATION),
    "approvals": ("approvals", APPROVAL.form),
    "cascades": ("cascades", CASCADE.form),
}
KEYS: Final = (
    *("desk", "name", "zone", "fields", "holidays", "calendars", "priority", "categories"),
    *("services", "agreements", "oncall", "escalation", "communication", "lifecycle"),
    *("approvals", "cascades", "intake", "import"),
)


def load_desk(
    text: str | bytes | Mapping[str, Any],
    /,
    *,
    code: Mapping[str, Callable[..., Any]] | None = None,
    files: Mapping[str, str] | None = None,
    source: str = "desk file",
) -> Desk:
    """Return the desk that a file describes.

    Args:
        text: The file as TOML; or its form as a mapping, from JSON or YAML for example.
        code: Callables that the file names with ``{ code = "name" }``.
        files: Texts of other files that it names, such as an iCalendar feed.
        source: What errors call the file.

    Raises:
        FormatError: Every fault of the file: line (where known), path, what is there, what is
            allowed, and the nearest names.

    >>> print(load_desk('''
    ... desk = 1
    ... name = "small"
    ... [services.all]
    ... calendar = "allways"
    ... resolution = { critical = "4h" }
    ... [[agreements]]
    ... service = "all"
    ... '''))
    Traceback (most recent call last):
    incidentcore.errors.FormatError: desk file, line 5: services.all.calendar: got 'allways'; \
allowed: a calendar of [calendars]: always; nearest: always
    """
    lines: dict[Path, int] = {}
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FormatError(f"{source}: is not UTF-8 text") from None
    if isinstance(text, str):
        try:
            data: Any = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            way_out = hint(text, str(error))
            raise FormatError(f"{source}: {error}{'; ' if way_out else ''}{way_out}") from None
        lines = line_numbers(text)
    elif isinstance(text, Mapping):
        data = _plain(text)
    else:
        raise InvalidValueError("text", type(text).__name__, "TOML text, or a mapping")
    reading = Reading(data, code=code or {}, files=files or {}, lines=lines, source=source)
    desk = reading.tried((), _read, reading)
    if reading.faults:
        raise FormatError(reading.faults[key] for key in sorted(reading.faults, key=_place(lines)))
    assert isinstance(desk, Desk)  # noqa: S101  without a fault it was built
    return desk


def _plain(data: Any) -> Any:
    """Return plain data with dicts and lists, as the parser of a text gives it."""
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(one) for one in data] if isinstance(data, (list, tuple)) else data


def _place(lines: Mapping[Path, int]) -> Callable[[tuple[Path, str]], tuple[int, str]]:
    def place(key: tuple[Path, str]) -> tuple[int, str]:
        path = key[0]
        known = (lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines)
        return next(known, 0), str(path)

    return place


def _read(reading: Reading) -> Desk | Any:
    data = reading.data
    for name in data:
        if name not in KEYS:
            reading.fault((name,), WrongError(name, f"the tables {', '.join(KEYS)}", KEYS))
    if data.get("desk") != VERSION:
        reading.fault(
            ("desk",), WrongError(data.get("desk"), f"desk = {VERSION}, the form's version")
        )
    name = reading.tried(("name",), TEXT.read, data.get("name", MISSING), reading, ("name",))
    zone = reading.tried(("zone",), as_zone, data.get("zone", "UTC"))
    reading.zone = zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")
    reading.names["priority"] = {"policy": STANDARD_POLICY, "scale": STANDARD_POLICY.scale}
    reading.names["lifecycles"] = dict(STANDARD)
    fields = reading.tried(("fields",), _fields, data.get("fields", {}), reading)
    reading.names["fields"] = {one.name: one for one in fields} if fields is not BROKEN else {}
    calendars = read_calendars(reading)
    made: dict[str, Any] = {"name": name, "zone": zone, "fields": fields, "calendars": calendars}
    lifecycle = data.get("lifecycle", {})
    found = reading.tried(("lifecycle",), read_lifecycles, lifecycle, reading)
    lifecycles, closes = ({}, {}) if found is BROKEN else found
    made["lifecycles"] = tuple(lifecycles.values())
    made["auto_close"] = closes

    def part(key: str, form: Form) -> Any:
        return reading.tried((key,), form.read, data[key], reading, (key,))

    if "priority" in data:
        made["priority"] = part("priority", PRIORITY)
    if "services" in data:
        made["services"] = reading.tried(("services",), read_services, data["services"], reading)
    schedules = part("oncall", table_of(ON_CALL)) if "oncall" in data else {}
    names = data.get("oncall", {})
    broken = dict.fromkeys(names if isinstance(names, Mapping) else (), BROKEN)
    reading.names["on_call"] = broken if schedules is BROKEN else schedules
    made["on_call"] = () if schedules is BROKEN else tuple(schedules.values())
    for key, (attribute, form) in _LISTS.items():
        if key in data:
            made[attribute] = part(key, list_of(form))
    if "categories" in data:
        found = reading.tried(("categories",), _categories, data["categories"], reading)
        made.update({} if found is BROKEN else found)
    if "intake" in data:
        made["intake"] = part("intake", INTAKE.form)
    if "import" in data:
        made["imports"] = part("import", IMPORT.form)
    unused = sorted(set(reading.code) - reading.used)
    if unused:
        reading.sources.append(f"code given and not used: {', '.join(unused)}")
    whole((BROKEN,) if reading.faults else ())
    return Desk(**made, sources=tuple(reading.sources))


def _fields(data: Any, reading: Reading) -> Any:
    if not isinstance(data, Mapping):
        raise WrongError(data, 'fields = { NAME = "bool" }')
    kinds = tuple(kind for kind in FIELD_KINDS if kind != "word")

    def one(kind: Any, _: Reading, path: Path) -> DeskField:
        name = str(path[-1])
        if isinstance(kind, list) and kind and all(isinstance(word, str) for word in kind):
            return DeskField(name, "word", tuple(kind))
        if kind not in kinds:
            raise WrongError(kind, f"one of {', '.join(kinds)}, or a list of words", kinds)
        return DeskField(name, kind)

    return tuple(reading.each(one, data.items(), ("fields",)).values())


def _categories(data: Any, reading: Reading) -> dict[str, Any]:
    path: Path = ("categories",)
    if not isinstance(data, Mapping) or not set(data) <= {"rules", "code"}:
        raise WrongError(data, "rules = [{ when, category, group, tier }], code = a name")
    rules = list_of(CATEGORY.form).read(data.get("rules", []), reading, (*path, "rules"))
    made = dict(zip(("categories", "routing"), categories_of(rules), strict=True))
    if "code" in data:
        made["categorizer"] = reading.callable({"code": data["code"]})
    return made


class Writing:
    """What is known while a desk is written: names of its calendars and callables.

    Args:
        desk: The desk.
        code: Names of callables.
    """

    def __init__(self, desk: Desk, code: Mapping[str, Any]) -> None:
        self.desk = desk
        self.code_names: dict[int, str] = {id(function): name for name, function in code.items()}
        self.lists: dict[str, Any] = {}
        self.calendar = ""
        self.named: dict[Any, str] = {BusinessCalendar.always(desk.zone): "always"}
        for name, calendar in desk.calendars.items():
            self.named.setdefault(calendar, name)

    def calendar_name(self, calendar: Calendar) -> Any:
        """Return the name of a calendar; its table where the desk has no name for it."""
        if calendar in self.named:
            return self.named[calendar]
        return calendar_table(calendar, self)

    def holidays(self, days: tuple[Holiday, ...]) -> Any:
        """Return holidays as the name of a list that is written once, or as the list."""
        form = list_of(ENTRY)
        entries = form.write(days, self)
        if not self.calendar:
            return entries
        for name, known in self.lists.items():
            if known == entries:
                return [name]
        self.lists[self.calendar] = entries
        return [self.calendar]

    def field_name(self, path: str) -> str:
        """Return what the file calls a field."""
        own = path.removeprefix("custom.")
        known = {one.name for one in self.desk.fields}
        plain = own if own in known else path
        try:  # a short name that means a field of records keeps its path
            return plain if field_path(plain, _names_of(self.desk)) == path else path
        except WrongError:
            raise DefinitionError("field", path, "a field of records, or one of fields") from None

    def code(self, function: object) -> dict[str, str]:
        """Return the reference to a callable."""
        name = self.code_names.get(id(function)) or getattr(function, "__name__", "")
        if not name:
            raise DefinitionError("code", function, "a callable named in dump_desk(desk, code=...)")
        return {"code": str(name)}


def _names_of(desk: Desk) -> Reading:
    reading = Reading({}, code={}, files={}, lines={}, source="")
    reading.names["fields"] = {one.name: one for one in desk.fields}
    return reading


def desk_mapping(desk: Desk, /, *, code: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a desk in the form of its file, as plain data: for JSON or YAML.

    Raises:
        DefinitionError: A part has no form in a desk file: a callable without a name, a
            calendar of your own.
    """
    writing = Writing(desk, code or {})
    data: dict[str, Any] = {"desk": VERSION, "name": desk.name, "zone": desk.zone.key}
    if desk.fields:
        data["fields"] = {
            one.name: list(one.words) if one.kind == "word" else one.kind for one in desk.fields
        }
    calendars = write_calendars(writing)
    writing.calendar = ""
    if writing.lists:
        data["holidays"] = writing.lists
    if calendars:
        data["calendars"] = calendars
    if desk.priority != STANDARD_POLICY:
        data["priority"] = PRIORITY.write(desk.priority, writing)
    rules = [_category(rule, writing) for rule in [*desk.categories, *desk.routing]]
    if rules or desk.categorizer is not None:
        data["categories"] = {"rules": rules} if rules else {}
        if desk.categorizer is not None:
            data["categories"]["code"] = writing.code(desk.categorizer)["code"]
    if desk.services:
        data["services"] = {one.name: SERVICE.write(one, writing) for one in desk.services}
    if desk.on_call:
        data["oncall"] = {one.name: ON_CALL.write(one, writing) for one in desk.on_call}
    for key, (attribute, form) in _LISTS.items():
        values = getattr(desk, attribute)
        if values:
            data[key] = [form.write(one, writing) for one in values]
    own = {one.record_type: one for one in desk.lifecycles}
    types = [name for name in STANDARD if name in own or name in desk.auto_close]
    if types:
        data["lifecycle"] = {
            name: lifecycle_table(own.get(name), desk.auto_close.get(name), writing)
            for name in types
        }
    if desk.intake is not None:
        data["intake"] = INTAKE.write(desk.intake, writing)
    if desk.imports:
        data["import"] = IMPORT.write(desk.imports, writing)
    return data


def _category(rule: Any, writing: Writing) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(CATEGORY.names)
    if isinstance(rule, CategoryRule):
        values["category"] = "/".join(rule.category)
    else:
        values.update(group=rule.group, tier=rule.tier)
    values.update(when=rule.when, name=rule.name)
    table = type(CATEGORY)(CATEGORY.keys, dict, lambda value, key: value[key.name])
    return table.write(values, writing)


def dump_desk(desk: Desk, /, *, code: Mapping[str, Any] | None = None) -> str:
    """Return a desk as the TOML text of a desk file.

    Dates of country holidays are written one by one, and what ``like`` inherited in full: keep
    editing the file that you wrote, and dump desks that were built in Python.

    Args:
        desk: The desk.
        code: Names for the callables that it holds.

    Returns:
        Text from which ``load_desk`` makes an equal desk.

    Raises:
        DefinitionError: As for ``desk_mapping``.
    """
    return write_toml(desk_mapping(desk, code=code))


def desk_schema() -> dict[str, Any]:
    """Return the JSON Schema of a desk file, for editors that complete and check TOML."""
    tables = table_of(CALENDAR).schema
    properties: dict[str, Any] = {
        "desk": {"const": VERSION},
        "name": {"type": "string"},
        "zone": {"type": "string", "description": "The zone of times that state none."},
        "fields": {"type": "object", "description": 'NAME = "bool", "text", "number", "instant"'},
        "holidays": {"type": "object"},
        "calendars": tables,
        "priority": PRIORITY.schema,
        "categories": {
            "type": "object",
            "properties": {
                "rules": {"type": "array", "items": CATEGORY.schema},
                "code": {"type": "string"},
            },
        },
        "services": {"type": "object", "additionalProperties": SERVICE.schema},
        "oncall": {"type": "object", "additionalProperties": ON_CALL.schema},
        **{key: {"type": "array", "items": form.schema} for key, (_, form) in _LISTS.items()},
        "lifecycle": LIFECYCLE.schema,
        "intake": INTAKE.schema,
        "import": IMPORT.schema,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Desk file",
        "type": "object",
        "properties": properties,
        "required": ["desk", "name"],
        "additionalProperties": False,
        "$defs": {"when": WHEN_SCHEMA},
    }
