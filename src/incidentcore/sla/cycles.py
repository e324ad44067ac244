"""Cycles of a clock and their figures: elapsed time, due time, breach, thresholds (S2, S3, S8).

``ClockFold`` divides a record's history into cycles, and each cycle into spans of wall-clock time
that counted, were paused or lay between a stop and a reopening. Here calendars are applied: only
the open time in a span counts, and the clock is due when the counted open time reaches the target;
the other points of a clock follow from both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.instants import Versions
from incidentcore.records import Event
from incidentcore.schedule import Calendar, VersionedCalendar
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.targets import resolve_target
from incidentcore.sla.terms import SlaThreshold

ZERO: Final = timedelta(0)
MICRO: Final = timedelta(microseconds=1)

SpanKind: TypeAlias = Literal["counting", "paused", "closed"]
"""The kind of a span; ``closed`` is between a stop and a reopening that does not count the gap."""

COUNTING: Final = "counting"
PAUSED: Final = "paused"
CLOSED: Final = "closed"

CycleOutcome: TypeAlias = Literal["running", "paused", "stopped", "canceled", "replaced", "reset"]
"""How a cycle ended, or its state while in progress."""


class Span(NamedTuple):
    """An interval of wall-clock time in a cycle."""

    kind: SpanKind  # whether it counted, was paused or lay between a stop and a reopening (a gap)
    start: datetime
    end: datetime
    calendar: Calendar  # by which its open time is computed
    shown_at: datetime | None = None  # when a reopening made a gap count


class Swap(NamedTuple):
    """The takeover of a clock by another definition, given by their names."""

    at: datetime
    before: str | None  # None if there was no definition
    after: str | None  # None if there is no definition
    how: str  # such as ``keep_elapsed``
    cycle: int  # the number of the one in progress


# Never changed, but not frozen: one is made for each evaluation, and freezing doubles the time.
@attrs.define(kw_only=True, unsafe_hash=True)
class RawCycle(SharedRepr):
    """One cycle of a clock, before calendars are applied."""

    number: int  # from 1
    definition: SlaDefinition
    started_at: datetime
    known_from: datetime  # when start held; later than the start if that lies before the opening
    facts: Mapping[str, Any] = attrs.field(eq=False, repr=False)  # that its target reads
    calendar: Calendar  # in use at its end
    spans: tuple[Span, ...]  # one directly after another, up to its end or to now
    ended_at: datetime | None  # None while it is in progress
    outcome: CycleOutcome  # how it ended, or its state while in progress
    ended_by: Event | None = attrs.field(default=None, eq=False, repr=False)  # if not time alone
    judged_from: datetime | None = None  # by a takeover; nothing is due before it


@attrs.define(kw_only=True, eq=False)
class Figures(SharedRepr):
    """The figures of one cycle as of an instant."""

    cycle: RawCycle | None  # None if the clock has not started
    end: datetime  # now while the cycle is in progress
    target: timedelta  # as open time
    elapsed: timedelta  # the open time that counted
    breached_at: datetime | None  # after it the target is exceeded; None until breached
    spent_at: datetime | None  # the due time once it has passed; None while it lies ahead
    fixed_due: datetime | None  # the due time, if the target computes one from the start

    @property
    def due_at(self) -> datetime | None:
        """Return the due time; None while paused before it, and after a cancellation."""
        cycle = self.cycle
        if cycle is None or cycle.outcome in ("canceled", "replaced"):
            return None
        return None if self.spent_at is None and cycle.outcome == "paused" else self.ahead

    @property
    def due_if_resumed(self) -> datetime | None:
        """Return the due time if the cycle counted from now on; None after its end."""
        return None if self.cycle is None or self.cycle.ended_at is not None else self.ahead

    @cached_property
    def ahead(self) -> datetime | None:
        """Return the due time if the cycle counts from its end on; computed when first read."""
        cycle = self.cycle
        if cycle is None or self.spent_at is not None:
            return self.spent_at
        try:
            if self.fixed_due is not None:
                return named_due(cycle, cycle.spans, self.fixed_due)
            return cycle.calendar.deadline(self.end, self.target - self.elapsed)
        except UnreachableDeadlineError:
            return None


def figures(cycle: RawCycle, now: datetime) -> Figures:
    """Return the figures of a cycle; if it is in progress, the figures as of ``now``."""
    target, named = cycle.definition.target, None
    if type(target) is not timedelta:
        target, named = _resolved(cycle)
    elapsed = ZERO
    spent: datetime | None = None if target else cycle.started_at
    breached_at: datetime | None = None
    for kind, start, until, calendar, _ in cycle.spans:
        if kind != COUNTING:
            continue
        before = elapsed
        elapsed += calendar.open_time(start, until)
        if breached_at is None and (elapsed > target or (spent is None and elapsed == target)):
            reached = calendar.deadline(start, target - before)
            spent = spent or reached
            breached_at = calendar.next_open(reached) if elapsed > target else None
    end = cycle.ended_at or now
    if named is not None:
        try:
            spent = _named_due_if_come(cycle, named, end) or breached_at
        except UnreachableDeadlineError:
            spent = breached_at
    floor = cycle.judged_from
    if floor is not None:
        spent = spent and max(spent, floor)
        breached_at = breached_at and max(breached_at, floor)
    return Figures(
        cycle=cycle,
        end=end,
        target=target,
        elapsed=elapsed,
        breached_at=breached_at,
        spent_at=spent,
        fixed_due=named,
    )


def _counted_by(cycle: RawCycle) -> Calendar:
    """Return the calendar in whose open time a cycle counts, with its changes in the cycle."""
    turns = {span.start: span.calendar for span in cycle.spans}
    if all(calendar is cycle.calendar for calendar in turns.values()):
        return cycle.calendar
    turns[cycle.spans[-1].end] = cycle.calendar
    return VersionedCalendar(Versions(turns.items()))


def _resolved(cycle: RawCycle) -> tuple[timedelta, datetime | None]:
    """Return a target as open time, and its due time by the calendar of the start or takeover."""
    since = cycle.judged_from or cycle.started_at
    calendars = (span.calendar for span in cycle.spans if span.start >= since)
    first = next(calendars, cycle.calendar)
    start = cycle.started_at
    target, due = resolve_target(cycle.definition.target, start, first, cycle.facts)
    calendar = _counted_by(cycle)
    if due is not None and calendar is not first:
        target = calendar.open_time(start, due)
    return target, due


def named_due(cycle: RawCycle, spans: Sequence[Span], named: datetime) -> datetime:
    """Return a fixed due time, postponed by the open time before it that did not count (S6)."""
    due, calendar, held = named, _counted_by(cycle), False
    for span in spans:
        held = span.kind != COUNTING and (held or span.start < due)
        if held:
            lost = calendar.open_time(span.start, span.end)
            if lost:
                due = calendar.deadline(due, lost)
    return due


def _named_due_if_come(cycle: RawCycle, named: datetime, end: datetime) -> datetime | None:
    """Return a given due time if it has come by ``end``; a pause before it postpones it."""
    spans = cycle.spans
    while spans and spans[-1].kind != COUNTING and cycle.outcome != "running":
        end = spans[-1].start
        spans = spans[:-1]
    due = named_due(cycle, spans, named)
    return due if due <= end else None


def threshold_crossing(
    cycle: RawCycle, known: Figures, threshold: SlaThreshold
) -> tuple[datetime, datetime] | None:
    """Return when a cycle reached a threshold, and when that became known; None if it did not.

    The two instants differ if a reopening made the time since the stop count. A threshold in
    another calendar or in business days may be reached after the end of the cycle.
    """
    if threshold.days is not None and threshold.before_due is not None:
        return _days_before(cycle, known, threshold)
    crossed = _point_crossing(cycle, known, threshold.point(known.target))
    if crossed is not None and threshold.runs_on:
        held = (span.calendar for span in cycle.spans if span.start <= crossed[0] <= span.end)
        try:
            return threshold.offset(crossed[0], next(held, cycle.calendar)), crossed[1]
        except UnreachableDeadlineError:
            return None
    return crossed


def _point_crossing(
    cycle: RawCycle, known: Figures, point: timedelta
) -> tuple[datetime, datetime] | None:
    floor = cycle.judged_from or cycle.started_at
    if not point:
        at = cycle.started_at if known.target else known.spent_at
        return None if at is None else (max(at, floor), max(at, floor))
    elapsed = ZERO
    for span in cycle.spans:
        if span.kind != COUNTING:
            continue
        counted = span.calendar.open_time(span.start, span.end)
        if elapsed + counted >= point:
            at = max(span.calendar.deadline(span.start, point - elapsed), floor)
            return at, span.shown_at or at
        elapsed += counted
    return None


def _days_before(
    cycle: RawCycle, known: Figures, threshold: SlaThreshold
) -> tuple[datetime, datetime] | None:
    """Return when a number of business days before the due was reached (rule S8).

    While a span counts, its due time does not move; the point is crossed in the first span that
    contains it or begins after it, and stays there.
    """
    elapsed = ZERO
    spans = cycle.spans
    if cycle.outcome == "running" and (not spans or spans[-1].kind != COUNTING):
        now = spans[-1].end if spans else cycle.started_at  # it has just begun to count
        spans = (*spans, Span(COUNTING, now, now, cycle.calendar))
    for number, span in enumerate(spans):
        if span.kind != COUNTING:
            continue
        try:
            if known.fixed_due is None:
                due = span.calendar.deadline(span.start, known.target - elapsed)
            else:
                due = named_due(cycle, spans[:number], known.fixed_due)
            at = max(span.start, threshold.offset(due, span.calendar))
        except (UnreachableDeadlineError, InvalidValueError):
            at = span.end + MICRO
        if at <= span.end:
            return at, span.shown_at or at
        elapsed += span.calendar.open_time(span.start, span.end)
    return None


CycleResult: TypeAlias = Literal["met", "breached", "canceled", "replaced", "running"]
"""The result of a cycle; ``running`` while undecided."""


@attrs.frozen(kw_only=True)
class Cycle(SharedRepr):
    """One cycle of a clock, finished or in progress.

    Attributes:
        number: The cycle's number, counted from 1.
        definition: The name of the definition that applies to the cycle.
        started_at: When the cycle began.
        stopped_at: When the cycle ended; None while it is in progress.
        target: The target as open time.
        elapsed: The open time that counted.
        due_at: The due time; see ``SlaStatus.due_at`` for when it is None.
        breached_at: The instant after which the target is exceeded; None until breached.
        result: ``met``, ``breached`` (even while in progress), ``canceled``, ``replaced``, or
            ``running`` if it is still undecided.
        stopped_by: The event that ended the cycle; None while in progress, or if time alone did.
    """

    number: int
    definition: str
    started_at: datetime
    stopped_at: datetime | None
    target: timedelta
    elapsed: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    result: CycleResult
    stopped_by: Event | None = attrs.field(default=None, eq=False, repr=False)


def judged(cycle: RawCycle, known: Figures) -> Cycle:
    """Return a raw cycle as a ``Cycle``, with its figures and its result."""
    if cycle.outcome in ("canceled", "replaced"):
        result: CycleResult = "canceled" if cycle.outcome == "canceled" else "replaced"
    elif known.elapsed > known.target:
        result = "breached"
    else:
        result = "running" if cycle.ended_at is None else "met"
    return Cycle(
        number=cycle.number,
        definition=cycle.definition.name,
        started_at=cycle.started_at,
        stopped_at=cycle.ended_at,
        target=known.target,
        elapsed=known.elapsed,
        due_at=known.due_at,
        breached_at=known.breached_at,
        result=result,
        stopped_by=cycle.ended_by,
    )


@attrs.frozen
class PassedThreshold(SharedRepr):
    """A threshold that was reached, and the instant at which it was reached."""

    name: str
    at: datetime
