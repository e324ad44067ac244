"""The cycles of a clock."""

from __future__ import annotations

from tests.sla.desk import ALWAYS_OPEN, HOUR, MICRO, OFFICE, at, incident
from tests.sla.test_evaluate import resolution, tell, tiers, told

from incidentcore.sla import (
    CalendarByField,
    SlaThreshold,
)


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
