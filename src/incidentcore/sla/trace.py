"""Where every second of a clock went, as data and as lines to read (rule S7)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore.instants import Interval
from incidentcore.pages import Tabular, to_html, to_markdown, to_text
from incidentcore.records import Timeline
from incidentcore.sla.cycles import CLOSED, COUNTING, Figures, RawCycle, Span, Swap
from incidentcore.values import FrozenMap
from incidentcore.values.findings import Texts, render_text

__all__ = [
    "TRACE_TEXTS",
    "StatusForms",
    "Trace",
    "TraceEntry",
    "build_trace",
    "day_time",
    "span_text",
    "summary_of",
]

TRACE_TEXTS: Final[Texts] = FrozenMap(
    {
        "not_started": "not started",
        "counting": "counting",
        "out_of_hours": "closed: {reason}",
        "holiday": "closed: {reason}",
        "break": "closed: {reason}",
        "maintenance": "closed: {reason}",
        "paused": "paused: {reason}",
        "closed_until_reopened": "closed until reopened",
        "stopped": "stopped",
        "canceled": "canceled",
        "replaced": "replaced",
        "swapped": "{after} takes over from {before} ({how})",
        "swapped_to_none": "{before} no longer applies",
        "swapped_from_none": "{after} applies ({how})",
    }
)
"""The text of each code of a trace; another language is another table."""


@attrs.frozen(kw_only=True)
class TraceEntry:
    """One stretch of wall time in a clock's life, or a takeover, which has no length.

    Attributes:
        interval: The stretch.
        code: A code of ``TRACE_TEXTS``, or the code of a reason of a calendar of your own.
        data: What the text is made of, such as the reason of a pause.
        cycle: The cycle it belongs to; 0 before the first.
        counted: The open time that counted in it.
        texts: The templates that ``text`` is made from; not part of the value.
    """

    interval: Interval
    code: str
    data: FrozenMap[object] = FrozenMap()
    cycle: int
    counted: timedelta = timedelta(0)
    texts: Texts = attrs.field(default=TRACE_TEXTS, eq=False, repr=False)

    @property
    def text(self) -> str:
        """Return the reason in words."""
        if self.code not in self.texts and "reason" in self.data:
            return f"closed: {self.data['reason']}"
        return render_text(self.texts, self.code, self.data)


@attrs.frozen(repr=False)
class Trace(Tabular):
    """The whole life of a clock without gaps, from its record's opening to ``now``.

    Iterates over its entries; as text it reads in the zone of the clock's calendar.

    Attributes:
        entries: The stretches in order of time.
        zone: The zone of the text.
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
        lines: list[tuple[str, str, str]] = []
        for entry in self.entries:
            start = day_time(entry.interval.start, self.zone, year=year)
            end = day_time(entry.interval.end, self.zone, year=year)
            counted = span_text(entry.counted) if entry.code == COUNTING else ""
            when = f"{start} - {end}" if entry.interval else start
            lines.append((when, entry.text, counted))
        return tuple(lines)

    def __str__(self) -> str:
        rows = self.rows()
        when = max((len(row[0]) for row in rows), default=0)
        words = max((len(row[1]) for row in rows), default=0)
        lines = [f"{a:<{when}}   {b:<{words}}   {c:>6}".rstrip() for a, b, c in rows]
        return "\n".join([*lines, self.summary])

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return when, what and how much counted, as a table."""
        heads = [f"when ({self.zone.key})", "what", "counted"]
        return heads, [list(row) for row in self.rows()], [False, False, True]

    def to_markdown(self) -> str:
        """Return the table as Markdown, with the closing line below it."""
        return f"{super().to_markdown()}\n\n{self.summary}"

    def to_html(self) -> str:
        """Return the bar, the table and the closing line as HTML."""
        table = to_html(*self.cells())
        return f"{self.svg()}\n{table}\n<p>{escape(self.summary)}</p>"

    def svg(self) -> str:
        """Return the trace as a bar of inline SVG, drawn to scale."""
        texts = [" ".join(part for part in row if part) for row in self.rows()]
        parts = [
            (entry.interval.duration, entry.code, text)
            for entry, text in zip(self.entries, texts, strict=True)
        ]
        return _svg_bar(parts, title=self.summary)


class StatusForms(Tabular):
    """A status as a table of one row, with where its time went below it."""

    __slots__ = ()

    def cells(self: Any) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return what the status says as a table of one row."""
        name = "" if self.definition is None else self.definition.name
        row = [self.record_id, name, self.stage.replace("_", " "), self.trace.summary]
        return ["record", "clock", "stage", "says"], [row], [False] * 4

    def to_markdown(self: Any) -> str:
        """Return the status and its trace as Markdown."""
        return f"{to_markdown(*self.cells())}\n\n{self.trace.to_markdown()}"

    def to_html(self: Any) -> str:
        """Return the status and its trace as HTML."""
        return f"{to_html(*self.cells())}\n{self.trace.to_html()}"

    def __str__(self: Any) -> str:
        return f"{to_text(*self.cells())}\n\n{self.trace}"


def day_time(at: datetime, zone: ZoneInfo, *, year: bool = False) -> str:
    """Return an instant in words, such as ``Wed 23 Dec 17:40``."""
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


def summary_of(
    stage: str, known: Figures | None, zone: ZoneInfo, *, applies: bool, ended: bool
) -> str:
    """Return the closing line of a trace: figures and due."""
    if known is None:
        return "not started" if applies else "no SLA applies"
    line = f"elapsed {span_text(known.elapsed)} of {span_text(known.target)}, "
    line += f"remaining {span_text(known.target - known.elapsed)}; "
    breached = known.elapsed > known.target
    if stage == "canceled":
        return line + "canceled"
    if ended:
        return line + ("breached" if breached else "met")
    due = "no due time" if known.due_at is None else f"due {day_time(known.due_at, zone)}"
    line += "breached, " if breached else ""
    if stage != "paused":
        return line + due
    line += f"on hold: {due}"
    if known.due_if_resumed is not None and known.due_at is None:
        line += f". If resumed now: {day_time(known.due_if_resumed, zone)}"
    return line


def build_trace(
    cycles: Sequence[RawCycle],
    swaps: Sequence[Swap],
    timeline: Timeline,
    *,
    now: datetime,
    zone: ZoneInfo,
    summary: str,
) -> Trace:
    """Return the life of a clock from its cycles and the takeovers among them."""
    entries: list[TraceEntry] = []
    first = cycles[0].started_at if cycles else now
    at = min(timeline.opened_at, first)
    number = 0
    after = "not_started"
    pauses = _pause_reasons(timeline)
    for cycle in cycles:
        if at < cycle.started_at:
            entries.append(_entry(at, cycle.started_at, after, number))
        number = cycle.number
        for span in cycle.spans:
            entries.extend(_span_entries(span, cycle, pauses))
        at = cycle.ended_at or now
        after = "canceled" if cycle.outcome == "canceled" else "stopped"
    if at < now:
        entries.append(_entry(at, now, after, number))
    joined = list(_joined(entries))
    return Trace(tuple(_with_swaps(joined, swaps) if swaps else joined), zone, summary)


def _with_swaps(entries: list[TraceEntry], swaps: Iterable[Swap]) -> Iterator[TraceEntry]:
    """Yield the entries, cut at each takeover, with a line for it."""
    rest = list(reversed(entries))
    for swap in swaps:
        while rest and rest[-1].interval.end <= swap.at:
            yield rest.pop()
        if rest and rest[-1].interval.start < swap.at:
            whole = rest.pop()
            for start, end in ((swap.at, whole.interval.end), (whole.interval.start, swap.at)):
                cut = Interval(start, end)
                counted = cut.duration if whole.code == COUNTING else timedelta(0)
                rest.append(attrs.evolve(whole, interval=cut, counted=counted))
            yield rest.pop()
        code = "swapped_to_none" if swap.after is None else "swapped"
        code = "swapped_from_none" if swap.before is None else code
        data = {"before": swap.before, "after": swap.after, "how": swap.how.replace("_", " ")}
        yield _entry(swap.at, swap.at, code, swap.cycle, **data)
    yield from reversed(rest)


def _entry(start: datetime, end: datetime, code: str, cycle: int, **data: object) -> TraceEntry:
    return TraceEntry(
        interval=Interval(start, end),
        code=code,
        data=FrozenMap(data) if data else _NO_DATA,
        cycle=cycle,
    )


_NO_DATA: Final[FrozenMap[object]] = FrozenMap()
_Pauses = tuple[list[datetime], list[str]]


def _pause_reasons(timeline: Timeline) -> _Pauses:
    """Return why a clock would be paused, from each instant on at which that changes."""
    since: list[datetime] = []
    reasons: list[str] = []
    for moment, facts in timeline.states():
        reason = str(facts.get("hold_reason") or facts["state"]).replace("_", " ")
        if not reasons or reason != reasons[-1]:
            since.append(moment.at)
            reasons.append(reason)
    return since, reasons


def _span_entries(span: Span, cycle: RawCycle, pauses: _Pauses) -> Iterator[TraceEntry]:
    if cycle.outcome == "replaced":
        yield _entry(span.start, span.end, "replaced", cycle.number)
    elif span.kind == CLOSED:
        yield _entry(span.start, span.end, "closed_until_reopened", cycle.number)
    elif span.kind == COUNTING:
        for reason in span.calendar.explain(span.start, span.end):
            is_open = reason.code == "open"
            yield TraceEntry(
                interval=reason.interval,
                code=COUNTING if is_open else reason.code,
                data=_NO_DATA if is_open else FrozenMap({"reason": reason.text}),
                cycle=cycle.number,
                counted=reason.interval.duration if is_open else timedelta(0),
            )
    else:  # a pause, cut where its reason changes
        edges, reasons = pauses
        start, index = span.start, max(bisect_right(edges, span.start) - 1, 0)
        while start < span.end:
            after = edges[index + 1] if index + 1 < len(edges) else span.end
            end = min(after, span.end)
            if start < end:
                yield _entry(start, end, "paused", cycle.number, reason=reasons[index])
            start, index = max(start, end), index + 1


def _joined(entries: list[TraceEntry]) -> Iterator[TraceEntry]:
    """Yield the entries with neighbors of one kind joined."""
    held: TraceEntry | None = None
    for entry in entries:
        if (
            held is not None
            and held.code == entry.code
            and held.interval.end == entry.interval.start
            and (held.data, held.cycle) == (entry.data, entry.cycle)
        ):
            held = TraceEntry(
                interval=Interval(held.interval.start, entry.interval.end),
                code=held.code,
                data=held.data,
                cycle=held.cycle,
                counted=held.counted + entry.counted,
            )
            continue
        if held is not None:
            yield held
        held = entry
    if held is not None:
        yield held


_WIDTH: Final = 720
_HEIGHT: Final = 24
# Distinct in grey and for readers who see no red and green: counting is dark, the rest is light.
_COLOURS: Final = {
    "counting": "#1f5fa8",
    "paused": "#f2b134",
    "out_of_hours": "#d9dde2",
    "holiday": "#c5b8d9",
    "break": "#e6dfc8",
    "maintenance": "#b9c9b2",
    "closed_until_reopened": "#c8ccd0",
    "stopped": "#eef0f2",
    "not_started": "#ffffff",
    "canceled": "#f0d9d9",
    "replaced": "#e3d4e3",
    "swapped": "#000000",
}


def _svg_bar(parts: Iterable[tuple[timedelta, str, str]], *, title: str) -> str:
    """Return one bar of stretches drawn to scale.

    Args:
        parts: For each stretch how long it is, its code and the text shown when pointed at.
        title: What the bar shows, for readers who do not see it.
    """
    drawable = [part for part in parts if part[0] > timedelta(0)]
    total = sum((length for length, _, _ in drawable), timedelta(0)) or timedelta(1)
    drawn: list[str] = []
    at = timedelta(0)
    for length, code, text in drawable:
        colour = _COLOURS.get(code, "#eef0f2")
        drawn.append(
            f'<rect x="{at / total * _WIDTH:.2f}" y="0" width="{length / total * _WIDTH:.2f}" '
            f'height="{_HEIGHT}" fill="{colour}" stroke="#666" stroke-width="0.5">'
            f"<title>{escape(text)}</title></rect>"
        )
        at += length
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><title>{escape(title)}</title>'
        f"{''.join(drawn)}</svg>"
    )
