"""What is made of many records at once: shares, counts, balances, and what outages add up to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

import attrs

from incidentcore.conditions import ALWAYS
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.criteria import RecordTest, check_test
from incidentcore.kpi.measures import ClockRules, ValueMeasure, check_rules
from incidentcore.kpi.moments import MomentSpec, check_moment, compile_path

__all__ = [
    "Availability",
    "Count",
    "Distinct",
    "LinkedShare",
    "Measure",
    "NetFlow",
    "PerDistinct",
    "PerRecord",
    "Rate",
    "RatioOfSums",
    "Recurrence",
    "SlaBreached",
    "SlaCyclesMet",
    "SlaMet",
    "TimeBetweenFailures",
]


def _moment(_: object, __: object, value: Any) -> None:
    check_moment(value)


def _path(_: object, __: object, value: Any) -> None:
    compile_path(value)


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

    numerator: RecordTest = attrs.field(validator=check_test)
    denominator: RecordTest = attrs.field(default=ALWAYS, validator=check_test)
    of: str
    outside: str = "outside_denominator"

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.of, str) or not self.of:
            raise KpiDefinitionError("of", self.of, "the denominator in words")


@attrs.frozen(kw_only=True)
class RatioOfSums:
    """A sum over a sum, such as reopenings for each resolution.

    Attributes:
        numerator: What is summed above; a ``Count`` counts one for each record.
        denominator: What is summed below; a record without either value is left out.
        of: The denominator in words.
        unit: The unit of the ratio.
        complement: Whether the value is one less the ratio; the numerator of the result is then
            what the sum above leaves of the one below.
    """

    gathers: ClassVar[str] = "ratio"

    numerator: ValueMeasure | Count
    denominator: ValueMeasure | Count
    of: str
    unit: str = "ratio"
    complement: bool = False


def _amount(total: float | Decimal | Fraction) -> int | Fraction:
    try:
        exact = Fraction(total)
    except (TypeError, ValueError, OverflowError):
        raise KpiDefinitionError("total", total, "a finite number") from None
    return exact.numerator if exact.denominator == 1 else exact


@attrs.frozen
class PerRecord:
    """A caller's amount for the whole window over the number of records, such as cost per ticket.

    Attributes:
        total: The amount.
        unit: Its unit, such as ``"EUR"``.
    """

    gathers: ClassVar[str] = "tally"

    total: int | Fraction = attrs.field(converter=_amount)
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
class PerDistinct:
    """The number of records for each different value of a field, such as incidents per caller."""

    unit: ClassVar[str] = "records"
    gathers: ClassVar[str] = "keyed"

    path: str = attrs.field(validator=_path)


@attrs.frozen
class NetFlow:
    """Records that came in less those that went out, each counted where its moment falls."""

    unit: ClassVar[str] = "records"
    gathers: ClassVar[str] = "balance"

    inflow: MomentSpec = attrs.field(default="opened_at", validator=_moment)
    outflow: MomentSpec = attrs.field(default="resolved_at", validator=_moment)


def _positive(_: object, field: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, timedelta) or value <= timedelta():
        raise KpiDefinitionError(field.name, value, "a positive timedelta")


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
    of: ClassVar[str] = "records with a key"

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
    of: ClassVar[str] = "hours promised"

    start: MomentSpec = attrs.field(default="opened_at", validator=_moment)
    stop: MomentSpec = attrs.field(default="restored_at", validator=_moment)
    planned: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals)


@attrs.frozen(kw_only=True)
class TimeBetweenFailures:
    """The mean uptime between failures: uptime in the window over outages that began in it.

    Outages that overlap or touch are one failure. Without a failure there is no value, only a lower
    bound: the uptime of the window.
    """

    unit: ClassVar[str] = "duration"
    gathers: ClassVar[str] = "spans"
    of: ClassVar[str] = "failures"

    start: MomentSpec = attrs.field(default="opened_at", validator=_moment)
    stop: MomentSpec = attrs.field(default="restored_at", validator=_moment)
    planned: tuple[Interval, ...] = attrs.field(default=(), converter=_intervals)


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen
class LinkedShare:
    """The share of given things that a record is linked to, such as deployments that failed.

    Attributes:
        type: The type of the link, such as ``"caused_by_change"``.
        targets: The ids of all the things, linked to or not: the denominator.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "keyed"
    of: ClassVar[str] = "the things given"

    type: str
    targets: frozenset[str] = attrs.field(converter=_names)


@attrs.frozen
class SlaMet:
    """The share of completed clocks that held their target.

    Clocks that are not completed are left out by what they are: ``no_sla``, ``not_started``,
    ``running``, ``running_breached``, ``paused``, ``paused_breached`` or ``canceled``. A clock that
    was reset or reopened counts once, by its last cycle; see ``SlaCyclesMet``.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "tally"
    of: ClassVar[str] = "completed clocks"

    rules: ClockRules = attrs.field(validator=check_rules)


@attrs.frozen
class SlaCyclesMet:
    """The share of completed cycles that held their target, of all cycles of all clocks.

    For clocks that run again and again, such as those of a next response or of updates, or that a
    reopening starts anew. A record with a completed cycle counts with all of them, whatever the
    clock does since; one without is left out by what its clock is, as in ``SlaMet``.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "ratio"
    of: ClassVar[str] = "completed cycles"

    rules: ClockRules = attrs.field(validator=check_rules)


@attrs.frozen
class SlaBreached:
    """The share of clocks that have breached, of those that are running or paused.

    All others are left out by what they are: ``no_sla``, ``not_started``, ``completed`` or
    ``canceled``.
    """

    unit: ClassVar[str] = "fraction"
    gathers: ClassVar[str] = "tally"
    of: ClassVar[str] = "clocks running or paused"

    rules: ClockRules = attrs.field(validator=check_rules)


Measure: TypeAlias = (
    ValueMeasure
    | Rate
    | RatioOfSums
    | PerRecord
    | Count
    | Distinct
    | PerDistinct
    | NetFlow
    | Recurrence
    | Availability
    | TimeBetweenFailures
    | LinkedShare
    | SlaMet
    | SlaCyclesMet
    | SlaBreached
)
