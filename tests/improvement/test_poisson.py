"""Poisson's bounds against the published table, a plain sum, and another library."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.improvement.poisson import (
    at_least,
    poisson_bounds,
    poisson_lower,
    poisson_upper,
)

# Exact limits of a Poisson mean at 95 %, two-sided (Garwood 1936; printed in many textbooks).
TABLE = {
    0: (0.0, 3.6889),
    1: (0.0253, 5.5716),
    2: (0.2422, 7.2247),
    5: (1.6235, 11.6683),
    10: (4.7954, 18.3904),
    20: (12.2165, 30.8884),
    50: (37.1110, 65.9188),
    100: (81.3640, 121.6268),
}


@pytest.mark.parametrize(("count", "limits"), TABLE.items())
def test_limits_are_those_of_the_table(count: int, limits: tuple[float, float]) -> None:
    """The two-sided limits at 95 % are the published ones to four digits."""
    assert poisson_bounds(count, 0.95) == pytest.approx(limits, abs=6e-5)


@given(st.integers(0, 60), st.floats(0.001, 60))
def test_the_tail_is_one_minus_the_plain_sum(count: int, mean: float) -> None:
    """So many or more is what is left of one after the probabilities of fewer."""
    fewer = math.fsum(
        math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count)
    )
    assert at_least(count, mean) == pytest.approx(1 - fewer, abs=1e-10)


@given(st.integers(1, 3000), st.floats(1e-9, 0.2))
def test_a_bound_has_just_its_risk(count: int, risk: float) -> None:
    """At the lower bound, so many or more have the probability asked for; the bound is below."""
    bound = poisson_lower(count, risk)
    assert 0 < bound < count
    assert at_least(count, bound) == pytest.approx(risk, rel=1e-5)
    assert poisson_lower(count + 1, risk) > bound
    assert poisson_upper(count, risk) > count


def test_bounds_are_those_of_another_library() -> None:
    """The bounds are chi-squared quantiles, also at tiny risks and great counts."""
    stats = pytest.importorskip("scipy.stats", reason="needs the extra 'check'")
    for count in (1, 3, 17, 400, 25_000):
        for risk in (0.05, 1e-5, 1e-8):
            assert poisson_lower(count, risk) == pytest.approx(
                stats.chi2.ppf(risk, 2 * count) / 2, rel=1e-6
            )
            assert poisson_upper(count, risk) == pytest.approx(
                stats.chi2.isf(risk, 2 * count + 2) / 2, rel=1e-6
            )


def test_nothing_is_certain_to_be_at_least_nothing() -> None:
    """The ends: none or more is certain; one where none can come is impossible."""
    assert at_least(0, 0.0) == 1.0
    assert at_least(1, 0.0) == 0.0
    assert poisson_lower(0, 0.05) == 0.0
