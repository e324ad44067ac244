"""The clock as a fold over a record's facts: when it counted, paused, stopped (rules S1 and S5).

The fold knows nothing of calendars or targets: it turns the facts of a timeline into cycles made
of spans of wall time. What a span is worth is asked of its calendar afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import attrs

from incidentcore.records import Event
from incidentcore.schedule import Calendar
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.targets import DueDate
from incidentcore.sla.terms import CalendarByField

__all__ = ["CLOSED", "COUNTING", "ClockFold", "ClockStage", "PAUSED", "RawCycle", "Span"]


ClockStage: TypeAlias = Literal["none", "not_started", "running", "paused", "stopped", "canceled"]
"""Where a clock stands."""


COUNTING: Final = "counting"
PAUSED: Final = "paused"
CLOSED: Final = "closed"  # between a stop and a reopening whose gap is given back

REPLACED: Final = "replaced"
RESET: Final = "reset"


class Span(NamedTuple):
    """A stretch of wall time in a cycle: counting, paused, or closed until reopened.

    Attributes:
        kind: ``counting``, ``paused`` or ``closed``.
        start: Its first instant.
        end: The first instant after it.
        calendar: The calendar by which it counts.
        told_at: For a gap that counts because the record was reopened: when it was reopened.
    """

    kind: str
    start: datetime
    end: datetime
    calendar: Calendar
    told_at: datetime | None = None


@attrs.frozen(kw_only=True)
class RawCycle:
    """One cycle of a clock, before calendars are asked.

    Attributes:
        number: From 1.
        definition: The definition that judges it.
        started_at: When it attached.
        facts: The facts at its start, where its target reads any.
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
    """The state of a fold in progress, one step for each instant at which something happened."""

    __slots__ = (
        "barrier",
        "calendar",
        "definition",
        "facts",
        "finished",
        "index",
        "judged",
        "kind",
        "shadow",
        "since",
        "spans",
        "stage",
        "started_at",
        "stopped_at",
    )

    def __init__(self, definition: SlaDefinition | None) -> None:
        self.definition = definition
        self.finished: list[RawCycle] = []
        self.stage = "not_started"
        self.index = 0  # of the moment in hand
        self.judged = 0  # how many of the finished cycles no other definition tells anew
        self.barrier = 0  # index of the moment from which another definition tells anew
        self.started_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.since: datetime | None = None  # start of the open span
        self.kind = COUNTING  # of the open span
        self.spans: list[Span] = []
        self.shadow: list[tuple[str, datetime]] = []  # what the gap after a stop would count as
        self.calendar: Calendar | None = None
        self.facts: dict[str, Any] = {}

    @property
    def attached(self) -> bool:
        """Return whether a cycle is going on."""
        return self.since is not None

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
        if self.since is not None:
            if definition.cancel.test(facts, at):
                self._finish(at, "canceled")
            elif definition.stop.test(facts, at):
                self._stop(at, facts, ignore_pause=ignore_pause)
            elif definition.reset is not None and any(
                definition.reset.test(event, at) for event in events
            ):
                self._finish(at, RESET)
                self._try_start(at, facts, ignore_pause=ignore_pause)
            elif definition.cancel_when_start_ends and not definition.start.test(facts, at):
                self._finish(at, "canceled")
            else:
                kind = self.kind
                held = not ignore_pause and self._paused(facts, at, kind is PAUSED)
                if held is not (kind is PAUSED):
                    self._switch(at, PAUSED if held else COUNTING)
        elif self.stopped_at is not None:
            if definition.starts(facts, at):
                self._reopen(at, facts, ignore_pause=ignore_pause)
            else:
                self.rest(at, facts, ignore_pause=ignore_pause)
        else:
            self._try_start(at, facts, ignore_pause=ignore_pause)

    def rest(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool = False) -> None:
        """Note whether a stopped clock's pause holds, for a reopening that counts the gap."""
        was = bool(self.shadow) and self.shadow[-1][0] == PAUSED
        paused = not ignore_pause and self._paused(facts, at, was)
        kind = PAUSED if paused else COUNTING
        if not self.shadow or self.shadow[-1][0] != kind:
            self.shadow.append((kind, at))

    def _paused(self, facts: dict[str, Any], at: datetime, was: bool) -> bool:  # noqa: FBT001
        definition = self.definition
        assert definition is not None  # noqa: S101  step asks only with a definition
        if definition.resume is None:
            return definition.pause.test(facts, at)
        if definition.resume.test(facts, at):
            return False
        return was or definition.pause.test(facts, at)

    def _try_start(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool) -> None:
        definition = self.definition
        assert definition is not None  # noqa: S101  step asks only with a definition
        if not definition.starts(facts, at):
            return
        self.started_at = at
        self.spans = []
        self.facts = dict(facts) if isinstance(definition.target, DueDate) else {}
        self.calendar = pick_calendar(definition, facts)
        self._run(at, facts, ignore_pause=ignore_pause)

    def _run(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool) -> None:
        self.stopped_at = None
        self.since = at
        paused = not ignore_pause and self._paused(facts, at, False)
        self.kind = PAUSED if paused else COUNTING
        self.stage = "paused" if paused else "running"

    def _reopen(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool) -> None:
        definition, stopped_at = self.definition, self.stopped_at
        assert definition is not None  # noqa: S101  step asks only with a definition
        assert stopped_at is not None  # noqa: S101  and only when stopped
        if definition.reopen == "new_cycle":
            self._finish(stopped_at, "stopped")
            self._try_start(at, facts, ignore_pause=ignore_pause)
            return
        self._fill_gap(definition.reopen, stopped_at, at)
        self._run(at, facts, ignore_pause=ignore_pause)

    def _fill_gap(self, reopen: str, stopped_at: datetime, at: datetime) -> None:
        """Add what the time between a stop and a reopening counts as (rule S5)."""
        if reopen == "continue":
            pieces = [*self.shadow, (COUNTING, at)]
            for (kind, start), (_, end) in itertools.pairwise(pieces):
                self._add(kind, start, end, told_at=at)
        else:
            self._add(CLOSED, stopped_at, at)

    def _stop(self, at: datetime, facts: dict[str, Any], *, ignore_pause: bool) -> None:
        self._close_span(at)
        self.stage = "stopped"
        self.stopped_at = at
        self.shadow = []
        self.rest(at, facts, ignore_pause=ignore_pause)

    def _switch(self, at: datetime, kind: str) -> None:
        since = self.since
        assert since is not None  # noqa: S101  a span is open in running and paused
        if since < at:
            assert self.calendar is not None  # noqa: S101  set when the cycle attached
            self.spans.append(Span(self.kind, since, at, self.calendar))
        self.kind = kind
        self.since = at
        self.stage = "paused" if kind == PAUSED else "running"

    def _close_span(self, at: datetime) -> None:
        assert self.since is not None  # noqa: S101  a span is open in running and paused
        self._add(self.kind, self.since, at)
        self.since = None

    def _add(
        self, kind: str, start: datetime, end: datetime, *, told_at: datetime | None = None
    ) -> None:
        assert self.calendar is not None  # noqa: S101  set when the cycle attached
        if start < end:
            self.spans.append(Span(kind, start, end, self.calendar, told_at))

    def _finish(self, at: datetime, outcome: str) -> None:
        """End the current cycle and keep it."""
        if self.since is not None:
            self._close_span(at)
        self.finished.append(self._cycle(at, outcome, self.spans))
        if outcome in ("stopped", REPLACED):
            self.judged = len(self.finished)
            self.barrier = self.index
        self.stage = "canceled" if outcome == "canceled" else "not_started"
        self.started_at = self.stopped_at = self.since = None
        self.spans = []

    def _cycle(self, ended_at: datetime | None, outcome: str, spans: Sequence[Span]) -> RawCycle:
        assert self.definition is not None  # noqa: S101  a cycle has a definition
        assert self.started_at is not None  # noqa: S101  and a start
        assert self.calendar is not None  # noqa: S101  and a calendar
        return RawCycle(
            number=len(self.finished) + 1,
            definition=self.definition,
            started_at=self.started_at,
            facts=self.facts,
            calendar=self.calendar,
            spans=tuple(spans),
            ended_at=ended_at,
            outcome=outcome,
        )

    def swap(
        self, to: SlaDefinition | None, index: int, at: datetime, facts: dict[str, Any]
    ) -> None:
        """Leave the current definition for another one, as that one's ``swap`` says (rule S4).

        What a retroactive definition tells anew is left to its caller.
        """
        self.index = index
        if to is None:
            if self.attached:
                self._finish(at, "canceled")
            elif self.stopped_at is not None:
                self._finish(self.stopped_at, "stopped")
                self.stage = "stopped"  # its result stands: nothing was attached to cancel
        elif self.stopped_at is not None:
            if to.reopen == "new_cycle" or to.swap == "restart":
                self._finish(self.stopped_at, "stopped")  # judged by what held then
            elif to.swap == "keep_elapsed":
                self._fill_gap(to.reopen, self.stopped_at, at)  # still by the old calendar
                self.stopped_at, self.shadow = at, []
                self.calendar = pick_calendar(to, facts)
        elif self.attached and to.swap == "restart":
            self._finish(at, REPLACED)
        elif self.attached and to.swap == "keep_elapsed":
            self._switch(at, COUNTING)  # whether it pauses is for the new conditions to say
            self.calendar = pick_calendar(to, facts)
        self.definition = to

    def cycles(self, now: datetime) -> tuple[RawCycle, ...]:
        """Return every cycle as it is told at ``now``, the current one last."""
        if self.started_at is None:
            return tuple(self.finished)
        if self.since is None:
            return (*self.finished, self._cycle(self.stopped_at, "stopped", self.spans))
        assert self.calendar is not None  # noqa: S101  set when the cycle attached
        spans = self.spans
        if self.since < now:
            spans = [*spans, Span(self.kind, self.since, now, self.calendar)]
        outcome = "paused" if self.kind == PAUSED else "running"
        return (*self.finished, self._cycle(None, outcome, spans))


def pick_calendar(definition: SlaDefinition, facts: dict[str, Any]) -> Calendar:
    """Return the calendar by which a definition counts for a record's facts."""
    calendar = definition.calendar
    return calendar.pick(facts) if isinstance(calendar, CalendarByField) else calendar
