"""From the audit rows of one incident to the events of its history.

The log has an incident's whole row after every update, so an event is the difference from the row
before it, and every row gives at least a ``FieldsChanged`` with its ``mod_count``. The opening has
the descriptive fields of the first row.

Two things that are not in the log are decided here. An incident was New before its first row: if
that row shows another state, an update that is missing from the log led to it, at the latest at the
row's time (and not before the opening); its ``StateChanged`` has the action ``FIRST_SEEN`` instead
of ``UPDATED``. And the columns with their final values on every row become facts only with the last
row, under ``custom``: the tool's own figures are never mixed with what the log shows.

A time that cannot be read ends the import, since every history depends on its times. Any other
field that cannot be read is omitted from the record, with a finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import (
    Assigned,
    Classified,
    Event,
    FieldsChanged,
    LifecycleRef,
    Link,
    LinkAdded,
    LinkRemoved,
    Opened,
    Prioritized,
    StateChanged,
)
from incidentcore.values import Actor, FrozenMap, Level, State
from incidentcore.vendors.kit import Findings, LevelTable, Times
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.servicenow_states import AUDIT_LIFECYCLE, AUDIT_STATES, NEW

__all__ = [
    "BACKFILLED",
    "COLUMNS",
    "FIRST_SEEN",
    "MISSING",
    "REQUIRED",
    "AuditRow",
    "FieldReader",
    "RowHistory",
    "whole_number",
]

MISSING: Final = ("?", "")
FIRST_SEEN: Final = "first_seen"
UPDATED: Final = "update"

REQUIRED: Final = ("number", "incident_state", "opened_at", "sys_updated_at", "sys_updated_by")
BACKFILLED: Final = ("resolved_at", "closed_at", "resolved_by", "closed_code")

_UNKNOWN_ACTOR: Final = "unknown"
_COUNT: Final = re.compile(r"\d{1,9}", flags=re.ASCII)
_TRUE: Final = {"true": True, "false": False}
_FORMATS: Final = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_TABLES: Final = LevelTable()
_CACHED: Final = 1 << 16  # memory stays bounded for any log
_LIFECYCLE: Final = LifecycleRef(AUDIT_LIFECYCLE.id, AUDIT_LIFECYCLE.version)


def _named(*columns: str) -> dict[str, str]:
    return {column: column.removeprefix("u_").removeprefix("sys_") for column in columns}


# Column of the log -> field of the record, by the kind of event that sets it.
_CATEGORY: Final = ("category", "subcategory")
_GROUP: Final = {"assignment_group": "assignment_group", "assigned_to": "assignee"}
_PRIORITY: Final = {"impact": "impact", "urgency": "urgency", "priority": "computed_priority"}
_PLAIN: Final = {"caller_id": "caller", "contact_type": "source", "cmdb_ci": "configuration_item"}
_LINKS: Final = {"problem_id": "caused_by", "rfc": "resolved_by", "caused_by": "caused_by_change"}
# Column of the log -> name below custom.
_TEXTS: Final = {c: c.removeprefix("u_") for c in ("location", "u_symptom", "notify", "vendor")}
_FLAGS: Final = {
    c: c.removeprefix("u_") for c in ("made_sla", "knowledge", "u_priority_confirmation")
}
_COUNTS: Final = {
    c: c.removeprefix("sys_") for c in ("sys_mod_count", "reassignment_count", "reopen_count")
}

COLUMNS: Final = frozenset(
    (
        *(*REQUIRED, *BACKFILLED, "active", "opened_by", "sys_created_by", "sys_created_at"),
        *(*_CATEGORY, *_GROUP, *_PRIORITY, *_PLAIN, *_LINKS, *_TEXTS, *_FLAGS, *_COUNTS),
    )
)

Change = tuple[Callable[..., Event], dict[str, object]]
_Picked = tuple[Callable[[list[str]], object], list[tuple[str, int, str]]]
"""Reads some columns at once, and each with its place and what it becomes."""


def whole_number(text: str) -> int | None:
    """Return a string of digits as a number; None for any other string."""
    return int(text) if _COUNT.fullmatch(text) else None


class AuditRow:
    """One row of the log: its number and its fields by column."""

    __slots__ = ("_columns", "fields", "number")

    def __init__(self, number: int, fields: list[str], columns: dict[str, int]) -> None:
        self.number: int = number
        self.fields: list[str] = fields
        self._columns = columns

    def __getitem__(self, column: str) -> str:
        """Return the value in a column; the value of a column that the log lacks is missing."""
        place = self._columns.get(column)
        return "?" if place is None else self.fields[place]


class FieldReader:
    """Reads the fields of audit rows and adds errors in them to the findings.

    Args:
        zone: The zone of the log's times.
        findings: The findings of the import.
    """

    def __init__(self, zone: ZoneInfo | None, findings: Findings) -> None:
        self._findings = findings
        self._times = Times(zone or "UTC", formats=_FORMATS).reader()
        self._actors: dict[str, Actor] = {}
        self._states = {state.name: state for state in AUDIT_STATES}

    def tell(self, row: AuditRow, column: str, code: str, action: str) -> None:
        """Add a finding about a field."""
        self._findings.add(
            code, action, row=row.number, field=column, value=row[column], key=row["number"]
        )

    def text(self, row: AuditRow, column: str) -> str | None:
        """Return the text, or None if it is missing."""
        value = row[column]
        return None if value in MISSING else value

    def time(self, row: AuditRow, column: str) -> datetime:
        """Return a day-first time in UTC.

        Raises:
            FormatError: The field is missing, or is not a time.
        """
        value = row[column]
        try:
            at = self._times.read(value)
        except InvalidValueError:
            raise FormatError(
                f"got {shown(value)}; allowed: a day-first time such as 29/2/2016 01:16 "
                f"@ row {row.number}, column {column}"
            ) from None
        if self._times.oddity:
            self.tell(row, column, self._times.oddity, self._times.action)
        return at

    def optional_time(self, row: AuditRow, column: str) -> datetime | None:
        """Return a time as ``time`` does, or None if it is missing."""
        return None if row[column] in MISSING else self.time(row, column)

    def _checked(self, row: AuditRow, column: str, value: Any, code: str) -> Any:
        if value is None and row[column] not in MISSING:
            self.tell(row, column, code, "left out")
        return value

    def count(self, row: AuditRow, column: str) -> int | None:
        """Return a whole number, or None if it is missing or not a whole number."""
        number: int | None = self._checked(row, column, whole_number(row[column]), "not_a_count")
        return number

    def flag(self, row: AuditRow, column: str) -> bool | None:
        """Return true or false, or None if it is missing or neither."""
        flag: bool | None = self._checked(row, column, _TRUE.get(row[column]), "not_a_flag")
        return flag

    def level(self, row: AuditRow, column: str) -> Level | None:
        """Return a level, written such as ``2 - Medium``, or None if it is missing or unknown."""
        found = _TABLES.find(column, row[column])
        level: Level | None = self._checked(row, column, found, "unknown_level")
        return level

    def state(self, row: AuditRow) -> State:
        """Return the state; a state that is not among those of the log counts as open."""
        value = row["incident_state"]
        return self._states.get(value) or State(f"unknown_{value}", open=True)

    def check_state(self, row: AuditRow) -> None:
        """Add a finding if a state is not among those of the log."""
        if row["incident_state"] not in self._states:
            action = f"read as the open state {self.state(row).name}"
            self.tell(row, "incident_state", "unknown_state", action)

    def actor(self, row: AuditRow, column: str) -> Actor:
        """Return the actor, as an agent, since the log does not contain roles."""
        value = row[column]
        if value in MISSING:
            self.tell(row, column, "no_actor", f"read as the actor {_UNKNOWN_ACTOR}")
            value = _UNKNOWN_ACTOR
        actor = self._actors.get(value)
        if actor is None:
            if len(self._actors) >= _CACHED:
                self._actors.clear()
            actor = self._actors[value] = Actor(value)
        return actor


class RowHistory:
    """Builds the histories of incidents from their audit rows.

    Args:
        read: The reader of the fields, which reports errors in them.
        columns: The positions of the columns in the log.
        covers: The facts that the log covers.
    """

    def __init__(self, read: FieldReader, columns: dict[str, int], covers: frozenset[str]) -> None:
        self._covers = covers
        self._read = read
        self._blank = AuditRow(0, ["?"] * (max(columns.values()) + 1), columns)
        self._readers: dict[str, Callable[[AuditRow, str], object]] = {
            **dict.fromkeys(_GROUP, read.text),
            **dict.fromkeys(_PRIORITY, read.level),
            **dict.fromkeys(_PLAIN, self._plain),
            **dict.fromkeys(_TEXTS, read.text),
            **dict.fromkeys(_FLAGS, read.flag),
            **dict.fromkeys(_COUNTS, read.count),
        }

        def placed(names: dict[str, str]) -> list[tuple[str, int, str]]:
            return [(name, columns[name], to) for name, to in names.items() if name in columns]

        def picked(names: dict[str, str]) -> _Picked:
            places = placed(names)
            pick = itemgetter(*(place for _, place, _ in places)) if places else len
            return pick, places

        self._kinds = ((Assigned, picked(_GROUP)), (Prioritized, picked(_PRIORITY)))
        self._category = [columns[name] for name in _CATEGORY if name in columns]
        self._opened = [(column, to) for column, to in {**_GROUP, **_PRIORITY, **_PLAIN}.items()]
        self._links, self._plains = placed(_LINKS), picked(_PLAIN)
        self._customs = picked({**_TEXTS, **_FLAGS, **_COUNTS})
        self._state = columns["incident_state"]

    def build(self, rows: Sequence[AuditRow], times: Sequence[datetime]) -> list[Event]:
        """Return the events of one incident.

        Args:
            rows: Its rows, in the order of the log.
            times: When each row was written.

        Raises:
            FormatError: A time cannot be read.
        """
        first, last = rows[0], rows[-1]
        events: list[Event] = [self._opening(first, times[0])]
        before = self._blank
        known_at = times[0]
        for row, at in zip(rows, times, strict=True):
            # A row whose time goes back became known only after the rows before it (rule H1).
            known_at = max(known_at, at)
            shared: dict[str, Any] = {
                "record_id": first["number"],
                "at": at,
                "recorded_at": known_at,
                "by": self._read.actor(row, "sys_updated_by"),
            }
            for kind, body in self._changes(
                row, before, is_first=row is first, is_last=row is last
            ):
                entered = {**shared, **body}
                if body.get("action") == FIRST_SEEN:
                    entered["at"] = max(at, events[0].at)  # not before it was opened
                events.append(kind(sequence=len(events) + 1, **entered))
            before = row
        return events

    def _changes(
        self, row: AuditRow, before: AuditRow, *, is_first: bool, is_last: bool
    ) -> Iterator[Change]:
        new, old = row.fields, before.fields
        if not is_first:
            for kind, places in self._kinds:
                fields = self._differing(row, before, places)
                if fields:
                    yield kind, {"fields": FrozenMap.of_frozen(fields)}
            if any(new[place] != old[place] for place in self._category):
                yield Classified, {"category": self._path(row)}
        for column, place, name in self._links:
            if new[place] != old[place]:
                ends: tuple[tuple[type[Event], AuditRow], ...]
                ends = ((LinkRemoved, before), (LinkAdded, row))
                for change, source in ends:
                    target = self._read.text(source, column)
                    if target is not None:
                        yield change, {"link": Link(name, target)}
        fields = {} if is_first else self._differing(row, before, self._plains)
        custom = self._differing(row, before, self._customs)
        if is_first:
            custom = {name: value for name, value in custom.items() if value is not None}
        if is_last:
            custom |= self._final(row)
        if custom:
            fields["custom"] = FrozenMap.of_frozen(custom)
        if fields:
            yield FieldsChanged, {"fields": FrozenMap.of_frozen(fields)}
        if is_first and row["incident_state"] != NEW.name:
            yield StateChanged, {"action": FIRST_SEEN, "state": self._read.state(row)}
        elif not is_first and new[self._state] != old[self._state]:
            yield StateChanged, {"action": UPDATED, "state": self._read.state(row)}

    def _differing(self, row: AuditRow, before: AuditRow, picked: _Picked) -> dict[str, object]:
        """Return the fields that differ from the row before."""
        new, old = row.fields, before.fields
        pick, places = picked
        if pick(new) == pick(old):
            return {}
        return {
            name: self._readers[column](row, column)
            for column, place, name in places
            if new[place] != old[place]
        }

    def _opening(self, row: AuditRow, updated_at: datetime) -> Opened:
        read = self._read
        opened_at = read.time(row, "opened_at")
        created_at = read.optional_time(row, "sys_created_at")
        created = {"created_at": created_at, "created_by": read.text(row, "sys_created_by")}
        custom: dict[str, object] = {n: value for n, value in created.items() if value is not None}
        custom["first_seen"] = row["incident_state"]
        fields = {name: self._readers[column](row, column) for column, name in self._opened}
        known_at = opened_at
        if created_at is not None and opened_at < created_at <= updated_at:
            known_at = created_at  # opened by word of mouth, written down later
        return Opened(
            record_id=row["number"],
            sequence=1,
            at=opened_at,
            recorded_at=known_at,
            by=read.actor(row, "opened_by"),
            record_type="incident",
            state=NEW,
            lifecycle=_LIFECYCLE,
            fields=FrozenMap.of_frozen(
                {
                    "title": row["number"],
                    "category": self._path(row),
                    **fields,
                    "custom": FrozenMap.of_frozen(custom),
                }
            ),
            covers=self._covers,
        )

    def _path(self, row: AuditRow) -> tuple[str, ...]:
        """Return the category as a path; a subcategory without a category is the whole path."""
        steps = (self._read.text(row, column) for column in _CATEGORY)
        return tuple(step for step in steps if step is not None)

    def _plain(self, row: AuditRow, column: str) -> object:
        value = self._read.text(row, column)
        return "other" if value is None and column == "contact_type" else value

    def _final(self, row: AuditRow) -> dict[str, object]:
        """Return those of the tool's own final figures that the last row has."""
        read = self._read
        final = {
            "tool_resolved_at": read.optional_time(row, "resolved_at"),
            "tool_closed_at": read.optional_time(row, "closed_at"),
            "resolved_by": read.text(row, "resolved_by"),
            "closed_code": read.text(row, "closed_code"),
        }
        return {name: value for name, value in final.items() if value is not None}
