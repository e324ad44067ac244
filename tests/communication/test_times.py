"""When an update is on time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.communication.test_evaluate import AT, MINUTE, incident, rule

from incidentcore.communication import CommunicationPlan, due_updates, missed_updates
from incidentcore.conditions import field
from incidentcore.records import (
    Incident,
    log_update_sent,
    set_fields,
)
from incidentcore.schedule import BusinessCalendar


def test_exactly_at_its_due_is_on_time() -> None:
    """One microsecond later is late by one microsecond (rule U1)."""
    plan = CommunicationPlan("status", rule())
    due = AT + 30 * MINUTE
    after = due + timedelta(microseconds=1)

    assert not missed_updates(
        plan, log_update_sent(incident(), "customers", at=due, by="ada"), now=due
    )
    (late,) = missed_updates(
        plan, log_update_sent(incident(), "customers", at=after, by="ada"), now=after
    )
    assert late.late_by == timedelta(microseconds=1)


@pytest.mark.parametrize("notice", [0, 5])
def test_an_update_that_is_late_when_its_rule_goes_on_is_listed_at_its_due(notice: int) -> None:
    """Due at 30, stopped from 10 to 70: with a notice it was listed at 70, after its due (U4)."""
    quiet = field("custom.quiet").is_true()
    plan = CommunicationPlan("status", rule(stop=quiet, notice=notice * MINUTE))
    record = set_fields(incident(), custom={"quiet": True}, at=AT + 10 * MINUTE, by="ada")
    record = set_fields(record, custom={"quiet": None}, at=AT + 70 * MINUTE, by="ada")

    assert not due_updates(plan, record, now=AT + 69 * MINUTE)
    (late,) = due_updates(plan, record, now=AT + 70 * MINUTE)
    assert (late.listed_at, late.due_at) == (AT + 30 * MINUTE, AT + 30 * MINUTE)


def test_lateness_is_business_time_where_the_plan_counts_so() -> None:
    """Due on Friday at 17:00: sent at 19:00 it is on time by the calendar, on Monday it is not."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    plan = CommunicationPlan("status", rule(every=60 * MINUTE, calendar=office))
    friday = datetime(2026, 6, 5, 16, tzinfo=UTC)
    record = Incident.open(id="INC-1", title="t", at=friday, by="kim")
    evening = log_update_sent(record, "customers", at=friday + 180 * MINUTE, by="ada")
    monday = log_update_sent(
        record, "customers", at=datetime(2026, 6, 8, 9, 20, tzinfo=UTC), by="ada"
    )

    now = datetime(2026, 6, 8, 9, 30, tzinfo=UTC)
    assert missed_updates(plan, evening, now=now) == ()
    assert [one.late_by for one in missed_updates(plan, monday, now=now)] == [20 * MINUTE]


@pytest.mark.parametrize("name", ["during", "calendar"])
def test_hours_that_never_open_make_no_update_due(name: str) -> None:
    """Weekdays and weekends have no hour in common: neither a first update nor a next one."""
    week = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    never = week & BusinessCalendar(zone="UTC", hours={"sat-sun": "09:00-17:00"})
    plan = CommunicationPlan("status", rule(**{name: never}))
    sent = log_update_sent(incident(), "customers", at=AT + MINUTE, by="ada")

    for record in (incident(), sent):
        assert due_updates(plan, record, now=AT + timedelta(days=30)) == ()
