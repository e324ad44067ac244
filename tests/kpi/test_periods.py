"""Windows and periods: which records they take, in whose civil time they begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidentcore.errors import InvalidValueError, NaiveDatetimeError
from incidentcore.instants import Interval
from incidentcore.kpi import (
    Periods,
    catalogue,
    compute_kpis,
    trend_data,
)
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, StateChanged
from incidentcore.values import NEW, RESOLVED, Actor
from incidentcore.vendors import read_table

from .strategies import LATEST, START, desks, instants

DAY = datetime(2026, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIELDS = {"id": "id", "opened": "in", "resolved": "out"}


def records(*spans: tuple[float, float | None]) -> tuple[Incident, ...]:
    """Return incidents opened and resolved so many days after the first of June."""
    return tuple(
        read_table(
            [
                {
                    "id": f"I{number}",
                    "in": DAY + timedelta(days=start),
                    "out": None if stop is None else DAY + timedelta(days=stop),
                }
                for number, (start, stop) in enumerate(spans)
            ],
            FIELDS,
        )
    )


def test_a_window_holds_its_start_and_not_its_end() -> None:
    """Opened at the start is in, at the end is out (T3)."""
    desk = records((1, 2), (2, 3), (3, 4))
    window = Interval(DAY + timedelta(days=1), DAY + timedelta(days=3))

    table = compute_kpis([catalogue.VOLUME], desk, as_of=LATEST + timedelta(days=90), window=window)

    assert table["volume"].value == 2


def test_the_basis_says_which_moment_must_lie_in_the_window() -> None:
    """By opening the two early ones, by resolution the late two and never the open one."""
    desk = records((1, 2), (2, 5), (3, None), (4, 6))
    window = Interval(DAY, DAY + timedelta(days=3))
    by_opening = catalogue.MEAN_TIME_TO_RESOLVE
    by_resolution = by_opening.replace(id="by_resolution", window_basis="resolved")

    table = compute_kpis([by_opening, by_resolution], desk, as_of=DAY + timedelta(9), window=window)

    assert (table["mean_time_to_resolve"].n, table["by_resolution"].n) == (2, 1)


def test_a_resolution_that_is_undone_at_its_own_instant_is_left_out() -> None:
    """Reopened in the same second, as in a log of whole seconds: told in the window, as later."""
    at, done = DAY + timedelta(days=1), {"resolution_code": "x", "resolution_notes": "y"}
    record = Incident.open(id="1", title="x", at=DAY, by="kim")
    record = advance(record, "resolve", at=at, by="ada", **done)
    record = advance(record, "reopen", at=at, by="kim")
    window = Interval(at, at + timedelta(days=1))
    kpi = catalogue.VOLUME.replace(window_basis="resolved")

    (row,) = compute_kpis(kpi, [record], as_of=LATEST + timedelta(90), window=window).results

    assert (row.n, dict(row.excluded)) == (0, {"reopened": 1})


def test_a_snapshot_looks_at_all_records_whatever_the_window() -> None:
    """The backlog of an instant counts what was opened long before the window."""
    desk = records((0, None), (5, None))
    window = Interval(DAY + timedelta(days=4), DAY + timedelta(days=6))

    table = compute_kpis([catalogue.BACKLOG], desk, as_of=DAY + timedelta(days=6), window=window)

    assert table["backlog"].value == 2


def test_growth_counts_each_moment_in_its_own_period() -> None:
    """Two came on the first and one on the third; one went on the second, one on the third."""
    desk = records((0.1, 1.5), (0.2, None), (2.1, 2.9))

    table = compute_kpis(
        [catalogue.BACKLOG_GROWTH], desk, as_of=DAY + timedelta(days=9), window=Periods("day")
    )

    assert [(row.period, row.numerator, row.denominator, row.value) for row in table.results] == [
        ("2026-06-01", 2, 0, 2),
        ("2026-06-02", 0, 1, -1),
        ("2026-06-03", 1, 1, 0),
    ]


@pytest.mark.parametrize(
    ("unit", "label", "start", "end"),
    [
        ("day", "2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("week", "2026-W01", "2025-12-28T23:00", "2026-01-04T23:00"),
        ("week", "2020-W53", "2020-12-27T23:00", "2021-01-03T23:00"),
        ("month", "2026-03", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("quarter", "2026-Q4", "2026-09-30T22:00", "2026-12-31T23:00"),
        ("year", "2026", "2025-12-31T23:00", "2026-12-31T23:00"),
    ],
)
def test_periods_begin_at_midnight_of_their_zone(
    unit: Any, label: str, start: str, end: str
) -> None:
    """In Berlin: the spring day has 23 hours, weeks are ISO's, quarters cross the change."""
    interval = Periods(unit, "Europe/Berlin").interval(label)

    assert interval.start == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert interval.end == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "label", "named"),
    [
        ("day", "x", "'2026-06-01'"),
        ("week", "2026-W60", "'2026-W23'"),
        ("month", "2026-13", "'2026-06'"),
        ("month", "2026-6", "'2026-06'"),
        ("month", None, "'2026-06'"),
        ("quarter", "2026-Q7", "'2026-Q2'"),
        ("quarter", "2026", "'2026-Q2'"),
        ("year", "2026-06", "'2026'"),
        ("year", "9999", "'2026'"),
    ],
)
def test_a_name_that_no_period_has_is_refused(unit: Any, label: Any, named: str) -> None:
    """A seventh quarter was one of the next year, and a month the whole year around it."""
    with pytest.raises(InvalidValueError, match=f"the name of a {unit} .*, such as {named}"):
        Periods(unit).interval(label)


def test_a_week_is_named_by_its_first_day() -> None:
    """With weeks that start on Sunday, the Monday of one is no name."""
    with pytest.raises(InvalidValueError, match="such as '2026-05-31'"):
        Periods("week", week_starts="sun").interval("2026-06-01")


def test_a_time_without_an_offset_has_no_period() -> None:
    """It was read in the zone of the machine."""
    with pytest.raises(NaiveDatetimeError):
        Periods("day").label(datetime(2026, 5, 31, 23, 30))  # noqa: DTZ001


@given(
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
    st.sampled_from(["Europe/Berlin", "Pacific/Apia", "America/St_Johns", "UTC"]),
    st.integers(0, 21 * 365 * 24 * 60).map(lambda n: datetime(2009, 1, 1, tzinfo=UTC) + n * MINUTE),
)
@example("day", "Pacific/Apia", datetime(2011, 12, 30, 11, tzinfo=UTC))
@example("week", "Europe/Berlin", datetime(2021, 1, 3, 23, 30, tzinfo=UTC))
def test_an_instant_lies_in_the_period_of_its_label(unit: Any, zone: str, at: datetime) -> None:
    """Periods tile the time line: each instant lies in exactly the one that it is labeled by."""
    periods = Periods(unit, zone)

    interval = periods.interval(periods.label(at))

    assert at in interval
    assert periods.label(interval.start) == periods.label(at)


REOPENED = [
    Incident.open(id="I0", title="x", at=START, by="kim")
    .with_event(StateChanged, at=START + MINUTE, by=Actor("x"), action="move", state=RESOLVED)
    .with_event(StateChanged, at=START + 2 * MINUTE, by=Actor("x"), action="move", state=NEW)
]


@given(desks(), st.tuples(instants, instants, instants))
@example(REOPENED, (START, START + MINUTE, START + 3 * MINUTE))
def test_windows_side_by_side_sum_to_the_whole(desk: list[Incident], cuts: Any) -> None:
    """Counts of [a, b) and [b, c) are the counts of [a, c).

    Of what went and came again in one window only the net counts, so growth is compared by value.
    """
    a, b, c = sorted(cuts)
    kpis = [catalogue.VOLUME, catalogue.REOPEN_RATE, catalogue.BACKLOG_GROWTH]

    def counts(start: datetime, end: datetime) -> list[Any]:
        table = compute_kpis(kpis, desk, as_of=LATEST, window=Interval(start, end))
        return [
            (row.denominator, row.numerator) if row.unit == "fraction" else (row.value, row.value)
            for row in table.results
        ]

    left, right, whole = counts(a, b), counts(b, c), counts(a, c)

    assert whole == [(x[0] + y[0], x[1] + y[1]) for x, y in zip(left, right, strict=True)]


def test_an_outage_over_midnight_counts_in_both_days() -> None:
    """Down from 18:00 to 06:00: three quarters available on each of the two days."""
    desk = records((0.75, 1.25))

    table = compute_kpis(
        [catalogue.AVAILABILITY], desk, as_of=DAY + timedelta(days=9), window=Periods("day")
    )

    assert [(row.period, row.value) for row in table.results] == [
        ("2026-06-01", 0.75),
        ("2026-06-02", 0.75),
    ]


def test_outages_that_touch_at_midnight_are_one_failure() -> None:
    """Down from 12:00 to midnight and from midnight on, as a tool lists it: begun on one day."""
    desk = records((0.5, 1), (1, 1.25))
    days = Periods("day", within=Interval(DAY, DAY + timedelta(days=2)))
    second = Interval(DAY + timedelta(days=1), DAY + timedelta(days=2))

    def failures(window: Any) -> list[Any]:
        kpi, as_of = catalogue.MEAN_TIME_BETWEEN_FAILURES, DAY + timedelta(days=9)
        return [r.denominator for r in compute_kpis(kpi, desk, as_of=as_of, window=window).results]

    assert (failures(days), failures(second), failures(JUNE)) == ([1, 0], [0], [1])


JUNE = Interval(DAY, DAY + timedelta(days=30))


def test_a_period_without_a_record_has_a_row_where_periods_have_bounds() -> None:
    """Nothing came in on the second day: volume 0, no mean, all of the day available."""
    desk = records((0, 0.5), (2.5, 2.75))
    days = Periods("day", within=Interval(DAY, DAY + timedelta(days=30)))
    kpis = [catalogue.VOLUME, catalogue.MEAN_TIME_TO_RESOLVE, catalogue.AVAILABILITY]

    table = compute_kpis(kpis, desk, as_of=DAY + timedelta(days=3), window=days)

    second = [table.result(kpi.id, period="2026-06-02") for kpi in kpis]
    assert [(row.value, row.n) for row in second] == [(0, 0), (None, 0), (1.0, 0)]
    assert len(table) == 3 * len(kpis)  # the days that have begun
    assert [row["value"] for row in trend_data(table, "availability")] == [0.5, 1.0, 0.75]


def test_without_a_failure_the_uptime_is_a_lower_bound() -> None:
    """Thirty days without an outage: no mean, but at least 720 hours between failures."""
    table = compute_kpis(
        [catalogue.MEAN_TIME_BETWEEN_FAILURES], [], as_of=DAY + timedelta(days=40), window=JUNE
    )

    (row,) = table.results
    assert (row.value, row.low, row.text()) == (None, timedelta(days=30), ">= 720.00 h")


@given(desks(), st.tuples(instants, instants).map(sorted), st.sampled_from(["day", "week"]))
def test_bounded_periods_have_a_row_for_each_group_and_period(
    desk: list[Incident], ends: list[datetime], unit: Any
) -> None:
    """Every KPI has the same rows: each group in each period that has begun."""
    periods = Periods(unit, "Europe/Berlin", within=Interval(*ends))
    table = compute_kpis(
        [catalogue.VOLUME, catalogue.REOPEN_RATE, catalogue.AVAILABILITY],
        desk,
        as_of=LATEST,
        window=periods,
        group_by="priority",
    )

    rows = [(row.group, row.period) for row in table.results]
    groups, labels = {row[0] for row in rows}, periods.labels(LATEST)
    expected = {(group, label) for group in groups for label in labels}
    assert sorted(rows, key=repr) == sorted([*expected] * 3, key=repr)
