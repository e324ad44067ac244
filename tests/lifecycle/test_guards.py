"""Guards of ours are data: named by their id, written as documents, trusted by the checker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle import (
    INCIDENT,
    EveryLinked,
    Lifecycle,
    Refused,
    ReopenWindow,
    Transition,
    check_history,
    lint_lifecycle,
)
from incidentcore.lifecycle.decision import REFUSALS
from incidentcore.lifecycle.guards import facts_then, linked_facts
from incidentcore.priority import PriorityPolicy
from incidentcore.records import (
    ApprovalRule,
    Incident,
    ServiceRequest,
    approve,
    link,
    request_approval,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.serialization import dumps, loads
from incidentcore.values import IN_PROGRESS, NEW, RESOLVED, Impact, Priority, Urgency
from incidentcore.words import Words, render

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}
NO_OPEN_CHILD = EveryLinked("parent_of", ~field("state.open").is_true(), id="no open child")


def guarded(action: str, guard: Any) -> Lifecycle:
    rows = tuple(
        attrs.evolve(row, guard=guard, guard_name="") if row.action == action else row
        for row in INCIDENT.transitions
    )
    return attrs.evolve(INCIDENT, id="own", transitions=rows)


def test_sla_s33_a_reopen_window_is_written_and_called_by_its_id() -> None:
    """JSON that reads back equal; the refusal says the guard's own name."""
    window = ReopenWindow(timedelta(days=2))
    desk = guarded("reopen", window)
    assert loads(dumps(desk), Lifecycle) == desk

    own = Lifecycle(
        "own",
        "incident",
        states=(NEW, RESOLVED, IN_PROGRESS),
        initial=NEW,
        transitions=(
            Transition("resolve", NEW, RESOLVED),
            Transition("reopen", RESOLVED, IN_PROGRESS, guard=window),
        ),
    )
    record = own.open(Incident, id="I", title="t", at=AT, by="kim")
    record = own.advance(record, "resolve", at=AT + HOUR, by="ada")
    refused = own.decide(record, "reopen", at=AT + 8 * 24 * HOUR, by="kim")
    assert isinstance(refused, Refused)
    assert refused.guard == window.id == "reopen within 2 days"


@pytest.mark.parametrize(
    ("within", "said"),
    [
        (BusinessDays(10), "reopen within 10 business days"),
        (BusinessDays(1), "reopen within 1 business day"),
        (BusinessDays(2, end_of_day=True), "reopen by the end of 2 business days"),
    ],
)
def test_a_window_in_business_days_says_so(within: BusinessDays, said: str) -> None:
    """As a desk file writes them, not as Python does."""
    assert ReopenWindow(within, BusinessCalendar.always()).id == said


def test_an_approval_is_expired_among_the_facts_from_its_expiry_on() -> None:
    """Before it, it is pending; in the past, the facts are those of then."""
    request = ServiceRequest.open(id="R", title="t", at=AT, by="kim")
    rule = ApprovalRule.any_of("bo").expiring(HOUR)
    request = request_approval(request, rule, at=AT, by="ada")
    tick = timedelta.resolution
    for at, state in ((AT + HOUR - tick, "pending"), (AT + HOUR, "expired")):
        assert facts_then(request, at)["approval_state"] == state
    later = approve(request, "approved", at=AT + HOUR / 2, by="bo")
    for at, state in ((AT, "pending"), (AT + HOUR / 2, "approved"), (AT + HOUR, "approved")):
        assert facts_then(later, at)["approval_state"] == state


def test_what_is_no_record_is_refused_by_name() -> None:
    """Before any rule is asked about it."""
    with pytest.raises(InvalidValueError, match=r"^record: got 'INC-1'; allowed: a record"):
        INCIDENT.decide("INC-1", "start", at=AT, by="ada")  # type: ignore[type-var]
    with pytest.raises(InvalidValueError, match=r"^record: got 'INC-1'"):
        INCIDENT.allowed_actions("INC-1")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match=r"^lifecycle: got 'incident'"):
        check_history(INCIDENT.open(Incident, id="I", title="t", at=AT, by="kim"), "incident")  # type: ignore[arg-type]


def family(own: Lifecycle, *, on_parent: bool) -> tuple[Incident, Incident]:
    parent, child = (own.open(Incident, id=n, title="t", at=AT, by="kim") for n in "PC")
    if on_parent:
        return link(parent, "parent_of", "C", at=AT + HOUR, by="ada"), child
    return parent, link(child, "child_of", "P", at=AT + HOUR, by="ada")


@pytest.mark.parametrize("on_parent", [True, False])
def test_sla_s42_a_parent_with_an_open_child_is_not_resolved(on_parent: Any) -> None:
    """The refusal names the child, on whichever of the two the link was written."""
    own = guarded("resolve", NO_OPEN_CHILD)
    parent, child = family(own, on_parent=on_parent)
    at = AT + 2 * HOUR

    refused = own.decide(parent, "resolve", at=at, by="ada", related=[child], **FIXED)
    assert isinstance(refused, Refused)
    assert refused.reason == "resolve from new is refused by its guard: no open child (C)"

    done = own.advance(child, "resolve", at=at, by="ada", related=[], **FIXED)
    assert own.decide(parent, "resolve", at=at, by="ada", related=[done], **FIXED)
    before = own.decide(parent, "resolve", at=at - HOUR / 2, by="ada", related=[done], **FIXED)
    assert not before  # the child was still open then
    assert lint_lifecycle(own) == ()
    assert loads(dumps(own), Lifecycle) == own


def test_a_guard_about_linked_records_is_refused_by_name_without_them() -> None:
    """Not given at all, or not all of those that the record itself names."""
    own = guarded("resolve", NO_OPEN_CHILD)
    parent, _ = family(own, on_parent=True)

    for related, why in ((None, "give the records"), ([], "not among related=: C")):
        refused = own.decide(parent, "resolve", at=AT + HOUR, by="ada", related=related, **FIXED)
        assert isinstance(refused, Refused)
        assert refused.guard == "no open child"
        assert why in refused.reason


def test_a_history_holds_a_guard_about_linked_records_to_have_passed() -> None:
    """The history does not say what the others were."""
    own = guarded("resolve", NO_OPEN_CHILD)
    record = own.open(Incident, id="I", title="t", at=AT, by="kim")
    record = own.advance(record, "resolve", at=AT, by="ada", related=[], **FIXED)
    assert check_history(record, own) == ()


def test_a_guard_asks_about_one_type_of_record_and_refuses_what_is_not_a_link() -> None:
    """Checked when it is written."""
    assert EveryLinked("parent_of", field("state.resolved").is_true()).id
    with pytest.raises(InvalidValueError, match="child_of"):
        EveryLinked("childof", field("state.resolved").is_true())
    with pytest.raises(LifecycleDefinitionError, match="a Condition"):
        EveryLinked("child_of", lambda _: True)  # type: ignore[arg-type]  # that is tried
    with pytest.raises(LifecycleDefinitionError, match="problem"):
        EveryLinked("child_of", field("state.resolved").is_true(), type="task")


def test_the_opening_computes_its_priority_by_the_policy_of_the_lifecycle() -> None:
    """Where impact and urgency are given; with an override beside it where one is."""
    own = attrs.evolve(INCIDENT, id="own", priority_policy=PriorityPolicy())
    rest: dict[str, Any] = {"id": "I", "title": "t", "at": AT, "by": "kim"}
    levels: dict[str, Any] = {"impact": Impact.HIGH, "urgency": Urgency.HIGH}

    record = own.open(Incident, **rest, **levels)
    assert (record.version, record.computed_priority) == (1, Priority.CRITICAL)
    assert own.open(Incident, **rest, impact=Impact.HIGH).computed_priority is None
    overridden = own.open(Incident, **rest, **levels, priority=Priority.LOW)
    assert overridden.priority == Priority.LOW
    assert overridden.computed_priority == Priority.CRITICAL
    assert loads(dumps(own), Lifecycle) == own


def test_a_refusal_is_code_and_data_and_its_text_a_table() -> None:
    """Another language is another table."""
    record = Incident.open(id="I", title="t", at=AT, by="kim")
    refused = INCIDENT.decide(record, "close", at=AT, by="ada")
    assert isinstance(refused, Refused)
    german = Words(
        language="de",
        twins={
            REFUSALS["not_allowed"]: "{action} geht nicht in {state}; {allowed}",
            REFUSALS["allowed"]: "es geht: {actions}",
            REFUSALS["path"]: "; Weg: {path}",
            REFUSALS["path_step"]: ", dann ",
        },
    )
    assert render(refused, words=german) == (
        "close geht nicht in new; es geht: start, hold, resolve, cancel; "
        "Weg: resolve (needs resolution_code, resolution_notes), dann close"
    )


def test_of_two_guards_the_first_one_says_why() -> None:
    """Each row's fields were right, and neither guard lets it pass."""
    vip, mail = field("custom.vip").is_true(), field("category").equals(("mail",))
    own = Lifecycle(
        "own",
        "incident",
        states=(NEW, IN_PROGRESS, RESOLVED),
        initial=NEW,
        transitions=(
            Transition("move", NEW, IN_PROGRESS, guard=vip, guard_name="first"),
            Transition("move", NEW, RESOLVED, guard=mail, guard_name="second"),
        ),
    )
    record = own.open(Incident, id="I", title="t", at=AT, by="kim")
    refused = own.decide(record, "move", at=AT, by="ada")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.guard) == ("guard", "first")


def test_only_linked_records_count_from_when_they_are_there() -> None:
    """Neither one without a link, nor one that is opened later, nor the record itself."""
    parent, child = family(INCIDENT, on_parent=False)
    stranger = INCIDENT.open(Incident, id="S", title="t", at=AT, by="kim")
    at = AT + 2 * HOUR
    known = [parent, child, stranger]
    assert set(linked_facts(parent.facts(), "parent_of", known, at)) == {"C"}
    assert set(linked_facts(child.facts(), "child_of", known, at)) == {"P"}
    assert linked_facts(stranger.facts(), "parent_of", known, at) == {}
    assert linked_facts(parent.facts(), "parent_of", known, AT) == {}  # not linked yet
    assert linked_facts(parent.facts(), "parent_of", known, AT - HOUR) == {}


def test_a_link_of_another_type_or_to_another_record_is_none() -> None:
    """S is related to the parent, and C is a child of Q alone."""
    parent, child, stranger = (
        INCIDENT.open(Incident, id=name, title="t", at=AT, by="kim") for name in "PCS"
    )
    child = link(child, "child_of", "Q", at=AT + HOUR, by="ada")
    stranger = link(stranger, "related_to", "P", at=AT + HOUR, by="ada")
    known, at = [child, stranger], AT + 2 * HOUR
    assert linked_facts(parent.facts(), "parent_of", known, at) == {}
    assert set(linked_facts(parent.facts(), "related_to", known, at)) == {"S"}
