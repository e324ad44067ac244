"""Compute exact bounds of a Poisson mean, to avoid conclusions from too few records."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

_ENOUGH: Final = 1e-17
_STEPS: Final = 60  # each halves the bracket: the last is finer than any count needs


def at_least(count: int, expected: float) -> float:
    """Return the probability of ``count`` or more events if ``expected`` are expected (Poisson)."""
    if count <= 0:
        return 1.0
    if expected <= 0:
        return 0.0
    # The regularized incomplete gamma function by its series, whose terms are all positive.
    total = term = 1.0
    step = count + 1.0
    while term > total * _ENOUGH:
        term *= expected / step
        total += term
        step += 1.0
    log = count * math.log(expected) - expected - math.lgamma(count + 1.0) + math.log(total)
    return min(1.0, math.exp(log))


def at_most(count: int, expected: float) -> float:
    """Return the probability of at most ``count`` events if ``expected`` are expected (Poisson)."""
    total = term = 1.0
    for step in range(count, 0, -1):
        term *= step / expected
        if term < total * _ENOUGH:
            break
        total += term
    return math.exp(
        count * math.log(expected) - expected - math.lgamma(count + 1.0) + math.log(total)
    )


def poisson_lower(count: int, risk: float) -> float:
    """Return the Poisson mean at which the probability of ``count`` or more events is ``risk``.

    Source: Garwood 1936, one-sided.
    """
    return _bisected(0.0, float(count), lambda mean: at_least(count, mean) < risk)[0]


def poisson_upper(count: int, risk: float) -> float:
    """Return the Poisson mean at which the probability of ``count`` or fewer events is ``risk``.

    Source: Garwood 1936, one-sided.
    """
    low, high = float(count), count + 10.0
    while at_most(count, high) > risk:
        low, high = high, 2 * high
    return _bisected(low, high, lambda mean: at_most(count, mean) > risk)[1]


def _bisected(low: float, high: float, is_below: Callable[[float], bool]) -> tuple[float, float]:
    """Return the bracket of the mean at which the result changes, as narrow as floats allow."""
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low, high


def poisson_bounds(count: int, confidence: float) -> tuple[float, float]:
    """Return the two-sided confidence interval of a Poisson mean, given a count.

    >>> from incidentcore.improvement.poisson import poisson_bounds
    >>> low, high = poisson_bounds(10, 0.95)
    >>> round(low, 4), round(high, 4)
    (4.7954, 18.3904)
    """
    risk = (1.0 - confidence) / 2
    return poisson_lower(count, risk), poisson_upper(count, risk)
