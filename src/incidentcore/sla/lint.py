"""What is wrong with a promise or a policy before any record meets it (rule S10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from incidentcore.conditions import (
    NEVER,
    AnyOf,
    Condition,
    Proof,
    implies,
    overlap,
    satisfiable,
)
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.policy import SlaPolicy
from incidentcore.sla.targets import ByTimeOfDay
from incidentcore.sla.terms import calendars_in
from incidentcore.values import FrozenMap

__all__ = ["SlaFinding", "lint_sla", "lint_sla_policy"]

Domains = Mapping[str, Iterable[object]]

_TRIED: Final = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in range(1990, 2100, 10))


@attrs.frozen(kw_only=True)
class SlaFinding:
    """Something in a promise or policy that cannot be meant.

    Attributes:
        subject: The definition's name, or ``rule 2`` of a policy, or ``default``.
        code: ``never_starts``, ``never_attaches``, ``always_paused``, ``pause_cancels``,
            ``unreachable_target``, ``never_matches``, or ``unknown`` where a question could not
            be decided.
        text: What it is, in words.
        witness: Facts that show it; None where none are needed.
    """

    subject: str
    code: str
    text: str
    witness: FrozenMap[object] | None = None


def lint_sla(
    definition: SlaDefinition,
    /,
    *,
    domains: Domains | None = None,
    starts: Iterable[datetime] = _TRIED,
) -> tuple[SlaFinding, ...]:
    """Return what is wrong with a definition; nothing found is an empty tuple.

    Args:
        definition: The definition.
        domains: All values that a path may have, for the paths of which that is known, such as
            ``{"state": lifecycle.states}``.
        starts: The instants from which its target must be reachable; a calendar that reaches it
            from none of them is a finding.

    Source: rule S10; the three traps of ServiceNow's page on SLA conditions.

    >>> from incidentcore.conditions import field
    >>> from incidentcore.schedule import BusinessCalendar
    >>> is_open = field("state.open").is_true()
    >>> trap = SlaDefinition(
    ...     name="trap",
    ...     target=timedelta(hours=4),
    ...     calendar=BusinessCalendar.always(),
    ...     start=is_open & field("custom.vip").is_true(),
    ...     stop=is_open,
    ... )
    >>> [finding.code for finding in lint_sla(trap)]
    ['never_attaches']
    """
    return tuple(
        finding
        for part in (_starts(definition, domains), _pauses(definition, domains))
        for finding in part
    ) + tuple(_targets(definition, tuple(starts)))


def lint_sla_policy(
    policy: SlaPolicy,
    /,
    *,
    domains: Domains | None = None,
    starts: Iterable[datetime] = _TRIED,
) -> tuple[SlaFinding, ...]:
    """Return what is wrong with a policy: rules that never match, and its definitions' findings.

    Args:
        policy: The policy.
        domains: As for ``lint_sla``.
        starts: As for ``lint_sla``.

    Source: rule S10.

    >>> from incidentcore.conditions import field
    >>> from incidentcore.schedule import BusinessCalendar
    >>> day = SlaDefinition.resolution(hours=8, calendar=BusinessCalendar.always())
    >>> seen = field("reopen_count")
    >>> [finding.text for finding in lint_sla_policy(SlaPolicy([(seen > 1, day), (seen > 2, day)]))]
    ['it never matches: rule 1 takes every record that it is for']
    """
    tried = tuple(starts)
    found = [*_rules(policy, domains)]
    for definition in policy.definitions:
        found.extend(lint_sla(definition, domains=domains, starts=tried))
    return tuple(found)


def _starts(definition: SlaDefinition, domains: Domains | None) -> Iterator[SlaFinding]:
    start = satisfiable(definition.start, domains=domains)
    if start.is_no:
        yield _finding(definition, "never_starts", "no facts satisfy its start")
        return
    for name in ("stop", "cancel"):
        condition: Condition = getattr(definition, name)
        if condition == NEVER:
            continue
        verdict = implies(definition.start, condition, domains=domains)
        if verdict.is_yes:
            text = f"it never attaches: whenever start holds, {name} does too"
            yield _finding(definition, "never_attaches", text, start.witness)
            return
        yield from _undecided(definition.name, f"whether start implies {name}", verdict)


def _pauses(definition: SlaDefinition, domains: Domains | None) -> Iterator[SlaFinding]:
    if definition.pause == NEVER or satisfiable(definition.start, domains=domains).is_no:
        return
    pause = definition.pause
    if definition.resume is not None:
        pause = pause & ~definition.resume
    held = implies(definition.start, pause, domains=domains)
    if held.is_yes:
        text = "it is only ever paused: whenever start holds, pause does too"
        witness = satisfiable(definition.start, domains=domains).witness
        yield _finding(definition, "always_paused", text, witness)
    else:
        yield from _undecided(definition.name, "whether start implies pause", held)
    if not definition.cancel_when_start_ends:
        return
    both = overlap(definition.start, definition.pause, domains=domains)
    if both.is_no:
        text = "a pause always cancels it: start and pause never hold together"
        witness = satisfiable(definition.pause, domains=domains).witness
        yield _finding(definition, "pause_cancels", text, witness)
    else:
        yield from _undecided(definition.name, "whether start and pause meet", both)


def _targets(definition: SlaDefinition, starts: tuple[datetime, ...]) -> Iterator[SlaFinding]:
    for words, calendar in calendars_in(definition.calendar):
        if starts and not any(_reaches(definition, calendar, start) for start in starts):
            text = f"its target {definition.target} is never reached in its calendar{words}"
            yield _finding(definition, "unreachable_target", text)


def _reaches(definition: SlaDefinition, calendar: Calendar, start: datetime) -> bool:
    target = definition.target
    try:
        if isinstance(target, timedelta):
            calendar.deadline(start, target)
        elif isinstance(target, BusinessDays):
            calendar.add_business_days(start, target.n)
        elif isinstance(target, ByTimeOfDay):
            calendar.add_business_days(start, target.business_days)
    except UnreachableDeadlineError:
        return False
    return True


def _rules(policy: SlaPolicy, domains: Domains | None) -> Iterator[SlaFinding]:
    for index, rule in enumerate(policy.rules):
        subject = f"rule {index + 1}"
        alone = satisfiable(rule.when, domains=domains)
        if alone.is_no:
            yield SlaFinding(
                subject=subject, code="never_matches", text="no facts satisfy its condition"
            )
            continue
        before = _before(policy, index)
        left = satisfiable(rule.when & ~_any(policy, before), domains=domains)
        if left.is_no:
            text = f"it never matches: {_named(before)} every record that it is for"
            yield SlaFinding(
                subject=subject, code="never_matches", text=text, witness=alone.witness
            )
        else:
            yield from _undecided(subject, "whether any record is left for it", left)
    if policy.default is not None and policy.rules:
        everything = list(range(len(policy.rules)))
        left = satisfiable(~_any(policy, everything), domains=domains)
        if left.is_no:
            text = f"it never matches: {_named(everything)} every record"
            yield SlaFinding(subject="default", code="never_matches", text=text)


def _before(policy: SlaPolicy, index: int) -> list[int]:
    """Return the rules that are asked before one: the earlier ones, or the shorter ones."""
    if policy.match == "first":
        return list(range(index))
    target = policy.rules[index].definition.target
    assert isinstance(target, timedelta)  # noqa: S101  a policy by shortest target has no other
    before = []
    for other, rule in enumerate(policy.rules):
        given = rule.definition.target
        assert isinstance(given, timedelta)  # noqa: S101  the same
        if given < target or (given == target and other < index):
            before.append(other)
    return before


def _any(policy: SlaPolicy, indexes: list[int]) -> Condition:
    return AnyOf(tuple(policy.rules[index].when for index in indexes))


def _named(indexes: list[int]) -> str:
    names = [str(index + 1) for index in indexes]
    if len(names) == 1:
        return f"rule {names[0]} takes"
    return f"rules {', '.join(names[:-1])} and {names[-1]} take"


def _finding(
    definition: SlaDefinition, code: str, text: str, witness: FrozenMap[object] | None = None
) -> SlaFinding:
    return SlaFinding(subject=definition.name, code=code, text=text, witness=witness)


def _undecided(subject: str, question: str, verdict: Proof) -> Iterator[SlaFinding]:
    if not verdict.is_yes and not verdict.is_no:
        text = f"{question} cannot be told: {verdict.reason}"
        yield SlaFinding(subject=subject, code="unknown", text=text)
