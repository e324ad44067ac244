"""Clocks as figures: kept, missed and overdue."""

from __future__ import annotations

from tests.kpi.test_field_cases import SLA, at, inc, one, resolve

from incidentcore.kpi import (
    catalogue,
)


def test_overdue_clocks_count_as_missed_where_asked() -> None:
    """One met in time and one open beyond its hour: 100 % of the completed, 50 % of both."""
    records = [resolve(inc(at(9), "A"), at(9, 30)), inc(at(9), "B")]
    completed = one(catalogue.sla_compliance(SLA), records, at(12))
    with_overdue = one(catalogue.sla_compliance(SLA, overdue_missed=True), records, at(12))

    assert (completed.value, dict(completed.excluded)) == (1.0, {"running_breached": 1})
    assert (with_overdue.value, with_overdue.n) == (0.5, 2)
    in_time = one(catalogue.sla_compliance(SLA, overdue_missed=True), records, at(9, 45))
    assert dict(in_time.excluded) == {"running": 1}
