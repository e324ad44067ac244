"""Group keys and numbers as plain data, and back."""

from __future__ import annotations

from datetime import date, datetime
from fractions import Fraction
from typing import Any

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.values import Actor, Level, State

__all__ = ["as_plain", "from_plain", "label"]


def as_plain(value: object) -> Any:
    """Return a value as plain data: as it is, or as a list that begins with its type.

    Raises:
        InvalidValueError: It is of another type than those that group records.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Fraction):
        # A sum of halves may be whole: equal numbers have one form, however they were reached.
        whole = value.denominator == 1
        return value.numerator if whole else ["fraction", value.numerator, value.denominator]
    if isinstance(value, float):
        return ["float", value.hex()]
    if isinstance(value, Level):
        return ["level", value.scale, value.name, value.rank]
    if isinstance(value, State):
        return ["state", value.name, value.open, value.pauses, value.resolved, value.final]
    if isinstance(value, Actor):
        return ["actor", value.id, value.role]
    if isinstance(value, datetime):
        return ["instant", as_utc(value, "group").isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, tuple):
        return ["tuple", *map(as_plain, value)]
    if isinstance(value, frozenset):
        return ["set", *sorted(map(as_plain, value), key=repr)]
    raise InvalidValueError("group", value, "text, a number, a level, a state, a date or a tuple")


def from_plain(plain: Any) -> Any:
    """Return the value of plain data.

    Raises:
        FormatError: It is not what ``as_plain`` gives.
    """
    if not isinstance(plain, list):
        return plain
    try:
        kind, *rest = plain
        if kind == "fraction":
            return Fraction(*rest)
        if kind == "float":
            return float.fromhex(*rest)
        if kind == "level":
            return Level(*rest)
        if kind == "state":
            name, is_open, pauses, resolved, final = rest
            return State(name, open=is_open, pauses=pauses, resolved=resolved, final=final)
        if kind == "actor":
            return Actor(*rest)
        if kind == "instant":
            return datetime.fromisoformat(*rest)
        if kind == "date":
            return date.fromisoformat(*rest)
        if kind in ("tuple", "set"):
            parts = map(from_plain, rest)
            return tuple(parts) if kind == "tuple" else frozenset(parts)
    except (TypeError, ValueError) as error:
        raise FormatError(f"not a plain value: {error} @ $.group") from error
    raise FormatError(f"unknown kind of plain value {kind!r} @ $.group")


def label(value: object) -> str:
    """Return a group as text for people."""
    if value is None or value in ((), frozenset()):
        return "(none)"
    if isinstance(value, tuple):
        return " / ".join(map(label, value))
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(label, value)))
    if isinstance(value, Actor):
        return value.id
    return str(value)
