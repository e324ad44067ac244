"""Writers of tools' exports, independent of the importers: a drawn life in a tool's own shape.

A life is what happened, in words of no tool. Each writer turns it into the parsed JSON that the
tool's interface would give. Nothing here uses the import kit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
AGENTS = ("a1", "a2", "a3")
REQUESTER = "r1"
BOT = "bot"
LEVELS = ("critical", "high", "moderate", "low")


@dataclass
class Step:
    """One thing that happened: what, when, who, from what and to what."""

    kind: str  # state, assignee, priority, public, internal, customer
    minute: int
    actor: str
    before: Any = None
    after: Any = None

    @property
    def at(self) -> datetime:
        """Return when it happened."""
        return START + timedelta(minutes=self.minute)

    @property
    def role(self) -> str:
        """Return in which role the actor acts."""
        return {REQUESTER: "requester", BOT: "system"}.get(self.actor, "agent")


@dataclass
class Life:
    """What happened to one record; ``start`` is how things stood at the opening."""

    start: dict[str, Any]
    steps: list[Step] = field(default_factory=list)

    def now(self, name: str) -> Any:
        """Return the present value of a field."""
        values = [step.after for step in self.steps if step.kind == name]
        return values[-1] if values else self.start.get(name)

    def last_minute(self) -> int:
        """Return when the last step happened."""
        return self.steps[-1].minute if self.steps else 0


@st.composite
def lives(
    draw: st.DrawFn,
    names: tuple[str, ...],
    *,
    kinds: tuple[str, ...] = ("state", "assignee", "priority", "public", "internal", "customer"),
    apart: int = 0,
    final: tuple[str, ...] = (),
) -> Life:
    """Draw a life with states of these names, its steps at least so many minutes apart."""
    now: dict[str, Any] = {
        "state": names[0],
        "assignee": draw(st.sampled_from((None, *AGENTS))),
        "priority": draw(st.sampled_from(LEVELS)),
    }
    life = Life(dict(now))
    minute = 1
    for _ in range(draw(st.integers(0, 8))):
        minute += draw(st.integers(apart, 300))
        kind = draw(st.sampled_from(kinds))
        actor = draw(st.sampled_from((*AGENTS, BOT)))
        if kind in now:
            choices = {"state": names, "assignee": AGENTS, "priority": LEVELS}[kind]
            after = draw(st.sampled_from([c for c in choices if c != now[kind]]))
            life.steps.append(Step(kind, minute, actor, now[kind], after))
            now[kind] = after
            if after in final:
                break
        else:
            who = REQUESTER if kind == "customer" else draw(st.sampled_from(AGENTS))
            life.steps.append(Step(kind, minute, who, after=f"text {minute}"))
    return life


# Jira

JIRA = ("Waiting for support", "In progress", "Waiting for customer", "Resolved", "Closed")
_JIRA_LEVEL = {"critical": "Highest", "high": "High", "moderate": "Medium", "low": "Low"}
_JIRA_TYPE = {"agent": "atlassian", "requester": "customer", "system": "app"}


def _jira_time(at: datetime) -> str:
    return (at + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000+0100")


def _jira_person(name: str | None, role: str) -> dict[str, str] | None:
    return None if name is None else {"accountId": name, "accountType": _JIRA_TYPE[role]}


def jira(life: Life, cycle: tuple[int, int, bool] | None = None) -> dict[str, Any]:
    """Write an issue with its changelog, comments, and one completed SLA cycle."""
    histories: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    for number, step in enumerate(life.steps, 9001):
        author = _jira_person(step.actor, step.role)
        created = _jira_time(step.at)
        if step.kind in ("public", "internal", "customer"):
            comments.append(
                {
                    "id": str(number),
                    "author": author,
                    "created": created,
                    "body": step.after,
                    "jsdPublic": step.kind != "internal",
                }
            )
            continue
        item: dict[str, Any] = {"field": step.kind}
        if step.kind == "state":
            item |= {"field": "status", "fromString": step.before, "toString": step.after}
        elif step.kind == "assignee":
            item |= {"from": step.before, "to": step.after, "fromString": "A", "toString": "B"}
        else:
            names = [_JIRA_LEVEL[step.before], _JIRA_LEVEL[step.after]]
            item |= {"fromString": names[0], "toString": names[1]}
        histories.append({"id": str(number), "author": author, "created": created, "items": [item]})
    fields: dict[str, Any] = {
        "summary": "Mail",
        "created": _jira_time(START),
        "updated": _jira_time(START + timedelta(minutes=life.last_minute())),
        "status": {"name": life.now("state")},
        "priority": {"name": _JIRA_LEVEL[life.now("priority")]},
        "reporter": _jira_person(REQUESTER, "requester"),
        "assignee": _jira_person(life.now("assignee"), "agent"),
        "comment": {"comments": comments, "total": len(comments)},
    }
    if cycle is not None:
        elapsed, goal, breached = cycle
        done = {
            "startTime": {"epochMillis": round(START.timestamp() * 1000)},
            "stopTime": {"epochMillis": round(START.timestamp() * 1000) + elapsed * 60_000},
            "breached": breached,
            "elapsedTime": {"millis": elapsed * 60_000},
            "goalDuration": {"millis": goal * 60_000},
        }
        fields["customfield_10031"] = {"name": "Time to resolution", "completedCycles": [done]}
    changelog = {"total": len(histories), "histories": histories}
    return {"key": "SD-1", "fields": fields, "changelog": changelog}


# ServiceNow

SERVICENOW = ("New", "In Progress", "On Hold", "Resolved", "Closed")
_CODE = {"New": "1", "In Progress": "2", "On Hold": "3", "Resolved": "6", "Closed": "7"}
_RANK = {"critical": "1", "high": "2", "moderate": "3", "low": "4"}


def _plain(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def servicenow(life: Life, sla: tuple[int, int, bool] | None = None) -> dict[str, Any]:
    """Write an incident with sys_audit, the journal and one task_sla."""
    audit: list[dict[str, str]] = []
    journal: list[dict[str, str]] = []
    for number, step in enumerate(life.steps, 1):
        login = {REQUESTER: "login-r1", BOT: "system"}.get(step.actor, step.actor)
        if step.kind in ("public", "internal", "customer"):
            element = "work_notes" if step.kind == "internal" else "comments"
            journal.append(
                {
                    "sys_id": f"j{number}",
                    "element_id": "i1",
                    "element": element,
                    "value": step.after,
                    "sys_created_by": login,
                    "sys_created_on": _plain(step.at),
                }
            )
            continue
        values: list[str] = []
        for value in (step.before, step.after):
            table = {"state": _CODE, "priority": _RANK}.get(step.kind)
            values.append((value or "") if table is None else table[value])
        names = {"state": ("state", "incident_state"), "assignee": ("assigned_to",)}
        audit += [
            {
                "sys_id": f"{name}-{999 - number}",  # no order in it
                "documentkey": "i1",
                "fieldname": name,
                "oldvalue": values[0],
                "newvalue": values[1],
                "user": login,
                "record_checkpoint": str(number),
                "sys_created_on": _plain(step.at),
            }
            for name in names.get(step.kind, (step.kind,))
        ]
    incident = {
        "sys_id": "i1",
        "number": "INC1",
        "opened_at": _plain(START),
        "opened_by": {"value": "sys-r1"},
        "caller_id": {"value": "sys-r1"},
        "state": {"value": _CODE[life.now("state")], "display_value": life.now("state")},
        "priority": _RANK[life.now("priority")],
        "assigned_to": life.now("assignee") or "",
        "made_sla": "false",
        "reopen_count": str(reopenings(life)),
        "reassignment_count": f"{sum(step.kind == 'assignee' for step in life.steps) + 1_000:,}",
    }
    rows: list[dict[str, Any]] = []
    if sla is not None:
        elapsed, _, breached = sla
        counted = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=elapsed)
        rows.append(
            {
                "task": {"value": "i1"},
                "sla": {"value": "d1", "display_value": "Resolution"},
                "has_breached": str(breached).lower(),
                "business_duration": _plain(counted),
            }
        )
    return {"incident": incident, "audit": audit, "journal": journal, "slas": rows}


def reopenings(life: Life) -> int:
    """Return how often a life goes back to work once it was resolved."""
    done = ("Resolved", "Closed")
    return sum(
        step.before in done and step.after not in done
        for step in life.steps
        if step.kind == "state"
    )


def history_lines(life: Life, *, has_codes: bool) -> list[dict[str, str]]:
    """Write sys_history_line: labels and, as newer releases have them, codes; two sets of it."""
    lines: list[dict[str, str]] = []
    for number, step in enumerate(life.steps, 1):
        login = {REQUESTER: "login-r1", BOT: "system"}.get(step.actor, step.actor)
        names = {"internal": "work_notes", "state": "state", "priority": "priority"}
        field = names.get(step.kind, "assigned_to" if step.kind == "assignee" else "comments")
        line = {
            "set.id": "i1",
            "field": field,
            "update": str(number),
            "update_time": _plain(step.at),
            "user_id": login,
            "user_name": f"Name of {login}",
        }
        for side, value in (("old", step.before), ("new", step.after)):
            codes = {"state": _CODE, "priority": _RANK}.get(step.kind)
            code = "" if value is None else value if codes is None else codes[value]
            line[side] = f"{code} - {value}" if step.kind == "priority" else value or ""
            line[f"{side}_value"] = code if has_codes and codes is not None else ""
        if field in ("work_notes", "comments"):
            line["journal_sysid"] = f"j{number}"
        lines += [{**line, "sys_id": f"{name}{number}"} for name in ("first", "second")]
    return lines


# Zendesk

ZENDESK = ("new", "open", "pending", "hold", "solved", "closed")
_ZENDESK_LEVEL = {"critical": "urgent", "high": "high", "moderate": "normal", "low": "low"}
_ZENDESK_ID = {"a1": 201, "a2": 202, "a3": 203, REQUESTER: 100, BOT: -1}
ZENDESK_USERS = [
    {"id": 100, "role": "end-user"},
    *({"id": number, "role": "agent"} for number in (201, 202, 203)),
]


def zendesk(life: Life, reply: tuple[int, int, bool] | None = None) -> dict[str, Any]:
    """Write a ticket with its audits and the events of one metric."""

    def value(kind: str, given: Any) -> Any:
        if given is None:
            return None
        if kind == "assignee":
            return str(_ZENDESK_ID[given])
        return _ZENDESK_LEVEL[given] if kind == "priority" else given

    fields = {"state": "status", "assignee": "assignee_id", "priority": "priority"}
    created = [
        {"id": n, "type": "Create", "field_name": name, "value": value(kind, life.start[kind])}
        for n, (kind, name) in enumerate(fields.items(), 1)
    ]
    report = {"id": 9, "type": "Comment", "author_id": 100, "public": True, "body": "It fails."}
    audits: list[dict[str, Any]] = [_zendesk_audit(1, START, 100, [*created, report])]
    for number, step in enumerate(life.steps, 2):
        author = _ZENDESK_ID[step.actor]
        event: dict[str, Any] = {"id": number * 10}
        if step.kind in fields:
            event |= {"type": "Change", "field_name": fields[step.kind]}
            event |= {
                "value": value(step.kind, step.after),
                "previous_value": value(step.kind, step.before),
            }
        else:
            event |= {"type": "Comment", "author_id": author, "body": step.after}
            event["public"] = step.kind != "internal"
        noise = {"id": number * 10 + 1, "type": "Notification"}
        audits.append(_zendesk_audit(number, step.at, author, [event, noise]))
    ticket = {
        "id": 35,
        "created_at": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": life.now("state"),
        "priority": value("priority", life.now("priority")),
        "requester_id": 100,
        "assignee_id": None if life.now("assignee") is None else _ZENDESK_ID[life.now("assignee")],
        "subject": "VPN",
    }
    metrics: list[dict[str, Any]] = []
    if reply is not None:
        elapsed, goal, breached = reply
        common = {"ticket_id": 35, "metric": "reply_time", "instance_id": 1}
        sla = {"target": goal, "business_hours": False, "policy": {"title": "P"}}
        status = {"calendar": elapsed, "business": elapsed}
        kinds: list[dict[str, Any]] = [{"type": "activate"}, {"type": "apply_sla", "sla": sla}]
        kinds += [{"type": "breach"}] if breached else []
        kinds += [{"type": "fulfill"}, {"type": "update_status", "status": status}]
        for n, kind in enumerate(kinds):
            moment = START + timedelta(minutes=n)
            time = {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}
            metrics.append({"id": n, **common, **kind, **time})
    return {"ticket": ticket, "audits": audits, "metrics": metrics}


def _zendesk_audit(number: int, at: datetime, author: int, events: list[Any]) -> dict[str, Any]:
    return {
        "id": number,
        "ticket_id": 35,
        "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "author_id": author,
        "events": events,
    }


# PagerDuty: states follow from acknowledgements, so that a life is drawn by its own rule.


@st.composite
def pages(draw: st.DrawFn) -> Life:
    """Draw an incident that is acknowledged, times out, is handed on and resolved."""
    life = Life({"state": "triggered", "priority": "high"})
    minute, state = 0, "triggered"
    for _ in range(draw(st.integers(0, 8))):
        minute += draw(st.integers(1, 60))
        kinds = ["assignee", "internal", "resolve"]
        kinds.append("acknowledge" if state == "triggered" else "unacknowledge")
        kind = draw(st.sampled_from(kinds))
        agent = draw(st.sampled_from(AGENTS))
        if kind == "acknowledge":
            life.steps.append(Step("state", minute, agent, state, "acknowledged"))
        elif kind == "unacknowledge":
            life.steps.append(Step("state", minute, BOT, state, "triggered"))
        elif kind == "resolve":
            life.steps.append(Step("state", minute, agent, state, "resolved"))
            break
        else:
            after = draw(st.sampled_from(AGENTS)) if kind == "assignee" else f"note {minute}"
            if kind == "assignee" and state == "acknowledged":  # given to others, it is triggered
                after = [step.actor for step in life.steps if step.after == state][-1]
            life.steps.append(Step(kind, minute, agent, None, after))
        state = life.now("state")
    return life


def pagerduty(life: Life) -> dict[str, Any]:
    """Write an incident with its log entries, whose ids say nothing about their order."""
    types = {"acknowledged": "acknowledge", "triggered": "unacknowledge", "resolved": "resolve"}
    entries: list[dict[str, Any]] = [
        _pd_entry("Q0", "trigger", START, {"id": "PINT", "type": "events_api_v2_reference"}),
        _pd_entry("Q1", "notify", START, None),
    ]
    for number, step in enumerate(life.steps):
        kind = "user_reference" if step.role == "agent" else "service_reference"
        agent = {"id": step.actor, "type": kind}
        name = f"Q{chr(90 - number)}X"
        if step.kind == "state":
            entries.append(_pd_entry(name, types[step.after], step.at, agent))
        elif step.kind == "assignee":
            entry = _pd_entry(name, "assign", step.at, agent)
            entry["assignees"] = [{"id": step.after, "type": "user_reference"}]
            entries.append(entry)
        else:
            entry = _pd_entry(name, "annotate", step.at, agent)
            entry["channel"] = {"type": "note", "summary": step.after}
            entries.append(entry)
    incident = {
        "id": "P1",
        "title": "Down",
        "created_at": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": life.now("state"),
        "priority": {"summary": "P2"},
        "urgency": "high",
        "resolved_at": resolved_at(life, "resolved"),
    }
    return {"incident": incident, "log_entries": entries}


def resolved_at(life: Life, name: str) -> str | None:
    """Return when a life ends in the state of this name, as the tool shows it."""
    ends = [step.at for step in life.steps if step.kind == "state" and step.after == name]
    return ends[-1].isoformat() if ends and life.now("state") == name else None


def _pd_entry(name: str, kind: str, at: datetime, agent: Any) -> dict[str, Any]:
    return {
        "id": name,
        "type": f"{kind}_log_entry",
        "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "agent": agent,
        "channel": {"type": "timeout" if kind == "unacknowledge" else "website"},
        "incident": {"id": "P1"},
    }


# HappyFox

HAPPYFOX = ("New", "In Progress", "On Hold", "Solved", "Closed")
_FOX_LEVEL = {"critical": "Critical", "high": "High", "moderate": "Medium", "low": "Low"}
_FOX_TYPE = {"agent": "staff", "requester": "user", "system": "smartrule"}


def happyfox(life: Life, breaches: int = 0) -> dict[str, Any]:
    """Write a ticket with its updates."""
    none = ("status_change", "priority_change", "assignee_change", "category_change")
    updates: list[dict[str, Any]] = []
    for number, step in enumerate(life.steps, 51):
        update: dict[str, Any] = {
            "update_id": number,
            "timestamp": _plain(step.at),
            "by": {"type": _FOX_TYPE[step.role], "id": step.actor},
            "message": None,
            **dict.fromkeys(none),
        }
        if step.kind == "state":
            names = {"old_name": step.before, "new_name": step.after}
            update["status_change"] = {"old": 1, "new": 2, **names}
        elif step.kind == "priority":
            names = {"old_name": _FOX_LEVEL[step.before], "new_name": _FOX_LEVEL[step.after]}
            update["priority_change"] = {"old": 1, "new": 2, **names}
        elif step.kind == "assignee":
            update["assignee_change"] = {"old": step.before, "new": step.after}
        else:
            kind = "p" if step.kind == "internal" else None
            update["message"] = {"text": step.after, "message_type": kind}
        updates.append(update)
    assignee = life.now("assignee")
    return {
        "id": 3,
        "display_id": "#DC3",
        "subject": "Printer",
        "created_at": _plain(START),
        "status": {"name": life.now("state"), "behavior": "pending"},
        "priority": {"name": _FOX_LEVEL[life.now("priority")]},
        "user": {"id": REQUESTER},
        "assigned_to": None if assignee is None else {"id": assignee},
        "sla_breaches": breaches,
        "updates": updates,
    }


# Statuspage

STATUSPAGE = ("investigating", "identified", "monitoring", "resolved")


def statuspage(life: Life, late: int) -> dict[str, Any]:
    """Write an incident whose updates were written down so many minutes after they happened."""
    steps = [Step("state", 0, BOT, None, life.start["state"]), *life.steps]
    updates = [
        {
            "id": f"u{99 - number}",
            "status": step.after,
            "body": f"now {step.after}",
            "display_at": step.at.isoformat(),
            "created_at": (step.at + timedelta(minutes=late)).isoformat(),
        }
        for number, step in enumerate(steps)
    ]
    return {
        "id": "i1",
        "name": "Slow",
        "status": life.now("state"),
        "impact": "major",
        "started_at": START.isoformat(),
        "resolved_at": resolved_at(life, "resolved"),
        "incident_updates": updates,
    }


# GLPI

GLPI = ("New", "Assigned", "Planned", "Pending", "Solved", "Closed")
_GLPI_LEVEL = {"critical": "5", "high": "4", "moderate": "3", "low": "2"}
GLPI_ID = {"a1": "21", "a2": "22", "a3": "23", REQUESTER: "9"}


def glpi(life: Life) -> dict[str, Any]:
    """Write a ticket with its log, in which people come and go as relations, and followups."""
    logs: list[dict[str, Any]] = []
    followups: list[dict[str, Any]] = []

    def log(at: datetime, actor: str, what: tuple[int, int], old: str, new: str) -> None:
        option, action = what
        user = f"Name ({GLPI_ID[actor]})" if actor in GLPI_ID else "cron_closeticket"
        entry = {"id": len(logs) + 70, "items_id": 7, "itemtype": "Ticket", "user_name": user}
        entry |= {"date_mod": _plain(at), "id_search_option": option, "linked_action": action}
        logs.append({**entry, "old_value": old, "new_value": new})

    def person(name: str) -> str:
        return f"Name ({GLPI_ID[name]})"

    log(START, REQUESTER, (0, 20), "", "")
    if life.start["assignee"] is not None:
        log(START, REQUESTER, (5, 15), "", person(life.start["assignee"]))
    for step in life.steps:
        if step.kind in ("public", "internal", "customer"):
            followup = {"id": len(followups) + 1, "items_id": 7, "date": _plain(step.at)}
            followup |= {"users_id": int(GLPI_ID[step.actor]), "content": step.after}
            followups.append({**followup, "is_private": int(step.kind == "internal")})
            log(step.at, step.actor, (0, 17), "", f"Followup ({len(followups)})")
        elif step.kind == "assignee":
            log(step.at, step.actor, (5, 15), "", person(step.after))
            if step.before is not None:
                log(step.at, step.actor, (5, 16), person(step.before), "")
        else:
            table = _GLPI_LEVEL if step.kind == "priority" else _glpi_codes()
            option = 3 if step.kind == "priority" else 12
            log(step.at, step.actor, (option, 0), table[step.before], table[step.after])
    ticket = {
        "id": 7,
        "name": "Printer",
        "date": _plain(START),
        "users_id_recipient": 9,
        "status": int(_glpi_codes()[life.now("state")]),
        "priority": int(_GLPI_LEVEL[life.now("priority")]),
        "waiting_duration": 60 * life.last_minute(),
    }
    return {"ticket": ticket, "logs": logs, "followups": followups}


def _glpi_codes() -> dict[str, str]:
    return {name: str(code) for code, name in enumerate(GLPI, 1)}


# Freshservice

FRESHSERVICE = ("Open", "Pending", "Resolved", "Closed")
_FRESH_LEVEL = {"critical": "Urgent", "high": "High", "moderate": "Medium", "low": "Low"}
FRESH_ID = {"a1": 31, "a2": 32, "a3": 33, REQUESTER: 8}


def freshservice(life: Life) -> dict[str, Any]:
    """Write a ticket with its activities, newest first, and its conversations."""
    activities: list[dict[str, Any]] = []
    conversations: list[dict[str, Any]] = []
    for number, step in enumerate(life.steps, 1):
        at = step.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if step.kind in ("public", "internal", "customer"):
            talk = {"id": number, "ticket_id": 5, "created_at": at, "body_text": step.after}
            talk |= {"user_id": FRESH_ID[step.actor], "private": step.kind == "internal"}
            conversations.append(talk)
            continue
        label = {"state": "Status", "priority": "Priority", "assignee": "Agent"}[step.kind]
        value = _FRESH_LEVEL[step.after] if step.kind == "priority" else step.after
        actor = {"id": FRESH_ID.get(step.actor), "name": f"Name of {step.actor}"}
        if step.actor == BOT:
            actor = {"id": None, "name": "System"}
        sentence = f"set {label} as {value}"
        is_rule = number % 2 == 0
        activities.append(
            {
                "actor": actor,
                "created_at": at,
                "content": f" {'set Type as Incident' if is_rule else sentence} ",
                "sub_contents": [sentence] if is_rule else [],
            }
        )
    ticket = {
        "id": 5,
        "subject": "Laptop",
        "requester_id": 8,
        "created_at": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "status": FRESHSERVICE.index(str(life.now("state"))) + 2,
        "priority": ("Low", "Medium", "High", "Urgent").index(_FRESH_LEVEL[life.now("priority")])
        + 1,
    }
    return {"ticket": ticket, "activities": activities[::-1], "conversations": conversations}
