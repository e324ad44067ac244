"""Statistics of a few values."""

from __future__ import annotations

from tests.kpi.test_field_cases import M, at, inc, one, resolve

from incidentcore.kpi import catalogue, quantile
from incidentcore.kpi.statistic import MEAN, MEDIAN


def test_ops_k1_a_median_of_four() -> None:
    """10, 20, 30 and 40 min: 25 min. apache/devlake#4217."""
    records = [resolve(inc(at(10), f"I{n}"), at(10) + n * 10 * M) for n in (1, 2, 3, 4)]
    assert one(catalogue.MEDIAN_TIME_TO_RESOLVE, records, at(20)).value == 25 * M


def test_a_statistic_is_named_by_its_kind() -> None:
    """A quantile says which one."""
    assert [str(one) for one in (MEAN, MEDIAN, quantile("0.9"), quantile(0.5))] == [
        "mean", "median", "quantile 0.9", "quantile 0.5",
    ]  # fmt: skip


def test_a_word_is_the_statistic() -> None:
    """A KPI takes the word of a statistic, and keeps the statistic."""
    median = catalogue.MEAN_TIME_TO_RESOLVE.replace(statistic="median")
    assert median.statistic == MEDIAN
    assert median == catalogue.MEAN_TIME_TO_RESOLVE.replace(statistic=MEDIAN)
