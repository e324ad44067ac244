"""The rows of pictures, each worked out on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidentcore import Incident, advance, assign
from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import OnCallLayer, OnCallSchedule, RotaOverride
from incidentcore.forecast import VolumeForecast, VolumeScore
from incidentcore.forecast.volume import ForecastStep
from incidentcore.instants import Interval
from incidentcore.kpi import Kpi, Objective, Periods, Rate, catalogue, compute_kpis
from incidentcore.plots import burndown_data, forecast_data, life_data, rota_data, week_data
from incidentcore.schedule import Rotation

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)


def opened(name: str, at: datetime = NINE) -> Incident:
    return Incident.open(id=name, title="Mail is down", by="kim", at=at)


def test_the_life_of_a_record() -> None:
    """New for an hour, then in progress; the group changes once."""
    incident = assign(opened("A"), group="desk", at=NINE, by="kim")
    incident = advance(incident, "start", at=NINE + HOUR, by="ada")
    incident = assign(incident, group="mail", assignee="ada", at=NINE + 2 * HOUR, by="ada")
    rows = life_data(incident, now=NINE + 3 * HOUR)
    spans = [(r["lane"], r["value"], r["start"], r["hours"]) for r in rows if r["lane"] != "event"]
    assert spans == [
        ("state", "new", NINE, 1),
        ("state", "in_progress", NINE + HOUR, 2),
        ("group", "desk", NINE, 2),
        ("group", "mail", NINE + 2 * HOUR, 1),
        ("assignee", "ada", NINE + 2 * HOUR, 1),
    ]
    assert life_data(incident, now=NINE + HOUR / 2)[0]["hours"] == 0.5
    events = [row["start"] for row in life_data(incident, now=NINE + HOUR)]
    assert events.count(NINE + HOUR) == 1  # what happens at the instant is shown, the rest not
    assert max(events) == NINE + HOUR


def test_a_week_is_that_of_its_zone() -> None:
    """Sunday 23:30 UTC is Monday 01:30 in Berlin; what is opened or known later is not."""
    late = datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
    drill = Incident.open(id="D", title="x", by="kim", at=NINE, exercise="drill")
    unknown = Incident.open(id="U", title="x", by="kim", at=NINE, recorded_at=NINE + 2 * HOUR)
    records = [opened("A", late), opened("B"), opened("C", NINE + 48 * HOUR), drill, unknown]
    rows = week_data(records, as_of=NINE + HOUR, zone="Europe/Berlin")
    found = [(row["day"], row["hour"], row["opened"]) for row in rows if row["opened"]]
    assert found == [("Mon", 1, 1), ("Mon", 11, 1)]
    assert [row["day"] for row in rows[::24]] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert [row["hour"] for row in rows] == [*range(24)] * 7


def test_a_rota_with_two_people_and_a_gap() -> None:
    """Each person of a shift has a row; a gap has no person."""
    rotation = Rotation(anchor=datetime(2026, 6, 1, tzinfo=UTC), zone="UTC", unit="days")
    away = RotaOverride(Interval(NINE, NINE + HOUR), ["ada"], "remove")
    schedule = OnCallSchedule("s", [OnCallLayer(rotation, ["ada"])], overrides=[away])
    rows = rota_data(schedule, start=NINE - HOUR, end=NINE + 2 * HOUR)
    assert [(row["person"], row["hours"]) for row in rows] == [("ada", 1), (None, 1), ("ada", 1)]


def test_a_budget_burns_down() -> None:
    """90 % of ten records allow one miss; two weeks spend none and two."""
    ids = iter(range(10))
    records = [opened(f"I{next(ids)}", NINE + n * HOUR) for n in range(4)]
    records += [opened(f"J{n}", NINE + timedelta(days=7, hours=n)) for n in range(6)]
    records = [
        assign(one, group="x" if one.id in ("J0", "J1") else "y", at=one.opened_at, by="kim")
        for one in records
    ]
    kpi = Kpi(
        id="in_group_y",
        measure=Rate(numerator=field("assignment_group").equals("y"), of="records"),
        objective=Objective(at_least=0.9),
    )
    table = compute_kpis(
        [kpi, catalogue.VOLUME], records, as_of=NINE + timedelta(days=30), window=Periods("week")
    )
    rows = burndown_data(table, "in_group_y")
    assert [(row["spent"], row["left"], row["n"]) for row in rows] == [(0, 1, 4), (2, -1, 6)]
    with pytest.raises(InvalidValueError, match="a share with an objective"):
        burndown_data(table, catalogue.VOLUME.id)


def test_a_budget_of_what_may_happen_at_most_is_spent_by_it() -> None:
    """A quarter of four may be in group y; one of two is, then none of two. No share has none."""
    groups, weeks = "yxxx", (0, 0, 1, 1)
    records = [
        assign(opened(f"I{n}", at), group=group, at=at, by="kim")
        for n, (group, week) in enumerate(zip(groups, weeks, strict=True))
        for at in [NINE + timedelta(weeks=week)]
    ]
    rate = Rate(numerator=field("assignment_group").equals("y"), of="records")
    kpi = Kpi(id="in_y", measure=rate, objective=Objective(at_most=0.25))
    each = catalogue.VOLUME_PER_CALLER.replace(objective=Objective(at_most=3))
    as_of = NINE + timedelta(days=30)
    table = compute_kpis([kpi, each], records, as_of=as_of, window=Periods("week"))
    assert [(row["spent"], row["left"]) for row in burndown_data(table, "in_y")] == [(1, 0), (0, 0)]
    with pytest.raises(InvalidValueError, match="a share with an objective"):
        burndown_data(table, each.id)


def test_what_came_is_counted_by_the_days_of_the_zone() -> None:
    """25 October 2026 has 25 hours in Berlin: it ends at 23:00 UTC; the next day is not over."""
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    bands = ((1, 3), (0, 5))
    forecast = VolumeForecast(
        unit="day",
        zone=ZoneInfo("Europe/Berlin"),
        levels=(0.8, 0.95),
        dispersion=1.0,
        weeks=4.0,
        steps=tuple(
            ForecastStep(at=at, expected=2.0, bands=bands)
            for at in (midnight, midnight + 25 * HOUR)
        ),
        score=VolumeScore(steps=7, mae=1.5, naive_mae=2.0, coverage=((0.8, 0.857),)),
    )
    last, after = midnight + 24.5 * HOUR, midnight + 25 * HOUR
    records = [opened("A", midnight), opened("B", last), opened("C", after)]
    rows = forecast_data(forecast, records=records, as_of=after)
    assert [(row["at"], row["low"], row["high"], row["came"]) for row in rows] == [
        (midnight, 1, 3, 2),
        (after, 1, 3, None),
    ]
    assert rows[0]["tested"] == "7 steps: MAE 1.50 (naive 2.00), 80% band covers 86%"
    late = Incident.open(id="D", title="T", by="kim", at=midnight + HOUR, recorded_at=after + HOUR)
    for as_of, came in ((after, 2), (after + HOUR, 3)):  # D is known an hour after the day
        rows = forecast_data(forecast, records=[*records, late], as_of=as_of)
        assert [row["came"] for row in rows] == [came, None]
    assert [row["came"] for row in forecast_data(forecast, records=records)] == [None, None]
    assert forecast_data(forecast, level=0.95)[0]["high"] == 5
    with pytest.raises(InvalidValueError, match=r"one of 0\.8, 0\.95"):
        forecast_data(forecast, level=0.9)
