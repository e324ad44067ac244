"""What users of other systems reported, and is right here: kept from changing (field cases)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import (
    INCIDENT,
    STANDARD_CASCADES,
    Refused,
    ReopenWindow,
    advance,
    auto_close_at,
    cascade_effects,
    check_history,
    decide,
)
from incidentcore.priority import PriorityPolicy, clear_override, override_priority, prioritize
from incidentcore.records import (
    ApprovalRule,
    Incident,
    Problem,
    ServiceRequest,
    approve,
    comment,
    correct_event,
    link,
    merge_duplicate,
    request_approval,
)
from incidentcore.values import Actor, Impact, Priority, Urgency

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)
KIM = Actor("kim", "requester")
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "x"}


def incident(name: str = "I", **fields: Any) -> Incident:
    return Incident.open(id=name, title="t", at=AT, by=KIM, **fields)


def resolved(record: Incident, at: datetime, **more: Any) -> Incident:
    return advance(record, "resolve", at=at, by="ada", **(FIXED | more))


def effects(record: Any, *related: Any) -> list[str]:
    found = cascade_effects(record, record.history[-1], related, cascades=STANDARD_CASCADES)
    return [effect.record_id for effect in found]


def test_sla_s33_the_reopen_window_ends_with_its_last_instant() -> None:
    """Two days from 1 June 10:00; later it is refused, and the record closes after the second."""
    rows = tuple(
        attrs.evolve(row, guard=ReopenWindow(2 * DAY, exempt=("agent",)), guard_name="")
        if row.action == "reopen"
        else row
        for row in INCIDENT.transitions
    )
    own = attrs.evolve(INCIDENT, id="own", transitions=rows)
    record = own.open(Incident, id="I", title="t", at=AT, by=KIM)
    record = own.advance(record, "resolve", at=AT + HOUR, by="ada", **FIXED)
    end = AT + HOUR + 2 * DAY

    assert own.decide(record, "reopen", at=end, by=KIM)
    assert not own.decide(record, "reopen", at=end + TICK, by=KIM)
    assert own.decide(record, "reopen", at=end + TICK, by="ada")
    closed = own.advance(record, "close", at=end, by="ada")
    closed = comment(closed, "again", at=end + 5 * DAY, by="kim")
    assert (closed.state.name, closed.reopen_count) == ("closed", 0)
    assert closed.resolved_at == AT + HOUR
    assert closed.unanswered_since == end + 5 * DAY
    again = own.advance(record, "reopen", at=AT + DAY, by=KIM)
    again = own.advance(again, "resolve", at=AT + DAY + 3 * HOUR, by="ada", **FIXED)
    assert auto_close_at(again, after=2 * DAY) == AT + 3 * DAY + 3 * HOUR


def test_sla_s40_an_override_stands_while_the_computed_priority_moves() -> None:
    """Moderate; critical by override; critical while high is computed; high when cleared."""
    policy = PriorityPolicy()
    record = incident(impact=Impact.LOW, urgency=Urgency.HIGH)
    record = prioritize(record, policy, at=AT, by="ada")
    seen = [record.priority]
    record = override_priority(record, Priority.CRITICAL, reason="vip", at=AT + HOUR, by="ada")
    seen.append(record.priority)
    record = prioritize(record, policy, impact=Impact.MEDIUM, at=AT + 2 * HOUR, by="ada")
    seen += [record.priority, record.computed_priority]
    record = clear_override(record, reason="over", at=AT + 3 * HOUR, by="ada")
    seen.append(record.priority)
    assert [level.name for level in seen if level is not None] == [
        "moderate",
        "critical",
        "critical",
        "high",
        "high",
    ]


def test_sla_s44_a_closed_child_is_left_alone() -> None:
    """Resolved and closed before the parent is resolved."""
    child = link(incident("C"), "child_of", "P", at=AT, by="ada")
    child = advance(resolved(child, AT + HOUR), "close", at=AT + 1.1 * HOUR, by="ada")
    assert effects(resolved(incident("P"), AT + 2 * HOUR), child) == []


def test_sla_s48_asking_again_after_a_rejection_is_pending() -> None:
    """And the only approver may change their mind (sla-s49)."""
    rule = ApprovalRule.any_of("bo")
    request = ServiceRequest.open(id="R", title="t", at=AT, by="kim")
    request = request_approval(request, rule, at=AT, by="ada")
    request = approve(request, "rejected", at=AT + HOUR, by="bo")
    assert request_approval(request, rule, at=AT + HOUR, by="ada").approval_state == "pending"
    assert approve(request, "approved", at=AT + 2 * HOUR, by="bo").approval_state == "approved"


def test_sla_a08_a_closed_record_is_not_reopened() -> None:
    """And an automatic close counts from the second resolution."""
    record = resolved(incident(), AT + HOUR)
    closed = advance(record, "close", at=AT + 2 * HOUR, by="ada")
    assert isinstance(decide(closed, "reopen", at=AT + 3 * HOUR, by=KIM), Refused)
    again = advance(record, "reopen", at=AT + 2 * HOUR, by=KIM)
    again = resolved(again, AT + 5 * HOUR)
    assert auto_close_at(again, after=DAY) == AT + 5 * HOUR + DAY


def test_sla_a11_nothing_is_merged_into_a_duplicate() -> None:
    """A into B, B into C; then neither C into A nor C into B."""
    a, b = merge_duplicate(incident("A"), incident("B"), at=AT, by="ada")
    b, c = merge_duplicate(b, incident("C"), at=AT, by="ada")
    for original in (a, b):
        with pytest.raises(InvalidValueError, match="not itself the duplicate"):
            merge_duplicate(c, original, at=AT, by="ada")


def test_sla_a12_a_problem_resolves_what_waits_for_it() -> None:
    """The one on hold for it; closing and reanalyzing touch nothing."""
    problem = Problem.open(id="P", title="t", at=AT, by=Actor("ada"))
    waiting, working, done = (
        link(incident(name), "caused_by", "P", at=AT, by="ada") for name in ("I1", "I2", "I3")
    )
    waiting = advance(waiting, "hold", at=AT, by="ada", reason="awaiting_problem")
    working = advance(working, "start", at=AT, by="ada")
    done = resolved(done, AT)
    for action in ("assess", "confirm", "fix"):
        problem = advance(problem, action, at=AT + HOUR, by="ada")
    problem = advance(problem, "resolve", at=AT + 2 * HOUR, by="ada", **FIXED)
    assert effects(problem, waiting, working, done) == ["I1"]
    for action in ("close", "reanalyze"):
        problem = advance(problem, action, at=AT + 3 * HOUR, by="ada")
        assert effects(problem, resolved(waiting, AT + 2 * HOUR), working, done) == []


def test_sla_a19_a_close_without_its_resolution_is_found() -> None:
    """The record stays closed, and its resolution is the close."""
    record = resolved(incident(), AT + 2 * HOUR)
    record = advance(record, "close", at=AT + 3 * DAY + 2 * HOUR, by="ada")
    record = correct_event(record, "I:2", by="ada")
    (finding,) = check_history(record, INCIDENT)
    assert (finding.code, finding.witness) == ("not_allowed", record.history[2])
    assert record.state.name == "closed"
    assert record.resolved_at == AT + 3 * DAY + 2 * HOUR
