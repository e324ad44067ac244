"""Find likely mistakes in a desk: in each of its parts, and in how they fit together."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias

import attrs

from incidentcore._checks import each_of, nearest_names, need_kind
from incidentcore.communication import lint_communication
from incidentcore.conditions import AnyOf, Condition, field, overlap
from incidentcore.conditions.condition import Not
from incidentcore.conditions.overlap import satisfiable
from incidentcore.desk import check_services
from incidentcore.desk.desk import Desk
from incidentcore.desk.findings import desk_domains, found, never
from incidentcore.desk.service import AGREEMENT_KINDS, service_named
from incidentcore.desk.words import target_word
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation import coverage_gaps, lint_escalation
from incidentcore.instants import as_utc
from incidentcore.lifecycle import Lifecycle, ReopenWindow, lint_lifecycle
from incidentcore.records import Escalated, Record
from incidentcore.schedule import AbstractCalendar, BusinessCalendar
from incidentcore.sla import lint_sla
from incidentcore.values import LintFinding

_LOOK: Final = timedelta(weeks=9)  # how far on-call schedules are read
_YEAR: Final = timedelta(days=366)
_DAY: Final = timedelta(days=1)
_MANY: Final = 9  # approvers; more are hardly ever meant
Domains: TypeAlias = Mapping[str, tuple[object, ...]]


def check_desk(
    desk: Desk, /, *, start: datetime | None = None, records: Iterable[Record] = ()
) -> tuple[LintFinding, ...]:
    """Return a finding for each likely mistake in a desk; an empty tuple if there are none.

    Args:
        desk: The desk.
        start: The instant from which calendars and schedules are checked, usually now. Without it
            they are not checked, and a finding says so: the library never reads the system time.
        records: Records whose manual escalations are checked. A manual escalation that names no
            row of the desk is checked against every row that applies.

    Returns:
        The findings, without duplicates, in the order of the desk's parts.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.desk import check_desk, load_desk
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
    services.all: resolution of critical (4h) is later than that of high (2h)
    """
    need_kind("desk", desk, Desk)
    at = None if start is None else as_utc(start, "start")
    parts: tuple[Iterator[LintFinding], ...] = (
        check_services.misread(desk),
        _agreements(desk),
        check_services.promises(desk),
        check_services.orders(desk),
        check_services.far_points(desk),
        check_services.changes(desk),
        _definitions(desk),
        _escalations(desk, at),
        _level_orders(desk),
        _communications(desk, at),
        _approvals(desk),
        check_services.approval_pauses(desk),
        iter(desk.assumed),
        _lifecycles(desk),
        *(() if at is None else (_spans_of_days(desk, at),)),
        _unclocked(desk),
        iter([found("no_start", "desk", key="start=")]) if at is None else _calendars(desk, at),
        _times(desk),
        _unused(desk),
        _manual(desk, records),
    )
    return tuple(dict.fromkeys(finding for part in parts for finding in part))


def _first_match(
    part: str, rules: Sequence[tuple[int, Condition]], domains: Domains
) -> Iterator[LintFinding]:
    """Yield findings on the rules of a first-match list that never match."""
    earlier: list[Condition] = []
    for place, when in rules:
        if satisfiable(when & Not(AnyOf(tuple(earlier))), domains=domains).is_no:
            witness = satisfiable(when, domains=domains).witness
            yield found("never_matches", f"{part}[{place}]", witness)
        earlier.append(when)


def _agreements(desk: Desk) -> Iterator[LintFinding]:
    domains = desk_domains(desk)
    for kind in AGREEMENT_KINDS:
        rules = [(n, one.when) for n, one in enumerate(desk.agreements, 1) if one.kind == kind]
        yield from _first_match("agreements", rules, domains)
        if rules and kind == "sla":
            left = satisfiable(Not(AnyOf(tuple(when for _, when in rules))), domains=domains)
            if left.is_yes:
                yield found("no_service", "agreements", left.witness)
    for part in ("categories", "routing"):
        rules = [(n, one.when) for n, one in enumerate(getattr(desk, part), 1)]
        yield from _first_match(part, rules, domains)


def _definitions(desk: Desk) -> Iterator[LintFinding]:
    if desk.service_level is None:
        return
    domains = desk_domains(desk)
    for clock in desk.service_level.clocks:
        for definition in clock.definitions:
            for finding in lint_sla(definition, domains=domains):
                if finding.code != "unknown":
                    yield attrs.evolve(finding, subject=f"services: {definition.name}")


def _escalations(desk: Desk, at: datetime | None) -> Iterator[LintFinding]:
    slas = () if desk.service_level is None else (desk.service_level,)
    if at is not None:
        for matrix in desk.matrices:
            for finding in lint_escalation(matrix, slas=slas, start=at, end=at + _LOOK):
                data = dict(finding.data)
                if "at" in data:
                    local = finding.witness.astimezone(desk.zone)  # type: ignore[attr-defined]
                    data["at"] = f"{local:%Y-%m-%d %H:%M %Z}"
                rota = data.get("schedule")
                part = f"oncall.{rota}" if rota else f"escalation.{matrix.rows[0].name}"
                yield attrs.evolve(finding, subject=part, data=data)
    yield from _missing_clocks(desk)
    notified: set[str] = set()
    schedules: set[str] = set()
    for row in desk.escalation:
        for level in row.levels:
            named = (one.name for one in level.targets if one.kind == "group" or one.fields)
            notified.update(named)
            schedules.update(one.name for one in level.targets if one.kind == "on_call")
    if desk.escalation and "assignment_group" not in notified:
        for group in dict.fromkeys(rule.group for rule in desk.routing):
            if group not in notified:
                yield found("group_not_escalated", f"routing: {group}")
    for schedule in desk.on_call:
        subject = f"oncall.{schedule.name}"
        if schedule.name not in schedules:
            yield found("unused", subject, why="no escalation goes to it")
        if at is not None and (gaps := coverage_gaps(schedule, start=at, end=at + _LOOK)):
            yield found("on_call_gap", subject, gaps[0].start, count=len(gaps), days=_LOOK.days)


def _manual(desk: Desk, records: Iterable[Record]) -> Iterator[LintFinding]:
    """Yield manual escalations that affect several matrices because they do not name one."""
    for record in each_of("records", records, Record):
        for event in record.history:
            if not isinstance(event, Escalated) or event.key or event.matrix:
                continue
            facts = record.timeline().facts_at(event.at)
            rows = [row.name for row in desk.escalation if row.when.test(facts, event.at)]
            if len(rows) > 1:
                data = {"matrices": ", ".join(rows)}
                yield found("matrix_not_named", f"record {record.id}", event.at, **data)


def _missing_clocks(desk: Desk) -> Iterator[LintFinding]:
    domains = desk_domains(desk)
    known = [name for service in desk.services for name in (*service.clock_names, service.name)]
    waiting = (
        (row, place, clock)
        for row in desk.escalation
        for place, level in enumerate(row.levels, 1)
        for clock, _ in level.trigger.points
    )
    for row, place, clock in waiting:
        meant = nearest_names(clock, known) if clock not in known else []
        near = {"near": ", ".join(meant)} if meant else {}
        without: dict[str, object] = {}  # who lacks the clock, each with a witness
        if not desk.agreements:
            without["a desk without agreements"] = None
        for agreement in desk.agreements:
            service = service_named(desk.services, agreement.service)
            if agreement.kind == "sla" and clock not in (*service.clock_names, service.name):
                both = overlap(row.when, agreement.when, domains=domains)
                if both.is_yes:
                    without.setdefault(f"the service {service.name}", both.witness)
        for who, witness in without.items():
            data = {"level": place, "clock": clock, "who": who, **near}
            yield found("clock_missing", f"escalation.{row.name}", witness, **data)


def _level_orders(desk: Desk) -> Iterator[LintFinding]:
    """Yield levels at the same time as the level before, or after one that waits for a clock."""
    for row in desk.escalation:
        for place, (before, level) in enumerate(itertools.pairwise(row.levels), 2):
            if level.trigger.chained:
                subject = f"escalation.{row.name}"
                if not level.trigger.waits[0]:
                    yield found("level_at_once", subject, level=place)
                for clock, _ in before.trigger.points:
                    yield found("level_after_clock", subject, level=place, clock=clock)


def _approvals(desk: Desk) -> Iterator[LintFinding]:
    """Yield stages that may never end: they ask too many people, or outlast every target."""
    longest = _longest(desk)
    for place, plan in enumerate(desk.approvals, 1):
        for number, stage in enumerate(plan.stages, 1):
            subject = f"approvals[{place}]"
            if stage.need not in ("one", "all") and int(stage.need) > _MANY:
                yield found("many_approvers", subject, stage=number, need=stage.need)
            within = timedelta() if stage.within is None else stage.within
            if timedelta() < longest < check_services.rough_length(within):
                data = {"stage": number, "within": target_word(within), "longest": str(longest)}
                yield found("approval_long", subject, **data)


def _longest(desk: Desk) -> timedelta:
    lengths = (
        check_services.rough_length(one.target)
        for service in desk.services
        for name in service.clock_names
        for one in service.targets(name)
    )
    return max(lengths, default=timedelta())


def _communications(desk: Desk, at: datetime | None) -> Iterator[LintFinding]:
    if at is not None:
        for plan in desk.plans:
            for finding in lint_communication(plan, start=at):
                yield attrs.evolve(finding, subject=f"communication.{plan.rules[0].name}")
    for rule in desk.communication:
        subject = f"communication.{rule.name}"
        spans = {
            name: span
            for name in ("first", "every", "on_hold")
            if (span := getattr(rule, name)) is not None
        }
        pairs = [*itertools.pairwise(spans.items())]
        if rule.final is not None and rule.every is not None:
            pairs.append((("final", rule.final), [*spans.items()][-1]))
        for (a, one), (b, two) in pairs:
            if one > two:
                data = {"worse": f"{a} ({one})", "milder": f"{b} ({two})"}
                yield found("update_order", subject, **data)
    if not desk.communication:
        return
    for state in desk.lifecycle("incident").states:
        here = field("state").equals(state)
        if state.open and never(desk, (rule.when & here for rule in desk.communication)):
            yield found("state_without_updates", f"communication: {state.name}")


def _lifecycles(desk: Desk) -> Iterator[LintFinding]:
    for lifecycle in desk.lifecycles:
        for finding in lint_lifecycle(lifecycle):
            yield attrs.evolve(finding, subject=f"lifecycle.{lifecycle.record_type}")
        close = desk.auto_close.get(lifecycle.record_type)
        if close is None:
            continue
        for window in _windows(lifecycle):
            data = {"close": target_word(close.after), "within": target_word(window.within)}
            a, b = check_services.length_of(close.after), check_services.length_of(window.within)
            if a and b and a[0] == b[0] and a > b:
                yield found("closes_late", f"lifecycle.{lifecycle.record_type}", **data)


def _windows(lifecycle: Lifecycle) -> list[ReopenWindow]:
    guards = [row.guard for row in lifecycle.transitions]
    return [guard for guard in guards if isinstance(guard, ReopenWindow)]


def _spans_of_days(desk: Desk, at: datetime) -> Iterator[LintFinding]:
    """Yield spans of whole days that last longer than expected in a calendar with short days."""
    spans = {
        (lifecycle.record_type, window.within, window.calendar): None
        for lifecycle in desk.lifecycles
        for window in _windows(lifecycle)
    }
    spans |= {(name, close.after, close.calendar): None for name, close in desk.auto_close.items()}
    for name, span, calendar in spans:
        if not isinstance(span, timedelta) or calendar is None or span % _DAY or not span:
            continue
        days, start, subject = span // _DAY, f"{at:%d %B %Y}", f"lifecycle.{name}"
        try:
            end = calendar.deadline(at, span)
        except UnreachableDeadlineError:
            yield found("days_never_end", subject, days=days, start=start)
            continue
        if calendar.add_business_days(at, days, end_of_day=True) < end:
            data = {"days": days, "end": f"{end:%d %B %Y}", "start": start}
            yield found("days_of_open_time", subject, **data)


def _unclocked(desk: Desk) -> Iterator[LintFinding]:
    """Yield open states of incidents in which no clock can start or continue."""
    if desk.service_level is None:
        return
    starts = {one.start for clock in desk.service_level.clocks for one in clock.definitions}
    for state in desk.lifecycle("incident").states:
        here = field("state").equals(state)
        if state.open and never(desk, (start & here for start in starts)):
            yield found("state_without_clock", "lifecycle.incident", state=state.name)


def _calendars(desk: Desk, at: datetime) -> Iterator[LintFinding]:
    until = (at + _YEAR + _longest(desk) * 3).date()
    for name, calendar in desk.calendars.items():
        subject = f"calendars.{name}"
        days = calendar.holidays if isinstance(calendar, BusinessCalendar) else ()
        dated = [day for holiday in days for day in holiday.explicit_dates()]
        if len(dated) > 1 and date((last := max(dated)).year, 12, 31) < until:
            yield found("holidays_end", subject, last, year=last.year, until=until)
        if isinstance(calendar, AbstractCalendar):
            for finding in calendar.lint(years=(at.year, at.year + 1)):
                yield attrs.evolve(finding, subject=subject)


def _times(desk: Desk) -> Iterator[LintFinding]:
    """Yield formats of times that state no offset, where no zone but the default is stated."""
    formats: Any = desk.imports.get("times", ())
    if "zone" not in desk.imports and desk.zone.key == "UTC":
        local = tuple(one for one in formats if one[:5] != "epoch" and "%z" not in one.lower())
        if local:
            yield found("times_as_utc", "import.times", local, key="zone", table="[import]")


def _unused(desk: Desk) -> Iterator[LintFinding]:
    used = {agreement.service for agreement in desk.agreements}
    for service in desk.services:
        if service.name not in used:
            yield found("unused", f"services.{service.name}", why="no agreement names it")
    rules = _values(attrs.evolve(desk, fields=(), calendars={}))
    kinds = set(map(type, desk.calendars.values()))
    counted = {one for one in rules if type(one) in kinds}
    read: set[str] = set()
    for value in (*rules, *desk.calendars.values()):
        read.update(map(str, getattr(value, "fields", None) or ()))
    for name, calendar in desk.calendars.items():
        if calendar not in counted:
            yield found("unused", f"calendars.{name}", why="nothing counts in it")
    for own in desk.fields:
        if own.path in read or own.kind == "instant":
            continue
        if own.name in read:
            yield found("name_taken", f"fields.{own.name}", name=own.name, path=own.path)
        else:
            yield found("unused", f"fields.{own.name}", why="no rule reads it")


def _values(value: object) -> list[Any]:
    """Return every value nested in a value."""
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
