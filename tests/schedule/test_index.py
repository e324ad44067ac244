from __future__ import annotations

import sys
import threading
import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incidentcore.errors import InvalidIntervalError, UnreachableDeadlineError
from incidentcore.schedule import BusinessCalendar
from incidentcore.schedule.civil import BASE
from incidentcore.schedule.index import EMPTY, compile_index, wall_index, wanted_range

HOUR = timedelta(hours=1)
NIGHTS = {"mon-fri": "22:00-06:00", "sat": "10:00-14:00"}


def calendar(zone: str = "Europe/Berlin") -> BusinessCalendar:
    return BusinessCalendar(zone=zone, hours=NIGHTS)


def years(calendar: BusinessCalendar) -> tuple[int, int]:
    index = calendar._index
    return (BASE + index.low).year, (BASE + index.high).year


def at(year: int, month: int = 6) -> datetime:
    return datetime(year, month, 1, 12, tzinfo=UTC)


def test_an_index_answers_by_bisection() -> None:
    """Two windows of two and one hours."""
    index = compile_index([(HOUR, 3 * HOUR), (5 * HOUR, 6 * HOUR)], 0 * HOUR, 9 * HOUR)

    assert index.open_until(2 * HOUR) == HOUR
    assert index.open_until(9 * HOUR) == 3 * HOUR
    assert index.spend(0 * HOUR, 2 * HOUR) == 3 * HOUR
    assert index.spend(0 * HOUR, 2 * HOUR + timedelta.resolution) == 5 * HOUR + timedelta.resolution
    assert index.spend(0 * HOUR, 4 * HOUR) is None
    assert index.spend_back(9 * HOUR, HOUR) == 5 * HOUR
    assert index.spend_back(4 * HOUR, 3 * HOUR) is None
    assert [index.is_open(number * HOUR) for number in range(7)] == [
        False,
        True,
        True,
        False,
        False,
        True,
        False,
    ]
    assert index.next_opening(2 * HOUR) == 5 * HOUR
    assert index.next_opening(5 * HOUR) is None
    assert index.next_closing(3 * HOUR) == 6 * HOUR
    assert index.last_closing(4 * HOUR) == 3 * HOUR
    assert index.last_closing(HOUR / 2) is None
    assert index.windows(2 * HOUR, 6 * HOUR) == [(2 * HOUR, 3 * HOUR), (5 * HOUR, 6 * HOUR)]


def test_nothing_is_compiled_before_the_first_question() -> None:
    """An index is built for what is asked, by whole years."""
    fresh = calendar()
    assert fresh._index is EMPTY
    fresh.is_open(at(2026))
    assert years(fresh) == (2026, 2027)


def test_an_index_doubles() -> None:
    """A growing need compiles little twice."""
    growing = calendar()
    seen = []
    for year in range(2020, 2040):
        growing.is_open(at(year))
        seen.append(years(growing))
    assert seen[0] == (2020, 2021)
    assert len(set(seen)) <= 6
    assert seen[-1][1] - seen[-1][0] <= 64


def test_an_index_is_kept_while_it_answers() -> None:
    """It is never changed once built."""
    used = calendar()
    used.open_time(at(2024), at(2026))
    before = used._index
    used.deadline(at(2025), 100 * HOUR)
    assert used._index is before


@pytest.mark.parametrize("year", [1900, 2500, 9000])
def test_far_years_cost_no_memory(year: int) -> None:
    """Asking for year 9000 after 2026 compiles a year of it, not seven thousand."""
    used = calendar()
    used.is_open(at(2026))
    tracemalloc.start()
    used.deadline(at(year), 1_000 * HOUR)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 3_000_000
    assert year in range(*years(used))


@pytest.mark.heavy
def test_a_span_of_millennia_is_answered_in_pieces() -> None:
    """At most 64 years are held at once; the sum is exact."""
    used = calendar("UTC")
    start, end = datetime(2000, 1, 1, tzinfo=UTC), datetime(2400, 1, 1, tzinfo=UTC)
    first, last = (datetime(year, 1, 1, tzinfo=UTC) for year in (2050, 2120))

    # The Gregorian calendar repeats after 400 years of 20,871 weeks.
    assert used.open_time(start, end) == 20_871 * (5 * 8 + 4) * HOUR
    assert years(used)[1] - years(used)[0] <= 64
    listed = sum((window.duration for window in used.windows(first, last)), timedelta())
    assert listed == used.open_time(first, last)


def test_ranges_never_grow_beyond_their_bound() -> None:
    """Whatever is asked after whatever."""
    used = calendar("UTC")
    for year in (2026, 2090, 2000, 1970, 2060, 9998, 2, 2027):
        used.is_open(at(year))
        first, last = years(used)
        assert first <= year < last
        assert last - first <= 64
    low, high = wanted_range(EMPTY, at(2026) - BASE, at(2026) - BASE)
    assert ((BASE + low).year, (BASE + high).year) == (2026, 2027)


def test_a_window_that_ends_where_the_index_ends() -> None:
    """Midnight of New Year in UTC is a close like any other, though the index ends there."""
    eve = BusinessCalendar(zone="UTC", hours={"mon-sun": "16:00-24:00"})
    evening = datetime(2026, 12, 31, 20, tzinfo=UTC)
    eve.is_open(evening)

    assert eve.next_close(evening) == datetime(2027, 1, 1, tzinfo=UTC)
    assert BusinessCalendar(zone="UTC", hours={"fri": "00:00-01:00"}).next_open(
        datetime(2026, 12, 31, tzinfo=UTC)
    ) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.heavy
def test_eight_threads_share_a_calendar() -> None:
    """All get the answers of a calendar of their own, while the index grows under them."""
    shared, errors = calendar(), []
    zone = ZoneInfo("Europe/Berlin")
    expected = {
        year: (
            calendar().open_time(at(year, 1), at(year + 2)),
            calendar().deadline(at(year), 500 * HOUR),
        )
        for year in range(2020, 2032)
    }
    barrier = threading.Barrier(8)

    def ask(offset: int) -> None:
        barrier.wait()
        for step in range(30):
            year = 2020 + (offset * 5 + step * 7) % 12
            found = (
                shared.open_time(at(year, 1).astimezone(zone), at(year + 2).astimezone(zone)),
                shared.deadline(at(year), 500 * HOUR),
            )
            if found != expected[year]:
                errors.append((year, found))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    try:
        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not errors


def test_the_wall_index_is_used_only_where_it_is_valid() -> None:
    """It leaves out the hours that a change skips or repeats, and nothing else."""
    used = BusinessCalendar.always("Europe/Berlin")
    zone = ZoneInfo("Europe/Berlin")
    used.open_time(at(2026, 1).astimezone(zone), at(2026, 12).astimezone(zone))
    wall = used._index.wall
    holes = [
        (start, end)
        for start, end, offset in zip(wall.edges, wall.edges[1:], wall.offsets[1:], strict=False)
        if offset is None and start < end
    ]
    assert wall is not EMPTY
    assert [end - start for start, end in holes] == [HOUR, HOUR]


class AbsoluteDatetime(datetime):
    """A datetime that subtracts in UTC, also within one zone, as a Timestamp of pandas 3 does."""

    def __sub__(self, other: Any) -> Any:  # type: ignore[override]
        return datetime.__sub__(self.astimezone(UTC), other.astimezone(UTC))


def test_a_subclass_that_subtracts_in_utc_gives_the_same_deadline() -> None:
    """Also once inputs in the own zone were seen: 4 hours from 23:00 CEST end at 01:00 UTC."""
    zone = ZoneInfo("Europe/Berlin")
    night = BusinessCalendar(zone=zone, hours={"mon-sun": "22:00-06:00"})
    night.deadline(AbsoluteDatetime(2026, 3, 28, 23, tzinfo=zone), timedelta(hours=4))
    start = AbsoluteDatetime(2026, 10, 24, 23, tzinfo=zone)
    expected = datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert expected == night.deadline(start, timedelta(hours=4))


def test_a_subclass_that_subtracts_in_utc_gives_the_same_open_time() -> None:
    """Also once inputs in the own zone were seen: half an hour after the opening is counted."""
    zone = ZoneInfo("Europe/Berlin")
    night = BusinessCalendar(zone=zone, hours={"mon-sun": "22:00-06:00"})
    start = AbsoluteDatetime(2026, 10, 24, 21, tzinfo=zone)
    end = AbsoluteDatetime(2026, 10, 24, 22, 30, tzinfo=zone)
    night.open_time(datetime(2026, 6, 1, 22, tzinfo=zone), datetime(2026, 6, 1, 23, tzinfo=zone))
    assert night.open_time(start, end) == timedelta(minutes=30)


BERLIN = ZoneInfo("Europe/Berlin")
ZONES = {"UTC": UTC, "own": BERLIN, "other": ZoneInfo("Asia/Kathmandu")}


@pytest.mark.parametrize(
    "begins", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)]
)
@pytest.mark.parametrize("there", ZONES)
@pytest.mark.parametrize("here", ZONES)
def test_each_end_may_be_in_a_zone_of_its_own(here: str, there: str, begins: datetime) -> None:
    """Three hours over a change of clocks are three, whichever zones they are written in."""
    calendar = BusinessCalendar.always(BERLIN)
    start, end = begins.astimezone(ZONES[here]), (begins + 3 * HOUR).astimezone(ZONES[there])
    for seen in (UTC, BERLIN):  # also once inputs in the own zone were seen
        calendar.open_time(at(2026, 5).astimezone(seen), at(2026, 6).astimezone(seen))
        assert calendar.open_time(start, end) == 3 * HOUR
        assert calendar.deadline(start, 3 * HOUR) == begins + 3 * HOUR
        assert calendar.open_time(start, start) == timedelta()
        with pytest.raises(InvalidIntervalError):
            calendar.open_time(end, start)


def test_a_wall_index_leaves_out_an_end_within_a_change() -> None:
    """Where an index ends half an hour after the clocks went back, no wall time is plain."""
    change = datetime(2026, 10, 25, 1, tzinfo=UTC) - BASE
    index = compile_index([(change - 9 * HOUR, change)], change - 9 * HOUR, change + HOUR / 2)
    wall = wall_index(index, BERLIN)
    (only,) = [
        (start, end)
        for start, end, offset in zip(wall.edges, wall.edges[1:], wall.offsets[1:], strict=False)
        if offset is not None and start < end
    ]
    # 18:00 in summer to 02:00: what comes then is shown twice.
    assert only == (change - 7 * HOUR, change + HOUR)


def test_the_last_years_are_answered_as_often_as_they_are_asked() -> None:
    """An index that reaches the end of time is not compiled again for what lies beyond it."""
    always = BusinessCalendar.always()
    low, high = datetime(9998, 12, 1, tzinfo=UTC), datetime(9998, 12, 31, 23, tzinfo=UTC)
    assert [always.open_time(low, high) for _ in range(2)] == [high - low] * 2
    with pytest.raises(UnreachableDeadlineError):
        always.deadline(high, 9 * HOUR)
    once = BusinessCalendar(zone="UTC", hours={}, special={"9998-12-30": "09:00-17:00"})
    with pytest.raises(UnreachableDeadlineError):
        once.next_open(high)
    for calendar in (always, once):
        with pytest.raises(UnreachableDeadlineError):
            calendar.next_close(high)


@pytest.mark.table
def test_centuries_are_answered_in_pieces() -> None:
    """An index holds 64 years; what it holds already is used for the first of them."""
    nights = BusinessCalendar(zone="UTC", hours={"mon-sun": "22:00-06:00"})
    low, high = at(1950), at(2150)
    for _ in range(2):
        assert nights.open_time(low, high) == (high - low) / 3
