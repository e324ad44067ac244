"""The trace of a clock, line by line."""

from __future__ import annotations

from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from tests.sla.desk import HOUR, OFFICE, incident
from tests.sla.test_evaluate import resolution, tell

from incidentcore.conditions import field
from incidentcore.schedule import AbstractCalendar, BusinessCalendar
from incidentcore.sla import (
    CalendarByField,
    SlaPolicy,
)
from incidentcore.words import GERMAN


def test_wall_time_is_told_beside_business_time() -> None:
    """Both figures, as ServiceNow shows them: the pause counts in neither."""
    record = incident(("mon 16:00", "new"), ("tue 10:00", "on_hold"), ("tue 12:00", "in_progress"))
    status = tell(resolution(8, OFFICE), record, "tue 13:00")
    assert (status.elapsed, status.wall_elapsed) == (3 * HOUR, 19 * HOUR)
    # Five business hours are left: four on Tuesday, the fifth ends on Wednesday at 10:00.
    assert (status.wall_remaining, status.wall_fraction) == (21 * HOUR, Fraction(19, 8))
    paused = tell(resolution(8, OFFICE), record, "tue 11:00")
    assert (paused.wall_remaining, paused.wall_fraction) == (None, Fraction(18, 8))


def test_the_trace_of_a_clock_that_has_not_started_has_the_zone_of_its_calendar() -> None:
    """One calendar has one zone; of a choice of calendars nothing is known yet."""
    berlin = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    record = incident(("mon 09:00", "new"))
    begun = field("state.name").equals("in_progress")
    assert tell(resolution(calendar=berlin, start=begun), record, "mon 10:00").trace.zone.key == (
        "Europe/Berlin"
    )
    choice = CalendarByField("custom.site", {"a": berlin}, default=OFFICE)
    assert tell(resolution(calendar=choice, start=begun), record, "mon 10:00").trace.zone.key == (
        "UTC"
    )
    other = CalendarByField("custom.site", {"a": OFFICE}, default=berlin)
    status = tell(resolution(calendar=other, start=begun), record, "mon 10:00")
    assert status.trace.zone.key == "UTC"
    heads, rows, numbers = status.cells()
    assert (heads, len(numbers)) == (["record", "clock", "stage", "says"], 4)
    assert rows == [[record.id, status.definition.name, "not started", status.trace.summary]]


@pytest.mark.parametrize(
    ("story", "now", "closing"),
    [
        (
            [("mon 12:00", "resolved")],
            "mon 15:00",
            "elapsed 3:00 of 4:00, remaining 1:00; met, due Mon  1 Jun 13:00",
        ),
        (
            [("mon 13:00", "resolved")],
            "mon 15:00",
            "elapsed 4:00 of 4:00, remaining 0:00; met, due Mon  1 Jun 13:00",
        ),
        (
            [("mon 14:00", "resolved")],
            "mon 15:00",
            "elapsed 5:00 of 4:00, remaining -1:00; breached, due Mon  1 Jun 13:00",
        ),
        (
            [("mon 10:00", "canceled")],
            "mon 15:00",
            "elapsed 1:00 of 4:00, remaining 3:00; canceled",
        ),
    ],
)
def test_the_closing_line(story: Any, now: str, closing: str) -> None:
    """Figures, then the result with the due time, or what is ahead."""
    assert tell(resolution(), incident(("mon 09:00", "new"), *story), now).trace.summary == closing


def test_a_stopped_clock_says_when_it_was_due_in_german() -> None:
    """Met at 12:00 of four hours from 09:00: it was due at 13:00."""
    record = incident(("mon 09:00", "new"), ("mon 12:00", "resolved"))
    said = tell(resolution(), record, "mon 15:00").trace.summary.in_words(GERMAN)
    assert said.endswith("1:00 übrig; eingehalten, fällig Mo  1. Juni 13:00")


@pytest.mark.parametrize(
    ("story", "codes", "closing"),
    [
        ([("mon 10:00", "on_hold")], ["counting", "paused"], ["on_hold", "no_due", "if_resumed"]),
        (
            [("mon 14:00", "on_hold")],
            ["counting", "paused"],
            ["breached_already", "on_hold", "due"],
        ),
        ([("mon 10:00", "resolved")], ["counting", "stopped"], ["met_already", "due"]),
        ([("mon 14:00", "resolved")], ["counting", "stopped"], ["breached_already", "due"]),
        ([("mon 10:00", "canceled")], ["counting", "canceled"], ["canceled"]),
        ([("mon 10:00", "new")], ["counting"], ["breached_already", "due"]),
    ],
)
def test_the_stretches_of_a_trace_and_its_closing(
    story: Any, codes: list[str], closing: list[str]
) -> None:
    """As codes: what each stretch was, then what follows from the figures."""
    trace = tell(resolution(), incident(("mon 09:00", "new"), *story), "mon 15:00").trace
    assert [entry.code for entry in trace] == codes
    assert [code for code, _ in trace.closing] == ["figures", *closing]


def test_a_due_time_out_of_reach_is_said() -> None:
    """Eight hours a week day: fifty million hours end after the year 9998."""
    endless = resolution(hours=50_000_000)
    trace = tell(endless, incident(("mon 09:00", "new")), "mon 10:00").trace
    assert trace.summary.endswith("; no due time within the years of calendars")
    stopped = tell(endless, incident(("mon 09:00", "new"), ("mon 10:00", "resolved")), "mon 11:00")
    assert [code for code, _ in stopped.trace.closing] == ["figures", "met"]
    held = tell(endless, incident(("mon 09:00", "new"), ("mon 10:00", "on_hold")), "mon 11:00")
    assert [code for code, _ in held.trace.closing] == ["figures", "on_hold", "no_due"]


def test_a_calendar_of_ones_own_names_its_closing() -> None:
    """A code that the texts do not know is shown in words."""

    class Tides(AbstractCalendar):
        zone = ZoneInfo("UTC")

        def windows(self, start, end):
            return OFFICE.windows(start, end)

        def explain(self, start, end):
            for reason in OFFICE.explain(start, end):
                yield reason if reason.is_open else attrs.evolve(reason, code="low_tide", name="")

    status = tell(resolution(calendar=Tides()), incident(("mon 08:00", "new")), "mon 10:00")
    assert [entry.text for entry in status.trace] == ["closed: low tide", "counting"]


def test_a_takeover_to_and_from_no_definition_has_its_words() -> None:
    """Iron holds from the opening, none from noon on, and gold from one o'clock."""
    tier = field("custom.tier")
    iron, gold = resolution(name="iron"), resolution(8, name="gold")
    policy = SlaPolicy([(tier.equals("gold"), gold), (tier.missing(), iron)])
    record = incident(
        ("mon 09:00", "new"), ("mon 12:00", {"tier": "none"}), ("mon 13:00", {"tier": "gold"})
    )
    trace = tell(policy, record, "mon 14:00").trace
    swaps = {entry.code: entry.text for entry in trace if entry.code.startswith("swapped")}
    assert swaps["swapped_to_none"] == "iron no longer applies"
    assert swaps["swapped_from_none"].startswith("gold applies (")
    status = tell(policy, record, "mon 12:30")
    assert status.cells()[1][0][:3] == ["INC-1", "iron", "canceled"]
    assert attrs.evolve(status, definition=None).cells()[1][0][1] == ""


def test_columns_are_as_wide_as_their_longest_text() -> None:
    """A long reason moves the figures to the right, and nothing else."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold/" + "x" * 40))
    lines = str(tell(resolution(8), record, "mon 11:00").trace).splitlines()
    assert lines[:2] == [
        "Mon  1 Jun 09:00 - Mon  1 Jun 10:00   counting" + " " * 45 + "1:00",
        "Mon  1 Jun 10:00 - Mon  1 Jun 11:00   paused: " + "x" * 40,
    ]
