"""What every benchmark shares: the limit kernel, paired ratios, and the printed table."""

from __future__ import annotations

import gc
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from time import thread_time

__all__ = ["LimitKernel", "print_table", "ratio"]


class LimitKernel:
    """The least work that answers a business-time question: one bisect over ``timedelta`` edges.

    It checks and converts nothing, so it is the floor that a real calendar is measured against,
    not a calendar.

    Args:
        windows: Open windows as ``(start, end)`` in UTC, ascending and disjoint. They must cover
            every instant that is asked about.

    >>> day = datetime(2026, 6, 1, tzinfo=UTC)
    >>> nine, five = timedelta(hours=9), timedelta(hours=17)
    >>> kernel = LimitKernel([(day + nine, day + five), (day + 3 * nine, day + 3 * nine + nine)])
    >>> print(kernel.open_time(day, day + timedelta(hours=12)))
    3:00:00
    >>> print(kernel.deadline(day + timedelta(hours=16), timedelta(hours=1)))
    2026-06-01 17:00:00+00:00
    """

    __slots__ = ("_base", "_cumulative", "_edges", "_offsets", "_shifts")

    def __init__(self, windows: Iterable[tuple[datetime, datetime]]) -> None:
        pairs = list(windows)
        if not pairs:
            raise ValueError("a kernel needs at least one window")
        if any(instant.tzinfo is not UTC for pair in pairs for instant in pair):
            raise ValueError("windows must be in datetime.UTC")
        instants = [instant for pair in pairs for instant in pair]
        if any(later < earlier for earlier, later in pairwise(instants)):
            raise ValueError("windows must be ascending and disjoint")
        self._base = instants[0]
        self._edges = [instant - self._base for instant in instants]
        # After an even number of edges the clock is closed and the answer is the sum so far; after
        # an odd number it is open and the answer is an offset plus the position itself.
        self._offsets = [timedelta()]
        self._cumulative: list[timedelta] = []
        self._shifts: list[datetime] = []
        total = timedelta()
        for start, end in pairs:
            self._offsets.append(total - (start - self._base))
            total += end - start
            self._offsets.append(total)
            self._cumulative.append(total)
            self._shifts.append(end - total)

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time in ``[start, end)``; both are UTC."""
        base, edges, offsets = self._base, self._edges, self._offsets
        x = start - base
        i = bisect_right(edges, x)
        y = end - base
        j = bisect_right(edges, y)
        return (offsets[j] + y if j & 1 else offsets[j]) - (offsets[i] + x if i & 1 else offsets[i])

    def deadline(self, start: datetime, budget: timedelta) -> datetime:
        """Return the earliest instant at which the positive budget is spent; start is UTC."""
        x = start - self._base
        i = bisect_right(self._edges, x)
        total = (self._offsets[i] + x if i & 1 else self._offsets[i]) + budget
        return self._shifts[bisect_left(self._cumulative, total)] + total


def ratio(
    a: Callable[[], object],
    b: Callable[[], object],
    *,
    rounds: int = 31,
    number: int = 1,
    times: int = 1,
    clock: Callable[[], float] = thread_time,
) -> float:
    """Return how many times as long ``a`` takes as ``b``.

    Each round times both, one right after the other and first one then the other in front, so a
    slow moment of the machine hits both sides; the garbage collector rests meanwhile.

    Args:
        a: The side measured.
        b: The side it is measured against.
        rounds: How many paired rounds; the median of their ratios is returned.
        number: How often each side is called in one round.
        times: How often ``b`` is called for each call of ``a``. If ``a`` takes much longer, a few
            calls of ``b`` after it would mostly be timed while they fill the caches again.
        clock: What tells the time in seconds. Defaults to the time of this thread, without the
            turns of other processes, which the longer of two sides would get more of. A side that
            has threads or processes of its own needs ``time.perf_counter``.
    """
    for side in (a, b):
        side()  # lazy work of a first call is not what is compared
    ratios = []
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(rounds):
            if turn % 2:
                for_b, for_a = _time(b, number * times, clock), _time(a, number, clock)
            else:
                for_a, for_b = _time(a, number, clock), _time(b, number * times, clock)
            ratios.append(times * for_a / for_b)
    finally:
        if collecting:
            gc.enable()
    return median(ratios)


def _time(call: Callable[[], object], number: int, clock: Callable[[], float]) -> float:
    turns = range(number)
    began = clock()
    for _ in turns:
        call()
    return clock() - began


def print_table(title: str, rows: Iterable[tuple[str, float | str, str]]) -> None:
    """Print rows of (what, measured, target), numbers with two decimals.

    >>> print_table("Calendar", [("open_time / limit kernel", 1.234, "<= 1.3")])
    Calendar
      what                      measured  target
      open_time / limit kernel      1.23  <= 1.3
    """
    cells = [("what", "measured", "target")]
    cells += [
        (what, value if isinstance(value, str) else f"{value:,.2f}", target)
        for what, value, target in rows
    ]
    wide = [max(len(row[column]) for row in cells) for column in range(3)]
    print(title)
    for what, measured, target in cells:
        print(f"  {what:<{wide[0]}}  {measured:>{wide[1]}}  {target}".rstrip())
