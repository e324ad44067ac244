"""The laws of lifecycles hold for the shipped one, and a step moves a record or is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.lifecycle import INCIDENT, STANDARD_CASCADES, Lifecycle, Transition
from incidentcore.records import Incident
from incidentcore.testing import check_lifecycle
from incidentcore.testing.checks_lifecycle import check_step
from incidentcore.values import NEW, RESOLVED, State

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_shipped_lifecycle_keeps_its_laws() -> None:
    check_lifecycle(INCIDENT, STANDARD_CASCADES)


def test_a_state_that_nothing_reaches_is_found_first() -> None:
    """The lint comes before any history."""
    lost = State("lost", open=True)
    rows = [Transition("resolve", ["new", "lost"], RESOLVED)]
    made = Lifecycle("x", "incident", states=[NEW, RESOLVED, lost], initial=NEW, transitions=rows)
    with pytest.raises(AssertionError, match="lost"):
        check_lifecycle(made)


@pytest.mark.parametrize(
    ("action", "state"),
    [("start", "in_progress"), ("resolve", "resolved"), ("close", "new"), ("sing", "new")],
)
def test_one_step_moves_or_is_refused(action: str, state: str) -> None:
    record = INCIDENT.open(Incident, id="R-1", title="t", at=AT, by="kim")
    after = check_step(INCIDENT, record, action, after=HOUR)
    assert after.state.name == state
    assert after.updated_at == (AT if state == "new" else AT + HOUR)


def test_an_advance_that_refuses_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes through with what ``decide`` refuses."""
    record = INCIDENT.open(Incident, id="R-1", title="t", at=AT, by="kim")
    monkeypatch.setattr(Lifecycle, "advance", lambda *_, **__: record)
    with pytest.raises(AssertionError, match="advance does not refuse sing as decide does"):
        check_step(INCIDENT, record, "sing", after=HOUR)
