"""The input of a clock: a record's timeline, prepared for the clock's definitions (rule S1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.conditions.access import reader
from incidentcore.instants import as_utc
from incidentcore.records import Timeline, TimelineStep
from incidentcore.sla.definition import AnswerRule, SlaDefinition
from incidentcore.sla.policy import SlaPolicy
from incidentcore.values import FrozenMap

Facts: TypeAlias = dict[str, Any]
OneClock: TypeAlias = SlaDefinition | SlaPolicy
"""The rules of one clock: a definition, or a policy that chooses among several."""


def need_clock(definition: object) -> None:
    """Raise an error, which says where a desk has its clocks, unless one clock is given."""
    allowed = "an SlaDefinition, or an SlaPolicy, such as one of desk.service_level.clocks"
    need_kind("definition", definition, (SlaDefinition, SlaPolicy), allowed=allowed)


@attrs.define(eq=False)
class Life(SharedRepr):
    """The input of a record's clocks: its timeline, prepared for their definitions."""

    base: Mapping[str, Any]  # the facts before the opening's step: no clock starts before it
    steps: Sequence[TimelineStep]  # since the opening; without events where time alone matters
    # The facts after the opening alone, if other events have the same instant:
    opened: Callable[[], Facts | None] | None = None
    origins: Mapping[str, datetime] = FrozenMap()  # in the fields that clocks start from
    # For each ``answer_rule`` of the definitions, the facts after each step:
    answers: Mapping[AnswerRule, list[Facts]] = attrs.field(factory=dict)


def life_of(rules: OneClock, timeline: Timeline, now: datetime) -> Life:
    """Return the input of a clock, from a timeline that ends at ``now``."""
    steps: Sequence[TimelineStep] = timeline.with_instants(rules.timed, now).moments
    if rules.timed:  # a clock that starts from a field waits for its instant
        paths = {one.starts_from for one in rules.definitions if one.starts_from is not None}
        steps = _with_starts(timeline, steps, paths, now) if paths else steps
    early, base = 0, timeline.base
    while steps[early].at < timeline.opened_at:
        base = {**base, **steps[early].changes}
        early += 1
    life = Life(base, steps[early:] if early else steps)
    if len(steps[early].events) > 1:  # the opening and other events at one instant
        life.opened = timeline.opening_facts
    if rules.judges_answers:
        life.answers = {
            rule: _answers(steps, rule)[early:]
            for rule in {d.answer_rule for d in rules.definitions}
        }
    return life


def _with_starts(
    timeline: Timeline, steps: Sequence[TimelineStep], paths: set[str], now: datetime
) -> Sequence[TimelineStep]:
    """Return the steps with one at each instant that a field ever named as the start of a clock."""
    facts, named = dict(timeline.base), set[datetime]()
    for step in steps:
        facts.update(step.changes)
        values = (reader(path)(facts) for path in paths)
        named.update(as_utc(value) for value in values if isinstance(value, datetime))
    new = (at for at in named if timeline.opened_at < at <= now)
    more = [TimelineStep(at, {}) for at in new if all(step.at != at for step in steps)]
    return sorted([*steps, *more], key=attrgetter("at"))


def _answers(steps: Sequence[TimelineStep], rule: AnswerRule) -> list[Facts]:
    """Return the first response and the unanswered message at each step, by a rule of replies."""
    roles, spoke_first, source = rule
    waiting: list[datetime] = []
    answered: datetime | None = None
    lent: dict[object, tuple[datetime, int]] = {}  # by link: when, and how many messages it answers
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
                lent.setdefault(event.link, (step.at, len(waiting)))  # type: ignore[attr-defined]
            elif kind == "unlinked":
                lent.pop(event.link, None)  # type: ignore[attr-defined]
            reopens = kind == "state_changed" and step.changes.get("reopened_at") == step.at
            if by is None or not (is_public or reopens):
                continue
            if by.role == "requester":
                waiting.append(step.at)
                heard = True
            elif is_public and by.role in roles:
                waiting, lent = [], {link: (at, 0) for link, (at, _) in lent.items()}
                answered = answered or (step.at if heard else None)
        first = min((at for at in (answered, *(at for at, _ in lent.values())) if at), default=None)
        still = waiting[max((count for _, count in lent.values()), default=0) :]
        found.append({"first_response_at": first, "unanswered_since": still[0] if still else None})
    return found
