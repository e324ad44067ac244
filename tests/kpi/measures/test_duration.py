"""Times between moments, by each way to read them; minutes from the opening, on paper."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.kpi.tickets import M, incident, minute, resolved

from incidentcore import acknowledge, advance
from incidentcore.errors import InvalidValueError
from incidentcore.kpi import Duration, FieldValue, Kpi, KpiResult, Rate, SameDay, compute_kpis
from incidentcore.kpi.statistic import MAX, MEAN, MIN, SURVIVAL_MEDIAN
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar


def figure(kpi: Kpi, *records: Incident) -> tuple[Any, dict[str, int]]:
    result: KpiResult = compute_kpis([kpi], records, as_of=minute(100))[kpi.id]
    return result.value, dict(result.excluded)


def reopened(at: float) -> Incident:
    return advance(resolved(incident(), 20), "reopen", at=minute(at), by="kim")


@pytest.mark.parametrize("canceled", ["exclude", "include"])
def test_an_acknowledgement_after_the_end_is_late(canceled: Any) -> None:
    """At the instant of the resolution it is in time, and so is one after a reopening."""
    kpi = Kpi(id="x", measure=Duration(stop="acknowledged_at"), canceled=canceled)
    cases: list[tuple[Incident, float, Any]] = [
        (resolved(incident(), 20), 30, "after_resolution"),
        (resolved(incident(), 20), 20, 20),
        (resolved(incident(), 20), 10, 10),
        (reopened(40), 30, "after_resolution"),
        (reopened(40), 50, 50),
        (incident(), 50, 50),
    ]
    for record, at, expected in cases:
        found = figure(kpi, acknowledge(record, at=minute(at), by="ada"))
        assert found == (
            (expected * M, {})
            if expected != "after_resolution"
            else (None, {"after_resolution": 1})
        )


def test_what_goes_on_counts_to_the_instant_where_asked() -> None:
    """Open for 100 minutes; canceled ones never reach the stop."""
    kpi = Kpi(id="x", measure=Duration(), unfinished="as_of", canceled="include")
    assert figure(kpi, incident()) == (100 * M, {})
    canceled = advance(incident(), "cancel", at=minute(5), by="ada")
    assert figure(kpi, canceled) == (None, {"unresolved": 1})
    assert figure(kpi, resolved(incident(), 30)) == (30 * M, {})


def test_net_time_leaves_out_the_time_resolved() -> None:
    """Open 0 to 20 and from 40 on: 80 minutes by minute 100, or 50 if resolved again at 70."""
    kpi = Kpi(id="x", measure=Duration(), reopened="net", unfinished="as_of")
    assert figure(kpi, reopened(40)) == (80 * M, {})
    assert figure(kpi, resolved(reopened(40), 70)) == (50 * M, {})


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"unfinished": "as_of"},
        {"unfinished": "censor", "statistic": SURVIVAL_MEDIAN},
        {"canceled": "include"},
    ],
)
def test_a_time_without_a_beginning_or_against_time(how: dict[str, Any]) -> None:
    """It is left out by name, in whatever way times are read."""
    kpi = Kpi(id="x", measure=Duration("custom.from", "resolved_at"), **how)
    records = resolved(incident(1), 10), resolved(incident(2, custom={"from": minute(20)}), 10)
    assert figure(kpi, *records) == (None, {"negative": 1, "no_start": 1})


@pytest.mark.parametrize(
    "kpi",
    [
        Kpi(id="x", measure=Duration("custom.odd", "resolved_at")),
        Kpi(id="x", measure=FieldValue("custom.odd", "duration")),
    ],
)
def test_a_field_of_another_kind_is_refused_by_name(kpi: Kpi) -> None:
    """A text where a time is wanted."""
    with pytest.raises(InvalidValueError, match=r"^custom.odd: got 'soon'; allowed: a"):
        figure(kpi, resolved(incident(custom={"odd": "soon"}), 10))


def test_one_date_of_a_zone() -> None:
    """Opened on Monday 00:00 UTC and resolved 23:30 after: two dates in Berlin, one in UTC."""
    record = resolved(incident(), 23.5 * 60)
    for zone, value in (("UTC", 1.0), ("Europe/Berlin", 0.0)):
        test = SameDay("opened_at", "resolved_at", zone)
        kpi = Kpi(id="x", measure=Rate(numerator=test, of="records"))
        result = compute_kpis([kpi], [record], as_of=minute(9_999))["x"]
        assert result.value == value
        assert figure(kpi, incident()) == (None, {"no_value": 1})


def test_what_ends_as_it_begins_took_no_time() -> None:
    """Zero is a time; an end before its beginning is not."""
    one = incident(1)
    done = {"resolution_code": "x", "resolution_notes": "y"}
    at_once = advance(one, "resolve", at=one.opened_at, by="ada", **done)
    for clock in (None, BusinessCalendar.always()):
        for statistic in (MIN, MAX, MEAN):
            kpi = Kpi(
                id="t",
                measure=Duration("opened_at", "resolved_at"),
                statistic=statistic,
                clock=clock,
                title="t",
                source="test",
            )
            row = compute_kpis([kpi], [at_once], as_of=minute(300))["t"]
            assert (row.value, row.n, dict(row.excluded)) == (timedelta(0), 1, {})
