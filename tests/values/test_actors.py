"""Actors: an id, a role, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.values import Actor
from incidentcore.values.actors import as_actor


def test_a_plain_id_stands_for_an_agent() -> None:
    """Unless told which role (rule H4); an actor stands for itself."""
    assert as_actor("ada") == Actor("ada", "agent")
    assert as_actor("kim", role="requester") == Actor("kim", "requester")
    assert as_actor(Actor("x", "robot"), role="requester") == Actor("x", "robot")


@pytest.mark.parametrize("by", ["", None, 5, b"ada", ("ada", "agent")], ids=repr)
def test_what_is_no_actor_is_refused(by: Any) -> None:
    """The error names the argument."""
    with pytest.raises(InvalidValueError, match=r"^by: "):
        as_actor(by)


@pytest.mark.parametrize("parts", [("", "agent"), ("ada", ""), (None, "agent"), ("ada", None)])
def test_an_actor_has_an_id_and_a_role(parts: tuple[Any, Any]) -> None:
    """Both are texts."""
    name = "role" if parts[0] else "id"
    with pytest.raises(InvalidValueError, match=rf"^{name}: .*allowed: non-empty text"):
        Actor(*parts)


@pytest.mark.parametrize("role", ["agnet", "agents", "Agent", "requestor", "sytem"])
def test_a_misspelt_role_is_refused_where_somebody_acts(role: str) -> None:
    """What an "agnet" said answered nobody; a document that holds one is still read."""
    near = {"r": "requester", "s": "system"}.get(role[0], "agent")
    ends = f"or a role of your own; nearest: {near}"
    with pytest.raises(InvalidValueError, match=rf"^role: got '{role}'.*{ends}$"):
        as_actor(Actor("ada", role))
    for own in ("robot", "subsystem", "lead_agent", "agentic"):
        assert as_actor(Actor("ada", own)).role == own


def test_a_role_of_your_own_is_compared_with_the_known_ones_once(
    work_of: Callable[[Callable[[], object]], int],
) -> None:
    """Compared at each event, it made a transition take six times as long."""
    robot, agent = Actor("r2", "robot"), Actor("ada", "agent")
    as_actor(robot)
    assert work_of(lambda: as_actor(robot)) <= work_of(lambda: as_actor(agent)) + 2
