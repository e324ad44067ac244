"""Truth tables worked by hand: what a clock says in the cases that clocks get wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest

from incidentcore.conditions import Opaque, during, field, reached
from incidentcore.errors import InvalidValueError, SlaDefinitionError
from incidentcore.instants import Versions
from incidentcore.lifecycle import advance
from incidentcore.records import Incident, set_fields
from incidentcore.schedule import BusinessCalendar, BusinessDays, Holiday
from incidentcore.sla import (
    CalendarByField,
    SlaDefinition,
    SlaPolicy,
    SlaStatus,
    SlaThreshold,
    evaluate_sla,
)
from incidentcore.sla.evaluate import later_status
from incidentcore.values import Actor, Impact, Urgency

from .desk import ALWAYS_OPEN, HOUR, MICRO, MINUTE, OFFICE, at, incident

OPEN = field("state.open").is_true()
GOLD = field("custom.tier").equals("gold")


def resolution(hours: float = 4, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=calendar), **more)


def tell(rules: Any, record: Incident, now: str | datetime) -> Any:
    return evaluate_sla(rules, record, now=at(now))


def told(status: SlaStatus) -> tuple[str, timedelta]:
    return status.stage, status.elapsed


# Zero-length states and two events at one instant (S1).


# Pauses.


def test_born_paused() -> None:
    """Start together with pause attaches the clock paused; it counts from the resumption."""
    record = incident(("mon 09:00", "on_hold/awaiting_caller"), ("mon 11:00", "in_progress"))
    paused = tell(resolution(), record, "mon 10:00")
    assert told(paused) == ("paused", 0 * HOUR)
    assert (None, at("mon 14:00")) == (paused.due_at, paused.due_at_if_resumed)
    assert at("mon 09:00") == paused.started_at
    running = tell(resolution(), record, "mon 12:00")
    assert ("running", HOUR, at("mon 15:00")) == (*told(running), running.due_at)


def test_paused_to_resolved() -> None:
    """A pause that is open at the stop ends there and counts nothing."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"), ("mon 20:00", "resolved"))
    status = tell(resolution(), record, "tue 09:00")
    assert (*told(status), status.cycles[0].result) == ("stopped", HOUR, "met")
    assert at("mon 23:00") == status.due_at  # as it stood at the stop: three hours were left
    assert status.due_at_if_resumed is None


@pytest.mark.parametrize(
    ("reopen", "elapsed"), [("exclude_closed", 1), ("continue", 1), ("new_cycle", 0)]
)
def test_reopened_while_the_pause_still_holds(reopen: str, elapsed: int) -> None:
    """A pause of its own that outlasts the stop: the clock reopens paused (S3)."""
    waits = resolution(pause=field("custom.wait").is_true(), reopen=reopen)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", {"wait": True}),
        ("mon 11:00", "resolved"),
        ("mon 13:00", "in_progress"),
    )
    status = tell(waits, record, "mon 14:00")
    assert ("paused", elapsed * HOUR) == told(status)


def test_a_pause_that_ends_in_the_gap_counts_from_there_under_continue() -> None:
    """Once reopened the whole gap counts, except where pause held (S5)."""
    waits = resolution(pause=field("custom.wait").is_true(), reopen="continue")
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", {"wait": True}),
        ("mon 11:00", "resolved"),
        ("mon 12:00", {"wait": False}),
        ("mon 14:00", "in_progress"),
    )
    assert told(tell(waits, record, "mon 15:00")) == ("running", (1 + 2 + 1) * HOUR)


def test_a_pause_across_a_change_of_offset_takes_real_hours() -> None:
    """A pause over the night of the change is 7 hours there, not 8: only real time is paused."""
    nights = BusinessCalendar(zone="Europe/Berlin", hours={"mon-sun": "22:00-06:00"})
    opened = datetime(2026, 3, 28, 20, 30, tzinfo=UTC)  # 21:30 in Berlin
    record = incident(
        (opened, "new"),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "on_hold"),  # 00:00
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), "in_progress"),  # 04:00, three hours later
    )
    status = evaluate_sla(resolution(6, nights), record, now=datetime(2026, 3, 29, 5, tzinfo=UTC))
    assert told(status) == ("running", (2 + 2) * HOUR)
    assert datetime(2026, 3, 29, 22, 0, tzinfo=UTC) == status.due_at  # 00:00: two hours of Sunday


# Stops, cancels and resets, by precedence (S1).


@pytest.mark.parametrize(
    ("changes", "stage", "results"),
    [
        ({"void": True, "fixed": True, "again": True}, "canceled", ["canceled"]),
        ({"fixed": True, "again": True, "off": True}, "stopped", ["met"]),
        ({"again": True}, "running", ["met", "running"]),
        ({"again": True, "off": True}, "not_started", ["met"]),
        ({"off": True, "wait": True}, "canceled", ["canceled"]),
        ({"wait": True}, "paused", ["running"]),
        ({}, "running", ["running"]),
    ],
)
def test_precedence(changes: dict[str, bool], stage: str, results: list[str]) -> None:
    """Explicit cancel, stop, reset, cancel because start ended, pause: the first applies."""
    clock = SlaDefinition(
        name="all",
        target=4 * HOUR,
        start=~field("custom.off").is_true(),
        pause=field("custom.wait").is_true(),
        stop=field("custom.fixed").is_true(),
        cancel=field("custom.void").is_true(),
        reset=field("kind").equals("fields_changed") & field("fields.custom.again").is_true(),
        cancel_when_start_ends=True,
    )
    record = incident(("mon 09:00", "new"), ("mon 10:00", changes))
    status = tell(clock, record, "mon 10:30")
    assert (stage, results) == (status.stage, [cycle.result for cycle in status.cycles])


def test_start_that_ends_cancels_only_where_asked() -> None:
    """By default a running clock does not care for its start; in the ServiceNow dialect it does."""
    start = field("custom.group").equals("network")
    record = incident(
        ("mon 09:00", "new"), ("mon 10:00", {"group": "network"}), ("mon 11:00", {"group": "mail"})
    )
    stays = tell(resolution(start=start), record, "mon 12:00")
    gone = tell(resolution(start=start, cancel_when_start_ends=True), record, "mon 12:00")
    assert told(stays) == ("running", 2 * HOUR)
    assert told(gone) == ("canceled", HOUR)
    assert (gone.due_at, gone.due_at_if_resumed) == (None, None)


@pytest.mark.parametrize(
    ("reopen", "elapsed", "results", "codes"),
    [
        ("exclude_closed", 2, ["running"], ["counting", "closed_until_reopened", "counting"]),
        ("continue", 4, ["running"], ["counting"]),
        ("new_cycle", 1, ["canceled", "running"], ["counting", "canceled", "counting"]),
    ],
)
def test_a_canceled_clock_starts_again_as_after_a_stop(
    reopen: str, elapsed: int, results: list[str], codes: list[str]
) -> None:
    """After a cancellation ``reopen`` says what the gap counts as (S5)."""
    clock = resolution(cancel=field("custom.void").is_true(), reopen=reopen)
    record = incident(
        ("mon 09:00", "new"), ("mon 10:00", {"void": True}), ("mon 12:00", {"void": False})
    )
    status = tell(clock, record, "mon 13:00")
    assert told(status) == ("running", elapsed * HOUR)
    assert results == [cycle.result for cycle in status.cycles]
    assert codes == [entry.code for entry in status.trace]


def test_an_opaque_condition_is_asked_whenever_anything_changes() -> None:
    """What a function of the caller's reads is unknown, so no moment may be skipped."""
    clock = resolution(pause=Opaque("waits", lambda facts: facts["custom"].get("wait")))
    record = incident(("mon 09:00", "new"), ("mon 10:00", {"wait": True}))
    assert told(tell(clock, record, "mon 12:00")) == ("paused", HOUR)
    rule = SlaPolicy([(Opaque("gold", lambda facts: facts["custom"].get("wait")), resolution(1))])
    assert tell(rule, record, "mon 12:00").definition.name == "resolution"


@pytest.mark.parametrize("where", ["pause", "resume", "stop", "cancel"])
def test_time_of_day_is_refused_where_it_would_have_to_be_watched(where: str) -> None:
    """Conditions are asked at events only, so hours belong to the calendar."""
    with pytest.raises(SlaDefinitionError, match=where):
        resolution(**{where: during(OFFICE)})


def test_time_of_day_in_a_start_is_that_of_the_event() -> None:
    """A clock for records that come in out of hours."""
    night = resolution(start=OPEN & ~during(OFFICE))
    assert tell(night, incident(("mon 10:00", "new")), "mon 20:00").stage == "not_started"
    assert tell(night, incident(("mon 18:00", "new")), "mon 20:00").stage == "running"


# Breach, due and the closing time (S2, S3).


def test_breach_at_closing_time() -> None:
    """Due at 17:00, it is met until 09:00 of the next day; a microsecond later it is breached."""
    record = incident(("mon 09:00", "new"))
    clock = resolution(8, OFFICE)
    at_close = tell(clock, record, "mon 17:00")
    assert (at("mon 17:00"), False, None) == (
        at_close.due_at,
        at_close.breached,
        at_close.breached_at,
    )
    assert at("tue 09:00") + MICRO == at_close.next_wakeup
    morning = tell(clock, record, "tue 09:00")
    assert (at("mon 17:00"), False) == (morning.due_at, morning.breached)
    after = tell(clock, record, at("tue 09:00") + MICRO)
    assert (at("mon 17:00"), True, at("tue 09:00")) == (
        after.due_at,
        after.breached,
        after.breached_at,
    )
    assert after.over_target == MICRO
    stopped = tell(clock, incident(("mon 09:00", "new"), ("mon 17:00", "resolved")), "fri 09:00")
    assert ("met", Fraction(1)) == (stopped.cycles[0].result, stopped.fraction)


@pytest.mark.parametrize(
    ("reopen", "elapsed", "due"), [("exclude_closed", 1, "tue 16:00"), ("continue", 7, "tue 10:00")]
)
def test_a_clock_that_is_reopened_counts_by_what_its_field_says_now(
    reopen: str, elapsed: int, due: str
) -> None:
    """Nine hours, around the clock at site a, moved to office hours at b while it was resolved."""
    sites = CalendarByField("custom.site", {"a": ALWAYS_OPEN}, OFFICE, follow=True)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"site": "a"}),
        ("mon 10:00", "resolved"),
        ("mon 11:00", {"site": "b"}),
        ("mon 16:00", "in_progress"),
    )
    status = tell(resolution(9, sites, reopen=reopen), record, "mon 16:00")
    assert (status.elapsed, status.due_at) == (elapsed * HOUR, at(due))
    assert tell(resolution(9, sites, reopen=reopen), record, "mon 20:00").elapsed == (
        (elapsed + 1) * HOUR
    )


def test_due_on_the_eve_of_a_holiday() -> None:
    """Four hours from Thursday 14:00 end Monday 10:00 when Friday is a holiday."""
    closed = BusinessCalendar(
        zone="UTC", hours={"mon-fri": "09:00-17:00"}, holidays=[Holiday("2026-06-05", name="Fair")]
    )
    record = incident(("thu 14:00", "new"))
    assert at("mon2 10:00") == tell(resolution(4, closed), record, "thu 15:00").due_at
    eve = tell(resolution(3, closed), record, "fri 12:00")
    assert (at("thu 17:00"), False) == (eve.due_at, eve.breached)
    assert [e.text for e in eve.trace] == [
        "counting",
        "closed: out of hours",
        "closed: holiday Fair",
    ]
    assert at("mon2 09:00") + MICRO == eve.next_wakeup


def test_a_later_pause_does_not_blank_a_due_that_has_passed() -> None:
    """Once passed the due is fixed; before it, a paused clock has none (S3)."""
    record = incident(("mon 09:00", "new"), ("mon 11:00", "on_hold"))
    before = tell(resolution(4), record, "mon 20:00")
    assert (None, at("mon 22:00")) == (before.due_at, before.due_at_if_resumed)
    passed = tell(resolution(1), record, "mon 20:00")
    assert (at("mon 10:00"), at("mon 10:00")) == (passed.due_at, passed.due_at_if_resumed)
    assert (-HOUR, True, at("mon 10:00")) == (passed.remaining, passed.breached, passed.breached_at)


def test_paused_exactly_at_the_due() -> None:
    """Elapsed equals the target: the due has come, and it is not breached while paused."""
    record = incident(("mon 09:00", "new"), ("mon 13:00", "on_hold"), ("mon 15:00", "in_progress"))
    paused = tell(resolution(4), record, "mon 14:00")
    assert (at("mon 13:00"), False, None) == (paused.due_at, paused.breached, paused.next_wakeup)
    resumed = tell(resolution(4), record, "mon 15:00")
    assert at("mon 15:00") + MICRO == resumed.next_wakeup
    assert at("mon 15:00") == tell(resolution(4), record, "mon 15:01").breached_at


def test_before_the_opening() -> None:
    """Nothing has started and there is nothing to tell (S1)."""
    status = tell(resolution(), incident(("mon 09:00", "new")), "mon 08:00")
    assert told(status) == ("not_started", 0 * HOUR)
    assert (status.due_at, status.remaining, status.next_wakeup) == (None, None, None)
    assert (len(status.trace), str(status.trace)) == (0, "not started")


# Reopening (S5).

REOPENED = (
    ("mon 09:00", "new"),
    ("mon 12:00", "resolved"),
    ("mon 14:00", "in_progress"),
)


@pytest.mark.parametrize(
    ("reopen", "elapsed", "due", "breached_at", "results"),
    [
        ("exclude_closed", 4, "mon 15:00", None, ["running"]),
        ("continue", 6, "mon 13:00", "mon 13:00", ["breached"]),
        ("new_cycle", 1, "mon 18:00", None, ["met", "running"]),
    ],
)
def test_reopening(
    reopen: str, elapsed: int, due: str, breached_at: str | None, results: list[str]
) -> None:
    """The gap is given back, counts (and may hold the breach), or ends a cycle for good."""
    status = tell(resolution(4, reopen=reopen), incident(*REOPENED), "mon 15:00")
    assert ("running", elapsed * HOUR) == told(status)
    assert at(due) == status.due_at
    assert (None if breached_at is None else at(breached_at)) == status.breached_at
    assert results == [cycle.result for cycle in status.cycles]


def test_before_the_reopening_nothing_of_the_gap_is_counted() -> None:
    """Under continue, too, the clock stands until it is reopened."""
    status = tell(resolution(4, reopen="continue"), incident(*REOPENED[:2]), "fri 15:00")
    assert (*told(status), status.cycles[0].result) == ("stopped", 3 * HOUR, "met")


def test_closing_a_resolved_record_changes_nothing() -> None:
    """Closed is resolved too; the stop stays where it was."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "resolved"), ("thu 09:00", "closed"))
    assert at("mon 10:00") == tell(resolution(), record, "fri 09:00").stopped_at


# Another definition takes over (S4).


def tiers(swap: str, **more: Any) -> SlaPolicy:
    gold = resolution(4, name="gold", swap=swap, **more)
    return SlaPolicy([(GOLD, gold)], default=resolution(8, name="silver"))


def test_keep_elapsed_counts_on_by_the_new_calendar() -> None:
    """What was counted stays, also what the new calendar would not have counted."""
    policy = tiers("keep_elapsed", calendar=OFFICE)
    record = incident(("mon 06:00", "new"), ("mon 08:00", {"tier": "gold"}))
    status = tell(policy, record, "mon 10:00")
    assert ("running", 3 * HOUR, at("mon 11:00")) == (*told(status), status.due_at)


def test_keep_elapsed_at_a_reopening_counts_the_gap_by_the_old_calendar() -> None:
    """The new calendar holds from now on, not for a gap before it."""
    policy = tiers("keep_elapsed", calendar=OFFICE, reopen="continue")
    record = incident(
        ("mon 05:00", "new"),
        ("mon 06:00", "resolved"),
        ("mon 07:00", {"tier": "gold"}),
        ("mon 08:00", "in_progress"),
    )
    assert told(tell(policy, record, "mon 10:00")) == ("running", 4 * HOUR)


# Relative targets (S6).


# Thresholds (S8) and wake-ups (S9).


def test_wake_ups_end() -> None:
    """A paused, a stopped and a breached clock have nothing ahead of themselves."""
    assert tell(resolution(), incident(("mon 09:00", "on_hold")), "mon 10:00").next_wakeup is None
    assert tell(resolution(1), incident(("mon 09:00", "new")), "mon 11:00").next_wakeup is None
    done = incident(("mon 09:00", "new"), ("mon 09:30", "resolved"))
    assert tell(resolution(1), done, "mon 11:00").next_wakeup is None


# The conversation's clocks (S6).


def test_the_update() -> None:
    """Each public update ends a cycle and starts the next; internal notes do not."""
    clock = SlaDefinition.update(every=HOUR, calendar=ALWAYS_OPEN)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:30", "internal"),
        ("mon 09:45", "reply"),
        ("mon 12:00", "reply"),
    )
    status = tell(clock, record, "mon 12:10")
    assert [(cycle.result, cycle.elapsed) for cycle in status.cycles] == [
        ("met", 45 * MINUTE),
        ("breached", 135 * MINUTE),
        ("running", 10 * MINUTE),
    ]
    assert at("mon 13:00") == status.due_at


# What the rules are chosen by (S6, S10, S11).


def test_versions_are_chosen_by_the_opening() -> None:
    """Editing today's promise does not rewrite last month's results (S11)."""
    plan = Versions([(at("mon 00:00"), resolution(4)), (at("wed 00:00"), resolution(1))])
    old, new = incident(("tue 09:00", "new")), incident(("wed 09:00", "new"))
    assert (at("tue 13:00"), at("wed 10:00")) == (
        tell(plan, old, "fri 09:00").due_at,
        tell(plan, new, "fri 09:00").due_at,
    )
    assert (
        tell(plan, old, "fri 09:00").definition_hash != tell(plan, new, "fri 09:00").definition_hash
    )


def test_rules_that_are_none() -> None:
    """Anything else is refused by name."""
    with pytest.raises(InvalidValueError, match="rules"):
        tell("resolution", incident(("mon 09:00", "new")), "mon 10:00")


# Late events, corrections, as-of (deliverable 7).


def test_a_late_event_takes_its_place() -> None:
    """The reply of 09:30 that was recorded at noon: the answer is right from then on."""
    clock = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN)
    record = incident(
        ("mon 09:00", "new"), ("mon 11:00", "internal"), ("mon 09:30", "reply", "mon 12:00")
    )
    assert told(tell(clock, record, "mon 13:00")) == ("stopped", 30 * MINUTE)
    before = evaluate_sla(clock, record, now=at("mon 11:30"), known_at=at("mon 11:30"))
    assert (before.stage, before.breached) == ("running", True)
    after = evaluate_sla(clock, record, now=at("mon 11:30"), known_at=at("mon 12:00"))
    assert (after.stage, after.breached) == ("stopped", False)


def test_as_of_before_the_opening_was_recorded() -> None:
    """Nothing is known, so nothing has started."""
    record = incident(("mon 09:00", "new", "mon 12:00"))
    status = evaluate_sla(resolution(), record, now=at("mon 11:00"), known_at=at("mon 11:00"))
    assert status.stage == "not_started"
    later = later_status(status, at("mon 11:30"))
    assert (later.stage, later.now) == ("not_started", at("mon 11:30"))


def test_time_alone_ends_a_clock_whose_status_is_taken_later() -> None:
    """Opened at 9, it stops when the instant in a field is reached, at 11."""
    clock = resolution(stop=reached("occurred_at"))
    record = incident(("mon 09:00", "new"))
    record = set_fields(record, occurred_at=at("mon 11:00"), at=at("mon 09:00"), by="ada")
    status = tell(clock, record, "mon 10:00")
    assert told(status) == ("running", HOUR)
    assert told(later_status(status, at("mon 10:30"))) == ("running", 1.5 * HOUR)
    assert told(later_status(status, at("mon 12:00"))) == ("stopped", 2 * HOUR)


def test_a_correction_dated_like_the_event_changes_the_past() -> None:
    """The resolution of 10:00 did not happen: once that is known, the clock never stopped."""
    record = incident(
        ("mon 09:00", "new"), ("mon 10:00", "resolved"), ("mon 10:00", 2, "mon 12:00")
    )
    assert told(tell(resolution(), record, "mon 13:00")) == ("running", 4 * HOUR)
    known = evaluate_sla(resolution(), record, now=at("mon 11:00"), known_at=at("mon 11:00"))
    assert told(known) == ("stopped", HOUR)


# The example of the front page.


def test_the_front_page_example() -> None:
    """The trace reads exactly as the architecture says it should."""
    office = BusinessCalendar(
        zone="Europe/Berlin",
        hours={"mon-fri": "08:00-18:00"},
        holidays=[
            Holiday("2026-12-25", name="Christmas Day"),
            Holiday("2026-12-26", name="St Stephen's Day"),
        ],
    )
    record = Incident.open(
        id="INC-1",
        title="Mail is down",
        at=datetime(2026, 12, 23, 16, 40, tzinfo=UTC),
        by=Actor("monitoring", "system"),
        impact=Impact.HIGH,
        urgency=Urgency.HIGH,
    )
    record = advance(record, "start", at=datetime(2026, 12, 23, 16, 45, tzinfo=UTC), by="ada")
    record = advance(
        record,
        "hold",
        reason="awaiting_vendor",
        at=datetime(2026, 12, 24, 8, 15, tzinfo=UTC),
        by="ada",
    )
    status = evaluate_sla(
        SlaDefinition.resolution(hours=4, calendar=office),
        record,
        now=datetime(2026, 12, 28, 9, 30, tzinfo=UTC),
    )
    expected = """\
Wed 23 Dec 17:40 - Wed 23 Dec 18:00   counting                    0:20
Wed 23 Dec 18:00 - Thu 24 Dec 08:00   closed: out of hours
Thu 24 Dec 08:00 - Thu 24 Dec 09:15   counting                    1:15
Thu 24 Dec 09:15 - Mon 28 Dec 10:30   paused: awaiting vendor
elapsed 1:35 of 4:00, remaining 2:25; on hold: no due time. If resumed now: Mon 28 Dec 12:55"""
    assert expected == str(status.trace)


# Figures before a start, points by name, calendars that end.

POP_UP = BusinessCalendar(zone="UTC", hours={}, special={"2026-06-01": "09:00-17:00"})


def test_versions_before_the_opening_are_those_at_the_opening() -> None:
    """What will be in force is known before anything happens."""
    plan = Versions([(at("mon 00:00"), resolution(4)), (at("wed 00:00"), resolution(1))])
    status = tell(plan, incident(("wed 09:00", "new")), "mon 08:00")
    assert (status.stage, status.definition) == ("not_started", resolution(1))


def test_a_target_beyond_the_end_of_its_calendar_has_no_due() -> None:
    """Nine hours in a calendar of eight: it runs, and nothing ahead wakes anybody."""
    status = tell(resolution(9, POP_UP), incident(("mon 09:00", "new")), "mon 12:00")

    assert (status.stage, status.elapsed, status.due_at) == ("running", 3 * HOUR, None)
    assert (status.reached_at("breach"), status.next_wakeup) == (None, None)


def test_a_threshold_in_a_calendar_that_has_ended_is_never_reached() -> None:
    """An hour of a pop-up after the due of 22:00, when the pop-up is over."""
    late = SlaThreshold(name="late", after_due=HOUR, calendar=POP_UP)
    clock = resolution(calendar=ALWAYS_OPEN, thresholds=[late])
    record = incident(("mon 18:00", "new"))

    assert tell(clock, record, "tue 09:00").thresholds == ()
    assert tell(clock, record, "mon 20:00").reached_at("late") is None


def test_business_days_before_a_due_that_does_not_come_are_not_reached() -> None:
    """Without a due there is no day before it."""
    early = SlaThreshold(name="early", before_due=BusinessDays(1))
    record = incident(("mon 09:00", "new"))

    assert tell(resolution(9, POP_UP, thresholds=[early]), record, "mon 12:00").thresholds == ()
    reached = tell(resolution(4, OFFICE, thresholds=[early]), record, "mon 12:00").thresholds
    assert [(one.name, one.at) for one in reached] == [("early", at("mon 09:00"))]


def test_business_days_before_the_start_are_reached_at_it() -> None:
    """A day before a due of the same day: reached as the clock starts, not just after it (S9)."""
    early = SlaThreshold(name="early", before_due=BusinessDays(1))
    record = incident(("mon 09:00", "new"))
    status = tell(resolution(4, OFFICE, thresholds=[early]), record, "mon 09:00")

    assert [(one.name, one.at) for one in status.thresholds] == [("early", at("mon 09:00"))]
    assert status.next_wakeup == at("mon 13:00")


def test_before_the_opening_a_timeline_says_what_its_record_says() -> None:
    """No clock has started, whichever definition a policy may choose later."""
    record = incident(("mon 09:00", "new"))
    policy = SlaPolicy([(field("custom.x").present(), resolution())], default=resolution())
    for rules in (resolution(), policy):
        for asked in (record, record.timeline()):
            status = evaluate_sla(rules, asked, now=at("mon 08:00"))
            assert (status.stage, status.cycles) == ("not_started", ())
