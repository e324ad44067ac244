"""The cells of a table by field: places, names and dotted paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from incidentcore.errors import InvalidValueError
from incidentcore.vendors.kit import Times, pick
from incidentcore.vendors.kit.paths import clean
from incidentcore.vendors.tabular import Table

__all__ = [
    "COUNTS",
    "FIELDS",
    "LEVELS",
    "MOMENTS",
    "TEXTS",
    "TableReader",
    "check_mapping",
    "there",
]

MOMENTS: Final = ("acknowledged", "responded", "restored", "resolved", "closed", "canceled")
_TIMES: Final = ("opened", *MOMENTS, "updated", "state_since", "occurred", "detected")
LEVELS: Final = ("priority", "impact", "urgency")
TEXTS: Final = (
    *("title", "description", "caller", "service", "configuration_item", "category"),
    *("group", "assignee", "source", "tags", "hold_reason", "resolution_code"),
    "resolution_notes",
)
COUNTS: Final = ("reopen_count", "reassignment_count")
FIELDS: Final = ("id", *_TIMES, "state", "state_category", *LEVELS, *TEXTS, *COUNTS)
"""What a column may be mapped to."""


def check_mapping(mapping: Mapping[str, str | int]) -> None:
    """Refuse a mapping of unknown fields, or without id or opening."""
    for name, column in mapping.items():
        if name not in FIELDS:
            raise InvalidValueError("mapping", name, f"one of {', '.join(FIELDS)}")
        if not isinstance(column, (str, int)) or isinstance(column, bool) or column == "":
            raise InvalidValueError(f"mapping[{name}]", column, "a column's name or place from 1")
    for name in ("id", "opened"):
        if name not in mapping:
            raise InvalidValueError("mapping", dict(mapping), f"also a column for {name}")


def there(table: Table, mapping: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return the mapping without the columns that a table lacks; id and opening always remain."""
    known = {*table.columns, *(() if not table.objects else _paths(table, mapping))}
    return {
        name: column
        for name, column in mapping.items()
        if name in ("id", "opened") or isinstance(column, int) or column in known
    }


def _paths(table: Table, mapping: Mapping[str, str | int]) -> list[str]:
    texts = [column for column in mapping.values() if isinstance(column, str)]
    return [text for text in texts if text.partition(".")[0] in table.columns]


class TableReader:
    """Reads the cells of a table by field.

    Attributes:
        columns: By field, the column's name for findings.
        repeated: Columns that come more than once and are not mapped.
    """

    def __init__(
        self,
        table: Table,
        mapping: Mapping[str, str | int],
        missing: frozenset[str],
        times: Mapping[str, Times],
    ) -> None:
        self.table = table
        self.width: int = len(table.columns)
        self.columns: dict[str, str] = {}
        self.get: dict[str, Callable[[Any], Any]] = {}
        self.readers = {name: time.reader() for name, time in times.items() if name}
        self._missing = missing
        taken: set[int] = set()
        if not table.objects:
            table.require(c for c in mapping.values() if isinstance(c, str))
        for name, column in mapping.items():
            self._place(name, column, taken)
        counts: dict[str, list[int]] = {}
        for place, column in enumerate(table.columns):
            if place not in taken and column:
                counts.setdefault(column, []).append(place)
        self.other = counts
        self.repeated = [] if table.objects else [n for n, p in counts.items() if len(p) > 1]

    def _place(self, name: str, column: str | int, taken: set[int]) -> None:
        columns = self.table.columns
        if isinstance(column, int):
            if not 1 <= column <= self.width:
                raise InvalidValueError(f"mapping[{name}]", column, f"1 to {self.width}")
            self.columns[name] = columns[column - 1] or f"column {column}"
        else:
            self.columns[name] = column
        label = columns[column - 1] if isinstance(column, int) else column
        if self.table.objects:
            is_path = label not in columns and "." in label
            if columns and (label.partition(".")[0] if is_path else label) not in columns:
                there = ", ".join(columns[:50])
                raise InvalidValueError(f"mapping[{name}]", column, f"a column: {there}")
            self.get[name] = _by_path(label) if is_path else _by_name(label)
            if not is_path:
                taken.add(columns.index(label) if label in columns else -1)
        else:
            place = column - 1 if isinstance(column, int) else columns.index(column)
            taken.add(place)
            self.get[name] = _by_place(place)

    def value(self, row: Any, name: str) -> Any:
        """Return what a field's cell holds, None where that means nothing is there."""
        get = self.get.get(name)
        return None if get is None else self.cell(get(row))

    def cell(self, value: Any) -> Any:
        """Return a cell's value; of an object with value and display_value, the value."""
        if isinstance(value, str):
            value = value.strip()
            return None if not value or value in self._missing else value
        if isinstance(value, Mapping) and "value" in value:
            return self.cell(value["value"])
        if value is None or value != value:  # noqa: PLR0124  not-a-number and not-a-time
            return None
        return value.item() if hasattr(value, "item") and not isinstance(value, datetime) else value

    def others(self, row: Any) -> dict[str, object]:
        """Return the values of unmapped columns, by column."""
        if self.table.objects:
            mapped = self.columns.values()
            pairs = ((str(name), self.cell(v)) for name, v in row.items() if name not in mapped)
            return {name: clean(value) for name, value in pairs if value is not None}
        cells: dict[str, object] = {}
        for name, places in self.other.items():
            values = [v for place in places if (v := self.cell(row[place])) is not None]
            if len(places) > 1:
                cells.update({name: tuple(clean(v) for v in values)} if values else {})
            elif values:
                cells[name] = clean(values[0])
        return cells


def _by_place(place: int) -> Callable[[Any], Any]:
    return lambda row: row[place]


def _by_name(name: str) -> Callable[[Any], Any]:
    return lambda row: row.get(name)


def _by_path(path: str) -> Callable[[Any], Any]:
    return lambda row: pick(row, path)
