"""Every distinct kind of change of offset from 2000 to 2037, with windows around it.

A kind is the offset before, the offset after, and the wall time at which it happens: what decides
where an edge goes. There are some hundreds among all zones and years.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from incidentcore.testing.strategies_schedule import build_calendar

from . import reference

YEARS = (2000, 2038)
DAY = 1_440
WALKED = ("before", "over", "after")
Kind = tuple[timedelta, timedelta, str]


@lru_cache(maxsize=1)
def kinds() -> dict[Kind, tuple[str, datetime]]:
    """Return one zone and instant for each kind of change."""
    found: dict[Kind, tuple[str, datetime]] = {}
    for key in distinct_zones():
        zone = ZoneInfo(key)
        for at in changes(zone):
            before = (at - timedelta(seconds=1)).astimezone(zone).utcoffset()
            after = at.astimezone(zone).utcoffset()
            assert before is not None
            assert after is not None
            wall = (at + before).strftime("%H:%M:%S")
            found.setdefault((before, after, wall), (key, at))
    return found


def distinct_zones() -> list[str]:
    """Return one key for each different zone file; links are the same file again."""
    folder = files("tzdata") / "zoneinfo"
    found: dict[bytes, str] = {}
    for key in sorted(zoneinfo.available_timezones()):
        found.setdefault(folder.joinpath(*key.split("/")).read_bytes(), key)
    return list(found.values())


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the changes of a zone; no two are within six days, which test_civil proves."""
    at, last = (datetime(year, 1, 1, tzinfo=UTC) for year in YEARS)
    stride, second = timedelta(days=6), timedelta(seconds=1)
    before = at.astimezone(zone).utcoffset()
    while at < last:
        then = at + stride
        after = then.astimezone(zone).utcoffset()
        if before != after:
            low, high = at, then
            while high - low > second:
                middle = low + (high - low) // second // 2 * second
                if middle.astimezone(zone).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            yield high
        at, before = then, after


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def windows_around(wall: int) -> dict[str, list[tuple[int, int]]]:
    """Return windows in minutes of the day before, over and after a change at a wall time."""
    near = {
        "before": (wall - 180, wall - 20),
        "until": (wall - 180, wall),
        "into": (wall - 180, wall + 20),
        "over": (wall - 180, wall + 180),
        "inside": (wall + 10, wall + 20),
        "from": (wall, wall + 180),
        "out of": (wall + 20, wall + 180),
        "after": (wall + 90, wall + 240),
    }
    return {name: [span] for name, span in near.items()}


def definition_for(zone: str, at: datetime, spans: list[tuple[int, int]]) -> reference.Definition:
    """Return a calendar with windows near the change, on its date and the dates beside it."""
    local = (at - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    week: dict[str, list[list[str]]] = {}
    for low, high in spans:
        day = (local.weekday() + low // DAY) % 7
        start = low % DAY
        end = start + high - low
        if end % DAY == DAY - 1:
            end += 1
        if start == DAY - 1:
            start -= 1
        week.setdefault(reference.DAYS[day], []).append([clock(start), clock(end)])
    return {"tz": zone, "week": week, "holidays": [], "special": {}, "breaks": {}}


@pytest.mark.table
def test_there_are_many_kinds() -> None:
    """The walk over all zones and years finds them."""
    assert len(kinds()) > 100
    assert any(after - before == timedelta(minutes=30) for before, after, _ in kinds())
    assert any(abs(after - before) >= timedelta(hours=23) for before, after, _ in kinds())


@pytest.mark.table
@pytest.mark.parametrize("name", list(windows_around(0)))
def test_every_kind_of_change(name: str) -> None:
    """Windows are disjoint, ascending, and those of the second implementation.

    Where no edge lies in the change, the hours around it equal the walk minute by minute as well.
    """
    walked = 0
    for zone, at in kinds().values():
        info = ZoneInfo(zone)
        local = (at - timedelta(seconds=1)).astimezone(info) + timedelta(seconds=1)
        wall = local.hour * 60 + local.minute
        wall += DAY if local.date() > (at - timedelta(seconds=1)).astimezone(info).date() else 0
        definition = definition_for(zone, at, windows_around(wall)[name])
        calendar = build_calendar(definition)
        low, high = at - timedelta(days=2), at + timedelta(days=2)
        found = [(window.start, window.end) for window in calendar.windows(low, high)]

        assert found == reference.edge_windows(definition, low, high), (zone, at)
        edges = [edge for window in found for edge in window]
        assert edges == sorted(set(edges)), (zone, at)
        day = local.date()
        if name not in WALKED or at.second or reference.has_edge_in_change(definition, day):
            continue
        first, last = at - timedelta(hours=4), at + timedelta(hours=4)
        if not (reference.is_whole_minutes(info, first) and reference.is_whole_minutes(info, last)):
            continue
        walked += 1
        total = sum(
            reference.is_open_minute(definition, first + timedelta(minutes=number))
            for number in range(8 * 60)
        )
        assert total * timedelta(minutes=1) == calendar.open_time(first, last), (zone, at)
    if name in WALKED:
        assert walked > 50


@pytest.mark.table
def test_the_index_in_wall_time_agrees_around_every_change() -> None:
    """Inputs in the calendar's own zone, minute by minute through each kind of change."""
    for zone, at in kinds().values():
        info = ZoneInfo(zone)
        definition = definition_for(zone, at, [(120, 1_200)])
        calendar = build_calendar(definition)
        start = at - timedelta(hours=26)
        calendar.open_time(start.astimezone(info), at.astimezone(info))
        for number in range(0, 52 * 60, 97):
            then = start + timedelta(minutes=number)
            expected = calendar.open_time(start, then)
            assert expected == calendar.open_time(start.astimezone(info), then.astimezone(info))
            assert calendar.deadline(then, timedelta(hours=1)) == calendar.deadline(
                then.astimezone(info), timedelta(hours=1)
            )


def test_utc_has_no_kind() -> None:
    """A zone that never changes has none."""
    assert not list(changes(ZoneInfo("UTC")))
