"""Definitions that cannot work."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lifecycle.test_engine import lifecycle

from incidentcore.conditions import field
from incidentcore.errors import LifecycleDefinitionError
from incidentcore.lifecycle import InputField, Lifecycle, Transition
from incidentcore.values import CLOSED, NEW, RESOLVED, State


def asks(target: str, kind: str = "incident") -> Any:
    return lambda: lifecycle(Transition("go", NEW, CLOSED, fields=[target]), kind=kind)


WRONG = [
    ("no state", lambda: lifecycle(states=())),
    ("one state", lambda: lifecycle(states=NEW)),
    (
        "one transition",
        lambda: Lifecycle(
            "x",
            "incident",
            states=[NEW, CLOSED],
            initial=NEW,
            transitions=Transition("go", NEW, CLOSED),  # type: ignore[arg-type]
        ),
    ),
    ("no State", lambda: lifecycle(states=("new",))),
    ("names twice", lambda: lifecycle(states=(NEW, State("new", final=True), CLOSED))),
    ("initial", lambda: lifecycle(initial=RESOLVED)),
    ("no initial", lambda: lifecycle(initial="new")),
    ("kind", lambda: lifecycle(kind="change")),
    ("version", lambda: lifecycle(version=1)),
    ("id", lambda: Lifecycle("", "incident", states=(NEW,), initial=NEW, transitions=())),
    ("target", lambda: lifecycle(Transition("go", NEW, RESOLVED))),
    ("source", lambda: lifecycle(Transition("go", "limbo", CLOSED))),
    ("no Transition", lambda: lifecycle("go")),
    ("action", lambda: Transition("two words", NEW, CLOSED)),
    ("no action", lambda: Transition(None, NEW, CLOSED)),  # type: ignore[arg-type]
    ("no source", lambda: Transition("go", (), CLOSED)),
    ("source twice", lambda: Transition("go", (NEW, "new"), CLOSED)),
    ("source type", lambda: Transition("go", (1,), CLOSED)),  # type: ignore[arg-type]
    ("sources type", lambda: Transition("go", 1, CLOSED)),
    ("no target", lambda: Transition("go", NEW, "closed")),  # type: ignore[arg-type]
    ("field twice", lambda: Transition("go", NEW, CLOSED, fields=["a", "a"])),
    ("target twice", lambda: Transition("go", NEW, CLOSED, fields=["a", InputField("b", "a")])),
    ("fields", lambda: Transition("go", NEW, CLOSED, fields="abc")),
    ("field type", lambda: Transition("go", NEW, CLOSED, fields=[1])),
    ("guard", lambda: Transition("go", NEW, CLOSED, guard="impact is high")),  # type: ignore[arg-type]
    ("sets a count", lambda: Transition("go", NEW, CLOSED, sets={"reopen_count": 0})),
    ("sets badly", lambda: Transition("go", NEW, CLOSED, sets={"impact": "high"})),
    ("sets no map", lambda: Transition("go", NEW, CLOSED, sets=5)),
    ("words", lambda: InputField("two words")),
    ("empty", lambda: InputField("")),
    ("choices", lambda: InputField("a", choices="abc")),
    ("required", lambda: InputField("a", required=1)),  # type: ignore[arg-type]
    ("no custom", lambda: InputField("a", "custom.")),
    ("asks a moment", asks("resolved_at")),
    ("asks the state", asks("state")),
    ("asks the id", asks("id")),
    ("asks of a problem", asks("workaround")),
    ("asks of a request", asks("items", "problem")),
    (
        "sets of a problem",
        lambda: lifecycle(Transition("go", NEW, CLOSED, sets={"known_error": True})),
    ),
    (
        "guards nothing",
        lambda: lifecycle(Transition("go", NEW, CLOSED, guard=field("impakt").present())),
    ),
]


@pytest.mark.parametrize("make", [make for _, make in WRONG], ids=[name for name, _ in WRONG])
def test_a_definition_that_cannot_work_is_refused(make: Any) -> None:
    """When it is written, not when a record comes by (LifecycleDefinitionError)."""
    with pytest.raises(LifecycleDefinitionError):
        make()


def test_a_table_of_a_lifecycle_names_its_guards() -> None:
    """The condition, or nothing where a transition has none."""
    guard = field("impact").present()
    made = lifecycle(Transition("go", NEW, CLOSED, guard=guard), Transition("drop", NEW, CLOSED))
    heads, rows, _ = made.cells()
    assert heads == ["action", "from", "to", "needs", "guard"]
    assert rows == [
        ["go", "new", "closed", "", "impact is present"],
        ["drop", "new", "closed", "", ""],
    ]
