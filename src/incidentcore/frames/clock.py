"""Compute the open time of a calendar for arrays of instants.

The edges are the instants at which the calendar opens or closes, in microseconds since 1970. As in
``schedule.index``, ``i = searchsorted(edges, x)`` is odd where the calendar is open, and the open
time since the range began is ``offsets[i]``, plus ``x`` where it is open. If all edges are
multiples of an interval, such as a quarter of an hour, a table with one row for each interval
replaces the search.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import numpy as np

from incidentcore.frames.native import MISSING, Ints
from incidentcore.instants import EARLIEST, LATEST
from incidentcore.kpi.engine.accumulators import at_instant, instant
from incidentcore.schedule import Calendar
from incidentcore.schedule.civil import BASE
from incidentcore.schedule.engine import Engine
from incidentcore.schedule.index import HORIZON

CHUNK: Final = 1 << 15
"""How many rows are processed at a time, so that intermediate values fit in the processor's cache.
"""

HORIZON_US: Final = HORIZON // timedelta(microseconds=1)
_GRID: Final = 300_000_000  # five minutes
_SLOTS: Final = 1 << 22
_FIRST, _LAST = instant(EARLIEST), instant(LATEST)


def range_of(*columns: Ints) -> tuple[int, int]:
    """Return the earliest and the latest instant in several columns, ignoring missing ones."""
    least, greatest = _LAST, _FIRST
    for column in columns:
        for place in range(0, len(column), CHUNK):
            piece = column[place : place + CHUNK]
            # One less than a missing instant is the greatest number, so it is not the least here.
            least = min(least, int((piece - 1).min()) + 1)
            greatest = max(greatest, int(piece.max()))
    return (least, greatest) if least <= greatest else (0, 0)


class Clock:
    """The open windows of a calendar between two instants, as arrays.

    Where ``rows`` says that many instants will be asked about, a table is made to look them up in.
    """

    def __init__(self, calendar: Calendar, low: int, high: int, *, rows: int = 0) -> None:
        self.low: int = max(low, _FIRST)
        self.high: int = min(max(high, self.low) + 1, _LAST)
        first, last = at_instant(self.low), at_instant(self.high)
        if isinstance(calendar, Engine):
            parts = calendar._open_parts(first - BASE, last - BASE)  # noqa: SLF001  its own index
            edges = np.array(parts, "m8[us]").ravel().view(np.int64) + instant(BASE)
        else:
            pairs = [(instant(w.start), instant(w.end)) for w in calendar.windows(first, last)]
            edges = np.array(pairs, np.int64).ravel()
        self.edges: Ints = edges
        opens, closes = edges[::2], edges[1::2]
        self.totals: Ints = np.cumsum(closes - opens)
        before = self.totals - (closes - opens)
        self.offsets: Ints = np.zeros(len(edges) + 1, np.int64)
        self.offsets[1::2] = before - opens
        self.offsets[2::2] = self.totals
        self._tabulate(rows)

    def _tabulate(self, rows: int) -> None:
        """Make the table of slots if the edges lie on a grid and there are enough rows."""
        self.slot: int = 0
        edges = self.edges
        if not rows or not len(edges):
            return
        inner = edges[(edges > self.low) & (edges < self.high)]  # the range may cut a window
        slot = int(np.gcd.reduce(np.diff(inner))) if len(inner) > 1 else 0
        if slot < _GRID or (self.high - self.low) // slot > min(_SLOTS, max(rows, 1 << 16)):
            return
        self.base: int = int(inner[0]) - -(-(int(inner[0]) - self.low) // slot) * slot
        starts = np.arange(self.base, self.high + 1, slot)
        starts[0] = max(starts[0], self.low)
        place = np.searchsorted(edges, starts, "right")
        self.shift: Ints = self.offsets[place]
        self.mask: Ints = -(place & 1)
        self.slot = slot

    def spent(self, at: Ints) -> Ints:
        """Return the open time from ``low`` to each instant, in microseconds.

        For an instant before ``low`` it is zero.
        """
        if self.slot:
            at = np.maximum(at, self.low)
            place = (at - self.base) // self.slot
            at &= self.mask.take(place)
            at += self.shift.take(place)
            return at
        place = np.searchsorted(self.edges, at, "right")
        total = self.offsets.take(place)
        place &= 1
        place *= at
        total += place
        return total

    def is_open(self, at: Ints) -> Ints:
        """Return 1 for each instant at which the calendar is open, otherwise 0."""
        return np.searchsorted(self.edges, at, "right") & 1

    def due(self, at: Ints, budget: Ints) -> Ints:
        """Return when positive budgets of open time are spent; MISSING if after ``high``."""
        target = self.spent(at) + budget
        place = np.searchsorted(self.totals, target, "left")
        shifts = np.append(self.edges[1::2] - self.totals, MISSING)
        found = shifts.take(place)
        return np.where(place < len(self.totals), found + target, MISSING)
