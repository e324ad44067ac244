"""What in an escalation matrix cannot work as it was meant, each with a witness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from incidentcore.conditions import AnyOf, field, implies, overlap, satisfiable
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation.clocks import single_clocks
from incidentcore.escalation.coverage import nobody_findings, unreachable_steps
from incidentcore.escalation.finding import EscalationFinding
from incidentcore.escalation.matrix import EscalationMatrix, EscalationRow
from incidentcore.escalation.triggers import After, AfterPrevious, HeldFor, OnClock
from incidentcore.instants import Interval, as_utc
from incidentcore.schedule import Calendar
from incidentcore.sla import SlaDefinition, SlaRules, SlaThreshold

__all__ = ["lint_escalation"]

_MOVED_BY_DELIVERY: Final = frozenset(("updated_at", "escalation_count"))
_ENDINGS: Final = ("resolved_at", "closed_at", "canceled_at")
_OPEN: Final = field("state.open").is_true()
_ZERO: Final = timedelta(0)


def lint_escalation(
    matrix: EscalationMatrix,
    *,
    slas: Sequence[SlaRules] = (),
    start: datetime,
    end: datetime,
    personal: Mapping[str, Sequence[timedelta]] | None = None,
) -> tuple[EscalationFinding, ...]:
    """Return what in a matrix cannot work as it was meant.

    Args:
        matrix: The matrix.
        slas: The rules of the clocks it speaks of.
        start: From when on coverage is looked at.
        end: Until when.
        personal: For people by id, how long after a page each of their own steps comes, such as a
            call ten minutes after a message; for systems that drop those at the next level.

    Returns:
        The findings, in the order of rows and levels; none where all is well.

    >>> from datetime import UTC
    >>> from incidentcore.escalation.matrix import EscalationLevel
    >>> matrix = EscalationMatrix(
    ...     "m", [EscalationRow("r", [EscalationLevel(OnClock("ola", 1), "x")])]
    ... )
    >>> begin = datetime(2026, 6, 1, tzinfo=UTC)
    >>> [finding.code for finding in lint_escalation(matrix, start=begin, end=begin)]
    ['level_never_fires']
    """
    span = Interval(as_utc(start, "start"), as_utc(end, "end"))
    definitions = [
        definition
        for rules in slas
        for clock in single_clocks(rules, span.start)
        for definition in ((clock,) if isinstance(clock, SlaDefinition) else clock.definitions)
    ]
    found: list[EscalationFinding] = []
    for number, row in enumerate(matrix.rows):
        found.extend(_row_findings(matrix, number, row))
        dead = False
        for index in range(len(row.levels)):
            before = len(found)
            found.extend(_never(row, index, definitions, span, dead=dead))
            dead = len(found) > before
            if not dead:
                found.extend(_order(row, index, definitions))
                found.extend(_loops(row, index))
                found.extend(nobody_findings(row, index, span))
                found.extend(unreachable_steps(row, index, personal or {}))
    return tuple(found)


def _row_findings(
    matrix: EscalationMatrix, number: int, row: EscalationRow
) -> Iterator[EscalationFinding]:
    if satisfiable(row.when).is_no:
        yield EscalationFinding(
            code="row_never_applies",
            row=row.name,
            message="no record can satisfy its condition",
            witness=str(row.when),
        )
    earlier = matrix.rows[:number]
    taking = [one for one in earlier if implies(row.when, one.when).is_yes]
    if taking:
        yield EscalationFinding(
            code="row_never_applies",
            row=row.name,
            message=f"every record that it is for is taken by the row {taking[0].name!r} before",
            witness=str(taking[0].when),
        )
    elif earlier and implies(row.when, AnyOf(tuple(one.when for one in earlier))).is_yes:
        names = ", ".join(one.name for one in earlier)
        yield EscalationFinding(
            code="row_never_applies",
            row=row.name,
            message=f"every record that it is for is taken by the rows before: {names}",
            witness=names,
        )
    if row.when.fields & _MOVED_BY_DELIVERY:
        yield EscalationFinding(
            code="loop",
            row=row.name,
            message="its condition reads what noting a delivery changes",
            witness=str(row.when),
        )
    if row.repeat and not any(
        isinstance(level.trigger, (After, AfterPrevious)) or (not index and _holds(level.trigger))
        for index, level in enumerate(row.levels)
    ):
        yield EscalationFinding(
            code="repeats_nothing",
            row=row.name,
            message="none of its levels fires after a delay, so there is nothing to repeat",
            witness=row.repeat,
        )


def _holds(trigger: object) -> bool:
    return isinstance(trigger, HeldFor)


def _never(
    row: EscalationRow,
    index: int,
    definitions: Sequence[SlaDefinition],
    span: Interval,
    *,
    dead: bool,
) -> Iterator[EscalationFinding]:
    """Yield why a level can never fire, the first reason that is found."""
    level = row.levels[index]
    trigger = level.trigger
    why, witness = "", object()
    if isinstance(trigger, OnClock):
        if not any(trigger.clock in (one.kind, one.name) for one in definitions):
            why, witness = f"no definition is of the kind or name {trigger.clock!r}", trigger.clock
    elif isinstance(trigger, AfterPrevious) and dead:
        why, witness = "the level above it never fires", index - 1
    elif isinstance(trigger, After) and trigger.since in _ENDINGS:
        why = f"{trigger.since} stands only while the record is not open, and silent"
        witness = trigger.since
    elif isinstance(trigger, HeldFor):
        held = trigger.condition
        if overlap(held, row.when).is_no:
            why, witness = "its condition never holds where the row applies", str(held)
        elif overlap(held, _OPEN).is_no:
            why, witness = "its condition holds only while the record is not open", str(held)
    if not why and level.during is not None and not _reaches(level.during, span.start, None):
        why, witness = "its contact hours never open again", span.start
    if not why and not isinstance(trigger, OnClock) and trigger.calendar is not None:
        delay = trigger.span if isinstance(trigger, HeldFor) else trigger.delay
        if not _reaches(trigger.calendar, span.start, delay):
            why, witness = "the calendar of its delay is never open so long again", span.start
    if why:
        yield EscalationFinding(
            code="level_never_fires", row=row.name, level=index, message=why, witness=witness
        )


def _reaches(calendar: Calendar, at: datetime, delay: timedelta | None) -> bool:
    try:
        return (calendar.next_open(at) if delay is None else calendar.deadline(at, delay)) >= at
    except UnreachableDeadlineError:
        return False


def _order(
    row: EscalationRow, index: int, definitions: Sequence[SlaDefinition]
) -> Iterator[EscalationFinding]:
    """Yield where a level is due before the one above it, or at the start of its clock."""
    trigger = row.levels[index].trigger
    above = row.levels[index - 1].trigger if index else None
    if (
        isinstance(trigger, After)
        and isinstance(above, After)
        and trigger.since == above.since
        and trigger.calendar == above.calendar
        and trigger.delay < above.delay
    ):
        yield EscalationFinding(
            code="out_of_order",
            row=row.name,
            level=index,
            message=f"falls due after {trigger.delay}, before the level above it",
            witness=(trigger.delay, above.delay),
        )
    if isinstance(trigger, OnClock):
        yield from _clock_order(row, index, trigger, above, definitions)
    level = row.levels[index]
    if (
        isinstance(trigger, After)
        and trigger.since == "acknowledged_at"
        and level.until == "acknowledged"
        and row.ack_timeout is None
        and row.acknowledged_by == "any"
    ):
        yield EscalationFinding(
            code="silenced_at_once",
            row=row.name,
            level=index,
            message="counts from the acknowledgement that silences it: say until='resolved'",
            witness=trigger.since,
        )


def _clock_order(
    row: EscalationRow,
    index: int,
    trigger: OnClock,
    above: object,
    definitions: Sequence[SlaDefinition],
) -> Iterator[EscalationFinding]:
    for definition in definitions:
        target = definition.target
        if trigger.clock not in (definition.kind, definition.name):
            continue
        if not isinstance(target, timedelta):
            continue
        point = _elapsed_at(trigger, target)
        if not point and target:
            yield EscalationFinding(
                code="due_at_once",
                row=row.name,
                level=index,
                message=f"{_words(trigger)} of {definition.name!r} is its start, or before it",
                witness=target,
            )
        if isinstance(above, OnClock) and above.clock == trigger.clock:
            first = _elapsed_at(above, target)
            if point < first:
                yield EscalationFinding(
                    code="out_of_order",
                    row=row.name,
                    level=index,
                    message=f"falls due after {point} on the clock of {definition.name!r}, "
                    "before the level above it",
                    witness=(point, first),
                )


def _elapsed_at(trigger: OnClock, target: timedelta) -> timedelta:
    point = trigger.point
    if isinstance(point, SlaThreshold):
        return point.point(target) + (
            point.after_due or _ZERO if point.calendar is not None else _ZERO
        )
    return target if point == "due" else target + timedelta(microseconds=1)


def _words(trigger: OnClock) -> str:
    point = trigger.point
    if isinstance(point, SlaThreshold) and point.before_due is not None:
        return f"{point.before_due} before the due"
    return "the point"


def _loops(row: EscalationRow, index: int) -> Iterator[EscalationFinding]:
    trigger = row.levels[index].trigger
    if isinstance(trigger, After) and trigger.since in _MOVED_BY_DELIVERY:
        yield EscalationFinding(
            code="loop",
            row=row.name,
            level=index,
            message=f"noting its delivery moves {trigger.since}, from which it counts again",
            witness=trigger.since,
        )
    if isinstance(trigger, HeldFor) and trigger.condition.fields & _MOVED_BY_DELIVERY:
        yield EscalationFinding(
            code="loop",
            row=row.name,
            level=index,
            message="its condition reads what noting its delivery changes",
            witness=str(trigger.condition),
        )
