"""Read and write closed days and hours as iCalendar text (RFC 5545).

The reader is strict and limits the size of its input; it reports all problems in the text in one
``FormatError``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, each_of
from incidentcore.digest import content_id
from incidentcore.errors import CalendarDefinitionError, FormatError, InvalidValueError
from incidentcore.instants import Interval, as_utc, as_zone
from incidentcore.schedule.algebra import Maintenance
from incidentcore.schedule.holiday_sources import as_years
from incidentcore.schedule.holidays import Holiday, closed_days
from incidentcore.schedule.icalevents import Event, Moment, read_events
from incidentcore.schedule.recurrence import parse_rule

_MOST_YEARS = 100
_MOST_EXPANDED = 2_000  # rules times years: what is expanded within a second
_MOST_DAYS = 100_000
_ONE_DAY = timedelta(days=1)
_LEAP = 2000


@attrs.frozen
class IcalFeed(SharedRepr):
    """The closed days and times that an iCalendar feed contains.

    Attributes:
        holidays: The all-day events, for ``BusinessCalendar(holidays=...)``.
        maintenance: The timed events as calendars, one for each title, to subtract from your
            calendar.
    """

    holidays: tuple[Holiday, ...]
    maintenance: tuple[Maintenance, ...]


def read_ical(source: str | bytes, /, *, zone: ZoneInfo | str, years: Iterable[int]) -> IcalFeed:
    r"""Return the closed days and closed hours in an iCalendar text.

    All-day events become holidays; timed events become maintenance. Recurrence rules are expanded
    for ``years``. Excluded dates and canceled events are left out; moved instances have their new
    times.

    Args:
        source: Text or UTF-8 bytes; at most 1 MB, 100,000 lines and 10,000 components.
        zone: The time zone of times that have none of their own.
        years: The years to include, at most 100.

    Raises:
        FormatError: The text is invalid or exceeds a limit; the error lists every problem.
        InvalidValueError: ``zone`` or ``years`` is invalid.

    Source: RFC 5545; recurrence as in rule C5.

    >>> from incidentcore.schedule import read_ical
    >>> text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261225\nSUMMARY:Christmas Day\n"
    >>> read_ical(text + "END:VEVENT\nEND:VCALENDAR", zone="UTC", years=[2026]).holidays
    (Holiday('2026-12-25', name='Christmas Day'),)
    """
    local = as_zone(zone)
    wanted = as_years(years, _MOST_YEARS)
    events = [event for event in read_events(source, local) if not event.is_canceled]
    moved: dict[str, set[Moment]] = {}
    for event in events:
        if event.replaces is not None:
            moved.setdefault(event.uid, set()).add(_key(event.replaces))
    problems: list[str] = []
    days: set[tuple[str, date]] = set()
    spans: dict[str, list[Interval]] = {}
    expanded = found = 0
    for event in events:
        expanded += _work(event, wanted)
        if expanded > _MOST_EXPANDED:
            raise FormatError([f"too many rules for so many years @ $.line[{event.line}].RRULE"])
        skipped = {_key(moment) for moment in event.removed}
        if event.replaces is None:
            skipped |= moved.get(event.uid, set())
        try:
            for start in _starts(event, wanted):
                if _key(start) in skipped:
                    continue
                found += 1 if isinstance(start, datetime) else max(event.length.days, 1)
                if found > _MOST_DAYS:
                    raise FormatError([f"more than {_MOST_DAYS} days @ $.line[{event.line}]"])
                _keep(event, start, days, spans)
        except (CalendarDefinitionError, InvalidValueError, OverflowError) as error:
            problems.append(f"{error} @ $.line[{event.line}]")
    if problems:
        raise FormatError(problems)
    return IcalFeed(
        closed_days(days),
        tuple(Maintenance(spans[name], name=name, zone=local) for name in sorted(spans)),
    )


def _work(event: Event, wanted: tuple[int, ...]) -> int:
    if not event.rule or not wanted:
        return 0
    first = min(event.start.year, wanted[0]) if "COUNT=" in event.rule else wanted[0]
    return min(wanted[-1] - first + 1, 2 * _MOST_YEARS)


def _key(moment: Moment) -> Moment:
    """Return a key that is equal for two spellings of one start."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _starts(event: Event, wanted: tuple[int, ...]) -> Iterator[Moment]:
    """Yield the starts of an event in the wanted years: DTSTART, RRULE and RDATE (3.8.5)."""
    seen: set[Moment] = set()
    for start in (event.start, *event.added, *_by_rule(event, wanted)):
        if start.year in wanted and _key(start) not in seen:
            seen.add(_key(start))
            yield start


def _by_rule(event: Event, wanted: tuple[int, ...]) -> Iterator[Moment]:
    if not event.rule or not wanted:
        return
    clock = event.start.timetz() if isinstance(event.start, datetime) else None
    first = date(event.start.year, event.start.month, event.start.day)
    for day in parse_rule(event.rule, first, "RRULE").in_years(wanted[0], wanted[-1]):
        yield day if clock is None else datetime.combine(day, clock)


def _keep(
    event: Event, start: Moment, days: set[tuple[str, date]], spans: dict[str, list[Interval]]
) -> None:
    if isinstance(start, datetime):
        begin = as_utc(start, "DTSTART")
        if event.length:
            spans.setdefault(event.summary, []).append(Interval(begin, begin + event.length))
        return
    for offset in range(max(event.length.days, 1)):
        days.add((event.summary, start + timedelta(days=offset)))


def write_ical(items: Iterable[Holiday | Maintenance], /, *, at: datetime) -> str:
    """Return holidays and maintenance as iCalendar text.

    ``at`` is the time stamp of the events (DTSTAMP). Lines end with CRLF and are folded at 75
    bytes.

    Raises:
        InvalidValueError: A holiday has hours, which an all-day event cannot express.

    Source: RFC 5545, 3.1 and 3.6.1.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.schedule import Holiday, read_ical, write_ical
    >>> at = datetime(2026, 6, 1, tzinfo=UTC)
    >>> text = write_ical([Holiday("2026-12-25", name="Christmas Day")], at=at)
    >>> read_ical(text, zone="UTC", years=[2026]).holidays
    (Holiday('2026-12-25', name='Christmas Day'),)
    """
    events = []
    for item in each_of("items", items, Holiday | Maintenance):
        parts = _holiday_lines(item) if isinstance(item, Holiday) else _interval_lines(item)
        for number, part in enumerate(parts):
            events.append(
                (f"{content_id(item)}-{number}", [*part, f"SUMMARY:{escaped(item.name)}"])
            )
    return feed_text("business time", events, at)


def feed_text(kind: str, events: Iterable[tuple[str, Iterable[str]]], at: datetime) -> str:
    """Return an iCalendar text with events, each with its id and the lines after DTSTAMP."""
    stamp = stamp_text(as_utc(at), "at")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//incidentcore//{kind}//EN"]
    for uid, part in events:
        lines += (
            "BEGIN:VEVENT",
            f"UID:{uid}@incidentcore",
            f"DTSTAMP:{stamp}",
            *part,
            "END:VEVENT",
        )
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _holiday_lines(holiday: Holiday) -> list[list[str]]:
    if holiday.hours is not None:
        raise InvalidValueError("items", holiday, "holidays without hours of their own")
    if holiday.rule is not None:
        first = holiday.day or min(holiday.dates(_LEAP, _LEAP + 28), default=date(_LEAP, 1, 1))
        return [[f"DTSTART;VALUE=DATE:{_day(first)}", f"RRULE:{holiday.rule}"]]
    if holiday.yearly is not None:
        # Month by month and day, so that 29 February and a range across New Year return rightly.
        return [
            [
                f"DTSTART;VALUE=DATE:{_day(date(_LEAP, month, number))}",
                f"RRULE:FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={number}",
            ]
            for month, number in holiday.month_days()
        ]
    dates = holiday.explicit_dates()
    return [
        [f"DTSTART;VALUE=DATE:{_day(dates[0])}", f"DTEND;VALUE=DATE:{_day(dates[-1] + _ONE_DAY)}"]
    ]


def _interval_lines(maintenance: Maintenance) -> list[list[str]]:
    return [
        [f"DTSTART:{stamp_text(interval.start)}", f"DTEND:{stamp_text(interval.end)}"]
        for interval in maintenance.intervals
    ]


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def stamp_text(at: datetime, name: str = "items") -> str:
    """Return an instant as iCalendar text, in UTC and whole seconds; errors call it ``name``."""
    if at.microsecond:
        raise InvalidValueError(name, at, "instants of whole seconds, as iCalendar has")
    return at.replace(tzinfo=None).isoformat().replace("-", "").replace(":", "") + "Z"


def escaped(text: str) -> str:
    """Return text as an iCalendar value: on one line, with special characters escaped (3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Return a line folded at 75 bytes, without dividing a character (3.1)."""
    pieces, size = [""], 0
    for sign in line:
        width = len(sign.encode())
        if size + width > 75:
            pieces.append(" ")
            size = 1
        pieces[-1] += sign
        size += width
    return "\r\n".join(pieces)
