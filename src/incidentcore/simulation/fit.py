"""Fit workloads to history: the rates, work, holds and reopenings of each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from incidentcore._checks import each_of, need_kind
from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.moments import compile_spells
from incidentcore.records import Record
from incidentcore.schedule import Calendar
from incidentcore.simulation.workload import Empirical, Hold, Workload
from incidentcore.values import FrozenMap

T = TypeVar("T")

_MOST: Final = 200  # openings and lengths of a group; of more an even choice is taken


def fit_workloads(
    records: Iterable[Record], /, *, as_of: datetime, arrives: Calendar
) -> tuple[Workload, ...]:
    """Return a workload for each assignment group with a resolved record, fitted to its records.

    The work of a record is the open time from its acknowledgement (without one, its opening) to its
    resolution, without pauses. This is an upper bound, since a history does not show how long a
    record waited for its agent; scale it down if you have better figures.

    Arrivals and work are counted in the open time of ``arrives``, as known at ``as_of``; records
    that arrive when that calendar is closed are included. Records of exercises are excluded.

    Raises:
        InvalidValueError: No record was opened by ``as_of``, or the calendar has never been open
            since the first record.

    Source: our choice.
    """
    as_of = as_utc(as_of, "as_of")
    need_kind("arrives", arrives, Calendar)
    groups: dict[str, list[Record]] = {}
    for record in each_of("records", records, Record):
        known = as_known(record, as_of)
        if known is not None and known.exercise is None:
            groups.setdefault(known.assignment_group or "", []).append(known)
    first = min((one.opened_at for group in groups.values() for one in group), default=as_of)
    span = arrives.open_time(first, as_of)
    if not span:
        raise InvalidValueError("records", len(groups), "records opened before as_of")
    return tuple(
        workload
        for group in sorted(groups)
        if (workload := _fit(group, groups[group], span, arrives)) is not None
    )


def _fit(group: str, records: list[Record], span: timedelta, arrives: Calendar) -> Workload | None:
    paused = compile_spells(field("state.pauses").is_true())
    work: list[timedelta] = []
    holds: list[timedelta] = []
    held = 0
    for record in records:
        pauses = [
            (since, end) for since, end in paused(record, record.updated_at) if end is not None
        ]
        held += bool(pauses)
        holds += [end - start for start, end in pauses]
        end = record.first_resolved_at
        if end is not None:
            start = min(record.acknowledged_at or record.opened_at, end)
            off = (arrives.open_time(max(a, start), b) for a, b in pauses if start < b <= end)
            work.append(max(arrives.open_time(start, end) - sum(off, timedelta(0)), timedelta(0)))
    if not work:
        return None
    openings: list[Mapping[str, Any]] = [
        FrozenMap(
            {
                name: value
                for name in ("impact", "urgency", "assignment_group", "category", "service")
                if (value := getattr(record, name))
            }
        )
        for record in sorted(records, key=lambda one: (one.opened_at, one.id))
    ]
    return Workload(
        name=group or "no group",
        rate=len(records) / (span / timedelta(hours=1)),
        arrives=arrives,
        opening=_evenly(openings),
        work=Empirical(_evenly(sorted(work))),
        skill=group,
        hold=Hold(chance=held / len(records), lasts=Empirical(_evenly(sorted(holds))))
        if holds
        else None,
        reopen=sum(record.reopen_count > 0 for record in records) / len(records),
    )


def _evenly(values: list[T]) -> list[T]:
    if len(values) <= _MOST:
        return values
    return [values[place * len(values) // _MOST] for place in range(_MOST)]
