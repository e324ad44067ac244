"""The priority matrix, and what every way of computing a priority has in common (rule P1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import attrs

from incidentcore.conditions.access import reader
from incidentcore.errors import DefinitionError, InvalidValueError, PriorityMatrixError
from incidentcore.values import Level, Priority, Scale

__all__ = [
    "Cells",
    "PriorityCalculation",
    "PriorityCalculator",
    "PriorityMatrix",
    "as_level",
    "checked_path",
    "read_level",
]

Cells: TypeAlias = (
    Sequence[Sequence[Level | str]] | Mapping[tuple[Level | str, Level | str], Level | str]
)


@attrs.frozen
class PriorityCalculation:
    """A computed priority with the reason for it.

    Attributes:
        level: The priority; None where the record lacks what it is computed from.
        reason: Why, in words.
    """

    level: Level | None
    reason: str


class PriorityCalculator(Protocol):
    """Computes a priority from a record: a plain function or a frozen object fits.

    A calculator that has an attribute ``scale`` tells with it which levels it may give.
    """

    def __call__(self, record: Any, /) -> PriorityCalculation:
        """Return the priority of a record, or of a ``dict`` of its facts."""
        ...


def as_level(scale: Scale, given: Level | str, where: str) -> Level:
    """Return the level of a scale for a level or its name.

    Raises:
        PriorityMatrixError: The scale has no such level.
    """
    name = given.name if isinstance(given, Level) else given
    level = next((level for level in scale.levels if level.name == name), None)
    if level is None or (isinstance(given, Level) and given != level):
        raise PriorityMatrixError(
            where, given, f"a level of the scale {scale.id!r}: {', '.join(scale.names)}"
        )
    return level


def read_level(scale: Scale, path: str, record: object) -> Level | None:
    """Return the level that a record's field holds, checked against its scale.

    Raises:
        InvalidValueError: The field holds something else than a level of the scale or None.
    """
    seen = reader(path)(record)
    if seen is None or (isinstance(seen, Level) and seen in scale):
        return seen
    raise InvalidValueError(
        path, seen, f"a level of the scale {scale.id!r}: {', '.join(scale.names)}; or None"
    )


def checked_path(field: str, path: object) -> None:
    """Refuse what is no path of a field.

    Raises:
        PriorityMatrixError: It is none.
    """
    try:
        reader(path)  # type: ignore[arg-type]  # what is no text is what this refuses
    except DefinitionError as error:
        raise PriorityMatrixError(field, path, error.allowed) from None


def _as_given(cells: Cells) -> Any:
    """Take every form of cells in; they are checked against the scales after construction."""
    return cells


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@attrs.frozen
class PriorityMatrix:
    """A table that gives a priority for each pair of levels of two scales.

    Any shape and any scales. The matrix must be total; whether it is monotone and uses every level
    is asked of ``lint_matrix``, since tables in use are not always.

    Attributes:
        rows: The scale of the rows, as a rule the impact.
        columns: The scale of the columns, as a rule the urgency.
        cells: The priorities, row by row, each scale from worst to best. Written as rows of levels
            or level names, or as a mapping ``{(row, column): level}``.
        scale: The scale of the priorities.
        row_field: The record's field that gives the row.
        column_field: The record's field that gives the column.
        manual_only: Names of levels that no computation gives, only an override (GLPI's "major").
        name: What the table is called in explanations.

    Raises:
        PriorityMatrixError: A cell is missing, there is one too many, or it holds something else
            than a level that may be computed.

    Source: rule P1.

    >>> from incidentcore.values import Impact, Urgency
    >>> matrix = PriorityMatrix(
    ...     Impact.scale,
    ...     Urgency.scale,
    ...     [
    ...         ["critical", "high", "moderate"],
    ...         ["high", "moderate", "low"],
    ...         ["moderate", "low", "planning"],
    ...     ],
    ... )
    >>> matrix.level(Impact.HIGH, Urgency.MEDIUM).name
    'high'
    """

    rows: Scale
    columns: Scale
    cells: tuple[tuple[Level, ...], ...] = attrs.field(converter=_as_given)
    scale: Scale = attrs.field(default=Priority.scale, kw_only=True)
    row_field: str = attrs.field(default="impact", kw_only=True)
    column_field: str = attrs.field(default="urgency", kw_only=True)
    manual_only: tuple[str, ...] = attrs.field(default=(), converter=_names, kw_only=True)
    name: str = attrs.field(default="matrix", kw_only=True)

    def __attrs_post_init__(self) -> None:
        for field in ("rows", "columns", "scale"):
            if not isinstance(getattr(self, field), Scale):
                raise PriorityMatrixError(field, getattr(self, field), "a Scale")
        checked_path("row_field", self.row_field)
        checked_path("column_field", self.column_field)
        for name in self.manual_only:
            as_level(self.scale, name, "manual_only")
        object.__setattr__(self, "cells", self._checked(self.cells))

    def _checked(self, cells: Any) -> tuple[tuple[Level, ...], ...]:
        given = self._by_pair(cells)
        missing = [
            f"{row.name}/{column.name}"
            for row in self.rows
            for column in self.columns
            if (row, column) not in given
        ]
        if missing:
            raise PriorityMatrixError(
                "cells", missing, "a priority for every cell; these have none"
            )
        checked = []
        for row in self.rows:
            line = []
            for column in self.columns:
                where = f"cell {row.name}/{column.name}"
                level = as_level(self.scale, given[row, column], where)
                if level.name in self.manual_only:
                    raise PriorityMatrixError(where, level.name, "a level that may be computed")
                line.append(level)
            checked.append(tuple(line))
        return tuple(checked)

    def _by_pair(self, cells: Any) -> dict[tuple[Level, Level], Any]:
        if isinstance(cells, Mapping):
            given: dict[tuple[Level, Level], Any] = {}
            for key, value in cells.items():
                if not isinstance(key, tuple) or len(key) != 2:
                    raise PriorityMatrixError("cells", key, "keys of the form (row, column)")
                pair = (
                    as_level(self.rows, key[0], "row"),
                    as_level(self.columns, key[1], "column"),
                )
                if pair in given:
                    raise PriorityMatrixError("cells", key, "each cell once")
                given[pair] = value
            return given
        if isinstance(cells, str) or not isinstance(cells, Sequence):
            raise PriorityMatrixError("cells", cells, "rows of levels, or a mapping of cells")
        if len(cells) > len(self.rows):
            raise PriorityMatrixError("cells", len(cells), f"{len(self.rows)} rows")
        given = {}
        for row, line in zip(self.rows, cells, strict=False):
            if isinstance(line, str) or not isinstance(line, Sequence):
                raise PriorityMatrixError(f"row {row.name}", line, "a sequence of levels")
            if len(line) > len(self.columns):
                raise PriorityMatrixError(
                    f"row {row.name}", len(line), f"{len(self.columns)} columns"
                )
            given.update(
                {(row, column): cell for column, cell in zip(self.columns, line, strict=False)}
            )
        return given

    def level(self, row: Level, column: Level) -> Level:
        """Return the priority for a pair of levels.

        Raises:
            InvalidValueError: A level is not of its scale.
        """
        for scale, level in ((self.rows, row), (self.columns, column)):
            if level not in scale:
                raise InvalidValueError(
                    scale.id, level, f"a level of the scale: {', '.join(scale.names)}"
                )
        return self.cells[row.rank - 1][column.rank - 1]

    def __call__(self, record: Any, /) -> PriorityCalculation:
        """Return the priority of a record, with the cell that gave it."""
        row = read_level(self.rows, self.row_field, record)
        column = read_level(self.columns, self.column_field, record)
        if row is None or column is None:
            lacking = self.row_field if row is None else self.column_field
            return PriorityCalculation(None, f"{self.name}: {lacking} is not known")
        level = self.level(row, column)
        return PriorityCalculation(
            level,
            f"{self.name}: {self.row_field} {row.name} and {self.column_field} {column.name} "
            f"give {level.name}",
        )

    def items(self) -> Iterator[tuple[Level, Level, Level]]:
        """Yield (row, column, priority) for every cell, row by row from worst to best."""
        for row, line in zip(self.rows, self.cells, strict=True):
            for column, level in zip(self.columns, line, strict=True):
                yield row, column, level

    def __str__(self) -> str:
        lines = [("", *self.columns.names)]
        lines += [
            (row.name, *(level.name for level in line))
            for row, line in zip(self.rows, self.cells, strict=True)
        ]
        wide = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(line, wide, strict=True)).rstrip()
            for line in lines
        )
