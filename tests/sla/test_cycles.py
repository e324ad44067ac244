"""The cycles of a clock."""

from __future__ import annotations

from datetime import timedelta

from tests.sla.desk import ALWAYS_OPEN, HOUR, MICRO, OFFICE, at, incident
from tests.sla.test_evaluate import resolution, tell, tiers, told

from incidentcore.lifecycle import advance
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.sla import (
    CalendarByField,
    SlaDefinition,
    SlaThreshold,
    evaluate_sla,
)
from incidentcore.sla.evaluate import clock_cycles


def test_a_second_cycle_wakes_by_its_own_calendar() -> None:
    """The first cycle counted around the clock at site a; the second counts office hours at b."""
    sites = CalendarByField("custom.site", {"a": ALWAYS_OPEN}, OFFICE, follow=True)
    clock = resolution(
        4, sites, reopen="new_cycle", thresholds=(SlaThreshold(name="soon", fraction="3/4"),)
    )
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"site": "a"}),
        ("mon 10:00", "resolved"),
        ("mon 15:00", {"site": "b"}),
        ("mon 15:00", "in_progress"),
    )
    opened = tell(clock, record, "mon 09:30")
    assert (at("mon 13:00"), at("mon 12:00")) == (opened.due_at, opened.next_wakeup)
    again = tell(clock, record, "mon 16:00")
    assert tuple(cycle.result for cycle in again.cycles) == ("met", "running")
    assert (at("tue 11:00"), at("tue 10:00")) == (again.due_at, again.next_wakeup)
    assert at("tue 11:00") == tell(clock, record, "tue 10:00").next_wakeup
    assert at("tue 11:00") + MICRO == tell(clock, record, "tue 11:00").next_wakeup
    assert at("tue 11:00") == again.reached_at("breach") - MICRO


def test_restart_at_a_reopening_keeps_the_finished_cycle() -> None:
    """The stopped cycle stays met; a fresh one starts by the new promise."""
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "resolved"),
        ("mon 11:00", {"tier": "gold"}),
        ("mon 12:00", "in_progress"),
    )
    status = tell(tiers("restart"), record, "mon 13:00")
    assert [(cycle.definition, cycle.result) for cycle in status.cycles] == [
        ("silver", "met"),
        ("gold", "running"),
    ]
    assert told(status) == ("running", HOUR)


def test_a_day_before_the_due_is_reached_where_the_clock_goes_on_with_less_than_a_day() -> None:
    """Friday ends at 13:00, so the day before Monday 12:30 is Friday 12:30: half an hour ahead.

    On hold from Friday 12:00 to Monday 10:00, the due time is Monday 14:30, a day after 10:00 no
    more: the clock passes the point as it goes on.
    """
    short = BusinessCalendar(zone="UTC", hours={"mon-thu": "09:00-17:00", "fri": "09:00-13:00"})
    warning = SlaThreshold(name="day", before_due=BusinessDays(1))
    rule = SlaDefinition.resolution(
        target=timedelta(hours=7, minutes=30), calendar=short, thresholds=[warning]
    )
    record = incident(("fri 09:00", "new"), ("fri 12:00", "on_hold"), ("mon2 10:00", "in_progress"))
    for now in ("mon2 10:00", "mon2 11:00"):
        status = evaluate_sla(rule, record, now=at(now))
        assert (status.due_at, [one.at for one in status.crossings(warning)]) == (
            at("mon2 14:30"),
            [at("mon2 10:00")],
        )
    assert evaluate_sla(rule, record, now=at("mon2 09:59")).crossings(warning) == ()


def test_cycles_are_equal_whatever_is_told_of_their_end() -> None:
    """They are times and rules: the words of the event that ended one do not count."""
    noon, later = at("mon 12:00"), at("mon 13:00")
    new = incident(("mon 09:00", "new"))
    one, two = (
        advance(new, "resolve", at=noon, by="ada", resolution_code="a", resolution_notes=notes)
        for notes in ("Restarted.", "Replaced.")
    )
    (first,), (second,) = (
        clock_cycles(resolution(), each.timeline(now=later), now=later) for each in (one, two)
    )
    assert first == second
    assert first.ended_by != second.ended_by
