"""Forecast how many records will be open, from those open now and those still to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import fsum, sqrt
from typing import ClassVar, Final, NamedTuple
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_tuple, each_of, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.forecast.breach import BreachModel, breach_model
from incidentcore.forecast.hazards import HazardCurve
from incidentcore.forecast.visits import Standing, standing
from incidentcore.forecast.volume import ForecastStep, VolumeForecast, forecast_volume
from incidentcore.instants import Interval, as_utc
from incidentcore.pages.table import Tabular
from incidentcore.records import Record
from incidentcore.records.exercises import without_exercises
from incidentcore.schedule import Calendar
from incidentcore.sla.cycles import MICRO
from incidentcore.sla.life import OneClock
from incidentcore.values import LintFinding

_Z80: Final = 1.2815515655446004


@attrs.frozen(kw_only=True)
class BacklogScore:
    """A score of how well backlog forecasts, made a given time ahead, matched what happened.

    Attributes:
        ahead: How far ahead the forecasts were made.
        n: How many forecasts were compared.
        mae: The mean absolute error of the forecasts.
        naive_mae: The mean absolute error of simply forecasting that the backlog does not change.
        coverage: The share of the 80 % intervals that contained the actual number. Each interval
            was first widened by a factor from the errors known when it was made.
        widening: The factor, at least 1, by which intervals are widened (rule X4).
    """

    ahead: timedelta
    n: int
    mae: float
    naive_mae: float
    coverage: float
    widening: float = 1.0

    def __str__(self) -> str:
        days = self.ahead / timedelta(days=1)
        better = "better" if self.mae < self.naive_mae else "no better"
        return (
            f"{days:g} day{'' if days == 1 else 's'} ahead, {self.n} forecasts: "
            f"MAE {self.mae:.1f}, {better} than as today ({self.naive_mae:.1f}), "
            f"80% interval held {self.coverage:.0%}, {self.widening:.1f} times as wide as by chance"
        )


@attrs.frozen(kw_only=True)
class BacklogForecast(Tabular):
    """A forecast of how many clocks will be running or paused, with scores of earlier forecasts.

    Attributes:
        now: The instant of the forecast.
        open: How many records have a running or paused clock now.
        steps: The forecast for each instant; its 80 % interval is widened by the score with the
            nearest ``ahead``. Empty if the history allows no forecast or ``open`` is 0.
        scores: The scores of earlier forecasts from ``backtest_backlog``, one for each ``ahead``.
        findings: The reasons why the history allows no forecast; empty otherwise.
    """

    levels: ClassVar[tuple[float, ...]] = (0.8,)

    now: datetime
    open: int
    steps: tuple[ForecastStep, ...] = attrs.field(repr=False)
    scores: tuple[BacklogScore, ...] = ()
    findings: tuple[LintFinding, ...] = ()

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings of the table, its rows, and which columns are numeric."""
        rows = [
            [f"{step.at:%a %d %b %H:%M}", f"{step.expected:.0f}", f"{low:.0f}-{high:.0f}"]
            for step in self.steps
            for low, high in step.bands
        ]
        return ["at (UTC)", "open", "80%"], rows, [False, True, True]

    def notes(self) -> list[str]:
        """Return the findings and the accuracy of earlier forecasts, as text."""
        tested = [*map(str, self.scores)] or ["not tested: no scores were given"]
        return [*map(str, self.findings), *tested]


def forecast_backlog(
    model: BreachModel,
    volume: VolumeForecast,
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    at: Iterable[datetime],
    scores: Iterable[BacklogScore] = (),
) -> BacklogForecast:
    """Forecast how many records will have a running or paused clock.

    ``model`` defines the clock, and was fitted to earlier records, best with ``recent``, since old
    ones make forecasts worse. ``volume`` forecasts the arrivals from ``now`` to the last instant in
    ``at``. Records of exercises, and those whose clock is neither running nor paused, are left out.
    The result of ``backtest_backlog``, as ``scores``, widens the intervals and is shown with them.

    Raises:
        InvalidValueError: An instant is not after ``now``, or ``volume`` ends before that instant.

    Source: rule X4.
    """
    now, scores = as_utc(now, "now"), tuple(scores)
    need_kind("model", model, BreachModel)
    need_kind("volume", volume, VolumeForecast)
    instants = sorted(as_utc(one, "at") for one in as_tuple(at, datetime))
    if not instants or instants[0] <= now:
        raise InvalidValueError("at", instants[:1], "instants after now")
    if () not in model.cells:
        raise InvalidValueError("model", model.cells, "a model with the cell of all records, ()")
    stands = [
        standing(model.definition, one, now=now, cells=model.cells)
        for one in without_exercises(records)
    ]
    going = [one for one in stands if one is not None and one.goes_on]
    any_cell = next((one.curve for one in model.histories if not one.fields), None)
    findings = tuple(one for one in model.findings if one.code == "completed_only")
    findings += volume.findings
    if any_cell is None or findings or not going:
        return BacklogForecast(now=now, open=len(going), steps=(), findings=findings)
    calendar = going[0].cycle.calendar
    curves = [_curve(model, one) for one in going]
    steps = []
    for instant in instants:
        ahead = calendar.open_time(now, instant) // MICRO
        chances = [curve.share(age, since + ahead) for curve, age, since in curves]
        arrivals = [
            (step.expected, any_cell.share(-1, calendar.open_time(step.at, instant) // MICRO))
            for step in volume.steps
            if now <= step.at < instant
        ]
        mean = fsum(chances) + fsum(n * p for n, p in arrivals)
        varies = volume.dispersion * (1 + 1 / volume.weeks)  # the counts, and the rates they gave
        variance = fsum(p * (1 - p) for p in chances)
        variance += fsum(n * p * (1 - p + p * varies) for n, p in arrivals)
        spread = sqrt(max(variance, 0.25))  # a count is off by half a record at least
        if scores:
            spread *= min(scores, key=lambda one: abs(one.ahead - (instant - now))).widening
        band = max(0.0, mean - _Z80 * spread), mean + _Z80 * spread
        steps.append(ForecastStep(at=instant, expected=mean, bands=(band,)))
    return BacklogForecast(
        now=now, open=len(going), steps=tuple(steps), scores=scores, findings=findings
    )


def _curve(model: BreachModel, stands: Standing) -> tuple[HazardCurve, int, int]:
    """Return the most specific curve with enough at risk, or the coarsest.

    It comes with the length that comparable visits exceed, and the time that was counted so far.
    """
    for history, age, since in model.comparable(stands):
        best = history.curve, age, since // MICRO
        if history.curve.at_risk(age)[0] >= model.enough:
            break
    return best  # the caller has a curve of the coarsest cell


def backtest_backlog(
    definition: OneClock,
    records: Iterable[Record],
    /,
    *,
    at: Iterable[datetime] | datetime,
    ahead: Iterable[timedelta] | timedelta,
    zone: ZoneInfo | str,
    recent: timedelta | None = timedelta(days=14),
    calendar: Calendar | None = None,
) -> tuple[BacklogScore, ...]:
    """Return how accurate past forecasts of the backlog would have been.

    Forecasts are made at each of the past instants ``at``, for each span in ``ahead``, which gets
    its own score. ``definition`` and ``recent`` are those of ``breach_model``; ``zone`` and
    ``calendar`` are those of ``forecast_volume``. Records of exercises are excluded.

    Raises:
        InvalidValueError: None of the instants has enough history before it.

    Source: rule X4.
    """
    rows = list(without_exercises(records))
    ahead = list(each_of("ahead", as_tuple(ahead, timedelta), timedelta))
    misses: dict[timedelta, list[_Miss]] = {one: [] for one in ahead}
    for morning in sorted(as_utc(one, "at") for one in as_tuple(at, datetime)):
        model = breach_model(definition, rows, as_of=morning, recent=recent)
        window = Interval(morning, morning + max(ahead) + timedelta(hours=1))
        volume = forecast_volume(rows, as_of=morning, window=window, zone=zone, calendar=calendar)
        later = [morning + one for one in ahead]
        there = [row for row in rows if row.state.open or row.updated_at > morning]
        forecast = forecast_backlog(model, volume, there, now=morning, at=later)
        for one, step in zip(sorted(ahead), forecast.steps, strict=False):
            came = _going(definition, rows, step.at)
            error = abs(step.expected - came)
            times = error / (step.bands[0][1] - step.expected)
            known = [miss.times for miss in misses[one] if miss.at <= morning]
            held = times <= _widening(known)
            misses[one].append(_Miss(step.at, error, abs(forecast.open - came), held, times))
    if not any(misses.values()):
        raise InvalidValueError("at", 0, "instants with two weeks of history before")
    return tuple(
        BacklogScore(
            ahead=one,
            n=len(each),
            mae=fsum(miss.error for miss in each) / len(each),
            naive_mae=fsum(miss.naive for miss in each) / len(each),
            coverage=sum(miss.held for miss in each) / len(each),
            widening=_widening([miss.times for miss in each]),
        )
        for one, each in misses.items()
        if each
    )


class _Miss(NamedTuple):
    """The error of a forecast, also as a multiple of the interval by chance."""

    at: datetime
    error: float
    naive: float
    held: bool
    times: float


def _widening(times: Sequence[float]) -> float:
    """Return the factor by which intervals by chance must widen to hold 80 % of the misses."""
    rank = min(-(-4 * (len(times) + 1) // 5), len(times))
    return max(1.0, sorted(times)[rank - 1]) if times else 1.0


def _going(definition: OneClock, records: Iterable[Record], at: datetime) -> int:
    """Return the number of records whose clock is running or paused at an instant."""
    found = (
        standing(definition, one, now=at)
        for one in records
        if one.opened_at <= at and (one.state.open or one.updated_at > at)
    )
    return sum(one is not None and one.goes_on for one in found)
