"""Hypothesis strategies for calendars, time zones, and instants near changes of the UTC offset."""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, civil

SELDOM: Final[st.SearchStrategy[bool]] = st.sampled_from([*[False] * 7, True])
# Up to a day and some hours, but no whole minutes.
ODD_SPANS: Final[st.SearchStrategy[timedelta]] = (
    st.integers(1, 10**11)
    .map(lambda n: timedelta(microseconds=n))
    .filter(lambda span: bool(span % timedelta(minutes=1)))
)

_FIRST_YEAR, _LAST_YEAR = 2000, 2037
_DAY = 1_440
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Zones and years that calendars trip over: half-hour changes, a skipped date, a change at midnight,
# a month-long change of Ramadan, offsets with odd minutes.
_TRAPS = (
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
)
_TRAP_MINUTES = (0, 30, 60, 90, 119, 120, 121, 150, 179, 180, 181, 210, 1_380, 1_410, 1_438, 1_440)


@lru_cache(maxsize=1)
def _all_zones() -> tuple[str, ...]:
    return tuple(sorted(zoneinfo.available_timezones()))


# Hypothesis checks a strategy when it first draws from it: each is made once.
@lru_cache(maxsize=1)
def zones() -> st.SearchStrategy[str]:
    """Return a strategy for time zone keys of the tz database; difficult zones are frequent."""
    return st.sampled_from(_TRAPS) | st.sampled_from(_all_zones())


@lru_cache(maxsize=4_096)
def offset_changes(zone: str, year: int) -> tuple[datetime, ...]:
    """Return the instants of one year at which a time zone changes its UTC offset."""
    low, high = (datetime(one, 1, 1, tzinfo=UTC) - civil.BASE for one in (year, year + 1))
    return tuple(civil.BASE + at for at, _, _ in civil.offset_changes(ZoneInfo(zone), low, high))


_NEAR: Final = st.integers(-3_000, 3_000)
_OF_A_YEAR: Final = st.integers(0, 366 * _DAY - 1)


@st.composite
def instants(draw: st.DrawFn, zone: str | None = None) -> datetime:
    """Generate instants in UTC, often near a change of a zone's UTC offset or the end of a year.

    Args:
        zone: The zone whose changes matter, such as that of the calendar under test; None chooses
            another zone for each instant, and difficult zones more often than others.
    """
    zone = draw(zones()) if zone is None else zone
    year = draw(st.integers(_FIRST_YEAR, _LAST_YEAR))
    near = [*offset_changes(zone, year), datetime(year, 1, 1, tzinfo=UTC)]
    if zone == "Pacific/Apia" and draw(st.booleans()):
        near = [datetime(2011, 12, 30, 10, tzinfo=UTC)]
    if draw(st.booleans()):
        at = draw(st.sampled_from(near)) + timedelta(minutes=draw(_NEAR))
    else:
        at = datetime(year, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(_OF_A_YEAR))
    return at + draw(st.sampled_from((0, 1, -1, 30_000_001))) * timedelta.resolution


def intervals_near(
    at: datetime, first: int, last: int, longest: int
) -> st.SearchStrategy[Interval]:
    """Return a strategy for intervals of 1 to ``longest`` minutes, from minutes after ``at``."""
    starts = st.integers(first, last).map(lambda minute: at + timedelta(minutes=minute))
    lengths = st.integers(1, longest).map(lambda minute: timedelta(minutes=minute))
    return st.builds(lambda start, length: Interval(start, start + length), starts, lengths)


_EDGES = (*_TRAP_MINUTES, *_TRAP_MINUTES, *(part * 15 for part in range(97)))


@lru_cache(maxsize=1)
def _days() -> st.SearchStrategy[list[tuple[int, int]]]:
    """Return disjoint windows of a day, in minutes."""
    return st.lists(st.sampled_from(_EDGES), max_size=6).map(_paired)


def _paired(edges: list[int]) -> list[tuple[int, int]]:
    ordered = sorted(set(edges))
    return list(zip(ordered[::2], ordered[1::2]))  # noqa: B905  an odd edge is left over


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _between(windows: list[tuple[int, int]], first: int, last: int) -> list[list[str]]:
    """Return the windows that leave room for last night's tail and tonight's head."""
    return [
        [_clock(start), _clock(end)] for start, end in windows if first <= start and end <= last
    ]


@st.composite
def _week(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    patterns = draw(st.lists(_days(), min_size=1, max_size=3))
    picked = draw(st.lists(st.integers(0, 3), min_size=7, max_size=7))
    nights = draw(st.lists(st.integers(0, 3), min_size=7, max_size=7))
    tails = [(0, 0, 150, 360)[nights[day]] for day in range(7)]
    week: dict[str, list[list[str]]] = {}
    for day, name in enumerate(_DAYS):
        after = tails[(day + 1) % 7]
        evening = 1_320 if after else _DAY
        windows = [] if picked[day] == 3 else patterns[picked[day] % len(patterns)]
        texts = _between(windows, tails[day], evening)
        if after:
            texts.append(["22:00", _clock(after if picked[day] else after + _DAY)])
        if texts:
            week[name] = texts
    return week or {"mon": [["09:00", "17:00"]]}


_WEEKS = _week()


@st.composite
def calendar_definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Generate calendars as plain data, which another implementation can read too.

    The keys are ``tz``; ``week``, a mapping from weekday to pairs of opening and closing time;
    ``holidays``, a list of ISO dates; ``special`` (other hours) and ``breaks``, mappings from ISO
    date to such pairs; and ``around``, a date near all these dates and often near a change of the
    UTC offset. No date is both a holiday and a special day (rule C5).
    """
    zone = draw(zones())
    around = draw(instants(zone)).astimezone(ZoneInfo(zone)).date()
    offsets = draw(st.lists(st.integers(-9, 9), unique=True, max_size=6))
    dates = [(around + timedelta(days=offset)).isoformat() for offset in offsets]
    cut = draw(st.integers(0, len(dates)))
    special: dict[str, list[list[str]]] = {}
    if dates[cut:]:
        windows = draw(_days())
        night = draw(st.sampled_from(("", "02:30", "06:00", "27:00")))
        for day in sorted(dates[cut:]):
            before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
            first = 360 if before in special and night else 0
            special[day] = _between(windows, first, 1_320 if night else _DAY)
            if night:
                special[day].append(["22:30", night])
    breaks = [(around + timedelta(days=offset)).isoformat() for offset in offsets[:2]]
    taken = _between(draw(_days()), 0, _DAY) if breaks else []
    return {
        "tz": zone,
        "around": around,
        "week": draw(_WEEKS),
        "holidays": dates[:cut],
        "special": special,
        "breaks": dict.fromkeys(breaks, taken) if taken else {},
    }


def build_calendar(definition: Mapping[str, Any]) -> BusinessCalendar:
    """Return the ``BusinessCalendar`` of a definition from ``calendar_definitions``."""
    return BusinessCalendar(
        zone=definition["tz"],
        hours={day: _texts(pairs) for day, pairs in definition["week"].items()},
        holidays=definition["holidays"],
        special={day: _texts(pairs) for day, pairs in definition["special"].items()},
        breaks={day: _texts(pairs) for day, pairs in definition["breaks"].items()},
    )


def _texts(pairs: list[list[str]]) -> list[str]:
    return [f"{start}-{end}" for start, end in pairs]


@lru_cache(maxsize=1)
def calendars() -> st.SearchStrategy[BusinessCalendar]:
    """Return a strategy for business calendars in any time zone.

    The calendars can have windows past midnight, holidays, special days and breaks.
    """
    return calendar_definitions().map(build_calendar)
