"""Boolean tests on records: conditions, and tests of a record's measures, times and links."""

# ruff: noqa: D102  what these methods do is said once, in ``RecordTest``

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import as_zone
from incidentcore.kpi.engine.accumulators import microseconds
from incidentcore.kpi.engine.compiled_conditions import compile_condition
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import (
    Setting,
    ValueMeasure,
    facts_of,
    moment_needs,
    read_checked,
)
from incidentcore.kpi.moments import MomentSpec, as_moment, compile_moment
from incidentcore.records import Record, StateChanged

__all__ = [
    "AtLeast",
    "AtMost",
    "HasLink",
    "RecordTest",
    "SameDay",
    "WhenResolved",
    "as_test",
    "compile_test",
    "test_needs",
]

Answer: TypeAlias = Callable[[Record], bool | str]
"""Returns True or False for a record, or a code that says why neither is known."""


class RecordTest:
    """The base class of tests that read more of a record than its fields.

    To add a kind of test, derive a frozen class from this one and implement ``compile``.
    """

    __slots__ = ()

    @property
    def needs(self) -> frozenset[str]:
        return frozenset()

    @property
    def settings(self) -> frozenset[Setting]:
        return frozenset()

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        raise NotImplementedError


def as_test(test: Condition | RecordTest) -> Condition | RecordTest:
    """Check that a value is a condition or a ``RecordTest``, and return it.

    Raises:
        KpiDefinitionError: It is neither, or a condition can never match.
    """
    if isinstance(test, Condition):
        _check_links(test)
    elif not isinstance(test, RecordTest):
        allowed = "a condition, AtMost, AtLeast, SameDay, HasLink or WhenResolved"
        raise KpiDefinitionError("test", test, allowed)
    return test


def _check_links(condition: Any) -> None:
    """Refuse a condition that compares links with a link type: links are separate values."""
    if getattr(condition, "path", "") == "links" and isinstance(condition.value, str):
        raise KpiDefinitionError(
            "links",
            str(condition),
            f"HasLink({condition.value!r}), or HasLink({condition.value!r}, present=False)",
        )
    parts = getattr(condition, "parts", None) or (getattr(condition, "part", None),)
    for part in parts:
        if part is not None:
            _check_links(part)


def compile_test(test: Condition | RecordTest, kpi: Definition, as_of: datetime) -> Answer:
    """Return the function that evaluates a test on a record."""
    if isinstance(test, Condition):
        return compile_condition(test, as_of)
    return test.compile(kpi, as_of)


def test_needs(test: Condition | RecordTest) -> frozenset[str]:
    """Return the facts that a record's source must supply so that a test can be evaluated."""
    return facts_of(test.fields) if isinstance(test, Condition) else test.needs


def _values(measure: ValueMeasure) -> ValueMeasure:
    if not isinstance(measure, ValueMeasure):
        raise KpiDefinitionError("measure", measure, "a measure of values, such as Duration()")
    return measure


@attrs.frozen
class _Limit(RecordTest):
    measure: ValueMeasure = attrs.field(converter=_values)
    limit: timedelta | int

    def __attrs_post_init__(self) -> None:
        is_time = self.measure.unit == "duration"
        if isinstance(self.limit, timedelta) is not is_time:
            allowed = "a timedelta" if is_time else f"a number of {self.measure.unit}"
            raise KpiDefinitionError("limit", self.limit, allowed)

    @property
    def needs(self) -> frozenset[str]:
        return self.measure.needs

    @property
    def settings(self) -> frozenset[Setting]:
        return self.measure.settings

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        value_of, at_most = read_checked(self.measure, kpi, as_of), isinstance(self, AtMost)
        limit = microseconds(self.limit) if isinstance(self.limit, timedelta) else self.limit

        def compare(record: Record) -> bool | str:
            value = value_of(record)
            if isinstance(value, str):
                return value
            return bool(value <= limit) if at_most else bool(value >= limit)

        return compare


@attrs.frozen
class AtMost(_Limit):
    """Whether a measure of the record is at most a limit; unknown if it has no value.

    The limit is a ``timedelta`` if the measure is a duration, otherwise a number.
    """


@attrs.frozen
class AtLeast(_Limit):
    """Whether a measure of the record is at least a limit; unknown if it has no value.

    The limit is a ``timedelta`` if the measure is a duration, otherwise a number.
    """


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return as_zone(zone)


@attrs.frozen
class SameDay(RecordTest):
    """Whether two times of a record have the same date in a zone; unknown if one is missing."""

    first: MomentSpec = attrs.field(converter=as_moment)
    second: MomentSpec = attrs.field(converter=as_moment)
    zone: ZoneInfo = attrs.field(converter=_zone)

    @property
    def needs(self) -> frozenset[str]:
        return moment_needs(self.first, self.second)

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        first, second = compile_moment(self.first, as_of), compile_moment(self.second, as_of)
        zone = self.zone

        def same_day(record: Record) -> bool | str:
            start, stop = first(record), second(record)
            if start is None or stop is None:
                return "no_value"
            return start.astimezone(zone).date() == stop.astimezone(zone).date()

        return same_day


@attrs.frozen
class HasLink(RecordTest):
    """Whether a record has a link of a type to any other record; see ``LinkType``.

    Attributes:
        type: The type of the link, such as ``"duplicate_of"``.
        present: Whether the link must be there; False selects records without such a link.
    """

    type: str
    present: bool = attrs.field(default=True, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.type, str) or not self.type:
            raise KpiDefinitionError("type", self.type, "a type of link")

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        wanted, present = self.type, self.present
        return lambda record: any(link.type == wanted for link in record.links) is present


def _condition(condition: Condition) -> Condition:
    if not isinstance(condition, Condition):
        raise KpiDefinitionError("condition", condition, "a condition")
    return condition


@attrs.frozen
class WhenResolved(RecordTest):
    """Whether a condition matched the record's facts at its last resolution.

    Later changes do not matter, nor do changes by the requester if the requester resolved the
    record. A record that is not resolved does not satisfy it.
    """

    condition: Condition = attrs.field(converter=_condition)

    @property
    def needs(self) -> frozenset[str]:
        return facts_of(self.condition.fields)

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        test = self.condition.test

        def held(record: Record) -> bool:
            at = record.resolved_at
            if at is None:
                return False
            answer = False
            for step, facts in record.timeline().states():
                if step.at > at:
                    break
                if step.at == at and any(
                    isinstance(event, StateChanged) and event.by.role == "requester"
                    for event in step.events
                ):
                    break
                answer = bool(test(facts, at))
            return answer

        return held
