"""How long is left, given how long it has lasted: the product limit with delayed entry.

A curve holds the cumulative hazard at each time with an end, and the terms of Greenwood's variance.
The chance to last beyond one time given another is then two bisections and one exponential. Times
with an end of all that is at risk have a hazard without limit and are counted apart.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import groupby
from math import exp, log, log1p
from typing import Final, NamedTuple

from incidentcore.kpi.engine import estimates

__all__ = ["HazardCurve", "Tail", "score_interval"]

_Z: Final = 1.959963984540054  # of a two-sided interval of 95 %


class Tail(NamedTuple):
    """The chance to last beyond a time, given another.

    Attributes:
        share: The chance.
        low: The lower end of its 95 % interval.
        high: The upper end.
        n: How many rows were at risk at the given time.
        censored: How many of these have no end.
    """

    share: float
    low: float
    high: float
    n: int
    censored: int


def score_interval(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share of an effective number of trials."""
    low, high = estimates.score_interval(share, n, _Z)
    return min(share, low), max(share, high)


class HazardCurve:
    """The product-limit estimate of rows that may have come under observation late.

    Args:
        entered: When each row came under observation; -1 for those seen from their beginning.
        left: When it ended or was last seen, in the same unit.
        ended: Whether it ended then.

    Source: Kaplan and Meier 1958, Greenwood 1926; an end comes before a censoring at the same time.
    """

    def __init__(self, entered: Sequence[int], left: Sequence[int], ended: Sequence[bool]) -> None:
        self._entered, self._left = sorted(entered), sorted(left)
        rows = [
            (start, end) for start, end, seen in zip(entered, left, ended, strict=True) if not seen
        ]
        self._open = sorted(start for start, _ in rows), sorted(end for _, end in rows)
        self.times: list[int] = []
        self._hazard, self._variance = [0.0], [0.0]
        self._last: list[int] = []  # places in hazard after which nothing at risk is left
        total = spread = lost = 0.0  # Kahan's compensation keeps a million steps exact
        ends = sorted(end for end, seen in zip(left, ended, strict=True) if seen)
        for time, group in groupby(ends):
            events = sum(1 for _ in group)
            at_risk = bisect_left(self._entered, time) - bisect_left(self._left, time)
            self.times.append(time)
            if events >= at_risk:
                self._last.append(len(self.times))
            else:
                term = -log1p(-events / at_risk) - lost
                total, lost = (after := total + term), (after - total) - term
                spread += events / (at_risk * (at_risk - events))
            self._hazard.append(total)
            self._variance.append(spread)

    def at_risk(self, time: int) -> tuple[int, int]:
        """Return how many rows were seen beyond a time, and how many of them without an end."""
        entered, left = self._open
        return (
            bisect_right(self._entered, time) - bisect_right(self._left, time),
            bisect_right(entered, time) - bisect_right(left, time),
        )

    def share(self, since: int, until: int) -> float:
        """Return the chance to last beyond ``until``, given that it lasted beyond ``since``."""
        first, last = bisect_right(self.times, since), bisect_right(self.times, until)
        if bisect_right(self._last, last) > bisect_right(self._last, first):
            return 0.0
        return exp(self._hazard[first] - self._hazard[last])

    def tail(self, since: int, until: int) -> Tail:
        """Return the same with its interval, for at least one row at risk at ``since``."""
        n, censored = self.at_risk(since)
        share = self.share(since, until)
        first, last = bisect_right(self.times, since), bisect_right(self.times, until)
        spread = self._variance[last] - self._variance[first]
        if share in (0.0, 1.0):
            trials = float(n if share == 0.0 else max(1, min(n, self.at_risk(until)[0])))
        else:
            trials = (1 - share) / (share * spread)
        return Tail(share, *score_interval(share, trials), n, censored)

    def quantile(self, since: int, share: float) -> int | None:
        """Return the least time by which a share has ended of those that lasted beyond ``since``.

        None where the rows do not reach so far.
        """
        first = bisect_right(self.times, since)
        wanted = self._hazard[first] - log(1 - share)
        place = bisect_left(self._hazard, wanted - 1e-12, first + 1)
        later = bisect_right(self._last, first)
        if later < len(self._last):
            place = min(place, self._last[later])
        return self.times[place - 1] if place <= len(self.times) else None
