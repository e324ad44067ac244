"""Find policies in which a more urgent record is due later than a less urgent one (rule S10)."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from incidentcore.conditions import AnyOf, Condition
from incidentcore.conditions.overlap import satisfiable
from incidentcore.errors import IncidentCoreError
from incidentcore.records import Incident
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.policy import SlaPolicy
from incidentcore.sla.targets import fields_of, resolve_target
from incidentcore.sla.terms import pick_calendar
from incidentcore.values import FrozenMap, Level
from incidentcore.values.scales import SCALES

_STARTS: Final = tuple(
    datetime(2026, 6, 1, tzinfo=UTC) + step * timedelta(hours=6) for step in range(28)
)

Facts = dict[str, Any]


def inverted(
    policy: SlaPolicy, *, domains: Mapping[str, Iterable[object]] | None = None
) -> Iterator[tuple[dict[str, str], FrozenMap[object]]]:
    """Yield pairs of neighboring levels of which the more urgent is due later, all else equal.

    For each, yield the data of its finding, and the facts of a record with the more urgent level.
    """
    seen: set[tuple[str, str]] = set()
    for path in sorted(policy.fields & SCALES.keys()):
        given = (domains or {}).get(path, ())
        levels = sorted((one for one in given if isinstance(one, Level)), key=lambda one: one.rank)
        for facts in regions(policy, domains=domains):
            answers = [
                (level, with_facts(facts, {path: level}))
                for level in (levels or list(SCALES[path]))
            ]
            chosen = [(level, seen_by, _pick(policy, seen_by)) for level, seen_by in answers]
            for (worse, at, first), (milder, _, second) in itertools.pairwise(chosen):
                if first is None or second is None or (first.name, second.name) in seen:
                    continue
                if is_later(first, second, at):
                    seen.add((first.name, second.name))
                    words = {"worse": f"{path} {worse.name}", "milder": f"{path} {milder.name}"}
                    words |= {"worse_name": first.name, "milder_name": second.name}
                    words |= {"worse_target": str(first.target)}
                    words |= {"milder_target": str(second.target)}
                    yield words, FrozenMap({path: worse})


def regions(
    policy: SlaPolicy,
    *,
    within: Condition | None = None,
    domains: Mapping[str, Iterable[object]] | None = None,
) -> Iterator[Facts]:
    """Yield facts to which a rule of a policy applies, for each rule and for the default.

    A rule for which no such facts are found yields nothing. ``within`` limits the facts;
    ``domains`` holds all possible values of a field, for fields that have a fixed set of values.
    """
    conditions = [rule.when for rule in policy.rules]
    for number, when in enumerate((*conditions, None)):
        wanted = ~AnyOf(tuple(conditions[:number]))
        wanted = wanted if when is None else when & wanted
        proof = satisfiable(wanted if within is None else wanted & within, domains=domains)
        if proof.witness is not None:
            yield with_facts(Incident.default_facts(), proof.witness)


def with_facts(facts: Mapping[str, Any], more: Mapping[str, Any]) -> Facts:
    """Return facts overridden by further facts; custom fields are merged."""
    custom = FrozenMap({**facts["custom"], **more.get("custom", {})})
    return {**facts, **more, "custom": custom}


def is_later(one: SlaDefinition, other: SlaDefinition, facts: Facts) -> bool:
    """Return whether a definition is due later than another from at least half of the starts tried.

    Every sixth hour of a week is tried as a start, because calendars differ and nights or weekends
    alone must not decide. Targets that read fields are not compared.
    """
    if fields_of(one.target) or fields_of(other.target):
        return False
    pairs = [(_due(one, start, facts), _due(other, start, facts)) for start in _STARTS]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return bool(known) and 2 * sum(a > b for a, b in known) >= len(known)


def _due(definition: SlaDefinition, start: datetime, facts: Facts) -> datetime | None:
    try:
        calendar = pick_calendar(definition.calendar, facts)
        span, due = resolve_target(definition.target, start, calendar, {})
        return due or calendar.deadline(start, span)
    except IncidentCoreError:
        return None


def _pick(policy: SlaPolicy, facts: Facts) -> SlaDefinition | None:
    try:
        return policy.pick(facts, at=_STARTS[0])
    except IncidentCoreError:  # a rule that the lint of fields reports
        return None
