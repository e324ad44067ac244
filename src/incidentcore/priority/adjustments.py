"""Adjustments to a computed priority: important callers and services, many users, security."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_text
from incidentcore.conditions import Condition, field
from incidentcore.errors import PriorityMatrixError
from incidentcore.priority.matrix import PriorityCalculation
from incidentcore.values import Level


class PriorityAdjustment(Protocol):
    """The protocol for functions or immutable callables that adjust a computed priority."""

    def __call__(
        self, record: Any, level: Level, levels: Sequence[Level], /
    ) -> PriorityCalculation | None:
        """Return the adjusted priority with the reason, or None if the adjustment does not apply.

        Args:
            record: The record.
            level: Its priority so far.
            levels: The priorities that may be computed, the most urgent first.
        """
        ...


@attrs.frozen
class Adjustment(SharedRepr):
    """A rule that adjusts the priority of the records that match a condition.

    Pass exactly one of ``raise_by``, ``at_least`` and ``at_most``. The result never goes beyond the
    ends of the scale.

    Attributes:
        name: The name of the rule in explanations.
        when: The condition that the records must match.
        raise_by: How many levels to raise the priority by; a negative number lowers it.
        at_least: The lowest priority that the records may have; a lower one is raised to it.
        at_most: The highest priority that the records may have; a higher one is lowered to it.

    Raises:
        PriorityMatrixError: ``when`` is not a condition, or not exactly one adjustment is passed.

    >>> from incidentcore.conditions import field
    >>> from incidentcore.priority import Adjustment
    >>> from incidentcore.values import Priority
    >>> rule = Adjustment("payroll week", field("service").equals("payroll"), raise_by=1)
    >>> rule({"service": "payroll"}, Priority.LOW, Priority.scale.levels)
    PriorityCalculation(level=Level(scale='priority', name='moderate', rank=3), reason="service is \
'payroll': 1 level worse")
    """

    name: str
    when: Condition
    raise_by: int = attrs.field(default=0, kw_only=True)
    at_least: Level | None = attrs.field(default=None, kw_only=True)
    at_most: Level | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_text("name", self.name, PriorityMatrixError)
        need_kind(self.name, self.when, Condition, PriorityMatrixError, "a condition")
        for bound in (self.at_least, self.at_most):
            need_kind(self.name, bound, Level | None, PriorityMatrixError)
        if type(self.raise_by) is not int:
            raise PriorityMatrixError(self.name, self.raise_by, "a whole number of levels")
        moves = (self.raise_by != 0) + (self.at_least is not None) + (self.at_most is not None)
        if moves != 1:
            allowed = "one of raise_by, at_least and at_most"
            raise PriorityMatrixError(self.name, f"{moves} moves", allowed)

    def __call__(
        self, record: Any, level: Level, levels: Sequence[Level], /
    ) -> PriorityCalculation | None:
        """Return the adjusted priority with the reason, or None if the record does not match."""
        if not self.when.matches(record):
            return None
        if self.at_least is not None:
            moved, text = max(level, self.at_least), f"at least {self.at_least.name}"
        elif self.at_most is not None:
            moved, text = min(level, self.at_most), f"at most {self.at_most.name}"
        else:
            number = abs(self.raise_by)
            moved = levels[min(max(levels.index(level) - self.raise_by, 0), len(levels) - 1)]
            text = f"{number} level{'s'[: number > 1]} {'worse' if self.raise_by > 0 else 'milder'}"
        return PriorityCalculation(moved, f"{self.when}: {text}")


_VIP: Final = field("custom.vip").is_true()
_SECURITY: Final = field("category").starts_with("security")


def vip(when: Condition = _VIP, *, raise_by: int = 1) -> Adjustment:
    """Return a rule that raises the priority of important callers' records.

    By default, these are the records whose ``custom.vip`` is true.
    """
    return Adjustment("VIP", when, raise_by=raise_by)


def critical_services(*services: str, at_least: Level) -> Adjustment:
    """Return a rule by which records of the named services have at least the priority ``at_least``.

    >>> from incidentcore.priority import critical_services
    >>> from incidentcore.values import Priority
    >>> rule = critical_services("payments", "login", at_least=Priority.HIGH)
    >>> print(rule.when)
    service is one of 'login', 'payments'
    """
    return Adjustment("service criticality", field("service").is_in(*services), at_least=at_least)


def affected_users(
    number: int, *, raise_by: int = 1, path: str = "custom.affected_users"
) -> Adjustment:
    """Return a rule that raises the priority of records that affect ``number`` users or more."""
    return Adjustment(f"{number} users or more", field(path) >= number, raise_by=raise_by)


def security(at_least: Level, *, when: Condition = _SECURITY) -> Adjustment:
    """Return a rule that gives security incidents at least a given priority.

    By default, these are the records of the category ``security``, or of one below it.
    """
    return Adjustment("security", when, at_least=at_least)
