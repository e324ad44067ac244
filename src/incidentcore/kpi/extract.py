"""From a definition to the function that is run on each record.

The function answers with a value (whole microseconds for times), with the code under which the
record is left out, or with None for a record that is not of the population. It is given the record
as it was at the computation's instant (rule K6).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final, TypeAlias

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures import (
    AtMost,
    Availability,
    Balance,
    Count,
    Distinct,
    Duration,
    Elapsed,
    LinkedShare,
    Number,
    PerRecord,
    Rate,
    RatioOfSums,
    Recurrence,
    SameDay,
    Test,
    TimeBetweenFailures,
    TimeIn,
    Times,
)
from incidentcore.kpi.moments import compile_moment, compile_path
from incidentcore.records import Record
from incidentcore.schedule import Calendar

__all__ = ["Extract", "compile_kpi", "microseconds"]

Extract: TypeAlias = Callable[[Record], Any]
Judge: TypeAlias = Callable[[Record], "bool | str"]

# The code of a record that has not reached a stop; a stop of the caller's own is "no_stop".
_NOT_REACHED: Final = {
    "acknowledged_at": "unacknowledged",
    "first_response_at": "unanswered",
    "restored_at": "unrestored",
    "resolved_at": "unresolved",
    "first_resolved_at": "unresolved",
    "closed_at": "unclosed",
}
_DAY: Final = 86_400_000_000
_SECOND: Final = 1_000_000


def microseconds(span: timedelta) -> int:
    """Return a span as whole microseconds (rule T4)."""
    return span.days * _DAY + span.seconds * _SECOND + span.microseconds


def compile_kpi(kpi: Kpi, as_of: datetime) -> Extract:
    """Return the function of a definition, for one instant of computation."""
    measure = compile_measure(kpi.measure, kpi, as_of)
    if kpi.canceled != "exclude" and not kpi.exclusions and kpi.population == ALWAYS:
        return measure
    population = None if kpi.population == ALWAYS else kpi.population.test
    leave_out = [(code, condition.test) for code, condition in kpi.exclusions]
    exclude_canceled = kpi.canceled == "exclude"
    if population is None and not leave_out:
        return lambda record: "canceled" if record.canceled_at is not None else measure(record)

    def extract(record: Record) -> Any:
        if population is not None and not population(record, as_of):
            return None
        if exclude_canceled and record.canceled_at is not None:
            return "canceled"
        for code, test in leave_out:
            if test(record, as_of):
                return code
        return measure(record)

    return extract


def compile_measure(measure: object, kpi: Kpi, as_of: datetime) -> Extract:
    """Return what a measure answers for a record."""
    if isinstance(measure, Duration):
        return _duration(measure, kpi, as_of)
    if isinstance(measure, TimeIn):
        return _time_in(measure, kpi, as_of)
    if isinstance(measure, Elapsed):
        return _elapsed(measure)
    if isinstance(measure, Number):
        return _number(measure)
    if isinstance(measure, Times):
        return _times(measure)
    if isinstance(measure, Rate):
        return _rate(measure, kpi, as_of)
    if isinstance(measure, RatioOfSums):
        return _ratio(measure, kpi, as_of)
    if isinstance(measure, (Count, PerRecord)):
        return lambda _: True
    if isinstance(measure, Distinct):
        read = compile_path(measure.path)
        return lambda record: "no_value" if (key := read(record)) is None else (key, None)
    if isinstance(measure, Recurrence):
        return _recurrence(measure)
    if isinstance(measure, LinkedShare):
        return _linked(measure)
    if isinstance(measure, Balance):
        inflow = compile_moment(measure.inflow, as_of)
        outflow = compile_moment(measure.outflow, as_of)
        return lambda record: (inflow(record), outflow(record))
    if isinstance(measure, (Availability, TimeBetweenFailures)):
        return _outage(measure, as_of)
    raise KpiDefinitionError(f"{kpi.id}.measure", measure, "a measure")


def _duration(measure: Duration, kpi: Kpi, as_of: datetime) -> Extract:
    stop_path = measure.stop
    if kpi.reopened == "first":
        stop_path = "first_resolved_at"
    read_start = compile_moment(measure.start, as_of)
    read_stop = compile_moment(stop_path, as_of)
    code = _NOT_REACHED.get(stop_path, "no_stop") if isinstance(stop_path, str) else "no_stop"
    unfinished, clock, net = kpi.unfinished, kpi.clock, kpi.reopened == "net"
    if unfinished == "censor":
        return _censored(read_start, read_stop, kpi, as_of)
    if unfinished == "exclude" and clock is None and not net:

        def wall(record: Record) -> int | str:
            stop = read_stop(record)
            if stop is None:
                return code
            start = read_start(record)
            if start is None:
                return "no_start"
            time = stop - start
            if time.days < 0:
                return "negative"
            return time.days * _DAY + time.seconds * _SECOND + time.microseconds

        return wall

    def between(record: Record) -> int | str:
        stop = read_stop(record)
        if stop is None:
            if unfinished == "exclude" or record.canceled_at is not None:
                return code
            stop = as_of
        start = read_start(record)
        if start is None:
            return "no_start"
        if stop < start:
            return "negative"
        if net:
            return microseconds(_held(record, _is_open, start, stop, clock))
        return microseconds(_between(start, stop, clock))

    return between


def _is_open(facts: Any, _: datetime | None) -> bool:
    return bool(facts["state"].open)


def _held(
    record: Record,
    test: Callable[[Any, datetime | None], bool],
    start: datetime,
    stop: datetime,
    clock: Calendar | None,
) -> timedelta:
    """Return for how long a condition on the facts held between two instants."""
    total, since = timedelta(), None
    for moment, facts in record.timeline().states():
        if moment.at >= stop:
            break
        if test(facts, moment.at):
            since = max(moment.at, start) if since is None else since
        elif since is not None:
            total += _between(since, max(moment.at, start), clock)
            since = None
    return total if since is None else total + _between(since, stop, clock)


def _between(start: datetime, stop: datetime, clock: Calendar | None) -> timedelta:
    if stop <= start:
        return timedelta()
    return stop - start if clock is None else clock.open_time(start, stop)


def _censored(
    read_start: Callable[[Record], datetime | None],
    read_stop: Callable[[Record], datetime | None],
    kpi: Kpi,
    as_of: datetime,
) -> Extract:
    """Return times shifted left by one bit, the lowest bit telling whether the stop was seen."""
    clock, net = kpi.clock, kpi.reopened == "net"

    def observe(record: Record) -> int | str:
        start = read_start(record)
        if start is None:
            return "no_start"
        stop = read_stop(record)
        end = stop
        if end is None:
            ends = (record.canceled_at, record.resolved_at, record.closed_at)
            end = min((at for at in ends if at is not None), default=as_of)
        if end < start:
            return "negative"
        time = _held(record, _is_open, start, end, clock) if net else _between(start, end, clock)
        return microseconds(time) << 1 | (stop is not None)

    return observe


def _time_in(measure: TimeIn, kpi: Kpi, as_of: datetime) -> Extract:
    read_until = compile_moment(measure.until, as_of)
    test, clock = measure.condition.test, kpi.clock
    code = (
        _NOT_REACHED.get(measure.until, "no_stop") if isinstance(measure.until, str) else "no_stop"
    )

    def time_in(record: Record) -> int | str:
        until = read_until(record)
        if until is None:
            return code
        return microseconds(_held(record, test, record.opened_at, until, clock))

    return time_in


def _elapsed(measure: Elapsed) -> Extract:
    read = compile_path(measure.path)

    def elapsed(record: Record) -> int | str:
        value = read(record)
        if value is None:
            return "no_value"
        if not isinstance(value, timedelta):
            raise InvalidValueError(measure.path, value, "a timedelta, or None")
        return microseconds(value)

    return elapsed


def _number(measure: Number) -> Extract:
    read = compile_path(measure.path)

    def number(record: Record) -> int | Fraction | str:
        value = read(record)
        if type(value) is int:
            return value
        if value is None:
            return "no_value"
        return _exact(value)

    return number


def _exact(value: object) -> int | Fraction | str:
    """Return a number exactly, or the code of what is none."""
    if isinstance(value, str):
        try:
            value = Decimal(value)
        except InvalidOperation:
            return "not_a_number"
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, Fraction)):
        return "not_a_number"
    if not isinstance(value, Fraction) and not math.isfinite(value):
        return "not_a_number"
    exact = Fraction(value)
    return exact.numerator if exact.denominator == 1 else exact


def _times(measure: Times) -> Extract:
    test = measure.condition.test

    def times(record: Record) -> int:
        count, held = 0, False
        for moment, facts in record.timeline().states():
            holds = test(facts, moment.at)
            count += holds and not held
            held = holds
        return count

    return times


def _rate(measure: Rate, kpi: Kpi, as_of: datetime) -> Extract:
    numerator = _judge(measure.numerator, kpi, as_of)
    outside = measure.outside
    if measure.denominator == ALWAYS:
        return numerator
    if isinstance(measure.denominator, Condition):
        among = measure.denominator.test
        return lambda record: numerator(record) if among(record, as_of) else outside
    judge = _judge(measure.denominator, kpi, as_of)
    return lambda record: numerator(record) if judge(record) is True else outside


def _judge(test: Test, kpi: Kpi, as_of: datetime) -> Judge:
    """Return a function that says yes, no, or why it cannot say."""
    if isinstance(test, Condition):
        run = test.test
        return lambda record: bool(run(record, as_of))
    if isinstance(test, SameDay):
        first, second = compile_moment(test.first, as_of), compile_moment(test.second, as_of)
        zone = test.zone

        def same_day(record: Record) -> bool | str:
            start, stop = first(record), second(record)
            if start is None or stop is None:
                return "no_value"
            return start.astimezone(zone).date() == stop.astimezone(zone).date()

        return same_day
    value_of = compile_measure(test.measure, kpi, as_of)
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
