"""Truth tables worked by hand: what a clock says in the cases that clocks get wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest

from incidentcore.conditions import ALWAYS, Opaque, during, field
from incidentcore.errors import InvalidValueError, SlaDefinitionError
from incidentcore.instants import Versions
from incidentcore.lifecycle import advance
from incidentcore.records import Incident
from incidentcore.schedule import BusinessCalendar, BusinessDays, Holiday
from incidentcore.sla import (
    ByTimeOfDay,
    CalendarByField,
    DueDate,
    ServiceLevel,
    SlaDefinition,
    SlaPolicy,
    SlaRule,
    SlaStatus,
    SlaThreshold,
    evaluate_sla,
)
from incidentcore.values import Actor, Impact, Urgency

from .desk import ALWAYS_OPEN, HOUR, MICRO, MINUTE, OFFICE, at, incident

OPEN = field("state.open").is_true()
DONE = field("state.resolved").is_true()
GOLD = field("custom.tier").equals("gold")


def resolution(hours: float = 4, calendar: Any = ALWAYS_OPEN, **more: Any) -> SlaDefinition:
    return attrs.evolve(SlaDefinition.resolution(hours=hours, calendar=calendar), **more)


def tell(rules: Any, record: Incident, now: str | datetime) -> Any:
    return evaluate_sla(rules, record, now=at(now))


def told(status: SlaStatus) -> tuple[str, timedelta]:
    return status.stage, status.elapsed


# Zero-length states and two events at one instant (S1).


def test_a_pause_of_no_length_pauses_nothing() -> None:
    """On hold and back at one instant: only the facts after the last event count."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "on_hold"), ("mon 10:00", "in_progress"))
    status = tell(resolution(), record, "mon 11:00")
    assert told(status) == ("running", 2 * HOUR)
    assert [entry.code for entry in status.trace] == ["counting"]


def test_a_stop_of_no_length_stops_nothing() -> None:
    """Resolved and reopened at one instant is no cycle of its own, whatever reopening does."""
    record = incident(("mon 09:00", "new"), ("mon 10:00", "resolved"), ("mon 10:00", "in_progress"))
    for reopen in ("exclude_closed", "continue", "new_cycle"):
        status = tell(resolution(reopen=reopen), record, "mon 11:00")
        assert (*told(status), len(status.cycles)) == ("running", 2 * HOUR, 1)


def test_a_start_of_no_length_starts_nothing() -> None:
    """A group that held the record for no time has no clock."""
    ola = resolution(start=field("custom.group").equals("network"))
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", {"group": "network"}),
        ("mon 10:00", {"group": "mail"}),
    )
    assert tell(ola, record, "mon 11:00").stage == "not_started"


def test_the_later_of_two_events_at_one_instant_counts() -> None:
    """Resume and resolve at one instant: the clock stops, the pause ends there."""
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "on_hold"),
        ("mon 12:00", "in_progress"),
        ("mon 12:00", "resolved"),
    )
    assert told(tell(resolution(), record, "mon 13:00")) == ("stopped", HOUR)


def test_resolved_in_the_instant_of_opening_is_met_at_once() -> None:
    """Open by the opening, stopped by the second event: met with nothing elapsed (S1)."""
    record = incident(("mon 09:00", "new"), ("mon 09:00", "resolved"))
    status = tell(resolution(), record, "mon 11:00")
    assert told(status) == ("stopped", 0 * HOUR)
    assert [(c.result, c.stopped_at) for c in status.cycles] == [("met", at("mon 09:00"))]
    answered = incident(("mon 09:00", "new"), ("mon 09:00", "reply"))
    first = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN)
    assert [c.result for c in tell(first, answered, "mon 11:00").cycles] == ["met"]


def test_what_only_the_opening_starts_or_stops_attaches_nothing() -> None:
    """A stop by the opening itself, and a start that the same instant takes back (S1)."""
    born = incident(("mon 09:00", "resolved"))
    assert told(tell(resolution(), born, "mon 11:00")) == ("not_started", 0 * HOUR)
    watched = resolution(start=field("state.name").equals("new"))
    record = incident(("mon 09:00", "new"), ("mon 09:00", "in_progress"))
    assert told(tell(watched, record, "mon 11:00")) == ("not_started", 0 * HOUR)
    canceled = incident(("mon 09:00", "new"), ("mon 09:00", "canceled"))
    assert told(tell(resolution(), canceled, "mon 11:00")) == ("not_started", 0 * HOUR)


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


def test_paused_until_resumed() -> None:
    """With a resume condition the clock stays paused although pause no longer holds."""
    until = resolution(resume=field("custom.answer").is_true())
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "on_hold"),
        ("mon 11:00", "in_progress"),
        ("mon 12:00", {"answer": True}),
    )
    assert told(tell(until, record, "mon 11:30")) == ("paused", HOUR)
    assert told(tell(until, record, "mon 13:00")) == ("running", 2 * HOUR)


def test_resume_wins_over_pause() -> None:
    """ServiceNow resumes when pause no longer holds or resume does."""
    until = resolution(resume=field("custom.answer").is_true())
    record = incident(
        ("mon 09:00", "new"), ("mon 10:00", {"answer": True}), ("mon 11:00", "on_hold")
    )
    assert told(tell(until, record, "mon 12:00")) == ("running", 3 * HOUR)


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


def test_a_target_of_no_time_is_due_at_the_start() -> None:
    """Even while paused: elapsed equals the target from the first instant."""
    record = incident(("sun 12:00", "on_hold"))
    status = tell(resolution(target=0 * HOUR, calendar=OFFICE), record, "mon2 12:00")
    assert (at("sun 12:00"), False, None) == (status.due_at, status.breached, status.fraction)


def test_before_the_opening() -> None:
    """Nothing has started and there is nothing to tell (S1)."""
    status = tell(resolution(), incident(("mon 09:00", "new")), "mon 08:00")
    assert told(status) == ("not_started", 0 * HOUR)
    assert (status.due_at, status.remaining, status.next_wakeup) == (None, None, None)
    assert (len(status.trace), str(status.trace)) == (0, "not started")


def test_an_event_before_the_opening_starts_the_clock() -> None:
    """A late note dated before the opening: the trace begins at the start (S7)."""
    record = incident(("mon 09:00", "new"), ("mon 08:30", "internal"))
    status = tell(resolution(), record, "mon 10:00")
    assert told(status) == ("running", 90 * MINUTE)
    assert at("mon 08:30") == next(iter(status.trace)).interval.start


def test_wall_time_is_told_beside_business_time() -> None:
    """Both figures, as ServiceNow shows them: the pause counts in neither."""
    record = incident(("mon 16:00", "new"), ("tue 10:00", "on_hold"), ("tue 12:00", "in_progress"))
    status = tell(resolution(8, OFFICE), record, "tue 13:00")
    assert (status.elapsed, status.wall_elapsed) == (3 * HOUR, 19 * HOUR)
    # Five business hours are left: four on Tuesday, the fifth ends on Wednesday at 10:00.
    assert (status.wall_remaining, status.wall_fraction) == (21 * HOUR, Fraction(19, 8))
    paused = tell(resolution(8, OFFICE), record, "tue 11:00")
    assert (paused.wall_remaining, paused.wall_fraction) == (None, Fraction(18, 8))


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

TIERED = (
    ("mon 09:00", {"tier": "silver"}),
    ("mon 10:00", "on_hold"),
    ("mon 11:00", {"tier": "gold"}),
    ("mon 12:00", "in_progress"),
)


def tiers(swap: str, **more: Any) -> SlaPolicy:
    gold = resolution(4, name="gold", swap=swap, **more)
    return SlaPolicy([(GOLD, gold)], default=resolution(8, name="silver"))


@pytest.mark.parametrize(
    ("swap", "paused", "running", "due", "results"),
    [
        ("retroactive", 1, 2, "mon 15:00", ["running"]),
        ("retroactive_without_pauses", 2, 3, "mon 14:00", ["running"]),
        ("keep_elapsed", 1, 2, "mon 15:00", ["running"]),
        ("restart", 0, 1, "mon 16:00", ["replaced", "running"]),
    ],
)
def test_swap_while_paused(
    swap: str, paused: int, running: int, due: str, results: list[str]
) -> None:
    """The four ways to take over at 11:00 a clock that is paused since 10:00."""
    record = incident(("mon 09:00", "new"), *TIERED)
    status = tell(tiers(swap), record, "mon 11:30")
    assert ("paused", paused * HOUR, "gold") == (*told(status), status.definition.name)
    assert status.due_at is None
    status = tell(tiers(swap), record, "mon 13:00")
    assert ("running", running * HOUR, at(due)) == (*told(status), status.due_at)
    assert results == [cycle.result for cycle in status.cycles]


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


@pytest.mark.parametrize(
    ("swap", "elapsed", "results"),
    [
        ("retroactive", 4, ["running"]),
        ("keep_elapsed", 1, ["canceled", "running"]),
        ("restart", 1, ["canceled", "running"]),
    ],
)
def test_swap_to_none_and_back(swap: str, elapsed: int, results: list[str]) -> None:
    """No promise cancels; back again, a retroactive one tells the whole life anew."""
    policy = SlaPolicy([(GOLD, resolution(8, swap=swap))])
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", {"tier": "none"}),
        ("mon 12:00", {"tier": "gold"}),
    )
    gone = tell(policy, record, "mon 11:00")
    assert (*told(gone), gone.due_at) == ("canceled", HOUR, None)
    status = tell(policy, record, "mon 13:00")
    assert ("running", elapsed * HOUR) == told(status)
    assert results == [cycle.result for cycle in status.cycles]


def test_no_promise_from_the_start() -> None:
    """Stage none and no definition (S10)."""
    status = tell(SlaPolicy([(GOLD, resolution())]), incident(("mon 09:00", "new")), "mon 12:00")
    assert (status.stage, status.definition, status.definition_hash) == ("none", None, None)
    assert "no SLA applies" in str(status.trace)


def test_a_swap_after_the_stop_waits_for_a_reopening() -> None:
    """A finished clock is judged; raising the priority afterwards does not breach it."""
    record = incident(
        ("mon 09:00", "new"),
        ("mon 14:00", "resolved"),
        ("mon 15:00", {"tier": "gold"}),
        ("mon 16:00", "in_progress"),
    )
    stopped = tell(tiers("retroactive"), record, "mon 15:30")
    assert (
        stopped.stage,
        stopped.definition.name,
        stopped.cycles[0].result,
    ) == ("stopped", "silver", "met")
    reopened = tell(tiers("retroactive"), record, "mon 17:00")
    assert (*told(reopened), reopened.breached) == ("running", 6 * HOUR, True)


def test_no_promise_at_the_reopening_leaves_the_result() -> None:
    """A stopped clock is not attached, so there is nothing to cancel."""
    policy = SlaPolicy([(GOLD, resolution(4))])
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", "resolved"),
        ("mon 11:00", {"tier": "none"}),
        ("mon 12:00", "in_progress"),
    )
    status = tell(policy, record, "mon 13:00")
    assert (*told(status), status.cycles[0].result) == ("stopped", HOUR, "met")


@pytest.mark.parametrize("swap", ["restart", "none"])
def test_a_stop_at_the_instant_of_a_swap_ends_the_old_clock(swap: str) -> None:
    """Resolved and re-prioritized at one instant: the old promise is judged, not replaced."""
    policy = SlaPolicy(
        [(GOLD, resolution(4, name="gold"))]
        + ([] if swap == "none" else [(ALWAYS, resolution(1, swap=swap))])
    )
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:00", {"tier": "gold"}),
        ("mon 10:00", "resolved"),
        ("mon 10:00", {"tier": "none"}),
    )
    status = tell(policy, record, "mon 13:00")
    assert [(cycle.definition, cycle.result) for cycle in status.cycles] == [("gold", "met")]


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


def test_a_retroactive_definition_tells_resets_anew() -> None:
    """As if it had always applied: cycles that were only reset are its own (law under S)."""
    first = SlaDefinition.update(every=4 * HOUR, calendar=ALWAYS_OPEN, name="silver")
    second = attrs.evolve(first, name="gold", target=HOUR)
    policy = SlaPolicy([(GOLD, second)], default=first)
    record = incident(("mon 09:00", "new"), ("mon 11:00", "reply"), ("mon 12:00", {"tier": "gold"}))
    together, alone = tell(policy, record, "mon 12:00"), tell(second, record, "mon 12:00")
    assert [(cycle.definition, cycle.result) for cycle in together.cycles] == [
        ("gold", "breached"),
        ("gold", "running"),
    ]
    assert alone.cycles == together.cycles


# Relative targets (S6).


def test_the_next_business_day() -> None:
    """Start Monday 09:00, one business day: Tuesday 09:00, although Monday closes at 17:00."""
    clock = resolution(target=BusinessDays(1), calendar=OFFICE)
    record = incident(("mon 09:00", "new"))
    for now in ("mon 09:00", "mon 12:00", "mon 20:00", "tue 09:00", "fri 09:00"):
        assert at("tue 09:00") == tell(clock, record, now).due_at
    assert tell(clock, record, "mon 12:00").target == 8 * HOUR
    assert at("tue 09:00") == tell(clock, record, "tue 12:00").breached_at


def test_the_end_of_the_next_business_day() -> None:
    """Friday 16:00: the end of Monday."""
    clock = resolution(target=BusinessDays(1, end_of_day=True), calendar=OFFICE)
    status = tell(clock, incident(("fri 16:00", "new")), "fri 16:30")
    assert (at("mon2 17:00"), 9 * HOUR) == (status.due_at, status.target)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("mon 10:00", "on_hold"), ("mon 12:00", "in_progress")], "tue 11:00"),
        ([("mon 18:00", "on_hold"), ("tue 08:00", "in_progress")], "tue 09:00"),
        ([("mon 18:00", "on_hold"), ("tue 10:00", "in_progress")], "tue 10:00"),
        (
            [
                ("mon 10:00", "on_hold"),
                ("mon 11:00", "in_progress"),
                ("tue 09:30", "on_hold"),
                ("tue 10:30", "in_progress"),
            ],
            "tue 11:00",
        ),
    ],
)
def test_a_relative_due_after_pauses(pauses: list[tuple[str, str]], due: str) -> None:
    """The later of the due itself and the due plus what the pauses took of open time."""
    clock = resolution(target=BusinessDays(1), calendar=OFFICE)
    record = incident(("mon 09:00", "new"), *pauses)
    assert at(due) == tell(clock, record, "tue 10:45").due_at
    assert at(due) == tell(clock, record, "fri 10:00").breached_at


def test_a_relative_due_stands_still_while_paused() -> None:
    """A pause before the due puts it off as long as it lasts; after the due it does not."""
    clock = resolution(target=BusinessDays(1), calendar=OFFICE)
    paused = incident(("mon 09:00", "new"), ("mon 18:00", "on_hold"))
    for now, then in (
        ("mon 20:00", "tue 09:00"),
        ("tue 10:00", "tue 10:00"),
        ("tue 11:00", "tue 11:00"),
    ):
        status = tell(clock, paused, now)
        assert (None, at(then)) == (status.due_at, status.due_at_if_resumed)
    late = incident(("mon 09:00", "new"), ("tue 10:00", "on_hold"))
    assert at("tue 09:00") == tell(clock, late, "thu 10:00").due_at


def test_by_a_time_of_day() -> None:
    """ServiceNow's "next business day by 4pm"; out of hours the due is that time all the same."""
    record = incident(("fri 10:00", "new"))
    assert (
        at("mon2 16:00")
        == tell(
            resolution(target=ByTimeOfDay("16:00"), calendar=OFFICE), record, "fri 11:00"
        ).due_at
    )
    late = tell(resolution(target=ByTimeOfDay("20:00"), calendar=OFFICE), record, "mon2 20:30")
    assert (at("mon2 20:00"), False) == (late.due_at, late.breached)
    assert (
        at("tue2 09:00")
        == tell(
            resolution(target=ByTimeOfDay("20:00"), calendar=OFFICE), record, "tue2 10:00"
        ).breached_at
    )


@pytest.mark.parametrize(
    ("due", "expected"),
    [("wed 12:00", "wed 12:00"), ("sat 12:00", "sat 12:00"), ("sun 12:00", None), (None, None)],
)
def test_a_due_date(due: str | None, expected: str | None) -> None:
    """Due at what the field held at the start; empty or past means at the start."""
    clock = resolution(target=DueDate("custom.due"), calendar=OFFICE)
    given = (
        {} if due is None else {"due": at(due) - timedelta(days=7 if due.startswith("sun") else 0)}
    )
    record = incident(
        ("mon 10:00", "new"), ("mon 10:00", given), ("mon 11:00", {"due": at("fri 09:00")})
    )
    assert at(expected or "mon 10:00") == tell(clock, record, "mon 12:00").due_at


def test_a_due_date_must_be_a_time() -> None:
    """Text in the field is the integrator's error, told by name."""
    clock = resolution(target=DueDate("custom.due"), calendar=OFFICE)
    record = incident(("mon 10:00", "new"), ("mon 10:00", {"due": "friday"}))
    with pytest.raises(SlaDefinitionError, match=r"custom\.due"):
        tell(clock, record, "mon 12:00")


def test_a_relative_target_of_no_open_time_reaches_its_thresholds_at_the_due() -> None:
    """Opened on Saturday, due Sunday noon: no open time between, so due is what counts (S6)."""
    marks = (
        SlaThreshold(name="full", fraction=1),
        SlaThreshold(name="soon", before_due=HOUR),
        SlaThreshold(name="late", after_due=2 * HOUR),
    )
    clock = resolution(target=DueDate("custom.due"), calendar=OFFICE, thresholds=marks)
    record = incident(("sat 10:00", "new"), ("sat 10:00", {"due": at("sun 12:00")}))
    before = tell(clock, record, "sat 12:00")
    assert ((), at("sun 12:00"), at("sun 12:00")) == (
        before.thresholds,
        before.due_at,
        before.next_wakeup,
    )
    after = tell(clock, record, "mon2 12:00")
    assert [("full", at("sun 12:00")), ("soon", at("sun 12:00")), ("late", at("mon2 11:00"))] == [
        (threshold.name, threshold.at) for threshold in after.thresholds
    ]
    assert at("mon2 09:00") == after.breached_at


# Thresholds (S8) and wake-ups (S9).


def test_thresholds() -> None:
    """A fraction and times around the due, all in open time of the clock."""
    marks = (
        SlaThreshold(name="half", fraction=0.5),
        SlaThreshold(name="soon", before_due=30 * MINUTE),
        SlaThreshold(name="late", after_due=HOUR),
    )
    clock = resolution(8, OFFICE, thresholds=marks)
    record = incident(("mon 09:10", "new"))  # due Tuesday 09:10
    status = tell(clock, record, "mon 16:39")
    assert [("half", at("mon 13:10"))] == [(t.name, t.at) for t in status.thresholds]
    assert at("mon 16:40") == status.next_wakeup
    status = tell(clock, record, "wed 09:00")
    assert [("half", at("mon 13:10")), ("soon", at("mon 16:40")), ("late", at("tue 10:10"))] == [
        (t.name, t.at) for t in status.thresholds
    ]


def test_a_pause_never_undoes_a_threshold() -> None:
    """What was reached stays reached, although the due moves away."""
    clock = resolution(4, thresholds=[SlaThreshold(name="soon", before_due=HOUR)])
    record = incident(("mon 09:00", "new"), ("mon 12:30", "on_hold"))
    assert [at("mon 12:00")] == [t.at for t in tell(clock, record, "thu 12:00").thresholds]


def test_a_threshold_through_another_calendar_runs_on() -> None:
    """Four office hours after a due at night, whatever the clock does since (S8)."""
    mark = SlaThreshold(name="manager", after_due=4 * HOUR, calendar=OFFICE)
    clock = resolution(4, thresholds=[mark])
    record = incident(("mon 18:00", "new"), ("mon 22:30", "resolved"))
    status = tell(clock, record, "mon 23:00")
    assert ("stopped", (), at("tue 13:00")) == (status.stage, status.thresholds, status.next_wakeup)
    assert [at("tue 13:00")] == [t.at for t in tell(clock, record, "tue 13:00").thresholds]


def test_fractions_compare_exactly() -> None:
    """99.951 % is neither 100 % nor breached; a third of ten minutes is 200 seconds."""
    mark = SlaThreshold(name="third", fraction=Fraction(1, 3))
    full = SlaThreshold(name="full", fraction=1)
    clock = resolution(target=10 * MINUTE, thresholds=[mark, full])
    record = incident(("mon 09:00", "new"))
    status = tell(clock, record, at("mon 09:00") + 10 * MINUTE - MICRO)
    assert [t.name for t in status.thresholds] == ["third"]
    assert at("mon 09:00") + timedelta(seconds=200) == status.thresholds[0].at
    assert (status.fraction == 1, status.breached) == (False, False)


def test_wake_ups_end() -> None:
    """A paused, a stopped and a breached clock have nothing ahead of themselves."""
    assert tell(resolution(), incident(("mon 09:00", "on_hold")), "mon 10:00").next_wakeup is None
    assert tell(resolution(1), incident(("mon 09:00", "new")), "mon 11:00").next_wakeup is None
    done = incident(("mon 09:00", "new"), ("mon 09:30", "resolved"))
    assert tell(resolution(1), done, "mon 11:00").next_wakeup is None


# The conversation's clocks (S6).


def test_the_first_response() -> None:
    """Stopped by the first public reply of an agent; not paused on hold."""
    clock = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 09:10", "on_hold"),
        ("mon 09:20", "internal"),
        ("mon 09:30", "message"),
        ("mon 09:40", "reply"),
        ("mon 11:00", "message"),
    )
    assert told(tell(clock, record, "mon 09:35")) == ("running", 35 * MINUTE)
    assert told(tell(clock, record, "mon 12:00")) == ("stopped", 40 * MINUTE)


def test_the_next_response() -> None:
    """It starts at the earliest unanswered message and each answer ends a cycle."""
    clock = SlaDefinition.next_response(hours=1, calendar=ALWAYS_OPEN)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "message"),
        ("mon 10:20", "message"),
        ("mon 10:50", "reply"),
        ("mon 11:00", "reply"),
        ("mon 12:00", "message"),
        ("mon 12:10", "resolved"),
        ("mon 14:00", "in_progress"),
        ("mon 14:20", "reply"),
    )
    assert tell(clock, record, "mon 09:30").stage == "not_started"
    assert at("mon 11:00") == tell(clock, record, "mon 10:30").due_at
    assert told(tell(clock, record, "mon 13:00")) == ("paused", 10 * MINUTE)
    assert [(at("mon 10:00"), 50 * MINUTE), (at("mon 12:00"), 30 * MINUTE)] == [
        (cycle.started_at, cycle.elapsed) for cycle in tell(clock, record, "mon 15:00").cycles
    ]


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


def test_a_calendar_chosen_by_the_record() -> None:
    """The region's calendar at the start of the clock."""
    choice = CalendarByField("custom.region", {"eu": OFFICE}, ALWAYS_OPEN)
    clock = resolution(4, choice)
    europe = incident(
        ("mon 06:00", "new"), ("mon 06:00", {"region": "eu"}), ("mon 07:00", {"region": "us"})
    )
    assert at("mon 13:00") == tell(clock, europe, "mon 10:00").due_at
    assert at("mon 10:00") == tell(clock, incident(("mon 06:00", "new")), "mon 10:00").due_at


def test_a_service_level_tells_each_of_its_clocks() -> None:
    """Response, resolution and an OLA that starts when its group gets the record."""
    ola = resolution(
        2, name="ola", start=OPEN & field("custom.group").equals("network"), agreement="ola"
    )
    level = ServiceLevel(
        [SlaDefinition.first_response(hours=1, calendar=OFFICE), resolution(8), ola]
    )
    record = incident(("mon 09:00", "new"), ("mon 11:00", {"group": "network"}))
    found = tell(level, record, "mon 12:00")
    assert [at("mon 09:00"), at("mon 09:00"), at("mon 11:00")] == [s.started_at for s in found]
    assert [at("mon 10:00"), at("mon 17:00"), at("mon 13:00")] == [s.due_at for s in found]


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


def test_the_shortest_target_wins_where_asked() -> None:
    """As iTop does; where nothing matches the default holds."""
    policy = SlaPolicy(
        [SlaRule(ALWAYS, resolution(8)), SlaRule(GOLD, resolution(2, name="gold"))],
        match="shortest",
    )
    record = incident(("mon 09:00", "new"), ("mon 09:00", {"tier": "gold"}))
    assert tell(policy, record, "mon 10:00").definition.name == "gold"
    with pytest.raises(SlaDefinitionError, match="shortest"):
        SlaPolicy([(ALWAYS, resolution(target=BusinessDays(1)))], match="shortest")


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
