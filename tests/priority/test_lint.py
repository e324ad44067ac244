"""What lint finds in priority tables, with the cells that show it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError, PriorityMatrixError
from incidentcore.priority import (
    BMC,
    FLOOR_OF_MEAN_5X5,
    GLPI,
    ITOP,
    JIRA_EXAMPLE,
    PLAIN_3X3,
    SERVICENOW,
    PriorityMatrix,
    lint_matrix,
)
from incidentcore.priority.lint import lint_cells
from incidentcore.values import Impact, Priority, Scale, Urgency


def names(finding):
    return [f"{row.name}/{column.name}" for row, column in finding.witness]


def test_jira_example_is_not_monotone():
    """Atlassian's own example makes Minor/Low worse than Minor/Medium, and nothing else is odd."""
    (finding,) = lint_matrix(JIRA_EXAMPLE)

    assert finding.code == "not_monotone"
    assert names(finding) == ["Minor/Medium", "Minor/Low"]
    assert finding.subject == "Minor/Medium"
    assert finding.message == "Minor/Medium is Lowest but the milder Minor/Low is Low"


@pytest.mark.parametrize(
    "table",
    [SERVICENOW, PLAIN_3X3, BMC, FLOOR_OF_MEAN_5X5, GLPI, ITOP],
    ids=lambda table: table.name,
)
def test_other_shipped_tables_are_clean(table):
    """No other shipped table has a gap, a step back or an unused level."""
    assert lint_matrix(table) == ()


def is_monotone(matrix: PriorityMatrix) -> bool:
    """Compare every pair of cells of which one is at least as bad both ways."""
    return all(
        first[2] >= second[2]
        for first, second in itertools.product(matrix.items(), repeat=2)
        if first[0] >= second[0] and first[1] >= second[1]
    )


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_lint_agrees_with_comparing_all_pairs(height, width, data):
    """Lint finds a step back if and only if some pair of cells has one, and its witness is one."""
    rows = Scale("r", [f"r{n}" for n in range(height)])
    columns = Scale("c", [f"c{n}" for n in range(width)])
    levels = st.sampled_from(Priority.scale.levels)
    matrix = PriorityMatrix(rows, columns, [[data.draw(levels) for _ in columns] for _ in rows])
    findings = lint_matrix(matrix)

    steps = [finding for finding in findings if finding.code == "not_monotone"]
    assert (not steps) == is_monotone(matrix)
    for finding in steps:
        worse, milder = finding.witness
        assert worse[0] >= milder[0]
        assert worse[1] >= milder[1]
        assert matrix.level(*worse) < matrix.level(*milder)
    unused = {finding.witness for finding in findings if finding.code == "unused_level"}
    assert unused == set(Priority.scale) - {level for _, _, level in matrix.items()}


def test_gaps_of_a_draft_are_found():
    """A table that is being written is linted with its gaps, each with its cell."""
    draft = {("high", "high"): Priority.CRITICAL, (Impact.LOW, Urgency.LOW): "planning"}

    findings = lint_cells(Impact.scale, Urgency.scale, draft)

    gaps = [names(finding)[0] for finding in findings if finding.code == "missing_cell"]
    assert gaps == [
        f"{row}/{column}"
        for row in ("high", "medium", "low")
        for column in ("high", "medium", "low")
        if (row, column) not in {("high", "high"), ("low", "low")}
    ]
    assert [finding.witness for finding in findings if finding.code == "unused_level"] == [
        Priority.HIGH,
        Priority.MODERATE,
        Priority.LOW,
    ]


def test_level_for_overrides_only_is_not_missed():
    """A level that only an override sets need not be in a cell."""
    one = Scale("one", ("all",))
    two = Scale("two", ("major", "minor"))

    assert lint_cells(one, one, {("all", "all"): "minor"}, scale=two, manual_only=["major"]) == ()


@pytest.mark.parametrize(
    ("cell", "level", "where"),
    [
        (("high", "urgent"), "low", "column"),
        (("urgent", "high"), "low", "row"),
        (("high", "high"), "urgent", "cell"),
    ],
)
def test_draft_with_a_strange_level_is_refused(cell, level, where):
    """Lint reads tables of the given scales only."""
    with pytest.raises(PriorityMatrixError, match=f"^{where}: "):
        lint_cells(Impact.scale, Urgency.scale, {cell: level})


@pytest.mark.parametrize("place", range(3))
def test_a_draft_needs_scales(place):
    """Of its rows, its columns and its priorities."""
    scales = [Impact.scale, Urgency.scale, Priority.scale]
    scales[place] = Impact
    with pytest.raises(InvalidValueError, match=r"scale: got .*Impact.* allowed: a Scale"):
        lint_cells(scales[0], scales[1], {}, scale=scales[2])
