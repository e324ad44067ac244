"""Find errors in a definition or a policy without any record (rule S10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.conditions import NEVER, AnyOf, Condition, Proof, field, implies, overlap
from incidentcore.conditions.fieldtest import FieldTest
from incidentcore.conditions.overlap import satisfiable
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.schedule import Calendar
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.lint_fields import FIELD_TEXTS, event_findings, field_findings
from incidentcore.sla.policy import ServiceLevel, SlaPolicy
from incidentcore.sla.targets import fields_of, resolve_target
from incidentcore.sla.terms import calendars_in
from incidentcore.sla.urgency import inverted
from incidentcore.values import FrozenMap, LintFinding
from incidentcore.words.words import Texts

Domains = Mapping[str, Iterable[object]]

_TRIED: Final = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in range(1990, 2100, 10))


TEXTS: Final[Texts] = FrozenMap(
    {
        **FIELD_TEXTS,
        "never_starts": "no facts satisfy its start",
        "never_stops": "no facts satisfy its stop",
        "never_attaches": "it never attaches: whenever start holds, {condition} does too",
        "always_paused": "it is only ever paused: whenever start holds, pause does too",
        "pause_cancels": "a pause always cancels it: start and pause never hold together",
        "pause_never_ends": "its pause asks whether {path} is set, which time does not change; "
        'write conditions.before("{path}"), or resume=conditions.reached("{path}")',
        "never_resumes": "no facts satisfy its resume",
        "unreachable_target": "its target {target} is never reached in its calendar{when}",
        "never_matches": "no facts satisfy its condition",
        "shadowed": "it never matches: {rules} every record that it is for",
        "default_shadowed": "it never matches: {rules} every record",
        "inverted_targets": "{worse} has {worse_target} by {worse_name}, "
        "and {milder} has {milder_target} by {milder_name}",
        "unknown": "{question} cannot be decided: {reason}",
    }
)
"""The text of each finding on clocks, by code; a translation is another table."""


def lint_sla(
    rules: SlaDefinition | SlaPolicy | ServiceLevel,
    /,
    *,
    domains: Domains | None = None,
    starts: Iterable[datetime] = _TRIED,
) -> tuple[LintFinding, ...]:
    """Return a finding for each error in the rules of clocks; empty if there are none.

    Args:
        rules: A definition, a policy or a service level; every rule and definition is checked.
        domains: All possible values of each field that has a fixed set of values, such as
            ``{"state": lifecycle.states, "hold_reason": HOLD_REASONS}``. A condition that compares
            such a field with any other text is a finding.
        starts: Example start times of a clock. A target unreachable from all of them is an error.

    Source: rule S10; the three pitfalls that ServiceNow's page on SLA conditions describes.

    >>> from datetime import timedelta
    >>> from incidentcore.conditions import field
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import SlaDefinition, lint_sla
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
    allowed = "an SlaDefinition, an SlaPolicy or a ServiceLevel"
    need_kind("rules", rules, (SlaDefinition, SlaPolicy, ServiceLevel), allowed=allowed)
    tried = tuple(starts)
    findings: list[LintFinding] = []
    for clock in rules.clocks:
        if isinstance(clock, SlaPolicy):
            findings += _policy(clock, domains)
        for definition in clock.definitions:
            findings += _fields(definition, domains)
            findings += _starts(definition, domains)
            findings += _pauses(definition, domains)
            findings += _targets(definition, tried)
    return tuple(findings)


def _policy(policy: SlaPolicy, domains: Domains | None) -> Iterator[LintFinding]:
    yield from _rules(policy, domains)
    for number, rule in enumerate(policy.rules, 1):
        yield from field_findings([rule.when], f"rule {number}", domains)
    for data, witness in inverted(policy, domains=domains):
        yield _finding(data["worse_name"], "inverted_targets", witness, **data)


def _fields(definition: SlaDefinition, domains: Domains | None) -> Iterator[LintFinding]:
    conditions = [definition.start, definition.pause, definition.stop, definition.cancel]
    conditions += [] if definition.resume is None else [definition.resume]
    paths = [*fields_of(definition.target), *fields_of(definition.calendar)]
    paths += [] if definition.starts_from is None else [definition.starts_from]
    conditions += [field(path).present() for path in paths]
    yield from field_findings(conditions, definition.name, domains)
    if definition.reset is not None:
        yield from event_findings(definition.reset, definition.name)


def _starts(definition: SlaDefinition, domains: Domains | None) -> Iterator[LintFinding]:
    start = satisfiable(definition.start, domains=domains)
    if start.is_no:
        yield _finding(definition.name, "never_starts")
        return
    if satisfiable(definition.stop, domains=domains).is_no:
        yield _finding(definition.name, "never_stops")
    for name in ("stop", "cancel"):
        condition: Condition = getattr(definition, name)
        if condition == NEVER:
            continue
        proof = implies(definition.start, condition, domains=domains)
        if proof.is_yes:
            yield _finding(definition.name, "never_attaches", start.witness, condition=name)
            return
        yield from _undecided(definition.name, f"whether start implies {name}", proof)


def _pauses(definition: SlaDefinition, domains: Domains | None) -> Iterator[LintFinding]:
    start = satisfiable(definition.start, domains=domains)
    if definition.pause == NEVER or start.is_no:
        return
    pause = definition.pause
    if definition.resume is not None:
        pause = pause & ~definition.resume
        if satisfiable(definition.resume, domains=domains).is_no:
            yield _finding(definition.name, "never_resumes")
    else:
        yield from _endless(definition)
    held = implies(definition.start, pause, domains=domains)
    if held.is_yes:
        yield _finding(definition.name, "always_paused", start.witness)
    else:
        yield from _undecided(definition.name, "whether start implies pause", held)
    if not definition.cancel_when_start_ends:
        return
    both = overlap(definition.start, definition.pause, domains=domains)
    if both.is_no:
        witness = satisfiable(definition.pause, domains=domains).witness
        yield _finding(definition.name, "pause_cancels", witness)
    else:
        yield from _undecided(definition.name, "whether start and pause meet", both)


def _endless(definition: SlaDefinition) -> Iterator[LintFinding]:
    """Yield a finding for a pause that holds once a moment is set, which time cannot end."""
    for leaf in definition.pause.leaves():
        if (
            isinstance(leaf, FieldTest)
            and leaf.op == "present"
            and leaf.path.rpartition(".")[2].endswith(("_at", "_until", "_from", "_date"))
        ):
            alone = implies(leaf, definition.pause)
            if not alone.is_no:
                yield _finding(definition.name, "pause_never_ends", path=leaf.path)


def _targets(definition: SlaDefinition, starts: tuple[datetime, ...]) -> Iterator[LintFinding]:
    for words, calendar in calendars_in(definition.calendar):
        if starts and not any(_reaches(definition, calendar, start) for start in starts):
            said = str(definition.target)
            yield _finding(definition.name, "unreachable_target", target=said, when=words)


def _reaches(definition: SlaDefinition, calendar: Calendar, start: datetime) -> bool:
    target = definition.target
    if not fields_of(target):
        try:
            span, due = resolve_target(target, start, calendar, {})
            if due is None:
                calendar.deadline(start, span)
        except UnreachableDeadlineError:
            return False
    return True


def _rules(policy: SlaPolicy, domains: Domains | None) -> Iterator[LintFinding]:
    for index, rule in enumerate(policy.rules):
        subject = f"rule {index + 1}"
        alone = satisfiable(rule.when, domains=domains)
        if alone.is_no:
            yield _finding(subject, "never_matches")
            continue
        before = _before(policy, index)
        left = satisfiable(rule.when & ~_any(policy, before), domains=domains)
        if left.is_no:
            yield _finding(subject, "shadowed", alone.witness, rules=_named(before))
        else:
            yield from _undecided(subject, "whether any record is left for it", left)
    if policy.default is not None and policy.rules:
        everything = list(range(len(policy.rules)))
        left = satisfiable(~_any(policy, everything), domains=domains)
        if left.is_no:
            yield _finding("default", "default_shadowed", rules=_named(everything))


def _before(policy: SlaPolicy, index: int) -> list[int]:
    """Return the rules that are tried before one: earlier ones, or ones with shorter targets."""
    if policy.match == "first":
        return list(range(index))
    targets: list[Any] = [rule.definition.target for rule in policy.rules]  # all of open time
    order = [(target, place) for place, target in enumerate(targets)]
    return [place for target, place in order if (target, place) < order[index]]


def _any(policy: SlaPolicy, indexes: list[int]) -> Condition:
    return AnyOf(tuple(policy.rules[index].when for index in indexes))


def _named(indexes: list[int]) -> str:
    names = [str(index + 1) for index in indexes]
    if len(names) == 1:
        return f"rule {names[0]} takes"
    return f"rules {', '.join(names[:-1])} and {names[-1]} take"


def _finding(
    subject: str, code: str, witness: FrozenMap[object] | None = None, **data: str
) -> LintFinding:
    return LintFinding(code, subject, data, witness, texts=TEXTS)


def _undecided(subject: str, question: str, proof: Proof) -> Iterator[LintFinding]:
    if not proof.is_yes and not proof.is_no:
        yield _finding(subject, "unknown", question=question, reason=proof.reason)
