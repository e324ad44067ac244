from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.rows import Row, read

from incidentcore.digest import content_id
from incidentcore.errors import InvalidIntervalError, InvalidValueError, NaiveDatetimeError
from incidentcore.schedule import Rotation
from incidentcore.testing.strategies_schedule import instants, zones

UNITS = {"hourly": "hours", "daily": "days", "weekly": "weeks", "monthly": "months"}
ROWS = read("rotation.jsonl")
START = datetime(2026, 6, 1, 7, tzinfo=UTC)


def rows_with(key: str) -> list[Any]:
    return [pytest.param(row, id=row["id"]) for row in ROWS if key in row["expect"]]


def local(text: str, zone: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("row", rows_with("elapsed_hours"))
def test_the_end_of_a_shift(row: Row) -> None:
    """A shift ends at the wall time of the next handoff; its hours are what they are."""
    given, expect = row["given"], row["expect"]
    start = local(given["shift_start"], given["tz"])
    rotation = Rotation(
        anchor=start, zone=given["tz"], unit=UNITS[given["type"]], every=given["length"]
    )
    shift = rotation.shift(start)

    assert local(expect["shift_end"], given["tz"]).astimezone(UTC) == shift.end
    assert timedelta(hours=expect["elapsed_hours"]) == shift.duration


@pytest.mark.parametrize("row", rows_with("handoffs"))
def test_handoffs_over_a_change(row: Row) -> None:
    """Gaps end in one handoff, repeated times give one, months clamp."""
    given = row["given"]
    rotation = Rotation(
        anchor=local(given["rotation_start"], given["tz"]),
        zone=given["tz"],
        unit=UNITS[given["type"]],
        every=given["length"],
    )
    expected = [local(text, given["tz"]).astimezone(UTC) for text in row["expect"]["handoffs"]]

    assert expected == list(rotation.handoffs(expected[0], expected[-1] + timedelta(seconds=1)))


def test_a_turn_before_the_anchor() -> None:
    """There are handoffs before the anchor as well (goalert-cycle-1)."""
    row = next(row for row in ROWS if row["id"] == "goalert-cycle-1")
    given = row["given"]
    start = local(given["rotation_start"], "UTC")
    rotation = Rotation(anchor=start, zone="UTC", unit="hours", every=given["length"])
    shift = rotation.shift(start + timedelta(hours=given["at_offset_h"]))

    assert local(row["expect"]["shift_end"], "UTC") == shift.end


@pytest.mark.parametrize("row", rows_with("on_call"))
def test_whose_turn_it_is(row: Row) -> None:
    """Members take turns from the anchor on."""
    given = row["given"]
    hours, minutes, days = 0, 0, 0
    text = given["elapsed"]
    if text.endswith("d"):
        days = int(text[:-1])
    else:
        first, _, rest = text.partition("h")
        hours, minutes = int(first), int(rest.removesuffix("m") or 0)
    rotation = Rotation(anchor=START, zone="UTC", unit=UNITS[given["type"]], every=given["length"])
    at = START + timedelta(days=days, hours=hours, minutes=minutes)

    assert row["expect"]["on_call"] == rotation.member(at, given["participants"])


def test_every_row_is_answered() -> None:
    """Each of the fifteen rows has its test above."""
    answered = {row["id"] for row in ROWS} - {"goalert-cycle-1"}
    keys = ("elapsed_hours", "handoffs", "on_call")
    assert answered == {row["id"] for row in ROWS if any(key in row["expect"] for key in keys)}
    assert len(ROWS) == 15


def test_handoffs_on_one_instant_are_one_turn() -> None:
    """02:00 and 03:00 are one instant in spring: hour by hour, one member does not lose a turn."""
    anchor = datetime(2026, 3, 29, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    hourly = Rotation(anchor=anchor, zone="Europe/Berlin", unit="hours")
    turns = [hourly.turn(anchor.astimezone(UTC) + timedelta(hours=hours)) for hours in range(5)]
    before = hourly.turn(anchor.astimezone(UTC) - timedelta(minutes=1))

    assert turns == [0, 1, 2, 3, 4]
    assert before == -1


def test_turns_before_an_anchor_that_follows_a_gap() -> None:
    """Counting back over the gap skips nothing either."""
    anchor = datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    hourly = Rotation(anchor=anchor, zone="Europe/Berlin", unit="hours")
    start = anchor.astimezone(UTC) - timedelta(hours=14)

    assert [hourly.turn(start + timedelta(hours=hours)) for hours in range(15)] == list(
        range(-14, 1)
    )


def test_a_skipped_date_is_one_handoff() -> None:
    """Apia had no 30 December 2011: its midnight and the next are one instant."""
    anchor = datetime(2011, 12, 28, tzinfo=ZoneInfo("Pacific/Apia"))
    daily = Rotation(anchor=anchor, zone="Pacific/Apia", unit="days")
    start = anchor.astimezone(UTC)

    assert [daily.turn(start + timedelta(days=day)) for day in range(4)] == [0, 1, 2, 3]


def test_the_last_days_of_months() -> None:
    """A monthly handoff on the 31st is on the last day of shorter months, and returns to it."""
    anchor = datetime(2026, 1, 31, 9, tzinfo=UTC)
    monthly = Rotation(anchor=anchor, zone="UTC", unit="months")
    found = monthly.handoffs(anchor, anchor + timedelta(days=100))

    assert [at.strftime("%d %b") for at in found] == ["31 Jan", "28 Feb", "31 Mar", "30 Apr"]
    for day, turn in ((9, 0), (10, 0), (27, 0), (28, 1)):  # of February
        assert monthly.turn(datetime(2026, 2, day, 9, tzinfo=UTC)) == turn
    later = monthly.handoffs(anchor + timedelta(seconds=1), anchor + timedelta(days=28))
    assert [*later] == []
    assert next(monthly.handoffs(anchor + timedelta(days=1), anchor + timedelta(days=99))) == (
        anchor + timedelta(days=28)
    )


@pytest.mark.parametrize("every", [1, 5])
def test_a_turn_is_found_at_once_in_any_month(
    every: int, work_of: Callable[[Callable[[], object]], int]
) -> None:
    """The lines run for December, or ten years away, are at most 1.2 times those for the first."""
    anchor = datetime(2026, 1, 15, tzinfo=UTC)
    monthly = Rotation(anchor=anchor, zone="UTC", unit="months", every=every)
    costs = [
        work_of(partial(monthly.turn, datetime(year, month, 20, tzinfo=UTC)))
        for year in (2026, 2016, 2036)
        for month in range(1, 13)
    ]
    assert max(costs) <= 1.2 * min(costs)


UNIT = st.sampled_from(("hours", "days", "weeks", "months"))


@given(
    anchor=instants(),
    zone=zones(),
    unit=UNIT,
    every=st.integers(1, 30),
    days=st.integers(-400, 400),
)
def test_turns_follow_one_another(
    anchor: datetime, zone: str, unit: Any, every: int, days: int
) -> None:
    """Shifts partition time, and each handoff begins the next turn."""
    rotation = Rotation(anchor=anchor, zone=zone, unit=unit, every=every)
    at = anchor + timedelta(days=days)
    shift = rotation.shift(at)
    following = rotation.shift(shift.end)

    assert shift.start <= at < shift.end
    assert shift.end == following.start
    assert rotation.turn(at) == rotation.turn(shift.start) == rotation.turn(shift.end) - 1
    assert [shift.start, shift.end] == list(rotation.handoffs(shift.start, following.end))


@settings(max_examples=max(10, settings().max_examples // 20))
@given(anchor=instants("Europe/Berlin"), hours=st.integers(1, 4), ahead=st.integers(0, 30))
def test_turns_count_handoffs(anchor: datetime, hours: int, ahead: int) -> None:
    """The number of a turn is the number of distinct handoffs since the anchor."""
    rotation = Rotation(anchor=anchor, zone="Europe/Berlin", unit="hours", every=hours)
    first = rotation.shift(anchor).start
    at = first + timedelta(days=ahead)
    passed = len(list(rotation.handoffs(first, at + timedelta(microseconds=1)))) - 1

    assert passed == rotation.turn(at) - rotation.turn(first)


def test_a_rotation_is_a_value() -> None:
    """It compares, hashes, pickles and has a content id; the zone's spelling does not matter."""
    one = Rotation(anchor=START, zone="Europe/Berlin", unit="weeks")
    two = Rotation(
        anchor=START.astimezone(ZoneInfo("Asia/Tokyo")),
        zone=ZoneInfo("Europe/Berlin"),
        unit="weeks",
        every=1,
    )
    again = pickle.loads(pickle.dumps(one))  # noqa: S301  our own bytes

    assert one == two == again
    assert hash(one) == hash(two)
    assert content_id(one) == content_id(two)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"every": 0}, "every: got 0; allowed: a whole number from 1 to 10000"),
        ({"every": 10_001}, "every: got 10001"),
        ({"every": 1.5}, "every: got 1.5"),
        ({"every": True}, "every: got True"),
        ({"unit": "years"}, 'unit: got \'years\'; allowed: "hours", "days"'),
        ({"zone": "Mars/Base"}, "zone: got 'Mars/Base'"),
        ({"anchor": START.replace(tzinfo=None)}, "anchor: got"),
        ({"anchor": "now"}, "anchor: got 'now'"),
    ],
)
def test_a_part_that_cannot_be_used_is_refused(wrong: dict[str, Any], message: str) -> None:
    """The message names the field and what is allowed."""
    fields: dict[str, Any] = {"anchor": START, "zone": "UTC", "unit": "weeks", **wrong}
    with pytest.raises(InvalidValueError, match=message):
        Rotation(**fields)


def test_queries_refuse_what_they_cannot_answer() -> None:
    """Naive and reversed instants, no members, and the ends of time."""
    rotation = Rotation(anchor=START, zone="Europe/Berlin", unit="months", every=10_000)

    with pytest.raises(NaiveDatetimeError):
        rotation.turn(START.replace(tzinfo=None))
    with pytest.raises(InvalidIntervalError):
        rotation.handoffs(START, START - timedelta(days=1))
    with pytest.raises(InvalidValueError, match="at least one member"):
        rotation.member(START, [])
    with pytest.raises(InvalidValueError, match="years 2 to 9998"):
        rotation.shift(datetime(9990, 1, 1, tzinfo=UTC))


def test_a_handoff_in_a_repeated_hour_is_at_the_first_of_both() -> None:
    """At the second 02:10 in Berlin, the handoff of 02:30 has been: it was at the first."""
    berlin = ZoneInfo("Europe/Berlin")
    daily = Rotation(anchor=datetime(2026, 10, 24, 2, 30, tzinfo=berlin), zone=berlin, unit="days")
    handoff = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert (daily.turn(handoff - timedelta.resolution), daily.turn(handoff)) == (0, 1)
    assert daily.turn(second) == 1
    assert daily.shift(second).start == handoff


@pytest.mark.parametrize(("year", "month", "day"), [(2, 2, 1), (9998, 11, 30)])
def test_turns_are_counted_to_the_ends_of_time(year: int, month: int, day: int) -> None:
    """Changes of clocks are looked for in years that there are."""
    anchor = datetime(year, month, day, tzinfo=UTC)
    hourly = Rotation(anchor=anchor, zone="UTC", unit="hours")
    assert [hourly.turn(anchor + timedelta(hours=n)) for n in (-30, 0, 30)] == [-30, 0, 30]


@pytest.mark.parametrize("every", [1, 2])
def test_months_are_turns_before_and_after_the_anchor(every: int) -> None:
    """From the first of March on, over the years on either side."""
    turns = Rotation(
        anchor=datetime(2026, 3, 1, tzinfo=UTC), zone="UTC", unit="months", every=every
    )
    found = {
        (year, month): turns.turn(datetime(year, month, 15, tzinfo=UTC))
        for year, month in ((2025, 12), (2026, 2), (2026, 3), (2026, 4), (2027, 1), (2028, 3))
    }
    months = {
        (2025, 12): -3,
        (2026, 2): -1,
        (2026, 3): 0,
        (2026, 4): 1,
        (2027, 1): 10,
        (2028, 3): 24,
    }
    assert found == {at: number // every for at, number in months.items()}
