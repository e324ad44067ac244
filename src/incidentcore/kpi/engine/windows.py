"""Where an instant or a span of time lies: in a window, in one or more periods, or outside."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import attrs

from incidentcore.instants import Interval
from incidentcore.kpi.periods import Periods

__all__ = ["Window", "Windows"]

Window: TypeAlias = Interval | Periods | None


@attrs.frozen
class Windows:
    """A window or periods, as of an instant.

    Attributes:
        window: An ``Interval``, ``Periods``, or None for all time.
        as_of: The instant of the computation; nothing after it counts.
    """

    window: Window
    as_of: datetime

    @property
    def within(self) -> Interval | None:
        """Return the interval outside of which nothing counts."""
        return self.window.within if isinstance(self.window, Periods) else self.window

    def period(self, at: datetime | None) -> tuple[str | None] | None:
        """Return the period's name for an instant, as a tuple of one; None if it is outside."""
        within = self.within
        if at is None or at > self.as_of:
            return None
        if within is not None and not within.start <= at < within.end:
            return None
        return (self.window.label(at),) if isinstance(self.window, Periods) else (None,)

    def touched(self, start: datetime, stop: datetime) -> list[str | None]:
        """Return the names of the periods that a span of time overlaps."""
        within, window = self.within, self.window
        if within is not None:
            before = stop <= within.start and start < within.start
            if before or start >= within.end or not within:
                return []
            start, stop = max(start, within.start), min(stop, within.end)
        if not isinstance(window, Periods):
            return [None]
        labels: list[str | None] = [(label := window.label(start))]
        while (end := window.interval(label).end) < stop:
            label = window.label(end)
            labels.append(label)
        return labels
