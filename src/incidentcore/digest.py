"""A stable identity for definitions: the same content gives the same id, on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Final

import attrs

from incidentcore.errors import InvalidValueError

__all__ = ["content_id"]

_LENGTH: Final = 16
_LEAVES: Final = (bool, int, float, str, bytes)
_EXACT: Final = (
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
)  # known by name


def content_id(value: object, /) -> str:
    """Return a short digest of a value's content.

    Two values with equal content have equal ids, in every process and on every machine; values that
    differ in any compared field have different ids. Class and field names are part of the content,
    so values of different types do not share an id by accident.

    Args:
        value: A value of this library, or plain data: numbers, text, dates, collections.

    Returns:
        Sixteen hexadecimal digits.

    Raises:
        InvalidValueError: The value contains a callable or an object whose content cannot be read,
            such as a calendar from another library. Give such an object an attribute ``id`` (text,
            not empty), which is then used instead of its content.

    >>> from incidentcore.digest import content_id
    >>> content_id({"b": 1, "a": 2}) == content_id({"a": 2, "b": 1})
    True
    """
    from hashlib import sha256  # noqa: PLC0415  loads a cryptographic library; few ask for an id

    return sha256(_encoded(value, "value")).hexdigest()[:_LENGTH]


def _feed(feed: Callable[[bytes], object], value: object, path: str) -> None:
    """Feed a value to the hash unambiguously: for each node its tag, its size and its parts."""
    kind = type(value)
    if value is None or kind in _LEAVES or (kind.__module__, kind.__name__) in _EXACT:
        _leaf(feed, kind.__name__, repr(value))
    elif isinstance(value, str):  # of a subclass, which equals plain text
        _leaf(feed, "str", repr(str.__str__(value)))
    elif isinstance(value, (datetime, date, time)):
        _leaf(feed, kind.__name__, value.isoformat())
    elif isinstance(value, timedelta):
        _leaf(feed, "timedelta", f"{value.days}:{value.seconds}:{value.microseconds}")
    elif isinstance(value, tzinfo):
        _leaf(feed, "zone", getattr(value, "key", None) or str(value))
    elif isinstance(value, Enum):
        _leaf(feed, kind.__qualname__, value.name)
    elif isinstance(value, Mapping):
        entries = sorted(
            ((_encoded(key, path), key, item) for key, item in value.items()),
            key=lambda entry: entry[0],
        )
        feed(f"mapping:{len(entries)};".encode())
        for encoded, key, item in entries:
            feed(encoded)
            _feed(feed, item, f"{path}[{key!r}]")
    elif isinstance(value, (tuple, list)):
        feed(f"sequence:{len(value)};".encode())
        for index, item in enumerate(value):
            _feed(feed, item, f"{path}[{index}]")
    elif isinstance(value, AbstractSet):
        feed(f"set:{len(value)};".encode())
        for encoded in sorted(_encoded(item, path) for item in value):
            feed(encoded)
    elif attrs.has(kind):
        fields = [field for field in attrs.fields(kind) if field.eq]
        feed(f"{kind.__qualname__}:{len(fields)};".encode())
        for field in fields:
            _leaf(feed, "field", field.name)
            _feed(feed, getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(getattr(value, "id", None), str) and value.id:  # type: ignore[attr-defined]
        _leaf(feed, kind.__qualname__, value.id)  # type: ignore[attr-defined]
    else:
        what = "callable" if callable(value) else kind.__name__
        raise InvalidValueError(
            path, value, f"content that can be read, or an object with an id; this {what} has none"
        )


def _leaf(feed: Callable[[bytes], object], tag: str, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    feed(f"{tag}:{len(data)};".encode())
    feed(data)


def _encoded(value: object, path: str) -> bytes:
    parts: list[bytes] = []
    _feed(parts.append, value, path)
    return b"".join(parts)
