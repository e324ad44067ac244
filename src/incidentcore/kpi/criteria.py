"""Yes or no about a record: conditions, and what measures and links of it say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import as_zone
from incidentcore.kpi.measures import ValueMeasure
from incidentcore.kpi.moments import MomentSpec, check_moment

__all__ = ["AtLeast", "AtMost", "HasLink", "RecordTest", "SameDay", "check_test"]


def _moment(_: object, __: object, value: Any) -> None:
    check_moment(value)


@attrs.frozen
class AtMost:
    """Whether a measure of the record is at most a limit; unknown where it has no value."""

    measure: ValueMeasure
    limit: timedelta | int


@attrs.frozen
class AtLeast:
    """Whether a measure of the record is at least a limit; unknown where it has no value."""

    measure: ValueMeasure
    limit: timedelta | int


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return as_zone(zone)


@attrs.frozen
class SameDay:
    """Whether two moments fall on one date of a zone; unknown where one is missing."""

    first: MomentSpec = attrs.field(validator=_moment)
    second: MomentSpec = attrs.field(validator=_moment)
    zone: ZoneInfo = attrs.field(converter=_zone)


@attrs.frozen
class HasLink:
    """Whether a record has a link of a type to whatever other record; see ``LinkType``."""

    type: str


RecordTest: TypeAlias = Condition | AtMost | AtLeast | SameDay | HasLink


def check_test(_: object, field: attrs.Attribute[Any], value: object) -> None:
    """Refuse what is no test of a record."""
    if not isinstance(value, (Condition, AtMost, AtLeast, SameDay, HasLink)):
        raise KpiDefinitionError(
            field.name, value, "a condition, AtMost, AtLeast, SameDay or Linked"
        )
