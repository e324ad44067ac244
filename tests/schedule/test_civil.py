"""Rules C1 and C2 by hand: no outside row decides whose a night is.

1 June 2026 is a Monday. Each row was worked out on paper from the wording of the rules.
"""

from __future__ import annotations

import itertools
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidentcore.schedule import Break, BusinessCalendar, Holiday
from incidentcore.schedule.civil import STRIDE
from incidentcore.testing.strategies_schedule import offset_changes

NIGHT = {"mon": "22:00-06:00"}
SUN, MON, TUE, WED = "2026-05-31", "2026-06-01", "2026-06-02", "2026-06-03"


def shown(calendar: BusinessCalendar) -> list[str]:
    """Return the windows of Sunday to Saturday, such as "Mon 22:00 - Tue 06:00"."""
    start = datetime(2026, 5, 31, tzinfo=UTC)
    windows = calendar.windows(start, start + timedelta(days=6, hours=12))
    return [f"{window.start:%a %H:%M} - {window.end:%a %H:%M}" for window in windows]


TABLE: list[tuple[str, dict[str, Any], list[str]]] = [
    ("a night belongs to both dates", {}, ["Mon 22:00 - Tue 06:00"]),
    ("past 24:00 is the same night", {"hours": {"mon": "22:00-30:00"}}, ["Mon 22:00 - Tue 06:00"]),
    (
        "two touching windows are the same night",
        {"hours": {"mon": ["22:00-24:00"], "tue": "00:00-06:00"}},
        ["Mon 22:00 - Tue 06:00"],
    ),
    ("an end at 00:00 is midnight", {"hours": {"mon": "16:00-00:00"}}, ["Mon 16:00 - Tue 00:00"]),
    ("24:00 is legal", {"hours": {"mon": "00:00-24:00"}}, ["Mon 00:00 - Tue 00:00"]),
    (
        "two whole days are one window",
        {"hours": {"mon-tue": "00:00-24:00"}},
        ["Mon 00:00 - Wed 00:00"],
    ),
    (
        "24 hours from nine to nine",
        {"hours": {"mon": "09:00-33:00"}},
        ["Mon 09:00 - Tue 09:00"],
    ),
    (
        "Sunday's night reaches into Monday",
        {"hours": {"sun": "22:00-06:00", "mon": "09:00-17:00"}},
        ["Sun 22:00 - Mon 06:00", "Mon 09:00 - Mon 17:00"],
    ),
    (
        "a holiday on Tuesday closes the tail of Monday's night",
        {"holidays": [TUE]},
        ["Mon 22:00 - Tue 00:00"],
    ),
    (
        "a holiday on Monday leaves Tuesday's early hours open",
        {"holidays": [MON]},
        ["Tue 00:00 - Tue 06:00"],
    ),
    ("holidays on both sides close the night", {"holidays": [MON, TUE]}, []),
    (
        "a special night takes Monday's place; the weekly tail stays Tuesday's",
        {"special": {MON: "20:00-04:00"}},
        ["Mon 20:00 - Tue 06:00"],
    ),
    (
        "a longer special night reaches further than the weekly tail",
        {"special": {MON: "20:00-08:00"}},
        ["Mon 20:00 - Tue 08:00"],
    ),
    (
        "a special day without a night leaves the weekly tail",
        {"special": {MON: "09:00-12:00"}},
        ["Mon 09:00 - Mon 12:00", "Tue 00:00 - Tue 06:00"],
    ),
    ("a closed special day too", {"special": {MON: []}}, ["Tue 00:00 - Tue 06:00"]),
    (
        "a special Tuesday takes the place of the weekly tail",
        {"special": {TUE: "09:00-12:00"}},
        ["Mon 22:00 - Tue 00:00", "Tue 09:00 - Tue 12:00"],
    ),
    (
        "the tail of a special night reaches into a special Tuesday",
        {"special": {MON: "23:00-07:00", TUE: "09:00-12:00"}},
        ["Mon 23:00 - Tue 07:00", "Tue 09:00 - Tue 12:00"],
    ),
    (
        "a holiday on Tuesday closes the tail of a special night",
        {"special": {MON: "23:00-07:00"}, "holidays": [TUE]},
        ["Mon 23:00 - Tue 00:00"],
    ),
    (
        "the tail of a special Sunday comes before the weekly night",
        {"special": {SUN: "22:00-02:00"}},
        ["Sun 22:00 - Mon 02:00", "Mon 22:00 - Tue 06:00"],
    ),
    (
        "the tail of a special Sunday on a Monday that is closed",
        {"special": {SUN: "22:00-02:00"}, "holidays": [MON]},
        ["Sun 22:00 - Mon 00:00", "Tue 00:00 - Tue 06:00"],
    ),
    (
        "a holiday with hours is a special day",
        {"holidays": [Holiday(TUE, hours="00:00-03:00")]},
        ["Mon 22:00 - Tue 03:00"],
    ),
    (
        "a holiday with a night",
        {"holidays": [Holiday(MON, hours="23:00-07:00")]},
        ["Mon 23:00 - Tue 07:00"],
    ),
    (
        "a break in the tail",
        {"breaks": {TUE: "02:00-03:00"}},
        ["Mon 22:00 - Tue 02:00", "Tue 03:00 - Tue 06:00"],
    ),
    (
        "a break of Monday does not reach Tuesday's tail",
        {"breaks": {MON: "00:00-12:00"}},
        ["Mon 22:00 - Tue 06:00"],
    ),
    (
        "a break across midnight is cut like a window",
        {"breaks": {MON: Break("23:00-01:00", "Supper")}},
        ["Mon 22:00 - Mon 23:00", "Tue 01:00 - Tue 06:00"],
    ),
    (
        "a break comes out of a special day too",
        {"special": {MON: "20:00-04:00"}, "breaks": {MON: "21:00-22:00"}},
        ["Mon 20:00 - Mon 21:00", "Mon 22:00 - Tue 06:00"],
    ),
    (
        "two breaks on one date",
        {"breaks": {TUE: ["01:00-02:00", Break("03:00-04:00", "Tea")]}},
        ["Mon 22:00 - Tue 01:00", "Tue 02:00 - Tue 03:00", "Tue 04:00 - Tue 06:00"],
    ),
]


@pytest.mark.parametrize(
    ("given", "expected"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_truth_table(given: dict[str, Any], expected: list[str]) -> None:
    """Nights, special nights, and holidays on either side of midnight."""
    calendar = BusinessCalendar(**{"zone": "UTC", "hours": NIGHT, **given})
    assert expected == shown(calendar)


@pytest.mark.parametrize(
    ("zone", "hours", "day", "expected"),
    [
        # Gap: 02:00 becomes 03:00. An edge in it moves forward by an hour (C3).
        ("Europe/Paris", ["01:00-02:30", "03:00-05:00"], "2023-03-26", ["00:00-03:00"]),
        ("Europe/Berlin", ["02:30-06:00"], "2026-03-29", ["01:30-04:00"]),
        ("Europe/Berlin", ["01:00-02:30"], "2026-03-29", ["00:00-01:30"]),
        # 02:45 moves to 03:45, past its own end at 03:15: nothing is left.
        ("Europe/Berlin", ["02:45-03:15"], "2026-03-29", []),
        # Windows wholly in the gap move as a whole; what they then overlap is open once.
        ("Europe/Berlin", ["02:50-2:55", "03:00-3:30"], "2026-03-29", ["01:00-01:30", "01:50-01:55"]),  # noqa: E501
        # Overlap: 03:00 becomes 02:00. The first occurrence counts.
        ("Europe/Berlin", ["02:30-06:00"], "2026-10-25", ["00:30-05:00"]),
        ("Europe/Berlin", ["01:00-02:30"], "2026-10-25", ["23:00-00:30"]),
        ("Europe/Berlin", ["02:15-02:45"], "2026-10-25", ["00:15-00:45"]),
        ("Europe/Berlin", ["01:00-04:00"], "2026-10-25", ["23:00-03:00"]),
        # Half an hour is skipped or repeated.
        ("Australia/Lord_Howe", ["02:15-04:00"], "2026-10-04", ["15:45-17:00"]),
        ("Australia/Lord_Howe", ["01:45-03:00"], "2026-04-05", ["14:45-16:30"]),
        # The change is at midnight: 24:00 of the day before is the instant of the change.
        ("America/Sao_Paulo", ["20:00-24:00"], "2015-10-17", ["23:00-03:00"]),
        ("America/Sao_Paulo", ["00:30-06:00"], "2015-10-18", ["03:30-08:00"]),
        # The date does not exist (C4), the dates beside it do.
        ("Pacific/Apia", ["00:00-24:00"], "2011-12-30", []),
        ("Pacific/Apia", ["09:00-17:00"], "2011-12-29", ["19:00-03:00"]),
        ("Pacific/Apia", ["09:00-17:00"], "2011-12-31", ["19:00-03:00"]),
        # Ramadan: the clocks go back and, a month later, forward.
        ("Africa/Casablanca", ["01:00-04:00"], "2026-02-15", ["00:00-04:00"]),
        ("Africa/Casablanca", ["01:00-04:00"], "2026-03-22", ["01:00-03:00"]),
        # A 29 February, and an offset with odd minutes.
        ("Asia/Kathmandu", ["09:00-17:00"], "2028-02-29", ["03:15-11:15"]),
    ],
)  # fmt: skip
def test_edges_in_gaps_and_overlaps(
    zone: str, hours: list[str], day: str, expected: list[str]
) -> None:
    """Where the windows of one date lie in UTC on the days of a change (C3, C4)."""
    other = "2026-01-07" if day != "2026-01-07" else "2026-01-08"
    calendar = BusinessCalendar(zone=zone, hours={}, special={day: hours, other: "12:00-13:00"})
    noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    windows = calendar.windows(noon - timedelta(days=2), noon + timedelta(days=2))

    assert expected == [f"{window.start:%H:%M}-{window.end:%H:%M}" for window in windows]


def test_a_night_over_the_spring_change_has_seven_hours() -> None:
    """Open time is real elapsed time (C3)."""
    calendar = BusinessCalendar(zone="Europe/Berlin", hours={"sat": "22:00-06:00"})
    saturday = datetime(2026, 3, 28, 12, tzinfo=UTC)

    assert calendar.open_time(saturday, saturday + timedelta(days=1)) == timedelta(hours=7)


def test_no_zone_changes_twice_within_a_stride() -> None:
    """Blocks of constant offset are found by looking every third midnight: nothing hides between.

    Checked on the zone files themselves, for all time they cover.
    """
    closest = min(
        (later - earlier, key)
        for key in zoneinfo.available_timezones()
        for earlier, later in itertools.pairwise(written_changes(key))
    )
    assert closest[0] > 2 * STRIDE * 86_400, closest


def written_changes(key: str) -> list[int]:
    """Return the instants of change written in a zone's file (RFC 8536, version 2)."""
    import tzdata  # noqa: PLC0415  zone data of the suite

    data = (Path(tzdata.__file__).parent / "zoneinfo" / key).read_bytes()

    def counts(at: int) -> list[int]:
        return [int.from_bytes(data[at + 4 * n : at + 4 * n + 4]) for n in range(6)]

    is_utc, is_std, leap, times, types, chars = counts(20)
    second = 44 + times * 5 + types * 6 + chars + leap * 8 + is_std + is_utc
    times = counts(second + 20)[3]
    body = second + 44
    return [
        int.from_bytes(data[body + 8 * n : body + 8 * n + 8], signed=True) for n in range(times)
    ]


def test_the_finder_of_changes_finds_them() -> None:
    """What strategies and transition tests rely on: Casablanca's two changes around Ramadan."""
    found = [at.date() for at in offset_changes("Africa/Casablanca", 2025)]
    assert [date(2025, 2, 23), date(2025, 4, 6)] == found
