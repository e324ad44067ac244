"""Frozen mappings: laws, and construction with hostile input."""

from __future__ import annotations

import copy
import pickle
from collections import OrderedDict, namedtuple
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum
from types import MappingProxyType
from typing import Any
from unittest.mock import ANY

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.values import FrozenMap, Impact
from incidentcore.values.frozen import freeze, is_storable

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
DICTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)
Point = namedtuple("Point", "x y")  # noqa: PYI024  the untyped kind that data frames yield


@attrs.frozen
class Names(Mapping[str, Any]):
    """A value of attrs that is a mapping as well."""

    of: dict[str, Any] = attrs.field(hash=False)

    def __getitem__(self, key: str) -> object:
        return self.of[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)

    def __len__(self) -> int:
        return len(self.of)


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes


@given(DICTS)
def test_a_map_holds_what_it_was_given(entries: dict[str, Any]) -> None:
    """Keys and values are those of the dict, values in their frozen form."""
    frozen = FrozenMap(entries)

    assert set(frozen) == set(entries)
    assert len(frozen) == len(entries)
    assert all(frozen[key] == freeze(value) for key, value in entries.items())
    assert list(frozen.items()) == list(zip(frozen.keys(), frozen.values(), strict=True))


@given(DICTS)
def test_equal_maps_hash_print_and_pickle_alike(entries: dict[str, Any]) -> None:
    """The order of insertion leaves no trace, and freezing twice changes nothing."""
    frozen = FrozenMap(entries)
    backwards = FrozenMap(dict(reversed(entries.items())))

    assert frozen == backwards
    assert hash(frozen) == hash(backwards)
    assert repr(frozen) == repr(backwards)
    assert FrozenMap(frozen) == frozen
    assert freeze(frozen) is frozen
    for same in (pickled(frozen), copy.copy(frozen), copy.deepcopy(frozen)):
        assert same == frozen
        assert hash(same) == hash(frozen)


@given(DICTS, DICTS)
def test_setting_entries_is_a_union(entries: dict[str, Any], more: dict[str, Any]) -> None:
    """``set`` adds and replaces, and leaves the old map as it was."""
    frozen = FrozenMap(entries)

    assert frozen.set(**more) == FrozenMap({**entries, **more})
    assert frozen == FrozenMap(entries)


def test_any_name_can_be_set() -> None:
    """An entry called like the method's own argument is an entry like any other."""
    assert FrozenMap({"a": 1}).set(self=2) == FrozenMap({"a": 1, "self": 2})


def test_a_map_cannot_be_changed() -> None:
    """Neither by attribute, nor by key, nor through the data it was made from."""
    given_list = [1]
    frozen: Any = FrozenMap({"a": given_list})
    given_list.append(2)

    with pytest.raises(AttributeError, match="frozen"):
        frozen._data = {}
    with pytest.raises(AttributeError, match="frozen"):
        del frozen._data
    with pytest.raises(TypeError):
        frozen["a"] = 2
    assert frozen == FrozenMap({"a": (1,)})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, [2]], (1, (2,))),
        ({1, 2}, frozenset((1, 2))),
        (bytearray(b"x"), b"x"),
        (OrderedDict(a=[1]), FrozenMap({"a": (1,)})),
        (MappingProxyType({"a": 1}), FrozenMap({"a": 1})),
        (type("Rows", (list,), {})([1]), (1,)),
        (Point(1, 2), Point(1, 2)),
        (Impact.HIGH, Impact.HIGH),
        ("ab", "ab"),
        ((1, [2]), (1, (2,))),
        (Names({"a": [1]}), Names({"a": [1]})),
    ],
    ids=repr,
)
def test_containers_become_immutable(value: object, expected: object) -> None:
    """Lists, sets, mappings and their subclasses freeze; what cannot change stays itself."""
    frozen = freeze(value)

    assert frozen == expected
    assert type(frozen) is type(expected)


@pytest.mark.parametrize("entries", [{1: "a"}, {None: 1}, 5, "ab", [1], [("a",)], None], ids=repr)
def test_what_is_no_mapping_from_text_is_refused(entries: Any) -> None:
    """Keys are text, and the entries a mapping or pairs."""
    with pytest.raises(InvalidValueError):
        FrozenMap(entries)


def test_a_map_is_no_dict() -> None:
    """A map equals maps only, so that equality and hash agree."""
    assert FrozenMap({"a": 1}) != {"a": 1}
    assert FrozenMap({"a": 1}) == ANY
    assert "a" in FrozenMap({"a": 1})
    assert "b" not in FrozenMap({"a": 1})


@pytest.mark.parametrize("entries", [{}, {"a": 1}, {"b": 2, "a": 1}], ids=str)
def test_a_map_of_checked_entries_equals_one_of_any(entries: dict[str, int]) -> None:
    """It is sorted as well, and what it was made of may change afterwards."""
    made = FrozenMap.of_frozen(dict(entries))
    assert made == FrozenMap(entries)
    assert list(made) == sorted(entries)
    assert (hash(made), repr(made)) == (hash(FrozenMap(entries)), repr(FrozenMap(entries)))


def test_values_of_subclasses_are_stored_as_what_they_equal() -> None:
    """The texts, numbers and times of a column become those of Python, also deep inside."""

    class Word(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "shown"

    class Real(float):
        __slots__ = ()

    class Color(IntEnum):
        RED = 3

    class Stamp(datetime):
        """A time of another library."""

    berlin = timezone(timedelta(hours=2))
    given = [Word("x"), Real(1.5), Color.RED, Stamp(2026, 6, 1, 11, tzinfo=berlin)]
    nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    found = FrozenMap({"a": {"b": given}})["a"]["b"]
    assert [(type(one), one) for one in found] == [
        *((str, "x"), (float, 1.5), (int, 3), (datetime, nine))
    ]
    naive = Stamp(2026, 6, 1, 11)  # refused where it is stored
    assert freeze(naive) is naive


def test_a_map_can_be_stored_if_all_in_it_can() -> None:
    """At any depth; an object of a class of one's own cannot."""
    assert is_storable(FrozenMap({"a": FrozenMap({"b": 1}), "c": ("x", None)})) is True
    assert is_storable(FrozenMap({"a": FrozenMap({"b": object()})})) is False
