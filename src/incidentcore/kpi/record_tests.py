"""Boolean tests on records: conditions, and tests of a record's measures, times and links."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, checked, is_whole, need_kind, need_text
from incidentcore.conditions import Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import as_zone
from incidentcore.kpi.engine.accumulators import microseconds
from incidentcore.kpi.engine.compiled_conditions import compile_condition
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Setting, ValueMeasure, a_flag, moment_needs, read_checked
from incidentcore.kpi.moments import MomentSpec, as_moment, compile_moment, facts_of, need_condition
from incidentcore.records import Record, StateChanged

Answer: TypeAlias = Callable[[Record], bool | str]
"""Returns True or False for a record, or a code that says why neither is known."""


class RecordTest(SharedRepr):
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
    """Check that a value is a condition or a ``RecordTest``, and return it."""
    allowed = "a condition, AtMost, AtLeast, SameDay, HasLink or WhenResolved"
    need_kind("test", test, (Condition, RecordTest), KpiDefinitionError, allowed)
    leaves: Any = test.leaves() if hasattr(test, "leaves") else ()
    for leaf in leaves:  # links are values of their own, so none equals the name of its type
        if getattr(leaf, "path", "") == "links" and isinstance(getattr(leaf, "value", None), str):
            allowed = f"HasLink({leaf.value!r}), or HasLink({leaf.value!r}, present=False)"
            raise KpiDefinitionError("links", str(leaf), allowed)
    return test


def compile_test(test: Condition | RecordTest, kpi: Definition, as_of: datetime) -> Answer:
    """Return the function that evaluates a test on a record."""
    if isinstance(test, RecordTest):
        return test.compile(kpi, as_of)
    return compile_condition(test, as_of)


def test_needs(test: Condition | RecordTest) -> frozenset[str]:
    """Return the facts that a record's source must supply so that a test can be evaluated."""
    return test.needs if isinstance(test, RecordTest) else facts_of(test.fields)


def test_settings(*tests: Condition | RecordTest) -> frozenset[Setting]:
    """Return the settings of a KPI that affect some tests."""
    return frozenset[Setting]().union(*(getattr(test, "settings", ()) for test in tests))


@attrs.frozen
class _Limit(RecordTest):
    measure: ValueMeasure = attrs.field(
        validator=checked(
            need_kind, ValueMeasure, KpiDefinitionError, "a measure such as Duration()"
        )
    )
    limit: timedelta | int

    _holds: ClassVar[Any]  # compares a value with the limit

    def __attrs_post_init__(self) -> None:
        is_time = self.measure.unit == "duration"
        if not (isinstance(self.limit, timedelta) if is_time else is_whole(self.limit)):
            allowed = "a timedelta" if is_time else f"a whole number, in {self.measure.unit}"
            raise KpiDefinitionError("limit", self.limit, allowed)

    @property
    def needs(self) -> frozenset[str]:
        return self.measure.needs

    @property
    def settings(self) -> frozenset[Setting]:
        return self.measure.settings

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        if kpi.unfinished == "censor":  # a limit is compared with a time, not with an observation
            kpi = kpi.replace(statistic=None, unfinished="exclude", canceled="exclude")
        value_of, holds = read_checked(self.measure, kpi, as_of), self._holds
        limit = exact_limit(self)

        def compare(record: Record) -> bool | str:
            value = value_of(record)
            return value if isinstance(value, str) else bool(holds(value, limit))

        return compare


def exact_limit(test: _Limit) -> int:
    """Return the limit of a test, a time in microseconds."""
    return microseconds(test.limit) if isinstance(test.limit, timedelta) else test.limit


@attrs.frozen
class AtMost(_Limit):
    """A test of whether a record's measure is at most a limit.

    The result is unknown if the measure has no value for the record.

    The limit is a ``timedelta`` if the measure is a duration, otherwise a number.
    """

    _holds = staticmethod(operator.le)


@attrs.frozen
class AtLeast(_Limit):
    """A test of whether a record's measure is at least a limit; see ``AtMost``."""

    _holds = staticmethod(operator.ge)


@attrs.frozen
class SameDay(RecordTest):
    """A test of whether two times of a record are on the same date; unknown if one is missing."""

    first: MomentSpec = attrs.field(converter=as_moment)
    second: MomentSpec = attrs.field(converter=as_moment)
    zone: ZoneInfo = attrs.field(converter=as_zone)

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
    """A test of whether a record has a link of a given type; see ``LinkType``.

    Attributes:
        type: The type of the link, such as ``"duplicate_of"``.
        present: True to require such a link, False to require that there is none.
    """

    type: str
    present: bool = attrs.field(default=True, kw_only=True, validator=a_flag)

    def __attrs_post_init__(self) -> None:
        need_text("type", self.type, KpiDefinitionError, "a type of link")

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        wanted, present = self.type, self.present
        return lambda record: any(link.type == wanted for link in record.links) is present


@attrs.frozen
class WhenResolved(RecordTest):
    """A test of whether a condition matched the record as it was at its last resolution.

    Later changes are ignored. If the requester changed the state at the very instant of the
    resolution, the record is read as it was just before that instant. A record that is not resolved
    does not satisfy the test.
    """

    condition: Condition = attrs.field(validator=need_condition)

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
