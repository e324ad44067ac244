"""The status of a clock at an instant (rules S2, S3, S8, S9, S11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.instants import EARLIEST, tzdb_version
from incidentcore.records import Timeline
from incidentcore.sla.coverage import imported_at, not_covered, since_import
from incidentcore.sla.crossings import ClockPoint, Crossing, Edition, crossed, first_crossings
from incidentcore.sla.cycles import (
    COUNTING,
    MICRO,
    PAUSED,
    ZERO,
    Cycle,
    Figures,
    PassedThreshold,
    RawCycle,
    Swap,
    figures,
    judged,
    threshold_crossing,
)
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.fold import ClockStage
from incidentcore.sla.life import OneClock, life_of
from incidentcore.sla.takeover import fold_clock
from incidentcore.sla.terms import SlaThreshold, zone_of
from incidentcore.sla.trace import StatusForms, Trace, absence, build_trace, closing_of, why_none
from incidentcore.words import Words

_NONE: Final = Figures(
    cycle=None,
    end=EARLIEST,
    target=ZERO,
    elapsed=ZERO,
    breached_at=None,
    spent_at=None,
    fixed_due=None,
)

_TRIES: Final = 1_000  # steps of a condition that keeps changing without changing a result


def _name(definition: SlaDefinition | None) -> str:
    return "None" if definition is None else f"<{definition.name}>"


@attrs.frozen(kw_only=True)
class SlaStatus(SharedRepr, StatusForms):
    """The status of one clock for one record at one instant.

    Attributes:
        record_id: The id of the record.
        definition: The definition in force; None if none applies.
        now: The instant at which the clock was evaluated, in UTC.
        stage: ``none`` (no definition applies, or a needed field is not supplied), ``not_started``,
            ``running``, ``paused``, ``stopped`` or ``canceled``.
        not_covered: The fields that the clock needs but the source of an imported record does not
            supply, if the stage is ``none`` for that reason (rule K2).
        zone_data: The version and source of the time zone data that were used (rule T7).

    Statuses with equal results are equal. Figures are exact (``timedelta`` and ``Fraction``).
    """

    record_id: str
    definition: SlaDefinition | None = attrs.field(repr=_name)
    now: datetime
    stage: ClockStage
    not_covered: tuple[str, ...] = ()
    zone_data: tuple[str, str] = attrs.field(factory=tzdb_version)
    _cycles: tuple[RawCycle, ...] = attrs.field(repr=False)
    _timeline: Timeline = attrs.field(repr=False, hash=False)
    _editions: tuple[Edition, ...] = attrs.field(default=(), eq=False, repr=False)
    _swaps: tuple[Swap, ...] = attrs.field(default=(), eq=False, repr=False)
    _rules: OneClock | None = attrs.field(default=None, eq=False, repr=False)
    _figures: Figures = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        known = figures(self._cycles[-1], self.now) if self._cycles else _NONE
        object.__setattr__(self, "_figures", known)

    @property
    def definition_hash(self) -> str | None:
        """Return the content hash of the definition in force, or None if none applies (S11)."""
        return None if self.definition is None else self.definition.content_hash

    @property
    def started_at(self) -> datetime | None:
        """Return when the current or last cycle started; None before the first cycle."""
        return self._cycles[-1].started_at if self._cycles else None

    @property
    def stopped_at(self) -> datetime | None:
        """Return when the last cycle ended; None during a cycle and before the first cycle."""
        return self._cycles[-1].ended_at if self._cycles else None

    @property
    def target(self) -> timedelta | None:
        """Return the target of the current or last cycle in open time; None before the first."""
        return self._figures.target if self._cycles else None

    @property
    def elapsed(self) -> timedelta:
        """Return the open time that counted in the current or last cycle."""
        return self._figures.elapsed

    @property
    def remaining(self) -> timedelta | None:
        """Return the target minus the elapsed time; None before the first cycle."""
        return self._figures.target - self._figures.elapsed if self._cycles else None

    @property
    def fraction(self) -> Fraction | None:
        """Return ``elapsed / target``, exactly; None before the start or if the target is 0."""
        if not self._figures.target:
            return None
        return Fraction(self.elapsed // MICRO, self._figures.target // MICRO)

    @property
    def paused_open_time(self) -> timedelta:
        """Return how much open time fell within pauses in the current or last cycle."""
        if not self._cycles:
            return ZERO
        spans = [span for span in self._cycles[-1].spans if span.kind == PAUSED]
        return sum((span.calendar.open_time(span.start, span.end) for span in spans), ZERO)

    @property
    def wall_elapsed(self) -> timedelta:
        """Return the wall-clock time of the cycle, including closed hours but not pauses."""
        if not self._cycles:
            return ZERO
        spans = self._cycles[-1].spans
        return sum((span.end - span.start for span in spans if span.kind == COUNTING), ZERO)

    @property
    def wall_remaining(self) -> timedelta | None:
        """Return the wall-clock time until ``due_at``, negative after it; None without ``due_at``.

        After a stop, this is the time that was left at the stop.
        """
        due = self.due_at
        return None if due is None else due - (self.stopped_at or self.now)

    @property
    def wall_fraction(self) -> Fraction | None:
        """Return ``wall_elapsed`` divided by the target: ServiceNow's "actual elapsed percentage".

        The result is None if the clock has not started or the target is zero.
        """
        target = self.target
        return Fraction(self.wall_elapsed // MICRO, target // MICRO) if target else None

    @property
    def due_at(self) -> datetime | None:
        """Return the earliest instant at which the elapsed time equals the target (rule S3).

        The result is None until the clock starts, while it is paused before the due time, after a
        cancellation, and if the calendar has too little open time left. Once the due time has
        passed, it changes only if another definition takes over or, with ``DueDate(follow=True)``,
        if the field that contains it changes. After a stop, this is the due time at the stop.
        """
        return self._figures.due_at

    @property
    def due_at_if_resumed(self) -> datetime | None:
        """Return when the clock would be due if it ran without a pause from now (rule S3).

        Once the target is used up, this is the instant at which that happened. The result is
        None until the clock starts and after a stop or cancellation.
        """
        return self._figures.due_if_resumed

    @property
    def breached(self) -> bool:
        """Return whether the target is exceeded; false at the due time itself (rule S2)."""
        return bool(self._cycles) and self._figures.elapsed > self._figures.target

    @property
    def breached_at(self) -> datetime | None:
        """Return the instant after which the target is exceeded; None until breached (rule S2).

        If the clock was due at 17:00, closing time, and still runs, this is 09:00 the next day,
        since no time counts overnight.
        """
        return self._figures.breached_at

    @property
    def over_target(self) -> timedelta:
        """Return the open time beyond the target; zero until the target is exceeded."""
        return max(self._figures.elapsed - self._figures.target, ZERO)

    @property
    def cycles(self) -> tuple[Cycle, ...]:
        """Return all cycles with start, stop, due time and result; the current one is last."""
        earlier = tuple(judged(each, figures(each, self.now)) for each in self._cycles[:-1])
        return (*earlier, judged(self._cycles[-1], self._figures)) if self._cycles else ()

    @property
    def thresholds(self) -> tuple[PassedThreshold, ...]:
        """Return the thresholds reached in the current or last cycle, with their times (S8)."""
        if not self._cycles:
            return ()
        reached: list[PassedThreshold] = []
        for threshold in self._cycles[-1].definition.thresholds:
            at = self._crossing(threshold)
            if at is not None and at <= self.now:
                reached.append(PassedThreshold(threshold.name, at))
        return tuple(sorted(reached, key=lambda threshold: threshold.at))

    def crossings(self, point: ClockPoint, *, of: str | None = None) -> tuple[Crossing, ...]:
        """Return when a point on the clock was first reached in each cycle.

        A crossing remains even if something that happens later undoes it. All cycles are included:
        current, finished, canceled, replaced, and those of a definition that is no longer in force.
        With the same rules and history, a later ``now`` may add crossings but never removes one.

        Args:
            point: A threshold (rule S8), ``"due"`` for reaching the due time, or ``"breach"`` for
                the first instant at which the target is exceeded (just after ``breached_at``).
            of: Only cycles under a definition of this kind or name; None for all cycles.

        Returns:
            At most one crossing for each cycle, in order. If a reopening, another definition or a
            moved due date makes past time count, ``at`` is the instant of that change.

        Raises:
            InvalidValueError: The point is none of these.

        Source: rules S4, S5, S8 and E1.
        """
        if not isinstance(point, SlaThreshold) and point not in ("due", "breach"):
            raise InvalidValueError("point", point, 'an SlaThreshold, "due" or "breach"')
        cycles = self._cycles
        alone = len(cycles) < 2 and not self._editions
        if alone and (not cycles or crossed(cycles[0], self._figures, point) is None):
            return ()  # as for most clocks
        since = self._editions[-1].until if self._editions else None
        latest = Edition(since, self.now + MICRO, cycles, self._figures)
        return first_crossings((*self._editions, latest), point, of=of)

    def reached_at(self, point: ClockPoint | str) -> datetime | None:
        """Return the first instant at which the current cycle reaches a point on the clock.

        The point is ``"due"``, ``"breach"``, a threshold, or a threshold's name in the definition.
        The instant is in the future if the clock has yet to reach the point; None if it will not.

        Raises:
            InvalidValueError: The clock has no such point.
        """
        named = {each.name: each for each in self.definition.thresholds} if self.definition else {}
        given: object = named.get(point, point) if isinstance(point, str) else point
        if isinstance(given, SlaThreshold):
            return self._crossing(given, ahead=True) if self._cycles else None
        if given not in ("due", "breach"):
            allowed = ", ".join(("an SlaThreshold", "due", "breach", *named))
            raise InvalidValueError("point", point, allowed)
        reached = self.crossings("due" if given == "due" else "breach")
        found = [each for each in reached if each.cycle == len(self._cycles)]
        if found:
            return found[0].at
        if self.stage != "running":
            return None
        return self.due_at if given == "due" else self._breach_ahead()

    def _crossing(self, threshold: SlaThreshold, *, ahead: bool = False) -> datetime | None:
        """Return when a threshold was passed, or will be passed if the clock keeps counting."""
        known, cycle = self._figures, self._cycles[-1]
        crossed = threshold_crossing(cycle, known, threshold)
        if crossed is not None:
            return crossed[0]
        if not ahead or self.stage != "running":
            return None
        try:
            if threshold.days is not None:
                return (
                    None if known.due_at is None else threshold.offset(known.due_at, cycle.calendar)
                )
            point = threshold.point(known.target)
            at = known.due_at
            if point or known.fixed_due is None:
                at = cycle.calendar.deadline(self.now, point - known.elapsed)
            return threshold.offset(at, cycle.calendar) if at and threshold.runs_on else at
        except UnreachableDeadlineError:
            return None

    @property
    def next_wakeup(self) -> datetime | None:
        """Return the first instant after ``now`` at which a result changes without an event.

        The results are the stage, the definition, the number of cycles, the thresholds passed,
        whether the cycle is past its due time, and ``breached``. None if no result can change (rule
        S9).
        """
        ahead: list[datetime | None] = []
        if self._cycles:
            thresholds = self._cycles[-1].definition.thresholds
            ahead = [self._crossing(threshold, ahead=True) for threshold in thresholds]
            if self.stage == "running" and not self.breached:
                spent = {each.cycle for each in self.crossings("due")} if self._editions else ()
                due = None if len(self._cycles) in spent else self._figures.due_at
                ahead.append(due)
                if due is None or due <= self.now or self._figures.fixed_due is not None:
                    ahead.append(self._breach_ahead())  # otherwise it comes after the due time
        least = min((at for at in ahead if at is not None and at > self.now), default=None)
        return least if self._rules is None else self._change_ahead(self._rules, least)

    def _change_ahead(self, rules: OneClock, least: datetime | None) -> datetime | None:
        """Return the first instant, up to another one, at which time alone changes a result."""
        if not rules.timed:
            return least
        at, facts = self.now, self._timeline.facts_at(self.now)
        for _ in range(_TRIES):
            changes = [leaf.next_change(facts, at) for leaf in rules.timed]
            known = [change for change in changes if change is not None and change > at]
            if not known or (least is not None and min(known) >= least):
                return least
            at = min(known)
            then = status_of(rules, self.record_id, self._timeline, at)
            if then._answers() != self._answers():  # noqa: SLF001  a status like this one
                return at
        return least

    def _answers(self) -> tuple[object, ...]:
        passed = tuple(threshold.name for threshold in self.thresholds)
        spent = self._figures.spent_at is not None
        return self.stage, self.definition, len(self._cycles), passed, spent, self.breached

    def _breach_ahead(self) -> datetime | None:
        calendar = self._cycles[-1].calendar
        try:
            due = calendar.deadline(self.now, self._figures.target - self._figures.elapsed)
            return calendar.next_open(due) + MICRO
        except UnreachableDeadlineError:
            return None

    def in_words(self, words: Words, zone: ZoneInfo | None = None) -> str:
        """Return ``trace`` in the language of ``words``; times are in ``zone`` or the clock's."""
        return self.trace.in_words(words, zone)

    @property
    def trace(self) -> Trace:
        """Return how every second was counted, from the opening to now (rule S7)."""
        cycles = self._cycles
        rules = self.definition or self._rules
        zone = cycles[-1].calendar.zone if cycles else zone_of(rules.definitions if rules else ())
        if cycles:
            closing = closing_of(self.stage, self._figures, cycles[-1])
        else:
            absent = "not_started" if self.definition else why_none(rules, self._timeline, self.now)
            closing = absence("not_covered" if self.not_covered else absent, self.not_covered)
        life = self._swaps, self._timeline
        return build_trace(cycles, *life, now=self.now, zone=zone, closing=closing)


def status_of(rules: OneClock, record_id: str, timeline: Timeline, now: datetime) -> SlaStatus:
    """Return the status of a clock for a record's id and a timeline that ends at ``now``."""
    editions: list[Edition] = []
    swaps: list[Swap] = []
    clock = fold_clock(rules, life_of(rules, timeline, now), editions, swaps)
    cycles = clock.cycles(now)
    definition = clock.definition
    stage: ClockStage = clock.stage
    if definition is None:
        if cycles:
            definition = cycles[-1].definition
        else:
            stage = "none"
    missing = not_covered(rules, timeline.covers)
    if missing:
        imported = imported_at(timeline)
        known = since_import(cycles, imported)
        stage = stage if known else "none"  # the last of all is the last of them
        cycles = known
        editions = [each._replace(cycles=since_import(each.cycles, imported)) for each in editions]
        swaps = [swap for swap in swaps if swap.at >= imported]
    return SlaStatus(
        record_id=record_id,
        definition=definition,
        now=now,
        stage=stage,
        cycles=cycles,
        timeline=timeline,
        editions=tuple(editions),
        swaps=tuple(swaps),
        rules=rules,
        not_covered=missing if stage == "none" else (),
    )
