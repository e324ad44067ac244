"""What a lifecycle's definition refuses, and what history it would have refused."""

from __future__ import annotations

from typing import Any

from incidentcore.conditions import field
from incidentcore.lifecycle import Lifecycle, Transition
from incidentcore.values import CLOSED, NEW


def lifecycle(*transitions: Any, **parts: Any) -> Lifecycle:
    told: dict[str, Any] = {"states": (NEW, CLOSED), "initial": NEW, **parts}
    return Lifecycle("tiny", told.pop("kind", "incident"), transitions=transitions, **told)


def test_a_guard_may_read_fields_below_and_the_actor() -> None:
    """The first step of its paths is a field of the record, or the actor."""
    guard = field("custom.anything").present() & field("actor.role").equals("x")

    assert lifecycle(Transition("go", NEW, CLOSED, guard=guard)).actions(NEW) == ("go",)
