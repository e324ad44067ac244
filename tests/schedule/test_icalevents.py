"""The events of a feed."""

from __future__ import annotations

from tests.schedule.test_ical import YEARS, days, feed, lines, read, spans

from incidentcore.schedule import (
    read_ical,
)


def test_a_moved_instance_replaces_the_one_of_the_rule() -> None:
    """RECURRENCE-ID: the patch night of 9 June takes place on the 10th."""
    rule = lines("UID:a", "DTSTART:20260602T200000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")
    moved = lines(
        "UID:a", "RECURRENCE-ID:20260609T200000Z", "DTSTART:20260610T200000Z", "DURATION:PT1H"
    )
    assert spans(read(rule, moved)) == ["06-02 20:00-21:00", "06-10 20:00-21:00"]


def test_other_components_are_passed_over() -> None:
    """A zone's definition, a task and an alarm say nothing about opening hours."""
    text = feed(lines("DTSTART:20261225", "BEGIN:VALARM", "TRIGGER:-PT1H", "END:VALARM")).replace(
        "BEGIN:VEVENT",
        "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VTODO\r\nDUE:20260101\r\nEND:VTODO\r\nBEGIN:VEVENT",
    )
    assert days(read_ical(text.encode(), zone="UTC", years=YEARS)) == ["2026-12-25"]
