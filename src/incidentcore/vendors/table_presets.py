"""Presets for the ticket lists of well-known tools: columns, time formats, states and levels.

Each is a mapping of arguments of ``read_table``, to be used as it is or with changes:
``read_table(file, **{**JIRA_CSV, "zone": "Europe/Berlin"})``. Column names are in English. If a
file lacks that of ``id`` or ``opened``, its headings are looked up in eight languages, with a
finding ``guessed_columns``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from incidentcore.lifecycle import SERVICENOW_INCIDENT
from incidentcore.lifecycle.tools import FRESHSERVICE_TICKET, GLPI_TICKET, OPSGENIE_INCIDENT
from incidentcore.vendors.presets import (
    FRESHSERVICE_LEVELS,
    FRESHSERVICE_STATES,
    GLPI_LEVELS,
    GLPI_STATES,
    JIRA,
    OPSGENIE_LEVELS,
    OPSGENIE_STATES,
    SERVICENOW_LEVELS,
    SERVICENOW_STATES,
)

Preset = Mapping[str, Any]

JIRA_CSV: Final[Preset] = {
    "mapping": {
        "id": "Issue key",
        "opened": "Created",
        "resolved": "Resolved",
        "updated": "Updated",
        "state": "Status",
        "state_category": "Status Category",
        "priority": "Priority",
        "title": "Summary",
        "description": "Description",
        "caller": "Reporter",
        "assignee": "Assignee",
        "resolution_code": "Resolution",
    },
    "formats": ("%d/%b/%y %I:%M %p", "%d/%b/%y %H:%M", "iso", "%d.%m.%Y %H:%M"),
    "missing": ("", "Unassigned", "Unresolved"),
    **JIRA,
    "optional": True,
}
"""Jira's CSV: no history, times to the minute in the zone of the exporting user."""

SERVICENOW_LIST: Final[Preset] = {
    "mapping": {
        "id": "Number",
        "opened": "Opened",
        "resolved": "Resolved",
        "closed": "Closed",
        "updated": "Updated",
        "state": "State",
        "priority": "Priority",
        "impact": "Impact",
        "urgency": "Urgency",
        "title": "Short description",
        "description": "Description",
        "source": "Channel",
        "service": "Service",
        "hold_reason": "On hold reason",
        "resolution_code": "Resolution code",
        "resolution_notes": "Resolution notes",
        "caller": "Caller",
        "group": "Assignment group",
        "assignee": "Assigned to",
        "category": "Category",
        "configuration_item": "Configuration item",
        "reopen_count": "Reopen count",
        "reassignment_count": "Reassignment count",
    },
    "formats": ("iso", "%d-%m-%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M"),
    "states": SERVICENOW_STATES,
    "levels": SERVICENOW_LEVELS,
    "lifecycle": SERVICENOW_INCIDENT,
    "optional": True,
}
"""A list exported from ServiceNow: labels as headings, times in the user's zone and format."""

GLPI_CSV: Final[Preset] = {
    "mapping": {
        "id": "ID",
        "opened": "Opening date",
        "resolved": "Resolution date",
        "closed": "Closing date",
        "updated": "Last update",
        "state": "Status",
        "priority": "Priority",
        "title": "Title",
        "caller": "Requester - Requester",
        "assignee": "Assigned to - Technician",
        "category": "Category",
        "group": "Assigned to - Technician group",
    },
    "formats": ("iso", "%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S"),
    "states": GLPI_STATES,
    "levels": GLPI_LEVELS,
    "lifecycle": GLPI_TICKET,
    "optional": True,
}
"""GLPI's CSV of the ticket list."""

FRESHSERVICE_JSON: Final[Preset] = {
    "mapping": {
        "id": "id",
        "opened": "created_at",
        "updated": "updated_at",
        "state": "status",
        "resolved": "stats.resolved_at",
        "closed": "stats.closed_at",
        "responded": "stats.first_responded_at",
        "priority": "priority",
        "title": "subject",
        "caller": "requester_id",
        "assignee": "responder_id",
        "group": "group_id",
        "category": "category",
    },
    "states": FRESHSERVICE_STATES,
    "levels": FRESHSERVICE_LEVELS,
    "lifecycle": FRESHSERVICE_TICKET,
    "optional": True,
}
"""Freshservice's tickets as the API lists them; request ``include=stats`` for their times."""

OPSGENIE_INCIDENTS: Final[Preset] = {
    "mapping": {
        "id": "id",
        "opened": "createdAt",
        "updated": "updatedAt",
        "occurred": "impactStartDate",
        "restored": "impactEndDate",
        "state": "status",
        "priority": "priority",
        "title": "message",
        "description": "description",
        "group": "ownerTeam",
        "tags": "tags",
    },
    "states": OPSGENIE_STATES,
    "levels": OPSGENIE_LEVELS,
    "lifecycle": OPSGENIE_INCIDENT,
    "optional": True,
}
"""Opsgenie's incidents, as the API lists them: a resolution has the time of the last update.

Opsgenie itself sets ``impactEndDate``, here the restoration, when an incident is resolved.
"""

TABLE_PRESETS: Final[Mapping[str, Preset]] = {
    "jira-csv": JIRA_CSV,
    "servicenow-list": SERVICENOW_LIST,
    "glpi-csv": GLPI_CSV,
    "freshservice": FRESHSERVICE_JSON,
    "opsgenie-incidents": OPSGENIE_INCIDENTS,
}
