"""When a point on a clock was first reached, even if its history was recomputed (rules S8 and E1).

An ``Edition`` is a clock's history as it was computed until something changed the past: another
definition took over, or the clock's due date or start was changed. Escalations cannot be unsent, so
they use the first edition that shows a point as reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.sla.cycles import MICRO, Figures, RawCycle, figures, threshold_crossing
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.terms import SlaThreshold

ClockPoint: TypeAlias = SlaThreshold | Literal["due", "breach"]
"""A point on a clock: a threshold, ``due`` (at 100 %), or ``breach`` (beyond 100 %)."""


class Edition(NamedTuple):
    """A clock's history as it was computed until something changed the past."""

    since: datetime | None  # when this edition began; None for the first
    until: datetime  # when another edition replaced it; for the current one, just after now
    cycles: tuple[RawCycle, ...]  # as of that time
    last: Figures | None = None  # of the last cycle; None if not computed yet


@attrs.frozen(order=True)
class Crossing(SharedRepr):
    """The instant at which a cycle of a clock reached a point, such as a threshold.

    Attributes:
        cycle: The number of the cycle.
        at: The first instant at which an evaluation shows the point as reached, in UTC.
        definition: The definition that applied to the cycle at that time.
    """

    cycle: int
    at: datetime
    definition: SlaDefinition = attrs.field(order=False)


def first_crossings(
    editions: Iterable[Edition], point: ClockPoint, *, of: str | None = None
) -> tuple[Crossing, ...]:
    """Return when a point was first reached in each cycle, in any edition of its history.

    ``of`` limits the cycles to those under a definition of this kind or name.
    """
    first: dict[int, Crossing] = {}
    for edition in editions:
        for cycle in edition.cycles:
            definition = cycle.definition
            if of is not None and of not in (definition.kind, definition.name):
                continue
            known = edition.last if cycle is edition.cycles[-1] else None
            at = _shown_at(cycle, point, edition, known)
            if at is not None and cycle.number not in first:
                first[cycle.number] = Crossing(cycle.number, at, definition)
    return tuple(first[number] for number in sorted(first))


def _shown_at(
    cycle: RawCycle, point: ClockPoint, edition: Edition, known: Figures | None
) -> datetime | None:
    """Return the first instant of an edition at which an evaluation shows a point as reached."""
    reached = crossed(cycle, known or figures(cycle, edition.until), point)
    if reached is None:
        return None
    shown = max(*reached, cycle.known_from)
    if edition.since is not None:
        shown = max(shown, edition.since)
    return shown if shown < edition.until else None


def crossed(cycle: RawCycle, known: Figures, point: ClockPoint) -> tuple[datetime, datetime] | None:
    """Return when a point was reached, and when that became known."""
    if point == "breach":
        last = known.breached_at
        if last is None or last == cycle.judged_from:
            return None if last is None else (last, last)
        return last + MICRO, _known_at(cycle, last + MICRO)
    if point == "due":
        due = known.spent_at
        return None if due is None else (due, _known_at(cycle, due))
    if point.days is None and known.elapsed < point.point(known.target):
        return None  # its spans need not be read
    return threshold_crossing(cycle, known, point)


def _known_at(cycle: RawCycle, at: datetime) -> datetime:
    """Return when an instant became known to have counted: later if a reopening made it count."""
    for span in cycle.spans:
        if span.start < at <= span.end:  # what a span counts up to its end, it counts by then
            return span.shown_at or at
    return at
