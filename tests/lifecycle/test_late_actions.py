"""Actions that are recorded late: refused where they would take no effect (rule L2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from incidentcore.errors import IncidentCoreError, TransitionNotAllowedError
from incidentcore.escalation import escalate_now
from incidentcore.lifecycle import Allowed, InputField, Lifecycle, Refused, Transition, advance
from incidentcore.lifecycle import decide as decide_standard
from incidentcore.records import (
    Incident,
    StateChanged,
    acknowledge,
    assign,
    comment,
    correct_event,
    link,
    mark_restored,
    snooze,
    unacknowledge,
    unlink,
    unsnooze,
)
from incidentcore.values import CLOSED, NEW, RESOLVED, Actor

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incident() -> Incident:
    return Incident.open(id="I", title="t", at=AT, by="kim")


def reopened() -> Incident:
    """Resolved at 10:00, reopened at 12:00."""
    record = advance(incident(), "resolve", at=AT + HOUR, by="ada", **FIXED)
    return advance(record, "reopen", at=AT + 3 * HOUR, by="ada")


def test_a_late_close_before_a_reopening_is_refused_and_names_it() -> None:
    """Nothing leads from closed to the reopening; amended, what follows is replayed."""
    late: dict[str, Any] = {"at": AT + 2 * HOUR, "by": "ada", "recorded_at": AT + 4 * HOUR}
    refused = decide_standard(reopened(), "close", **late)

    assert isinstance(refused, Refused)
    assert (refused.code, refused.data["event"]) == ("no_effect", "I:3")
    assert "reopen at 2026-06-01T12:00:00+00:00" in refused.reason
    with pytest.raises(TransitionNotAllowedError, match="amend=True"):
        advance(reopened(), "close", **late)

    record = advance(reopened(), "close", amend=True, **late)
    assert record.state.name == "in_progress"
    assert record.timeline().facts_at(AT + 2 * HOUR)["state"] == CLOSED


@pytest.mark.parametrize(
    ("action", "hours", "fields", "code"),
    [
        ("resolve", 0.5, FIXED, "no_effect"),  # the next is a resolution, illegal from resolved
        ("cancel", 0.5, {}, "no_effect"),  # nothing resolves what is canceled
        ("start", 0.5, {}, ""),  # work in progress can be resolved
        ("hold", 0.5, {"reason": "awaiting_vendor"}, ""),  # and so can what is on hold
    ],
)
def test_a_late_action_is_followed_by_what_came_next(
    action: str, hours: float, fields: dict[str, Any], code: str
) -> None:
    """Only one into a resolved or final state can be without effect."""
    answer = decide_standard(reopened(), action, at=AT + hours * HOUR, by="ada", **fields)
    assert getattr(answer, "code", "") == code


def test_a_reopening_that_was_corrected_away_does_not_follow() -> None:
    """Then the late close is the last word."""
    record = correct_event(reopened(), "I:3", by="ada")
    record = advance(record, "close", at=AT + 2 * HOUR, by="ada", recorded_at=AT + 4 * HOUR)
    assert record.state == CLOSED


def test_an_imported_step_follows_where_any_row_leads_there() -> None:
    """Imported changes name no action of the table."""
    record = incident().with_event(
        StateChanged, at=AT + 3 * HOUR, by="import", action="seen", state=CLOSED
    )
    assert decide_standard(record, "resolve", at=AT + HOUR, by="ada", **FIXED)
    assert not decide_standard(record, "cancel", at=AT + HOUR, by="ada")


def test_fields_are_given_as_a_mapping_where_their_name_is_taken() -> None:
    """A body with a key ``at`` is no clash."""
    own = Lifecycle(
        "own",
        "incident",
        states=(NEW, RESOLVED),
        initial=NEW,
        transitions=(
            Transition(
                "resolve", NEW, RESOLVED, fields=(InputField("at", "custom.at"), "resolution_code")
            ),
        ),
    )
    record = own.open(Incident, id="I", title="t", at=AT, by="kim")
    answer = own.decide(
        record, "resolve", at=AT, by="ada", fields={"at": "site B"}, resolution_code="fixed"
    )
    assert isinstance(answer, Allowed)
    assert answer.record.custom["at"] == "site B"
    assert answer.record.resolution_code == "fixed"
    missing = own.decide(record, "resolve", at=AT, by="ada", fields={"resolution_code": "fixed"})
    assert isinstance(missing, Refused)
    assert missing.missing_fields == ("at",)


def test_the_reason_of_a_hold_changes_on_hold() -> None:
    """The record stays on hold, for the new reason."""
    record = advance(incident(), "hold", at=AT, by="ada", reason="awaiting_caller")
    record = advance(record, "hold", at=AT + HOUR, by="ada", reason="awaiting_vendor")
    assert (record.state.name, record.hold_reason) == ("on_hold", "awaiting_vendor")
    assert advance(record, "resume", at=AT + HOUR, by="ada").hold_reason is None


def test_a_change_that_was_found_wrong_does_not_follow_a_late_action() -> None:
    """A start at 11:00 that never was, from 12:00 on: the late resolution at 10:00 stands."""
    record = advance(incident(), "start", at=AT + 2 * HOUR, by="ada")
    record = correct_event(record, "I:2", at=AT + 3 * HOUR, by="ada")
    late = advance(record, "resolve", at=AT + HOUR, by="ada", **FIXED)
    assert (late.state, late.resolved_at) == (RESOLVED, AT + HOUR)


SYSTEM, KIM = Actor("timer", "system"), Actor("kim", "requester")
VERBS: dict[str, Callable[..., Incident]] = {
    "reply": lambda r, **when: comment(r, "x", **when),
    "ask": lambda r, **when: comment(r, "x", **{**when, "by": KIM}),
    "assign": lambda r, **when: assign(r, group="mail", **when),
    "unassign": lambda r, **when: assign(r, group=None, **when),
    "acknowledge": acknowledge,
    "unacknowledge": unacknowledge,
    "snooze": lambda r, at, **more: snooze(r, until=at + 2.5 * HOUR, at=at, **more),
    "unsnooze": unsnooze,
    "link": lambda r, **when: link(r, "related_to", "X", **when),
    "unlink": lambda r, **when: unlink(r, "related_to", "X", **when),
    "restore": mark_restored,
    "escalate": lambda r, **when: escalate_now(r, "boss", **when),
    "start": lambda r, **when: advance(r, "start", **when),
    "system starts": lambda r, **when: advance(r, "start", **{**when, "by": SYSTEM}),
    "hold": lambda r, **when: advance(r, "hold", reason="awaiting_vendor", **when),
    "resolve": lambda r, **when: advance(r, "resolve", **FIXED, **when),
    "reopen": lambda r, **when: advance(r, "reopen", **when),
}


@given(st.lists(st.sampled_from(sorted(VERBS)), min_size=2, max_size=8), st.data())
def test_what_is_recorded_late_is_as_if_it_had_been_recorded_in_time(
    verbs: list[str], data: st.DataObject
) -> None:
    """Whichever event is entered last, where it is legal both ways (rules H1 and L2)."""
    in_time, done = incident(), []
    for hours, verb in enumerate(verbs, 1):
        try:
            in_time = VERBS[verb](in_time, at=AT + hours * HOUR, by="ada")
        except IncidentCoreError:
            continue
        done.append((hours, verb))
    assume(len(done) > 1)
    last = data.draw(st.sampled_from(done))
    late = incident()
    try:
        for hours, verb in (*(one for one in done if one != last), last):
            late = VERBS[verb](late, at=AT + hours * HOUR, by="ada")
    except IncidentCoreError:
        reject()
    assert late.facts() == in_time.facts()
