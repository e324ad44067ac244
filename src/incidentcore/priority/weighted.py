"""Priorities by adding weights or by taking a mean, instead of by a table (rule P1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from incidentcore.errors import PriorityMatrixError
from incidentcore.priority.matrix import (
    PriorityCalculation,
    PriorityMatrix,
    as_level,
    checked_path,
    read_level,
)
from incidentcore.values import Impact, Level, Priority, Scale, Urgency

__all__ = ["ArithmeticPriority", "Rounding", "WeightedPriority"]


def _pairs(given: Any) -> tuple[tuple[str, int], ...]:
    entries = given.items() if isinstance(given, Mapping) else given
    return tuple((key.name if isinstance(key, Level) else key, value) for key, value in entries)


def _weights(field: str, scale: Scale, given: tuple[tuple[str, int], ...]) -> dict[str, int]:
    weights = dict(given)
    if len(weights) != len(given) or set(weights) != set(scale.names):
        raise PriorityMatrixError(field, given, f"one weight for each of {', '.join(scale.names)}")
    for name, weight in weights.items():
        if type(weight) is not int:
            raise PriorityMatrixError(f"{field}.{name}", weight, "a whole number")
    return weights


@attrs.frozen(kw_only=True)
class WeightedPriority:
    """A priority by the sum of two weights, cut into bands.

    Attributes:
        rows: The scale of the first field, as a rule the impact.
        columns: The scale of the second field, as a rule the urgency.
        row_weights: A weight for each level of ``rows``, by name.
        column_weights: A weight for each level of ``columns``, by name.
        bands: The least sum of each priority but the best, which takes all that lies below.
        scale: The scale of the priorities.
        row_field: The record's field that gives the first level.
        column_field: The record's field that gives the second level.
        name: What the rule is called in explanations.

    Raises:
        PriorityMatrixError: A level has no weight, or the bands do not fall from worst to best.

    Source: rule P1; additive weights are BMC's model.

    >>> rule = WeightedPriority(
    ...     rows=Impact.scale,
    ...     columns=Urgency.scale,
    ...     row_weights={"high": 20, "medium": 10, "low": 0},
    ...     column_weights={"high": 9, "medium": 5, "low": 0},
    ...     bands={"critical": 29, "high": 20, "moderate": 14, "low": 5},
    ... )
    >>> rule({"impact": Impact.MEDIUM, "urgency": Urgency.HIGH}).reason
    'weights: impact medium 10 + urgency high 9 = 19: moderate'
    """

    rows: Scale
    columns: Scale
    row_weights: tuple[tuple[str, int], ...] = attrs.field(converter=_pairs)
    column_weights: tuple[tuple[str, int], ...] = attrs.field(converter=_pairs)
    bands: tuple[tuple[str, int], ...] = attrs.field(converter=_pairs)
    scale: Scale = Priority.scale
    row_field: str = "impact"
    column_field: str = "urgency"
    name: str = "weights"

    def __attrs_post_init__(self) -> None:
        rows = _weights("row_weights", self.rows, self.row_weights)
        columns = _weights("column_weights", self.columns, self.column_weights)
        # Kept in the order of the scales, so that rules that mean the same are equal.
        for field, scale, weights in (
            ("row_weights", self.rows, rows),
            ("column_weights", self.columns, columns),
        ):
            object.__setattr__(self, field, tuple((name, weights[name]) for name in scale.names))
        checked_path("row_field", self.row_field)
        checked_path("column_field", self.column_field)
        bounds = dict(self.bands)
        levels = sorted(
            (as_level(self.scale, name, "bands") for name in bounds), key=lambda level: level.rank
        )
        least = [bounds[level.name] for level in levels]
        if any(type(bound) is not int for bound in least):
            raise PriorityMatrixError("bands", least, "whole numbers")
        if self.scale.best in levels or not levels or least != sorted(set(least), reverse=True):
            raise PriorityMatrixError(
                "bands",
                self.bands,
                f"least sums that fall from the worst level on, without {self.scale.best.name!r}, "
                "which takes the rest",
            )
        object.__setattr__(
            self, "bands", tuple((level.name, bounds[level.name]) for level in levels)
        )

    def level(self, row: Level, column: Level) -> Level:
        """Return the priority for a pair of levels."""
        return self._band(self._sum(row, column)[2])

    def _sum(self, row: Level, column: Level) -> tuple[int, int, int]:
        first = self.row_weights[row.rank - 1][1]
        second = self.column_weights[column.rank - 1][1]
        return first, second, first + second

    def _band(self, total: int) -> Level:
        for name, least in self.bands:
            if total >= least:
                return self.scale[name]
        return self.scale.best

    def __call__(self, record: Any, /) -> PriorityCalculation:
        """Return the priority of a record, with the sum that gave it."""
        row = read_level(self.rows, self.row_field, record)
        column = read_level(self.columns, self.column_field, record)
        if row is None or column is None:
            lacking = self.row_field if row is None else self.column_field
            return PriorityCalculation(None, f"{self.name}: {lacking} is not known")
        first, second, total = self._sum(row, column)
        level = self._band(total)
        return PriorityCalculation(
            level,
            f"{self.name}: {self.row_field} {row.name} {first} + {self.column_field} "
            f"{column.name} {second} = {total}: {level.name}",
        )

    def matrix(self) -> PriorityMatrix:
        """Return the same rule as a table, to be read and linted."""
        return _as_matrix(self)


Rounding: TypeAlias = Literal["milder", "worse"]
"""Which way a mean between two levels goes."""


@attrs.frozen(kw_only=True)
class ArithmeticPriority:
    """A priority by the mean of two levels' places in their scales.

    The scales of both fields and of the priorities have the same number of levels. Places count
    from 1 for the best level up, so ``"milder"`` is the floor of the mean.

    Attributes:
        rows: The scale of the first field, as a rule the impact.
        columns: The scale of the second field, as a rule the urgency.
        scale: The scale of the priorities.
        rounding: Which way half a step goes; see ``Rounding``.
        row_field: The record's field that gives the first level.
        column_field: The record's field that gives the second level.
        name: What the rule is called in explanations.

    Raises:
        PriorityMatrixError: The scales differ in length, or there is no such rounding.

    Source: rule P1; that the floor is taken with 1 as the best is our choice.

    >>> five = ("very_high", "high", "medium", "low", "very_low")
    >>> mean = ArithmeticPriority(
    ...     rows=Scale("impact5", five), columns=Scale("urgency5", five), scale=Scale("five", five)
    ... )
    >>> mean.level(mean.rows["very_high"], mean.columns["medium"]).name
    'high'
    """

    rows: Scale = Impact.scale
    columns: Scale = Urgency.scale
    scale: Scale
    rounding: Rounding = "milder"
    row_field: str = "impact"
    column_field: str = "urgency"
    name: str = "mean"

    def __attrs_post_init__(self) -> None:
        if not len(self.rows) == len(self.columns) == len(self.scale):
            lengths = (len(self.rows), len(self.columns), len(self.scale))
            raise PriorityMatrixError("scales", lengths, "three scales of one length")
        if self.rounding not in ("milder", "worse"):
            raise PriorityMatrixError("rounding", self.rounding, "milder or worse")
        checked_path("row_field", self.row_field)
        checked_path("column_field", self.column_field)

    def level(self, row: Level, column: Level) -> Level:
        """Return the priority for a pair of levels."""
        # Ranks count from the worst, so rounding the rank up is rounding the place down.
        ranks = row.rank + column.rank
        rank = -(-ranks // 2) if self.rounding == "milder" else ranks // 2
        return self.scale.levels[rank - 1]

    def __call__(self, record: Any, /) -> PriorityCalculation:
        """Return the priority of a record, with the mean that gave it."""
        row = read_level(self.rows, self.row_field, record)
        column = read_level(self.columns, self.column_field, record)
        if row is None or column is None:
            lacking = self.row_field if row is None else self.column_field
            return PriorityCalculation(None, f"{self.name}: {lacking} is not known")
        level = self.level(row, column)
        places = [len(self.scale) + 1 - each.rank for each in (row, column, level)]
        return PriorityCalculation(
            level,
            f"{self.name}: {self.row_field} {row.name} ({places[0]}) and {self.column_field} "
            f"{column.name} ({places[1]}) have the {self.rounding} mean {level.name} ({places[2]})",
        )

    def matrix(self) -> PriorityMatrix:
        """Return the same rule as a table, to be read and linted."""
        return _as_matrix(self)


def _as_matrix(rule: WeightedPriority | ArithmeticPriority) -> PriorityMatrix:
    rows: Iterable[Level] = rule.rows
    return PriorityMatrix(
        rule.rows,
        rule.columns,
        [[rule.level(row, column) for column in rule.columns] for row in rows],
        scale=rule.scale,
        row_field=rule.row_field,
        column_field=rule.column_field,
        name=rule.name,
    )
