"""Lifecycles of further tools, each transition as one line.

Transitions that a tool does not document are our choice: those that its user interface allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.transition import Transition
from incidentcore.values import State

_FLAGS: Final[Mapping[str, Mapping[str, bool]]] = {
    "open": {"open": True},
    "pauses": {"open": True, "pauses": True},
    "resolved": {"resolved": True},
    "closed": {"resolved": True, "final": True},
    "canceled": {"final": True},
}


def states_of(**names: str) -> dict[str, State]:
    """Return states by name; each argument lists the names of one kind, separated by commas."""
    return {
        name: State(name, **_FLAGS[flags])
        for flags, listed in names.items()
        for name in listed.split(", ")
    }


def _lifecycle(name: str, initial: str, moves: str, **names: str) -> Lifecycle:
    """Return a lifecycle; each of its transitions is a line, ``action: from, from -> to``."""
    states = states_of(**names)
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
"""PagerDuty's incident: a timeout withdraws an acknowledgement, and a resolved incident is not
reopened."""

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
"""Freshservice's default statuses; an account may add its own."""

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
"""GLPI's statuses; if the solution is refused, the ticket is assigned again."""

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
"""Zammad's states; a reply of the customer reopens a closed ticket."""

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

GITLAB_INCIDENT: Final = _lifecycle(
    "gitlab_incident",
    "triggered",
    """
    acknowledge: triggered -> acknowledged
    trigger: acknowledged, resolved -> triggered
    resolve: triggered, acknowledged -> resolved
    close: triggered, acknowledged, resolved -> closed
    close_as_duplicate: triggered, acknowledged, resolved -> duplicate
    reopen: closed, duplicate -> triggered
    """,
    open="triggered, acknowledged",
    resolved="resolved",
    closed="closed",
    canceled="duplicate",
)
"""GitLab's incident: its status while its issue is open, and then whether it was a duplicate."""

GRAFANA_ALERT_GROUP: Final = _lifecycle(
    "grafana_alert_group",
    "firing",
    """
    acknowledge: firing, silenced -> acknowledged
    unacknowledge: acknowledged -> firing
    silence: firing, acknowledged -> silenced
    unsilence: silenced -> firing
    resolve: firing, acknowledged, silenced -> resolved
    unresolve: resolved -> firing
    """,
    open="firing, acknowledged",
    pauses="silenced",
    closed="resolved",
)

OPSGENIE_INCIDENT: Final = _lifecycle(
    "opsgenie_incident",
    "open",
    """
    resolve: open -> resolved
    close: open, resolved -> closed
    reopen: resolved, closed -> open
    """,
    open="open",
    resolved="resolved",
    closed="closed",
)

TOOLS: Final = (
    FRESHSERVICE_TICKET,
    GITHUB_ISSUE,
    GITLAB_INCIDENT,
    GLPI_TICKET,
    GRAFANA_ALERT_GROUP,
    HAPPYFOX_TICKET,
    OPSGENIE_ALERT,
    OPSGENIE_INCIDENT,
    PAGERDUTY_INCIDENT,
    STATUSPAGE_INCIDENT,
    ZAMMAD_TICKET,
)
