"""Rows as well-known tools have them."""

from __future__ import annotations

from tests.escalation.test_lint import CLOCK, HOUR, MONDAY, NARROW, WEEK, place_of

from incidentcore.conditions import field
from incidentcore.escalation import (
    EscalationMatrix,
    OnClock,
    goalert_row,
    jira_row,
    lint_escalation,
    pagerduty_row,
    servicenow_row,
    servicenow_sla_row,
)


def test_the_shipped_shapes_are_clean() -> None:
    """What the library offers as data has no finding of its own, for records that are assigned."""
    assigned = field("assignee").present()
    rules = EscalationMatrix(
        "m",
        [
            pagerduty_row("p", [("a", 5), ("b", 10)], num_loops=2, when=NARROW),
            goalert_row("g", [("a", 5), ("b", 10)], repeat=2, when=field("service").equals("g")),
            jira_row("j", [(0, "not_closed", "a")], when=field("service").equals("j")),
            servicenow_row("n", [("a", 2, HOUR)], when=field("service").equals("n")),
            servicenow_sla_row("s", when=assigned),
        ],
    )

    assert lint_escalation(rules, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK) == ()


def test_the_default_flow_of_servicenow_tells_nobody_while_nobody_is_assigned() -> None:
    """At 75 and 100 percent it tells the assignee and the assignee's manager; say who else."""
    rules = EscalationMatrix("m", [servicenow_sla_row("s")])
    findings = lint_escalation(rules, slas=[CLOCK], start=MONDAY, end=MONDAY + WEEK)

    assert [(one.code, place_of(one), one.witness) for one in findings] == [
        ("may_tell_nobody", 1, "assignee is empty"),
        ("may_tell_nobody", 2, "assignee is empty"),
    ]


def test_the_default_flow_of_servicenow_in_full() -> None:
    """At half the time the assignee and support hear of it, then the assignee and the manager."""
    row = servicenow_sla_row()
    _, rows, _ = EscalationMatrix("m", [row]).cells()
    assert [row[2:] for row in rows] == [
        ["0", "the resolution clock reached 0.5",
         "whoever is assignee, role configuration item support", "functional"],
        ["1", "the resolution clock reached 0.75", "whoever is assignee, manager of assignee",
         "hierarchical"],
        ["2", "the resolution clock is due", "whoever is assignee, manager of assignee",
         "hierarchical"],
    ]  # fmt: skip
    assert (row.name, rows[0][:2]) == ("sla", ["sla", "all"])
    other = servicenow_sla_row("x", clock="first_response").levels[0].trigger
    assert other == OnClock("first_response", 0.5)
