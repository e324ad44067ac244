"""The duration between two times of a record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile
from operator import attrgetter
from typing import Final

import attrs

from incidentcore.kpi.engine.accumulators import microseconds
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, Setting, ValueMeasure, moment_needs
from incidentcore.kpi.moments import (
    AS_OF,
    INSTANTS,
    MomentSpec,
    Spell,
    as_moment,
    compile_moment,
    moment_of,
    open_spells,
)
from incidentcore.records import Record
from incidentcore.schedule import Calendar

_DAY: Final = 86_400_000_000
_SECOND: Final = 1_000_000


def between(start: datetime, stop: datetime, clock: Calendar | None) -> timedelta:
    """Return the time between two instants by a clock; zero if they are out of order."""
    if stop <= start:
        return timedelta()
    return stop - start if clock is None else clock.open_time(start, stop)


def time_of(
    spells: Iterable[Spell], start: datetime, stop: datetime, clock: Calendar | None
) -> timedelta:
    """Return how much of the time between two instants lies in some spells."""
    times = (
        between(max(since, start), stop if until is None else min(until, stop), clock)
        for since, until in spells
    )
    return sum(times, timedelta())


@attrs.frozen
class Duration(ValueMeasure):
    """The duration between two times of a record: wall-clock time, or open time of the KPI's clock.

    If ``stop`` is an acknowledgement that came while the record was resolved, closed or canceled,
    the record is left out as ``after_resolution``; with ``unfinished="censor"``, its duration is
    censored at the earliest of ``resolved_at``, ``closed_at`` and ``canceled_at``.

    Attributes:
        start: Where the duration begins: a field path such as ``"opened_at"``, or a ``Moment``.
        stop: Where the duration ends, as a field path or ``Moment``.
    """

    start: MomentSpec = attrs.field(default="opened_at", converter=as_moment)
    stop: MomentSpec = attrs.field(default="resolved_at", converter=as_moment)

    unit = "duration"

    @property
    def needs(self) -> frozenset[str]:
        return moment_needs(self.start, self.stop)

    @property
    def settings(self) -> frozenset[Setting]:
        if self.stop == AS_OF:
            return frozenset({"clock"})
        if self.stop == "resolved_at":
            return frozenset({"clock", "reopened", "unfinished"})
        return frozenset({"clock", "unfinished"})

    def _stop(self, kpi: Definition) -> MomentSpec:
        is_first = kpi.reopened == "first" and self.stop == "resolved_at"
        return "first_resolved_at" if is_first else self.stop

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        name, unfinished, clock = self._stop(kpi), kpi.unfinished, kpi.clock
        read_start, read_stop = compile_moment(self.start, as_of), compile_moment(name, as_of)
        net = kpi.reopened == "net" and self.stop == "resolved_at"
        code = moment_of(name).not_reached
        may_be_late, censors = code == "unacknowledged", unfinished == "censor"

        def duration(record: Record) -> int | str:
            end = stop = read_stop(record)
            if may_be_late and _is_late(record, stop):
                if not censors:
                    return "after_resolution"
                end = stop = None
            if end is None and censors:
                ends = (record.canceled_at, record.resolved_at, record.closed_at)
                end = min((at for at in ends if at is not None), default=as_of)
            elif end is None:
                if unfinished == "exclude" or record.canceled_at is not None:
                    return code
                end = as_of
            start = read_start(record)
            if start is None:
                return "no_start"
            if end < start:
                return "negative"
            if net:
                time = microseconds(time_of(open_spells(record, end), start, end, clock))
            else:
                time = microseconds(between(start, end, clock))
            # For survival, the lowest bit says whether the stop was seen.
            return time << 1 | (stop is not None) if censors else time

        return duration

    def fast_reader(self, kpi: Definition) -> Extract | None:
        """Return a faster reader for the most common case, or None for any other KPI.

        That case is wall-clock time between two fields, with canceled records left out: all fields
        are read at once, in C.
        """
        if kpi.unfinished != "exclude" or kpi.clock is not None or kpi.reopened == "net":
            return None
        start_name, stop_name = self.start, self._stop(kpi)
        if stop_name == "acknowledged_at":
            return None
        if start_name not in INSTANTS or stop_name not in INSTANTS:
            return None
        read = attrgetter("canceled_at", str(start_name), str(stop_name))
        code = moment_of(stop_name).not_reached

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


def _is_late(record: Record, at: datetime | None) -> bool:
    """Return whether a record was acknowledged after it was resolved, closed or canceled.

    An acknowledgement at the same instant is in time; one after a reopening counts as usual.
    """
    if at is None or (record.state.open and not record.reopen_count):
        return False
    is_open = True
    for _, facts in takewhile(lambda known: known[0].at < at, record.timeline().states()):
        is_open = facts["state"].open
    return not is_open
