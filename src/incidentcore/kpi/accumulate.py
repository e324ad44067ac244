"""Figures of many records in one pass, also in parts that merge (rule K4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal, TypeAlias

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_utc
from incidentcore.kpi.cells import (
    BalanceCell,
    Cell,
    KeyedCell,
    RatioCell,
    SampleCell,
    SketchCell,
    SpanCell,
    TallyCell,
)
from incidentcore.kpi.definition import SURVIVAL_MEDIAN, Kpi
from incidentcore.kpi.extract import compile_kpi
from incidentcore.kpi.groups import GroupBy, Periods, compile_groups, group_names
from incidentcore.kpi.read_values import Extract
from incidentcore.kpi.shares import Balance
from incidentcore.records import Opened, Record

__all__ = ["Mode", "Partial", "Window", "as_known", "merge", "partial"]

Mode: TypeAlias = Literal["exact", "sketch"]
Window: TypeAlias = Interval | Periods | None
Key: TypeAlias = tuple[tuple[object, ...], str | None]
Row: TypeAlias = list[Cell]

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
            if event.recorded_at > as_of or event.at > as_of:
                break
        else:
            return record
    history = [
        event for event in record.history if event.at <= as_of and event.recorded_at <= as_of
    ]
    if not any(isinstance(event, Opened) for event in history):
        return None
    return type(record).from_history(history)


def _family(kpi: Kpi) -> tuple[object, ...]:
    """Return what decides the values of a KPI, whatever statistic is made of them."""
    return (
        kpi.measure,
        kpi.population,
        kpi.exclusions,
        kpi.clock,
        kpi.reopened,
        kpi.canceled,
        kpi.unfinished,
        kpi.window_basis,
        kpi.statistic == SURVIVAL_MEDIAN,
    )


def _families(kpis: Sequence[Kpi]) -> tuple[tuple[Kpi, ...], tuple[int, ...]]:
    """Return one KPI for each set of values to keep, and for each KPI the place of its own."""
    places: dict[Any, int] = {}
    firsts: list[Kpi] = []
    of: list[int] = []
    for kpi in kpis:
        place = places.setdefault(_family(kpi), len(firsts))
        if place == len(firsts):
            firsts.append(kpi)
        of.append(place)
    return tuple(firsts), tuple(of)


def new_cell(kpi: Kpi, mode: Mode) -> Cell:
    """Return an empty cell for the values of a KPI."""
    kind = kpi.measure.gathers
    if kind == "tally":
        return TallyCell()
    if kind == "ratio":
        return RatioCell()
    if kind == "balance":
        return BalanceCell()
    if kind == "keyed":
        return KeyedCell()
    if kind == "spans":
        return SpanCell()
    times = kpi.unit == "duration"
    if mode == "exact":
        return SampleCell(times=times)
    return SketchCell(scaled=not times, survival=kpi.statistic == SURVIVAL_MEDIAN)


class Partial:
    """What a part of the records contributes: mergeable, and finished by ``result``.

    It pickles; ``to_plain`` and ``Partial.from_plain`` make it plain data and back. Once made it
    does not change.

    Attributes:
        kpis: The definitions, in the order asked for.
        as_of: The instant of the computation.
        groups: The headings of the groups.
        window: The window or periods, if any.
        mode: ``exact`` or ``sketch``.
        cells: For each group and period, one cell for each set of values.
        firsts: One KPI for each set of values that is kept.
        places: For each KPI, the place of its set of values.
    """

    __slots__ = ("as_of", "cells", "firsts", "groups", "kpis", "mode", "places", "window")

    def __init__(
        self,
        kpis: Sequence[Kpi],
        *,
        as_of: datetime,
        groups: tuple[str, ...],
        window: Window,
        mode: Mode,
    ) -> None:
        self.kpis = tuple(kpis)
        self.as_of = as_utc(as_of, "as_of")
        self.groups = groups
        self.window = window
        self.mode = mode
        self.cells: dict[Key, Row] = {}
        self._check()
        self.firsts, self.places = _families(self.kpis)

    def _check(self) -> None:
        ids: set[str] = set()
        for kpi in self.kpis:
            if not isinstance(kpi, Kpi):
                raise InvalidValueError("kpis", kpi, "Kpi values")
            if kpi.id in ids:
                raise InvalidValueError("kpis", kpi.id, "each id once")
            ids.add(kpi.id)
            gathers = kpi.measure.gathers
            if self.mode == "sketch" and gathers in ("keyed", "spans"):
                raise InvalidValueError("mode", "sketch", f"exact: {kpi.id} keeps state by key")
            if gathers == "spans" and self.window is None:
                raise InvalidValueError(
                    "window", None, f"a window: {kpi.id} is a share of its time"
                )
            if isinstance(self.window, Periods) and kpi.window_basis == "snapshot":
                raise InvalidValueError(
                    "window", self.window, f"none: {kpi.id} is as of one instant; see backlog_data"
                )
        if self.mode not in ("exact", "sketch"):
            raise InvalidValueError("mode", self.mode, "exact or sketch")
        if self.window is not None and not isinstance(self.window, (Interval, Periods)):
            raise InvalidValueError("window", self.window, "an Interval, Periods, or None")

    def row(self, key: Key) -> Row:
        """Return the cells of a group and period, new ones where there are none yet."""
        row = self.cells.get(key)
        if row is None:
            row = [new_cell(kpi, self.mode) for kpi in self.firsts]
            self.cells[key] = row
        return row

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what two partials must share to be merged."""
        definitions = tuple((kpi.id, kpi.definition) for kpi in self.kpis)
        return definitions, self.as_of, self.groups, self.window, self.mode

    def __repr__(self) -> str:
        return (
            f"<Partial of {len(self.kpis)} KPIs as of {self.as_of.isoformat()}, {self.mode}, "
            f"{len(self.cells)} groups>"
        )


def partial(
    kpis: Iterable[Kpi],
    records: Iterable[Record],
    *,
    as_of: datetime,
    group_by: Iterable[GroupBy] | GroupBy = (),
    window: Window = None,
    mode: Mode = "exact",
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
        InvalidValueError: A field is absent, a group cannot be hashed, or a KPI cannot be computed
            in this mode or window.

    Source: rule K4. Parts merge by ``merge``; ``result`` makes the table.
    """
    groups = (group_by,) if isinstance(group_by, str) or callable(group_by) else group_by
    groups = tuple(groups) if isinstance(groups, Iterable) else (groups,)
    part = Partial(tuple(kpis), as_of=as_of, groups=group_names(groups), window=window, mode=mode)
    group_of = compile_groups(groups, part.as_of)
    try:
        if window is None:
            _gather(part, records, group_of)
        else:
            _gather_by_window(part, records, group_of, window)
    except AttributeError as error:
        if error.name is None or not isinstance(error.obj, Record):
            raise
        allowed = f"a field of every record; {error.obj.record_type} has none of this name"
        raise InvalidValueError("field", error.name, allowed) from error
    return part


def _plan(row: Row, extracts: Sequence[Extract]) -> list[tuple[Extract, Any, dict[str, int]]]:
    return [(extract, cell.add, cell.excluded) for extract, cell in zip(extracts, row, strict=True)]


def _gather(
    part: Partial, records: Iterable[Record], group_of: Callable[[Record], tuple[object, ...]]
) -> None:
    """Count in every record: the plain case, in which little may be done for each."""
    as_of = part.as_of
    extracts = [_unwindowed(kpi, as_of) for kpi in part.firsts]
    plans: dict[tuple[object, ...], list[tuple[Extract, Any, dict[str, int]]]] = {}
    for record in records:
        known = as_known(record, as_of)
        if known is None:
            continue
        group = group_of(known)
        plan = _lookup(plans, group)
        if plan is None:
            plan = plans[group] = _plan(part.row((group, None)), extracts)
        for extract, add, excluded in plan:
            outcome = extract(known)
            if outcome.__class__ is str:
                excluded[outcome] = excluded.get(outcome, 0) + 1
            elif outcome is not None:
                add(outcome)


def _lookup(plans: dict[Any, Any], key: Any) -> Any:
    try:
        return plans.get(key)
    except TypeError:
        raise InvalidValueError("group", key, "values that can be hashed") from None


def _unwindowed(kpi: Kpi, as_of: datetime) -> Extract:
    extract = compile_kpi(kpi, as_of)
    if not isinstance(kpi.measure, Balance):
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
    group_of: Callable[[Record], tuple[object, ...]],
    window: Interval | Periods,
) -> None:
    """Count in the records whose moment lies in the window, or each in its period."""
    as_of = part.as_of
    jobs = [(place, kpi, compile_kpi(kpi, as_of)) for place, kpi in enumerate(part.firsts)]
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
        _lookup(part.cells, (group, None))
        for place, kpi, extract in jobs:
            for label, outcome in _outcomes(known, kpi, extract, period, window):
                cell = part.row((group, label))[place]
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
    """Return what a record contributes, each with its period."""
    gathers = kpi.measure.gathers
    if gathers not in ("balance", "spans"):
        if kpi.window_basis == "snapshot":
            found: tuple[str | None] | None = (None,)
        else:
            found = period(_BASES[kpi.window_basis](record))
        if found is None:
            return []
        outcome = extract(record)
        return [] if outcome is None else [(found[0], outcome)]
    outcome = extract(record)
    if outcome is None or isinstance(outcome, str):
        found = period(record.opened_at)
        return [] if outcome is None or found is None else [(found[0], outcome)]
    if gathers == "balance":
        moved: dict[str | None, list[int]] = {}
        for side, at in enumerate(outcome):
            found = period(at)
            if found is not None:
                moved.setdefault(found[0], [0, 0])[side] = 1
        return [(label, tuple(sides)) for label, sides in moved.items()]
    if isinstance(window, Interval):
        start, stop = outcome
        overlaps = start < window.end and (stop > window.start or start >= window.start)
        return [(None, outcome)] if overlaps else []
    return [(label, outcome) for label in _labels(window, *outcome)]


def _labels(periods: Periods, start: datetime, stop: datetime) -> list[str]:
    """Return the names of the periods that a span of time touches."""
    label = periods.label(start)
    labels = [label]
    while (end := periods.interval(label).end) < stop:
        label = periods.label(end)
        labels.append(label)
    return labels


def merge(parts: Iterable[Partial]) -> Partial:
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
                for code, count in other.excluded.items():
                    cell.excluded[code] = cell.excluded.get(code, 0) + count
    if whole is None:
        raise InvalidValueError("parts", (), "at least one partial")
    return whole
