"""A description of a table: its columns with a few values, and a suggested mapping to copy."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import attrs

from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.tables import fold
from incidentcore.vendors.tabular import open_table

__all__ = ["Column", "ColumnsPage", "describe_columns"]

_ROWS: Final = 200
_VALUES: Final = 3
_DAYS: Final = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%d/%b/%y")
_CLOCKS: Final = (" %H:%M:%S", " %H:%M", " %I:%M:%S %p", " %I:%M %p", "")
_FORMATS: Final = tuple(day + clock for day in _DAYS for clock in _CLOCKS)
_TIMED: Final = 50  # columns looked at for times
# By profile, the keys that its objects have and a table of the caller does not.
_SHAPES: Final[dict[str, frozenset[str]]] = {
    "jira": frozenset({"key", "fields"}),
    "pagerduty": frozenset({"incident_number", "html_url"}),
    "statuspage": frozenset({"incident_updates"}),
}
# Words of headings by field, the surest first; a column is guessed once.
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "id": (
        "issue key",
        "number",
        "ticket id",
        "ticket number",
        "incident number",
        "ticket",
        "key",
        "id",
    ),
    "opened": (
        "opened",
        "opened at",
        "created",
        "created at",
        "opening date",
        "open time",
        "raised",
    ),
    "resolved": (
        "resolved",
        "resolved at",
        "resolution date",
        "solved at",
        "resolved date",
        "solved",
        "done",
    ),
    "closed": ("closed", "closed at", "closing date", "close time"),
    "acknowledged": ("acknowledged", "acknowledged at"),
    "responded": ("first response", "first responded at", "first reply", "first response at"),
    "updated": ("updated", "updated at", "last update", "sys updated"),
    "state": ("state", "status", "incident state"),
    "priority": ("priority", "prio"),
    "impact": ("impact",),
    "urgency": ("urgency",),
    "title": ("short description", "summary", "subject", "title"),
    "category": ("category",),
    "service": ("business service", "service"),
    "configuration_item": ("configuration item", "cmdb ci", "ci"),
    "group": ("assignment group", "group", "team"),
    "assignee": ("assigned to", "assignee", "owner", "agent"),
    "caller": ("caller", "requester", "reporter", "requester id"),
}


@attrs.frozen
class Column:
    """A column of a table.

    Attributes:
        name: Its name in the header.
        filled: The number of inspected rows in which it is not empty.
        values: A few of its distinct values.
        field: The field that its name suggests; empty if none.
        formats: The formats that fit all of its times; empty if they are ISO 8601, or not times.
    """

    name: str
    filled: int
    values: tuple[str, ...]
    field: str
    formats: tuple[str, ...] = ()


@attrs.frozen
class ColumnsPage:
    """A page about the columns of a file, as text or plain data.

    Attributes:
        rows: The number of inspected rows.
        columns: The columns, in order.
        notes: What was detected about the file.
    """

    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...]

    def to_plain(self) -> dict[str, Any]:
        """Return the page as plain data."""
        return {
            "rows": self.rows,
            "columns": [attrs.asdict(column) for column in self.columns],
            "map": {column.field: column.name for column in self.columns if column.field},
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        lines = [f"{len(self.columns)} columns, {self.rows:,} rows looked at", *self.notes, ""]
        for column in self.columns:
            values = ", ".join(shown(value) for value in column.values)
            field = f"  -> {column.field}" if column.field else ""
            lines.append(f"{column.name}{field}  ({column.filled:,} filled)  {values}")
        formats = dict.fromkeys(form for column in self.columns for form in column.formats)
        if formats:
            lines += ["", "times that are not ISO 8601; state the format that is meant:"]
            lines += [f'--time-format "{form}"' for form in formats]
        guessed = [f'"{c.field}={c.name}"' for c in self.columns if c.field]
        if guessed:
            lines += ["", "a guess at the mapping, to check:", f"--map {' '.join(guessed)}"]
            named = ", ".join(f"{c.field} = {_quoted(c.name)}" for c in self.columns if c.field)
            lines += ["", "the same for a desk file:", "[import]", f"map = {{ {named} }}"]
        if missing := [n for n in ("id", "opened") if all(n != c.field for c in self.columns)]:
            verb, choice = ("are", "a column for each") if missing[1:] else ("is", "its column")
            lines += ["", f"{' and '.join(missing)} {verb} still missing; choose {choice}"]
        return "\n".join(lines)


def _quoted(text: str) -> str:
    """Return a string in quotes, as TOML writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def describe_columns(path: str | Path) -> ColumnsPage:
    """Return the columns of a table, from its first 200 rows.

    Raises:
        FormatError: The file cannot be read.
        OSError: The file cannot be opened.
    """
    table = open_table(path, strict=False)
    filled: dict[int, int] = {}
    values: dict[int, dict[str, None]] = {}
    formats: dict[int, tuple[str, ...]] = {}
    count = 0
    for _, row in table.rows:
        cells = [row.get(n) for n in table.columns] if table.objects else row
        count += 1
        for place, cell in enumerate(cells[: len(table.columns)]):
            text = "" if cell is None else str(cell).strip()
            if text:
                filled[place] = filled.get(place, 0) + 1
                if place < _TIMED:
                    known = formats.get(place, _FORMATS)
                    formats[place] = tuple(form for form in known if _fits(text, form))
                seen = values.setdefault(place, {})
                if len(seen) < _VALUES:
                    seen[text] = None
        if count >= _ROWS:
            break
    fields = _guessed(table.columns)
    columns = [
        Column(
            name,
            filled.get(place, 0),
            tuple(values.get(place, ())),
            fields.get(place, ""),
            formats.get(place, ()),
        )
        for place, name in enumerate(table.columns)
    ]
    notes = [action for _, action in table.notes]
    for profile, keys in _SHAPES.items():
        if table.objects and keys.issubset(table.columns):
            notes.append(f"looks like what --profile {profile} reads, which needs no mapping")
    return ColumnsPage(count, tuple(columns), tuple(notes))


def _fits(text: str, form: str) -> bool:
    with suppress(ValueError):
        return bool(datetime.strptime(text, form))  # noqa: DTZ007  only asked whether it can
    return False


def _heading(name: str) -> str:
    """Return a folded heading without what adds nothing, such as "On" of "Created On"."""
    words = fold(name).removeprefix("current ").split()
    while len(words) > 1 and words[-1] in ("no.", "no", "on"):
        words.pop()
    return " ".join(words)


def _guessed(columns: tuple[str, ...]) -> dict[int, str]:
    """Return the field that each column's name suggests, by the column's position."""
    names = [_heading(name) for name in columns]
    taken: dict[int, str] = {}
    for field, words in _WORDS.items():
        for word in words:
            if word in names and names.index(word) not in taken:
                taken[names.index(word)] = field
                break
    return taken
