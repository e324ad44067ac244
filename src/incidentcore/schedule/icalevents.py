"""The events of an iCalendar text, read strictly (RFC 5545, 3.1 to 3.8)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import as_zone

Moment = date | datetime
"""A date for all-day events, otherwise a datetime in its zone."""

MOST_BYTES = 1_000_000
MOST_COMPONENTS = 10_000
_MOST_LINES = 100_000  # lines shorter than END:VEVENT on the average say nothing about events
_MOST_PROBLEMS = 100
_DEEPEST = 8
_LONGEST_EVENT = timedelta(days=3_660)

_VALUE = '(?:"[^"]*"|[^";:]*)'
_LINE = rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+={_VALUE})*):(.*)"
_PARAMETER = rf";([A-Za-z0-9-]+)=({_VALUE})"
_STAMP = r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?"
_DURATION = (
    r"\+?P(?:([0-9]{1,4})W|(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?"
    r"(?:([0-9]{1,7})S)?)?)"
)
_ESCAPED = r"\\(.)"
_ONCE = ("DTSTART", "DTEND", "DURATION", "RRULE", "SUMMARY", "UID", "RECURRENCE-ID")
_READ = frozenset((*_ONCE, "EXDATE", "RDATE", "STATUS"))


class Event(NamedTuple):
    """One VEVENT of an iCalendar text, with the properties that matter for opening hours."""

    line: int  # where it begins, for error messages
    uid: str  # shared by its moved instances
    summary: str  # its title on one line
    start: Moment  # its first day or instant
    length: timedelta
    rule: str  # its RRULE; empty if it has none
    added: tuple[Moment, ...]  # further starts (RDATE)
    removed: tuple[Moment, ...]  # starts that do not take place (EXDATE)
    replaces: Moment | None  # the start of the instance that it replaces (RECURRENCE-ID)
    is_canceled: bool


class _Reader:
    """Collects problems, so that a feed is refused once, with all of them."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.problems: list[str] = []

    def refuse(self, line: int, message: str, name: str = "") -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(f"{message} @ $.line[{line}]{'.' if name else ''}{name}")

    def moments(self, entry: _Entry) -> tuple[Moment, ...]:
        found = (self._moment(entry, text) for text in entry.value.split(","))
        return tuple(moment for moment in found if moment is not None)

    def _moment(self, entry: _Entry, text: str) -> Moment | None:
        match = re.fullmatch(_STAMP, text)
        zone = self._zone_of(entry, match)
        if match is None:
            self.refuse(entry.line, "not a date or date-time of RFC 5545", entry.name)
        if match is None or zone is None:
            return None
        year, month, number, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
        try:
            if not 2 <= year <= 9998:
                raise ValueError
            if match[4] is None:
                return date(year, month, number)
            return datetime(year, month, number, hour, minute, second, tzinfo=zone)
        except ValueError:
            self.refuse(entry.line, "no such date or time in the years 2 to 9998", entry.name)
            return None

    def _zone_of(self, entry: _Entry, match: re.Match[str] | None) -> tzinfo | None:
        if match is not None and match[7]:
            return UTC
        key = entry.parameters.get("TZID")
        if key is None:
            return self.zone
        try:
            return as_zone(key, "TZID")
        except InvalidValueError:
            self.refuse(entry.line, f"TZID {key[:60]!r} is not an IANA zone", entry.name)
            return None

    def duration(self, entry: _Entry) -> timedelta | None:
        match = re.fullmatch(_DURATION, entry.value)
        if match is None or not any(match.groups()):
            self.refuse(entry.line, "not a duration such as P1D or PT1H30M", entry.name)
            return None
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


class _Entry(NamedTuple):
    line: int
    name: str
    parameters: dict[str, str]
    value: str


def read_events(source: str | bytes, zone: ZoneInfo) -> list[Event]:
    """Return the events of an iCalendar text; times without a zone are in ``zone``."""
    reader = _Reader(zone)
    events = []
    open_parts: list[str] = []
    entries: list[_Entry] = []
    components = 0
    last = 0
    for number, text in _unfolded(_as_text(source)):
        last = number
        entry = _entry(number, text)
        if entry is None:
            reader.refuse(number, "not a line of the form NAME:VALUE")
        elif entry.name == "BEGIN":
            components += 1
            if components > MOST_COMPONENTS or len(open_parts) == _DEEPEST:
                most = f"more than {MOST_COMPONENTS} components, or {_DEEPEST} deep"
                raise FormatError([f"{most} @ $.line[{number}]"])
            open_parts.append(entry.value.upper())
            if open_parts[-1] == "VEVENT":
                entries = []
        elif entry.name == "END":
            if not open_parts or open_parts[-1] != entry.value.upper():
                raise FormatError([f"END:{entry.value[:40]} without its BEGIN @ $.line[{number}]"])
            if open_parts.pop() == "VEVENT":
                event = _event(reader, number, entries)
                if event is not None:
                    events.append(event)
        elif open_parts and open_parts[-1] == "VEVENT":
            if entry.name in _READ:
                entries.append(entry)
        elif not open_parts:
            reader.refuse(number, "outside BEGIN:VCALENDAR", entry.name)
    if open_parts:
        reader.refuse(last, f"{open_parts[-1][:40]} is not ended")
    if not components and not reader.problems:
        reader.refuse(last, "no BEGIN:VCALENDAR")
    if reader.problems:
        raise FormatError(reader.problems)
    return events


def _as_text(source: str | bytes) -> str:
    if isinstance(source, bytes):
        if len(source) > MOST_BYTES:
            raise FormatError([f"more than {MOST_BYTES} bytes @ $"])
        try:
            return source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise FormatError([f"not UTF-8 at byte {error.start} @ $"]) from None
    if not isinstance(source, str):
        raise FormatError([f"text or bytes, not {type(source).__name__} @ $"])
    if len(source) > MOST_BYTES or len(source.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise FormatError([f"more than {MOST_BYTES} bytes @ $"])
    return source.removeprefix("\ufeff")


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield each content line with the number it begins at; folded lines are joined (3.1)."""
    held: list[str] = []
    began = 1
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > _MOST_LINES:
        raise FormatError([f"more than {_MOST_LINES} lines @ $"])
    for number, line in enumerate(lines, 1):
        if line[:1] in (" ", "\t") and held:
            held.append(line[1:])
            continue
        if held:
            yield began, "".join(held)
        held = [line] if line else []
        began = number
    if held:
        yield began, "".join(held)


def _entry(number: int, text: str) -> _Entry | None:
    match = re.fullmatch(_LINE, text)
    if match is None:
        return None
    name, given, value = match.groups()
    parameters = {
        key.upper(): part.strip('"')
        for key, part in (re.findall(_PARAMETER, given) if given else ())
    }
    return _Entry(number, name.upper(), parameters, value)


def _event(reader: _Reader, line: int, entries: list[_Entry]) -> Event | None:
    named: dict[str, list[_Entry]] = {}
    for entry in entries:
        named.setdefault(entry.name, []).append(entry)
    for name in _ONCE:
        if len(named.get(name, ())) > 1:
            reader.refuse(named[name][1].line, "more than one", name)
            return None
    first = {name: found[0] for name, found in named.items()}
    if "DTSTART" not in first:
        reader.refuse(line, "an event without DTSTART")
        return None
    known = len(reader.problems)
    starts = reader.moments(first["DTSTART"])
    if len(starts) != 1:
        return None
    start = starts[0]
    length = _length(reader, first, start)
    lists = {
        name: tuple(moment for entry in named.get(name, ()) for moment in reader.moments(entry))
        for name in ("EXDATE", "RDATE")
    }
    replaced = reader.moments(first["RECURRENCE-ID"]) if "RECURRENCE-ID" in first else ()
    if length is None or len(reader.problems) > known:
        return None
    if not timedelta() <= length <= _LONGEST_EVENT:
        reader.refuse(first["DTSTART"].line, "ends before it starts, or lasts over ten years")
        return None
    return Event(
        line=first["DTSTART"].line,
        uid=first["UID"].value if "UID" in first else f"line {line}",
        summary=_plain(first["SUMMARY"].value) if "SUMMARY" in first else "",
        start=start,
        length=length,
        rule=first["RRULE"].value if "RRULE" in first else "",
        added=lists["RDATE"],
        removed=lists["EXDATE"],
        replaces=replaced[0] if replaced else None,
        is_canceled="STATUS" in first and first["STATUS"].value.upper() == "CANCELLED",
    )


def _length(reader: _Reader, first: dict[str, _Entry], start: Moment) -> timedelta | None:
    all_day = not isinstance(start, datetime)
    if "DTEND" in first:
        ends = reader.moments(first["DTEND"])
        if len(ends) != 1:
            return None
        end = ends[0]
        if isinstance(end, datetime) is all_day:
            reader.refuse(first["DTEND"].line, "a date beside a date-time", "DTEND")
            return None
        if isinstance(end, datetime) and isinstance(start, datetime):
            return end.astimezone(UTC) - start.astimezone(UTC)
        return end - start
    if "DURATION" in first:
        return reader.duration(first["DURATION"])
    return timedelta(days=1) if all_day else timedelta()


def _plain(text: str) -> str:
    """Undo escapes and keep one printable line."""
    joined = re.sub(_ESCAPED, lambda match: " " if match[1] in "nN" else match[1], text)
    shown = "".join(sign for sign in joined if sign.isprintable() or sign.isspace())
    return " ".join(shown.split())[:200].strip()
