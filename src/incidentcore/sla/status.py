"""What a clock says at an instant (rules S2, S3, S8, S9, S11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.instants import tzdb_version
from incidentcore.records import Timeline
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.figures import MICRO, ZERO, Figures, figures, threshold_span
from incidentcore.sla.fold import COUNTING, RawCycle
from incidentcore.sla.reached import ClockPoint, Crossing, Edition, first_reached
from incidentcore.sla.terms import CalendarByField, SlaThreshold
from incidentcore.sla.trace import Trace, build_trace, day_time, span_text

__all__ = ["Cycle", "PassedThreshold", "SlaStatus"]

_NONE: Final = Figures(
    target=ZERO,
    elapsed=ZERO,
    due_at=None,
    breached_at=None,
    due_if_resumed=None,
    spent_at=None,
    fixed_due=None,
)


@attrs.frozen(kw_only=True)
class Cycle:
    """One cycle of a clock, finished or going on.

    Attributes:
        number: From 1.
        definition: The name of the definition that judges it.
        started_at: When it attached.
        stopped_at: When it ended; None while it goes on.
        target: The target as open time.
        elapsed: The open time that counted.
        due_at: When it was or is due.
        breached_at: See ``SlaStatus.breached_at``.
        result: ``met``, ``breached``, ``canceled``, ``replaced``, or ``running`` while undecided;
            a cycle that goes on past its target is ``breached``.
    """

    number: int
    definition: str
    started_at: datetime
    stopped_at: datetime | None
    target: timedelta
    elapsed: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    result: str


@attrs.frozen
class PassedThreshold:
    """A threshold that was reached, and when."""

    name: str
    at: datetime


def _name(definition: SlaDefinition | None) -> str:
    return "None" if definition is None else f"<{definition.name}>"


@attrs.frozen(kw_only=True)
class SlaStatus:
    """What one clock says about one record at one instant.

    Attributes:
        record_id: The record.
        definition: The definition in force; None where no promise is made.
        now: The instant it is told for, in UTC.
        stage: ``none``, ``not_started``, ``running``, ``paused``, ``stopped`` or ``canceled``.
        zone_data: Version and source of the zone data that were used (rule T7).

    Two statuses are equal when they answer alike. Figures are exact: ``timedelta`` and
    ``Fraction``, never float.
    """

    record_id: str
    definition: SlaDefinition | None = attrs.field(repr=_name)
    now: datetime
    stage: str
    zone_data: tuple[str, str] = attrs.field(factory=tzdb_version)
    _cycles: tuple[RawCycle, ...] = attrs.field(repr=False)
    _timeline: Timeline = attrs.field(repr=False, hash=False)
    _editions: tuple[Edition, ...] = attrs.field(default=(), eq=False, repr=False)
    _figures: Figures = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        told = figures(self._cycles[-1], self.now) if self._cycles else _NONE
        object.__setattr__(self, "_figures", told)

    @property
    def definition_hash(self) -> str | None:
        """Return the content hash of the definition in force (rule S11)."""
        return None if self.definition is None else self.definition.content_hash

    @property
    def started_at(self) -> datetime | None:
        """Return when the current or last cycle attached."""
        return self._cycles[-1].started_at if self._cycles else None

    @property
    def stopped_at(self) -> datetime | None:
        """Return when the last cycle ended; None while one goes on."""
        return self._cycles[-1].ended_at if self._cycles else None

    @property
    def target(self) -> timedelta | None:
        """Return the target of the current cycle as open time."""
        return self._figures.target if self._cycles else None

    @property
    def elapsed(self) -> timedelta:
        """Return the open time that counted in the current or last cycle."""
        return self._figures.elapsed

    @property
    def remaining(self) -> timedelta | None:
        """Return target minus elapsed, negative past the target; None before a start."""
        return self._figures.target - self._figures.elapsed if self._cycles else None

    @property
    def fraction(self) -> Fraction | None:
        """Return elapsed over target, exact; None before a start and for a target of zero."""
        if not self._figures.target:
            return None
        return Fraction(self.elapsed // MICRO, self._figures.target // MICRO)

    @property
    def wall_elapsed(self) -> timedelta:
        """Return the wall time that counted: everything but pauses and closed gaps."""
        if not self._cycles:
            return ZERO
        spans = self._cycles[-1].spans
        return sum((span.end - span.start for span in spans if span.kind == COUNTING), ZERO)

    @property
    def wall_remaining(self) -> timedelta | None:
        """Return the wall time from now to the due, negative past it; None without a due.

        After a stop it is what was left then.
        """
        due = self.due_at
        return None if due is None else due - (self.stopped_at or self.now)

    @property
    def wall_fraction(self) -> Fraction | None:
        """Return the wall time that counted over the target, as ServiceNow's actual percentage."""
        target = self.target
        return Fraction(self.wall_elapsed // MICRO, target // MICRO) if target else None

    @property
    def due_at(self) -> datetime | None:
        """Return the earliest instant at which elapsed equals the target (rule S3).

        None before a start, while paused before the due, and after a cancellation. Once passed it
        is fixed; after a stop it is the due as it stood then.
        """
        return self._figures.due_at

    @property
    def due_at_if_resumed(self) -> datetime | None:
        """Return when it would be due if it counted from now on (rule S3).

        Once the target is spent this is the instant at which that happened. None before a start
        and after a stop or cancellation.
        """
        return self._figures.due_if_resumed

    @property
    def breached(self) -> bool:
        """Return whether elapsed exceeds the target; stopping exactly at the due is met (S2)."""
        return bool(self._cycles) and self._figures.elapsed > self._figures.target

    @property
    def breached_at(self) -> datetime | None:
        """Return the last instant at which the target still held; None until breached (S2).

        Due at 17:00 and still running, this is 09:00 of the next day: no counted time lies between.
        """
        return self._figures.breached_at

    @property
    def over_target(self) -> timedelta:
        """Return the open time beyond the target; zero while it holds."""
        return max(self._figures.elapsed - self._figures.target, ZERO)

    @property
    def cycles(self) -> tuple[Cycle, ...]:
        """Return every cycle with its own start, stop, due and result, the current one last."""
        return tuple(_told(cycle, self.now) for cycle in self._cycles)

    @property
    def thresholds(self) -> tuple[PassedThreshold, ...]:
        """Return the thresholds that were reached in the current cycle, with when (rule S8)."""
        if not self._cycles:
            return ()
        reached: list[PassedThreshold] = []
        for threshold in self._cycles[-1].definition.thresholds:
            at = self._crossing(threshold)
            if at is not None and at <= self.now:
                reached.append(PassedThreshold(threshold.name, at))
        return tuple(sorted(reached, key=lambda threshold: threshold.at))

    def crossings(self, point: ClockPoint, *, of: str | None = None) -> tuple[Crossing, ...]:
        """Return when a point was first reached in each cycle of the clock, whatever came after.

        What the function ``crossings`` says, without folding the history again.

        Args:
            point: A threshold, ``"due"`` or ``"breach"``.
            of: Only in cycles judged by a definition of this kind or name; in any unless told.

        Raises:
            InvalidValueError: The point is none of these.
        """
        if not isinstance(point, SlaThreshold) and point not in ("due", "breach"):
            raise InvalidValueError("point", point, 'a Threshold, "due" or "breach"')
        cycles = self._cycles
        if not self._editions:
            if not cycles:
                return ()
            if of is not None and len(cycles) == 1:
                judge = cycles[0].definition
                if of not in (judge.kind, judge.name):
                    return ()
        since = self._editions[-1].until if self._editions else None
        told = Edition(since, self.now + MICRO, cycles, self._figures)
        return first_reached((*self._editions, told), point, of=of)

    def _crossing(self, threshold: SlaThreshold, *, ahead: bool = False) -> datetime | None:
        """Return when a threshold was passed; or will be, where the clock counts on."""
        known, cycle = self._figures, self._cycles[-1]
        crossed = threshold_span(cycle, known, threshold)
        at = crossed[0] if crossed is not None else None
        try:
            if at is None and ahead and self.stage == "running":
                point = threshold.point(known.target)
                if point or known.fixed_due is None:
                    at = cycle.calendar.deadline(self.now, point - known.elapsed)
                else:
                    at = known.due_at
            if at is not None and threshold.calendar is not None:
                at = threshold.calendar.deadline(at, threshold.after_due or ZERO)
        except UnreachableDeadlineError:
            return None
        return at

    @property
    def next_wakeup(self) -> datetime | None:
        """Return the least instant after ``now`` at which an answer changes without an event.

        The answers are the stage, the thresholds passed, and breached (one microsecond after
        ``breached_at``). None where nothing can change by itself (rule S9).
        """
        if not self._cycles:
            return None
        thresholds = self._cycles[-1].definition.thresholds
        ahead = [self._crossing(threshold, ahead=True) for threshold in thresholds]
        if self.stage == "running" and not self.breached:
            ahead.append(self._breach_ahead())
        return min((at for at in ahead if at is not None and at > self.now), default=None)

    def _breach_ahead(self) -> datetime | None:
        calendar = self._cycles[-1].calendar
        try:
            due = calendar.deadline(self.now, self._figures.target - self._figures.elapsed)
            return calendar.next_open(due) + MICRO
        except UnreachableDeadlineError:
            return None

    @property
    def trace(self) -> Trace:
        """Return where every second went, from the opening to now (rule S7)."""
        cycles = self._cycles
        zone = cycles[-1].calendar.zone if cycles else _zone(self.definition)
        return build_trace(cycles, self._timeline, self.now, zone, self._summary())

    def _summary(self) -> str:
        if self.definition is None and not self._cycles:
            return "no promise applies"
        if not self._cycles:
            return "not started"
        known = self._figures
        zone = self._cycles[-1].calendar.zone
        line = f"elapsed {span_text(known.elapsed)} of {span_text(known.target)}, "
        line += f"remaining {span_text(known.target - known.elapsed)}; "
        if self.stage == "canceled":
            return line + "canceled"
        if self.stage == "stopped" or self._cycles[-1].ended_at is not None:
            return line + ("breached" if self.breached else "met")
        due = "no due time" if known.due_at is None else f"due {day_time(known.due_at, zone)}"
        if self.breached:
            line += "breached, "
        if self.stage != "paused":
            return line + due
        line += f"on hold: {due}"
        if known.due_if_resumed is not None and known.due_at is None:
            line += f". If resumed now: {day_time(known.due_if_resumed, zone)}"
        return line


def _zone(definition: SlaDefinition | None) -> ZoneInfo:
    if definition is None or isinstance(definition.calendar, CalendarByField):
        return ZoneInfo("UTC")
    return definition.calendar.zone


def _told(cycle: RawCycle, now: datetime) -> Cycle:
    known = figures(cycle, now)
    if cycle.outcome in ("canceled", "replaced"):
        result = cycle.outcome
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
    )
