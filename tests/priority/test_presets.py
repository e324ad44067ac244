"""Shipped tables beside hand-written copies of what is documented of them."""

from __future__ import annotations

import csv
import gzip

import pytest

from incidentcore.priority import (
    BMC,
    FLOOR_OF_MEAN_5X5,
    GLPI,
    ITOP,
    PLAIN_3X3,
    PriorityMatrix,
)
from incidentcore.values import Impact, Priority, Urgency


def numbers(table, *, worst_is_one: bool) -> list[list[int]]:
    size = len(table.scale) - len(table.manual_only)
    return [
        [
            (level.rank - len(table.manual_only))
            if worst_is_one
            else size + 1 - (level.rank - len(table.manual_only))
            for level in line
        ]
        for line in table.cells
    ]


def test_the_scales_of_each_table():
    """Which field gives the row, which the column, and what the cells hold."""
    tables = (GLPI, ITOP, BMC)
    assert [(one.rows.id, one.columns.id, one.scale.id) for one in tables] == [
        ("glpi_impact", "glpi_urgency", "glpi_priority"),
        ("itop_impact", "itop_urgency", "itop_priority"),
        ("bmc_impact", "bmc_urgency", "bmc_priority"),
    ]


def test_itop_table():
    """Rows of iTop are department, service, person over urgencies 1 to 4, 1 being the worst."""
    assert numbers(ITOP, worst_is_one=True) == [[1, 1, 2, 4], [1, 2, 3, 4], [2, 3, 3, 4]]


def test_glpi_table():
    """GLPI's urgencies 1 to 5 over impacts 1 to 5, 5 being the worst, as GLPI prints them."""
    documented = [
        [1, 1, 2, 2, 2],
        [1, 2, 2, 3, 3],
        [2, 2, 3, 4, 4],
        [2, 3, 4, 4, 5],
        [2, 3, 4, 5, 5],
    ]
    ours = numbers(GLPI, worst_is_one=False)  # impacts from 5 down, urgencies from 5 down

    assert [[ours[5 - i][5 - u] for i in range(1, 6)] for u in range(1, 6)] == documented


def test_floor_of_mean_table():
    """With 1 for the mildest, every cell is the mean of both numbers without its half."""
    assert numbers(FLOOR_OF_MEAN_5X5, worst_is_one=False) == [
        [(impact + urgency) // 2 for urgency in (5, 4, 3, 2, 1)] for impact in (5, 4, 3, 2, 1)
    ]


def test_plain_table_gives_levels_of_priority():
    """The plain table has four levels, which are those of Priority."""
    assert PLAIN_3X3.level(Impact.LOW, Urgency.LOW) == Priority.LOW
    assert numbers(PLAIN_3X3, worst_is_one=True) == [[1, 2, 3], [2, 3, 4], [3, 4, 4]]
    assert Priority.PLANNING not in PLAIN_3X3.scale


@pytest.mark.data
def test_real_log_follows_the_plain_table(data_dir):
    """All 141,712 rows of the real audit log have the plain table's priority, without exception."""
    impacts = dict(zip("123", Impact.scale, strict=True))
    urgencies = dict(zip("123", Urgency.scale, strict=True))
    seen: dict[tuple[str, str, str], int] = {}
    with gzip.open(data_dir / "uci_incident_event_log.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["impact"], row["urgency"], row["priority"])
            seen[key] = seen.get(key, 0) + 1

    assert sum(seen.values()) == 141_712
    assert len(seen) == 8
    for impact, urgency, priority in seen:
        level = PLAIN_3X3.level(impacts[impact[0]], urgencies[urgency[0]])
        assert f"{level.rank} - {level.name.capitalize()}" == priority


FIVE = "very_high high medium low very_low"
FOUR = "critical high medium low"


@pytest.mark.parametrize(
    ("table", "rows", "columns", "cells"),
    [
        (ITOP, "department service person", FOUR, FOUR),
        (GLPI, FIVE, FIVE, f"major {FIVE}"),
        (FLOOR_OF_MEAN_5X5, FIVE, FIVE, FIVE),
        (
            BMC,
            "1-Extensive/Widespread 2-Significant/Large 3-Moderate/Limited 4-Minor/Localized",
            "1-Critical 2-High 3-Medium 4-Low",
            "Critical High Medium Low",
        ),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_levels_have_the_names_of_their_system(
    table: PriorityMatrix, rows: str, columns: str, cells: str
) -> None:
    """The worst first; a record that was imported from it holds these words."""
    names = [" ".join(scale.names) for scale in (table.rows, table.columns, table.scale)]
    assert names == [rows, columns, cells]
