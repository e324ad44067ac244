"""Compliance as a figure: with n, interval, what was left out and the budget of its objective."""

from __future__ import annotations

import pytest

from incidentcore.kpi import Objective
from incidentcore.report.figures import KPIS, VOLUME, compliance


def test_compliance_has_wilsons_interval() -> None:
    """8 of 10 at 95 %: 0.4902 to 0.9433 (Wilson 1927)."""
    row = compliance({"met": 8, "breached": 2, "running": 3, "paused": 0}, definition="d")
    assert (row.value, row.n, dict(row.excluded)) == (0.8, 10, {"running": 3})
    assert (row.low, row.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert not row.enough


@pytest.mark.parametrize(("ended", "enough"), [(19, False), (20, True)])
def test_twenty_clocks_are_enough(ended: int, *, enough: bool) -> None:
    """Fewer are shown, and said to be few."""
    assert compliance({"met": ended - 1, "breached": 1}, definition="d").enough is enough


def test_without_a_clock_that_ended_there_is_no_value() -> None:
    """Nothing met and nothing breached is not 0 and not 100 per cent."""
    row = compliance({"running": 3}, definition="d", objective=Objective(at_least=0.9))
    assert (row.value, row.n, row.low, row.met) == (None, 0, None, None)


def test_an_objective_has_a_budget() -> None:
    """90 % of 40 clocks allow 4 misses; 6 were missed."""
    row = compliance({"met": 34, "breached": 6}, definition="d", objective=Objective(at_least=0.9))
    assert (row.met, row.budget, row.budget_left) == (False, 4.0, -2.0)


def test_the_figures_of_a_report_have_names_of_their_own() -> None:
    """No KPI is counted twice."""
    ids = [kpi.id for kpi in (*VOLUME.values(), *KPIS)]
    assert len(set(ids)) == len(ids)
