"""A report as a whole, and its figures as checks of a job."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.kpi import catalogue
from incidentcore.pages import Page
from incidentcore.report import build_report, failing

from .cases import DESK, NINE, NOW, at_work, opened, report, resolved


def test_only_what_had_happened_counts() -> None:
    """At half past nine nothing was resolved, and nothing opened later is known."""
    plain = report(as_of=NINE + timedelta(minutes=30)).to_plain()
    assert plain["volume"][-1]["opened"] == 7
    assert plain["volume"][-1]["backlog"] == 6
    assert plain["worst"] is None


def test_none_of_two_clocks_met_is_a_share_of_zero() -> None:
    """Resolved after 9 h of 8, and answered never before; the share has a value."""
    figures = report(resolved(opened("late"), 9)).figures
    assert (figures["sla_compliance"], figures["sla_compliance.response"]) == (0, 0)
    assert report(resolved(at_work(opened("half")), 9)).figures["sla_compliance"] == 0.5


def test_a_report_on_nothing() -> None:
    """No records give an empty page, not an error."""
    empty = build_report([], desk=DESK, as_of=NOW, title="Nothing")
    assert empty.to_plain()["volume"] == []
    assert "no records" in str(empty)


def test_a_group_that_is_not_a_field() -> None:
    """A group must be a field that records have."""
    with pytest.raises(DefinitionError, match="color"):
        report(by="color")


@pytest.mark.parametrize(
    ("test", "fails"),
    [
        ("sla_compliance.resolution<0.95", True),
        ("sla_compliance.resolution < 50%", False),
        ("sla_compliance.resolution<=50%", True),
        ("backlog>3", False),
        ("backlog >= 3", True),
        ("mean_time_to_resolve>7.5", False),
    ],
)
def test_a_job_fails_by_a_figure(test: str, fails: bool) -> None:  # noqa: FBT001
    """A test that holds is worded; one that does not is empty."""
    assert bool(failing(report(), test)) is fails


def test_a_figure_without_a_value_fails_a_job() -> None:
    """Nothing to measure is not a pass; an unknown figure or test is an error."""
    empty = report(opened("x", at=NOW - timedelta(minutes=1)))
    assert failing(empty, "mean_time_to_resolve<5") == "mean_time_to_resolve has no value"
    with pytest.raises(InvalidValueError, match="one of"):
        failing(empty, "mttr<5")
    with pytest.raises(InvalidValueError, match="a figure"):
        failing(empty, "backlog is 5")


@pytest.mark.parametrize(
    "test", ["sla_compliance>95", "sla_compliance.resolution<95", "reopen_rate>5"]
)
def test_a_share_is_not_compared_with_a_number_above_one(test: str) -> None:
    """It always or never held: 95 is written 95 %. 1 is the whole, and hours may be any number."""
    figures = {"sla_compliance": 0.5, "sla_compliance.resolution": 0.5, "reopen_rate": 0.1}
    page = Page(title="June", figures={**figures, "mean_time_to_resolve": 3.0})
    with pytest.raises(InvalidValueError, match=f"a percentage: {test}%$"):
        failing(page, test)
    assert failing(page, "sla_compliance<1") == "sla_compliance is 0.5, which is < 1"
    assert failing(page, "sla_compliance<95%") == "sla_compliance is 50%, which is < 95%"
    assert failing(page, "sla_compliance>95%") == ""
    assert failing(page, "mean_time_to_resolve>95") == ""


def test_the_kpis_are_those_asked_for() -> None:
    """Else the usual ones; those of volume come always."""
    page = report(kpis=[catalogue.MEAN_TIME_TO_CLOSE]).to_plain()
    assert {row["kpi"] for row in page["kpis"]["rows"]} == {"mean_time_to_close"}
    assert page["volume"][-1]["opened"] == 8
    assert report(kpis=catalogue.MEAN_TIME_TO_CLOSE).to_plain() == page
    assert report(kpis=[catalogue.VOLUME, catalogue.MEAN_TIME_TO_CLOSE]).to_plain() == page
