"""How many records there are, or different values of a field."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.tickets import figure, incident

from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi import Count, Kpi


@pytest.mark.parametrize("total", [float("nan"), float("inf"), "many"])
def test_an_amount_is_a_finite_number(total: Any) -> None:
    """A cost that is no number cannot be divided by anything."""
    with pytest.raises(KpiDefinitionError, match="finite"):
        Count(amount=total)


def test_records_values_and_what_comes_to_each() -> None:
    """Three records of two callers: 3, 2, 1.5 for each caller, 10 EUR for each record."""
    records = [incident(number, caller=caller) for number, caller in enumerate("aab")]
    kpis = [
        Kpi(id="records", measure=Count()),
        Kpi(id="callers", measure=Count(distinct="caller")),
        Kpi(id="each", measure=Count(per="caller")),
        Kpi(id="cost", measure=Count(amount=30, unit="EUR")),
    ]

    values = [figure(kpi, records).value for kpi in kpis]

    assert values == [3, 2, 1.5, 10.0]
    assert [figure(kpi, []).value for kpi in kpis] == [0, 0, None, None]


@pytest.mark.parametrize(
    "wrong", [{"distinct": "caller", "per": "service"}, {"unit": "EUR"}, {"per": "a", "amount": 1}]
)
def test_one_thing_is_counted_in_its_unit(wrong: Any) -> None:
    """At most one of the three, and only an amount has a unit of its own."""
    with pytest.raises(KpiDefinitionError):
        Count(**wrong)
