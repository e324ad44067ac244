"""A KPI as a value: what is measured, on which records, by which clock and policies (rule K1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Literal, Self, TypeAlias

import attrs

from incidentcore.conditions import ALWAYS, Condition
from incidentcore.digest import content_id
from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi.measures import Duration, TimeIn
from incidentcore.kpi.shares import Measure, Rate, RatioOfSums
from incidentcore.schedule import Calendar

__all__ = [
    "Canceled",
    "Kpi",
    "MAX",
    "MEAN",
    "MEDIAN",
    "MIN",
    "Reopened",
    "SUM",
    "SURVIVAL_MEDIAN",
    "Statistic",
    "Unfinished",
    "WindowBasis",
    "quantile",
]

Reopened: TypeAlias = Literal["first", "last", "net"]
Canceled: TypeAlias = Literal["exclude", "censor", "include"]
Unfinished: TypeAlias = Literal["exclude", "censor", "as_of"]
WindowBasis: TypeAlias = Literal["opened", "resolved", "closed", "snapshot"]

_KINDS: Final = ("mean", "median", "quantile", "sum", "min", "max", "survival_median")
_AVERAGES: Final = ("mean", "median", "quantile")
_FORBIDDEN: Final = ("mttr", "respond")


@attrs.frozen
class Statistic:
    """How the values of many records become one figure; see ``MEAN`` and its kin.

    Attributes:
        kind: mean, median, quantile, sum, min, max or survival_median.
        q: The quantile, from 0 to 1; None for the other kinds.
    """

    kind: str
    q: Fraction | None = None

    def __attrs_post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise KpiDefinitionError("statistic", self.kind, f"one of {', '.join(_KINDS)}")
        if (self.q is not None) != (self.kind == "quantile"):
            raise KpiDefinitionError("q", self.q, "a quantile for quantile, None otherwise")
        if self.q is not None and not 0 <= self.q <= 1:
            raise KpiDefinitionError("q", self.q, "0 to 1")

    def __str__(self) -> str:
        return self.kind if self.q is None else f"quantile {float(self.q):g}"


MEAN: Final = Statistic("mean")
MEDIAN: Final = Statistic("median")
SUM: Final = Statistic("sum")
MIN: Final = Statistic("min")
MAX: Final = Statistic("max")
SURVIVAL_MEDIAN: Final = Statistic("survival_median")


def quantile(q: float | str | Decimal | Fraction) -> Statistic:
    """Return the statistic of a quantile, inclusive and linear.

    Args:
        q: From 0 to 1; a float is read as it is written, so that 0.9 is nine tenths.

    >>> quantile(0.9).q
    Fraction(9, 10)
    """
    try:
        return Statistic("quantile", Fraction(str(q)))
    except ValueError:
        raise KpiDefinitionError("q", q, "a number from 0 to 1") from None


def _exclusions(
    given: Mapping[str, Condition] | Iterable[tuple[str, Condition]],
) -> tuple[tuple[str, Condition], ...]:
    pairs = given.items() if isinstance(given, Mapping) else given
    return tuple((code, condition) for code, condition in pairs)


def _confidence(given: float | str | Fraction | None) -> Fraction | None:
    try:
        return None if given is None else Fraction(str(given))
    except ValueError:
        raise KpiDefinitionError("confidence", given, "a number between 0 and 1") from None


@attrs.frozen(kw_only=True)
class Kpi:
    """A figure with its definition (rule K1); ``compute_kpis`` gives its value.

    Records of the population are looked at in this order, and the first reason counts: canceled,
    the exclusions as given, then what the measure itself cannot answer.

    Attributes:
        id: Its name, such as ``"mean_time_to_resolve"``; never "mttr" or a bare "respond", which
            mean something else in every tool (rule K3).
        measure: What is measured on each record.
        statistic: How the values become one figure; the mean unless told. Only for measures that
            give values: times and numbers.
        population: Which records are looked at; all others are not counted at all.
        exclusions: Records of the population that are left out, each with the stable code under
            which they are counted.
        clock: The calendar whose open time counts; wall time without one.
        reopened: For durations to ``resolved_at``: ``first`` resolution, ``last``, or ``net``, the
            time in open states up to the last.
        canceled: ``exclude`` counts canceled records as left out, ``censor`` ends their time at the
            cancelation (for survival), ``include`` treats them like any other.
        unfinished: What to do with a record that has not reached the stop of a duration, such as
            one that is unacknowledged or still open: ``exclude``, ``censor`` at the instant of the
            computation or at its end without the stop (for survival), or count to ``as_of``.
        window_basis: Which moment must lie in the window: ``opened``, ``resolved`` or ``closed``;
            ``snapshot`` looks at all records as of the instant, whatever the window.
        min_n: Below this many records, a result says that it is too few to claim a trend.
        confidence: The level of a confidence interval, such as 0.95; None for none. Wilson's for
            rates, the bootstrap's for means and quantiles; refused for other figures.
        title: Its name for people.
        formula: The formula in words.
        edge_cases: What to know before reading it.
        source: Where the definition comes from.

    The texts do not belong to the definition: two KPIs that differ in them alone are equal.

    Raises:
        KpiDefinitionError: The parts contradict each other.

    >>> Kpi(id="mean_time_to_resolve", measure=Duration("opened_at", "resolved_at")).statistic.kind
    'mean'
    """

    id: str
    measure: Measure
    statistic: Statistic | None = attrs.field(default=None)
    population: Condition = ALWAYS
    exclusions: tuple[tuple[str, Condition], ...] = attrs.field(default=(), converter=_exclusions)
    clock: Calendar | None = None
    reopened: Reopened = "last"
    canceled: Canceled = "exclude"
    unfinished: Unfinished = "exclude"
    window_basis: WindowBasis = "opened"
    min_n: int = 1
    confidence: Fraction | None = attrs.field(default=None, converter=_confidence)
    title: str = attrs.field(default="", eq=False)
    formula: str = attrs.field(default="", eq=False)
    edge_cases: str = attrs.field(default="", eq=False)
    source: str = attrs.field(default="", eq=False)

    def __attrs_post_init__(self) -> None:
        self._check_id()
        sampled = getattr(self.measure, "gathers", "") == "sample"
        if self.statistic is None and sampled:
            object.__setattr__(self, "statistic", MEAN)
        if not hasattr(self.measure, "gathers"):
            raise KpiDefinitionError(f"{self.id}.measure", self.measure, "a measure")
        if self.statistic is not None and not sampled:
            raise KpiDefinitionError(
                f"{self.id}.statistic", str(self.statistic), "none: this measure is one figure"
            )
        for code, condition in self.exclusions:
            if not isinstance(code, str) or not code or not isinstance(condition, Condition):
                raise KpiDefinitionError(
                    f"{self.id}.exclusions", (code, condition), "codes with conditions"
                )
        if not isinstance(self.population, Condition):
            raise KpiDefinitionError(f"{self.id}.population", self.population, "a condition")
        self._check_choices()
        self._check_censoring()
        if type(self.min_n) is not int or self.min_n < 1:
            raise KpiDefinitionError(f"{self.id}.min_n", self.min_n, "a whole number from 1")
        self._check_confidence()

    def _check_confidence(self) -> None:
        if self.confidence is None:
            return
        if not 0 < self.confidence < 1:
            raise KpiDefinitionError(f"{self.id}.confidence", self.confidence, "between 0 and 1")
        share = self.measure.gathers == "tally" and self.unit == "fraction"
        averaged = self.statistic is not None and self.statistic.kind in _AVERAGES
        if not share and not averaged:
            raise KpiDefinitionError(
                f"{self.id}.confidence", self.confidence, "None: this figure has no interval"
            )

    def _check_id(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise KpiDefinitionError("id", self.id, "a non-empty text")
        if any(word in _FORBIDDEN for word in re.findall("[a-z]+", self.id.casefold())):
            raise KpiDefinitionError(
                "id", self.id, "a name that says which moments it runs between (rule K3)"
            )

    def _check_choices(self) -> None:
        for name, allowed in (
            ("reopened", ("first", "last", "net")),
            ("canceled", ("exclude", "censor", "include")),
            ("unfinished", ("exclude", "censor", "as_of")),
            ("window_basis", ("opened", "resolved", "closed", "snapshot")),
        ):
            if getattr(self, name) not in allowed:
                raise KpiDefinitionError(
                    f"{self.id}.{name}", getattr(self, name), f"one of {', '.join(allowed)}"
                )
        if self.reopened != "last" and not (
            isinstance(self.measure, Duration) and self.measure.stop == "resolved_at"
        ):
            raise KpiDefinitionError(
                f"{self.id}.reopened", self.reopened, 'last, but for durations to "resolved_at"'
            )
        if self.clock is not None and not isinstance(
            self.measure, (Duration, TimeIn, Rate, RatioOfSums)
        ):
            raise KpiDefinitionError(f"{self.id}.clock", self.clock, "none: nothing is timed")
        try:
            hash(self.clock)
        except TypeError:
            raise KpiDefinitionError(
                f"{self.id}.clock", self.clock, "a calendar that hashes, since a KPI is a value"
            ) from None

    def _check_censoring(self) -> None:
        censors = "censor" in (self.canceled, self.unfinished)
        survival = self.statistic == SURVIVAL_MEDIAN
        if survival and not (isinstance(self.measure, Duration) and self.unfinished == "censor"):
            raise KpiDefinitionError(
                f"{self.id}.statistic", "survival_median", "a Duration with unfinished='censor'"
            )
        if censors and not survival:
            raise KpiDefinitionError(
                f"{self.id}.statistic", str(self.statistic), "survival_median where censoring is on"
            )

    @property
    def unit(self) -> str:
        """Return the unit of its value: duration, fraction, records, times or the caller's."""
        return self.measure.unit

    @property
    def definition(self) -> str:
        """Return the content id: equal for equal definitions, on every machine (rule K1)."""
        return _definition(self)

    def replace(self, **changes: Any) -> Self:
        """Return the same KPI with other parts, such as another statistic under another id."""
        return attrs.evolve(self, **changes)


@lru_cache(maxsize=1024)
def _definition(kpi: Kpi) -> str:
    return content_id(kpi)
