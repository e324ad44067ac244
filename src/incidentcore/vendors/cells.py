"""Read the cells of a table by field, which is mapped to a position, a name or a dotted path."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from itertools import chain
from operator import itemgetter, methodcaller
from typing import Any, Final

from incidentcore._checks import as_texts, nearest, need_kind
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.vendors.headings import guessed, plain_name
from incidentcore.vendors.kit import Findings, Times, pick
from incidentcore.vendors.kit.entries import MOMENTS
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.paths import clean, is_missing
from incidentcore.vendors.kit.tables import fold
from incidentcore.vendors.kit.times import TimeReader
from incidentcore.vendors.table_presets import TABLE_PRESETS
from incidentcore.vendors.tabular import Table
from incidentcore.words import Phrase

TIMES: Final = ("opened", *MOMENTS, "updated", "state_since", "occurred", "detected")
LEVELS: Final = ("priority", "impact", "urgency")
TEXTS: Final = (
    *("title", "description", "caller", "service", "configuration_item", "category"),
    *("group", "assignee", "source", "tags", "hold_reason", "resolution_code"),
    "resolution_notes",
)
COUNTS: Final = ("reopen_count", "reassignment_count")
FIELDS: Final = ("id", *TIMES, "state", "state_category", *LEVELS, *TEXTS, *COUNTS)
"""The fields to which a column may be mapped."""
_FIELDS: Final = f"one of {', '.join(FIELDS)}; custom has all other columns by their names"
EMPTY: Final = (
    *("", "?", "-", "--", "\u2013", "\u2014", "N/A", "n/a", "#N/A", "NULL", "Null", "null"),
    *("(null)", "None", "NaN", "NaT", "\\N", "(empty)", "(leer)", "(vide)", "(vac\u00edo)"),
    *("nan", "<NA>", "N.A.", "n.a.", "k.A.", "k. A.", "none", "NONE", "(none)", "(blank)", "nil"),
    *("<null>", "0000-00-00", "0000-00-00 00:00:00"),
)
"""Texts that mean an empty cell in a file that a command reads."""
_WORKERS: Final = ("group", "assignee")
_NOBODY: Final = frozenset(
    {
        *("unassigned", "not assigned", "not yet assigned", "no agent", "no assignee", "no group"),
        *("no team", "nobody", "no one", "nicht zugewiesen", "nicht zugeordnet", "niemand"),
        *("kein bearbeiter", "non attribu\u00e9", "non assign\u00e9", "non affect\u00e9"),
        *("sin asignar", "no asignado", "niet toegewezen", "n\u00e3o atribu\u00eddo"),
        *("non assegnato", "\u672a\u5272\u308a\u5f53\u3066", "\u672a\u5272\u5f53"),
    }
)

_GUESSED: Final = "read by their headings, as none is the usual one: {columns}"


def check_mapping(mapping: Mapping[str, str | int]) -> None:
    """Raise an error if a mapping has unknown fields, or lacks ``id`` or ``opened``."""
    need_kind("mapping", mapping, Mapping, allowed="a mapping from fields to columns")
    for name, column in mapping.items():
        if name not in FIELDS:
            raise InvalidValueError("mapping", name, f"{_FIELDS}{nearest(str(name), FIELDS)}")
        if not isinstance(column, (str, int)) or isinstance(column, bool) or column == "":
            raise InvalidValueError(f"mapping[{name}]", column, "a column's name or number from 1")
    for name in ("id", "opened"):
        if name not in mapping:
            raise InvalidValueError("mapping", dict(mapping), f"one with a column for {name}")
    for name in MOMENTS:
        if mapping.get(name) == mapping["opened"]:
            allowed = "another column than that of opened, from which its time would be zero"
            raise InvalidValueError(f"mapping[{name}]", mapping[name], allowed)


def by_place(table: Table, mapping: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return a mapping in which a number as text, such as ``"4"``, is a place, unless a name."""
    found: dict[str, str | int] = {}
    for name, column in mapping.items():
        found[name] = column
        if isinstance(column, str):
            text = column if table.objects else plain_name(column)
            is_place = text.isdecimal() and text not in table.columns
            found[name] = int(text) if is_place else text
    return found


def there(table: Table, mapping: Mapping[str, str | int]) -> dict[str, str | int]:
    """Return the mapping without the columns that a table lacks.

    If these include that of ``id`` or ``opened``, the headings are in another language, or are the
    tool's names of its fields: the columns are found by them, with a note. A table that another
    preset reads is refused.
    """
    found = {
        name: column
        for name, column in by_place(table, mapping).items()
        if isinstance(column, int)
        or column in table.columns
        or (table.objects and column.partition(".")[0] in table.columns)
    }
    missing = [f"{n} ({mapping[n]})" for n in ("id", "opened") if n not in found]
    others = ({p["mapping"]["id"], p["mapping"]["opened"]} for p in TABLE_PRESETS.values())
    if missing and not any(other <= {*table.columns} for other in others):
        fields = guessed(table.columns, {}).items()
        free = [(field, table.columns[place]) for place, field in fields if field in mapping]
        more = {n: column for n, column in free if n not in found and column not in found.values()}
        if {"id", "opened"} <= {*found, *more}:
            named = tuple(f"{name}={column}" for name, column in more.items())
            table.notes.append(("guessed_columns", Phrase(_GUESSED, columns=named)))
            return found | more
    if missing and table.columns:
        columns = ", ".join(shown(name) for name in table.columns[:50])
        raise FormatError(
            f"no column for {' or '.join(missing)}; there are {columns}; name yours in the "
            "mapping, as in --map id=Number (incidentcore columns FILE guesses it) @ header"
        )
    return {**mapping, **found} if missing else found


def whole_rows(table: Table, findings: Findings) -> Iterator[tuple[int, Any]]:
    """Yield each row with its number; None, with a finding, in place of one that is not whole.

    A short row is a footer if it is the last. Notes about the table become findings too.
    """
    width, noted = len(table.columns), 0
    short: tuple[int, Any] | None = None

    def left_out(code: str, number: int, row: Any) -> tuple[int, None]:
        text = "row left out: {count} fields instead of {width}"
        action = Phrase(text, count=len(row), width=width)
        findings.add(code, action, row=number, value=row[0] if row else "")
        return number, None

    for number, row in chain(table.rows, [(0, ())]):
        for code, note in table.notes[noted:]:
            findings.add(code, note)
        noted = len(table.notes)
        if short is not None:
            yield left_out("short_row" if number else "footer", *short)
            short = None
        if not number:
            return
        if table.objects:
            is_object = isinstance(row, Mapping)
            if not is_object:
                action = f"left out: {type(row).__name__} instead of an object"
                findings.add("malformed_record", action, row=number)
            yield number, row if is_object else None
        elif len(row) < width:
            short = (number, row)
        elif len(row) > width and any(row[width:]):
            yield left_out("long_row", number, row)
        else:
            yield number, row


class TableReader:
    """Reads the cells of a table by field.

    Attributes:
        columns: The name of the column of each field, for findings.
        readers: The time reader of each field whose times have their own format.
        repeated: Columns that occur more than once and are not mapped.
        guesses_empty: Whether the words for an empty cell are those of ``EMPTY``, not the caller's.
    """

    def __init__(
        self,
        table: Table,
        mapping: Mapping[str, str | int],
        missing: Collection[str],
        times: Mapping[str, Times],
    ) -> None:
        self.table = table
        self.columns: dict[str, str] = {}
        self.readers: dict[str, TimeReader] = {
            name: time.reader() for name, time in times.items() if name
        }
        self._missing = frozenset(("", *as_texts(missing)))
        self._words = self._missing - {""}
        self.guesses_empty: bool = missing is EMPTY
        self._workers = [n for n in _WORKERS if self.guesses_empty and n in mapping]
        self._get: dict[str, Callable[[Any], Any]] = {}
        self._taken: set[int] = set()
        if not table.objects:
            mapping = by_place(table, mapping)
            table.require(c for c in mapping.values() if isinstance(c, str))
        for name, column in mapping.items():
            self._place(name, column)
        self._others: dict[str, list[int]] = {}
        for place, column in enumerate(table.columns):
            if place not in self._taken and column:
                self._others.setdefault(column, []).append(place)
        several = (name for name, places in self._others.items() if len(places) > 1)
        self.repeated: list[str] = [] if table.objects else list(several)

    def _place(self, name: str, column: str | int) -> None:
        columns = self.table.columns
        if isinstance(column, int) and not 1 <= column <= len(columns):
            raise InvalidValueError(f"mapping[{name}]", column, f"1 to {len(columns)}")
        label = columns[column - 1] if isinstance(column, int) else column
        self.columns[name] = label or f"column {column}"
        if not self.table.objects:
            place = column - 1 if isinstance(column, int) else columns.index(label)
            self._taken.add(place)
            self._get[name] = itemgetter(place)
            return
        is_path = label not in columns and "." in label
        if columns and (label.partition(".")[0] if is_path else label) not in columns:
            there = ", ".join(columns[:50])
            raise InvalidValueError(f"mapping[{name}]", column, f"a column: {there}")
        self._get[name] = partial(pick, path=label) if is_path else methodcaller("get", label)

    def read(self, row: Any) -> dict[str, Any]:
        """Return the values of a row by field; None if a cell is empty or means a missing value."""
        given = {name: self.cell(get(row)) for name, get in self._get.items()}
        for name in self._workers:
            text = given[name]
            if isinstance(text, str) and fold(text.strip("()[]<>- ")) in _NOBODY:
                given[name] = None
        return given

    def emptied(self, row: Any, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield column and text of each cell of a row that was read as empty, but is not blank."""
        for name in (name for name, value in given.items() if value is None):
            text = self._get[name](row)
            if isinstance(text, str) and (word := text.strip()):
                yield self.columns[name], word
        if not self.table.objects and not self._words.isdisjoint(row):
            for name, places in self._others.items():
                yield from ((name, row[place]) for place in places if row[place] in self._words)

    def cell(self, value: Any) -> Any:
        """Return a cell's value; for an object with a ``display_value``, its ``value``."""
        if isinstance(value, str):
            return None if (text := value.strip()) in self._missing else text
        if isinstance(value, Mapping) and "value" in value:
            return self.cell(value["value"])
        if is_missing(value):
            return None
        kind = getattr(getattr(value, "dtype", None), "kind", "")
        if kind:  # of numpy, whose nanoseconds would become a number
            return (value.astype(f"{kind}8[us]") if kind in "mM" else value).tolist()
        return value.item() if hasattr(value, "item") else value

    def others(self, row: Any) -> dict[str, object]:
        """Return the values of unmapped columns, by column; repeated columns as a tuple."""
        if self.table.objects:
            mapped = self.columns.values()
            pairs = ((str(name), self.cell(v)) for name, v in row.items() if name not in mapped)
            return {name: clean(value) for name, value in pairs if value is not None}
        cells: dict[str, object] = {}
        for name, places in self._others.items():
            values = [clean(v) for place in places if (v := self.cell(row[place])) is not None]
            if values:
                cells[name] = tuple(values) if len(places) > 1 else values[0]
        return cells
