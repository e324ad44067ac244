"""Zendesk: tickets with their audits and metric events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any, Final, Unpack

from incidentcore.records import Commented, Incident, Link
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
    plain_text,
    unpaged,
)
from incidentcore.vendors.kit.importing import merged, with_orphans
from incidentcore.vendors.kit.paths import CUT, Json, Rows, id_text, in_utc, latest, listed, natural
from incidentcore.vendors.presets import ZENDESK

_FIELDS: Final = {
    "status": "state",
    "priority": "priority",
    "assignee_id": "assignee",
    "group_id": "group",
    "subject": "title",
    "tags": "tags",
    "requester_id": "caller",
}
_ROLES: Final = {"end-user": "requester", "agent": "agent", "admin": "agent"}
_WORKED: Final = ("priority", "assignee_id", "group_id", "type")
_SAID: Final = ("Comment", "VoiceComment", "FacebookComment")
_RULE: Final = ("rule", 8)  # the channel of a trigger or automation, by its name or its number
# Events that tell of messages sent and of other tools, and change nothing of the ticket.
_NOISE: Final = (
    *("Notification", "NotificationWithCcs", "Cc", "FollowerChange", "EmailCcChange", "Error"),
    *("External", "Push", "OrganizationActivity", "SatisfactionRating", "AgentMacroReference"),
    *("TicketSharingEvent", "WebhookEvent", "KnowledgeCaptured", "KnowledgeLinked"),
    *("CommentRedactionEvent", "AttachmentRedactionEvent", "SuspendedTicketRecovery"),
    *("SmsNotification", "FollowerNotification", "Tweet", "FacebookEvent", "LogMeInTranscript"),
    "ScheduleAssignment",
)
# What a child event of the incremental export has beside its field.
_OF_CHILD: Final = (
    *("id", "via", "via_reference_id", "event_type", "previous_value", "added_tags"),
    *("removed_tags", "created_at", "audit_id"),
)
_AUDITS: Final = ("audits", "audit", "ticket_events")
_SYSTEM: Final = "-1"
_MINUTE: Final = timedelta(minutes=1)
_MERGED: Final = "closed_by_merge"


def read_zendesk(
    tickets: Rows,
    audits: Rows,
    *,
    metric_events: Rows = (),
    users: Rows = (),
    **tables: Unpack[Tables],
) -> Import[Incident]:
    """Read tickets from Zendesk's API with their audits.

    Args:
        tickets: The parsed JSON: tickets, or pages with ``tickets``. If a ticket occurs more than
            once, as in incremental exports, the version updated last is used. Deleted tickets are
            omitted, with a finding. Comments in a ticket, as in an account's export, are used if it
            has no audits.
        audits: The audits from ``/tickets/{id}/audits``, for all tickets, in any order; or the
            ticket events from ``/incremental/ticket_events``.
        metric_events: The events from ``/incremental/ticket_metric_events``, which contain the
            tool's own SLA results.
        users: Users in addition to those on the pages of ``tickets``, for their roles. Without
            users, the ticket's requester is a requester, and anybody who was assigned the ticket,
            wrote an internal note, or changed priority, group or assignee is an agent.
        tables: See ``kit.Tables``; the defaults are those of ``presets.ZENDESK``. A custom status
            is read according to its category.

    Returns:
        An incident for each ticket. Findings of this importer: ``deleted_record``,
        ``merged_record``, and ``truncated_history`` if a ticket's first audit is missing.

    >>> from incidentcore.vendors import read_zendesk
    >>> at = {"created_at": "2026-03-02T08:00:00Z"}
    >>> ticket = {"id": 35, "status": "open", "requester_id": 1}
    >>> event = {"id": 2, "type": "Create", "field_name": "status", "value": "open"}
    >>> audit = {"id": 1, "ticket_id": 35, "author_id": 1, "events": [event]}
    >>> [incident] = read_zendesk([ticket | at], [audit | at])
    >>> incident.state.name, incident.opened_by
    ('Open', Actor(id='1', role='requester'))
    """
    pages, logs = list(unpaged(tickets)), list(unpaged(audits))
    by_ticket = joined(logs, "ticket_id", *_AUDITS)
    cut = _cut(logs)
    metrics = joined(metric_events, "ticket_id", "ticket_metric_events")
    beside = [user for page in (*pages, *logs) for user in listed(page, "users")]
    people = joined([*beside, *unpaged(users, "users")], "id")
    stated = {key: _ROLES.get(str(own[-1].get("role"))) for key, own in people.items() if key}
    known = {key: role for key, role in stated.items() if role is not None}

    def build(history: HistoryBuilder, ticket: Json) -> None:
        found = by_ticket.pop(history.id, ()) or listed(ticket, "audits")
        own = [*map(_as_audit, found)] or [*_exported(ticket)]
        measured = metrics.pop(history.id, ())
        if ticket.get("status") == "deleted":
            history.leave_out("deleted_record", "record left out: the ticket was deleted")
            return
        requester = plain_text(ticket.get("requester_id"))
        asks = {} if requester is None else {requester: "requester"}
        history.shown_roles = {**asks, **_evidence(ticket, own), _SYSTEM: "system", **known}
        shown = {field: ticket.get(name) for name, field in _FIELDS.items() if name in ticket}
        channel = pick(ticket, "via.channel")
        category = ticket.get("status_category") or ticket.get("status")
        texts = {name: ticket.get(name) for name in ("type", "description")}
        fields = [one for one in listed(ticket, "custom_fields") if one.get("value") is not None]
        custom = {
            f"custom.{one.get('id')}": one["value"] for one in fields
        }  # as the audits name them
        history.present(state_category=category, source=channel, **texts, **custom, **shown)
        is_merged = _MERGED in (ticket.get("tags") or ())
        if is_merged:
            history.find("merged_record", "kept: closed by a merge into another ticket")
        opener = plain_text(ticket.get("submitter_id")) or requester
        history.opened(ticket["created_at"], history.actor(opener))
        _links(history, ticket)
        created = False
        for audit in own:
            created = _audit(history, audit) or created
            _merges(history, audit, "duplicate_of" if is_merged else "has_duplicate")
        if not created:
            history.truncated("its first audit is missing", path="audits")
        if history.id in cut or not (created or listed(ticket, "comments")):
            history.covers -= LOGGED | {"comments"}
        _metrics(history, measured)
        for name in ("reopens", "replies"):
            history.counted(name, pick(ticket, f"metric_set.{name}"))
        solved = pick(ticket, "metric_set.solved_at")
        history.check(resolved_at=solved, updated_at=ticket.get("updated_at"))

    reading = Import(
        latest(unpaged(pages, "tickets", "ticket")),
        build,
        record=Incident,
        id="id",
        covers=LOGGED | {"comments", "moments", *(("sla",) if metrics else ())},
        **merged(read_zendesk, ZENDESK, tables),
    )
    unnamed = {"": people.get("", ())}
    return with_orphans(reading, audits=by_ticket, ticket_metric_events=metrics, users=unnamed)


def _as_audit(entry: Json) -> Json:
    """Return an audit; a ticket event of the incremental export is written as one."""
    if "child_events" not in entry:
        return entry
    events = [event for child in listed(entry, "child_events") for event in _unfolded(child)]
    return {**entry, "author_id": entry.get("updater_id"), "via": None, "events": events}


def _unfolded(child: Json) -> Iterator[Json]:
    """Yield the events in a child event, which names a field by a key of its own."""
    kind, via = child.get("event_type"), str(child.get("via")).lower()
    base = {"id": child.get("id"), "type": kind, "via": {"channel": via}}
    base["previous_value"] = child.get("previous_value")
    if kind not in ("Create", "Change"):
        yield {"public": child.get("comment_public"), **child, **base}
        return
    fields = {name: value for name, value in child.items() if name not in _OF_CHILD}
    own = fields.pop("custom_ticket_fields", None)
    if isinstance(own, Mapping):
        fields |= own
    for place, (name, value) in enumerate(fields.items()):
        key = f"{base['id']}-{place}" if place and base["id"] else base["id"]
        yield {**base, "id": key, "field_name": name, "value": value}


def _links(history: HistoryBuilder, ticket: Json) -> None:
    problem, source = plain_text(ticket.get("problem_id")), pick(ticket, "via.source")
    if problem is not None:
        history.linked(Link("caused_by", problem))
    before = plain_text(pick(source, "from.ticket_id"))
    after = map(plain_text, ticket.get("followup_ids") or ())
    for number in (before if pick(source, "rel") == "follow_up" else None, *after):
        if number is not None:
            history.linked(Link("related_to", number))


def _merges(history: HistoryBuilder, audit: Json, kind: str) -> None:
    """Keep links to the tickets with which an audit merged this one."""
    source = pick(audit, "via.source")
    if pick(source, "rel") == "merge":
        several = pick(source, "from.ticket_ids") or (pick(source, "from.ticket_id"),)
        for number in filter(None, map(plain_text, several)):
            history.linked(Link(kind, number))


def _cut(pages: Iterable[object]) -> set[str]:
    """Return the tickets whose audits go on, by pages that did not come."""
    entries = [*unpaged(pages, *_AUDITS)]
    lasts = (as_object(one) for one, two in pairwise(entries) if two is CUT)
    return {str(audit.get("ticket_id")) for audit in lasts}


def _exported(ticket: Json) -> Iterator[Json]:
    """Yield the comments in a ticket as audits, without the first, which is the description."""
    for comment in listed(ticket, "comments")[1:]:
        yield {**comment, "events": [{**comment, "type": "Comment"}]}


def _evidence(ticket: Json, audits: Iterable[Json]) -> dict[str, str]:
    """Return the agents that can be inferred from their actions."""
    agents = [ticket.get("assignee_id")]
    for audit in audits:
        for event in entries_of(audit, "events"):
            name = event.get("field_name")
            if name == "assignee_id":
                agents += [event.get("value"), event.get("previous_value")]
            if (
                event.get("type") == "Change"
                and name in _WORKED
                and pick(event, "via.channel") not in _RULE
            ):
                agents.append(audit.get("author_id"))
            elif event.get("type") == "Comment" and event.get("public") is False:
                agents.append(event.get("author_id"))
    return {name: "agent" for agent in agents if (name := plain_text(agent)) is not None}


def _audit(history: HistoryBuilder, audit: Json) -> bool:
    """Add the changes of one audit; return whether it is that of the creation."""
    at, path = audit.get("created_at"), f"audit {audit.get('id')}"
    by = history.actor(audit.get("author_id"), path=path)
    events = list(entries_of(audit, "events"))
    is_creation = any(event.get("type") == "Create" for event in events)
    if is_creation:  # what the ticket was opened with, though written down later
        at = history.earliest
    for event in events:
        kind, entry_id = event.get("type"), event.get("id")
        if kind in ("Create", "Change") and event.get("field_name"):
            name = str(event.get("field_name"))
            is_rule = pick(event, "via.channel") in _RULE
            actor = history.actor(_SYSTEM, "system") if is_rule else by
            if name == "tags" and kind == "Create" and not event.get("value"):
                continue
            field, after = _FIELDS.get(name, f"custom.{name}"), event.get("value")
            before = None if kind == "Create" else event.get("previous_value")
            history.changed(entry_id, at, actor, field=field, before=before, after=after)
        elif kind in _SAID and not is_creation:
            author, speaker = plain_text(event.get("author_id")), by
            if author is not None and author != by.id:
                speaker = history.actor(author, path=f"comment {entry_id}")
            text, shown = event.get("body") or "", "public" if event.get("public") else "internal"
            history.add(Commented, entry_id, at, speaker, text=text, visibility=shown)
        elif kind not in (*_SAID, *_NOISE):
            history.find("unknown_entry", "left out", field="type", value=kind, path=path)
    return is_creation


def _metrics(history: HistoryBuilder, events: Iterable[Json]) -> None:
    """Store the tool's own results: one for each instance of a metric, in minutes."""
    instances: dict[tuple[str, int], list[Json]] = {}
    for event in events:
        if event.get("type") == "measure":  # that the metric is measured at all
            continue
        if not event.get("time"):
            action, path = "left out: it has no time", "ticket_metric_events"
            history.find("unreadable_time", action, field=str(event.get("type")), path=path)
            continue
        key = (str(event.get("metric")), int(event.get("instance_id") or 0))
        instances.setdefault(key, []).append(event)
    for (metric, _), own in sorted(instances.items()):
        ordered = sorted(own, key=_order)
        ordered = [event for event in ordered if not event.get("deleted")]  # as withdrawn breaches
        first = {str(event.get("type")): event for event in reversed(ordered)}
        last = {str(event.get("type")): event for event in ordered}
        runs = [event for event in ordered if event.get("type") in ("activate", "fulfill")]
        if runs and runs[-1] is last.get("activate"):
            last.pop("fulfill", None)
        applied, status = last.get("apply_sla", {}), last.get("update_status", {})
        sla = applied.get("sla") or pick(last.get("apply_group_sla"), "group_sla")
        path = "ticket_metric_events"
        goal = history.span(sla, "target_in_seconds", timedelta(seconds=1), path=path)
        goal = goal or history.span(sla, "target", _MINUTE, path=path)
        hours = "business" if pick(sla, "business_hours") else "calendar"
        history.reported_sla(
            ReportedSla(
                target=metric,
                breached="breach" in last or (None if goal is None else False),
                started_at=_time(history, first, "activate"),
                stopped_at=_time(history, last, "fulfill"),
                elapsed=history.span(status, f"status.{hours}", _MINUTE, path=path),
                goal=goal,
                stage=pick(sla, "policy.title"),
            )
        )


def _order(event: Json) -> tuple[str, int]:
    return in_utc(event.get("time")), natural(id_text(event.get("id")))


def _time(history: HistoryBuilder, last: Mapping[str, Json], name: str) -> Any:
    return history.time(last.get(name, {}).get("time"), name, path="ticket_metric_events")
