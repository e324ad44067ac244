"""A request of which approval was asked goes on when the rule holds, and not before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.lifecycle import (
    JSM_REQUEST_WITH_APPROVAL,
    SERVICE_REQUEST,
    SERVICENOW_REQUEST,
    Allowed,
    Lifecycle,
    Refused,
    advance,
    check_history,
    decide,
)
from incidentcore.records import (
    ApprovalRule,
    ServiceRequest,
    StateChanged,
    Task,
    approve,
    completeness,
    request_approval,
    set_task,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = ApprovalRule.all_of("bo", "lee")
WHY: dict[str, Any] = {"reject_reason": "too dear"}


def submitted(*decisions: tuple[str, str], rule: ApprovalRule | None = RULE) -> ServiceRequest:
    request = ServiceRequest.open(id="R-1", title="A laptop", at=AT, by="kim")
    if rule is not None:
        request = request_approval(request, rule, at=AT, by="ada")
    request = advance(request, "submit", at=AT, by="ada")
    for by, decision in decisions:
        request = approve(request, decision, at=AT + HOUR, by=by)
    return request


def refusal(request: ServiceRequest, action: str, **fields: Any) -> str:
    answer = decide(request, action, at=AT + HOUR, by="ada", **fields)
    assert isinstance(answer, Refused)
    assert answer.code == "guard"
    assert action in answer.allowed_actions
    return answer.reason


def test_approve_is_refused_until_the_rule_holds() -> None:
    """And the refusal says which votes lack (rule L7)."""
    request = submitted(("bo", "approved"))
    assert refusal(request, "approve") == (
        "approve from awaiting_approval is refused by its guard: approved, if approval was asked "
        "(1 of 2 approvals, missing: lee)"
    )

    request = approve(request, "approved", at=AT + HOUR, by="lee")
    assert advance(request, "approve", at=AT + HOUR, by="ada").state.name == "in_progress"


def test_reject_is_refused_until_it_is_rejected() -> None:
    """Pending or approved, nobody rejects over the approvers' heads; they may cancel (rule L7)."""
    assert "(0 of 2 approvals, missing: bo, lee)" in refusal(submitted(), "reject", **WHY)
    both = submitted(("bo", "approved"), ("lee", "approved"))
    assert "(2 of 2 approvals)" in refusal(both, "reject", **WHY)
    assert advance(both, "cancel", at=AT + HOUR, by="ada").state.name == "canceled"

    against = submitted(("bo", "approved"), ("lee", "rejected"))
    assert "(1 of 2 approvals, rejected by lee)" in refusal(against, "approve")
    done = advance(against, "reject", at=AT + HOUR, by="ada", **WHY)
    assert (done.state.name, done.custom["reject_reason"]) == ("rejected", "too dear")


def test_start_does_not_lead_around_the_approvers() -> None:
    """Work does not begin on what was not approved; once it was, it may begin at once."""
    request = ServiceRequest.open(id="R-1", title="A laptop", at=AT, by="kim")
    request = request_approval(request, ApprovalRule.any_of("bo"), at=AT, by="ada")
    assert "(0 of 1 approval, missing: bo)" in refusal(request, "start")

    request = approve(request, "approved", at=AT + HOUR, by="bo")
    assert advance(request, "start", at=AT + HOUR, by="ada").state.name == "in_progress"


@pytest.mark.parametrize(
    ("action", "fields", "state"),
    [("approve", {}, "in_progress"), ("reject", WHY, "rejected"), ("cancel", {}, "canceled")],
)
def test_without_a_rule_whoever_says_so_approves(
    action: str, fields: dict[str, Any], state: str
) -> None:
    """A request of which no approval was asked goes as it always did."""
    request = submitted(rule=None)

    assert advance(request, action, at=AT + HOUR, by="boss", **fields).state.name == state


def test_stages_of_approval_are_rounds() -> None:
    """First the manager, then finance: each is asked in turn, and each must approve."""
    request = submitted(("bo", "approved"), rule=ApprovalRule.any_of("bo"))
    request = request_approval(request, ApprovalRule.any_of("cfo"), at=AT + HOUR, by="ada")
    assert "missing: cfo" in refusal(request, "approve")

    request = approve(request, "approved", at=AT + 2 * HOUR, by="cfo")
    assert isinstance(decide(request, "approve", at=AT + 2 * HOUR, by="ada"), Allowed)


def test_a_history_that_went_around_the_approvers_is_told() -> None:
    """An import is folded as it happened; the check names the guard (rule H2)."""
    early = submitted(("bo", "approved")).with_event(
        StateChanged,
        at=AT + HOUR,
        by="ada",
        action="approve",
        state=SERVICE_REQUEST.state("in_progress"),
    )
    late = approve(early, "approved", at=AT + 2 * HOUR, by="lee")

    (finding,) = check_history(late, SERVICE_REQUEST)
    assert finding.code == "guard"
    assert finding.message.startswith("approve from awaiting_approval is refused by its guard")


def test_waiting_for_approval_has_its_reason() -> None:
    """Told by the pause, cleared by what follows; documentation does not lack one."""
    request = submitted(("bo", "approved"), ("lee", "approved"))
    assert request.hold_reason == "awaiting_approval"
    assert not {"hold_reason", "approval_rule"} & {gap.field for gap in completeness(request)}
    unasked = [gap.field for gap in completeness(submitted(rule=None))]
    assert "approval_rule" in unasked
    assert "hold_reason" not in unasked

    assert advance(request, "approve", at=AT + HOUR, by="ada").hold_reason is None


def test_the_wait_for_approval_is_measured_apart() -> None:
    """Submitted at 9, asked anew at 10, approved at 12, fulfilled at 15: 6 hours, 3 of waiting."""
    request = submitted(("bo", "approved"), ("lee", "rejected"))
    request = request_approval(request, ApprovalRule.any_of("cfo"), at=AT + HOUR, by="ada")
    request = approve(request, "approved", at=AT + 3 * HOUR, by="cfo")
    request = advance(request, "approve", at=AT + 3 * HOUR, by="ada")
    request = advance(request, "fulfill", at=AT + 6 * HOUR, by="ada")

    kpis = (catalogue.MEAN_REQUEST_FULFILLMENT_TIME, catalogue.MEAN_APPROVAL_WAIT_TIME)
    results = compute_kpis(kpis, [request], as_of=AT + 9 * HOUR).results
    assert [result.value for result in results] == [6 * HOUR, 3 * HOUR]


@pytest.mark.parametrize("lifecycle", [SERVICENOW_REQUEST, JSM_REQUEST_WITH_APPROVAL])
def test_the_wait_is_measured_where_no_state_is_called_so(lifecycle: Lifecycle) -> None:
    """Asked at 10, approved at 12, done at 15: 2 hours, in ServiceNow's and in Jira's."""
    request = lifecycle.open(ServiceRequest, id="R-1", title="A laptop", at=AT, by="kim")
    request = request_approval(request, RULE, at=AT + HOUR, by="ada")
    first, last = lifecycle.actions(request.state)[0], {"servicenow_request": "close_complete"}
    refused = lifecycle.decide(request, first, at=AT + HOUR, by="ada")
    assert isinstance(refused, Refused)
    assert "(0 of 2 approvals, missing: bo, lee)" in refused.reason
    for by in ("bo", "lee"):
        request = approve(request, "approved", at=AT + 3 * HOUR, by=by)
    request = lifecycle.advance(request, first, at=AT + 4 * HOUR, by="ada")
    request = lifecycle.advance(
        request, last.get(lifecycle.id, "resolve"), at=AT + 6 * HOUR, by="ada"
    )

    (result,) = compute_kpis(
        (catalogue.MEAN_APPROVAL_WAIT_TIME,), [request], as_of=AT + 9 * HOUR
    ).results
    assert result.value == 2 * HOUR


def test_a_fulfilled_request_lacks_the_end_of_its_tasks() -> None:
    """Until they are done."""
    request = advance(submitted(rule=None), "approve", at=AT + HOUR, by="boss")
    request = set_task(request, Task(id="t1", title="order it"), at=AT + HOUR, by="ada")
    request = advance(request, "fulfill", at=AT + HOUR, by="ada")
    assert "tasks" in [gap.field for gap in completeness(request)]

    done = Task(id="t1", title="order it", status="closed_complete")
    request = set_task(request, done, at=AT + 2 * HOUR, by="ada")
    assert "tasks" not in [gap.field for gap in completeness(request)]
