"""A history against a lifecycle: what it would have refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.lifecycle import INCIDENT, Lifecycle, Transition, check_history
from incidentcore.records import Incident, Opened, Record, StateChanged, correct_event
from incidentcore.testing.strategies_records import legal_records, lifecycles, records
from incidentcore.values import (
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    State,
)

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)


@given(st.data())
def test_a_legal_history_has_no_findings(data: st.DataObject) -> None:
    """What a lifecycle let pass, it does not complain about afterwards (rule H2)."""
    drawn = data.draw(lifecycles())
    record = data.draw(legal_records(drawn))

    assert check_history(record, drawn) == ()


def corrected_opening() -> Incident:
    """Return an incident in a state that the lifecycle does not have, opened a minute later."""
    opening = Opened(
        record_id="R-1", sequence=1, at=OPENED, by=Actor("ada"), record_type="incident",
        state=State("triage", open=True), lifecycle=INCIDENT.ref, fields=FrozenMap({"title": "t"}),
    )  # fmt: skip
    record = Incident.from_history([opening])
    return correct_event(record, "R-1:1", at=OPENED + timedelta(minutes=1), by="ada")


@given(records())
@example(corrected_opening())
def test_a_history_is_checked_and_never_refused(record: Record) -> None:
    """Of histories that no lifecycle made, each finding names an event that set a state.

    An opening whose time was corrected is named as it was corrected.
    """
    for finding in check_history(record, INCIDENT):
        if isinstance(finding.witness, StateChanged):
            assert finding.code in ("unknown_state", "not_allowed")
        else:
            named: Any = finding.witness
            assert (named.id, finding.code) == (record.history[0].id, "no_way_out")
            assert named.at == record.opened_at
        assert str(finding).startswith("R-1 at 2026-06-01T")


def moved(*steps: tuple[str, State, dict[str, Any]]) -> Incident:
    incident = Incident.open(
        id="INC-1", title="t", at=OPENED, by="kim", custom={"vip": True}, impact=Impact.LOW
    )
    for hours, (action, state, fields) in enumerate(steps, 1):
        incident = incident.with_event(
            StateChanged,
            at=OPENED + timedelta(hours=hours),
            by="ada",
            action=action,
            state=state,
            fields=fields,
        )
    return incident


DONE = {"resolution_code": "x", "resolution_notes": "y"}


@pytest.mark.parametrize(
    ("steps", "codes"),
    [
        ([("start", IN_PROGRESS, {})], []),
        ([("imported", IN_PROGRESS, {})], []),
        ([("imported", RESOLVED, {})], []),
        ([("imported", CLOSED, {})], ["not_allowed"]),
        ([("imported", NEW, {})], []),
        ([("resume", IN_PROGRESS, {})], ["not_allowed"]),
        ([("resolve", RESOLVED, DONE)], []),
        ([("resolve", RESOLVED, {})], ["missing_field"]),
        ([("hold", ON_HOLD, {"hold_reason": "lunch"})], ["invalid_field"]),
        ([("hold", ON_HOLD, {"hold_reason": "awaiting_vendor"})], []),
        ([("x", State("limbo", open=True), {}), ("x", NEW, {})], ["unknown_state"]),
        ([("x", CLOSED, {}), ("x", IN_PROGRESS, {})], ["not_allowed"] * 2),
    ],
    ids=str,
)
def test_what_the_lifecycle_would_have_refused(steps: Any, codes: list[str]) -> None:
    """By the event's action where the table knows it, by the states alone otherwise."""
    assert [finding.code for finding in check_history(moved(*steps), INCIDENT)] == codes


def test_a_foreign_state_is_found_once() -> None:
    """Once for each name, however often a history enters and leaves it."""
    limbo, attic = State("limbo", open=True), State("attic", open=True)
    steps = [("x", state, {}) for state in (limbo, NEW, limbo, attic, limbo, attic, NEW)]
    findings = check_history(moved(*steps), INCIDENT)
    assert [(finding.code, finding.data["unknown"]) for finding in findings] == [
        ("unknown_state", "limbo"),
        ("unknown_state", "attic"),
    ]


def test_guards_are_asked_about_the_past() -> None:
    """On the facts of that instant."""
    guarded = Lifecycle(
        "incident",
        "incident",
        states=(NEW, IN_PROGRESS, CLOSED),
        initial=NEW,
        transitions=(
            Transition("start", NEW, IN_PROGRESS, guard=field("impact") >= Impact.MEDIUM),
            Transition("finish", IN_PROGRESS, CLOSED, guard=field("custom.vip").is_true()),
        ),
    )

    findings = check_history(moved(("start", IN_PROGRESS, {}), ("finish", CLOSED, {})), guarded)

    assert [(finding.code, finding.data["before"]) for finding in findings] == [("guard", NEW)]
    assert "impact >= medium" in findings[0].message
