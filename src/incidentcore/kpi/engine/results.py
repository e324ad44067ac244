"""Turn accumulated values into figures, once, at the end (rule K4)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta
from fractions import Fraction
from typing import Any, Protocol, Self, TypeAlias

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.kpi.engine.estimates import around, bootstrap, interpolate, survival_median
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN, Statistic
from incidentcore.schedule import Calendar

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


def quotient(kpi: Definition, part: int | Fraction, whole: int | Fraction, n: int) -> Figure:
    """Return one number of ``n`` records divided by another, and both; no value if that is zero."""
    value = _value(kpi, Fraction(part) / Fraction(whole)) if whole else None
    numerator, denominator = exact_number(part), exact_number(whole)
    return Figure(value=value, n=n, numerator=numerator, denominator=denominator)


def sample_figure(kpi: Definition, sample: Any, *, is_sketched: bool = False) -> Figure:
    """Return the statistic of a sample, or of the sample that a histogram describes."""
    n, statistic = len(sample), kpi.statistic
    if statistic == SURVIVAL_MEDIAN:
        median = survival_median(sample.observations())
        value = None if median is None else _value(kpi, median)
        return Figure(value=value, n=n, approximate=is_sketched)
    if not n or statistic is None:
        return Figure(value=None, n=n)
    low: Value = None
    high: Value = None
    if kpi.confidence is not None:
        bounds = bootstrap(sample.ordered(), statistic.place, kpi.confidence, kpi.definition)
        low, high = (_value(kpi, bound) for bound in bounds)
    is_approximate = is_sketched and (low is not None or statistic.place is not None)
    value = _value(kpi, _statistic(statistic, sample))
    return Figure(value=value, n=n, low=low, high=high, approximate=is_approximate)


def places_read(statistics: Iterable[Statistic | None], n: int) -> set[int]:
    """Return at which places of n ascending values some statistics read single values."""
    places: set[int] = set()
    for statistic in statistics:
        if statistic is not None and statistic.place is not None:
            below, beyond = around(n, statistic.place)
            places |= {below, below + bool(beyond)}
        elif statistic is not None and statistic.kind in ("min", "max"):
            places.add(0 if statistic.kind == "min" else n - 1)
    return places


def _value(kpi: Definition, value: int | Fraction) -> Value:
    """Return an exact statistic in the unit of its measure; times to the microsecond (T4)."""
    if kpi.unit == "duration":
        return timedelta(microseconds=round(value))
    if kpi.statistic is not None and kpi.statistic.kind == "sum":
        return exact_number(value)
    return float(value)


def _statistic(statistic: Statistic, sample: Any) -> int | Fraction:
    if statistic.place is not None:
        return interpolate(sample, statistic.place)
    value: int | Fraction
    if statistic.kind in ("min", "max"):
        value = sample.end(statistic.kind)
        return value
    value = sample.total()
    return Fraction(value) / len(sample) if statistic.kind == "mean" else value
