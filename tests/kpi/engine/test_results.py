"""How gathered values become figures, exactly and from a sketch."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from tests.kpi.tickets import minute

from incidentcore.kpi import FieldValue, Kpi, catalogue, compute_kpis, gather_kpis, quantile
from incidentcore.kpi.catalogue import VOLUME
from incidentcore.kpi.engine.results import exact_number, places_read, share
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.kpi.statistic import MAX, MEAN, MEDIAN, MIN, SUM
from incidentcore.lifecycle import advance
from incidentcore.records import Incident

SOLVED = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incidents(*values: Any) -> list[Incident]:
    return [
        Incident.open(id=f"I{n}", title="x", at=minute(0), by="kim", custom={"n": value})
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize("mode", ["exact", "sketch"])
@pytest.mark.parametrize(("statistic", "value"), [(MIN, -2.5), (MAX, 1_000.0), (MEAN, 332.5)])
def test_extremes_are_exact_in_each_mode(mode: PartialMode, statistic: Any, value: float) -> None:
    """A sketch keeps the least, the greatest and the sum as they are."""
    kpi = Kpi(id="n", measure=FieldValue("custom.n"), statistic=statistic)
    table = compute_kpis([kpi], incidents(1_000, -2.5, 0), as_of=minute(1), mode=mode)
    assert table["n"].value == pytest.approx(value)
    assert compute_kpis([kpi], [], as_of=minute(1), mode=mode)["n"].value is None


@pytest.mark.parametrize("mode", ["exact", "sketch"])
def test_a_sum_is_exact_and_a_mean_is_a_float(mode: PartialMode) -> None:
    """No float is 2**53 + 1; the mean of 2 and 4 is 3.0, as of other numbers it has a fraction."""
    number = Kpi(id="n", measure=FieldValue("custom.n"), statistic=SUM)
    for values, total in (((2**53, 1), 2**53 + 1), ((2, 4), 6), ((2.5, 4), 6.5)):
        value = compute_kpis(number, incidents(*values), as_of=minute(1), mode=mode)["n"].value
        assert (value, type(value)) == (total, type(total))
    mean = number.replace(statistic=MEAN)
    value = compute_kpis(mean, incidents(2, 4), as_of=minute(1), mode=mode)["n"].value
    assert (value, type(value)) == (3.0, float)


def test_an_interval_of_many_sketched_values() -> None:
    """Without spread it is the value, also beyond 2,000, from where on it is drawn at once."""
    kpi = Kpi(id="n", measure=FieldValue("custom.n"), confidence=0.9)
    for count in (1, 2_001):
        table = compute_kpis([kpi], incidents(*[4] * count), as_of=minute(1), mode="sketch")
        row = table["n"]
        assert (row.value, row.low, row.high, row.n) == (4.0, 4.0, 4.0, count)


def test_the_interval_of_a_mean_is_that_of_a_mean() -> None:
    """Nine zeros and a thousand: the mean of 100 lies far above any median."""
    kpi = Kpi(id="n", measure=FieldValue("custom.n"), statistic=MEAN, confidence=0.9)
    row: Any = compute_kpis([kpi], incidents(*[0] * 9, 1_000), as_of=minute(1))["n"]
    assert row.low <= row.value == 100 <= row.high


def test_partials_are_equal_by_what_they_hold() -> None:
    """Not to anything else."""
    one, two, other = (
        gather_kpis([VOLUME], incidents(*[1] * count), as_of=minute(1)) for count in (2, 2, 3)
    )
    assert (one == two, hash(one) == hash(two)) == (True, True)
    assert (one == other, one == "volume") == (False, False)


@pytest.mark.parametrize("whole", [3, 10**17, Fraction(1, 3)])
def test_a_share_is_one_only_if_the_part_is_the_whole(whole: Any) -> None:
    """Nearly all of it is less than all, which a float would not say (T4)."""
    assert share(whole, whole) == 1.0
    assert 0.0 < share(Fraction(whole) - Fraction(1, 10**18), whole) < 1.0
    assert share(0, whole) == 0.0


def test_an_exact_number_is_whole_where_it_can_be() -> None:
    """An int stays one, however many digits it has."""
    numbers = [Fraction(6, 3), Fraction(1, 2), 10**30]
    found = [exact_number(one) for one in numbers]
    assert found == [2, 0.5, 10**30]
    assert [type(one) for one in found] == [int, float, int]


@pytest.mark.parametrize(
    ("statistic", "n", "places"),
    [
        (MIN, 5, {0}),
        (MAX, 5, {4}),
        (MEDIAN, 5, {2}),
        (MEDIAN, 4, {1, 2}),
        (MEAN, 5, set()),
        (None, 5, set()),
    ],
)
def test_the_values_that_a_statistic_reads_by_their_places(
    statistic: Any, n: int, places: set[int]
) -> None:
    """A frame sorts no more than these."""
    assert places_read([statistic], n) == places
    assert places_read([statistic, MIN], n) == {0, *places}


def test_a_sketched_survival_median_is_within_one_per_cent() -> None:
    """Resolved after one, two and five hours, and one that goes on: half are within two hours."""
    records = [
        advance(one, "resolve", at=minute(60 * hours), by="ada", **SOLVED)
        for one, hours in zip(incidents(1, 2, 3), (1, 2, 5), strict=True)
    ]
    kpi = catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE
    row = compute_kpis([kpi], [*records, *incidents(4)], as_of=minute(600), mode="sketch")[kpi.id]
    assert (row.n, row.approximate) == (4, True)
    assert row.value is not None
    assert abs(row.value / timedelta(hours=2) - 1) < 0.01


@pytest.mark.parametrize("mode", ["exact", "sketch"])
@pytest.mark.parametrize("statistic", [MEAN, MEDIAN, quantile(0.9)])
def test_means_and_quantiles_have_an_interval(statistic: Any, mode: PartialMode) -> None:
    """It holds the figure, and lies within the nine values, but for what a sketch rounds."""
    kpi = Kpi(id="n", measure=FieldValue("custom.n"), statistic=statistic, confidence=0.9)
    row: Any = compute_kpis([kpi], incidents(*range(1, 10)), as_of=minute(1), mode=mode)["n"]
    assert 0.99 <= row.low <= row.value <= row.high <= 9.1
