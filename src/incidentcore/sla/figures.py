"""What a cycle's spans are worth: elapsed time, due and breach, asked of its calendars (S2, S3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.sla.fold import COUNTING, REPLACED, RawCycle, Span
from incidentcore.sla.targets import resolve_target
from incidentcore.sla.terms import SlaThreshold

__all__ = ["Figures", "MICRO", "ZERO", "figures", "threshold_span"]

ZERO: Final = timedelta(0)
MICRO: Final = timedelta(microseconds=1)


@attrs.frozen(kw_only=True)
class Figures:
    """The figures of one cycle as told at an instant.

    Attributes:
        target: The target as open time.
        elapsed: The open time that counted.
        due_at: See ``SlaStatus.due_at``.
        breached_at: See ``SlaStatus.breached_at``.
        due_if_resumed: See ``SlaStatus.due_at_if_resumed``.
        spent_at: The due, where it has come; None while it lies ahead.
        fixed_due: For a target relative to the start, the due that it named; None otherwise.
    """

    target: timedelta
    elapsed: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    due_if_resumed: datetime | None
    spent_at: datetime | None
    fixed_due: datetime | None


def figures(cycle: RawCycle, now: datetime) -> Figures:
    """Return the figures of a cycle; ``now`` is where a cycle that goes on is cut."""
    target, named = resolve_target(
        cycle.definition.target, cycle.started_at, cycle.calendar, cycle.facts
    )
    elapsed = ZERO
    spent: datetime | None = None if target else cycle.started_at
    breached_at: datetime | None = None
    for span in cycle.spans:
        if span.kind != COUNTING:
            continue
        before = elapsed
        elapsed += span.calendar.open_time(span.start, span.end)
        if spent is None and elapsed >= target:
            spent = span.calendar.deadline(span.start, target - before)
        if breached_at is None and elapsed > target:
            breached_at = span.calendar.next_open(
                span.calendar.deadline(span.start, target - before)
            )
    end = cycle.ended_at or now
    goes_on = cycle.ended_at is None
    ahead: datetime | None = None
    try:
        if named is not None:
            spent = _named_due_if_come(cycle, named, end) or breached_at
            ahead = spent or named_due(cycle.spans, named)
        else:
            ahead = spent or cycle.calendar.deadline(end, target - elapsed)
    except UnreachableDeadlineError:
        pass
    gone = cycle.outcome in ("canceled", REPLACED)
    blank = gone or (spent is None and cycle.outcome == "paused")
    return Figures(
        target=target,
        elapsed=elapsed,
        due_at=None if blank else ahead,
        breached_at=breached_at,
        due_if_resumed=ahead if goes_on else None,
        spent_at=spent,
        fixed_due=named,
    )


def named_due(spans: Sequence[Span], named: datetime) -> datetime:
    """Return a named due, later by the open time of what did not count before it (rule S6)."""
    due = named
    for span in spans:
        if span.kind != COUNTING and span.start < due:
            lost = span.calendar.open_time(span.start, span.end)
            if lost:
                due = span.calendar.deadline(due, lost)
    return due


def _named_due_if_come(cycle: RawCycle, named: datetime, end: datetime) -> datetime | None:
    """Return a named due that has come by ``end``; a pause before it puts it off while it lasts."""
    spans = cycle.spans
    if spans and spans[-1].kind != COUNTING and cycle.outcome != "running":
        end = spans[-1].start
        spans = spans[:-1]
    due = named_due(spans, named)
    return due if due <= end else None


def threshold_span(
    cycle: RawCycle, known: Figures, threshold: SlaThreshold
) -> tuple[datetime, datetime] | None:
    """Return when a cycle's clock reached a threshold's point, and since when that was told.

    The two differ where a reopening made a gap count. A threshold through another calendar is told
    at its crossing here; what runs on from there is the caller's to add.
    """
    point = threshold.point(known.target)
    if not point:
        at = cycle.started_at if known.target or known.fixed_due is None else known.spent_at
        return None if at is None else (at, at)
    elapsed = ZERO
    for span in cycle.spans:
        if span.kind != COUNTING:
            continue
        counted = span.calendar.open_time(span.start, span.end)
        if elapsed + counted >= point:
            at = span.calendar.deadline(span.start, point - elapsed)
            return at, span.told_at or at
        elapsed += counted
    return None
