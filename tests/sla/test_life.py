"""What a clock reads of a record: who spoke, what came before the opening."""

from __future__ import annotations

import pytest
from tests.sla.desk import ALWAYS_OPEN, HOUR, MINUTE, at, incident
from tests.sla.test_evaluate import resolution, tell, told

from incidentcore.conditions import field
from incidentcore.records import comment
from incidentcore.sla import (
    SlaDefinition,
)
from incidentcore.values import Actor


def test_what_only_the_opening_starts_or_stops_attaches_nothing() -> None:
    """A stop by the opening itself, and a start that the same instant takes back (S1)."""
    born = incident(("mon 09:00", "resolved"))
    assert told(tell(resolution(), born, "mon 11:00")) == ("not_started", 0 * HOUR)
    watched = resolution(start=field("state.name").equals("new"))
    record = incident(("mon 09:00", "new"), ("mon 09:00", "in_progress"))
    assert told(tell(watched, record, "mon 11:00")) == ("not_started", 0 * HOUR)
    canceled = incident(("mon 09:00", "new"), ("mon 09:00", "canceled"))
    assert told(tell(resolution(), canceled, "mon 11:00")) == ("not_started", 0 * HOUR)


@pytest.mark.parametrize("early", ["internal", "message", "in_progress"])
def test_no_clock_starts_before_the_opening(early: str) -> None:
    """A late note, message or start of work, dated before the opening, starts nothing (S1)."""
    record = incident(("mon 09:00", "new"), ("mon 08:30", early))
    status = tell(resolution(), record, "mon 10:00")
    assert told(status) == ("running", 60 * MINUTE)
    assert at("mon 09:00") == next(iter(status.trace)).interval.start


def test_the_time_before_the_opening_has_the_reason_of_the_opening() -> None:
    """From 08:00 by a field, held since 08:30, opened at 09:00: on hold from 08:00 (S1, S7)."""
    clock = resolution(starts_from="custom.began")
    began = {"began": at("mon 08:00")}
    record = incident(("mon 09:00", "new"), ("mon 08:30", "on_hold"), ("mon 08:45", began))
    (paused,) = tell(clock, record, "mon 10:00").trace
    assert (paused.text, paused.interval.start) == ("paused: on hold", at("mon 08:00"))


def test_what_is_dated_before_the_opening_takes_effect_at_it() -> None:
    """Held at 08:30, opened at 09:00, resumed at 09:20; a reply of 08:30 leaves nothing to answer.

    So no first response clock starts, and a message of 08:40 waits from the opening on.
    """
    record = incident(("mon 09:00", "new"), ("mon 08:30", "on_hold"), ("mon 09:20", "in_progress"))
    status = tell(resolution(), record, "mon 10:00")
    assert (at("mon 09:00"), 40 * MINUTE) == (status.started_at, status.elapsed)
    record = incident(("mon 09:00", "new"), ("mon 08:30", "reply"), ("mon 08:40", "message"))
    first = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN)
    assert tell(first, record, "mon 10:00").stage == "not_started"
    following = SlaDefinition.next_response(hours=1, calendar=ALWAYS_OPEN)
    assert tell(following, record, "mon 10:00").started_at == at("mon 09:00")


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


def test_a_message_of_neither_side_answers_nobody() -> None:
    """Where only approvers answer, an agent's public message is not a response."""
    clock = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN, answered_by="approver")
    record = incident(("mon 09:00", "new"), ("mon 09:30", "reply"))

    assert told(tell(clock, record, "mon 09:45")) == ("running", 45 * MINUTE)


def test_an_internal_note_answers_nothing() -> None:
    """A public comment of an agent does, and a requester's opens the question again."""
    clock = SlaDefinition.first_response(hours=1, calendar=ALWAYS_OPEN)
    record = incident(("mon 09:00", "new"))
    note, said = (
        comment(record, "x", at=at("mon 09:30"), by=Actor("ada", "agent"), visibility=visibility)
        for visibility in ("internal", "public")
    )
    assert tell(clock, note, "mon 10:00").stage == "running"
    assert tell(clock, said, "mon 10:00").stopped_at == at("mon 09:30")
