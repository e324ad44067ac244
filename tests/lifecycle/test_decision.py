"""Actions move a record or are refused with what would be legal (rules L1 and L2)."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import (
    InvalidValueError,
    LifecycleMismatchError,
    NaiveDatetimeError,
    TransitionNotAllowedError,
)
from incidentcore.lifecycle import (
    INCIDENT,
    STANDARD,
    Allowed,
    Lifecycle,
    Refused,
    Transition,
    advance,
    allowed_actions,
    decide,
    explain,
)
from incidentcore.records import Incident, LifecycleRef, Problem, StateChanged, replay
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.testing.strategies_records import input_for, legal_records, lifecycles
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    State,
)

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)

# What the standard tables say, written down by hand: state -> action -> state it leads to.
TABLES: dict[str, dict[str, dict[str, str]]] = {
    "incident": {
        "new": {
            "start": "in_progress",
            "hold": "on_hold",
            "resolve": "resolved",
            "cancel": "canceled",
        },
        "in_progress": {"hold": "on_hold", "resolve": "resolved", "cancel": "canceled"},
        "on_hold": {
            "hold": "on_hold",
            "resume": "in_progress",
            "resolve": "resolved",
            "cancel": "canceled",
        },
        "resolved": {"reopen": "in_progress", "close": "closed"},
        "closed": {},
        "canceled": {},
    },
    "problem": {
        "new": {"assess": "assess", "cancel": "canceled"},
        "assess": {"confirm": "root_cause_analysis", "cancel": "canceled"},
        "root_cause_analysis": {"fix": "fix_in_progress", "accept_risk": "closed"},
        "fix_in_progress": {
            "resolve": "resolved",
            "accept_risk": "closed",
            "reanalyze": "root_cause_analysis",
        },
        "resolved": {"close": "closed", "reanalyze": "root_cause_analysis"},
        "closed": {"reanalyze": "root_cause_analysis"},
        "canceled": {},
    },
    "service_request": {
        "new": {"submit": "awaiting_approval", "start": "in_progress", "cancel": "canceled"},
        "awaiting_approval": {
            "approve": "in_progress",
            "reject": "rejected",
            "cancel": "canceled",
        },
        "in_progress": {"hold": "on_hold", "fulfill": "fulfilled", "cancel": "canceled"},
        "on_hold": {
            "hold": "on_hold",
            "resume": "in_progress",
            "fulfill": "fulfilled",
            "cancel": "canceled",
        },
        "fulfilled": {"reopen": "in_progress", "close": "closed"},
        "closed": {},
        "rejected": {},
        "canceled": {},
    },
}
NEEDS = {
    "hold": {"reason": "awaiting_vendor"},
    "resolve": {"resolution_code": "fixed", "resolution_notes": "restarted"},
    "accept_risk": {"resolution_notes": "too dear"},
    "reject": {"reject_reason": "too dear"},
}
STATES = [(kind, state) for kind, table in TABLES.items() for state in table]


def in_state(kind: str, state: str) -> Any:
    lifecycle = STANDARD[kind]
    cls: Any = RECORD_TYPES[kind]
    record = cls.open(id="R-1", title="t", at=OPENED, by="kim")
    return record.with_event(
        StateChanged, at=OPENED, by="ada", action="put", state=lifecycle.state(state)
    )


@pytest.mark.parametrize(("kind", "state"), STATES, ids=lambda part: part)
def test_every_action_in_every_state(kind: str, state: str) -> None:
    """Moves to the state of the table, or is refused, unchanged, with what is allowed here."""
    record = in_state(kind, state)
    allowed = TABLES[kind][state]
    assert set(allowed_actions(record)) == set(allowed)
    for action in {a for row in TABLES[kind].values() for a in row} | {"dance"}:
        fields: Any = NEEDS.get(action, {})
        answer = decide(record, action, at=OPENED + HOUR, by="ada", **fields)
        if action in allowed:
            assert isinstance(answer, Allowed), action
            assert answer.record.state.name == allowed[action]
            assert str(answer).endswith(f"; {record.id} is then {allowed[action]}")
            assert answer.record.history == (*record.history, *answer.events)
            assert advance(record, action, at=OPENED + HOUR, by="ada", **fields) == answer.record
            continue
        assert isinstance(answer, Refused), action
        assert answer.code == ("unknown_action" if action == "dance" else "not_allowed")
        assert set(answer.allowed_actions) == set(allowed)
        assert all(name in answer.reason for name in allowed)
        with pytest.raises(TransitionNotAllowedError) as caught:
            advance(record, action, at=OPENED + HOUR, by="ada", **fields)
        assert caught.value.refusal == answer
        assert str(caught.value) == answer.reason


@given(st.data())
def test_every_action_in_every_state_of_any_lifecycle(data: st.DataObject) -> None:
    """Whatever the table: allowed answers extend the history, refused ones name what is allowed."""
    lifecycle = data.draw(lifecycles())
    record = data.draw(legal_records(lifecycle))
    rows = {row.action: row for row in lifecycle.transitions if record.state.name in row.sources}
    actions = {row.action for row in lifecycle.transitions} | {"dance"}
    before = replay(record.history)
    for action in actions:
        row = rows.get(action)
        fields: dict[str, Any] = {}
        if row is not None:
            fields = {item.name: input_for(item) for item in row.fields}
        answer = lifecycle.decide(record, action, at=record.updated_at, by="ada", **fields)
        if isinstance(answer, Allowed):
            assert action in rows
            assert answer.record.history == (*record.history, *answer.events)
            assert replay(answer.record.history) == answer.record
            assert answer.record.state in lifecycle.states
        else:
            assert set(answer.allowed_actions) == set(lifecycle.actions(record.state))
            assert answer.code in ("unknown_action", "not_allowed", "undeclared_field")
        assert record == before


def tiny(*transitions: Transition, kind: str = "incident") -> Lifecycle:
    return Lifecycle(
        "tiny",
        kind,
        states=(NEW, IN_PROGRESS, RESOLVED, CLOSED, CANCELED),
        initial=NEW,
        transitions=transitions,
    )


def test_a_late_action_is_judged_on_the_state_of_its_instant() -> None:
    """And takes its place in time: what came after it is folded after it."""
    record = advance(in_state("incident", "new"), "start", at=OPENED + 2 * HOUR, by="ada")
    record = advance(record, "resolve", at=OPENED + 4 * HOUR, by="ada", **NEEDS["resolve"])  # type: ignore[arg-type]

    held = decide(record, "hold", reason="awaiting_caller", at=OPENED + 3 * HOUR, by="ada")
    assert isinstance(held, Allowed)
    assert held.record.state == RESOLVED
    assert held.record.timeline().facts_at(OPENED + 3 * HOUR)["state"] == ON_HOLD
    assert replay(held.record.history) == held.record
    resumed = decide(record, "resume", at=OPENED + 3 * HOUR, by="ada")
    assert isinstance(resumed, Refused)
    assert resumed.state == IN_PROGRESS


def test_an_action_before_the_opening_is_refused() -> None:
    """There was nothing to act on."""
    refusal = decide(in_state("incident", "new"), "start", at=OPENED - HOUR, by="ada")

    assert isinstance(refusal, Refused)
    assert refusal.code == "before_opening"
    assert "2026-06-01T08:00:00+00:00" in refusal.reason


def test_a_record_of_another_lifecycle_is_refused() -> None:
    """By decide as data, by advance as an error of its own kind (rule L1)."""
    own = tiny(Transition("finish", NEW, CLOSED))
    record = own.open(Incident, id="I", title="t", at=OPENED, by="kim")
    problem = Problem.open(id="P", title="t", at=OPENED, by="kim")

    for call in (lambda: decide(record, "start", at=OPENED, by="ada"),):
        refusal = call()
        assert isinstance(refusal, Refused)
        assert refusal.code == "lifecycle_mismatch"
    with pytest.raises(LifecycleMismatchError, match="'tiny', not 'incident'"):
        advance(record, "start", at=OPENED, by="ada")
    with pytest.raises(LifecycleMismatchError, match="type problem"):
        INCIDENT.advance(problem, "start", at=OPENED, by="ada")
    with pytest.raises(InvalidValueError, match="incident"):
        own.open(Problem, id="P", title="t", at=OPENED, by="kim")


def test_a_state_that_the_table_does_not_have_is_named() -> None:
    """A record of an older version may be in a state that is gone."""
    record = Incident.open(id="I", title="t", at=OPENED, by="kim", state=State("limbo", open=True))

    for action in ("start", "close", "dance"):
        refusal = decide(record, action, at=OPENED, by="ada")
        assert isinstance(refusal, Refused)
        assert refusal.code == "unknown_state"
        assert refusal.reason.startswith("limbo is not a state of the lifecycle 'incident'")
    assert explain(record, to="closed") is None
    assert allowed_actions(record) == ()


def test_the_record_keeps_its_lifecycle() -> None:
    """Opening by a lifecycle sets its id, version and initial state (rule H3)."""
    own = Lifecycle(
        "mine", "problem", states=(CANCELED,), initial=CANCELED, transitions=(), version="7"
    )

    record = own.open(Problem, id="P", title="t", at=OPENED, by="kim", workaround="reboot")

    assert (record.lifecycle, record.state) == (LifecycleRef("mine", "7"), CANCELED)
    assert record.workaround == "reboot"


def test_times_and_actors_are_checked() -> None:
    """A naive time and an empty id are errors of the caller, not refusals."""
    record = in_state("incident", "new")
    with pytest.raises(NaiveDatetimeError):
        decide(record, "start", at=datetime(2026, 6, 1), by="ada")  # noqa: DTZ001  naive on purpose
    with pytest.raises(NaiveDatetimeError, match="recorded_at"):
        decide(record, "start", at=OPENED, by="ada", recorded_at=datetime(2026, 6, 1))  # noqa: DTZ001
    with pytest.raises(InvalidValueError, match="by"):
        decide(record, "start", at=OPENED, by="")


def test_answers_and_errors_are_values() -> None:
    """They pickle, and equal questions get equal answers."""
    record = in_state("incident", "new")
    for action in ("start", "close"):
        answer = decide(record, action, at=OPENED, by="ada")
        assert answer == decide(record, action, at=OPENED, by="ada")
        assert pickle.loads(pickle.dumps(answer)) == answer  # noqa: S301  our own bytes
    with pytest.raises(TransitionNotAllowedError) as caught:
        advance(record, "close", at=OPENED, by="ada")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  our own bytes
    assert again.refusal == caught.value.refusal


@pytest.mark.parametrize(
    ("word", "path"),
    [
        ("reslove", "resolve (needs resolution_code, resolution_notes)"),
        ("solve", "resolve (needs resolution_code, resolution_notes)"),
        ("resolved", "resolve (needs resolution_code, resolution_notes)"),
        ("closed", "resolve (needs resolution_code, resolution_notes), then close"),
        ("on_hold", "hold (needs reason)"),
        ("dance", ""),
    ],
)
def test_an_unknown_action_is_answered_with_what_was_probably_meant(word: str, path: str) -> None:
    """A misspelt action, or the name of the state to reach; the refusal had no way to go on."""
    record = Incident.open(id="I", title="t", at=OPENED, by="kim")
    refused = decide(record, word, at=OPENED, by="ada")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.allowed_actions[0]) == ("unknown_action", "start")
    assert ", then ".join(map(str, refused.path)) == path
