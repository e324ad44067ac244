"""Folding a whole timeline, and what happens when another definition takes over (rule S4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from incidentcore.records import TimelineStep
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.fold import ClockFold
from incidentcore.sla.policy import SlaPolicy
from incidentcore.sla.reached import Edition

__all__ = ["fold_clock"]

_RETOLD = ("retroactive", "retroactive_without_pauses")


def fold_clock(
    rules: SlaDefinition | SlaPolicy,
    base: Mapping[str, Any],
    moments: Sequence[TimelineStep],
    editions: list[Edition] | None = None,
) -> ClockFold:
    """Fold the moments of a timeline through a definition, or through what a policy picks.

    Args:
        rules: The definition or policy.
        base: The facts before the first moment.
        moments: What changed, in ascending order of time.
        editions: Where given, it is filled with the tellings that no longer hold.
    """
    if isinstance(rules, SlaDefinition):
        return _fold_one(ClockFold(rules), base, moments)
    return _fold_policy(rules, base, moments, editions)


def _fold_one(
    clock: ClockFold, base: Mapping[str, Any], moments: Sequence[TimelineStep]
) -> ClockFold:
    definition = clock.definition
    assert definition is not None  # noqa: S101  the caller gives one
    facts = dict(base)
    update, step = facts.update, clock.step
    reads = definition.reads
    first = True
    for index, moment in enumerate(moments):
        changes = moment.changes
        update(changes)
        if not first and reads is not None and reads.isdisjoint(changes):
            continue  # nothing that a condition reads has changed
        first = False
        step(index, moment.at, facts, moment.events)
    return clock


def _fold_policy(
    policy: SlaPolicy,
    base: Mapping[str, Any],
    moments: Sequence[TimelineStep],
    editions: list[Edition] | None,
) -> ClockFold:
    clock = ClockFold(None)
    facts = dict(base)
    reads = policy.reads
    choice: SlaDefinition | None = None
    since: datetime | None = None
    for index, moment in enumerate(moments):
        facts.update(moment.changes)
        at = moment.at
        if not index or reads is None or not reads.isdisjoint(moment.changes):
            choice = policy.pick(facts, at=at)
        before = clock.definition
        if choice is not before and choice != before:
            if clock.stage == "stopped" and not _reopens(clock, choice, facts, at):
                if clock.stopped_at is not None:
                    clock.rest(at, facts)
                continue  # judged; only a reopening brings another rule in
            if not _ends_first(clock, choice, facts, at):
                if editions is not None and index:
                    editions.append(Edition(since, at, clock.cycles(at)))
                since = at
                clock = _take_over(clock, choice, base, moments[: index + 1], facts)
        clock.step(index, at, facts, moment.events)
    return clock


def _reopens(
    clock: ClockFold, choice: SlaDefinition | None, facts: dict[str, Any], at: datetime
) -> bool:
    """Return whether a stopped clock goes on under the definition that is chosen now."""
    if clock.definition is not None and clock.definition.stop.test(facts, at):
        return False
    return choice is None or choice.starts(facts, at)


def _ends_first(
    clock: ClockFold, choice: SlaDefinition | None, facts: dict[str, Any], at: datetime
) -> bool:
    """Return whether a clock stops or is canceled by its own rules before it would be replaced."""
    definition = clock.definition
    if not clock.attached or definition is None:
        return False
    if choice is not None and choice.swap != "restart":
        return False
    return definition.cancel.test(facts, at) or definition.stop.test(facts, at)


def _take_over(
    clock: ClockFold,
    to: SlaDefinition | None,
    base: Mapping[str, Any],
    moments: Sequence[TimelineStep],
    facts: dict[str, Any],
) -> ClockFold:
    """Return the clock with another definition in charge from the last of the moments on."""
    index = len(moments) - 1
    clock.swap(to, index, moments[index].at, facts)
    if to is None or to.swap not in _RETOLD or index == 0:
        return clock
    told = ClockFold(to)
    told.finished = clock.finished[: clock.judged]
    told.judged, told.barrier = clock.judged, clock.barrier
    ignore_pause = to.swap == "retroactive_without_pauses"
    replayed = dict(base)
    for number, moment in enumerate(moments[:index]):
        replayed.update(moment.changes)
        if number >= clock.barrier:
            told.step(number, moment.at, replayed, moment.events, ignore_pause)
    return told
