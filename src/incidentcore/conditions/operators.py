"""The single tests that a condition can make of a field's value."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

__all__ = ["OPERATORS"]

# What counts as "no value"; 0 and False are values.
NOTHING: Final[tuple[object, ...]] = (None, "", (), frozenset())


def _contains(seen: Any, wanted: Any) -> bool:
    return seen is not None and wanted in seen


def _starts_with(seen: Any, wanted: Any) -> bool:
    if isinstance(seen, tuple):
        prefix = wanted if isinstance(wanted, tuple) else (wanted,)
        return seen[: len(prefix)] == prefix
    return seen is not None and bool(seen.startswith(wanted))


def _has_text(seen: Any, wanted: Any) -> bool:
    return seen is not None and str(wanted).casefold() in str(seen).casefold()


def _intersects(seen: Any, wanted: Any) -> bool:
    return seen is not None and not frozenset(seen).isdisjoint(wanted)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda seen, wanted: seen is not None and compare(seen, wanted)


OPERATORS: Final[dict[str, tuple[str, Callable[[Any, Any], bool]]]] = {
    "equals": ("is", operator.eq),
    "is_in": ("is one of", lambda seen, wanted: seen in wanted),
    "above": (">", _ordered(operator.gt)),
    "at_least": (">=", _ordered(operator.ge)),
    "below": ("<", _ordered(operator.lt)),
    "at_most": ("<=", _ordered(operator.le)),
    "contains": ("contains", _contains),
    "starts_with": ("starts with", _starts_with),
    "has_text": ("has the text", _has_text),
    "intersects": ("has any of", _intersects),
    "present": ("is present", lambda seen, _: seen not in NOTHING),
}
