"""Clocks as figures: kept, missed and overdue."""

from __future__ import annotations

from datetime import timedelta

from tests.kpi.test_field_cases import SLA, at, inc, one, resolve

from incidentcore.kpi import (
    catalogue,
)
from incidentcore.kpi.measures.clocks import incomplete
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.vendors import read_table
from incidentcore.whatif import compare_rules


def test_overdue_clocks_count_as_missed_where_asked() -> None:
    """One met in time and one open beyond its hour: 100 % of the completed, 50 % of both."""
    records = [resolve(inc(at(9), "A"), at(9, 30)), inc(at(9), "B")]
    completed = one(catalogue.sla_compliance(SLA), records, at(12))
    with_overdue = one(catalogue.sla_compliance(SLA, overdue_missed=True), records, at(12))

    assert (completed.value, dict(completed.excluded)) == (1.0, {"running_breached": 1})
    assert (with_overdue.value, with_overdue.n) == (0.5, 2)
    in_time = one(catalogue.sla_compliance(SLA, overdue_missed=True), records, at(9, 45))
    assert dict(in_time.excluded) == {"running": 1}


def test_canceled_before_the_clock_began_is_canceled_everywhere() -> None:
    """A canceled row of a table without a date, in a KPI and in a comparison (rule K2)."""
    row = {"id": "A", "opened": "2026-06-01T09:00Z", "state": "Canceled"}
    records = list(read_table([row], {name: name for name in row}))
    clock = SlaDefinition.resolution(hours=4, calendar=SLA.calendar)
    longer = SlaDefinition.resolution(hours=8, calendar=SLA.calendar)
    late = at(9) + timedelta(days=30)

    assert dict(one(catalogue.sla_compliance(clock), records, late).excluded) == {"canceled": 1}
    found = compare_rules(clock, longer, records, now=late)
    assert found.counts == {("canceled", "canceled"): 1}


def test_a_clock_of_what_a_source_does_not_have_is_not_covered() -> None:
    """A table without a column of first responses."""
    row = {"id": "A", "opened": "2026-06-01T09:00Z", "state": "New"}
    [record] = read_table([row], {name: name for name in row})
    clock = SlaDefinition.first_response(hours=4, calendar=SLA.calendar)
    assert incomplete(evaluate_sla(clock, record, now=at(12))) == "not_covered"
