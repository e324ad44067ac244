"""The meanings of well-known tools' words: lifecycles, states by name and code, levels.

Each tool's ``Tables``, such as ``JIRA``, hold the defaults of its importer. Transitions that a tool
does not document are our choice: those that its user interface allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from incidentcore.lifecycle import (
    JSM_INCIDENT,
    JSM_REQUEST_WITH_APPROVAL,
    SERVICENOW_INCIDENT,
    ZENDESK_TICKET,
    Lifecycle,
    Transition,
)
from incidentcore.values import State
from incidentcore.vendors.kit import LevelTable, Roles, StateTable, Tables, Times

__all__ = [
    "FRESHSERVICE_LEVELS",
    "FRESHSERVICE_STATES",
    "FRESHSERVICE_TICKET",
    "GITHUB_ISSUE",
    "GITHUB_STATES",
    "GLPI_LEVELS",
    "GLPI_STATES",
    "GLPI_TICKET",
    "HAPPYFOX",
    "HAPPYFOX_LEVELS",
    "HAPPYFOX_STATES",
    "HAPPYFOX_TICKET",
    "JIRA",
    "JIRA_LEVELS",
    "JIRA_STATES",
    "OPSGENIE_ALERT",
    "OPSGENIE_LEVELS",
    "OPSGENIE_STATES",
    "PAGERDUTY",
    "PAGERDUTY_INCIDENT",
    "PAGERDUTY_LEVELS",
    "PAGERDUTY_STATES",
    "SERVICENOW",
    "SERVICENOW_LEVELS",
    "SERVICENOW_STATES",
    "STATUSPAGE",
    "STATUSPAGE_INCIDENT",
    "STATUSPAGE_LEVELS",
    "STATUSPAGE_STATES",
    "ZAMMAD_LEVELS",
    "ZAMMAD_STATES",
    "ZAMMAD_TICKET",
    "ZENDESK",
    "ZENDESK_LEVELS",
    "ZENDESK_STATES",
]

_FLAGS: Final[Mapping[str, Mapping[str, bool]]] = {
    "open": {"open": True},
    "pauses": {"open": True, "pauses": True},
    "resolved": {"resolved": True},
    "closed": {"resolved": True, "final": True},
    "canceled": {"final": True},
}
_RANKED: Final = ("critical", "high", "moderate", "low", "planning")


def _states(**names: str) -> dict[str, State]:
    """Return states by name, from their names (between commas) by what they are."""
    return {
        name: State(name, **_FLAGS[flags])
        for flags, listed in names.items()
        for name in listed.split(", ")
    }


def _lifecycle(name: str, initial: str, moves: str, **names: str) -> Lifecycle:
    """Return a lifecycle; each of its transitions is a line, ``action: from, from -> to``."""
    states = _states(**names)
    transitions = []
    for move in moves.strip().splitlines():
        action, _, way = move.strip().partition(": ")
        sources, _, target = way.partition(" -> ")
        froms = tuple(states[source] for source in sources.split(", "))
        transitions.append(Transition(action, froms, states[target]))
    return Lifecycle(
        name,
        "incident",
        states=tuple(states.values()),
        initial=states[initial],
        transitions=tuple(transitions),
    )


def _levels(worst: int = 0, **words: str) -> dict[str, str]:
    """Return levels by word, from the words (between commas) of each; codes fall from the worst."""
    table = {word: level for level, listed in words.items() for word in listed.split(", ")}
    return table | {str(worst - rank): level for rank, level in enumerate(words) if worst}


SERVICENOW_STATES: Final = StateTable.of(
    SERVICENOW_INCIDENT,
    codes={
        **dict(zip("123678", (state.name for state in SERVICENOW_INCIDENT.states), strict=True)),
        "Cancelled": "Canceled",
        "Active": "In Progress",
    },
) | _states(
    pauses="Awaiting User Info, Awaiting Problem, Awaiting Vendor, Awaiting Evidence, "
    "Awaiting Change, Awaiting Caller"
)
"""ServiceNow's incident states by label and by code, the older Awaiting states by label."""


def _numbered(*names: str) -> dict[str, str]:
    return {word: name for rank, name in enumerate(names, 1) for word in (name, str(rank))}


SERVICENOW_LEVELS: Final = LevelTable(
    priority=_numbered(*_RANKED),
    impact=_numbered("high", "medium", "low"),
    urgency=_numbered("high", "medium", "low"),
)
"""ServiceNow's levels by label and by code; 1 is the worst."""

SERVICENOW_HOLD_REASONS: Final = {
    "1": "Awaiting Caller",
    "3": "Awaiting Problem",
    "4": "Awaiting Vendor",
    "5": "Awaiting Change",
}
SERVICENOW: Final[Tables] = {
    "states": SERVICENOW_STATES,
    "levels": SERVICENOW_LEVELS,
    "roles": Roles(systems=("system", "guest")),
    "times": Times("UTC"),
    "lifecycle": SERVICENOW_INCIDENT,
}

JIRA_STATES: Final = StateTable.of(
    JSM_INCIDENT,
    JSM_REQUEST_WITH_APPROVAL,
    codes={"Cancelled": "Canceled"},
    by_category=_states(open="new, indeterminate, To Do, In Progress", resolved="done"),
) | _states(open="To Do", resolved="Done", canceled="Declined")
"""The states of Jira's incident and request templates; any other by its status category."""

JIRA_LEVELS: Final = LevelTable(
    priority=_levels(
        critical="Highest, Blocker, Critical",
        high="High, Major",
        moderate="Medium",
        low="Low, Minor",
        planning="Lowest, Trivial",
    )
)
"""Jira's priorities, those of today and of older servers."""

JIRA: Final[Tables] = {"states": JIRA_STATES, "levels": JIRA_LEVELS, "lifecycle": JSM_INCIDENT}

ZENDESK_STATES: Final = StateTable.of(
    ZENDESK_TICKET,
    codes={"hold": "On-hold"},
    by_category={state.name: state for state in ZENDESK_TICKET.states} | _states(pauses="hold"),
) | _states(canceled="deleted")
"""Zendesk's system states; a custom status by its category."""

ZENDESK_LEVELS: Final = LevelTable(
    priority={"urgent": "critical", "high": "high", "normal": "moderate", "low": "low"}
)
ZENDESK: Final[Tables] = {
    "states": ZENDESK_STATES,
    "levels": ZENDESK_LEVELS,
    "roles": Roles(systems=("-1",)),
    "times": Times("UTC"),
    "lifecycle": ZENDESK_TICKET,
}

PAGERDUTY_INCIDENT: Final = _lifecycle(
    "pagerduty_incident",
    "triggered",
    """
    acknowledge: triggered -> acknowledged
    unacknowledge: acknowledged -> triggered
    resolve: triggered, acknowledged -> resolved
    """,
    open="triggered, acknowledged",
    closed="resolved",
)
"""PagerDuty's incident: a timeout takes an acknowledgement back, and nothing is reopened."""

PAGERDUTY_STATES: Final = StateTable.of(PAGERDUTY_INCIDENT)
PAGERDUTY_LEVELS: Final = LevelTable(
    priority={f"P{rank}": name for rank, name in enumerate(_RANKED, 1)}
)
PAGERDUTY: Final[Tables] = {
    "states": PAGERDUTY_STATES,
    "levels": PAGERDUTY_LEVELS,
    "times": Times("UTC"),
    "lifecycle": PAGERDUTY_INCIDENT,
}

HAPPYFOX_TICKET: Final = _lifecycle(
    "happyfox_ticket",
    "New",
    """
    start: New, On Hold -> In Progress
    hold: New, In Progress -> On Hold
    solve: New, In Progress, On Hold -> Solved
    close: New, In Progress, On Hold, Solved -> Closed
    reopen: Solved, Closed -> In Progress
    """,
    open="New, In Progress",
    pauses="On Hold",
    resolved="Solved",
    closed="Closed",
)
"""HappyFox's default statuses. Each account has its own; their behavior, pending or completed, is
what the tool documents."""

HAPPYFOX_STATES: Final = StateTable.of(
    HAPPYFOX_TICKET,
    codes={"Open": "New"},
    by_category=_states(open="pending", closed="completed"),
)
HAPPYFOX_LEVELS: Final = LevelTable(
    priority=_levels(critical="Critical, Urgent", high="High", moderate="Medium", low="Low")
)
HAPPYFOX: Final[Tables] = {
    "states": HAPPYFOX_STATES,
    "levels": HAPPYFOX_LEVELS,
    "times": Times("UTC"),
    "lifecycle": HAPPYFOX_TICKET,
}

STATUSPAGE_INCIDENT: Final = _lifecycle(
    "statuspage_incident",
    "investigating",
    """
    investigate: identified, monitoring, resolved -> investigating
    identify: investigating, monitoring -> identified
    monitor: investigating, identified -> monitoring
    resolve: investigating, identified, monitoring -> resolved
    publish_postmortem: resolved -> postmortem
    """,
    open="investigating, identified, monitoring",
    resolved="resolved",
    closed="postmortem",
)
"""A status page's incident. A postmortem follows the resolution and does not reopen it."""

STATUSPAGE_STATES: Final = StateTable.of(STATUSPAGE_INCIDENT)
STATUSPAGE_LEVELS: Final = LevelTable(
    impact={"critical": "high", "major": "medium", "minor": "low"}
)
STATUSPAGE: Final[Tables] = {
    "states": STATUSPAGE_STATES,
    "levels": STATUSPAGE_LEVELS,
    "lifecycle": STATUSPAGE_INCIDENT,
}

OPSGENIE_ALERT: Final = _lifecycle(
    "opsgenie_alert",
    "open",
    """
    acknowledge: open, snoozed -> acknowledged
    unacknowledge: acknowledged, snoozed -> open
    snooze: open, acknowledged -> snoozed
    close: open, acknowledged, snoozed -> closed
    """,
    open="open, acknowledged",
    pauses="snoozed",
    closed="closed",
)
OPSGENIE_STATES: Final = StateTable.of(OPSGENIE_ALERT) | _states(resolved="resolved")
OPSGENIE_LEVELS: Final = PAGERDUTY_LEVELS

FRESHSERVICE_TICKET: Final = _lifecycle(
    "freshservice_ticket",
    "Open",
    """
    wait: Open -> Pending
    resume: Pending -> Open
    resolve: Open, Pending -> Resolved
    close: Open, Pending, Resolved -> Closed
    reopen: Resolved, Closed -> Open
    """,
    open="Open",
    pauses="Pending",
    resolved="Resolved",
    closed="Closed",
)
"""Freshservice's statuses as they come; an account may add its own."""

FRESHSERVICE_STATES: Final = StateTable.of(
    FRESHSERVICE_TICKET, codes={"2": "Open", "3": "Pending", "4": "Resolved", "5": "Closed"}
)
"""Freshservice's states by label and code; statuses of an account's own begin at 6."""

FRESHSERVICE_LEVELS: Final = LevelTable(
    priority=_levels(4, critical="Urgent", high="High", moderate="Medium", low="Low")
)
"""Freshservice's priorities by label and code; 1 is the least."""

GLPI_TICKET: Final = _lifecycle(
    "glpi_ticket",
    "New",
    """
    assign: New, Planned, Pending -> Assigned
    plan: New, Assigned, Pending -> Planned
    wait: New, Assigned, Planned -> Pending
    solve: New, Assigned, Planned, Pending -> Solved
    close: New, Assigned, Planned, Pending, Solved -> Closed
    reopen: Solved, Closed -> Assigned
    """,
    open="New, Assigned, Planned",
    pauses="Pending",
    resolved="Solved",
    closed="Closed",
)
"""GLPI's statuses; a refused solution makes the ticket an assigned one again."""

GLPI_STATES: Final = StateTable.of(
    GLPI_TICKET,
    codes={
        **dict(zip("123456", (state.name for state in GLPI_TICKET.states), strict=True)),
        "Processing (assigned)": "Assigned",
        "Processing (planned)": "Planned",
    },
)
GLPI_LEVELS: Final = LevelTable(
    priority=_levels(critical="6, Major, 5, Very high")
    | _levels(4, high="High", moderate="Medium", low="Low", planning="Very low")
)
"""GLPI's priorities by label and code; 1 is the least. Major and very high are both critical."""

ZAMMAD_TICKET: Final = _lifecycle(
    "zammad_ticket",
    "new",
    """
    start: new, pending reminder, pending close -> open
    remind: new, open, pending close -> pending reminder
    close_later: new, open, pending reminder -> pending close
    close: new, open, pending reminder, pending close -> closed
    reopen: closed -> open
    merge: new, open, pending reminder, pending close, closed -> merged
    """,
    open="new, open",
    pauses="pending reminder, pending close",
    closed="closed",
    canceled="merged",
)
"""Zammad's states; an answer of the customer reopens a closed ticket."""

ZAMMAD_STATES: Final = StateTable.of(
    ZAMMAD_TICKET, codes={"1": "new", "2": "open", "3": "pending reminder", "4": "closed"}
)
ZAMMAD_LEVELS: Final = LevelTable(
    priority=_levels(3, high="3 high", moderate="2 normal", low="1 low")
)

GITHUB_ISSUE: Final = _lifecycle(
    "github_issue",
    "open",
    """
    close: open -> completed
    reject: open -> not_planned
    close_as_duplicate: open -> duplicate
    reopen: completed, not_planned, duplicate -> open
    """,
    open="open",
    closed="completed",
    canceled="not_planned, duplicate",
)
GITHUB_STATES: Final = StateTable.of(GITHUB_ISSUE, codes={"closed": "completed"})
"""GitHub's issues: a closed one by its reason."""
