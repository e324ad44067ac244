"""Two clocks that differ only in targets, hours and thresholds are computed in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from incidentcore.schedule import Calendar
from incidentcore.sla.cycles import RawCycle, Span
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.life import OneClock
from incidentcore.sla.policy import SlaPolicy
from incidentcore.sla.status import SlaStatus, status_of
from incidentcore.sla.targets import fields_of

_FOLDED_BY: Final = (
    *("start", "pause", "resume", "stop", "cancel", "reset", "cancel_when_start_ends"),
    *("reopen", "swap", "starts_from", "answer_rule"),
)
"""The attributes of a definition that the fold reads; the others only judge its cycles."""


@attrs.frozen
class Twin:
    """A clock that starts, pauses and stops exactly when another clock does.

    ``judges`` holds, for each definition of the other clock by its ``id()``, this clock's
    definition and its calendar, which is None if both count in the same one.
    """

    rules: OneClock
    judges: Mapping[int, tuple[SlaDefinition, Calendar | None]]

    def status(self, known: SlaStatus) -> SlaStatus:
        """Return the status of this clock, given that of the other clock.

        The cycles are used again with this clock's definition, unless they depend on a takeover or
        an import; the clock is then computed separately.
        """
        timeline = known._timeline  # noqa: SLF001  its fold is used again
        if known._editions or known._swaps or timeline.covers is not None:  # noqa: SLF001
            return status_of(self.rules, known.record_id, timeline, known.now)
        before = known.definition
        if before is None:
            return attrs.evolve(known, rules=self.rules)
        judge, calendar = self.judges[id(before)]
        cycles = known._cycles  # noqa: SLF001
        if judge is not before:
            cycles = tuple([_judged_by(judge, calendar, cycle) for cycle in cycles])
        return SlaStatus(
            record_id=known.record_id,
            definition=judge,
            now=known.now,
            stage=known.stage,
            zone_data=known.zone_data,
            cycles=cycles,
            timeline=timeline,
            rules=self.rules,
        )


def _judged_by(judge: SlaDefinition, calendar: Calendar | None, cycle: RawCycle) -> RawCycle:
    """Return a cycle under another definition, and in another calendar if there is one."""
    spans = cycle.spans
    if calendar is not None:
        spans = tuple([Span(s.kind, s.start, s.end, calendar, s.shown_at) for s in spans])
    return RawCycle(  # in full: evolve needs three times as long
        number=cycle.number,
        definition=judge,
        started_at=cycle.started_at,
        known_from=cycle.known_from,
        facts=cycle.facts,
        calendar=cycle.calendar if calendar is None else calendar,
        spans=spans,
        ended_at=cycle.ended_at,
        outcome=cycle.outcome,
        ended_by=cycle.ended_by,
        judged_from=cycle.judged_from,
    )


def twin_of(clock: OneClock, other: OneClock) -> Twin | None:
    """Return ``other`` as the twin of ``clock``; None if they cannot be computed in one pass."""
    if isinstance(clock, SlaDefinition) and isinstance(other, SlaDefinition):
        pairs = [(clock, other)]
    elif isinstance(clock, SlaPolicy) and isinstance(other, SlaPolicy):
        conditions = [[rule.when for rule in policy.rules] for policy in (clock, other)]
        if conditions[0] != conditions[1] or {clock.match, other.match} != {"first"}:
            return None
        sides = [[rule.definition for rule in policy.rules] for policy in (clock, other)]
        pairs = list(zip(*sides, strict=True))
        if clock.default is not None and other.default is not None:
            pairs.append((clock.default, other.default))
        elif clock.default is not other.default:
            return None
    else:
        return None
    mine, others = ({pair[side] for pair in pairs} for side in (0, 1))
    if not len(mine) == len(others) == len(set(pairs)) or not all(_alike(*pair) for pair in pairs):
        return None
    return Twin(other, {id(one): (its, _moved(one, its)) for one, its in pairs})


def _moved(one: SlaDefinition, other: SlaDefinition) -> Calendar | None:
    """Return the calendar of the second definition if the first counts by another one."""
    calendar = other.calendar
    return calendar if isinstance(calendar, Calendar) and calendar != one.calendar else None


def _alike(one: SlaDefinition, other: SlaDefinition) -> bool:
    """Return whether two definitions give the same cycles, however they judge them."""
    if any(getattr(one, name) != getattr(other, name) for name in _FOLDED_BY):
        return False
    if (one.target, one.calendar) == (other.target, other.calendar):
        return True
    return all(
        isinstance(each.calendar, Calendar) and not fields_of(each.target) for each in (one, other)
    )
