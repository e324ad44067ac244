"""Check priority tables for gaps, steps in the wrong direction, and unused levels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from incidentcore._checks import need_each, need_kind
from incidentcore.priority.matrix import PriorityMatrix, as_level
from incidentcore.values import Level, LintFinding, Priority, Scale

Cell: TypeAlias = tuple[Level, Level]


TEXTS: Final = {
    "missing_cell": "{cell} has no priority",
    "not_monotone": "{cell} is {priority} but the milder {milder} is {milder_priority}",
    "unused_level": "no cell gives {level}",
}


def lint_matrix(matrix: PriorityMatrix, /) -> tuple[LintFinding, ...]:
    """Return a finding for each likely mistake in a matrix.

    Args:
        matrix: The matrix.

    Returns:
        ``not_monotone`` if a more severe row or column has a less urgent priority, with both (row,
        column) pairs as the witness; ``unused_level`` for a level that is in no cell, unless only
        an override may set it.

    Source: rule P1.

    >>> from incidentcore.priority import lint_matrix
    >>> from incidentcore.priority.presets import JIRA_EXAMPLE
    >>> for finding in lint_matrix(JIRA_EXAMPLE):
    ...     print(finding.message)
    Minor/Medium is Lowest but the milder Minor/Low is Low
    """
    need_kind("matrix", matrix, PriorityMatrix)
    cells = {(row, column): level for row, column, level in matrix.items()}
    return tuple(_lint(matrix.rows, matrix.columns, cells, matrix.scale, matrix.manual_only))


def lint_cells(
    rows: Scale,
    columns: Scale,
    cells: Mapping[tuple[Level | str, Level | str], Level | str],
    *,
    scale: Scale = Priority.scale,
    manual_only: Iterable[str] = (),
) -> tuple[LintFinding, ...]:
    """Return findings on an unfinished table, including a ``missing_cell`` for each empty cell.

    Args:
        rows: The scale of the rows.
        columns: The scale of the columns.
        cells: The priorities written so far.
        scale: The scale of the priorities.
        manual_only: Names of levels that only an override sets.

    Raises:
        PriorityMatrixError: A row, column or priority does not belong to its scale.

    >>> from incidentcore.priority.lint import lint_cells
    >>> from incidentcore.values import Impact, Urgency
    >>> draft = {("high", "high"): "critical", ("high", "low"): "low", ("medium", "low"): "high"}
    >>> for finding in lint_cells(Impact.scale, Urgency.scale, draft)[-3:]:
    ...     print(finding.code, "-", finding.message)
    not_monotone - high/low is low but the milder medium/low is high
    unused_level - no cell gives moderate
    unused_level - no cell gives planning
    """
    need_each("scale", (rows, columns, scale), Scale)
    need_kind("cells", cells, Mapping)
    known = {
        (as_level(rows, row, "row"), as_level(columns, column, "column")): as_level(
            scale, level, "cell"
        )
        for (row, column), level in cells.items()
    }
    return tuple(_lint(rows, columns, known, scale, tuple(manual_only)))


def _lint(
    rows: Scale,
    columns: Scale,
    cells: Mapping[Cell, Level],
    scale: Scale,
    manual_only: Collection[str],
) -> Iterator[LintFinding]:
    for row in rows:
        for column in columns:
            if (row, column) not in cells:
                yield _finding("missing_cell", (row, column), {}, ((row, column),))
    # In a table without gaps the steps between neighbors decide: any longer step is made of them.
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    for line in lines:
        for worse, milder in pairwise([cell for cell in line if cell in cells]):
            if cells[worse] < cells[milder]:
                data = {
                    "priority": cells[worse].name,
                    "milder": _text(milder),
                    "milder_priority": cells[milder].name,
                }
                yield _finding("not_monotone", worse, data, (worse, milder))
    used = set(cells.values())
    for level in scale:
        if level not in used and level.name not in manual_only:
            name = level.name
            yield LintFinding("unused_level", name, {"level": name}, level, texts=TEXTS)


def _finding(code: str, cell: Cell, data: dict[str, str], witness: tuple[Cell, ...]) -> LintFinding:
    text = _text(cell)
    return LintFinding(code, text, {"cell": text, **data}, witness, texts=TEXTS)


def _text(cell: Cell) -> str:
    return f"{cell[0].name}/{cell[1].name}"
