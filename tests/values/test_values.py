"""Scales, levels, states and actors: their laws, and what they refuse."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.values import Actor, Impact, Level, Priority, Scale, State, as_actor

NAMES = st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes


@given(NAMES)
def test_a_worse_level_is_greater(names: list[str]) -> None:
    """Within a scale, levels are totally ordered, the first name worst and greatest."""
    scale = Scale("s", names)

    assert sorted(scale, reverse=True) == list(scale)
    assert max(scale) == scale.worst == scale[names[0]]
    assert min(scale) == scale.best == scale[names[-1]]
    for one, other in itertools.product(scale, repeat=2):
        assert (one < other) == (one.rank > other.rank)
        assert (one <= other) == (one < other or one == other)
        assert (one > other) == (other < one)
        assert (one >= other) == (other <= one)


def test_levels_of_two_scales_have_no_order() -> None:
    """Impact high is neither above nor below priority low (rule P1), and equals neither."""
    for compare in ("<", "<=", ">", ">="):
        with pytest.raises(TypeError):
            eval(f"a {compare} b", {"a": Impact.HIGH, "b": Priority.LOW})  # noqa: S307  four literals
    assert Impact.HIGH != Priority.HIGH
    assert Priority.LOW not in Impact.scale


@given(NAMES)
def test_scales_are_values(names: list[str]) -> None:
    """Equal definitions are equal, hash alike and pickle."""
    scale = Scale("s", names)

    assert scale == Scale("s", list(scale))
    assert hash(scale) == hash(Scale("s", names))
    assert pickled(scale) == scale
    assert list(pickled(scale)) == list(scale)
    assert len(scale) == len(names)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Scale("", ("a",)),
        lambda: Scale(1, ("a",)),
        lambda: Scale("s", ()),
        lambda: Scale("s", "ab"),
        lambda: Scale("s", None),
        lambda: Scale("s", 3),
        lambda: Scale("s", ("a", "a")),
        lambda: Scale("s", ("a", "")),
        lambda: Scale("s", (1, 2)),
    ],
)
def test_a_scale_needs_an_id_and_names(build: Any) -> None:
    """Whatever is wrong with a scale's definition is a DefinitionError."""
    with pytest.raises(DefinitionError):
        build()


@pytest.mark.parametrize(
    "parts", [("", "a", 1), ("s", "", 1), ("s", "a", 0), ("s", "a", True), ("s", "a", "1")], ids=str
)
def test_a_level_is_never_a_number(parts: tuple[Any, Any, Any]) -> None:
    """A level made by hand has a scale, a name and a rank from 1."""
    with pytest.raises(InvalidValueError):
        Level(*parts)


@pytest.mark.parametrize("name", ["worst", 0, None])
def test_an_unknown_level_says_which_there_are(name: Any) -> None:
    """The error names the levels of the scale."""
    with pytest.raises(InvalidValueError, match="high, medium, low"):
        Impact.scale[name]


# open, pauses, resolved, final -> is it a state?
LEGAL_FLAGS = {
    (True, False, False, False): "open",
    (True, True, False, False): "open, paused",
    (False, False, True, False): "resolved",
    (False, False, True, True): "closed",
    (False, False, False, True): "canceled",
}


@pytest.mark.parametrize("flags", [*itertools.product((False, True), repeat=4)], ids=str)
def test_the_flags_of_a_state_agree(flags: tuple[bool, bool, bool, bool]) -> None:
    """Of sixteen combinations five mean something; the rest are refused (rule H3)."""
    names = ("open", "pauses", "resolved", "final")
    given_flags: Any = dict(zip(names, flags, strict=True))
    if flags not in LEGAL_FLAGS:
        with pytest.raises(DefinitionError):
            State("x", **given_flags)
        return

    state = State("x", **given_flags)

    assert state.is_closed is (LEGAL_FLAGS[flags] == "closed")
    assert state.is_canceled is (LEGAL_FLAGS[flags] == "canceled")
    assert pickled(state) == state


@pytest.mark.parametrize(
    ("name", "flags"),
    [("", {"open": True}), (None, {"open": True}), ("x", {"open": 1}), ("x", {"final": None})],
)
def test_a_state_has_a_name_and_flags(name: Any, flags: Any) -> None:
    """A name is text and a flag True or False."""
    with pytest.raises(DefinitionError):
        State(name, **flags)


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
    with pytest.raises(InvalidValueError):
        Actor(*parts)
