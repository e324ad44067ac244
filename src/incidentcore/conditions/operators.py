"""The tests that a condition can apply to the value of a field."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final

_COLLECTIONS: Final = (tuple, list, AbstractSet)
_SIZED: Final = (str, *_COLLECTIONS, Mapping)


def _contains(seen: Any, wanted: Any) -> bool:
    return seen is not None and wanted in seen


def _starts_with(seen: Any, wanted: Any) -> bool:
    if isinstance(seen, tuple):
        prefix = wanted if isinstance(wanted, tuple) else (wanted,)
        return seen[: len(prefix)] == prefix
    if isinstance(wanted, tuple) and seen is not None:
        raise TypeError("a path begins a path, not a text")  # str.startswith would take any of them
    return seen is not None and bool(seen.startswith(wanted))


def _has_text(seen: Any, wanted: str) -> bool:
    if seen is None:
        return False
    items = (seen,) if isinstance(seen, str) else seen
    if not isinstance(items, _COLLECTIONS):
        raise TypeError("neither text nor a collection of texts")
    folded = wanted.casefold()
    return any(isinstance(item, str) and folded in item.casefold() for item in items)


def _intersects(seen: Any, wanted: Any) -> bool:
    if seen is None:
        return False
    if not isinstance(seen, _COLLECTIONS):
        raise TypeError("no collection")  # a text is not a collection of its letters
    return any(item in wanted for item in seen)


def _present(seen: Any, _: Any) -> bool:
    """Return whether there is a value; 0 and False count, empty collections and text do not."""
    if type(seen) is datetime:  # as in most rules
        return True
    return seen is not None and not (isinstance(seen, _SIZED) and not seen)


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
    "present": ("is present", _present),
}
