"""The base class of readers of alerts, which collects every problem with its path."""

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
_MOST_VALUES: Final = 50_000  # of one message; a shared mapping can hold many more than its text


def _show(value: object) -> str:
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "an array"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a number of {value.bit_length()} bits"
    is_plain = value is None or isinstance(value, (str, int, float))
    text = ascii(value) if is_plain else f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class AlertFaults:
    """Reads fields of plain data, and collects every mistake in it with its path."""

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

    def entries(self, value: object, path: str) -> Mapping[str, Any] | None:
        """Return a value that must be an object with text keys; otherwise add a mistake."""
        if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            return value
        self.wrong(value, "an object with text keys", path)
        return None

    def text(self, data: Mapping[str, Any], name: str, path: str, *, required: bool = False) -> str:
        """Return a field that must be text; empty if it is absent or, with a mistake, not text."""
        value = data.get(name)
        if isinstance(value, str) and (value or not required):
            return value
        if value is not None:
            self.wrong(value, "non-empty text" if required else "text", f"{path}.{name}")
        elif required:
            self.missing(name, path)
        return ""

    def missing(self, name: str, path: str) -> None:
        """Record that a required field is missing."""
        self.note("a required field is missing", f"{path}.{name}")

    def texts(self, value: object, path: str) -> FrozenMap[str]:
        """Return an object of texts, empty if absent; numbers and booleans become text."""
        if value is None:
            return FrozenMap()
        found = self.entries(value, path)
        texts: dict[str, str] = {}
        for name, item in (found or {}).items():
            if isinstance(item, str):
                texts[name] = item
            elif isinstance(item, bool):
                texts[name] = "true" if item else "false"
            elif isinstance(item, (int, float)):
                texts[name] = repr(item)
            else:
                self.wrong(item, "text", f"{path}.{name}")
        return FrozenMap(texts)

    def instant(self, value: object, path: str) -> datetime | None:
        """Return an instant, from an aware datetime or RFC 3339 text; truncated to microseconds."""
        at: Any = value
        if isinstance(value, str):
            try:
                at = from_iso(datetime, value.upper())
            except ValueError:
                at = None
        try:
            need_kind(path, at, datetime, allowed='an instant such as "2026-06-01T09:00:00Z"')
            return as_utc(at)
        except InvalidValueError as error:
            self.wrong(value, error.allowed, path)
            return None

    def required_instant(self, data: Mapping[str, Any], name: str, path: str) -> datetime | None:
        """Return a required field that must be an instant."""
        if data.get(name) is None:
            self.missing(name, path)
            return None
        return self.instant(data[name], f"{path}.{name}")

    def status(self, value: object, path: str) -> AlertStatus:
        """Return the status, ``firing`` or ``resolved``; any other value adds a mistake."""
        if value == "firing" or value == "resolved":  # noqa: PLR1714  narrows the type
            return value
        self.wrong(value, "firing, resolved", path)
        return "firing"

    def number(self, value: object, path: str) -> float | None:
        """Return a finite number, or None if there is none."""
        if value is None:
            return None
        try:
            return as_number(value)
        except InvalidValueError as error:
            self.wrong(value, error.allowed, path)
            return None

    def rest(self, data: Mapping[str, Any], known: Iterable[str], path: str) -> dict[str, object]:
        """Return the fields that are not among ``known``, as immutable values."""
        names = frozenset(known)
        found: dict[str, object] = {}
        for name, value in data.items():
            if name in names:
                continue
            if self._is_plain(value, f"{path}.{name}", 0):
                found[name] = freeze(value)
        return found

    def _is_plain(self, value: object, path: str, depth: int) -> bool:
        self._values += 1
        if self._values > _MOST_VALUES:
            if self._values == _MOST_VALUES + 1:
                self.note(f"more than {_MOST_VALUES} values", path[:_SHOWN])
            return False
        if value is None or isinstance(value, (str, bool, int)):
            return True
        if isinstance(value, datetime) and value.utcoffset() is not None:
            return True
        if isinstance(value, float):
            if math.isfinite(value):
                return True
            self.wrong(value, "a finite number", path)
            return False
        if depth > _DEEPEST:
            self.note("nested too deeply", path[:_SHOWN])
            return False
        if isinstance(value, (list, tuple, Mapping)) and len(value) > _MOST_VALUES:
            self.note(f"more than {_MOST_VALUES} values", path[:_SHOWN])
            return False
        if isinstance(value, (list, tuple)):
            items = [(f"{path}[{number}]", item) for number, item in enumerate(value)]
        elif isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            items = [(f"{path}.{name}", item) for name, item in value.items()]
        else:
            self.wrong(value, "what JSON can hold", path)
            return False
        read = [self._is_plain(item, place, depth + 1) for place, item in items]
        return all(read)
