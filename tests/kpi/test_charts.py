"""The rows that charts need."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    AgeBuckets,
    Count,
    Kpi,
    Periods,
    Rate,
    aging_data,
    backlog_data,
    catalogue,
    compute_kpis,
    control_chart_data,
    distribution_data,
    flow_data,
    survival_data,
    trend_data,
)
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, correct_event
from incidentcore.values import Level, Priority
from incidentcore.vendors import read_table

from .strategies import desks, instants
from .tickets import START, minute, tickets


@given(desks(), st.lists(instants, max_size=4))
def test_the_backlog_over_time_is_the_backlog_as_of_each_instant(
    desk: list[Incident], at: list[datetime]
) -> None:
    """One pass gives what replaying the desk as of each instant gives (K6)."""
    expected = [compute_kpis([catalogue.BACKLOG], desk, as_of=t)["backlog"].value for t in at]

    assert [row["open"] for row in backlog_data(desk, at=at)] == expected


def test_an_exercise_is_no_backlog() -> None:
    """Of a record and a drill, one is open (H6)."""
    real, drill = (
        Incident.open(id=name, title="x", by="kim", at=START, exercise=exercise)
        for name, exercise in (("1", None), ("2", "drill"))
    )
    assert backlog_data([real, drill], at=[START]) == [{"at": START, "open": 1}]


def test_a_correction_changes_the_backlog_from_when_it_was_known() -> None:
    """It was resolved at 10, and at 12 it was known that it was not."""
    opened = Incident.open(id="1", title="x", at=START, by="kim")
    hour = timedelta(hours=1)
    wrong = advance(
        opened, "resolve", at=START + hour, by="ada", resolution_code="x", resolution_notes="y"
    )
    right = correct_event(wrong, wrong.history[-1].id, at=START + 3 * hour, by="ada")
    at = [START + hours * hour for hours in (0, 1, 2, 3)]
    assert [row["open"] for row in backlog_data([right], at=at)] == [1, 0, 0, 1]


def desk_of_days() -> list[Incident]:
    """Return ten days with one ticket each, resolved in 1 h but on day 8 in 50 h."""
    rows = [
        {
            "id": str(day),
            "in": START + timedelta(days=day),
            "out": START + timedelta(days=day, hours=50 if day == 8 else 1 + day % 2 / 10),
        }
        for day in range(10)
    ]
    return list(read_table(rows, {"id": "id", "opened": "in", "resolved": "out"}))


def test_a_signal_lies_outside_the_natural_limits() -> None:
    """The day with fifty hours is a signal, the others are noise."""
    table = compute_kpis(
        [catalogue.MEAN_TIME_TO_RESOLVE, catalogue.BACKLOG_GROWTH],
        desk_of_days(),
        as_of=START + timedelta(days=30),
        window=Periods("day"),
    )

    trend = trend_data(table, "mean_time_to_resolve")
    chart = control_chart_data(table, "mean_time_to_resolve")

    assert [row["value"] for row in trend][:2] == [1, 1.1]
    assert [row["period"] for row in chart if row["signal"]] == ["2026-01-13"]
    assert sum(row["went_out"] for row in flow_data(table)) == 10
    assert list(flow_data(table)[0]) == ["period", "came_in", "went_out", "growth"]
    with pytest.raises(InvalidValueError, match=r"'volume',\); allowed: .* 'mean_time_to_resolve'"):
        trend_data(table, "volume")


def test_a_trend_of_a_group_is_found_by_its_name() -> None:
    """A level is found by itself and by its name; a group that is not there is named."""
    table = compute_kpis(
        [catalogue.VOLUME],
        [incident("1", Priority.LOW), incident("2", Priority.CRITICAL)],
        as_of=START + timedelta(days=1),
        window=Periods("day"),
        group_by="priority",
    )

    assert trend_data(table, "volume", "low") == trend_data(table, "volume", Priority.LOW)
    with pytest.raises(InvalidValueError, match="urgent"):
        trend_data(table, "volume", "urgent")
    with pytest.raises(InvalidValueError) as refused:
        trend_data(table, "volume")
    assert str(refused.value).startswith(
        "figure: got ('volume',); allowed: a KPI and group (one for priority) of a table computed "
        "with window=Periods(...): 'volume', 'critical'; 'volume', 'low'"
    )


def incident(name: str, level: Level) -> Incident:
    return Incident.open(id=name, title="x", at=START, by="kim", computed_priority=level)


def test_too_few_records_make_no_signal() -> None:
    """Periods below the definition's min_n take no part in the limits."""
    kpi = catalogue.MEAN_TIME_TO_RESOLVE.replace(min_n=2)
    table = compute_kpis(
        [kpi], desk_of_days(), as_of=START + timedelta(days=30), window=Periods("day")
    )

    rows = control_chart_data(table, kpi.id)

    assert {(row["center"], row["signal"], row["enough"]) for row in rows} == {(None, False, False)}


def test_a_day_without_records_is_a_point_of_a_count_and_none_of_a_mean() -> None:
    """A volume of zero takes part in the limits; a mean of nothing does not."""
    days = Periods("day", within=Interval(START, START + timedelta(days=12)))
    kpis = [catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE]
    table = compute_kpis(kpis, desk_of_days(), as_of=START + timedelta(days=30), window=days)

    volume = control_chart_data(table, "volume")
    times = control_chart_data(table, "mean_time_to_resolve")

    assert [(row["value"], row["enough"]) for row in volume[9:]] == [(1, True), *[(0, True)] * 2]
    assert volume[0]["center"] == pytest.approx(10 / 12)
    assert [(row["value"], row["enough"]) for row in times[10:]] == [(None, False)] * 2


def test_limits_end_where_the_figure_can_go_no_further() -> None:
    """Two opened on the first day and four on the third, of which one was resolved."""
    took = [(0, 1), (0, 1), (2, 9), (2, None), (2, None), (2, None)]
    rows = [
        {
            "id": str(number),
            "in": START + timedelta(days=day),
            "out": None if hours is None else START + timedelta(days=day, hours=hours),
        }
        for number, (day, hours) in enumerate(took)
    ]
    records = list(read_table(rows, {"id": "id", "opened": "in", "resolved": "out"}))
    fast = Kpi(
        id="fast",
        title="Resolved on the day",
        measure=Rate(numerator=field("resolved_at") < START + timedelta(days=1), of="records"),
        window_basis="opened",
    )
    table = compute_kpis(
        [
            *(
                catalogue.VOLUME,
                catalogue.VOLUME.replace(id="per", measure=Count(per="record_type")),
            ),
            *(catalogue.BACKLOG_GROWTH, catalogue.MEAN_TIME_TO_RESOLVE, fast),
        ],
        records,
        as_of=START + timedelta(days=3),
        window=Periods("day", within=Interval(START, START + timedelta(days=3))),
    )

    def limits(kpi: str) -> object:
        row = control_chart_data(table, kpi)[0]
        return pytest.approx((row["lower"], row["upper"]))

    assert limits("volume") == (0, 9.98)  # 2, 0 and 4: 2 ± 2.66 · 3
    assert limits("per") == (0, 8.32)  # 2 and 4 of one kind: 3 ± 2.66 · 2
    assert limits("backlog_growth") == (-2.99, 4.99)  # 0, 0 and 3: 1 ± 2.66 · 1.5
    assert limits("mean_time_to_resolve") == (0, 26.28)  # 1 h and 9 h: 5 ± 2.66 · 8
    assert limits("fast") == (0, 1)  # 1 and 0: 0.5 ± 2.66


def test_ages_without_records_are_rows_too() -> None:
    """One ticket is open for 250 minutes; the other groups are empty, not absent."""
    rows = aging_data(tickets(), as_of=minute(300), buckets=AgeBuckets((1, 5)))

    assert rows == [
        {"age": "< 1 d", "open": 1},
        {"age": "1-5 d", "open": 0},
        {"age": ">= 5 d", "open": 0},
    ]


def test_a_distribution_counts_between_edges() -> None:
    """Of 2, 30, 60 and 200 minutes: one below half an hour, two below two hours, one above."""
    rows = distribution_data(
        catalogue.MEAN_TIME_TO_RESOLVE,
        tickets(),
        as_of=minute(300),
        edges=[timedelta(minutes=30), timedelta(hours=2)],
    )

    assert [(row["from"], row["to"], row["count"]) for row in rows] == [
        (None, 0.5, 1),
        (0.5, 2.0, 2),
        (2.0, None, 1),
    ]
    for kpi in (catalogue.VOLUME, catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE):
        with pytest.raises(InvalidValueError):
            distribution_data(kpi, tickets(), as_of=minute(300), edges=[timedelta(hours=1)])
    times = catalogue.MEAN_TIME_TO_RESOLVE
    with pytest.raises(InvalidValueError, match="edges: got 1"):
        distribution_data(times, [], as_of=minute(300), edges=[1])  # type: ignore[list-item]


def test_the_survival_curve_steps_at_each_resolution() -> None:
    """5/6, then 5/8, 5/12 and 5/24 of the six have not been resolved."""
    rows = survival_data(tickets(), as_of=minute(300))

    assert [row["hours"] * 60 for row in rows] == pytest.approx([0, 2, 30, 60, 200])
    assert [row["share"] for row in rows] == pytest.approx([1, 5 / 6, 5 / 8, 5 / 12, 5 / 24])
    assert [row["at_risk"] for row in rows] == [6, 6, 4, 3, 2]
    assert all(row["low"] <= row["share"] <= row["high"] for row in rows)


def test_a_record_is_open_from_its_opening_to_just_before_its_end() -> None:
    """At the very instants too, whether its events were recorded at once or later."""
    end = {"resolution_code": "x", "resolution_notes": "y"}
    for late in (timedelta(0), timedelta(hours=1)):
        one = Incident.open(id="1", title="x", at=START, by="kim", recorded_at=START)
        done = START + timedelta(hours=1)
        one = advance(one, "resolve", at=done, by="ada", recorded_at=done + late, **end)
        rows = backlog_data([one], at=[START, done, done + timedelta(hours=1)])
        assert [row["open"] for row in rows] == [1, int(bool(late)), 0]


@pytest.mark.parametrize("kpi", [catalogue.MEAN_REASSIGNMENTS, catalogue.VOLUME])
def test_a_distribution_is_of_times(kpi: Kpi) -> None:
    """A number of changes has no duration, and a count no distribution."""
    with pytest.raises(InvalidValueError, match="a KPI that measures a time"):
        distribution_data(kpi, tickets(), as_of=minute(300), edges=[timedelta(hours=1)])
