"""Read and write the calendars, holidays and on-call schedules of a desk file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any, Final

from incidentcore.desk.forms import Form, Key, Table, by_shape, list_of, table_of
from incidentcore.desk.holiday_form import (
    DAY,
    HOLIDAYS,
    HOURS,
    INSTANT,
    LINE,
    TEXT,
    ZONE,
    read_holidays,
)
from incidentcore.desk.reading import BROKEN, Path, Reading, whole
from incidentcore.desk.service import scale_of
from incidentcore.desk.when import LEVELS, field_path, own_field
from incidentcore.desk.words import ITEMS, WrongError, need_data, writer_of
from incidentcore.errors import DefinitionError
from incidentcore.instants import Interval, Versions
from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    Calendar,
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    Maintenance,
)
from incidentcore.schedule.hours import join_weekdays, parse_week, weekdays
from incidentcore.sla import CalendarByField

_ALGEBRA: Final[dict[str, Any]] = {
    "plus": CalendarUnion,
    "minus": CalendarDifference,
    "both": CalendarIntersection,
}


_SPECIAL: Final = Table(
    (Key("day", DAY, "The date."), Key("hours", HOURS, "Its hours.")),
    lambda day, hours: (day, hours),
    lambda value, key: value[key.name == "hours"],
)


def _taken(day: Any, days: Any, hours: Any, name: str) -> tuple[Any, Break]:
    if (day is None) == (days is None):
        raise WrongError(days, "in each of breaks either day or days")
    if days is not None:
        weekdays(days, "days")
    return day or days, Break(hours, name)


_BREAK: Final = Table(
    (
        Key("day", DAY, "One date.", None),
        Key("days", TEXT, "Weekdays of every week, such as mon-fri.", None),
        Key("hours", HOURS, "The hours to subtract."),
        Key("name", TEXT, "Its name in explanations.", ""),
    ),
    _taken,
)
_BUSINESS: Final = Table(
    (
        Key("zone", ZONE, "Its time zone; the desk's by default.", None),
        Key("hours", table_of(HOURS), 'Days to hours: { mon-fri = "08:00-18:00" }.'),
        Key("holidays", HOLIDAYS, "Names of [holidays], or dates.", ()),
        Key("special", list_of(_SPECIAL), "Dates with special hours.", ()),
        Key("breaks", list_of(_BREAK), "Hours to subtract from dates or weekdays.", ()),
        Key("name", LINE, "Its name in reports; its key by default.", None),
    ),
    dict,
)


def _business(data: Any, reading: Reading, path: Path, name: str) -> Any:
    found = _BUSINESS.read(data, reading, path)
    hours = found["hours"]
    whole((reading.tried((*path, "hours"), parse_week, hours),))
    for number, taken in enumerate(found["breaks"]):
        if isinstance(taken[0], str):
            checked = partial(BusinessCalendar, zone="UTC", hours=hours, breaks=[taken])
            whole((reading.tried((*path, "breaks", number, "hours"), checked),))
    found["zone"] = found["zone"] or reading.zone
    found["name"] = name if found["name"] is None else found["name"]
    return BusinessCalendar(**found)


def _written_calendar(data: Any, reading: Reading, path: Path, name: str = "") -> Any:
    need_data(data, Mapping, "a calendar: its name, or a table with hours, by, plus, minus or both")
    if "by" in data:
        return _by_field(data, reading, path)
    kinds = [kind for kind in _ALGEBRA if kind in data]
    if kinds:
        return _composed(kinds, data, reading, path)
    if "versions" in data:
        return _VERSIONS.read(data, reading, path)
    if "open" in data:
        return _OPEN.read(data, reading, path)
    return _business(data, reading, path, name)


_calendar: Final = by_shape(
    _written_calendar,
    text=lambda data, reading, _: reading.named("calendars", data, "a calendar of [calendars]"),
)


def _by_field(data: Mapping[str, Any], reading: Reading, path: Path) -> Any:
    field = reading.tried((*path, "by"), field_path, data["by"], reading)
    own = None if field is BROKEN else own_field(field, reading)
    words = () if own is None else own.words
    if own is not None and own.kind not in ("text", "word"):
        wrong = WrongError(data["by"], f"a field of texts or words; {own.name} is a {own.kind}")
        reading.fault((*path, "by"), wrong)
    elif (level := str(field).removesuffix(".name")) in LEVELS:
        field, words = f"{level}.name", scale_of(reading.priority(), level).names
    table: dict[str, Any] = {name: one for name, one in data.items() if name != "by"}
    for value in table:
        if words and value not in (*words, "else"):
            allowed = f"one of {', '.join(words)}, or else"
            reading.fault((*path, value), WrongError(value, allowed, words))
            field = BROKEN
    if "else" not in table:
        raise WrongError(dict(data), "else = a calendar, for every other value")
    made = reading.each(_plain, table.items(), path)
    whole((field,))
    rest = made.pop("else")
    return CalendarByField(field, made, rest)


def _composed(kinds: list[str], data: Mapping[str, Any], reading: Reading, path: Path) -> Any:
    extra = [name for name in data if name not in (*_ALGEBRA, "zone")]
    if extra or len(kinds) > 1:
        raise WrongError(extra or kinds, "one of plus, minus and both, and zone")
    kind = kinds[0]
    named = need_data(data[kind], ITEMS, f"{kind} = [two calendars or more]", least=2)
    parts = list(reading.each(_plain, enumerate(named), (*path, kind)).values())
    made = reduce(_ALGEBRA[kind], parts)
    return _ALGEBRA[kind](made.left, parts[-1], zone=data["zone"]) if "zone" in data else made


def _plain(data: Any, reading: Reading, path: Path) -> Any:
    found = _calendar(data, reading, path)
    if isinstance(found, Calendar):
        return found
    raise WrongError(data, "a calendar that is not chosen by a field")


_SPAN_OF: Final = Table(
    (
        Key("from", INSTANT, "The start.", attribute="start"),
        Key("to", INSTANT, "The end.", attribute="end"),
    ),
    Interval,
)
_OPEN: Final = Table(
    (
        Key("open", list_of(_SPAN_OF), "The intervals in which it is open.", (), "intervals"),
        Key("zone", Form(ZONE.read, TEXT.schema), "Its time zone.", "UTC"),
        Key("name", TEXT, "Its name.", ""),
    ),
    Maintenance,
    lambda value, key: value.zone.key if key.name == "zone" else getattr(value, key.attribute),
)
PLAIN_CALENDAR: Final = Form(
    _plain,
    {"description": "a calendar's name, or a table with hours, by, plus, minus or both"},
    lambda value, writing: writing.calendar_name(value),
)
_VERSION: Final = Table(
    (
        Key("from", INSTANT, "When it comes into force.", attribute="since"),
        Key("calendar", PLAIN_CALENDAR, "The calendar."),
    ),
    lambda since, calendar: (since, calendar),
    lambda value, key: value[key.name == "calendar"],
)
_VERSIONS: Final = Table(
    (Key("versions", list_of(_VERSION), "Calendars and their first instants.", (), "entries"),),
    Versions,
)
CALENDAR: Final = Form(_calendar, PLAIN_CALENDAR.schema, PLAIN_CALENDAR.write)


class _Named(dict[str, Any]):
    """The calendars of a file, each read when first needed."""

    def __init__(self, reading: Reading, data: Mapping[str, Any]) -> None:
        super().__init__(dict.fromkeys(data))
        self["always"] = BusinessCalendar.always(reading.zone)
        self._reading = reading
        self._data = data
        self._open: list[str] = []
        self._done: set[str] = {"always"}

    def __getitem__(self, name: str) -> Any:
        if name in self._open:
            cycle = " -> ".join([*self._open[self._open.index(name) :], name])
            raise WrongError(name, f"a calendar that is not made of itself: {cycle}")
        if name not in self._done:
            self._open.append(name)
            path: Path = ("calendars", name)
            self[name] = self._reading.tried(
                path, _written_calendar, self._data[name], self._reading, path, name
            )
            self._open.remove(name)
            self._done.add(name)
        return super().__getitem__(name)


def _calendars(data: Any, reading: Reading, path: Path) -> dict[str, Any]:
    """Read the holidays and calendars of a file, and record their names."""
    read_holidays(reading)
    whole_table = isinstance(data, Mapping)
    tables = dict(data) if whole_table else {}
    if tables.pop("always", None) is not None:
        reading.fault((*path, "always"), WrongError("always", "another name; it is built in"))
    named = _Named(reading, tables)
    reading.names["calendars"] = named
    read = {name: named[name] for name in tables}
    reading.names["plain_calendars"] = {
        name: one
        for name, one in {**read, "always": named["always"]}.items()
        if one is BROKEN or isinstance(one, Calendar)
    }
    if not whole_table:
        raise WrongError(data, "a table of calendars")
    whole(read.values())
    return read


CALENDARS: Final = Form(_calendars, table_of(CALENDAR).schema)


def write_calendars(writing: Any) -> dict[str, Any]:
    """Return the calendars of a desk as tables of a desk file, by name."""
    return {
        name: calendar_table(calendar, writing, name)
        for name, calendar in writing.desk.calendars.items()
    }


def _field_table(calendar: CalendarByField, writing: Any, name: str) -> dict[str, Any]:
    table: dict[str, Any] = {"by": writing.field_name(calendar.field)}
    for value, one in calendar.table:
        if not isinstance(value, str) or value in ("by", "else"):
            raise DefinitionError(f"calendars.{name}", value, "texts as values of its field")
        table[value] = writing.calendar_name(one)
    return {**table, "else": writing.calendar_name(calendar.default)}


def _composed_table(calendar: Any, writing: Any, _: str) -> dict[str, Any]:
    kind = next(kind for kind, made in _ALGEBRA.items() if type(calendar) is made)
    parts = [writing.calendar_name(calendar.left), writing.calendar_name(calendar.right)]
    zone = {} if calendar.zone.key == calendar.left.zone.key else {"zone": calendar.zone.key}
    return {kind: parts, **zone}


def _business_table(calendar: BusinessCalendar, writing: Any, name: str) -> dict[str, Any]:
    weekly = [(day, breaks) for day, breaks in calendar.breaks if isinstance(day, str)]
    dated = calendar.breaks[len(weekly) :]
    taken = tuple(
        {name: day, "hours": one.hours, "name": one.name}
        for name, days in (("days", join_weekdays(weekly).items()), ("day", dated))
        for day, breaks in days
        for one in breaks
    )
    values = {
        "zone": calendar.zone.key,
        "hours": join_weekdays(calendar.hours),
        "holidays": calendar.holidays,
        "special": calendar.special,
        "breaks": taken,
        "name": None if calendar.name == name else calendar.name,
    }
    writing.calendar = name
    return _BUSINESS.write(values, writing)


_WRITERS: Final[dict[type, Callable[[Any, Any, str], dict[str, Any]]]] = {
    CalendarByField: _field_table,
    Versions: lambda calendar, writing, _: _VERSIONS.write(calendar, writing),
    Maintenance: lambda calendar, writing, _: {"open": [], **_OPEN.write(calendar, writing)},
    BusinessCalendar: _business_table,
    **dict.fromkeys(_ALGEBRA.values(), _composed_table),
}


def calendar_table(calendar: Any, writing: Any, name: str = "") -> dict[str, Any]:
    """Return a calendar as a table of a desk file."""
    allowed = "a calendar that a desk file can express"
    return writer_of(_WRITERS, calendar, f"calendars.{name}", allowed)(calendar, writing, name)
