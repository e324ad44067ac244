"""Service requests: approvers and tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentcore.records import (
    ApprovalRule,
    RequestItem,
    ServiceRequest,
    Task,
    approve,
    request_approval,
    set_task,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_the_last_decision_of_an_approver_counts() -> None:
    """Approvals keep one decision for each approver, in the order given."""
    request = ServiceRequest.open(id="REQ-1", title="A laptop", at=AT, by="kim")
    for by, decision in (("bo", "approved"), ("lee", "rejected"), ("bo", "rejected")):
        request = approve(request, decision, at=AT, by=by)

    assert [(a.by.id, a.decision) for a in request.approvals] == [
        ("lee", "rejected"),
        ("bo", "rejected"),
    ]


def test_a_task_takes_the_place_of_the_one_with_its_id() -> None:
    """And a new one comes last."""
    request = ServiceRequest.open(
        id="REQ-1", title="t", at=AT, by="kim", items=[RequestItem(id="1", name="laptop")]
    )
    for task in (Task(id="1", title="a"), Task(id="2", title="b"), Task(id="1", title="c")):
        request = set_task(request, task, at=AT, by="ada")

    assert [task.title for task in request.tasks] == ["c", "b"]


def test_before_the_opening_nobody_was_asked() -> None:
    """The state of the approval at an instant is what was so then (rule L7)."""
    request = ServiceRequest.open(id="REQ-1", title="A laptop", at=AT, by="kim")
    assert request.approval_state_at(AT - timedelta(microseconds=1)) is None


def test_at_its_opening_an_approval_has_a_state() -> None:
    """A request that is opened with a rule waits from its first instant on."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    request = ServiceRequest.open(id="R", title="x", by="kim", at=at)
    asked = request_approval(request, ApprovalRule.any_of("bo"), at=at, by="kim")
    assert asked.approval_state_at(at) == "pending"
    assert asked.approval_state_at(at - timedelta(microseconds=1)) is None
    assert request.approval_state_at(at) is None
