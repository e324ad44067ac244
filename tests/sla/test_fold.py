"""The fold of one clock: instants without length, pauses, and a fold that is continued."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sla.desk import ALWAYS_OPEN, HOUR, OFFICE, at, incident
from tests.sla.test_evaluate import resolution, tell, told

from incidentcore.conditions import ALWAYS, Opaque, field
from incidentcore.schedule import BusinessDays
from incidentcore.sla import (
    SlaDefinition,
    evaluate_sla,
)
from incidentcore.sla.evaluate import later_status, life_of
from incidentcore.sla.takeover import fold_clock
from incidentcore.testing import histories, sla_definitions, sla_policies
from incidentcore.testing.checks_sla import moments_near


@pytest.mark.parametrize("state", ["on_hold", "resolved", "canceled"])
def test_a_kept_fold_sees_an_event_at_its_very_instant(state: str) -> None:
    """A pause or an end at the instant of the status has no length there, and counts later."""
    clock = SlaDefinition.resolution(hours=4, calendar=ALWAYS_OPEN)
    record = incident(("mon 09:00", "new"), ("mon 10:00", state))
    kept = later_status(evaluate_sla(clock, record, now=at("mon 10:00")), at("mon 12:00"))
    fresh = evaluate_sla(clock, record, now=at("mon 12:00"))
    assert (kept.stage, kept.elapsed, kept.cycles) == (fresh.stage, fresh.elapsed, fresh.cycles)
    assert kept.elapsed == HOUR
    mine = attrs.evolve(clock, pause=Opaque("mine", lambda facts: facts["state"].pauses))
    kept = later_status(evaluate_sla(mine, record, now=at("mon 10:00")), at("mon 12:00"))
    assert kept.cycles == evaluate_sla(mine, record, now=at("mon 12:00")).cycles


@pytest.mark.parametrize(
    ("reset", "due", "results"),
    [
        (None, "thu 16:00", ["running"]),  # Thu 09:00, and 5 + 2 open hours stopped
        (ALWAYS, "fri 11:00", ["met", "running"]),  # three days from Tuesday 11:00
        (field("kind").equals("state_changed"), "fri 11:00", ["met", "running"]),
    ],
)
def test_a_reopening_that_resets_begins_a_cycle(reset: Any, due: str, results: list[str]) -> None:
    """Three business days since the last event: the reopening is one (S1, S5)."""
    record = incident(("mon 09:00", "new"), ("mon 12:00", "resolved"), ("tue 11:00", "in_progress"))
    clock = resolution(target=BusinessDays(3), calendar=OFFICE, reset=reset)
    status = tell(clock, record, "tue 12:00")
    assert (status.due_at, [one.result for one in status.cycles]) == (at(due), results)


@given(st.one_of(sla_definitions(), sla_policies()), st.data())
def test_a_kept_fold_says_what_a_new_one_says(clock: Any, data: st.DataObject) -> None:
    """A clock's fold does not depend on now while no event lies after it."""
    record = data.draw(histories(clock))
    moments = [data.draw(moments_near(clock, record)) for _ in range(2)]
    now, later = min(moments), max(moments)
    if now < record.opened_at:
        return
    timeline = record.timeline(now=now)
    kept = later_status(evaluate_sla(clock, record, now=now), later)
    fresh = evaluate_sla(clock, timeline, now=later)
    for name in ("stage", "elapsed", "due_at", "breached_at", "cycles", "next_wakeup"):
        assert getattr(kept, name) == getattr(fresh, name), name
    for point in ("due", "breach"):
        assert kept.crossings(point) == fresh.crossings(point)
    assert str(kept.trace) == str(fresh.trace)


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


def test_resolved_before_the_opening_and_closed_with_it_has_no_clock() -> None:
    """Stop holds after the opening event already, by what is dated before it (S1)."""
    record = incident(("mon 09:00", "new"), ("mon 07:00", "resolved"), ("mon 09:00", "closed"))
    status = tell(resolution(), record, "mon 11:00")
    assert told(status) == ("not_started", 0 * HOUR)
    assert status.cycles == ()


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


def test_a_kept_fold_at_a_reopening_that_counts_the_time_since_the_stop() -> None:
    """That time is shown at the reopening; what comes after it is a span of its own."""
    clock = resolution(reopen="continue")
    record = incident(("mon 09:00", "new"), ("mon 10:00", "resolved"), ("mon 12:00", "in_progress"))
    kept = later_status(tell(clock, record, "mon 12:00"), at("mon 13:00"))
    assert told(kept) == ("running", 4 * HOUR)
    assert kept == tell(clock, record, "mon 13:00")


WAIT, BACK = (field(f"custom.{name}").is_true() for name in ("wait", "back"))


@pytest.mark.parametrize(("resume", "elapsed"), [(None, 3.5), (BACK, 2.5)])
def test_a_clock_is_paused_after_its_stop_as_before(resume: Any, elapsed: float) -> None:
    """Reopened at 12:00, the time since 10:00 counts but for the wait since 10:30.

    It ends at 11:00, or goes on to the reopening where only another field resumes it.
    """
    clock = resolution(reopen="continue", pause=WAIT, resume=resume)
    record = incident(
        ("mon 09:00", "new"),
        ("mon 10:00", "resolved"),
        ("mon 10:30", {"wait": True}),
        ("mon 11:00", {"wait": False}),
        ("mon 12:00", "in_progress"),
    )
    assert told(tell(clock, record, "mon 13:00")) == ("running", elapsed * HOUR)


def test_a_cycle_that_an_event_reset_says_so() -> None:
    """Due after four hours: reset after one, in time, and after five more, too late (S1)."""
    steps = ("mon 09:00", "new"), ("mon 10:00", "in_progress"), ("mon 15:00", "on_hold")
    clock = resolution(reset=field("kind").equals("state_changed"))
    record, now = incident(*steps), at("mon 16:00")
    life = life_of(clock, record.timeline(now=now), now)
    cycles = fold_clock(clock, life, [], []).cycles(now)
    assert [(one.outcome, one.ended_at) for one in cycles] == [
        ("reset", at("mon 10:00")),
        ("reset", at("mon 15:00")),
        ("paused", None),
    ]
    results = [one.result for one in tell(clock, record, now).cycles]
    assert results == ["met", "breached", "running"]
