"""Backlog: worked out, and against what a desk with known hazards does (rule X4)."""

from __future__ import annotations

from datetime import timedelta
from math import exp

import attrs
import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.forecast import (
    backtest_backlog,
    backtest_breach,
    breach_model,
    forecast_backlog,
    forecast_volume,
)
from incidentcore.forecast.backlog import BacklogScore, _going, _widening
from incidentcore.instants import Interval
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar
from incidentcore.simulation import fit_workloads
from incidentcore.sla import SlaDefinition

from .history import AGREED, HOUR, PLAIN, START, exponential, ticket

DAY = timedelta(days=1)


def test_survivors_of_open_and_arriving_records_are_added() -> None:
    """Three are open; by the history three of four go on after an hour, so does each arrival."""
    history = [ticket(n, n * DAY, lasts * HOUR) for n, lasts in enumerate((1, 2, 3, 4) * 7)]
    now = START + 28 * DAY
    open_now = [ticket(100 + n, 28 * DAY) for n in range(3)]
    model = breach_model(AGREED, [*history, *open_now], as_of=now, cells=PLAIN, enough=1)
    volume = forecast_volume(history, as_of=now, window=Interval(now, now + DAY), zone="UTC")
    at = [now + 90 * HOUR / 60]
    forecast = forecast_backlog(model, volume, [*history, *open_now], now=now, at=at)
    midnight = next(step.expected for step in volume.steps if step.at == now)
    assert midnight == 1.0
    assert (forecast.open, volume.steps[1].expected) == (3, 0.0)
    assert forecast.steps[0].expected == pytest.approx(3 * 21 / 28 + midnight * 21 / 28)
    ((low, high),) = forecast.steps[0].bands
    assert low < forecast.steps[0].expected < high
    assert "not tested" in str(forecast)
    assert "<p>not tested" in forecast.to_html()
    scores = [
        BacklogScore(ahead=hours * HOUR, n=9, mae=1, naive_mae=2, coverage=0.8, widening=times)
        for hours, times in ((1, 2.0), (24, 7.0))
    ]
    options = {"now": now, "at": at, "scores": scores}
    wider = forecast_backlog(model, volume, [*history, *open_now], **options)
    (mine,), (other,) = forecast.steps, wider.steps
    assert other.expected == mine.expected
    ((_, high),), ((low, wide),) = mine.bands, other.bands
    assert wide - other.expected == pytest.approx(2 * (high - mine.expected))
    assert low == 0.0
    assert "2.0 times as wide as by chance" in wider.to_markdown()
    assert "MAE 1.0, better than as today (2.0)" in str(scores[0])
    assert "MAE 1.0, no better than as today (1.0)" in str(attrs.evolve(scores[0], naive_mae=1))


def test_what_lasts_a_whole_day_is_gone_at_its_end_also_from_the_night_before() -> None:
    """All took eight open hours from 08:00 on; one came in the night, as none did before."""
    office = BusinessCalendar(zone="UTC", hours={"mon-sun": "08:00-16:00"})
    agreed = SlaDefinition.resolution(hours=9, calendar=office)
    history = [ticket(n, n * DAY + 8 * HOUR, 8 * HOUR) for n in range(15)]
    now = START + 15 * DAY
    records = [*history, ticket(20, 15 * DAY - HOUR)]
    model = breach_model(agreed, records, as_of=now, cells=PLAIN, enough=3)
    window = Interval(now, now + DAY)
    volume = forecast_volume(history, as_of=now, window=window, zone="UTC")
    at = [now + 15 * HOUR, now + 16 * HOUR]
    steps = forecast_backlog(model, volume, records, now=now, at=at).steps
    assert [step.expected for step in steps] == [2.0, 0.0]


def test_exercises_are_neither_history_nor_backlog() -> None:
    """With a drill each day and one open now, every forecast is the one without them (H6)."""
    history = [ticket(n, n * DAY, (1 + n % 4) * HOUR) for n in range(28)]
    now, real = START + 28 * DAY, [*history, ticket(90, 28 * DAY)]
    drills = [ticket(100 + n, n * DAY, 9 * HOUR, exercise="drill") for n in range(28)]
    drills.append(ticket(200, 28 * DAY, exercise="drill"))

    def forecasts(records: list[Incident]) -> object:
        model = breach_model(AGREED, records, as_of=now, cells=PLAIN, enough=1)
        volume = forecast_volume(records, as_of=now, window=Interval(now, now + DAY), zone="UTC")
        at, mornings = [now + HOUR], [START + 21 * DAY]
        score = backtest_breach(AGREED, records, chance=model, at=[START + 50 * HOUR])
        scores = backtest_backlog(AGREED, records, at=mornings, ahead=[HOUR], zone="UTC")
        (workload,) = fit_workloads(records, as_of=now, arrives=AGREED.calendar)
        backlog = forecast_backlog(model, volume, records, now=now, at=at)
        return model, volume, backlog, score, scores, (workload.rate, workload.work)

    assert forecasts([*real, *drills]) == forecasts(real)


@pytest.mark.parametrize(
    ("times", "widening"),
    [
        ([], 1.0),
        ([0.2, 0.4], 1.0),  # never narrower than chance
        ([3.0, 0.5, 2.0, 1.5], 3.0),  # four of five, the next one counted
        ([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.2, 1.6, 9.0], 1.6),
    ],
)
def test_an_interval_is_widened_to_hold_four_of_five_misses(
    times: list[float], widening: float
) -> None:
    """By the rank of conformal prediction: ceil(0.8 (n + 1)) of the earlier misses."""
    assert _widening(times) == widening


def test_a_model_without_the_cell_of_all_records_is_refused() -> None:
    """Arrivals have no cell yet, so the model needs the one of all records."""
    now = START + DAY
    model = breach_model(AGREED, [ticket(1)], as_of=now, cells=(("priority",),))
    volume = forecast_volume([], as_of=now, window=Interval(now, now + DAY), zone="UTC")
    for options in ({"at": [now + HOUR]}, {"at": [now]}):
        with pytest.raises(InvalidValueError):
            forecast_backlog(model, volume, [], now=now, **options)


def test_without_a_history_only_what_is_open_is_said() -> None:
    """The findings say why; so it is where nothing is open or to come."""
    now = START + DAY
    window = Interval(now, now + DAY)
    open_now = [ticket(1), ticket(2, 2 * DAY), ticket(3, lasts=HOUR)]
    model = breach_model(AGREED, [], as_of=now, cells=PLAIN)
    volume = forecast_volume([], as_of=now, window=window, zone="UTC")
    forecast = forecast_backlog(model, volume, open_now, now=now, at=[now + HOUR])
    assert (forecast.open, forecast.steps) == (1, ())
    assert forecast.findings == volume.findings
    assert volume.findings
    assert forecast.notes()[0] == str(volume.findings[0])


def test_a_rare_cell_is_judged_by_the_coarser_one() -> None:
    """One of the group was seen, which is not enough; of all, half go on after two hours."""
    history = [ticket(n, n * DAY, (1 + 2 * (n % 2)) * HOUR) for n in range(28)]
    now = START + 28 * DAY
    cells = (("assignment_group",), ())
    rare = [ticket(100, 28 * DAY, group="Rare")]
    model = breach_model(AGREED, [*history, *rare], as_of=now, cells=cells, enough=10)
    volume = forecast_volume([], as_of=now, window=Interval(now, now + DAY), zone="UTC")
    volume = attrs.evolve(volume, steps=(), findings=(), weeks=4, dispersion=1.0)
    (step,) = forecast_backlog(model, volume, rare, now=now, at=[now + 2 * HOUR]).steps
    assert step.expected == pytest.approx(0.5)
    few = breach_model(AGREED, [*history, *rare], as_of=now, cells=cells, enough=100)
    (step,) = forecast_backlog(few, volume, rare, now=now, at=[now + 2 * HOUR]).steps
    assert step.expected == pytest.approx(0.5)


def test_a_back_test_counts_what_was_open_then() -> None:
    """Each day one comes at six for 36 hours: one is open at midnight, two are at noon."""
    records = [ticket(n, n * DAY + 6 * HOUR, 36 * HOUR) for n in range(40)]
    mornings = [START + day * DAY for day in (32, 30)]
    ahead = [DAY, DAY / 2]
    scores = backtest_backlog(AGREED, records, at=mornings, ahead=ahead, zone="UTC")
    assert [(score.ahead, score.n) for score in scores] == [(DAY, 2), (DAY / 2, 2)]
    later, sooner = scores
    assert (later.naive_mae, sooner.naive_mae) == (0.0, 1.0)
    assert later.mae == pytest.approx(0.0, abs=1e-9)
    assert sooner.mae == pytest.approx(0.0, abs=1e-9)
    assert later.widening == sooner.widening == 1.0
    assert later.coverage == sooner.coverage == 1.0
    assert str(sooner).startswith("0.5 days ahead, 2 forecasts: MAE ")
    assert str(later).startswith("1 day ahead, 2 forecasts: MAE ")
    assert "better than as today (1.0)" in str(sooner)

    with pytest.raises(InvalidValueError, match=r"at: .*two weeks of history before"):
        backtest_backlog(AGREED, records, at=[START], ahead=[DAY], zone="UTC")


@pytest.mark.heavy
def test_a_steady_desk_is_forecast_and_compared_with_as_today() -> None:
    """With known hazards the error is that of chance, and the score says who was better."""
    records = exponential(3, 4_000, mean=20, days=60)
    mornings = [START + timedelta(days=day, hours=9) for day in range(30, 54, 2)]
    scores = backtest_backlog(
        AGREED, records, at=mornings, ahead=[DAY, 3 * DAY], zone="UTC", recent=14 * DAY
    )
    steady = 4_000 / 60 / 24 * 20 * (1 - exp(-3))
    assert [score.n for score in scores] == [12, 12]
    for score in scores:
        assert score.mae < 0.25 * steady
        assert score.coverage >= 0.5
        assert score.widening < 2.5
        assert ("no better than as today" in str(score)) == (score.mae >= score.naive_mae)


@pytest.mark.heavy
def test_days_on_which_nobody_works_are_counted_by_the_widening() -> None:
    """Each third day everybody is away: by chance alone the interval would hold far too little."""
    records = []
    for number, one in enumerate(exponential(5, 3_000, mean=30, days=60)):
        end = one.resolved_at
        assert end is not None
        away = (end - START) // DAY % 3 == 2
        lasts = end - one.opened_at + (DAY if away else timedelta(0))
        records.append(ticket(number, one.opened_at - START, lasts))
    mornings = [START + timedelta(days=day) for day in range(20, 56)]
    (score,) = backtest_backlog(AGREED, records, at=mornings, ahead=[DAY], zone="UTC")
    assert score.widening > 1.3
    assert 0.65 <= score.coverage <= 0.95


def test_a_history_of_completed_records_alone_gives_no_forecast() -> None:
    """What is open is counted, and the finding says what is missing."""
    history = [ticket(n, n * DAY, HOUR) for n in range(28)]
    now = START + 28 * DAY
    model = breach_model(AGREED, history, as_of=now, cells=PLAIN, enough=1)
    volume = forecast_volume(history, as_of=now, window=Interval(now, now + DAY), zone="UTC")
    found = forecast_backlog(model, volume, [ticket(99, 28 * DAY)], now=now, at=[now + HOUR])
    assert ([one.code for one in found.findings], found.open) == (["completed_only"], 1)
    assert found.steps == ()
    assert found.notes()[0].startswith("all 28 records have ended")
    assert found.cells() == (["at (UTC)", "open", "80%"], [], [False, True, True])


def test_a_clock_goes_on_from_its_opening_to_just_before_its_end() -> None:
    """Opened at the instant asked about it counts; ended then, it does not."""
    one = ticket(1, lasts=HOUR)
    found = [_going(AGREED, [one], START + hours * HOUR) for hours in (-1, 0, 0.5, 1, 2)]
    assert found == [0, 1, 1, 0, 0]
