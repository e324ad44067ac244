"""Further cases of requests and related records, of the kinds that users report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.lifecycle import (
    STANDARD_CASCADES,
    CascadeRule,
    Copy,
    EveryLinked,
    advance,
    cascade_effects,
)
from incidentcore.records import (
    ApprovalRule,
    Incident,
    Record,
    ServiceRequest,
    Task,
    approve,
    comment,
    link,
    merge_duplicate,
    request_approval,
    set_task,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, SlaStatus, evaluate_sla
from incidentcore.values import Actor

OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
KIM = Actor("kim", "requester")
FIX = {"resolution_code": "fixed", "resolution_notes": "x"}
TEN = [f"a{number}" for number in range(10)]
RULES = {
    "10 of 10": ApprovalRule.all_of(*TEN),
    "100 % of 4": ApprovalRule.percent(100, *"abcd"),
    "50 % of 4": ApprovalRule.percent(50, *"abcd"),
    "100 % of 3": ApprovalRule.percent(100, *"abc"),
    "66 % of 3": ApprovalRule.percent(66, *"abc"),
    "a": ApprovalRule.any_of("a"),
    "b": ApprovalRule.any_of("b"),
    "a and b": ApprovalRule.all_of("a", "b"),
    "a, then b": ApprovalRule.in_stages(ApprovalRule.any_of("a"), ApprovalRule.any_of("b")),
}


def u(text: str) -> datetime:
    """Return an instant of June 2026 in UTC, given as "01 09:00"."""
    return datetime.fromisoformat(f"2026-06-{text.replace(' ', 'T')}").replace(tzinfo=UTC)


def follow(desk: dict[str, Any], name: str, *rules: CascadeRule) -> list[str]:
    """Apply the cascades of a record's last event; return the records that they change."""
    record = desk[name]
    cascades = rules or STANDARD_CASCADES
    found = cascade_effects(
        record, record.history[-1], desk.values(), cascades=cascades, follow=True
    )
    for effect in found:
        assert effect.answer, effect
        desk[effect.record_id] = effect.answer.record
    return [effect.record_id for effect in found]


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("10 of 10: a3-", "rejected"),  # glpi-project/glpi PR 8024
        ("50 % of 4: a- b-", "pending"),  # the other two can still approve
        ("50 % of 4: a- b- c-", "rejected"),
        ("50 % of 4: a+ b+", "approved"),  # glpi-project/glpi#841
        ("100 % of 3: a+ b+", "pending"),  # glpi-project/glpi PR 23174
        ("66 % of 3: a+ b+", "approved"),
        ("100 % of 4: a+ b+ keep: 50 % of 4:", "approved"),  # glpi-project/glpi PR 18293
        ("50 % of 4: a+ b+ keep: 100 % of 4:", "pending"),
        ("a: a+ anew: b: b-", "rejected"),  # glpi-project/glpi#24399
        ("a: a- anew: a:", "pending"),  # glpi-project/glpi#3986
        ("a and b: a+ keep: a:", "approved"),  # an approver left
        ("a: a+ keep: a, then b:", "pending"),  # a stage is added
        ("a: a+ keep: a, then b: b+", "approved"),
    ],
)
def test_how_approval_stands(story: str, state: str) -> None:
    """Votes under a rule, and under the next one with or without the earlier votes."""
    request = ServiceRequest.open(id="R", title="t", at=u("01 09:00"), by=KIM)
    keep, minute = False, 0
    for part in story.split(":"):
        rule = part.strip()
        if rule in RULES:
            asked: dict[str, Any] = {"at": u(f"01 09:{minute:02}"), "keep_decisions": keep}
            request = request_approval(request, RULES[rule], by="ada", **asked)
            continue
        for vote in rule.split():
            minute += 1
            if vote in ("keep", "anew"):
                keep = vote == "keep"
                continue
            decision: Any = {"+": "approved", "-": "rejected"}[vote[-1]]
            request = approve(request, decision, at=u(f"01 09:{minute:02}"), by=vote[:-1])
    assert request.approval_state == state


@pytest.mark.parametrize(
    ("tasks", "state"),
    [
        (["1 complete", "2 complete"], "fulfilled"),
        (["1 complete", "2 incomplete"], "in_progress"),
        (["1 complete", "2 incomplete", "2 open", "2 complete"], "fulfilled"),  # failed, done again
        (["1 skipped", "2 skipped"], "canceled"),
        (["1 skipped", "2 complete"], "fulfilled"),
        (["1 incomplete", "2 skipped"], "in_progress"),
        (["hold", "1 complete", "2 complete"], "fulfilled"),
    ],
)
def test_what_tasks_mean_for_their_request(tasks: list[str], state: str) -> None:
    """One that failed leaves the request to a person, until it was done again."""
    request = ServiceRequest.open(id="R", title="t", at=u("01 09:00"), by=KIM)
    desk: dict[str, Any] = {"R": advance(request, "start", at=u("01 09:01"), by="ada")}
    for step in ["1 open", "2 open", *tasks]:
        held = {"at": u("01 09:02"), "by": "ada"}
        if step == "hold":
            desk["R"] = advance(desk["R"], "hold", reason="awaiting_vendor", **held)
            continue
        name, status = step.split()
        word: Any = status if status == "open" else f"closed_{status}"
        desk["R"] = set_task(desk["R"], Task(id=name, title="t", status=word), **held)
        follow(desk, "R")
    assert desk["R"].state.name == state


@pytest.mark.parametrize(("status", "state"), [("complete", "fulfilled"), ("skipped", "canceled")])
def test_tasks_that_ended_before_the_approval(status: str, state: str) -> None:
    """The approval begins the work, and there is none; a request that is reopened stays open."""
    request = ServiceRequest.open(id="R", title="t", at=u("01 09:00"), by=KIM)
    request = request_approval(request, RULES["a"], at=u("01 09:00"), by="ada")
    request = advance(request, "submit", at=u("01 09:00"), by="ada")
    task = Task(id="1", title="t", status=f"closed_{status}")  # type: ignore[arg-type]  # a status
    desk = {"R": set_task(request, task, at=u("01 09:30"), by="ada")}
    assert follow(desk, "R") == []
    desk["R"] = approve(desk["R"], "approved", at=u("01 10:00"), by="a")
    assert follow(desk, "R") == ["R", "R"]
    assert desk["R"].state.name == state
    if state == "fulfilled":
        desk["R"] = advance(desk["R"], "reopen", at=u("01 11:00"), by=KIM)
        assert (follow(desk, "R"), desk["R"].state.name) == ([], "in_progress")


def test_the_requesters_words_on_a_merged_duplicate_reach_the_original() -> None:
    """frappe/helpdesk#2539; a rule of one's own copies them, and the original waits."""
    rule = CascadeRule(
        id="words_on_duplicate",
        source="incident",
        on="commented",
        link="duplicate_of",
        target="incident",
        when=field("event.by.role").equals("requester"),
        comment=Copy("event.text"),
        visibility="public",
    )
    pair = [Incident.open(id=name, title="t", at=u("01 09:00"), by=KIM) for name in "AB"]
    first, second = merge_duplicate(*pair, at=u("01 09:30"), by="ada")
    first = advance(first, "cancel", at=u("01 09:31"), by="ada")
    second = comment(second, "We know.", at=u("01 09:40"), by="ada")
    desk = {"A": comment(first, "And now?", at=u("01 11:00"), by=KIM), "B": second}
    assert follow(desk, "A", rule) == ["B"]
    assert desk["A"].state.name == "canceled"
    clock = SlaDefinition.next_response(hours=1, calendar=OFFICE)
    waits = evaluate_sla(clock, desk["B"], now=u("01 11:30"))
    assert isinstance(waits, SlaStatus)
    assert (waits.stage, waits.due_at) == ("running", u("01 12:00"))


def test_the_last_child_resolves_its_parent() -> None:
    """InfotelGLPI/metademands#66; a canceled child does not keep the parent open."""
    rule = CascadeRule(
        id="last_child",
        source="incident",
        enters="resolved",
        link="child_of",
        target="incident",
        action="resolve",
        every=EveryLinked("parent_of", ~field("state.open").is_true()),
        fields=FIX,
    )
    desk: dict[str, Any] = {}
    for name in "PABC":
        record: Record = Incident.open(id=name, title="t", at=u("01 09:00"), by=KIM)
        at = {"at": u("01 09:10"), "by": "ada"}
        desk[name] = record if name == "P" else link(record, "child_of", "P", **at)
    desk["A"] = advance(desk["A"], "resolve", at=u("01 10:00"), by="ada", **FIX)
    assert follow(desk, "A", rule) == []
    desk["B"] = advance(desk["B"], "cancel", at=u("01 10:30"), by="ada")
    desk["C"] = advance(desk["C"], "resolve", at=u("01 11:00"), by="ada", **FIX)
    assert follow(desk, "C", rule) == ["P"]
    assert desk["P"].resolved_at == u("01 11:00")


def test_a_vote_on_a_canceled_request_moves_nothing() -> None:
    """It is kept, and no cascade takes the request up again."""
    request = ServiceRequest.open(id="R", title="t", at=u("01 09:00"), by=KIM)
    request = request_approval(request, RULES["a"], at=u("01 09:00"), by="ada")
    request = advance(request, "submit", at=u("01 09:00"), by="ada")
    request = advance(request, "cancel", at=u("01 10:00"), by=Actor("ada"))
    desk = {"R": approve(request, "approved", at=u("01 11:00"), by="a")}
    assert (desk["R"].approval_state, follow(desk, "R")) == ("approved", [])
