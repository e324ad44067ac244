"""ServiceNow's tables as returned by its Table API: incidents, their logs, journal and SLAs."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar, Unpack

from incidentcore.errors import InvalidValueError
from incidentcore.records import Commented, Incident, Link, LinkAdded, LinkRemoved
from incidentcore.vendors.kit import (
    IMPORTER,
    LOGGED,
    HistoryBuilder,
    Import,
    ReportedSla,
    Tables,
    as_object,
    joined,
    plain_text,
    unpaged,
)
from incidentcore.vendors.kit.importing import merged, with_orphans
from incidentcore.vendors.kit.paths import Json, Rows, in_utc, latest
from incidentcore.vendors.kit.tables import flag
from incidentcore.vendors.kit.times import TimeReader
from incidentcore.vendors.presets import SERVICENOW, SERVICENOW_HOLD_REASONS
from incidentcore.vendors.servicenow_cells import (
    as_audit,
    as_note,
    cell,
    displays_only,
    duration,
    linked,
    whole,
)

T = TypeVar("T")
_FIELDS: Final = {
    "priority": "priority",
    "impact": "impact",
    "urgency": "urgency",
    "assigned_to": "assignee",
    "assignment_group": "group",
    "cmdb_ci": "configuration_item",
    "short_description": "title",
    "description": "description",
    "contact_type": "source",
    "caller_id": "caller",
    "business_service": "service",
    "hold_reason": "hold_reason",
    "close_code": "resolution_code",
    "close_notes": "resolution_notes",
}
_LINKS: Final = {
    "problem_id": "caused_by",
    "rfc": "resolved_by",
    "caused_by": "caused_by_change",
    **dict.fromkeys(("parent", "parent_incident"), "child_of"),
}
_OTHERS: Final = (  # what else the table of tasks holds
    *("problem", "problem_task", "change_request", "change_task"),
    *("sc_request", "sc_req_item", "sc_task", "request", "requested_item", "catalog_task"),
)
_STATES: Final = ("state", "incident_state")
_KNOWN: Final = {  # what each field covers
    **dict.fromkeys(_STATES, "states"),
    **dict.fromkeys(("assigned_to", "assignment_group"), "assignments"),
    "priority": "priorities",
}
_JOURNAL: Final = ("comments", "work_notes")
_PAGES: Final = ("result", "records")
_DISPLAYS: Final = (
    "read as UTC, but displays are in the account's zone: get values, or pass times=Times(zone)"
)


def read_servicenow(
    incidents: Rows,
    *,
    audit: Rows = (),
    history: Rows = (),
    metrics: Rows = (),
    journal: Rows = (),
    slas: Rows = (),
    users: Mapping[str, str] | Rows | None = None,
    **tables: Unpack[Tables],
) -> Import[Incident]:
    """Read rows from ServiceNow's Table API: incidents, and the tables related to them.

    Cells may be plain, ``{link, value}`` or ``{display_value, value}``; in the last form, ``value``
    is used, since its times are in UTC, while those of ``display_value`` are in the account's zone.

    Args:
        incidents: The parsed JSON of the table ``incident``: rows, or pages with ``result``. If a
            row occurs more than once, the one updated last is used.
        audit: The JSON of ``sys_audit``, in any order; joined by ``documentkey``.
        history: The JSON of ``sys_history_line``, joined by ``set.id``; used for an incident that
            ``audit`` does not contain. The tool creates these lines from the audit when somebody
            views a record, and deletes them later, so they may be missing.
        metrics: The JSON of ``metric_instance``, joined by ``id``: how long a field had each value.
            Used for an incident that neither ``audit`` nor ``history`` contains. The rows name no
            actors.
        journal: The JSON of ``sys_journal_field``, which contains comments and work notes.
        slas: The JSON of ``task_sla``, stored as the tool's own results.
        users: The login name for each user's ``sys_id``, to recognize the caller in the journal; or
            the JSON of ``sys_user``.
        tables: See ``kit.Tables``; the defaults are those of ``presets.SERVICENOW``. By default the
            caller is a requester, and a user who wrote a work note or changed state, group,
            priority or assignee is an agent.

    Returns:
        An incident for each row of ``incidents``, with its number as id. Without ``audit``,
        ``history`` and ``metrics``, its history has only the times in its row and the comments.

    >>> from incidentcore.vendors import read_servicenow
    >>> row = {"number": "INC1", "sys_id": "a", "opened_at": "2026-03-02 09:00:00", "state": "2"}
    >>> entry = {"sys_id": "x1", "user": "ada", "sys_created_on": "2026-03-02 09:30:00"}
    >>> entry |= {"documentkey": "a", "fieldname": "state", "oldvalue": "1", "newvalue": "2"}
    >>> [incident] = read_servicenow([row], audit=[entry])
    >>> incident.history[0].state.name, incident.state.name, str(incident.acknowledged_at)
    ('New', 'In Progress', '2026-03-02 09:30:00+00:00')
    """
    changes, notes = _by_id(audit, "documentkey"), _by_id(journal, "element_id")
    results, spans = _by_id(slas, "task"), _by_id(metrics, "id")
    lines = joined(history, lambda line: cell(line, "set.id") or cell(line, "id"), *_PAGES)
    has_log, has_journal = bool(changes or lines), bool(notes)
    settings = merged(read_servicenow, SERVICENOW, tables)
    instant = partial(_instant, settings["times"].reader())
    rows, key_of = map(whole, unpaged(incidents, *_PAGES)), partial(cell, name="sys_id")
    listed = latest(rows, key_of, partial(instant, name="sys_updated_on"))
    names, people = _names(listed), _logins(users or {}, listed)
    initial = getattr(settings["lifecycle"], "initial", None)

    def build(history: HistoryBuilder, row: Json) -> None:
        key = str(cell(row, "sys_id"))
        own, written = changes.pop(key, []), notes.pop(key, [])
        made = lines.pop(key, ()), spans.pop(key, ())
        own = own or [as_audit(line, row) for line in made[0]]
        history.shown_roles = {IMPORTER.id: IMPORTER.role, **_people(row, own, written, people)}
        if not own:
            own = [*_spans(sorted(made[1], key=instant))]
            history.covers |= {
                _KNOWN[field] for one in own if (field := one["fieldname"]) in _KNOWN
            }
        state = cell(row, "state") or cell(row, "incident_state")
        _present(history, row, state, {cell(entry, "fieldname") for entry in own})
        if "times" not in tables and displays_only(row):
            history.find("no_zone", _DISPLAYS)
        opener = cell(row, "opened_by") or cell(row, "sys_created_by") or cell(row, "caller_id")
        is_caller = opener is not None and opener == cell(row, "caller_id")
        opener = people.get(str(opener), opener)
        hint = "requester" if is_caller else history.shown_roles.get(str(opener), "agent")
        by = history.actor(opener, hint, path="opened_by")
        history.opened(cell(row, "opened_at"), by, recorded_at=cell(row, "sys_created_on"))
        for entry in _counted(own):
            if cell(entry, "fieldname") not in _JOURNAL:
                _change(history, entry, names)
            elif not has_journal:  # else the journal has it too
                _note(history, as_note(entry))
        if not own:
            if has_log and state is not None and history.state(state) != initial:
                action = "no audit entry came: moments alone"
                history.truncated(action, path="sys_audit")
            login = people.get(str(cell(row, "resolved_by")), cell(row, "resolved_by"))
            hint = history.shown_roles.get(str(login), "agent")
            by = IMPORTER if login is None else history.actor(login, hint)
            history.moments(by, **{m: cell(row, f"{m}_at") for m in ("resolved", "closed")})
        for note in written:
            _note(history, note)
        for owner in dict.fromkeys((key, history.id)):  # a task by its sys_id, or its display alone
            for result in results.pop(owner, ()):
                _sla(history, result)
        _tool(history, row, names, has_notes=has_journal or bool(lines))
        ends = {name: cell(row, name) for name in ("resolved_at", "closed_at")}
        history.check(**ends, updated_at=cell(row, "sys_updated_on"))

    covers = {"moments", *(LOGGED if has_log else ()), *(("sla",) if results else ())}
    reading = Import(
        listed,
        build,
        record=Incident,
        id=lambda row: cell(row, "number") or cell(row, "sys_id"),
        covers=covers | {"comments"} if has_journal or lines else covers,
        **settings,
    )
    logs = {"sys_audit": changes, "sys_journal_field": notes, "task_sla": results}
    return with_orphans(reading, **logs, sys_history_line=lines, metric_instance=spans)


def _by_id(rows: Rows, name: str) -> dict[str, list[Json]]:
    """Return entries by the id of their task, without those that name another table."""
    own = joined(map(whole, unpaged(rows, *_PAGES)), partial(cell, name=name))
    first = {key: as_object(entries[0]) for key, entries in own.items()}
    named = {key: cell(one, "tablename") or cell(one, "name") for key, one in first.items()}
    return {key: own[key] for key in own if named[key] in (None, "task", "incident")}


def _present(history: HistoryBuilder, row: Json, state: object, logged: Container[object]) -> None:
    """Set what the row shows; of a field whose changes name ids, the id in its link."""
    table = str(cell(row, "sys_class_name") or cell(row, "table_name") or "incident")
    if table.casefold().replace(" ", "_") in _OTHERS:
        history.leave_out("unknown_entry", f"record left out: it is a {table}, no incident")
    shown = {
        field: (linked(row, name) if name in logged else None) or cell(row, name)
        for name, field in _FIELDS.items()
        if name in row
    }
    reason = shown.get("hold_reason")
    if reason is not None:
        shown["hold_reason"] = SERVICENOW_HOLD_REASONS.get(str(reason), reason)
    own = {f"custom.{n}": text for n in row if _is_own(n) and (text := cell(row, n)) is not None}
    path = [value for n in ("category", "subcategory") if (value := cell(row, n)) is not None]
    history.present(state=state, category=path, sys_id=cell(row, "sys_id"), **shown, **own)


def _is_own(name: object) -> bool:
    """Return whether a column is the customer's own, by the prefix that the tool gives it."""
    return isinstance(name, str) and name.startswith(("u_", "x_")) and "." not in name


def _logins(users: Mapping[str, str] | Rows, rows: Iterable[object]) -> Mapping[str, str]:
    """Return the login for each ``sys_id``, from rows of users or dot-walked columns."""
    walked = [(one, n) for one in map(as_object, rows) for n in ("caller_id", "opened_by")]
    logins = {
        str(cell(one, n)): login for one, n in walked if (login := cell(one, f"{n}.user_name"))
    }
    if isinstance(users, Mapping) and {"user_name", *_PAGES}.isdisjoint(users):
        return logins | dict(users)
    people = [row for row in unpaged(users, *_PAGES) if cell(as_object(row), "user_name")]
    return logins | {str(cell(row, "sys_id")): str(cell(row, "user_name")) for row in people}


def _names(rows: Iterable[object]) -> dict[str, str]:
    """Return the numbers of incidents, problems and changes by ``sys_id``, where a row has both."""
    names: dict[str, str] = {}
    for row in filter(None, map(as_object, rows)):
        own = {"value": cell(row, "sys_id"), "display_value": cell(row, "number")}
        for shown in (own, *(as_object(row.get(name)) for name in _LINKS)):
            if shown.get("display_value"):
                names[str(shown.get("value"))] = str(shown["display_value"])
    return names


def _people(
    row: Json, audit: Iterable[Json], journal: Iterable[Json], users: Mapping[str, str]
) -> dict[str, str]:
    """Return the roles of logins that can be inferred from their actions."""
    levels = ("priority", "impact", "urgency")
    worked = (*_STATES, *levels, "assigned_to", "assignment_group", "work_notes")
    agents = [cell(e, "user") for e in audit if cell(e, "fieldname") in worked]
    agents += [cell(e, "sys_created_by") for e in journal if cell(e, "element") == "work_notes"]
    roles = {str(login): "agent" for login in agents if login is not None}
    caller = users.get(str(cell(row, "caller_id")))
    if caller is None and cell(row, "contact_type") == "self-service":
        caller = cell(row, "sys_created_by")
    if caller is not None and users.get(str(cell(row, "assigned_to"))) != caller:
        roles[caller] = "requester"
    return roles


def _instant(reader: TimeReader, row: Json, name: str = "start") -> str:
    """Return a time in a cell, which may be a display, as a text in UTC; for comparisons."""
    value = cell(row, name)
    with suppress(InvalidValueError):
        value = reader.read(value)
    return in_utc(value)


def _spans(metrics: Iterable[Json]) -> Iterator[Json]:
    """Yield the durations of values as the entries of the audit that began them."""
    before: dict[object, object] = {}
    for row in metrics:
        field, value = cell(row, "field"), cell(row, "field_value") or cell(row, "value")
        if field in _KNOWN:
            entry = {"sys_id": cell(row, "sys_id"), "fieldname": field, "user": IMPORTER.id}
            values = {"oldvalue": before.get(field), "newvalue": value}
            yield {**entry, **values, "sys_created_on": cell(row, "start")}
            before[field] = value


def _counted(audit: list[Json]) -> Iterable[Json]:
    """Return the entries without the second of the two state fields, which change together."""
    has_state = any(cell(entry, "fieldname") == "state" for entry in audit)
    return [e for e in audit if not has_state or cell(e, "fieldname") != "incident_state"]


def _change(history: HistoryBuilder, entry: Json, names: Mapping[str, str]) -> None:
    name = str(cell(entry, "fieldname") or "")
    before, after = cell(entry, "oldvalue"), cell(entry, "newvalue")
    entry_id, at = cell(entry, "sys_id"), cell(entry, "sys_created_on")
    by = history.actor(cell(entry, "user"), path=f"sys_audit {entry_id}")
    order = plain_text(cell(entry, "record_checkpoint")) or ""
    if not name:
        history.find("unknown_entry", "left out: it names no field", path=f"sys_audit {entry_id}")
        return
    if name in _LINKS:
        for kind, value in ((LinkRemoved, before), (LinkAdded, after)):
            if value is not None:
                link = Link(_LINKS[name], names.get(str(value), str(value)))
                history.add(kind, entry_id, at, by, link=link)
        return
    if name == "hold_reason":
        before, after = (SERVICENOW_HOLD_REASONS.get(str(v), v) for v in (before, after))
    field = "state" if name in _STATES else _FIELDS.get(name, f"custom.{name}")
    place = int(order) if order.isdecimal() else 0
    history.changed(entry_id, at, by, field=field, before=before, after=after, order=place)


def _note(history: HistoryBuilder, note: Json) -> None:
    element = cell(note, "element")
    path = f"sys_journal_field {cell(note, 'sys_id')}"
    if element not in _JOURNAL:
        history.find("unknown_entry", "left out", field="element", value=element or "", path=path)
        return
    by = history.actor(cell(note, "sys_created_by"), path=path)
    text, shown = str(cell(note, "value") or ""), "public" if element == "comments" else "internal"
    where = (cell(note, "sys_id"), cell(note, "sys_created_on"), by)
    history.add(Commented, *where, text=text, visibility=shown)


def _sla(history: HistoryBuilder, row: Json) -> None:
    def figure(name: str, read: Callable[[Any], T | None]) -> T | None:
        return history.figure(cell(row, name), read, field=name, path="task_sla")

    def at(name: str) -> datetime | None:
        return history.time(cell(row, name), name, path="task_sla")

    name = as_object(row.get("sla")).get("display_value")
    elapsed = "business_duration" if cell(row, "business_duration") else "duration"
    history.reported_sla(
        ReportedSla(
            target=str(name or cell(row, "sla")),
            breached=figure("has_breached", flag),
            started_at=at("start_time"),
            stopped_at=at("end_time"),
            due_at=at("planned_end_time"),
            elapsed=figure(elapsed, duration),
            paused=figure("pause_duration", duration),
            stage=plain_text(cell(row, "stage")),
        )
    )


def _tool(history: HistoryBuilder, row: Json, names: Mapping[str, str], *, has_notes: bool) -> None:
    made = history.figure(cell(row, "made_sla"), flag, field="made_sla")
    history.reported("made_sla", made)
    for name in ("reopen_count", "reassignment_count"):
        history.counted(name, (plain_text(cell(row, name)) or "").replace(",", ""))
    for name, kind in _LINKS.items():
        target = cell(row, name)
        if target is not None:
            history.linked(Link(kind, names.get(str(target), str(target))))
    for name in () if has_notes else (*_JOURNAL, "comments_and_work_notes"):
        if cell(row, name) or as_object(row.get(name)).get("display_value"):
            history.find("unknown_entry", "left out: get sys_journal_field for it", field=name)
