"""HappyFox: tickets with their updates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Unpack

from incidentcore.records import Commented, Incident, Link
from incidentcore.vendors.kit import (
    LOGGED,
    HistoryBuilder,
    Import,
    Tables,
    as_object,
    entries_of,
    pick,
    unpaged,
)
from incidentcore.vendors.kit.importing import merged
from incidentcore.vendors.kit.paths import Json, Rows, latest, listed
from incidentcore.vendors.presets import HAPPYFOX

_ROLES: Final = {"user": "requester", "contact": "requester", "staff": "agent"}
_PRIVATE: Final = ("p", "private", "private_note")
_CHANGES: Final = {
    "status_change": "state",
    "priority_change": "priority",
    "assignee_change": "assignee",
    "category_change": "category",
    "due_date_change": "custom.due_date",
}
_NAMED: Final = ("status", "priority", "category")
_UNREAD: Final = ("custom_field_change", "satisfaction_survey")


def read_happyfox(tickets: Rows, **tables: Unpack[Tables]) -> Import[Incident]:
    """Read tickets from HappyFox's API, as returned by ``/ticket/<number>/``.

    Args:
        tickets: The parsed JSON: tickets, or pages with ``data``. Tickets from a list have no
            updates: they are read from their timestamps alone, with a finding
            ``truncated_history``.
        tables: See ``kit.Tables``; the defaults are those of ``presets.HAPPYFOX``. A status that is
            not in ``states`` is read according to its behavior, pending or completed. Users and
            contacts are requesters, staff are agents, and all other actors are systems.

    Returns:
        An incident for each ticket. A merged ticket gives a finding ``merged_record``.

    >>> from incidentcore.vendors import read_happyfox
    >>> ticket = {"id": 3, "created_at": "2026-03-02 08:59:11", "user": {"id": 1}, "updates": []}
    >>> status = {"name": "New", "behavior": "pending"}
    >>> [incident] = read_happyfox(ticket | {"status": status})
    >>> incident.state.name, incident.opened_by.role
    ('New', 'requester')
    """

    def build(history: HistoryBuilder, ticket: Json) -> None:
        tags = ticket.get("tags")
        history.present(
            state=pick(ticket, "status.name"),
            state_category=pick(ticket, "status.behavior"),
            title=ticket.get("subject"),
            description=ticket.get("first_message"),
            caller=pick(ticket, "user.id"),
            category=pick(ticket, "category.name"),
            source=ticket.get("source"),
            tags=[tag.strip() for tag in tags.split(",")] if isinstance(tags, str) else tags,
            number=ticket.get("id"),
            **{
                f"custom.{field.get('name') or field.get('id')}": field["value"]
                for field in listed(ticket, "custom_fields")
                if field.get("value") not in (None, "", [])
            },
        )
        if "priority" in ticket:
            history.present(priority=_level(pick(ticket, "priority.name")))
        if "assigned_to" in ticket:
            history.present(assignee=pick(ticket, "assigned_to.id"))
        opened = ticket.get("created_at")
        history.opened(opened, history.actor(pick(ticket, "user.id"), "requester", path="user"))
        for update in entries_of(ticket, "updates"):
            _update(history, update, opened, names)
        if ticket.get("updates") is None:
            action = "no updates came, as in lists: moments alone"
            history.truncated(action, path="updates", covers=["moments"])
        merged = ticket.get("merged_to")
        if merged:
            history.find("merged_record", f"kept: merged into {_shown(merged)}")
            history.linked(Link("duplicate_of", _shown(merged)))
        for copy in ticket.get("merged_tickets") or ():
            history.linked(Link("has_duplicate", _shown(copy)))
        history.reported("sla_breaches", ticket.get("sla_breaches"))
        history.check(updated_at=_modified(ticket))

    found = latest(unpaged(tickets, "data", "tickets"), updated=_modified)
    parts = ((n, as_object(as_object(one).get(n))) for one in found for n in _NAMED)
    pairs = ((n, part.get("id"), part.get("name")) for n, part in parts)
    names = {(n, str(key)): name for n, key, name in pairs if None not in (key, name)}
    return Import(
        found,
        build,
        record=Incident,
        id=lambda ticket: ticket.get("display_id") or ticket.get("id"),
        covers=LOGGED | {"comments", "moments"},
        **merged(read_happyfox, HAPPYFOX, tables),
    )


def _modified(ticket: Json) -> object:
    return ticket.get("last_modified") or ticket.get("last_updated_at")


def _level(name: object) -> object:
    return None if name == "No Priority" else name


def _shown(ticket: object) -> str:
    return str(as_object(ticket).get("display_id", ticket))


def _value(change: Json, side: str, part: str, names: Mapping[tuple[str, str], Any]) -> Any:
    """Return the name of a value, which may be stated by an id that a ticket names."""
    if part in _NAMED and f"{side}_name" in change:
        return change[f"{side}_name"]
    return names.get((part, str(change.get(side))), change.get(side))


def _update(
    history: HistoryBuilder, update: Json, opened: object, names: Mapping[tuple[str, str], Any]
) -> None:
    entry_id, at = update.get("update_id"), update.get("timestamp")
    path = f"update {entry_id}"
    kind = pick(update, "by.type")
    role = _ROLES.get(kind, "system") if kind else None
    by = history.actor(pick(update, "by.id") or pick(update, "by.name"), role, path=path)
    for name, field in _CHANGES.items():
        change = update.get(name)
        if change is None:
            continue
        part = name.removesuffix("_change")
        before, after = (_value(change, side, part, names) for side in ("old", "new"))
        if field == "priority":
            before, after = _level(before), _level(after)
        history.changed(entry_id, at, by, field=field, before=before, after=after)
    for name in _UNREAD:
        if update.get(name):
            history.find("unknown_entry", "left out: it is not read", field=name, path=path)
    message = update.get("message")
    change = update.get("status_change")
    was = change is None or change.get("old_name") or change.get("old")
    is_first = at == opened or was is None
    is_report = is_first and by.role != "system"  # the ticket's own text, whoever wrote it
    if isinstance(message, Mapping) and not is_report:
        is_private = str(message.get("message_type")).casefold() in _PRIVATE
        text, shown = message.get("text") or "", "internal" if is_private else "public"
        history.add(Commented, entry_id, at, by, text=text, visibility=shown)
