"""From a definition to the function that is run on each record.

The function answers with a value (whole microseconds for times), with the code under which the
record is left out, or with None for a record that is not of the population. It is given the record
as it was at the computation's instant (rule K6).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.kpi.criteria import AtMost, HasLink, RecordTest, SameDay
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.judging import Judge, compile_condition
from incidentcore.kpi.moments import compile_moment, compile_path
from incidentcore.kpi.read_values import (
    Extract,
    compile_plain_duration,
    compile_value,
    microseconds,
)
from incidentcore.kpi.shares import (
    Availability,
    Count,
    Distinct,
    LinkedShare,
    NetFlow,
    PerDistinct,
    PerRecord,
    Rate,
    RatioOfSums,
    Recurrence,
    SlaBreached,
    SlaCyclesMet,
    SlaMet,
    TimeBetweenFailures,
)
from incidentcore.records import Record
from incidentcore.sla import SlaStatus, evaluate_sla

__all__ = ["compile_kpi"]


def compile_kpi(kpi: Kpi, as_of: datetime) -> Extract:
    """Return the function of a definition, for one instant of computation."""
    measure = compile_measure(kpi.measure, kpi, as_of)
    if kpi.canceled == "exclude":
        plain = compile_plain_duration(kpi)
        measure = _without_canceled(measure) if plain is None else plain
    leave_out = [(code, compile_condition(test, as_of)) for code, test in kpi.exclusions]
    if leave_out:
        measure = _without(leave_out, measure, canceled_first=kpi.canceled == "exclude")
    if kpi.population == ALWAYS:
        return measure
    belongs = compile_condition(kpi.population, as_of)
    return lambda record: measure(record) if belongs(record) else None


def _without_canceled(measure: Extract) -> Extract:
    return lambda record: measure(record) if record.canceled_at is None else "canceled"


def _without(
    leave_out: list[tuple[str, Judge]], measure: Extract, *, canceled_first: bool
) -> Extract:
    """Return the measure of what no exclusion takes out; canceled comes before all others."""

    def extract(record: Record) -> Any:
        if not (canceled_first and record.canceled_at is not None):
            for code, test in leave_out:
                if test(record):
                    return code
        return measure(record)

    return extract


def compile_measure(measure: object, kpi: Kpi, as_of: datetime) -> Extract:
    """Return what a measure answers for a record."""
    if isinstance(measure, Rate):
        return _rate(measure, kpi, as_of)
    if isinstance(measure, RatioOfSums):
        return _ratio(measure, kpi, as_of)
    if isinstance(measure, (Count, PerRecord)):
        return lambda _: True
    if isinstance(measure, (Distinct, PerDistinct)):
        read = compile_path(measure.path)
        return lambda record: "no_value" if (key := read(record)) is None else (key, None)
    if isinstance(measure, Recurrence):
        return _recurrence(measure)
    if isinstance(measure, LinkedShare):
        return _linked(measure)
    if isinstance(measure, NetFlow):
        inflow = compile_moment(measure.inflow, as_of)
        outflow = compile_moment(measure.outflow, as_of)
        return lambda record: (inflow(record), outflow(record))
    if isinstance(measure, (Availability, TimeBetweenFailures)):
        return _outage(measure, as_of)
    if isinstance(measure, (SlaMet, SlaBreached)):
        return _sla(measure, as_of)
    if isinstance(measure, SlaCyclesMet):
        return _sla_cycles(measure, as_of)
    return compile_value(measure, kpi, as_of)


def _rate(measure: Rate, kpi: Kpi, as_of: datetime) -> Extract:
    numerator = _judge(measure.numerator, kpi, as_of)
    outside = measure.outside
    if measure.denominator == ALWAYS:
        return numerator
    among = _judge(measure.denominator, kpi, as_of)
    if isinstance(measure.denominator, Condition):
        return lambda record: numerator(record) if among(record) else outside
    return lambda record: numerator(record) if among(record) is True else outside


def _judge(test: RecordTest, kpi: Kpi, as_of: datetime) -> Callable[[Record], bool | str]:
    """Return a function that says yes, no, or why it cannot say."""
    if isinstance(test, Condition):
        return compile_condition(test, as_of)
    if isinstance(test, SameDay):
        first, second = compile_moment(test.first, as_of), compile_moment(test.second, as_of)
        zone = test.zone

        def same_day(record: Record) -> bool | str:
            start, stop = first(record), second(record)
            if start is None or stop is None:
                return "no_value"
            return start.astimezone(zone).date() == stop.astimezone(zone).date()

        return same_day
    if isinstance(test, HasLink):
        wanted = test.type
        return lambda record: any(link.type == wanted for link in record.links)
    value_of = compile_value(test.measure, kpi, as_of)
    limit = microseconds(test.limit) if isinstance(test.limit, timedelta) else test.limit
    at_most = isinstance(test, AtMost)

    def compare(record: Record) -> bool | str:
        value = value_of(record)
        if isinstance(value, str):
            return value
        return bool(value <= limit) if at_most else bool(value >= limit)

    return compare


def _ratio(measure: RatioOfSums, kpi: Kpi, as_of: datetime) -> Extract:
    above = compile_measure(measure.numerator, kpi, as_of)
    below = compile_measure(measure.denominator, kpi, as_of)

    def pair(record: Record) -> Any:
        numerator, denominator = above(record), below(record)
        for value in (numerator, denominator):
            if isinstance(value, str):
                return value
        return numerator, denominator

    return pair


def _recurrence(measure: Recurrence) -> Extract:
    reads = [compile_path(path) for path in measure.key]

    def keyed(record: Record) -> Any:
        key = tuple([read(record) for read in reads])
        if all(part in (None, "", ()) for part in key):
            return "no_value"
        return key, record.opened_at

    return keyed


def _linked(measure: LinkedShare) -> Extract:
    wanted, targets = measure.type, measure.targets

    def linked(record: Record) -> Any:
        return [
            link.target for link in record.links if link.type == wanted and link.target in targets
        ] or "no_link"

    return linked


def _outage(measure: Availability | TimeBetweenFailures, as_of: datetime) -> Extract:
    read_start = compile_moment(measure.start, as_of)
    read_stop = compile_moment(measure.stop, as_of)

    def outage(record: Record) -> Any:
        start, stop = read_start(record), read_stop(record)
        if start is None:
            return "no_start"
        stop = as_of if stop is None else stop
        return "negative" if stop < start else (start, stop)

    return outage


def _sla(measure: SlaMet | SlaBreached, as_of: datetime) -> Extract:
    rules, completed = measure.rules, isinstance(measure, SlaMet)

    def outcome(record: Record) -> bool | str:
        status = evaluate_sla(rules, record, now=as_of)
        if status.stage == "stopped":
            return not status.breached if completed else "completed"
        if status.stage in ("running", "paused") and not completed:
            return status.breached
        return _incomplete(status)

    return outcome


def _incomplete(status: SlaStatus) -> str:
    """Return the code of a clock that has not stopped."""
    if status.stage in ("running", "paused"):
        return f"{status.stage}_breached" if status.breached else str(status.stage)
    return "no_sla" if status.stage == "none" else str(status.stage)


def _sla_cycles(measure: SlaCyclesMet, as_of: datetime) -> Extract:
    rules = measure.rules

    def cycles(record: Record) -> tuple[int, int] | str:
        status = evaluate_sla(rules, record, now=as_of)
        results = [
            cycle.result
            for cycle in status.cycles
            if cycle.stopped_at is not None and cycle.result in ("met", "breached")
        ]
        return (results.count("met"), len(results)) if results else _incomplete(status)

    return cycles
