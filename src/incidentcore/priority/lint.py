"""Check priority tables for steps in the wrong direction, and unused levels."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from incidentcore._checks import need_kind
from incidentcore.priority.matrix import PriorityMatrix, cell_text
from incidentcore.values import LintFinding

TEXTS: Final = {
    "not_monotone": "{cell} is {priority} but the milder {milder} is {milder_priority}",
    "unused_level": "no cell gives {level}",
}


def lint_matrix(matrix: PriorityMatrix, /) -> tuple[LintFinding, ...]:
    """Return a finding for each likely mistake in a matrix.

    They are ``not_monotone`` if a more severe row or column has a less urgent priority, with both
    (row, column) pairs as the witness; and ``unused_level`` for a level that is in no cell, unless
    only an override may set it.

    Source: rule P1.

    >>> from incidentcore.priority import lint_matrix
    >>> from incidentcore.priority.presets import JIRA_EXAMPLE
    >>> for finding in lint_matrix(JIRA_EXAMPLE):
    ...     print(finding.message)
    Minor/Medium is Lowest but the milder Minor/Low is Low
    """
    need_kind("matrix", matrix, PriorityMatrix)
    cells = {(row, column): level for row, column, level in matrix.items()}
    lines = [[(row, column) for column in matrix.columns] for row in matrix.rows]
    lines += [[(row, column) for row in matrix.rows] for column in matrix.columns]
    findings = []
    # The steps between neighbors decide: any longer step is made of them.
    for worse, milder in (step for line in lines for step in pairwise(line)):
        if cells[worse] < cells[milder]:
            data = {
                "cell": cell_text(worse),
                "priority": cells[worse].name,
                "milder": cell_text(milder),
                "milder_priority": cells[milder].name,
            }
            findings.append(
                LintFinding("not_monotone", cell_text(worse), data, (worse, milder), texts=TEXTS)
            )
    used = set(cells.values())
    for level in matrix.scale:
        if level not in used and level.name not in matrix.manual_only:
            data = {"level": level.name}
            findings.append(LintFinding("unused_level", level.name, data, level, texts=TEXTS))
    return tuple(findings)
