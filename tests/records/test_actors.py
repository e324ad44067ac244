"""Who a plain id stands for, in every verb (rule H4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle import advance
from incidentcore.records import (
    ApprovalRule,
    Incident,
    ServiceRequest,
    approve,
    assign,
    comment,
    log_contact,
    request_approval,
    set_fields,
)
from incidentcore.values import Actor

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(**fields: Any) -> Incident:
    return Incident.open(**{"id": "I", "title": "t", "at": AT, "by": "kim", **fields})


@pytest.mark.parametrize(
    ("record", "by", "role"),
    [
        (incident(), "kim", "requester"),
        (incident(), "ada", "agent"),
        (incident(), Actor("kim"), "agent"),
        (incident(by=Actor("ada"), caller="kim"), "kim", "requester"),
        (incident(by=Actor("ada"), caller="kim"), "ada", "agent"),
        (incident(by=Actor("ada")), "ada", "agent"),
        (incident(by="kim", caller="lee"), "kim", "agent"),
        (incident(by="kim", caller=None), "kim", "requester"),
        (incident(assignee="kim"), "kim", "agent"),
        (comment(incident(), "mine", at=AT, by=Actor("kim")), "kim", "agent"),
        (set_fields(incident(), caller="lee", at=AT, by="ada"), "lee", "requester"),
    ],
)
def test_a_plain_id_stands_for_the_requester_or_an_agent(
    record: Incident, by: Any, role: str
) -> None:
    """The caller's does, or the opener's where no caller is named; assignees are agents."""
    assert comment(record, "x", at=AT + HOUR, by=by).history[-1].by.role == role


def test_the_callers_words_are_no_answer_of_the_desk() -> None:
    """Neither a response nor an acknowledgement, in whichever verb."""
    record = comment(incident(), "still waiting", at=AT + HOUR, by="kim")
    record = log_contact(record, "telephone", at=AT + HOUR, by="kim")
    record = advance(record, "start", at=AT + HOUR, by="kim")

    assert record.first_response_at is None
    assert record.acknowledged_at is None
    assert record.requester_message_count == 2
    assert record.unanswered_since == AT + HOUR


def test_a_late_event_asks_who_the_assignee_was_then() -> None:
    """Assigned to kim from 11:00 on: kim's words of 10:00 are the requester's."""
    record = assign(incident(), assignee="kim", at=AT + 2 * HOUR, by="ada")

    assert comment(record, "x", at=AT + HOUR, by="kim").history[-1].by.role == "requester"
    assert comment(record, "x", at=AT + 3 * HOUR, by="kim").history[-1].by.role == "agent"


def test_who_has_worked_on_it_later_had_not_yet() -> None:
    """The caller worked on it from 11:00, so a comment of 10:00 is still the requester's."""
    record = assign(incident(), assignee="kim", at=AT + 2 * HOUR, by="ada")
    record = comment(record, "mine", at=AT + 2 * HOUR, by="kim")
    record = assign(record, assignee="ada", at=AT + 3 * HOUR, by="ada")

    late = comment(record, "still broken", at=AT + HOUR, by="kim")
    assert (late.history[-1].by.role, late.first_response_at) == ("requester", AT + 2 * HOUR)
    assert comment(record, "x", at=AT + 4 * HOUR, by="kim").history[-1].by.role == "agent"


@pytest.mark.parametrize(("assignee", "role"), [(None, "approver"), ("bo", "agent")])
def test_an_approvers_plain_id_stands_for_an_approver(assignee: Any, role: str) -> None:
    """Deciding and commenting so is no answer of the desk, unless the request is theirs."""
    record = ServiceRequest.open(id="R", title="t", at=AT, by="kim", assignee=assignee)
    rule = ApprovalRule.all_of("bo", "lee", delegates={"lee": ["max"]})
    record = request_approval(record, rule, at=AT, by="ada")
    record = comment(record, "why?", at=AT + HOUR, by="bo")
    record = approve(record, "approved", at=AT + HOUR, by="bo")
    record = approve(record, "approved", at=AT + HOUR, by="max", on_behalf_of="lee")

    assert record.approval_state == "approved"
    assert [event.by.role for event in record.history[-3:]] == [role, role, "approver"]
    assert (record.first_response_at is None) == (role == "approver")


def test_a_misspelt_role_neither_opens_nor_answers() -> None:
    """Both refused at once: the response clock saw no answer, and breached."""
    wrong = Actor("ada", "agnet")
    with pytest.raises(InvalidValueError, match="nearest: agent"):
        incident(by=wrong)
    with pytest.raises(InvalidValueError, match="nearest: agent"):
        comment(incident(), "hello", at=AT, by=wrong)
    with pytest.raises(InvalidValueError, match="nearest: agent"):
        advance(incident(), "start", at=AT, by=wrong)
