"""Who was asked to approve, who did, and what that comes to."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Approval,
    ApprovalRule,
    Incident,
    ServiceRequest,
    approve,
    correct_event,
    field_changes,
    replay,
    request_approval,
    set_fields,
)
from incidentcore.values import Actor

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)

ANY = ApprovalRule.any_of("bo", "lee")
ONE = ApprovalRule.all_of("bo")
ALL = ApprovalRule.all_of("bo", "lee")
TWO = ApprovalRule.quorum(2, "bo", "lee", "max")
CHIEF = ApprovalRule.quorum(2, "bo", "lee", "max", required=["max"])
VETO = ApprovalRule.quorum(1, "bo", "lee", veto=True)

# What people said ("+" approved, "-" rejected), and what that comes to, worked out by hand.
COUNTS = [
    (ANY, "", "pending", "0 of 1 approval, missing: 1 of bo, lee"),
    (ONE, "+bo", "approved", "1 of 1 approval"),
    (ANY, "+bo", "approved", "1 of 1 approval"),
    (ANY, "-bo", "pending", "0 of 1 approval, rejected by bo, missing: lee"),
    (ANY, "-bo +lee", "approved", "1 of 1 approval, rejected by bo"),
    (ANY, "-bo -lee", "rejected", "0 of 1 approval, rejected by bo, lee"),
    (ALL, "+lee", "pending", "1 of 2 approvals, missing: bo"),
    (ALL, "+bo +lee", "approved", "2 of 2 approvals"),
    (ALL, "-lee", "rejected", "0 of 2 approvals, rejected by lee"),
    (ALL, "+bo -lee", "rejected", "1 of 2 approvals, rejected by lee"),
    (TWO, "", "pending", "0 of 2 approvals, missing: 2 of bo, lee, max"),
    (TWO, "+lee", "pending", "1 of 2 approvals, missing: 1 of bo, max"),
    (TWO, "+lee -max", "pending", "1 of 2 approvals, rejected by max, missing: bo"),
    (TWO, "+lee -max +bo", "approved", "2 of 2 approvals, rejected by max"),
    (TWO, "-lee -max", "rejected", "0 of 2 approvals, rejected by lee, max"),
    (CHIEF, "", "pending", "0 of 2 approvals, missing: max (required), 1 of bo, lee"),
    (CHIEF, "+bo", "pending", "1 of 2 approvals, missing: max (required)"),
    (CHIEF, "+bo +lee", "pending", "2 of 2 approvals, missing: max (required)"),
    (CHIEF, "+bo +lee -max", "rejected", "2 of 2 approvals, rejected by max"),
    (CHIEF, "+max", "pending", "1 of 2 approvals, missing: 1 of bo, lee"),
    (CHIEF, "+max -bo", "pending", "1 of 2 approvals, rejected by bo, missing: lee"),
    (CHIEF, "+max +lee", "approved", "2 of 2 approvals"),
    (VETO, "-bo", "rejected", "0 of 1 approval, rejected by bo"),
    (VETO, "+lee -bo", "rejected", "1 of 1 approval, rejected by bo"),
    (VETO, "+lee", "approved", "1 of 1 approval"),
    (ANY, "+eve", "pending", "0 of 1 approval, missing: 1 of bo, lee, not asked: eve"),
    (ANY, "-eve +bo", "approved", "1 of 1 approval, not asked: eve"),
    (ALL, "+bo +lee -bo", "rejected", "1 of 2 approvals, rejected by bo"),
    (ALL, "-bo +bo", "pending", "1 of 2 approvals, missing: lee"),
]


def said(votes: str) -> list[Approval]:
    words = {"+": "approved", "-": "rejected"}
    return [Approval(by=Actor(vote[1:]), decision=words[vote[0]], at=AT) for vote in votes.split()]


@pytest.mark.parametrize(("rule", "votes", "state", "text"), COUNTS)
def test_what_decisions_come_to(rule: ApprovalRule, votes: str, state: str, text: str) -> None:
    """By any, all, a quorum, with required approvers and with a veto; the text says what lacks."""
    count = rule.count(said(votes))

    assert count.state == state
    assert str(count) == text


@pytest.mark.parametrize(
    ("share", "asked", "needed"), [(1, 3, 1), (50, 3, 2), (50, 4, 2), (67, 3, 3), (100, 3, 3)]
)
def test_a_share_of_the_approvers_is_rounded_up(share: int, asked: int, needed: int) -> None:
    """Half of three is two."""
    assert ApprovalRule.percent(share, *"abcd"[:asked]).needed == needed


def test_a_set_of_approvers_has_an_order() -> None:
    """That of the ids, so that the same rule is equal and written alike in every process."""
    names = {"max", "bo", "lee", "ada", "zoe"}
    rule = ApprovalRule(names, delegates={"bo": {"y", "x"}})

    assert rule.approvers == ("ada", "bo", "lee", "max", "zoe")
    assert rule.delegates["bo"] == ("x", "y")
    assert ApprovalRule(["max", "bo"]).approvers == ("max", "bo")


@given(st.data())
def test_rejected_is_what_can_no_longer_be_approved(data: st.DataObject) -> None:
    """Tried by hand: whatever those who have not answered might say, none of it approves (L7)."""
    asked = "abcd"[: data.draw(st.integers(1, 4))]
    needed = data.draw(st.integers(1, len(asked)))
    required = data.draw(st.frozensets(st.sampled_from(asked)))
    rule = ApprovalRule.quorum(needed, *asked, required=required)
    votes = {one: data.draw(st.sampled_from("+- ")) for one in asked}

    def holds(vote: dict[str, str]) -> bool:
        yes = {one for one, sign in vote.items() if sign == "+"}
        return len(yes) >= needed and required <= yes

    silent = [one for one in asked if votes[one] == " "]
    futures = [
        votes | dict(zip(silent, rest, strict=True)) for rest in product("+-", repeat=len(silent))
    ]
    count = rule.count(said(" ".join(sign + one for one, sign in votes.items() if sign != " ")))

    expected = "approved" if holds(votes) else "pending" if any(map(holds, futures)) else "rejected"
    assert count.state == expected
    assert list(count.pending) == silent


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (ApprovalRule.any_of, "at least one id"),
        (ApprovalRule.all_of, "at least one id"),
        (lambda: ApprovalRule.quorum(3, "a", "b"), "from 1 to 2"),
        (lambda: ApprovalRule.quorum(0, "a", "b"), "from 1 to 2"),
        (lambda: ApprovalRule.quorum(True, "a", "b"), "from 1 to 2"),
        (lambda: ApprovalRule.percent(0, "a"), "from 1 to 100"),
        (lambda: ApprovalRule.percent(101, "a"), "from 1 to 100"),
        (lambda: ApprovalRule.any_of("a", "a"), "each once"),
        (lambda: ApprovalRule.any_of("a", ""), "non-empty"),
        (lambda: ApprovalRule({"a", 1}), "non-empty texts"),  # type: ignore[arg-type]
        (lambda: ApprovalRule("abc"), "a sequence of people's ids"),
        (lambda: ApprovalRule.quorum(1, "a", required=["b"]), "some of a"),
        (lambda: ApprovalRule.any_of("a", delegates={"b": ["c"]}), "some of a"),
        (lambda: ApprovalRule.any_of("a", delegates={"a": ["a"]}), "somebody else"),
        (lambda: ApprovalRule.any_of("a", delegates={"a": "bo"}), "a sequence of people's ids"),
        (lambda: ApprovalRule.any_of("a", delegates=[("a", ["b"])]), "a mapping"),  # type: ignore[arg-type]
        (lambda: ApprovalRule.any_of("a", veto=1), "True or False"),  # type: ignore[arg-type]
        (lambda: Approval(by=Actor("a"), decision="withdrawn", at=AT), "approved, rejected"),
        (lambda: Approval(by="a", decision="approved", at=AT), "an Actor"),  # type: ignore[arg-type]
        (
            lambda: Approval(by=Actor("a"), decision="approved", at=AT, on_behalf_of=""),
            "non-empty text",
        ),
    ],
)
def test_a_rule_that_cannot_hold_is_refused(make: Any, says: str) -> None:
    """When it is written, saying what is allowed."""
    with pytest.raises(InvalidValueError, match=says):
        make()


def asked(rule: ApprovalRule = ALL) -> ServiceRequest:
    request = ServiceRequest.open(id="R-1", title="A laptop", at=AT, by="kim")
    return request_approval(request, rule, at=AT + HOUR, by="ada")


def test_asking_and_deciding_are_facts_of_the_history() -> None:
    """Who, when, and how it stands; nobody was asked before."""
    fresh = ServiceRequest.open(id="R-1", title="A laptop", at=AT, by="kim")
    assert (fresh.approval_rule, fresh.approval_state) == (None, None)

    request = asked()
    assert (request.approval_state, request.approvals_pending) == ("pending", ("bo", "lee"))
    assert (request.approval_requested_at, request.approval_decided_at) == (AT + HOUR, None)
    request = approve(request, "approved", at=AT + 2 * HOUR, by="bo")
    assert (request.approval_state, request.approvals_pending) == ("pending", ("lee",))
    request = approve(request, "approved", at=AT + 3 * HOUR, by="lee", reason="fine")

    assert (request.approval_state, request.approvals_pending) == ("approved", ())
    assert request.approval_decided_at == AT + 3 * HOUR
    assert [(a.by.id, a.decision, a.at, a.reason) for a in request.approvals] == [
        ("bo", "approved", AT + 2 * HOUR, ""),
        ("lee", "approved", AT + 3 * HOUR, "fine"),
    ]
    assert [change.after for change in field_changes(request, "approval_state")] == [
        "pending",
        "approved",
    ]
    assert replay(reversed(request.history)) == request
    again = pickle.loads(pickle.dumps(request))  # noqa: S301  our own bytes
    assert again.facts() == request.facts()


def test_a_decision_can_be_changed_and_taken_back() -> None:
    """Then it is pending again; the moment of the decision is that of the state that stands."""
    request = approve(asked(ANY), "approved", at=AT + 2 * HOUR, by="bo")
    again = approve(request, "approved", at=AT + 3 * HOUR, by="lee")
    assert again.approval_decided_at == AT + 2 * HOUR

    back = approve(request, "withdrawn", at=AT + 3 * HOUR, by="bo")
    assert (back.approval_state, back.approvals, back.approval_decided_at) == ("pending", (), None)
    changed = approve(request, "rejected", at=AT + 3 * HOUR, by="bo")
    assert (changed.approval_state, changed.approvals_pending) == ("pending", ("lee",))
    rejected = approve(changed, "rejected", at=AT + 4 * HOUR, by="lee")
    assert (rejected.approval_state, rejected.approval_decided_at) == ("rejected", AT + 4 * HOUR)
    assert rejected.version == 5  # what was said first stays in the history


def test_a_wrong_or_late_decision_takes_its_place() -> None:
    """A correction takes it away; one dated back counts from then on; the past can be asked."""
    request = approve(asked(ANY), "approved", at=AT + 2 * HOUR, by="bo")
    assert correct_event(request, "R-1:3", by="ada").approval_state == "pending"

    late = approve(request, "rejected", at=AT + 90 * HOUR / 60, by="bo", recorded_at=AT + 5 * HOUR)
    assert late.approval_state == "approved"
    then = late.timeline().facts_at(AT + 100 * HOUR / 60)
    assert [one.decision for one in then["approvals"]] == ["rejected"]
    known = late.timeline(known_at=AT + 3 * HOUR).facts_at(AT + 100 * HOUR / 60)
    assert known["approvals"] == ()


def test_asking_again_begins_a_new_round() -> None:
    """Unless what was decided is kept, as when an approver is added (rule L7)."""
    request = approve(asked(ANY), "approved", at=AT + 2 * HOUR, by="bo")
    three = ApprovalRule.all_of("bo", "lee", "max")

    anew = request_approval(request, three, at=AT + 3 * HOUR, by="ada")
    assert (anew.approvals, anew.approval_state) == ((), "pending")
    assert (anew.approval_requested_at, anew.approval_decided_at) == (AT + 3 * HOUR, None)
    kept = request_approval(request, three, keep_decisions=True, at=AT + 3 * HOUR, by="ada")
    assert kept.approvals_pending == ("lee", "max")
    wide = request_approval(request, ANY, keep_decisions=True, at=AT + 3 * HOUR, by="ada")
    assert (wide.approval_state, wide.approval_decided_at) == ("approved", AT + 3 * HOUR)


def test_a_delegate_decides_in_the_place_of_an_approver() -> None:
    """If the rule names the delegate; the approver's own later decision goes before."""
    rule = ApprovalRule.all_of("bo", "lee", delegates={"lee": ["max"]})
    request = approve(asked(rule), "approved", at=AT + 2 * HOUR, by="bo")
    for by, voice in (("eve", "lee"), ("max", "bo"), ("max", None)):
        stranger = approve(request, "approved", on_behalf_of=voice, at=AT + 2 * HOUR, by=by)
        assert (stranger.approval_state, stranger.approvals_pending) == ("pending", ("lee",))
        assert rule.count(stranger.approvals).not_asked == (by,)

    done = approve(request, "approved", on_behalf_of="lee", at=AT + 3 * HOUR, by="max")
    assert done.approval_state == "approved"
    assert (done.approvals[1].by.id, done.approvals[1].voice) == ("max", "lee")
    assert done.history[-1].on_behalf_of == "lee"
    own = approve(done, "rejected", at=AT + 4 * HOUR, by="lee")
    assert own.approval_state == "rejected"
    assert approve(own, "withdrawn", at=AT + 5 * HOUR, by="lee").approval_state == "approved"


def test_decisions_without_a_rule_are_kept_as_they_are() -> None:
    """As before there were rules: noted, and coming to nothing."""
    request = ServiceRequest.open(id="R-1", title="A laptop", at=AT, by="kim")
    request = approve(request, "approved", at=AT, by="bo")

    assert (request.approval_state, request.approvals_pending) == (None, ())
    assert [one.by.id for one in request.approvals] == ["bo"]


def test_only_the_fold_says_how_approval_stands() -> None:
    """It cannot be set, nor opened with; and only requests can be approved (rule H2)."""
    with pytest.raises(InvalidValueError, match="approval_state"):
        set_fields(asked(), approval_state="approved", at=AT, by="eve")
    opening: dict[str, Any] = {"approval_state": "approved"}
    with pytest.raises(InvalidValueError, match="approval_state"):
        ServiceRequest.open(id="R", title="t", at=AT, by="eve", **opening)
    incident = Incident.open(id="I", title="t", at=AT, by="kim")
    for change in (
        lambda: request_approval(incident, ANY, at=AT, by="ada"),
        lambda: approve(incident, "approved", at=AT, by="ada"),
        lambda: request_approval(asked(), "any of bo, lee", at=AT, by="ada"),  # type: ignore[arg-type]
        lambda: request_approval(asked(), ANY, keep_decisions=1, at=AT, by="ada"),  # type: ignore[arg-type]
        lambda: approve(asked(), "maybe", at=AT, by="bo"),
        lambda: approve(asked(), "approved", on_behalf_of="", at=AT, by="bo"),
    ):
        with pytest.raises(InvalidValueError):
            change()
