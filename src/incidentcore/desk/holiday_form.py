"""Read and write the holidays, days and hours of a desk file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any, Final

from incidentcore._checks import as_tuple, is_day
from incidentcore.desk.forms import Form, Key, Table, by_shape, list_of, simple
from incidentcore.desk.reading import BROKEN, MISSING, Path, Reading
from incidentcore.desk.words import WrongError, need_data, read_instant
from incidentcore.errors import FormatError
from incidentcore.instants import as_zone
from incidentcore.schedule import Holiday, holidays_version, public_holidays, read_ical
from incidentcore.schedule.hours import parse_hours

TEXT: Final = simple("non-empty text", str, json={"type": "string"})
LINE: Final = simple("a text", str, json={"type": "string"}, empty=True)
TEXTS: Final = list_of(TEXT, single=True)
FLAG: Final = simple("true or false", bool, json={"type": "boolean"})
COUNT: Final = simple("a whole number", int, json={"type": "integer"})
ZONE: Final = Form(
    lambda data, _, __: as_zone(data).key,
    TEXT.schema,
    lambda zone, writing: MISSING if zone in (None, writing.desk.zone.key) else zone,
)
_YEARS: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")
_FEEDS: Final = "a file in the folder of the desk file, or of load_desk(text, files={...})"
_HOURS: Final = 'hours in quotes such as "08:00-18:00", or a list of them'


def _hours(data: Any, _: Reading, __: Path) -> Any:
    hours = as_tuple(data, str)
    if not all(isinstance(one, str) for one in hours):
        raise WrongError(data, _HOURS)
    parse_hours(hours, "hours")
    return hours


HOURS: Final = Form(by_shape(_HOURS, text=_hours, items=_hours), TEXTS.schema, TEXTS.write)


def _day(data: Any, _: Reading, __: Path) -> date:
    with suppress(TypeError, ValueError):
        return date.fromisoformat(data)
    if not is_day(data):
        raise WrongError(data, "a date such as 2026-12-24")
    return data


DAY: Final = Form(_day, {"type": "string", "format": "date"})
INSTANT: Final = Form(
    lambda data, reading, _: read_instant(data, reading.zone),
    {"type": "string", "description": "a date, or a time with it"},
)
_HOLIDAY: Final = Table(
    (
        Key("day", DAY, "One date.", None),
        Key("yearly", TEXT, 'Every year: "12-24", or "12-24/01-02".', None),
        Key("rule", TEXT, "A rule of RFC 5545.", None),
        Key("from", DAY, "The first date.", None, "first"),
        Key("to", DAY, "The last date.", None, "last"),
        Key("name", TEXT, "The name of the day.", ""),
        Key("hours", HOURS, "Open these hours instead of being closed.", None),
        Key("opens", FLAG, "Whether the hours open a weekday that is closed.", False),
    ),
    lambda first, last, **rest: Holiday(
        range=None if first is None and last is None else (first, last), **rest
    ),
    lambda value, key: (
        (value.range or (None, None))[key.name == "to"]
        if key.name in ("from", "to")
        else getattr(value, key.attribute)
    ),
)


_holiday: Final = by_shape(
    lambda data, reading, path: Holiday(_day(data, reading, path)), table=_HOLIDAY.read
)


def _holiday_word(value: Holiday, writing: Any) -> Any:
    table = _HOLIDAY.write(value, writing)
    return table["day"] if set(table) == {"day"} else table


ENTRY: Final = Form(_holiday, {"description": "a date, or a table"}, _holiday_word)
_COUNTRY: Final = Table(
    (
        Key("country", TEXT, 'An ISO 3166 code such as "DE".'),
        Key("subdivision", TEXT, 'A part of it such as "BY".', None),
        Key("years", TEXT, 'Which years: "2026-2028".'),
        Key("language", TEXT, "The language of the names.", None),
    ),
    dict,
)
_ICAL: Final = Table(
    (
        Key("ical", TEXT, "The name of an iCalendar file."),
        Key("years", TEXT, 'Which years: "2026-2028".'),
    ),
    dict,
)


def _source(data: Any, reading: Reading, path: Path) -> Any:
    if "ical" in data:
        found = _ICAL.read(data, reading, path)
        name = found["ical"]
        if name not in reading.files:
            raise WrongError(name, _FEEDS, tuple(reading.files))
        years = _years(found["years"])
        try:
            return tuple(read_ical(reading.files[name], zone=reading.zone, years=years).holidays)
        except FormatError as error:
            raise WrongError(name, f"an iCalendar feed that can be read: {error}") from None
    found = _COUNTRY.read(data, reading, path)
    years = _years(found["years"])
    try:
        days = public_holidays(**{**found, "years": years})
        version = holidays_version()
    except ModuleNotFoundError:
        raise WrongError(found["country"], "dates, or install incidentcore[holidays]") from None
    part = f"-{found['subdivision']}" if found["subdivision"] else ""
    reading.sources.append(
        f"holidays {path[-1]}: {found['country']}{part}, {years[0]} to {years[-1]}, "
        f"from the package holidays {version}"
    )
    return days


_holidays: Final = by_shape(
    "a list of dates and tables, or { country = ..., years = ... }",
    items=list_of(ENTRY).read,
    table=_source,
)


def _years(text: str) -> tuple[int, ...]:
    match = _YEARS.fullmatch(text)
    if match is None:
        raise WrongError(text, 'years such as "2026-2028"')
    first = int(match[1])
    last = int(match[2] or first)
    if not first <= last <= first + 200:
        raise WrongError(text, 'years such as "2026-2028", the earlier first')
    return tuple(range(first, last + 1))


def _named(data: str, reading: Reading, path: Path) -> Any:
    if re.match(r"\d{4}-", data):
        return (_holiday(data, reading, path),)
    return reading.named("holidays", data, "a list of [holidays]")


_listed: Final = by_shape(lambda data, reading, path: (_holiday(data, reading, path),), text=_named)


def _joined(data: Any, reading: Reading, path: Path) -> Any:
    found = reading.each(_listed, enumerate(data), path).values()
    return tuple(day for days in found for day in days)


HOLIDAYS: Final = Form(
    by_shape(
        "names of [holidays], or dates",
        text=lambda data, reading, path: _joined([data], reading, path),
        items=_joined,
    ),
    {"type": "array", "items": {"description": "a name of [holidays], a date or a table"}},
    lambda values, writing: writing.holidays(values),
)


def read_holidays(reading: Reading) -> None:
    """Read the lists of holidays of a file, and register them by name."""
    lists = reading.data.get("holidays", {})
    tables = reading.tried(("holidays",), need_data, lists, Mapping, "a table of lists")
    reading.names["holidays"] = {
        name: reading.tried(("holidays", name), _holidays, one, reading, ("holidays", name))
        for name, one in (() if tables is BROKEN else tables.items())
    }
