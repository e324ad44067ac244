"""Rotas of other systems: who is on call, by their tests and documents (rule E5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.oracles.rows import by_id

from incidentcore.escalation import (
    OnCallLayer,
    OnCallSchedule,
    RotaOverride,
    next_on_call,
    on_call,
    shifts,
)
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, Holiday, Rotation

ROWS = by_id("on_call.jsonl")
DIFFERENT = {
    "oneuptime-month-31-2": "the 31st becomes the last day of a shorter month only (E5)",
    "oneuptime-two-overrides-0": "a later override applies to the result of an earlier one (E5)",
}
OURS = {"oneuptime-month-31-2": ["B"], "oneuptime-two-overrides-0": ["C"]}
Spans = dict[str, list[tuple[datetime, datetime]]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours_of(given: dict[str, Any], zone: str) -> BusinessCalendar:
    """Return the hours of a layer: of weekdays, or of days of the month."""
    if "days" not in given:
        return BusinessCalendar(zone=zone, hours=given)
    days = ",".join(map(str, given["days"]))
    rule = Holiday(rule=f"FREQ=MONTHLY;BYMONTHDAY={days}", hours=given["hours"])
    return BusinessCalendar(zone=zone, hours={}, holidays=[rule])


def layer_of(given: dict[str, Any], row: dict[str, Any], *, beside: bool) -> OnCallLayer:
    """Return a layer; an hour of GitLab's is an elapsed hour, whatever the clocks do."""
    zone = row["given"]["tz"]
    elapsed = row["engine"] == "gitlab" and given["unit"] == "hours"
    rotation = Rotation(
        anchor=at(given["anchor"]),
        zone="UTC" if elapsed else zone,
        unit=given["unit"],
        every=given["every"],
    )
    limits = {name: at(given[name]) for name in ("since", "until") if name in given}
    during = hours_of(given["hours"], zone) if "hours" in given else None
    turns = given.get("turns", "always")
    return OnCallLayer(
        rotation, given["people"], during=during, turns=turns, beside=beside, **limits
    )


def schedule_of(row: dict[str, Any]) -> OnCallSchedule:
    given = row["given"]
    layers, before = [], None
    for one in given["layers"]:
        priority = one.get("priority")
        beside = priority is not None and priority == before
        layers.append(layer_of(one, row, beside=beside))
        before = priority
    overrides = [
        RotaOverride(
            Interval(at(one["start"]), at(one["end"])),
            one["people"],
            one["mode"],
            replaces=one.get("replaces", ""),
        )
        for one in given.get("overrides", ())
    ]
    combine = given.get("combine", "highest")
    return OnCallSchedule("rota", layers, overrides=overrides, combine=combine)


def joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Join the spans that follow each other without a gap."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def expected(row: dict[str, Any]) -> Spans:
    """Return when each person is on call, within the span of the question."""
    low, high = at(row["given"]["from"]), at(row["given"]["to"])
    found: Spans = {}
    for who, start, end in row["expect"]["shifts"]:
        found.setdefault(who, []).append((max(at(start), low), min(at(end), high)))
    return {who: joined(spans) for who, spans in found.items()}


def answered(row: dict[str, Any]) -> Spans:
    found: Spans = {}
    low, high = at(row["given"]["from"]), at(row["given"]["to"])
    for shift in shifts(schedule_of(row), start=low, end=high):
        for who in shift.people:
            found.setdefault(who, []).append((shift.interval.start, shift.interval.end))
    return {who: joined(spans) for who, spans in found.items()}


def handover(row: dict[str, Any]) -> dict[str, Any]:
    """Return who is on call and how long, and who is next from when, as far as the row says it."""
    schedule, when = schedule_of(row), at(row["given"]["at"])
    found: dict[str, Any] = {"on_call": list(on_call(schedule, at=when))}
    if "until" in row["expect"]:
        first = next(iter(shifts(schedule, start=when, end=when + timedelta(days=30))))
        found["until"] = first.interval.end.isoformat()
    if "next" in row["expect"]:
        after = next_on_call(schedule, at=when)
        assert after is not None
        found["next"] = list(after.people)
        found["from"] = after.interval.start.isoformat()
    return found


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(DIFFERENT)))
def test_the_row_is_answered(name: str) -> None:
    """What the other system documents or tests comes out of ours."""
    row = ROWS[name]
    if row["kind"] == "on_call":
        found = on_call(schedule_of(row), at=at(row["given"]["at"]))
        assert sorted(found) == sorted(row["expect"]["on_call"])
    elif row["kind"] == "handover":
        assert handover(row) == row["expect"]
    elif row["kind"] == "people":
        assert len(answered(row)) == row["expect"]["people"]
    else:
        assert answered(row) == expected(row)


@pytest.mark.parametrize("name", sorted(DIFFERENT))
def test_a_difference_is_as_stated(name: str) -> None:
    """Theirs stays on the 28th from February on; and whoever stands in is not replaced in turn."""
    row = ROWS[name]
    assert list(on_call(schedule_of(row), at=at(row["given"]["at"]))) == OURS[name]
    assert row["expect"]["on_call"] != OURS[name]
