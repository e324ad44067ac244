"""Business time done twice more, slowly and by other means, to check the library against.

Nothing here uses the library's code: a definition is plain data (a dictionary as in the oracle
files), civil time is decided point by point, and wall times are mapped by trying offsets.

* :func:`is_open_minute` walks minute by minute. It is right wherever edges and offsets are whole
  minutes and no edge of a date lies in a gap or overlap.
* :func:`edge_windows` maps the edges of each date and sorts them; right everywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
Definition = dict[str, Any]


def seconds(clock: str) -> int:
    parts = [int(part) for part in clock.split(":")] + [0]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def raw_windows(pairs: Iterable[Iterable[str]]) -> list[tuple[int, int]]:
    """Return windows in seconds; one that ends before it starts runs past midnight."""
    found = []
    for first, last in pairs:
        start, end = seconds(first), seconds(last)
        found.append((start, end + DAY if end < start else end))
    return found


def special_days(definition: Definition) -> dict[str, Any]:
    """Return the dates with hours of their own; the oracle files call them shifts."""
    return {**definition.get("special", {}), **definition.get("shifts", {})}


def lies_in(second: int, windows: Iterable[tuple[int, int]]) -> bool:
    return any(start <= second < end for start, end in windows)


def is_open_civil(definition: Definition, day: date, second: int) -> bool:
    """Decide rule C1 for one second of one civil date, straight from its wording."""
    text, before = day.isoformat(), (day - timedelta(days=1)).isoformat()
    if text in definition.get("holidays", ()):
        return False
    if f"{day:%m-%d}" in definition.get("holidays_mmdd", ()):
        return False
    if lies_in(second, raw_windows(definition.get("breaks", {}).get(text, ()))):
        return False
    special = special_days(definition)
    if text in special:
        is_open = lies_in(second, raw_windows(special[text]))
    else:
        week = definition["week"]
        today = raw_windows(week.get(DAYS[day.weekday()], ()))
        yesterday = raw_windows(week.get(DAYS[day.weekday() - 1], ()))
        is_open = lies_in(second, today) or lies_in(second + DAY, yesterday)
    return is_open or (before in special and lies_in(second + DAY, raw_windows(special[before])))


def is_open_minute(definition: Definition, at: datetime) -> bool:
    """Decide whether the minute that starts at an instant is open, by its wall time."""
    wall = at.astimezone(ZoneInfo(definition["tz"]))
    return is_open_civil(definition, wall.date(), wall.hour * 3600 + wall.minute * 60)


def marks(definition: Definition, day: date) -> list[int]:
    """Return every second of a date at which something could begin or end."""
    found = {0, DAY}
    for other, shift in ((day, 0), (day - timedelta(days=1), DAY)):
        text = other.isoformat()
        lists = [
            definition["week"].get(DAYS[other.weekday()], ()),
            special_days(definition).get(text, ()),
            definition.get("breaks", {}).get(text, ()),
        ]
        for pairs in lists:
            for start, end in raw_windows(pairs):
                found.update({start - shift, end - shift})
    return sorted(second for second in found if 0 <= second <= DAY)


def civil_windows(definition: Definition, day: date) -> list[tuple[int, int]]:
    """Return the open windows of a civil date in seconds, touching ones joined."""
    found: list[tuple[int, int]] = []
    points = marks(definition, day)
    for start, end in itertools.pairwise(points):
        if is_open_civil(definition, day, start):
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
    return found


@lru_cache(maxsize=65_536)
def to_utc(zone: ZoneInfo, wall: datetime) -> datetime:
    """Map a wall time: the first instant that shows it; in a gap, by the offset before the gap."""
    around = [(wall.replace(tzinfo=UTC) + timedelta(hours=hours)) for hours in (-48, 0, 48)]
    offsets = {instant.astimezone(zone).utcoffset() for instant in around}
    tried = sorted(wall.replace(tzinfo=UTC) - offset for offset in offsets if offset is not None)
    for instant in tried:
        if instant.astimezone(zone).replace(tzinfo=None) == wall:
            return instant
    before = around[0].astimezone(zone).utcoffset()
    assert before is not None
    return wall.replace(tzinfo=UTC) - before


def midnight(day: date, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(seconds=second)  # noqa: DTZ001


def edge_windows(
    definition: Definition, start: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the open windows in ``[start, end)`` by mapping and sorting edges."""
    zone = ZoneInfo(definition["tz"])
    mapped = []
    day = start.astimezone(zone).date() - timedelta(days=2)
    last = end.astimezone(zone).date() + timedelta(days=2)
    while day <= last:
        if to_utc(zone, midnight(day)) < to_utc(zone, midnight(day, DAY)):
            for low, high in civil_windows(definition, day):
                opens, closes = to_utc(zone, midnight(day, low)), to_utc(zone, midnight(day, high))
                mapped.append((opens, closes))
        day += timedelta(days=1)
    # A sweep over all edges: open while more windows have begun than ended.
    edges = sorted(
        [(opens, 1) for opens, closes in mapped if opens < closes]
        + [(closes, -1) for opens, closes in mapped if opens < closes],
        key=lambda edge: (edge[0], -edge[1]),
    )
    found, depth, since = [], 0, start
    for at, step in edges:
        if depth == 0:
            since = at
        depth += step
        if depth == 0 and since < at:
            low, high = max(since, start), min(at, end)
            if low < high:
                found.append((low, high))
    return found


def open_time(
    windows: list[tuple[datetime, datetime]], start: datetime, end: datetime
) -> timedelta:
    total = timedelta()
    for opens, closes in windows:
        low, high = max(opens, start), min(closes, end)
        if low < high:
            total += high - low
    return total


def deadline(
    windows: list[tuple[datetime, datetime]], start: datetime, budget: timedelta
) -> datetime | None:
    """Return the earliest instant by which the budget is spent, by running through the windows."""
    if not budget:
        return start
    left = budget
    for opens, closes in windows:
        low = max(opens, start)
        if low >= closes:
            continue
        if closes - low >= left:
            return low + left
        left -= closes - low
    return None


def deadline_before(
    windows: list[tuple[datetime, datetime]], end: datetime, budget: timedelta
) -> datetime | None:
    """Return the latest instant from which the budget fits, by running back through the windows."""
    left = budget
    for opens, closes in reversed(windows):
        high = min(closes, end)
        if not left:
            break
        if high <= opens:
            continue
        # Where the budget is spent exactly at an opening, that opening is the answer.
        if high - opens >= left:
            return high - left
        left -= high - opens
    return end if not budget else None


def has_edge_in_change(definition: Definition, day: date) -> bool:
    """Return whether an edge of a date, or of a neighbour, lies in a gap or overlap."""
    zone = ZoneInfo(definition["tz"])
    for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
        for second in [*marks(definition, near), 0, DAY]:
            wall = midnight(near, second)
            first = wall.replace(tzinfo=zone).utcoffset()
            if first != wall.replace(tzinfo=zone, fold=1).utcoffset():
                return True
    return False


def is_whole_minutes(zone: ZoneInfo, at: datetime) -> bool:
    offset = at.astimezone(zone).utcoffset()
    return offset is not None and not offset % timedelta(minutes=1)
