"""What a cycle's spans are worth: elapsed time, due and breach, asked of its calendars (S2, S3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.schedule import Calendar
from incidentcore.sla.definition import CalendarBy
from incidentcore.sla.fold import COUNTING, RawCycle, Span
from incidentcore.sla.targets import resolve_target

__all__ = ["Figures", "figures", "first_instant_at"]

ZERO: Final = timedelta(0)


@attrs.frozen(kw_only=True)
class Figures:
    """The figures of one cycle as told at an instant.

    Attributes:
        target: The target as open time.
        elapsed: The open time that counted.
        due_at: See ``SlaStatus.due_at``.
        breached_at: See ``SlaStatus.breached_at``.
        due_if_resumed: See ``SlaStatus.due_at_if_resumed``.
        fixed_due: For a target relative to the start, the due that it named; None otherwise.
    """

    target: timedelta
    elapsed: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    due_if_resumed: datetime | None
    fixed_due: datetime | None


def figures(cycle: RawCycle, now: datetime) -> Figures:
    """Return the figures of a cycle; ``now`` is where a cycle that goes on is cut."""
    start = cycle.started_at
    target, named = resolve_target(cycle.definition.target, start, _calendar(cycle), cycle.facts)
    elapsed = ZERO
    due: datetime | None = None
    spent = ZERO  # elapsed at the start of the counting span in hand
    for span in cycle.spans:
        if span.kind != COUNTING:
            continue
        spent = elapsed
        elapsed += span.calendar.open_time(span.start, span.end)
        if due is None and elapsed >= target:
            due = span.calendar.deadline(span.start, target - spent)
    if named is not None:
        due = _relative_due(cycle.spans, named) if elapsed >= target else None
    end = cycle.ended_at or now
    if due is not None and due > end:
        due = None  # a named due, whose open time is spent before it comes
    breached_at = _last_instant_at(cycle.spans, target) if elapsed > target else None
    running = cycle.ended_at is None
    gone = cycle.outcome in ("canceled", "replaced")
    if due is not None:
        return Figures(
            target=target,
            elapsed=elapsed,
            due_at=None if gone else due,
            breached_at=breached_at,
            due_if_resumed=due if running else None,
            fixed_due=named,
        )
    ahead = _ahead(cycle, end, target - elapsed, named)
    return Figures(
        target=target,
        elapsed=elapsed,
        due_at=None if gone or cycle.outcome == "paused" else ahead,
        breached_at=breached_at,
        due_if_resumed=ahead if running else None,
        fixed_due=named,
    )


def _calendar(cycle: RawCycle) -> Calendar:
    calendar = cycle.definition.calendar
    return calendar.pick(dict(cycle.facts)) if isinstance(calendar, CalendarBy) else calendar


def _ahead(
    cycle: RawCycle,
    end: datetime,
    remaining: timedelta,
    named: datetime | None,
) -> datetime | None:
    """Return the due of a clock that counts from ``end`` on; None where none can be reached."""
    try:
        if named is not None:
            return _relative_due(cycle.spans, named)
        return cycle.calendar.deadline(end, max(remaining, ZERO))
    except UnreachableDeadlineError:
        return None


def _relative_due(spans: Sequence[Span], named: datetime) -> datetime:
    """Return a named due, later by the open time of what did not count before it (rule S6)."""
    due = named
    for span in spans:
        if span.kind != COUNTING and span.start < due:
            lost = span.calendar.open_time(span.start, span.end)
            if lost:
                due = max(due, span.calendar.deadline(due, lost))
    return due


def _last_instant_at(spans: Sequence[Span], point: timedelta) -> datetime | None:
    """Return the last instant at which ``elapsed == point``, None where it was never passed."""
    elapsed = ZERO
    for span in spans:
        if span.kind != COUNTING:
            continue
        counted = span.calendar.open_time(span.start, span.end)
        if elapsed + counted > point:
            return span.calendar.next_open(span.calendar.deadline(span.start, point - elapsed))
        elapsed += counted
    return None


def first_instant_at(spans: Sequence[Span], point: timedelta) -> datetime | None:
    """Return the first instant at which ``elapsed >= point``, None where it was not reached."""
    elapsed = ZERO
    for span in spans:
        if span.kind != COUNTING:
            continue
        counted = span.calendar.open_time(span.start, span.end)
        if elapsed + counted >= point:
            return span.calendar.deadline(span.start, point - elapsed)
        elapsed += counted
    return None
