"""Compute KPIs from a frame with one row for each ticket, without making records."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from incidentcore.frames.alike import Days, Rows, number_rows
from incidentcore.frames.batches import each_frame
from incidentcore.frames.clock import CHUNK, range_of
from incidentcore.frames.findings import first_rows, warning
from incidentcore.frames.kinds import Kind, Kinds
from incidentcore.frames.native import Ints
from incidentcore.frames.plan import Plan
from incidentcore.frames.sums import Values, add_many, add_values
from incidentcore.kpi import Kpi, Partial, gather_kpis, merge_partials
from incidentcore.kpi.engine.gather import declare_groups
from incidentcore.kpi.engine.partial import as_kpis
from incidentcore.kpi.groups import GroupBy
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.kpi.periods import Window, Windows
from incidentcore.values import Level, State
from incidentcore.vendors.cells import check_mapping
from incidentcore.vendors.kit import STANDARD_STATES, Findings, LevelTable, StateTable


def gather_kpis_from(
    frame: Any,
    kpis: Iterable[Kpi] | Kpi,
    mapping: Mapping[str, str | int],
    /,
    *,
    as_of: datetime,
    group_by: Iterable[GroupBy] | GroupBy = (),
    window: Window = None,
    mode: PartialMode = "exact",
    states: StateTable | Mapping[str, State | str] = STANDARD_STATES,
    levels: LevelTable | Mapping[str, Mapping[str, Level | str]] | None = None,
    missing: Collection[str] = ("",),
    unique_ids: bool = False,
    findings: Findings | None = None,
) -> Partial:
    """Gather KPIs from a frame: like ``read_table`` followed by ``gather_kpis``, but much faster.

    Args:
        frame: A frame with one row for each ticket, eager or lazy, of pandas, polars, pyarrow or
            another library that narwhals reads; or a DuckDB relation, a reader of Arrow batches,
            the path of a parquet file, or several of these, which are read batch by batch.
        kpis: The definitions, with different ids; or a single definition.
        mapping: The column of each field, as in ``vendors.read_table``. Columns of times must have
            a zone. Parse columns of text first, and state the format: without it, pandas
            reads 02.03. (2 March) as 3 February. A definition that reads a field ``custom.x`` uses
            the column ``x``.
        as_of: Only events that had happened by then count (rule K6).
        group_by: Field paths, ``Group``, ``AgeBuckets`` or ``HourBands``; see ``compute_kpis``.
        window: An ``Interval`` or ``Periods``; see ``compute_kpis``.
        mode: ``exact`` stores every value, ``sketch`` a histogram (rule K4).
        states: What the states mean; see ``read_table``.
        levels: What the levels mean; see ``read_table``.
        missing: The texts that stand for an empty cell.
        unique_ids: Pass True if all ids are known to be different. Otherwise, of the rows of an id
            in a batch, only the first that has an opening is used, as ``read_table`` does with
            ``duplicates="first"``.
        findings: A ``Findings`` that receives the findings of ``read_table``: on unknown states
            and levels, on rows left out (a repeated id, no opening, a cell that cannot be read),
            and on times before the opening. Without it, a warning reports the first two kinds.

    Returns:
        The partial result. ``finish_partial`` turns it into a ``KpiTable``, and ``merge_partials``
        merges several.

    Raises:
        InvalidValueError: A KPI needs the history of records, a group is a function of records, or
            a column is missing or does not contain times with a zone.
        KpiDefinitionError: A field does not exist.
        MissingExtraError: ``frame`` is a parquet file, and pyarrow is not installed.

    Units: times are exact to the microsecond; nanoseconds of a column are truncated.

    Source: rules K1 to K6; the results equal those for records made from the same rows (our
    choice).

    >>> from datetime import UTC, datetime
    >>> import polars as pl
    >>> from incidentcore.frames import gather_kpis_from
    >>> from incidentcore.kpi import catalogue, finish_partial
    >>> frame = pl.DataFrame(
    ...     {
    ...         "id": ["A", "B", "C"],
    ...         "in": ["2026-06-01 09:00", "2026-06-01 10:00", "2026-06-01 11:00"],
    ...         "out": ["2026-06-01 11:00", "2026-06-01 11:00", None],
    ...     }
    ... ).with_columns(pl.col("in", "out").str.to_datetime(time_zone="UTC"))
    >>> part = gather_kpis_from(
    ...     frame,
    ...     [catalogue.MEAN_TIME_TO_RESOLVE, catalogue.BACKLOG],
    ...     {"id": "id", "opened": "in", "resolved": "out"},
    ...     as_of=datetime(2026, 6, 3, tzinfo=UTC),
    ... )
    >>> print(finish_partial(part))
    kpi                    value  n  left out
    --------------------  ------  -  ------------
    mean_time_to_resolve  1.50 h  2  unresolved 1
    backlog                    1  1
    """
    several = as_kpis(kpis)
    check_mapping(mapping)
    reading = {"states": states, "levels": levels, "missing": missing}
    unknown = Findings() if findings is None else findings
    plan = Plan(several, dict(mapping), as_of, group_by, window, mode, reading, unknown)
    parts = []
    for one, fields in each_frame(frame, plan.wanted):
        if not unique_ids:
            one = first_rows(one, fields, plan)  # noqa: PLW2901  this iteration
        parts.append(_Gatherer(plan, one, fields).gather())
    listed = [] if findings is not None else [f for f in unknown if f.code != "before_opening"]
    if listed:
        warnings.warn(warning(listed), stacklevel=2)
    part = merge_partials(parts) if len(parts) > 1 else parts[0] if parts else plan.part.empty()
    declare_groups(part, plan.groups)
    return part


_BYTE = 1 << 8


class _Gatherer(Kinds):
    """Gathers the KPIs of one frame."""

    def __init__(self, plan: Plan, frame: nw.DataFrame[Any], fields: Mapping[str, str]) -> None:
        super().__init__(plan, frame, fields)
        windows = Windows(plan.window, plan.as_of)
        self.days = Days(windows, *self.range) if self.is_windowed else None
        self.kinds: list[Kind] = []
        self.first_kinds: list[Kind] = []
        self.counts: dict[Any, Ints] = {}  # by basis; of flows by family and direction
        self.values: list[Values] = [Values() for _ in self.part.firsts]
        self.odd: list[int] = []

    @cached_property
    def range(self) -> tuple[int, int]:
        """Return the first and the last instant that can occur."""
        low, high = range_of(*self.moments)
        return min(low, self.now), max(high, self.now)

    def gather(self) -> Partial:
        """Return the partial of the whole frame."""
        first, second = number_rows(), number_rows()
        checks, rows = self.plan.checks, Rows(lambda: self.range, self.size)
        for place in range(0, self.size, CHUNK):
            piece = slice(place, place + CHUNK)
            moments = [column[piece] for column in self.moments]
            words = [(codes[piece], len(seen)) for codes, seen in self.words.values()]
            rows.moments = [*moments, np.array([self.now])]
            kinds, count = first(moments, self.plan.instants, words)
            self.learn(self.first_kinds, kinds, count, place)
            self.report(self.first_kinds, kinds)
            if checks:
                bits = [(self._bit(rows, number, kinds), 2) for number in range(len(checks))]
                kinds, count = second([], [], [(kinds, 1), *bits])
                self.learn(self.kinds, kinds, count, place)
            else:
                self.kinds = self.first_kinds
            self._count(rows, kinds, place)
        return self._finish()

    def _bit(self, rows: Rows, number: int, numbers: Ints) -> Ints:
        """Return the result of one check for the rows of a piece, 1 or 0."""
        bit = np.zeros(len(numbers), np.int64)
        for (check, *arguments), mask in _each(self.first_kinds, numbers, ("check", number)):
            bit[mask] = check(rows, mask, *arguments)
        return bit

    def _add(self, key: Any, counts: Ints) -> None:
        """Add counts to those of earlier pieces, in which there were fewer kinds."""
        before = self.counts.get(key)
        if before is not None:
            counts[: len(before)] += before
        self.counts[key] = counts

    def _count(self, rows: Rows, numbers: Ints, place: int) -> None:
        """Count the rows of a piece by kind and period, and keep their durations."""
        kinds, days = self.kinds, self.days
        width = 1 if days is None else len(days.names)
        for number in np.flatnonzero([kind.is_odd for kind in kinds]).tolist():
            self.odd += (place + np.flatnonzero(numbers == number)).tolist()
        small = np.uint8 if len(self.group_ids) * width < _BYTE else np.int64
        group_of: Any = np.array([max(kind.group, 0) for kind in kinds], small).take(numbers)
        periods: dict[str, Ints] = {}
        firsts = self.part.firsts
        for basis in dict.fromkeys(
            "opened" if k.measure.spreads else k.window_basis for k in firsts
        ):
            keys = numbers * width
            if days is not None and self.plan.window is not None and basis != "snapshot":
                period = np.full(len(numbers), -1, np.int64)
                for at, mask in _each(kinds, numbers, basis):
                    period[mask] = days.of(rows.at(at, mask))
                periods[basis] = period
                keys = (keys + period)[period >= 0]
            self._add(basis, np.bincount(keys, minlength=len(kinds) * width))
        for family, kpi in enumerate(firsts):
            if kpi.measure.spreads:
                self._flow(rows, numbers, group_of, family)
                continue
            within = periods.get(kpi.window_basis)
            for (spans, less, bit), mask in _each(kinds, numbers, family):
                if within is not None:
                    mask &= within >= 0  # noqa: PLW2901  made for this iteration
                count = int(np.count_nonzero(mask))
                if 2 * count < len(mask):
                    times = rows.times(spans, mask, count)
                else:  # most of them: one selection at the end costs less than one for each moment
                    times = rows.times(spans, None, len(mask))[mask]
                if less:
                    times -= less
                if bit is not None:
                    times = times << 1 | bit
                keys = group_of[mask] * width
                if within is not None:
                    keys = keys + within[mask]
                self.values[family].put(times, keys)

    def _flow(self, rows: Rows, numbers: Ints, group_of: Ints, family: int) -> None:
        """Count what came and what went; both count if both moments lie in one period."""
        days = self.days
        assert days is not None  # noqa: S101  flows have periods of their own
        width = len(days.names)
        for places, mask in _each(self.kinds, numbers, family):
            key = group_of[mask] * width
            size = len(self.group_ids) * width
            came, went, seen = (
                days.of(rows.at(at, mask)) if at >= 0 else np.full(int(mask.sum()), -1)
                for at in places
            )
            both = (came == went) & (came >= 0)  # in one period: it counts once
            counts = [
                np.bincount((key + period)[period >= 0], minlength=size)
                for period in (came, went, seen, np.where(both, came, -1))
            ]
            counts[2] += counts[0] + counts[1] - counts.pop()
            for column, count in enumerate(counts):
                self._add((family, column), count)

    def _finish(self) -> Partial:
        """Add the counts to the accumulators."""
        part, days = self.part, self.days
        names = [None] if days is None else days.names
        width, groups = len(names), list(self.group_ids)
        if days is None:
            for group in groups:
                part.row((group, None))
        for family, kpi in enumerate(part.firsts):
            basis = "opened" if kpi.measure.spreads else kpi.window_basis
            counts = self.counts.get(basis, np.zeros(0, np.int64))
            for key in np.flatnonzero(counts).tolist():
                kind = self.kinds[key // width]
                if kind.known is None or kind.is_odd:
                    continue
                outcome = kind.outcomes[family]
                if outcome is None:
                    continue
                row = part.row((groups[kind.group], names[key % width]))
                empty = partial(kpi.measure.accumulator, kpi, part.mode)
                add_many(row[family], outcome, int(counts[key]), empty)
            statistics = [
                k.statistic for k, at in zip(part.kpis, part.places, strict=True) if at == family
            ]
            for key, pieces in self.values[family].by_key():
                row = part.row((groups[key // width], names[key % width]))
                add_values(row[family], pieces, statistics)
            if (family, 2) not in self.counts:
                continue
            flows = [self.counts[family, column] for column in range(3)]
            for key in np.flatnonzero(flows[2]).tolist():
                flow: Any = part.row((groups[key // width], names[key % width]))[family]
                flow.above, flow.below, flow.n = (int(column[key]) for column in flows)
        return merge_partials([part, self._odd_part()]) if self.odd else part

    def _odd_part(self) -> Partial:
        """Gather the rows without a kind as records."""
        plan = self.plan
        records = [record for record in self.records(self.odd) if record is not None]
        return gather_kpis(
            plan.kpis,
            records,
            as_of=plan.as_of,
            group_by=plan.groups,
            window=plan.window,
            mode=plan.mode,
        )


def _each(kinds: list[Kind], numbers: Ints, name: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each value that some kinds share, with the rows of these kinds."""
    alike: dict[Any, list[int]] = {}
    for number in np.flatnonzero(np.bincount(numbers, minlength=len(kinds))).tolist():
        value = kinds[number].by_row.get(name)
        if value is not None:
            alike.setdefault(_key(value), [value]).append(number)
    for value, *members in alike.values():
        among = np.zeros(len(kinds), bool)
        among[members] = True
        yield value, among[numbers]


def _key(value: Any) -> Any:
    """Return a key that distinguishes outcomes; calendars by identity, which is faster."""
    if isinstance(value, (tuple, list)):
        return tuple(map(_key, value))
    return id(value) if hasattr(value, "open_time") else value
