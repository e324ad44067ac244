"""A rota in the calendar of each person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.escalation import OnCallLayer, OnCallSchedule, RotaOverride, write_rota_ical
from incidentcore.instants import Interval
from incidentcore.schedule import Rotation

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEKLY = Rotation(anchor=MONDAY, zone="UTC", unit="weeks")


def feed(person: str, *overrides: RotaOverride, name: str = "network") -> list[str]:
    layers = [OnCallLayer(WEEKLY, ["ada", "ben"])]
    schedule = OnCallSchedule(name, layers, overrides=overrides)
    text = write_rota_ical(schedule, person, start=MONDAY, end=MONDAY + 28 * DAY, at=MONDAY)
    assert text.endswith("END:VCALENDAR\r\n")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.replace("\r\n ", "").split("\r\n")


def spans(lines: list[str]) -> list[tuple[str, str]]:
    starts = [line[8:] for line in lines if line.startswith("DTSTART:")]
    return list(zip(starts, (line[6:] for line in lines if line.startswith("DTEND:")), strict=True))


def test_each_person_has_the_own_shifts() -> None:
    """Weeks in turn; somebody else has an empty calendar."""
    assert spans(feed("ada")) == [
        ("20260601T000000Z", "20260608T000000Z"),
        ("20260615T000000Z", "20260622T000000Z"),
    ]
    assert spans(feed("ben"))[0] == ("20260608T000000Z", "20260615T000000Z")
    assert spans(feed("kim")) == []


def test_a_swap_is_in_both_calendars() -> None:
    """Ben stands in for Tuesday: Ada's week is cut in two, and the id of its first part stays."""
    tuesday = RotaOverride(Interval(MONDAY + DAY, MONDAY + 2 * DAY), ["ben"])
    assert spans(feed("ada", tuesday))[:2] == [
        ("20260601T000000Z", "20260602T000000Z"),
        ("20260603T000000Z", "20260608T000000Z"),
    ]
    assert spans(feed("ben", tuesday))[0] == ("20260602T000000Z", "20260603T000000Z")
    ids = [line for line in feed("ada", tuesday) if line.startswith("UID:")]
    assert ids[0] in feed("ada")
    assert len(set(ids)) == len(ids)


def test_a_shift_in_progress_is_whole_whenever_it_is_fetched() -> None:
    """Fetched on Tuesday and on Wednesday, Ada's week is the same event, from Monday to Monday."""
    schedule = OnCallSchedule("network", [OnCallLayer(WEEKLY, ["ada", "ben", "kim", "joe"])])
    found = []
    for day in (1, 2, 30):
        start = MONDAY + day * DAY
        text = write_rota_ical(schedule, "ada", start=start, end=start + 2 * DAY, at=MONDAY)
        lines = text.split("\r\n")
        found.append((spans(lines), [line for line in lines if line.startswith("UID:")]))
    assert found[0] == found[1]
    assert found[0][0] == [("20260601T000000Z", "20260608T000000Z")]
    assert found[2][0] == [("20260629T000000Z", "20260706T000000Z")]
    # Whoever is always on call has a shift without a beginning: it is cut a year away.
    alone = OnCallSchedule("one", [OnCallLayer(WEEKLY, ["ada"])])
    text = write_rota_ical(alone, "ada", start=MONDAY, end=MONDAY + DAY, at=MONDAY)
    assert spans(text.split("\r\n")) == [("20250531T000000Z", "20270603T000000Z")]
    assert "VEVENT" not in write_rota_ical(alone, "ada", start=MONDAY, end=MONDAY, at=MONDAY)


def test_who_else_is_on_call_is_named() -> None:
    """Of two people on one shift each sees the other."""
    beside = RotaOverride(Interval(MONDAY, MONDAY + DAY), ["kim"], "add")
    assert "DESCRIPTION:with ada" in feed("kim", beside)


def test_a_name_cannot_add_a_line() -> None:
    """Line ends, commas and semicolons are part of the text."""
    lines = feed("ada", name="a\r\nATTACH:x,y;z")
    assert not any(line.startswith("ATTACH") for line in lines)
    assert "SUMMARY:On call: a\\nATTACH:x\\,y\\;z" in lines


def test_another_library_reads_it() -> None:
    """Icalendar finds the same shifts."""
    icalendar = pytest.importorskip("icalendar")
    calendar = icalendar.Calendar.from_ical("\r\n".join(feed("ada")))
    first = calendar.walk("VEVENT")[0]
    assert (first["DTSTART"].dt, first["DTEND"].dt) == (MONDAY, MONDAY + 7 * DAY)
