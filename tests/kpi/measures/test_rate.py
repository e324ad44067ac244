"""Rates among the records that pass a test."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kpi.engine.test_gather import figure, incident, resolved
from tests.kpi.tickets import minute

from incidentcore.conditions import field
from incidentcore.kpi import (
    AtMost,
    Duration,
    HasLink,
    Kpi,
    Rate,
)
from incidentcore.records import link


@pytest.mark.parametrize(
    ("among", "expected"),
    [
        (field("priority").missing(), (1, 2, {})),
        (HasLink("caused_by"), (1, 1, {"outside_denominator": 1})),
        (HasLink("caused_by", present=False), (0, 1, {"outside_denominator": 1})),
    ],
)
def test_a_rate_among_records_that_pass_a_test(among: Any, expected: tuple[Any, ...]) -> None:
    """One of two records was resolved in time, and it alone has a cause."""
    linked = link(incident(1), "caused_by", "P1", at=minute(1), by="ada")
    records = resolved(linked, 10), resolved(incident(2), 40)
    in_time = AtMost(Duration(), minute(15) - minute(0))
    kpi = Kpi(id="x", measure=Rate(numerator=in_time, denominator=among, of="some"))
    result = figure(kpi, *records)
    assert (result.numerator, result.denominator, dict(result.excluded)) == expected


def test_a_limit_of_what_a_record_lacks_is_outside_a_rate() -> None:
    """Unknown is neither in time nor among those that were: it counts in no denominator."""
    in_time = AtMost(Duration(), minute(15) - minute(0))
    kpi = Kpi(id="x", measure=Rate(numerator=in_time, denominator=in_time, of="some"))
    records = resolved(incident(1), 10), resolved(incident(2), 40), incident(3)
    result = figure(kpi, *records)
    assert (result.numerator, result.denominator) == (1, 1)
    assert sum(result.excluded.values()) == 2
