"""What a clock reads of a record: its timeline, with what the rules need beside it (rule S1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from incidentcore.records import Timeline, TimelineStep
from incidentcore.sla.definition import AnswerRule, SlaDefinition
from incidentcore.sla.policy import SlaPolicy
from incidentcore.values import FrozenMap

__all__ = ["Facts", "Life", "OneClock", "life_of"]

Facts: TypeAlias = dict[str, Any]
OneClock: TypeAlias = SlaDefinition | SlaPolicy
"""The rules of one clock: a definition, or a policy that chooses among several."""


class Life:
    """What the clocks of a record read: its timeline, with what rules need beside it.

    Attributes:
        base: The facts before the first step.
        steps: What changed, with a step without events where time alone changes a condition.
        opened: The index of the opening's step and the facts after the opening alone, where other
            events share its instant.
        origins: What the fields hold from which clocks start.
        answers: For each rule of who answers whom, what it makes of the facts at each step.
    """

    __slots__ = ("answers", "base", "opened", "origins", "steps")

    def __init__(self, base: Mapping[str, Any], steps: Sequence[TimelineStep]) -> None:
        self.base: Mapping[str, Any] = base
        self.steps: Sequence[TimelineStep] = steps
        self.opened: tuple[int, Facts] | None = None
        self.origins: Mapping[str, datetime] = _NOTHING
        self.answers: Mapping[AnswerRule, list[Facts]] = _NO_ANSWERS


_NOTHING: Final[FrozenMap[datetime]] = FrozenMap()
_NO_ANSWERS: Final[Mapping[AnswerRule, list[Facts]]] = {}


def life_of(rules: OneClock, timeline: Timeline, now: datetime) -> Life:
    """Return what the clock of these rules reads of a timeline that is cut at ``now``."""
    steps: Sequence[TimelineStep] = timeline.with_instants(rules.timed, now).moments
    life = Life(timeline.base, steps)
    first = steps[0]
    alone = first.at == timeline.opened_at and len(first.events) == 1
    opening = None if alone else timeline.opening_facts()
    if opening is not None:
        index = next(n for n, step in enumerate(steps) if step.at == timeline.opened_at)
        life.opened = index, opening
    if rules.judges_answers:
        life.answers = {
            rule: _answers(steps, rule) for rule in {d.answer_rule for d in rules.definitions}
        }
    return life


def _answers(steps: Sequence[TimelineStep], rule: AnswerRule) -> list[Facts]:
    """Return for each step who was answered and who waits, by other rules than the record's."""
    roles, spoke_first, source = rule
    waiting: datetime | None = None
    answered: datetime | None = None
    heard = not spoke_first
    found: list[Facts] = []
    for step in steps:
        for event in step.events:
            kind, by = getattr(event, "kind", ""), getattr(event, "by", None)
            if kind == "opened" and by is not None and by.role == "requester":
                heard = True
            is_public = kind == "contacted" or (
                kind == "commented" and getattr(event, "visibility", "") == "public"
            )
            if source == "duplicates" and getattr(event, "answered_at", None) is not None:
                waiting, answered = None, answered or step.at
            reopens = kind == "state_changed" and step.changes.get("reopened_at") == step.at
            if by is None or not (is_public or reopens):
                continue
            if by.role == "requester":
                waiting, heard = waiting or step.at, True
            elif is_public and by.role in roles:
                waiting = None
                answered = answered or (step.at if heard else None)
        found.append({"first_response_at": answered, "unanswered_since": waiting})
    return found
