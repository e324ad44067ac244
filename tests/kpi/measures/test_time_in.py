"""Time in a state or with a group."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.kpi.tickets import AGENT, CALLER, SYSTEM, M, figure, incident, minute, resolved

from incidentcore.kpi import catalogue
from incidentcore.lifecycle import (
    INCIDENT,
    SERVICE_REQUEST,
    SERVICENOW_INCIDENT,
    ZENDESK_TICKET,
    Lifecycle,
    advance,
)
from incidentcore.records import (
    Contacted,
    Incident,
    ServiceRequest,
    StateChanged,
    approve,
    comment,
)
from incidentcore.schedule import BusinessCalendar
from incidentcore.values import RESOLVED


def test_time_on_hold_is_counted_by_the_clock() -> None:
    """Held from 16:00 to 10:00 next day is two open hours of a day from 09:00 to 17:00."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    record = advance(incident(at=9 * 60), "start", at=minute(10 * 60), by="ada")
    record = advance(record, "hold", reason="awaiting_vendor", at=minute(16 * 60), by="ada")
    record = advance(record, "resume", at=minute(34 * 60), by="ada")
    record = resolved(record, 35 * 60)

    wall = figure(catalogue.MEAN_ON_HOLD_TIME, [record], 36 * 60)
    business = figure(catalogue.MEAN_ON_HOLD_TIME.replace(clock=office), [record], 36 * 60)
    whole = figure(catalogue.MEAN_TIME_TO_RESOLVE.replace(clock=office), [record], 36 * 60)
    net = figure(catalogue.MEAN_NET_TIME_TO_RESOLVE.replace(clock=office), [record], 36 * 60)

    assert wall.value == timedelta(hours=18)
    assert business.value == timedelta(hours=2)
    assert whole.value == net.value == timedelta(hours=10)


@pytest.mark.parametrize(
    ("lifecycle", "actions", "waited"),
    [
        (ZENDESK_TICKET, ("open", "hold", "open", "solve"), 40),
        (ZENDESK_TICKET, ("open", "pend", "open", "solve"), 30),
        (ZENDESK_TICKET, ("open", "pend", "hold", "solve"), 30),
        (SERVICENOW_INCIDENT, ("start", "hold Awaiting Vendor", "resume", "resolve"), 40),
        (SERVICENOW_INCIDENT, ("start", "await_caller", "resume", "resolve"), 30),
        (INCIDENT, ("start", "hold awaiting_vendor", "resume", "resolve"), 40),
        (INCIDENT, ("start", "hold awaiting_caller", "resume", "resolve"), 30),
    ],
)
def test_a_requester_waits_for_others_but_not_for_himself(
    lifecycle: Lifecycle, actions: tuple[str, ...], waited: int
) -> None:
    """Zendesk counts New, Open and On-hold as the requester's wait, Pending as the agent's.

    Ten minutes in each state. Source: Zendesk, article 4408834848154, requester wait time.
    """
    record = lifecycle.open(Incident, id="I", title="mail", at=minute(0), by="kim")
    for number, told in enumerate(actions, 1):
        action, _, reason = told.partition(" ")
        given = {
            "hold": {"reason": reason} if reason else {},
            "await_caller": {"comments": "which folder?"},
            "resolve": {"resolution_code": "fixed", "resolution_notes": "restarted"},
        }
        record = lifecycle.advance(
            record, action, at=minute(10 * number), by=AGENT, fields=given.get(action, {})
        )

    assert figure(catalogue.MEAN_REQUESTER_WAIT_TIME, [record]).value == waited * M


@pytest.mark.parametrize(
    ("words", "value", "waits"),
    [
        ("10 ada, 30 kim, 50 ada", 15, 2),
        ("10 ada, 30 kim, 40 kim, 50 ada", 15, 2),  # from the first of two messages
        ("10 ada, 20 ada, 30 kim, 50 ada", 15, 2),  # a reply that nobody waits for
        ("10 ada, 30 kim", 10, 1),  # not answered yet
        ("10 ada, 30 kim, 50 note", 10, 1),  # nor by an internal note
        ("10 ada, 30 kim, 50 bot", 10, 1),
        ("10 ada, 30 kim, 50 call", 15, 2),
    ],
)
def test_reply_times_are_of_replies_to_who_waits(words: str, value: int, waits: int) -> None:
    """Opened at 0, then who spoke when.

    Source: Chatwoot, ``spec/listeners/reporting_event_listener_spec.rb``: a reply counts from the
    time since which the customer waits, and there is none where nobody waits.
    """
    record = incident(at=0)
    for at, who in (word.split() for word in words.split(", ")):
        when = minute(int(at))
        if who == "call":
            record = record.with_event(Contacted, channel="telephone", at=when, by=AGENT)
        else:
            by = {"kim": CALLER, "bot": SYSTEM}.get(who, AGENT)
            visibility: Any = "internal" if who == "note" else "public"
            record = comment(record, "x", visibility=visibility, at=when, by=by)
    found = figure(catalogue.MEAN_REPLY_TIME, [record])
    assert (found.value, found.denominator) == (value * M, waits)


def test_a_record_that_nobody_answered_has_no_reply_time() -> None:
    found = figure(catalogue.MEAN_REPLY_TIME, [incident(at=0)])
    assert (found.value, dict(found.excluded)) == (None, {"no_stop": 1})


def test_a_time_that_ends_before_the_opening_is_negative() -> None:
    """As a duration is: a log resolves it ten minutes before it opens."""
    record = incident(at=20).with_event(
        StateChanged, action="resolve", state=RESOLVED, at=minute(10), by=AGENT
    )
    for kpi in (catalogue.MEAN_REQUESTER_WAIT_TIME, catalogue.MEAN_TIME_TO_RESOLVE):
        result = figure(kpi, [record])
        assert (result.value, dict(result.excluded)) == (None, {"negative": 1})


def test_request_fulfillment_holds_the_approval_wait_apart() -> None:
    """Submitted at 0, approved at 30, fulfilled at 90: 90 minutes, of which 30 waited."""
    request = ServiceRequest.open(id="R", title="a laptop", at=minute(0), by="kim")
    request = SERVICE_REQUEST.advance(request, "submit", at=minute(0), by="kim")
    request = approve(request, "approved", at=minute(30), by="lee")
    request = SERVICE_REQUEST.advance(request, "approve", at=minute(30), by="lee")
    request = SERVICE_REQUEST.advance(request, "fulfill", at=minute(90), by="ada")

    assert figure(catalogue.MEAN_REQUEST_FULFILLMENT_TIME, [request]).value == 90 * M
    assert figure(catalogue.MEAN_APPROVAL_WAIT_TIME, [request]).value == 30 * M
