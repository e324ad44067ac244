"""Where every second of a clock went, as data and as lines to read (rule S7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from incidentcore.instants import Interval
from incidentcore.records import Timeline
from incidentcore.sla.bar import svg_bar
from incidentcore.sla.fold import CLOSED, COUNTING, RawCycle, Span

__all__ = ["Trace", "TraceEntry", "build_trace", "day_time", "span_text"]


@attrs.frozen(kw_only=True)
class TraceEntry:
    """One stretch of wall time in a clock's life.

    Attributes:
        interval: The stretch.
        code: ``counting``, ``out_of_hours``, ``holiday``, ``break``, ``maintenance``, ``paused``,
            ``closed_until_reopened``, ``not_started``, ``stopped``, ``canceled`` or ``replaced``.
        text: The reason in words.
        cycle: The cycle it belongs to; 0 before the first.
        counted: The open time that counted in it.
    """

    interval: Interval
    code: str
    text: str
    cycle: int
    counted: timedelta = timedelta(0)


@attrs.frozen
class Trace:
    """The whole life of a clock without gaps, from its record's opening to ``now``.

    Iterates over its entries; as text it reads in the zone of the clock's calendar.

    Attributes:
        entries: The stretches in order of time.
        zone: The zone in which they are told.
        summary: The closing line: figures and due.
    """

    entries: tuple[TraceEntry, ...]
    zone: ZoneInfo
    summary: str

    def __iter__(self) -> Iterator[TraceEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def rows(self) -> tuple[tuple[str, str, str], ...]:
        """Return for each stretch its times, its reason and the time that counted, as text."""
        edges = [at for entry in self.entries for at in (entry.interval.start, entry.interval.end)]
        year = len({at.astimezone(self.zone).year for at in edges}) > 1
        told: list[tuple[str, str, str]] = []
        for entry in self.entries:
            start = day_time(entry.interval.start, self.zone, year=year)
            end = day_time(entry.interval.end, self.zone, year=year)
            counted = span_text(entry.counted) if entry.code == COUNTING else ""
            told.append((f"{start} - {end}", entry.text, counted))
        return tuple(told)

    def __str__(self) -> str:
        told = self.rows()
        when = max((len(row[0]) for row in told), default=0)
        words = max((len(row[1]) for row in told), default=0)
        lines = [f"{a:<{when}}   {b:<{words}}   {c:>6}".rstrip() for a, b, c in told]
        return "\n".join([*lines, self.summary])

    def svg(self) -> str:
        """Return the trace as a bar of inline SVG, drawn to scale; notebooks show it by itself."""
        texts = [" ".join(part for part in row if part) for row in self.rows()]
        parts = [
            (entry.interval.duration, entry.code, text)
            for entry, text in zip(self.entries, texts, strict=True)
        ]
        return svg_bar(parts, title=self.summary)

    def _repr_svg_(self) -> str:
        return self.svg()


def day_time(at: datetime, zone: ZoneInfo, *, year: bool = False) -> str:
    """Return an instant as it is told to a reader, such as ``Wed 23 Dec 17:40``."""
    local = at.astimezone(zone)
    day = f"{_DAYS[local.weekday()]} {local.day:2d} {_MONTHS[local.month - 1]}"
    clock = f"{local.hour:02d}:{local.minute:02d}"
    if local.second or local.microsecond:
        clock += f":{local.second:02d}"
    return f"{day} {local.year} {clock}" if year else f"{day} {clock}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def span_text(span: timedelta) -> str:
    """Return a span of time as hours and minutes, with seconds where there are any.

    >>> span_text(timedelta(hours=26, minutes=5)), span_text(-timedelta(minutes=3, seconds=7))
    ('26:05', '-0:03:07')
    """
    sign = "-" if span < timedelta(0) else ""
    seconds, micros = divmod(abs(span) // timedelta(microseconds=1), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{sign}{hours}:{minutes:02d}"
    if seconds or micros:
        text += f":{seconds:02d}"
    if micros:
        text += f".{micros:06d}"
    return text


def build_trace(
    cycles: Sequence[RawCycle], timeline: Timeline, now: datetime, zone: ZoneInfo, summary: str
) -> Trace:
    """Tell the life of a clock from its cycles."""
    entries: list[TraceEntry] = []
    first = cycles[0].started_at if cycles else now
    at = min(timeline.opened_at, first)
    number = 0
    after = ("not_started", "not started")
    for cycle in cycles:
        if at < cycle.started_at:
            entries.append(_entry(at, cycle.started_at, *after, number))
        number = cycle.number
        for span in cycle.spans:
            entries.extend(_span_entries(span, cycle, timeline))
        at = cycle.ended_at or now
        after = ("canceled", "canceled") if cycle.outcome == "canceled" else ("stopped", "stopped")
    if at < now:
        entries.append(_entry(at, now, *after, number))
    return Trace(tuple(_joined(entries)), zone, summary)


def _entry(start: datetime, end: datetime, code: str, text: str, cycle: int) -> TraceEntry:
    return TraceEntry(interval=Interval(start, end), code=code, text=text, cycle=cycle)


def _span_entries(span: Span, cycle: RawCycle, timeline: Timeline) -> Iterator[TraceEntry]:
    if cycle.outcome == "replaced":
        yield _entry(span.start, span.end, "replaced", "replaced", cycle.number)
    elif span.kind == CLOSED:
        yield _entry(
            span.start, span.end, "closed_until_reopened", "closed until reopened", cycle.number
        )
    elif span.kind == COUNTING:
        for reason in span.calendar.explain(span.start, span.end):
            is_open = reason.code == "open"
            yield TraceEntry(
                interval=reason.interval,
                code=COUNTING if is_open else reason.code,
                text=COUNTING if is_open else f"closed: {reason.text}",
                cycle=cycle.number,
                counted=reason.interval.duration if is_open else timedelta(0),
            )
    else:
        yield from _pause_entries(span, cycle, timeline)


def _pause_entries(span: Span, cycle: RawCycle, timeline: Timeline) -> Iterator[TraceEntry]:
    """Yield a pause, cut where its reason changes."""
    start, text = span.start, ""
    for moment, facts in timeline.states():
        if moment.at >= span.end:
            break
        words = f"paused: {_pause_reason(facts)}"
        if moment.at <= span.start:
            text = words
        elif words != text:
            yield _entry(start, moment.at, "paused", text, cycle.number)
            start, text = moment.at, words
    yield _entry(start, span.end, "paused", text or "paused", cycle.number)


def _pause_reason(facts: Mapping[str, Any]) -> str:
    reason = facts.get("hold_reason") or facts["state"]
    return str(reason).replace("_", " ")


def _joined(entries: list[TraceEntry]) -> Iterator[TraceEntry]:
    """Yield the entries with neighbours of one kind joined."""
    held: TraceEntry | None = None
    for entry in entries:
        if (
            held is not None
            and (held.code, held.text, held.cycle) == (entry.code, entry.text, entry.cycle)
            and held.interval.end == entry.interval.start
        ):
            held = TraceEntry(
                interval=Interval(held.interval.start, entry.interval.end),
                code=held.code,
                text=held.text,
                cycle=held.cycle,
                counted=held.counted + entry.counted,
            )
            continue
        if held is not None:
            yield held
        held = entry
    if held is not None:
        yield held
