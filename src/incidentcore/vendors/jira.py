"""Jira and Jira Service Management: issues with changelogs, comments and SLA fields."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Unpack

from incidentcore._checks import as_tuple, need_kind
from incidentcore.records import Commented, Incident, Link
from incidentcore.values import Actor
from incidentcore.vendors.kit import (
    LOGGED,
    HistoryBuilder,
    Import,
    ReportedSla,
    Tables,
    as_object,
    entries_of,
    joined,
    pick,
    unpaged,
)
from incidentcore.vendors.kit.importing import merged, with_orphans
from incidentcore.vendors.kit.paths import CUT, Json, Rows, latest, listed, natural
from incidentcore.vendors.kit.tables import flag
from incidentcore.vendors.presets import JIRA

_FIELDS: Final = {
    "status": "state",
    "assignee": "assignee",
    "priority": "priority",
    "summary": "title",
    "description": "description",
    "resolution": "resolution_code",
    "reporter": "caller",
    "labels": "tags",
    "issuetype": "issue_type",
}
_LINKS: Final = {
    "duplicates": "duplicate_of",
    "is duplicated by": "has_duplicate",
    "is caused by": "caused_by",
    "causes": "cause_of",
    "relates to": "related_to",
    "is a child of": "child_of",
    "is a parent of": "parent_of",
}
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_CATEGORIES: Final = {"2": "new", "3": "done", "4": "indeterminate"}
_ROLES: Final = {"atlassian": "agent", "customer": "requester", "app": "system"}


def read_jira(
    issues: Rows,
    *,
    changelogs: Mapping[str, Any] | None = None,
    slas: Mapping[str, Any] | None = None,
    **tables: Unpack[Tables],
) -> Import[Incident]:
    """Read issues from Jira's REST API (versions 2 and 3), requested with ``expand=changelog``.

    Args:
        issues: The parsed JSON: issues, one issue, search pages, or an iterable of these; or the
            bodies of webhooks, which contain the issues and their changes. If an issue occurs more
            than once, the one updated last is used. Custom fields are stored under ``custom`` by
            their names if the JSON contains these (``expand=names``).
        changelogs: A mapping from issue keys to the pages of ``/issue/{key}/changelog``, or their
            entries, for changelogs that the search truncated; or pages of ``/changelog/bulkfetch``.
        slas: A mapping from issue keys to the pages of ``/request/{key}/sla``, if the issues lack
            the SLA fields.
        tables: See ``kit.Tables``; the defaults are those of ``presets.JIRA``. A status that is not
            in ``states`` is read according to its category. ``roles`` is needed if the account
            types (atlassian, customer, app) are wrong or missing, as on Jira Server.

    Returns:
        An incident for each issue. A changelog with more entries than were passed gives a finding
        ``truncated_history``.

    >>> from incidentcore.vendors import read_jira
    >>> kim = {"accountId": "kim", "accountType": "customer"}
    >>> ada = {"accountId": "ada", "accountType": "atlassian"}
    >>> fields = {"created": "2026-03-02T09:00:00.000+0100", "reporter": kim}
    >>> fields["status"] = {"name": "Done", "statusCategory": {"key": "done"}}
    >>> change = {"field": "status", "fromString": "To Do", "toString": "Done"}
    >>> entry = {"id": "1", "created": "2026-03-02T11:30:00.000+0100", "author": ada}
    >>> log = {"histories": [entry | {"items": [change]}]}
    >>> [incident] = read_jira({"key": "SD-7", "fields": fields, "changelog": log})
    >>> incident.history[0].state.name, str(incident.resolved_at - incident.opened_at)
    ('To Do', '2:30:00')
    """
    for name, given in (("changelogs", changelogs), ("slas", slas)):
        need_kind(name, given, Mapping | None, allowed="pages by issue key")
    if "issueChangeLogs" in (changelogs or ()):  # pages of several issues, named by their ids
        changelogs = joined(changelogs, "issueId", "issueChangeLogs")
    logs = {key: as_tuple(pages or (), Mapping) for key, pages in (changelogs or {}).items()}
    results = {key: [*unpaged(pages or (), "values")] for key, pages in (slas or {}).items()}
    names = names_of(issues)

    def build(history: HistoryBuilder, issue: Json) -> None:
        fields = issue["fields"]
        reporter = fields.get("reporter")
        history.present(
            state=pick(fields, "status.name"),
            state_category=_category(fields),
            title=fields.get("summary"),
            description=text_of(fields.get("description")),
            caller=_account(reporter),
            issue_type=pick(fields, "issuetype.name"),
            resolution_code=pick(fields, "resolution.name"),
            tags=fields.get("labels"),
            **own_fields(fields, names),
        )
        people = {"assignee": _account(fields.get("assignee"))}
        shown = {"priority": pick(fields, "priority.name"), **people}
        history.present(**{name: value for name, value in shown.items() if name in fields})
        opener = fields.get("creator") or reporter
        history.opened(fields.get("created"), _actor(history, opener))
        if issue.get("webhookEvent") == "jira:issue_deleted":
            history.leave_out("deleted_record", "record left out: the issue was deleted")
        own = (history.id, str(issue.get("id")))
        _changes(history, issue, next((logs.pop(key) for key in own if key in logs), None))
        _comments(history, fields)
        _links(history, fields)
        measured = results.pop(history.id, [])
        if CUT in measured:
            history.find("truncated_history", "a page says that there is more", path="sla")
        for value in (*fields.values(), *measured):
            if {"completedCycles", "ongoingCycle"} & as_object(value).keys():
                _cycles(history, value)
        resolved = fields.get("resolutiondate")
        if resolved is None and "states" not in history.covers and _category(fields) == "done":
            resolved = fields.get("statuscategorychangedate")
        history.check(resolved_at=resolved, updated_at=fields.get("updated"))

    shown = _of_webhooks(unpaged(issues, "issues", "values"))
    reading = Import(
        latest(shown, _id, lambda issue: as_object(issue.get("fields")).get("updated")),
        build,
        record=Incident,
        id="key",
        covers=LOGGED | {"comments", "moments", "sla"},
        **merged(read_jira, JIRA, tables),
    )
    return with_orphans(reading, changelogs=logs, slas=results)


def _id(issue: Json) -> str:
    """Return the address of an issue, which has its site and id; else its key, which may change."""
    return str(issue.get("self") or issue.get("key") or "")


def _of_webhooks(bodies: Iterable[Any]) -> Iterator[Any]:
    """Yield issues; those of webhooks as they were last, with the changes in all the bodies."""
    deliveries: dict[str, list[Json]] = {}
    for body in bodies:
        issue = as_object(as_object(body).get("issue"))
        if issue.get("key") is None:
            yield body
        else:
            deliveries.setdefault(_id(issue), []).append(body)
    for own in deliveries.values():
        own.sort(key=lambda body: natural(str(body.get("timestamp"))))
        issue = own[-1]["issue"]
        fields: dict[str, Any] = {}  # a body about a comment has but a few
        for body in own:
            fields |= as_object(body["issue"].get("fields"))
        changes = {  # by id, as a body may be delivered twice
            str(change.get("id") or (body.get("timestamp"), change)): {
                "author": body.get("user"),
                "created": body.get("timestamp"),
                **change,
            }
            for body in own
            if (change := as_object(body.get("changelog")))
        }
        notes = [*listed(fields.get("comment"), "comments"), *(body.get("comment") for body in own)]
        comments = {str(note.get("id") or note): note for note in map(as_object, notes) if note}
        first = own[0].get("webhookEvent") == "jira:issue_created"
        yield {
            **issue,
            "fields": {**fields, "comment": {"comments": [*comments.values()]}},
            "changelog": {"values": [*changes.values()], "total": len(changes) + (not first)},
            "webhookEvent": own[-1].get("webhookEvent"),
        }


def _category(fields: Json) -> object:
    """Return the key of the status's category, which has the same number in every language."""
    category = pick(fields, "status.statusCategory")
    return pick(category, "key") or _CATEGORIES.get(str(pick(category, "id")))


def _at(entry: Json) -> object:
    """Return when an entry was made, which some pages count in milliseconds."""
    at = entry.get("created")
    return _START + _MILLISECOND * at if type(at) is int else at


def _changes(history: HistoryBuilder, issue: Json, pages: Any) -> None:
    changelog = issue.get("changelog") if pages is None else pages
    entries: dict[str, Json] = {}
    total, has_list = 0, False  # automation rules send a changelog without one
    log = as_tuple(changelog or (), Mapping)
    if any("items" in as_object(one) for one in log):  # entries without their pages
        log = ({"values": log},)
    for page in entries_of({"changelog": log}, "changelog"):
        total = max(total, page.get("total") or 0)
        for name in ("histories", "values", "changeHistories"):
            has_list = has_list or page.get(name) is not None
            for entry in entries_of(page, name):
                entries.setdefault(str(entry.get("id") or entry), entry)
    if not has_list or len(entries) < total:
        action = f"{len(entries)} of {total or 'unknown'} changelog entries came; page the rest"
        history.truncated(action, path="changelog")
    entered: dict[tuple[str, str], Any] = {}  # a status may be renamed after it was entered
    for entry in sorted(entries.values(), key=lambda entry: natural(str(entry.get("id")))):
        entry_id = entry.get("id")
        by, at = _actor(history, entry.get("author"), path=f"history {entry_id}"), _at(entry)
        fields: list[str] = []  # one entry may add several components or links
        for item in entries_of(entry, "items"):
            name = item["field"]
            field = _FIELDS.get(item.get("fieldId", "")) or _FIELDS.get(name) or f"custom.{name}"
            before, after = item.get("fromString"), item.get("toString")
            if field in ("assignee", "caller"):
                before, after = item.get("from", before), item.get("to", after)
            elif field == "tags":
                before, after = (before or "").split(), (after or "").split()
            elif item.get("from") and item.get("to"):
                before = entered.get((field, str(item["from"])), before)
                entered[field, str(item["to"])] = after
            fields.append(field)
            is_first = fields.count(field) == 1 or entry_id is None
            key = entry_id if is_first else f"{entry_id}.{fields.count(field)}"
            history.changed(key, at, by, field=field, before=before, after=after)


def _comments(history: HistoryBuilder, fields: Json) -> None:
    comments = fields.get("comment")
    own = list(entries_of(comments, "comments"))
    total = pick(comments, "total") or 0
    if len(own) < total:
        action = f"{len(own)} of {total} comments came; page the rest"
        history.truncated(action, path="comment", covers=history.covers - {"comments"})
    for comment in own:
        is_public = _is_public(comment) and not comment.get("visibility")
        entry_id = f"comment-{comment['id']}" if comment.get("id") else ""
        by = _actor(history, comment.get("author"), path=entry_id)
        text, shown = text_of(comment.get("body")) or "", "public" if is_public else "internal"
        at = comment.get("created")
        history.add(Commented, entry_id, at, by, text=text, visibility=shown)


def _is_public(comment: Json) -> bool:
    """Return whether a comment says that it is public; on Data Center, in its properties."""
    if "jsdPublic" in comment:
        return comment["jsdPublic"] is True
    own = (one for one in listed(comment, "properties") if one.get("key") == "sd.public.comment")
    return any(flag(pick(one, "value.internal")) is False for one in own)


def _links(history: HistoryBuilder, fields: Json) -> None:
    """Keep the parent and the links that the issue shows; other types are custom ones."""
    parent = pick(fields, "parent.key")
    if parent:
        history.linked(Link("child_of", str(parent)))
    for child in entries_of(fields, "subtasks"):
        history.linked(Link("parent_of", str(child["key"])))
    for link in entries_of(fields, "issuelinks"):
        for side in ("inward", "outward"):
            target, words = pick(link, f"{side}Issue.key"), pick(link, f"type.{side}")
            if target:
                history.linked(link_of(words, target))


def _cycles(history: HistoryBuilder, field: Json) -> None:
    """Keep the cycles of an SLA field, the completed ones first."""
    ongoing = field.get("ongoingCycle")
    for cycle in (*entries_of(field, "completedCycles"), *([ongoing] if ongoing else ())):
        history.reported_sla(
            ReportedSla(
                target=field["name"],
                breached=history.figure(cycle.get("breached"), flag, field="breached"),
                started_at=_instant(history, cycle, "startTime"),
                stopped_at=_instant(history, cycle, "stopTime"),
                due_at=_instant(history, cycle, "breachTime"),
                elapsed=history.span(cycle, "elapsedTime.millis", _MILLISECOND),
                goal=history.span(cycle, "goalDuration.millis", _MILLISECOND),
                stage="paused" if cycle.get("paused") else None,
            )
        )


def _instant(history: HistoryBuilder, cycle: Json, name: str) -> datetime | None:
    since = history.span(cycle, f"{name}.epochMillis", _MILLISECOND)
    if since is None:
        return history.time(pick(cycle, f"{name}.iso8601"), name)
    return history.figure(since, lambda span: _START + span, field=name)


def _ids(person: Any) -> list[str]:
    """Return a person's ids, the surest first: the account of the cloud, the key of a server."""
    names = ("accountId", "key", "name", "emailAddress", "displayName")
    return [str(own) for name in names if (own := as_object(person).get(name))]


def _account(person: Any) -> str | None:
    return next(iter(_ids(person)), None)


def _actor(history: HistoryBuilder, person: Any, path: str = "") -> Actor:
    role = _ROLES.get(str(as_object(person).get("accountType")))
    return history.actor(_account(person), role, path=path, also=_ids(person))


def names_of(issues: object) -> dict[str, str]:
    """Return the names of custom fields, which ``expand=names`` puts beside the issues."""
    pages = issues if isinstance(issues, (list, tuple)) else (issues,)
    named = (as_object(as_object(page).get("names")) for page in pages)
    return {k: str(n) for one in named for k, n in one.items() if k.startswith("customfield_")}


def own_fields(fields: Json, names: Mapping[str, str]) -> dict[str, object]:
    """Return the custom fields that have a name and a value, except SLA fields."""
    shown = {f"custom.{name}": _plain(fields.get(key)) for key, name in names.items()}
    return {name: value for name, value in shown.items() if value not in (None, "", [])}


def _plain(value: Any) -> object:
    """Return the value of a custom field, which an option, a person or a list of either shows."""
    if isinstance(value, list):
        return [shown for one in value if (shown := _plain(one)) is not None]
    if not isinstance(value, Mapping):
        return value
    is_sla = not {"completedCycles", "ongoingCycle"}.isdisjoint(value)
    shown = (value.get(name) for name in ("value", "displayName", "name"))
    return None if is_sla else next((one for one in shown if one is not None), None)


def link_of(words: object, target: object) -> Link:
    """Return a link by the words that Jira has for its direction; other words are a custom type."""
    return Link(_LINKS.get(str(words).casefold(), f"custom.{words or 'link'}"), str(target))


def text_of(body: Any) -> str | None:
    """Return a text; of the document format of version 3, its texts with a line for each block."""
    if not isinstance(body, Mapping):
        return body if isinstance(body, str) else None
    return "\n".join(line for line in _lines(body) if line)


def _lines(node: Json) -> Iterator[str]:
    parts: list[str] = []
    for child in entries_of(node, "content"):
        if "content" in child:
            yield from _lines(child)
        else:  # of a card, its address
            text = child.get("text") or pick(child, "attrs.text") or pick(child, "attrs.url")
            parts.append(str(text or ("\n" if child.get("type") == "hardBreak" else "")))
    yield "".join(parts)
