"""Figures of a field of the record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.kpi.tickets import figure, incident, minute

from incidentcore.kpi import (
    FieldValue,
    Kpi,
    catalogue,
    compute_kpis,
)
from incidentcore.records import FieldsChanged, Incident
from incidentcore.values import FrozenMap


def test_surveys_costs_updates_and_alerts_are_the_callers_fields() -> None:
    """Numbers, also written as text, are read exactly; what is none is left out."""
    given: list[dict[str, Any]] = [
        {"satisfaction": 5, "survey_sent": True, "cost": 0.1, "alert_count": 8},
        {"satisfaction": "4", "survey_sent": True, "cost": "0.2", "alert_count": 2},
        {"satisfaction": 1, "survey_sent": True, "updates_due": 4, "updates_on_time": 3},
        {"satisfaction": "often", "survey_sent": False},
        {"survey_sent": True},
    ]
    records = [incident(n, custom=custom) for n, custom in enumerate(given)]
    cost = FrozenMap({"custom": FrozenMap({"cost": float("nan")})})  # as a history may hold it
    at = records[3].opened_at
    records[3] = records[3].with_event(FieldsChanged, at=at, by="ada", fields=cost)

    satisfied = figure(catalogue.SATISFACTION_RATE, records)
    assert (satisfied.numerator, satisfied.denominator) == (2, 3)
    assert dict(satisfied.excluded) == {"no_value": 1, "not_a_number": 1}
    assert figure(catalogue.MEAN_SATISFACTION, records).value == pytest.approx(10 / 3)
    assert figure(catalogue.SURVEY_RESPONSE_RATE, records).value == 3 / 4
    assert figure(catalogue.TOTAL_INCIDENT_COST, records).value == pytest.approx(0.3)
    assert figure(catalogue.MEAN_INCIDENT_COST, records).n == 2
    assert figure(catalogue.UPDATE_CADENCE_ADHERENCE, records).value == 3 / 4
    noise = figure(catalogue.NOISE_REDUCTION, records)
    assert (noise.value, noise.counted(among=True)) == (1 - 2 / 10, "8 of 10 alerts")
    assert figure(catalogue.cost_per_record(100, unit="EUR"), records).value == 20
    lifetimes = [incident(n, custom={"lifetime": timedelta(days=n)}) for n in (2, 4)]
    assert figure(catalogue.MEAN_TIME_TO_FAILURE, lifetimes).value == timedelta(days=3)


def test_a_sum_of_nothing_known_is_not_zero() -> None:
    """Where no cost is known there is no total: zero would say that it was free (K2)."""
    free, unknown = incident(1, custom={"cost": 0}), incident(2, custom={"cost": "?"})

    assert figure(catalogue.TOTAL_INCIDENT_COST, [unknown]).value is None
    assert figure(catalogue.TOTAL_INCIDENT_COST, [unknown], mode="sketch").value is None
    assert figure(catalogue.TOTAL_INCIDENT_COST, [free, unknown]).value == 0


def test_numbers_that_no_float_or_time_holds_are_left_out() -> None:
    """No value overflows: what is beyond all reason is counted as out of range."""
    given: list[dict[str, Any]] = [
        {"n": 10**400, "t": timedelta.max},
        {"n": "1e999", "t": timedelta(days=-1)},
        {"n": True, "t": timedelta(days=2)},
        {"n": "1e999999999", "t": None},
        {"n": 3, "t": None},
    ]
    records = [
        Incident.open(id=str(n), title="x", at=minute(0), by="kim", custom=custom)
        for n, custom in enumerate(given)
    ]
    kpis = [
        Kpi(id="n", measure=FieldValue("custom.n")),
        Kpi(id="t", measure=FieldValue("custom.t", "duration")),
    ]

    table = compute_kpis(kpis, records, as_of=minute(1))

    assert (table["n"].value, table["t"].value) == (3.0, timedelta(days=2))
    assert dict(table["n"].excluded) == {"not_a_number": 1, "out_of_range": 3}
    assert dict(table["t"].excluded) == {"negative": 1, "no_value": 2, "out_of_range": 1}


@pytest.mark.parametrize(
    ("spent", "reason"),
    [
        (timedelta(0), ""),
        (timedelta(microseconds=-1), "negative"),
        (timedelta(hours=5), ""),
        (timedelta.max, "out_of_range"),
        (None, "no_value"),
    ],
)
def test_a_time_of_ones_own_counts_from_zero(spent: timedelta | None, reason: str) -> None:
    kpi = Kpi(id="x", measure=FieldValue("custom.spent", unit="duration"))
    row = figure(kpi, [incident(custom={"spent": spent})])
    assert (row.value, dict(row.excluded)) == ((None, {reason: 1}) if reason else (spent, {}))
