"""Approval in stages and in time, and tasks in order (rules L7 and L8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import Refused, advance, cascade_effects, decide
from incidentcore.lifecycle.standard_cascades import APPROVALS_TO_REQUEST
from incidentcore.records import (
    ApprovalRule,
    ServiceRequest,
    Task,
    approve,
    comment,
    replay,
    request_approval,
    set_task,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.serialization import dumps, loads
from incidentcore.values import Actor

FRIDAY = datetime(2026, 6, 5, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
SYSTEM = Actor("timer", "system")
BO, LEE = ApprovalRule.any_of("bo"), ApprovalRule.any_of("lee")


def asked(rule: ApprovalRule, at: datetime = FRIDAY) -> ServiceRequest:
    record = ServiceRequest.open(id="R", title="t", at=at, by="kim")
    record = request_approval(record, rule, at=at, by="ada")
    return advance(record, "submit", at=at, by="ada")


def vote(record: ServiceRequest, who: str, hours: float, what: str = "approved") -> ServiceRequest:
    return approve(record, what, at=FRIDAY + hours * HOUR, by=who)


def test_it_is_approved_after_the_last_stage_alone() -> None:
    """The second stage is asked once the first is approved."""
    record = asked(ApprovalRule.in_stages(BO, LEE))
    assert (record.approval_stage, record.approvals_pending) == (0, ("bo",))
    record = vote(record, "bo", 1)
    assert (record.approval_state, record.approvals_pending) == ("pending", ("lee",))
    assert not decide(record, "approve", at=FRIDAY + HOUR, by="ada")
    record = vote(record, "lee", 2)
    assert (record.approval_state, record.approval_decided_at) == ("approved", FRIDAY + 2 * HOUR)
    assert decide(record, "approve", at=FRIDAY + 2 * HOUR, by="ada")
    assert replay(reversed(record.history)) == record


def test_who_is_not_asked_yet_has_no_vote_and_one_may_vote_in_each_stage() -> None:
    """An early vote counts for nothing; a second stage needs a second vote."""
    record = vote(asked(ApprovalRule.in_stages(BO, LEE)), "lee", 1)
    record = vote(record, "bo", 2)
    assert record.approvals_pending == ("lee",)

    record = vote(asked(ApprovalRule.in_stages(BO, BO)), "bo", 1)
    assert record.approval_state == "pending"
    assert vote(record, "bo", 2).approval_state == "approved"


@pytest.mark.parametrize("stage", [0, 1])
def test_a_rejection_in_any_stage_rejects(stage: int) -> None:
    """And the refusal names the stage."""
    record = asked(ApprovalRule.in_stages(BO, LEE))
    if stage:
        record = vote(record, "bo", 1)
    record = vote(record, ("bo", "lee")[stage], 2, "rejected")
    assert record.approval_state == "rejected"
    refused = decide(record, "approve", at=FRIDAY + 2 * HOUR, by="ada")
    assert isinstance(refused, Refused)
    assert f"stage {stage + 1} of 2" in refused.reason


@pytest.mark.parametrize(
    ("after", "calendar", "end"),
    [
        (timedelta(hours=2), None, FRIDAY + 2 * HOUR),
        (timedelta(hours=2), OFFICE, FRIDAY + 66 * HOUR),  # Monday 10:00
        (BusinessDays(1), OFFICE, FRIDAY + 72 * HOUR),  # Monday 16:00
    ],
)
def test_what_is_pending_at_the_expiry_is_expired(
    after: Any, calendar: BusinessCalendar | None, end: datetime
) -> None:
    """In wall time, open time or business days; the wake-up is that instant."""
    record = asked(BO.expiring(after, calendar))
    tick = timedelta(microseconds=1)

    assert record.approval_expires_at == end
    assert record.approval_state_at(end - tick) == "pending"
    assert record.approval_state_at(end) == "expired"
    assert record.next_approval_wakeup(now=end - tick) == end
    assert record.next_approval_wakeup(now=end) is None
    on_time = approve(record, "approved", at=end, by="bo", recorded_at=end + 9 * HOUR)
    assert on_time.approval_state_at(end + HOUR) == "approved"
    assert on_time.next_approval_wakeup(now=FRIDAY) is None
    late = approve(record, "approved", at=end + tick, by="bo")
    assert (late.approval_state, late.approvals) == ("pending", ())
    assert late.approval_state_at(end + HOUR) == "expired"


def test_each_stage_has_its_own_time() -> None:
    """The second begins when the first is approved."""
    rule = ApprovalRule.in_stages(BO.expiring(HOUR), LEE.expiring(5 * HOUR))
    record = vote(asked(rule), "bo", 0.5)
    assert record.approval_expires_at == FRIDAY + 5.5 * HOUR
    assert vote(record, "lee", 5).approval_state == "approved"


def test_a_limit_on_joined_stages_is_one_on_each() -> None:
    """Two hours each: Bo approves after one, so Lee's stage expires two hours later, not never.

    Source: tests of a chain of approvals, where a later step that expires ends the request.
    """
    joined = ApprovalRule.in_stages(BO, LEE).expiring(2 * HOUR)
    assert joined == ApprovalRule.in_stages(BO.expiring(2 * HOUR), LEE.expiring(2 * HOUR))
    record = approve(asked(joined), "approved", at=FRIDAY + HOUR, by="bo")
    assert record.approval_expires_at == FRIDAY + 3 * HOUR
    assert record.approval_state_at(FRIDAY + 2.9 * HOUR) == "pending"
    assert record.approval_state_at(FRIDAY + 3 * HOUR) == "expired"


def test_an_expired_approval_is_rejected_by_the_system_and_by_cascades() -> None:
    """Until then it cannot be rejected; afterwards nothing approves it."""
    record = asked(BO.expiring(HOUR))
    reason = {"reject_reason": "expired"}
    assert not decide(record, "reject", at=FRIDAY + HOUR / 2, by=SYSTEM, **reason)
    assert decide(record, "reject", at=FRIDAY + HOUR, by=SYSTEM, **reason)
    assert not decide(record, "approve", at=FRIDAY + HOUR, by="ada")

    late = ServiceRequest.open(id="R", title="t", at=FRIDAY, by="kim")
    late = request_approval(late, BO.expiring(HOUR), at=FRIDAY, by="ada")
    late = advance(late, "submit", at=FRIDAY + 2 * HOUR, by="ada")
    (effect,) = cascade_effects(late, late.history[-1], [], cascades=APPROVALS_TO_REQUEST)
    assert effect.cascade == "earlier_decision_rejects_request"
    assert effect.answer.record.state.name == "rejected"  # type: ignore[union-attr]  # allowed


@given(
    st.lists(st.tuples(st.sampled_from(["bo", "lee"]), st.integers(61, 300)), max_size=4),
    st.sampled_from(["approved", "rejected", "withdrawn"]),
)
def test_a_vote_after_the_expiry_changes_nothing(votes: list[tuple[str, int]], what: str) -> None:
    """Whoever casts it, in whatever order; comments in between change nothing about it."""
    record = asked(ApprovalRule.all_of("bo", "lee").expiring(HOUR))
    before = record.facts()
    for who, minute in votes:
        at = FRIDAY + timedelta(minutes=minute)
        record = approve(record, what, at=at, by=who)
        record = comment(record, "x", at=at, by="ada", visibility="internal")
    for name in ("approvals", "approval_state", "approvals_pending", "approval_decided_at"):
        assert record.facts()[name] == before[name]
    assert record.approval_state_at(FRIDAY + 6 * HOUR) == "expired"


@pytest.mark.parametrize(
    "wrong",
    [
        {"expires_after": timedelta()},
        {"expires_after": BusinessDays(2)},
        {"expires_after": BusinessDays(-1), "calendar": OFFICE},
        {"expires_after": 5},
        {"then": "lee"},
    ],
    ids=str,
)
def test_a_rule_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    """When it is written."""
    with pytest.raises(InvalidValueError):
        attrs.evolve(BO, **wrong)
    with pytest.raises(InvalidValueError, match="at least one"):
        ApprovalRule.in_stages()


def test_stages_and_tasks_read_back() -> None:
    """From JSON, with their times; plain ones are written as before."""
    rule = ApprovalRule.in_stages(BO.expiring(BusinessDays(2), OFFICE), LEE)
    record = set_task(
        vote(asked(rule), "bo", 1),
        Task(id="T", title="t", order=2, progress=0.5, due_at=FRIDAY),
        at=FRIDAY + HOUR,
        by="ada",
    )
    assert loads(dumps(record), ServiceRequest) == record
    assert "then" not in dumps(BO)


def tasks(*orders: int, **fields: Any) -> ServiceRequest:
    record = ServiceRequest.open(id="R", title="t", at=FRIDAY, by="kim")
    for number, order in enumerate(orders):
        task = Task(id=f"T{number}", title="t", order=order, **fields)
        record = set_task(record, task, at=FRIDAY, by="ada")
    return record


def close(record: ServiceRequest, number: int, status: Any = "closed_complete") -> ServiceRequest:
    task = attrs.evolve(record.tasks[number], status=status)
    return set_task(record, task, at=FRIDAY + HOUR, by="ada")


def test_tasks_are_closed_in_order() -> None:
    """Those of one order side by side; a task may be skipped before its turn."""
    record = tasks(1, 1, 2)
    assert [task.id for task in record.ready_tasks()] == ["T0", "T1"]
    record = close(record, 1)
    with pytest.raises(InvalidValueError, match="T0"):
        close(record, 2)
    assert close(record, 2, "closed_skipped").tasks_status == "open"
    record = close(close(record, 0), 2)
    assert (record.ready_tasks(), record.tasks_status) == ((), "closed_complete")


def test_tasks_say_how_far_they_are_and_what_is_late() -> None:
    """Each weighs the same; what is closed is done."""
    record = tasks(0, 0, progress=0.5, due_at=FRIDAY + HOUR)
    assert record.tasks_progress == 0.5
    assert close(record, 0).tasks_progress == 0.75
    assert tasks().tasks_progress is None
    assert record.overdue_tasks(now=FRIDAY) == ()
    assert [task.id for task in close(record, 0).overdue_tasks(now=FRIDAY + HOUR)] == ["T1"]


@pytest.mark.parametrize(
    "wrong",
    [{"order": "first"}, {"progress": 1.5}, {"progress": True}, {"status": "done"}],
    ids=str,
)
def test_a_task_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    """By the name of the part."""
    with pytest.raises(InvalidValueError, match=next(iter(wrong))):
        Task(id="T", title="t", **wrong)


@pytest.mark.parametrize(
    ("votes", "state", "stage"),
    [
        (["bo approved", "bo withdrawn"], "pending", 0),
        (["bo approved", "bo withdrawn", "lee approved"], "pending", 0),
        (["bo approved", "lee approved", "bo withdrawn"], "pending", 0),
        (["bo approved", "lee approved", "bo withdrawn", "bo approved"], "approved", 1),
        (["bo approved", "bo rejected"], "rejected", 0),
        (["bo approved", "lee approved", "bo rejected"], "rejected", 0),
        (["bo approved", "max withdrawn", "lee approved"], "approved", 1),
    ],
)
def test_a_decision_of_an_earlier_stage_can_be_changed(
    votes: list[str], state: str, stage: int
) -> None:
    """It counted for nothing once the next stage had begun, a withdrawal too."""
    record = asked(ApprovalRule.in_stages(BO, LEE))
    for hour, text in enumerate(votes, start=1):
        record = vote(record, text.split()[0], hour, text.split()[1])
    assert (record.approval_state, record.approval_stage) == (state, stage)
    assert replay(reversed(record.history)) == record


def test_a_group_signs_off_by_any_of_its_members() -> None:
    """Each group is an approver whose members decide in its place; they are asked in parallel."""
    members = {"legal": ["lena", "luis"], "finance": ["fay"]}
    record = asked(ApprovalRule.all_of("legal", "finance", delegates=members))
    for who, group in (("lena", "legal"), ("luis", "legal"), ("max", "finance")):
        record = approve(record, "approved", at=FRIDAY, by=who, on_behalf_of=group)
        assert record.approvals_pending == ("finance",)
    record = approve(record, "approved", at=FRIDAY, by="fay", on_behalf_of="finance")
    assert record.approval_state == "approved"


def test_a_late_task_waits_for_what_was_open_then() -> None:
    """The first task ended at 18:00, so the second cannot have ended at 17:00."""
    record = ServiceRequest.open(id="R", title="t", at=FRIDAY, by="kim")
    one, two = Task(id="1", title="a", order=1), Task(id="2", title="b", order=2)
    done = attrs.evolve(two, status="closed_complete")
    record = set_task(record, two, at=FRIDAY, by="ada")
    assert set_task(record, done, at=FRIDAY, by="ada").tasks_status == "closed_complete"
    with_first = set_task(record, one, at=FRIDAY + 2 * HOUR, by="ada")
    early = set_task(with_first, done, at=FRIDAY + HOUR, by="ada")
    assert [task.status for task in early.tasks] == ["closed_complete", "open"]

    both = set_task(set_task(record, one, at=FRIDAY, by="ada"), two, at=FRIDAY, by="ada")
    ended = attrs.evolve(one, status="closed_complete")
    both = set_task(both, ended, at=FRIDAY + 2 * HOUR, by="ada")
    with pytest.raises(InvalidValueError, match="open tasks before it"):
        set_task(both, done, at=FRIDAY + HOUR, by="ada")
