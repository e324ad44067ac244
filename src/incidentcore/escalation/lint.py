"""Find the levels and rows of an escalation matrix that cannot work as intended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from incidentcore._checks import need_kind
from incidentcore.conditions import AnyOf, implies
from incidentcore.conditions.overlap import satisfiable
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation.clocks import REFUSAL, several
from incidentcore.escalation.coverage import missed_overrides, nobody_findings, unreachable_steps
from incidentcore.escalation.matrix import EscalationLevel, EscalationMatrix, EscalationRow
from incidentcore.escalation.triggers.after import MOVED_BY_DELIVERY
from incidentcore.escalation.triggers.base import LintScope, TriggerFinding
from incidentcore.instants import Interval, as_utc
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaRules
from incidentcore.sla.evaluate import in_force
from incidentcore.values import LintFinding
from incidentcore.words.words import Texts

TEXTS: Final[Texts] = {
    "row_never_applies": "no record can satisfy its condition",
    "row_never_applies.rows": "earlier rows match every record that it matches: {rows}",
    "all_of_nobody": "everybody must acknowledge, but the members of groups and roles are "
    "unknown: any acknowledgement counts; name people or an on-call schedule",
    "repeats_nothing": "none of its levels fires after a delay, so there is nothing to repeat",
    "level_never_fires.no_clock": "no definition is of the kind or name {clock!r}",
    "level_never_fires.level_above": "the level above it never fires",
    "level_never_fires.ended": "{since} is set only while the record is not open, "
    "when no level fires",
    "level_never_fires.row": "its condition never holds where the row applies",
    "level_never_fires.not_open": "its condition holds only while the record is not open",
    "level_never_fires.contact_hours": "its contact hours never open again",
    "level_never_fires.calendar": "the calendar of its delay never has that much open time again",
    "out_of_order.delay": "falls due after {delay}, before the level above it",
    "out_of_order.clock": (
        "falls due after {elapsed} on the clock of {definition!r}, before the level above it"
    ),
    "due_at_once": "{point} of {definition!r} is at its start or before",
    "silenced_at_once": "counts from the acknowledgement that silences it: set until='resolved'",
    "loop.row": "its condition reads a field that recording a delivery changes",
    "loop.moment": "recording its delivery changes {since}, so that it starts again",
    "loop.level": "its condition reads a field that recording its delivery changes",
    "may_tell_nobody": "notifies nobody while {fields}: add a target, or a condition to the row",
    "may_tell_nobody.gap": "nobody is on call at {at}, which notifies nobody while {fields}",
    "nobody_to_tell": "nobody is on call at {at}",
    "nobody_to_tell.next": "nobody else is on call in the year after {at}",
    "override_misses": "the override from {at} names {person!r}, who is not on call then",
    "override_misses.near": "the override from {at} names {person!r}, who is not on call then; "
    "nearest: {near}",
    "unreachable_step": (
        "the step of {person!r} {step} after the page is not before the next level, {wait} after it"
    ),
}
"""The text of each code; if a code has several, by the value of ``because`` in its data."""


def lint_escalation(
    matrix: EscalationMatrix,
    /,
    *,
    slas: SlaRules | Sequence[SlaRules] = (),
    start: datetime,
    end: datetime,
    personal: Mapping[str, Sequence[timedelta]] | None = None,
) -> tuple[LintFinding, ...]:
    """Return findings on levels and rows of a matrix that cannot work as intended.

    The subject of a finding is the row, ``row, level 2`` if it concerns one level, or ``on call for
    network`` if it concerns an override of a schedule.

    Args:
        matrix: The matrix.
        slas: The rules of the clocks that the matrix refers to.
        start: The start of the interval in which on-call coverage is checked.
        end: The end of that interval.
        personal: For each person's id, the times from a page to that person's own notification
            steps, such as a call after ten minutes. Pass them if your paging system cancels
            these steps at the next level.

    Returns:
        The findings, in the order of rows and levels; empty if nothing is wrong.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.escalation import EscalationLevel, EscalationMatrix, EscalationRow
    >>> from incidentcore.escalation import OnClock, lint_escalation
    >>> matrix = EscalationMatrix(
    ...     "m", [EscalationRow("r", [EscalationLevel(OnClock("ola", 1), "x")])]
    ... )
    >>> begin = datetime(2026, 6, 1, tzinfo=UTC)
    >>> [str(finding) for finding in lint_escalation(matrix, start=begin, end=begin)]
    ["r, level 0: no definition is of the kind or name 'ola'"]
    """
    need_kind("matrix", matrix, EscalationMatrix)
    span = Interval(as_utc(start, "start"), as_utc(end, "end"))
    definitions = [
        definition
        for rules in several(slas)
        for clock in in_force(rules, span.start, *REFUSAL).clocks
        for definition in clock.definitions
    ]
    findings: list[LintFinding] = []
    for number, row in enumerate(matrix.rows):
        findings.extend(_row_findings(matrix, number, row))
        first_silences = row.ack_timeout is None and row.acknowledged_by == "any"
        dead = False
        for index, level in enumerate(row.levels):
            scope = LintScope(
                when=row.when,
                triggers=[each.trigger for each in row.levels],
                index=index,
                silenced=first_silences and level.until == "acknowledged",
                definitions=definitions,
                span=span,
                dead=dead,
            )
            never = _never(level, scope)
            dead = never is not None
            for code, data, witness in (
                (never,)
                if never is not None
                else (
                    *level.trigger.lint(scope),
                    *nobody_findings(row, index, span),
                    *unreachable_steps(row, index, personal or {}),
                )
            ):
                findings.append(_finding(code, f"{row.name}, level {index}", data, witness))
    for schedule in dict.fromkeys(
        target.schedule for row in matrix.rows for level in row.levels for target in level.targets
    ):
        for code, data, witness in () if schedule is None else missed_overrides(schedule):
            findings.append(_finding(code, f"on call for {data['schedule']}", data, witness))
    return tuple(findings)


def _finding(code: str, where: str, data: Mapping[str, object], witness: object) -> LintFinding:
    key = f"{code}.{data['because']}" if "because" in data else code
    return LintFinding(code, where, data, witness, texts={code: TEXTS[key]} if key in TEXTS else {})


def _row_findings(
    matrix: EscalationMatrix, number: int, row: EscalationRow
) -> Iterator[LintFinding]:
    def finding(code: str, witness: object, **data: object) -> LintFinding:
        return _finding(code, row.name, data, witness)

    if satisfiable(row.when).is_no:
        yield finding("row_never_applies", str(row.when))
    earlier = matrix.rows[:number]
    taking = next((one for one in earlier if implies(row.when, one.when).is_yes), None)
    if taking is not None:
        yield finding("row_never_applies", str(taking.when), because="rows", rows=(taking.name,))
    elif earlier and implies(row.when, AnyOf(tuple(one.when for one in earlier))).is_yes:
        names = tuple(one.name for one in earlier)
        yield finding("row_never_applies", ", ".join(names), because="rows", rows=names)
    if row.when.fields & MOVED_BY_DELIVERY:
        yield finding("loop", str(row.when), because="row")
    if row.repeat and not row.delayed:
        yield finding("repeats_nothing", row.repeat)
    if row.acknowledged_by == "all" and all(one.known_people == () for one in row.levels):
        yield finding("all_of_nobody", row.acknowledged_by)


def _never(level: EscalationLevel, scope: LintScope) -> TriggerFinding | None:
    """Return the first reason found why a level can never fire."""
    never = level.trigger.never(scope)
    start = scope.span.start
    if never is None and level.during is not None and not _reaches(level.during, start, None):
        never = "level_never_fires", {"because": "contact_hours"}, start
    delay, calendar = level.trigger.waits
    if never is None and calendar is not None and not _reaches(calendar, start, delay):
        never = "level_never_fires", {"because": "calendar"}, start
    return never


def _reaches(calendar: Calendar, at: datetime, delay: timedelta | None) -> bool:
    try:
        return (calendar.next_open(at) if delay is None else calendar.deadline(at, delay)) >= at
    except UnreachableDeadlineError:
        return False
