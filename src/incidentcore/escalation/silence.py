"""When acknowledgements, snoozes and other rows keep a level from firing (rule E3)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeAlias

from incidentcore.conditions.hours import spell_test
from incidentcore.escalation.matrix import EscalationMatrix, EscalationRow
from incidentcore.escalation.view import Mark, RecordView, Stage
from incidentcore.records import StateChanged

Gate: TypeAlias = list[tuple[datetime, str]]
"""By instant, what keeps a level from firing from then on; empty text if nothing does."""

Notified: TypeAlias = list[tuple[datetime, tuple[str, ...]]]
"""Who was notified when."""

Window: TypeAlias = tuple[datetime | None, datetime | None]
"""The start and end of a version of a matrix; None if it has no end."""


def rows_chosen(matrix: EscalationMatrix, view: RecordView) -> list[int]:
    """Return the number of the row that applies in each stage of a record; -1 if none does."""
    rows, reads, timeline = matrix.rows, matrix.reads, view.timeline
    chosen: list[int] = []
    if reads is None and any(row.when.reads_hours for row in rows):
        tests = [spell_test(row.when) for row in rows]
        for moment, facts in timeline.states():  # each at each instant, since it has a memory
            again = moment.changes.get("reopened_at") == moment.at
            answers = [test(facts, moment.at, again) for test in tests]
            chosen.append(answers.index(True) if True in answers else -1)
        return chosen
    facts = dict(timeline.base)
    choice: int | None = None
    for moment in timeline.moments:
        changes = moment.changes
        if choice is None or reads is None or not reads.isdisjoint(changes):
            facts.update(changes)  # no test reads those that are left out
            choice, at = -1, moment.at
            for number, row in enumerate(rows):
                if row.when.test(facts, at):
                    choice = number
                    break
        chosen.append(choice)
    return chosen


class RowSilence:
    """What keeps the levels of one row silent for one record."""

    def __init__(
        self,
        view: RecordView,
        matrix: EscalationMatrix,
        number: int,
        chosen: list[int],
        *,
        window: Window = (None, None),
    ) -> None:
        self._situation, self._window = view.situation, window
        self.row: EscalationRow = matrix.rows[number]
        self._matrix = matrix.name
        self._applies = [one == number for one in chosen]
        self._always = not self._situation.ended and window == (None, None) and all(self._applies)
        self._marks: list[tuple[Mark, ...]] = []
        self._cleared: set[datetime] = set()
        # When levels that count from the opening, or from the row's own condition, start a new
        # cycle, as at a reopening; and when all levels do because a snooze or an acknowledgement
        # ended, other than by a manual escalation.
        self.beginnings: tuple[datetime, ...] = self._fold_marks()
        self.restarts: tuple[datetime, ...] = self._restarts()

    def _fold_marks(self) -> tuple[datetime, ...]:
        """Set the acknowledgements of each stage; return when the row starts a new cycle."""
        row, applied = self.row, False
        marks: tuple[Mark, ...] = ()
        beginnings: list[datetime] = []
        choices = {
            "": "keep",
            "reopened": row.on_reopen,
            "applied": row.on_apply,
            "moved": row.on_move,
            "worsened": row.on_worse,
        }
        for stage, applies in zip(self._situation.stages, self._applies, strict=True):
            occasion, acts = stage.occasion, stage.acts
            if not acts and not occasion and applies is applied:  # as at most instants
                self._marks.append(marks)
                continue
            if applies and not applied and occasion != "reopened":
                occasion = "applied"
            applied = applies
            choice = choices[occasion]
            if choice != "keep":
                marks, acts = (), acts[stage.reach :]
                self._cleared.add(stage.at)
                if choice == "restart":
                    beginnings.append(stage.at)
            for act in acts:
                if isinstance(act, str):
                    marks = marks if act not in ("", self._matrix) else ()
                elif type(act.event) is StateChanged and self._alive(marks, act.at):
                    continue  # work adds nothing to an acknowledgement
                elif applies and row.ack_when.test(act.event, act.at):
                    marks = (*marks, act)
            self._marks.append(marks)
        return tuple(beginnings)

    def gates(self, notified: Notified) -> list[Gate]:
        """Return the gate of each level of the row.

        ``notified`` is who was notified by the row, if everybody's acknowledgement counts.
        """
        row = self.row
        shared: dict[object, Gate] = {}
        gates: list[Gate] = []
        for index, level in enumerate(row.levels):
            key: object = index if row.acknowledged_by == "level" else level.until
            if key not in shared:
                shared[key] = self._gate(index, notified)
            gates.append(shared[key])
        return gates

    def _gate(self, index: int, notified: Notified) -> Gate:
        row, situation = self.row, self._situation
        answered = row.levels[index].until == "acknowledged"
        hushed = answered or row.snooze_silences == "all"
        if self._always and not (hushed and situation.answered):
            # As for most records: nothing ever kept it silent.
            return [(situation.stages[0].at, "")]
        gate: Gate = []
        since, until = self._window
        extra = [at for at in self._window if at is not None]
        if row.acknowledged_by == "all":
            extra.extend(at for at, _ in notified)
        for at, which, stage, marks in self._instants(extra):
            quiet = stage.snoozed_until
            if stage.ended:
                reason = stage.ended
            elif not self._applies[which]:
                reason = "other_row"
            elif hushed and quiet is not None and at < quiet:
                reason = "snoozed"
            elif answered and marks and self._counts(index, marks, notified, at):
                reason = "acknowledged"
            elif (since is not None and at < since) or (until is not None and at >= until):
                reason = "other_version"
            else:
                reason = ""
            if not gate or gate[-1][1] != reason:
                gate.append((at, reason))
        return gate

    def _instants(
        self, extra: Iterable[datetime]
    ) -> Iterator[tuple[datetime, int, Stage, tuple[Mark, ...]]]:
        """Yield each instant at which a gate may change, with its acknowledgements."""
        timeout, stages = self.row.ack_timeout, self._situation.stages
        pending = sorted({*extra, *self._situation.snooze_ends})
        for which, stage in enumerate(stages):
            at, marks = stage.at, self._marks[which]
            yield at, which, stage, self._alive(marks, at)
            edges = [edge for edge in pending if edge > at]
            if timeout is not None:
                edges += [mark.at + timeout for mark in marks if mark.at + timeout > at]
                edges = sorted(set(edges))
            until = stages[which + 1].at if which + 1 < len(stages) else None
            for edge in edges:
                if until is not None and edge >= until:
                    break
                yield edge, which, stage, self._alive(marks, edge)

    def _alive(self, marks: tuple[Mark, ...], at: datetime) -> tuple[Mark, ...]:
        """Return the acknowledgements that have neither timed out nor ended with a snooze."""
        timeout, ends = self.row.ack_timeout, self._situation.snooze_ends
        if timeout is not None:
            marks = tuple(mark for mark in marks if at < mark.at + timeout)
        over = bisect_right(ends, at)
        return tuple(mark for mark in marks if mark.at >= ends[over - 1]) if over else marks

    def _counts(
        self, index: int, marks: tuple[Mark, ...], notified: Notified, at: datetime
    ) -> bool:
        """Return whether acknowledgements, of which there is at least one, silence a level."""
        whose = self.row.acknowledged_by
        if whose == "level":
            return any(mark.level is None or mark.level >= index for mark in marks)
        if whose == "all":
            people = {person for when, some in notified if when <= at for person in some}
            return people <= {mark.by for mark in marks}
        return True

    def _restarts(self) -> tuple[datetime, ...]:
        row, situation = self.row, self._situation
        restarts: set[datetime] = set()
        if row.on_snooze_end == "restart":
            restarts.update(situation.snooze_ends)
        if row.on_unacknowledge == "restart":
            before = False
            asked = {one.at for one in situation.manual if one.matrix in ("", self._matrix)}
            for at, _, stage, marks in self._instants(()):
                if stage.snoozed_until is not None and at < stage.snoozed_until:
                    continue  # no acknowledgement times out during a snooze
                over = at in situation.snooze_ends
                gone = before and not marks and not stage.ended and not over
                if gone and at not in asked and at not in self._cleared:
                    restarts.add(at)
                before = bool(marks)
        return tuple(sorted(restarts))
