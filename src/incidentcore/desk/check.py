"""What in a desk cannot be meant: the lint of every part, and what only the whole shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from incidentcore.communication import lint_communication
from incidentcore.conditions import ALWAYS, AnyOf, Condition, Not, field, overlap, satisfiable
from incidentcore.desk.desk import Desk
from incidentcore.desk.service import AGREEMENT_KINDS, Agreement, Service, ServiceTarget
from incidentcore.escalation import EscalationTarget, OnClock, coverage_gaps, lint_escalation
from incidentcore.instants import as_utc
from incidentcore.lifecycle import STANDARD, lint_lifecycle
from incidentcore.schedule import BusinessCalendar, BusinessDays, Calendar
from incidentcore.sla import CalendarByField, DueDate, SlaPolicy, SlaThreshold, lint_sla
from incidentcore.values import FrozenMap, LintFinding

__all__ = ["check_desk", "desk_domains"]

_READING: Final = ("field", "manager_of")  # kinds of target that name a field
_LOOK: Final = timedelta(weeks=9)  # how far on-call schedules are read
_YEAR: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
Domains: TypeAlias = Mapping[str, tuple[object, ...]]
_FIXED: Final = ("opened_at", "record_type", "id", "opened_by", "source", "occurred_at")


TEXTS: Final[dict[str, str]] = {
    "no_service": "some records have no service; end with an agreement without when",
    "no_promise": "no target for {levels}; add else = a target",
    "never_matches": "the rules before it take every record that it is for",
    "change_undecided": "{fields} may change during a ticket; say on_change = keep_elapsed, "
    "restart or retroactive",
    "clock_missing": "level {level} waits for the {clock} clock, which {who} does not have",
    "target_order": "{worse} is later than {milder}",
    "warn_too_early": "{point} lies before the start of the {clock} clock of {target}",
    "holidays_end": "its holidays end in {year}; targets reach to {until}",
    "on_call_gap": "nobody is on call in {count} stretches within {days} days",
    "group_not_escalated": "records are routed to this group, and no escalation names it",
    "state_without_clock": "no clock runs in {state}: it is neither open, resolved nor final",
    "state_without_updates": "no rule is for incidents in this state",
    "unused": "{why}",
}


def _finding(code: str, subject: str, witness: object = None, **data: object) -> LintFinding:
    return LintFinding(code, subject, data, witness, texts=TEXTS)


def _of_part(subject: str, finding: Any) -> LintFinding:
    """Return what the lint of a part found, under the name that the part has in the desk."""
    return LintFinding(
        finding.code,
        subject,
        {"message": _message(finding)},
        getattr(finding, "witness", None),
        texts={finding.code: "{message}"},
    )


def desk_domains(desk: Desk) -> dict[str, tuple[object, ...]]:
    """Return what is known of the values of fields, for questions about conditions."""
    states = [state for name in STANDARD for state in desk.lifecycle(name).states]
    domains: dict[str, tuple[object, ...]] = {
        "priority": (*desk.priority.levels, None),
        "state": tuple(dict.fromkeys(states)),
        "record_type": tuple(STANDARD),
    }
    for own in desk.fields:
        if own.kind == "word":
            domains[own.path] = (*own.words, None)
        elif own.kind == "bool":
            domains[own.path] = (True, False, None)
    return domains


def check_desk(desk: Desk, /, *, start: datetime) -> tuple[LintFinding, ...]:
    """Return what in a desk cannot be meant; nothing found is an empty tuple.

    Args:
        desk: The desk.
        start: From when its calendars and schedules are looked at; today, as a rule.

    Returns:
        The findings, each once, in the order of the parts.

    >>> from datetime import UTC
    >>> from incidentcore.desk import load_desk
    >>> desk = load_desk('''
    ... desk = 1
    ... name = "small"
    ... [services.all]
    ... calendar = "always"
    ... resolution = { critical = "4h", high = "2h", else = "8h" }
    ... [[agreements]]
    ... service = "all"
    ... ''')
    >>> for finding in check_desk(desk, start=datetime(2026, 6, 1, tzinfo=UTC)):
    ...     print(finding)
    services.all: resolution of critical (4:00:00) is later than of high (2:00:00)
    """
    at = as_utc(start, "start")
    parts: tuple[Iterator[LintFinding], ...] = (
        _agreements(desk),
        _promises(desk),
        _orders(desk),
        _changes(desk),
        _definitions(desk),
        _escalations(desk, at),
        _communications(desk, at),
        _lifecycles(desk),
        _calendars(desk, at),
        _unused(desk),
    )
    return tuple(dict.fromkeys(finding for part in parts for finding in part))


def _service_of(desk: Desk, agreement: Agreement) -> Service:
    return next(one for one in desk.services if one.name == agreement.service)


def _first_match(
    part: str, rules: Sequence[tuple[int, Condition]], domains: Domains
) -> Iterator[LintFinding]:
    """Yield the rules of a first-match list that never match."""
    earlier: list[Condition] = []
    for place, when in rules:
        if satisfiable(when & Not(AnyOf(tuple(earlier))), domains=domains).is_no:
            witness = satisfiable(when, domains=domains).witness
            yield _finding("never_matches", f"{part}[{place}]", witness)
        earlier.append(when)


def _agreements(desk: Desk) -> Iterator[LintFinding]:
    domains = desk_domains(desk)
    for kind in AGREEMENT_KINDS:
        rules = [(n, one.when) for n, one in enumerate(desk.agreements, 1) if one.kind == kind]
        yield from _first_match("agreements", rules, domains)
        if rules and kind == "sla":
            left = satisfiable(Not(AnyOf(tuple(when for _, when in rules))), domains=domains)
            if left.is_yes:
                yield _finding("no_service", "agreements", left.witness)
    for part in ("categories", "routing"):
        rules = [(n, one.when) for n, one in enumerate(getattr(desk, part), 1)]
        yield from _first_match(part, rules, domains)


def _promises(desk: Desk) -> Iterator[LintFinding]:
    used = {agreement.service for agreement in desk.agreements}
    for service in desk.services:
        if service.name not in used:
            continue
        for clock in service.clock_names:
            named = {target.level for target in service.targets(clock)}
            if "" in named:
                continue
            missing = [level for level in desk.priority.levels if level.name not in named]
            levels = (*(level.name for level in missing), "no priority")
            witness = FrozenMap({"priority": missing[0] if missing else None})
            subject = f"services.{service.name}.{clock}"
            yield _finding("no_promise", subject, witness, levels=levels)


def _length(target: ServiceTarget) -> tuple[int, timedelta] | None:
    """Return a target in a form that compares with others of its kind; None where none does."""
    if isinstance(target.target, timedelta):
        return 0, target.target
    if isinstance(target.target, BusinessDays):
        return 1, target.target.n * _DAY
    return None


def _rough(target: ServiceTarget) -> timedelta:
    """Return about how long a target lasts: a business day has eight hours."""
    if isinstance(target.target, timedelta):
        return target.target
    return target.target.n * _DAY / 3 if isinstance(target.target, BusinessDays) else timedelta()


def _orders(desk: Desk) -> Iterator[LintFinding]:
    ranks = {level.name: place for place, level in enumerate(desk.priority.levels)}
    for service in desk.services:
        subject = f"services.{service.name}"
        for clock in service.clock_names:
            targets = sorted(
                (one for one in service.targets(clock) if one.level in ranks),
                key=lambda one: ranks[one.level],
            )
            for worse, milder in itertools.pairwise(targets):
                a, b = _length(worse), _length(milder)
                later = _rough(worse) > _rough(milder) > timedelta()
                if (a and b and a[0] == b[0] and a > b) or (a and b and a[0] != b[0] and later):
                    yield _finding(
                        "target_order",
                        subject,
                        worse=f"{clock} of {worse.level} ({_said(worse)})",
                        milder=f"of {milder.level} ({_said(milder)})",
                    )
            for target in service.targets(clock):
                for point in service.warn:
                    if _too_early(point, target):
                        data = {"point": point.name, "clock": clock, "target": _said(target)}
                        yield _finding("warn_too_early", subject, **data)
        by_level = {one.level: one for one in service.resolution}
        for target in service.response:
            other = by_level.get(target.level)
            if other is not None and _rough(target) > _rough(other) > timedelta():
                worse_text = f"the response of {target.level or 'the rest'} ({_said(target)})"
                data = {"worse": worse_text, "milder": f"its resolution ({_said(other)})"}
                yield _finding("target_order", subject, **data)


def _too_early(point: SlaThreshold, target: ServiceTarget) -> bool:
    early = point.before_due
    whole = target.target
    return isinstance(early, timedelta) and isinstance(whole, timedelta) and early >= whole


def _said(target: ServiceTarget) -> str:
    found = target.target
    return f"{found.n} business days" if isinstance(found, BusinessDays) else str(found)


def _changes(desk: Desk) -> Iterator[LintFinding]:
    """Yield services among which a ticket may change while nobody said what happens then."""
    for kind in AGREEMENT_KINDS:
        agreed = [one for one in desk.agreements if one.kind == kind]
        names = dict.fromkeys(one.service for one in agreed)
        paths = {path for one in agreed for path in one.when.fields}
        moving = sorted(path for path in paths if path not in _FIXED)
        if len(names) < 2 or not moving:
            continue
        undecided = [name for name in names if _named(desk, name).on_change is None]
        if undecided:
            witness = next(one.when for one in agreed if one.when != ALWAYS)
            subject = f"services.{', '.join(undecided)}"
            yield _finding("change_undecided", subject, witness, fields=tuple(moving))


def _named(desk: Desk, name: str) -> Service:
    return next(one for one in desk.services if one.name == name)


def _definitions(desk: Desk) -> Iterator[LintFinding]:
    if desk.service_level is None:
        return
    domains = desk_domains(desk)
    for clock in desk.service_level.clocks:
        if isinstance(clock, SlaPolicy):
            for definition in clock.definitions:
                for finding in lint_sla(definition, domains=domains):
                    if finding.code != "unknown":
                        yield _of_part(f"services: {definition.name}", finding)


def _message(finding: Any) -> str:
    return str(getattr(finding, "message", "") or getattr(finding, "text", ""))


def _escalations(desk: Desk, at: datetime) -> Iterator[LintFinding]:
    slas = () if desk.service_level is None else (desk.service_level,)
    for matrix in desk.matrices:
        for finding in lint_escalation(matrix, slas=slas, start=at, end=at + _LOOK):
            yield _of_part(f"escalation.{matrix.rows[0].name}", finding)
    yield from _missing_clocks(desk)
    told: set[str] = set()
    schedules: set[str] = set()
    for row in desk.escalation:
        for level in row.levels:
            told.update(one.name for one in level.targets if one.kind in ("group", *_READING))
            schedules.update(one.name for one in level.targets if one.kind == "on_call")
    if desk.escalation and "assignment_group" not in told:
        for group in dict.fromkeys(rule.group for rule in desk.routing):
            if group not in told:
                yield _finding("group_not_escalated", f"routing: {group}")
    for schedule in desk.on_call:
        subject = f"oncall.{schedule.name}"
        if schedule.name not in schedules:
            yield _finding("unused", subject, why="no escalation goes to it")
        gaps = coverage_gaps(schedule, start=at, end=at + _LOOK)
        if gaps:
            first = gaps[0].start
            yield _finding("on_call_gap", subject, first, count=len(gaps), days=_LOOK.days)


def _missing_clocks(desk: Desk) -> Iterator[LintFinding]:
    domains = desk_domains(desk)
    for row in desk.escalation:
        for place, level in enumerate(row.levels, 1):
            if not isinstance(level.trigger, OnClock):
                continue
            clock = level.trigger.clock
            for agreement in desk.agreements:
                service = _service_of(desk, agreement)
                if agreement.kind != "sla" or clock in (*service.clock_names, service.name):
                    continue
                both = overlap(row.when, agreement.when, domains=domains)
                if both.is_yes:
                    who = f"the service {service.name}"
                    data = {"level": place, "clock": clock, "who": who}
                    yield _finding("clock_missing", f"escalation.{row.name}", both.witness, **data)
            if not desk.agreements:
                data = {"level": place, "clock": clock, "who": "a desk without agreements"}
                yield _finding("clock_missing", f"escalation.{row.name}", **data)


def _communications(desk: Desk, at: datetime) -> Iterator[LintFinding]:
    for plan in desk.plans:
        for finding in lint_communication(plan, start=at):
            yield _of_part(f"communication.{plan.rules[0].name}", finding)
    if not desk.communication:
        return
    for state in desk.lifecycle("incident").states:
        here = field("state").equals(state)
        if state.open and all(
            satisfiable(rule.when & here, domains=desk_domains(desk)).is_no
            for rule in desk.communication
        ):
            yield _finding("state_without_updates", f"communication: {state.name}")


def _lifecycles(desk: Desk) -> Iterator[LintFinding]:
    for lifecycle in desk.lifecycles:
        for finding in lint_lifecycle(lifecycle):
            yield _of_part(f"lifecycle.{lifecycle.record_type}", finding)
        for state in lifecycle.states if desk.services else ():
            if not (state.open or state.resolved or state.final):
                subject = f"lifecycle.{lifecycle.record_type}"
                yield _finding("state_without_clock", subject, state=state.name)


def _calendars(desk: Desk, at: datetime) -> Iterator[LintFinding]:
    targets = [
        one
        for service in desk.services
        for name in service.clock_names
        for one in service.targets(name)
    ]
    longest = max((_rough(one) * 3 for one in targets), default=timedelta())
    until = (at + _YEAR + longest).date()
    for name, calendar in desk.calendars.items():
        if not isinstance(calendar, BusinessCalendar):
            continue
        dated = [day for holiday in calendar.holidays for day in _dates(holiday)]
        if len(dated) > 1 and date(max(dated).year, 12, 31) < until:
            last, subject = max(dated), f"calendars.{name}"
            yield _finding("holidays_end", subject, last, year=last.year, until=until)
        for finding in calendar.lint(years=(at.year, at.year + 1)):
            yield _of_part(f"calendars.{name}", finding)


def _dates(holiday: Any) -> tuple[date, ...]:
    if holiday.range is not None:
        return tuple(holiday.range)
    return (holiday.day,) if holiday.day is not None and holiday.rule is None else ()


def _unused(desk: Desk) -> Iterator[LintFinding]:
    used = {agreement.service for agreement in desk.agreements}
    for service in desk.services:
        if service.name not in used:
            yield _finding("unused", f"services.{service.name}", why="no agreement names it")
    rules = _values(attrs.evolve(desk, fields=(), calendars={}))
    counted = {value for value in rules if isinstance(value, (Calendar, CalendarByField))}
    read: set[str] = set()
    for value in (*rules, *desk.calendars.values()):
        if isinstance(value, Condition):
            read |= value.fields
        elif isinstance(value, (CalendarByField, DueDate)):
            read.add(value.field)
        elif isinstance(value, EscalationTarget) and value.kind in _READING:
            read.add(value.name)
    for name, calendar in desk.calendars.items():
        if calendar not in counted:
            yield _finding("unused", f"calendars.{name}", why="nothing counts in it")
    for own in desk.fields:
        if own.path not in read and own.kind != "instant":
            yield _finding("unused", f"fields.{own.name}", why="no rule reads it")


def _values(value: object) -> list[Any]:
    """Return every value that a value is made of."""
    found: list[Any] = []
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        found.append(one)
        if isinstance(one, (tuple, frozenset)):
            waiting.extend(one)
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif attrs.has(type(one)):
            waiting += [getattr(one, part.name) for part in attrs.fields(type(one)) if part.init]
    return found
