"""Read and write the holidays, days and hours of a desk file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from incidentcore.desk.forms import Form, Key, Table, list_of, simple
from incidentcore.desk.reading import MISSING, Path, Reading
from incidentcore.desk.words import WrongError, read_instant
from incidentcore.schedule import (
    Holiday,
    holidays_version,
    public_holidays,
    read_ical,
)

__all__ = [
    "COUNT",
    "DAY",
    "ENTRY",
    "FLAG",
    "HOLIDAYS",
    "HOURS",
    "INSTANT",
    "LINE",
    "TEXT",
    "TEXTS",
    "ZONE",
    "read_holidays",
]

TEXT: Final = simple(str, "non-empty text", {"type": "string"})
LINE: Final = simple(str, "a text", {"type": "string"}, empty=True)
TEXTS: Final = list_of(TEXT, single=True)
FLAG: Final = simple(bool, "true or false", {"type": "boolean"})
COUNT: Final = simple(int, "a whole number", {"type": "integer"})
ZONE: Final = Form(
    TEXT.read,
    lambda zone, writing: MISSING if zone in (None, writing.desk.zone.key) else zone,
    TEXT.schema,
)
_YEARS: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")


def _hours_text(data: Any, _: Reading, __: Path) -> Any:
    texts = [data] if isinstance(data, str) else data
    if isinstance(texts, (list, tuple)) and all(isinstance(one, str) for one in texts):
        return tuple(texts)
    raise WrongError(data, 'hours in quotes such as "08:00-18:00", or a list of them')


def _hours_word(hours: Iterable[str], _: Any) -> Any:
    listed = list(hours)
    return listed[0] if len(listed) == 1 else listed


HOURS: Final = Form(
    _hours_text,
    _hours_word,
    {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
)


def _day(data: Any, _: Reading, __: Path) -> date:
    if isinstance(data, str):
        try:
            return date.fromisoformat(data)
        except ValueError:
            pass
    if isinstance(data, date) and not isinstance(data, datetime):
        return data
    raise WrongError(data, "a date such as 2026-12-24")


DAY: Final = Form(_day, lambda value, _: value, {"type": "string", "format": "date"})
INSTANT: Final = Form(
    lambda data, reading, _: read_instant(data, reading.zone),
    lambda value, _: value,
    {"type": "string", "description": "a date, or a time with it"},
)
_HOLIDAY: Final = Table(
    (
        Key("day", DAY, "One date.", None),
        Key("yearly", TEXT, 'Every year: "12-24", or "12-24/01-02".', None),
        Key("rule", TEXT, "A rule of RFC 5545.", None),
        Key("from", DAY, "The first date.", None, "first"),
        Key("to", DAY, "The last date.", None, "last"),
        Key("name", TEXT, "What the day is called.", ""),
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


def _holiday(data: Any, reading: Reading, path: Path) -> Any:
    if isinstance(data, Mapping):
        return _HOLIDAY.read(data, reading, path)
    return Holiday(_day(data, reading, path))


def _holiday_word(value: Holiday, writing: Any) -> Any:
    table = _HOLIDAY.write(value, writing)
    return table["day"] if set(table) == {"day"} else table


ENTRY: Final = Form(_holiday, _holiday_word, {"description": "a date, or a table"})
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


def _holidays(data: Any, reading: Reading, path: Path) -> Any:
    if isinstance(data, (list, tuple)):
        return list_of(ENTRY).read(data, reading, path)
    if not isinstance(data, Mapping):
        raise WrongError(data, "a list of dates and tables, or { country = ..., years = ... }")
    if "ical" in data:
        found = _ICAL.read(data, reading, path)
        name = found["ical"]
        if name not in reading.files:
            raise WrongError(
                name, "a file given in load_desk(text, files={...})", tuple(reading.files)
            )
        feed = read_ical(reading.files[name], zone=reading.zone, years=_years(found["years"]))
        return tuple(feed.holidays)
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


def _years(text: str) -> tuple[int, ...]:
    match = _YEARS.fullmatch(text)
    if match is None:
        raise WrongError(text, 'years such as "2026-2028"')
    first = int(match[1])
    last = int(match[2] or first)
    if not first <= last <= first + 200:
        raise WrongError(text, 'years such as "2026-2028", the earlier first')
    return tuple(range(first, last + 1))


def _holiday_lists(data: Any, reading: Reading, path: Path) -> Any:
    if isinstance(data, str):
        data = [data]
    if not isinstance(data, (list, tuple)):
        raise WrongError(data, "names of [holidays], or dates")
    found = reading.each(_listed, enumerate(data), path).values()
    return tuple(day for days in found for day in days)


def _listed(data: Any, reading: Reading, path: Path) -> Any:
    if isinstance(data, str) and not re.match(r"\d{4}-", data):
        return reading.named("holidays", data, "a list of [holidays]")
    return (_holiday(data, reading, path),)


HOLIDAYS: Final = Form(
    _holiday_lists,
    lambda values, writing: writing.holidays(values),
    {"type": "array", "items": {"description": "a name of [holidays], a date or a table"}},
)


def read_holidays(reading: Reading) -> None:
    """Read the lists of holidays of a file, and register them by name."""
    lists = reading.data.get("holidays", {})
    if not isinstance(lists, Mapping):
        reading.fault(("holidays",), WrongError(lists, "a table of lists"))
        lists = {}
    found = {
        name: reading.tried(("holidays", name), _holidays, one, reading, ("holidays", name))
        for name, one in lists.items()
    }
    reading.names["holidays"] = found
