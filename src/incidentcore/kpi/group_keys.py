"""Show and sort the values by which records are grouped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from incidentcore.values import Actor, Level


def label(value: object) -> str:
    """Return a group as readable text."""
    if value is None or value in ((), frozenset()):
        return "(none)"
    if isinstance(value, tuple):
        return " / ".join(map(label, value))
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(label, value)))
    if isinstance(value, Actor):
        return value.id
    return str(value)


def row_text(row: Any) -> str:
    """Return the call that finds a result in its table, as an error shows it."""
    words = [*map(repr, (row.kpi, *map(label, row.group)))]
    words += [] if row.period is None else [f"period={row.period!r}"]
    return f"result({', '.join(words)})"


def order(key: Iterable[object]) -> tuple[tuple[int, str, Any, str], ...]:
    """Return the sort key of a group: levels from the worst, numbers by size, the rest by text.

    A group without a value comes last.
    """
    return tuple(_order(value) for value in key)


def _order(value: object) -> tuple[int, str, Any, str]:
    if value is None:
        return (3, "", 0, "")
    if isinstance(value, Level):
        return (0, value.scale, value.rank, value.name)
    if isinstance(value, (int, float)):
        return (1, "", value, "")
    return (2, "", 0, str(value))
