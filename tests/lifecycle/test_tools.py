"""Lifecycles of further tools: their states by what they are, and their steps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.lifecycle import Lifecycle, lint_lifecycle
from incidentcore.lifecycle.tools import PAGERDUTY_INCIDENT, TOOLS, ZAMMAD_TICKET, states_of
from incidentcore.records import Incident
from incidentcore.values import State

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_states_are_written_by_what_they_are() -> None:
    """A pending state is open and pauses, a closed one is resolved and final."""
    assert states_of(open="New, Open", pauses="Pending", closed="Closed") == {
        "New": State("New", open=True),
        "Open": State("Open", open=True),
        "Pending": State("Pending", open=True, pauses=True),
        "Closed": State("Closed", resolved=True, final=True),
    }


@pytest.mark.parametrize("lifecycle", TOOLS, ids=lambda one: one.id)
def test_each_lifecycle_begins_open_and_can_end(lifecycle: Lifecycle) -> None:
    """From each state that is not final a step leads on, and some state is resolved."""
    steps = {source for move in lifecycle.transitions for source in move.sources}

    assert lifecycle.initial.open
    assert any(state.resolved for state in lifecycle.states)
    assert {state.name for state in lifecycle.states if not state.final} <= steps
    assert [found.code for found in lint_lifecycle(lifecycle) if found.code == "unreachable"] == []


def test_an_acknowledgement_is_taken_back_and_nothing_is_reopened() -> None:
    """PagerDuty's way."""
    record = PAGERDUTY_INCIDENT.open(Incident, id="P1", title="x", at=AT, by="kim")
    for action in ("acknowledge", "unacknowledge", "resolve"):
        record = PAGERDUTY_INCIDENT.advance(record, action, at=AT, by="ada")

    assert (record.state.name, record.resolved_at) == ("resolved", AT)
    assert PAGERDUTY_INCIDENT.allowed_actions(record) == ()


def test_a_pending_reminder_pauses() -> None:
    """Zammad's ticket waits in its pending states."""
    pausing = {state.name for state in ZAMMAD_TICKET.states if state.pauses}

    assert pausing
    assert all("pending" in name for name in pausing)
