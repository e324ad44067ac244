"""``compute_kpis``: the figures of KPIs for records, in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import need_kind
from incidentcore.instants import Interval, tzdb_version
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.engine.accumulators import Accumulator
from incidentcore.kpi.engine.gather import gather_kpis
from incidentcore.kpi.engine.partial import Key, Partial, Row
from incidentcore.kpi.engine.results import Figure, Value
from incidentcore.kpi.group_keys import order
from incidentcore.kpi.groups import GroupBy
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.kpi.objective import missed
from incidentcore.kpi.periods import Window
from incidentcore.kpi.table import ALL, KpiResult, KpiTable
from incidentcore.records import Record
from incidentcore.values import FrozenMap


def compute_kpis(
    kpis: Iterable[Kpi] | Kpi,
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    group_by: Iterable[GroupBy] | GroupBy = (),
    window: Window = None,
    mode: PartialMode = "exact",
    totals: bool = False,
) -> KpiTable:
    """Compute KPIs over records.

    Args:
        kpis: The definitions, with different ids; or a single definition.
        records: The records, without duplicates; they are read once, and may be a stream.
        as_of: Only what had happened and been recorded by then counts (rule K6).
        group_by: What to group by: field paths, ``Group``, ``AgeBuckets`` or functions of a record;
            if empty, each KPI has one figure.
        window: An ``Interval`` that must contain a record's opening, resolution or closing, as the
            KPI's ``window_basis`` says, or ``Periods`` for one figure per period.
        mode: ``exact`` stores every value, ``sketch`` only a histogram whose buckets are two
            percent wide (rule K4).
        totals: Whether to add rows with the figures of all groups together.

    Returns:
        The table: each figure with the number of records behind it (``n``), the number left out for
        each reason, and the id of its definition.

    Raises:
        InvalidValueError: ``kpis`` or ``records`` hold values of the wrong type, a group cannot be
            hashed, or a KPI cannot be computed in this mode or window.
        KpiDefinitionError: A field does not exist.

    Units: times are ``timedelta``, exact to the microsecond; rates are fractions from 0 to 1.

    Source: rules K1 to K6.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.kpi import catalogue, compute_kpis
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
    table = finish_partial(part, totals=totals)
    if not isinstance(as_of.tzinfo, (ZoneInfo, timezone)):  # which documents cannot hold
        return table
    return attrs.evolve(table, as_of=part.as_of.astimezone(as_of.tzinfo))


def finish_partial(part: Partial, /, *, totals: bool = False) -> KpiTable:
    """Return the table of a partial result, which may have been merged from several.

    Args:
        part: The result of ``gather_kpis`` or ``merge_partials`` (rule K4).
        totals: Whether to add rows with the figures of all groups together.
    """
    need_kind("part", part, Partial)
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
    """Return the rows of a partial, and rows for periods in which nothing happened.

    If the periods have bounds, every group has a row for each period that has begun: a week without
    tickets has a volume of zero and no mean, and a week without an outage is fully available.
    """
    rows: dict[Key, Row] = dict(part.cells)
    by = part.windows.periods
    periods = [None] if by is None else by.labels(part.as_of)
    groups = dict.fromkeys(group for group, _ in rows) if part.groups else ((),)
    for group in groups:
        for period in periods:
            if (group, period) not in rows:
                rows[group, period] = part.empty_row()
    return rows


def _totals(part: Partial, rows: dict[Key, Row]) -> dict[Key, Row]:
    whole, everyone = part.empty(), (ALL,) * len(part.groups)
    for (_, period), row in sorted(rows.items(), key=lambda item: item[0][1] or ""):
        whole.add((everyone, period), row)
    return whole.cells


def _result(kpi: Kpi, total: Accumulator, key: Key, part: Partial) -> KpiResult:
    group, period = key
    windows = part.windows
    window = within = windows.within
    if period is not None:
        assert windows.periods is not None  # noqa: S101  it named the period
        window = windows.periods.interval(period)
        window = window if within is None else window.intersect(within)
    if window is not None and window.end > part.as_of:  # nothing after the instant is known
        window = Interval(min(window.start, part.as_of), part.as_of)
    figure = kpi.measure.result(kpi, total, window)
    budget, left = _budget(kpi, figure)
    return KpiResult(
        kpi=kpi.id,
        definition=kpi.definition,
        group=group,
        period=period,
        unit=kpi.unit,
        excluded=FrozenMap(total.excluded),
        of=kpi.measure.of,
        enough=figure.n >= kpi.min_n or (kpi.min_n == 1 and figure.value is not None),
        **attrs.asdict(figure, recurse=False),
        objective=kpi.objective,
        budget=budget,
        budget_left=left,
    )


def _budget(kpi: Kpi, figure: Figure) -> tuple[Value, Value]:
    """Return the error budget of an objective on a share, and the part of it that is left."""
    misses = None if kpi.objective is None else kpi.objective.allowed_misses
    numerator, denominator = figure.numerator, figure.denominator
    if kpi.unit != "fraction" or misses is None or numerator is None or denominator is None:
        return None, None
    assert kpi.objective is not None  # noqa: S101  it has misses
    whole = Fraction(denominator)
    budget = misses * whole
    left = budget - missed(kpi.objective, Fraction(numerator), whole)
    if kpi.measure.totals.needs_window:  # hours of the window
        hour = 3_600_000_000
        return _time(budget * hour), _time(left * hour)
    return float(budget), float(left)


def _time(microseconds: Fraction) -> timedelta:
    return timedelta(microseconds=round(microseconds))
