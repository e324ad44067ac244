"""Policies that cannot be used are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.intake.builders import MINUTE

from incidentcore.conditions import field
from incidentcore.errors import (
    DefinitionError,
    InvalidValueError,
)
from incidentcore.intake import (
    Flapping,
    IntakePolicy,
    MaintenanceRule,
    SeverityRow,
    SeverityTable,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import Impact, Urgency


@pytest.mark.parametrize(
    "make",
    [
        lambda: SeverityTable([]),
        lambda: SeverityTable([SeverityRow("a", Impact.LOW, Urgency.LOW)] * 2, default="a"),
        lambda: SeverityTable([SeverityRow("a", Impact.LOW, Urgency.LOW)]),
        lambda: SeverityRow("", Impact.LOW, Urgency.LOW),
        lambda: SeverityRow("a", "high", Urgency.LOW),
        lambda: IntakePolicy(group_by=["service"]),
        lambda: IntakePolicy(window=timedelta(0)),
        lambda: IntakePolicy(window=timedelta(days=365)),
        lambda: IntakePolicy(threshold=0),
        lambda: IntakePolicy(deduplicate=-MINUTE),
        lambda: IntakePolicy(resolve_on="last"),
        lambda: IntakePolicy(silence=timedelta(0)),
        lambda: IntakePolicy(flapping=MINUTE),
        lambda: IntakePolicy(maintenance=["night"]),
        lambda: Flapping(within=MINUTE, start=2, stop=2),
        lambda: MaintenanceRule("", None),
        lambda: MaintenanceRule("night", BusinessCalendar.always(), "at night"),
        lambda: MaintenanceRule("night", BusinessCalendar.always(), resume="later"),
        lambda: IntakePolicy(name=""),
        lambda: IntakePolicy(when="firing"),
        lambda: IntakePolicy(severities={"critical": 1}),
        lambda: SeverityTable(["critical"], default="critical"),
        lambda: MaintenanceRule("night", "22:00-06:00"),
    ],
)
def test_definitions_that_cannot_be_used(make):
    """A table or policy that cannot work is refused when it is made."""
    with pytest.raises(DefinitionError):
        make()


def test_the_group_of_what_is_no_alert_is_refused() -> None:
    """It was read as if it had no field to group by."""
    with pytest.raises(InvalidValueError, match=r"^alert: got "):
        IntakePolicy().group_of({"key": "disk"})  # type: ignore[arg-type]


def test_a_comparison_in_place_of_a_condition_on_alerts_says_what_to_write() -> None:
    """As wherever a condition is wanted: ``==`` gives a truth, not a condition."""
    said = "allowed: a condition on alerts; write field"
    with pytest.raises(DefinitionError, match=said):
        IntakePolicy(when=field("labels.team") == "web")  # type: ignore[arg-type]
