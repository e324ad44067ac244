"""The shipped laws pass on the shipped shapes, and catch an engine that breaks them."""

from datetime import datetime, timedelta
from unittest import mock

import pytest

from incidentcore.conditions import NEVER
from incidentcore.escalation import (
    EscalationMatrix,
    EscalationRow,
    goalert_row,
    jira_row,
    pagerduty_row,
    servicenow_row,
    servicenow_sla_row,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.testing import check_escalation, checks_escalation

MIN = timedelta(minutes=1)
OFFICE = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
CLOCK = SlaDefinition.resolution(hours=9, calendar=OFFICE)


@pytest.mark.parametrize(
    "row",
    [
        pagerduty_row("r", [("a", 15), ("b", 30)], num_loops=2, ack_timeout=90 * MIN),
        goalert_row("r", [("a", 5), ("b", 600)], repeat=3, everybody=True),
        jira_row("r", [(0, "not_acknowledged", "a"), (30, "not_closed", "b")]),
        servicenow_row("r", [("a", 2, 10 * MIN), ("b", 1, 60 * MIN)]),
        servicenow_sla_row("r"),
    ],
    ids=["pagerduty", "goalert", "jira", "servicenow", "servicenow sla"],
)
def test_the_laws_hold_for_every_shipped_shape(row: object) -> None:
    """Whatever history and polls are generated."""
    accepted = {"may_tell_nobody", "all_of_nobody"}  # without an assignee; groups only
    check_escalation(EscalationMatrix("m", [row]), slas=[CLOCK], accepted=accepted)


def test_the_laws_are_asked_at_polls_after_the_opening() -> None:
    """Within a week of it, in order; before it, every law would hold of nothing."""
    seen: list[list[datetime]] = []

    def note(matrix: object, record: object, slas: object, polls: list[datetime]) -> None:
        seen.append(polls)

    matrix = EscalationMatrix("m", [goalert_row("r", [("a", 5), ("b", 600)])])
    with mock.patch.object(checks_escalation, "_polls_agree", note):
        checks_escalation.check_levels(matrix, (), examples=5)
    opened = checks_escalation.OPENED
    assert len(seen) >= 5
    assert all(polls == sorted(polls) for polls in seen)
    assert all(opened <= at <= opened + 10_000 * MIN for polls in seen for at in polls)
    assert any(at > opened for polls in seen for at in polls)


@pytest.mark.heavy
def test_an_engine_that_forgets_is_caught() -> None:
    """Leaving out what was silenced since breaks the first law that it meets."""
    real = checks_escalation.due_escalations

    def forgetful(*args: object, **options: object) -> object:
        return real(*args, **{**options, "include_lapsed": False})

    matrix = EscalationMatrix("m", [goalert_row("r", [("a", 5), ("b", 600)])])
    with (
        mock.patch.object(checks_escalation, "due_escalations", forgetful),
        pytest.raises(AssertionError, match="due"),
    ):
        check_escalation(matrix, examples=300)


def test_the_lint_is_run_first() -> None:
    """A row that can never apply is named before any history is drawn."""
    row = EscalationRow("never", goalert_row("r", [("a", 5)]).levels, when=NEVER)
    with pytest.raises(AssertionError, match="the lint finds\nnever: "):
        check_escalation(EscalationMatrix("m", [row]))
