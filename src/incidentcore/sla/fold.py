"""When a clock counted, paused and stopped, computed by one pass over a record (rules S1, S4, S5).

How it works. A timeline gives, instant by instant, the facts after the last event of the instant.
``ClockFold.step`` applies one instant to the state of one clock, by the precedence of rule S1. The
state is small: no cycle yet, a cycle with an open span that counts or is paused, or a cycle that
ended and that a reopening may continue. The pass uses neither targets nor opening hours: it makes
cycles that consist of spans of wall-clock time, and the module ``cycles`` computes their figures
afterwards.

Three things make it more than a single pass over events:

- *Instants without an event.* A condition such as ``reached("custom.starts")`` changes its result
  by itself, so steps are inserted into the timeline at such instants (``Life``).
- *Another definition takes over.* ``swap`` ends, keeps or restarts the current cycle. A retroactive
  definition recomputes the past instead, in a second ``ClockFold`` that becomes the clock. It
  starts at ``barrier``, before which no later definition may change a result: the last restart, or
  the last reopening that began a new cycle. The first ``judged`` of the finished cycles lie before
  it. A replaced ``ClockFold`` is stored and continues where it stopped if its definition returns,
  so that many takeovers cost no more than one pass for each definition.
- *The past moves.* When a due date, or the instant from which a clock starts, is changed in its
  field, the clock is computed with the later value; its earlier result is kept as an ``Edition``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.conditions.access import reader
from incidentcore.records import Event, TimelineStep
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla.crossings import Edition
from incidentcore.sla.cycles import CLOSED, COUNTING, PAUSED, CycleOutcome, RawCycle, Span, SpanKind
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.life import Facts, Life
from incidentcore.sla.targets import fields_of
from incidentcore.sla.terms import pick_calendar

ClockStage: TypeAlias = Literal["none", "not_started", "running", "paused", "stopped", "canceled"]
"""The stage of a clock."""


@attrs.define(eq=False)
class ClockFold(SharedRepr):
    """The state of a clock while it is computed, step by step through the record's timeline."""

    definition: SlaDefinition | None
    life: Life
    finished: list[RawCycle] = attrs.field(factory=list)
    stage: ClockStage = "not_started"
    index: int = 0  # of the step in hand
    judged: int = 0  # how many of the finished cycles no later definition judges again
    barrier: int = 0  # index of the step from which a later definition judges
    started_at: datetime | None = None
    known_from: datetime | None = None
    judged_from: datetime | None = None
    stopped_at: datetime | None = None
    ended_as: CycleOutcome = "stopped"  # how the cycle ended that may be reopened
    ended_by: Event | None = None
    since: datetime | None = None  # start of the open span
    kind: SpanKind = COUNTING  # of the open span
    spans: list[Span] = attrs.field(factory=list)
    shadow: list[tuple[SpanKind, datetime]] = attrs.field(factory=list)  # of the gap since a stop
    calendar: Any = None  # a Calendar, set when a cycle begins
    ignores_pause: bool = False  # whether the clock runs on while its pause condition holds
    facts: Facts = attrs.field(factory=dict)

    def copy(self) -> ClockFold:
        """Return an independent copy."""
        finished, spans, shadow = [*self.finished], [*self.spans], [*self.shadow]
        return attrs.evolve(self, finished=finished, spans=spans, shadow=shadow)

    @property
    def attached(self) -> bool:
        """Return whether the clock has a cycle in progress."""
        return self.since is not None

    def view(self, definition: SlaDefinition, index: int, facts: Facts) -> Facts:
        """Return the facts at step ``index``, with replies counted by the definition's own rule."""
        if not definition.judges_answers:
            return facts
        return {**facts, **self.life.answers[definition.answer_rule][index]}

    def go_through(
        self,
        steps: Sequence[TimelineStep],
        facts: Facts,
        *,
        numbers: range,
        first: int = 0,
        editions: list[Edition] | None = None,
    ) -> None:
        """Apply the steps with these numbers, of which those before ``first`` only change facts.

        ``facts`` are those before the first of them, and follow them. Each earlier edition of the
        clock is added to ``editions``, if given.
        """
        definition: SlaDefinition = self.definition  # type: ignore[assignment]  # it has one
        reads = definition.reads
        for index in numbers:
            moment = steps[index]
            changes = moment.changes
            facts.update(changes)
            if index < first or (
                reads is not None and index > first and moment.events and reads.isdisjoint(changes)
            ):
                continue  # nothing that a condition reads has changed
            if editions is not None and definition.follows and self.moves_due(index, facts):
                self.keep_edition(editions, moment.at)
            self.step(index, moment.at, facts, moment.events)

    def keep_edition(self, editions: list[Edition], at: datetime) -> None:
        """Add the clock's history, as it was computed until an instant, to the earlier editions."""
        since = editions[-1].until if editions else None
        editions.append(Edition(since, at, self.cycles(at)))

    def step(self, index: int, at: datetime, facts: Facts, events: Sequence[Event]) -> None:
        """Update the clock with the facts after the last event of an instant (precedence: rule S1).

        ``events`` is empty if only time passed.
        """
        definition = self.definition
        if definition is None:
            return
        self.index = index
        if definition.judges_answers or definition.follows:
            facts = self.view(definition, index, facts)
            if self.since is not None and definition.follows:
                self._follow(at, facts)
        if self.since is not None:
            if definition.cancel.test(facts, at):
                self._stop(at, facts, events, "canceled")
            elif definition.stop.test(facts, at):
                self._stop(at, facts, events, "stopped")
            elif _resets(definition, events, at):
                self._finish(at, "reset", events)
                self._try_start(at, facts)
            elif definition.cancel_when_start_ends and not definition.start_holds(facts, at):
                self._finish(at, "canceled", events)
            else:
                kind = self.kind
                held = self._paused(facts, at, kind is PAUSED)
                if held is not (kind is PAUSED):
                    self._switch(at, PAUSED if held else COUNTING)
        elif self.stopped_at is not None:
            if definition.starts(facts, at):
                self._reopen(at, facts, events)
            else:
                self.rest(at, facts)
        elif not index and self.life.opened is not None:
            self._open(at, facts, events)
        else:
            self._try_start(at, facts)

    def _open(self, at: datetime, facts: Facts, events: Sequence[Event]) -> None:
        """Judge the opening instant by the opening alone, then by all its events (rule S1)."""
        definition: SlaDefinition = self.definition  # type: ignore[assignment]  # step needs one
        opened: Callable[[], Facts | None] = self.life.opened  # type: ignore[assignment]  # as well
        if not definition.stop.test(facts, at) or definition.cancel.test(facts, at):
            self._try_start(at, facts)
            return
        self._try_start(at, opened() or facts)
        if self.since is not None:
            self._stop(at, facts, events, "stopped")

    def rest(self, at: datetime, facts: Facts) -> None:
        """Note whether a stopped clock would be paused, since a reopening may count that time."""
        was = bool(self.shadow) and self.shadow[-1][0] == PAUSED
        kind: SpanKind = PAUSED if self._paused(facts, at, was) else COUNTING
        if not self.shadow or self.shadow[-1][0] != kind:
            self.shadow.append((kind, at))

    def _paused(self, facts: Facts, at: datetime, was: bool) -> bool:  # noqa: FBT001
        definition: SlaDefinition = self.definition  # type: ignore[assignment]  # step needs one
        if self.ignores_pause:
            return False
        if definition.resume is None:
            return definition.pause.test(facts, at)
        if definition.resume.test(facts, at):
            return False
        return was or definition.pause.test(facts, at)

    def _try_start(self, at: datetime, facts: Facts) -> None:
        definition: SlaDefinition = self.definition  # type: ignore[assignment]  # step needs one
        if not definition.starts(facts, at):
            return
        begin = at
        if definition.starts_from is not None and not self.finished:
            begin = self.life.origins.get(definition.starts_from, at)
            if begin > at:
                return  # a step of its own will come at that instant
        self.started_at, self.known_from, self.judged_from = begin, at, None
        self.spans = []
        self._read(definition, facts)
        self._run(begin, facts, at=at)

    def _read(self, definition: SlaDefinition, facts: Facts) -> None:
        """Store the calendar that the cycle counts by, and the facts that its target reads."""
        choice, target = definition.calendar, definition.target
        if type(choice) is BusinessCalendar and type(target) is timedelta:  # by far most frequent
            self.calendar, self.facts = choice, {}
            return
        self.calendar = pick_calendar(choice, facts)
        firsts = [path.split(".")[0] for path in fields_of(target)]
        self.facts = {name: facts[name] for name in firsts if name in facts}

    def moves_due(self, index: int, facts: Facts) -> bool:
        """Return whether the facts after step ``index`` move the due time of the current cycle."""
        definition = self.definition
        if definition is None or self.since is None:
            return False
        paths = fields_of(definition.target, follow=True)
        facts = self.view(definition, index, facts)
        if any(reader(path)(facts) != reader(path)(self.facts) for path in paths):
            return True
        if type(definition.target) is timedelta or not fields_of(definition.calendar, follow=True):
            return False
        return bool(pick_calendar(definition.calendar, facts) != self.calendar)

    def _follow(self, at: datetime, facts: Facts) -> None:
        """Update the due time and the calendar when their fields change (rule S6)."""
        definition: SlaDefinition = self.definition  # type: ignore[assignment]  # step needs one
        held, calendar = self.facts, self.calendar
        self._read(definition, facts)
        if not fields_of(definition.target, follow=True):
            self.facts = held
        chosen = self.calendar
        self.calendar = calendar
        if chosen != calendar and fields_of(definition.calendar, follow=True):
            if self.since is not None:
                self._switch(at, self.kind)
            self.calendar = chosen

    def _run(self, since: datetime, facts: Facts, *, at: datetime) -> None:
        self.stopped_at = self.ended_by = None
        self.since = since
        paused = self._paused(facts, at, False)
        self.kind = PAUSED if paused else COUNTING
        self.stage = "paused" if paused else "running"

    def _reopen(self, at: datetime, facts: Facts, events: Sequence[Event]) -> None:
        definition: SlaDefinition = self.definition  # type: ignore[assignment]  # step needs one
        stopped_at: datetime = self.stopped_at  # type: ignore[assignment]  # and only when stopped
        if definition.reopen == "new_cycle" or _resets(definition, events, at):
            self._finish(stopped_at, self.ended_as)
            self._try_start(at, facts)
            return
        self._fill_gap(definition.reopen, stopped_at, at)
        if definition.follows:
            self._follow(at, facts)
        self._run(at, facts, at=at)

    def _fill_gap(self, reopen: str, stopped_at: datetime, at: datetime) -> None:
        """Add the time between a stop and a reopening, as what it counts as (rule S5)."""
        if reopen == "continue":
            pieces = [*self.shadow, (COUNTING, at)]
            for (kind, start), (_, end) in itertools.pairwise(pieces):
                self._add(kind, start, end, shown_at=at)
        else:
            self._add(CLOSED, stopped_at, at)

    def _stop(
        self,
        at: datetime,
        facts: Facts,
        events: Sequence[Event],
        outcome: Literal["stopped", "canceled"],
    ) -> None:
        """End the cycle until a reopening, with a result or without one."""
        self._close_span(at)
        self.stage = self.ended_as = outcome
        self.stopped_at = at
        self.ended_by = events[-1] if events else None
        self.shadow = []
        self.rest(at, facts)

    def _switch(self, at: datetime, kind: SpanKind) -> None:
        since: datetime = self.since  # type: ignore[assignment]  # open in running and paused
        if since < at:
            self.spans.append(Span(self.kind, since, at, self.calendar))
        self.kind = kind
        self.since = at
        self.stage = "paused" if kind == PAUSED else "running"

    def _close_span(self, at: datetime) -> None:
        assert self.since is not None  # noqa: S101  a span is open in running and paused
        self._add(self.kind, self.since, at)
        self.since = None

    def _add(
        self, kind: SpanKind, start: datetime, end: datetime, *, shown_at: datetime | None = None
    ) -> None:
        if start < end:
            self.spans.append(Span(kind, start, end, self.calendar, shown_at))

    def _finish(self, at: datetime, outcome: CycleOutcome, events: Sequence[Event] = ()) -> None:
        """End the current cycle and keep it."""
        if self.since is not None:
            self._close_span(at)
            self.ended_by = events[-1] if events else None
        self.finished.append(self._cycle(at, outcome, self.spans))
        if outcome in ("stopped", "replaced"):
            self.judged = len(self.finished)
            self.barrier = self.index
        self.stage = "canceled" if outcome == "canceled" else "not_started"
        self.started_at = self.stopped_at = self.since = self.ended_by = None
        self.spans = []

    def _cycle(
        self, ended_at: datetime | None, outcome: CycleOutcome, spans: Sequence[Span]
    ) -> RawCycle:
        assert self.definition is not None  # noqa: S101  a cycle has a definition
        assert self.started_at is not None  # noqa: S101  and a start
        assert self.known_from is not None  # noqa: S101  and an instant at which it attached
        return RawCycle(
            number=len(self.finished) + 1,
            definition=self.definition,
            started_at=self.started_at,
            known_from=self.known_from,
            facts=self.facts,
            calendar=self.calendar,
            spans=tuple(spans),
            ended_at=ended_at,
            outcome=outcome,
            ended_by=self.ended_by,
            judged_from=self.judged_from,
        )

    def swap(self, to: SlaDefinition | None, step: TimelineStep, index: int, facts: Facts) -> None:
        """Replace the current definition by ``to``, as the ``swap`` of that definition says (S4).

        If it is retroactive, the caller recomputes the past. With None, no definition applies.
        """
        self.index, at = index, step.at
        if to is None:
            if self.attached:
                self._finish(at, "canceled", step.events)
            elif self.stopped_at is not None:
                stage = self.ended_as
                self._finish(self.stopped_at, self.ended_as)
                self.stage = "stopped" if stage == "stopped" else "canceled"  # its result is kept
        elif self.stopped_at is not None:
            if to.reopen == "new_cycle" or to.swap == "restart":
                self._finish(self.stopped_at, self.ended_as)  # judged by the facts of that time
            else:  # keep_elapsed: one that is retroactive folds the past by itself
                self._fill_gap(to.reopen, self.stopped_at, at)  # still by the old calendar
                self.stopped_at, self.shadow, self.judged_from = at, [], at
                self._read(to, self.view(to, index, facts))
        elif self.attached and to.swap == "restart":
            self._finish(at, "replaced", step.events)
        elif self.attached and to.swap == "keep_elapsed":
            self._switch(at, COUNTING)  # the new conditions decide whether it pauses
            self.judged_from = at
            self._read(to, self.view(to, index, facts))
        self.definition = to

    def cycles(self, now: datetime) -> tuple[RawCycle, ...]:
        """Return every cycle as of ``now``, in order; the current cycle is the last."""
        if self.started_at is None:
            return tuple(self.finished)
        if self.since is None:
            return (*self.finished, self._cycle(self.stopped_at, self.ended_as, self.spans))
        spans = self.spans
        if self.since < now:
            spans = [*spans, Span(self.kind, self.since, now, self.calendar)]
        outcome: CycleOutcome = "paused" if self.kind == PAUSED else "running"
        return (*self.finished, self._cycle(None, outcome, spans))


def _resets(definition: SlaDefinition, events: Sequence[Event], at: datetime) -> bool:
    """Return whether one of an instant's events resets the clock."""
    reset = definition.reset
    return reset is not None and any(reset.test(event, at) for event in events)
