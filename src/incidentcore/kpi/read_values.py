"""From a value measure to the function that reads it off each record.

Times come out as whole microseconds; where a record has no value, the function answers with the
code under which it is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from operator import attrgetter
from typing import Any, Final, TypeAlias

from incidentcore.communication import update_adherence
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures import (
    Duration,
    DurationField,
    NumberField,
    OccurrenceCount,
    ReturnCount,
    TimeIn,
    TimeOverTarget,
    UpdateLateness,
    Updates,
)
from incidentcore.kpi.moments import INSTANTS, ReadMoment, compile_moment, compile_path
from incidentcore.records import Record
from incidentcore.schedule import Calendar
from incidentcore.sla import evaluate_sla

__all__ = ["Extract", "compile_plain_duration", "compile_value", "microseconds"]

Extract: TypeAlias = Callable[[Record], Any]

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
_LONGEST: Final = 50_000_000  # days; twice as many microseconds still fit into eight bytes
_DIGITS: Final = 300
_GREATEST: Final = 10**_DIGITS  # a float holds it, and sums of it


def microseconds(span: timedelta) -> int:
    """Return a span as whole microseconds (rule T4)."""
    return span.days * _DAY + span.seconds * _SECOND + span.microseconds


def compile_value(measure: object, kpi: Kpi, as_of: datetime) -> Extract:
    """Return what a value measure answers for a record."""
    if isinstance(measure, Duration):
        return _duration(measure, kpi, as_of)
    if isinstance(measure, TimeIn):
        return _time_in(measure, kpi, as_of)
    if isinstance(measure, DurationField):
        return _elapsed(measure)
    if isinstance(measure, NumberField):
        return _number(measure)
    if isinstance(measure, OccurrenceCount):
        return _times(measure)
    if isinstance(measure, ReturnCount):
        return _returns(measure)
    if isinstance(measure, TimeOverTarget):
        return _over_target(measure, as_of)
    if isinstance(measure, (Updates, UpdateLateness)):
        return _updates(measure, as_of)
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
        return _wall(read_start, read_stop, code)

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


def _wall(read_start: ReadMoment, read_stop: ReadMoment, code: str) -> Extract:
    def wall(record: Record) -> int | str:
        stop = read_stop(record)
        if stop is None:
            return code
        start = read_start(record)
        if start is None:
            return "no_start"
        time = stop - start
        return "negative" if time.days < 0 else microseconds(time)

    return wall


def compile_plain_duration(kpi: Kpi) -> Extract | None:
    """Return the plainest and most usual of all measures, or None where the KPI is another.

    Wall time between two fields with canceled records left out: all is read at once, in C.
    """
    measure = kpi.measure
    if not isinstance(measure, Duration) or kpi.unfinished != "exclude" or kpi.clock is not None:
        return None
    stop_name = "first_resolved_at" if kpi.reopened == "first" else measure.stop
    if kpi.reopened == "net" or measure.start not in INSTANTS or stop_name not in INSTANTS:
        return None
    read = attrgetter("canceled_at", str(measure.start), str(stop_name))
    code = _NOT_REACHED.get(str(stop_name), "no_stop")

    def wall(record: Record) -> int | str:
        canceled, start, stop = read(record)
        if canceled is not None:
            return "canceled"
        if stop is None:
            return code
        if start is None:
            return "no_start"
        time: timedelta = stop - start
        days = time.days
        if days < 0:
            return "negative"
        return days * _DAY + time.seconds * _SECOND + time.microseconds

    return wall


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
    read_start: ReadMoment,
    read_stop: ReadMoment,
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


def _elapsed(measure: DurationField) -> Extract:
    read = compile_path(measure.path)

    def elapsed(record: Record) -> int | str:
        value = read(record)
        if value is None:
            return "no_value"
        if not isinstance(value, timedelta):
            raise InvalidValueError(measure.path, value, "a timedelta, or None")
        if value.days < 0:
            return "negative"
        return microseconds(value) if value.days < _LONGEST else "out_of_range"

    return elapsed


def _number(measure: NumberField) -> Extract:
    read = compile_path(measure.path)

    def number(record: Record) -> int | Fraction | str:
        value = read(record)
        if type(value) is int and -_GREATEST < value < _GREATEST:
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
    if isinstance(value, float) and not math.isfinite(value):
        return "not_a_number"
    if isinstance(value, Decimal):
        if not value.is_finite():
            return "not_a_number"
        if abs(value.adjusted()) > _DIGITS:
            return "out_of_range"  # as a fraction it would have that many digits
    exact = Fraction(value)
    if not -_GREATEST < exact < _GREATEST:
        return "out_of_range"
    return exact.numerator if exact.denominator == 1 else exact


def _times(measure: OccurrenceCount) -> Extract:
    test = measure.condition.test

    def times(record: Record) -> int:
        count, held = 0, False
        for moment, facts in record.timeline().states():
            holds = test(facts, moment.at)
            count += holds and not held
            held = holds
        return count

    return times


def _returns(measure: ReturnCount) -> Extract:
    first, _, below = measure.path.partition(".")
    steps = below.split(".") if below else []

    def returns(record: Record) -> int:
        count, seen, current = 0, set(), None
        for _, facts in record.timeline().states():
            value = facts[first]
            for step in steps:
                value = value.get(step) if hasattr(value, "get") else getattr(value, step, None)
            if value is not None and value != current:
                count += value in seen
                seen.add(value)
                current = value
        return count

    return returns


def _over_target(measure: TimeOverTarget, as_of: datetime) -> Extract:
    rules = measure.rules

    def over(record: Record) -> int | str:
        status = evaluate_sla(rules, record, now=as_of)
        if status.stage in ("none", "not_started", "canceled"):
            return "no_sla" if status.stage == "none" else str(status.stage)
        return microseconds(status.over_target) if status.breached else "within_target"

    return over


def _updates(measure: Updates | UpdateLateness, as_of: datetime) -> Extract:
    plan = measure.plan
    outcome = measure.outcome if isinstance(measure, Updates) else "lateness"

    def updates(record: Record) -> int | str:
        kept = update_adherence(plan, (record,), now=as_of)
        if not kept.records:
            return "nothing_owed"
        if outcome == "lateness":
            return microseconds(kept.lateness)
        return int(getattr(kept, outcome))

    return updates
