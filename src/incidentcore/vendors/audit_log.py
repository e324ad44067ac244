"""The ServiceNow audit log: one row for each update of an incident, read into histories.

The format is that of the "incident management process enriched event log" (University of São
Paulo): day-first local times to the minute, ``?`` for missing values, the rows of an incident
adjacent, and five columns with their final values on every row. Nothing is dropped silently: a
problem in a row becomes an ``ImportFinding`` and the incident is still imported; a text in another
format raises a ``FormatError``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import each_of, need_kind
from incidentcore.errors import FormatError
from incidentcore.instants import as_zone
from incidentcore.lifecycle import Lifecycle
from incidentcore.lifecycle.check import judge_history
from incidentcore.records import Corrected, Incident, Migrated, Opened, StateChanged
from incidentcore.values import FrozenMap, LintFinding
from incidentcore.vendors.audit_rows import (
    BACKFILLED,
    COLUMNS,
    FIRST_SEEN,
    MISSING,
    REQUIRED,
    AuditRow,
    FieldReader,
    RowHistory,
)
from incidentcore.vendors.kit import Import
from incidentcore.vendors.kit.paths import whole_number
from incidentcore.vendors.servicenow_states import NEW
from incidentcore.vendors.tabular import TableInput, open_table

_CACHED: Final = 1 << 16  # memory stays bounded for any log
_CONSTANT: Final = ("opened_at", *BACKFILLED)
_MOVES: Final = (Opened, StateChanged, Corrected)
_COVERS: Final = ("states", "assignments", "priorities", "acknowledgements", "moments")


class AuditLog(Import[Incident]):
    """The result of ``read_audit_log``: an iterator of incidents, which are read on demand.

    Apart from the findings and the incident numbers seen so far, only the rows of one incident are
    in memory at a time. ``latest`` (see ``Import``) also considers the resolution and closing times
    that the tool reports.
    """

    def __init__(self, source: TableInput, zone: ZoneInfo | None) -> None:
        self._table = open_table(source)
        self._table.require(REQUIRED)
        if self._table.objects:
            raise FormatError("objects instead of rows of text @ source")
        self._columns = {name: place for place, name in enumerate(self._table.columns)}
        marks = ("incident_state", "active", "sys_mod_count")
        self._marks = itemgetter(*(self._columns.get(name, -1) for name in marks))
        self._constants = itemgetter(*(self._columns.get(name, -1) for name in _CONSTANT))
        super().__init__((), record=Incident, id="number", covers=_COVERS)
        self._fields = FieldReader(zone, self.findings)
        self._builder = RowHistory(self._fields, self._columns, self.covers)
        self._about_the_file(zone)

    def _about_the_file(self, zone: ZoneInfo | None) -> None:
        if zone is None:
            action = "all times are read as UTC: the log states no zone"
            self.findings.add("no_zone", action, row=1, field="sys_updated_at")
        action = "each incident is titled by its number"
        self.findings.add("missing_column", action, row=1, field="title")
        there = [name for name in BACKFILLED if name in self._columns]
        if there:
            action = "final values on every row: kept under custom from the last row on"
            self.findings.add("backfilled", action, row=1, field=", ".join(there))
        for name in sorted(COLUMNS - self._columns.keys()):
            self.findings.add("missing_column", "read as missing on every row", row=1, field=name)
        for name in self._columns:
            if name not in COLUMNS:
                self.findings.add("unknown_column", "left out", row=1, field=name)

    def _run(self, _: Iterable[object]) -> Iterator[Incident]:
        place = self._columns["number"]
        seen: set[str] = set()
        rows: list[AuditRow] = []
        number = ""
        for count, fields in self._table.rows:
            if rows and fields[place] != number:
                yield self._incident(rows)
                rows = []
            if not rows:
                number = fields[place]
                self._check_number(count, number, seen)
                seen.add(number)
            self._counts["rows"] = count
            rows.append(AuditRow(count, fields, self._columns))
        if rows:
            yield self._incident(rows)

    def _check_number(self, row: int, number: str, seen: set[str]) -> None:
        if number in MISSING:
            raise FormatError(f"an incident without a number @ row {row}, column number")
        if number in seen:
            raise FormatError(
                f"{number} comes again after other incidents; sort the log by number and time "
                f"@ row {row}, column number"
            )

    def _incident(self, rows: list[AuditRow]) -> Incident:
        times: list[datetime] = []
        for row in rows:
            earliest = times[-1] if times else None
            times.append(self._fields.time(row, "sys_updated_at", earliest))
        incident = Incident._read(self._builder.build(rows, times))  # noqa: SLF001  made here
        self._check_rows(rows, times)
        self._check_incident(rows, times, incident)
        return self._counted(incident)

    def _check_rows(self, rows: list[AuditRow], times: list[datetime]) -> None:
        """Report oddities in the order of an incident's rows and in each row itself."""
        tell = self._fields.tell
        before, last_count = times[0], 0
        counts: set[int] = set()
        for row, at in zip(rows, times, strict=True):
            state, active, mod_count = self._marks(row.fields)
            if state not in self._fields.states:
                action = f"read as the open state {self._fields.state(row).name}"
                tell(row, "incident_state", "unknown_state", action)
            if at < before:
                tell(row, "sys_updated_at", "time_goes_back", "kept as a late event")
            before = at
            count = whole_number(mod_count)  # one that is not is found with its event
            if count is not None:
                if count < last_count:
                    tell(row, "sys_mod_count", "count_goes_down", "rows kept in the log's order")
                if count in counts:
                    tell(row, "sys_mod_count", "count_repeated", "both rows kept")
                counts.add(count)
                last_count = count
            if active == ("true" if state == "Closed" else "false"):
                tell(row, "active", "active_contradicts_state", f"the state {state} stands")
        latest = max(times)
        self.latest: datetime | None = latest if self.latest is None else max(self.latest, latest)

    def _check_incident(
        self, rows: list[AuditRow], times: list[datetime], incident: Incident
    ) -> None:
        tell = self._fields.tell
        first, last = rows[0], rows[-1]
        custom = incident.custom
        if first["incident_state"] != NEW.name:
            action = "opened as New; the state counts as entered by this row's time at the latest"
            tell(first, "incident_state", "first_row_not_new", action)
        if times[0] < incident.opened_at:
            tell(first, "sys_updated_at", "before_opening", "kept unchanged")
        created_at = custom.get("created_at")
        if created_at is not None and created_at < incident.opened_at:
            tell(first, "sys_created_at", "created_before_opened", "kept under custom")
        is_told = "resolved_at" in self._columns
        if is_told and incident.state.final and "tool_resolved_at" not in custom:
            tell(last, "resolved_at", "closed_without_resolved_at", "custom.tool_resolved_at unset")
        varies = self._constants(first.fields) != self._constants(last.fields)
        for column in _CONSTANT if varies else ():
            if last[column] != first[column]:
                used = "the first row's" if column == "opened_at" else "the last row's"
                tell(last, column, "final_value_varies", f"{used} value stands")
        ends = (custom.get(name) for name in ("tool_resolved_at", "tool_closed_at"))
        self.latest = max(filter(None, (self.latest, *ends)))


def read_audit_log(source: TableInput, /, *, zone: ZoneInfo | str | None = None) -> AuditLog:
    """Read a ServiceNow audit log incident by incident.

    Args:
        source: The path of a CSV file in UTF-8, which may be compressed by gzip; or its lines.
        zone: The time zone of the log. By default UTC is assumed, with a finding.

    Returns:
        An iterator of incidents, whose ``findings`` grow while it is read. An incident's history
        contains what the log shows. The tool's own figures are stored under ``custom``: the
        datetimes ``tool_resolved_at`` and ``tool_closed_at``, ``reassignment_count``,
        ``reopen_count``, ``made_sla``, ``closed_code``, ``resolved_by``, and ``first_seen``, the
        state of the first row.

    Raises:
        FormatError: The text is not an audit log, or a time in it cannot be read; the message names
            the row and column. For any other field that cannot be read, there is a finding.
        InvalidValueError: ``zone`` is not the name of a time zone.
        OSError: The file cannot be opened.

    Source: the description of the University of São Paulo's data set; rules H1 and H2 (conversion).

    >>> from incidentcore.vendors import read_audit_log
    >>> log = read_audit_log(
    ...     [
    ...         "number,incident_state,sys_updated_by,opened_at,sys_updated_at",
    ...         "INC1,New,ada,1/6/2026 09:00,1/6/2026 09:05",
    ...         "INC1,Resolved,ada,1/6/2026 09:00,1/6/2026 11:30",
    ...     ],
    ...     zone="Europe/Berlin",
    ... )
    >>> [incident] = log
    >>> incident.state.name, str(incident.resolved_at - incident.opened_at)
    ('Resolved', '2:30:00')
    """
    return AuditLog(source, None if zone is None else as_zone(zone))


@attrs.frozen(kw_only=True)
class StateCheck:
    """The result of checking state changes against a lifecycle.

    Attributes:
        lifecycle: The lifecycle's id.
        observed: The number of state changes between adjacent rows of an incident.
        refused: How many of the observed changes the lifecycle does not allow.
        incidents: The number of incidents with at least one refused change.
        changes: A mapping from text such as ``"New -> Closed"`` to how often it was refused.
    """

    lifecycle: str
    observed: int = 0
    refused: int = 0
    incidents: int = 0
    changes: FrozenMap[int] = FrozenMap()


def check_states(lifecycle: Lifecycle, incidents: Iterable[Incident], /) -> StateCheck:
    """Check the state changes of an audit log against a lifecycle; count those not allowed.

    The change to the state in an incident's first row, if that is not New, is ignored, since the
    log does not show how that state was reached.

    Args:
        lifecycle: The lifecycle, such as ``AUDIT_LIFECYCLE`` or ``STRICT_LIFECYCLE``.
        incidents: The incidents from ``read_audit_log``; read once.

    Source: rule H2.

    >>> from incidentcore.vendors import check_states, read_audit_log
    >>> from incidentcore.vendors.servicenow_states import AUDIT_LIFECYCLE
    >>> log = read_audit_log(
    ...     [
    ...         "number,incident_state,sys_updated_by,opened_at,sys_updated_at",
    ...         "INC1,Active,ada,1/6/2026 09:00,1/6/2026 09:05",
    ...         "INC1,Closed,ada,1/6/2026 09:00,1/6/2026 11:30",
    ...     ]
    ... )
    >>> dict(check_states(AUDIT_LIFECYCLE, log).changes)
    {'Active -> Closed': 1}
    """
    need_kind("lifecycle", lifecycle, Lifecycle)
    tally = StateTally((lifecycle,))
    for incident in each_of("incidents", incidents, Incident):
        tally.add(incident)
    return tally.checks[0]


def _step(event: Any) -> tuple[str, str]:
    """Return what a check by states reads of an event: its action or kind, and its state."""
    how = event.action if event.kind == StateChanged.kind else event.kind
    return how, "" if event.kind == Corrected.kind else event.state.name


class StateTally:
    """Checks incidents one by one against several lifecycles; each course of states only once."""

    def __init__(self, lifecycles: Sequence[Lifecycle]) -> None:
        self._lifecycles = lifecycles
        # What makes more than states count: an action of a lifecycle, or these kinds of events.
        self._others = {row.action for one in lifecycles for row in one.transitions}
        self._others |= {Migrated.kind, Corrected.kind}
        self._observed = 0
        self._incidents = [0] * len(lifecycles)
        self._changes: list[Counter[str]] = [Counter() for _ in lifecycles]
        self._judged: dict[tuple[tuple[str, str], ...], tuple[int, list[list[str]]]] = {}

    def add(self, incident: Incident) -> list[list[str]]:
        """Check an incident; return the changes that each lifecycle refuses, as text."""
        moves = [event for event in incident.history if isinstance(event, _MOVES)]
        moves.sort(key=attrgetter("at", "sequence"))
        course = tuple(map(_step, moves))
        observed, refused = self._judged.get(course, (0, None))
        if refused is None:
            observed = sum(isinstance(e, StateChanged) and e.action != FIRST_SEEN for e in moves)
            found = (refused_changes(incident, one) for one in self._lifecycles)
            refused = [[*map(_change, several)] for several in found]
            if not any(how in self._others for how, _ in course) and len(self._judged) < _CACHED:
                self._judged[course] = observed, refused
        self._observed += observed
        for place, changes in enumerate(refused):
            if changes:
                self._incidents[place] += 1
                self._changes[place].update(changes)
        return refused

    @property
    def checks(self) -> tuple[StateCheck, ...]:
        """Return the results so far, one for each lifecycle."""
        return tuple(
            StateCheck(
                lifecycle=lifecycle.id,
                observed=self._observed,
                refused=changes.total(),
                incidents=incidents,
                changes=FrozenMap(changes),
            )
            for lifecycle, incidents, changes in zip(
                self._lifecycles, self._incidents, self._changes, strict=True
            )
        )


def refused_changes(incident: Incident, lifecycle: Lifecycle) -> tuple[LintFinding, ...]:
    """Return a finding for each state change that a lifecycle refuses, as for ``check_states``."""
    return tuple(
        finding
        for finding in judge_history(incident, lifecycle)
        if isinstance(finding.witness, StateChanged) and finding.witness.action != FIRST_SEEN
    )


def _change(finding: Any) -> str:
    """Return a refused state change as text, such as ``New -> Closed``."""
    return f"{finding.data['before']} -> {finding.witness.state.name}"
