"""Convert the audit rows of one incident to the events of its history.

The log has an incident's whole row after every update, so an event is the difference from the row
before it, and every row gives at least a ``FieldsChanged`` with its ``mod_count``. The opening
event has the descriptive fields of the first row.

Two things are not in the log and are assumed. An incident was New before its first row: if that row
shows another state, an update that is missing from the log must have led to it, at the row's time
at the latest (and not before the opening); its ``StateChanged`` has the action ``FIRST_SEEN``
instead of ``UPDATED``. Columns that have their final values on every row take effect only with the
last row, under ``custom``: the tool's own figures are never mixed with what the log shows.

A time that cannot be read ends the import, since every history depends on its times. Any other
field that cannot be read is omitted from the record, with a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import compress
from operator import itemgetter, ne
from typing import Final, NamedTuple, TypeVar
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
from incidentcore.records._fast import trusted
from incidentcore.records.events.core import NO_FIELDS
from incidentcore.values import Actor, FrozenMap, Level, State
from incidentcore.vendors.kit import Findings, LevelTable, Times
from incidentcore.vendors.kit.findings import shown
from incidentcore.vendors.kit.paths import whole_number
from incidentcore.vendors.servicenow_states import AUDIT_LIFECYCLE, AUDIT_STATES, NEW

MISSING: Final = ("?", "")
FIRST_SEEN: Final = "first_seen"
UPDATED: Final = "update"

REQUIRED: Final = ("number", "incident_state", "opened_at", "sys_updated_at", "sys_updated_by")
BACKFILLED: Final = ("resolved_at", "closed_at", "resolved_by", "closed_code")

_TRUE: Final = {"true": True, "false": False}
_FORMATS: Final = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_TABLES: Final = LevelTable()
T = TypeVar("T")
_CACHED: Final = 1 << 16  # memory stays bounded for any log
_LIFECYCLE: Final = LifecycleRef(AUDIT_LIFECYCLE.id, AUDIT_LIFECYCLE.version)

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

# Makers of events from parts that are read here in their stored form.
_opened: Final = trusted(Opened)
_assigned: Final = trusted(Assigned)
_prioritized: Final = trusted(Prioritized)
_classified: Final = trusted(Classified)
_link_added: Final = trusted(LinkAdded)
_link_removed: Final = trusted(LinkRemoved)
_fields_changed: Final = trusted(FieldsChanged)
_state_changed: Final = trusted(StateChanged)

_Texts = tuple[str, ...]
_Change = tuple[Callable[..., Event], tuple[object, ...]]
"""A maker of events, and what its events add to the common parts."""


class _Column(NamedTuple):
    """A column of the log: what it sets, and the values of the texts read without a fault."""

    kind: str
    column: str
    place: int
    to: str
    read: Callable[[AuditRow, str], object]
    known: dict[str, object]

    def value(self, row: AuditRow) -> object:
        """Return the value in a row."""
        text = row.fields[self.place]
        value = self.known.get(text)
        if value is None:
            value = self.read(row, self.column)
            if value is not None and len(self.known) < _CACHED:
                self.known[text] = value
        return value


class AuditRow:
    """One row of the log: its number, and its fields by the name of the column."""

    __slots__ = ("_columns", "fields", "number")

    def __init__(self, number: int, fields: list[str], columns: dict[str, int]) -> None:
        self.number: int = number
        self.fields: list[str] = fields
        fields.append("?")
        self._columns = columns

    def __getitem__(self, column: str) -> str:
        """Return the value in a column; the value of a column that the log lacks is missing."""
        return self.fields[self._columns.get(column, -1)]


class FieldReader:
    """Reads the fields of audit rows and adds errors in them to the findings."""

    def __init__(self, zone: ZoneInfo | None, findings: Findings) -> None:
        self._findings = findings
        self._times = Times(zone or "UTC", formats=_FORMATS).reader()
        self._named = lru_cache(_CACHED)(Actor)
        self.states: dict[str, State] = {state.name: state for state in AUDIT_STATES}

    def tell(self, row: AuditRow, column: str, code: str, action: str) -> None:
        """Add a finding about a field."""
        self._findings.add(
            code, action, row=row.number, field=column, value=row[column], key=row["number"]
        )

    def text(self, row: AuditRow, column: str) -> str | None:
        """Return the text of a field, or None if it is missing."""
        value = row[column]
        return None if value in MISSING else value

    def time(self, row: AuditRow, column: str, earliest: datetime | None = None) -> datetime:
        """Return the day-first time in a field in UTC; of two, the first from ``earliest`` on."""
        value = row[column]
        try:
            at = self._times.read(value)
        except InvalidValueError:
            raise FormatError(
                f"got {shown(value)}; allowed: a day-first time such as 29/2/2016 01:16 "
                f"@ row {row.number}, column {column}"
            ) from None
        if self._times.oddity:
            at, action = self._times.placed(at, earliest)
            self.tell(row, column, self._times.oddity, action)
        return at

    def _checked(self, row: AuditRow, column: str, value: T | None, code: str) -> T | None:
        if value is None and row[column] not in MISSING:
            self.tell(row, column, code, "left out")
        return value

    def count(self, row: AuditRow, column: str) -> int | None:
        """Return the whole number in a field, or None if it is missing or not a whole number."""
        return self._checked(row, column, whole_number(row[column]), "not_a_count")

    def flag(self, row: AuditRow, column: str) -> bool | None:
        """Return the boolean in a field, or None if it is missing or neither true nor false."""
        return self._checked(row, column, _TRUE.get(row[column]), "not_a_flag")

    def level(self, row: AuditRow, column: str) -> Level | None:
        """Return the level in a field, such as ``2 - Medium``, or None if missing or unknown."""
        return self._checked(row, column, _TABLES.find(column, row[column]), "unknown_level")

    def state(self, row: AuditRow) -> State:
        """Return the state in a row; an unknown state counts as open."""
        value = row["incident_state"]
        return self.states.get(value) or State(f"unknown_{value}", open=True)

    def actor(self, row: AuditRow, column: str) -> Actor:
        """Return the actor in a field, as an agent, since the log does not contain roles."""
        value = row[column]
        if value in MISSING:
            self.tell(row, column, "no_actor", "read as the actor unknown")
            value = "unknown"
        return self._named(value)


class RowHistory:
    """Builds the histories of incidents from their audit rows."""

    def __init__(self, read: FieldReader, columns: dict[str, int], covers: frozenset[str]) -> None:
        self._covers = covers
        self._read = read
        self._blank = AuditRow(0, ["?"] * (max(columns.values()) + 1), columns)
        kinds: dict[str, tuple[dict[str, str], Callable[[AuditRow, str], object]]] = {
            "assigned": (_GROUP, read.text),
            "prioritized": (_PRIORITY, read.level),
            "classified": (dict.fromkeys(_CATEGORY, ""), read.text),
            "link": (_LINKS, read.text),
            "fields": (_PLAIN, self._plain),
        }
        customs = ((_TEXTS, read.text), (_FLAGS, read.flag), (_COUNTS, read.count))
        there = [
            _Column(kind, column, columns[column], to, reader, {})
            for kind, (names, reader) in (*kinds.items(), *(("custom", one) for one in customs))
            for column, to in names.items()
            if column in columns
        ]
        self._columns = tuple(there)
        last = (columns["number"], columns["incident_state"])
        self._pick = itemgetter(*(one.place for one in there), *last)
        self._opened = [one for one in there if one.kind in ("assigned", "prioritized", "fields")]
        absent = {**_GROUP, **_PRIORITY, **_PLAIN}.items()
        self._absent = {to: self._plain(self._blank, column) for column, to in absent}

    def build(self, rows: Sequence[AuditRow], times: Sequence[datetime]) -> list[Event]:
        """Return the events of one incident, from its rows and the times when each was written."""
        first, last = rows[0], rows[-1]
        number = first["number"]
        events: list[Event] = [self._opening(first, times[0])]
        before, old = self._blank, self._pick(self._blank.fields)
        known_at = times[0]
        for row, at in zip(rows, times, strict=True):
            # A row whose time goes back became known only after the rows before it (rule H1).
            known_at = max(known_at, at)
            by = self._read.actor(row, "sys_updated_by")
            new = self._pick(row.fields)
            for make, body in self._changes(row, before, new, old, final=row is last):
                events.append(make(number, len(events) + 1, at, by, known_at, *body))
            if row is first and row["incident_state"] != NEW.name:
                body = (FIRST_SEEN, self._read.state(row), NO_FIELDS, "")
                seen_at = max(at, events[0].at)  # not before it was opened
                events.append(_state_changed(number, len(events) + 1, seen_at, by, known_at, *body))
            before, old = row, new
        return events

    def _changes(
        self, row: AuditRow, before: AuditRow, new: _Texts, old: _Texts, *, final: bool
    ) -> Iterator[_Change]:
        """Yield what a row changes; of the first one, what the opening does not hold already."""
        is_first = before is self._blank
        by_kind: dict[str, dict[str, object]] = {}
        custom: dict[str, object] = {}
        links: list[_Column] = []
        for one in compress(self._columns, map(ne, new, old)):
            kind = one.kind
            if kind == "custom":
                value = one.value(row)
                if value is not None or not is_first:
                    custom[one.to] = value
            elif kind == "link":
                links.append(one)
            elif not is_first:
                by_kind.setdefault(kind, {})[one.to] = one.value(row)
        if final:
            custom |= self._final(row)
        fields = by_kind.get("fields", {})
        if custom:
            fields["custom"] = FrozenMap.of_frozen(custom)
        for kind, make, rest in (("assigned", _assigned, ()), ("prioritized", _prioritized, ("",))):
            if kind in by_kind:
                yield make, (FrozenMap.of_frozen(by_kind[kind]), *rest)
        if "classified" in by_kind:
            yield _classified, (self._path(row), None, ())
        for one in links:
            for made, source, more in ((_link_removed, before, ()), (_link_added, row, (None,))):
                if (target := self._read.text(source, one.column)) is not None:
                    yield made, (Link(one.to, target), *more)
        if fields:
            yield _fields_changed, (FrozenMap.of_frozen(fields),)
        if new[-1] != old[-1] and not is_first:
            yield _state_changed, (UPDATED, self._read.state(row), NO_FIELDS, "")

    def _opening(self, row: AuditRow, updated_at: datetime) -> Opened:
        read = self._read
        opened_at = read.time(row, "opened_at")
        custom: dict[str, object] = {"first_seen": row["incident_state"]}
        created_at = None
        if row["sys_created_at"] not in MISSING:
            created_at = custom["created_at"] = read.time(row, "sys_created_at")
        if row["sys_created_by"] not in MISSING:
            custom["created_by"] = row["sys_created_by"]
        fields = {
            "title": row["number"],
            "category": self._path(row),
            **self._absent,
            **{one.to: one.value(row) for one in self._opened},
            "custom": FrozenMap.of_frozen(custom),
        }
        known_at = opened_at
        if created_at is not None and opened_at < created_at <= updated_at:
            known_at = created_at  # opened by word of mouth, written down later
        return _opened(
            row["number"],
            1,
            opened_at,
            read.actor(row, "opened_by"),
            known_at,
            "incident",
            NEW,
            _LIFECYCLE,
            FrozenMap.of_frozen(fields),
            self._covers,
        )

    def _path(self, row: AuditRow) -> tuple[str, ...]:
        """Return the category as a path; a subcategory without a category is the whole path."""
        return tuple([row[column] for column in _CATEGORY if row[column] not in MISSING])

    def _plain(self, row: AuditRow, column: str) -> object:
        value = self._read.text(row, column)
        return "other" if value is None and column == "contact_type" else value

    def _final(self, row: AuditRow) -> dict[str, object]:
        """Return those of the tool's own final figures that the last row has."""
        final: dict[str, object] = {}
        for place, column in enumerate(BACKFILLED):
            if row[column] not in MISSING:
                name = column if place > 1 else f"tool_{column}"
                final[name] = row[column] if place > 1 else self._read.time(row, column)
        return final
