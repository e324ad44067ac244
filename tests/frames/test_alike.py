"""Rows that are alike have one number, in every piece."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.instants import Interval
from incidentcore.kpi import Periods
from incidentcore.kpi.engine.accumulators import instant
from incidentcore.kpi.periods import Windows
from incidentcore.schedule import BusinessCalendar

np = pytest.importorskip("numpy")
alike = pytest.importorskip("incidentcore.frames.alike")

START = datetime(2026, 3, 27, tzinfo=UTC)
cells = st.sampled_from([alike.MISSING, 1, 2, 3])


@given(st.lists(st.tuples(cells, cells, cells, st.integers(0, 6)), min_size=2), st.integers(1, 9))
def test_rows_are_alike_by_order_and_words(rows: list[tuple[int, int, int, int]], cut: int) -> None:
    """Two rows have one number just if moments, named instants and words compare alike."""
    number = alike.number_rows()
    numbers: list[int] = []
    for piece in filter(None, (rows[:cut], rows[cut:])):
        columns = [np.array(column, np.int64) for column in zip(*piece, strict=True)]
        found, count = number(columns[:3], [2], [(columns[3], 7)])
        assert count >= max(found.tolist()) + 1
        numbers += found.tolist()

    def kind(row: tuple[int, int, int, int]) -> object:
        moments = (*row[:3], 2)
        order = [[(a > b) - (a < b) for a in moments] for b in moments]
        return order, [at == alike.MISSING for at in moments], row[3]

    for one, first in zip(rows, numbers, strict=True):
        for other, second in zip(rows, numbers, strict=True):
            assert (first == second) == (kind(one) == kind(other))


def test_keys_beyond_the_table_keep_their_numbers() -> None:
    """Many columns of many words leave the table; what was numbered before stays."""
    number = alike.number_rows()
    few = np.array([0, 1, 1])
    before, _ = number([], [], [(few, 2), (few, 1 << 40)])
    many = np.array([1, 0, 1 << 39])
    after, count = number([], [], [(np.array([1, 0, 1]), 2), (many, 1 << 40)])
    assert before.tolist() == [0, 1, 1]
    assert after.tolist()[1] == 0
    assert count == len({*before.tolist(), *after.tolist()}) == 3


def test_a_table_grows_with_its_keys() -> None:
    """Keys beyond the first table keep what was numbered before, and come in their order."""
    numbers = alike._Numbers()
    assert numbers.of(np.array([9, 4])).tolist() == [1, 0]
    assert numbers.of(np.array([5_000, 4, 4_999])).tolist() == [3, 0, 2]
    assert numbers.of(np.array([9_999, 9, 5_000])).tolist() == [4, 1, 3]
    assert numbers.count == 5
    assert numbers.of(np.array([1 << 30, 9_999])).tolist() == [5, 4]


def test_a_table_holds_keys_below_four_million() -> None:
    """Its whole size is 16 MB; a greater key is found by its value, and costs no table."""
    numbers = alike._Numbers()
    assert numbers.of(np.array([(1 << 22) - 1])).tolist() == [0]
    assert numbers._table.nbytes == 1 << 24
    numbers = alike._Numbers()
    assert numbers.of(np.array([1 << 22, 5])).tolist() == [1, 0]
    assert numbers._table.nbytes == 1 << 14


def test_a_moment_that_a_row_does_not_have_makes_it_odd() -> None:
    """Such rows are read as records, one by one."""
    assert alike.place_in([instant(START), 7], START) == 0
    with pytest.raises(alike.OddRowError):
        alike.place_in([7, 8], START)


def test_spans_of_wall_time_and_of_a_calendar_add_up() -> None:
    """An hour by the wall, and two hours of which one is open."""
    office = BusinessCalendar(zone="UTC", hours={"mon-sun": "08:00-09:00"})
    hours = [instant(START + timedelta(hours=hour)) for hour in (7, 8, 10)]
    moments = [np.array([at]) for at in hours]
    rows = alike.Rows(lambda: (hours[0], hours[-1]), 1, moments)
    hour = 3_600_000_000
    spans = [(0, 1, None), (1, 2, office)]
    assert rows.times(spans, None, 1).tolist() == [2 * hour]
    assert rows.times(spans[:1], None, 2).tolist() == [hour, hour]


@given(st.lists(st.integers(-200, 400)))
def test_a_day_of_an_instant_is_the_one_of_its_window(hours: list[int]) -> None:
    """Places lead to the names that ``Windows`` gives, or to none."""
    within = Interval(START, START + timedelta(days=9))
    for window in (None, within, Periods("day", "Europe/Berlin"), Periods("week", within=within)):
        windows = Windows(window, START + timedelta(days=12))
        instants = [START + timedelta(hours=hour) for hour in hours]
        places = np.array([instant(at) for at in instants], np.int64)
        bounds = [instant(START), *places.tolist()]
        days = alike.Days(windows, min(bounds), max(bounds))
        for at, place in zip(instants, days.of(places).tolist(), strict=True):
            period = windows.period(at)
            assert (None if place < 0 else (days.names[place],)) == period
