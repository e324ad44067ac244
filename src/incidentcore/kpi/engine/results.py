"""Turn accumulated values into figures, once, at the end (rule K4)."""

# ruff: noqa: D102  the parts of a definition are described once, in ``Kpi``

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final, Protocol, Self, TypeAlias

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.kpi.engine.accumulators import Sample, SketchedSample
from incidentcore.kpi.engine.estimates import around, bootstrap, interpolate, survival_median
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN, Statistic
from incidentcore.schedule import Calendar

_ENDS: Final = {"min": 0, "max": -1}
Value: TypeAlias = timedelta | int | float | None


@attrs.frozen(kw_only=True)
class Figure(SharedRepr):
    """A value with the numbers behind it; see ``KpiResult``."""

    value: Value
    n: int
    numerator: int | float | None = None
    denominator: int | float | None = None
    low: Value = None
    high: Value = None
    approximate: bool = False


class Definition(Protocol):
    """What a measure may read of its KPI; see ``Kpi``."""

    @property
    def unit(self) -> str: ...
    @property
    def definition(self) -> str: ...
    @property
    def statistic(self) -> Statistic | None: ...
    @property
    def confidence(self) -> Fraction | None: ...
    @property
    def clock(self) -> Calendar | None: ...
    @property
    def reopened(self) -> str: ...
    @property
    def unfinished(self) -> str: ...
    def replace(self, **changes: Any) -> Self: ...


def exact_number(value: int | Fraction) -> int | float:
    """Return an exact number as an int if it is whole, otherwise as a float."""
    return value.numerator if value.denominator == 1 else float(value)


def share(part: int | Fraction, whole: int | Fraction) -> float:
    """Return a share as a float that is 1 only if the part is the whole (rule T4)."""
    value = float(Fraction(part) / Fraction(whole))
    return math.nextafter(1.0, 0.0) if value == 1.0 and part != whole else value


def sample_figure(kpi: Definition, values: Sample | SketchedSample) -> Figure:
    """Return the statistic of many values, from the values or from a histogram of them."""
    if isinstance(values, SketchedSample):
        return _of_sketch(kpi, values)
    n, statistic = len(values.values), kpi.statistic
    if not n or statistic is None:
        return Figure(value=None, n=n)
    if statistic == SURVIVAL_MEDIAN:
        observations = ((value >> 1, bool(value & 1)) for value in values.ordered())
        median = survival_median(observations)
        return Figure(value=None if median is None else _value(kpi, median), n=n)
    low, high = _bounds(kpi, statistic, values.ordered() if kpi.confidence is not None else ())
    return Figure(value=_value(kpi, _statistic(statistic, values)), n=n, low=low, high=high)


def places_read(statistics: Iterable[Statistic | None], n: int) -> set[int]:
    """Return at which places of n ascending values some statistics read single values."""
    places: set[int] = set()
    for statistic in statistics:
        if statistic is not None and statistic.kind in _ENDS:
            places.add(_ENDS[statistic.kind] % n)
        elif statistic is not None and statistic.kind in ("median", "quantile"):
            below, beyond = around(n, _q(statistic))
            places |= {below, below + bool(beyond)}
    return places


def _value(kpi: Definition, value: int | Fraction) -> Value:
    """Return an exact statistic in the unit of its measure; times to the microsecond (T4)."""
    if kpi.unit == "duration":
        return timedelta(microseconds=round(value))
    if kpi.statistic is not None and kpi.statistic.kind == "sum":
        return exact_number(value)
    return float(value)


def _statistic(statistic: Statistic, sample: Any) -> int | Fraction:
    if statistic.kind in ("mean", "sum"):
        total: int | Fraction = sample.total()
        return Fraction(total) / len(sample) if statistic.kind == "mean" else total
    if statistic.kind in _ENDS:
        value: int | Fraction = sample[_ENDS[statistic.kind] % len(sample)]
        return value
    return interpolate(sample, _q(statistic))


def _q(statistic: Statistic) -> Fraction:
    return Fraction(1, 2) if statistic.q is None else statistic.q


def _bounds(
    kpi: Definition, statistic: Statistic, ordered: Sequence[int | Fraction]
) -> tuple[Value, Value]:
    if kpi.confidence is None:
        return None, None
    q = None if statistic.kind == "mean" else _q(statistic)
    low, high = bootstrap(ordered, q, kpi.confidence, kpi.definition)
    return _value(kpi, low), _value(kpi, high)


def _of_sketch(kpi: Definition, sample: SketchedSample) -> Figure:
    sketch, statistic = sample.seen, kpi.statistic
    assert statistic is not None  # noqa: S101  a sample's KPI always has one
    if sample.survival:
        return _survival_of_sketch(kpi, sample)
    if not sketch.n:
        return Figure(value=None, n=0)
    value: int | Fraction
    if statistic.kind in ("mean", "sum"):
        value = Fraction(sketch.total) / (sketch.n if statistic.kind == "mean" else 1)
    elif statistic.kind in ("min", "max"):
        value = (sketch.least if statistic.kind == "min" else sketch.greatest) or 0
    else:
        value = interpolate(sketch.ordered(scaled=sample.scaled), _q(statistic))
    low: Value = None
    high: Value = None
    if kpi.confidence is not None:
        low, high = _bounds(kpi, statistic, sketch.ordered(scaled=sample.scaled))
    return Figure(
        value=_value(kpi, value),
        n=sketch.n,
        low=low,
        high=high,
        approximate=low is not None or statistic.kind in ("median", "quantile"),
    )


def _survival_of_sketch(kpi: Definition, sample: SketchedSample) -> Figure:
    observations = [
        (round(value), observed)
        for sketch, observed in ((sample.seen, True), (sample.censored, False))
        for value in sketch.ordered(scaled=False)
    ]
    median = survival_median(observations)
    return Figure(
        value=None if median is None else _value(kpi, median),
        n=len(observations),
        approximate=True,
    )
