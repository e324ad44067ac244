"""Convert JSON text to plain data and back, strictly and within limits.

The standard library accepts more than JSON: repeated keys, NaN, numbers of any length, lone
surrogates. Here each of these is a problem with a path. Checking a valid document takes only one
more pass over its brackets, since paths are determined only if something is wrong.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from math import isfinite
from typing import Any, Final

from incidentcore.errors import FormatError
from incidentcore.serialization.faults import Fault, Path, show
from incidentcore.serialization.limits import Limits

_ESCAPED: Final = re.compile(r"\\.", re.DOTALL)
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
_BOM: Final = "\ufeff"


class _Refused:
    """Placeholder in the data for a value that JSON does not allow, until its path is known."""

    def __init__(self, why: str) -> None:
        self.why = why


class _Repeated(dict[str, Any]):
    """An object with a repeated key."""

    keys_twice: list[str]


def parse(text: str | bytes | bytearray, limits: Limits) -> tuple[Any, list[Fault]]:
    """Return the plain data in a JSON text, and the problems found in it.

    Returns:
        The data, and the problems: repeated keys, NaN, numbers out of range, lone surrogates.

    Raises:
        FormatError: The text is not JSON, or exceeds a limit.
    """
    if isinstance(text, (bytes, bytearray)):
        text = _decoded(text, limits)
    elif not isinstance(text, str):
        raise FormatError([f"got a {type(text).__name__}; allowed: JSON as text or UTF-8 @ $"])
    if len(text) > limits.size:
        raise FormatError([f"{len(text)} characters; allowed: at most {limits.size} @ $"])
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError as error:
        raise FormatError([f"half of a surrogate pair at character {error.start} @ $"]) from None
    _check_shape(text, limits)
    reader = _Reader(limits)
    try:
        data = reader.decode(text)
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        raise FormatError([f"not JSON: {error.msg} (line {line}, column {column}) @ $"]) from None
    except ValueError as error:
        raise FormatError([f"not JSON: {error} @ $"]) from None
    if reader.refused or ("\\u" in text and _HALF.search(text)):
        return data, list(_refused(data, limits))
    return data, []


def _decoded(data: bytes | bytearray, limits: Limits) -> str:
    if len(data) > limits.size:
        raise FormatError([f"{len(data)} bytes; allowed: at most {limits.size} @ $"])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError([f"not UTF-8 at byte {error.start} @ $"]) from None


def _check_shape(text: str, limits: Limits) -> None:
    """Refuse too many values and too deep a nesting, without reading them."""
    if text.startswith(_BOM):
        raise FormatError(["a byte order mark before the JSON @ $"])
    if len(text) <= limits.values and text.count("[") + text.count("{") <= limits.depth:
        return
    bare = _ESCAPED.sub("", text) if "\\" in text else text
    outside = "".join(bare.split('"')[::2])
    values = outside.count(",") + outside.count("[") + outside.count("{")
    if values > limits.values:
        raise FormatError([f"more than {limits.values} values @ $"])
    brackets = outside.encode("ascii", "replace").translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(limits.depth):
        if not brackets:
            return
        shorter = brackets.replace(b"[]", b"")  # the innermost level, everywhere
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    _check_depth(outside, limits)


def _check_depth(outside: str, limits: Limits) -> None:
    """Count exactly, if the quick check was inconclusive."""
    depth = 0
    for char in outside:
        if char in "[{":
            depth += 1
            if depth > limits.depth:
                raise FormatError([f"nested deeper than {limits.depth} @ $"])
        elif char in "]}":
            depth -= 1


class _Reader:
    """One run of the standard library's decoder, with the problems that it would have accepted."""

    def __init__(self, limits: Limits) -> None:
        self.refused = False
        self.digits = limits.digits

    def decode(self, text: str) -> Any:
        decoder = json.JSONDecoder(
            object_pairs_hook=self.object,
            parse_int=self.integer,
            parse_float=self.number,
            parse_constant=self.constant,
        )
        return decoder.decode(text)

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        data = dict(pairs)
        if len(data) == len(pairs):
            return data
        self.refused = True
        repeated = _Repeated(data)
        counts = Counter(key for key, _ in pairs)
        repeated.keys_twice = [key for key, count in counts.items() if count > 1]
        return repeated

    def integer(self, text: str) -> Any:
        if len(text) > self.digits:
            return self.refuse(f"a number of {len(text)} characters; allowed: {self.digits}")
        return int(text)

    def number(self, text: str) -> Any:
        if len(text) > self.digits:
            return self.refuse(f"a number of {len(text)} characters; allowed: {self.digits}")
        value = float(text)
        return value if isfinite(value) else self.refuse(f"{text} is out of range")

    def constant(self, text: str) -> Any:
        return self.refuse(f"{text} is not JSON")

    def refuse(self, why: str) -> _Refused:
        self.refused = True
        return _Refused(why)


def check_plain(data: object, limits: Limits) -> list[Fault]:
    """Return a problem for each part of plain data that JSON cannot hold, such as NaN or tuples."""
    room = [limits.values]
    if _is_plain(data, limits.depth, room, limits):
        return []
    return list(_refused(data, limits))


def _is_plain(value: object, depth: int, room: list[int], limits: Limits) -> bool:
    """Return quickly whether there is nothing to refuse."""
    kind = type(value)
    if kind is str:
        return value.isascii() or not _is_broken(value)  # type: ignore[attr-defined,arg-type]
    if kind is dict or kind is list:
        room[0] -= len(value)  # type: ignore[arg-type]  # a dict or a list
        if depth < 1 or room[0] < 0:
            return False
        if kind is list:
            return all(_is_plain(inner, depth - 1, room, limits) for inner in value)  # type: ignore[attr-defined]
        for key, inner in value.items():  # type: ignore[attr-defined]  # a dict
            if type(key) is not str or not (key.isascii() or not _is_broken(key)):
                return False
            if not _is_plain(inner, depth - 1, room, limits):
                return False
        return True
    return not _why_not(value, limits)


def _refused(data: object, limits: Limits) -> Iterator[Fault]:
    """Yield the invalid parts of plain data; iterative, so that no depth is too deep."""
    stack: list[tuple[object, Path]] = [(data, ())]
    values = 0
    while stack:
        value, path = stack.pop()
        values += 1
        if values > limits.values:
            yield Fault(f"more than {limits.values} values", fatal=True)
            return
        kind = type(value)
        if kind is dict or kind is _Repeated:
            if len(path) >= limits.depth:
                yield Fault(f"nested deeper than {limits.depth}", path[:5], fatal=True)
                continue
            for key in getattr(value, "keys_twice", ()):
                yield Fault("the key twice", (*path, key))
            for key, inner in reversed(value.items()):  # type: ignore[attr-defined]  # a dict
                if type(key) is not str:
                    yield Fault(f"a key that is {show(key)}; allowed: text", path)
                elif _is_broken(key):
                    yield Fault("half of a surrogate pair in a key", path)
                else:
                    stack.append((inner, (*path, key)))
        elif kind is list:
            if len(path) >= limits.depth:
                yield Fault(f"nested deeper than {limits.depth}", path[:5], fatal=True)
                continue
            items: list[tuple[int, object]] = list(enumerate(value))  # type: ignore[arg-type]  # a list
            stack.extend((inner, (*path, place)) for place, inner in reversed(items))
        else:
            why = _why_not(value, limits)
            if why:
                yield Fault(why, path)


def _why_not(value: object, limits: Limits) -> str:
    kind = type(value)
    if value is None or kind is bool:
        return ""
    if kind is str:
        return "half of a surrogate pair" if _is_broken(value) else ""  # type: ignore[arg-type]
    if kind is int:
        is_long = _is_long(value, limits.digits)  # type: ignore[arg-type]
        return f"{show(value)}; allowed: {limits.digits} characters" if is_long else ""
    if kind is float:
        return "" if isfinite(value) else f"{value} is not JSON"  # type: ignore[arg-type]
    if isinstance(value, _Refused):
        return value.why
    return f"got {show(value)}; allowed: what JSON text reads to"


def _is_long(value: int, most: int) -> bool:
    """Return whether a number's text is longer; its bits usually show that without the text."""
    bits = value.bit_length()
    if bits < most * 3.32 - 4:
        return False
    return bits > most * 3.33 or abs(value) >= 10 ** (most - (value < 0))


def _is_broken(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def write(data: object, indent: int | None) -> str:
    """Return plain data as JSON text, which is the same on every machine."""
    return json.dumps(
        data,
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=(",", ": ") if indent is not None else (",", ":"),
    )


def read_body(text: str) -> dict[str, Any]:
    """Return the object in a JSON text that ``write`` returned."""
    data: dict[str, Any] = json.loads(text)
    return data
