"""Read and write the desk file: a whole desk as TOML, or in the same form as JSON or a mapping."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from os import PathLike
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidentcore._checks import need_kind
from incidentcore.desk.calendar_form import CALENDARS, calendar_table, write_calendars
from incidentcore.desk.desk import Desk
from incidentcore.desk.escalation_form import ESCALATION
from incidentcore.desk.forms import Form, Key, Table, by_shape, list_of, names_of, noted
from incidentcore.desk.holiday_form import ENTRY, LINE, TEXT
from incidentcore.desk.import_form import IMPORT
from incidentcore.desk.lifecycle_form import LIFECYCLE, lifecycle_table, with_priority
from incidentcore.desk.oncall_form import ON_CALL
from incidentcore.desk.parts import FIELD_KINDS, DeskField
from incidentcore.desk.priority_form import CATEGORIES, PRIORITY, read_matrix
from incidentcore.desk.reading import Path, Reading
from incidentcore.desk.rules_form import APPROVAL, CASCADE, COMMUNICATION, INTAKE
from incidentcore.desk.service_form import AGREEMENT, SERVICES
from incidentcore.desk.toml import hint, line_numbers, write_toml
from incidentcore.desk.when import WHEN_SCHEMA
from incidentcore.desk.when_text import FACTS, own_name
from incidentcore.desk.words import WrongError, need_data, one_of
from incidentcore.errors import DefinitionError, FormatError, InvalidValueError
from incidentcore.instants import as_zone
from incidentcore.lifecycle import STANDARD
from incidentcore.priority import STANDARD_POLICY
from incidentcore.schedule import BusinessCalendar, Calendar, Holiday
from incidentcore.values import FrozenMap

VERSION: Final = 1


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
        text: The file as TOML text, or its content as a mapping, for example from JSON or YAML.
        code: The callables that the file names with ``{ code = "name" }``, by name.
        files: The texts of files that the desk file names, such as iCalendar feeds, by name.
        source: The name of the file in error messages.

    Raises:
        FormatError: The file is invalid. The message lists every error with its line (if known),
            its path, the given value, what is allowed, and similar names.

    >>> from incidentcore.desk import load_desk
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
    desk: Desk = read_file(text, _read, code=code or {}, files=files or {}, source=source)
    return desk


def read_file(
    text: str | bytes | Mapping[str, Any],
    read: Callable[[Any, Reading], Any],
    *,
    code: Mapping[str, Callable[..., Any]],
    files: Mapping[str, str],
    source: str,
) -> Any:
    """Return the result of ``read`` for a file; all else is as for ``load_desk``."""
    lines: dict[Path, int] = {}
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
            said = f"byte 0x{byte:02x} is not UTF-8 text; save the file as UTF-8"
            raise FormatError(f"{source}, line {line}: {said}") from None
    if isinstance(text, str):
        try:
            data: Any = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            way_out = _of_path(text) or hint(text, str(error))
            raise FormatError(f"{source}: {error}{'; ' if way_out else ''}{way_out}") from None
        lines = line_numbers(text)
    elif isinstance(text, Mapping):
        data = _plain(text)
    else:
        allowed = "TOML text, or a mapping"
        if isinstance(text, PathLike):
            allowed += "; of a path pass Path(...).read_text('utf-8')"
        raise InvalidValueError("text", type(text).__name__, allowed)
    reading = Reading(data=data, code=code, files=files, lines=lines, source=source)
    made = reading.tried((), read, data, reading)
    if reading.faults:
        in_order = sorted(reading.faults, key=lambda fault: (reading.line(fault[0]), str(fault[0])))
        raise FormatError(reading.faults[fault] for fault in in_order)
    return made


def _of_path(text: str) -> str:
    """Return how to pass a file, for a text that is the name of one; otherwise empty."""
    name = text.strip()
    if "\n" in name or not name.casefold().endswith(".toml"):
        return ""
    return f"that looks like a path: pass Path({name!r}).read_text('utf-8')"


def _plain(data: Any) -> Any:
    """Return plain data as dicts and lists, as a parser would return it."""
    if isinstance(data, Mapping):
        return {str(key): _plain(value) for key, value in data.items()}
    return [_plain(one) for one in data] if isinstance(data, (list, tuple)) else data


def version_of(kind: str, version: int) -> Form:
    """Return the form of the version of a file of some kind."""

    def read(data: Any, _: Reading, __: Path) -> int:
        if data != version:
            raise WrongError(data, f"{kind} = {version}, the form's version")
        return version

    return Form(read, {"const": version})


def read_zone(data: Any, reading: Reading, _: Path) -> ZoneInfo:
    """Read the time zone of the times in a file."""
    reading.zone = as_zone(data)
    return reading.zone


def _field(kind: Any, _: Reading, path: Path) -> DeskField:
    kinds = [kind for kind in FIELD_KINDS if kind != "word"]
    return DeskField(str(path[-1]), one_of(kind, kinds, "one of {}, or a list of words"))


def _words(words: Any, reading: Reading, path: Path) -> DeskField:
    need_data(words, list, "a list of words", least=1)
    return DeskField(str(path[-1]), "word", list_of(LINE).read(words, reading, path))


_FIELD: Final = Form(
    by_shape(_field, items=_words),
    {"description": '"bool", "text", "number", "instant"'},
    lambda own, _: list(own.words) if own.kind == "word" else own.kind,
)
_AS_IT_IS: Final = Form(lambda data, _, __: data, {"type": "object"})
_DESK: Final = Table(
    (
        Key("desk", version_of("desk", VERSION), "desk = 1, the form's version."),
        Key("name", TEXT, "A text, the desk's name."),
        Key(
            "zone",
            Form(read_zone, {"type": "string"}, lambda zone, _: zone.key),
            "The zone of times that state none.",
            ZoneInfo("UTC"),
        ),
        Key("fields", noted("fields", names_of(_FIELD)), "Fields of the desk's own.", ()),
        Key("holidays", _AS_IT_IS, "Lists of holidays by name.", {}),
        Key("calendars", CALENDARS, "Calendars by name.", {}),
        Key("lifecycle", LIFECYCLE, "Lifecycles by type of record.", {}),
        Key("priority", PRIORITY, "How priorities are computed.", STANDARD_POLICY),
        Key("services", SERVICES, "The services.", ()),
        Key("oncall", noted("on_call", ON_CALL), "On-call schedules.", (), "on_call"),
        Key("agreements", list_of(AGREEMENT), "Who has which service.", ()),
        Key("categories", CATEGORIES, "Categories and groups.", {}),
        Key("escalation", list_of(ESCALATION), "Escalations.", ()),
        Key("communication", list_of(COMMUNICATION), "Updates.", ()),
        Key("approvals", list_of(APPROVAL), "Which requests need approval.", ()),
        Key("cascades", list_of(CASCADE), "What follows on linked records.", ()),
        Key("intake", INTAKE, "How alerts become incidents.", None),
        Key("import", IMPORT, "How exports are read.", FrozenMap(), "imports"),
    ),
    dict,
)


def begin(data: Any, reading: Reading) -> Any:
    """Register what a file may name without defining it; return its tables, calendars included."""
    reading.names["lifecycles"] = dict(STANDARD)
    reading.names["fields"] = reading.names["on_call"] = {}
    return {"calendars": {}, **data}  # read after the zone, which is that of "always"


def _read(data: Any, reading: Reading) -> Desk:
    data = begin(data, reading)
    read_matrix(reading)
    made = _DESK.read(data, reading, ())
    unused = sorted(set(reading.code) - reading.used)
    if unused:
        reading.sources.append(f"code given and not used: {', '.join(unused)}")
    for name in ("desk", "holidays"):
        del made[name]
    made.update(made.pop("lifecycle"))
    made["lifecycles"] = with_priority(made.get("lifecycles", ()), made["priority"])
    made.update(made.pop("categories"))
    if "zone" in data and made["zone"].key == "UTC" and "times" in made["imports"]:
        made["imports"] = {"zone": "UTC", **made["imports"]}  # stated, which the desk cannot tell
    return Desk(**made, sources=reading.sources, assumed=reading.assumed)


class Writing:
    """The context in which a desk file is written: the names of its calendars and callables."""

    def __init__(self, desk: Desk, code: Mapping[str, Any]) -> None:
        need_kind("desk", desk, Desk)
        self.desk = desk
        self.code_names: dict[int, str] = {id(function): name for name, function in code.items()}
        self.lists: dict[str, Any] = {}
        self.calendar = ""
        self.named: dict[Any, str] = {BusinessCalendar.always(desk.zone): "always"}
        for name, calendar in desk.calendars.items():
            self.named.setdefault(calendar, name)

    def calendar_name(self, calendar: Calendar) -> Any:
        """Return the name of a calendar, or its TOML table if the desk has no name for it."""
        if calendar in self.named:
            return self.named[calendar]
        return calendar_table(calendar, self)

    def holidays(self, days: tuple[Holiday, ...]) -> Any:
        """Return the name of a list of holidays that is written once, or the list itself."""
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
        """Return the name that the file uses for a field's path."""
        if path.partition(".")[0] not in (*FACTS, "custom"):
            raise DefinitionError("field", path, "a field of records, or one of fields")
        return own_name(path, self.desk.fields)

    def code(self, function: object) -> dict[str, str]:
        """Return ``{ code = name }`` for a callable, as plain data."""
        name = self.code_names.get(id(function)) or getattr(function, "__name__", "")
        if not name:
            raise DefinitionError("code", function, "a callable named in dump_desk(desk, code=...)")
        return {"code": str(name)}


def desk_mapping(desk: Desk, /, *, code: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a desk in the form of its file, as plain data; see ``dump_desk``."""
    writing = Writing(desk, code or {})
    calendars = write_calendars(writing)
    writing.calendar = ""
    values: dict[str, Any] = {key.name: getattr(desk, key.attribute, None) for key in _DESK.keys}
    own = {one.record_type: one for one in desk.lifecycles}
    values |= {
        "desk": VERSION,
        "holidays": writing.lists,
        "calendars": calendars,
        "lifecycle": {
            name: lifecycle_table(own.get(name), desk.auto_close.get(name), writing)
            for name in STANDARD
            if name in own or name in desk.auto_close
        },
        "categories": {},
    }
    rules = (*desk.categories, *desk.routing)
    if rules or desk.categorizer is not None:
        values["categories"] = {"rules": rules, "code": desk.categorizer}
    return _DESK.write(values, writing)


def dump_desk(desk: Desk, /, *, code: Mapping[str, Any] | None = None) -> str:
    """Return a desk as the TOML text of a desk file.

    Holidays of a country are written date by date, and settings that one part took from another
    with the key ``like`` are written out in full. So use this function only for desks that were
    built in Python; if you wrote the file yourself, edit it instead.

    Args:
        desk: The desk.
        code: The names to write for callables, as for ``load_desk``; their ``__name__`` by default.

    Returns:
        Text from which ``load_desk`` makes an equal desk.

    Raises:
        DefinitionError: A value cannot be written in a desk file, such as a callable without a name
            or a calendar class of your own.
    """
    return write_toml(desk_mapping(desk, code=code))


def desk_schema() -> dict[str, Any]:
    """Return the JSON Schema of a desk file, for editors that complete and check TOML."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Desk file",
        **_DESK.schema,
        "$defs": {"when": WHEN_SCHEMA},
    }
