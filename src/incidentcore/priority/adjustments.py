"""What may move a computed priority: important callers and services, many users, security."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

import attrs

from incidentcore._checks import need_text
from incidentcore.conditions import Condition, field
from incidentcore.errors import PriorityMatrixError
from incidentcore.priority.matrix import PriorityCalculation
from incidentcore.values import Level

__all__ = [
    "Adjustment",
    "PriorityAdjustment",
    "affected_users",
    "critical_services",
    "security",
    "vip",
]


class PriorityAdjustment(Protocol):
    """Moves a computed priority: a plain function or a frozen object fits."""

    def __call__(
        self, record: Any, level: Level, levels: Sequence[Level], /
    ) -> PriorityCalculation | None:
        """Return the moved priority with the reason, or None where this does not apply.

        Args:
            record: The record.
            level: Its priority so far.
            levels: The priorities that may be computed, from worst to best.
        """
        ...


@attrs.frozen
class Adjustment:
    """A rule that moves the priority of the records that a condition matches.

    State exactly one of the three moves. A move past the end of the scale stops at its end.

    Attributes:
        name: What the rule is called in explanations.
        when: Which records it is about.
        raise_by: How many levels worse; a negative number makes it milder.
        at_least: A priority that is raised to this one where it is milder.
        at_most: A priority that is lowered to this one where it is worse.

    Raises:
        PriorityMatrixError: ``when`` is not a condition, or there is not exactly one move.

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
        if not isinstance(self.when, Condition):
            raise PriorityMatrixError(self.name, self.when, "a condition")
        if type(self.raise_by) is not int:
            raise PriorityMatrixError(self.name, self.raise_by, "a whole number of levels")
        moves = (self.raise_by != 0) + (self.at_least is not None) + (self.at_most is not None)
        if moves != 1:
            raise PriorityMatrixError(
                self.name, f"{moves} moves", "one of raise_by, at_least and at_most"
            )

    def __call__(
        self, record: Any, level: Level, levels: Sequence[Level], /
    ) -> PriorityCalculation | None:
        """Return the moved priority with the reason, or None where this does not apply."""
        if not self.when.matches(record):
            return None
        moved, text = level, ""
        if self.raise_by:
            place = min(max(levels.index(level) - self.raise_by, 0), len(levels) - 1)
            number = abs(self.raise_by)
            moved = levels[place]
            text = f"{number} level{'s'[: number > 1]} {'worse' if self.raise_by > 0 else 'milder'}"
        for words, pick, bound in (
            ("at least", max, self.at_least),
            ("at most", min, self.at_most),
        ):
            if bound is not None:
                moved, text = pick(level, bound), f"{words} {bound.name}"
        return PriorityCalculation(moved, f"{self.when}: {text}")


_VIP: Final = field("custom.vip").is_true()
_SECURITY: Final = field("category").starts_with("security")


def vip(when: Condition = _VIP, *, raise_by: int = 1) -> Adjustment:
    """Return the rule that important callers' records are more pressing.

    Args:
        when: Who is important; ``custom.vip`` by default.
        raise_by: How many levels worse.
    """
    return Adjustment("VIP", when, raise_by=raise_by)


def critical_services(*services: str, at_least: Level) -> Adjustment:
    """Return the rule that records of these services have at least this priority.

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
    """Return the rule that records that hit many users are more pressing.

    Args:
        number: From how many users on.
        raise_by: How many levels worse.
        path: The field that holds how many users are affected.
    """
    return Adjustment(f"{number} users or more", field(path) >= number, raise_by=raise_by)


def security(at_least: Level, *, when: Condition = _SECURITY) -> Adjustment:
    """Return the rule that security incidents have at least this priority.

    Args:
        at_least: The priority.
        when: What is a security incident; by default the category ``security`` and all
            below.
    """
    return Adjustment("security", when, at_least=at_least)
