"""Forecast how many records will be opened, by hour or day, with calibrated intervals (rule X4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from math import exp, floor, fsum, lgamma, log, sqrt
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_tuple, each_of, is_number, need_kind, need_several, need_word
from incidentcore.errors import InvalidValueError
from incidentcore.forecast.visits import since_of
from incidentcore.instants import Interval, as_utc, as_zone
from incidentcore.kpi.engine.gather import as_known
from incidentcore.pages.table import Tabular
from incidentcore.records import Corrected, Record
from incidentcore.records.exercises import without_exercises
from incidentcore.schedule import Calendar
from incidentcore.values import LintFinding

VolumeUnit: TypeAlias = Literal["hour", "day"]
"""The length of a step: an hour, or a day in the time zone."""

_HOUR: Final = timedelta(hours=1)
_TEXTS: Final = {"short_history": "{n} whole weeks of history; a forecast needs two"}
_NO_SPREAD: Final = 1e-9


@attrs.frozen(kw_only=True)
class ForecastStep:
    """The forecast for an hour, a day or an instant.

    Attributes:
        at: The instant, or the beginning of the hour or day.
        expected: The expected number (mean).
        bands: For each of the forecast's ``levels``, the interval that should contain the actual
            number, as a pair (least, greatest).
    """

    at: datetime
    expected: float
    bands: tuple[tuple[float, float], ...]


@attrs.frozen(kw_only=True)
class VolumeForecast(Tabular):
    """A forecast of how many records will be opened in each hour or day.

    The attributes that are not listed are the arguments of ``forecast_volume``.

    Attributes:
        dispersion: The variance of a count divided by its mean; 1 for a Poisson distribution.
        weeks: The number of weeks of history that the forecast is based on.
        steps: The forecast of each hour or day; empty if there is too little history.
        findings: The reasons why there is no forecast; empty if there is one.
    """

    unit: VolumeUnit
    zone: ZoneInfo
    levels: tuple[float, ...]
    dispersion: float
    weeks: float
    steps: tuple[ForecastStep, ...] = attrs.field(repr=False)
    score: VolumeScore | None = None
    findings: tuple[LintFinding, ...] = ()

    def cells(self) -> tuple[list[str], list[list[str]], list[bool]]:
        """Return the headings of the table, its rows, and which columns are numeric."""
        form = "%a %d %b %H:%M" if self.unit == "hour" else "%a %d %b"
        rows = [
            [
                step.at.astimezone(self.zone).strftime(form),
                f"{step.expected:.1f}",
                *(f"{low}-{high}" for low, high in step.bands),
            ]
            for step in self.steps
        ]
        headings = [self.unit, "expected", *(f"{level:.0%}" for level in self.levels)]
        return headings, rows, [False, *([True] * (len(headings) - 1))]

    def notes(self) -> list[str]:
        """Return the findings and the accuracy of earlier forecasts, as text."""
        return [*map(str, self.findings), str(self.score or "not tested: no score was given")]


def forecast_volume(
    records: Iterable[Record],
    /,
    *,
    as_of: datetime,
    window: Interval,
    zone: ZoneInfo | str,
    calendar: Calendar | None = None,
    unit: VolumeUnit = "hour",
    levels: Sequence[float] = (0.8, 0.95),
    recent: timedelta | None = None,
    score: VolumeScore | None = None,
) -> VolumeForecast:
    """Forecast how many records will be opened in each hour or day of a window.

    Args:
        records: The records, read once; those of exercises are excluded.
        as_of: Only openings that had happened and been recorded by then are used.
        window: The interval to forecast, which begins at ``as_of`` or later.
        zone: The time zone whose weekdays and hours are used.
        calendar: A calendar whose dates without open time are forecast separately, so that holidays
            do not distort the forecasts of weekdays; None if all dates are alike.
        unit: The length of a step: ``"hour"`` or ``"day"``.
        levels: The share of the counts that each prediction interval should contain, such as 0.8.
        recent: How much time before ``as_of`` to use; None for all time since the first opening.
        score: The result of ``backtest_volume``, which is shown with the forecast.

    Raises:
        InvalidValueError: The window begins before ``as_of``, or an option is not allowed.

    Source: rule X4: rates by hour of the week, and the negative binomial distribution.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Incident, Interval
    >>> from incidentcore.forecast import forecast_volume
    >>> monday, day = datetime(2026, 6, 1, tzinfo=UTC), timedelta(days=1)
    >>> ticket = {"title": "No mail", "by": "kim"}
    >>> opened = [
    ...     Incident.open(id=f"{date}-{number}", at=monday + (date + 0.4) * day, **ticket)
    ...     for date in range(21)
    ...     for number in range(3 + date % 2)
    ... ]
    >>> as_of = monday + 21 * day
    >>> days = Interval(as_of, as_of + 2 * day)
    >>> print(forecast_volume(opened, as_of=as_of, window=days, zone="UTC", unit="day"))
    day         expected  80%  95%
    ----------  --------  ---  ---
    Mon 22 Jun       3.5  1-7  0-9
    Tue 23 Jun       3.7  1-7  0-9
    not tested: no score was given
    """
    as_of, zone = as_utc(as_of, "as_of"), as_zone(zone)
    need_kind("window", window, Interval)
    if window.start < as_of:
        raise InvalidValueError("window", window, "an interval that begins at as_of or later")
    levels = _levels(levels)
    rows = without_exercises(records)
    opened = [at for row in rows if (at := opened_by(row, as_of)) is not None]
    first = since_of(recent, as_of) or min(opened, default=as_of)
    slots = _Slots(zone, unit, calendar)
    begins = list(slots.begins(first, as_of))
    begins = begins[1:-1] if begins and begins[0] < first else begins[:-1]  # whole steps only
    counts = Counter(slots.begin(at) for at in opened)
    weeks = len(begins) * (_HOUR if unit == "hour" else 24 * _HOUR) / timedelta(weeks=1)
    totals: dict[object, tuple[int, int]] = {}
    for begin in begins:
        slot = slots.slot(begin)
        n, total = totals.get(slot, (0, 0))
        totals[slot] = n + 1, total + counts[begin]
    finding = LintFinding("short_history", "", {"n": floor(weeks)}, texts=_TEXTS)
    short = weeks < 2
    spread = 1.0 if short else _dispersion(slots, begins, counts, totals)
    steps = [] if short else list(_steps(slots, window, totals, spread, levels))
    return VolumeForecast(
        unit=unit,
        zone=zone,
        levels=levels,
        dispersion=spread,
        weeks=weeks,
        steps=tuple(steps),
        score=score,
        findings=(finding,) if short else (),
    )


def opened_by(record: Record, as_of: datetime) -> datetime | None:
    """Return when a record was opened, as known at an instant; None if that was not known yet."""
    known: Record | None = record
    if any(isinstance(event, Corrected) for event in record.history):  # else no need to replay
        known = as_known(record, as_of)
    if known is None or known.history[0].recorded_at > as_of or known.opened_at > as_of:
        return None
    return known.opened_at


class _Slots:
    """The steps in a time zone, and which of them are of the same kind."""

    def __init__(self, zone: ZoneInfo, unit: VolumeUnit, calendar: Calendar | None) -> None:
        need_word("unit", unit, VolumeUnit)
        need_kind("calendar", calendar, Calendar | None)
        self.zone, self.unit, self.calendar = zone, unit, calendar
        self._closed: dict[object, bool] = {}

    def begin(self, at: datetime) -> datetime:
        local = at.astimezone(self.zone)
        if self.unit == "hour":  # of the zone, which may begin at half past in UTC
            whole = local.replace(minute=0, second=0, microsecond=0, tzinfo=None)
            return at - (local.replace(tzinfo=None) - whole)
        return datetime.combine(local.date(), time(), self.zone).astimezone(UTC)

    def begins(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the beginnings of the steps, from that of ``start`` up to the last by ``end``."""
        begin = self.begin(start)
        while begin <= end:
            yield begin
            begin = self.begin(begin + _HOUR * (1 if self.unit == "hour" else 30))

    def slot(self, begin: datetime) -> tuple[int | None, int]:
        """Return the kind of a step: weekday and hour; no weekday on a date without open time."""
        local = begin.astimezone(self.zone)
        day = local.date()
        if self.calendar is not None and day not in self._closed:
            midnight = datetime.combine(day, time(), self.zone)
            after = datetime.combine(day + timedelta(days=1), time(), self.zone)
            self._closed[day] = not self.calendar.open_time(midnight, after)
        hour = local.hour if self.unit == "hour" else 0
        return (None if self._closed.get(day) else local.weekday()), hour


def _dispersion(
    slots: _Slots,
    begins: Sequence[datetime],
    counts: Counter[datetime],
    totals: dict[Any, tuple[int, int]],
) -> float:
    """Return the variance of a count over its mean, by Pearson's sum of squares; at least 1."""
    squares = []
    for begin in begins:
        n, total = totals[slots.slot(begin)]
        if total:
            squares.append((counts[begin] - total / n) ** 2 * n / total)
    free = len(squares) - sum(1 for _, total in totals.values() if total)
    return max(1.0, fsum(squares) / free) if free > 0 else 1.0


def _steps(
    slots: _Slots,
    window: Interval,
    totals: dict[Any, tuple[int, int]],
    spread: float,
    levels: Sequence[float],
) -> Iterator[ForecastStep]:
    weekdays = [pair for (day, _), pair in totals.items() if day is not None]
    n_all, total_all = (sum(column) for column in zip(*(weekdays or totals.values()), strict=True))
    bands: dict[float, tuple[tuple[int, int], ...]] = {}
    for begin in slots.begins(window.start, window.end):
        if begin < window.start or begin >= window.end:
            continue
        n, total = totals.get(slots.slot(begin), (n_all, total_all))  # a kind never seen: any other
        mean = total / n
        if mean not in bands:
            bands[mean] = tuple(_band(mean, spread * (1 + 1 / n), level) for level in levels)
        yield ForecastStep(at=begin, expected=mean, bands=bands[mean])


def _band(mean: float, spread: float, level: float) -> tuple[int, int]:
    """Return the least and greatest count in the central share of a negative binomial."""
    if mean <= 0:
        return 0, 0
    tail = (1 - level) / 2
    step = sqrt(mean * spread) + 1
    at = max(0, floor(mean - 12 * step))
    low: int | None = None
    below = 0.0
    while True:
        below += _mass(at, mean, spread)
        if low is None and below > tail:
            low = at
        if below >= 1 - tail or at > mean + 40 * step:
            return (at if low is None else low), at
        at += 1


def _mass(count: int, mean: float, spread: float) -> float:
    """Return the probability of a count; that of a Poisson count if the spread is 1."""
    if spread - 1 < _NO_SPREAD:
        return exp(count * log(mean) - mean - lgamma(count + 1))
    size = mean / (spread - 1)
    logs = lgamma(count + size) - lgamma(size) - lgamma(count + 1)
    return exp(logs - size * log(spread) + count * log(1 - 1 / spread))


@attrs.frozen(kw_only=True)
class VolumeScore:
    """A score of how well forecasts of a volume matched what happened.

    Attributes:
        steps: How many hours or days were compared.
        mae: The mean absolute error of the expected counts.
        naive_mae: The mean absolute error of the naive forecast: the latest count a whole number of
            weeks earlier.
        coverage: Pairs of (level, share): for each level, such as 0.8, the share of hours or days
            whose count was in its interval.
        unanswered: The number of windows with too little history for a forecast.
    """

    steps: int
    mae: float
    naive_mae: float
    coverage: tuple[tuple[float, float], ...]
    unanswered: int = 0

    def __str__(self) -> str:
        covers = ", ".join(f"{level:.0%} band covers {share:.0%}" for level, share in self.coverage)
        return f"{self.steps} steps: MAE {self.mae:.2f} (naive {self.naive_mae:.2f}), {covers}"


def _levels(levels: object) -> tuple[float, ...]:
    allowed = "numbers between 0 and 1, both exclusive, such as [0.8, 0.95]"
    several = tuple(need_several("levels", levels, allowed))
    if not several or not all(is_number(level) and 0 < level < 1 for level in several):
        raise InvalidValueError("levels", levels, allowed)
    return several


def backtest_volume(
    records: Iterable[Record],
    /,
    *,
    windows: Iterable[Interval] | Interval,
    zone: ZoneInfo | str,
    calendar: Calendar | None = None,
    unit: VolumeUnit = "hour",
    levels: Sequence[float] = (0.8, 0.95),
    recent: timedelta | None = None,
) -> VolumeScore:
    """Return how well forecasts of past windows would have matched what happened.

    Each of ``windows``, all in the past, is forecast from what was known at its beginning. The
    other arguments are those of ``forecast_volume``.

    Raises:
        InvalidValueError: ``windows`` is empty, or none of them has enough history before it.
    """
    rows = list(without_exercises(records))
    zone, levels = as_zone(zone), _levels(levels)
    more: Any = {"zone": zone, "unit": unit, "calendar": calendar}
    more |= {"levels": levels, "recent": recent}
    slots = _Slots(zone, unit, calendar)
    counts = Counter(slots.begin(row.opened_at) for row in rows)
    errors: list[float] = []
    naive: list[int] = []
    hits = [0] * len(levels)
    unanswered = 0
    for window in each_of("windows", as_tuple(windows, Interval), Interval):
        forecast = forecast_volume(rows, as_of=window.start, window=window, **more)
        unanswered += not forecast.steps
        for step in forecast.steps:
            came = counts[step.at]
            before = step.at
            while before >= window.start:
                before = (before.astimezone(zone) - timedelta(weeks=1)).astimezone(UTC)
            errors.append(abs(came - step.expected))
            naive.append(abs(came - counts[slots.begin(before)]))
            for place, (low, high) in enumerate(step.bands):
                hits[place] += low <= came <= high
    if not errors:
        raise InvalidValueError("windows", unanswered, "windows with two weeks of history before")
    n = len(errors)
    return VolumeScore(
        steps=n,
        mae=fsum(errors) / n,
        naive_mae=sum(naive) / n,
        coverage=tuple((level, hit / n) for level, hit in zip(levels, hits, strict=True)),
        unanswered=unanswered,
    )
