"""Faults that were found by using the library as a newcomer would, each kept from coming back."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle import (
    PROBLEM,
    TEXTBOOK_INCIDENT,
    ZENDESK_TICKET,
    Allowed,
    CascadeRule,
    Lifecycle,
    Refused,
    ReopenWindow,
    Transition,
    advance,
    cascade_effects,
    check_history,
    decide,
    decide_major,
)
from incidentcore.lifecycle.standard_cascades import PROBLEM_TO_INCIDENT
from incidentcore.records import (
    Incident,
    Link,
    PostIncidentReview,
    Problem,
    StateChanged,
    link,
    merge_duplicate,
    replay,
    set_fields,
    suggest_known_errors,
)
from incidentcore.schedule import BusinessDays
from incidentcore.values import CLOSED, NEW, FrozenMap

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incident(name: str = "INC-1", **fields: Any) -> Incident:
    return Incident.open(id=name, title="Mail queue", at=AT, by="kim", **fields)


def test_a_refusal_is_false() -> None:
    """``if decide(...)`` asked nothing: a refusal passed for an answer that allows."""
    assert not decide(incident(), "close", at=AT, by="ada")
    assert decide(incident(), "start", at=AT, by="ada")


def test_of_two_refused_rows_the_first_is_told() -> None:
    """Still, now that refusals are false."""
    rows = tuple(Transition("finish", NEW, CLOSED, fields=[name]) for name in ("one", "two"))
    lifecycle = Lifecycle("tiny", "incident", states=(NEW, CLOSED), initial=NEW, transitions=rows)
    record = lifecycle.open(Incident, id="I", title="t", at=AT, by="kim")

    refused = lifecycle.decide(record, "finish", at=AT, by="ada")
    assert isinstance(refused, Refused)
    assert refused.missing_fields == ("one",)


@pytest.mark.parametrize("nothing", [None, "", (), [], frozenset(), set(), {}, FrozenMap()])
def test_what_is_nothing_is_so_everywhere(nothing: object) -> None:
    """An empty mapping passed for a value; an empty set did in ``check_history``."""
    lifecycle = Lifecycle(
        "tiny",
        "incident",
        states=(NEW, CLOSED),
        initial=NEW,
        transitions=(Transition("finish", NEW, CLOSED, fields=["who"]),),
    )
    record = lifecycle.open(Incident, id="I", title="t", at=AT, by="kim")
    refused = lifecycle.decide(record, "finish", who=nothing, at=AT, by="ada")
    assert isinstance(refused, Refused)
    assert refused.missing_fields == ("who",)

    imported = record.with_event(
        StateChanged,
        at=AT,
        by="ada",
        action="finish",
        state=CLOSED,
        fields={"custom": {"who": nothing}},
    )
    assert [finding.code for finding in check_history(imported, lifecycle)] == ["missing_field"]


def test_a_major_step_names_the_field_that_it_asked_for() -> None:
    """Wrong notes were told as a wrong reason, wrong roles by the name of the record's field."""
    for wrong, name in (({"work_notes": 5}, "work_notes"), ({"roles": {"scribe": 5}}, "roles")):
        told: dict[str, Any] = {"work_notes": "x", "business_impact": "y", **wrong}
        refused = decide_major(incident(), "accept", at=AT, by="ada", **told)
        assert isinstance(refused, Refused)
        assert refused.reason.startswith(f"accept from no_candidate refuses {name}: got")


@pytest.mark.parametrize(
    ("within", "says"),
    [(5, "a timedelta"), (-HOUR, "a timedelta"), (BusinessDays(3), "a calendar")],
    ids=str,
)
def test_a_window_that_cannot_be_is_refused_when_it_is_written(within: Any, says: str) -> None:
    """It was refused on the first record that met it."""
    with pytest.raises(LifecycleDefinitionError, match=says):
        ReopenWindow(within)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeline": [{"at": AT}]},
        {"causes": "disk full"},
        {"causes": ["disk full"]},
        {"actions": ["rotate the logs"]},
        {"held_on": "2026-06-01"},
        {"held_on": AT},
    ],
    ids=str,
)
def test_a_review_holds_nothing_but_its_kinds(wrong: dict[str, Any]) -> None:
    """Texts passed for causes and dates, and a letter for a cause."""
    review = PostIncidentReview(id="R", incidents="I", summary="s", held_on=date(2026, 6, 1))
    assert review.incidents == ("I",)
    with pytest.raises(InvalidValueError, match=next(iter(wrong))):
        PostIncidentReview(**{"id": "R", "incidents": "I", "summary": "s", **wrong})


def test_an_incident_is_no_duplicate_of_a_problem() -> None:
    """Nor of two originals; saying it twice of one is no fault."""
    problem: Any = Problem.open(id="PRB-1", title="t", at=AT, by="ada")
    with pytest.raises(InvalidValueError, match="problem"):
        merge_duplicate(incident(), problem, at=AT, by="ada")
    duplicate, original = merge_duplicate(incident(), incident("INC-2"), at=AT, by="ada")
    with pytest.raises(InvalidValueError, match="INC-2, as linked already"):
        merge_duplicate(duplicate, incident("INC-3"), at=AT, by="ada")
    again, _ = merge_duplicate(duplicate, original, at=AT, by="ada")
    assert again.links == {Link("duplicate_of", "INC-2")}


def test_merging_duplicates_keeps_both_histories() -> None:
    """Every event of both is there before and after."""
    duplicate = advance(incident(), "start", at=AT + HOUR, by="ada")
    original = advance(incident("INC-2"), "start", at=AT + HOUR / 2, by="bo")

    merged = merge_duplicate(duplicate, original, at=AT + 2 * HOUR, by="ada")

    for before, after in zip((duplicate, original), merged, strict=True):
        assert after.history[: before.version] == before.history
        assert after.version == before.version + 1
        assert replay(after.history) == after


@pytest.mark.parametrize(
    ("steps", "suggested"),
    [
        (["assess", "confirm"], 1),
        (["assess", "confirm", "accept_risk"], 1),
        (["assess", "confirm", "fix", "resolve"], 1),
        (["assess", "confirm", "fix", "resolve", "close"], 0),
        (["cancel"], 0),
    ],
    ids=str,
)
def test_an_error_that_one_lives_with_is_suggested(steps: list[str], suggested: int) -> None:
    """A problem closed by accepting its risk was left out, though it is met again and again."""
    problem = Problem.open(
        id="P", title="Mail queue", at=AT, by="ada", known_error=True, workaround="restart"
    )
    fixed = {"resolution_code": "fixed", "resolution_notes": "patched"}
    needs = {"resolve": fixed, "accept_risk": {"resolution_notes": "too dear"}}
    for step in steps:
        told: dict[str, Any] = needs.get(step, {})
        problem = PROBLEM.advance(problem, step, at=AT, by="ada", **told)

    found = suggest_known_errors(incident(), [problem])
    assert [(one.problem_id, one.workaround, one.evidence) for one in found] == (
        [("P", "restart", ("shared words: mail, queue",))] * suggested
    )
    assert suggest_known_errors(incident(), [problem], unsolved=()) == (
        () if problem.state.final else found
    )


def test_a_path_tells_the_guards_on_it() -> None:
    """It led through guards without a word, and looked more legal than it was."""
    record = ZENDESK_TICKET.open(Incident, id="Z", title="t", at=AT, by="kim")

    steps = ZENDESK_TICKET.explain(record, to="Closed")
    assert steps is not None
    assert [str(step) for step in steps] == ["solve", "close [by a business rule or the API]"]
    refused = ZENDESK_TICKET.decide(record, "close", at=AT, by="ada")
    assert isinstance(refused, Refused)
    assert refused.reason.endswith("then close [by a business rule or the API]")
    assert [step.guard for step in refused.path] == ["", "by a business rule or the API"]
    plain = TEXTBOOK_INCIDENT.open(Incident, id="T", title="t", at=AT, by="kim")
    *_, last = TEXTBOOK_INCIDENT.explain(plain, to="Closed") or ()
    assert str(last) == "confirm (needs confirmed_by) [by the requester]"


def test_several_effects_on_one_record_can_all_be_stored() -> None:
    """Each began at the same version, so that storing the second one broke the history."""
    rules = [
        CascadeRule(
            id=what,
            source="incident",
            enters="resolved",
            link="parent_of",
            target="incident",
            **effect,
        )
        for what, effect in (
            ("note", {"comment": "the parent is resolved"}),
            ("resolve", {"action": "resolve", "fields": FIXED}),
            ("note again", {"comment": "so is this"}),
            ("too late", {"action": "start"}),
        )
    ]
    parent = advance(incident("P"), "resolve", at=AT + HOUR, by="ada", **FIXED)
    child = link(incident("C"), "child_of", "P", at=AT, by="ada")

    effects = cascade_effects(
        parent, parent.history[-1], [child, child], cascades=rules, by="robot"
    )

    assert [effect.cascade for effect in effects] == ["note", "resolve", "note again", "too late"]
    stored = child
    for effect in effects[:3]:
        assert isinstance(effect.answer, Allowed)
        stored = stored.with_events(effect.answer.events)
        assert stored == effect.answer.record
    assert (stored.state.name, stored.version) == ("resolved", child.version + 3)
    assert {event.by.id for event in stored.history[-3:]} == {"robot"}
    assert not effects[3].answer  # it applied at the event; the one before left nothing to start


def test_an_event_read_again_triggers_as_the_one_it_equals() -> None:
    """What was changed was looked for by identity, and an event from a store never matched."""
    problem = Problem.open(id="P", title="t", at=AT, by="ada")
    problem = set_fields(problem, workaround="restart", at=AT + HOUR, by="ada")
    child = link(incident("C"), "caused_by", "P", at=AT, by="ada")
    read: Any = pickle.loads(pickle.dumps(problem.history[-1]))  # noqa: S301  our own bytes

    assert len(cascade_effects(problem, read, [child], cascades=PROBLEM_TO_INCIDENT)) == 1
