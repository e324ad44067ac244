"""How every second of a clock was counted, as data and as text (rule S7)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.instants import Interval
from incidentcore.pages.table import Tabular, to_html, to_markdown, to_text
from incidentcore.records import Timeline
from incidentcore.schedule import OpenReason
from incidentcore.schedule.spans import join_neighbors
from incidentcore.sla.bar import svg_bar
from incidentcore.sla.cycles import CLOSED, COUNTING, PAUSED, Figures, RawCycle, Span, Swap
from incidentcore.values import FrozenMap
from incidentcore.words import ENGLISH, Phrase, Words
from incidentcore.words.words import Texts

TRACE_TEXTS: Final[Texts] = FrozenMap(
    {
        "not_started": "not started",
        "counting": "counting",
        "out_of_hours": "closed: out of hours",
        "holiday": "closed: holiday {name}",
        "break": "closed: break {name}",
        "maintenance": "closed: maintenance {name}",
        "closed_in": "closed: closed in {name}",
        "closed": "closed: {reason}",
        "paused": "paused: {reason}",
        "closed_until_reopened": "closed until reopened",
        "stopped": "stopped",
        "canceled": "canceled",
        "replaced": "replaced",
        "swapped": "{after} takes over from {before} ({how})",
        "swapped_to_none": "{before} no longer applies",
        "swapped_from_none": "{after} applies ({how})",
        "no_sla": "no SLA applies",
        "no_priority": "no SLA applies; the conditions test the priority, which is None",
        "not_covered": "cannot be judged: the source does not cover {fields}",
        "figures": "elapsed {elapsed} of {target}, remaining {remaining}; ",
        "met": "met",
        "breached": "breached",
        "met_already": "met, ",
        "breached_already": "breached, ",
        "on_hold": "on hold: ",
        "due": "due {due}",
        "no_due": "no due time",
        "out_of_reach": "no due time within the years of calendars",
        "if_resumed": ". If resumed now: {due}",
    }
)
"""The text of each code of a trace and of the parts of its closing line."""


Closing: TypeAlias = tuple[tuple[str, FrozenMap[object]], ...]
"""The parts of the last line of a trace: codes of ``TRACE_TEXTS``, each with its data."""


@attrs.frozen(kw_only=True)
class TraceEntry(SharedRepr):
    """An interval in a clock's history, or the instant at which another definition took over.

    Attributes:
        interval: The interval; ``[at, at)`` for a takeover.
        code: A stable code that states how the time counted; a custom calendar may add others.
        data: The values to fill into the code's text, such as the reason for a pause.
        cycle: The number of the cycle that the interval belongs to; 0 before the first cycle.
        counted: The open time that counted in the interval.
    """

    interval: Interval
    code: str
    data: FrozenMap[object] = FrozenMap()
    cycle: int
    counted: timedelta = timedelta(0)

    @property
    def text(self) -> str:
        """Return how the time was counted and why, as text."""
        return Phrase("{entry}", entry=self)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return ``text`` in the language of ``words``; ``zone`` is ignored."""
        code = self.code
        if code not in TRACE_TEXTS and "reason" in self.data:
            code = "closed"
        data = dict(self.data)
        if "how" in data:
            data["how"] = words.template(str(data["how"]))
        return words.text(TRACE_TEXTS, code, data).rstrip()


@attrs.frozen(repr=False)
class Trace(Tabular):
    """The history of a clock, without gaps, from the record's opening to ``now``.

    Iterating over it yields its entries; ``str`` shows times in the clock's time zone.

    Attributes:
        entries: The intervals in time order.
        zone: The time zone of the text.
        closing: The parts of the last line of the text, each as a stable code and the values to
            fill in.
    """

    entries: tuple[TraceEntry, ...]
    zone: ZoneInfo
    closing: Closing

    @property
    def summary(self) -> Phrase:
        """Return the last line of the text: elapsed and remaining time, result and due time."""
        return Phrase.joined(
            [Phrase(TRACE_TEXTS[code], **self._local(data)) for code, data in self.closing], ""
        )

    def _local(self, data: Mapping[str, object]) -> dict[str, object]:
        """Return data with its instants in the zone of the trace."""
        zone = self.zone
        return {
            name: value.astimezone(zone) if isinstance(value, datetime) else value
            for name, value in data.items()
        }

    def __iter__(self) -> Iterator[TraceEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def rows(
        self, words: Words = ENGLISH, zone: ZoneInfo | None = None
    ) -> tuple[tuple[str, str, str], ...]:
        """Return the times of each interval, its reason, and the open time that counted, as text.

        ``zone`` defaults to that of the trace.
        """
        zone = zone or self.zone
        edges = [at for entry in self.entries for at in (entry.interval.start, entry.interval.end)]
        year = len({at.astimezone(zone).year for at in edges}) > 1
        lines: list[tuple[str, str, str]] = []
        for entry in self.entries:
            start = words.day_time(entry.interval.start, zone, year=year)
            end = words.day_time(entry.interval.end, zone, year=year)
            counted = words.span(entry.counted) if entry.code == COUNTING else ""
            when = f"{start} - {end}" if entry.interval else start
            lines.append((when, entry.in_words(words), counted))
        return tuple(lines)

    def __str__(self) -> str:
        return self.in_words(ENGLISH)

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return the trace in the language of ``words``; ``zone`` defaults to that of the trace."""
        rows = self.rows(words, zone)
        when = max((len(row[0]) for row in rows), default=0)
        wide = max((len(row[1]) for row in rows), default=0)
        lines = [f"{a:<{when}}   {b:<{wide}}   {c:>6}".rstrip() for a, b, c in rows]
        return "\n".join([*lines, self.summary.in_words(words, zone)])

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings, a row for each interval, and which columns are numeric."""
        heads = [f"when ({self.zone.key})", "what", "counted"]
        return heads, [list(row) for row in self.rows()], [False, False, True]

    def notes(self) -> tuple[str]:
        """Return ``summary``, which is shown below the table of ``cells``."""
        return (self.summary,)

    def to_html(self) -> str:
        """Return the trace as HTML: the bar of ``svg``, the table of ``cells``, and ``summary``."""
        return f"{self.svg()}\n{super().to_html()}"

    def svg(self, words: Words = ENGLISH, zone: ZoneInfo | None = None) -> str:
        """Return the trace as an inline SVG bar, drawn to scale, in a language and time zone."""
        texts = [" ".join(part for part in row if part) for row in self.rows(words, zone)]
        parts = [
            (entry.interval.duration, entry.code, text)
            for entry, text in zip(self.entries, texts, strict=True)
        ]
        return svg_bar(parts, title=self.summary.in_words(words, zone))


class StatusForms(Tabular):
    """The base class that shows a status as a table of one row, with its trace below."""

    __slots__ = ()

    def cells(self: Any) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return headings, a row (record, clock, stage, summary), and which columns are numeric."""
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


def why_none(rules: object, timeline: Timeline, now: datetime) -> str:
    """Return why no definition applies: ``no_priority`` if the rules read it, else ``no_sla``."""
    asked = "priority" in getattr(rules, "fields", ())
    return "no_priority" if asked and timeline.facts_at(now).get("priority") is None else "no_sla"


def absence(code: str, fields: Iterable[str] = ()) -> Closing:
    """Return the closing line of a trace without cycles: why there is none."""
    return ((code, FrozenMap({"fields": ", ".join(fields)}) if fields else _NO_DATA),)


def closing_of(stage: str, known: Figures, cycle: RawCycle) -> Closing:
    """Return the closing line of a trace from the last cycle and its figures."""
    spans = {
        "elapsed": known.elapsed,
        "target": known.target,
        "remaining": known.target - known.elapsed,
    }
    parts: list[tuple[str, FrozenMap[object]]] = [("figures", FrozenMap(spans))]
    breached, ended = known.elapsed > known.target, cycle.ended_at is not None
    if stage == "canceled":
        parts.append(("canceled", _NO_DATA))
    elif cycle.outcome == "replaced":
        parts.append(("replaced", _NO_DATA))
    elif ended and known.due_at is None:
        parts.append(("breached" if breached else "met", _NO_DATA))
    else:
        if breached or ended:
            parts.append(("breached_already" if breached else "met_already", _NO_DATA))
        if stage == "paused":
            parts.append(("on_hold", _NO_DATA))
        if known.due_at is not None:
            parts.append(("due", FrozenMap({"due": known.due_at})))
        elif stage != "paused":
            parts.append(("out_of_reach", _NO_DATA))
        else:
            parts.append(("no_due", _NO_DATA))
            if known.due_if_resumed is not None:
                parts.append(("if_resumed", FrozenMap({"due": known.due_if_resumed})))
    return tuple(parts)


_AFTER: Final = {"canceled": "canceled", "replaced": "not_started"}


def build_trace(
    cycles: Sequence[RawCycle],
    swaps: Sequence[Swap],
    timeline: Timeline,
    *,
    now: datetime,
    zone: ZoneInfo,
    closing: Closing,
) -> Trace:
    """Return the trace of a clock, given its cycles and the takeovers among them."""
    entries: list[TraceEntry] = []
    first = cycles[0].started_at if cycles else now
    at = min(timeline.opened_at, first)
    number = 0
    after, data = closing[0] if closing[0][0] == "not_covered" else ("not_started", _NO_DATA)
    is_paused = any(span.kind == PAUSED for cycle in cycles for span in cycle.spans)
    pauses = _pause_reasons(timeline) if is_paused else ([], [])
    for cycle in cycles:
        if at < cycle.started_at:
            entries.append(_entry(at, cycle.started_at, after, number))
        number = cycle.number
        for span in cycle.spans:
            entries.extend(_span_entries(span, cycle, pauses))
        at = cycle.ended_at or now
        after = _AFTER.get(cycle.outcome, "stopped")
    if at < now:
        entries.append(_entry(at, now, after, number, **(data if not cycles else {})))
    joined = list(join_neighbors(entries, _both))
    return Trace(tuple(_with_swaps(joined, swaps)), zone, closing)


def _with_swaps(entries: list[TraceEntry], swaps: Iterable[Swap]) -> Iterator[TraceEntry]:
    """Yield the entries, cut at each takeover, with an entry for each takeover."""
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


def _why_closed(reason: OpenReason) -> FrozenMap[object]:
    """Return the values for the text of a closed interval; for a custom code, its text."""
    if reason.code in TRACE_TEXTS:
        return FrozenMap.of_frozen({"name": reason.name})
    return FrozenMap.of_frozen({"reason": reason.text})


_NO_DATA: Final[FrozenMap[object]] = FrozenMap()
_Pauses = tuple[list[datetime], list[str]]


def _pause_reasons(timeline: Timeline) -> _Pauses:
    """Return the instants at which the reason for a pause changes, with the reasons."""
    since: list[datetime] = []
    reasons: list[str] = []
    for moment, facts in timeline.states():
        if moment.at < timeline.opened_at:
            continue  # as at the opening
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
                data=_NO_DATA if is_open else _why_closed(reason),
                cycle=cycle.number,
                counted=reason.interval.duration if is_open else timedelta(0),
            )
    else:  # a pause, cut where its reason changes
        edges, reasons = pauses
        start, index = span.start, max(bisect_right(edges, span.start) - 1, 0)
        while start < span.end:
            after = edges[index + 1] if index + 1 < len(edges) else span.end
            end = min(after, span.end)
            yield _entry(start, end, "paused", cycle.number, reason=reasons[index])
            start, index = end, index + 1


def _both(entry: TraceEntry, after: TraceEntry) -> TraceEntry | None:
    """Return two entries as one, if they are adjacent and of the same kind."""
    if (
        entry.code != after.code
        or entry.interval.end != after.interval.start
        or (entry.data, entry.cycle) != (after.data, after.cycle)
    ):
        return None
    return TraceEntry(
        interval=Interval(entry.interval.start, after.interval.end),
        code=entry.code,
        data=entry.data,
        cycle=entry.cycle,
        counted=entry.counted + after.counted,
    )
