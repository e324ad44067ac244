"""Estimate the distribution of the time left, given the time so far: product limit, delayed entry.

The rows are durations of earlier cases. A curve is computed in one pass over the times at which
rows begin or cease to be observed. For each time, it has the cumulative hazard, the terms of
Greenwood's variance, and the number of rows at risk. The probability of lasting beyond one time,
given another, then takes two bisections and one exponential. Times at which all rows at risk end
have an infinite hazard and are counted separately.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import exp, log, log1p
from typing import Final

from incidentcore.kpi.engine.estimates import score_interval

_Z: Final = 1.959963984540054  # of a two-sided interval of 95 %


class HazardCurve:
    """The product-limit (Kaplan-Meier) estimate for cases that may be observed only later on.

    Args:
        entered: How old each case was when its observation began; -1 if observed from the start.
        left: How old it was when it ended or was last observed, in the same unit.
        ended: Whether it ended then.

    Source: Kaplan and Meier 1958, Greenwood 1926; an end comes before a censoring at the same time.
    """

    def __init__(self, entered: Sequence[int], left: Sequence[int], ended: Sequence[bool]) -> None:
        # One number for each thing that happened, so that plain integers are sorted: at one time
        # an end comes before a censoring, and both before a row that comes under observation.
        steps = [time * 8 + (0 if seen else 4) for time, seen in zip(left, ended, strict=True)]
        late = [(start, seen) for start, seen in zip(entered, ended, strict=True) if start >= 0]
        steps += [start * 8 + (6 if seen else 7) for start, seen in late]
        steps.sort()
        n = len(entered) - len(late)
        censored = n - sum(ended) + sum(seen for _, seen in late)
        self.times: list[int] = [step >> 3 for step in steps]
        self._last: list[int] = []  # places in hazard after which nothing at risk is left
        hazard, variance, at_risk, unended = [0.0], [0.0], [n], [censored]
        total = spread = lost = 0.0  # Kahan's compensation keeps a million steps exact
        for place, step in enumerate(steps, 1):
            kind = step & 7
            if kind > 5:
                n += 1
                censored += kind - 6
            else:
                if kind:
                    censored -= 1
                elif n > 1:
                    term = -log1p(-1 / n) - lost
                    total, lost = (after := total + term), (after - total) - term
                    spread += 1 / (n * (n - 1))
                else:
                    self._last.append(place)
                n -= 1
            hazard.append(total)
            variance.append(spread)
            at_risk.append(n)
            unended.append(censored)
        self._hazard, self._variance = hazard, variance
        self._at_risk, self._unended = at_risk, unended

    def at_risk(self, time: int) -> tuple[int, int]:
        """Return how many cases were at risk at a time, and how many of them have no known end."""
        place = bisect_right(self.times, time)
        return self._at_risk[place], self._unended[place]

    def share(self, since: int, until: int) -> float:
        """Return the probability of lasting beyond ``until``, given that ``since`` was exceeded."""
        return self._share(bisect_right(self.times, since), bisect_right(self.times, until))

    def _share(self, first: int, last: int) -> float:
        if self._last and bisect_right(self._last, last) > bisect_right(self._last, first):
            return 0.0
        return exp(self._hazard[first] - self._hazard[last])

    def tail(self, since: int, until: int) -> tuple[float, float, float, int]:
        """Return the result of ``share``, its 95 % interval, and the number at risk at ``since``.

        That must be one at least.
        """
        times = self.times
        first, last = bisect_right(times, since), bisect_right(times, until)
        n, share = self._at_risk[first], self._share(first, last)
        if share in (0.0, 1.0):
            trials = float(n if share == 0.0 else max(1, min(n, self._at_risk[last])))
        else:
            trials = (1 - share) / (share * (self._variance[last] - self._variance[first]))
        low, high = score_interval(share, trials, _Z)
        return share, low, high, n

    def quantile(self, since: int, share: float) -> int | None:
        """Return the time by which a share of the cases that outlasted ``since`` have ended.

        It is None if the cases do not last long enough to know.
        """
        first = bisect_right(self.times, since)
        wanted = self._hazard[first] - log(1 - share)
        place = bisect_left(self._hazard, wanted - 1e-12, first + 1)
        later = bisect_right(self._last, first)
        if later < len(self._last):
            place = min(place, self._last[later])
        return self.times[place - 1] if place <= len(self.times) else None
