"""Incidents of PagerDuty from made logs: each kind of entry, and who acted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.records import Acknowledged, Communicated, Escalated, Incident, Snoozed
from incidentcore.values import Priority
from incidentcore.vendors import read_pagerduty

USER, SERVICE = {"id": "U1", "type": "user_reference"}, {"id": "S", "type": "service_reference"}


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def text(hour: int, minute: int = 0) -> str:
    return at(hour, minute).strftime("%Y-%m-%dT%H:%M:%SZ")


def entry(kind: str, minute: int, agent: Any = USER, **more: Any) -> dict[str, Any]:
    made = {"id": f"R{minute}", "type": f"{kind}_log_entry", "created_at": text(20, minute)}
    return {**made, "agent": agent, **more}


TRIGGER = entry("trigger", 0, SERVICE)


def read(*log: Any, status: str = "triggered", **fields: Any) -> tuple[Incident, list[str]]:
    incident = {"id": "P1", "created_at": text(20), "status": status, **fields}
    reading = read_pagerduty([incident], log)
    (read_one,) = reading
    return read_one, [finding.code for finding in reading.findings]


def test_a_snooze_until_a_time_that_cannot_be_read() -> None:
    """The finding names what could not be read, and its entry; the rest of the log counts."""
    log = [TRIGGER, entry("snooze", 1, changed_actions=[{"at": "soon"}])]
    reading = read_pagerduty({"id": "P1", "created_at": text(20), "status": "triggered"}, log)
    assert [one.kind for made in reading for one in made.history] == ["opened"]
    found = [(one.code, one.field, one.value, one.path) for one in reading.findings]
    assert found == [("unreadable_time", "until", "soon", "R1")]


@pytest.mark.parametrize(("end", "kinds"), [(0, []), (1, []), (2, ["snoozed"])])
def test_a_snooze_that_ends_no_later_than_it_begins_is_left_out(end: int, kinds: list[str]) -> None:
    """Of a snooze at 20:01 until 20:00 or 20:01; the incident stays, with what comes later."""
    log = [TRIGGER, entry("snooze", 1, changed_actions=[{"at": text(20, end)}])]
    log.append(entry("acknowledge", 5))
    reading = read_pagerduty({"id": "P1", "created_at": text(20), "status": "acknowledged"}, log)
    (incident,) = reading
    expected = ["opened", *kinds, "acknowledged", "state_changed"]
    assert [one.kind for one in incident.history] == expected
    found = [(one.code, one.field, one.value, one.path) for one in reading.findings]
    value = f"2026-03-02 20:0{end}:00+00:00"
    assert found == ([] if kinds else [("time_goes_back", "until", value, "R1")])


def test_each_kind_of_entry() -> None:
    """An escalation, updates, notes and snoozes are events; notifications are noise."""
    two = [{"id": "U2", "summary": "Ben"}, {"id": "U3", "summary": "Cy"}]
    incident, codes = read(
        TRIGGER,
        entry("notify", 1),
        entry("reach_ack", 2),
        entry("no_escalation", 3),
        entry("responder_request_for_escalation", 4),
        entry("acknowledge", 5),
        entry("unacknowledge", 6, SERVICE, channel={"type": "timeout"}),
        entry("escalate", 7, assignees=two),
        entry("escalate", 8, assignees=[]),
        entry("assign", 9, assignees=two[1:]),
        entry("annotate", 10, channel={"summary": "looking"}),
        entry("annotate", 11, channel={"content": "found"}),
        entry("status_update", 12, message="We work on it."),
        entry("snooze", 13, changed_actions=[{}, {"at": text(22)}]),
        entry("unsnooze", 14),
        entry("snooze", 15),
        entry("merge", 16),
        entry("resolve", 17),
        status="resolved",
        resolved_at=text(20, 17),
        priority={"summary": "P1"},
    )
    kinds = [event.kind for event in incident.history]
    assert [kind for kind in kinds if kind not in ("state_changed", "assigned")] == [
        "opened",
        "acknowledged",
        "unacknowledged",
        "escalated",
        "escalated",
        "commented",
        "commented",
        "communicated",
        "snoozed",
        "unsnoozed",
    ]
    assert sorted(codes) == ["merged_record", "several_assignees", *["unknown_entry"] * 2]
    escalated = [one.target for one in incident.history if isinstance(one, Escalated)]
    assert escalated == ["U2", "unknown"]
    assert [getattr(one, "text", None) for one in incident.history if one.kind == "commented"] == [
        "looking",
        "found",
    ]
    (update,) = (one for one in incident.history if isinstance(one, Communicated))
    assert (update.audience, update.text, update.at) == (
        "subscribers",
        "We work on it.",
        at(20, 12),
    )
    (snoozed,) = (one for one in incident.history if isinstance(one, Snoozed))
    assert snoozed.until == at(22)
    assert (incident.assignee, incident.resolved_at) == ("U3", at(20, 17))
    assert incident.priority is Priority.CRITICAL
    timeline = incident.timeline()
    assert [timeline.facts_at(at(20, minute))["state"].name for minute in (0, 5, 6, 16, 17)] == [
        *("triggered", "acknowledged", "triggered", "triggered", "resolved")
    ]


@pytest.mark.parametrize(
    ("agent", "more", "role"),
    [
        (USER, {}, "agent"),
        (SERVICE, {}, "system"),
        ({"id": "U1"}, {}, "agent"),  # a user by another entry
        ({"id": "U8"}, {"channel": {"type": "mobile"}}, "agent"),  # by the channel
        ({"id": "U8"}, {"channel": {"type": "timeout"}}, "system"),
        ({"summary": "Rule"}, {}, "system"),
    ],
)
def test_who_acted(agent: Any, more: Any, role: str) -> None:
    """By the type; without one by another entry or the channel; else a system, with a finding."""
    log = TRIGGER, entry("assign", 1, assignees=[USER]), entry("acknowledge", 5, agent, **more)
    incident, codes = read(*log, status="acknowledged")
    (acted,) = (one for one in incident.history if one.kind == "state_changed")
    assert acted.by.role == role
    assert acted.by.id == (agent.get("id") or "Rule")
    assert ("unknown_actor" in codes) is (not agent.get("type") and role == "system")


def test_a_log_that_is_not_whole() -> None:
    """No entry: moments alone; no trigger, or a page that says that there is more: a finding."""
    incident, codes = read(status="resolved", resolved_at=text(21))
    assert (incident.resolved_at, sorted(codes)) == (at(21), ["truncated_history", "unknown_actor"])
    assert incident.covers == {"moments"}
    _, codes = read(entry("acknowledge", 5), status="acknowledged")
    assert sorted(codes) == ["truncated_history", "unknown_actor"]  # nobody is known to open it
    _, codes = read({"log_entries": [TRIGGER], "more": True})
    assert codes == ["truncated_history"]
    _, codes = read({"log_entries": [TRIGGER], "more": False})
    assert codes == []


def test_pages_that_are_all_there_are_whole() -> None:
    """The first of two pages says that there is more, which is the second."""
    acknowledged = entry("acknowledge", 5)
    first = {"log_entries": [TRIGGER], "more": True, "offset": 0}
    _, codes = read(first, {"log_entries": [acknowledged], "more": False, "offset": 1})
    assert codes == ["history_disagrees"]  # only because the incident reads as triggered
    _, codes = read(first, {"log_entries": [acknowledged], "more": True, "offset": 1})
    assert "truncated_history" in codes
    _, codes = read(first, {**first, "log_entries": [acknowledged], "more": False})
    assert "truncated_history" in codes  # the first page of another log


def test_entries_belong_to_the_incident_that_they_name() -> None:
    """With several incidents an entry without one belongs to none."""
    rows = [{"id": name, "created_at": text(20), "status": "triggered"} for name in ("P1", "P2")]
    named = [{**TRIGGER, "id": name, "incident": {"id": name}} for name in ("P1", "P2")]
    acknowledged = {**entry("acknowledge", 5), "incident": {"id": "P2"}}
    one, two = read_pagerduty({"incidents": rows}, [*named, acknowledged])
    assert (one.acknowledged_at, two.acknowledged_at) == (None, at(20, 5))


def test_a_list_without_a_log_shows_who_is_assigned_and_who_acknowledged() -> None:
    """The earliest of those who still acknowledge counts, the first of several assignees."""
    people = [{"at": text(20), "assignee": {"id": who, "summary": who}} for who in ("U1", "U2")]
    acknowledged = [{"at": text(20, m), "acknowledger": USER} for m in (9, 4)]
    incident, codes = read(
        status="acknowledged",
        assignments=[*people, {"at": text(20)}],
        acknowledgements=acknowledged,
        last_status_change_at=text(20, 9),
    )
    assert (incident.acknowledged_at, incident.assignee) == (at(20, 4), "U1")
    assert incident.state.name == "acknowledged"
    assert not incident.is_covered("acknowledged_at")  # a resolved one no longer shows it
    assert codes == ["unknown_actor", "truncated_history", "several_assignees"]


def test_assignments_of_one_second_count_in_their_order() -> None:
    """Whether the newest came first, as from the API, or last."""
    people = [entry("assign", 5, id=f"R{who}", assignees=[{"id": who}]) for who in ("U1", "U2")]
    log = [TRIGGER, *people, entry("annotate", 6)]
    at_once = [TRIGGER, *({**one, "created_at": text(20)} for one in people)]
    for entries in (log, at_once):
        assert {read(*one)[0].assignee for one in (entries, entries[::-1])} == {"U2"}


def test_a_merged_incident_names_the_one_it_was_merged_into() -> None:
    """``resolve_reason`` has the id, which no log entry has."""
    reason = {"type": "merge_resolve_reason", "incident": {"id": "P9"}}
    incident, codes = read(TRIGGER, entry("resolve", 5), status="resolved", resolve_reason=reason)
    assert [(one.type, one.target) for one in incident.links] == [("duplicate_of", "P9")]
    assert codes == ["merged_record"]


@pytest.mark.parametrize("agent", [SERVICE, None])
def test_no_system_acknowledges(agent: Any) -> None:
    """An integration's acknowledgement is a change of state; the first person's one counts."""
    acks = entry("acknowledge", 1, agent), entry("acknowledge", 9)
    incident, _ = read(TRIGGER, *acks, status="acknowledged")
    assert incident.acknowledged_at == at(20, 9)
    assert incident.timeline().facts_at(at(20, 1))["state"].name == "acknowledged"


def test_an_incident_may_be_reopened() -> None:
    """The entry is a change of state, as its webhook says."""
    log = TRIGGER, entry("resolve", 5), entry("reopen", 7), entry("resolve", 9)
    incident, codes = read(*log, status="resolved")
    assert (incident.reopen_count, incident.resolved_at) == (1, at(20, 9))
    assert codes == []


@pytest.mark.parametrize(("by", "role"), [(USER, "agent"), (SERVICE, "system")])
def test_who_resolved_an_incident_without_a_log(by: Any, role: str) -> None:
    """``last_status_change_by`` says so."""
    fields = {"resolved_at": text(21), "last_status_change_by": by}
    incident, _ = read(status="resolved", **fields)
    assert incident.resolved_at == at(21)
    assert (incident.history[-1].by.id, incident.history[-1].by.role) == (by["id"], role)


def test_a_change_of_priority_has_its_values_in_the_channel() -> None:
    """So that what an incident was opened with is known; without them it is a finding."""
    channel = {"type": "website", "old_priority": None, "new_priority": {"summary": "P1"}}
    change = entry("priority_change", 10, channel=channel)
    incident, codes = read(TRIGGER, change, priority={"summary": "P1"})
    assert incident.timeline().facts_at(at(20, 9))["priority"] is None
    assert (incident.priority, codes) == (Priority.CRITICAL, [])
    assert incident.is_covered("priority")
    channel = {"old_priority": {"name": "P3"}, "new_priority": {"name": "P2"}}
    raised = entry("priority_change", 10, channel=channel)
    incident, codes = read(TRIGGER, raised, priority={"name": "P2"})
    assert incident.timeline().facts_at(at(20, 9))["priority"] is Priority.MODERATE
    assert (incident.priority, codes) == (Priority.HIGH, [])
    _, codes = read(TRIGGER, entry("priority_change", 10))
    assert codes == ["unknown_entry"]


def test_an_escalation_to_two_people_is_one() -> None:
    """PagerDuty writes an entry for each of them, of the same second."""
    to = [entry("escalate", 30, SERVICE, id=f"R{who}", assignees=[{"id": who}]) for who in "AB"]
    again = entry("escalate", 50, SERVICE, assignees=[{"id": "C"}])
    incident, codes = read(TRIGGER, *to, again)
    targets = [event.target for event in incident.history if isinstance(event, Escalated)]
    assert (targets, incident.assignee) == (["A", "C"], "C")
    assert codes == ["several_assignees"]


def test_responders_who_accept_or_decline_are_passed_over() -> None:
    """As are requests to them: they change neither state nor assignee."""
    kinds = ("responder_request", "responder_accept", "responder_decline")
    _, codes = read(TRIGGER, *(entry(kind, 5) for kind in kinds))
    assert codes == []


def test_a_log_without_assignments_leaves_those_that_are_shown() -> None:
    """Who is assigned now was so from the beginning."""
    shown = {"at": text(20), "assignee": USER}
    incident, codes = read(TRIGGER, assignments=[shown])
    assert (incident.assignee, codes) == ("U1", [])


def test_without_a_log_the_first_person_among_those_who_acknowledged_counts() -> None:
    """An integration that came first moved the state, and answered nothing."""
    who = [{"at": text(20, 9), "acknowledger": SERVICE}, {"at": text(20, 10), "acknowledger": USER}]
    fields = {"status": "acknowledged", "acknowledgements": who}
    [incident] = read_pagerduty([{"id": "P1", "created_at": text(20), **fields}])
    assert incident.acknowledged_at == at(20, 10)
    assert [one.at for one in incident.history if one.kind == "state_changed"] == [at(20, 9)]


def webhook(kind: str, minute: int, agent: Any, **data: Any) -> dict[str, Any]:
    snapshot = {"id": "P1", "created_at": text(20), "number": 7, "assignees": [USER], **data}
    event = {"id": f"E{minute}", "event_type": f"incident.{kind}", "agent": agent}
    return {"event": {**event, "occurred_at": text(20, minute), "data": snapshot}}


def test_bodies_of_webhooks_are_the_incident_and_its_log() -> None:
    """Version 3: the last snapshot is the incident, each event an entry, whatever their order."""
    note = {"id": "N1", "incident": {"id": "P1"}, "content": "Looking", "type": "incident_note"}
    p1 = {"summary": "P1"}
    bodies = [
        webhook("resolved", 30, USER, status="resolved", priority=p1),
        webhook("triggered", 0, SERVICE, status="triggered", priority=None),
        webhook("acknowledged", 2, USER, status="acknowledged", priority=None),
        webhook("priority_updated", 4, USER, status="acknowledged", priority=p1),
        webhook("annotated", 5, USER, **note),
        webhook("responder.added", 6, USER, incident={"id": "P1"}),
        webhook("status_update_published", 7, USER, incident={"id": "P1"}, message="Nearly done"),
    ]
    reading = read_pagerduty(bodies)
    (incident,) = reading
    moments = (incident.opened_at, incident.acknowledged_at, incident.resolved_at)
    assert moments == (at(20), at(20, 2), at(20, 30))
    assert incident.assignee == "U1"
    assert incident.custom["number"] == 7
    priorities = [one.at for one in incident.history if one.kind == "prioritized"]
    assert (priorities, incident.priority) == ([at(20, 4)], Priority.CRITICAL)
    [said] = [one for one in incident.history if one.kind == "commented"]
    assert (said.text, said.visibility) == ("Looking", "internal")
    [told] = [one for one in incident.history if one.kind == "communicated"]
    assert (told.text, told.at) == ("Nearly done", at(20, 7))
    assert list(reading.findings) == []


def test_bodies_of_older_webhooks_have_log_entries() -> None:
    """Version 2: each message has the incident and the entries of the log that it tells of."""
    now = {"id": "P1", "created_at": text(20), "status": "resolved"}
    messages = [
        {"event": "incident.trigger", "incident": {**now, "status": "triggered"}},
        {"event": "incident.resolve", "incident": now, "log_entries": [entry("resolve", 30)]},
    ]
    messages[0]["log_entries"] = [TRIGGER]
    reading = read_pagerduty([{"messages": messages}, {"id": "P2", "created_at": text(21)}, 5])
    incidents = {one.id: one for one in reading}
    assert incidents["P1"].resolved_at == at(20, 30)
    assert set(incidents) == {"P1", "P2"}


def test_one_incident_and_one_entry_may_come_alone() -> None:
    """As got by their ids."""
    incident = {"id": "P1", "created_at": text(20), "status": "triggered"}
    reading = read_pagerduty({"incident": incident}, {"log_entry": TRIGGER})
    assert [one.id for one in reading] == ["P1"]
    assert list(reading.findings) == []


def test_an_incident_on_two_pages_counts_as_it_was_updated_last() -> None:
    """Pages that were got one after the other may have it twice."""
    made = {"id": "P1", "created_at": text(20)}
    rows = [
        {**made, "status": "resolved", "resolved_at": text(21), "updated_at": text(21)},
        {**made, "status": "triggered", "updated_at": text(20, 5)},
    ]
    for order in (rows, rows[::-1]):
        assert [one.resolved_at for one in read_pagerduty(order)] == [at(21)]


def test_an_incident_moves_to_another_service() -> None:
    """The entry has the old one in its channel, the new one beside it, perhaps by ids alone."""
    shop, pay = ({"id": key, "summary": name} for key, name in (("S", "Shop"), ("T", "Pay")))
    moved = entry("service_change", 5, channel={"old_service": {"id": "S"}}, service={"id": "T"})
    incident, codes = read({**TRIGGER, "service": shop}, moved, service=pay)
    assert incident.timeline().facts_at(at(20))["service"] == "Shop"
    assert (incident.service, codes) == ("Pay", [])
    bodies = [
        webhook("triggered", 0, SERVICE, status="triggered", service=shop),
        webhook("service_updated", 5, USER, status="triggered", service=pay),
    ]
    [incident] = read_pagerduty(bodies)
    assert [incident.timeline().facts_at(at(20, minute))["service"] for minute in (0, 5)] == [
        "Shop",
        "Pay",
    ]


def test_an_acknowledgement_that_the_log_lacks_is_read_from_the_incident() -> None:
    """A page of the log may have been got before it; one in the log counts alone."""
    shown = [{"at": text(20, 7), "acknowledger": USER}]
    fields = {"status": "acknowledged", "acknowledgements": shown}
    incident, codes = read(TRIGGER, **fields)
    assert (incident.acknowledged_at, incident.state.name) == (at(20, 7), "acknowledged")
    assert codes == []
    incident, _ = read(TRIGGER, entry("acknowledge", 5), **fields)
    assert incident.acknowledged_at == at(20, 5)
    assert [one.kind for one in incident.history].count("acknowledged") == 1


def test_an_assignee_whose_account_is_gone_has_a_name() -> None:
    """Without an id, the summary names them."""
    gone = entry("assign", 5, assignees=[{"id": None, "summary": "Gone"}])
    assert read(TRIGGER, gone)[0].assignee == "Gone"
    assert (
        read(assignments=[{"at": text(20), "assignee": {"summary": "Gone"}}])[0].assignee == "Gone"
    )


NOISE = (
    *("notify", "notify_user", "repeat_escalation_path", "exhaust_escalation_path", "trigger"),
    *("reach_trigger_failure", "no_escalation", "responder_request"),
)


@pytest.mark.parametrize("suffix", ["_log_entry", "_log_entry_reference"])
def test_entries_of_a_log_that_change_nothing(suffix: str) -> None:
    """Whether the entry came whole or as a reference to it."""
    entries = [{**entry("x", n), "type": f"{kind}{suffix}"} for n, kind in enumerate(NOISE, 1)]
    incident, codes = read(TRIGGER, *entries)
    assert ([event.kind for event in incident.history], codes) == (["opened"], [])


@pytest.mark.parametrize("kind", ["assign", "reassign", "delegate", "escalate"])
def test_each_way_to_give_an_incident_to_somebody(kind: str) -> None:
    """The assignee is the first of those named; an escalation is an event beside it."""
    incident, codes = read(TRIGGER, entry(kind, 5, assignees=[{"id": "U2", "summary": "Ben"}]))
    assert (incident.assignee, codes) == ("U2", [])
    assert incident.escalation_count == (kind == "escalate")


@pytest.mark.parametrize(
    "channel", ["website", "web", "mobile", "phone", "sms", "email", "web_trigger", "api"]
)
def test_who_acts_on_a_channel_of_people_is_an_agent(channel: str) -> None:
    """Without a type, and named by no other entry."""
    acted = entry("acknowledge", 5, {"id": "U8"}, channel={"type": channel})
    incident, codes = read(TRIGGER, acted, status="acknowledged")
    by = [event.by for event in incident.history if event.kind == "acknowledged"]
    assert ([one.role for one in by], codes) == (["agent"], [])


def test_the_first_entry_of_an_incident_says_who_triggered_it() -> None:
    """Where no log came, as lists of incidents have it."""
    incident, _ = read(first_trigger_log_entry={"agent": USER})
    assert (incident.opened_by.id, incident.opened_by.role) == (USER["id"], "agent")


def test_webhooks_of_one_time_in_any_order() -> None:
    """Triggering comes first, resolving last."""
    states = {"triggered": "triggered", "acknowledged": "acknowledged", "resolved": "resolved"}
    bodies = [webhook(kind, 0, USER, status=state) for kind, state in states.items()]
    for number, body in enumerate(bodies):
        body["event"]["id"] = f"E{number}"
    for order in (bodies, bodies[::-1]):
        [incident] = read_pagerduty(order)
        assert (incident.acknowledged_at, incident.resolved_at) == (at(20), at(20))
        assert incident.state.name == "resolved"


def test_the_first_to_acknowledge_is_so_in_any_zone() -> None:
    """05:50 in UTC is before 06:10, as clocks in New York are set back."""
    times = ("2026-11-01T01:10:00-05:00", "2026-11-01T01:50:00-04:00")
    given = [{"at": time, "acknowledger": USER} for time in times]
    made = {"id": "P1", "created_at": "2026-11-01T01:40:00-04:00", "status": "acknowledged"}
    [incident] = read_pagerduty([{**made, "acknowledgements": given}])
    assert incident.acknowledged_at == datetime(2026, 11, 1, 5, 50, tzinfo=UTC)


def test_a_log_may_stand_in_its_incident() -> None:
    """As scripts keep it; an entry may be a reference, and one without a type is found."""
    kinds = ("trigger_log_entry_reference", "acknowledge_log_entry_reference", None)
    log = [{**entry("x", n, SERVICE if n == 0 else USER), "type": k} for n, k in enumerate(kinds)]
    incident, codes = read(log_entries=log[::-1], status="acknowledged")
    assert (incident.acknowledged_at, codes) == (at(20, 1), ["unknown_entry"])
    assert incident.opened_by.id == "S"


@pytest.mark.parametrize("kind", ["assign", "reassign", "delegate", "escalate"])
def test_an_incident_given_to_others_is_triggered_again(kind: str) -> None:
    """The log has no entry for it.

    Source: the bodies acknowledge_v2, assign_v2 and resolve_v2 of Zulip's tests are of one
    incident, whose status is acknowledged, then triggered, then resolved.
    """
    log = [TRIGGER, entry("acknowledge", 2), entry(kind, 3, assignees=[{"id": "U2"}])]
    incident, found = read(*log)
    assert incident.state.name == "triggered"
    moves = [(one.kind, one.at) for one in incident.history if "ack" in one.kind]
    assert moves == [("acknowledged", at(20, 2)), ("unacknowledged", at(20, 3))]
    assert (incident.acknowledged_at, found) == (at(20, 2), [])


@pytest.mark.parametrize("minute", [1, 2, 3])
def test_an_incident_that_is_acknowledged_at_last_stays_so(minute: int) -> None:
    """Given to others before, as it was acknowledged, or after, but the status says otherwise."""
    log = [TRIGGER, entry("acknowledge", 2), entry("assign", minute, assignees=[{"id": "U2"}])]
    incident, found = read(*log, status="acknowledged")
    assert incident.state.name == "acknowledged"
    assert found == []
    assert not [one for one in incident.history if one.kind == "unacknowledged"]


def test_a_webhook_about_a_service_is_no_incident() -> None:
    """Nor is a test of the connection. Source: service_created_v3 of Zulip's tests."""
    service = {"id": "PF9", "type": "service", "created_at": text(20), "summary": "Shop"}
    event = {"id": "E9", "event_type": "service.created", "occurred_at": text(20), "data": service}
    ping = {"event": {**event, "event_type": "pagey.ping", "data": {"message": "Hello"}}}
    triggered = webhook("triggered", 0, SERVICE, status="triggered")
    reading = read_pagerduty([{"event": event}, triggered, ping])
    assert [one.id for one in reading] == ["P1"]
    assert dict(reading.findings.counts) == {"unknown_entry": 2}


def test_bodies_of_the_first_version_are_reported_one_by_one() -> None:
    """Their incident is one level deeper. Source: trigger.json of Zulip's tests."""
    data = {"incident": {"id": "P1", "created_on": text(20), "status": "triggered"}}
    message = {"type": "incident.trigger", "created_on": text(20), "data": data}
    reading = read_pagerduty([{"messages": [message, message]}, {"messages": [message]}])
    assert (list(reading), dict(reading.findings.counts)) == ([], {"unknown_entry": 3})


def test_an_entry_without_an_id_counts() -> None:
    """As another program writes it that keeps some of the columns only."""
    log = [{name: one for name, one in e.items() if name != "id"} for e in (TRIGGER, entry("r", 1))]
    log[1]["type"] = "resolve_log_entry"
    incident, found = read(*log, status="resolved")
    assert (incident.resolved_at, found) == (at(20, 1), [])


@pytest.mark.parametrize(("ids", "withdrawn"), [(["U2"], 1), (["U2", "U1"], 0)])
def test_only_an_assignment_to_others_withdraws_an_acknowledgement(
    ids: list[str], withdrawn: int
) -> None:
    """Whoever acknowledged at 20:02 is among those who have the incident at 20:03, or is not."""
    given = entry("assign", 3, assignees=[{"id": one} for one in ids])
    log = [TRIGGER, entry("acknowledge", 2, {**USER, "id": "U1"}), given, entry("resolve", 9)]
    incident, _ = read(*log, status="resolved")
    kinds = [event.kind for event in incident.history]
    assert (kinds.count("unacknowledged"), incident.acknowledged_at) == (withdrawn, at(20, 2))


@pytest.mark.parametrize(("agent", "codes"), [(SERVICE, []), ("Ada", ["unknown_actor"])])
def test_to_withdraw_what_nobody_acknowledged_is_no_acknowledgement(
    agent: Any, codes: list[str]
) -> None:
    """That of an integration, or of an agent who is a text: giving it to others is not work."""
    given = entry("assign", 3, assignees=[{"id": "U2"}])
    incident, found = read(TRIGGER, entry("acknowledge", 2, agent), given)
    assert (incident.assignee, incident.acknowledged_at) == ("U2", None)
    assert (incident.state.name, found) == ("triggered", codes)


def test_each_withdrawal_counts_in_a_log_without_ids() -> None:
    """Acknowledged and given to others, twice: the incident is triggered from 20:05 on."""
    given = {"assignees": [{"id": "U2"}]}
    log = [
        *(TRIGGER, entry("acknowledge", 2), entry("assign", 3, **given)),
        *(entry("acknowledge", 4), entry("escalate", 5, **given)),
    ]
    incident, found = read(*({name: one[name] for name in one if name != "id"} for one in log))
    assert [one.at for one in incident.history if one.kind == "unacknowledged"] == [
        at(20, 3),
        at(20, 5),
    ]
    assert (incident.state.name, found) == ("triggered", [])


@pytest.mark.parametrize("kind", ["unacknowledge", "reopen"])
@pytest.mark.parametrize(
    ("changed", "count"), [("2026-03-02T10:00:00Z", 1), ("2026-03-02T09:05:00Z", 0)]
)
def test_a_log_that_withdraws_last_lacks_a_later_acknowledgement(
    kind: str, changed: str, count: int
) -> None:
    """Of a cut log, whose incident has one; an incident read before its log has an older one."""
    user = {"id": "U1", "type": "user_reference"}
    page = {"id": "P1", "created_at": "2026-03-02T09:00:00Z", "status": "acknowledged"}
    page |= {"last_status_change_at": changed, "acknowledgements": [{"at": changed}]}
    page["acknowledgements"][0]["acknowledger"] = user
    entry = {"id": "R2", "type": f"{kind}_log_entry", "created_at": "2026-03-02T09:35:00Z"}
    [incident] = read_pagerduty([page], [entry | {"agent": {"id": "S1", "type": "service"}}])
    found = [event.at for event in incident.history if isinstance(event, Acknowledged)]
    assert found == [datetime(2026, 3, 2, 10, tzinfo=UTC)] * count


def test_a_resolution_in_the_second_of_a_reopening_counts_once() -> None:
    """Of one second, the later entry is the last one, as the log has it."""
    log = TRIGGER, entry("resolve", 5), entry("reopen", 9), {**entry("resolve", 9), "id": "R10"}
    incident, codes = read(*log, status="resolved", resolved_at=text(20, 9))
    assert [one.state.name for one in incident.history if hasattr(one, "state")] == [
        *("triggered", "resolved"),
        *("triggered", "resolved"),
    ]
    assert codes == []


@pytest.mark.parametrize("wrong", [["P1"], {"id": "P1"}])
def test_a_webhook_whose_incident_has_no_id_that_can_be_one(wrong: Any) -> None:
    """Of both versions; the other webhooks are read all the same."""
    bodies: list[dict[str, Any]] = []
    for key in (wrong, "P2"):
        data = {"id": key, "created_at": text(20), "status": "triggered"}
        event = {"event_type": "incident.triggered", "occurred_at": text(20), "data": data}
        bodies += {"event": event}, {"messages": [{"incident": data, "log_entries": []}]}
    assert [one.id for one in read_pagerduty(bodies)] == ["P2"]
