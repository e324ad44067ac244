"""Updates that were owed, sent and missed."""

from __future__ import annotations

from datetime import timedelta

from tests.kpi.engine.test_gather import figure, incident
from tests.kpi.tickets import minute

from incidentcore.communication import CommunicationPlan, UpdateRule
from incidentcore.conditions import field
from incidentcore.kpi import (
    Kpi,
    Updates,
)


def test_what_a_plan_owes_nothing_is_left_out() -> None:
    """No update was due, so none was missed."""
    rule = UpdateRule(name="all", audiences="users", first=minute(5) - minute(0))
    silent = UpdateRule(
        name="vip",
        audiences="users",
        first=minute(5) - minute(0),
        when=field("custom.vip").is_true(),
    )
    for one, expected in ((rule, (1.0, {})), (silent, (None, {"nothing_owed": 1}))):
        kpi = Kpi(id="x", measure=Updates(CommunicationPlan("p", one), "missed"))
        result = figure(kpi, incident())
        assert (result.value, dict(result.excluded)) == expected


def test_lateness_is_a_time_and_the_other_outcomes_are_updates() -> None:
    """The unit of what is counted."""
    plan = CommunicationPlan("p", [UpdateRule(name="a", audiences="b", every=timedelta(hours=1))])
    assert Updates(plan, "lateness").unit == "duration"
    assert [Updates(plan, one).unit for one in ("due", "missed")] == ["updates"] * 2
