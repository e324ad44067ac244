"""From a record to its priority, step by step: calculator, adjustments, override (rule P2)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, need_kind, tuple_of
from incidentcore.errors import InvalidValueError, PriorityMatrixError
from incidentcore.priority.adjustments import PriorityAdjustment
from incidentcore.priority.matrix import PriorityCalculation, PriorityCalculator
from incidentcore.priority.presets import SERVICENOW
from incidentcore.records import Record
from incidentcore.records.fold import in_time
from incidentcore.values import Actor, Level, Priority, Scale

StepKind: TypeAlias = Literal["calculator", "adjustment", "override"]
"""The source of a step."""


@attrs.frozen
class PriorityStep(SharedRepr):
    """One step on the way to a priority.

    Attributes:
        kind: The source of the step: ``calculator``, ``adjustment`` or ``override``.
        rule: The name of the calculator or adjustment, or ``override``.
        level: The priority after the step.
        applied: Whether the step applied to the record, even if it did not change the level.
        reason: The reason as text.
    """

    kind: StepKind
    rule: str
    level: Level | None
    applied: bool
    reason: str

    def __str__(self) -> str:
        level = "none" if self.level is None else self.level.name
        return f"{level}: {self.rule}{'' if self.applied else ' (not applied)'}: {self.reason}"


@attrs.frozen
class PriorityOverride(SharedRepr):
    """A priority that somebody set to override the computed priority.

    Attributes:
        level: The priority.
        by: Who set the override.
        at: When the override was set.
        reason: The reason, as text.
    """

    level: Level
    by: Actor
    at: datetime
    reason: str = ""


@attrs.frozen
class PriorityResult(SharedRepr):
    """A record's priority, with every step that led to it.

    Attributes:
        priority: The effective priority: the override if there is one, else ``computed``.
        computed: The priority that the policy computed.
        override: The override, with who set it and why; None if there is none.
        steps: What led to the priority, in order: calculation, adjustments and override.
    """

    priority: Level | None
    computed: Level | None
    override: PriorityOverride | None
    steps: tuple[PriorityStep, ...]

    def __str__(self) -> str:
        return "\n".join(str(step) for step in self.steps)


def _adjustments(values: Iterable[PriorityAdjustment]) -> tuple[PriorityAdjustment, ...]:
    return tuple_of(values)


@attrs.frozen
class PriorityPolicy(SharedRepr):
    """A policy for computing priorities: a calculator, then adjustments in order.

    Attributes:
        calculator: A matrix, or a function.
        adjustments: The adjustments of the computed priority, applied one after the other.
        scale: The scale of the priorities; by default the calculator's.

    Raises:
        PriorityMatrixError: The calculator or an adjustment cannot be called, or an adjustment
            names a level that is not in the calculator's scale, or that only an override may set.

    Source: rule P2.
    """

    calculator: PriorityCalculator = SERVICENOW
    adjustments: tuple[PriorityAdjustment, ...] = attrs.field(default=(), converter=_adjustments)
    scale: Scale = attrs.field(
        default=attrs.Factory(
            lambda self: getattr(self.calculator, "scale", Priority.scale), takes_self=True
        ),
        kw_only=True,
    )

    def __attrs_post_init__(self) -> None:
        if not callable(self.calculator):
            raise PriorityMatrixError("calculator", self.calculator, "a callable, such as a matrix")
        need_kind("scale", self.scale, Scale, PriorityMatrixError)
        levels = self.levels
        for number, adjustment in enumerate(self.adjustments, 1):
            if not callable(adjustment):
                raise PriorityMatrixError(f"adjustment {number}", adjustment, "a callable")
            for name in ("at_least", "at_most"):
                bound = getattr(adjustment, name, None)
                if isinstance(bound, Level) and bound not in levels:
                    where = f"adjustment {_name(adjustment)}"
                    raise PriorityMatrixError(where, bound, _one_of(levels))

    def __call__(self, record: Record, /) -> Level | None:
        """Return the priority that the policy computes for a record, ignoring its override."""
        levels = self.levels  # as calculate_priority, without the steps and their texts
        level = _checked(self.calculator(record), levels, _name(self.calculator))
        for adjustment in self.adjustments:
            moved = None if level is None else adjustment(record, level, levels)
            level = level if moved is None else _checked(moved, levels, _name(adjustment))
        return level

    @property
    def levels(self) -> tuple[Level, ...]:
        """Return the priorities that may be computed, the most urgent first."""
        manual_only = getattr(self.calculator, "manual_only", ())
        return tuple(level for level in self.scale.levels if level.name not in manual_only)


def _one_of(levels: tuple[Level, ...]) -> str:
    return f"a computed level: {', '.join(f'{level.scale} {level.name}' for level in levels)}"


STANDARD_POLICY: Final = PriorityPolicy()


def calculate_priority(policy: PriorityPolicy, record: Record, /) -> PriorityResult:
    """Compute a record's priority, and show every step; the record is not changed.

    Raises:
        InvalidValueError: The record's impact or urgency does not belong to the policy's scales,
            or a custom calculator or adjustment returns a level that the policy does not have.

    Source: rule P2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.priority import PriorityPolicy, calculate_priority
    >>> from incidentcore.priority.adjustments import vip
    >>> from incidentcore.records import Incident
    >>> from incidentcore.values import Impact, Urgency
    >>> incident = Incident.open(
    ...     id="INC-1",
    ...     title="No mail",
    ...     by="kim",
    ...     at=datetime(2026, 6, 1, 9, tzinfo=UTC),
    ...     impact=Impact.MEDIUM,
    ...     urgency=Urgency.MEDIUM,
    ...     custom={"vip": True},
    ... )
    >>> print(calculate_priority(PriorityPolicy(adjustments=(vip(),)), incident))
    moderate: ServiceNow: impact medium and urgency medium give moderate
    high: VIP: custom.vip is True: 1 level worse
    """
    need_kind("policy", policy, PriorityPolicy)
    levels = policy.levels
    calculation = policy.calculator(record)
    level = _checked(calculation, levels, _name(policy.calculator))
    rule = _name(policy.calculator)
    reason = calculation.reason.removeprefix(f"{rule}: ")
    steps = [PriorityStep("calculator", rule, level, level is not None, reason)]
    for adjustment in policy.adjustments:
        rule = _name(adjustment)
        if level is None:
            steps.append(PriorityStep("adjustment", rule, None, False, "no priority to adjust"))
            continue
        moved = adjustment(record, level, levels)
        if moved is None:
            when = getattr(adjustment, "when", None)
            reason = str(when.explain(record)) if when is not None else "does not apply"
            steps.append(PriorityStep("adjustment", rule, level, False, reason))
        else:
            level = _checked(moved, levels, rule)
            steps.append(PriorityStep("adjustment", rule, level, True, moved.reason))
    override = standing_override(record)
    if override is not None:
        text = f"set by {override.by.id} at {override.at:%Y-%m-%d %H:%M} UTC"
        reason = f"{text}: {override.reason}" if override.reason else text
        steps.append(PriorityStep("override", "override", override.level, True, reason))
    return PriorityResult(
        level if override is None else override.level, level, override, tuple(steps)
    )


def _name(rule: object) -> str:
    return str(getattr(rule, "name", "") or getattr(rule, "__name__", type(rule).__name__))


def _checked(
    calculation: PriorityCalculation, levels: tuple[Level, ...], rule: str
) -> Level | None:
    need_kind(rule, calculation, PriorityCalculation)
    if calculation.level is None or calculation.level in levels:
        return calculation.level
    raise InvalidValueError(rule, calculation.level, _one_of(levels))


def standing_override(record: Record) -> PriorityOverride | None:
    """Return the override that is in force on a record (rule H5), or None."""
    need_kind("record", record, Record)
    level = record.priority_override
    if level is None:
        return None
    opening, rest = in_time(record.history)
    events = (opening, *rest)
    event = [e for e in events if "priority_override" in getattr(e, "fields", ())][-1]
    return PriorityOverride(level, event.by, event.at, getattr(event, "reason", ""))
