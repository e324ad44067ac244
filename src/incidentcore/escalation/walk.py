"""How the levels of a row follow each other, through all its repetitions (rules E2 and E3).

A record is evaluated in three steps; no step returns to an earlier one.

1. The *view* (``view.py``) reads the history once: the stages between instants at which something
   happened, the values that fields had, the intervals in which conditions held, the SLA clocks.
2. The *silence* of a row (``silence.py``) turns the stages into one gate for each level: what keeps
   it silent from which instant on, if anything. It also determines when the levels start a new
   cycle.
3. The *walk* goes through the levels of the row in order. The trigger of a level returns its
   candidates, one for each cycle; a candidate becomes due at the first instant at which the
   trigger, the contact hours and the gate all allow it, or at a manual escalation before that. Once
   this is known for all levels of the row, its repetitions follow with the same intervals between
   levels.

A cycle is one occurrence of what levels count from: a value of a field, an interval in which a
condition holds, a cycle of a clock. Levels that follow each other belong to the cycle of the first
of them, and are dropped when its occurrence ends.

A gate is a sorted list, so each due time is found by bisection and not by steps through time, and
what becomes due by an instant does not depend on when it is evaluated (rule E1). One dependency is
circular: where everybody must acknowledge, silence depends on who was notified, and who is notified
depends on silence. The walk begins with nobody notified and is repeated until nothing changes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, TypeAlias

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation.escalation import WHY_TEXTS, Escalation
from incidentcore.escalation.matrix import EscalationLevel, EscalationMatrix
from incidentcore.escalation.silence import Gate, Notified, RowSilence, Window, rows_chosen
from incidentcore.escalation.targets import READING
from incidentcore.escalation.triggers.base import Candidate, Fallen, TriggerContext
from incidentcore.escalation.view import RecordView
from incidentcore.values import FrozenMap

NOBODY: Final = "nobody_to_tell"
SNOOZED: Final = "snoozed"
MANUAL: Final = "manual"
Settled: TypeAlias = Mapping[str, Escalation]
NO_SETTLED: Final[Settled] = {}
_LAPSING: Final = ("acknowledged", "resolved", "canceled")


def fallen_due(
    matrix: EscalationMatrix,
    view: RecordView,
    *,
    until: datetime,
    window: Window = (None, None),
    settled: Settled = NO_SETTLED,
    before: EscalationMatrix | None = None,
) -> list[Escalation]:
    """Return the escalations that become due by ``until`` if no further event happens.

    ``window`` is the interval in which this version of the matrix is in force; ``settled`` holds
    what became due under the versions before it, of which ``before`` is the last.
    """
    chosen = rows_chosen(matrix, view)
    fallen: list[Escalation] = []
    for number in sorted(set(chosen) - {-1}):
        heads = (one.trigger for one in matrix.rows[number].levels if not one.trigger.chained)
        if not settled and not any(head.may_fire(view) for head in heads):
            continue  # as for most records, of which no clock reached a point
        silence = RowSilence(view, matrix, number, chosen, window=window)
        notified: Notified = []
        while True:
            walk = _RowWalk(matrix, view, silence, until=until, notified=notified, settled=settled)
            walk.versions = before, window[0]
            found = list(walk.run())
            if matrix.rows[number].acknowledged_by != "all":
                break
            known, notified = notified, sorted((one.due_at, one.people) for one in found)
            if notified == known:
                break
        fallen += found
    return fallen


class _RowWalk:
    """The evaluation of one row for one record."""

    def __init__(
        self,
        matrix: EscalationMatrix,
        view: RecordView,
        silence: RowSilence,
        *,
        until: datetime,
        notified: Notified,
        settled: Settled,
    ) -> None:
        self.matrix, self.row, self.view, self.until = matrix, silence.row, view, until
        self.manual = [one for one in view.situation.manual if one.matrix in ("", matrix.name)]
        self.gates = silence.gates(notified)
        self.settled = settled
        self.versions: tuple[EscalationMatrix | None, datetime | None] = None, None
        self.people_now: dict[int, tuple[str, ...]] = {}
        self.hurried: set[str] = set()  # keys of levels that a manual escalation made due earlier
        self.held: dict[str, str] = {}  # by key, what made a level due later
        self.context = TriggerContext(
            view=view,
            when=self.row.when,
            until=until,
            maintenance=matrix.maintenance,
            beginnings=silence.beginnings,
            restarts=silence.restarts,
        )

    def run(self) -> Iterator[Escalation]:
        """Yield what becomes due, the first pass level by level, then the further passes."""
        context, delayed = self.context, self.row.delayed
        last: dict[int, Fallen] = {}
        for index, level in enumerate(self.row.levels):
            context.index = index
            due_by_cycle: dict[int, tuple[datetime, datetime | None]] = {}
            for candidate in level.trigger.candidates(context):
                due = self._due(index, 0, candidate)
                other = due_by_cycle.get(candidate.cycle)  # by another clock of this kind
                if due is not None and due <= self.until and (other is None or due < other[0]):
                    due_by_cycle[candidate.cycle] = due, candidate.until
            fallen: dict[int, Fallen] = {}
            for cycle, (due, until) in due_by_cycle.items():
                escalation = self._escalation(index, pass_=0, cycle=cycle, due=due)
                fallen[cycle] = Fallen(due, until, escalation.lapsed_because != NOBODY)
                yield escalation
            context.previous = fallen
            if delayed and index == delayed[-1]:
                last = fallen
        for cycle, ended in sorted(last.items()):
            yield from self._further_passes(cycle, ended)

    def _further_passes(self, cycle: int, last: Fallen) -> Iterator[Escalation]:
        """Yield the passes after the first, with the same distances between levels."""
        row, until = self.row, last.until
        indexes = [index for index in row.delayed if index >= row.repeat_from] or row.delayed
        first = row.levels[indexes[0]].trigger
        ended, pass_ = last.at, 0
        while True:
            begin = ended + row.repeat_after if pass_ < row.repeat else None
            if row.past_last == "wrap":
                free = (one for one in self.manual if one.at >= ended and one.level is None)
                manual = next(free, None)
                if manual is not None and (begin is None or manual.at < begin):
                    self.manual.remove(manual)
                    begin = manual.at
            settled = self.settled.get(self._key(indexes[0], pass_ + 1, cycle))
            if settled is not None:
                begin = settled.due_at
            elif begin is None and not pass_ and self._level_gone(cycle):
                begin = self.versions[1]
            if begin is None:
                return
            pass_ += 1
            previous: Fallen | None = Fallen(begin, until, reached=True)
            for index in indexes:
                head = index == indexes[0]
                at = row.levels[index].trigger.offset(begin, previous, first, head=head)
                ready = at if previous is None else previous.at
                if ready is None:  # nothing above it became due, so it never does
                    continue
                due = self._due(index, pass_, Candidate(cycle, ready, at, until))
                previous = None if due is None else Fallen(due, until, reached=True)
                if due is not None and due <= self.until:
                    escalation = self._escalation(index, pass_=pass_, cycle=cycle, due=due)
                    previous = Fallen(due, until, escalation.lapsed_because != NOBODY)
                    yield escalation
            if previous is None or previous.at > self.until:
                return
            ended = previous.at

    def _level_gone(self, cycle: int) -> bool:
        """Return whether the level that a chain waited for is gone since this version (rule E4)."""
        rows = () if self.versions[0] is None else self.versions[0].rows
        before = sum(len(one.levels) for one in rows if one.name == self.row.name)
        fallen = sum(self._key(index, 0, cycle) in self.settled for index in range(before))
        return len(self.row.levels) <= fallen < before

    def _key(self, index: int, pass_: int, cycle: int) -> str:
        place = f"{self.matrix.name}/{self.row.name}/{index}/{pass_}/{cycle}"
        return f"{self.view.record_id}/{place}"

    def _due(self, index: int, pass_: int, candidate: Candidate) -> datetime | None:
        """Return when a candidate becomes due: by its trigger, or brought forward manually.

        A manual escalation that names a level brings forward that level and those before it, and
        none after it.
        """
        gate = self.gates[index]
        due = None
        if self.settled:
            settled = self.settled.get(self._key(index, pass_, candidate.cycle))
            if settled is not None:
                self._spend(settled.due_at, index)
                if settled.why_code == MANUAL:
                    self.hurried.add(settled.key)
                self.held[settled.key] = settled.why_data.get("held", "")
                return settled.due_at
        if candidate.at is not None:
            due = _enabled(candidate.at, self.row.levels[index], gate, candidate.until)
            if candidate.exact and due != candidate.at:
                due = None
            if due is not None and due != candidate.at:
                self.held[self._key(index, pass_, candidate.cycle)] = _held_by(gate, due)
        if candidate.ready is None:
            return due
        for manual in self.manual:
            at, asked = manual.at, manual.level
            if asked is not None and asked < index:
                continue
            if (
                candidate.ready <= at
                and (due is None or at <= due)
                and (candidate.until is None or at < candidate.until)
                and not _reason_at(gate, at)
            ):
                if asked is None or asked == index:
                    self.manual.remove(manual)
                if at != due:
                    self.hurried.add(self._key(index, pass_, candidate.cycle))
                return at
        return due

    def _spend(self, due: datetime, index: int) -> None:
        """Use up the manual escalation that brought a level forward under an earlier version."""
        asked = (None, index)
        spent = next((one for one in self.manual if one.at == due and one.level in asked), None)
        if spent is not None:
            self.manual.remove(spent)

    def _escalation(self, index: int, *, pass_: int, cycle: int, due: datetime) -> Escalation:
        level, gate = self.row.levels[index], self.gates[index]
        lapsed: tuple[datetime | None, str] = _lapse(gate, due, self.until)
        if level.known_people is not None:
            people = people_now = level.known_people
        else:
            facts = self._facts(level, due)
            people = _people(level, due, facts)
            if index not in self.people_now:
                now = self.view.now  # which may lie long before the end of the walk
                self.people_now[index] = _people(level, now, self._facts(level, now))
            people_now = self.people_now[index]
            if all(target.is_empty(due, facts) for target in level.targets):
                lapsed = due, NOBODY
        key = self._key(index, pass_, cycle)
        manual, held = key in self.hurried, self.held.get(key, "")
        is_held = f"held.{held}" in WHY_TEXTS
        data = FrozenMap() if manual else level.why_data
        return Escalation(
            key=key,
            record_id=self.view.record_id,
            matrix=self.matrix.name,
            row=self.row.name,
            level=index,
            pass_=pass_,
            cycle=cycle,
            targets=level.targets,
            people=people,
            people_now=people_now,
            mode=level.mode,
            due_at=due,
            lapsed_at=lapsed[0],
            lapsed_because=lapsed[1],
            why_code=MANUAL if manual else level.why_code,
            why_data=data if manual or not is_held else FrozenMap({**data, "held": held}),
        )

    def _facts(self, level: EscalationLevel, at: datetime) -> Mapping[str, Any]:
        """Return the facts at an instant, if a target needs any."""
        asked = any(target.kind in READING for target in level.targets)
        return self.view.timeline.facts_at(at) if asked else {}


def _people(level: EscalationLevel, at: datetime, facts: Mapping[str, Any]) -> tuple[str, ...]:
    if len(level.targets) == 1:
        return level.targets[0].people(at, facts)
    return tuple(dict.fromkeys(p for one in level.targets for p in one.people(at, facts)))


def _enabled(
    at: datetime, level: EscalationLevel, gate: Gate, until: datetime | None
) -> datetime | None:
    """Return the first instant from ``at`` on at which gate and contact hours are both open."""
    while True:
        if level.during is not None:
            try:
                at = level.during.next_open(at)
            except UnreachableDeadlineError:
                return None
        if until is not None and at >= until:
            return None
        opening = _first_open(gate, at)
        if opening is None or opening == at:
            return opening
        at = opening


def _first_open(gate: Gate, at: datetime) -> datetime | None:
    """Return the first instant from ``at`` on at which a gate is open; None if it stays closed."""
    place = bisect_right(gate, at, key=itemgetter(0)) - 1
    if place >= 0 and not gate[place][1]:
        return at
    return next((since for since, reason in gate[place + 1 :] if not reason), None)


def _reason_at(gate: Gate, at: datetime) -> str:
    """Return what keeps a level silent at an instant."""
    place = bisect_right(gate, at, key=itemgetter(0)) - 1
    return gate[place][1] if place >= 0 else "not_opened"


def _held_by(gate: Gate, due: datetime) -> str:
    """Return what held a level back until it became due: its gate, or the contact hours."""
    place = bisect_right(gate, due, key=itemgetter(0)) - 1
    if gate[place][0] < due:
        return "hours"
    return gate[place - 1][1] if place else "not_opened"


def _lapse(gate: Gate, due: datetime, now: datetime) -> tuple[datetime | None, str]:
    """Return when and why an escalation that had become due became pointless.

    A snooze revokes nothing: it holds an escalation back only while it lasts.
    """
    lapsed: tuple[datetime | None, str] = (None, "")
    for since, reason in gate[bisect_right(gate, due, key=itemgetter(0)) :]:
        if reason in _LAPSING:
            return since, reason
        if since <= now:
            lapsed = (since, reason) if reason == SNOOZED else (None, "")
    return lapsed
