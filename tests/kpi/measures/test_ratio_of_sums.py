"""One sum divided by another."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.tickets import M, figure, incident, resolved

from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi import Count, Duration, FieldValue, Kpi, RatioOfSums

RECORDS = [incident(n, custom={"a": a, "b": b}) for n, (a, b) in enumerate([(1, 4), (2, 2)])]


def ratio(**how: Any) -> Kpi:
    above, below = FieldValue("custom.a"), FieldValue("custom.b")
    return Kpi(id="x", measure=RatioOfSums(**{"numerator": above, "denominator": below} | how))


def test_sums_are_divided_not_ratios_averaged() -> None:
    """1 of 4 and 2 of 2 are 3 of 6; what is left of them is the other half."""
    result = figure(ratio(of="b"), RECORDS)
    rest = figure(ratio(of="b", complement=True), RECORDS[:1])

    assert (result.value, result.numerator, result.denominator, result.of) == (0.5, 3, 6, "b")
    assert (rest.value, rest.numerator, rest.denominator) == (0.75, 3, 4)


def test_a_record_without_either_value_is_left_out() -> None:
    """And a sum of zero divides nothing."""
    without = incident(7, custom={"a": 1})
    zero = incident(8, custom={"a": 1, "b": 0})

    assert dict(figure(ratio(of="b"), [*RECORDS, without]).excluded) == {"no_value": 1}
    assert figure(ratio(of="b"), [zero]).value is None


def test_times_for_each_record_are_a_time() -> None:
    """10 and 20 minutes of two records: 15 for each."""
    kpi = ratio(numerator=Duration(), denominator=Count(), of="records", unit="duration")
    records = [resolved(incident(n), at) for n, at in enumerate([10, 20])]

    assert figure(kpi, records).value == 15 * M


def test_what_has_no_sum_is_refused() -> None:
    """A count of callers is not a sum over records."""
    with pytest.raises(KpiDefinitionError, match="a measure of values"):
        ratio(numerator=Count(distinct="caller"), of="b")
