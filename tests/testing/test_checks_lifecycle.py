"""The laws of lifecycles hold for the shipped one, and a step moves a record or is refused."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from hypothesis import Phase

from incidentcore.lifecycle import INCIDENT, STANDARD_CASCADES, Lifecycle, Transition, check_history
from incidentcore.records import Incident, Record
from incidentcore.testing import check_lifecycle, checks_lifecycle
from incidentcore.testing.checks_lifecycle import check_step
from incidentcore.testing.checks_sla import one_law_at_a_time
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


def test_each_action_is_tried_on_each_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that the lifecycle does not have, up to five hours later."""
    asked: dict[str, set[timedelta]] = defaultdict(set)

    def note(_: object, record: object, action: str, *, after: timedelta) -> None:
        asked[action].add(after)

    monkeypatch.setattr(checks_lifecycle, "check_step", note)
    check_lifecycle(INCIDENT, STANDARD_CASCADES)
    assert set(asked) == {*(row.action for row in INCIDENT.transitions), "no_such_action"}
    assert all(timedelta() <= after <= 5 * HOUR for after in asked["no_such_action"])
    assert len(asked["no_such_action"]) > 1


@pytest.mark.parametrize("legal", [True, False])
def test_a_history_that_is_judged_wrongly_is_found(
    monkeypatch: pytest.MonkeyPatch, *, legal: bool
) -> None:
    """A fault in what the lifecycle allows, or none in what it does not have."""
    monkeypatch.setattr(checks_lifecycle, "check_step", lambda *_, **__: None)
    few = one_law_at_a_time(5, phases=(Phase.generate,))
    monkeypatch.setattr(checks_lifecycle, "one_law_at_a_time", lambda _: few)

    def judge(record: Record, lifecycle: Lifecycle) -> tuple[Any, ...]:
        found = check_history(record, lifecycle)
        if legal:
            return found or (SimpleNamespace(witness=None),)
        return found and (SimpleNamespace(witness=record.history[0]),)

    monkeypatch.setattr(checks_lifecycle, "check_history", judge)
    with pytest.raises(AssertionError):
        check_lifecycle(INCIDENT, STANDARD_CASCADES)


REFUSED = INCIDENT.decide(
    INCIDENT.open(Incident, id="R-1", title="t", at=AT, by="kim"), "reopen", at=AT + HOUR, by="ada"
)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"allowed_actions": ()}, "allowed actions missing"),
        ({"path": REFUSED.path[:-1]}, "the path does not end with the action"),  # type: ignore[union-attr]
        ({"path": REFUSED.path[-1:]}, "the path takes .* from new"),  # type: ignore[union-attr]
    ],
)
def test_a_refusal_that_leads_astray_is_found(
    changed: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reopening a new record takes to resolve it first."""
    record = INCIDENT.open(Incident, id="R-1", title="t", at=AT, by="kim")
    check_step(INCIDENT, record, "reopen", after=HOUR)
    wrong = attrs.evolve(REFUSED, **changed)  # type: ignore[misc]
    monkeypatch.setattr(Lifecycle, "decide", lambda *_, **__: wrong)
    with pytest.raises(AssertionError, match=words):
        check_step(INCIDENT, record, "reopen", after=HOUR)
