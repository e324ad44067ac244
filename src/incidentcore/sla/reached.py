"""When a point on a clock was first reached, in any telling of its life (rules S8 and E1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

import attrs

from incidentcore.errors import UnreachableDeadlineError
from incidentcore.sla.definition import SlaDefinition
from incidentcore.sla.figures import MICRO, ZERO, Figures, figures, threshold_span
from incidentcore.sla.fold import RawCycle
from incidentcore.sla.terms import SlaThreshold

__all__ = ["ClockPoint", "Crossing", "Edition", "first_reached"]

ClockPoint: TypeAlias = SlaThreshold | Literal["due", "breach"]


class Edition(NamedTuple):
    """How a clock's life was told until another definition took over.

    Attributes:
        since: When this telling began; None for the first.
        until: When another definition took over; for the one that holds, just after now.
        cycles: The cycles as they stood then.
        last: The figures of the last cycle, where they are known already.
    """

    since: datetime | None
    until: datetime
    cycles: tuple[RawCycle, ...]
    last: Figures | None = None


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


def first_reached(
    editions: Iterable[Edition], point: ClockPoint, *, of: str | None = None
) -> tuple[Crossing, ...]:
    """Return when a point was first reached in each cycle, in any of the tellings.

    Args:
        editions: The tellings in order.
        point: The point.
        of: Only cycles judged by a definition of this kind or name; of any unless told.
    """
    first: dict[int, Crossing] = {}
    for edition in editions:
        cycles: Sequence[RawCycle] = edition.cycles
        for cycle in cycles:
            definition = cycle.definition
            if of is not None and of not in (definition.kind, definition.name):
                continue
            told = edition.last if cycle is cycles[-1] else None
            at = _shown_at(cycle, point, edition, told)
            known = first.get(cycle.number)
            if at is not None and (known is None or at < known.at):
                first[cycle.number] = Crossing(cycle.number, at, definition)
    return tuple(first[number] for number in sorted(first))


def _shown_at(
    cycle: RawCycle, point: ClockPoint, edition: Edition, told: Figures | None
) -> datetime | None:
    """Return the first instant of an edition at which an evaluation shows a point as reached."""
    reached = _reached(cycle, told or figures(cycle, edition.until), point)
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
    if point.calendar is None and known.elapsed < point.point(known.target):
        return None  # no look at its spans is needed
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
