"""What in an escalation matrix cannot work as it was meant, each with a witness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore.conditions import implies
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.escalation.matrix import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    Held,
    OnClock,
)
from incidentcore.escalation.oncall import coverage_gaps
from incidentcore.instants import Interval, as_utc
from incidentcore.sla import SlaDefinition, SlaPolicy, Threshold

__all__ = ["EscalationFinding", "lint_escalation"]

_MOVED_BY_DELIVERY: Final = ("updated_at", "escalation_count")


@attrs.frozen(kw_only=True)
class EscalationFinding:
    """One thing that cannot work as it was meant.

    Attributes:
        code: ``row_never_applies``, ``level_never_fires``, ``nobody_to_tell``, ``loop``,
            ``out_of_order`` or ``due_at_once``.
        row: The row's name.
        level: The level's place in it; None where the finding is about the row.
        message: What is wrong, in words.
        witness: An instant, condition or value that shows it; None where none is needed.
    """

    code: str
    row: str
    level: int | None = None
    message: str
    witness: object = None

    def __str__(self) -> str:
        where = self.row if self.level is None else f"{self.row}, level {self.level}"
        return f"{where}: {self.message}"


def lint_escalation(
    matrix: EscalationMatrix,
    *,
    slas: Sequence[SlaDefinition | SlaPolicy] = (),
    start: datetime,
    end: datetime,
) -> tuple[EscalationFinding, ...]:
    """Return what in a matrix cannot work as it was meant.

    Args:
        matrix: The matrix.
        slas: The definitions and policies whose clocks it speaks of.
        start: From when on coverage is looked at.
        end: Until when.

    Returns:
        The findings, in the order of rows and levels; none where all is well.

    >>> from datetime import UTC
    >>> matrix = EscalationMatrix(
    ...     "m", [EscalationRow("r", [EscalationLevel(OnClock("ola", 1), "x")])]
    ... )
    >>> begin = datetime(2026, 6, 1, tzinfo=UTC)
    >>> [finding.code for finding in lint_escalation(matrix, start=begin, end=begin)]
    ['level_never_fires']
    """
    span = Interval(as_utc(start, "start"), as_utc(end, "end"))
    found: list[EscalationFinding] = []
    for number, row in enumerate(matrix.rows):
        found.extend(_row_findings(matrix, number, row))
        for index, level in enumerate(row.levels):
            found.extend(_level_findings(row, index, level, slas, span))
    return tuple(found)


def _row_findings(
    matrix: EscalationMatrix, number: int, row: EscalationRow
) -> Iterator[EscalationFinding]:
    for earlier in matrix.rows[:number]:
        if implies(row.when, earlier.when).is_yes:
            yield EscalationFinding(
                code="row_never_applies",
                row=row.name,
                message=f"every record that it is for is taken by the row {earlier.name!r} before",
                witness=str(earlier.when),
            )
            return


def _level_findings(
    row: EscalationRow,
    index: int,
    level: EscalationLevel,
    slas: Sequence[SlaDefinition | SlaPolicy],
    span: Interval,
) -> Iterator[EscalationFinding]:
    trigger = level.trigger
    if isinstance(trigger, OnClock):
        yield from _clock_findings(row, index, trigger, slas)
    if isinstance(trigger, After) and trigger.since in _MOVED_BY_DELIVERY:
        yield EscalationFinding(
            code="loop",
            row=row.name,
            level=index,
            message=f"noting its delivery moves {trigger.since}, from which it counts again",
            witness=trigger.since,
        )
    if isinstance(trigger, Held) and trigger.condition.fields & set(_MOVED_BY_DELIVERY):
        yield EscalationFinding(
            code="loop",
            row=row.name,
            level=index,
            message="its condition reads what noting its delivery changes",
            witness=str(trigger.condition),
        )
    before = row.levels[index - 1].trigger if index else None
    if (
        isinstance(trigger, After)
        and isinstance(before, After)
        and trigger.since == before.since
        and trigger.calendar == before.calendar
        and trigger.delay < before.delay
    ):
        yield EscalationFinding(
            code="out_of_order",
            row=row.name,
            level=index,
            message=f"falls due after {trigger.delay}, before the level above it",
            witness=(trigger.delay, before.delay),
        )
    if level.during is not None and not _opens(level, span.start):
        yield EscalationFinding(
            code="level_never_fires",
            row=row.name,
            level=index,
            message="its contact hours never open again",
            witness=span.start,
        )
    if all(target.schedule is not None for target in level.targets):
        gaps = [set(_gaps(level, place, span)) for place in range(len(level.targets))]
        common = _first_common(gaps)
        if common is not None:
            yield EscalationFinding(
                code="nobody_to_tell",
                row=row.name,
                level=index,
                message=f"nobody is on call at {common.isoformat()}",
                witness=common,
            )


def _gaps(level: EscalationLevel, place: int, span: Interval) -> Iterator[Interval]:
    schedule = level.targets[place].schedule
    if schedule is not None:
        yield from coverage_gaps(schedule, start=span.start, end=span.end)


def _first_common(gaps: list[set[Interval]]) -> datetime | None:
    """Return the first instant that lies in a gap of every schedule."""
    starts = sorted({gap.start for some in gaps for gap in some})
    for at in starts:
        if all(any(gap.start <= at < gap.end for gap in some) for some in gaps):
            return at
    return None


def _opens(level: EscalationLevel, at: datetime) -> bool:
    try:
        return level.during is None or level.during.next_open(at) >= at
    except UnreachableDeadlineError:
        return False


def _clock_findings(
    row: EscalationRow, index: int, trigger: OnClock, slas: Sequence[SlaDefinition | SlaPolicy]
) -> Iterator[EscalationFinding]:
    definitions = [
        definition
        for rules in slas
        for definition in (rules.definitions if isinstance(rules, SlaPolicy) else (rules,))
        if trigger.clock in (definition.kind, definition.name)
    ]
    if not definitions:
        yield EscalationFinding(
            code="level_never_fires",
            row=row.name,
            level=index,
            message=f"no definition is of the kind or name {trigger.clock!r}",
            witness=trigger.clock,
        )
    point = trigger.point
    if isinstance(point, Threshold) and point.before_due is not None:
        for definition in definitions:
            target = definition.target
            if isinstance(target, timedelta) and point.before_due >= target:
                yield EscalationFinding(
                    code="due_at_once",
                    row=row.name,
                    level=index,
                    message=f"{point.before_due} before the due of {definition.name!r} is its "
                    "start, or before it",
                    witness=target,
                )
