"""Where an instant or a span of time lies: in a window, in one or more periods, or outside."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.instants import Interval
from incidentcore.kpi.periods import Periods

Window: TypeAlias = Interval | Periods | None


@attrs.frozen
class Windows(SharedRepr):
    """A window or periods, as of an instant; outside of ``within`` and after it nothing counts."""

    window: Window
    as_of: datetime
    periods: Periods | None = attrs.field(init=False)
    within: Interval | None = attrs.field(init=False)

    @periods.default
    def _periods(self) -> Periods | None:
        return self.window if isinstance(self.window, Periods) else None

    @within.default
    def _within(self) -> Interval | None:
        return self.window if self.periods is None else self.periods.within  # type: ignore[return-value]

    def period(self, at: datetime | None) -> tuple[str | None] | None:
        """Return the period's name for an instant, as a tuple of one; None if it is outside."""
        within, periods = self.within, self.periods
        if at is None or at > self.as_of:
            return None
        if within is not None and not within.start <= at < within.end:
            return None
        return (None,) if periods is None else (periods.label(at),)

    def touched(self, start: datetime, stop: datetime) -> list[str | None]:
        """Return the names of the periods that a span of time overlaps."""
        within, periods = self.within, self.periods
        if within is not None:
            before = stop <= within.start and start < within.start
            if before or start >= within.end or not within:
                return []
            start, stop = max(start, within.start), min(stop, within.end)
        if periods is None:
            return [None]
        labels: list[str | None] = [(label := periods.label(start))]
        while (end := periods.interval(label).end) < stop:
            label = periods.label(end)
            labels.append(label)
        return labels
