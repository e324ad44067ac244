"""Downtime of services: the spells of downtime of each record, and the figures based on them.

A spell begins with the outage, or with a reopening. It ends with the restoration or the resolution,
whichever comes first (rule K1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any, ClassVar, TypeAlias

import attrs

from incidentcore._checks import tuple_of
from incidentcore.conditions import Condition
from incidentcore.conditions.instants import timed_tests
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Spans, instant, microseconds
from incidentcore.kpi.engine.results import Definition, Figure, share
from incidentcore.kpi.measures.base import (
    Extract,
    Measure,
    Setting,
    Totals,
    ValueMeasure,
    a_flag,
    history_needs,
    moment_needs,
)
from incidentcore.kpi.measures.duration import between
from incidentcore.kpi.moments import MomentSpec, Spell, as_moment, compile_moment, may_be_condition
from incidentcore.kpi.periods import Windows
from incidentcore.records import Record, Timeline
from incidentcore.records.fold import fold_steps
from incidentcore.schedule.spans import merge

Weight: TypeAlias = int | Fraction
Weights: TypeAlias = tuple[tuple[Condition, Fraction], ...]
Span: TypeAlias = tuple[int, int, Weight]
WeighedSpell: TypeAlias = tuple[datetime, datetime, Weight]

_PLANNED = 2  # heavier than any downtime, so that it hides what it overlaps
_HISTORY = ("restored_at", "resolved_at")  # stops that a history may hold more than once


def _intervals(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(tuple_of(intervals)))


def _weights(
    weights: Iterable[tuple[Condition, float | str | Fraction]],
) -> Weights:
    pairs = []
    for condition, weight in tuple_of(weights):
        try:
            exact = Fraction(str(weight))
        except (ValueError, ZeroDivisionError):
            exact = Fraction(-1)
        if not isinstance(condition, Condition) or not 0 <= exact <= 1:
            allowed = "conditions, each with a weight from 0 to 1"
            raise KpiDefinitionError("weights", (condition, weight), allowed)
        pairs.append((condition, exact))
    return tuple(pairs)


@attrs.frozen(kw_only=True)
class _Spells(Measure):
    """The base class of measures of downtime; see ``Availability`` for the attributes."""

    start: MomentSpec = attrs.field(default="opened_at", converter=as_moment)
    stop: MomentSpec = attrs.field(default="restored_at", converter=as_moment)
    during: Condition | None = attrs.field(default=None, validator=may_be_condition)
    reopening_is_downtime: bool = attrs.field(default=True, validator=a_flag)

    unit: ClassVar[str] = "duration"
    _unended: ClassVar[str] = ""  # the code of a record whose last spell has not ended

    @property
    def needs(self) -> frozenset[str]:
        return moment_needs(self.start, self.stop).union(*map(history_needs, self._conditions()))

    def _weighing(self) -> Weights:
        return ()

    def _conditions(self) -> tuple[Condition, ...]:
        conditions = tuple(condition for condition, _ in self._weighing())
        return conditions if self.during is None else (self.during, *conditions)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        bounds_of, conditions = self._bounds(as_of), self._conditions()
        timed, during = timed_tests(conditions), self.during
        weights = [(condition.test, weight) for condition, weight in self._weighing()]

        def weight_of(facts: Mapping[str, Any], at: datetime) -> Weight:
            if during is not None and not during.test(facts, at):
                return 0
            return next((weight for test, weight in weights if test(facts, at)), 1)

        def spells(record: Record) -> list[WeighedSpell] | str:
            bounds = bounds_of(record)
            if isinstance(bounds, str):
                return bounds
            if self._unended and bounds[-1][1] is None:
                return self._unended
            whole = [(begin, as_of if end is None else end) for begin, end in bounds]
            if not conditions:
                return [(begin, end, 1) for begin, end in whole]
            return list(_weighed(record.timeline().with_instants(timed, as_of), whole, weight_of))

        return spells

    def _bounds(self, as_of: datetime) -> Callable[[Record], list[Spell] | str]:
        """Return a function that gives each spell, or the code of a record that has none."""
        read_start, read_stop = compile_moment(self.start, as_of), compile_moment(self.stop, as_of)
        of_history, by_restoration = self.stop in _HISTORY, self.stop == "restored_at"
        reopens = self.reopening_is_downtime

        def bounds(record: Record) -> list[Spell] | str:
            start = read_start(record)
            if start is None:
                return "no_start"
            if of_history and record.reopen_count:
                spells = list(_walked(record, start, by_restoration=by_restoration))
                stop = spells[0][1]
            else:
                stop = read_stop(record)
                if stop is None and of_history:  # canceled, or closed at once; or nothing yet
                    moments = (record.resolved_at, record.closed_at, record.canceled_at)
                    stop = min((at for at in moments if at is not None), default=None)
                spells = [(start, stop)]
            if stop is not None and stop < start:
                return "negative"
            return spells if reopens else spells[:1]

        return bounds


def _walked(record: Record, start: datetime, *, by_restoration: bool) -> Iterable[Spell]:
    """Yield the spells of a history in which the record was reopened."""
    since: datetime | None = start
    was_open = True
    for event, facts, changes in fold_steps(record.history, record.default_facts()):
        is_open = (changes.get("state") or facts["state"]).open
        if since is None and is_open and not was_open:
            since = event.at
        if since is not None and (not is_open or (by_restoration and event.kind == "restored")):
            yield since, event.at
            since = None
        was_open = is_open
    if since is not None:
        yield since, None


def _weighed(
    timeline: Timeline,
    spells: Iterable[tuple[datetime, datetime]],
    weight_of: Callable[[Mapping[str, Any], datetime], Weight],
) -> Iterable[WeighedSpell]:
    """Yield the parts of spells with a weight above zero, each with its weight.

    Before the opening, the facts of the opening apply.
    """
    steps = [(step.at, weight_of(facts, step.at)) for step, facts in timeline.states()]
    for begin, end in spells:
        at, weight = begin, steps[0][1]
        for instant_of, next_weight in steps:
            cut = min(max(instant_of, begin), end)
            if weight and at < cut:
                yield at, cut, weight
            at, weight = cut, next_weight
        if weight and at < end:
            yield at, end, weight


@attrs.frozen(kw_only=True)
class Downtime(_Spells, ValueMeasure):
    """The time for which each record's service was down, added up over all spells of downtime.

    It is measured in open time if the KPI has a clock. A record whose last spell has not ended is
    left out as ``unrestored``. The attributes are those of ``Availability``, without ``weights``
    and ``planned``.
    """

    _unended = "unrestored"

    settings: ClassVar[frozenset[Setting]] = frozenset({"clock"})

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        spells_of, clock = super().reader(kpi, as_of), kpi.clock

        def downtime(record: Record) -> int | str:
            spells = spells_of(record)
            if isinstance(spells, str):
                return spells
            return sum(microseconds(between(start, stop, clock)) for start, stop, _ in spells)

        return downtime


class _Outages(_Spells):
    """The base class of measures that divide a window into uptime and downtime."""

    __slots__ = ()

    totals: ClassVar[Totals] = Spans
    _reach: ClassVar[timedelta] = timedelta()  # how far beyond its end a spell matters

    def placed(self, outcome: Any, windows: Windows) -> Iterable[tuple[str | None, Any]]:
        by_label: dict[str | None, list[WeighedSpell]] = {}
        for spell in outcome:
            for label in windows.touched(spell[0], spell[1] + self._reach):
                by_label.setdefault(label, []).append(spell)
        return by_label.items()


@attrs.frozen(kw_only=True)
class Availability(_Outages):
    """The share of the window without an outage; outages that overlap count once.

    Attributes:
        start: When an outage begins, as a field path or ``Moment``.
        stop: What ends a spell of downtime: ``"restored_at"`` for the restoration or, if it comes
            first, the resolution; ``"resolved_at"`` for the resolution alone. With any other field
            or moment, a record has a single spell, which ends at that time. A spell without an end
            runs to the instant of the computation.
        during: A condition on the record; only the part of a spell in which it holds is downtime.
        weights: Pairs of (condition, weight from 0 to 1), such as 0.3 for a partial outage. The
            first condition that holds applies; downtime that matches none counts in full. Where
            outages overlap, the greatest weight applies.
        reopening_is_downtime: Whether a reopening begins another spell; only with one of the two
            values of ``stop`` above.
        planned: Intervals of agreed maintenance, which are neither downtime nor service time.
    """

    weights: Weights = attrs.field(default=(), converter=_weights)
    planned: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals)

    unit: ClassVar[str] = "fraction"

    of = "hours promised"

    def _weighing(self) -> Weights:
        return self.weights

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        promised, down, _ = _shared_out(total, self.planned, within)
        if promised <= 0:
            return Figure(value=None, n=total.n)
        up = promised - down
        return Figure(
            value=share(up, promised),
            n=total.n,
            numerator=float(up / 3_600_000_000),
            denominator=promised / 3.6e9,
        )


@attrs.frozen(kw_only=True)
class TimeBetweenFailures(_Outages):
    """The mean uptime between failures: a window's uptime divided by the outages that began in it.

    Outages that overlap or touch are one failure. Without a failure there is no value, only a lower
    bound: the uptime of the window. The attributes are those of ``Availability``, without
    ``weights``.
    """

    planned: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals)

    of = "failures"
    _reach: ClassVar[timedelta] = timedelta(microseconds=1)  # one that begins there continues it

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        promised, down, begun = _shared_out(total, self.planned, within)
        if promised <= 0:
            return Figure(value=None, n=total.n)
        uptime = timedelta(microseconds=round(promised - down))
        mean = round(Fraction(promised - down) / begun) if begun else None
        return Figure(
            value=None if mean is None else timedelta(microseconds=mean),
            n=total.n,
            numerator=float(promised - down) / 3.6e9,
            denominator=begun,
            low=None if begun else uptime,
        )


def _shared_out(
    total: Spans, planned: Iterable[Interval], within: Interval | None
) -> tuple[int, Weight, int]:
    """Return the service time, how much of it was downtime, and how many failures began in it."""
    assert within is not None  # noqa: S101  a partial without one is refused
    first, last = instant(within.start), instant(within.end)
    reserved = ((instant(one.start), instant(one.end), _PLANNED) for one in planned)
    inside = [
        (max(start, first), min(stop, last), weight)
        for start, stop, weight in (*total.spans, *reserved)
        if start < last and stop > first
    ]
    promised = max(last - first, 0)
    down: Weight = 0
    for length, weight in _heaviest(inside):
        if weight == _PLANNED:
            promised -= length
        else:
            down += length * weight
    outages = merge((start, stop) for start, stop, _ in total.spans)
    return promised, down, sum(first <= start < last for start, _ in outages)


def _heaviest(spans: Iterable[Span]) -> Iterator[tuple[int, Weight]]:
    """Yield the lengths of the parts that spans cover, each with the heaviest weight in it."""
    changes: dict[int, list[tuple[Weight, int]]] = {}
    for start, stop, weight in spans:
        changes.setdefault(start, []).append((weight, 1))
        changes.setdefault(stop, []).append((weight, -1))
    running: Counter[Weight] = Counter()
    for at, until in pairwise(sorted(changes)):
        for weight, step in changes[at]:
            running[weight] += step
        heaviest = max((weight for weight, count in running.items() if count), default=0)
        if heaviest:
            yield until - at, heaviest
