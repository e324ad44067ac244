"""Scales and their levels: order, identity, and what a level is not."""

from __future__ import annotations

import itertools
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.values import Impact, Level, Priority, Scale, Urgency

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
    for compare, other in itertools.product(("<", "<=", ">", ">="), (Priority.LOW, 3, None)):
        with pytest.raises(TypeError, match=f"'{compare}' not supported"):
            eval(f"a {compare} b", {"a": Impact.HIGH, "b": other})  # noqa: S307  four literals
    assert Impact.HIGH != Priority.HIGH
    assert Priority.LOW not in Impact.scale
    assert Impact.LOW in Impact.scale


def test_a_level_is_written_as_its_name() -> None:
    """``str`` is the name alone; the three classes list their levels and take names in any case."""
    assert str(Impact.HIGH) == "high"
    assert [str(level) for level in Priority] == [
        "critical", "high", "moderate", "low", "planning"
    ]  # fmt: skip
    assert Impact["High"] is Impact.HIGH


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
    name = "rank" if all(parts[:2]) else "name" if parts[0] else "scale"
    with pytest.raises(InvalidValueError, match=f"^{name}: "):
        Level(*parts)


@pytest.mark.parametrize("name", ["worst", 0, None])
def test_an_unknown_level_says_which_there_are(name: Any) -> None:
    """The error names the levels of the scale."""
    for words in (Impact, Impact.scale):
        with pytest.raises(InvalidValueError, match=r"^impact: .*high, medium, low$"):
            words[name]


@pytest.mark.parametrize(
    ("scale", "word", "hint"),
    [
        (Impact, "moderate", "high, medium, low; the middle impact and urgency is medium"),
        (Priority, "Medium", "moderate, low, planning; the middle priority is moderate"),
    ],
)
def test_the_middle_level_of_another_scale_names_the_right_one(
    scale: Any, word: str, hint: str
) -> None:
    """Impact and urgency have a medium level, priority a moderate one."""
    with pytest.raises(InvalidValueError, match=f"{hint}$"):
        scale[word]
    with pytest.raises(AttributeError, match=r"the middle .* is M[A-Z]+$"):
        getattr(scale, word.upper())


@pytest.mark.parametrize(("name", "build"), [("id", ("", ("a",))), ("levels", ("s", ()))])
def test_an_error_of_a_scale_names_the_part(name: str, build: Any) -> None:
    """Its id, or its levels."""
    with pytest.raises(DefinitionError, match=f"^{name}: "):
        Scale(*build)


def test_the_standard_scales_by_their_names() -> None:
    """Documents and desk files name them, the worst first."""
    for words in (Impact, Urgency):
        assert words.scale.names == ("high", "medium", "low")
        assert (words.HIGH.rank, words.MEDIUM.rank, words.LOW.rank) == (1, 2, 3)
    assert Priority.scale.names == ("critical", "high", "moderate", "low", "planning")
    assert [kind.scale.id for kind in (Impact, Urgency, Priority)] == [
        "impact",
        "urgency",
        "priority",
    ]


@pytest.mark.parametrize("kind", [Impact, Urgency, Priority])
@pytest.mark.parametrize("given", [(), ("high",), (1,)])
def test_who_calls_a_scale_is_told_how_its_levels_are_written(kind: Any, given: tuple) -> None:
    """``Impact("high")`` is how an enumeration finds a member."""
    name = kind.__name__
    with pytest.raises(TypeError, match=rf"write {name}\.HIGH, or {name}\['high'\]"):
        kind(*given)
