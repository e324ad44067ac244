"""Cascade rules: what they need, and when they are judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
)
from incidentcore.lifecycle import (
    INCIDENT,
    STANDARD_CASCADES,
    TEXTBOOK_INCIDENT,
    Allowed,
    CascadeRule,
    Copy,
    Lifecycle,
    Refused,
    advance,
    cascade_effects,
)
from incidentcore.records import (
    Incident,
    Record,
    comment,
    link,
)
from incidentcore.values import RESOLVED, Actor

AT = datetime(2026, 6, 5, 15, tzinfo=UTC)  # a Friday afternoon


HOUR = timedelta(hours=1)


KIM = Actor("kim", "requester")


FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incident(number: int = 1, lifecycle: Lifecycle = INCIDENT) -> Incident:
    return lifecycle.open(Incident, id=f"INC-{number}", title="t", at=AT, by=KIM)


def resolved() -> Incident:
    return advance(incident(), "resolve", at=AT, by="ada", **FIXED)


def test_a_refused_cascade_is_told() -> None:
    """As the answer of the target's own lifecycle."""
    rule = CascadeRule(
        id="close",
        source="incident",
        enters="closed",
        link="parent_of",
        target="incident",
        action="close",
        states=("new", "resolved"),
    )
    parent = advance(resolved(), "close", at=AT, by="ada")
    child = link(incident(2), "child_of", "INC-1", at=AT, by="ada")

    (effect,) = cascade_effects(parent, parent.history[-1], [child, incident(3)], cascades=[rule])

    assert isinstance(effect.answer, Refused)
    assert effect.answer.code == "not_allowed"
    assert cascade_effects(parent, parent.history[-1], [child], cascades=[rule], follow=True) == (
        effect,
    )
    done = advance(child, "cancel", at=AT, by="ada")
    assert cascade_effects(parent, parent.history[-1], [done], cascades=[rule]) == ()


def test_a_cascade_needs_its_event_and_lifecycles() -> None:
    """An event of another record, or a target whose lifecycle is not given, is refused."""
    parent = resolved()
    child = link(incident(2, TEXTBOOK_INCIDENT), "child_of", "INC-1", at=AT, by="ada")

    with pytest.raises(InvalidValueError, match="an event in the history"):
        cascade_effects(parent, child.history[-1], [], cascades=STANDARD_CASCADES)
    with pytest.raises(InvalidValueError, match="textbook_incident"):
        cascade_effects(parent, parent.history[-1], [child], cascades=STANDARD_CASCADES)


def test_a_cascade_is_judged_at_its_event() -> None:
    """A target that was changed since is asked about its state then.

    Resolving it then would take no effect, as it was canceled an hour later, so that is refused.
    """
    parent = resolved()
    child = link(incident(2), "child_of", "INC-1", at=AT, by="ada")
    since = comment(advance(child, "cancel", at=AT + HOUR, by="ada"), "x", at=AT + HOUR, by="ada")

    (effect,) = cascade_effects(parent, parent.history[-1], [since], cascades=STANDARD_CASCADES)

    assert isinstance(effect.answer, Refused)
    assert effect.answer.code == "no_effect"

    open_still = comment(child, "x", at=AT + HOUR, by="ada")
    (effect,) = cascade_effects(
        parent, parent.history[-1], [open_still], cascades=STANDARD_CASCADES
    )
    assert isinstance(effect.answer, Allowed)
    record: Record = effect.answer.record
    assert record.timeline().facts_at(AT)["state"] == RESOLVED


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"source": "change"},
        {"target": "change"},
        {"action": ""},
        {"link": "", "target": "problem"},
        {"when": "always"},
        {"target_when": len},
        {"on": "comented"},
        {"on": "event"},  # the base of all kinds is none
        {"when": field("event.visiblity").equals("public")},
        {"action": "", "comment": Copy("event.txt")},
        {"action": "", "comment": Copy("event.by.id")},  # an attribute alone can be copied
        {"action": "", "comment": Copy("")},
        {"fields": {"resolution_code": Copy("")}},
        {"changes": "event.text"},  # only a record's fields are changed by events
        {"changes": "sate"},
    ],
    ids=str,
)
def test_a_cascade_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    """When it is written."""
    told: dict[str, Any] = {
        "id": "c",
        "source": "incident",
        "target": "incident",
        "link": "parent_of",
        "action": "close",
        **wrong,
    }
    with pytest.raises(LifecycleDefinitionError):
        CascadeRule(**told)


@pytest.mark.parametrize(
    "name", ["record_id", "sequence", "at", "by", "recorded_at", "id", "kind", "text"]
)
def test_a_cascade_may_read_every_attribute_of_an_event(name: str) -> None:
    """Those of all events, and those of some kinds."""
    when = field(f"event.{name}").present()
    parts: dict[str, Any] = {"source": "incident", "target": "incident", "link": "parent_of"}
    assert CascadeRule(id="c", action="close", when=when, **parts).when == when
    assert CascadeRule(id="c", comment=Copy(f"event.{name}"), **parts).action == ""


def test_what_is_no_cascade_is_refused() -> None:
    """By name, where rules are followed."""
    record = Incident.open(id="I", title="t", at=AT, by=KIM)
    with pytest.raises(InvalidValueError, match="cascades"):
        cascade_effects(record, record.history[0], [], cascades=["close"])  # type: ignore[list-item]
