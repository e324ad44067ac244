"""Event logs: one row for each event, as delimited text, XES or OCEL 2.0.

Each case (a ticket) becomes a record. The activity in a row names a state that was entered, an
event of another kind, or something that records do not represent. A row that changes nothing is
still an event: it sets ``custom.activity``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeAlias, Unpack

import attrs

from incidentcore._checks import as_tuple, need_kind, need_text, of_type
from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.records import Acknowledged, Commented, Escalated, Event, Incident
from incidentcore.values import State
from incidentcore.vendors.cells import whole_rows
from incidentcore.vendors.kit import (
    STANDARD_STATES,
    UNSTATED,
    HistoryBuilder,
    Import,
    Roles,
    StateTable,
    Tables,
    plain_text,
)
from incidentcore.vendors.kit.importing import merged, with_orphans
from incidentcore.vendors.kit.paths import Json, id_text, is_missing, listed
from incidentcore.vendors.kit.tables import fold
from incidentcore.vendors.ocel import add_changes, ocel_cases
from incidentcore.vendors.tabular import Table, TableInput, open_table, read_json
from incidentcore.vendors.xes import Case, xes_cases

Activities: TypeAlias = StateTable | Mapping[str, State | str | type[Event] | None]

_ROW: Final = "\0row"
# What a log covers, by the fields and events that it tells of.
_COVERED: Final[Mapping[object, str]] = {
    **dict.fromkeys(("group", "assignment_group", "assignee"), "assignments"),
    **dict.fromkeys(("priority", "computed_priority"), "priorities"),
    Commented: "comments",
    Acknowledged: "acknowledgements",
    Escalated: "escalations",
}
_ABSENT: Final = object()
_COLUMNS: Final = "a mapping from fields to columns or attributes"
_MEANINGS: Final = "a StateTable, or a mapping from activities to their meanings"


def read_events(
    source: TableInput | Table,
    /,
    *,
    case: str,
    activity: str | Sequence[str],
    at: str,
    by: str | None = None,
    group: str | None = None,
    fields: Mapping[str, str] | None = None,
    activities: Activities = STANDARD_STATES,
    sort: bool = False,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    **tables: Unpack[Tables],
) -> Import[Incident]:
    """Read a table with one row for each event.

    Args:
        source: Any source that ``open_table`` accepts.
        case: The column of the record's id.
        activity: The column of the activity, or several columns, whose values are joined by ``/``.
        at: The column of the time. Rows with the same time keep their order.
        by: The column of the actor.
        group: The column of the assignment group.
        fields: A mapping from fields of the record to further columns. A value in the first row of
            a case is the value at the opening; a later value is a change. An empty cell is ignored.
        activities: The meanings of activities: a ``StateTable``, or a mapping from each activity to
            a state, to an event class such as ``Acknowledged``, or to None. An activity with None,
            or without a meaning (finding ``unknown_entry``), is stored as ``custom.activity``.
        sort: Whether to read all rows first, so that the rows of a case need not be adjacent.
        delimiter: The separator of fields; detected by default.
        encoding: The encoding of a file; UTF-8 or cp1252 by default.
        sheet: The sheet of a spreadsheet, as for ``open_table``.
        tables: See ``kit.Tables``; without ``roles``, everybody is an agent.

    Returns:
        An incident for each case, opened by its earliest event. ``covers`` includes assignments if
        ``group`` is passed, and replies, acknowledgements or escalations if an activity means one.

    Raises:
        FormatError: The source cannot be read, or rows of a case are not adjacent without ``sort``.
        OSError: The file cannot be opened.

    >>> from incidentcore.vendors import read_events
    >>> rows = ["case,what,when", "1,New,2026-03-02T08:00Z", "1,Resolved,2026-03-02T10:30Z"]
    >>> [incident] = read_events(rows, case="case", activity="what", at="when")
    >>> str(incident.resolved_at - incident.opened_at)
    '2:30:00'
    """
    table = open_table(source, delimiter=delimiter, encoding=encoding, sheet=sheet, strict=False)
    log = _Log(activity=activity, at=at, by=by, group=group, fields=fields, activities=activities)
    if not table.objects:
        table.require((case, *log.names, at, *filter(None, (by, group, *(fields or {}).values()))))

    def read() -> Iterator[Json]:
        for number, row in whole_rows(table, reading.findings):
            if row is not None:
                cells = row if table.objects else dict(zip(table.columns, row, strict=False))
                yield {**cells, _ROW: number}

    cases = _grouped(read(), case) if sort else _adjacent(read(), case)
    reading = log.read(cases, merged(read_events, {}, tables))
    return reading


def read_xes(
    source: str | Path | Sequence[str | Path],
    /,
    *,
    activity: str | Sequence[str] = "concept:name",
    at: str = "time:timestamp",
    by: str | None = "org:resource",
    group: str | None = "org:group",
    fields: Mapping[str, str] | None = None,
    activities: Activities = STANDARD_STATES,
    **tables: Unpack[Tables],
) -> Import[Incident]:
    """Read an event log in XES; each trace becomes an incident.

    Args:
        source: The path of a file, which may be compressed by gzip; or several paths, whose traces
            with the same name are joined in memory.
        activity: The attribute that holds the activity, or several attributes, whose values are
            joined by ``/``: for example ``("concept:name", "lifecycle:transition")`` if states have
            sub-states.
        at: The attribute that holds the time.
        by: The attribute that holds the actor.
        group: The attribute that holds the assignment group.
        fields: A mapping from fields of the record to further attributes of events or traces.
        activities: The meanings of activities, as in ``read_events``.
        tables: See ``kit.Tables``. Times in XES have offsets, so ``times`` is rarely needed.

    Raises:
        FormatError: A file is not XES. Also raised later, while the import is read.
        OSError: A file cannot be opened.
    """
    log = _Log(activity=activity, at=at, by=by, group=group, fields=fields, activities=activities)
    return log.read(xes_cases(source), merged(read_xes, {}, tables))


def read_ocel(
    source: str | Path | Json,
    /,
    *,
    object_type: str,
    activity_attribute: str | None = None,
    actor_qualifier: str = "by",
    fields: Mapping[str, str] | None = None,
    activities: Activities = STANDARD_STATES,
    **tables: Unpack[Tables],
) -> Import[Incident]:
    """Read an object-centric event log, OCEL 2.0 in JSON.

    Objects of one type become incidents. An event belongs to each object that it is related to.
    Each value of an object's attribute is a change of a field at the value's time. A value without
    a time, or with the date 1 January 1970, is the value at the opening.

    Args:
        source: The path of a file, or its plain data.
        object_type: The type of the objects that become incidents.
        activity_attribute: The event attribute to use as the activity; the event's type by default.
        actor_qualifier: The qualifier of the relation to the actor.
        fields: A mapping from fields of the record to attributes of the object; by default, all
            attributes with the name of a field.
        activities: The meanings of activities, as in ``read_events``.
        tables: See ``kit.Tables``.

    Raises:
        FormatError: The source is not OCEL 2.0 in JSON, or does not have this type of object.
        OSError: The file cannot be opened.
    """
    need_text("object_type", object_type)
    need_kind("fields", fields, Mapping | None, allowed=_COLUMNS)
    data: Any = source
    if isinstance(source, (str, Path)):
        if Path(source).suffix in (".xml", ".xmlocel", ".sqlite"):
            raise FormatError(f"OCEL in XML or SQLite is not read; export it as JSON @ {source}")
        data = read_json(source)
    lost: dict[str, list[Json]] = {}
    cases = ocel_cases(data, object_type, activity_attribute, actor_qualifier, lost)
    things = (one for one in listed(data, "objects") if one.get("type") == object_type)
    shown = {str(name.get("name")) for thing in things for name in listed(thing, "attributes")}
    stated = {name: name for name in shown} if fields is None else fields
    names = {name: field for field, name in stated.items()}
    log = _Log(activity="activity", at="at", by="by", activities=activities, attributes=names)
    return with_orphans(log.read(cases, merged(read_ocel, {}, tables)), events=lost)


def _adjacent(rows: Iterable[Json], case: str) -> Iterator[Case]:
    seen: set[str] = set()
    for key, own in groupby(rows, key=lambda row: id_text(row.get(case))):
        events = list(own)
        if key in seen:
            raise FormatError(
                f"{key} comes again after other cases; read it with sort=True "
                f"@ row {events[0][_ROW]}, column {case}"
            )
        seen.add(key)
        yield events[0].get(case), {}, events


def _grouped(rows: Iterable[Json], case: str) -> Iterator[Case]:
    cases: dict[str, list[Json]] = {}
    for row in rows:
        cases.setdefault(id_text(row.get(case)), []).append(row)
    yield from ((events[0].get(case), {}, events) for events in cases.values())


@attrs.frozen(kw_only=True)
class _Log:
    """Which attribute of an event holds what, and what its activities mean."""

    activity: str | Sequence[str]
    at: str
    by: str | None = None
    group: str | None = None
    fields: Mapping[str, str] | None = attrs.field(
        default=None, validator=of_type(Mapping | None, _COLUMNS)
    )
    activities: Activities = attrs.field(validator=of_type((StateTable, Mapping), _MEANINGS))
    attributes: Mapping[str, str] | None = None  # of objects, with the field of each

    @property
    def names(self) -> tuple[str, ...]:
        """Return the attributes that together contain the activity."""
        return as_tuple(self.activity, str)

    def read(self, cases: Iterable[Case], tables: Tables) -> Import[Incident]:
        """Read the cases of the log."""
        if not self.names:
            raise InvalidValueError("activity", self.activity, "the name of at least one column")
        meanings: dict[str, object] | None = None
        states = self.activities
        if not isinstance(states, StateTable):
            meanings = {fold(word): value for word, value in states.items()}
            named = {w: v for w, v in states.items() if isinstance(v, (State, str))}
            states = STANDARD_STATES | named
        objects = (self.attributes or {}).values()
        stated = (*objects, *(self.fields or ()), "group" if self.group else None)
        kinds = [one for one in (meanings or {}).values() if isinstance(one, type)]
        for kind in kinds:
            _need_kind(kind)
        covered = {_COVERED[one] for one in (*stated, *kinds) if one in _COVERED}
        return Import(
            cases,
            partial(self._build, meanings=meanings),
            record=Incident,
            id=lambda case: case[0],
            covers={"states", "moments", *covered},
            **({"roles": Roles(default="agent"), "states": states} | tables),
        )

    def _build(
        self, history: HistoryBuilder, case: Case, meanings: Mapping[str, object] | None
    ) -> None:
        _, trace, events = case
        fields = {**(self.fields or {}), **({} if self.group is None else {"group": self.group})}
        before: dict[str, object] = {}
        state: object = UNSTATED
        is_first = True
        for at, number, event in self._timed(history, events):
            by = history.actor(None if self.by is None else event.get(self.by), path=number)
            first = None if is_first else UNSTATED
            if is_first:
                history.opened(at, by)
                history.present(**{f: trace[name] for f, name in fields.items() if name in trace})
                if self.attributes is not None:
                    add_changes(history, trace, self.attributes)
            is_first = False
            parts = [text for n in self.names if (text := plain_text(event.get(n))) is not None]
            meaning = _meaning(history, meanings, parts, number)
            if isinstance(meaning, type):
                body = {"text": ""} if issubclass(meaning, Commented) else {}
                if issubclass(meaning, Escalated):
                    body = {"target": plain_text(event.get(self.group or "")) or "unknown"}
                history.add(meaning, number, at, by, **body)
            elif meaning is None or meaning == state:
                history.changed(number, at, by, field="custom.activity", after="/".join(parts))
            else:
                history.changed(number, at, by, field="state", before=first, after=meaning)
                state = meaning
            for field, name in fields.items():
                value = _stated(event.get(name))
                if value is not None and value != before.get(field, _ABSENT):
                    old = UNSTATED if field in before else None
                    history.changed(number, at, by, field=field, before=old, after=value)
                    before[field] = value
        if not self.attributes and "assignments" not in map(_COVERED.get, before):
            history.covers = history.covers - {"assignments"}  # of a log without groups

    def _timed(
        self, history: HistoryBuilder, events: Sequence[Json]
    ) -> list[tuple[datetime, int, Json]]:
        """Return the events in time order, each with its instant and its number."""
        timed: list[tuple[datetime, int, Json]] = []
        for number, event in enumerate(events, 1):
            history.earliest = timed[-1][0] if timed else None
            at = history.time(event.get(self.at), self.at, action="event left out", path=number)
            if at is None:
                if event.get(self.at) in (None, ""):
                    history.find("unreadable_time", "event left out: it has no time", path=number)
                continue
            if timed and at < timed[-1][0]:
                history.find("time_goes_back", "put in its place in time", path=number)
            timed.append((at, number, event))
        return sorted(timed, key=lambda one: one[0])


def _stated(value: object) -> Any:
    """Return a value of an event without spaces around it; None if it is empty."""
    if isinstance(value, str):
        return value.strip() or None
    return None if is_missing(value) else value


def _need_kind(kind: type) -> None:
    """Refuse a class as an activity's meaning if its events need more than a log contains."""
    if issubclass(kind, Event):
        base = {one.name for one in attrs.fields(Event)} | {"text", "target"}
        needed = {one.name for one in attrs.fields(kind) if one.default is attrs.NOTHING} - base
        if not needed:
            return
    allowed = "a state, None, or a class such as Acknowledged, Commented, Escalated or Restored"
    raise InvalidValueError("activities", kind.__name__, allowed)


def _meaning(
    history: HistoryBuilder,
    meanings: Mapping[str, object] | None,
    parts: Sequence[str],
    number: int,
) -> Any:
    """Return what an activity means: the word of a state, an event's class, or nothing."""
    name = "/".join(parts)
    if not name:
        action = "kept: it names no activity"
        history.find("unknown_entry", action, field="activity", path=number)
        return None
    candidates = (name, *reversed(parts)) if len(parts) > 1 else (name,)
    if meanings is None:
        return next((word for word in candidates if history.knows_state(word)), name)
    for word in candidates:
        if fold(word) in meanings:
            meaning = meanings[fold(word)]
            return word if isinstance(meaning, (State, str)) else meaning
    action = "kept as custom.activity"
    history.find("unknown_entry", action, field="activity", value=name, path=number)
    return None
