"""What is odd about a priority table: gaps, steps in the wrong direction, levels never given."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

import attrs

from incidentcore.priority.matrix import PriorityMatrix, as_level
from incidentcore.priority.weighted import ArithmeticPriority, WeightedPriority
from incidentcore.values import Level, Priority, Scale

__all__ = ["MatrixFinding", "lint_cells", "lint_matrix"]

Cell: TypeAlias = tuple[Level, Level]


class _Code:
    MISSING: Final = "missing_cell"
    MONOTONE: Final = "not_monotone"
    UNUSED: Final = "unused_level"


@attrs.frozen
class MatrixFinding:
    """One thing that is odd about a priority table.

    Attributes:
        code: ``missing_cell``, ``not_monotone`` or ``unused_level``.
        message: What is odd, in words.
        cells: The (row, column) pairs that show it: the gap, or the worse cell with its milder
            priority and then the milder cell; empty for a level that no cell gives.
        level: The level that no cell gives; None otherwise.
    """

    code: str
    message: str
    cells: tuple[Cell, ...] = ()
    level: Level | None = None

    def __str__(self) -> str:
        return self.message


def lint_matrix(
    matrix: PriorityMatrix | WeightedPriority | ArithmeticPriority,
) -> tuple[MatrixFinding, ...]:
    """Return what is odd about a matrix, or about the table that a calculator amounts to.

    Args:
        matrix: A matrix or a shipped calculator.

    Returns:
        Cells where a worse row or column has a milder priority, and levels that no cell gives;
        levels for overrides only are not missed.

    Source: rule P1.

    >>> from incidentcore.priority.presets import JIRA_EXAMPLE
    >>> for finding in lint_matrix(JIRA_EXAMPLE):
    ...     print(finding)
    Minor/Medium is Lowest but the milder Minor/Low is Low
    """
    if not isinstance(matrix, PriorityMatrix):
        matrix = matrix.matrix()
    cells = {(row, column): level for row, column, level in matrix.items()}
    return tuple(_lint(matrix.rows, matrix.columns, cells, matrix.scale, matrix.manual_only))


def lint_cells(
    rows: Scale,
    columns: Scale,
    cells: Mapping[tuple[Level | str, Level | str], Level | str],
    *,
    scale: Scale = Priority.scale,
    manual_only: Iterable[str] = (),
) -> tuple[MatrixFinding, ...]:
    """Return what is odd about a table that is still being written, with its gaps.

    Args:
        rows: The scale of the rows.
        columns: The scale of the columns.
        cells: The priorities written so far.
        scale: The scale of the priorities.
        manual_only: Names of levels that only an override sets.

    Raises:
        PriorityMatrixError: A row, column or priority is not of its scale.

    >>> from incidentcore.values import Impact, Urgency
    >>> draft = {("high", "high"): "critical", ("high", "low"): "low", ("medium", "low"): "high"}
    >>> for finding in lint_cells(Impact.scale, Urgency.scale, draft)[-3:]:
    ...     print(finding.code, "-", finding)
    not_monotone - high/low is low but the milder medium/low is high
    unused_level - no cell gives moderate
    unused_level - no cell gives planning
    """
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
) -> Iterator[MatrixFinding]:
    for row in rows:
        for column in columns:
            if (row, column) not in cells:
                text = f"{row.name}/{column.name} has no priority"
                yield MatrixFinding(_Code.MISSING, text, ((row, column),))
    # In a table without gaps the steps between neighbours decide: any longer step is made of them.
    lines = [[(row, column) for column in columns] for row in rows]
    lines += [[(row, column) for row in rows] for column in columns]
    for line in lines:
        for worse, milder in pairwise([cell for cell in line if cell in cells]):
            if cells[worse] < cells[milder]:
                yield MatrixFinding(
                    _Code.MONOTONE,
                    f"{_text(worse)} is {cells[worse].name} but the milder {_text(milder)} is "
                    f"{cells[milder].name}",
                    (worse, milder),
                )
    given = set(cells.values())
    for level in scale:
        if level not in given and level.name not in manual_only:
            text = f"no cell gives {level.name}"
            yield MatrixFinding(_Code.UNUSED, text, level=level)


def _text(cell: Cell) -> str:
    return f"{cell[0].name}/{cell[1].name}"
