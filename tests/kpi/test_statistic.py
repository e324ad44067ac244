"""Statistics of a few values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.kpi.test_field_cases import M, at, inc, one, resolve

from incidentcore.conditions import field
from incidentcore.errors import DefinitionError
from incidentcore.kpi import Availability, Count, Objective, catalogue, quantile
from incidentcore.kpi.statistic import MEAN, MEDIAN
from incidentcore.sla import SlaThreshold


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


@pytest.mark.parametrize("number", ["1/0", "half", "nan", "inf"])
def test_what_is_no_number_is_refused_in_words(number: Any) -> None:
    """A fraction of zero parts too, wherever a number is taken as it is written."""
    weighed = [(field("state.open").is_true(), number)]
    volume = catalogue.VOLUME
    makers: list[Callable[[], object]] = [
        lambda: quantile(number),
        lambda: Objective(at_least=number),
        lambda: volume.replace(confidence=number),
        lambda: Count(amount=number),
        lambda: Availability(weights=weighed),
        lambda: SlaThreshold(name="x", fraction=number),
    ]
    for make in makers:
        with pytest.raises(DefinitionError, match="allowed"):
            make()


@pytest.mark.parametrize("number", [2, "-0.1", 95])
def test_a_quantile_beyond_one_is_refused_as_it_was_given(number: Any) -> None:
    """The error shows the number that was given, not a fraction made of it."""
    with pytest.raises(DefinitionError) as caught:
        quantile(number)
    assert str(caught.value) == f"q: got {number!r}; allowed: a number from 0 to 1"
