"""Figures of many records in one pass, also in parts that merge (rule K4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, TypeAlias

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi.cells import Cell, TallyCell
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.extract import compile_kpi
from incidentcore.kpi.groups import (
    GroupBy,
    compile_group,
    compile_groups,
    group_names,
    told_groups,
)
from incidentcore.kpi.partials import Partial, PartialMode, Row, Window
from incidentcore.kpi.periods import Periods
from incidentcore.kpi.read_values import Extract
from incidentcore.kpi.shares import NetFlow
from incidentcore.records import Opened, Record

__all__ = ["as_known", "gather_kpis", "merge_partials"]

CommunicationRules: TypeAlias = list[tuple[Extract, Any, dict[Any, int]]]

_NEAR: Final = 1_024  # groups that are found by identity
_BASES: Final[dict[str, Callable[[Record], datetime | None]]] = {
    "opened": attrgetter("opened_at"),
    "resolved": attrgetter("resolved_at"),
    "closed": attrgetter("closed_at"),
}


def as_known(record: Record, as_of: datetime) -> Record | None:
    """Return a record as it was known at an instant, or None where it was not known yet.

    Only events count that had happened and had been recorded by then (rule K6). Where that is the
    whole history, the record itself is returned.

    Args:
        record: The record.
        as_of: The instant, in UTC.
    """
    if record.updated_at <= as_of:
        for event in record.history:
            if event.recorded_at > as_of:
                break
        else:
            return record
    history = [
        event for event in record.history if event.at <= as_of and event.recorded_at <= as_of
    ]
    if not any(isinstance(event, Opened) for event in history):
        return None
    return type(record).from_history(history)


def gather_kpis(
    kpis: Iterable[Kpi],
    records: Iterable[Record],
    *,
    as_of: datetime,
    group_by: Iterable[GroupBy] | GroupBy = (),
    window: Window = None,
    mode: PartialMode = "exact",
) -> Partial:
    """Gather what a part of the records contributes to KPIs.

    Args:
        kpis: The definitions; their ids differ.
        records: The records of this part, read once.
        as_of: Only what had happened and been recorded by then counts (rule K6).
        group_by: What to break down by: field paths, ``Group``, ``AgeBuckets`` or functions of a
            record; none for one figure.
        window: An ``Interval`` in which the window basis of a record must lie, or ``Periods``.
        mode: ``exact`` keeps every value, ``sketch`` a histogram (rule K4).

    Raises:
        InvalidValueError: What is given are no KPIs or no records, a field is absent, a group
            cannot be hashed, or a KPI cannot be computed in this mode or window.

    Source: rule K4. Parts merge by ``merge_partials``; ``finish_partial`` makes the table.
    """
    groups = (group_by,) if isinstance(group_by, str) or callable(group_by) else group_by
    groups = tuple(groups) if isinstance(groups, Iterable) else (groups,)
    if not isinstance(kpis, Iterable):
        raise InvalidValueError("kpis", kpis, "several, such as a list of one")
    part = Partial(tuple(kpis), as_of=as_of, groups=group_names(groups), window=window, mode=mode)
    _tell_groups(part, groups)
    if not isinstance(records, Iterable):
        raise InvalidValueError("records", records, "several records, such as a list")
    try:
        if window is None:
            _gather(part, records, groups)
        else:
            _gather_by_window(part, records, groups, window)
    except AttributeError as error:
        if error.name == "updated_at":  # the first that is read of a record
            raise InvalidValueError("records", error.obj, "records, such as incidents") from None
        if error.name is None or not isinstance(error.obj, Record):
            raise
        allowed = f"a field of every record; {error.obj.record_type} has none of this name"
        raise InvalidValueError("field", error.name, allowed) from error
    return part


def _tell_groups(part: Partial, groups: Sequence[GroupBy]) -> None:
    """Make the rows of groups known in advance; ``finish_partial`` adds their other periods."""
    period: str | None = None
    if isinstance(part.window, Periods):
        period = next(iter(part.window.labels(part.as_of)), None)
        if period is None:
            return
    for group in told_groups(groups) if groups else ():
        _check_hash(group)
        part.row((group, period))


def _plan(row: Row, extracts: Sequence[Extract]) -> CommunicationRules:
    return [
        (extract, None if isinstance(cell, TallyCell) else cell.add, cell.excluded)
        for extract, cell in zip(extracts, row, strict=True)
    ]


def _plan_finder(
    part: Partial, groups: Sequence[GroupBy], extracts: Sequence[Extract]
) -> Callable[[Record], CommunicationRules]:
    """Return a function that finds what to run on a record, by its group."""
    plans: dict[tuple[object, ...], CommunicationRules] = {}
    group_of = compile_groups(groups, part.as_of)

    def find(group: tuple[object, ...]) -> CommunicationRules:
        try:
            plan = plans.get(group)
        except TypeError:
            raise InvalidValueError("group", group, "values that can be hashed") from None
        if plan is None:
            plan = plans[group] = _plan(part.row((group, None)), extracts)
        return plan

    if not groups:
        return lambda _: plans.get(()) or find(())
    if len(groups) > 1:
        return lambda record: find(group_of(record))
    read = compile_group(groups[0], part.as_of)
    near: dict[int, tuple[object, CommunicationRules]] = {}

    def find_one(record: Record) -> CommunicationRules:
        """Find by identity first: hashing a level costs more than the rest of the search."""
        value = read(record)
        known = near.get(id(value))
        if known is not None:  # it holds the value, so that no other can have its identity
            return known[1]
        plan = find((value,))
        if len(near) < _NEAR:
            near[id(value)] = (value, plan)
        return plan

    return find_one


def _gather(part: Partial, records: Iterable[Record], groups: Sequence[GroupBy]) -> None:
    """Count in every record: the plain case, in which little may be done for each.

    What a call would cost is done in place here: whether the whole history is known, which is what
    ``as_known`` asks, and the counting of yes and no beside the reasons.
    """
    as_of = part.as_of
    plan_of = _plan_finder(part, groups, [_unwindowed(kpi, as_of) for kpi in part.firsts])
    for record in records:
        known: Record | None = record
        if record.updated_at > as_of:
            known = as_known(record, as_of)
        else:
            for event in record.history:
                if event.recorded_at > as_of:
                    known = as_known(record, as_of)
                    break
        if known is None:
            continue
        for extract, add, counts in plan_of(known):
            outcome = extract(known)
            if outcome is None:
                continue
            if add is None or outcome.__class__ is str:
                try:
                    counts[outcome] += 1
                except KeyError:
                    counts[outcome] = 1
            else:
                add(outcome)
    for row in part.cells.values():
        for cell in row:
            if isinstance(cell, TallyCell):
                cell.settle()


def _check_hash(group: tuple[object, ...]) -> None:
    try:
        hash(group)
    except TypeError:
        raise InvalidValueError("group", group, "values that can be hashed") from None


def _unwindowed(kpi: Kpi, as_of: datetime) -> Extract:
    extract = compile_kpi(kpi, as_of)
    if not isinstance(kpi.measure, NetFlow):
        return extract

    def balance(record: Record) -> Any:
        outcome = extract(record)
        if outcome is None or isinstance(outcome, str):
            return outcome
        return tuple(int(at is not None and at <= as_of) for at in outcome)

    return balance


def _gather_by_window(
    part: Partial,
    records: Iterable[Record],
    groups: Sequence[GroupBy],
    window: Interval | Periods,
) -> None:
    """Count in the records whose moment lies in the window, or each in its period."""
    as_of = part.as_of
    group_of = compile_groups(groups, as_of)
    by_basis: dict[str, list[tuple[int, Extract]]] = {}
    others: list[tuple[int, Kpi, Extract]] = []
    for place, kpi in enumerate(part.firsts):
        extract = compile_kpi(kpi, as_of)
        if kpi.measure.gathers in ("balance", "spans"):
            others.append((place, kpi, extract))
        else:
            by_basis.setdefault(kpi.window_basis, []).append((place, extract))
    within = window if isinstance(window, Interval) else window.within

    def period(at: datetime | None) -> tuple[str | None] | None:
        """Return the period of an instant in a tuple, or None outside the window."""
        if at is None or (within is not None and not within.start <= at < within.end):
            return None
        return (window.label(at),) if isinstance(window, Periods) else (None,)

    for record in records:
        known = as_known(record, as_of)
        if known is None:
            continue
        group = group_of(known)
        _check_hash(group)
        for basis, jobs in by_basis.items():
            found = (None,) if basis == "snapshot" else period(_BASES[basis](known))
            if found is None:
                continue
            row: Row | None = None
            for place, extract in jobs:
                outcome = extract(known)
                if outcome is not None:
                    row = part.row((group, found[0])) if row is None else row
                    _count(row[place], outcome)
        for place, kpi, extract in others:
            for label, outcome in _outcomes(known, kpi, extract, period, window):
                _count(part.row((group, label))[place], outcome)


def _count(cell: Cell, outcome: Any) -> None:
    if outcome.__class__ is str:
        cell.excluded[outcome] = cell.excluded.get(outcome, 0) + 1
    else:
        cell.add(outcome)


def _outcomes(
    record: Record,
    kpi: Kpi,
    extract: Extract,
    period: Callable[[datetime | None], tuple[str | None] | None],
    window: Interval | Periods,
) -> list[tuple[str | None, Any]]:
    """Return what a record contributes to a measure that has several moments, by period."""
    outcome = extract(record)
    if outcome is None or isinstance(outcome, str):
        found = period(record.opened_at)
        return [] if outcome is None or found is None else [(found[0], outcome)]
    if kpi.measure.gathers == "balance":
        moved: dict[str | None, list[int]] = {}
        for side, at in enumerate(outcome):
            found = period(at)
            if found is not None:
                moved.setdefault(found[0], [0, 0])[side] = 1
        return [(label, tuple(sides)) for label, sides in moved.items()]
    start, stop = outcome
    within = window if isinstance(window, Interval) else window.within
    if within is not None:
        before = stop <= within.start and start < within.start
        if before or start >= within.end or not within:
            return []
        start, stop = max(start, within.start), min(stop, within.end)
    if isinstance(window, Interval):
        return [(None, outcome)]
    return [(label, outcome) for label in _labels(window, start, stop)]


def _labels(periods: Periods, start: datetime, stop: datetime) -> list[str]:
    """Return the names of the periods that a span of time touches."""
    label = periods.label(start)
    labels = [label]
    while (end := periods.interval(label).end) < stop:
        label = periods.label(end)
        labels.append(label)
    return labels


def merge_partials(parts: Iterable[Partial]) -> Partial:
    """Return what several parts contribute together; their order changes nothing.

    Args:
        parts: At least one partial; all of the same definitions, instant, groups, window and mode.

    Raises:
        InvalidValueError: There is none, or two differ in what they are of.

    Source: rule K4.
    """
    whole: Partial | None = None
    for part in parts:
        if whole is None:
            whole = Partial(
                part.kpis, as_of=part.as_of, groups=part.groups, window=part.window, mode=part.mode
            )
            identity = whole.identity
        elif part.identity != identity:
            raise InvalidValueError(
                "parts", part, f"partials of the same definitions, window, as_of and mode: {whole}"
            )
        for key, row in part.cells.items():
            for cell, other in zip(whole.row(key), row, strict=True):
                cell.merge(other)
                if other.excluded:
                    for code, count in other.excluded.items():
                        cell.excluded[code] = cell.excluded.get(code, 0) + count
    if whole is None:
        raise InvalidValueError("parts", (), "at least one partial")
    return whole
