"""Strategies of calendars give what they say."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.testing.choices import Choices, check_choices, examples

from incidentcore.schedule import BusinessCalendar
from incidentcore.testing import calendars, instants, strategies_schedule
from incidentcore.testing.strategies_schedule import (
    _NEAR,
    _OF_A_YEAR,
    _between,
    _clock,
    _paired,
    build_calendar,
    calendar_definitions,
    offset_changes,
)

# What comes, over all examples: a year of 366 days has 527,040 minutes.
CHOICES: Choices = {
    "_NEAR": (_NEAR, 300, {"": "-3000..3000"}),
    "_OF_A_YEAR": (_OF_A_YEAR, 300, {"": "0..527039"}),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])


@settings(max_examples=min(15, settings().max_examples))
@given(calendars(), instants("Pacific/Apia"), calendar_definitions())
def test_strategies_give_what_they_say(
    calendar: BusinessCalendar, at: datetime, definition: dict[str, Any]
) -> None:
    """Calendars, instants in UTC, and definitions of calendars."""
    assert isinstance(calendar.is_open(at), bool)
    assert at.utcoffset() == timedelta()
    assert isinstance(build_calendar(definition), BusinessCalendar)


@pytest.mark.table
def test_instants_lie_in_each_year_at_and_beside_a_minute() -> None:
    """From 2000 to 2037; on the minute, a microsecond to either side, or within it."""
    drawn = examples(instants("UTC"), 1_500, 1)
    years = {at.year for at in drawn if 2 < at.month < 11}
    assert (min(years), max(years)) == (2000, 2037)
    assert {(at.second, at.microsecond) for at in drawn} == {
        (0, 0), (0, 1), (59, 999_999), (30, 1),
    }  # fmt: skip
    # Half of them lie around a New Year, some of these more than a day before it.
    before = (datetime(at.year + 1, 1, 1, tzinfo=UTC) - at for at in drawn if at.month == 12)
    late = [left for left in before if timedelta(minutes=1_560) < left < timedelta(minutes=3_001)]
    assert len(late) > len(drawn) / 40
    # 2011-12-30 was left out in Apia: it ended where it began, at 10:00 in UTC.
    day = datetime.fromisoformat("2011-12-30T10:00+00:00")
    drawn = examples(instants("Pacific/Apia"), 300, 1)
    assert sum(abs(at - day) < timedelta(days=3) for at in drawn) >= 30


def test_instants_lie_around_changes_and_the_turn_of_a_year(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the minutes that are drawn: New Year, a change of Berlin's, or the lost day of Apia.

    And a microsecond to either side, or half a minute later.
    """
    monkeypatch.setattr(strategies_schedule, "_NEAR", st.just(0))
    monkeypatch.setattr(strategies_schedule, "_OF_A_YEAR", st.just(0))
    odd = {0, 1, 30_000_001, 59_999_999}
    for zone, lost in (("Europe/Berlin", False), ("Pacific/Apia", True)):
        drawn = examples(instants(zone), 150, 1)
        assert {at.second * 1_000_000 + at.microsecond for at in drawn} == odd
        near = {(at + timedelta.resolution).replace(second=0, microsecond=0) for at in drawn}
        known = {change for year in range(2000, 2038) for change in offset_changes(zone, year)}
        assert near <= known | {datetime(year, 1, 1, tzinfo=UTC) for year in range(2000, 2038)}
        assert near & known
        assert (datetime(2011, 12, 30, 10, tzinfo=UTC) in near) is lost


@pytest.mark.table
def test_without_a_zone_instants_lie_around_changes_of_many() -> None:
    """In UTC alone, which has no change, one of 300 lay near a change of Berlin's."""

    def near(zone: str) -> int:
        return sum(
            abs(at - change) <= timedelta(minutes=3_001)
            for at in drawn
            for change in offset_changes(zone, at.year)
        )

    drawn = examples(instants(), 300, 1)
    assert min(near("Europe/Berlin"), near("America/New_York"), near("America/Santiago")) >= 5
    drawn = examples(instants("Europe/Berlin"), 300, 1)
    assert near("Europe/Berlin") >= 50


def test_a_year_ends_with_its_last_change() -> None:
    """Its first and last hour belong to it, and each instant is exact to the second."""
    assert [f"{at:%m-%dT%H:%M:%S}" for at in offset_changes("America/Sao_Paulo", 2018)] == [
        "02-18T02:00:00", "11-04T03:00:00",
    ]  # fmt: skip
    assert offset_changes("UTC", 2026) == ()
    # The day before 31 December 2011 began at 00:00 +14:00 in Apia.
    assert datetime.fromisoformat("2011-12-30T10:00+00:00") in offset_changes("Pacific/Apia", 2011)
    # Kiritimati went from -10:00 to +14:00 as 31 December began, on the last day in UTC too.
    assert [f"{at:%m-%dT%H:%M:%S}" for at in offset_changes("Pacific/Kiritimati", 1994)] == [
        "12-31T10:00:00"
    ]


def test_windows_of_a_day_are_paired_and_keep_clear_of_nights() -> None:
    """Edges make windows in order, an odd one is left over; a window may touch a night."""
    assert _paired([3, 1, 9, 1, 2]) == [(1, 2), (3, 9)]
    assert [_clock(minutes) for minutes in (0, 61, 600, 1_440)] == [
        "00:00", "01:01", "10:00", "24:00",
    ]  # fmt: skip
    windows = [(359, 400), (360, 420), (600, 660), (1_200, 1_320), (1_300, 1_321)]
    assert _between(windows, 360, 1_320) == [
        ["06:00", "07:00"], ["10:00", "11:00"], ["20:00", "22:00"],
    ]  # fmt: skip


@pytest.mark.table
def test_definitions_are_drawn_with_nights_and_dates_around_a_date() -> None:
    """Each kind of night, dates up to nine days to either side, six of them, two with breaks."""
    nights: dict[str, set[str]] = defaultdict(set)
    offsets: dict[str, set[int]] = defaultdict(set)
    sizes: dict[str, set[int]] = defaultdict(set)
    for one in examples(calendar_definitions(), 600, 1):
        nights["week"] |= {end for (*_, (start, end)) in one["week"].values() if start == "22:00"}
        for *_, (start, end) in filter(None, one["special"].values()):
            nights["special"] |= {end} if start == "22:30" else set()
        for kind in ("holidays", "special", "breaks"):
            dates = [date.fromisoformat(day) for day in one[kind]]
            offsets[kind] |= {(day - one["around"]).days for day in dates}
            sizes[kind].add(len(dates))
    assert nights["week"] >= {"02:30", "06:00", "26:30", "30:00"}
    assert nights["special"] >= {"02:30", "06:00", "27:00"}
    assert all("00:00" < end <= "30:00" for ends in nights.values() for end in ends)
    assert list(offsets.values()) == [set(range(-9, 10))] * 3
    assert sizes["special"] == set(range(7))
    assert sizes["holidays"] == set(range(7))
    assert sizes["breaks"] == {0, 1, 2}
