"""What users of today's state machines and service desks asked for (field asks, rows 29 and 30)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import FormatError, InvalidValueError, LifecycleDefinitionError
from incidentcore.kpi import Kpi, TimeIn, compute_kpis
from incidentcore.lifecycle import (
    INCIDENT,
    SERVICE_REQUEST,
    TEXTBOOK_INCIDENT,
    Allowed,
    Attempt,
    InputField,
    Lifecycle,
    Refused,
    ReopenWindow,
    Transition,
    advance,
    lint_lifecycle,
)
from incidentcore.records import Incident, StateChanged
from incidentcore.serialization import dumps, loads, to_plain
from incidentcore.values import CLOSED, IN_PROGRESS, NEW, RESOLVED, Actor, Impact, State

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
KIM = Actor("kim", "requester")
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incident(lifecycle: Lifecycle = INCIDENT, **fields: Any) -> Incident:
    return lifecycle.open(Incident, id="I", title="t", at=AT, by=KIM, **fields)


def finishing(*rows: Transition, states: tuple[State, ...] = (NEW, RESOLVED, CLOSED)) -> Lifecycle:
    return Lifecycle("ours", "incident", states=states, initial=NEW, transitions=rows)


def test_transitions_346_why_was_it_refused() -> None:
    """Every condition that failed is told with what was seen, not only that one did."""
    guard = (field("impact") >= Impact.MEDIUM) & field("assignee").present()
    ours = finishing(Transition("finish", NEW, CLOSED, guard=guard))

    refused = ours.decide(incident(ours, impact=Impact.LOW), "finish", at=AT, by="ada")
    assert isinstance(refused, Refused)
    for told in ("impact >= medium, seen Level", "assignee is present, seen None"):
        assert told in refused.reason


def test_transitions_594_a_failed_condition_can_be_acted_upon() -> None:
    """No callback is needed: the refusal is a value with the guard's name.

    A guard that is an object may say itself what would have let it pass.
    """

    @attrs.frozen
    class OfficeHours:
        def __call__(self, attempt: Attempt, /) -> bool:
            return attempt.at.hour < 17

        def why_not(self, attempt: Attempt, /) -> str:
            return f"{attempt.action} before 17:00"

    ours = finishing(Transition("finish", NEW, CLOSED, guard=OfficeHours(), guard_name="office"))
    refused = ours.decide(incident(ours), "finish", at=AT + 9 * HOUR, by="ada")

    assert isinstance(refused, Refused)
    assert (refused.code, refused.guard) == ("guard", "office")
    assert refused.reason == "finish from new is refused by its guard: office (finish before 17:00)"


def test_python_statemachine_628_no_validator_is_lost_on_the_way() -> None:
    """A table that was written down and read again refuses what it refused.

    A misspelt part is an error, and a guard that cannot be written is refused, not left out.
    """
    for shipped in (INCIDENT, SERVICE_REQUEST, TEXTBOOK_INCIDENT):
        assert loads(dumps(shipped), Lifecycle) == shipped
    again = loads(dumps(TEXTBOOK_INCIDENT), Lifecycle)
    record = incident(TEXTBOOK_INCIDENT).with_event(
        StateChanged, at=AT, by="ada", action="put", state=TEXTBOOK_INCIDENT.state("Resolved")
    )
    for lifecycle in (TEXTBOOK_INCIDENT, again):
        refused = lifecycle.decide(record, "confirm", confirmed_by="kim", at=AT, by="ada")
        assert isinstance(refused, Refused)
        assert refused.guard == "by the requester"
        missing = lifecycle.decide(record, "confirm", at=AT, by=KIM)
        assert isinstance(missing, Refused)
        assert missing.missing_fields == ("confirmed_by",)

    plain: Any = to_plain(TEXTBOOK_INCIDENT)
    plain["value"]["transitions"][0]["requires"] = ["assignee"]
    with pytest.raises(FormatError, match="requires"):
        loads(json.dumps(plain), Lifecycle)
    ours = finishing(Transition("finish", NEW, CLOSED, guard=lambda _: False))
    with pytest.raises(InvalidValueError, match="guard"):
        dumps(ours)


def test_python_statemachine_264_a_machine_is_verified_before_it_runs() -> None:
    """Blocked, ambiguous and unreachable: each with what proves it; sound ones pass."""
    limbo = State("limbo", open=True)
    solve, close = Transition("solve", NEW, RESOLVED), Transition("close", RESOLVED, CLOSED)
    vip, low = field("custom.vip").is_true(), field("impact").equals(Impact.LOW)
    blocked = finishing(
        solve, close, Transition("park", NEW, limbo), states=(NEW, RESOLVED, CLOSED, limbo)
    )
    unreachable = finishing(solve, close, states=(NEW, RESOLVED, CLOSED, limbo))
    ambiguous = finishing(
        solve,
        close,
        Transition("end", NEW, CLOSED, guard=vip),
        Transition("end", NEW, RESOLVED, guard=low),
    )
    determinate = finishing(
        solve,
        close,
        Transition("end", NEW, CLOSED, guard=vip),
        Transition("end", NEW, RESOLVED, guard=low & ~vip),
    )

    found = {one.code: one for one in lint_lifecycle(blocked)}
    assert found["dead_end"].witness == "limbo"
    assert "unreachable_state" in {one.code for one in lint_lifecycle(unreachable)}
    (finding,) = lint_lifecycle(ambiguous)
    witness: Any = finding.witness
    assert (finding.code, finding.data["answer"]) == ("ambiguous", "no")
    assert (witness["custom"]["vip"], witness["impact"]) == (True, Impact.LOW)
    assert lint_lifecycle(determinate) == ()


def test_incidentrelay_84_a_flapping_incident_reopens_within_its_window() -> None:
    """Every return within the window reopens the same incident and is counted.

    A later one is refused with the instant until which it was possible.
    """
    window = ReopenWindow(2 * HOUR)
    rows = (
        *(row for row in INCIDENT.transitions if row.action != "reopen"),
        Transition("reopen", RESOLVED, IN_PROGRESS, guard=window, guard_name="reopen window"),
    )
    ours = attrs.evolve(INCIDENT, id="ours", transitions=rows)
    record, at = incident(ours), AT
    for _ in range(3):
        record = ours.advance(record, "resolve", at=at, by="ada", **FIXED)
        at += 2 * HOUR
        record = ours.advance(record, "reopen", at=at, by=KIM)
    assert record.reopen_count == 3

    record = ours.advance(record, "resolve", at=at, by="ada", **FIXED)
    assert isinstance(ours.decide(record, "reopen", at=at + 2 * HOUR, by=KIM), Allowed)
    late = ours.decide(record, "reopen", at=at + 2 * HOUR + HOUR / 3600, by=KIM)
    assert isinstance(late, Refused)
    assert "until 2026-06-01T17:00:00+00:00" in late.reason


def test_devlake_5679_the_time_in_each_status_is_measured() -> None:
    """New 1 h, in progress 2 h and again 4 h, on hold 3 h: from the history, not from fields."""
    record = advance(incident(), "start", at=AT + HOUR, by="ada")
    record = advance(record, "hold", at=AT + 3 * HOUR, by="ada", reason="awaiting_vendor")
    record = advance(record, "resume", at=AT + 6 * HOUR, by="ada")
    record = advance(record, "resolve", at=AT + 10 * HOUR, by="ada", **FIXED)

    for state, hours in (("new", 1), ("in_progress", 6), ("on_hold", 3)):
        kpi = Kpi(
            id=f"time_{state}",
            measure=TimeIn(field("state.name").equals(state), until="resolved_at"),
            title=state,
        )
        (result,) = compute_kpis([kpi], [record], as_of=AT + 24 * HOUR).results
        assert result.value == hours * HOUR


def test_a_field_that_a_table_misspells_is_found() -> None:
    """A required field that no record has was kept below custom in silence; the linter says so."""
    rows = (
        Transition("solve", NEW, RESOLVED, fields=[InputField("asignee")]),
        Transition("close", RESOLVED, CLOSED),
    )
    (finding,) = lint_lifecycle(finishing(*rows))
    assert (finding.code, finding.subject, finding.witness) == ("unknown_field", "solve", "asignee")
    with pytest.raises(LifecycleDefinitionError):
        finishing(Transition("solve", NEW, RESOLVED, guard=field("asignee").present()))
