"""An id is of the content: what is equal shares one, and what differs in anything has another."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.digest import content_id
from incidentcore.errors import InvalidValueError


class Color(enum.Enum):
    """Two colors with three names."""

    RED = 1
    CRIMSON = 1  # noqa: PIE796  another name of the same
    BLUE = 2


class Word(str):
    """Text of another type, as a column of a data frame may give it."""

    __slots__ = ()


class Name(enum.StrEnum):
    """A text with a name."""

    RED = "red"


@attrs.frozen
class Pair:
    """A value with a note that is not compared."""

    left: object
    right: object
    note: object = attrs.field(default="", eq=False)


@attrs.frozen
class Couple:
    """A value with the fields of another."""

    left: object
    right: object


class Named:
    """An object whose id says what it is."""

    def __init__(self, name: object) -> None:
        self.id = name


DIFFERENT: list[Any] = [
    *(None, True, 1, 1.0, "1", b"1", "", "a", Decimal(1), Fraction(1)),
    *(datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 1), date(2026, 6, 1), time(6, 1)),  # noqa: DTZ001  another value
    *(timedelta(1), timedelta(seconds=1), timedelta(microseconds=1), timedelta(1, 1)),
    *(UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris"), timezone(timedelta(hours=1))),
    *(Color.RED, Color.BLUE, (), (1,), ((1,),), (1, 2), (2, 1), ("ab", "c"), ("a", "bc")),
    *({}, {"a": 1}, {"a": 2}, {"b": 1}, {1: "a"}, set(), {1}, {1, 2}, {"1"}),
    *(Pair(1, 2), Pair(2, 1), Couple(1, 2), Pair(1, (2,)), Named("a"), Named("b")),
]
EQUAL: list[tuple[Any, Any]] = [
    ((1, 2), [1, 2]),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({1: {3, 2}}, {1: frozenset((2, 3))}),
    ({"z", "a", "m"}, {"m", "z", "a"}),
    (Pair(1, 2, "x"), Pair(1, 2, "y")),
    (Color.RED, Color.CRIMSON),
    (timedelta(hours=24), timedelta(days=1)),
    ("red", Word("red")),
    ("red", Name.RED),
]


def test_what_differs_has_another_id() -> None:
    """Sixteen hexadecimal digits, and no two alike."""
    ids = [content_id(value) for value in DIFFERENT]
    assert {len(one) for one in ids} == {16}
    assert all(int(one, 16) >= 0 for one in ids)
    same = [pair for pair in combinations(range(len(ids)), 2) if ids[pair[0]] == ids[pair[1]]]
    assert not [(DIFFERENT[one], DIFFERENT[other]) for one, other in same]


@pytest.mark.parametrize(("one", "other"), EQUAL, ids=range(len(EQUAL)))
def test_what_is_equal_has_the_same_id(one: Any, other: Any) -> None:
    """Order within sets and mappings leaves no trace, nor does what is not compared."""
    assert content_id(one) == content_id(other)
    assert content_id([one]) == content_id([other])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"a": [1, print]}, r"^value\['a'\]\[1\]: got .*; this callable has none$"),
        (Pair(1, object()), r"^value\.right: got .*; this object has none$"),
        ({object()}, "; this object has none$"),
        (Named(""), "; this Named has none$"),
        (Named(7), "; this Named has none$"),
    ],
    ids=["callable", "object", "set", "empty id", "number as id"],
)
def test_what_has_no_content_is_refused_at_its_place(value: Any, said: str) -> None:
    """With what would help: an object with an id."""
    with pytest.raises(InvalidValueError, match=said):
        content_id(value)
