"""The words and lifecycles of tools that come with the library."""

from __future__ import annotations

from typing import Any

import pytest
from tests.vendors.test_kit import states_of

from incidentcore.lifecycle import Lifecycle, check_history, lint_lifecycle
from incidentcore.lifecycle.tools import TOOLS
from incidentcore.vendors import read_table
from incidentcore.vendors.kit import (
    LevelTable,
)
from incidentcore.vendors.presets import (
    FRESHSERVICE_LEVELS,
    GLPI_LEVELS,
    JIRA_LEVELS,
    PAGERDUTY_LEVELS,
    SERVICENOW_LEVELS,
    ZENDESK_LEVELS,
)
from incidentcore.vendors.table_presets import TABLE_PRESETS


@pytest.mark.parametrize(
    ("table", "word", "level"),
    [
        (SERVICENOW_LEVELS, "1", "critical"),
        (SERVICENOW_LEVELS, "2 - High", "high"),
        (SERVICENOW_LEVELS, "3 - Moderate", "moderate"),
        (JIRA_LEVELS, "Highest", "critical"),
        (JIRA_LEVELS, "Medium", "moderate"),
        (PAGERDUTY_LEVELS, "P1", "critical"),
        (PAGERDUTY_LEVELS, "p5", "planning"),
        (ZENDESK_LEVELS, "urgent", "critical"),
        (ZENDESK_LEVELS, "normal", "moderate"),
        (FRESHSERVICE_LEVELS, 4, "critical"),
        (FRESHSERVICE_LEVELS, "1", "low"),
        (GLPI_LEVELS, "6", "critical"),
        (GLPI_LEVELS, "1", "planning"),
        (LevelTable(), "1", None),
        (JIRA_LEVELS, "Urgent!", None),
    ],
)
def test_levels_are_read_by_preset(table: LevelTable, word: object, level: str | None) -> None:
    """1 is the worst in ServiceNow and the least in Freshservice and GLPI (rule P1)."""
    found = table.find("priority", word)
    assert (None if found is None else found.name) == level


@pytest.mark.parametrize("lifecycle", TOOLS, ids=lambda one: one.id)
def test_every_tool_s_lifecycle_is_sound(lifecycle: Lifecycle) -> None:
    """The lint finds nothing, and moves lead from the opening to every state."""
    assert not lint_lifecycle(lifecycle)
    reached = {lifecycle.initial.name}
    while True:
        more = {t.target.name for t in lifecycle.transitions if reached & set(t.sources)} - reached
        if not more:
            break
        reached |= more
    assert reached == {state.name for state in lifecycle.states}


@pytest.mark.parametrize(
    ("preset", "row", "states"),
    [
        (
            "freshservice",
            {"id": 7, "created_at": "2026-03-02T09:00:00Z", "status": 5}
            | {"stats": {"resolved_at": "2026-03-02T10:00Z", "closed_at": "2026-03-02T11:00Z"}},
            ["Open", "Resolved", "Closed"],
        ),
        (
            "glpi-csv",
            {"ID": 7, "Opening date": "2026-03-02 09:00", "Status": "Closed"}
            | {"Resolution date": "2026-03-02 10:00", "Closing date": "2026-03-02 11:00"},
            ["New", "Solved", "Closed"],
        ),
        (
            "servicenow-list",
            {"Number": "INC7", "Opened": "2026-03-02 09:00:00", "State": "Closed"}
            | {"Resolved": "2026-03-02 10:00:00", "Closed": "2026-03-02 11:00:00"},
            ["New", "Resolved", "Closed"],
        ),
    ],
)
@pytest.mark.parametrize("way", ["plain", "extended"])
def test_a_list_s_records_follow_the_tool_s_lifecycle(
    preset: str, row: dict[str, Any], states: list[str], way: str
) -> None:
    """Each moment enters a state that the tool has, both ways through a row; work goes on there."""
    preset_of = TABLE_PRESETS[preset]
    options = {} if way == "plain" else {"extend": lambda history, custom: None}
    reading = read_table([row], **preset_of, zone="UTC", **options)
    [record] = reading
    assert states_of(record) == states
    lifecycle = preset_of["lifecycle"]
    assert record.lifecycle == lifecycle.ref
    refused = {finding.code for finding in check_history(record, lifecycle)}
    assert refused <= {"missing_field"}  # a list without the resolution's code and notes
    assert not reading.findings


def test_moments_and_levels_of_opsgenie_s_incidents() -> None:
    """When the impact began and ended; a resolution has the time of the last update."""
    incident = {"id": "i1", "createdAt": "2026-03-02T09:00:00Z", "status": "resolved"}
    incident |= {"updatedAt": "2026-03-02T11:00:00Z", "priority": "P1"}
    incident |= {"impactStartDate": "2026-03-02T08:30Z", "impactEndDate": "2026-03-02T10:00Z"}
    reading = read_table([incident], **TABLE_PRESETS["opsgenie-incidents"])
    [record] = reading
    assert dict(reading.findings.counts) == {"state_without_time": 1}
    assert (f"{record.occurred_at:%H:%M}", f"{record.restored_at:%H:%M}") == ("08:30", "10:00")
    assert (f"{record.resolved_at:%H:%M}", record.priority.name) == ("11:00", "critical")
