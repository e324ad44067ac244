"""Records from plain tables: one row for each record, with findings for what was not clean.

An importer never drops anything in silence: what it could not read, left out, or read otherwise
than written, it tells as a ``ImportFinding``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc, as_zone
from incidentcore.records.events.activity import Acknowledged, Commented, Restored
from incidentcore.records.events.core import Event, LifecycleRef, Opened, StateChanged
from incidentcore.records.incident import Incident
from incidentcore.values import (
    CANCELED,
    CLOSED,
    NEW,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    Level,
    Priority,
    Urgency,
)

__all__ = ["ImportFinding", "RecordStream", "records_from_rows"]

_SHOWN = 60
_IMPORT: Final = "import"
_TEXTS: Final = {
    "title": "title",
    "description": "description",
    "caller": "caller",
    "service": "service",
    "configuration_item": "configuration_item",
    "category": "category",
    "group": "assignment_group",
    "assignee": "assignee",
    "source": "source",
}
_LEVELS: Final = {
    "priority": ("computed_priority", Priority.scale),
    "impact": ("impact", Impact.scale),
    "urgency": ("urgency", Urgency.scale),
}
_MOMENTS: Final = ("acknowledged", "responded", "restored", "resolved", "closed", "canceled")
_KNOWN: Final = {"occurred": "occurred_at", "detected": "detected_at"}
_FIELDS: Final = ("id", "opened", *_MOMENTS, *_KNOWN, *_LEVELS, *_TEXTS)


@attrs.frozen
class ImportFinding:
    """Something in a source that an importer could not take as it stood.

    Attributes:
        row: The row of the source, counted from 1 without the heading.
        field: The field or column; empty where the row as a whole is meant.
        value: What stood there, as text.
        code: What is wrong, as a stable code such as ``"unreadable_time"``.
        action: What was done about it, in words.

    >>> print(ImportFinding(12, "Resolved", "31/2/2016", "unreadable_time", "left out"))
    row 12, Resolved '31/2/2016': unreadable_time; left out
    """

    row: int
    field: str
    value: str
    code: str
    action: str

    def __str__(self) -> str:
        value = self.value if len(self.value) <= _SHOWN else f"{self.value[:_SHOWN]}…"
        where = f", {self.field} {value!r}" if self.field else (f" {value!r}" if value else "")
        return f"row {self.row}{where}: {self.code}; {self.action}"


def records_from_rows(
    rows: Iterable[Mapping[str, Any]],
    mapping: Mapping[str, str],
    *,
    zone: ZoneInfo | str | None = None,
    time_format: str | None = None,
    levels: Mapping[str, Mapping[str, Level]] | None = None,
    missing: Collection[str] = ("",),
) -> tuple[tuple[Incident, ...], tuple[ImportFinding, ...]]:
    """Build incidents with minimal histories from a table with one row for each ticket.

    Each row becomes an opening and, as far as their times are given, an acknowledgement, a first
    public answer, a restoration, a resolution, a closure and a cancelation, with the states of the
    standard lifecycle. Columns that no field takes are kept under ``custom`` by their own names.

    A time before the opening is kept and told as a finding: a duration that comes out negative is
    left out, and counted as left out, by the KPIs. A closing time before the resolution is not
    kept as an event, since it would close a record that was open.

    Args:
        rows: The rows, as mappings from column to value; read once.
        mapping: Which column holds which field: ``id`` and ``opened`` always; ``acknowledged``,
            ``responded`` (first public answer), ``restored``, ``resolved``, ``closed``,
            ``canceled``, ``occurred``, ``detected``; ``priority``, ``impact``, ``urgency``;
            ``title``, ``description``, ``caller``, ``service``, ``configuration_item``,
            ``category``, ``group``, ``assignee``, ``source``.
        zone: The zone of times that carry none. Without it they are read as UTC, which one finding
            says.
        time_format: The format of text times as ``datetime.strptime`` takes it; ISO 8601 unless
            told.
        levels: For ``priority``, ``impact`` or ``urgency``, which text means which level. Without
            it the level's name is understood, also behind a number as in ``"1 - Critical"``, but
            never a bare number (rule P1).
        missing: Texts that stand for no value, such as ``"?"``. None and not-a-number always do.

    Returns:
        The incidents in the order of their rows, and the findings in the same order.

    Raises:
        InvalidValueError: The mapping names an unknown field, lacks ``id`` or ``opened``, or names
            a column that the first row does not have.

    Source: our choice; moments and counts follow from events alone (rule H2).

    >>> incidents, findings = records_from_rows(
    ...     [
    ...         {"Number": "INC-1", "Created": "2026-06-01T09:00", "Resolved": "2026-06-01T11:30"},
    ...         {"Number": "INC-2", "Created": "yesterday", "Resolved": ""},
    ...     ],
    ...     {"id": "Number", "opened": "Created", "resolved": "Resolved"},
    ...     zone="Europe/Berlin",
    ... )
    >>> print(incidents[0].resolved_at - incidents[0].opened_at)
    2:30:00
    >>> print(findings[0])
    row 2, Created 'yesterday': unreadable_time; row left out: a record needs its opening
    """
    reader = _Reader(mapping, zone, time_format, levels or {}, missing)
    return tuple(reader.read(rows)), tuple(reader.findings)


class RecordStream(Iterator[Incident]):
    """The incidents of a table, built one by one as they are asked for.

    For tables that do not fit into memory; takes and raises what ``records_from_rows`` does.

    Attributes:
        findings: What was not clean so far; complete once the last incident was read.

    >>> stream = RecordStream([{"n": "A", "at": "2026-06-01T09:00Z"}], {"id": "n", "opened": "at"})
    >>> [incident.id for incident in stream], stream.findings
    (['A'], [])
    """

    def __init__(
        self,
        rows: Iterable[Mapping[str, Any]],
        mapping: Mapping[str, str],
        *,
        zone: ZoneInfo | str | None = None,
        time_format: str | None = None,
        levels: Mapping[str, Mapping[str, Level]] | None = None,
        missing: Collection[str] = ("",),
    ) -> None:
        reader = _Reader(mapping, zone, time_format, levels or {}, missing)
        self.findings = reader.findings
        self._incidents = reader.read(rows)

    def __next__(self) -> Incident:
        return next(self._incidents)


class _Reader:
    """One reading of one table."""

    def __init__(
        self,
        mapping: Mapping[str, str],
        zone: ZoneInfo | str | None,
        time_format: str | None,
        levels: Mapping[str, Mapping[str, Level]],
        missing: Collection[str],
    ) -> None:
        for name in mapping:
            if name not in _FIELDS:
                raise InvalidValueError("mapping", name, f"one of {', '.join(_FIELDS)}")
        for name in ("id", "opened"):
            if name not in mapping:
                raise InvalidValueError("mapping", dict(mapping), f"also a column for {name}")
        for name in levels:
            if name not in _LEVELS:
                raise InvalidValueError("levels", name, f"one of {', '.join(_LEVELS)}")
        self.columns = dict(mapping)
        self.zone = None if zone is None else as_zone(zone)
        self.time_format = time_format
        self.missing = frozenset(missing)
        self.levels: dict[str, dict[str, Level]] = {
            name: dict(levels.get(name) or {level.name: level for level in scale})
            for name, (_, scale) in _LEVELS.items()
        }
        self.findings: list[ImportFinding] = []
        self.assumed_utc = False
        self.row = 0

    def read(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Incident]:
        seen: dict[str, int] = {}
        for self.row, row in enumerate(rows, 1):
            if self.row == 1:
                self._check_columns(row)
            incident = self._incident(row, seen)
            if incident is not None:
                yield incident

    def _check_columns(self, row: Mapping[str, Any]) -> None:
        for name, column in self.columns.items():
            if column not in row:
                columns = ", ".join(map(str, row))
                raise InvalidValueError(f"mapping[{name}]", column, f"a column: {columns}")

    def _find(self, name: str, value: object, code: str, action: str) -> None:
        column = self.columns.get(name, name)
        self.findings.append(ImportFinding(self.row, column, str(value), code, action))

    def _value(self, row: Mapping[str, Any], column: str | None) -> Any:
        """Return what a column holds, or None where that stands for no value."""
        value = None if column is None else row.get(column)
        if isinstance(value, str):
            value = value.strip()
            return None if value in self.missing or not value else value
        if value is None or value != value:  # noqa: PLR0124  not-a-number and not-a-time
            return None
        return value

    def _incident(self, row: Mapping[str, Any], seen: dict[str, int]) -> Incident | None:
        given = {name: self._value(row, column) for name, column in self.columns.items()}
        opened = self._moment("opened", given["opened"], "row left out: a record needs its opening")
        if opened is None:
            if given["opened"] is None:
                action = "row left out: a record needs its opening"
                self._find("opened", "", "missing_time", action)
            return None
        key = "" if given["id"] is None else str(given["id"])
        if not key:
            key = f"row-{self.row}"
            self._find("id", "", "missing_id", f"named {key}")
        if key in seen:
            self._find("id", key, "duplicate_id", f"row left out: row {seen[key]} stands")
            return None
        seen[key] = self.row
        times = self._times(given, opened)
        fields = self._fields(row, given, times)
        return Incident.from_history(_events(key, opened, times, fields))

    def _times(self, given: Mapping[str, Any], opened: datetime) -> dict[str, datetime]:
        times: dict[str, datetime] = {}
        for name in _MOMENTS:
            at = self._moment(name, given.get(name), "kept under custom")
            if at is None:
                continue
            times[name] = at
            if at < opened:
                self._find(name, given[name], "before_opening", "kept as it stands")
        resolved, closed = times.get("resolved"), times.get("closed")
        if closed is not None and resolved is not None and closed < resolved:
            self._find("closed", given["closed"], "closed_before_resolved", "kept under custom")
            del times["closed"]
        elif closed is not None and "resolved" in self.columns and resolved is None:
            action = "the closing time stands for the resolution"
            self._find("closed", given["closed"], "closed_without_resolution", action)
        return times

    def _moment(self, name: str, value: Any, otherwise: str) -> datetime | None:
        """Return a time of the row in UTC, or None where it has none that can be read."""
        if value is None:
            return None
        try:
            at = self._parsed(value)
            if at.utcoffset() is None:
                at = self._placed(name, value, at)
            return as_utc(at, name)
        except (ValueError, TypeError):
            self._find(name, value, "unreadable_time", otherwise)
            return None

    def _parsed(self, value: Any) -> datetime:
        if isinstance(value, datetime):
            return value
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day)  # noqa: DTZ001  placed next
        if self.time_format is None:
            return datetime.fromisoformat(value)
        return datetime.strptime(value, self.time_format)  # noqa: DTZ007  placed next

    def _placed(self, name: str, value: Any, at: datetime) -> datetime:
        """Return a naive time in the zone of the table."""
        if self.zone is None:
            if not self.assumed_utc:
                self.assumed_utc = True
                self._find(name, value, "no_zone", "read as UTC, like all times without a zone")
            return at.replace(tzinfo=UTC)
        local = at.replace(tzinfo=self.zone, fold=0)
        other = at.replace(tzinfo=self.zone, fold=1)
        before, after = local.utcoffset() or timedelta(), other.utcoffset() or timedelta()
        if before > after:
            self._find(name, value, "ambiguous_time", "read as the first of the two")
        elif before < after:
            self._find(name, value, "skipped_time", "moved forward by the length of the gap")
        return local

    def _fields(
        self, row: Mapping[str, Any], given: Mapping[str, Any], times: Mapping[str, datetime]
    ) -> dict[str, object]:
        """Return the descriptive fields of the row, with what no field takes under ``custom``."""
        fields: dict[str, object] = {}
        taken = {self.columns["id"], self.columns["opened"]}
        for name, field in _TEXTS.items():
            value = given.get(name)
            if value is not None:
                text = str(value)
                fields[field] = (text,) if name == "category" else text
        for name, (field, _) in _LEVELS.items():
            value = given.get(name)
            level = None if value is None else self._level(name, value)
            if level is not None:
                fields[field] = level
                taken.add(self.columns[name])
        for name, field in _KNOWN.items():
            at = self._moment(name, given.get(name), "kept under custom")
            if at is not None:
                fields[field] = at
                taken.add(self.columns[name])
        taken.update(self.columns[name] for name in _TEXTS if name in self.columns)
        taken.update(
            column
            for name in _MOMENTS
            if (column := self.columns.get(name)) is not None
            and (name in times or given[name] is None)
        )
        custom = {
            str(column): value
            for column in row
            if column not in taken and (value := self._value(row, column)) is not None
        }
        if custom:
            fields["custom"] = FrozenMap(custom)
        return fields

    def _level(self, name: str, value: Any) -> Level | None:
        if isinstance(value, Level):
            return value
        known = self.levels[name]
        text = str(value)
        for word in (text, text.casefold(), text.partition("-")[2].strip().casefold()):
            if word in known:
                return known[word]
        allowed = ", ".join(known)
        self._find(name, value, "unknown_level", f"kept under custom; known: {allowed}")
        return None


def _events(
    key: str, opened: datetime, times: Mapping[str, datetime], fields: Mapping[str, object]
) -> list[Event]:
    """Return the history that a row tells."""
    system = Actor(_IMPORT, "system")
    caller, assignee = fields.get("caller"), fields.get("assignee")
    agent = Actor(assignee if isinstance(assignee, str) else _IMPORT, "agent")
    opening = Opened(
        record_id=key,
        sequence=1,
        at=opened,
        by=Actor(caller, "requester") if isinstance(caller, str) else system,
        record_type=Incident.record_type,
        state=NEW,
        lifecycle=LifecycleRef(Incident.record_type),
        fields=FrozenMap({"title": key, **fields}),
    )
    history: list[Event] = [opening]
    # Of two events at one instant the one earlier in this order happened first (rule H1).
    for name in sorted(times, key=lambda name: (times[name], _MOMENTS.index(name))):
        common: Any = {"record_id": key, "sequence": len(history) + 1, "at": times[name]}
        if name == "acknowledged":
            history.append(Acknowledged(by=agent, **common))
        elif name == "responded":
            history.append(Commented(by=agent, text="", **common))
        elif name == "restored":
            history.append(Restored(by=agent, **common))
        elif name == "resolved":
            history.append(StateChanged(by=agent, action="resolve", state=RESOLVED, **common))
        elif name == "closed":
            history.append(StateChanged(by=system, action="close", state=CLOSED, **common))
        else:
            history.append(StateChanged(by=system, action="cancel", state=CANCELED, **common))
    return history
