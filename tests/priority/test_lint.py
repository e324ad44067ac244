"""What lint finds in priority tables, with the cells that show it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from incidentcore.values import Priority, Scale


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


def test_level_for_overrides_only_is_not_missed():
    """A level that only an override sets need not be in a cell."""
    one = Scale("one", ("all",))
    two = Scale("two", ("major", "minor"))

    assert (
        lint_matrix(PriorityMatrix(one, one, [["minor"]], scale=two, manual_only=["major"])) == ()
    )
