"""The measuring tools are right, since every printed ratio stands on them."""

from __future__ import annotations

import doctest
import importlib.util
import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.schedule import Calendar
from incidentcore.testing import calendars

HARNESS = Path(__file__).resolve().parent.parent / "benchmarks" / "harness.py"
START = datetime(2026, 6, 1, tzinfo=UTC)


def load_harness() -> ModuleType:
    spec = importlib.util.spec_from_file_location("harness", HARNESS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


harness = load_harness()


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


@st.composite
def minutes_open(draw: st.DrawFn) -> list[tuple[int, int]]:
    edges = draw(st.lists(st.integers(0, 200), min_size=2, max_size=12, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return list(zip(edges[::2], edges[1::2], strict=True))


@given(minutes_open(), st.integers(0, 200), st.integers(0, 200))
def test_open_time_is_the_count_of_open_minutes(
    windows: list[tuple[int, int]], one: int, other: int
) -> None:
    """The kernel's open time equals a walk minute by minute."""
    kernel = harness.LimitKernel([(minute(start), minute(end)) for start, end in windows])
    first, last = sorted((one, other))
    walked = sum(start <= now < end for now in range(first, last) for start, end in windows)
    assert kernel.open_time(minute(first), minute(last)) == timedelta(minutes=walked)


@given(minutes_open(), st.integers(0, 200), st.integers(1, 200))
def test_a_deadline_is_the_earliest_instant_that_spends_the_budget(
    windows: list[tuple[int, int]], start: int, budget: int
) -> None:
    """The kernel's deadline equals a walk to the end of the last open minute needed."""
    kernel = harness.LimitKernel([(minute(begin), minute(end)) for begin, end in windows])
    still_open = [now for begin, end in windows for now in range(begin, end) if now >= start]
    if budget <= len(still_open):
        expected = minute(still_open[budget - 1] + 1)
        assert kernel.deadline(minute(start), timedelta(minutes=budget)) == expected


@pytest.mark.heavy
@given(calendars(), st.integers(0, 60 * 24 * 60), st.integers(0, 60 * 24 * 60), st.integers(1, 900))
def test_a_calendar_and_the_kernel_agree(
    calendar: Calendar, one: int, other: int, budget: int
) -> None:
    """What the benchmarks compare gives the same answers on any calendar."""
    windows = [(window.start, window.end) for window in calendar.windows(START, minute(60 * 1440))]
    if not windows:
        return
    kernel = harness.LimitKernel(windows)
    first, last = sorted((minute(one), minute(other)))
    assert calendar.open_time(first, last) == kernel.open_time(first, last)
    spent = timedelta(minutes=budget)
    if kernel.open_time(first, minute(60 * 1440)) >= spent:
        assert calendar.deadline(first, spent) == kernel.deadline(first, spent)


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        ([], "at least one window"),
        ([(minute(0), minute(9)), (minute(8), minute(10))], "ascending and disjoint"),
        ([(minute(0).replace(tzinfo=None), minute(9))], "datetime.UTC"),
    ],
)
def test_windows_that_are_no_calendar_are_refused(
    windows: list[tuple[datetime, datetime]], message: str
) -> None:
    """A kernel built from a mistake would make every ratio meaningless."""
    with pytest.raises(ValueError, match=message):
        harness.LimitKernel(windows)


def test_both_sides_are_called_equally_often_and_take_turns() -> None:
    """One warming call each, then paired rounds with the first place alternating."""
    calls: list[str] = []
    measured = harness.ratio(
        lambda: calls.append("a"), lambda: calls.append("b"), rounds=2, number=2
    )
    assert "".join(calls) == "ab" + "aabb" + "bbaa"
    assert measured > 0


def test_the_shorter_side_may_run_more_often() -> None:
    """Twice as often in the same time: each of its calls takes half as long."""
    calls: list[str] = []
    readings = itertools.count()
    measured = harness.ratio(
        lambda: calls.append("a"),
        lambda: calls.append("b"),
        rounds=2,
        times=2,
        clock=lambda: float(next(readings)),
    )
    assert "".join(calls) == "ab" + "abb" + "bba"
    assert measured == 2.0


def test_the_clock_given_is_the_one_read() -> None:
    """Each side of each round lies between two readings, so equal steps make a ratio of one."""
    readings = itertools.count()
    measured = harness.ratio(
        lambda: None, lambda: None, rounds=3, clock=lambda: float(next(readings))
    )
    assert measured == 1.0
    assert next(readings) == 3 * 2 * 2


def test_the_examples_run() -> None:
    """The harness's docstrings print what they say."""
    results = doctest.testmod(harness)
    assert results.attempted > 0
    assert not results.failed
