"""What is read off one record: a time, a number, or how often something happened.

A measure is a frozen value; how the answers of many records become one figure is the part of the
statistic.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, TypeAlias

import attrs

from incidentcore.communication import CommunicationPlan
from incidentcore.conditions import Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Versions
from incidentcore.kpi.moments import MomentSpec, check_moment, compile_path
from incidentcore.sla import SlaDefinition, SlaPolicy

__all__ = [
    "ClockRules",
    "CommunicationRules",
    "Duration",
    "DurationField",
    "NumberField",
    "OccurrenceCount",
    "ReturnCount",
    "TimeIn",
    "TimeOverTarget",
    "UpdateLateness",
    "Updates",
    "ValueMeasure",
]


def _moment(_: object, __: object, value: Any) -> None:
    check_moment(value)


def _path(_: object, __: object, value: Any) -> None:
    compile_path(value)


def _condition(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, Condition):
        raise KpiDefinitionError(field.name, value, "a condition")


@attrs.frozen
class Duration:
    """The time from one moment to another; wall time, or open time by the KPI's clock."""

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    start: MomentSpec = attrs.field(default="opened_at", validator=_moment)
    stop: MomentSpec = attrs.field(default="resolved_at", validator=_moment)


@attrs.frozen
class TimeIn:
    """The time in which a condition on the record's facts held, from the opening on.

    Attributes:
        condition: What must hold, such as ``field("state.pauses").is_true()``.
        until: Where counting ends; the instant of the computation unless told. A record without
            that moment is left out.
    """

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    condition: Condition = attrs.field(validator=_condition)
    until: MomentSpec = attrs.field(default="as_of", validator=_moment)


@attrs.frozen
class DurationField:
    """A field that holds a time span of its own, as a ``timedelta``."""

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    path: str = attrs.field(validator=_path)


@attrs.frozen
class NumberField:
    """A field that holds a number: a whole one, a float, a Decimal, or one written as text."""

    gathers: ClassVar[str] = "sample"

    path: str = attrs.field(validator=_path)
    unit: str = "number"


@attrs.frozen
class OccurrenceCount:
    """How often a condition on the record's facts came to hold, once for each instant."""

    gathers: ClassVar[str] = "sample"

    condition: Condition = attrs.field(validator=_condition)
    unit: str = "times"


@attrs.frozen
class ReturnCount:
    """How often a field came back to a value that it had before: group A, then B, then A again."""

    gathers: ClassVar[str] = "sample"

    path: str = attrs.field(validator=_path)
    unit: str = "times"


ClockRules: TypeAlias = SlaDefinition | SlaPolicy | Versions[SlaDefinition] | Versions[SlaPolicy]


def check_rules(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is no rule of one SLA clock."""
    versions = tuple(value) if isinstance(value, Versions) else (value,)
    if not all(isinstance(version, (SlaDefinition, SlaPolicy)) for version in versions):
        raise KpiDefinitionError(
            field.name, value, "one clock: an SlaDefinition, an SlaPolicy, or Versions of one"
        )


@attrs.frozen
class TimeOverTarget:
    """The open time beyond the target of an SLA clock, of the records that breached it."""

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    rules: ClockRules = attrs.field(validator=check_rules)


CommunicationRules: TypeAlias = CommunicationPlan | Versions[CommunicationPlan]

_OUTCOMES: Final = ("due", "on_time", "missed", "sent")


def _check_plan(_: object, field: attrs.Attribute[Any], value: object) -> None:
    versions = tuple(value) if isinstance(value, Versions) else (value,)
    if not all(isinstance(version, CommunicationPlan) for version in versions):
        raise KpiDefinitionError(field.name, value, "a CommunicationPlan, or Versions of one")


@attrs.frozen
class Updates:
    """How many updates a record's audiences were owed, by what became of them.

    Attributes:
        plan: The plan that asks for them.
        outcome: ``on_time`` for those sent by their due, ``missed`` for those that were not,
            ``due`` for both, and ``sent`` for all that went out, asked for or not.

    A record to which the plan owed nothing is left out as ``nothing_owed``.
    """

    unit: ClassVar[str] = "updates"
    gathers: ClassVar[str] = "sample"

    plan: CommunicationRules = attrs.field(validator=_check_plan)
    outcome: str = "due"

    def __attrs_post_init__(self) -> None:
        if self.outcome not in _OUTCOMES:
            raise KpiDefinitionError("outcome", self.outcome, f"one of {', '.join(_OUTCOMES)}")


@attrs.frozen
class UpdateLateness:
    """By how much a record's missed updates were late, summed; see ``Updates``."""

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    plan: CommunicationRules = attrs.field(validator=_check_plan)


ValueMeasure: TypeAlias = (
    Duration
    | TimeIn
    | DurationField
    | NumberField
    | OccurrenceCount
    | ReturnCount
    | TimeOverTarget
    | Updates
    | UpdateLateness
)
