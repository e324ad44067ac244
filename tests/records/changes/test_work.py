"""Verbs of work: assigning, snoozing, notes of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Incident,
    Snoozed,
    StateChanged,
    Unacknowledged,
    acknowledge,
    assign,
    comment,
    log_contact,
    log_diagnosis,
    log_runbook,
    mark_restored,
    set_major_status,
    snooze,
    unacknowledge,
    unsnooze,
)
from incidentcore.values import IN_PROGRESS, RESOLVED, FrozenMap

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def test_assigning_nothing_is_refused() -> None:
    """And None means nobody, while what is left out stays."""
    assigned = assign(incident(), group="mail", assignee="lee", tier=1, at=AT, by="ada")

    moved = assign(assigned, assignee=None, tier=2, at=AT, by="ada")

    assert (moved.assignment_group, moved.assignee, moved.support_tier) == ("mail", None, 2)
    with pytest.raises(InvalidValueError, match="at least one"):
        assign(incident(), at=AT, by="ada")


def test_work_is_noted_in_the_history() -> None:
    """Diagnosis, procedures, talk and major status leave their event."""
    record = incident()
    record = log_diagnosis(record, "disk full?", step="hypothesis", at=AT, by="ada")
    record = log_runbook(record, "RB-7", version="3", outcome="worked", at=AT, by="ada")
    record = log_contact(record, "phone", text="told", at=AT, by="ada")
    record = comment(record, "on it", at=AT, by="ada")
    record = set_major_status(
        record,
        "accepted",
        business_impact="nobody can order",
        roles={"scribe": "lee"},
        reason="whole site",
        at=AT,
        by="ada",
    )

    assert [event.kind for event in record.history[1:]] == [
        "diagnosis_noted",
        "procedure_followed",
        "contacted",
        "commented",
        "major_status_changed",
    ]
    assert (record.major_status, record.business_impact) == ("accepted", "nobody can order")
    assert record.major_roles == FrozenMap({"scribe": "lee"})


def test_nothing_that_is_not_open_is_snoozed() -> None:
    """The error says what is allowed; a snooze that another system told of changes nothing."""
    done = incident().with_event(StateChanged, at=AT, by="ada", action="resolve", state=RESOLVED)
    until = AT + timedelta(hours=1)

    with pytest.raises(InvalidValueError, match="an open record"):
        snooze(done, until=until, at=AT, by="ada")
    assert done.with_event(Snoozed, at=AT, by="ada", until=until).snoozed_until is None


def test_the_verbs_of_silence_and_restoration() -> None:
    """Each adds one event of its own, with its reason."""
    record = acknowledge(incident(), at=AT, by="ada")
    back = unacknowledge(
        record, at=AT + HOUR, by="ada", reason="moved on", recorded_at=AT + 2 * HOUR
    )
    assert (back.acknowledged, back.acknowledged_at) == (False, AT)
    assert (type(back.history[-1]), back.history[-1].reason) == (Unacknowledged, "moved on")
    assert back.history[-1].recorded_at == AT + 2 * HOUR
    quiet = snooze(incident(), until=AT + HOUR, at=AT, by="ada", reason="lunch")
    loud = unsnooze(quiet, at=AT + HOUR / 2, by="kim", reason="back")
    assert (quiet.history[-1].reason, loud.history[-1].reason) == ("lunch", "back")
    assert (quiet.snoozed_until, loud.snoozed_until) == (AT + HOUR, None)
    up = mark_restored(incident(), at=AT + HOUR, by="ada", recorded_at=AT + 2 * HOUR)
    assert (up.restored_at, up.history[-1].recorded_at) == (AT + HOUR, AT + 2 * HOUR)
    resolved = incident().with_event(StateChanged, at=AT, by="ada", action="x", state=RESOLVED)
    with pytest.raises(InvalidValueError, match=r"^record: .*an open record"):
        snooze(resolved, until=AT + HOUR, at=AT, by="ada")


def test_a_late_snooze_is_of_the_record_as_it_was() -> None:
    """Open at 10:00, resolved at 11:00, reopened at 13:00: no snooze at 12:00."""
    record = incident().with_event(
        StateChanged, at=AT + 2 * HOUR, by="ada", action="resolve", state=RESOLVED
    )
    late = snooze(record, until=AT + 1.5 * HOUR, at=AT + HOUR, by="ada")
    assert late.snoozed_until is None
    assert late.timeline().facts_at(AT + HOUR)["snoozed_until"] == AT + 1.5 * HOUR

    again = record.with_event(
        StateChanged, at=AT + 4 * HOUR, by="ada", action="reopen", state=IN_PROGRESS
    )
    with pytest.raises(InvalidValueError, match="an open record"):
        snooze(again, until=AT + 9 * HOUR, at=AT + 3 * HOUR, by="ada")
