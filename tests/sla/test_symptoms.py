"""The field's reported symptoms: for each a test that would fail on the bug, with its source.

The numbers are those of the list of symptoms in the design pages; the sources are public issues.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import field
from incidentcore.errors import CalendarDefinitionError, NaiveDatetimeError
from incidentcore.instants import Versions
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays, Holiday
from incidentcore.sla import (
    DueDate,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaThreshold,
    evaluate_sla,
    first_due,
    next_sla_wakeup,
)
from incidentcore.values import State

from .desk import ALWAYS_OPEN, HOUR, MICRO, MINUTE, OFFICE, at, incident

GOLD = field("custom.tier").equals("gold")
BERLIN = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})


def resolution(hours: float = 4, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=calendar), **more)


def tell(rules: Any, record: Incident, now: str | datetime) -> Any:
    return evaluate_sla(rules, record, now=at(now))


# Calendars under the clock: symptoms 1 to 5, 16 to 20 and 24.


def test_01_around_the_clock_loses_no_minute_at_midnight() -> None:
    """Zammad #3180, business_time #146 and #231: 24:00 is legal, 23:59 as an end is refused."""
    whole = BusinessCalendar(zone="UTC", hours={"mon-sun": "00:00-24:00"})
    status = tell(resolution(72, whole), incident(("mon 00:00", "new")), "wed 12:00")
    assert (60 * HOUR, at("thu 00:00")) == (status.elapsed, status.due_at)
    with pytest.raises(CalendarDefinitionError, match="24:00"):
        BusinessCalendar(zone="UTC", hours={"mon-sun": "00:00-23:59"})


def test_02_the_closing_minute_is_not_open() -> None:
    """business_time #117: "17:00" closes at 17:00:00; what comes then counts from the morning."""
    status = tell(resolution(1, OFFICE), incident(("mon 17:00", "new")), "mon 17:01")
    assert (0 * HOUR, at("tue 10:00")) == (status.elapsed, status.due_at)
    last = tell(resolution(1, OFFICE), incident((at("mon 17:00") - MICRO, "new")), "tue 09:00")
    assert last.elapsed == MICRO


def test_03_a_night_shift_counts_across_midnight() -> None:
    """Biz #33 and #133, business_time #227, zammad #2497: 22:00-06:00 is native."""
    nights = BusinessCalendar(zone="UTC", hours={"mon-sun": "22:00-06:00"})
    status = tell(resolution(4, nights), incident(("mon 23:00", "new")), "tue 01:00")
    assert (2 * HOUR, at("tue 03:00")) == (status.elapsed, status.due_at)


def test_04_the_offset_of_each_date_counts() -> None:
    """fivetran/dbt_zendesk #25, oncall #3261: office hours of last winter are not today's."""
    winter = incident((datetime(2026, 3, 27, 15, 0, tzinfo=UTC), "new"))  # Friday 16:00 in Berlin
    status = evaluate_sla(resolution(2, BERLIN), winter, now=datetime(2026, 7, 1, tzinfo=UTC))
    # One hour of Friday at +01:00, one of Monday at +02:00: 10:00 there is 08:00 UTC.
    assert datetime(2026, 3, 30, 8, 0, tzinfo=UTC) == status.due_at


def test_05_the_zone_is_the_calendars_not_the_readers() -> None:
    """GLPI #15429, frappe/helpdesk #3776: not due at creation, and naive time is refused."""
    record = incident(("mon 15:30", "new"))  # 17:30 in Berlin: closed
    status = tell(resolution(1, BERLIN), record, "mon 18:00")
    assert (0 * HOUR, False, at("tue 08:00")) == (status.elapsed, status.breached, status.due_at)
    with pytest.raises(NaiveDatetimeError, match="now"):
        evaluate_sla(resolution(), record, now=datetime(2026, 6, 1, 12))  # noqa: DTZ001  the point


# Pauses: symptoms 6 to 8.


def test_06_a_paused_clock_does_not_tick() -> None:
    """Helpdesk #1554 and #1675, osTicket #3034, GLPI #24481: days on hold count nothing."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"))
    for now in ("mon 10:00", "wed 10:00", "fri 10:00"):
        status = tell(resolution(4), record, now)
        assert (status.elapsed, status.breached, status.due_at) == (HOUR, False, None)


def test_07_hold_time_moves_the_due_by_open_time_only() -> None:
    """Helpdesk PR #2449, erpnext #47029 and #52489: created out of hours, held over a night."""
    record = incident(
        ("mon 07:00", "new"),
        ("mon 16:00", "on_hold"),
        ("tue 10:00", "in_progress"),
        ("tue 11:00", "on_hold"),
        ("tue 11:30", "in_progress"),
    )
    status = tell(resolution(10, OFFICE), record, "tue 12:00")
    # 7 h on Monday, 1 h and half an hour on Tuesday; an hour and a half is left from 12:00.
    assert (8 * HOUR + 30 * MINUTE, at("tue 13:30")) == (status.elapsed, status.due_at)


def test_08_a_pause_that_runs_into_the_resolution_is_a_pause() -> None:
    """Helpdesk #3776: a hold that ended by resolving kept hold time at zero, 42 days too many."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"), ("fri6 10:00", "resolved"))
    status = tell(resolution(4), record, "fri6 12:00")
    assert (status.elapsed, status.cycles[0].result) == (HOUR, "met")


# Another promise: symptoms 9, 10, 14 and 15.

UPGRADED = (
    ("mon 09:00", "new"),
    ("mon 10:00", "on_hold"),
    ("mon 12:00", "in_progress"),
    ("mon 13:00", {"tier": "gold"}),
)
POLICY = SlaPolicy([(GOLD, resolution(4, name="gold"))], default=resolution(8, name="silver"))


def test_09_a_swap_keeps_the_pause() -> None:
    """GLPI #6902, #15605, PR #16383: the pause belongs to the record, not to the target."""
    status = tell(POLICY, incident(*UPGRADED), "mon 13:00")
    assert (2 * HOUR, at("mon 15:00")) == (status.elapsed, status.due_at)


def test_10_a_later_priority_counts() -> None:
    """Breeze #6691, osTicket-1.7 #92, Chatwoot #10178: targets are not frozen at creation."""
    record = incident(*UPGRADED)
    assert at("mon 19:00") == tell(POLICY, record, "mon 12:30").due_at
    assert at("mon 15:00") == tell(POLICY, record, "mon 13:30").due_at


def test_14_no_promise_any_longer_is_no_escalation() -> None:
    """Zammad #4353 and #904, osTicket #5183: unmatched or merged away, the clock is canceled."""
    only_gold = SlaPolicy([(GOLD, resolution(4))])
    record = incident(
        ("mon 09:00", "new"), ("mon 09:00", {"tier": "gold"}), ("mon 10:00", {"tier": "none"})
    )
    status = tell(only_gold, record, "fri 09:00")
    assert (status.stage, status.breached, status.next_wakeup) == ("canceled", False, None)
    merged = incident(("mon 09:00", "new"), ("mon 10:00", "canceled"))
    assert tell(resolution(4), merged, "fri 09:00").stage == "canceled"


def test_15_a_calendar_that_is_edited_holds_from_its_date() -> None:
    """Zammad #534, Zendesk's page on schedules: another value, and recomputing is explicit."""
    closed = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, holidays=["2026-06-02"])
    record = incident(("mon 15:00", "new"))
    before, after = (tell(resolution(4, c), record, "mon 16:00") for c in (OFFICE, closed))
    assert (at("tue 11:00"), at("wed 11:00")) == (before.due_at, after.due_at)
    assert before.definition_hash != after.definition_hash
    versions = Versions(
        [(at("mon 00:00"), resolution(4, OFFICE)), (at("mon 18:00"), resolution(4, closed))]
    )
    assert at("tue 11:00") == tell(versions, record, "fri 09:00").due_at


# Reopening and conversation: symptoms 11 to 13.


def test_11_time_in_closed_is_given_back() -> None:
    """GLPI #5213, #23359, zammad #188, osTicket #5206: no stale overdue after a reopening."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "closed"), ("thu 10:00", "in_progress"))
    status = tell(resolution(4), record, "thu 11:00")
    assert (2 * HOUR, False, at("thu 13:00")) == (status.elapsed, status.breached, status.due_at)


def test_12_the_update_clock_runs_while_the_customer_waits_only() -> None:
    """Zammad #3140, #3410, #5177, Chatwoot #10178: answered or resolved, nobody waits."""
    clock = SlaDefinition.next_response(hours=1, calendar=ALWAYS_OPEN)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "message"),
        ("mon 10:30", "reply"),
        ("mon 12:00", "resolved"),
    )
    assert (
        tell(clock, record, "mon 11:45").stage,
        tell(clock, record, "mon 11:45").next_wakeup,
    ) == ("stopped", None)
    unanswered = incident(("mon 09:00", "new"), ("mon 10:00", "message"), ("mon 10:30", "resolved"))
    status = tell(clock, unanswered, "fri 10:00")
    assert (status.stage, status.breached) == ("paused", False)


def test_13_the_first_event_already_counts() -> None:
    """Zammad #2082, #2579, #4516, #4777: nothing is stale until a second update."""
    opened = incident(("mon 09:00", "new"))
    assert at("mon 13:00") == tell(resolution(4), opened, "mon 09:00").due_at
    closed = incident(("mon 09:00", "new"), ("mon 12:00", "closed"))
    assert (
        tell(resolution(4), closed, "mon 12:00").stage,
        tell(resolution(4), closed, "mon 12:00").elapsed,
    ) == ("stopped", 3 * HOUR)


# Thresholds and dues: symptoms 16, 17 and 21.


def test_16_a_point_before_the_due_goes_back_through_the_calendar() -> None:
    """GLPI #22678, #15357, #15429: half an hour before Tuesday 09:10 is Monday 16:40."""
    soon = SlaThreshold(name="soon", before_due=30 * MINUTE)
    clock = resolution(8, OFFICE, thresholds=(soon,))
    status = tell(clock, incident(("mon 09:10", "new")), "mon 12:00")
    assert (at("tue 09:10"), at("mon 16:40")) == (status.due_at, status.next_wakeup)


def test_17_nothing_falls_on_a_weekend() -> None:
    """Zammad #4432 and #2157, GLPI #2408: a wake-up lies in opening hours, or there is none."""
    clock = resolution(16, OFFICE, thresholds=(SlaThreshold(name="half", fraction=0.5),))
    record = incident(("fri 13:00", "new"))
    assert at("mon2 13:00") == next_sla_wakeup(clock, [record], now=at("fri 18:00"))
    held = incident(("fri 13:00", "new"), ("fri 14:00", "on_hold"))
    assert next_sla_wakeup(clock, [held, held], now=at("sat 00:00")) is None


def test_18_lunch_and_short_days() -> None:
    """OsTicket #6847, biz #64 and #122, Chatwoot #14009: breaks, split days, partial holidays."""
    short = BusinessCalendar(
        zone="UTC",
        hours={"mon-fri": ["09:00-12:00", "13:00-17:00"]},
        special={"2026-06-02": "09:00-11:00"},
        breaks={"2026-06-01": "15:00-15:30"},
    )
    status = tell(resolution(8.5, short), incident(("mon 09:00", "new")), "mon 16:00")
    # Monday has 6.5 h, Tuesday 2 h: it ends at Tuesday's early closing.
    assert at("tue 11:00") == status.due_at
    assert [entry.code for entry in status.trace] == [
        "counting",
        "out_of_hours",
        "counting",
        "break",
        "counting",
    ]


def test_19_a_calendar_that_never_opens_is_refused_when_built() -> None:
    """OCA/project #73, zammad #1396 and #2497: no clock can hang on it."""
    with pytest.raises(CalendarDefinitionError):
        BusinessCalendar(zone="UTC", hours={"mon": []})


def test_20_a_yearly_holiday_range_crosses_the_year() -> None:
    """JBPM's 12-31:01-01, GLPI's perpetual ranges, Business::Hours' two years: every year."""
    closed = BusinessCalendar(
        zone="UTC", hours={"mon-fri": "09:00-17:00"}, holidays=[Holiday(yearly="12-31/01-01")]
    )
    for year in (2026, 2031, 2047):
        eve = datetime(year, 12, 30, 16, 0, tzinfo=UTC)
        due = evaluate_sla(resolution(2, closed), incident((eve, "new")), now=eve).due_at
        assert (due.month, due.day > 1) == (1, True)
        assert closed.open_time(eve, datetime(year + 1, 1, 2, tzinfo=UTC)) <= 1 * HOUR


def test_21_due_and_breach_are_two_instants() -> None:
    """dbt_zendesk #116 and #142: the first crossing, and never outside the schedule."""
    status = tell(resolution(8, OFFICE), incident(("fri 09:00", "new")), "wed2 12:00")
    assert (at("fri 17:00"), at("mon2 09:00")) == (status.due_at, status.breached_at)
    assert OFFICE.is_open(status.breached_at)


# Several clocks and figures: symptoms 22 to 24.


def test_22_an_ola_starts_with_its_group() -> None:
    """GLPI #1911: the target counts from the assignment, not from the opening."""
    start = field("state.open").is_true() & field("custom.group").equals("network")
    level = ServiceLevel([resolution(8), resolution(2, name="ola", agreement="ola", start=start)])
    record = incident(("mon 09:00", "new"), ("mon 12:00", {"group": "network"}))
    sla, ola = tell(level, record, "mon 13:00")
    assert (at("mon 09:00"), at("mon 17:00")) == (sla.started_at, sla.due_at)
    assert (at("mon 12:00"), at("mon 14:00")) == (ola.started_at, ola.due_at)
    assert at("mon 14:00") == first_due([sla, ola])


def test_23_wall_and_business_figures_stand_side_by_side() -> None:
    """Helpdesk #3236, ServiceNow's actual and business columns."""
    status = tell(resolution(8, OFFICE), incident(("mon 16:00", "new")), "tue 10:00")
    assert (status.elapsed, status.wall_elapsed) == (2 * HOUR, 18 * HOUR)
    assert (at("tue 16:00"), 6 * HOUR) == (status.due_at, status.remaining)


def test_24_before_opening_counts_nothing() -> None:
    """Kogito #1648, business_time #45 and PR #230: from the opening, to the last minute."""
    late = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-23:00"})
    status = tell(resolution(20, late), incident(("mon 05:00", "new")), "mon 23:30")
    assert (14 * HOUR, at("tue 15:00")) == (status.elapsed, status.due_at)


# The clock rows among the asks, as far as no symptom above says the same.


def test_ask_05_a_due_that_is_set_does_not_move() -> None:
    """Glpi #17186: a due date is a target of its own; editing priority does not move it."""
    clock = resolution(target=DueDate("custom.due"))
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"due": at("wed 12:00")}),
        ("mon 10:00", {"tier": "gold"}),
    )
    assert at("wed 12:00") == tell(clock, record, "tue 09:00").due_at


def test_ask_06_a_due_after_pending_lies_in_working_hours() -> None:
    """Glpi #9082: resumed at 20:00 with an hour left, it is due Tuesday 10:00."""
    record = incident(("mon 09:00", "new"), ("mon 16:00", "on_hold"), ("mon 20:00", "in_progress"))
    assert at("tue 10:00") == tell(resolution(8, OFFICE), record, "mon 21:00").due_at


def test_ask_08_response_and_resolution_by_different_calendars() -> None:
    """Glpi #12646: each clock has its own."""
    level = ServiceLevel(
        [SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN), resolution(1, OFFICE)]
    )
    due = [status.due_at for status in tell(level, incident(("mon 18:00", "new")), "mon 18:00")]
    assert [at("mon 19:00"), at("tue 10:00")] == due


def test_ask_12_the_update_clock_leaves_the_first_response_alone() -> None:
    """Zammad #5177: two clocks; a requester's message does not restart the first response."""
    level = ServiceLevel(
        [
            SlaDefinition.first_response(hours=2, calendar=ALWAYS_OPEN),
            SlaDefinition.next_response(hours=1, calendar=ALWAYS_OPEN),
        ]
    )
    record = incident(("mon 09:00", "new"), ("mon 10:30", "message"))
    first, following = tell(level, record, "mon 10:45")
    assert (at("mon 11:00"), at("mon 11:30")) == (first.due_at, following.due_at)


def test_ask_14_a_group_change_brings_the_new_target() -> None:
    """Zammad #5624: the old target does not survive it."""
    policy = SlaPolicy(
        [(field("custom.group").equals("vip desk"), resolution(1, name="vip"))],
        default=resolution(8, name="rest"),
    )
    record = incident(("mon 09:00", "new"), ("mon 09:30", {"group": "vip desk"}))
    status = tell(policy, record, "mon 09:40")
    assert ("vip", at("mon 10:00")) == (status.definition.name, status.due_at)


def test_ask_15_reopened_by_the_states_meaning_not_its_name() -> None:
    """Zammad #188: a state called "closed-ish" that is open runs, whatever its name."""
    odd = State("closed (waiting for goods)", open=True)
    record = incident(("mon 09:00", "new"), ("mon 10:00", "resolved"), ("mon 11:00", odd))
    assert tell(resolution(4), record, "mon 12:00").stage == "running"


def test_ask_business_days_are_no_hours() -> None:
    """A target of "end of next business day" is neither 24 open hours nor 8 (ServiceNow)."""
    clock = resolution(target=BusinessDays(1, end_of_day=True), calendar=OFFICE)
    assert at("tue 17:00") == tell(clock, incident(("mon 10:00", "new")), "mon 11:00").due_at
    assert tell(clock, incident(("mon 10:00", "new")), "mon 11:00").target == 15 * HOUR


def test_ask_30_incident_time_by_change_of_state() -> None:
    """Devlake #5679: where every minute went, by cycle and reason."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold/awaiting_vendor"))
    entries = [
        (e.text, e.interval.duration) for e in tell(resolution(4), record, "mon 12:00").trace
    ]
    assert [("counting", HOUR), ("paused: awaiting vendor", timedelta(hours=2))] == entries
