"""What the words of well-known tools mean: lifecycles, states by name and code, levels."""

from __future__ import annotations

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
from incidentcore.vendors.kit import LevelTable, StateTable

__all__ = [
    "FRESHSERVICE_LEVELS",
    "FRESHSERVICE_STATES",
    "GITHUB_STATES",
    "GLPI_LEVELS",
    "GLPI_STATES",
    "HAPPYFOX_LEVELS",
    "HAPPYFOX_STATES",
    "HAPPYFOX_TICKET",
    "JIRA_LEVELS",
    "JIRA_STATES",
    "OPSGENIE_ALERT",
    "OPSGENIE_LEVELS",
    "OPSGENIE_STATES",
    "PAGERDUTY_INCIDENT",
    "PAGERDUTY_LEVELS",
    "PAGERDUTY_STATES",
    "SERVICENOW_LEVELS",
    "SERVICENOW_STATES",
    "STATUSPAGE_INCIDENT",
    "STATUSPAGE_LEVELS",
    "STATUSPAGE_STATES",
    "ZAMMAD_LEVELS",
    "ZAMMAD_STATES",
    "ZENDESK_LEVELS",
    "ZENDESK_STATES",
]


def _open(name: str, *, pauses: bool = False) -> State:
    return State(name, open=True, pauses=pauses)


def _resolved(name: str) -> State:
    return State(name, resolved=True)


def _closed(name: str) -> State:
    return State(name, resolved=True, final=True)


def _canceled(name: str) -> State:
    return State(name, final=True)


# ServiceNow

SERVICENOW_STATES: Final = StateTable.of(
    SERVICENOW_INCIDENT,
    codes={
        "1": "New",
        "2": "In Progress",
        "3": "On Hold",
        "6": "Resolved",
        "7": "Closed",
        "8": "Canceled",
        "Cancelled": "Canceled",
        "Active": "In Progress",
    },
) | {
    f"Awaiting {whom}": _open(f"Awaiting {whom}", pauses=True)
    for whom in ("User Info", "Problem", "Vendor", "Evidence", "Change", "Caller")
}
"""ServiceNow's incident states by label and by code, the older Awaiting states by label."""

_SERVICENOW_PRIORITY: Final = ("critical", "high", "moderate", "low", "planning")
_THREE: Final = ("high", "medium", "low")


def _numbered(names: tuple[str, ...]) -> dict[str, str]:
    return {word: name for rank, name in enumerate(names, 1) for word in (name, str(rank))}


SERVICENOW_LEVELS: Final = LevelTable(
    priority=_numbered(_SERVICENOW_PRIORITY), impact=_numbered(_THREE), urgency=_numbered(_THREE)
)
"""ServiceNow's levels by label and by code; 1 is the worst."""

SERVICENOW_HOLD_REASONS: Final = {
    "1": "Awaiting Caller",
    "3": "Awaiting Problem",
    "4": "Awaiting Vendor",
    "5": "Awaiting Change",
}

# Jira and Jira Service Management

JIRA_STATES: Final = StateTable.of(
    JSM_INCIDENT,
    JSM_REQUEST_WITH_APPROVAL,
    codes={"Cancelled": "Canceled"},
    by_category={
        "new": _open("new"),
        "indeterminate": _open("indeterminate"),
        "done": _resolved("done"),
        "To Do": _open("To Do"),
        "In Progress": _open("In Progress"),
    },
) | {"To Do": _open("To Do"), "Done": _resolved("Done"), "Declined": _canceled("Declined")}
"""The states of Jira's incident and request templates; any other by its status category."""

JIRA_LEVELS: Final = LevelTable(
    priority={
        "Highest": "critical",
        "High": "high",
        "Medium": "moderate",
        "Low": "low",
        "Lowest": "planning",
        "Blocker": "critical",
        "Critical": "critical",
        "Major": "high",
        "Minor": "low",
        "Trivial": "planning",
    }
)
"""Jira's priorities, those of today and of older servers."""

# Zendesk

ZENDESK_STATES: Final = StateTable.of(
    ZENDESK_TICKET,
    codes={"hold": "On-hold"},
    by_category={
        **{state.name: state for state in ZENDESK_TICKET.states},
        "hold": _open("hold", pauses=True),
    },
) | {"deleted": _canceled("deleted")}
"""Zendesk's system states; a custom status by its category."""

ZENDESK_LEVELS: Final = LevelTable(
    priority={"urgent": "critical", "high": "high", "normal": "moderate", "low": "low"}
)

# PagerDuty

_TRIGGERED, _ACKNOWLEDGED, _PD_RESOLVED = (
    _open("triggered"),
    _open("acknowledged"),
    _closed("resolved"),
)

PAGERDUTY_INCIDENT: Final = Lifecycle(
    "pagerduty_incident",
    "incident",
    states=(_TRIGGERED, _ACKNOWLEDGED, _PD_RESOLVED),
    initial=_TRIGGERED,
    transitions=(
        Transition("acknowledge", _TRIGGERED, _ACKNOWLEDGED),
        Transition("unacknowledge", _ACKNOWLEDGED, _TRIGGERED),
        Transition("resolve", (_TRIGGERED, _ACKNOWLEDGED), _PD_RESOLVED),
    ),
)
"""PagerDuty's incident: a timeout takes an acknowledgement back, and nothing is reopened."""

PAGERDUTY_STATES: Final = StateTable.of(PAGERDUTY_INCIDENT)
PAGERDUTY_LEVELS: Final = LevelTable(
    priority={f"P{rank}": name for rank, name in enumerate(_SERVICENOW_PRIORITY, 1)}
)

# HappyFox

_HF_NEW, _HF_WORK = _open("New"), _open("In Progress")
_HF_HOLD = _open("On Hold", pauses=True)
_HF_SOLVED, _HF_CLOSED = _resolved("Solved"), _closed("Closed")
_HF_OPEN = (_HF_NEW, _HF_WORK, _HF_HOLD)

HAPPYFOX_TICKET: Final = Lifecycle(
    "happyfox_ticket",
    "incident",
    states=(*_HF_OPEN, _HF_SOLVED, _HF_CLOSED),
    initial=_HF_NEW,
    transitions=(
        Transition("start", (_HF_NEW, _HF_HOLD), _HF_WORK),
        Transition("hold", (_HF_NEW, _HF_WORK), _HF_HOLD),
        Transition("solve", _HF_OPEN, _HF_SOLVED),
        Transition("close", (*_HF_OPEN, _HF_SOLVED), _HF_CLOSED),
        Transition("reopen", (_HF_SOLVED, _HF_CLOSED), _HF_WORK),
    ),
)
"""HappyFox's default statuses. Each account has its own; their behavior, pending or completed, is
what the tool documents. The moves are our choice."""

HAPPYFOX_STATES: Final = StateTable.of(
    HAPPYFOX_TICKET,
    codes={"Open": "New"},
    by_category={"pending": _open("pending"), "completed": _closed("completed")},
)
HAPPYFOX_LEVELS: Final = LevelTable(
    priority={
        "Critical": "critical",
        "Urgent": "critical",
        "High": "high",
        "Medium": "moderate",
        "Low": "low",
    }
)

# Statuspage

_INVESTIGATING, _IDENTIFIED, _MONITORING = (
    _open("investigating"),
    _open("identified"),
    _open("monitoring"),
)
_SP_RESOLVED, _POSTMORTEM = _resolved("resolved"), _closed("postmortem")
_SP_OPEN = (_INVESTIGATING, _IDENTIFIED, _MONITORING)

STATUSPAGE_INCIDENT: Final = Lifecycle(
    "statuspage_incident",
    "incident",
    states=(*_SP_OPEN, _SP_RESOLVED, _POSTMORTEM),
    initial=_INVESTIGATING,
    transitions=(
        Transition("investigate", (_IDENTIFIED, _MONITORING, _SP_RESOLVED), _INVESTIGATING),
        Transition("identify", (_INVESTIGATING, _MONITORING), _IDENTIFIED),
        Transition("monitor", (_INVESTIGATING, _IDENTIFIED), _MONITORING),
        Transition("resolve", _SP_OPEN, _SP_RESOLVED),
        Transition("publish_postmortem", _SP_RESOLVED, _POSTMORTEM),
    ),
)
"""A status page's incident. A postmortem follows the resolution and does not reopen it."""

STATUSPAGE_STATES: Final = StateTable.of(STATUSPAGE_INCIDENT)
STATUSPAGE_LEVELS: Final = LevelTable(
    impact={"critical": "high", "major": "medium", "minor": "low"}
)

# Opsgenie

_OG_OPEN, _OG_ACK = _open("open"), _open("acknowledged")
_OG_SNOOZED, _OG_CLOSED = _open("snoozed", pauses=True), _closed("closed")

OPSGENIE_ALERT: Final = Lifecycle(
    "opsgenie_alert",
    "incident",
    states=(_OG_OPEN, _OG_ACK, _OG_SNOOZED, _OG_CLOSED),
    initial=_OG_OPEN,
    transitions=(
        Transition("acknowledge", (_OG_OPEN, _OG_SNOOZED), _OG_ACK),
        Transition("unacknowledge", (_OG_ACK, _OG_SNOOZED), _OG_OPEN),
        Transition("snooze", (_OG_OPEN, _OG_ACK), _OG_SNOOZED),
        Transition("close", (_OG_OPEN, _OG_ACK, _OG_SNOOZED), _OG_CLOSED),
    ),
)
"""Opsgenie's alert; the moves are our choice."""

OPSGENIE_STATES: Final = StateTable.of(OPSGENIE_ALERT) | {"resolved": _resolved("resolved")}
OPSGENIE_LEVELS: Final = PAGERDUTY_LEVELS

# Freshservice, GLPI, Zammad, GitHub

FRESHSERVICE_STATES: Final = StateTable(
    {
        **dict.fromkeys(("2", "Open"), _open("Open")),
        **dict.fromkeys(("3", "Pending"), _open("Pending", pauses=True)),
        **dict.fromkeys(("4", "Resolved"), _resolved("Resolved")),
        **dict.fromkeys(("5", "Closed"), _closed("Closed")),
    }
)
"""Freshservice's states by label and code; statuses of an account's own begin at 6."""

FRESHSERVICE_LEVELS: Final = LevelTable(
    priority={
        "4": "critical",
        "Urgent": "critical",
        "3": "high",
        "High": "high",
        "2": "moderate",
        "Medium": "moderate",
        "1": "low",
        "Low": "low",
    }
)
"""Freshservice's priorities by label and code; 1 is the least."""

GLPI_STATES: Final = StateTable(
    {
        **dict.fromkeys(("1", "New"), _open("New")),
        **dict.fromkeys(("2", "Processing (assigned)", "Assigned"), _open("Assigned")),
        **dict.fromkeys(("3", "Processing (planned)", "Planned"), _open("Planned")),
        **dict.fromkeys(("4", "Pending"), _open("Pending", pauses=True)),
        **dict.fromkeys(("5", "Solved"), _resolved("Solved")),
        **dict.fromkeys(("6", "Closed"), _closed("Closed")),
    }
)
GLPI_LEVELS: Final = LevelTable(
    priority={
        "6": "critical",
        "Major": "critical",
        "5": "critical",
        "Very high": "critical",
        "4": "high",
        "High": "high",
        "3": "moderate",
        "Medium": "moderate",
        "2": "low",
        "Low": "low",
        "1": "planning",
        "Very low": "planning",
    }
)
"""GLPI's priorities by label and code; 1 is the least. Major and very high are both critical."""

ZAMMAD_STATES: Final = StateTable(
    {
        "new": _open("new"),
        "open": _open("open"),
        "pending reminder": _open("pending reminder", pauses=True),
        "pending close": _open("pending close", pauses=True),
        "closed": _closed("closed"),
        "merged": _canceled("merged"),
        "1": _open("new"),
        "2": _open("open"),
        "4": _closed("closed"),
        "3": _open("pending reminder", pauses=True),
    }
)
ZAMMAD_LEVELS: Final = LevelTable(
    priority={
        "1 low": "low",
        "2 normal": "moderate",
        "3 high": "high",
        "1": "low",
        "2": "moderate",
        "3": "high",
    }
)
GITHUB_STATES: Final = StateTable(
    {
        "open": _open("open"),
        "completed": _closed("completed"),
        "not_planned": _canceled("not_planned"),
        "duplicate": _canceled("duplicate"),
        "closed": _closed("completed"),
    }
)
"""GitHub's issues: a closed one by its reason."""
