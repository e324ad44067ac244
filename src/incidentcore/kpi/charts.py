"""The rows of data for charts; ``plots`` or another tool draws them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from math import inf
from typing import Any, TypeAlias, cast

from incidentcore._checks import as_tuple, each_of, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.kpi.catalogue import BACKLOG, SURVIVAL_MEDIAN_TIME_TO_RESOLVE
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.engine.accumulators import Sample
from incidentcore.kpi.engine.compute import compute_kpis
from incidentcore.kpi.engine.estimates import control_limits, survival_interval
from incidentcore.kpi.engine.gather import as_known, gather_kpis
from incidentcore.kpi.group_keys import label
from incidentcore.kpi.groups import AgeBuckets
from incidentcore.kpi.moments import Spell, open_spells
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN
from incidentcore.kpi.table import KpiResult, KpiTable, plain_value
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises

Rows: TypeAlias = list[dict[str, Any]]

_MICRO = timedelta(microseconds=1)
_CONFIDENCE = Fraction(95, 100)
_NEVER_NEGATIVE = ("duration", "fraction", "records", "values", "events", "times")


def series(table: KpiTable, kpi: str, group: Sequence[object]) -> list[KpiResult]:
    """Return the results of a KPI for one group, period by period."""
    need_kind("table", table, KpiTable)
    rows = [
        row
        for row in table.results
        if row.kpi == kpi and row.period is not None and row.is_of(group)
    ]
    if not rows:
        known = [row for row in table.results if row.period is not None]
        asked = [row for row in known if row.kpi == kpi] or known
        such = [", ".join(map(repr, (one.kpi, *map(label, one.group)))) for one in asked]
        named = f": {'; '.join(list(dict.fromkeys(such))[:5])}" if such else ""
        heads = f" (one for {', '.join(table.groups)})" if table.groups else ""
        allowed = f"a KPI and group{heads} of a table computed with window=Periods(...){named}"
        raise InvalidValueError("figure", (kpi, *group), allowed)
    return rows


def trend_data(table: KpiTable, /, kpi: str, *group: object) -> Rows:
    """Return a KPI's figure for each period, in time order; durations are in hours.

    Args:
        table: A table computed with ``Periods``.
        kpi: The KPI's id.
        group: The group, as one value for each heading in the table's ``groups``.

    Raises:
        InvalidValueError: The table has no figures per period for this KPI and group.
    """
    return [
        {"period": row.period, "value": plain_value(row.value), "n": row.n, "enough": row.enough}
        for row in series(table, kpi, group)
    ]


def control_chart_data(table: KpiTable, /, kpi: str, *group: object) -> Rows:
    """Return a trend with its control limits and, for each point, whether it is outside them.

    A point outside the limits is a signal; the variation within them is noise.

    Periods without a value, or with fewer records than the definition's ``min_n``, do not affect
    the limits and are never signals. If fewer than two periods remain, there are no limits.
    Limits of a time, a count or a share are never below zero, and those of a share never above one.
    Other figures, such as the growth of the backlog, may have limits below zero.

    The arguments are those of ``trend_data``.

    Source: the XmR chart: the mean ± 2.66 times the mean moving range.
    """
    rows = trend_data(table, kpi, *group)
    measured = [row["value"] for row in rows if row["value"] is not None and row["enough"]]
    limits = control_limits(measured)
    least, most = _ends(series(table, kpi, group)[0])
    for row in rows:
        row["center"] = row["lower"] = row["upper"] = None
        row["signal"] = False
        if limits is not None:
            center, lower, upper = limits
            row.update(center=center, lower=max(lower, least), upper=min(upper, most))
            if row["value"] is not None and row["enough"]:
                row["signal"] = not lower <= row["value"] <= upper
    return rows


def _ends(result: KpiResult) -> tuple[float, float]:
    """Return the least and the greatest value that a figure of this kind can have."""
    is_count = isinstance(result.value, int)  # and not a number of records for each caller
    is_difference = result.unit == "records" and is_count and result.denominator is not None
    least = 0.0 if result.unit in _NEVER_NEGATIVE and not is_difference else -inf
    return least, 1.0 if result.unit == "fraction" else inf


def flow_data(table: KpiTable, /, *group: object, kpi: str = "backlog_growth") -> Rows:
    """Return how many records came in and went out in each period, and the difference.

    The table is one of ``BACKLOG_GROWTH``; the arguments are those of ``trend_data``.
    """
    return [
        {
            "period": row.period,
            "came_in": row.numerator,
            "went_out": row.denominator,
            "growth": row.value,
        }
        for row in series(table, kpi, group)
    ]


def aging_data(
    records: Iterable[Record], /, *, as_of: datetime, buckets: AgeBuckets | None = None
) -> Rows:
    """Return how many records are open in each age group as of an instant, the youngest first.

    The groups have the edges 1, 5 and 30 days by default.
    """
    need_kind("buckets", buckets, AgeBuckets | None)
    ages = AgeBuckets() if buckets is None else buckets
    table = compute_kpis([BACKLOG], records, as_of=as_of, group_by=ages)
    counts = {str(row.group[0]): row.n for row in table.results}
    return [{"age": age, "open": counts.get(age, 0)} for age in ages.labels]


def backlog_data(records: Iterable[Record], /, *, at: Iterable[datetime]) -> Rows:
    """Return how many records were open at each instant, as known at that instant (rule K6).

    Args:
        records: The records, read once; those of exercises are excluded.
        at: The instants.

    Raises:
        NaiveDatetimeError: An instant carries no offset.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.kpi import backlog_data
    >>> from incidentcore.vendors import read_table
    >>> records = list(
    ...     read_table(
    ...         [{"id": "A", "in": "2026-06-01T09:00Z", "out": "2026-06-03T09:00Z"}],
    ...         {"id": "id", "opened": "in", "resolved": "out"},
    ...     )
    ... )
    >>> noons = [datetime(2026, 6, day, 12, tzinfo=UTC) for day in (1, 2, 3)]
    >>> [row["open"] for row in backlog_data(records, at=noons)]
    [1, 1, 0]
    """
    instants = [as_utc(instant) for instant in as_tuple(at, datetime)]
    counts = [0] * len(instants)
    for record in without_exercises(records):
        prompt = all(
            event.recorded_at <= event.at and event.kind != "corrected" for event in record.history
        )
        spans = list(open_spans(record)) if prompt else []
        for place, instant in enumerate(instants):
            if prompt:
                counts[place] += any(
                    start <= instant and (end is None or instant < end) for start, end in spans
                )
            else:
                known = as_known(record, instant)
                counts[place] += known is not None and known.state.open
    return [{"at": instant, "open": count} for instant, count in zip(instants, counts, strict=True)]


def open_spans(record: Record) -> Iterator[Spell]:
    """Yield the spans in which a record was open; the last one may have no end."""
    opened = record.opened_at
    for since, until in open_spells(record, opened):
        if until is None or until > opened:
            yield max(since, opened), until


def _sample(kpi: Kpi, records: Iterable[Record], as_of: datetime) -> Sample:
    part = gather_kpis([kpi], records, as_of=as_of)
    if not kpi.measure.has_statistic or kpi.unit != "duration":
        raise InvalidValueError("kpi", kpi.id, "a KPI that measures a time")
    return cast("Sample", part.row(((), None))[0])


def distribution_data(
    kpi: Kpi, records: Iterable[Record], /, *, as_of: datetime, edges: Sequence[timedelta]
) -> Rows:
    """Return the number of durations in each bin: at least ``from`` and less than ``to`` hours.

    The KPI measures a duration; its statistic does not matter. The edges are the beginnings of the
    bins, ascending. The last bin has no upper edge; an extra bin holds values below the first edge.
    """
    need_kind("kpi", kpi, Kpi)
    bounds = [edge // _MICRO for edge in each_of("edges", edges, timedelta)]
    if not bounds or bounds != sorted(set(bounds)):
        raise InvalidValueError("edges", edges, "at least one edge, ascending")
    if kpi.statistic == SURVIVAL_MEDIAN:
        raise InvalidValueError("kpi", kpi.id, "a KPI without censoring; see survival_data")
    values = _sample(kpi, records, as_of).values
    rows: Rows = []
    for low, high in zip([None, *bounds], [*bounds, None], strict=True):
        count = sum(
            (low is None or value >= low) and (high is None or value < high) for value in values
        )
        ends = {"from": low, "to": high}
        hours_of = {name: None if end is None else end / 3.6e9 for name, end in ends.items()}
        rows.append({**hours_of, "count": count})
    return rows


def survival_data(
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    kpi: Kpi = SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
) -> Rows:
    """Return the share of records that were not done yet after each number of hours.

    The KPI has the statistic ``survival_median``.

    Returns:
        One mapping for each step: ``hours``, ``share``, the 95 % confidence interval from ``low``
        to ``high``, and how many records had lasted that long (``at_risk``).

    Source: Kaplan and Meier 1958; rule K5. The interval is Greenwood's on the log-log scale.
    """
    need_kind("kpi", kpi, Kpi)
    if kpi.statistic != SURVIVAL_MEDIAN:
        raise InvalidValueError("kpi", kpi.id, "a KPI with the statistic survival_median")
    steps = survival_interval(_sample(kpi, records, as_of).observations(), _CONFIDENCE)
    names = ("share", "low", "high", "at_risk")
    return [{"hours": time / 3.6e9, **dict(zip(names, row, strict=True))} for time, *row in steps]
