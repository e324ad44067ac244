"""``compute_kpis``: the figures of KPIs for records, in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from incidentcore.errors import FormatError, InvalidValueError
from incidentcore.instants import Interval, tzdb_version
from incidentcore.kpi.accumulate import gather_kpis, merge_partials
from incidentcore.kpi.cells import cell_state, load_cell
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.figures import figure
from incidentcore.kpi.groups import GroupBy, order
from incidentcore.kpi.partials import Key, Partial, PartialMode, Row, Window, new_cell
from incidentcore.kpi.periods import Periods
from incidentcore.kpi.plain import as_plain, from_plain
from incidentcore.kpi.report import ALL, KpiResult, KpiTable
from incidentcore.records import Record
from incidentcore.values import FrozenMap

__all__ = ["compute_kpis", "finish_partial", "partial_from_plain", "partial_to_plain"]

_FORMAT = 1


def compute_kpis(
    kpis: Iterable[Kpi],
    records: Iterable[Record],
    *,
    as_of: datetime,
    group_by: Iterable[GroupBy] | GroupBy = (),
    window: Window = None,
    mode: PartialMode = "exact",
    totals: bool = False,
) -> KpiTable:
    """Compute KPIs over records.

    Args:
        kpis: The definitions; their ids differ.
        records: The records, read once; a stream will do.
        as_of: Only what had happened and been recorded by then counts (rule K6).
        group_by: What to break down by: field paths, ``Group``, ``AgeBuckets`` or functions of a
            record; none for one figure.
        window: An ``Interval`` in which a record's opening, resolution or closing must lie, as the
            KPI's ``window_basis`` says, or ``Periods`` for one figure for each.
        mode: ``exact`` keeps every value, ``sketch`` a histogram of two per cent (rule K4).
        totals: Whether to add the figures of all groups together.

    Returns:
        The table: each figure with its n, what was left out and why, and its definition.

    Raises:
        InvalidValueError: What is given are no KPIs or no records, a field is absent, a group
            cannot be hashed, or a KPI cannot be computed in this mode or window.

    Units: times are ``timedelta``, exact to the microsecond; rates are fractions from 0 to 1.

    Source: rules K1 to K6.

    >>> from datetime import UTC
    >>> from incidentcore.kpi import catalogue
    >>> from incidentcore.vendors import read_table
    >>> records = list(
    ...     read_table(
    ...         [
    ...             {"id": "A", "in": "2026-06-01T09:00Z", "out": "2026-06-01T11:00Z"},
    ...             {"id": "B", "in": "2026-06-01T10:00Z", "out": "2026-06-01T11:00Z"},
    ...             {"id": "C", "in": "2026-06-02T09:00Z", "out": None},
    ...         ],
    ...         {"id": "id", "opened": "in", "resolved": "out"},
    ...     )
    ... )
    >>> figures = [catalogue.MEAN_TIME_TO_RESOLVE, catalogue.BACKLOG]
    >>> print(compute_kpis(figures, records, as_of=datetime(2026, 6, 3, tzinfo=UTC)))
    kpi                    value  n  left out
    --------------------  ------  -  ------------
    mean_time_to_resolve  1.50 h  2  unresolved 1
    backlog                    1  1
    """
    part = gather_kpis(kpis, records, as_of=as_of, group_by=group_by, window=window, mode=mode)
    return finish_partial(part, totals=totals)


def finish_partial(part: Partial, *, totals: bool = False) -> KpiTable:
    """Return the table of a partial, or of several merged (rule K4).

    Args:
        part: What was gathered.
        totals: Whether to add the figures of all groups together.
    """
    rows = _regular(part)
    keys = sorted(rows, key=lambda key: (order(key[0]), key[1] or ""))
    if totals and part.groups:
        total = _totals(part, rows)
        rows.update(total)
        keys += total
    results = [
        _result(kpi, rows[key][place], key, part)
        for kpi, place in zip(part.kpis, part.places, strict=True)
        for key in keys
    ]
    return KpiTable(
        results=tuple(results),
        groups=part.groups,
        as_of=part.as_of,
        window=part.window,
        mode=part.mode,
        zone_data=tzdb_version(),
    )


def _regular(part: Partial) -> dict[Key, Row]:
    """Return the rows of a partial, with those in which there was nothing to count.

    Every group has a row for each period that has begun of periods with bounds: no tickets in a
    week is a volume of zero and no value of a mean, and without an outage all was available.
    """
    rows: dict[Key, Row] = dict(part.cells)
    periods = part.window.labels(part.as_of) if isinstance(part.window, Periods) else [None]
    groups = dict.fromkeys(group for group, _ in rows) if part.groups else ((),)
    for group in groups:
        for period in periods:
            if (group, period) not in rows:
                rows[group, period] = [new_cell(kpi, part.mode) for kpi in part.firsts]
    return rows


def _totals(part: Partial, rows: dict[Key, Row]) -> dict[Key, Row]:
    total: dict[Key, Row] = {}
    everyone = (ALL,) * len(part.groups)
    for period in sorted({key[1] for key in rows}, key=lambda period: period or ""):
        alone = [_only(part, period, row) for key, row in rows.items() if key[1] == period]
        total[everyone, period] = merge_partials(alone).cells[(), period]
    return total


def _only(part: Partial, period: str | None, row: Row) -> Partial:
    """Return one row of a partial as a partial without groups."""
    only = Partial(part.kpis, as_of=part.as_of, groups=(), window=part.window, mode=part.mode)
    only.cells[(), period] = row
    return only


def _result(kpi: Kpi, cell: Any, key: Key, part: Partial) -> KpiResult:
    group, period = key
    window = part.window
    if isinstance(window, Periods):
        within, window = window.within, None if period is None else window.interval(period)
        if within is not None and window is not None:
            window = window.intersect(within)
    found = figure(kpi, cell, window=window, as_of=part.as_of)
    return KpiResult(
        kpi=kpi.id,
        definition=kpi.definition,
        group=group,
        period=period,
        value=found.value,
        unit=kpi.unit,
        n=found.n,
        excluded=FrozenMap(cell.excluded),
        numerator=found.numerator,
        denominator=found.denominator,
        of=getattr(kpi.measure, "of", ""),
        low=found.low,
        high=found.high,
        enough=found.n >= kpi.min_n or (kpi.min_n == 1 and found.value is not None),
        approximate=found.approximate,
    )


def partial_to_plain(part: Partial) -> dict[str, Any]:
    """Return a partial as plain data: numbers, text, lists and mappings.

    The definitions themselves are not in it, only their ids: ``partial_from_plain`` is given them.

    Raises:
        InvalidValueError: A group's value is of a type that has no plain form.
    """
    window = part.window
    plain_window: list[Any] | None = None
    if isinstance(window, Interval):
        plain_window = ["interval", window.start.isoformat(), window.end.isoformat()]
    elif isinstance(window, Periods):
        within = window.within
        ends = None if within is None else [within.start.isoformat(), within.end.isoformat()]
        plain_window = ["periods", window.unit, window.zone.key, ends]
    return {
        "format": _FORMAT,
        "mode": part.mode,
        "as_of": part.as_of.isoformat(),
        "groups": list(part.groups),
        "window": plain_window,
        "kpis": [[kpi.id, kpi.definition] for kpi in part.kpis],
        "cells": [
            [list(map(as_plain, group)), period, [cell_state(cell) for cell in row]]
            for (group, period), row in part.cells.items()
        ],
    }


def partial_from_plain(plain: dict[str, Any], kpis: Iterable[Kpi]) -> Partial:
    """Return the partial of plain data.

    Args:
        plain: What ``partial_to_plain`` gave.
        kpis: The definitions it was made with, in the same order.

    Raises:
        FormatError: The data is not that of a partial.
        InvalidValueError: The definitions are not those it was made with.
    """
    given = tuple(kpis)
    try:
        if plain["format"] != _FORMAT:
            raise FormatError(f"format {plain['format']!r}, known: {_FORMAT} @ $.format")
        made_with = [tuple(entry) for entry in plain["kpis"]]
        as_of = datetime.fromisoformat(plain["as_of"])
        window = _window(plain["window"])
        groups, mode = tuple(plain["groups"]), plain["mode"]
        cells = [(group, period, row) for group, period, row in plain["cells"]]
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"not a partial: {error!r} @ $") from error
    definitions = [(kpi.id, kpi.definition) for kpi in given]
    if made_with != definitions:
        raise InvalidValueError(
            "kpis", definitions, f"the definitions it was made with: {made_with}"
        )
    part = Partial(given, as_of=as_of, groups=groups, window=window, mode=mode)
    for group, period, row in cells:
        loaded = part.row((tuple(map(from_plain, group)), period))
        if len(loaded) != len(row):
            raise FormatError(f"{len(row)} cells, expected {len(loaded)} @ $.cells")
        for cell, state in zip(loaded, row, strict=True):
            load_cell(cell, state)
    return part


def _window(plain: list[Any] | None) -> Window:
    if plain is None:
        return None
    kind, *rest = plain
    if kind == "interval":
        start, end = map(datetime.fromisoformat, rest)
        return Interval(start, end)
    unit, zone, ends = rest
    within = None if ends is None else Interval(*map(datetime.fromisoformat, ends))
    return Periods(unit, zone, within=within)
