"""The statistics, each exact from sorted whole numbers or fractions (rule K4).

A mean or quantile is a fraction until the very end; a duration is then rounded half to even to the
microsecond.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

_HALF: Final = Fraction(1, 2)
_CLOSE: Final = 1e-9
_RESAMPLES: Final = 999
_RESAMPLED_ONE_BY_ONE: Final = 2_000

_XMR: Final = Fraction(266, 100)  # 3 / d2 for moving ranges of two, d2 = 1.128


def mean(values: Sequence[int | Fraction]) -> Fraction:
    """Return the exact mean of at least one value."""
    return Fraction(sum(values)) / len(values)


def around(n: int, q: Fraction) -> tuple[int, Fraction]:
    """Return the last place of ascending values before a quantile, and the way to the next one."""
    place = q * (n - 1)
    below = math.floor(place)
    return below, place - below


def interpolate(ordered: Sequence[int | Fraction], q: Fraction) -> Fraction:
    """Return a quantile of ascending values by inclusive linear interpolation.

    The smallest value is quantile 0 and the greatest quantile 1, as in
    ``statistics.quantiles(method="inclusive")``.
    """
    below, beyond = around(len(ordered), q)
    low = Fraction(ordered[below])
    return low + (ordered[below + 1] - low) * beyond if beyond else low


def _steps(observations: Iterable[tuple[int, bool]]) -> Iterator[tuple[int, int, int, float]]:
    """Yield (time, events, at risk, logarithm of the estimate) for each time with an event.

    The logarithm is accurate to nine digits over a million steps, by Kahan's compensation; it is
    minus infinity after a step that leaves no record.
    """
    ordered = sorted(observations)
    at_risk = len(ordered)
    log = lost = 0.0
    for time, group in groupby(ordered, key=itemgetter(0)):
        events = total = 0
        for _, observed in group:
            total += 1
            events += observed
        if events == at_risk:
            yield time, events, at_risk, -math.inf
        elif events:
            term = math.log1p(-events / at_risk) - lost
            log, lost = (added := log + term), (added - log) - term
            yield time, events, at_risk, log
        at_risk -= total


def survival_interval(
    observations: Iterable[tuple[int, bool]], confidence: Fraction
) -> list[tuple[int, float, float, float, int]]:
    """Return the product-limit estimate as (time, share, low, high, number at risk).

    Observations are pairs of a time and whether the stop was seen; False if censored.

    Source: Kaplan and Meier 1958, with Greenwood's variance on the log-log scale, so that the
    interval stays within 0 and 1; rule K5.
    """
    seen = list(observations)
    z = _normal_quantile(confidence)
    rows = [(0, 1.0, 1.0, 1.0, len(seen))]
    variance = 0.0
    for time, events, at_risk, log in _steps(seen):
        if log == -math.inf:
            rows.append((time, 0.0, 0.0, 0.0, at_risk))
            break
        variance += events / (at_risk * (at_risk - events))
        width = z * math.sqrt(variance) / -log
        low, high = (math.exp(log * math.exp(sign * width)) for sign in (1, -1))
        rows.append((time, math.exp(log), low, high, at_risk))
    return rows


def _normal_quantile(confidence: Fraction) -> float:
    """Return the half-width of a two-sided interval in standard deviations."""
    from statistics import NormalDist  # noqa: PLC0415  slow to load, needed for intervals only

    return NormalDist().inv_cdf(0.5 + float(confidence) / 2)


def survival_median(observations: Iterable[tuple[int, bool]]) -> int | None:
    """Return the least time at which at most half have not reached the stop, or None if never.

    Observations are those of ``survival_interval``. Of one time, events come before censorings.
    """
    half = math.log(0.5)
    past: list[tuple[int, int]] = []
    for time, events, at_risk, log in _steps(observations):
        past.append((events, at_risk))
        if log < half - _CLOSE or (log <= half + _CLOSE and _product(past) <= _HALF):
            return time
    return None


def _product(past: Sequence[tuple[int, int]]) -> Fraction:
    """Return the exact product-limit estimate; it is computed only close to one half."""
    numerator = math.prod(at_risk - events for events, at_risk in past)
    return Fraction(numerator, math.prod(at_risk for _, at_risk in past))


def wilson(hits: int, n: int, confidence: Fraction) -> tuple[float, float]:
    """Return Wilson's score interval of a share, for at least one trial."""
    return score_interval(hits / n, n, _normal_quantile(confidence))


def score_interval(share: float, n: float, z: float) -> tuple[float, float]:
    """Return Wilson's interval of a share for an effective number of trials and a z-score.

    It holds the share and is within 0 and 1, also where rounding would lead beyond them.
    """
    square = z * z
    whole = 1 + square / n
    middle = (share + square / (2 * n)) / whole
    half = z * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / whole
    low, high = middle - half, middle + half
    # Forecasts ask often, and max and min would take twice as long.
    low, high = low if low < share else share, high if high > share else share  # noqa: FURB136
    return low if low > 0.0 else 0.0, high if high < 1.0 else 1.0  # noqa: FURB136


def bootstrap(
    ordered: Sequence[int | Fraction], q: Fraction | None, confidence: Fraction, seed: str
) -> tuple[Fraction, Fraction]:
    """Return a percentile bootstrap interval for a mean or quantile.

    A quantile's resampled order statistics are drawn from their own distribution (a beta), so its
    cost does not grow with the sample. A mean is resampled value by value up to 2,000 values; above
    that, the resampled mean is drawn from the normal distribution that it then follows. The same
    seed and values give the same interval. ``q`` is None for the mean.
    """
    from random import Random  # noqa: PLC0415  slow to load, needed for this interval only

    random, n = Random(seed), len(ordered)  # noqa: S311  resampling, nothing secret
    means: list[Fraction]
    if q is not None:
        means = [_resampled_quantile(ordered, q, random) for _ in range(_RESAMPLES)]
    elif n <= _RESAMPLED_ONE_BY_ONE:
        means = [mean(random.choices(ordered, k=n)) for _ in range(_RESAMPLES)]
    else:
        middle = mean(ordered)
        spread = math.sqrt(sum((value - middle) ** 2 for value in ordered) / n / n)
        means = [Fraction(random.gauss(float(middle), spread)) for _ in range(_RESAMPLES)]
    means.sort()
    tail = (1 - confidence) / 2
    return interpolate(means, tail), interpolate(means, 1 - tail)


def _resampled_quantile(ordered: Sequence[int | Fraction], q: Fraction, random: Random) -> Fraction:
    n = len(ordered)
    below, beyond = around(n, q)
    at = random.betavariate(below + 1, n - below)
    low = ordered[min(int(at * n), n - 1)]
    if not beyond:
        return Fraction(low)
    at += (1 - at) * random.betavariate(1, n - below - 1)
    high = ordered[min(int(at * n), n - 1)]
    return low + (high - low) * beyond


def control_limits(values: Sequence[float | int | Fraction]) -> tuple[float, float, float] | None:
    """Return the mean of values in time order, and the limits below and above it.

    A value outside the limits is a signal. The result is None for fewer than two values.

    Source: the XmR chart (Shewhart, Wheeler): the mean ± 2.66 times the mean moving range.
    """
    if len(values) < 2:
        return None
    exact = [Fraction(value) for value in values]
    center = mean(exact)
    ranges = [abs(after - before) for before, after in pairwise(exact)]
    reach = _XMR * mean(ranges)
    return float(center), float(center - reach), float(center + reach)
