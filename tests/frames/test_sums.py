"""Many times at once are what they are one by one."""

from __future__ import annotations

import pickle

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.kpi import Statistic, catalogue, quantile
from incidentcore.kpi.engine.accumulators import Keyed, Ratio, Sample, SketchedSample, Tally
from incidentcore.kpi.engine.results import places_read, sample_figure
from incidentcore.kpi.engine.sketch import octave_edges
from incidentcore.kpi.statistic import MAX, MEAN, MEDIAN, MIN, SUM, SURVIVAL_MEDIAN

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


def test_a_sketch_has_each_value_at_an_edge_in_its_bucket() -> None:
    """The values at all edges of buckets and beside them, as far as floats are exact."""
    edges = [-(-edge >> 53 - octave) for octave in range(53) for edge in octave_edges()]
    near = {edge + step for edge in edges for step in (-1, 0, 1)}
    many, single = (SketchedSample(scaled=False, survival=False) for _ in range(2))
    sums.add_values(many, [np.array([value for value in near if value < 1 << 53])])
    for value in near:
        if value < 1 << 53:
            single.add(value)
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
            sums.add_values(part, [np.array([value]) for value in values])
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


@pytest.mark.parametrize("far", [5, 256, 70_000])
def test_durations_are_cut_by_key(far: int) -> None:
    """Few keys, many keys and keys of more than two bytes; pieces may be empty."""
    values = sums.Values()
    wide = 1 << 61
    values.put(np.array([wide, -wide, 5], np.int64), np.array([3, 3, 0]))
    values.put(np.array([], np.int64), np.array([], int))
    values.put(np.array([7, -wide], np.int64), np.array([3, far]))
    found = [(key, np.concatenate(pieces).tolist()) for key, pieces in values.by_key()]
    assert found == [(0, [5]), (3, [wide, -wide, 7]), (far, [-wide])]
    assert not list(values.by_key())


QUANTILES = (0, 0.25, 0.5, 0.9, 0.95, 1)


@given(st.lists(st.integers(-3, 3) | st.integers(-(1 << 61), 1 << 61), min_size=1), st.data())
def test_a_sample_is_read_at_any_place(values: list[int], data: st.DataObject) -> None:
    """Whatever was put in its place before: alone, merged, loaded again and continued."""
    told = data.draw(st.lists(st.sampled_from([MEAN, MIN, MAX, *map(quantile, QUANTILES)])))
    sample, merged = Sample(times=True), Sample(times=True)
    sums.add_values(sample, [np.array(values)], told)
    merged.merge(sample)
    again = pickle.loads(pickle.dumps(sample))  # noqa: S301  our own
    for one, more in ((sample, []), (merged, [0]), (again, []), (again, [5, 4]), (sample, [-1])):
        for value in more:
            one.add(value)
        expected = sorted([*values, *more])
        assert [one[place] for place in range(len(one))] == expected
        for statistic in told:
            kpi = evolve(catalogue.MEAN_TIME_TO_RESOLVE, statistic=statistic)
            plain = Sample(times=True)
            plain.values.extend(reversed(expected))
            assert sample_figure(kpi, one) == sample_figure(kpi, plain)


@given(st.integers(1, 4), st.integers(1, 3_000), st.integers(0, 1 << 32))
def test_of_many_values_those_at_the_places_are_found(power: int, n: int, seed: int) -> None:
    """Also with ties, and where most values lie close together and few far away."""
    values = np.random.default_rng(seed).integers(0, 1 << 9, n) ** power
    sample = Sample(times=True)
    sums.add_values(sample, [values], map(quantile, QUANTILES))
    found, ordered = sample.known[1], sorted(values.tolist())
    assert found == {place: ordered[place] for place in found}
    assert {0, n - 1, (n - 1) // 2} <= set(found)


@pytest.mark.parametrize(
    ("statistics", "expected"),
    [
        ([MEAN, SUM], set()),
        ([MIN], {0}),
        ([MAX, MEAN], {8}),
        ([quantile(0.5)], {4}),
        ([quantile(0.9), MEDIAN], {4, 7, 8}),  # 0.9 * 8 = 7.2
        ([quantile(0), quantile(1)], {0, 8}),
        ([None, SURVIVAL_MEDIAN], set()),
    ],
)
def test_where_statistics_read_nine_values(
    statistics: list[Statistic | None], expected: set[int]
) -> None:
    """A quantile reads one value, or the two it lies between; a mean reads only the sum."""
    assert places_read(statistics, 9) == expected


def test_a_sum_that_is_behind_is_not_carried_on() -> None:
    """Values that came one by one after a sum are added by the next question for it."""
    sample = Sample(times=True)
    sums.add_values(sample, [np.array([1, 2])])
    assert sample.total() == 3
    sample.add(10)
    sums.add_values(sample, [np.array([30, 20])])
    assert sample.total() == 63
    assert list(sample.ordered()) == [1, 2, 10, 20, 30]
