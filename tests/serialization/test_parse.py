"""Limits of what is parsed, and the work that it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from incidentcore.errors import FormatError
from incidentcore.serialization import (
    Limits,
    from_plain,
    loads,
)
from incidentcore.serialization.parse import _Reader, check_plain, parse


def doc(value: Any, name: str = "plain", **more: Any) -> str:
    return json.dumps({"type": name, "version": 1, "value": value, **more})


def raw(value: str, name: str = "plain") -> str:
    return f'{{"type":"{name}","version":1,"value":{value}}}'


def keys_twice(number: int) -> str:
    return raw("{" + ",".join(f'"k{n % (number // 2)}":1' for n in range(number)) + "}")


def things_wrong(number: int) -> str:
    return raw("[" + ",".join(f'{{"$x{n}":1}}' for n in range(number)) + "]")


@pytest.mark.parametrize("make", [keys_twice, things_wrong])
def test_work_grows_with_the_text_alone(
    make: Callable[[int], str], work_of: Callable[[Callable[[], object]], int]
) -> None:
    """Four times the faults, at most four times the work."""

    def read(text: str) -> None:
        with pytest.raises(FormatError):
            loads(text, object)

    few, many = (make(number) for number in (200, 800))
    read(few)  # loads what is loaded once
    assert work_of(lambda: read(many)) <= 4.1 * work_of(lambda: read(few))


class CountedText(str):
    """Text that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedText.compared += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_keys_twice_are_found_without_comparing_each_with_each() -> None:
    """A key is compared a few times, however many keys there are."""
    pairs = [(CountedText(f"k{number % 2_000}"), 1) for number in range(4_000)]
    CountedText.compared = 0

    _Reader(Limits()).object(pairs)

    assert CountedText.compared < 10 * len(pairs)


def test_a_cycle_is_too_deep() -> None:
    """Data that holds itself ends at the limit of depth."""
    cycle: dict[str, Any] = {"type": "plain", "version": 1}
    cycle["value"] = [cycle]

    with pytest.raises(FormatError, match="nested deeper than 64"):
        from_plain(cycle, object)


def nested(shape: str) -> Any:
    """Return plain data with a list for each ``l`` and a dict for each ``d``, outermost first."""
    data: Any = "x"
    for kind in reversed(shape):
        data = [data] if kind == "l" else {"k": data}
    return data


@pytest.mark.parametrize("shape", ["l", "d", "ll", "dd", "ld", "dl", "dldl", "llddd"])
def test_depth_is_counted_in_lists_and_dicts_alike(shape: str) -> None:
    """As deep as the limit is allowed, in text and in plain data; one deeper is refused."""
    data, deep = nested(shape), len(shape)
    enough, less = Limits(depth=deep), Limits(depth=deep - 1) if deep > 1 else None

    assert check_plain(data, enough) == []
    assert parse(json.dumps(data), enough) == (data, [])
    if less is not None:
        assert [(fault.message, fault.fatal) for fault in check_plain(data, less)] == [
            (f"nested deeper than {deep - 1}", True)
        ]
        with pytest.raises(FormatError, match=f"nested deeper than {deep - 1} @"):
            parse(json.dumps(data), less)


@pytest.mark.parametrize("data", [[1, 2, 3], {"a": 1, "b": 2, "c": 3}, [[1], {"b": 2}]])
def test_values_are_counted_in_lists_and_dicts_alike(data: Any) -> None:
    """Three or four values inside: so many are allowed, one less is refused."""
    inside = 4 if isinstance(data[0] if isinstance(data, list) else None, list) else 3

    assert check_plain(data, Limits(values=inside)) == []
    assert [fault.fatal for fault in check_plain(data, Limits(values=inside - 1))] == [True]
    with pytest.raises(FormatError, match="more than 1 values"):
        parse(json.dumps(data), Limits(values=1))


def test_limits_are_arguments() -> None:
    """A caller may ask for less, or allow more."""
    text = doc([[1] * 50])

    assert loads(text, tuple) == ((1,) * 50,)
    for limits in (Limits(size=50), Limits(depth=2), Limits(values=20)):
        with pytest.raises(FormatError):
            loads(text, object, limits=limits)
    with pytest.raises(FormatError, match="3 characters"):
        loads(raw("123"), object, limits=Limits(digits=2))
    deep = "[" * 150 + "]" * 150
    assert loads(raw(deep), object, limits=Limits(depth=200)) is not None


def test_problems_are_counted_beyond_the_limit() -> None:
    """A document with very many problems lists as many as asked for and counts the rest."""
    with pytest.raises(FormatError) as caught:
        loads(doc([{"$x": 1}] * 50), object, limits=Limits(problems=10))

    assert len(caught.value.problems) == 11
    assert caught.value.problems[-1] == "and 40 more problems @ $"


@pytest.mark.parametrize("given", [None, 7, ["{}"]])
def test_what_is_neither_text_nor_bytes_is_refused(given: Any) -> None:
    """By its kind."""
    with pytest.raises(FormatError, match=f"got a {type(given).__name__}; allowed: JSON as text"):
        parse(given, Limits())


def test_a_number_that_python_does_not_read_is_a_format_error() -> None:
    """Longer than its limit of digits, where the caller's limit allows it."""
    with pytest.raises(FormatError, match="not JSON"):
        parse("1" * 5_000, Limits(digits=10_000))
