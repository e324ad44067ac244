"""Read the fields of messages about alerts, and collect every mistake with its path."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeVar

from incidentcore._checks import need_kind
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import as_utc, from_iso
from incidentcore.intake.alert import AlertStatus, as_number
from incidentcore.values import FrozenMap
from incidentcore.values.frozen import freeze

T = TypeVar("T")

_SHOWN: Final = 60
_DEEPEST: Final = 50
_INSTANT: Final = 'an instant such as "2026-06-01T09:00:00Z"'
_MOST_VALUES: Final = 50_000  # of one message; a shared mapping can hold many more than its text


def _show(value: object) -> str:
    match value:
        case Mapping():
            return "an object"
        case list() | tuple():
            return "an array"
        case int() if value.bit_length() > 200:
            return f"a number of {value.bit_length()} bits"
        case None | str() | int() | float():
            text = ascii(value)
        case _:
            text = f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class AlertFaults:
    """The mistakes in one message, and how many values of it were kept so far."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._values = 0

    def note(self, message: str, path: str) -> None:
        """Add a mistake."""
        self.found.append(f"{message} @ {path}")

    def wrong(self, value: object, allowed: str, path: str) -> None:
        """Record that a value is not allowed in its place."""
        self.note(f"got {_show(value)}; allowed: {allowed}", path)

    def checked(self, value: T | None) -> T:
        """Return a value that was read; raise a ``FormatError`` with all mistakes, if any."""
        if value is None or self.found:
            raise FormatError(self.found)
        return value

    def is_plain(self, value: object, path: str, depth: int = 0) -> bool:
        """Return whether a value is what JSON can hold, within bounds; else add a mistake."""
        self._values += 1
        if self._values > _MOST_VALUES:
            if self._values == _MOST_VALUES + 1:
                self.note(f"more than {_MOST_VALUES} values", path[:_SHOWN])
            return False
        match value:
            case None | str() | int():
                return True
            case datetime() if value.utcoffset() is not None:
                return True
            case float():
                if not math.isfinite(value):
                    self.wrong(value, "a finite number", path)
                return math.isfinite(value)
        if depth > _DEEPEST:
            self.note("nested too deeply", path[:_SHOWN])
            return False
        match value:
            case list() | tuple() | Mapping() if len(value) > _MOST_VALUES:
                self.note(f"more than {_MOST_VALUES} values", path[:_SHOWN])
                return False
            case list() | tuple():
                items = [(f"{path}[{number}]", item) for number, item in enumerate(value)]
            case Mapping() if all(isinstance(key, str) for key in value):
                items = [(f"{path}.{name}", item) for name, item in value.items()]
            case _:
                self.wrong(value, "what JSON can hold", path)
                return False
        read = [self.is_plain(item, place, depth + 1) for place, item in items]
        return all(read)


class AlertFields:
    """An object in a message, whose fields are read by name.

    A field that is missing or not allowed adds a mistake, and is read as if it were empty.
    """

    def __init__(self, data: Any, path: str = "$", faults: AlertFaults | None = None) -> None:
        self.path: str = path
        self.faults: AlertFaults = AlertFaults() if faults is None else faults
        self.is_object: bool = isinstance(data, Mapping) and all(
            isinstance(key, str) for key in data
        )
        self.data: Mapping[str, Any] = data if self.is_object else {}
        if not self.is_object:
            self.faults.wrong(data, "an object with text keys", path)

    def wrong(self, name: str, allowed: str) -> None:
        """Record that a field has a value that is not allowed, or that it is missing."""
        value, path = self.data.get(name), f"{self.path}.{name}"
        if value is None:
            self.faults.note("a required field is missing", path)
        else:
            self.faults.wrong(value, allowed, path)

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a field that must be text."""
        value = self.data.get(name)
        if isinstance(value, str) and (value or not required):
            return value
        if value is not None or required:
            self.wrong(name, "non-empty text" if required else "text")
        return ""

    def texts(self, name: str) -> FrozenMap[str]:
        """Return an object of texts; numbers and booleans become text."""
        if self.data.get(name) is None:
            return FrozenMap()
        inner = AlertFields(self.data[name], f"{self.path}.{name}", self.faults)
        texts: dict[str, str] = {}
        for key, item in inner.data.items():
            match item:
                case str():
                    texts[key] = item
                case bool():
                    texts[key] = str(item).lower()
                case int() | float():
                    texts[key] = repr(item)
                case _:
                    self.faults.wrong(item, "text", f"{self.path}.{name}.{key}")
        return FrozenMap(texts)

    def instant(self, name: str, *, required: bool = False) -> datetime | None:
        """Return an instant, from an aware datetime or RFC 3339 text; truncated to microseconds."""
        value: Any = self.data.get(name)
        if value is None and not required:
            return None
        try:
            at = from_iso(datetime, value.upper()) if isinstance(value, str) else value
            need_kind(name, at, datetime, allowed=_INSTANT)
            return as_utc(at)
        except InvalidValueError as error:
            self.wrong(name, error.allowed)
        except ValueError:
            self.wrong(name, _INSTANT)
        return None

    def status(self) -> AlertStatus:
        """Return the status, which must be ``firing`` or ``resolved``."""
        value: object = self.data.get("status")
        if value == "firing" or value == "resolved":  # noqa: PLR1714  narrows the type
            return value
        self.wrong("status", "firing, resolved")
        return "firing"

    def number(self, name: str) -> float | None:
        """Return a finite number, or None if there is none."""
        value = self.data.get(name)
        try:
            return None if value is None else as_number(value)
        except InvalidValueError as error:
            self.wrong(name, error.allowed)
            return None

    def rest(self, known: Iterable[str]) -> dict[str, object]:
        """Return the fields that are not among ``known``, as immutable values."""
        names = frozenset(known)
        return {
            name: freeze(value)
            for name, value in self.data.items()
            if name not in names and self.faults.is_plain(value, f"{self.path}.{name}")
        }
