"""Transitions: guards, needed fields, and fields that they set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from incidentcore.conditions import field
from incidentcore.lifecycle import (
    Allowed,
    Attempt,
    InputField,
    Lifecycle,
    Refused,
    Transition,
)
from incidentcore.records import (
    Incident,
)
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
)

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)


HOUR = timedelta(hours=1)


def test_zero_and_false_are_values() -> None:
    """A required field is given when it is not nothing."""
    lifecycle = tiny(Transition("finish", NEW, CLOSED, fields=["count", "custom_flag"]))
    record = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim")

    done = lifecycle.advance(record, "finish", count=0, custom_flag=False, at=OPENED, by="ada")

    assert done.custom == FrozenMap({"count": 0, "custom_flag": False})
    blank: dict[str, Any] = {"count": " ", "custom_flag": "\n\t"}
    refused = lifecycle.decide(record, "finish", **blank, at=OPENED, by="ada")
    assert isinstance(refused, Refused)
    assert refused.missing_fields == ("count", "custom_flag")


def tiny(*transitions: Transition, kind: str = "incident") -> Lifecycle:
    return Lifecycle(
        "tiny",
        kind,
        states=(NEW, IN_PROGRESS, RESOLVED, CLOSED, CANCELED),
        initial=NEW,
        transitions=transitions,
    )


def test_a_condition_guards_a_transition() -> None:
    """It sees the record with the given fields over it, and the actor; a refusal says why not."""
    guard = (field("impact") >= Impact.MEDIUM) & field("actor.role").equals("agent")
    lifecycle = tiny(Transition("finish", NEW, CLOSED, guard=guard, fields=[InputField("impact")]))
    record = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim", impact=Impact.LOW)

    assert isinstance(
        lifecycle.decide(record, "finish", impact=Impact.HIGH, at=OPENED, by="ada"), Allowed
    )
    refusal = lifecycle.decide(record, "finish", impact=Impact.LOW, at=OPENED, by="ada")
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.guard) == ("guard", "impact >= medium and actor.role is 'agent'")
    assert "no: impact >= medium, seen Level" in refusal.reason
    other = lifecycle.decide(
        record, "finish", impact=Impact.HIGH, at=OPENED, by=Actor("bot", "system")
    )
    assert isinstance(other, Refused)
    assert "actor.role" in other.reason


def test_a_guard_sees_custom_fields_that_are_not_given() -> None:
    """A field given below custom joins those that are there."""
    lifecycle = tiny(
        Transition(
            "finish",
            NEW,
            CLOSED,
            guard=field("custom.vip").is_true(),
            fields=[InputField("why", "custom.why")],
        )
    )
    record = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim", custom={"vip": True})

    done = lifecycle.advance(record, "finish", why="x", at=OPENED, by="ada")

    assert done.custom == FrozenMap({"vip": True, "why": "x"})


def test_a_function_guards_a_transition() -> None:
    """It is asked about the attempt, and a refusal calls it by its name."""
    asked: list[Attempt] = []

    def office_hours(attempt: Attempt) -> bool:
        asked.append(attempt)
        return attempt.at.hour < 10

    lifecycle = tiny(Transition("finish", NEW, CLOSED, guard=office_hours, fields=["count"]))
    record = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim")

    assert isinstance(lifecycle.decide(record, "finish", count=1, at=OPENED, by="ada"), Allowed)
    refusal = lifecycle.decide(record, "finish", count=1, at=OPENED + HOUR, by="ada")
    assert isinstance(refusal, Refused)
    assert refusal.guard == "office_hours"
    assert refusal.reason == "finish from new is refused by its guard: office_hours"
    assert asked[0].facts["custom"] == FrozenMap({"count": 1})
    assert (asked[0].by, asked[0].fields) == (Actor("ada"), {"count": 1})


def test_the_first_row_whose_guard_passes_is_taken() -> None:
    """One action may lead to several states; if none passes, a guard's refusal goes before."""
    vip = field("custom.vip").is_true()
    lifecycle = tiny(
        Transition("finish", NEW, CLOSED, guard=vip, fields=["approval"]),
        Transition("finish", NEW, RESOLVED, guard=~vip, guard_name="not for VIPs"),
    )
    plain = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim")
    noble = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim", custom={"vip": True})

    assert lifecycle.advance(plain, "finish", at=OPENED, by="ada").state == RESOLVED
    assert lifecycle.advance(noble, "finish", approval="y", at=OPENED, by="a").state == CLOSED
    refusal = lifecycle.decide(noble, "finish", at=OPENED, by="ada")
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.guard) == ("guard", "not for VIPs")


def test_a_transition_sets_fields_of_its_own() -> None:
    """What is given goes before; entries of custom are joined."""
    lifecycle = tiny(
        Transition(
            "finish",
            NEW,
            RESOLVED,
            sets={"resolution_code": "default", "custom": {"via": "table"}},
            fields=[InputField("resolution_code", required=False), InputField("n", "custom.n")],
        )
    )
    record = lifecycle.open(Incident, id="I", title="t", at=OPENED, by="kim")

    default = lifecycle.advance(record, "finish", n=1, at=OPENED, by="ada")
    given_code = lifecycle.advance(record, "finish", n=1, resolution_code="x", at=OPENED, by="ada")

    assert default.resolution_code == "default"
    assert given_code.resolution_code == "x"
    assert default.custom == FrozenMap({"via": "table", "n": 1})


def test_a_custom_field_is_asked_for_by_its_path() -> None:
    """The name of the argument is what follows ``custom.``."""
    asked = Transition("order", NEW, CLOSED, fields=["custom.oven", "service"]).fields
    assert asked == (InputField("oven", "custom.oven"), InputField("service"))
