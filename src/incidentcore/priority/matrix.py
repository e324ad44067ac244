"""The priority matrix, and the protocol for all priority calculators (rule P1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, Protocol, Self, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, as_pairs, need_kind, need_word, tuple_of
from incidentcore.conditions.access import reader
from incidentcore.errors import DefinitionError, InvalidValueError, PriorityMatrixError
from incidentcore.values import Impact, Level, Priority, Scale, Urgency

Rounding: TypeAlias = Literal["milder", "worse"]
"""The direction in which a mean between two levels is rounded."""

Numbers: TypeAlias = Mapping[Any, int] | Iterable[tuple[Any, int]]

Cells: TypeAlias = (
    Sequence[Sequence[Level | str]] | Mapping[tuple[Level | str, Level | str], Level | str]
)


@attrs.frozen
class PriorityCalculation(SharedRepr):
    """A computed priority with the reason for it.

    Attributes:
        level: The priority; None if the record lacks a value from which it is computed.
        reason: The reason as text.
    """

    level: Level | None
    reason: str


class PriorityCalculator(Protocol):
    """The protocol for functions or immutable callables that compute a record's priority.

    The attribute ``scale``, if there is one, contains the levels that may be returned.
    """

    def __call__(self, record: Any, /) -> PriorityCalculation:
        """Return the priority of a record, or of a ``dict`` of its fields."""
        ...


def _as_level(scale: Scale, level: Level | str, where: str) -> Level:
    """Return the level of a scale for a level or its name, which it must have."""
    for each in scale:
        if level in (each, each.name):
            return each
    raise PriorityMatrixError(where, level, _levels_of(scale))


def _read_level(scale: Scale, path: str, record: object) -> Level | None:
    """Return the level that a record's field holds, which must be one of its scale or None."""
    seen: Any = reader(path)(record)
    if seen is None or seen in scale:
        return seen  # type: ignore[no-any-return]
    raise InvalidValueError(path, seen, f"{_levels_of(scale)}; or None")


def _levels_of(scale: Scale) -> str:
    return f"a level of the scale {scale.id!r}: {', '.join(scale.names)}"


def _checked_path(field: str, path: object) -> None:
    """Refuse a value that is not the path of a field."""
    try:
        reader(path)  # type: ignore[arg-type]  # refuses what is not a text
    except DefinitionError as error:
        raise PriorityMatrixError(field, path, error.allowed) from None


def _as_given(cells: Cells) -> Any:
    """Accept every form of cells; they are checked against the scales after construction."""
    return cells


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple_of(names)


@attrs.frozen
class PriorityMatrix(SharedRepr):
    """A table that gives a priority for each pair of levels of two scales.

    It can have any shape and any scales, but must have a priority for every pair. Use
    ``lint_matrix`` to check whether it is monotone and uses every level; many tables in practice
    fail one of these checks.

    Attributes:
        rows: The scale of the rows, usually the impact.
        columns: The scale of the columns, usually the urgency.
        cells: The priorities, row by row, with the most severe level of both scales first. Pass
            rows of levels or level names, or a mapping ``{(row, column): level}``.
        scale: The scale of the priorities.
        row_field: The record's field that gives the row.
        column_field: The record's field that gives the column.
        manual_only: Names of levels that only an override can set (GLPI's "major").
        name: The name of the table in explanations.

    Raises:
        PriorityMatrixError: A cell is missing or superfluous, or contains anything but a level that
            may be computed.

    Source: rule P1.

    >>> from incidentcore.priority import PriorityMatrix
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
            need_kind(field, getattr(self, field), Scale, PriorityMatrixError)
        _checked_path("row_field", self.row_field)
        _checked_path("column_field", self.column_field)
        for name in self.manual_only:
            _as_level(self.scale, name, "manual_only")
        object.__setattr__(self, "cells", self._checked(self.cells))

    def _checked(self, cells: Any) -> tuple[tuple[Level, ...], ...]:
        by_pair = self._by_pair(cells)
        lines = [[(row, column) for column in self.columns] for row in self.rows]
        missing = [cell_text(pair) for line in lines for pair in line if pair not in by_pair]
        if missing:
            allowed = f"all {len(self.rows) * len(self.columns)}; missing: {', '.join(missing)}"
            raise PriorityMatrixError("cells", len(by_pair), allowed)
        return tuple(tuple(self._computed(pair, by_pair[pair]) for pair in line) for line in lines)

    def _computed(self, pair: tuple[Level, Level], given: Any) -> Level:
        where = f"cell {cell_text(pair)}"
        level = _as_level(self.scale, given, where)
        if level.name in self.manual_only:
            raise PriorityMatrixError(where, level.name, "a level that may be computed")
        return level

    def _by_pair(self, cells: Any) -> dict[tuple[Level, Level], Any]:
        if isinstance(cells, Mapping):
            by_pair: dict[tuple[Level, Level], Any] = {}
            for key, value in cells.items():
                if not isinstance(key, tuple) or len(key) != 2:
                    raise PriorityMatrixError("cells", key, "keys of the form (row, column)")
                row, column = key
                pair = _as_level(self.rows, row, "row"), _as_level(self.columns, column, "column")
                if pair in by_pair:
                    raise PriorityMatrixError("cells", key, "each cell once")
                by_pair[pair] = value
            return by_pair
        if isinstance(cells, str) or not isinstance(cells, Sequence):
            raise PriorityMatrixError("cells", cells, "rows of levels, or a mapping of cells")
        if len(cells) > len(self.rows):
            raise PriorityMatrixError("cells", len(cells), f"{len(self.rows)} rows")
        by_pair = {}
        for row, line in zip(self.rows, cells, strict=False):
            if isinstance(line, str) or not isinstance(line, Sequence):
                raise PriorityMatrixError(f"row {row.name}", line, "a sequence of levels")
            if len(line) > len(self.columns):
                allowed = f"{len(self.columns)} columns"
                raise PriorityMatrixError(f"row {row.name}", len(line), allowed)
            for column, cell in zip(self.columns, line, strict=False):
                by_pair[row, column] = cell
        return by_pair

    @classmethod
    def from_mean(
        cls,
        rows: Scale = Impact.scale,
        columns: Scale = Urgency.scale,
        *,
        scale: Scale,
        rounding: Rounding = "milder",
        name: str = "mean",
        row_field: str = "impact",
        column_field: str = "urgency",
    ) -> Self:
        """Return the table whose priorities are at the mean of the two levels' positions.

        All three scales must have the same number of levels. Positions are counted from 1 for the
        mildest (last) level. ``rounding`` is ``"milder"`` or ``"worse"``: the level to use if the
        mean is halfway between two. The other arguments are those of the class.

        Raises:
            PriorityMatrixError: The scales differ in length, or the rounding is neither of these
                words.

        Source: rule P1; counting from 1 for the mildest level is our choice.

        >>> from incidentcore.priority import PriorityMatrix
        >>> from incidentcore.values import Scale
        >>> five = ("very_high", "high", "medium", "low", "very_low")
        >>> mean = PriorityMatrix.from_mean(
        ...     Scale("impact5", five), Scale("urgency5", five), scale=Scale("five", five)
        ... )
        >>> mean.level(mean.rows["very_high"], mean.columns["medium"]).name
        'high'
        """
        if not len(rows) == len(columns) == len(scale):
            lengths = (len(rows), len(columns), len(scale))
            raise PriorityMatrixError("scales", lengths, "three scales of one length")
        need_word("rounding", rounding, Rounding, PriorityMatrixError)
        # Ranks count from the worst, so rounding the rank up is rounding the place down.
        up = rounding == "milder"
        cells = [
            [scale.levels[(row.rank + column.rank + up) // 2 - 1] for column in columns]
            for row in rows
        ]
        paths = {"row_field": row_field, "column_field": column_field}
        return cls(rows, columns, cells, scale=scale, name=name, **paths)

    @classmethod
    def from_weights(
        cls,
        rows: Scale = Impact.scale,
        columns: Scale = Urgency.scale,
        *,
        row_weights: Numbers,
        column_weights: Numbers,
        bands: Numbers,
        scale: Scale = Priority.scale,
        name: str = "weights",
        row_field: str = "impact",
        column_field: str = "urgency",
    ) -> Self:
        """Return a matrix whose priorities depend on the sum of the row's and the column's weight.

        The weights are mappings from each level, or its name, to a whole number. ``bands`` has the
        lowest sum for each priority except the least urgent one, which takes all lower sums. All
        else is as in the class.

        Raises:
            PriorityMatrixError: A level has no weight, or the sums in ``bands`` do not decrease
                from the most urgent priority to the least urgent.

        Source: rule P1; additive weights are BMC's model.

        >>> from incidentcore.priority import PriorityMatrix
        >>> from incidentcore.values import Impact, Urgency
        >>> matrix = PriorityMatrix.from_weights(
        ...     row_weights={"high": 20, "medium": 10, "low": 0},
        ...     column_weights={"high": 9, "medium": 5, "low": 0},
        ...     bands={"critical": 29, "high": 20, "moderate": 14, "low": 5},
        ... )
        >>> matrix.level(Impact.MEDIUM, Urgency.HIGH).name  # 10 + 9 = 19
        'moderate'
        """
        first = _weights("row_weights", rows, row_weights)
        second = _weights("column_weights", columns, column_weights)
        least = _numbers("bands", scale, bands)
        bounds = [least[level] for level in scale if level in least]
        if not bounds or scale.best in least or bounds != sorted(set(bounds), reverse=True):
            wanted = (
                f"least sums that fall from the worst level on, without {scale.best.name!r}, "
                "which takes the rest"
            )
            raise PriorityMatrixError("bands", bands, wanted)

        def band(total: int) -> Level:
            return next(
                (each for each in scale if each in least and total >= least[each]), scale.best
            )

        cells = [[band(first[row] + second[column]) for column in columns] for row in rows]
        paths = {"row_field": row_field, "column_field": column_field}
        return cls(rows, columns, cells, scale=scale, name=name, **paths)

    def level(self, row: Level, column: Level) -> Level:
        """Return the priority for a pair of levels.

        Raises:
            InvalidValueError: A level does not belong to the scale of the rows or columns.
        """
        for scale, level in ((self.rows, row), (self.columns, column)):
            if level not in scale:
                raise InvalidValueError(scale.id, level, _levels_of(scale))
        return self.cells[row.rank - 1][column.rank - 1]

    def __call__(self, record: Any, /) -> PriorityCalculation:
        """Return the priority of a record, with the cell that gave it."""
        row = _read_level(self.rows, self.row_field, record)
        column = _read_level(self.columns, self.column_field, record)
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
        """Yield (row, column, priority) for each cell, row by row, in the order of the scales."""
        for row, line in zip(self.rows, self.cells, strict=True):
            for column, level in zip(self.columns, line, strict=True):
                yield row, column, level

    def __str__(self) -> str:
        lines = [("", *self.columns.names)]
        lines += [
            (row.name, *(level.name for level in line))
            for row, line in zip(self.rows, self.cells, strict=True)
        ]
        wide = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(text.ljust(width) for text, width in zip(line, wide, strict=True)).rstrip()
            for line in lines
        )


def cell_text(pair: tuple[Level, Level]) -> str:
    """Return the name of a cell, such as "high/low"."""
    return f"{pair[0].name}/{pair[1].name}"


def _numbers(where: str, scale: Scale, option: Numbers) -> dict[Level, int]:
    entries = as_pairs(option)
    numbers = {_as_level(scale, key, where): number for key, number in entries}
    for level, number in numbers.items():
        if type(number) is not int:
            raise PriorityMatrixError(f"{where}.{level.name}", number, "a whole number")
    if len(numbers) != len(entries):
        raise PriorityMatrixError(where, option, "each level once")
    return numbers


def _weights(where: str, scale: Scale, option: Numbers) -> dict[Level, int]:
    weights = _numbers(where, scale, option)
    if len(weights) != len(scale):
        wanted = f"one weight for each of {', '.join(scale.names)}"
        raise PriorityMatrixError(where, option, wanted)
    return weights
