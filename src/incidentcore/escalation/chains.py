"""How the levels of a row follow each other, pass by pass (rules E2 and E3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation.anchors import Anchor, View, moments, spells
from incidentcore.escalation.clocks import Clocks
from incidentcore.escalation.gates import (
    Gate,
    Told,
    Window,
    build_gate,
    first_open,
    lapse,
    reason_at,
    restarts,
    rows_chosen,
)
from incidentcore.escalation.intent import Escalation
from incidentcore.escalation.matrix import (
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
)
from incidentcore.escalation.targets import READING
from incidentcore.escalation.triggers import After, AfterPrevious, HeldFor, OnClock
from incidentcore.schedule import Calendar

__all__ = ["fallen_due"]

_ZERO: Final = timedelta(0)


class _Candidate(NamedTuple):
    """One chance of a level to fall due.

    Attributes:
        cycle: The occurrence it belongs to.
        ready: From when on an escalation by hand may bring it forward.
        at: When its trigger makes it due; None where only a hand can.
        stands: When what it stands on is gone; None where it stays.
    """

    cycle: int
    ready: datetime
    at: datetime | None
    stands: datetime | None


def fallen_due(
    matrix: EscalationMatrix,
    view: View,
    clocks: Clocks,
    *,
    until: datetime,
    window: Window = (None, None),
) -> Iterator[Escalation]:
    """Yield every escalation that falls due by ``until`` if no event comes after those seen."""
    chosen = rows_chosen(matrix, view)
    for number in sorted(set(chosen) - {-1}):
        told: Told = []
        while True:
            walk = _RowWalk(
                matrix=matrix,
                number=number,
                view=view,
                chosen=chosen,
                clocks=clocks,
                until=until,
                window=window,
                told=told,
            )
            found = list(walk.run())
            if matrix.rows[number].acknowledged_by != "all":
                break
            # Whom a level tells decides who must acknowledge from then on. Nobody is told before
            # the instant, so each round settles what comes next, until a round changes nothing.
            before, told = told, sorted((one.due_at, one.people) for one in found)
            if told == before:
                break
        yield from found


class _RowWalk:
    """One row worked through for one record."""

    def __init__(
        self,
        *,
        matrix: EscalationMatrix,
        number: int,
        view: View,
        chosen: list[int],
        clocks: Clocks,
        until: datetime,
        window: Window,
        told: Told,
    ) -> None:
        self.window = window
        self.told = told
        self.matrix = matrix
        self.number = number
        self.row: EscalationRow = matrix.rows[number]
        self.view = view
        self.chosen = chosen
        self.clocks = clocks
        self.until = until
        self.by_hand = list(view.hands)
        self.gates: dict[str, Gate] = {}
        # By cycle, until when what a level stands on stands: of the level last worked on, and of
        # the last one after a delay.
        self.stands: dict[int, datetime | None] = {}
        self.stands_last: dict[int, datetime | None] = {}
        self.restarts = restarts(view, self.row)
        self.delayed = _delayed(self.row)

    def run(self) -> Iterator[Escalation]:
        """Yield what falls due, the first pass level by level, then the further passes."""
        dues: list[dict[int, datetime]] = []
        for index, level in enumerate(self.row.levels):
            gate = self._gate(index)
            found: dict[int, datetime] = {}
            stands: dict[int, datetime | None] = {}
            for candidate in self._candidates(index, level, dues):
                due = self._due(index, candidate, gate)
                stands[candidate.cycle] = candidate.stands
                known = found.get(candidate.cycle)  # by another clock of the kind
                if due is not None and due <= self.until and (known is None or due < known):
                    found[candidate.cycle] = due
            for cycle, due in found.items():
                yield self._escalation(index, pass_=0, cycle=cycle, due=due, gate=gate)
            self.stands = stands
            if index in self.delayed:
                self.stands_last = stands
            dues.append(found)
        if self.delayed:
            again = [index for index in self.delayed if index >= self.row.repeat_from]
            for cycle, ended in sorted(dues[self.delayed[-1]].items()):
                yield from self._further_passes(again or self.delayed, cycle, ended)

    def _further_passes(
        self, delayed: list[int], cycle: int, ended: datetime
    ) -> Iterator[Escalation]:
        """Yield the passes after the first, with the same distances between levels."""
        row = self.row
        first = row.levels[delayed[0]].trigger
        stands = self.stands_last.get(cycle)
        pass_ = 0
        while True:
            begin = ended + row.repeat_after if pass_ < row.repeat else None
            if row.past_last == "wrap":
                free = (one for one in self.by_hand if one[0] >= ended and one[1] is None)
                hand = next(free, None)
                if hand is not None and (begin is None or hand[0] < begin):
                    self.by_hand.remove(hand)
                    begin = hand[0]
            if begin is None:
                return
            pass_ += 1
            before: datetime | None = begin
            for place, index in enumerate(delayed):
                level = row.levels[index]
                trigger = level.trigger
                at: datetime | None = begin
                if place and isinstance(trigger, AfterPrevious):
                    above = row.levels[index - 1]
                    at = None if before is None else self._after(above, trigger, before)
                elif isinstance(trigger, After) and isinstance(first, After):
                    at = _later(begin, max(trigger.delay - first.delay, _ZERO), trigger.calendar)
                ready = at if before is None else before
                if ready is None:  # nothing above it fell due, so it never does
                    continue
                gate = self._gate(index)
                before = self._due(index, _Candidate(cycle, ready, at, stands), gate)
                if before is not None and before <= self.until:
                    yield self._escalation(index, pass_=pass_, cycle=cycle, due=before, gate=gate)
            if before is None or before > self.until:
                return
            ended = before

    def _gate(self, index: int) -> Gate:
        row = self.row
        shared = row.acknowledged_by != "level"  # all levels have one of two gates
        key = row.levels[index].until if shared else str(index)
        if key not in self.gates:
            self.gates[key] = build_gate(
                self.view,
                self.chosen,
                self.number,
                row,
                index=index,
                told=self.told,
                window=self.window,
            )
        return self.gates[key]

    def _candidates(
        self, index: int, level: EscalationLevel, dues: list[dict[int, datetime]]
    ) -> Iterator[_Candidate]:
        trigger = level.trigger
        previous = dues[-1] if dues else {}
        if isinstance(trigger, OnClock):
            for crossing in self.clocks.crossings(trigger.clock, trigger.point):
                yield _Candidate(crossing.cycle, crossing.at, crossing.at, None)
        elif isinstance(trigger, AfterPrevious):
            for cycle, at in sorted(previous.items()):
                after = self._after(self.row.levels[index - 1], trigger, at)
                yield _Candidate(cycle, at, after, self.stands[cycle])
        else:
            delay = trigger.delay if isinstance(trigger, After) else trigger.span
            for anchor in self._anchors(trigger):
                start = anchor.at
                for interval in self.matrix.maintenance:
                    if start in interval:
                        start = interval.end
                due = _later(start, delay, trigger.calendar)
                ready = max(start, previous.get(anchor.cycle, start))
                if index and anchor.cycle not in previous:
                    ready = (
                        due or start
                    )  # no hand brings it forward before the level above fell due
                yield _Candidate(anchor.cycle, ready, due, anchor.until)

    def _anchors(self, trigger: After | HeldFor) -> Iterator[Anchor]:
        anchors = (
            moments(self.view, trigger.since)
            if isinstance(trigger, After)
            else spells(self.view, trigger)
        )
        cycle = 0
        for anchor in anchors:
            start = anchor.at
            for restart in self.restarts:
                if start < restart and (anchor.until is None or restart < anchor.until):
                    cycle += 1
                    yield Anchor(start, restart, cycle)
                    start = restart
            cycle += 1
            yield Anchor(start, anchor.until, cycle)

    def _after(
        self, before: EscalationLevel, trigger: AfterPrevious, at: datetime
    ) -> datetime | None:
        """Return when a level follows the one before; at once where nobody was told there (E3)."""
        return at if self._is_empty(before, at) else _later(at, trigger.delay, trigger.calendar)

    def _due(self, index: int, candidate: _Candidate, gate: Gate) -> datetime | None:
        """Return when a candidate falls due: by its trigger, or brought forward by hand.

        A hand that asks for a level brings it forward with those before it, and none after it.
        """
        level = self.row.levels[index]
        due = None
        if candidate.at is not None:
            due = _enabled(candidate.at, level, gate, candidate.stands)
        if isinstance(level.trigger, OnClock):
            return due
        for hand, asked in self.by_hand:
            if asked is not None and asked < index:
                continue
            if (
                candidate.ready <= hand
                and (due is None or hand <= due)
                and (candidate.stands is None or hand < candidate.stands)
                and not reason_at(gate, hand)
            ):
                if asked is None or asked == index:
                    self.by_hand.remove((hand, asked))
                return hand
        return due

    def _escalation(
        self, index: int, *, pass_: int, cycle: int, due: datetime, gate: Gate
    ) -> Escalation:
        level = self.row.levels[index]
        record = self.view.record_id
        people = level.known_people
        lapsed_at: datetime | None = None
        because = ""
        if people is None:
            facts = self._facts(level, due)
            people = _people(level, due, facts)
            if all(target.is_empty(due, facts) for target in level.targets):
                lapsed_at, because = due, "nobody to tell"
        if not because and len(gate) > 1:
            lapsed_at, because = lapse(gate, due, self.until)
        return Escalation(
            key=f"{record}/{self.matrix.name}/{self.row.name}/{index}/{pass_}/{cycle}",
            record_id=record,
            matrix=self.matrix.name,
            row=self.row.name,
            level=index,
            pass_=pass_,
            cycle=cycle,
            targets=level.targets,
            people=people,
            mode=level.mode,
            due_at=due,
            lapsed_at=lapsed_at,
            lapsed_because=because,
            why=f"{level.why}, pass {pass_ + 1}" if pass_ else level.why,
        )

    def _is_empty(self, level: EscalationLevel, at: datetime) -> bool:
        if level.known_people is not None:
            return False
        facts = self._facts(level, at)
        return all(target.is_empty(at, facts) for target in level.targets)

    def _facts(self, level: EscalationLevel, at: datetime) -> Mapping[str, Any]:
        """Return the facts at an instant, where a target asks for any."""
        asked = any(target.kind in READING for target in level.targets)
        return self.view.timeline.facts_at(at) if asked else {}


def _people(level: EscalationLevel, at: datetime, facts: Mapping[str, Any]) -> tuple[str, ...]:
    if len(level.targets) == 1:
        return level.targets[0].people(at, facts)
    return tuple(dict.fromkeys(p for one in level.targets for p in one.people(at, facts)))


def _delayed(row: EscalationRow) -> list[int]:
    """Return the levels that further passes go through: those after a delay.

    A condition that heads a chain is one of them; a clock reaches a point once a cycle.
    """
    triggers = [level.trigger for level in row.levels]
    heads = isinstance(triggers[0], HeldFor) and not any(isinstance(one, After) for one in triggers)
    return [
        index
        for index, trigger in enumerate(triggers)
        if isinstance(trigger, (After, AfterPrevious)) or (heads and not index)
    ]


def _later(at: datetime, delay: timedelta, calendar: Calendar | None) -> datetime | None:
    try:
        return at + delay if calendar is None else calendar.deadline(at, delay)
    except (OverflowError, UnreachableDeadlineError):
        return None  # never, as far as anybody can tell


def _enabled(
    at: datetime, level: EscalationLevel, gate: Gate, stands: datetime | None
) -> datetime | None:
    """Return the first instant from ``at`` on at which gate and contact hours are both open."""
    while True:
        if level.during is not None:
            try:
                at = level.during.next_open(at)
            except UnreachableDeadlineError:
                return None
        if stands is not None and at >= stands:
            return None
        opening = first_open(gate, at)
        if opening is None or opening == at:
            return opening
        at = opening
