# ruff: noqa: A005  named after the room it measures; run with -m it shadows nothing
"""Calendars against the limit of what Python can do, and against their peers.

    python -m benchmarks.calendar

Every figure is a ratio: both sides run interleaved in this process, median of paired rounds. Before
anything is timed, both sides must agree on the answers, except for peers, whose wrong answers are
counted and printed beside their ratio.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

if not __package__:  # run as a file: look beside this folder, not in it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from benchmarks.harness import LimitKernel, print_table, ratio
from incidentcore.schedule import BusinessCalendar
from incidentcore.schedule.civil import BASE
from incidentcore.schedule.index import compile_index

ZONE = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")
HOLIDAYS = [
    f"{year}-{day}"
    for year in range(2022, 2029)
    for day in ("01-01", "01-19", "05-25", "06-19", "07-03", "09-07", "11-26", "12-25")
]
FIRST, LAST = datetime(2023, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
PAIRS = 250  # few enough that a round fits between two turns of a busy machine
Pair = tuple[datetime, datetime]
Row = tuple[str, float | str, str]


def office() -> BusinessCalendar:
    """Return New York from nine to five with its holidays."""
    return BusinessCalendar(zone=ZONE, hours={"mon-fri": "09:00-17:00"}, holidays=HOLIDAYS)


def spans(days: float, *, seed: int = 1) -> list[Pair]:
    """Return pairs of instants around a mean span."""
    chance = random.Random(seed)  # noqa: S311  repeatable inputs
    start = datetime(2024, 1, 1, tzinfo=UTC)
    found = []
    for _ in range(PAIRS):
        at = start + timedelta(seconds=chance.randrange(365 * 86_400))
        found.append((at, at + timedelta(seconds=chance.uniform(0, 2 * days * 86_400) // 1)))
    return found


def each(call: Callable[[datetime, Any], object], pairs: list[Any]) -> Callable[[], None]:
    """Return a loop that asks once for every pair."""

    def run() -> None:
        for one, other in pairs:
            call(one, other)

    return run


def against_the_limit(calendar: BusinessCalendar, kernel: LimitKernel) -> list[Row]:
    """Compare queries with the least work that answers them, and with each other."""
    three, year, hour = spans(3), spans(365), spans(1 / 24)
    eight = [(start, timedelta(hours=8)) for start, _ in three]
    forty = [(start, timedelta(hours=40)) for start, _ in three]
    own = [(a.astimezone(ZONE), b.astimezone(ZONE)) for a, b in three]
    other = [(a.astimezone(BERLIN), b.astimezone(BERLIN)) for a, b in three]
    expected = [kernel.open_time(*pair) for pair in three]
    for pairs in (three, own, other):
        assert [calendar.open_time(*pair) for pair in pairs] == expected
    for budgets in (eight, forty):
        assert all(calendar.deadline(*pair) == kernel.deadline(*pair) for pair in budgets)
    asked = {
        "three": each(calendar.open_time, three),
        "year": each(calendar.open_time, year),
        "hour": each(calendar.open_time, hour),
        "own": each(calendar.open_time, own),
        "other": each(calendar.open_time, other),
        "eight": each(calendar.deadline, eight),
        "forty": each(calendar.deadline, forty),
        "kernel three": each(kernel.open_time, three),
        "kernel eight": each(kernel.deadline, eight),
    }
    table = (
        ("open_time / limit kernel", "three", "kernel three", "<= 1.3"),
        ("deadline / limit kernel", "eight", "kernel eight", "<= 1.4"),
        ("open_time, a year / an hour", "year", "hour", "<= 1.25"),
        ("deadline, 40 h / 8 h", "forty", "eight", "<= 1.15"),
        ("own zone in / UTC in", "own", "three", "<= 1.4"),
        ("another zone in / UTC in", "other", "three", "<= 2.8"),
    )
    return [(what, ratio(asked[a], asked[b], rounds=61), target) for what, a, b, target in table]


def building(calendar: BusinessCalendar) -> list[Row]:
    """Compare compiling with the loop anyone would write first, and weigh the index."""
    low, high = FIRST - BASE, LAST - BASE
    closed = {date.fromisoformat(day) for day in HOLIDAYS}

    def compiled() -> object:
        return compile_index(calendar._spans(low, high), low, high)  # noqa: SLF001  what is timed

    def plain() -> list[Pair]:
        """Map each edge of each date by itself."""
        found = []
        day = FIRST.date()
        while day < LAST.date():
            if day.weekday() < 5 and day not in closed:
                opens = datetime(day.year, day.month, day.day, 9, tzinfo=ZONE).astimezone(UTC)
                closes = datetime(day.year, day.month, day.day, 17, tzinfo=ZONE).astimezone(UTC)
                found.append((opens, closes))
            day += timedelta(days=1)
        LimitKernel(found)
        return found

    windows = calendar.windows(FIRST, LAST)
    assert [(window.start, window.end) for window in windows] == plain()
    years = (LAST - FIRST).days / 365.25
    size = _size(compile_index(calendar._spans(low, high), low, high))  # noqa: SLF001  the same
    return [
        ("build / plain loop", ratio(compiled, plain, rounds=15), "<= 0.6"),
        ("kB per calendar year", size / years / 1_000, "<= 100"),
    ]


def _size(index: object) -> int:
    seen: set[int] = set()
    total = 0
    for name in ("edges", "offsets", "totals", "shifts"):
        values = getattr(index, name)
        total += sys.getsizeof(values)
        for value in values:
            if id(value) not in seen:
                seen.add(id(value))
                total += sys.getsizeof(value)
    return total


def against_peers(calendar: BusinessCalendar) -> list[Row]:
    """Compare with the packages that are installed, and count where they answer otherwise."""
    pairs = spans(3)[:100]
    expected = [calendar.open_time(*pair) for pair in pairs]
    ours = each(calendar.open_time, pairs)
    rows: list[Row] = []
    for name, target, build in PEERS:
        try:
            call = build()
        except ImportError as missing:
            rows.append((name, f"not installed ({missing.name})", target))
            continue
        wrong = sum(
            abs(call(*pair) - answer) > timedelta(seconds=1)
            for pair, answer in zip(pairs, expected, strict=True)
        )
        noted = f"{target}; {wrong} of {len(pairs)} answers differ" if wrong else target
        rows.append((name, _against(each(call, pairs), ours), noted))
    rows.append(_pandas_deadlines(calendar))
    return rows


def _against(peer: Callable[[], None], ours: Callable[[], None]) -> float:
    """Return how many times as long a peer takes.

    Each side runs ten times in a round. After one run of a peer, the first of ours finds empty
    caches and takes twice as long as the next; it must not be the only one.
    """
    return ratio(peer, ours, rounds=5, number=10)


def _businesstimedelta() -> Callable[[datetime, datetime], timedelta]:
    package = importlib.import_module("businesstimedelta")
    clock = importlib.import_module("datetime").time
    zone = importlib.import_module("pytz").timezone("America/New_York")
    day = package.WorkDayRule(
        start_time=clock(9), end_time=clock(17), working_days=[0, 1, 2, 3, 4], tz=zone
    )
    closed = {date.fromisoformat(day): "holiday" for day in HOLIDAYS}
    rules = package.Rules([day, package.HolidayRule(closed, tz=zone)])

    def call(start: datetime, end: datetime) -> timedelta:
        found = rules.difference(start, end)
        return timedelta(hours=found.hours, seconds=found.seconds)

    return call


def _bizdurr() -> Callable[[datetime, datetime], timedelta]:
    package = importlib.import_module("bizdurr")
    clock = package.BusinessDuration({"start": "09:00", "end": "17:00"}, ZONE, holidays=HOLIDAYS)

    def call(start: datetime, end: datetime) -> timedelta:
        found: timedelta = clock.calculate(start, end)
        return found

    return call


def _numpy() -> Callable[[datetime, datetime], timedelta]:
    np = importlib.import_module("numpy")
    week = np.busdaycalendar(weekmask="1111100", holidays=HOLIDAYS)
    opens, closes = timedelta(hours=9), timedelta(hours=17)

    def call(start: datetime, end: datetime) -> timedelta:
        one = start.astimezone(ZONE).replace(tzinfo=None)
        two = end.astimezone(ZONE).replace(tzinfo=None)
        total = int(np.busday_count(one.date(), two.date(), busdaycal=week)) * (closes - opens)
        for wall, sign in ((one, -1), (two, 1)):
            if np.is_busday(wall.date(), busdaycal=week):
                time = wall - datetime(wall.year, wall.month, wall.day)  # noqa: DTZ001  wall time
                total += sign * (min(max(time, opens), closes) - opens)
        return total

    return call


PEERS: list[tuple[str, str, Callable[[], Callable[[datetime, datetime], timedelta]]]] = [
    ("faster than businesstimedelta", ">= 350", _businesstimedelta),
    ("faster than bizdurr", ">= 25", _bizdurr),
    ("faster than numpy busday, scalar", ">= 8", _numpy),
]


def _pandas_deadlines(calendar: BusinessCalendar) -> Row:
    name, target = "faster than pandas CustomBusinessHour, deadlines", ">= 60"
    try:
        pd = importlib.import_module("pandas")
    except ImportError:
        return name, "not installed (pandas)", target
    budget = timedelta(hours=8)
    offset = pd.offsets.CustomBusinessHour(8, start="09:00", end="17:00", holidays=HOLIDAYS)
    starts = [start for start, _ in spans(3)[:50]]
    walls = [pd.Timestamp(start.astimezone(ZONE).replace(tzinfo=None)) for start in starts]

    def theirs() -> None:
        for wall in walls:
            wall + offset

    def ours() -> None:
        for start in starts:
            calendar.deadline(start, budget)

    return name, _against(theirs, ours), target


def main() -> None:
    """Print every table."""
    calendar = office()
    calendar.open_time(FIRST, LAST)
    windows = [(window.start, window.end) for window in calendar.windows(FIRST, LAST)]
    kernel = LimitKernel(windows)
    print_table("Calendar against the limit kernel", against_the_limit(calendar, kernel))
    print_table("Building the index", building(calendar))
    print_table("Peers, 3-day spans", against_peers(calendar))


if __name__ == "__main__":
    main()
