"""Every row of tests/oracles/priority_matrix.jsonl: the tables that the systems document."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.oracles.rows import by_id, read

from incidentcore.priority import (
    BMC,
    GLPI,
    ITOP,
    JIRA_EXAMPLE,
    SERVICENOW,
    PriorityMatrix,
    PriorityPolicy,
    override_priority,
    prioritize,
)
from incidentcore.records import Incident
from incidentcore.values import Impact, Level, Priority, Urgency

ROWS = by_id("priority_matrix.jsonl")
PRESET_ROWS = read("priority_presets.jsonl")
TABLE_ROWS = [row for row in ROWS.values() if not row["id"].startswith("glpi-")]

# Facts about a user interface, or shapes that we do not model; and rows whose answer we give
# otherwise on purpose. No row is on either list.
NOT_OURS: dict[str, str] = {}
DELIBERATELY_DIFFERENT: dict[str, str] = {}

ANSWERED_ALONE = {
    "glpi-major-manual-only",
    "glpi-manual-priority-no-backfill",
    "glpi-manual-priority-wins",
    "glpi-recompute-on-impact",
}

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
TEN = datetime(2026, 6, 1, 10, tzinfo=UTC)


def servicenow(given: dict) -> str:
    names = ("high", "medium", "low")  # its numbers: 1=High 2=Medium 3=Low
    level = SERVICENOW.level(
        Impact.scale[names[given["impact"] - 1]], Urgency.scale[names[given["urgency"] - 1]]
    )
    return f"{level.rank} - {level.name.capitalize()}"


def named(calculator, given: dict) -> str:
    row, column = calculator.rows[given["impact"]], calculator.columns[given["urgency"]]
    answer: Level = calculator.level(row, column)
    called = calculator({"impact": row, "urgency": column})
    assert called.level == answer
    return answer.name


@pytest.mark.parametrize("row", TABLE_ROWS, ids=lambda row: row["id"])
def test_documented_cell(row):
    """Each documented cell is what our table gives."""
    if row["engine"] == "servicenow":
        assert row["expect"]["label"] == servicenow(row["given"])
    elif row["engine"] == "bmc-remedy-itsm":
        assert row["expect"]["priority"] == named(BMC, row["given"])
    else:
        assert row["expect"]["priority"] == named(JIRA_EXAMPLE, row["given"])


@pytest.mark.parametrize("row", PRESET_ROWS, ids=lambda row: row["id"])
def test_cell_of_a_default_matrix(row):
    """Each cell of the matrices that GLPI and iTop come with is what our preset gives."""
    calculator = {"glpi": GLPI, "itop": ITOP}[row["engine"]]
    assert row["expect"]["priority"] == named(calculator, row["given"])


def test_documented_weights_and_bands_give_the_documented_table():
    """The weights of the documented rows, summed and cut into bands, are the shipped table."""
    given = [row["given"] for row in TABLE_ROWS if row["engine"] == "bmc-remedy-itsm"]

    summed = PriorityMatrix.from_weights(
        BMC.rows,
        BMC.columns,
        row_weights={each["impact"]: each["impact_weight"] for each in given},
        column_weights={each["urgency"]: each["urgency_weight"] for each in given},
        bands={"Critical": 24, "High": 18, "Medium": 10},
        scale=BMC.scale,
        name="BMC",
    )

    assert summed == BMC


def glpi_incident(impact: str, urgency: str) -> Incident:
    return Incident.open(
        id="INC-1",
        title="No mail",
        by="kim",
        at=NINE,
        impact=GLPI.rows[impact],
        urgency=GLPI.columns[urgency],
    )


def test_glpi_major_is_set_by_hand_only():
    """The worst impact and urgency give 5, never the 6 that an override may set."""
    numbers = {level.name: 7 - level.rank for level in GLPI.scale}
    row = ROWS["glpi-major-manual-only"]

    assert row["expect"]["max_computed_priority"] == max(
        numbers[level.name] for _, _, level in GLPI.items()
    )
    assert numbers[GLPI.level(GLPI.rows.worst, GLPI.columns.worst).name] == 5
    incident = override_priority(
        glpi_incident("low", "low"), GLPI.scale["major"], reason="crisis", at=TEN, by="eve"
    )
    assert numbers[incident.priority.name] == 6


@pytest.mark.parametrize("name", ["glpi-recompute-on-impact", "glpi-manual-priority-wins"])
def test_glpi_change_of_impact(name):
    """A changed impact moves the priority unless somebody set it."""
    row = ROWS[name]
    incident = prioritize(glpi_incident("low", "high"), PriorityPolicy(GLPI), at=NINE, by="ada")
    before = incident.priority
    if row["given"]["user_supplied_priority"]:
        before = GLPI.scale["very_low"]
        incident = override_priority(incident, before, reason="known", at=NINE, by="eve")

    incident = prioritize(
        incident, PriorityPolicy(GLPI), impact=GLPI.rows["very_high"], at=TEN, by="ada"
    )

    assert row["expect"]["recompute"] == (incident.priority != before)
    assert incident.computed_priority == GLPI.scale["very_high"]


def test_glpi_manual_priority_fills_nothing_in():
    """A priority that a person set leaves impact, urgency and the computed priority as they are."""
    row = ROWS["glpi-manual-priority-no-backfill"]
    before = prioritize(glpi_incident("low", "low"), PriorityPolicy(GLPI), at=NINE, by="ada")

    after = override_priority(before, GLPI.scale["high"], reason="known", at=TEN, by="eve")

    assert row["expect"]["urgency_changed"] == (before.urgency != after.urgency)
    assert row["expect"]["impact_changed"] == (before.impact != after.impact)
    assert (after.computed_priority, after.priority) == (GLPI.scale["low"], GLPI.scale["high"])


def test_every_row_is_answered():
    """No row of the file is left out."""
    answered = {row["id"] for row in TABLE_ROWS} | ANSWERED_ALONE
    assert answered | set(NOT_OURS) | set(DELIBERATELY_DIFFERENT) == set(ROWS)
    assert len(ROWS) == 49


def test_servicenow_is_the_sum_of_the_numbers():
    """ServiceNow's table is impact + urgency - 1 in its own numbers, and our first default."""
    assert {(row.rank, column.rank): level.rank for row, column, level in SERVICENOW.items()} == {
        (i, u): i + u - 1 for i in (1, 2, 3) for u in (1, 2, 3)
    }
    assert SERVICENOW.scale == Priority.scale
