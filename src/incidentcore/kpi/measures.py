"""What a KPI measures on each record: a time, a number, a yes or no, or a record of a kind.

A measure is a frozen value; how its answers are gathered to one figure is the statistic's part.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval, as_zone
from incidentcore.kpi.moments import Moment, check_moment, compile_path

__all__ = [
    "AtLeast",
    "AtMost",
    "Availability",
    "Balance",
    "Count",
    "Distinct",
    "Duration",
    "Elapsed",
    "LinkedShare",
    "Measure",
    "Number",
    "PerRecord",
    "Rate",
    "RatioOfSums",
    "Recurrence",
    "SameDay",
    "Test",
    "TimeBetweenFailures",
    "TimeIn",
    "Times",
]


def _moment(_: object, __: object, value: Any) -> None:
    check_moment(value)


def _path(_: object, __: object, value: Any) -> None:
    compile_path(value)


def _condition(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, Condition):
        raise KpiDefinitionError(field.name, value, "a condition")


def _positive(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, timedelta) or value <= timedelta():
        raise KpiDefinitionError(field.name, value, "a positive timedelta")


@attrs.frozen
class Duration:
    """The time from one moment to another; wall time, or open time by the KPI's clock."""

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    start: Moment = attrs.field(default="opened_at", validator=_moment)
    stop: Moment = attrs.field(default="resolved_at", validator=_moment)


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
    until: Moment = attrs.field(default="as_of", validator=_moment)


@attrs.frozen
class Elapsed:
    """A field that holds a time span of its own, as a ``timedelta``."""

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "sample"

    path: str = attrs.field(validator=_path)


@attrs.frozen
class Number:
    """A field that holds a number: a whole one, a float, a Decimal, or one written as text."""

    gathers: ClassVar[str] = "sample"

    path: str = attrs.field(validator=_path)
    unit: str = "number"


@attrs.frozen
class Times:
    """How often a condition on the record's facts came to hold, once for each instant."""

    gathers: ClassVar[str] = "sample"

    condition: Condition = attrs.field(validator=_condition)
    unit: str = "times"


@attrs.frozen
class AtMost:
    """Whether a measure of the record is at most a limit; unknown where it has no value."""

    measure: Duration | TimeIn | Elapsed | Number | Times
    limit: timedelta | int


@attrs.frozen
class AtLeast:
    """Whether a measure of the record is at least a limit; unknown where it has no value."""

    measure: Duration | TimeIn | Elapsed | Number | Times
    limit: timedelta | int


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return as_zone(zone)


@attrs.frozen
class SameDay:
    """Whether two moments fall on one date of a zone; unknown where one is missing."""

    first: Moment = attrs.field(validator=_moment)
    second: Moment = attrs.field(validator=_moment)
    zone: ZoneInfo = attrs.field(converter=_zone)


Test: TypeAlias = Condition | AtMost | AtLeast | SameDay


def _test(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, (Condition, AtMost, AtLeast, SameDay)):
        raise KpiDefinitionError(field.name, value, "a condition, AtMost, AtLeast or SameDay")


@attrs.frozen(kw_only=True)
class Rate:
    """A share of records: those that satisfy the numerator, of those of the denominator.

    Attributes:
        numerator: What is counted.
        denominator: Among which records; those outside are left out under ``outside``.
        of: The denominator in words: a rate says what it is a share of.
        outside: The code under which records outside the denominator are counted.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "tally"

    numerator: Test = attrs.field(validator=_test)
    denominator: Test = attrs.field(default=ALWAYS, validator=_test)
    of: str
    outside: str = "outside_denominator"

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.of, str) or not self.of:
            raise KpiDefinitionError("of", self.of, "the denominator in words")


@attrs.frozen(kw_only=True)
class RatioOfSums:
    """A sum over a sum, such as reopenings for each resolution."""

    gathers: ClassVar[str] = "ratio"

    numerator: Number | Times | Elapsed | Duration | TimeIn
    denominator: Number | Times | Elapsed | Duration | TimeIn
    of: str
    unit: str = "ratio"


@attrs.frozen
class PerRecord:
    """A caller's amount for the whole window over the number of records, such as cost per ticket.

    Attributes:
        total: The amount.
        unit: Its unit, such as ``"EUR"``.
    """

    gathers: ClassVar[str] = "tally"

    total: int
    unit: str = "number"


@attrs.frozen
class Count:
    """The number of records."""

    unit: ClassVar[str] = "records"
    gathers: ClassVar[str] = "tally"


@attrs.frozen
class Distinct:
    """The number of different values of a field."""

    unit: ClassVar[str] = "values"
    gathers: ClassVar[str] = "keyed"

    path: str = attrs.field(validator=_path)


@attrs.frozen
class Balance:
    """Records that came in less those that went out, each counted where its moment falls."""

    unit: ClassVar[str] = "records"
    gathers: ClassVar[str] = "balance"

    inflow: Moment = attrs.field(default="opened_at", validator=_moment)
    outflow: Moment = attrs.field(default="resolved_at", validator=_moment)


def _paths(paths: Iterable[str]) -> tuple[str, ...]:
    given = (paths,) if isinstance(paths, str) else tuple(paths)
    if not given:
        raise KpiDefinitionError("key", given, "at least one field")
    for path in given:
        compile_path(path)
    return given


@attrs.frozen
class Recurrence:
    """The share of records with an earlier record of the same key within a span of time.

    Attributes:
        key: The fields that make two records the same; one without any of them is left out.
        within: How long after the earlier record's opening a recurrence counts.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "keyed"

    key: tuple[str, ...] = attrs.field(converter=_paths)
    within: timedelta = attrs.field(validator=_positive)


def _intervals(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(intervals))


@attrs.frozen(kw_only=True)
class Availability:
    """The share of the window in which no outage ran; outages that overlap count once.

    Attributes:
        start: When an outage began.
        stop: When it ended; one without an end runs to the instant of the computation.
        planned: Agreed maintenance: neither downtime nor part of the time that was promised.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "spans"

    start: Moment = attrs.field(default="opened_at", validator=_moment)
    stop: Moment = attrs.field(default="restored_at", validator=_moment)
    planned: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals)


@attrs.frozen(kw_only=True)
class TimeBetweenFailures:
    """The mean uptime between failures: uptime in the window over outages that began in it.

    Outages that overlap or touch are one failure. Without a failure there is no value, only the
    lower bound that the window itself is.
    """

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "spans"

    start: Moment = attrs.field(default="opened_at", validator=_moment)
    stop: Moment = attrs.field(default="restored_at", validator=_moment)
    planned: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen
class LinkedShare:
    """The share of given things that a record is linked to, such as deployments that failed.

    Attributes:
        type: The type of the link, such as ``LinkType.CAUSED_BY_CHANGE``.
        targets: The ids of all the things, linked to or not: the denominator.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "keyed"

    type: str
    targets: frozenset[str] = attrs.field(converter=_names)


Measure: TypeAlias = (
    Duration
    | TimeIn
    | Elapsed
    | Number
    | Times
    | Rate
    | RatioOfSums
    | PerRecord
    | Count
    | Distinct
    | Balance
    | Recurrence
    | Availability
    | TimeBetweenFailures
    | LinkedShare
)
