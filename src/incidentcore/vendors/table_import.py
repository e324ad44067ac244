"""Convert the rows of a table to incidents, one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Incident
from incidentcore.values import Actor, Level
from incidentcore.vendors.cells import COUNTS, LEVELS, TEXTS, TableReader, whole_rows
from incidentcore.vendors.clean_rows import CleanRows
from incidentcore.vendors.kit import IMPORTER, HistoryBuilder, Import, plain_text
from incidentcore.vendors.kit.entries import MOMENTS
from incidentcore.vendors.kit.paths import clean
from incidentcore.words import Phrase

Duplicates: TypeAlias = Literal["refuse", "first", "last"]
Extend: TypeAlias = Callable[[HistoryBuilder, dict[str, Any]], None]

_Row: TypeAlias = tuple[int, Any, dict[str, Any], str]
"""A row's number, the row, its cells by field, and the id of its record."""

_FIRST_ROWS: Final = 200
_UNKNOWN: Final = (
    "kept under custom; known: {known}; a table that you give takes the place of the known words: "
    "name all of them"
)


class TableImport(Import[Incident]):
    """The incidents of a table, read on demand; returned by ``read_table``."""

    def __init__(
        self,
        reader: TableReader,
        duplicates: Duplicates | None,
        extend: Extend | None,
        **options: Any,
    ) -> None:
        self._reader = reader
        self._extend = extend
        self._duplicates = duplicates
        super().__init__((), record=Incident, id="id", **options)
        levels = self.context.levels
        self._unknown = {n: Phrase(_UNKNOWN, known=tuple(getattr(levels, n))) for n in LEVELS}
        self._clean = CleanRows(reader, self.context) if extend is None else None
        for name in reader.repeated:
            action = "kept as a tuple"
            self.findings.add("repeated_column", action, field=name)

    def _run(self, _: Iterable[object]) -> Iterator[Incident]:
        seen: dict[str, int] = {}
        lost: set[str] = set()  # ids whose rows gave no record so far
        repeats = 0
        rows = self._last_rows() if self._duplicates == "last" else self._rows()
        for number, row, given, key in rows:
            if self._reader.guesses_empty:
                for column, word in self._reader.emptied(row, given):
                    self.findings.add("empty_word", "read as empty", field=column, value=word)
            if key in seen and (key not in lost or self._duplicates == "refuse"):
                repeats += 1
                self._repeated(number, key, seen[key], repeats)
                continue
            seen[key] = number
            record = self._read_row(number, key, row, given)
            if record is None:
                lost.add(key)
            else:
                lost.discard(key)
                yield self._counted(record)
        if repeats > len(seen) and self._duplicates is None:
            self._refuse(repeats, repeats + len(seen))

    def _last_rows(self) -> Iterator[_Row]:
        """Yield the last row of each id that has an opening."""
        last: dict[str, _Row] = {}
        for number, row, given, key in self._rows():
            if key in last and given.get("opened") is None:
                action = Phrase("row left out: row {first} is used", first=last[key][0])
                self.findings.add("duplicate_id", action, row=number, value=key)
                continue
            if key in last:
                text = "row left out: row {number}, the last of this id, is used"
                action = Phrase(text, number=number)
                self.findings.add("duplicate_id", action, row=last[key][0], value=key)
            last[key] = (number, row, given, key)
        yield from last.values()

    def _rows(self) -> Iterator[_Row]:
        for number, row in whole_rows(self._reader.table, self.findings):
            self._counts["rows"] = number
            if row is not None:
                given, key = self._cells(number, row)
                yield number, row, given, key

    def _cells(self, number: int, row: Any) -> tuple[dict[str, Any], str]:
        """Return the cells of a row by field, and the record's id."""
        try:
            given = self._reader.read(row)
            return given, plain_text(given["id"]) or f"row-{number}"
        except InvalidValueError:  # found again where the row is read
            return {}, f"row-{number}"

    def _repeated(self, number: int, key: str, first: int, repeats: int) -> None:
        if self._duplicates == "refuse":
            raise FormatError(
                f"{key} has a row already, row {first}; say which counts with duplicates="
                f'"first" or "last" @ row {number}, column {self._reader.columns["id"]}'
            )
        if self._duplicates is None and number >= _FIRST_ROWS and repeats > number / 2:
            self._refuse(repeats, number)
        action = Phrase("row left out: row {first} is used", first=first)
        self.findings.add(
            "duplicate_id", action, row=number, field=self._reader.columns["id"], value=key
        )

    def _refuse(self, repeats: int, rows: int) -> None:
        raise FormatError(
            f"{repeats:,} of {rows:,} rows repeat an id: this looks like one row for each event; "
            "read it with incidentcore.vendors.read_events (--profile events), or say which row "
            f'counts with duplicates="first" or "last" @ column {self._reader.columns["id"]}'
        )

    def _read_row(self, number: int, key: str, row: Any, given: dict[str, Any]) -> Incident | None:
        if self._clean is not None and given:
            try:
                record = self._clean.read(key, row, given)
            except (InvalidValueError, TypeError):
                record = None  # the whole way below finds what is wrong
            if record is not None:
                return record
        history = HistoryBuilder(key, self.context, number)
        history.names = self._reader.columns
        try:
            self._build_row(history, row, given or self._reader.read(row))
            return history.build(Incident)
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
            action = Phrase("row left out: {why}", why=" ".join(str(error).split())[:200])
            self.findings.add("malformed_record", action, row=number, key=key)
        return None

    def _build_row(self, history: HistoryBuilder, row: Any, given: Mapping[str, Any]) -> None:
        reader = self._reader
        opened = self._time(history, "opened", given["opened"])
        if opened is None:
            if given["opened"] is None:
                action = "row left out: a record needs its opening"
                column = reader.columns["opened"]
                history.find("missing_time", action, field=column)
            history.is_left_out = True
            return
        history.earliest = opened
        if plain_text(given["id"]) is None:
            history.find(
                "missing_id", Phrase("named {key}", key=history.id), field=reader.columns["id"]
            )
        custom = reader.others(row)
        if self._extend is not None:
            self._extend(history, custom)
        moments = self._moments(history, given, opened, custom)
        history.earliest = opened
        since = self._time(history, "state_since", given.get("state_since"), custom)
        updated = self._time(history, "updated", given.get("updated"), custom)
        shown: dict[str, Any] = {n: given[n] for n in (*TEXTS, "state") if n in given}
        for name in LEVELS:
            shown[name] = self._level(history, name, given.get(name), custom)
        if isinstance(shown.get("tags"), str):
            shown["tags"] = [tag for tag in re.split(r"[,;\s]+", shown["tags"]) if tag]
        history.earliest = None  # these may lie before the opening
        for name in ("occurred", "detected"):
            shown[f"{name}_at"] = self._time(history, name, given.get(name), custom)
        assignee = plain_text(given.get("assignee"))
        if assignee is not None and "\n" in assignee:
            several = [line.strip() for line in assignee.splitlines() if line.strip()]
            action = Phrase("the first one, {name}, is used", name=several[0])
            column, value = reader.columns["assignee"], ", ".join(several)
            history.find("several_assignees", action, field=column, value=value)
            shown["assignee"] = assignee = several[0]
        category = given.get("state_category")
        shown = {name: value for name, value in shown.items() if value is not None}
        history.present(state_category=category, **shown)
        history.present(**{f"custom.{name}": value for name, value in custom.items()})
        caller = plain_text(given.get("caller"))
        by = IMPORTER if caller is None else Actor(caller, "requester")
        history.opened(opened, by)
        agent = Actor(assignee or IMPORTER.id, "agent")
        history.moments(agent, **moments)
        for name in COUNTS:
            history.counted(name, given.get(name), field=reader.columns.get(name, name))
        ended = not {"resolved", "closed", "canceled"}.isdisjoint(moments)
        state = given.get("state")
        if since is not None and state is not None and (history.state(state).open or not ended):
            history.changed("state", since, IMPORTER, field="state", after=state)
        history.check(updated_at=updated)

    def _time(
        self,
        history: HistoryBuilder,
        name: str,
        value: Any,
        custom: dict[str, object] | None = None,
    ) -> datetime | None:
        """Return a time; one that cannot be read is stored under custom by its column's name."""
        if value is None:
            return None
        column = self._reader.columns[name]
        is_needed, reader = name == "opened", self._reader.readers.get(name)
        action = "row left out: a record needs its opening" if is_needed else "kept under custom"
        at = history.time(value, column, action=action, reader=reader)
        if at is None and custom is not None:
            custom[column] = clean(value)
        return at

    def _level(
        self, history: HistoryBuilder, name: str, value: Any, custom: dict[str, object]
    ) -> Level | None:
        if value is None:
            return None
        column = self._reader.columns[name]
        level = history.level(name, value, self._unknown[name], field=column)
        if level is None:
            custom[column] = clean(value)
        return level

    def _moments(
        self,
        history: HistoryBuilder,
        given: Mapping[str, Any],
        opened: datetime,
        custom: dict[str, object],
    ) -> dict[str, datetime]:
        columns = self._reader.columns
        times: dict[str, datetime] = {}
        for name in MOMENTS:
            if name in ("resolved", "closed"):
                history.earliest = max([opened, *times.values()])
            at = self._time(history, name, given.get(name), custom)
            if at is not None:
                times[name] = at
        resolved, closed = times.get("resolved"), times.get("closed")
        if closed is None:
            return times
        find = {"field": columns["closed"], "value": given["closed"]}
        state, _ = self.context.states.find(given.get("state"), given.get("state_category"))
        if resolved is not None and closed < resolved:
            history.find("closed_before_resolved", "kept under custom", **find)
            custom[columns["closed"]] = clean(given["closed"])
            del times["closed"]
        elif "resolved" in columns and resolved is None and not (state and state.is_canceled):
            action = "the closing time counts as the resolution"
            history.find("closed_without_resolution", action, **find)
        if resolved is None and state is not None and state.resolved and not state.final:
            times["resolved"] = times.pop("closed")  # the time of the state that it stands in
        return times
