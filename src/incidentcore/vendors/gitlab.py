"""GitLab: issues of the type incident, with their notes and state events."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Unpack

from incidentcore.records import Acknowledged, Commented, Incident, Unacknowledged
from incidentcore.values import Actor
from incidentcore.vendors.kit import HistoryBuilder, Import, Tables, as_object, entries_of, pick
from incidentcore.vendors.kit.importing import merged, with_orphans
from incidentcore.vendors.kit.paths import Json, Rows, in_utc, joined, latest, unpaged
from incidentcore.vendors.presets import GITLAB

# Closing and reopening are in the state events.
_STATUS: Final = re.compile(
    r"changed the incident status to \*\*(\w+)\*\*(?! by (?:closing|reopening) the incident)"
)
_SEVERITY: Final = re.compile(r"changed the severity to \*\*(.+?)\*\*")
_NAME: Final = re.compile(r"@([\w.-]*\w)")
_BOT: Final = re.compile(r"(?:^|[-_])bot(?:$|[-_\d])", re.IGNORECASE)
_NONE: Final = re.compile("unknown", re.IGNORECASE)
_NOISE: Final = ("mentioned in", "changed the description", "changed title", "changed the incident")


def read_gitlab(
    issues: Rows, notes: Rows = (), state_events: Rows = (), **tables: Unpack[Tables]
) -> Import[Incident]:
    """Read incidents from GitLab's REST API: issues, requested with ``issue_type=incident``.

    Until the issue is closed, the state is the incident's status, which is found only in notes.
    Anybody who changed a status, severity or assignee, closed an issue, wrote an internal note or
    is assigned is an agent; other people are requesters, and users named as bots are systems.

    Args:
        issues: The parsed JSON: issues, or one issue. The id of a record is the issue's full
            reference, such as ``group/project#7``, or its ``iid``.
        notes: The notes of all issues, in any order.
        state_events: The ``resource_state_events`` of all issues, in any order.
        tables: See ``kit.Tables``; the defaults are those of ``presets.GITLAB``.

    Returns:
        An incident for each issue of that type; one closed as a duplicate is canceled. If
        notes, or the state events of a closed issue, are missing, there is a finding
        ``truncated_history``.

    >>> from incidentcore.vendors import read_gitlab
    >>> issue = {"id": 70, "iid": 7, "created_at": "2026-03-02T08:00:00Z", "state": "opened"}
    >>> note = {"id": 1, "noteable_id": 70, "system": True, "author": {"username": "ada"}}
    >>> note |= {"body": "changed the incident status to **Acknowledged**"}
    >>> note |= {"created_at": "2026-03-02T08:05:00Z"}
    >>> [incident] = read_gitlab([issue | {"author": {"username": "kim"}}], [note])
    >>> str(incident.acknowledged_at - incident.opened_at), str(incident.state)
    ('0:05:00', 'acknowledged')
    """
    logs = joined(notes, "noteable_id", "notes")
    changes = joined(state_events, "resource_id", "resource_state_events")

    def build(history: HistoryBuilder, issue: Json) -> None:
        kind, key = str(issue.get("issue_type") or "incident"), str(issue.get("id"))
        log, moves = logs.pop(key, []), changes.pop(key, [])
        if kind.casefold() != "incident":
            history.leave_out("unknown_entry", f"record left out: its type is {kind}")
            return
        team = _team(issue, log, moves)
        closed = "duplicate" if pick(issue, "_links.closed_as_duplicate_of") else "closed"

        def who(user: object) -> Actor:
            name = pick(user, "username")
            role = "agent" if name in team else "requester"
            return history.actor(name, "system" if _BOT.search(str(name)) else role)

        history.present(
            title=issue.get("title"),
            description=issue.get("description"),
            caller=pick(issue, "author.username"),
            tags=[str(as_object(one).get("name") or one) for one in issue.get("labels") or ()],
        )
        if "severity" in issue:
            history.present(priority=_NONE.sub("", str(issue["severity"] or "")))
        history.opened(issue.get("created_at"), who(issue.get("author")))
        held: list[str] = []
        for note in sorted(log, key=lambda note: in_utc(note.get("created_at"))):
            _note(history, note, who(note.get("author")), held)
        for move in moves:
            number = move.get("id") and f"state-{move['id']}"
            where = (number, move.get("created_at"), who(move.get("user")))
            after = closed if move.get("state") == "closed" else "triggered"
            history.changed(*where, field="state", after=after)
        if issue.get("state") == "closed":
            history.present(state=closed)
        people = [one.get("username") for one in entries_of(issue, "assignees")]
        if people or "assignees" in issue:
            history.present(assignee=people[0] if people else None)
        if len(people) > 1:
            action = f"the first one, {people[0]}, is used"
            history.find("several_assignees", action, field="assignees", value=people)
        if not log:
            history.truncated("no notes came: moments alone", path="notes", covers=["moments"])
        elif issue.get("closed_at") and not moves:
            history.truncated("no state events came", path="resource_state_events")
        history.check(closed_at=issue.get("closed_at"), updated_at=issue.get("updated_at"))

    reading = Import(
        latest(unpaged(issues, "issues")),
        build,
        record=Incident,
        id=lambda issue: pick(issue, "references.full") or issue.get("iid"),
        covers=("states", "assignments", "priorities", "comments", "acknowledgements", "moments"),
        **merged(read_gitlab, GITLAB, tables),
    )
    return with_orphans(reading, notes=logs, resource_state_events=changes)


def _team(issue: Json, log: Iterable[Json], moves: Iterable[Json]) -> set[object]:
    """Return the names of those who worked on an incident, or were assigned to it."""
    worked = [pick(move, "user.username") for move in moves if move.get("state") == "closed"]
    for note in log:
        body, author = str(note.get("body")), pick(note, "author.username")
        if note.get("system"):
            is_work = bool(_STATUS.match(body) or _SEVERITY.match(body) or "assigned" in body)
            worked += [author] * is_work + (_NAME.findall(body) if "assigned" in body else [])
        elif note.get("internal") or note.get("confidential"):
            worked.append(author)
    return {*worked, *(one.get("username") for one in entries_of(issue, "assignees"))}


def _note(history: HistoryBuilder, note: Json, by: Actor, held: list[str]) -> None:
    """Read a note: a comment, or in English what was changed; assignees are held in order."""
    body, where = str(note.get("body") or ""), (note.get("id"), note.get("created_at"), by)
    if not note.get("system"):
        visibility = "internal" if note.get("internal") or note.get("confidential") else "public"
        history.add(Commented, *where, text=body, visibility=visibility)
    elif status := _STATUS.match(body):
        if by.role != "system" and status[1] in ("Acknowledged", "Triggered"):
            history.add(Acknowledged if status[1] == "Acknowledged" else Unacknowledged, *where)
        history.changed(*where, field="state", after=status[1].casefold())
    elif severity := _SEVERITY.match(body):
        history.changed(*where, field="priority", after=_NONE.sub("", severity[1]))
    elif body.startswith(("assigned to", "unassigned")):
        added, _, removed = body.partition("unassigned")
        before, gone = next(iter(held), None), _NAME.findall(removed)
        held[:] = [name for name in held if name not in gone] + _NAME.findall(added)
        if before != (after := next(iter(held), None)):
            history.changed(*where, field="assignee", before=before, after=after)
    elif not body.startswith(_NOISE):
        history.find("unknown_entry", "left out", field="body", value=body, path=note.get("id"))
