"""What cascades see and do beyond the standard tables (rule L4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle import (
    DUPLICATE_ANSWERS,
    INCIDENT,
    SERVICENOW_CASCADES,
    SERVICENOW_INCIDENT,
    STANDARD,
    STANDARD_CASCADES,
    Allowed,
    CascadeRule,
    Copy,
    EveryLinked,
    Lifecycle,
    Refused,
    advance,
    auto_close_at,
    cascade_effects,
    lint_lifecycle,
)
from incidentcore.records import (
    Commented,
    Incident,
    comment,
    correct_event,
    link,
    log_contact,
    merge_duplicate,
    set_major_status,
    unlink,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Actor

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "x"}
KIM = Actor("kim", "requester")
RESOLVE: dict[str, Any] = {
    "action": "resolve",
    "fields": {
        "resolution_code": Copy("resolution_code"),
        "resolution_notes": Copy("resolution_notes"),
    },
}


def incident(name: str, at: datetime = AT, **fields: Any) -> Incident:
    return Incident.open(id=name, title="t", at=at, by=KIM, **fields)


def rule(**parts: Any) -> CascadeRule:
    return CascadeRule(**{"id": "r", "source": "incident", "target": "incident", **parts})


def effects(desk: dict[str, Incident], name: str, *rules: CascadeRule) -> list[Any]:
    record = desk[name]
    return list(cascade_effects(record, record.history[-1], desk.values(), cascades=rules))


def ids(found: list[Any]) -> list[str]:
    return [effect.record_id for effect in found]


def resolved_family() -> dict[str, Incident]:
    """A is resolved on its own; the parent's resolution a day later resolves B."""
    desk = {name: incident(name) for name in "PAB"}
    for name in "AB":
        desk[name] = link(desk[name], "child_of", "P", at=AT, by="ada")
    desk["A"] = advance(
        desk["A"], "resolve", at=AT + HOUR, by="ada", **{**FIXED, "resolution_code": "user_error"}
    )
    desk["P"] = advance(desk["P"], "resolve", at=AT + 26 * HOUR, by="ada", **FIXED)
    for effect in effects(desk, "P", *STANDARD_CASCADES):
        desk[effect.record_id] = effect.answer.record
    desk["P"] = advance(desk["P"], "reopen", at=AT + 27 * HOUR, by="ada")
    return desk


def test_sla_s45_a_parent_reopens_the_children_that_it_resolved() -> None:
    """A was resolved on its own, so only B reopens."""
    assert ids(effects(resolved_family(), "P", *STANDARD_CASCADES)) == ["B"]


def test_a_child_that_was_resolved_again_on_its_own_stays_resolved() -> None:
    """What counts is what brought it into its present state."""
    desk = resolved_family()
    before = desk["P"]
    child = advance(desk["B"], "reopen", at=AT + 26.2 * HOUR, by="ada")
    desk["B"] = advance(child, "resolve", at=AT + 26.5 * HOUR, by="ada", **FIXED)
    desk["P"] = before
    assert ids(effects(desk, "P", *STANDARD_CASCADES)) == []


@pytest.mark.parametrize(
    ("steps", "followers", "reason"),
    [
        ("A hold awaiting_caller, P hold awaiting_vendor, P resume", ["B"], "awaiting_caller"),
        ("P hold awaiting_vendor, P resume", ["A", "B"], None),
        ("P hold awaiting_vendor, P hold awaiting_change", ["A", "B"], "awaiting_change"),
        ("P hold awaiting_vendor, P hold awaiting_caller", [], "awaiting_vendor"),
        ("P hold awaiting_vendor, A hold awaiting_caller, P resume", ["B"], "awaiting_caller"),
        (
            "A hold awaiting_caller, P hold awaiting_vendor, P hold awaiting_change",
            ["B"],
            "awaiting_caller",
        ),
        ("A hold awaiting_problem, P start", ["B"], "awaiting_problem"),
    ],
)
def test_a_child_on_hold_on_its_own_waits_on(
    steps: str, followers: list[str], reason: str | None
) -> None:
    """As with the resolution; the followers are those of the last step, the reason is that of A."""
    desk = {name: incident(name) for name in "PAB"}
    for name in "AB":
        desk[name] = link(desk[name], "child_of", "P", at=AT, by="ada")
    found: list[Any] = []
    for hour, step in enumerate(steps.split(", "), start=1):
        name, action, *why = step.split()
        fields: dict[str, Any] = {"reason": why[0]} if why else {}
        desk[name] = advance(desk[name], action, at=AT + hour * HOUR, by="ada", **fields)
        found = effects(desk, name, *STANDARD_CASCADES)
        for effect in found:
            desk[effect.record_id] = effect.answer.record
    assert ids(found) == followers
    assert desk["A"].hold_reason == reason


def test_only_links_of_that_time_count() -> None:
    """However late an event is handled: C was linked after it, and A is no longer linked."""
    desk = {name: incident(name) for name in "PABC"}
    for name in "AB":
        desk[name] = link(desk[name], "child_of", "P", at=AT, by="ada")
    desk["P"] = advance(desk["P"], "resolve", at=AT + HOUR, by="ada", **FIXED)
    assert ids(effects(desk, "P", *STANDARD_CASCADES)) == ["A", "B"]
    desk["A"] = unlink(desk["A"], "child_of", "P", at=AT + 2 * HOUR, by="ada")
    desk["C"] = link(desk["C"], "child_of", "P", at=AT + 2 * HOUR, by="ada")
    desk["P"] = advance(desk["P"], "close", at=AT + 3 * HOUR, by="ada")
    resolved = next(event for event in desk["P"].history if event.at == AT + HOUR)
    found = cascade_effects(desk["P"], resolved, desk.values(), cascades=STANDARD_CASCADES)
    assert [effect.record_id for effect in found] == ["A", "B"]


def test_servicenow_reopens_all_children_and_guards_by_role() -> None:
    """The vendor's reading; nobody but a person closes a major incident there."""
    reopening = [one for one in SERVICENOW_CASCADES if one.action == "reopen"]
    assert [one.undoes for one in reopening] == [False]
    assert not any(one.undoes for one in SERVICENOW_CASCADES)

    record = SERVICENOW_INCIDENT.open(Incident, id="I", title="t", at=AT, by=KIM)
    refused = SERVICENOW_INCIDENT.decide(record, "resolve", at=AT, by=KIM, **FIXED)
    assert isinstance(refused, Refused)
    assert refused.guard == "not by the requester"
    record = SERVICENOW_INCIDENT.advance(record, "resolve", at=AT, by="ada", **FIXED)
    timer = Actor("timer", "system")
    assert SERVICENOW_INCIDENT.decide(record, "close", at=AT, by=timer)
    major = set_major_status(record, "accepted", at=AT, by="ada")
    assert not SERVICENOW_INCIDENT.decide(major, "close", at=AT, by=timer)
    assert SERVICENOW_INCIDENT.decide(major, "close", at=AT, by="ada")
    assert not SERVICENOW_INCIDENT.decide(record, "reopen", at=AT, by=timer)
    assert lint_lifecycle(SERVICENOW_INCIDENT, cascades=SERVICENOW_CASCADES) == ()


def test_an_automatic_close_after_zero_days_is_never_in_servicenow() -> None:
    """Elsewhere it is at once."""
    record = advance(incident("I"), "resolve", at=AT, by="ada", **FIXED)
    assert auto_close_at(record, after=timedelta()) == AT
    assert auto_close_at(record, after=timedelta(), zero_is_never=True) is None
    assert auto_close_at(record, after=HOUR, zero_is_never=True) == AT + HOUR


@pytest.mark.parametrize("on_parent", [True, False], ids=["on_parent", "on_child"])
def test_sla_s47_a_rule_on_a_new_link_fires_from_either_end(on_parent: Any) -> None:
    """An open child under a resolved parent is resolved with the parent's code and notes."""
    late_child = rule(
        on="linked", when=field("state.resolved").is_true(), link="parent_of", **RESOLVE
    )
    parent = advance(incident("P"), "resolve", at=AT + HOUR, by="ada", **FIXED)
    desk = {"P": parent, "C": incident("C", AT + 2 * HOUR), "D": incident("D")}
    desk["D"] = link(desk["D"], "child_of", "P", at=AT, by="ada")
    if on_parent:
        desk["P"] = link(desk["P"], "parent_of", "C", at=AT + 3 * HOUR, by="ada")
    else:
        desk["C"] = link(desk["C"], "child_of", "P", at=AT + 3 * HOUR, by="ada")

    (effect,) = effects(desk, "P" if on_parent else "C", late_child)
    assert (effect.record_id, effect.answer.record.resolution_code) == ("C", "fixed")
    assert effect.answer.events[0].cause == "P"  # type: ignore[attr-defined]  # a change of state


def test_a_rule_sees_the_event() -> None:
    """Its attributes in conditions and in what is copied."""
    told = rule(
        on="commented",
        link="parent_of",
        when=field("event.visibility").equals("public") & field("event.by.role").equals("agent"),
        comment=Copy("event.text"),
    )
    desk = {"P": incident("P"), "C": link(incident("C"), "child_of", "P", at=AT, by="ada")}
    for by, visibility, expected in (
        ("ada", "public", 1),
        ("ada", "internal", 0),
        (KIM, "public", 0),
    ):
        said = comment(desk["P"], "restart", at=AT, by=by, visibility=visibility)  # type: ignore[arg-type]  # one of the two
        found = effects({**desk, "P": said}, "P", told)
        assert [effect.answer.events[0].text for effect in found] == ["restart"] * expected
    said = desk["P"].with_event(Commented, at=AT, by="ada", text=" ")  # as tools log one
    assert effects({**desk, "P": said}, "P", told) == []


def test_a_parent_is_resolved_when_all_its_children_are() -> None:
    """Asked of all linked records; refused by name where one of them was not given."""
    last = rule(
        enters="resolved",
        link="child_of",
        every=EveryLinked("parent_of", field("state.resolved").is_true(), id="all resolved"),
        **RESOLVE,
    )
    desk = {name: incident(name) for name in "PAB"}
    for name in "AB":
        desk["P"] = link(desk["P"], "parent_of", name, at=AT, by="ada")
    desk["A"] = advance(desk["A"], "resolve", at=AT + HOUR, by="ada", **FIXED)
    assert effects(desk, "A", last) == []
    desk["B"] = advance(desk["B"], "resolve", at=AT + 2 * HOUR, by="ada", **FIXED)
    (effect,) = effects(desk, "B", last)
    assert effect.answer.record.state.name == "resolved"

    del desk["A"]
    (effect,) = effects(desk, "B", last)
    assert isinstance(effect.answer, Refused)
    assert (effect.answer.guard, "not among related=: A" in effect.answer.reason) == (
        "all resolved",
        True,
    )


@pytest.mark.parametrize("hours", [(1, 2, 3), (1, 3, 3), (3, 3, 3)])
@pytest.mark.parametrize("entered", list(permutations("ABC")), ids="".join)
def test_whatever_is_entered_last_the_parent_is_resolved_with_its_last_child(
    entered: Any, hours: tuple[int, int, int]
) -> None:
    """Resolved at 12:00 at the latest, and recorded in any order: the parent is at 12:00."""
    last = rule(
        enters="resolved",
        link="child_of",
        every=EveryLinked("parent_of", field("state.resolved").is_true()),
        **RESOLVE,
    )
    desk = {name: incident(name) for name in "PABC"}
    for name in "ABC":
        desk["P"] = link(desk["P"], "parent_of", name, at=AT, by="ada")
    for step, name in enumerate(entered, start=1):
        at, known = AT + HOUR * hours["ABC".index(name)], AT + HOUR * 9 * step
        desk[name] = advance(desk[name], "resolve", at=at, by="ada", recorded_at=known, **FIXED)
        found = effects(desk, name, last)
        assert [effect.record_id for effect in found] == ["P"] * (step == 3)
    (effect,) = found
    event = effect.answer.events[0]
    assert (event.at, event.recorded_at) == (AT + 3 * HOUR, AT + 27 * HOUR)
    desk["P"] = effect.answer.record
    assert effects(desk, entered[-1], last) == []
    called = log_contact(desk["A"], "phone", at=AT + HOUR / 2, by="ada")
    assert effects({**desk, "A": called}, "A", last) == []


NO_OPEN_CHILD = EveryLinked("parent_of", field("state.open").equals(False))


@pytest.mark.parametrize("entered", ["CP", "PC"])
def test_a_late_child_lets_its_parents_own_event_pass(entered: str) -> None:
    """C is resolved at 10:00 and P starts at 11:00: P is resolved at 11:00, in either order."""
    own = rule(enters="in_progress", every=NO_OPEN_CHILD, action="resolve", fields=FIXED)
    desk = {"P": link(incident("P"), "parent_of", "C", at=AT, by="ada"), "C": incident("C")}
    for name in entered:
        if name == "C":
            desk["C"] = advance(desk["C"], "resolve", at=AT + HOUR, by="ada", **FIXED)
        else:
            desk["P"] = advance(desk["P"], "start", at=AT + 2 * HOUR, by="ada")
        found = effects(desk, name, own)
    assert [(one.record_id, one.answer.record.resolved_at) for one in found] == [
        ("P", AT + 2 * HOUR)
    ]


def test_a_late_unlinking_lets_the_parents_own_event_pass() -> None:
    """P starts at 11:00 while C is open, but had lost it at 10:00: P is resolved at 11:00."""
    own = rule(enters="in_progress", every=NO_OPEN_CHILD, action="resolve", fields=FIXED)
    desk = {"P": link(incident("P"), "parent_of", "C", at=AT, by="ada"), "C": incident("C")}
    desk["P"] = advance(desk["P"], "start", at=AT + 2 * HOUR, by="ada")
    assert effects(desk, "P", own) == []
    desk["P"] = unlink(desk["P"], "parent_of", "C", at=AT + HOUR, by="ada")
    (effect,) = effects(desk, "P", own)
    assert (effect.record_id, effect.answer.record.resolved_at) == ("P", AT + 2 * HOUR)


@given(
    st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 9), min_size=1),
    st.sets(st.tuples(st.sampled_from("PQ"), st.sampled_from("ABCD")), min_size=1),
    st.randoms(use_true_random=False),
)
def test_in_whatever_order_children_are_resolved_their_parents_follow(
    hours: dict[str, int], links: set[tuple[str, str]], chance: Any
) -> None:
    """Two parents share children: a parent is resolved with its last child, and told so once."""
    parts: dict[str, Any] = {"enters": "resolved", "link": "child_of", "every": NO_OPEN_CHILD}
    rules = (rule(id="say", comment="done", **parts), rule(**parts, **RESOLVE))
    desk = {name: incident(name) for name in "PQABCD"}
    for parent, child in sorted(links):
        desk[parent] = link(desk[parent], "parent_of", child, at=AT, by="ada")
    for step, name in enumerate(chance.sample(sorted(hours), len(hours)), start=10):
        when = {"at": AT + HOUR * hours[name], "recorded_at": AT + HOUR * step}
        desk[name] = advance(desk[name], "resolve", by="ada", **when, **FIXED)
        for effect in effects(desk, name, *rules):
            desk[effect.record_id] = effect.answer.record
    for parent in "PQ":
        own = [hours.get(child, 99) for one, child in links if one == parent]
        last = max(own, default=99)
        said = [event.at for event in desk[parent].history if isinstance(event, Commented)]
        end = None if last == 99 else AT + HOUR * last
        assert (desk[parent].resolved_at, said) == (end, [end] * (end is not None))


@pytest.mark.parametrize("stored_on", ["P", "C"])
def test_a_late_event_counts_for_a_child_that_is_no_longer_linked(stored_on: str) -> None:
    """B is resolved at 11:00. P had C only until 12:00; or, as is recorded later, until 10:00."""
    last = rule(enters="resolved", link="child_of", every=NO_OPEN_CHILD, **RESOLVE)
    (one, kind, other) = ("P", "parent_of", "C") if stored_on == "P" else ("C", "child_of", "P")
    desk = {name: incident(name) for name in "PBC"}
    desk["P"] = link(desk["P"], "parent_of", "B", at=AT, by="ada")
    desk[one] = link(desk[one], kind, other, at=AT, by="ada")
    desk["B"] = advance(desk["B"], "resolve", at=AT + 2 * HOUR, by="ada", **FIXED)
    assert effects(desk, "B", last) == []

    left = {**desk, one: unlink(desk[one], kind, other, at=AT + 3 * HOUR, by="ada")}
    assert effects(left, one, last) == []
    left["C"] = advance(left["C"], "resolve", at=AT + HOUR, by="ada", **FIXED)
    (effect,) = effects(left, "C", last)
    assert (effect.record_id, effect.answer.record.resolved_at) == ("P", AT + 2 * HOUR)

    desk[one] = unlink(desk[one], kind, other, at=AT + HOUR, by="ada")
    (effect,) = effects(desk, one, last)
    assert (effect.record_id, effect.answer.record.resolved_at) == ("P", AT + 2 * HOUR)


def test_a_late_event_of_a_record_that_is_related_otherwise_lets_nothing_pass() -> None:
    """B is resolved while C is open, so P stays open; then R, no child of P, has a late call."""
    last = rule(enters="resolved", link="child_of", every=NO_OPEN_CHILD, **RESOLVE)
    desk = {name: incident(name) for name in "PBCR"}
    for kind, name in (("parent_of", "B"), ("parent_of", "C"), ("related_to", "R")):
        desk["P"] = link(desk["P"], kind, name, at=AT, by="ada")
    desk["B"] = advance(desk["B"], "resolve", at=AT + 2 * HOUR, by="ada", **FIXED)
    desk["R"] = log_contact(desk["R"], "phone", at=AT + HOUR, by="ada")
    assert effects(desk, "R", last) == []


def test_sla_a10_an_answer_on_a_merged_duplicate_is_one_on_the_original() -> None:
    """Answered before the merge, or after it: the requester has heard from the desk."""
    definition = SlaDefinition.first_response(hours=1, calendar=BusinessCalendar.always())
    answered = comment(incident("A"), "we are on it", at=AT + HOUR / 3, by="ada")
    merged, original = merge_duplicate(
        answered, incident("B", AT + HOUR), at=AT + 1.5 * HOUR, by="ada"
    )
    (effect,) = cascade_effects(merged, merged.history[-1], [original], cascades=DUPLICATE_ANSWERS)
    assert isinstance(effect.answer, Allowed)
    status = evaluate_sla(definition, effect.answer.record, now=AT + 3 * HOUR)
    assert (str(status.stage), status.breached) == ("stopped", False)

    merged, original = merge_duplicate(
        incident("A"), incident("B", AT + HOUR), at=AT + 1.5 * HOUR, by="ada"
    )
    assert cascade_effects(merged, merged.history[-1], [original], cascades=DUPLICATE_ANSWERS) == ()
    merged = comment(merged, "we are on it", at=AT + 1.6 * HOUR, by="ada")
    (effect,) = cascade_effects(merged, merged.history[-1], [original], cascades=DUPLICATE_ANSWERS)
    assert isinstance(effect.answer, Allowed)
    assert effect.answer.record.first_response_at == AT + 1.6 * HOUR


@pytest.mark.parametrize("merger", [KIM, Actor("timer", "system"), Actor("ada")])
def test_whoever_merges_it_an_answer_on_a_duplicate_is_the_desks(merger: Actor) -> None:
    """The requester's merge is no message, and a call after the merge counts as a reply does."""
    answered = comment(incident("A"), "we are on it", at=AT + HOUR, by="bo")
    merged, original = merge_duplicate(answered, incident("B"), at=AT + 2 * HOUR, by=merger)
    (effect,) = cascade_effects(merged, merged.history[-1], [original], cascades=DUPLICATE_ANSWERS)
    assert isinstance(effect.answer, Allowed)
    after = effect.answer.record
    assert (after.first_response_at, after.unanswered_since) == (AT + 2 * HOUR, None)

    called = log_contact(merged, "phone", at=AT + 3 * HOUR, by="bo")
    (effect,) = cascade_effects(called, called.history[-1], [after], cascades=DUPLICATE_ANSWERS)
    assert effect.answer.record.last_public_update_at == AT + 3 * HOUR  # type: ignore[union-attr]


def held_by_its_parent() -> dict[str, Incident]:
    """Return a parent on hold since 10:00, which put its child on hold."""
    desk = {"P": incident("P"), "C": link(incident("C"), "child_of", "P", at=AT, by="ada")}
    desk = {name: advance(record, "start", at=AT, by="ada") for name, record in desk.items()}
    desk["P"] = advance(desk["P"], "hold", reason="awaiting_vendor", at=AT + HOUR, by="ada")
    desk["C"] = effects_on_child(desk)
    return desk


def effects_on_child(desk: dict[str, Incident], lifecycle: Lifecycle = INCIDENT) -> Incident:
    parent = desk["P"]
    (effect,) = cascade_effects(
        parent,
        parent.history[-1],
        desk.values(),
        cascades=STANDARD_CASCADES,
        lifecycles={lifecycle.id: lifecycle},
    )
    assert isinstance(effect.answer, Allowed)
    return effect.answer.record  # type: ignore[return-value]


def test_a_hold_of_the_childs_own_that_never_was_leaves_the_parents() -> None:
    """Found wrong from 12:00 on: the parent's hold is in force again, so its resumption counts."""
    desk = held_by_its_parent()
    own = advance(desk["C"], "hold", reason="awaiting_change", at=AT + 2 * HOUR, by="ada")
    desk["C"] = correct_event(own, own.history[-1].id, at=AT + 3 * HOUR, by="ada")
    desk["P"] = advance(desk["P"], "resume", at=AT + 4 * HOUR, by="ada")
    assert effects_on_child(desk).state.name == "in_progress"


def test_a_child_that_migrated_still_follows_its_parent() -> None:
    """A migration keeps the hold, so it keeps what caused it."""
    desk = held_by_its_parent()
    newer = attrs.evolve(INCIDENT, version="2")
    desk["C"] = newer.advance(desk["C"], "migrate", at=AT + 2 * HOUR, by=Actor("timer", "system"))
    desk["P"] = advance(desk["P"], "resume", at=AT + 4 * HOUR, by="ada")
    assert effects_on_child(desk, newer).state.name == "in_progress"


def test_following_goes_on_to_grandchildren() -> None:
    """Each rule once for each record; every answer continues the ones before."""
    desk = {name: incident(name) for name in "PCG"}
    desk["C"] = link(desk["C"], "child_of", "P", at=AT, by="ada")
    desk["G"] = link(desk["G"], "child_of", "C", at=AT, by="ada")
    desk["P"] = advance(desk["P"], "resolve", at=AT + HOUR, by="ada", **FIXED)

    found = cascade_effects(
        desk["P"], desk["P"].history[-1], desk.values(), cascades=STANDARD_CASCADES, follow=True
    )
    assert [(one.cascade, one.record_id) for one in found] == [
        ("parent_resolved_resolves_child", "C"),
        ("parent_resolved_resolves_child", "G"),
    ]


STEPS = st.builds(
    rule,
    id=st.sampled_from("abcdef"),
    enters=st.sampled_from(["", "in_progress", "on_hold", "resolved"]).map(
        lambda s: (s,) * bool(s)
    ),
    link=st.sampled_from(["", "parent_of", "child_of", "related_to"]),
    states=st.just(tuple(state.name for state in INCIDENT.states)),
    action=st.sampled_from(["start", "resume", "reopen", "close", "cancel"]),
) | st.builds(
    rule,
    id=st.sampled_from("ghij"),
    on=st.just("commented"),
    link=st.sampled_from(["", "parent_of", "child_of", "related_to"]),
    states=st.just(tuple(state.name for state in INCIDENT.states)),
    comment=st.just("x"),
)


@given(st.lists(STEPS, max_size=6, unique_by=lambda one: one.id), st.sampled_from(["start", "say"]))
def test_following_ends_for_any_rules(rules: list[CascadeRule], begin: str) -> None:
    """At most once for each rule and record, on records linked in a ring."""
    desk = {name: incident(name) for name in "ABC"}
    for one, other in ("AB", "BC", "CA"):
        desk[one] = link(desk[one], "parent_of", other, at=AT, by="ada")
        desk[one] = link(desk[one], "related_to", other, at=AT, by="ada")
    first = (
        comment(desk["A"], "x", at=AT, by="ada")
        if begin == "say"
        else advance(desk["A"], "start", at=AT, by="ada")
    )
    found = cascade_effects(first, first.history[-1], desk.values(), cascades=rules, follow=True)

    pairs = [(one.cascade, one.record_id) for one in found]
    assert len(set(pairs)) == len(pairs) <= len(rules) * len(desk)


def test_rules_that_undo_each_other_are_found() -> None:
    """Both rules are named; rules that only ever lead on are not found."""
    there = rule(
        id="hold",
        enters="in_progress",
        link="related_to",
        action="hold",
        fields={"reason": "awaiting_vendor"},
    )
    back = rule(id="go", enters="on_hold", link="related_to", action="resume", states="on_hold")
    found = [
        one
        for one in lint_lifecycle(INCIDENT, cascades=[there, back])
        if one.code == "cascade_may_never_end"
    ]
    assert [one.witness for one in found] == [("go", "hold")]

    for other in (
        attrs.evolve(back, via=("cancel",)),
        rule(id="go", on="commented", link="related_to", action="resume", states="on_hold"),
        attrs.evolve(back, states=("new",)),
        attrs.evolve(back, enters=("resolved",)),
    ):
        assert [
            one
            for one in lint_lifecycle(INCIDENT, cascades=[there, other])
            if "never_end" in one.code
        ] == []
    said = rule(id="say", enters="in_progress", link="related_to", comment="x")
    assert not any(
        "never_end" in one.code for one in lint_lifecycle(INCIDENT, cascades=[said, back])
    )

    ping = rule(id="ping", on="commented", link="related_to", comment=Copy("event.text"))
    assert [one.code for one in lint_lifecycle(INCIDENT, cascades=[ping])] == [
        "cascade_may_never_end"
    ]
    for lifecycle in STANDARD.values():
        assert lint_lifecycle(lifecycle, cascades=(*STANDARD_CASCADES, *DUPLICATE_ANSWERS)) == ()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"link": "childof", "action": "start"}, "child_of"),
        ({"comment": "x", "contact": "telephone"}, "exactly one"),
        ({"comment": "x", "visibility": "pubic"}, "public"),
        ({"action": "start", "every": ALWAYS}, "EveryLinked"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(wrong: dict[str, Any], says: str) -> None:
    """When it is written."""
    with pytest.raises((LifecycleDefinitionError, InvalidValueError), match=says):
        rule(**wrong)
    assert attrs.fields(CascadeRule).undoes.default is False


def test_a_rule_on_states_is_not_about_other_events() -> None:
    """Any kind of event that changes a field may trigger, but only a change of state enters one."""
    record = comment(incident("A"), "seen", at=AT, by="ada")
    entering = rule(on="", changes="description", enters="new", comment="new")
    assert effects({"A": record}, "A", entering) == []


def test_a_link_to_a_record_that_was_not_given_has_no_effect() -> None:
    """Nothing is known of the other end."""
    record = link(incident("A"), "child_of", "P", at=AT, by="ada")
    assert effects({"A": record}, "A", rule(on="linked", link="child_of", comment="linked")) == []


def test_a_record_that_never_changed_its_state_was_brought_there_by_nobody() -> None:
    """A rule that undoes leaves a record alone that is in the state it was opened in."""
    desk = {name: incident(name) for name in "PA"}
    desk["A"] = comment(link(desk["A"], "child_of", "P", at=AT, by="ada"), "x", at=AT, by="ada")
    desk["P"] = advance(desk["P"], "start", at=AT + HOUR, by="ada")
    undo = rule(enters="in_progress", link="parent_of", action="start", states="new", undoes=True)
    assert effects(desk, "P", undo) == []
    assert ids(effects(desk, "P", attrs.evolve(undo, undoes=False))) == ["A"]


def test_a_rule_for_problems_leaves_incidents_alone() -> None:
    """The target's type is part of the rule."""
    desk = {name: incident(name) for name in "PA"}
    desk["A"] = link(desk["A"], "child_of", "P", at=AT, by="ada")
    desk["P"] = advance(desk["P"], "start", at=AT + HOUR, by="ada")
    other = rule(enters="in_progress", link="parent_of", target="problem", comment="started")
    assert effects(desk, "P", other) == []
