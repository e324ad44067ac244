"""Find the rules of a communication plan that cannot work as intended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from incidentcore._checks import need_kind
from incidentcore.communication.plan import CommunicationPlan, UpdateRule
from incidentcore.communication.times import later, outside_quiet
from incidentcore.conditions import Condition, implies
from incidentcore.conditions.overlap import satisfiable
from incidentcore.instants import as_utc
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.values import LintFinding
from incidentcore.words.words import Texts

_KINDS = ("first", "next", "final")


TEXTS: Final[Texts] = {
    "rule_never_applies": "no record satisfies its condition",
    "rule_never_applies.rule": (
        "the earlier rule {rule_name!r} matches every record that it matches"
    ),
    "nothing_regular": "where it applies, its {part} always holds: no regular update is ever due",
    "no_final": "it never applies when its ends holds: no final update is ever due",
    "no_notice": "the {kind} update is due before its notice of {notice} is over",
    "unknown_field": "no record has a field {path!r}",
    "unreachable": ("its hours do not leave {span} after {at}: no {kind} update would ever be due"),
}
"""The text of each code; if a code has several, one for each value of ``because`` in its data."""


def _finding(
    rule: UpdateRule, code: str, witness: object, *, audience: str = "", **data: object
) -> LintFinding:
    where = f"{rule.name}, {audience}" if audience else rule.name
    key = f"{code}.{data['because']}" if "because" in data else code
    return LintFinding(code, where, data, witness, texts={code: TEXTS[key]})


def lint_communication(plan: CommunicationPlan, /, *, start: datetime) -> tuple[LintFinding, ...]:
    """Return a finding for each rule of a communication plan that cannot work as intended.

    Args:
        plan: The plan.
        start: The instant from which the plan's calendars are checked.

    Returns:
        The findings, in the order of the rules; empty if there are none. Conditions that are custom
        functions cannot be examined, so nothing is reported about them.

    >>> import attrs
    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.communication import CommunicationPlan, UpdateRule, lint_communication
    >>> hourly = UpdateRule(name="all", audiences="customers", every=timedelta(hours=1))
    >>> urgent = attrs.evolve(hourly, name="urgent", every=timedelta(minutes=30))
    >>> plan = CommunicationPlan("status", [hourly, urgent])
    >>> for finding in lint_communication(plan, start=datetime(2026, 6, 1, tzinfo=UTC)):
    ...     print(finding)
    urgent, customers: the earlier rule 'all' matches every record that it matches
    """
    need_kind("plan", plan, CommunicationPlan)
    at = as_utc(start, "start")
    findings: list[LintFinding] = []
    for number, rule in enumerate(plan.rules):
        findings.extend(_shadowed(plan, number, rule))
        if not satisfiable(rule.when).is_no:
            findings.extend(_idle(rule))
        findings.extend(_unknown_fields(rule))
        findings.extend(_unreachable(rule, at))
    return tuple(findings)


def _shadowed(plan: CommunicationPlan, number: int, rule: UpdateRule) -> Iterator[LintFinding]:
    if satisfiable(rule.when).is_no:
        yield _finding(rule, "rule_never_applies", str(rule.when))
        return
    for audience in rule.audiences:
        for earlier in plan.rules[:number]:
            if audience in earlier.audiences and implies(rule.when, earlier.when).is_yes:
                yield _finding(
                    rule,
                    "rule_never_applies",
                    str(earlier.when),
                    audience=audience,
                    because="rule",
                    rule_name=earlier.name,
                )
                break


def _idle(rule: UpdateRule) -> Iterator[LintFinding]:
    for name, condition in (("stop", rule.stop), ("ends", rule.ends)):
        if implies(rule.when, condition).is_yes:
            yield _finding(rule, "nothing_regular", str(condition), part=name)
    if rule.final is not None and satisfiable(rule.when & rule.ends).is_no:
        yield _finding(rule, "no_final", str(rule.when))
    for kind in ("first", "final"):
        span = rule.span(kind)
        if rule.notice and span is not None and span < rule.notice:
            yield _finding(rule, "no_notice", span, kind=kind, notice=rule.notice)


def _unknown_fields(rule: UpdateRule) -> Iterator[LintFinding]:
    known = {name for kind in RECORD_TYPES.values() for name in kind.default_facts()}
    conditions: tuple[Condition, ...] = (rule.when, rule.stop, rule.ends)
    read = [path for condition in conditions for path in sorted(condition.fields)]
    read += rule.on_change
    read += [path for _, template in rule.templates for path in template.fields]
    for path in dict.fromkeys(read):
        if path.partition(".")[0] not in known:
            yield _finding(rule, "unknown_field", path, path=path)


def _unreachable(rule: UpdateRule, at: datetime) -> Iterator[LintFinding]:
    for kind in _KINDS:
        span = rule.span(kind)
        due = None if span is None else later(rule, at, span)
        if span is not None and (due is None or outside_quiet(rule, due) is None):
            when = f"{at:%Y-%m-%d %H:%M} UTC"
            yield _finding(rule, "unreachable", at, span=span, at=when, kind=kind)
