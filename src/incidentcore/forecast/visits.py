"""Find the cells that a record passes through, and the time that a clock counted from each on.

Rule X4 says what cells and visits are; a visit lasts until the clock's cycle ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple, TypeAlias

import attrs

from incidentcore._checks import need_span
from incidentcore.conditions.access import reader
from incidentcore.forecast.hazards import HazardCurve
from incidentcore.instants import as_utc
from incidentcore.kpi.group_keys import label
from incidentcore.records import Record, Timeline
from incidentcore.records.replay import timeline_by
from incidentcore.sla.cycles import COUNTING, MICRO, RawCycle, Span, figures
from incidentcore.sla.evaluate import clock_cycles
from incidentcore.sla.life import OneClock
from incidentcore.words.words import span_text

Cells: TypeAlias = tuple[tuple[str, ...], ...]
"""Kinds of cell, most specific first, each given by its fields."""

Row: TypeAlias = tuple[int, int, bool]
"""When a visit came under observation, when it ended or was last seen, and whether it ended."""

_ENDED: Final = ("stopped", "reset", "canceled")


@attrs.frozen(slots=False)
class CellHistory:
    """The visits of records to one cell, which is a combination of field values.

    ``entered``, ``left`` and ``ended`` have one entry for each visit, which ends when the record's
    clock ends, even if the values have changed by then.

    Attributes:
        fields: The fields of the cell.
        values: The values of these fields, as text.
        entered: How long the visit had lasted when its observation began, in microseconds counted
            by the clock; -1 if it was observed from its beginning.
        left: How long it had lasted when the clock ended or was last observed, in the same unit.
        ended: Whether the clock had ended by then.
    """

    fields: tuple[str, ...]
    values: tuple[str, ...]
    entered: tuple[int, ...] = attrs.field(repr=False)
    left: tuple[int, ...] = attrs.field(repr=False)
    ended: tuple[bool, ...] = attrs.field(repr=False)

    @cached_property
    def curve(self) -> HazardCurve:
        """Return the survival curve of the visits."""
        return HazardCurve(self.entered, self.left, self.ended)

    def __str__(self) -> str:
        pairs = zip(self.fields, self.values, strict=True)
        return ", ".join(f"{name} {value}" for name, value in pairs) or "any"


class Standing(NamedTuple):
    """The state of a record's clock at an instant, from which a forecast is made."""

    cycle: RawCycle  # the current or last one
    elapsed: timedelta
    target: timedelta
    goes_on: bool  # whether the clock is running or paused
    facts: dict[str, Any]
    entered: tuple[timedelta, ...]  # the time counted in the present cell of each kind
    counts: bool  # whether time is counted at the instant: not in a pause or in closed hours

    def age(self, since: timedelta) -> int:
        """Return the length that comparable visits exceed, in microseconds.

        While no time is counted, a record may end without another microsecond, as may the visits
        that lasted just as long; so these are comparable too.
        """
        return since // MICRO - (not self.counts)


def standing(
    definition: OneClock,
    record: Record,
    /,
    *,
    now: datetime,
    cells: Cells = (),
    known_at: datetime | None = None,
    cycle: int | None = None,
) -> Standing | None:
    """Return the state of a record's clock at an instant; None if it has not started.

    ``cells`` are the combinations of fields whose values are compared; ``cycle`` is the number of
    the cycle to evaluate, None for the last.
    """
    now = as_utc(now, "now")
    timeline = timeline_by(record, now, known_at)
    cycles = [] if timeline is None else clock_cycles(definition, timeline, now=now)
    if timeline is None or not cycles:
        return None
    last = next((one for one in cycles if one.number == cycle), cycles[-1])
    known = figures(last, now)
    entered = []
    for fields in cells:
        start, _ = _visits(fields, timeline)[-1]
        entered.append(_counted(last.spans, max(start, last.started_at)))
    goes_on = last.ended_at is None
    facts = timeline.facts_at(now)
    counts = goes_on and last.outcome == "running" and last.calendar.is_open(now)
    return Standing(last, known.elapsed, known.target, goes_on, facts, tuple(entered), counts)


def rows_of(
    fields: tuple[str, ...],
    timeline: Timeline,
    cycles: Sequence[RawCycle],
    as_of: datetime,
    since: datetime | None,
) -> Iterator[tuple[tuple[str, ...], Row]]:
    """Yield the times in which certain fields of a record kept their values, with the values."""
    visits = _visits(fields, timeline)
    for cycle in cycles:
        end = cycle.ended_at or as_of
        if since is not None and end <= since:
            continue
        for place, (at, values) in enumerate(visits):
            until = visits[place + 1][0] if place + 1 < len(visits) else None
            if until is not None and until <= cycle.started_at:
                continue
            start = max(at, cycle.started_at)
            if start >= end and start > cycle.started_at:
                break
            left = _counted(cycle.spans, start)
            entered = timedelta(microseconds=-1)
            if since is not None and start < since:
                entered = left - _counted(cycle.spans, since)
            ended = cycle.outcome in _ENDED
            yield values, (entered // MICRO, left // MICRO, ended)


def _visits(fields: tuple[str, ...], timeline: Timeline) -> list[tuple[datetime, tuple[str, ...]]]:
    """Return the cells that a record entered, and when it entered each."""
    names = {field.partition(".")[0] for field in fields}
    visits: list[tuple[datetime, tuple[str, ...]]] = []
    facts = dict(timeline.base)
    for moment in timeline.moments:
        changes = moment.changes
        facts.update(changes)
        if not visits or not names.isdisjoint(changes):
            values = cell_values(fields, facts)
            if not visits or visits[-1][1] != values:
                visits.append((moment.at, values))
    return visits


def _counted(spans: Sequence[Span], since: datetime) -> timedelta:
    """Return the open time that was counted after an instant."""
    return sum(
        (
            span.calendar.open_time(max(span.start, since), span.end)
            for span in spans
            if span.kind == COUNTING and span.end > since
        ),
        timedelta(0),
    )


def since_of(recent: timedelta | None, as_of: datetime) -> datetime | None:
    """Return the instant from which history counts; None if all of it does."""
    if recent is None:
        return None
    need_span("recent", recent, more_than_zero=True)
    return as_of - recent


def whole_minutes(span: timedelta) -> str:
    """Return a span as text, without units that are too small to matter."""
    return span_text(span - span % timedelta(minutes=1))


@lru_cache(maxsize=256)
def _readers(fields: tuple[str, ...]) -> tuple[Callable[[object], object], ...]:
    return tuple(map(reader, fields))


def cell_values(fields: tuple[str, ...], facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the values of several fields as text."""
    return tuple(label(read(facts)) for read in _readers(fields))
