"""From what was kept to the figure, once, at the end (rule K4)."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import accumulate, pairwise, repeat
from typing import Any, TypeAlias

import attrs

from incidentcore.instants import Interval
from incidentcore.kpi.cells import (
    BalanceCell,
    Cell,
    KeyedCell,
    RatioCell,
    SampleCell,
    SketchCell,
    SpanCell,
    TallyCell,
    instant,
)
from incidentcore.kpi.definition import SURVIVAL_MEDIAN, Kpi, Statistic
from incidentcore.kpi.estimates import bootstrap, interpolate, mean, survival_median, wilson
from incidentcore.kpi.read_values import microseconds
from incidentcore.kpi.shares import (
    Availability,
    Distinct,
    PerDistinct,
    PerRecord,
    Recurrence,
    TimeBetweenFailures,
)

__all__ = ["Figure", "Value", "figure"]

Value: TypeAlias = timedelta | int | float | None


@attrs.frozen(kw_only=True)
class Figure:
    """A value with what stands behind it; see ``KpiResult``."""

    value: Value
    n: int
    numerator: int | float | None = None
    denominator: int | float | None = None
    low: Value = None
    high: Value = None
    approximate: bool = False


def figure(kpi: Kpi, cell: Cell, *, window: Interval | None, as_of: datetime) -> Figure:
    """Return the figure of a definition from what was kept for it."""
    if isinstance(cell, SampleCell):
        return _of_sample(kpi, cell)
    if isinstance(cell, SketchCell):
        return _of_sketch(kpi, cell)
    if isinstance(cell, TallyCell):
        return _of_tally(kpi, cell)
    if isinstance(cell, RatioCell):
        return _of_ratio(kpi, cell)
    if isinstance(cell, BalanceCell):
        return Figure(
            value=cell.came - cell.went, n=cell.n, numerator=cell.came, denominator=cell.went
        )
    if isinstance(cell, KeyedCell):
        return _of_keys(kpi, cell)
    assert isinstance(cell, SpanCell)  # noqa: S101  the last kind of cell
    return _of_spans(kpi, cell, window, as_of)


def _of_ratio(kpi: Kpi, cell: RatioCell) -> Figure:
    above, below = cell.above, cell.below
    if getattr(kpi.measure, "complement", False):
        above = below - above
    value: Value = None
    if below != 0:
        ratio = Fraction(above) / Fraction(below)
        value = timedelta(microseconds=round(ratio)) if kpi.unit == "duration" else float(ratio)
    return Figure(
        value=value,
        n=cell.n,
        numerator=_number(above),
        denominator=_number(below),
    )


def _number(value: int | Fraction) -> int | float:
    """Return an exact number as people use it: whole where it is whole."""
    return value.numerator if value.denominator == 1 else float(value)


def _value(kpi: Kpi, value: int | Fraction) -> Value:
    """Return an exact statistic in the unit of its measure; times to the microsecond (T4)."""
    if kpi.unit == "duration":
        return timedelta(microseconds=round(value))
    if kpi.statistic is not None and kpi.statistic.kind == "sum":
        return _number(value)
    return float(value)


def _statistic(statistic: Statistic, ordered: Sequence[int | Fraction]) -> int | Fraction:
    if statistic.kind == "mean":
        return mean(ordered)
    if statistic.kind == "sum":
        return sum(ordered)
    if statistic.kind in ("min", "max"):
        return ordered[0 if statistic.kind == "min" else -1]
    return interpolate(ordered, _q(statistic))


def _q(statistic: Statistic) -> Fraction:
    return Fraction(1, 2) if statistic.q is None else statistic.q


def _of_sample(kpi: Kpi, cell: SampleCell) -> Figure:
    n, statistic = len(cell.values), kpi.statistic
    if not n or statistic is None:
        return Figure(value=None, n=n)
    ordered = cell.ordered()
    if statistic == SURVIVAL_MEDIAN:
        seen = ((value >> 1, bool(value & 1)) for value in ordered)
        median = survival_median(seen)
        return Figure(value=None if median is None else _value(kpi, median), n=n)
    low, high = _bounds(kpi, statistic, ordered)
    return Figure(value=_value(kpi, _statistic(statistic, ordered)), n=n, low=low, high=high)


def _bounds(
    kpi: Kpi, statistic: Statistic, ordered: Sequence[int | Fraction]
) -> tuple[Value, Value]:
    if kpi.confidence is None or statistic.kind not in ("mean", "median", "quantile"):
        return None, None
    q = None if statistic.kind == "mean" else _q(statistic)
    low, high = bootstrap(ordered, q, kpi.confidence, kpi.definition)
    return _value(kpi, low), _value(kpi, high)


class _Weighted(Sequence[Fraction]):
    """Representatives with their counts, read as the ordered sample that they stand for."""

    def __init__(self, items: Iterable[tuple[Fraction, int]]) -> None:
        self._items = list(items)
        self._ends = list(accumulate(count for _, count in self._items))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, index: Any) -> Any:
        place = index if index >= 0 else index + len(self)
        return self._items[bisect_right(self._ends, place)][0]

    def __iter__(self) -> Iterator[Fraction]:
        for value, count in self._items:
            yield from repeat(value, count)


def _of_sketch(kpi: Kpi, cell: SketchCell) -> Figure:
    sketch, statistic = cell.seen, kpi.statistic
    assert statistic is not None  # noqa: S101  a sample's KPI always has one
    if cell.survival:
        return _survival_of_sketch(kpi, cell)
    if not sketch.n:
        return _of_sample(kpi, SampleCell(times=not cell.scaled))
    value: int | Fraction
    if statistic.kind in ("mean", "sum"):
        value = Fraction(sketch.total) / (sketch.n if statistic.kind == "mean" else 1)
    elif statistic.kind in ("min", "max"):
        value = (sketch.least if statistic.kind == "min" else sketch.greatest) or 0
    else:
        value = sketch.quantile(_q(statistic), scaled=cell.scaled)
    low, high = _bounds(kpi, statistic, _Weighted(sketch.items(scaled=cell.scaled)))
    return Figure(
        value=_value(kpi, value),
        n=sketch.n,
        low=low,
        high=high,
        approximate=low is not None or statistic.kind in ("median", "quantile"),
    )


def _survival_of_sketch(kpi: Kpi, cell: SketchCell) -> Figure:
    observations = [
        (round(value), observed)
        for sketch, observed in ((cell.seen, True), (cell.censored, False))
        for value, count in sketch.items(scaled=False)
        for _ in range(count)
    ]
    median = survival_median(observations)
    return Figure(
        value=None if median is None else _value(kpi, median),
        n=len(observations),
        approximate=True,
    )


def _of_tally(kpi: Kpi, cell: TallyCell) -> Figure:
    if kpi.unit == "records":
        return Figure(value=cell.n, n=cell.n)
    if isinstance(kpi.measure, PerRecord):
        total = kpi.measure.total
        value = float(Fraction(total) / cell.n) if cell.n else None
        return Figure(value=value, n=cell.n, numerator=_number(total), denominator=cell.n)
    if not cell.n:
        return Figure(value=None, n=0, numerator=0, denominator=0)
    low = high = None
    if kpi.confidence is not None:
        low, high = wilson(cell.hits, cell.n, kpi.confidence)
    return Figure(
        value=cell.hits / cell.n,
        n=cell.n,
        numerator=cell.hits,
        denominator=cell.n,
        low=low,
        high=high,
    )


def _of_keys(kpi: Kpi, cell: KeyedCell) -> Figure:
    measure = kpi.measure
    if isinstance(measure, Distinct):
        return Figure(value=len(cell.keys), n=cell.n)
    if isinstance(measure, PerDistinct):
        value = cell.n / len(cell.keys) if cell.keys else None
        return Figure(value=value, n=cell.n, numerator=cell.n, denominator=len(cell.keys))
    if isinstance(measure, Recurrence):
        within = microseconds(measure.within)
        again = sum(
            later - earlier <= within
            for instants in cell.keys.values()
            for earlier, later in pairwise(sorted(instants))
        )
        value = again / cell.n if cell.n else None
        return Figure(value=value, n=cell.n, numerator=again, denominator=cell.n)
    hits, total = len(cell.keys), len(getattr(measure, "targets", ()))
    value = hits / total if total else None
    return Figure(value=value, n=cell.n, numerator=hits, denominator=total)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of spans; those that overlap or touch are one."""
    union: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], stop))
        else:
            union.append((start, stop))
    return union


def _without(spans: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> int:
    """Return the length of a union of spans outside a union of holes."""
    spans, holes = list(spans), list(holes)
    total = sum(stop - start for start, stop in spans)
    at = 0
    for start, stop in spans:
        while at < len(holes) and holes[at][1] <= start:
            at += 1
        step = at
        while step < len(holes) and holes[step][0] < stop:
            total -= min(stop, holes[step][1]) - max(start, holes[step][0])
            step += 1
    return total


def _of_spans(kpi: Kpi, cell: SpanCell, window: Interval | None, as_of: datetime) -> Figure:
    measure = kpi.measure
    assert isinstance(measure, (Availability, TimeBetweenFailures))  # noqa: S101
    assert window is not None  # noqa: S101  a partial without one is refused
    first, last = instant(window.start), instant(min(window.end, as_of))

    def clip(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        return [
            (max(start, first), min(stop, last))
            for start, stop in spans
            if start < last and stop > first
        ]

    planned = _merged(clip((instant(p.start), instant(p.end)) for p in measure.planned))
    failures = _merged(cell.spans)
    down = _without(clip(failures), planned)
    promised = max(last - first, 0) - sum(stop - start for start, stop in planned)
    n = len(cell.spans)
    if promised <= 0:
        return Figure(value=None, n=n)
    if isinstance(measure, Availability):
        up = promised - down
        return Figure(
            value=_share(up, promised), n=n, numerator=up / 3.6e9, denominator=promised / 3.6e9
        )
    begun = sum(first <= start < last for start, _ in failures)
    uptime = timedelta(microseconds=promised - down)
    return Figure(
        value=timedelta(microseconds=round(Fraction(promised - down, begun))) if begun else None,
        n=n,
        numerator=(promised - down) / 3.6e9,
        denominator=begun,
        low=None if begun else uptime,
    )


def _share(part: int, whole: int) -> float:
    """Return a share that is 1 only where it is all (rule T4)."""
    share = part / whole
    return math.nextafter(1.0, 0.0) if share == 1.0 and part != whole else share
