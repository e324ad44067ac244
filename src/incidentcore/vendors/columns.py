"""Describe a table: its columns with some of their values, and a suggested mapping to copy."""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import attrs

from incidentcore.desk.toml import value_text
from incidentcore.lifecycle import INCIDENT
from incidentcore.values import FrozenMap, Level, State
from incidentcore.values.scales import SCALES
from incidentcore.vendors.cells import EMPTY, LEVELS, TIMES
from incidentcore.vendors.headings import guessed
from incidentcore.vendors.joined import clock_of, joined_formats
from incidentcore.vendors.kit import as_object
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.paths import composed
from incidentcore.vendors.kit.tables import STANDARD_STATES, LevelTable, fold
from incidentcore.vendors.tabular import FIRST_ROWS, Table, open_table
from incidentcore.vendors.time_formats import NUMBERS, fewest, formats_of_all, formats_together

_VALUES: Final = 3
_ISO: Final = "iso"
_SHELL: Final = frozenset('"$`\\!')
_TIMED: Final = 50  # columns looked at for times
_CASES: Final = ("case", "case id", "caseid", "case:concept:name")
_ACTIVITIES: Final = ("activity", "concept:name", "event", "aktivität", "activité", "actividad")
_LEVELS: Final = LevelTable()
_WORD_COUNT: Final = 30  # words of a state or level that are listed
# Profiles with columns or keys that their files have and a table of the caller does not.
_SHAPES: Final = (
    ("jira", "key, fields"),
    ("pagerduty", "incident_number, html_url"),
    ("pagerduty", "incident_number, urgency"),
    ("pagerduty", "log_entries"),
    ("statuspage", "incident_updates"),
    ("servicenow", "sys_id, sys_created_on"),
    ("servicenow", "sys_audit"),
    ("zendesk", "requester_id, submitter_id"),
    ("zendesk", "audits"),
    ("happyfox", "display_id, updates"),
    ("freshservice", "responder_id, fr_escalated"),
    ("gitlab", "iid, issue_type"),
    ("gitlab", "resource_state_events"),
    ("opsgenie-incidents", "tinyId, impactStartDate"),
    ("jira-csv", "Issue key, Issue id, Created"),
    ("glpi-csv", "ID, Opening date"),
)


@attrs.frozen
class Column:
    """A column of a table.

    Attributes:
        name: Its name in the header.
        filled: The number of inspected rows in which it is not empty.
        values: A few of its distinct values.
        field: The field that its name suggests; empty if it suggests none.
        formats: The formats that fit all of its times, or together most of them; empty if there are
            none, or if the times of all columns are in ISO 8601.
        words: Its distinct values, at most 30, if its name suggests a state or a level.
        distinct: The number of all these distinct values, also of those beyond 30.
        clock: The column of the times of day, if this is one of dates; empty if there is none.
    """

    name: str
    filled: int
    values: tuple[str, ...]
    field: str
    formats: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    distinct: int = 0
    clock: str = ""


@attrs.frozen
class ColumnsPage:
    """A page that describes the columns of a file, as text or plain data.

    Attributes:
        rows: The number of inspected rows.
        columns: The columns, in order.
        notes: What was detected about the file.
        profile: The value of the command line's ``--profile`` with which the file can be read
            without a mapping; empty if there is none.
        sheet: The sheet that the caller named; None if none was named.
        log: If the file may be an event log, the columns for ``case``, ``activity`` and ``at``,
            with ``COLUMN`` in place of one that is not recognized; otherwise empty.
    """

    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...]
    profile: str = ""
    sheet: str | int | None = None
    log: Mapping[str, str] = FrozenMap()

    def to_plain(self) -> dict[str, Any]:
        """Return the page as plain data."""
        return {
            "rows": self.rows,
            "columns": [attrs.asdict(column) for column in self.columns],
            "map": self._mapping(),
            "notes": list(self.notes),
            "profile": self.profile,
            "log": dict(self.log),
        }

    def _mapping(self) -> dict[str, str | int]:
        """Return the column of each field: its name, or its place if another has the name too."""
        many, places = Counter(one.name for one in self.columns), enumerate(self.columns, 1)
        return {
            c.field: n if many[c.name] > 1 else f"{c.name}+{c.clock}" if c.clock else c.name
            for n, c in places
            if c.field
        }

    def __str__(self) -> str:
        lines = [f"{len(self.columns)} columns, {self.rows:,} rows looked at", *self.notes, ""]
        for column in self.columns:
            values = ", ".join(shown(value) for value in column.values)
            field = f"  -> {column.field}" if column.field else ""
            lines.append(f"{column.name}{field}  ({column.filled:,} filled)  {values}")
        if self.profile:
            text = f"looks like what --profile {self.profile} reads, which needs no mapping"
            return "\n".join([*lines, "", text])
        chosen = list(dict.fromkeys(form for column in self.columns for form in column.formats))
        options = [f'--time-format "{form}"' for form in chosen]
        if _ISO in chosen:
            lines += [
                "",
                "times in several formats, tried in this order; delete what is not meant:",
            ]
            lines.append(" ".join(options))
        elif chosen:
            lines += ["", "times that are not ISO 8601; state the format that is meant:", *options]
        meanings = [(one, *_meanings(one)) for one in self.columns if one.words]
        for column, meant, names in meanings:
            lines += _word_lines(column, meant, names)
        if guessed := self._mapping():
            pairs = " ".join(_in_quotes(f"{name}={column}") for name, column in guessed.items())
            lines += ["", "a guess at the mapping, to check:", f"--map {pairs}"]
            chosen_sheet = [] if self.sheet is None else [f"sheet = {value_text(self.sheet)}"]
            lines += ["", "the same for a desk file:", "[import]", *chosen_sheet]
            lines += [f"map = {value_text(guessed)}"]
            lines += _desk_lines(meanings, chosen)
        if missing := [name for name in ("id", "opened") if name not in guessed]:
            title = "the first line must hold the headings: delete a title above them"
            lines += ["", f"still missing: {' and '.join(missing)}; choose a column for each"]
            lines += [title] if missing[1:] and not self.log else []
        if self.log:
            pairs = " ".join(_in_quotes(f"{name}={column}") for name, column in self.log.items())
            lines += ["", "ids repeat; if each row is an event, this is an event log:"]
            lines += [f"--profile events --map {pairs}"]
        return "\n".join(lines)


def _meanings(column: Column) -> tuple[dict[str, str], list[str]]:
    """Return the state or level of each word, or what to replace, and the names there are.

    Where every word is known, and no level only the nearest, no names are returned.
    """
    is_state = column.field == "state"
    found: dict[str, tuple[State | Level | None, bool]] = {
        word: STANDARD_STATES.find(word) if is_state else _LEVELS.match(column.field, word)
        for word in column.words
    }
    meant = {
        word: one.name if one is not None and (is_exact or not is_state) else _placeholder(column)
        for word, (one, is_exact) in found.items()
    }
    if all(is_exact for _, is_exact in found.values()):
        return meant, []
    return meant, [one.name for one in (INCIDENT.states if is_state else SCALES[column.field])]


def _placeholder(column: Column) -> str:
    return "STATE" if column.field == "state" else "LEVEL"


def _word_lines(column: Column, meant: Mapping[str, str], names: Sequence[str]) -> list[str]:
    """Return the words of a state or level, and the option that says what they mean."""
    more = column.distinct - len(column.words)
    words = ", ".join(map(shown, column.words)) + (f" and {more:,} more" if more else "")
    lines = ["", f"words of {column.name} ({column.field}): {words}"]
    if not names:
        lines.append(f"all known: {', '.join(f'{word}={name}' for word, name in meant.items())}")
    else:
        is_state = column.field == "state"
        option, prefix = ("--states", "") if is_state else ("--levels", f"{column.field}.")
        pairs = [shlex.quote(f"{prefix}{word}={name}") for word, name in meant.items()]
        lines.append(f"{option} {' '.join(pairs)}")
        if (blank := _placeholder(column)) in meant.values():
            lines.append(f"with one of {', '.join(names)} for each {blank}")
    return lines


def _desk_lines(
    meanings: Iterable[tuple[Column, Mapping[str, str], Sequence[str]]], formats: Sequence[str]
) -> Iterator[str]:
    """Yield what the [import] table of a desk file says of times and words."""
    if formats:
        more = "  # tried in this order: delete what is not meant" if formats[1:] else ""
        yield f"times = {value_text(formats)}{more}"
    for column, meant, names in meanings:
        if names:
            key = "states" if column.field == "state" else f"levels.{column.field}"
            pairs = (f"{value_text(word)} = {value_text(name)}" for word, name in meant.items())
            yield f"{key} = {{ {', '.join(pairs)} }}"


def _in_quotes(text: str) -> str:
    """Return an argument in double quotes; in single ones where a shell would read more in it."""
    return f'"{text}"' if _SHELL.isdisjoint(text) else shlex.quote(text)


def describe_columns(path: str | Path, /, *, sheet: str | int | None = None) -> ColumnsPage:
    """Return a page that describes the columns of a table, from its first 200 rows.

    Args:
        path: The file.
        sheet: The sheet of a spreadsheet, as for ``open_table``.

    Raises:
        FormatError: The file cannot be read.
        InvalidValueError: There is no such sheet.
        OSError: The file cannot be opened.
    """
    table = open_table(path, sheet=sheet, strict=False)
    values: defaultdict[int, Counter[str]] = defaultdict(Counter)
    count = 0
    for count, (_, row) in enumerate(islice(table.rows, FIRST_ROWS), 1):  # noqa: B007
        cells = [as_object(row).get(n) for n in table.columns] if table.objects else row
        for place, cell in enumerate(cells[: len(table.columns)]):
            text = "" if cell is None else composed(str(cell)).strip()
            if text not in EMPTY:
                values[place][text] += 1
    fields = guessed(table.columns, values)
    columns = []
    for place, name in enumerate(table.columns):
        texts, field = values[place], fields.get(place, "")
        other = clock_of(table.columns, place, values) if field in TIMES else None
        alone = texts if place < _TIMED else ()
        forms = formats_of_all(alone) if other is None else joined_formats(texts, values[other])
        fits = tuple(f for f in fewest(forms) if field in TIMES or f not in NUMBERS)
        fits = (_ISO,) if _ISO in forms else fits
        has_words = field in ("state", *LEVELS)
        columns.append(
            Column(
                name,
                texts.total(),
                tuple(texts)[:_VALUES],
                field,
                fits,
                tuple(texts)[:_WORD_COUNT] if has_words else (),
                len(texts) if has_words else 0,
                "" if other is None else table.columns[other],
            )
        )
    proven = {column.formats[0] for column in columns if len(column.formats) == 1}
    for place, column in enumerate(columns):
        forms = tuple(f for f in column.formats if f in proven) or column.formats
        if not forms and not column.clock and place < _TIMED:
            forms = formats_together(values[place], numbers=column.field in TIMES)
        is_plain = forms == (_ISO,) and column.field not in TIMES
        columns[place] = attrs.evolve(column, formats=() if is_plain else forms)
    if {form for column in columns if column.field in TIMES for form in column.formats} == {_ISO}:
        columns = [attrs.evolve(c, formats=()) if c.formats == (_ISO,) else c for c in columns]
    notes = tuple(action for _, action in table.notes)
    log = _log(table.columns, values, fields)
    return ColumnsPage(count, tuple(columns), notes, _profile(table), sheet, log)


def _log(
    names: Sequence[str], values: Mapping[int, Counter[str]], fields: Mapping[int, str]
) -> dict[str, str]:
    """Return the columns of an event log, for a table in which ids repeat; empty for others."""
    cases = (n for n, one in enumerate(names) if fields.get(n) == "id" or fold(one) in _CASES)
    key = next(cases, None)
    if key is None or len(values[key]) == values[key].total():
        return {}
    activity = next((name for name in names if fold(name) in _ACTIVITIES), "COLUMN")
    if "opened" in fields.values() and activity == "COLUMN":
        return {}
    places = (place for place in range(len(names))[:_TIMED] if place != key)
    timed = (names[place] for place in places if formats_of_all(values[place]))
    return {"case": names[key], "activity": activity, "at": next(timed, "COLUMN")}


def _profile(table: Table) -> str:
    """Return the profile that the names of the columns show; empty if none."""
    if table.columns[:1] and table.columns[0].startswith("<"):
        return "xes"
    shapes = ((profile, set(keys.split(", "))) for profile, keys in _SHAPES)
    found = (
        profile
        for profile, keys in shapes
        if keys <= {*table.columns} and table.objects != profile.endswith("-csv")
    )
    return next(found, "")
