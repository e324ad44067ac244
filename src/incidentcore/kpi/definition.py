"""A KPI as a value: what it measures, on which records, by which clock and policies (rule K1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final, Literal, Self, TypeAlias

import attrs

from incidentcore._checks import (
    SharedRepr,
    as_pairs,
    exact_fraction,
    need_keywords,
    need_kind,
    need_text,
    need_whole,
    need_word,
)
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.digest import content_id
from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi.measures.base import Measure, check_measure
from incidentcore.kpi.objective import Objective, need_objective
from incidentcore.kpi.record_tests import RecordTest, as_test, test_settings
from incidentcore.kpi.statistic import MEAN, SURVIVAL_MEDIAN, Kind, Statistic
from incidentcore.schedule import Calendar

Reopened: TypeAlias = Literal["first", "last", "net"]
Canceled: TypeAlias = Literal["exclude", "censor", "include"]
Exercises: TypeAlias = Literal["exclude", "include"]
Unfinished: TypeAlias = Literal["exclude", "censor", "as_of"]
WindowBasis: TypeAlias = Literal[
    "opened", "acknowledged", "first_response", "first_resolved", "resolved", "closed", "snapshot"
]

_CHOICES: Final[dict[str, Any]] = {
    "reopened": Reopened,
    "canceled": Canceled,
    "exercises": Exercises,
    "unfinished": Unfinished,
    "window_basis": WindowBasis,
}
_AVERAGES: Final = ("mean", "median", "quantile")
_VERBS: Final[dict[object, str]] = {  # by the stop of a duration
    "resolved_at": "resolve",
    "restored_at": "restore",
    "acknowledged_at": "acknowledge",
    "first_response_at": "first_response",
    "closed_at": "close",
}
_FORBIDDEN: Final = ("mttr", "respond")


def _statistic(statistic: Statistic | Kind | None) -> Statistic | None:
    given = Statistic(statistic) if isinstance(statistic, str) else statistic
    allowed = 'a word such as "median", or quantile("0.9")'
    need_kind("statistic", given, Statistic | None, KpiDefinitionError, allowed)
    return given


def _exclusions(
    exclusions: Mapping[str, Condition | RecordTest] | Iterable[tuple[str, Condition | RecordTest]],
) -> tuple[tuple[str, Condition | RecordTest], ...]:
    return tuple((code, as_test(test)) for code, test in as_pairs(exclusions))


def _id_in_words(kpi: Kpi) -> str:
    return str(kpi.id).replace("_", " ").capitalize()


def _confidence(level: float | str | Fraction | None) -> Fraction | None:
    if level is None:
        return None
    return exact_fraction("confidence", level, "a number between 0 and 1", KpiDefinitionError)


@attrs.frozen(kw_only=True)
class Kpi(SharedRepr):
    """The definition of a figure (rule K1), whose value ``compute_kpis`` returns.

    A record of the population is left out for the first reason that applies: exercise, canceled,
    the exclusions in the order given, no value for the measure.

    Attributes:
        id: The KPI's name, such as ``"mean_time_to_resolve"``. "mttr" and a bare "respond" are
            refused, since their meaning differs from tool to tool (rule K3).
        measure: What is measured on each record.
        statistic: How the values become one figure: ``mean``, which is the default, ``median``,
            ``sum``, ``min``, ``max``, ``survival_median``, or a ``quantile``. Only for measures
            that give values: times and numbers.
        population: Which records are considered; all others are not counted at all.
        exclusions: Pairs of (code, test), or a mapping. A record of the population that passes a
            test is left out and counted under its code.
        clock: The calendar whose open time counts; None for wall-clock time.
        reopened: For durations to ``resolved_at``: ``first`` or ``last`` to use that resolution, or
            ``net`` for the time in open states up to the last resolution.
        canceled: ``exclude`` leaves canceled records out, ``censor`` ends their time at the
            cancellation (only with ``survival_median``), ``include`` treats them like any other.
        exercises: ``exclude`` leaves out the records of exercises; ``include`` counts them too.
        unfinished: What to do with a record that has not reached the stop of a duration, such as
            one that is still open: ``exclude`` leaves it out; ``censor`` (only with
            ``survival_median``) ends its time when the record ended or, if it is open, at the
            instant of the computation; ``as_of`` counts its time up to that instant.
        window_basis: Which time must be in the window: ``opened``, ``acknowledged``,
            ``first_response``, ``first_resolved``, ``resolved`` (the last resolution) or
            ``closed``. What a reopening undid is left out, as ``reopened``, ``resolved_again`` or
            ``closed_again``. ``snapshot`` considers all records as they are at the instant of the
            computation, regardless of the window.
        objective: The value to reach. Results state whether it is met and, for shares, how much of
            the error budget is left.
        min_n: The number of records that a result needs; with fewer, its ``enough`` is False.
        confidence: The level of a confidence interval, such as 0.95; None for no interval. Rates
            have a Wilson interval, means and quantiles a bootstrap interval; for other figures, no
            level is allowed.
        title: The name shown in tables; by default, the id in words.
        formula: The formula in words.
        edge_cases: What a reader of the figure should know about special cases.
        source: The origin of the definition.

    KPIs that differ only in ``title``, ``formula``, ``edge_cases`` or ``source`` are equal.

    Raises:
        KpiDefinitionError: An attribute is invalid, or two attributes contradict each other.

    >>> from incidentcore.kpi import Duration, Kpi
    >>> Kpi(id="mean_time_to_resolve", measure=Duration("opened_at", "resolved_at")).statistic.kind
    'mean'
    """

    id: str
    measure: Measure
    statistic: Statistic | None = attrs.field(default=None, converter=_statistic)
    population: Condition | RecordTest = attrs.field(default=ALWAYS, converter=as_test)
    exclusions: tuple[tuple[str, Condition | RecordTest], ...] = attrs.field(
        default=(), converter=_exclusions
    )
    clock: Calendar | None = None
    reopened: Reopened = "last"
    canceled: Canceled = "exclude"
    exercises: Exercises = attrs.field(default="exclude", metadata={"later": True})
    unfinished: Unfinished = "exclude"
    window_basis: WindowBasis = "opened"
    objective: Objective | None = None
    min_n: int = 1
    confidence: Fraction | None = attrs.field(default=None, converter=_confidence)
    title: str = attrs.field(default=attrs.Factory(_id_in_words, takes_self=True), eq=False)
    formula: str = attrs.field(default="", eq=False)
    edge_cases: str = attrs.field(default="", eq=False)
    source: str = attrs.field(default="", eq=False)
    _definition: str | None = attrs.field(init=False, eq=False, repr=False, default=None)

    def __attrs_post_init__(self) -> None:
        self._check_id()
        measure = self.measure
        need_kind(f"{self.id}.measure", measure, Measure, KpiDefinitionError, "a measure")
        check_measure(self.id, measure)
        if self.statistic is None and measure.has_statistic:
            object.__setattr__(self, "statistic", MEAN)
        if self.statistic is not None and not measure.has_statistic:
            self._refuse("statistic", "None: this measure is one figure")
        for code, _ in self.exclusions:
            need_text(f"{self.id}.exclusions", code, KpiDefinitionError, "codes with conditions")
        self._check_choices()
        self._check_effects()
        self._check_censoring()
        need_whole(f"{self.id}.min_n", self.min_n, KpiDefinitionError)
        self._check_confidence()
        if self.objective is not None:
            need_objective(f"{self.id}.objective", self.objective, self.unit)

    def _refuse(self, name: str, allowed: str) -> None:
        value = getattr(self, name)
        shown = str(value) if isinstance(value, Statistic) else value
        raise KpiDefinitionError(f"{self.id}.{name}", shown, allowed)

    def _check_confidence(self) -> None:
        if self.confidence is None:
            return
        if not 0 < self.confidence < 1:
            self._refuse("confidence", "between 0 and 1")
        averaged = self.statistic is not None and self.statistic.kind in _AVERAGES
        if not self.measure.is_share and not averaged:
            self._refuse("confidence", "None: this figure has no interval")

    def _check_id(self) -> None:
        need_text("id", self.id, KpiDefinitionError)
        if any(word in _FORBIDDEN for word in re.findall("[a-z]+", self.id.casefold())):
            verb = _VERBS.get(getattr(self.measure, "stop", None), "")
            name = f"mean_{'open_' if self.clock else ''}time_to_{verb}"
            proposed = re.sub("mttr", name, self.id, flags=re.IGNORECASE)
            such = f', such as "{proposed}"' if verb and proposed != self.id else ""
            allowed = f"a name that says which moments it runs between (rule K3){such}"
            raise KpiDefinitionError("id", self.id, f"{allowed}; see catalogue.lookup")

    def _check_choices(self) -> None:
        for name, choice in _CHOICES.items():
            need_word(f"{self.id}.{name}", getattr(self, name), choice, KpiDefinitionError)
        if self.clock is not None and not callable(getattr(self.clock, "open_time", None)):
            self._refuse("clock", "a Calendar, or None for the wall clock")
        try:
            hash(self.clock)
        except TypeError:
            self._refuse("clock", "a calendar that hashes, since a KPI is a value")

    def _check_effects(self) -> None:
        """Refuse a setting that would have no effect, since its author expects one."""
        tests = (self.population, *(test for _, test in self.exclusions))
        settings = self.measure.settings | test_settings(*tests)
        for name, usual, why in (
            ("clock", None, "None: nothing is timed"),
            ("reopened", "last", 'last, but for durations to "resolved_at"'),
            ("unfinished", "exclude", "exclude: nothing here has a stop to wait for"),
        ):
            if getattr(self, name) != usual and name not in settings:
                self._refuse(name, why)
        if self.measure.spreads and self.window_basis != "opened":
            self._refuse("window_basis", "opened: this measure has instants of its own")

    def _check_censoring(self) -> None:
        censors = "censor" in (self.canceled, self.unfinished)
        survival = self.statistic == SURVIVAL_MEDIAN
        if survival and self.unfinished != "censor":
            self._refuse("statistic", "a Duration with unfinished='censor'")
        if censors and not survival:
            self._refuse("statistic", "survival_median where censoring is on")

    @property
    def unit(self) -> str:
        """Return the unit of the KPI's value, such as ``duration``, ``fraction`` or ``records``."""
        return self.measure.unit

    @property
    def definition(self) -> str:
        """Return an id made from the definition's content; every machine makes the same (K1)."""
        if self._definition is None:
            object.__setattr__(self, "_definition", content_id(self))
        return str(self._definition)

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some attributes changed, such as the statistic and the id."""
        need_keywords(self.replace, changes, (one.name for one in attrs.fields(Kpi) if one.init))
        if self.title == _id_in_words(self):
            changes.setdefault("title", attrs.NOTHING)  # which makes it of the id again
        return attrs.evolve(self, **changes)
