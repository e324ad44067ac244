"""What in a communication plan cannot work as it was meant, each with a witness."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from incidentcore.communication.plan import CommunicationPlan, UpdateRule
from incidentcore.communication.times import later, outside_quiet
from incidentcore.conditions import Condition, implies, satisfiable
from incidentcore.instants import as_utc
from incidentcore.records import RECORD_TYPES

__all__ = ["CommunicationFinding", "lint_communication"]

_KINDS = ("first", "next", "final")


@attrs.frozen(kw_only=True)
class CommunicationFinding:
    """One thing that cannot work as it was meant.

    Attributes:
        code: ``rule_never_applies``, ``nothing_regular``, ``no_final``, ``no_notice``,
            ``unknown_field`` or ``unreachable``.
        rule: The rule's name.
        audience: The audience; empty where the finding is about all of the rule's.
        message: What is wrong, in words.
        witness: A condition, field, time or instant that shows it; None where none is needed.
    """

    code: str
    rule: str
    audience: str = ""
    message: str
    witness: object = None

    def __str__(self) -> str:
        where = f"{self.rule}, {self.audience}" if self.audience else self.rule
        return f"{where}: {self.message}"


def lint_communication(
    plan: CommunicationPlan, *, start: datetime
) -> tuple[CommunicationFinding, ...]:
    """Return what in a plan cannot work as it was meant.

    Args:
        plan: The plan.
        start: From when on its calendars are looked at.

    Returns:
        The findings, in the order of the rules; none where all is well. What cannot be decided,
        because a condition is a function of the caller's, is none.

    >>> from datetime import UTC, timedelta
    >>> hourly = UpdateRule(name="all", audiences="customers", every=timedelta(hours=1))
    >>> urgent = attrs.evolve(hourly, name="urgent", every=timedelta(minutes=30))
    >>> plan = CommunicationPlan("status", [hourly, urgent])
    >>> for finding in lint_communication(plan, start=datetime(2026, 6, 1, tzinfo=UTC)):
    ...     print(finding)
    urgent, customers: every record that it is for is taken by the rule 'all' before
    """
    at = as_utc(start, "start")
    found: list[CommunicationFinding] = []
    for number, rule in enumerate(plan.rules):
        found.extend(_shadowed(plan, number, rule))
        if not satisfiable(rule.when).is_no:
            found.extend(_idle(rule))
        found.extend(_unknown_fields(rule))
        found.extend(_unreachable(rule, at))
    return tuple(found)


def _shadowed(
    plan: CommunicationPlan, number: int, rule: UpdateRule
) -> Iterator[CommunicationFinding]:
    if satisfiable(rule.when).is_no:
        yield CommunicationFinding(
            code="rule_never_applies",
            rule=rule.name,
            message="no record satisfies its condition",
            witness=str(rule.when),
        )
        return
    for audience in rule.audiences:
        for earlier in plan.rules[:number]:
            if audience in earlier.audiences and implies(rule.when, earlier.when).is_yes:
                yield CommunicationFinding(
                    code="rule_never_applies",
                    rule=rule.name,
                    audience=audience,
                    message=f"every record that it is for is taken by the rule {earlier.name!r} "
                    "before",
                    witness=str(earlier.when),
                )
                break


def _idle(rule: UpdateRule) -> Iterator[CommunicationFinding]:
    for name, condition in (("stop", rule.stop), ("ends", rule.ends)):
        if implies(rule.when, condition).is_yes:
            yield CommunicationFinding(
                code="nothing_regular",
                rule=rule.name,
                message=f"whenever it applies, its {name} holds: no regular update is ever due",
                witness=str(condition),
            )
    if rule.final is not None and satisfiable(rule.when & rule.ends).is_no:
        yield CommunicationFinding(
            code="no_final",
            rule=rule.name,
            message="it never applies when its ends holds: no final update is ever due",
            witness=str(rule.when),
        )
    for kind in ("first", "final"):
        span = rule.span(kind)
        if rule.notice and span is not None and span < rule.notice:
            yield CommunicationFinding(
                code="no_notice",
                rule=rule.name,
                message=f"the {kind} update is due before its notice of {rule.notice} is over",
                witness=span,
            )


def _unknown_fields(rule: UpdateRule) -> Iterator[CommunicationFinding]:
    known = {name for kind in RECORD_TYPES.values() for name in kind.default_facts()}
    conditions: tuple[Condition, ...] = (rule.when, rule.stop, rule.ends)
    read = [path for condition in conditions for path in sorted(condition.fields)]
    read += [path for _, template in rule.templates for path in template.fields]
    for path in dict.fromkeys(read):
        if path.partition(".")[0] not in known:
            yield CommunicationFinding(
                code="unknown_field",
                rule=rule.name,
                message=f"no record has a field {path!r}",
                witness=path,
            )


def _unreachable(rule: UpdateRule, at: datetime) -> Iterator[CommunicationFinding]:
    for kind in _KINDS:
        span = rule.span(kind)
        due = None if span is None else later(rule, at, span)
        if span is not None and (due is None or outside_quiet(rule, due) is None):
            yield CommunicationFinding(
                code="unreachable",
                rule=rule.name,
                message=f"its hours do not leave {span} after {at:%Y-%m-%d %H:%M} UTC: "
                f"no {kind} update would ever be due",
                witness=at,
            )
