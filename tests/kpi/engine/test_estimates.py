"""Quantiles, medians of survival, intervals and control limits."""

from __future__ import annotations

import math
import statistics
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.kpi.engine import estimates
from incidentcore.kpi.engine.estimates import (
    bootstrap,
    control_limits,
    interpolate,
    mean,
    survival_interval,
    survival_median,
    wilson,
)

CONFIDENCE = Fraction(95, 100)
WHOLE = st.lists(st.integers(0, 10**12), min_size=1, max_size=60)


@given(WHOLE.filter(lambda values: len(values) > 1), st.integers(2, 20))
def test_quantiles_are_inclusive_and_linear(values: list[int], n: int) -> None:
    """The cut points are those of ``statistics.quantiles(method="inclusive")``, exactly."""
    exact = [Fraction(value) for value in sorted(values)]
    expected = statistics.quantiles(exact, n=n, method="inclusive")

    assert [interpolate(exact, Fraction(step, n)) for step in range(1, n)] == expected


@given(WHOLE)
def test_the_ends_are_the_least_and_the_greatest(values: list[int]) -> None:
    """Quantile 0 is the minimum, 1 the maximum; the mean is exact."""
    ordered = sorted(values)

    assert interpolate(ordered, Fraction(0)) == min(values)
    assert interpolate(ordered, Fraction(1)) == max(values)
    assert mean(values) == statistics.mean(map(Fraction, values))


def product_limit_median(observations: list[tuple[int, bool]]) -> int | None:
    """Return the median by the textbook's product, in fractions, time by time."""
    share = Fraction(1)
    for time in sorted({time for time, _ in observations}):
        at_risk = sum(other >= time for other, _ in observations)
        events = sum(other == time and seen for other, seen in observations)
        share *= 1 - Fraction(events, at_risk)
        if share <= Fraction(1, 2):
            return time
    return None


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40))
@example([(1, True), (2, True), (3, True), (4, True)])
@example([(1, True), (1, False), (2, True), (2, False)])
def test_the_survival_median_is_the_product_limits(observations: list[tuple[int, bool]]) -> None:
    """Logarithms decide nothing that the exact product would decide otherwise (K5)."""
    assert survival_median(observations) == product_limit_median(observations)


def test_without_censoring_the_curve_is_the_empirical_one() -> None:
    """Of four, three quarters, a half, a quarter and none remain."""
    curve = [row[:2] for row in survival_interval([(n, True) for n in (3, 1, 4, 2)], CONFIDENCE)]

    assert [time for time, _ in curve] == [0, 1, 2, 3, 4]
    assert [share for _, share in curve] == pytest.approx([1, 0.75, 0.5, 0.25, 0])


def test_the_interval_of_a_curve_follows_greenwood() -> None:
    """Of four, each step on the log-log scale; where none is left there is nothing to estimate."""
    z = 1.959963984540054
    rows = survival_interval([(3, True), (1, True), (5, False), (2, True)], Fraction(95, 100))

    assert [(time, at_risk) for time, *_, at_risk in rows] == [(0, 4), (1, 4), (2, 3), (3, 2)]
    assert [share for _, share, *_ in rows] == pytest.approx([1, 0.75, 0.5, 0.25])
    variance = 1 / (4 * 3) + 1 / (3 * 2) + 1 / (2 * 1)
    width = z * math.sqrt(variance) / -math.log(0.25)
    low, high = (0.25 ** math.exp(sign * width) for sign in (1, -1))
    assert rows[-1][2:4] == pytest.approx((low, high))

    ended = survival_interval([(1, True), (2, True), (9, False)][:2], Fraction(95, 100))
    assert ended[0] == (0, 1.0, 1.0, 1.0, 2)
    assert ended[-1] == (2, 0.0, 0.0, 0.0, 1)
    assert len(ended) == 3


def test_a_long_curve_keeps_its_digits() -> None:
    """After each of 50,000 resolutions the share is what remains of all: one pass, no drift."""
    n = 50_000

    rows = survival_interval(((time, True) for time in range(1, n + 1)), CONFIDENCE)
    curve = [row[:2] for row in rows]

    assert max(abs(share - (n - time) / n) for time, share in curve) < 1e-12
    assert curve[-1] == (n, 0.0)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Newcombe 1998, table I, method 3 (score without continuity correction)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    """The score interval at 95 per cent, to four digits."""
    found = wilson(hits, n, Fraction(95, 100))

    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize("q", [None, Fraction(1, 2), Fraction(9, 10)])
@pytest.mark.parametrize("n", [1, 2, 50, 3_000])
def test_the_bootstrap_is_seeded_and_holds_the_estimate(q: Fraction | None, n: int) -> None:
    """The same seed gives the same interval; it lies within the sample, around the estimate."""
    ordered = [step * step for step in range(n)]

    low, high = bootstrap(ordered, q, Fraction(95, 100), "seed")

    assert (low, high) == bootstrap(ordered, q, Fraction(95, 100), "seed")
    estimate = mean(ordered) if q is None else interpolate(ordered, q)
    assert ordered[0] <= low <= estimate <= high <= ordered[-1]


def test_a_bootstrap_of_the_median_has_its_known_width() -> None:
    """Of 1 to 1,000 the 95 per cent interval of the median is near 500.5 ± 31 (binomial)."""
    low, high = bootstrap(list(range(1, 1001)), Fraction(1, 2), Fraction(95, 100), "seed")

    assert 464 <= low <= 475
    assert 526 <= high <= 537


def test_control_limits_are_those_of_the_worked_example() -> None:
    """Mean 11.5, moving ranges 2, 1, 2: limits at 11.5 ± 2.66 times 5/3."""
    limits = control_limits([10, 12, 11, 13])

    assert limits == pytest.approx((11.5, 11.5 - 4.43333333, 11.5 + 4.43333333))
    assert control_limits([1]) is None


def test_a_share_just_above_one_half_is_not_half(monkeypatch: pytest.MonkeyPatch) -> None:
    """A billion of two billion and one have come: more than half have not, by half a billionth."""
    billion = 10**9
    whole = 2 * billion + 1
    steps = [
        (7, billion, whole, math.log((billion + 1) / whole)),
        (8, 1, billion + 1, math.log(billion / whole)),
    ]
    monkeypatch.setattr(estimates, "_steps", lambda _: steps)
    assert survival_median([]) == 8


def test_a_resampled_quantile_is_drawn_from_two_order_statistics() -> None:
    """Of four, the second is Beta(2, 3); the third lies Beta(1, 2) of the way from it to the end.

    A draw that rounds to 1 is the greatest value.
    """
    drawn: list[tuple[float, float]] = []

    def beta(one: float, two: float) -> float:
        drawn.append((one, two))
        return 1.0

    chance: Any = SimpleNamespace(betavariate=beta)
    assert estimates._resampled_quantile([1, 2, 3, 9], Fraction(1, 2), chance) == 9
    assert drawn == [(2, 3), (1, 2)]
    assert estimates._resampled_quantile([1, 2, 3, 9], Fraction(1, 3), chance) == 9
    assert drawn[2:] == [(2, 3)]
    draws = iter([0.5, 0.3])  # 0.5, then 0.3 of the rest: 0.65
    chance = SimpleNamespace(betavariate=lambda *_: next(draws))
    assert estimates._resampled_quantile([1, 2, 3, 9], Fraction(1, 2), chance) == 3


def test_a_bootstrap_of_a_mean_has_its_known_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 1 to 3,000 the 80 per cent interval of the mean is 1,500.5 ± 1.28 · 866 / √3,000."""
    low, high = bootstrap(list(range(1, 3_001)), None, Fraction(80, 100), "seed")
    assert 1_500.5 - low == pytest.approx(20.3, abs=1.5)
    assert high - 1_500.5 == pytest.approx(20.3, abs=1.5)
    # Value by value up to a size: the mean of four zeros and ones is a number of quarters.
    confidence = 1 - 2 * Fraction(25, 998)  # the 26th of 999 means, and not one between two
    for most, is_drawn in ((4, True), (3, False)):
        monkeypatch.setattr(estimates, "_RESAMPLED_ONE_BY_ONE", most)
        low, _ = bootstrap([0, 0, 1, 1], None, confidence, "seed")
        assert (low in {Fraction(n, 4) for n in range(5)}) is is_drawn


@pytest.mark.parametrize("n", [1, 5, 1000])
def test_an_interval_of_all_or_none_ends_there(n: int) -> None:
    """Exactly, whatever floats would give."""
    assert estimates.wilson(n, n, Fraction(95, 100))[1] == 1.0
    assert estimates.wilson(0, n, Fraction(95, 100))[0] == 0.0
    low, high = estimates.wilson(n, n + 1, Fraction(95, 100))
    assert 0.0 < low < n / (n + 1) < high < 1.0
