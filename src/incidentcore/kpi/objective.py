"""The objective of a KPI."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import attrs

from incidentcore._checks import Refusal, SharedRepr, exact_fraction, need_kind
from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi.engine.results import exact_number

Goal: TypeAlias = timedelta | Fraction


def _goal(value: timedelta | float | str | Decimal | Fraction | None) -> Goal | None:
    if value is None or isinstance(value, timedelta):
        return value
    allowed = "a finite number or a timedelta"
    return exact_fraction("objective", value, allowed, KpiDefinitionError)


@attrs.frozen(kw_only=True)
class Objective(SharedRepr):
    """The objective of a KPI: a value to reach, or a value not to exceed.

    Attributes:
        at_least: The least value that meets the objective, such as 0.999 for an availability.
        at_most: The greatest value that meets the objective, such as four hours to resolve.

    Units: fractions are from 0 to 1, times are ``timedelta``; 0.999 means exactly 999/1000.

    >>> from incidentcore.kpi import Objective
    >>> Objective(at_least=0.999).is_met_by(0.9985)
    False
    """

    at_least: Goal | None = attrs.field(default=None, converter=_goal)
    at_most: Goal | None = attrs.field(default=None, converter=_goal)

    def __attrs_post_init__(self) -> None:
        if (self.at_least is None) is (self.at_most is None):
            goals = (self.at_least, self.at_most)
            raise KpiDefinitionError("objective", goals, "one of at_least and at_most")

    @property
    def goal(self) -> Goal:
        """Return the value to reach or not to exceed, whichever is set."""
        goal = self.at_most if self.at_least is None else self.at_least
        assert goal is not None  # noqa: S101  checked when it is made
        return goal

    @property
    def allowed_misses(self) -> Fraction | None:
        """Return the share of misses allowed, such as 1/20; None if the objective is a time."""
        goal = self.goal
        if isinstance(goal, timedelta):
            return None
        return goal if self.at_least is None else 1 - goal

    def is_met_by(self, value: timedelta | float) -> bool:
        """Return whether a value meets the objective."""
        goal = self.goal if self.allowed_misses is None else float(self.goal)  # type: ignore[arg-type]
        if (self.allowed_misses is None) is not isinstance(value, timedelta):
            raise KpiDefinitionError("value", value, f"a value like {goal}")
        return bool(value <= goal if self.at_least is None else value >= goal)  # type: ignore[operator]


def need_objective(where: str, value: Any, unit: str, error: Refusal = KpiDefinitionError) -> None:
    """Raise an error if a value is not an objective that a figure of a unit can have."""
    need_kind(where, value, Objective, error, "an Objective, such as Objective(at_least=0.999)")
    goal: Any = value.goal
    if isinstance(goal, timedelta) is not (unit == "duration"):
        raise error(where, value, f"an Objective in the unit {unit}")
    if unit == "fraction" and not 0 <= goal <= 1:
        percent = f"; use {float(goal / 100)} for {exact_number(goal)} %" if 1 < goal <= 100 else ""
        raise error(where, value, f"a share from 0 to 1{percent}")


def missed(objective: Objective, hits: Fraction, whole: Fraction) -> Fraction:
    """Return how much of a whole misses the objective of a share with these hits."""
    return hits if objective.at_least is None else whole - hits
