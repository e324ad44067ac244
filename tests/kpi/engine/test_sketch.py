"""Sketches: near the exact value, with signs and sums."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.kpi.engine.estimates import (
    interpolate,
)
from incidentcore.kpi.engine.sketch import Sketch


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=60), st.integers(0, 100))
def test_a_sketch_interpolates_between_values_within_one_per_cent(
    values: list[int], percent: int
) -> None:
    """Each of the two neighbors is within one per cent, so what lies between them is too."""
    sketch = Sketch(scaled=False)
    for value in values:
        sketch.add(value)
    exact = interpolate(sorted(values), Fraction(percent, 100))

    near = interpolate(sketch.ordered(), Fraction(percent, 100))

    assert abs(near - exact) <= exact / 100


@given(st.lists(st.fractions(-1000, 1000), min_size=1, max_size=30))
def test_a_sketch_of_numbers_keeps_signs_and_sums(values: list[Fraction]) -> None:
    """Negative numbers are bucketed below zero; sum and ends are exact."""
    sketch = Sketch(scaled=True)
    for value in values:
        sketch.add(value)

    assert (sketch.total, sketch.least, sketch.greatest) == (sum(values), min(values), max(values))
    median = interpolate(sorted(values), Fraction(1, 2))
    reach = Fraction(1, 100) * max(map(abs, values)) + Fraction(1, 10**5)
    assert abs(interpolate(sketch.ordered(), Fraction(1, 2)) - median) <= reach
