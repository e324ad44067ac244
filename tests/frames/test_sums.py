"""Many times at once are what they are one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.kpi.engine.accumulators import Keyed, Ratio, Sample, SketchedSample, Tally

np = pytest.importorskip("numpy")
sums = pytest.importorskip("incidentcore.frames.sums")

# Around powers of two a float rounds up to the next octave.
times = st.integers(0, 1 << 61) | st.integers(0, 61).flatmap(
    lambda bits: st.integers(max((1 << bits) - 2, 0), (1 << bits) + 2)
)


@given(st.lists(st.tuples(times, st.integers(0, 3))), st.booleans())
def test_a_sketch_of_many_is_the_sketch_of_each(
    pairs: list[tuple[int, int]],
    survival: bool,  # noqa: FBT001
) -> None:
    """Buckets, sums, least and greatest agree for every group, also of censored times."""
    values = sums.Values()
    values.put(
        np.array([time for time, _ in pairs], np.int64), np.array([k for _, k in pairs], int)
    )
    found = dict(values.by_key())
    assert sorted(found) == sorted({key for _, key in pairs})
    for key, some in found.items():
        many = SketchedSample(scaled=False, survival=survival)
        single = SketchedSample(scaled=False, survival=survival)
        sums.add_values(many, some)
        for time, other in pairs:
            if other == key:
                single.add(time)
        assert many.contents() == single.contents()


@given(
    st.lists(st.tuples(st.lists(st.integers(-(1 << 61), 1 << 61)), st.booleans(), st.booleans()))
)
def test_a_sample_keeps_its_order_and_sum(parts: list[tuple[list[int], bool, bool]]) -> None:
    """Parts at once or one by one, and asked for the sum between, are the sum of all, in order."""
    whole, expected = Sample(times=True), []
    for values, at_once, ask in parts:
        part = Sample(times=True)
        if at_once and values:
            sums.add_values(part, np.array(sorted(values)))
        else:
            for value in values:
                part.add(value)
        assert not ask or part.total() == sum(values)
        whole.merge(part)
        expected += values
        assert not ask or whole.total() == sum(expected)
    assert list(whole.ordered()) == sorted(expected)
    assert whole.total() == sum(expected)


@pytest.mark.parametrize(
    ("empty", "outcome"),
    [
        (Tally, True),
        (Tally, False),
        (Ratio, (3, 4)),
        (Keyed, ("x", None)),
        (lambda: Sample(times=False), 5),
        (lambda: SketchedSample(scaled=True, survival=False), 5),
        (lambda: SketchedSample(scaled=False, survival=True), 7),
    ],
)
def test_an_outcome_of_many_counts_so_often(empty: object, outcome: object) -> None:
    """Each accumulator holds what adding it one by one gives; a text counts as left out."""
    assert callable(empty)
    many, single = empty(), empty()
    sums.add_many(many, outcome, 3, empty)
    sums.add_many(many, "late", 2, empty)
    for _ in range(3):
        single.add(outcome)
    assert many.contents() == single.contents()
    assert many.excluded == {"late": 2}


def test_durations_over_a_wide_range_are_sorted_by_key() -> None:
    """Where key and duration do not fit into one number of 63 bits, the order is the same."""
    values = sums.Values()
    wide = 1 << 61
    values.put(np.array([wide, -wide, 5], np.int64), np.array([3, 3, 0]))
    values.put(np.array([], np.int64), np.array([], int))
    values.put(np.array([7, -wide], np.int64), np.array([3, 5]))
    found = {key: times.tolist() for key, times in values.by_key()}
    assert found == {0: [5], 3: [-wide, 7, wide], 5: [-wide]}


def test_a_sum_that_is_behind_is_not_carried_on() -> None:
    """Values that came one by one after a sum are added by the next question for it."""
    sample = Sample(times=True)
    sums.add_values(sample, np.array([1, 2]))
    assert sample.total() == 3
    sample.add(10)
    sums.add_values(sample, np.array([20, 30]))
    assert sample.total() == 63
    assert list(sample.ordered()) == [1, 2, 10, 20, 30]
