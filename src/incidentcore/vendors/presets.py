"""The meanings of the states and levels of well-known tools, by name and code.

There is a ``Tables`` object for each tool, such as ``JIRA``, with the defaults of its importer.
"""

from __future__ import annotations

from typing import Final

from incidentcore.lifecycle import (
    JSM_INCIDENT,
    JSM_REQUEST_WITH_APPROVAL,
    SERVICENOW_INCIDENT,
    ZENDESK_TICKET,
)
from incidentcore.lifecycle.tools import (
    FRESHSERVICE_TICKET,
    GITHUB_ISSUE,
    GITLAB_INCIDENT,
    GLPI_TICKET,
    HAPPYFOX_TICKET,
    OPSGENIE_ALERT,
    PAGERDUTY_INCIDENT,
    STATUSPAGE_INCIDENT,
    ZAMMAD_TICKET,
    states_of,
)
from incidentcore.vendors.kit import LevelTable, Roles, StateTable, Tables, Times

_RANKED: Final = ("critical", "high", "moderate", "low", "planning")


def _levels(worst: int = 0, **words: str) -> dict[str, str]:
    """Return levels by word, from the words (between commas) of each; codes fall from the worst."""
    table = {word: level for level, listed in words.items() for word in listed.split(", ")}
    return table | {str(worst - rank): level for rank, level in enumerate(words) if worst}


_AWAITING: Final = states_of(
    pauses="Awaiting User Info, Awaiting Problem, Awaiting Vendor, Awaiting Evidence, "
    "Awaiting Change, Awaiting Caller"
)
SERVICENOW_STATES: Final = StateTable.of(
    SERVICENOW_INCIDENT,
    codes={
        **dict(zip("123678", (state.name for state in SERVICENOW_INCIDENT.states), strict=True)),
        "Cancelled": "Canceled",
        "Active": "In Progress",
    },
) | (_AWAITING | {"4": _AWAITING["Awaiting User Info"], "5": _AWAITING["Awaiting Evidence"]})
"""ServiceNow's incident states by label and by code, with the older Awaiting states."""


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
    by_category=states_of(open="new, indeterminate, To Do, In Progress", resolved="done"),
) | states_of(open="To Do, Reopened", resolved="Done", canceled="Declined")
"""The states of Jira's incident and request templates; others are read by their category."""

JIRA_LEVELS: Final = LevelTable(
    priority=_levels(
        critical="Highest, Blocker, Critical",
        high="High, Major",
        moderate="Medium",
        low="Low, Minor",
        planning="Lowest, Trivial",
    )
)
"""Jira's priorities, current ones and those of older servers."""

JIRA: Final[Tables] = {"states": JIRA_STATES, "levels": JIRA_LEVELS, "lifecycle": JSM_INCIDENT}

ZENDESK_STATES: Final = StateTable.of(
    ZENDESK_TICKET,
    codes={"hold": "On-hold"},
    by_category={state.name: state for state in ZENDESK_TICKET.states} | states_of(pauses="hold"),
) | states_of(canceled="deleted")
"""Zendesk's system states; a custom status is read by its category."""

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

HAPPYFOX_STATES: Final = StateTable.of(
    HAPPYFOX_TICKET,
    codes={"Open": "New"},
    by_category=states_of(open="pending", closed="completed"),
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

STATUSPAGE_STATES: Final = StateTable.of(STATUSPAGE_INCIDENT)
STATUSPAGE_LEVELS: Final = LevelTable(
    impact={"critical": "high", "major": "medium", "minor": "low"}
)
STATUSPAGE: Final[Tables] = {
    "states": STATUSPAGE_STATES,
    "levels": STATUSPAGE_LEVELS,
    "lifecycle": STATUSPAGE_INCIDENT,
}

OPSGENIE_STATES: Final = StateTable.of(OPSGENIE_ALERT) | states_of(resolved="resolved")
OPSGENIE_LEVELS: Final = PAGERDUTY_LEVELS

FRESHSERVICE_STATES: Final = StateTable.of(
    FRESHSERVICE_TICKET, codes={"2": "Open", "3": "Pending", "4": "Resolved", "5": "Closed"}
)
"""Freshservice's states by label and code; custom statuses begin at 6."""

FRESHSERVICE_LEVELS: Final = LevelTable(
    priority=_levels(4, critical="Urgent", high="High", moderate="Medium", low="Low")
)
"""Freshservice's priorities by label and code; 1 is the least."""

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

ZAMMAD_STATES: Final = StateTable.of(
    ZAMMAD_TICKET,
    codes={"1": "new", "2": "open", "3": "pending reminder"}
    | {"4": "closed", "5": "merged", "7": "pending close"},
)
ZAMMAD_LEVELS: Final = LevelTable(
    priority=_levels(3, high="3 high", moderate="2 normal", low="1 low")
)

GITHUB_STATES: Final = StateTable.of(GITHUB_ISSUE, codes={"closed": "completed"})
"""The states of GitHub's issues; a closed issue is read by its reason."""

GITLAB_STATES: Final = StateTable.of(GITLAB_INCIDENT, codes={"opened": "triggered"})
GITLAB_LEVELS: Final = LevelTable(
    priority=_levels(
        critical="Critical - S1, Critical",
        high="High - S2, High",
        moderate="Medium - S3, Medium",
        low="Low - S4, Low",
    )
)
"""GitLab's severities, as its API and its notes name them."""

GITLAB: Final[Tables] = {
    "states": GITLAB_STATES,
    "levels": GITLAB_LEVELS,
    "times": Times("UTC"),
    "lifecycle": GITLAB_INCIDENT,
}
