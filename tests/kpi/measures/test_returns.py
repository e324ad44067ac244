"""Records that come back to a group."""

from __future__ import annotations

import pytest
from tests.kpi.tickets import figure, incident, minute

from incidentcore.kpi import catalogue
from incidentcore.records import (
    assign,
)


def test_coming_back_to_a_group_is_ping_pong() -> None:
    """A, B, A comes back once; A, B, C never does."""
    desks = []
    for number, path in enumerate(["aba", "abc", "a"]):
        record = incident(number)
        for step, group in enumerate(path):
            record = assign(record, group=group, at=minute(step + 1), by="ada")
        desks.append(record)

    result = figure(catalogue.PING_PONG_RATE, desks)

    assert (result.numerator, result.denominator) == (1, 3)
    assert figure(catalogue.MEAN_REASSIGNMENTS, desks).value == pytest.approx(4 / 3)
