"""Find likely mistakes in services and agreements, such as targets in the wrong order."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Final, TypeGuard

from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.desk.desk import Desk
from incidentcore.desk.findings import desk_domains, found, never
from incidentcore.desk.service import AGREEMENT_KINDS, ServiceTarget, service_named
from incidentcore.desk.words import target_word
from incidentcore.lifecycle import APPROVED_IF_ASKED
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import CalendarByField, SlaThreshold
from incidentcore.sla.crossings import ClockPoint
from incidentcore.sla.lint_fields import field_findings
from incidentcore.sla.targets import Target
from incidentcore.values import FrozenMap, LintFinding

_DAY: Final = timedelta(days=1)
_FAR: Final = Fraction(3, 2)
_FIXED: Final = ("opened_at", "record_type", "id", "opened_by", "source", "occurred_at")


def promises(desk: Desk) -> Iterator[LintFinding]:
    """Yield a finding for each clock without a target for some priority, or for no priority."""
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
            yield found("no_promise", subject, witness, levels=levels)


def misread(desk: Desk) -> Iterator[LintFinding]:
    """Yield a finding for each condition on a field or a value that no record of the desk has."""
    domains, own = desk_domains(desk), {one.path for one in desk.fields}
    for subject, when in _conditions(desk):
        yield from field_findings([when], subject, domains)
        for path in sorted(when.fields):
            if own and path.startswith("custom.") and path not in own:
                name = path.removeprefix("custom.")
                yield found("undeclared", subject, path=path, name=name, key="fields")


def _conditions(desk: Desk) -> Iterator[tuple[str, Condition]]:
    """Yield the conditions of a desk on records, by part; the lint of updates judges its own."""
    for part in ("agreements", "categories", "routing", "approvals"):
        for number, rule in enumerate(getattr(desk, part), 1):
            yield f"{part}[{number}]", rule.when
    for row in desk.escalation:
        yield f"escalation.{row.name}", row.when
    for adjustment in desk.priority.adjustments:
        yield f"priority: {getattr(adjustment, 'name', '')}", getattr(adjustment, "when", ALWAYS)
    for name, calendar in desk.calendars.items():
        if type(calendar) is CalendarByField:
            yield f"calendars.{name}", field(calendar.field).is_in(*dict(calendar.table))


def length_of(target: Target | None) -> tuple[int, timedelta] | None:
    """Return the length of a target, after 1 if it is in business days; None if it has none."""
    if isinstance(target, timedelta):
        return 0, target
    return (1, target.n * _DAY) if isinstance(target, BusinessDays) else None


def rough_length(target: Target) -> timedelta:
    """Return the approximate length of a target, with eight hours for a business day."""
    in_days, length = length_of(target) or (0, timedelta())
    return length / 3 if in_days else length


def _is_later(one: ServiceTarget, other: ServiceTarget) -> bool:
    """Return whether a target lasts longer; beside a business day, "always" counts whole days."""
    open_at = one.calendar
    is_always = open_at is not None and open_at == BusinessCalendar.always(open_at.zone)
    in_days, _ = length_of(other.target) or (0, None)
    scale = 3 if is_always and in_days else 1
    return rough_length(one.target) > rough_length(other.target) * scale > timedelta()


def orders(desk: Desk) -> Iterator[LintFinding]:
    """Yield a finding for each target that is out of order, and each warning that is too early."""
    levels = [level.name for level in desk.priority.levels]
    for service in desk.services:
        subject = f"services.{service.name}"
        for clock in service.clock_names:
            targets = _by_level(service.targets(clock), levels)
            for (above, worse), (below, milder) in itertools.pairwise(targets.items()):
                a, b = length_of(worse.target), length_of(milder.target)
                if a and b and (a > b if a[0] == b[0] else _is_later(worse, milder)):
                    yield found(
                        "target_order",
                        subject,
                        clock=clock,
                        worse=f"{above} ({_said(worse)})",
                        milder=f"{below} ({_said(milder)})",
                    )
            for target in service.targets(clock):
                for point in service.warn:
                    early, whole = length_of(point.before_due), length_of(target.target)
                    if early and whole and early[0] == whole[0] == 0 and early >= whole:
                        data = {"clock": clock, "target": target_word(target.target)}
                        yield found("warn_too_early", subject, point=point.name, **data)
        responses, resolutions = (
            _by_level(targets, (*levels, "")) for targets in (service.response, service.resolution)
        )
        pairs = {
            (target, resolutions[level]): None
            for level, target in responses.items()
            if level in resolutions
        }
        for target, other in pairs:
            if _is_later(target, other):
                level = target.level or other.level or "the rest"
                times = {"one": target_word(target.target), "other": target_word(other.target)}
                yield found("late_response", subject, level=level, **times)


def _by_level(targets: Iterable[ServiceTarget], levels: Iterable[str]) -> dict[str, ServiceTarget]:
    """Return the target of each level that has one, by ``else`` where none names the level."""
    named = {one.level: one for one in targets}
    found = ((level, named.get(level, named.get(""))) for level in levels)
    return {level: target for level, target in found if target is not None}


def _said(target: ServiceTarget) -> str:
    return f"{'' if target.level else 'else: '}{target_word(target.target)}"


def far_points(desk: Desk) -> Iterator[LintFinding]:
    """Yield a finding for each warning beyond 150 percent, such as 8.0 where 0.8 was meant."""
    for row in desk.escalation:
        for level in row.levels:
            for clock, point in level.trigger.points:
                if _is_far(point):
                    data = {"point": point.name, "clock": clock}
                    yield found("point_far", f"escalation.{row.name}", **data)
    for service in desk.services:
        for point in filter(_is_far, service.warn):
            yield found("point_far", f"services.{service.name}", point=point.name, clock="any")


def _is_far(point: ClockPoint) -> TypeGuard[SlaThreshold]:
    return (getattr(point, "fraction", None) or 0) > _FAR


def approval_pauses(desk: Desk) -> Iterator[LintFinding]:
    """Yield a finding for each service whose ``pause`` never holds while a request is approved."""
    lifecycle = desk.lifecycle("service_request")
    rows = lifecycle.transitions
    asked = {name for row in rows if row.guard == APPROVED_IF_ASKED for name in row.sources}
    request = field("record_type").equals("service_request")
    for service in desk.services:
        needed = [
            agreement.when & plan.when & request
            for agreement in desk.agreements
            if agreement.service == service.name
            for plan in desk.approvals
        ]
        if service.pause is None or not (service.resolution or service.update):
            continue
        if never(desk, needed):
            continue
        for state in lifecycle.states:
            reasons = (row.sets.get("hold_reason") for row in rows if row.target == state)
            here = field("state").equals(state)
            here &= field("hold_reason").equals(next(filter(None, reasons), None))
            if state.pauses and state.name in asked and never(desk, (service.pause & here,)):
                yield found("approval_counts", f"services.{service.name}", state=state.name)


def changes(desk: Desk) -> Iterator[LintFinding]:
    """Yield a finding for each service that a record may leave while ``on_change`` is not set."""
    for kind in AGREEMENT_KINDS:
        agreed = [one for one in desk.agreements if one.kind == kind]
        names = dict.fromkeys(one.service for one in agreed)
        paths = {path for one in agreed for path in one.when.fields}
        moving = sorted(path for path in paths if path.partition(".")[0] not in _FIXED)
        is_total = any(one.when == ALWAYS for one in agreed)
        if not moving or (len(names) < 2 and (is_total or kind == "sla")):
            continue  # an sla that leaves records without a service is found by itself
        undecided = [one for one in names if service_named(desk.services, one).on_change is None]
        if undecided:
            witness = next(one.when for one in agreed if one.when != ALWAYS)
            subject = f"services.{', '.join(undecided)}"
            yield found("change_undecided", subject, witness, fields=tuple(moving))
