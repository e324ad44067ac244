"""The clock as a fold over a record's facts: when it counted, paused, stopped (rules S1, S4, S5).

The fold knows nothing of calendars or targets: it turns the facts of a timeline into cycles made
of spans of wall time. What a span is worth is asked of its calendar afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import attrs

from incidentcore.records import Event, Moment
from incidentcore.schedule import Calendar
from incidentcore.sla.definition import CalendarBy, Reopen, SlaDefinition, Swap
from incidentcore.sla.policy import SlaPolicy

__all__ = ["ClockFold", "RawCycle", "Span", "Stage", "fold_clock"]


class Stage:
    """Where a clock stands."""

    NONE: Final = "none"
    NOT_STARTED: Final = "not_started"
    RUNNING: Final = "running"
    PAUSED: Final = "paused"
    STOPPED: Final = "stopped"
    CANCELED: Final = "canceled"


COUNTING: Final = "counting"
PAUSED: Final = "paused"
CLOSED: Final = "closed"  # between a stop and a reopening whose gap is given back


@attrs.frozen
class Span:
    """A stretch of wall time in a cycle: counting, paused, or closed until reopened."""

    kind: str
    start: datetime
    end: datetime
    calendar: Calendar


@attrs.frozen(kw_only=True)
class RawCycle:
    """One cycle of a clock, before calendars are asked.

    Attributes:
        number: From 1.
        definition: The definition that judges it.
        started_at: When it attached.
        facts: The facts at its start.
        calendar: The calendar by which it counts at its end.
        spans: What happened since, without gaps, up to its end or to now.
        ended_at: When it stopped, was canceled, replaced or reset; None while it goes on.
        outcome: ``running``, ``paused``, ``stopped``, ``canceled``, ``replaced`` or ``reset``.
    """

    number: int
    definition: SlaDefinition
    started_at: datetime
    facts: Mapping[str, Any] = attrs.field(eq=False, repr=False)
    calendar: Calendar
    spans: tuple[Span, ...]
    ended_at: datetime | None
    outcome: str


class ClockFold:
    """The state of a fold in progress; ``fold_clock`` drives it."""

    __slots__ = (
        "calendar",
        "definition",
        "facts",
        "finished",
        "first",
        "index",
        "kind",
        "shadow",
        "since",
        "spans",
        "stage",
        "started_at",
        "stopped_at",
    )

    def __init__(self, definition: SlaDefinition | None, finished: Sequence[RawCycle] = ()) -> None:
        self.definition = definition
        self.finished = list(finished)
        self.stage = Stage.NOT_STARTED
        self.first = 0  # index of the moment at which the current cycle attached
        self.index = 0
        self.started_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.since: datetime | None = None  # start of the open span
        self.kind = COUNTING  # of the open span
        self.spans: list[Span] = []
        self.shadow: list[tuple[str, datetime]] = []  # what the gap after a stop would count as
        self.calendar: Calendar | None = None
        self.facts: dict[str, Any] = {}

    # One step: the facts after the last event of an instant (rule S1).

    def step(
        self,
        index: int,
        at: datetime,
        facts: dict[str, Any],
        events: Sequence[Event],
        ignore_pause: bool = False,  # noqa: FBT001, FBT002  the inner loop passes it by place
    ) -> None:
        """Apply the facts after the last event of one instant, by the precedence of rule S1."""
        definition = self.definition
        if definition is None:
            return
        self.index = index
        stage = self.stage
        if stage in (Stage.RUNNING, Stage.PAUSED):
            if definition.cancel.test(facts, at):
                self._finish(at, Stage.CANCELED)
            elif definition.stop.test(facts, at):
                self._stop(at, facts)
            elif definition.reset is not None and any(
                definition.reset.test(event, at) for event in events
            ):
                self._finish(at, "reset")
                self._try_start(at, facts, ignore_pause=ignore_pause)
            elif definition.cancel_when_start_ends and not definition.start.test(facts, at):
                self._finish(at, Stage.CANCELED)
            else:
                paused = not ignore_pause and self._paused(facts, at, stage == Stage.PAUSED)
                if paused != (stage == Stage.PAUSED):
                    self._switch(at, PAUSED if paused else COUNTING)
        elif stage == Stage.STOPPED:
            self._while_stopped(at, facts, ignore_pause=ignore_pause)
        else:
            self._try_start(at, facts, ignore_pause=ignore_pause)

    def _paused(self, facts: dict[str, Any], at: datetime, paused: bool) -> bool:  # noqa: FBT001
        definition = self.definition
        assert definition is not None  # noqa: S101  step asks only with a definition
        if definition.resume is None:
            return definition.pause.test(facts, at)
        if definition.resume.test(facts, at):
            return False
        return paused or definition.pause.test(facts, at)

    def _try_start(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool) -> None:
        definition = self.definition
        assert definition is not None  # noqa: S101  step asks only with a definition
        if (
            not definition.start.test(facts, at)
            or definition.stop.test(facts, at)
            or definition.cancel.test(facts, at)
        ):
            return
        self.first = self.index
        self.started_at = self.since = at
        self.stopped_at = None
        self.spans = []
        self.facts = dict(facts)
        self.calendar = _calendar(definition, facts)
        paused = not ignore_pause and self._paused(facts, at, False)
        self.kind = PAUSED if paused else COUNTING
        self.stage = Stage.PAUSED if paused else Stage.RUNNING

    def _while_stopped(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool) -> None:
        definition = self.definition
        assert definition is not None  # noqa: S101  step asks only with a definition
        assert self.stopped_at is not None  # noqa: S101  set by _stop
        reopened = (
            not definition.stop.test(facts, at)
            and definition.start.test(facts, at)
            and not definition.cancel.test(facts, at)
        )
        was = bool(self.shadow) and self.shadow[-1][0] == PAUSED
        paused = not ignore_pause and self._paused(facts, at, was)
        if not reopened:
            self._shadow(at, PAUSED if paused else COUNTING)
            return
        if definition.reopen == Reopen.NEW_CYCLE:
            self._finish(self.stopped_at, Stage.STOPPED)
            self._try_start(at, facts, ignore_pause=ignore_pause)
            return
        if definition.reopen == Reopen.CONTINUE:
            pieces = [*self.shadow, (COUNTING, at)]
            for (kind, start), (_, end) in itertools.pairwise(pieces):
                self._add(kind, start, end)
        else:
            self._add(CLOSED, self.stopped_at, at)
        self.stopped_at = None
        self.since = at
        paused = not ignore_pause and self._paused(facts, at, False)
        self.kind = PAUSED if paused else COUNTING
        self.stage = Stage.PAUSED if paused else Stage.RUNNING

    def _stop(self, at: datetime, facts: dict[str, Any]) -> None:
        self._close_span(at)
        self.stage = Stage.STOPPED
        self.stopped_at = at
        self.shadow = []
        self._shadow(at, PAUSED if self._paused(facts, at, False) else COUNTING)

    def _shadow(self, at: datetime, kind: str) -> None:
        if not self.shadow or self.shadow[-1][0] != kind:
            self.shadow.append((kind, at))

    def _switch(self, at: datetime, kind: str) -> None:
        self._close_span(at)
        self.kind = kind
        self.since = at
        self.stage = Stage.PAUSED if kind == PAUSED else Stage.RUNNING

    def _close_span(self, at: datetime) -> None:
        assert self.since is not None  # noqa: S101  a span is open in running and paused
        self._add(self.kind, self.since, at)
        self.since = None

    def _add(self, kind: str, start: datetime, end: datetime) -> None:
        assert self.calendar is not None  # noqa: S101  set when the cycle attached
        if start < end:
            self.spans.append(Span(kind, start, end, self.calendar))

    def _finish(self, at: datetime, outcome: str) -> None:
        """End the current cycle and keep it."""
        if self.since is not None:
            self._close_span(at)
        self.finished.append(self._cycle(at, outcome))
        self.stage = Stage.CANCELED if outcome == Stage.CANCELED else Stage.NOT_STARTED
        self.started_at = self.stopped_at = self.since = None
        self.spans = []

    def _cycle(self, ended_at: datetime | None, outcome: str) -> RawCycle:
        assert self.definition is not None  # noqa: S101  a cycle has a definition
        assert self.started_at is not None  # noqa: S101  and a start
        assert self.calendar is not None  # noqa: S101  and a calendar
        return RawCycle(
            number=len(self.finished) + 1,
            definition=self.definition,
            started_at=self.started_at,
            facts=self.facts,
            calendar=self.calendar,
            spans=tuple(self.spans),
            ended_at=ended_at,
            outcome=outcome,
        )

    # Another definition takes over (rule S4).

    @property
    def attached(self) -> bool:
        """Return whether a cycle is going on."""
        return self.started_at is not None and self.stopped_at is None

    def swap(self, to: SlaDefinition | None, at: datetime, facts: dict[str, Any]) -> str:
        """Leave the current definition for another; return how the new one takes over."""
        if to is None:
            if self.attached:
                self._finish(at, Stage.CANCELED)
            self.definition = None
            return Swap.RESTART
        how = to.swap
        if how == Swap.KEEP_ELAPSED and self.started_at is not None:
            if self.since is not None:
                self._close_span(at)
                self.since = at
            self.calendar = _calendar(to, facts)
        elif how == Swap.RESTART and self.attached:
            self._finish(at, "replaced")
        elif self.stopped_at is not None and to.reopen == Reopen.NEW_CYCLE:
            self._finish(self.stopped_at, Stage.STOPPED)  # judged by what held then
        self.definition = to
        return how

    def cycles(self, now: datetime) -> tuple[RawCycle, ...]:
        """Return every cycle as it is told at ``now``, the current one last."""
        cycles = list(self.finished)
        if self.started_at is not None:
            if self.since is not None:
                kind, since, spans = self.kind, self.since, list(self.spans)
                self._add(kind, since, now)
                outcome = "paused" if kind == PAUSED else "running"
                cycles.append(self._cycle(None, outcome))
                self.spans = spans
            else:
                cycles.append(self._cycle(self.stopped_at, Stage.STOPPED))
        return tuple(cycles)


def _calendar(definition: SlaDefinition, facts: dict[str, Any]) -> Calendar:
    calendar = definition.calendar
    return calendar.pick(facts) if isinstance(calendar, CalendarBy) else calendar


def fold_clock(
    rules: SlaDefinition | SlaPolicy, base: Mapping[str, Any], moments: Sequence[Moment]
) -> ClockFold:
    """Fold the moments of a timeline through a definition, or through what a policy picks."""
    if isinstance(rules, SlaDefinition):
        return _fold_one(ClockFold(rules), base, moments)
    return _fold_policy(rules, base, moments)


def _fold_one(clock: ClockFold, base: Mapping[str, Any], moments: Sequence[Moment]) -> ClockFold:
    definition = clock.definition
    assert definition is not None  # noqa: S101  the caller gives one
    facts = dict(base)
    update, step = facts.update, clock.step
    reads = definition.fields
    skips = definition.reset is None and not definition.start.reads_time
    first = True
    for index, moment in enumerate(moments):
        changes = moment.changes
        update(changes)
        if skips and not first and reads.isdisjoint(changes):
            continue  # nothing that a condition reads has changed
        first = False
        step(index, moment.at, facts, moment.events)
    return clock


def _fold_policy(
    policy: SlaPolicy, base: Mapping[str, Any], moments: Sequence[Moment]
) -> ClockFold:
    clock = ClockFold(None)
    facts = dict(base)
    picked = False
    for index, moment in enumerate(moments):
        facts.update(moment.changes)
        at = moment.at
        frozen = clock.stage == Stage.STOPPED  # judged; only a reopening brings another rule in
        stale = policy.reads_time or not picked or not policy.fields.isdisjoint(moment.changes)
        choice = policy.pick(facts, at=at) if stale or frozen else clock.definition
        picked = True
        if choice != clock.definition and not (frozen and not _reopens(clock, choice, facts, at)):
            clock = _take_over(clock, choice, base, moments[:index], facts=facts, at=at)
        clock.step(index, at, facts, moment.events)
    return clock


def _reopens(
    clock: ClockFold, choice: SlaDefinition | None, facts: dict[str, Any], at: datetime
) -> bool:
    stops = (clock.definition, choice)
    return not any(d is not None and d.stop.test(facts, at) for d in stops)


def _take_over(
    clock: ClockFold,
    to: SlaDefinition | None,
    base: Mapping[str, Any],
    earlier: Sequence[Moment],
    *,
    facts: dict[str, Any],
    at: datetime,
) -> ClockFold:
    """Return the clock with another definition in charge from ``at`` on, after earlier moments."""
    index = len(earlier)
    fresh = clock.definition is None and not clock.finished and index == 0
    how = clock.swap(to, at, facts)
    if to is None or fresh or how not in (Swap.RETROACTIVE, Swap.RETROACTIVE_WITHOUT_PAUSES):
        return clock
    kept = [cycle for cycle in clock.finished if cycle.outcome != Stage.CANCELED]
    folded = ClockFold(to, kept)
    begin = clock.first if kept and clock.started_at is not None else index if kept else 0
    replayed = dict(base)
    for number, moment in enumerate(earlier):
        replayed.update(moment.changes)
        if number >= begin:
            folded.step(
                number,
                moment.at,
                replayed,
                moment.events,
                how == Swap.RETROACTIVE_WITHOUT_PAUSES,
            )
    return folded
