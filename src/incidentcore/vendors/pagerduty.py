"""PagerDuty: incidents with their log entries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Unpack

from incidentcore.records import (
    Acknowledged,
    Commented,
    Communicated,
    Escalated,
    Incident,
    Link,
    Snoozed,
    Unacknowledged,
    Unsnoozed,
)
from incidentcore.values import Actor
from incidentcore.vendors.kit import (
    IMPORTER,
    LOGGED,
    HistoryBuilder,
    Import,
    Tables,
    as_object,
    entries_of,
    joined,
    pick,
    unpaged,
)
from incidentcore.vendors.kit.importing import merged, with_orphans
from incidentcore.vendors.kit.paths import Json, Rows, in_utc, latest, listed
from incidentcore.vendors.presets import PAGERDUTY

_COVERS: Final = (*LOGGED, "escalations", "moments")
_NOISE: Final = ("notify", "repeat_escalation_path", "exhaust_escalation_path", "trigger")
_NOISE_STARTS: Final = ("reach_", "no_", "responder_", "notify_")
_STATES: Final = {
    "acknowledge": "acknowledged",
    "resolve": "resolved",
    **dict.fromkeys(("unacknowledge", "reopen"), "triggered"),
}
_GIVEN: Final = ("assign", "reassign", "delegate", "escalate")
_HUMAN_CHANNELS: Final = ("website", "web", "mobile", "phone", "sms", "email", "web_trigger", "api")
# The type of the log entry for each event of a webhook, if it has another name.
_ENTRY_TYPES: Final = {
    **{f"{verb}ed": verb for verb in ("trigger", "reopen", "reassign")},
    **{f"{verb}d": verb for verb in ("acknowledge", "unacknowledge", "escalate", "delegate")},
    **{f"{verb}d": verb for verb in ("resolve", "annotate")},
    "priority_updated": "priority_change",
    "status_update_published": "status_update",
    "service_updated": "service_change",
}


def read_pagerduty(
    incidents: Rows, log_entries: Rows = (), **tables: Unpack[Tables]
) -> Import[Incident]:
    """Read incidents from PagerDuty's API with their log entries (``is_overview=false``).

    A user is an agent; an integration, a service or a rule is a system. An acknowledgement is
    withdrawn when it times out, and when the incident is later assigned or escalated to others. Log
    entries about notifications are ignored.

    Args:
        incidents: The parsed JSON: incidents, or pages with ``incidents``; or the bodies of
            webhooks (versions 2 and 3), which contain the incidents and their log.
        log_entries: The log entries of all incidents, or their pages, in any order. If there is
            only one incident, entries that name no incident belong to it.
        tables: See ``kit.Tables``; the defaults are those of ``presets.PAGERDUTY``.

    Returns:
        An incident for each incident in the source. If there are several assignees, the first is
        used, with a finding ``several_assignees``. A page that announces more entries gives a
        finding ``truncated_history``.

    >>> from incidentcore.vendors import read_pagerduty
    >>> page = {"id": "P1", "created_at": "2026-03-02T20:28:46Z", "status": "acknowledged"}
    >>> entry = {"id": "R1", "type": "acknowledge_log_entry", "created_at": "2026-03-02T20:29:30Z"}
    >>> user = {"id": "U1", "type": "user_reference"}
    >>> [incident] = read_pagerduty([page], [entry | {"agent": user}])
    >>> str(incident.acknowledged_at - incident.opened_at)
    '0:00:44'
    """
    records = latest(unpaged(incidents, "incidents", "incident"))
    if any({"event", "messages"} & as_object(one).keys() for one in records):
        records, sent = _webhooks(records)
        log_entries = [*sent, *unpaged(log_entries, "log_entries")]
    only = as_object(records[0]).get("id") if len(records) == 1 else None
    logs = joined(
        log_entries,
        lambda entry: as_object(entry.get("incident")).get("id", only),
        *("log_entries", "log_entry"),
    )
    for one in records:  # an incident may hold its log
        logs.setdefault(str(as_object(one).get("id")), listed(one, "log_entries"))
    known = (as_object(entry) for own in logs.values() for entry in own)
    users = {user: "agent" for entry in known for user in _users(entry)}

    def build(history: HistoryBuilder, incident: Json) -> None:
        own = logs.pop(str(incident.get("id")), [])
        history.shown_roles = users
        trigger = next((e for e in own if _kind(e) == "trigger"), None)
        times = [in_utc(entry.get("created_at")) for entry in own]
        if own and (own[-1] is trigger or times[0] > times[-1]):
            own = own[::-1]  # the newest came first; of one time, the order counts
        history.present(
            state=incident.get("status"),
            title=incident.get("title") or incident.get("summary"),
            description=incident.get("description"),
            service=pick(incident, "service.summary"),
            priority=_level(incident.get("priority")),
            urgency=incident.get("urgency"),
            number=incident.get("incident_number"),
            escalation_policy=pick(incident, "escalation_policy.summary"),
        )
        first = trigger or incident.get("first_trigger_log_entry") or {}
        opener = first.get("agent") or pick(incident, "service")
        history.opened(incident.get("created_at"), _actor(history, opener, first))
        services = {pick(one, "service.id"): pick(one, "service.summary") for one in own}
        services[pick(incident, "service.id")] = pick(incident, "service.summary")
        for entry in _with_withdrawals(_escalations_joined(own), incident.get("status")):
            _entry(history, entry, services)
        merged_into = pick(incident, "resolve_reason.incident.id")
        if merged_into:
            history.find("merged_record", f"kept: merged into {merged_into}")
            history.linked(Link("duplicate_of", str(merged_into)))
        changed, resolved = incident.get("last_status_change_at"), incident.get("resolved_at")
        if not resolved and incident.get("status") == "resolved":
            resolved = changed  # of older rows
        if not own:
            action = "no log entries came: moments alone"
            history.truncated(action, path="log_entries", covers=["moments"])
            last = incident.get("last_status_change_by")
            by = _actor(history, last, incident) if last else IMPORTER
            history.moments(by, resolved=resolved)
        elif trigger is None:
            action = "no trigger entry came; page the rest"
            history.truncated(action, path="log_entries")
        moved = [entry for entry in own if _kind(entry) in _STATES]
        at, kind = max(((in_utc(e.get("created_at")), _kind(e)) for e in moved), default=("", ""))
        if kind != "acknowledge" and (not at or at < in_utc(changed)):
            _acknowledged(history, incident)
        if not any(entry.get("assignees") for entry in own):
            given = entries_of(incident, "assignments")
            people = (as_object(one.get("assignee")) for one in given)
            history.present(assignee=_first(history, people, "assignments"))
        history.check(resolved_at=resolved, updated_at=incident.get("updated_at") or changed)

    reading = Import(
        records,
        build,
        record=Incident,
        id=lambda incident: incident.get("id") or incident.get("incident_number"),
        covers=_COVERS,
        **merged(read_pagerduty, PAGERDUTY, tables),
    )
    return with_orphans(reading, log_entries=logs)


def _escalations_joined(log: Iterable[Json]) -> Iterable[Json]:
    """Return a log with one entry for each escalation, which may have one for each person."""
    joined_log: dict[object, Json] = {}
    for place, entry in enumerate(log):
        is_escalation = _kind(entry).startswith("escalate")
        key = (entry.get("created_at"), pick(entry, "channel.type")) if is_escalation else place
        first = joined_log.setdefault(key, entry)
        if first is not entry:
            people = [one for each in (first, entry) for one in entries_of(each, "assignees")]
            joined_log[key] = {**first, "assignees": people}
    return joined_log.values()


def _with_withdrawals(log: Iterable[Json], status: object) -> Iterator[Json]:
    """Yield a log in order, with an entry where an assignment withdrew an acknowledgement.

    The tool logs none for these: an incident given to others is triggered again.
    """
    ordered = sorted(log, key=lambda entry: in_utc(entry.get("created_at")))
    kinds = [*map(_kind, ordered)]
    is_last = "acknowledge" not in kinds or status != "acknowledged"
    held: Json | None = None
    for place, (kind, entry) in enumerate(zip(kinds, ordered, strict=True)):
        if kind == "acknowledge":
            held = entry
        elif kind in ("unacknowledge", "resolve"):
            held = None
        elif kind in _GIVEN and held is not None and _given_to_others(held, entry):
            if is_last or "acknowledge" in kinds[place:]:
                key, channel = entry.get("id") and f"{entry['id']}-withdrawn", {"type": kind}
                made = {"id": key, "type": "unacknowledge_log_entry", "channel": channel}
                yield {**entry, **made, "agent": IMPORTER}
            held = None
        yield entry


def _given_to_others(held: Json, entry: Json) -> bool:
    """Return whether an assignment is later than an acknowledgement, and not to the same person."""
    people = [one.get("id") for one in entries_of(entry, "assignees")]
    is_later = entry.get("created_at") != held.get("created_at")
    return is_later and as_object(held.get("agent")).get("id") not in people


def _acknowledged(history: HistoryBuilder, incident: Json) -> None:
    """Read who acknowledged an incident whose log does not say so."""
    if incident.get("status") != "acknowledged":
        return
    given = (one for one in entries_of(incident, "acknowledgements") if one.get("at"))
    where = ("last_status_change_at", incident.get("last_status_change_at"), IMPORTER)
    for place, one in enumerate(sorted(given, key=lambda one: in_utc(one["at"]))):
        by = _actor(history, one.get("acknowledger"), one)
        now = (f"acknowledgements-{place}" if place else "acknowledgements", one["at"], by)
        if by.role != "system":
            history.add(Acknowledged, *now)
        where = now if place == 0 else where
    history.changed(*where, field="state", before="triggered", after="acknowledged")


def _webhooks(bodies: Iterable[Any]) -> tuple[list[Any], list[Json]]:
    """Return the incidents of bodies of webhooks, as they were last, and their log entries."""
    current: dict[str, Json] = {}
    rest: list[Any] = []
    log: list[Json] = []
    events: list[Json] = []
    for body in bodies:
        event, messages = as_object(as_object(body).get("event")), listed(body, "messages")
        if event:
            events.append(event)
        elif not messages:
            rest.append(body)
        for message in messages:
            incident = as_object(message.get("incident"))
            own = {"id": incident.get("id")}
            if incident:
                current[str(incident.get("id"))] = incident
            entries = listed(message, "log_entries") if incident else [message]  # of version 1
            log += ({**entry, "incident": own} for entry in entries)
    for event in sorted(events, key=_order):
        data, kind = as_object(event.get("data")), str(event.get("event_type"))
        if not kind.startswith("incident."):  # of a service, or a test of the connection
            log.append({"incident": {"id": None}})
            continue
        kind = kind.removeprefix("incident.").replace(".", "_")
        incident = as_object(data.get("incident")) or data
        before = current.get(str(incident.get("id")), {})
        old = {f"old_{name}": before.get(name) for name in ("priority", "service")}
        if incident is data:
            current[str(data.get("id"))] = {**data, "incident_number": data.get("number")}
        channel = {"content": data.get("content"), "new_priority": data.get("priority"), **old}
        entry = {
            "id": event.get("id"),
            "type": f"{_ENTRY_TYPES.get(kind, kind)}_log_entry",
            "created_at": event.get("occurred_at"),
            "agent": event.get("agent"),
            "incident": {"id": incident.get("id")},
            "assignees": data.get("assignees"),
            "service": data.get("service"),
            "channel": channel,
            "message": data.get("message"),
        }
        log.append(entry)
        if kind == "triggered" and entry["assignees"]:  # whom the log assigns by an own entry
            key = entry["id"] and f"{entry['id']}-assign"
            log.append({**entry, "id": key, "type": "assign_log_entry"})
    return [*rest, *current.values()], log


def _order(event: Json) -> tuple[str, bool, bool]:
    """Return the time of an event; of one time, triggering comes first and resolving last."""
    kind = event.get("event_type")
    return (
        in_utc(event.get("occurred_at")),
        kind != "incident.triggered",
        kind == "incident.resolved",
    )


def _first(history: HistoryBuilder, people: Iterable[Json], path: str) -> Any:
    """Return the id of the first of several assignees, with a finding; None if there are none."""
    named = ((one.get("id") or one.get("summary"), one) for one in people)
    names = {key: one.get("summary") or key for key, one in named if key}
    first = next(iter(names), None)
    if len(names) > 1:
        action, value = f"the first one, {names[first]}, is used", ", ".join(names)
        history.find("several_assignees", action, field="assignee", value=value, path=path)
    return first


def _users(entry: Json) -> Iterable[str]:
    assignees = entry.get("assignees")  # what else they are is found where the entry is read
    several = assignees if isinstance(assignees, list) else ()
    for person in map(as_object, (entry.get("agent"), entry.get("user"), *several)):
        if str(person.get("type")).startswith("user"):
            yield str(person.get("id"))


def _actor(history: HistoryBuilder, agent: object, entry: Json) -> Actor:
    """Return the actor; one without a type is a user if other entries or the channel show that."""
    if not isinstance(agent, Mapping):
        named = agent if agent is IMPORTER else None
        return history.actor(named, path=f"log entry {entry.get('id')}")
    key, kind = agent.get("id") or agent.get("summary"), agent.get("type")
    role = None
    if kind:
        role = "agent" if str(kind).startswith("user") else "system"
    elif pick(entry, "channel.type") in _HUMAN_CHANNELS:
        role = "agent"
    return history.actor(key, role, path=f"log entry {entry.get('id')}")


def _kind(entry: Json) -> str:
    return str(entry.get("type")).removesuffix("_reference").removesuffix("_log_entry")


def _entry(history: HistoryBuilder, entry: Json, services: Mapping[str, str | None]) -> None:
    kind, entry_id = _kind(entry), entry.get("id")
    if kind in _NOISE or kind.startswith(_NOISE_STARTS):
        return
    by = _actor(history, entry.get("agent"), entry)
    where, channel = (entry_id, entry.get("created_at"), by), entry.get("channel") or {}
    if kind == "acknowledge" and by.role != "system":
        history.add(Acknowledged, *where)
    elif kind == "unacknowledge":
        history.add(Unacknowledged, *where, reason=channel.get("type") or "")
    if kind in _STATES:
        history.changed(*where, field="state", after=_STATES[kind])
    elif kind in _GIVEN:
        assignee = _first(history, entries_of(entry, "assignees"), str(entry_id))
        if kind == "escalate":
            history.add(Escalated, *where, target=assignee or "unknown")
        if assignee:
            history.changed(*where, field="assignee", after=assignee)
    elif kind == "annotate":
        text = str(channel.get("summary") or channel.get("content") or "")
        history.add(Commented, *where, text=text, visibility="internal")
    elif kind == "status_update":
        text = str(entry.get("message") or "")
        history.add(Communicated, *where, audience="subscribers", text=text)
    elif kind == "snooze" and _snoozed_until(entry) is not None:
        until = history.time(_snoozed_until(entry), "until", path=entry_id)
        if until is not None:
            history.add(Snoozed, *where, until=until)
    elif kind == "priority_change" and {"old_priority", "new_priority"} & channel.keys():
        old, new = (_level(channel.get(f"{side}_priority")) for side in ("old", "new"))
        history.changed(*where, field="priority", before=old, after=new)
    elif kind == "service_change" and pick(channel, "old_service.id"):
        ids = (pick(channel, "old_service.id"), pick(entry, "service.id"))
        old, new = (services.get(key) or key for key in ids)
        history.changed(*where, field="service", before=old, after=new)
    elif kind == "unsnooze":
        history.add(Unsnoozed, *where)
    else:
        if kind == "merge":
            history.find("merged_record", "kept: merged with another incident", path=entry_id)
        elif kind == "priority_change":
            history.covers = history.covers - {"priorities"}
        action = "left out: its value is only in its text"
        history.find("unknown_entry", action, field="type", value=kind, path=entry_id)


def _level(priority: object) -> object:
    return pick(priority, "summary") or pick(priority, "name")


def _snoozed_until(entry: Json) -> object:
    ends = [action.get("at") for action in entries_of(entry, "changed_actions")]
    return next((end for end in ends if end), None)
