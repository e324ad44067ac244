"""Volume: hand-worked rates, the negative binomial, calibration, closed dates, no future."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError
from incidentcore.forecast import backtest_volume, forecast_volume
from incidentcore.forecast.volume import _band, _mass
from incidentcore.instants import Interval
from incidentcore.records import Incident, correct_event
from incidentcore.schedule import BusinessCalendar, Holiday

from .history import HOUR, START, ticket

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def opened(times: list[timedelta]) -> list[Incident]:
    return [ticket(number, at) for number, at in enumerate(times)]


def poisson(seed: int, *, days: int, rate: float) -> list[Incident]:
    """Return records of a desk with a constant rate an hour."""
    chance, at, times = random.Random(seed), 0.0, []  # noqa: S311  a test
    while (at := at - math.log(1 - chance.random()) / rate) < days * 24:
        times.append(timedelta(hours=at))
    return opened(times)


def test_the_rate_is_that_of_the_same_hour_in_earlier_weeks() -> None:
    """Mondays at nine had 2, 4 and 6 records: 4 are expected, and none at ten."""
    times = [week * WEEK + 9 * HOUR for week, count in enumerate((2, 4, 6)) for _ in range(count)]
    records = opened([timedelta(0), *times])
    as_of = START + 3 * WEEK
    window = Interval(as_of + 9 * HOUR, as_of + 11 * HOUR)
    steps = forecast_volume(records, as_of=as_of, window=window, zone="UTC").steps
    assert [step.expected for step in steps] == [4.0, 0.0]
    assert [step.at for step in steps] == [window.start, window.start + HOUR]


def test_an_hour_is_one_of_the_zone() -> None:
    """09:10 in India is 03:40 UTC: its hour begins at 03:30 UTC. An exercise does not count."""
    times = [week * WEEK + 220 * HOUR / 60 for week in range(3)]
    drill = Incident.open(id="D", title="x", by="kim", at=START + times[0], exercise="drill")
    as_of = START + 3 * WEEK
    window = Interval(as_of + 3 * HOUR, as_of + 5 * HOUR)
    records = [*opened([timedelta(0), *times]), drill]
    steps = forecast_volume(records, as_of=as_of, window=window, zone="Asia/Kolkata").steps
    nine = as_of + 3.5 * HOUR
    assert [(step.at, step.expected) for step in steps] == [(nine, 1.0), (nine + HOUR, 0.0)]


def test_an_opening_that_is_corrected_later_counts_as_it_was_known() -> None:
    """At ten in each of three weeks; found to be of eleven only after the forecast (H1)."""
    as_of = START + 3 * WEEK
    records = opened([timedelta(0), *(week * WEEK + 10 * HOUR for week in range(3))])
    late = correct_event(
        *(records[3], records[3].history[0].id), at=START + 2 * WEEK + 11 * HOUR, by="ada",
        reason="x", recorded_at=as_of + HOUR,
    )  # fmt: skip
    window = Interval(as_of + 10 * HOUR, as_of + 12 * HOUR)
    for rows in (records, [*records[:3], late]):
        steps = forecast_volume(rows, as_of=as_of, window=window, zone="UTC").steps
        assert [step.expected for step in steps] == [1.0, 0.0]


def test_a_closed_date_is_a_kind_of_day_of_its_own() -> None:
    """A holiday does not lower the Mondays, and the next one is forecast as a holiday."""
    holidays = [Holiday(date(2026, 6, 8)), Holiday(date(2026, 6, 29))]
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-16:00"}, holidays=holidays)
    days = [day for day in range(28) if day % 7 < 5 and day != 7]
    records = opened([day * DAY + 9 * HOUR for day in days for _ in range(6)])
    as_of = START + 28 * DAY
    week = Interval(as_of, as_of + 2 * DAY)
    options = {"as_of": as_of, "window": week, "zone": "UTC", "unit": "day"}
    with_calendar = forecast_volume(records, calendar=office, **options).steps
    without = forecast_volume(records, **options).steps
    assert [step.expected for step in with_calendar] == [0.0, 6.0]
    assert [round(step.expected, 1) for step in without] == [4.0, 6.0]


def test_the_count_is_negative_binomial() -> None:
    """The probabilities sum to 1 with the mean and variance that were asked for."""
    for mean, spread in ((0.3, 1.0), (4.0, 1.0), (4.0, 2.5), (900.0, 3.0)):
        masses = [_mass(count, mean, spread) for count in range(3_000)]
        average = math.fsum(n * p for n, p in enumerate(masses))
        assert math.fsum(masses) == pytest.approx(1, abs=1e-9)
        assert average == pytest.approx(mean, rel=1e-9)
        variance = math.fsum((n - average) ** 2 * p for n, p in enumerate(masses))
        assert variance == pytest.approx(mean * spread, rel=1e-6)


def test_a_band_is_that_of_the_tables() -> None:
    """A Poisson count of mean 4 lies between 2 and 7 with at least 80 %."""
    assert _band(4.0, 1.0, 0.8) == (2, 7)
    assert _band(0.0, 1.0, 0.8) == (0, 0)


@pytest.mark.heavy
@pytest.mark.parametrize("mean", [30.0, 2_500.0])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_a_band_of_a_great_mean_is_that_of_all_counts(mean: float, level: float) -> None:
    """The least counts whose sum from 0 exceeds a tail, and reaches what is left by the other."""
    below, tail, sums = 0.0, (1 - level) / 2, []
    for count in range(int(mean + 40 * math.sqrt(mean))):
        below += math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
        sums.append(below)
    low = next(count for count, total in enumerate(sums) if total > tail)
    high = next(count for count, total in enumerate(sums) if total >= 1 - tail)
    assert _band(mean, 1.0, level) == (low, high)


def test_only_whole_days_of_a_recent_time_count() -> None:
    """A first day that is cut off is left out: two weeks are left of fourteen days and a half."""
    records = opened([n * DAY + 9 * HOUR for n in range(35)])
    as_of = START + 35 * DAY
    told = forecast_volume(
        records,
        as_of=as_of,
        window=Interval(as_of, as_of + DAY),
        zone="UTC",
        unit="day",
        recent=14 * DAY + 12 * HOUR,
    )
    assert told.weeks == 2.0
    assert [step.expected for step in told.steps] == [1.0]


def test_a_constant_desk_is_calibrated() -> None:
    """Both bands of a Poisson desk hold about as often as they say."""
    records = poisson(5, days=77, rate=6.0)
    weeks = [Interval(START + n * WEEK, START + (n + 1) * WEEK) for n in (8, 9, 10)]
    score = backtest_volume(records, windows=weeks, zone="UTC")
    held = dict(score.coverage)
    assert score.steps == 504
    assert 0.78 <= held[0.8] <= 0.93
    assert 0.93 <= held[0.95] <= 0.995
    assert score.mae < score.naive_mae


def test_a_short_history_gives_none() -> None:
    """Less than two whole weeks carry no forecast, and the finding says so."""
    as_of = START + 10 * DAY
    window = Interval(as_of, as_of + DAY)
    records = opened([n * DAY for n in range(10)])
    forecast = forecast_volume(records, as_of=as_of, window=window, zone="UTC")
    assert (forecast.steps, [one.code for one in forecast.findings]) == ((), ["short_history"])
    with pytest.raises(InvalidValueError, match="two weeks"):
        backtest_volume(records, windows=[window], zone="UTC")


@given(st.integers(0, 10_000), st.lists(st.floats(505, 800), max_size=20))
def test_no_future_is_seen(seed: int, hours: list[float]) -> None:
    """What is opened, or recorded, after the instant changes nothing."""
    records = poisson(seed, days=21, rate=0.1)
    as_of = START + 21 * DAY
    window = Interval(as_of, as_of + DAY)
    late = Incident.open(id="late", title="x", by="kim", at=START + DAY, recorded_at=as_of + HOUR)
    more = [*opened([timedelta(hours=hour) for hour in hours]), late, *records[::-1]]
    one, two = (
        forecast_volume(rows, as_of=as_of, window=window, zone="UTC") for rows in (records, more)
    )
    assert one == two


def test_days_follow_the_zone_across_a_change_of_clocks() -> None:
    """The day on which clocks change is one step of 23 hours."""
    records = [
        Incident.open(id=str(n), title="x", by="kim", at=datetime(2026, 3, 1, tzinfo=UTC) + n * DAY)
        for n in range(27)
    ]
    start = datetime(2026, 3, 27, 23, tzinfo=UTC)
    forecast = forecast_volume(
        records,
        as_of=start,
        window=Interval(start, start + 3 * DAY),
        zone="Europe/Berlin",
        unit="day",
    )
    assert [step.at.hour for step in forecast.steps] == [23, 23, 22, 22]


def test_options_are_checked() -> None:
    """A wrong unit, level, calendar, time or window is refused by its name, by both functions."""
    window = Interval(START, START + DAY)
    given: dict[str, Any] = {"as_of": START, "window": window, "zone": "UTC"}
    with pytest.raises(InvalidValueError, match=r"^window: "):
        forecast_volume([], **{**given, "as_of": START + HOUR})
    for name, wrong in (
        ("unit", "week"), ("calendar", "office"),
        *(("recent", one) for one in (28, -DAY, 0 * DAY)),
        *(("levels", one) for one in ([80], [], [1.0], 0.8, ["0.8"], "0.8", None)),
    ):  # fmt: skip
        with pytest.raises(InvalidValueError, match=rf"^{name}: got .*; allowed: "):
            forecast_volume([], **given, **{name: wrong})
        with pytest.raises(InvalidValueError, match=rf"^{name}: got .*; allowed: "):
            backtest_volume([], windows=window, zone="UTC", **{name: wrong})


def test_a_back_test_is_worked_out() -> None:
    """One arrival a day is what is forecast for each; on one day of the week there are ten."""
    daily = [n * DAY + 9 * HOUR for n in range(35)]
    window = Interval(START + 28 * DAY, START + 35 * DAY)
    options = {"windows": [window], "zone": "UTC", "unit": "day"}
    exact = backtest_volume(opened(daily), **options)  # type: ignore[arg-type]
    assert (exact.steps, exact.mae, exact.naive_mae, exact.unanswered) == (7, 0, 0, 0)
    assert [share for _, share in exact.coverage] == [1.0] * len(exact.coverage)
    more = [*daily, *([30 * DAY + 12 * HOUR] * 9)]
    off = backtest_volume(opened(more), **options)  # type: ignore[arg-type]
    assert (off.steps, off.mae, off.naive_mae) == (7, pytest.approx(9 / 7), pytest.approx(9 / 7))
    assert dict(off.coverage)[0.8] == pytest.approx(6 / 7)
    assert str(off).startswith("7 steps: MAE 1.29 (naive 1.29), 80% band covers 86%")
    before = backtest_volume(opened([*daily, 21 * DAY]), **options)  # type: ignore[arg-type]
    assert before.naive_mae == pytest.approx(1 / 7)  # two a week before the first day
    early = {**options, "windows": [Interval(START + DAY, START + 2 * DAY), window]}
    assert backtest_volume(opened(daily), **early).unanswered == 1  # type: ignore[arg-type]


def test_a_record_that_was_written_down_as_the_forecast_is_made_counts() -> None:
    """Twice at nine on two Mondays, one of them recorded only now."""
    as_of = START + 2 * WEEK
    late = Incident.open(id="L", title="x", by="kim", at=START + 9 * HOUR, recorded_at=as_of)
    after = Incident.open(
        id="M", title="x", by="kim", at=START + 9 * HOUR, recorded_at=as_of + timedelta(seconds=1)
    )
    records = [*opened([timedelta(0), 9 * HOUR, WEEK + 9 * HOUR]), late, after]
    window = Interval(as_of + 9 * HOUR, as_of + 10 * HOUR)
    (step,) = forecast_volume(records, as_of=as_of, window=window, zone="UTC").steps
    assert step.expected == 1.5


def test_nothing_in_a_recent_time_is_a_forecast_of_none() -> None:
    """And no spread, which is that of Poisson."""
    as_of = START + 5 * WEEK
    told = forecast_volume(
        opened([timedelta(0)]),
        as_of=as_of,
        window=Interval(as_of, as_of + 2 * HOUR),
        zone="UTC",
        recent=2 * WEEK,
    )
    assert [step.expected for step in told.steps] == [0.0, 0.0]
    assert [step.bands for step in told.steps] == [((0, 0), (0, 0))] * 2
    assert told.dispersion == 1.0


@pytest.mark.parametrize(("unit", "start"), [("hour", "Mon 06 Jul 00:00"), ("day", "Mon 06 Jul")])
def test_a_forecast_is_a_table_of_its_steps(unit: Any, start: str) -> None:
    """An hour has its time of day, a day its date alone; both have a column for each level."""
    as_of = START + 5 * WEEK
    told = forecast_volume(
        opened([n * DAY for n in range(35)]),
        as_of=as_of,
        window=Interval(as_of, as_of + DAY),
        zone="UTC",
        unit=unit,
        levels=(0.8, 0.95),
    )
    headings, rows, numbers = told.cells()
    assert (headings, numbers) == (
        [unit, "expected", "80%", "95%"], [False, True, True, True],
    )  # fmt: skip
    assert len(rows) == (24 if unit == "hour" else 1)
    assert rows[0][:2] == [start, "1.0"]
    low, high = told.steps[0].bands[0]
    assert rows[0][2] == f"{low}-{high}"
    assert told.notes() == ["not tested: no score was given"]


def test_a_calendar_that_never_opens_makes_all_days_of_one_kind() -> None:
    """Closed dates are forecast as closed dates: one a day, as there were."""
    closed = BusinessCalendar(zone="UTC", hours={}, special={"2030-01-01": "09:00-10:00"})
    as_of = START + 21 * DAY
    told = forecast_volume(
        opened([n * DAY for n in range(21)]),
        as_of=as_of,
        window=Interval(as_of, as_of + 2 * DAY),
        zone="UTC",
        calendar=closed,
        unit="day",
    )
    assert [step.expected for step in told.steps] == [1.0, 1.0]
