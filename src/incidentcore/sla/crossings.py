"""When a point on a clock was first reached, in any cycle the record ever had (rules S8 and E1).

A status tells a clock as of now: a retroactive definition, or a reopening that counts the gap,
tells the past anew, and then a point that had been reached may be ahead again. Escalations cannot
be unsent, so they build on crossings, which never go away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record, Timeline
from incidentcore.sla.clock import OneClock, in_force, timeline_at
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.figures import MICRO, ZERO, Figures, figures, threshold_span
from incidentcore.sla.fold import RawCycle
from incidentcore.sla.policy import ServiceLevel, SlaPolicy
from incidentcore.sla.takeover import Edition, fold_clock
from incidentcore.sla.terms import Threshold

__all__ = ["ClockPoint", "Crossing", "crossings"]

ClockPoint: TypeAlias = Threshold | Literal["due", "breach"]

_FULL: Final = Threshold(name="due", fraction=1)


@attrs.frozen(order=True)
class Crossing:
    """A point on a clock that was reached.

    Attributes:
        cycle: The number of the cycle in which it was reached.
        at: The first instant at which an evaluation shows it reached, in UTC.
        definition: The definition that the cycle was judged by then.
    """

    cycle: int
    at: datetime
    definition: SlaDefinition = attrs.field(order=False)


def crossings(
    rules: OneClock | Versions[OneClock] | Versions[SlaDefinition] | Versions[SlaPolicy],
    record: Record | Timeline,
    point: ClockPoint,
    /,
    *,
    now: datetime,
    as_of: datetime | None = None,
) -> tuple[Crossing, ...]:
    """Return when a point was first reached in each cycle of a clock, whatever came after.

    Every cycle counts: the current one, those that were finished, canceled or replaced, and those
    that a definition no longer in force had, each as far as it was reached before its end. So for
    fixed rules and a fixed history the answer at an earlier instant is the answer at a later one
    without what was reached since: it only grows, and polling more often finds nothing else.

    Args:
        rules: A definition, a policy, or ``Versions`` of one.
        record: The record, or a timeline made by ``facts_timeline``.
        point: A threshold (rule S8), ``"due"`` for the due being reached, or ``"breach"`` for the
            target being exceeded, which is one microsecond of counted time later (rule S2). A
            threshold with a calendar of its own runs on after the cycle's end.
        now: The instant to tell it for.
        as_of: Use only what was recorded by this instant.

    Returns:
        At most one crossing for each cycle number, in ascending order of them. Where a reopening
        or another definition makes the past count, ``at`` is when that became known, not an
        instant in that past.

    Raises:
        InvalidValueError: The rules hold several clocks, or the point is none of these.

    Source: rules S4, S5, S8 and E1.

    >>> from datetime import UTC, timedelta
    >>> from incidentcore.records import Incident
    >>> from incidentcore.schedule import BusinessCalendar
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> promise = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    >>> warning = Threshold(name="warning", fraction=0.75)
    >>> [
    ...     (crossing.cycle, crossing.at.isoformat())
    ...     for crossing in crossings(promise, incident, warning, now=nine + timedelta(days=1))
    ... ]
    [(1, '2026-06-01T12:00:00+00:00')]
    """
    now = as_utc(now, "now")
    chosen = in_force(rules, record)
    if isinstance(chosen, ServiceLevel):
        raise InvalidValueError("rules", chosen, "one clock; ask for each of its clocks")
    if not isinstance(point, Threshold) and point not in ("due", "breach"):
        raise InvalidValueError("point", point, 'a Threshold, "due" or "breach"')
    timeline = timeline_at(record, now=now, as_of=as_of)
    if timeline is None:
        return ()
    editions: list[Edition] = []
    clock = fold_clock(chosen, timeline.base, timeline.moments, editions)
    since = editions[-1].until if editions else None
    first: dict[int, Crossing] = {}
    for edition in (*editions, Edition(since, now + MICRO, clock.cycles(now))):
        for cycle in edition.cycles:
            at = _shown_at(cycle, point, edition)
            known = first.get(cycle.number)
            if at is not None and (known is None or at < known.at):
                first[cycle.number] = Crossing(cycle.number, at, cycle.definition)
    return tuple(first[number] for number in sorted(first))


def _shown_at(cycle: RawCycle, point: ClockPoint, edition: Edition) -> datetime | None:
    """Return the first instant of an edition at which an evaluation shows a point as reached."""
    reached = _reached(cycle, figures(cycle, edition.until), point)
    if reached is None:
        return None
    at, told_at = reached
    shown = max(at, told_at) if edition.since is None else max(at, told_at, edition.since)
    return shown if shown < edition.until else None


def _reached(
    cycle: RawCycle, known: Figures, point: ClockPoint
) -> tuple[datetime, datetime] | None:
    """Return when a point was reached, and since when that is known."""
    if point == "breach":
        last = known.breached_at
        return None if last is None else (last + MICRO, _told_at(cycle, last + MICRO))
    if point == "due":
        due = known.spent_at
        return None if due is None else (due, _told_at(cycle, due))
    reached = threshold_span(cycle, known, point)
    if reached is None or point.calendar is None:
        return reached
    try:
        return point.calendar.deadline(reached[0], point.after_due or ZERO), reached[1]
    except UnreachableDeadlineError:
        return None


def _told_at(cycle: RawCycle, at: datetime) -> datetime:
    """Return since when an instant is known to have counted: later in a gap of a reopening."""
    for span in cycle.spans:
        if span.start < at <= span.end:  # what a span counts up to its end, it counts by then
            return span.told_at or at
    return at
