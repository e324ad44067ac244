"""When a point on a clock was first reached, in any cycle the record ever had (rules S8 and E1).

A status tells a clock as of now: a retroactive definition, or a reopening that counts the gap,
tells the past anew, and then a point that had been reached may be ahead again. Escalations cannot
be unsent, so they build on crossings, which never go away.
"""

from __future__ import annotations

from datetime import datetime

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions
from incidentcore.records import Record, Timeline
from incidentcore.sla.clock import OneClock, evaluate_sla, in_force
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.policy import ServiceLevel, SlaPolicy
from incidentcore.sla.reached import ClockPoint, Crossing

__all__ = ["crossings"]


def crossings(
    rules: OneClock | Versions[OneClock] | Versions[SlaDefinition] | Versions[SlaPolicy],
    record: Record | Timeline,
    point: ClockPoint,
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
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
        known_at: Use only what was recorded by this instant.

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
    >>> from incidentcore.sla.terms import SlaThreshold
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> promise = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    >>> warning = SlaThreshold(name="warning", fraction=0.75)
    >>> [
    ...     (crossing.cycle, crossing.at.isoformat())
    ...     for crossing in crossings(promise, incident, warning, now=nine + timedelta(days=1))
    ... ]
    [(1, '2026-06-01T12:00:00+00:00')]
    """
    chosen = in_force(rules, record)
    if isinstance(chosen, ServiceLevel):
        raise InvalidValueError("rules", chosen, "one clock; ask for each of its clocks")
    return evaluate_sla(chosen, record, now=now, known_at=known_at).crossings(point)
