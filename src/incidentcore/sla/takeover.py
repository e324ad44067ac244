"""Compute a clock over a whole timeline, including takeovers by other definitions (rule S4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.conditions.access import reader
from incidentcore.instants import as_utc
from incidentcore.records import TimelineStep
from incidentcore.sla.crossings import Edition
from incidentcore.sla.cycles import Swap
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.fold import ClockFold
from incidentcore.sla.life import Facts, Life, OneClock
from incidentcore.sla.policy import SlaPolicy

_RETROACTIVE: Final = ("retroactive", "retroactive_without_pauses")


def fold_clock(
    rules: OneClock, life: Life, editions: list[Edition], swaps: list[Swap]
) -> ClockFold:
    """Compute a clock over a record's history, with the definitions that apply in turn.

    Earlier editions of the clock's history are appended to ``editions``, takeovers to ``swaps``.
    """
    if not rules.timed:  # a clock that starts from a field waits for its instant
        return _fold(rules, life, life.steps, editions, swaps)
    paths = {one.starts_from for one in rules.definitions if one.starts_from is not None}
    if not paths:
        return _fold(rules, life, life.steps, editions, swaps)
    turns = _origins(life, sorted(paths))
    ends = [*(index for index, _ in turns[1:]), None]
    for (index, life.origins), until in zip(turns, ends, strict=True):
        earlier: list[Edition] = []
        clock = _fold(rules, life, life.steps[:until], earlier, swaps if until is None else [])
        since = life.steps[index].at if index else None
        if until is not None:
            end = life.steps[until].at
            last = earlier[-1].until if earlier else None
            earlier.append(Edition(last, end, clock.cycles(end)))
        for edition in earlier:
            if since is None or edition.until > since:
                begin = max((at for at in (since, edition.since) if at is not None), default=None)
                editions.append(edition._replace(since=begin))
    return clock


def _origins(life: Life, paths: Sequence[str]) -> list[tuple[int, dict[str, datetime]]]:
    """Return the values of the fields that clocks start from, with the steps that changed them."""
    facts = dict(life.base)
    turns: list[tuple[int, dict[str, datetime]]] = []
    for index, step in enumerate(life.steps):
        facts.update(step.changes)
        values = {path: reader(path)(facts) for path in paths}
        origins = {p: as_utc(v, p) for p, v in values.items() if v is not None}  # type: ignore[arg-type]  # refused otherwise
        if not turns or origins != turns[-1][1]:
            turns.append((index, origins))
    return turns


def _fold(
    rules: OneClock,
    life: Life,
    steps: Sequence[TimelineStep],
    editions: list[Edition],
    swaps: list[Swap],
) -> ClockFold:
    if isinstance(rules, SlaPolicy):
        return _PolicyFold(rules, life, editions, swaps, ClockFold(None, life)).fold(steps)
    clock = ClockFold(rules, life)
    clock.go_through(steps, dict(life.base), numbers=range(len(steps)), editions=editions)
    return clock


@attrs.define
class _Standing(SharedRepr):
    """A fold by one definition alone, up to some step."""

    clock: ClockFold
    next: int  # the index of the first step that it has not seen
    facts: Facts  # before that step
    since: tuple[int, int]  # the clock's barrier and number of judged cycles when the fold began


@attrs.define(eq=False)
class _PolicyFold(SharedRepr):
    """The fold of a policy: one clock, and the folds by single definitions that may become it."""

    policy: SlaPolicy
    life: Life
    editions: list[Edition]
    swaps: list[Swap]
    clock: ClockFold
    alone: tuple[int, int] | None = None  # since when one definition alone applies
    standing: dict[int, _Standing] = attrs.field(factory=dict)  # by id(): hashing is slow

    def fold(self, steps: Sequence[TimelineStep]) -> ClockFold:
        facts = dict(self.life.base)
        reads = self.policy.reads
        choice: SlaDefinition | None = None
        for index, step in enumerate(steps):
            changes, at = step.changes, step.at
            facts.update(changes)
            clock = self.clock
            before = clock.definition
            if not index or reads is None or not step.events or not reads.isdisjoint(changes):
                choice = self.policy.pick(facts, at=at)
            elif choice is before and (
                before is None or (before.reads is not None and before.reads.isdisjoint(changes))
            ):
                continue  # nothing that a condition reads has changed
            if not index:
                clock.definition, self.alone = choice, (0, 0)
            elif choice is not before and choice != before:
                if self._is_ended(choice, index, facts, at):
                    if clock.stopped_at is not None and before is not None:
                        clock.rest(at, clock.view(before, index, facts))
                    self.alone = None  # the definition in force does not see this step
                    continue  # judged; only a reopening brings another rule in
                if not self._ends_first(choice, index, facts, at):
                    self._take_over(choice, steps, index, facts)
                    clock = self.clock
            held = clock.definition
            if held is not None and held.follows and clock.moves_due(index, facts):
                clock.keep_edition(self.editions, at)
            clock.step(index, at, facts, step.events)
        return self.clock

    def _is_ended(
        self, choice: SlaDefinition | None, index: int, facts: Facts, at: datetime
    ) -> bool:
        """Return whether the clock has ended, and is not reopened under the chosen definition."""
        clock = self.clock
        if clock.stage == "canceled":
            if clock.stopped_at is None or (choice is not None and choice.swap in _RETROACTIVE):
                return False
        elif clock.stage != "stopped":
            return False
        held = clock.definition
        if held is not None:
            seen = clock.view(held, index, facts)
            if held.stop.test(seen, at):
                return True
            if clock.stage == "canceled" and held.cancel.test(seen, at):
                return True
        return choice is not None and not choice.starts(clock.view(choice, index, facts), at)

    def _ends_first(
        self, choice: SlaDefinition | None, index: int, facts: Facts, at: datetime
    ) -> bool:
        """Return whether the clock ends by its own rules before it would be replaced."""
        clock, definition = self.clock, self.clock.definition
        if definition is None or not clock.attached:
            return False
        if choice is not None and choice.swap != "restart":
            return False
        seen = clock.view(definition, index, facts)
        return definition.cancel.test(seen, at) or definition.stop.test(seen, at)

    def _take_over(
        self, to: SlaDefinition | None, steps: Sequence[TimelineStep], index: int, facts: Facts
    ) -> None:
        """Let another definition take over at a step, which is not the first."""
        clock, step = self.clock, steps[index]
        before = clock.definition
        clock.keep_edition(self.editions, step.at)
        refolds = to is not None and to.swap in _RETROACTIVE
        ends_cycle = clock.stopped_at is not None and to is not None and to.reopen == "new_cycle"
        if before is not None and self.alone is not None:
            self.standing[id(before)] = _Standing(clock, index, dict(facts), self.alone)
            if not refolds or ends_cycle:
                clock = self.clock = clock.copy()
        if not refolds or ends_cycle:
            clock.swap(to, step, index, facts)
        self.alone = None
        if to is not None and refolds:
            self._refold(to, steps, index)
        number = len(self.clock.finished) + 1
        left = None if before is None else before.name
        taken, how = (None, "") if to is None else (to.name, to.swap)
        self.swaps.append(Swap(step.at, left, taken, how, number))

    def _refold(self, to: SlaDefinition, steps: Sequence[TimelineStep], index: int) -> None:
        """Replace the clock by a fold of a retroactive definition alone, up to a step."""
        clock = self.clock
        since = (clock.barrier, clock.judged)
        ignore_pause = to.swap == "retroactive_without_pauses"
        held = self.standing.pop(id(to), None)
        if held is None or ignore_pause or held.since != since:
            fold = ClockFold(to, self.life)
            fold.finished = clock.finished[: clock.judged]
            fold.judged, fold.barrier = clock.judged, clock.barrier
            held = _Standing(fold, 0, dict(self.life.base), since)
        fold, facts = held.clock, held.facts
        fold.ignores_pause = ignore_pause
        fold.go_through(steps, facts, numbers=range(held.next, index), first=since[0])
        fold.ignores_pause = False
        self.clock, self.alone = fold, None if ignore_pause else since
