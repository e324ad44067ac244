"""Tickets of Zendesk from made exports: who is an agent, what audits say, the tool's results."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.records import Commented, Incident
from incidentcore.values import Priority
from incidentcore.vendors import read_zendesk
from incidentcore.vendors.kit import Roles, reported_slas

MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def text(hour: int, minute: int = 0) -> str:
    return at(hour, minute).strftime("%Y-%m-%dT%H:%M:%SZ")


def ticket(**fields: Any) -> dict[str, Any]:
    return {"id": 7, "created_at": text(8), "status": "new", "requester_id": 1, **fields}


def audit(number: int, hour: int, by: int, *events: dict[str, Any]) -> dict[str, Any]:
    numbered = [{"id": 10 * number + place, **event} for place, event in enumerate(events)]
    made = {"id": number, "ticket_id": 7, "created_at": text(hour), "author_id": by}
    return {**made, "events": numbered}


def change(name: str, value: Any, before: Any = None, kind: str = "Change") -> dict[str, Any]:
    return {"type": kind, "field_name": name, "value": value, "previous_value": before}


CREATED = audit(1, 8, 1, change("status", "new", kind="Create"), change("tags", [], kind="Create"))


def read(*audits: Any, **more: Any) -> tuple[Incident, dict[str, int]]:
    fields = more.pop("fields", {})
    reading = read_zendesk([ticket(**fields)], audits, **more)
    (incident,) = reading
    codes = [finding.code for finding in reading.findings]
    return incident, {code: codes.count(code) for code in codes}


def comments(incident: Incident) -> list[tuple[str, str, str, str]]:
    return [
        (one.text, one.by.id, one.by.role, one.visibility)
        for one in incident.history
        if isinstance(one, Commented)
    ]


def said(body: str, *, public: bool, **more: Any) -> dict[str, Any]:
    return {"type": "Comment", "body": body, "public": public, **more}


def test_who_is_an_agent_is_seen_by_what_they_did() -> None:
    """An internal note, a change of priority or group, an assignment; a public word shows none.

    Who cannot be told is read as a system, with a finding.
    """
    incident, codes = read(
        CREATED,
        audit(2, 9, 2, said("note", public=False, author_id=2)),
        audit(3, 10, 3, change("priority", "high"), said("hello", public=True, author_id=3)),
        audit(4, 11, 4, said("who?", public=True, author_id=4)),
        audit(5, 12, 1, said("thanks", public=True, author_id=1)),
        audit(6, 13, 3, change("assignee_id", 5, 6), change("status", "open", "new")),
        audit(7, 14, 5, said("mine", public=True, author_id=5)),
        audit(8, 15, 6, said("was mine", public=True, author_id=6)),
        audit(9, 16, -1, said("by a trigger", public=True)),
        fields={"priority": "high", "assignee_id": 5, "status": "open"},
    )
    assert comments(incident) == [
        ("note", "2", "agent", "internal"),
        ("hello", "3", "agent", "public"),
        ("who?", "4", "system", "public"),
        ("thanks", "1", "requester", "public"),
        ("mine", "5", "agent", "public"),
        ("was mine", "6", "agent", "public"),
        ("by a trigger", "-1", "system", "public"),
    ]
    assert codes == {"unknown_actor": 1}
    assert incident.first_response_at == at(10)
    assert incident.priority is Priority.HIGH


def test_what_the_tool_does_itself_needs_no_role_of_the_caller() -> None:
    """Roles that replace those of the preset say nothing of -1, the author of triggers."""
    by_itself = audit(2, 9, -1, said("by a trigger", public=True))
    incident, codes = read(CREATED, by_itself, roles=Roles(requesters=["1"]))
    assert comments(incident) == [("by a trigger", "-1", "system", "public")]
    assert codes == {}


def test_a_field_of_ones_own_that_is_empty_is_not_there() -> None:
    fields = [{"id": 1, "value": ""}, {"id": 2, "value": "x"}, {"id": 3, "value": None}]
    incident, _ = read(CREATED, fields={"custom_fields": fields})
    assert dict(incident.custom) == {"2": "x"}


def test_tags_that_are_taken_away_are_a_change() -> None:
    """Empty tags at the creation are none; a change to none is one."""
    tagged = audit(1, 8, 1, change("tags", ["vpn"], kind="Create"))
    incident, _ = read(tagged, audit(2, 9, 2, change("tags", [], ["vpn"])), fields={"tags": []})
    facts = incident.timeline().facts_at
    assert [sorted(facts(at(hour))["tags"]) for hour in (8, 9)] == [["vpn"], []]
    incident, _ = read(CREATED, fields={"tags": []})
    assert [event.kind for event in incident.history] == ["opened"]


def test_roles_that_are_stated_count() -> None:
    """An administrator is an agent; who is said to be an end user is a requester."""
    users = [{"id": 4, "role": "admin"}, {"id": 9, "role": "end-user"}, {"id": 8}, "broken"]
    incident, codes = read(
        CREATED,
        audit(2, 9, 9, said("me too", public=True, author_id=9)),
        audit(3, 10, 4, said("hello", public=True, author_id=4)),
        users=users,
    )
    assert [(by, role) for _, by, role, _ in comments(incident)] == [
        ("9", "requester"),
        ("4", "agent"),
    ]
    assert codes == {"unknown_entry": 1}  # the broken one


def test_a_comment_of_somebody_else_than_the_audit() -> None:
    """The comment's author counts, as where a rule posts it for an agent."""
    incident, _ = read(CREATED, audit(2, 9, -1, said("auto", public=True, author_id=1)))
    assert comments(incident) == [("auto", "1", "requester", "public")]


def test_the_first_comment_is_the_description() -> None:
    """What came with the creation is not a comment; tags that were empty are not a change."""
    first = audit(1, 8, 1, change("status", "new", kind="Create"), said("x", public=True))
    incident, codes = read(first)
    assert (comments(incident), codes) == ([], {})
    assert incident.opened_by.role == "requester"


def test_a_ticket_as_it_was_updated_last_counts() -> None:
    """Of two of one id, in any order; a deleted one is left out, and what is not a ticket."""
    old, new = ticket(updated_at=text(9), subject="a"), ticket(updated_at=text(10), subject="b")
    for rows in ([old, new], [new, old]):
        (incident,) = read_zendesk(rows, [CREATED])
        assert incident.title == "b"
    reading = read_zendesk([ticket(status="deleted")], [CREATED])
    assert (list(reading), [one.code for one in reading.findings]) == ([], ["deleted_record"])


def test_a_merged_ticket_and_a_log_without_its_beginning() -> None:
    """Both are kept, with a finding."""
    _, codes = read(CREATED, fields={"tags": ["closed_by_merge"]})
    assert codes["merged_record"] == 1
    _, codes = read(audit(2, 9, 2, said("note", public=False, author_id=2)))
    assert codes["truncated_history"] == 1


def test_metrics_are_the_tool_s_results() -> None:
    """20 of 60 minutes by the calendar; 90 of 60 in business hours; without a goal no verdict."""

    def event(metric: str, kind: str, hour: int, minute: int = 0, **more: Any) -> dict[str, Any]:
        made = {"ticket_id": 7, "metric": metric, "instance_id": 1, "type": kind}
        return {**made, "time": text(hour, minute), **more}

    goal = {"target": 60, "business_hours": False, "policy": {"title": "gold"}}
    slow = {"target": 60, "business_hours": True}
    used = {"calendar": 20, "business": 90}
    incident, _ = read(
        CREATED,
        metric_events=[
            event("reply_time", "fulfill", 8, 20),
            event("reply_time", "activate", 8),
            event("reply_time", "apply_sla", 8, sla={**goal, "target": 30}),
            event("reply_time", "apply_sla", 8, 1, sla=goal),
            event("reply_time", "update_status", 8, 20, status=used),
            event("agent_work_time", "activate", 8),
            event("agent_work_time", "apply_sla", 8, sla=slow),
            event("agent_work_time", "breach", 9),
            event("agent_work_time", "update_status", 9, 30, status=used),
            event("requester_wait_time", "activate", 8),
        ],
    )
    (reply,) = reported_slas(incident, "reply_time")
    assert (reply.breached, reply.elapsed, reply.goal) == (False, 20 * MINUTE, 60 * MINUTE)
    assert (reply.started_at, reply.stopped_at, reply.stage) == (at(8), at(8, 20), "gold")
    (work,) = reported_slas(incident, "agent_work_time")
    assert (work.breached, work.elapsed, work.stopped_at) == (True, 90 * MINUTE, None)
    (wait,) = reported_slas(incident, "requester_wait_time")
    assert (wait.breached, wait.elapsed, wait.goal) == (None, None, None)
    assert incident.covers is not None
    assert "sla" in incident.covers
    assert "sla" not in (read(CREATED)[0].covers or ())


def test_a_clock_that_paused_started_at_its_first_activation() -> None:
    """One that was activated after it was fulfilled runs; a withdrawn breach is none."""

    def event(kind: str, hour: int, **more: Any) -> dict[str, Any]:
        made = {"ticket_id": 7, "metric": "agent_work_time", "instance_id": 1, "type": kind}
        return {**made, "time": text(hour), **more}

    paused = [event("activate", 8), event("pause", 9), event("activate", 11), event("fulfill", 12)]
    (work,) = reported_slas(read(CREATED, metric_events=paused)[0])
    assert (work.started_at, work.stopped_at) == (at(8), at(12))
    withdrawn = [event("breach", 10, deleted=True), event("apply_sla", 8, sla={"target": 60})]
    again = [*paused, event("activate", 13), *withdrawn]
    (work,) = reported_slas(read(CREATED, metric_events=again)[0])
    assert (work.started_at, work.stopped_at, work.breached) == (at(8), None, False)


def test_an_incremental_export_says_itself_whether_it_ended() -> None:
    """The last page of one still names where the next export begins."""
    for ended, found in ((True, False), (False, True)):
        page = {"tickets": [ticket()], "next_page": "https://x", "end_of_stream": ended}
        reading = read_zendesk(page, [CREATED])
        assert len(list(reading)) == 1
        assert ("truncated_history" in reading.findings.counts) is found


def test_a_trigger_in_a_person_s_audit_acts_itself() -> None:
    """An event has its own ``via`` where it differs from the audit's; it makes nobody an agent."""
    rule = {"via": {"channel": "rule", "source": {"rel": "trigger"}}}
    asked = said("Any news?", public=True, author_id=1)
    routed = audit(
        2, 9, 1, asked, change("group_id", "5") | rule, change("priority", "high") | rule
    )
    incident, _ = read(CREATED, routed, audit(3, 10, 2, said("Yes.", public=True, author_id=2)))
    assert [(event.by.id, event.by.role) for event in incident.history[:4]] == [
        ("1", "requester"),
        ("1", "requester"),
        ("-1", "system"),
        ("-1", "system"),
    ]
    assert incident.acknowledged_at is None


def test_links_to_a_problem_and_to_the_ticket_before() -> None:
    """An incident of a problem ticket, and a follow-up of a closed one."""
    source = {"rel": "follow_up", "from": {"ticket_id": 5}}
    fields = {"problem_id": 9, "via": {"channel": "web", "source": source}}
    incident, _ = read(CREATED, fields=fields)
    links = {(one.type, one.target) for one in incident.links}
    assert links == {("caused_by", "9"), ("related_to", "5")}


def test_an_event_of_an_audit_that_is_not_known_is_found() -> None:
    """A change of a comment's privacy is; what tells of messages sent is passed over."""
    private = {"type": "CommentPrivacyChange", "comment_id": 3, "public": False}
    sent = [{"type": kind} for kind in ("Notification", "Cc", "External", "WebhookEvent")]
    _, found = read(CREATED, audit(2, 9, 2, private, *sent), users=[{"id": 2, "role": "agent"}])
    assert found == {"unknown_entry": 1}


def metric(kind: str, hour: int | None, **more: Any) -> dict[str, Any]:
    made = {"ticket_id": 7, "metric": "group_ownership_time", "instance_id": 1, "type": kind}
    return {**made, "time": None if hour is None else text(hour), **more}


def test_targets_of_groups_and_breaches_without_a_target() -> None:
    """A group's target is a target; a breach is one, whatever else is told; seconds are exact."""
    target = {"target": 1, "target_in_seconds": 90, "business_hours": False}
    target["policy"] = {"title": "Second line"}
    begun = metric("activate", 8)
    grouped = begun, metric("apply_group_sla", 8, group_sla=target), metric("fulfill", 9)
    [one] = reported_slas(read(CREATED, metric_events=grouped)[0])
    assert (one.goal, one.breached, one.stage) == (1.5 * MINUTE, False, "Second line")
    [one] = reported_slas(read(CREATED, metric_events=(begun, metric("breach", 9)))[0])
    assert (one.goal, one.breached) == (None, True)


def test_a_metric_event_without_a_time_is_found() -> None:
    """It was read as if the metric still ran."""
    incident, found = read(CREATED, metric_events=(metric("activate", 8), metric("fulfill", None)))
    assert [one.stopped_at for one in reported_slas(incident)] == [None]
    assert found == {"unreadable_time": 1}


def test_a_ticket_without_audits_was_solved_when_its_metrics_say() -> None:
    """Archived tickets: ``metric_set`` comes with the ticket; it was solved at its last update."""
    solved = {"status": "solved", "updated_at": text(13), "metric_set": {"solved_at": text(10)}}
    incident, found = read(fields=solved)
    assert incident.resolved_at == at(10)
    assert found == {"truncated_history": 1}


def test_what_a_ticket_was_opened_with_is_no_work_on_it() -> None:
    """Zendesk may write it down a second later, by the agent who opened the ticket."""
    made = [
        change(name, to, kind="Create") for name, to in (("status", "open"), ("priority", "high"))
    ]
    late = {**audit(1, 8, 2, *made, said("phoned", public=True)), "created_at": text(8)[:-2] + "1Z"}
    users = [{"id": 2, "role": "agent"}]
    fields = {"status": "open", "priority": "high", "submitter_id": 2}
    incident, found = read(late, users=users, fields=fields)
    assert [event.kind for event in incident.history] == ["opened"]
    assert (incident.state.name, incident.priority) == ("Open", Priority.HIGH)
    assert (incident.acknowledged_at, incident.first_response_at, found) == (None, None, {})


def test_what_else_a_ticket_tells() -> None:
    """Its text and type, and the counts of its metrics as the tool's own."""
    fields = {"description": "It drops.", "type": "incident"}
    fields["metric_set"] = {"reopens": 2, "replies": 3, "solved_at": None}
    incident, found = read(CREATED, fields=fields)
    assert (incident.description, incident.custom["type"]) == ("It drops.", "incident")
    assert dict(incident.custom["tool"]) == {"reopens": 2, "replies": 3}
    assert found == {}


def test_a_trigger_whose_channel_is_a_number_is_no_person() -> None:
    """A channel is given by its name or its number; 8 is that of rules."""
    by_rule = {**change("priority", "high"), "via": {"channel": 8}}
    incident, codes = read(CREATED, audit(2, 9, 1, by_rule), fields={"priority": "high"})
    assert [(one.by.id, one.by.role) for one in incident.history] == [
        ("1", "requester"),
        ("-1", "system"),
    ]
    assert codes == {}


def test_a_comment_on_facebook_is_said() -> None:
    """Its author and whether it is public are stated as in any comment."""
    reply = {"type": "FacebookComment", "author_id": 2, "body": "Hello", "public": True}
    users = [{"id": 2, "role": "agent"}]
    incident, codes = read(CREATED, audit(2, 9, 2, reply), users=users)
    assert incident.first_response_at == at(9)
    assert codes == {}


def test_documented_events_that_change_nothing_are_passed_over() -> None:
    """Messages to other channels and followers tell nothing of the ticket."""
    kinds = (
        "Notification NotificationWithCcs Cc FollowerChange EmailCcChange Error External Push "
        "OrganizationActivity SatisfactionRating AgentMacroReference TicketSharingEvent "
        "WebhookEvent KnowledgeCaptured KnowledgeLinked CommentRedactionEvent Tweet "
        "AttachmentRedactionEvent SuspendedTicketRecovery SmsNotification FollowerNotification "
        "FacebookEvent LogMeInTranscript ScheduleAssignment"
    )
    events = [{"type": kind} for kind in kinds.split()]
    assert read(CREATED, audit(2, 9, 2, *events))[1] == {"unknown_actor": 1}


def test_the_category_of_a_status_of_one_s_own_says_what_it_is() -> None:
    """An account names its statuses; the category is one of Zendesk's."""
    incident, _ = read(CREATED, fields={"status": "Parked", "status_category": "hold"})
    assert (incident.state.name, incident.state.pauses) == ("Parked", True)


def test_a_merge_links_both_tickets() -> None:
    """The audit of a merge says with which one; that which was closed is the duplicate."""

    def links(*tags: str, **came_from: object) -> list[tuple[str, str]]:
        via = {"channel": "web", "source": {"rel": "merge", "from": came_from}}
        fields = {"tags": list(tags)}
        incident, _ = read(CREATED, {**audit(2, 9, 1), "via": via}, fields=fields)
        return sorted((link.type, link.target) for link in incident.links)

    assert links(ticket_id=44) == [("has_duplicate", "44")]
    assert links(ticket_ids=[44, 45]) == [("has_duplicate", "44"), ("has_duplicate", "45")]
    assert links("closed_by_merge", ticket_id=50) == [("duplicate_of", "50")]


def test_users_on_the_pages_of_tickets_count() -> None:
    """Requested with ``include=users``; those passed as users come after them."""
    page = {"tickets": [ticket()], "users": [{"id": 2, "role": "agent"}, None]}
    answer = audit(2, 9, 2, said("Yes", public=True, author_id=2))
    [incident] = read_zendesk(page, [CREATED, answer])
    assert incident.first_response_at == at(9)
    [incident] = read_zendesk(page, [CREATED, answer], users=[{"id": 2, "role": "end-user"}])
    assert incident.first_response_at is None


def test_users_on_the_pages_of_audits_count() -> None:
    """As those on the pages of tickets do; one ticket or audit may come alone."""
    answer = audit(2, 9, 2, said("Yes", public=True, author_id=2))
    page = {"audits": [CREATED, answer], "users": [{"id": 2, "role": "agent"}]}
    [incident] = read_zendesk({"ticket": ticket()}, page)
    assert incident.first_response_at == at(9)
    reading = read_zendesk({"ticket": ticket()}, {"audit": CREATED})
    assert len(list(reading)) == 1
    assert list(reading.findings) == []


def test_comments_in_an_exported_ticket_stand_for_its_audits() -> None:
    """The first is the description; who wrote an internal note is an agent."""

    def comment(number: int, by: int, *, public: bool = True) -> dict[str, Any]:
        made = {"id": number, "author_id": by, "created_at": text(8, 10 * number)}
        return said("Text", public=public, **made)

    comments_of_it = [comment(0, 1), comment(1, 2, public=False), comment(2, 1), comment(3, 2)]
    [incident] = read_zendesk([ticket(comments=comments_of_it)], [])
    assert [one.visibility for one in incident.history if isinstance(one, Commented)] == [
        "internal",
        "public",
        "public",
    ]
    assert incident.first_response_at == at(8, 30)
    assert not incident.is_covered("states")
    assert comments(read(CREATED, fields={"comments": comments_of_it})[0]) == []


def test_that_a_metric_is_measured_is_no_result() -> None:
    """Such an event has instance 0, and neither a start nor a target."""
    made = {"ticket_id": 7, "metric": "reply_time", "time": text(8)}
    events = [
        {**made, "id": 1, "instance_id": 0, "type": "measure"},
        {**made, "id": 2, "instance_id": 1, "type": "activate"},
    ]
    incident, _ = read(CREATED, metric_events=events)
    assert [one.started_at for one in reported_slas(incident)] == [at(8)]


def test_a_user_without_a_role_is_an_agent_by_what_they_did() -> None:
    """The role that a page lacks does not hide that the ticket is assigned to the user."""
    answer = audit(2, 9, 2, said("Yes", public=True))
    users = [{"id": 2, "role": None}]
    incident, codes = read(CREATED, answer, users=users, fields={"assignee_id": 2})
    assert (incident.first_response_at, codes) == (at(9), {})


def test_ticket_events_of_the_incremental_export_are_audits() -> None:
    """A child names its field by a key of its own, and a rule by its channel's name."""

    def entry(number: int, hour: int, by: int, *children: dict[str, Any]) -> dict[str, Any]:
        made = {"id": number, "ticket_id": 7, "created_at": text(hour), "updater_id": by}
        numbered = [{"id": 10 * number + n, "via": "Mail", **c} for n, c in enumerate(children)]
        return {**made, "via": "Mail", "event_type": "Audit", "child_events": numbered}

    created = {"event_type": "Create", "status": "new"}, {"event_type": "Create", "type": "task"}
    answer = {"event_type": "Comment", "type": "Comment", "author_id": 2, "public": True}
    unseen = {"event_type": "Comment", "comment_present": True, "comment_public": False}
    raised = {"event_type": "Change", "priority": "high", "previous_value": None, "via": "Rule"}
    solved = {"event_type": "Change", "status": "solved", "previous_value": "new"}
    floor = {"event_type": "Change", "custom_ticket_fields": {"31": "3"}, "previous_value": ""}
    page = [
        entry(1, 8, 1, *created),
        entry(2, 9, 2, answer | {"body": "Hello"}, raised),
        entry(3, 10, 2, unseen, solved, floor),
    ]
    shown = ticket(status="solved", priority="high")
    users = [{"id": 2, "role": "agent"}]
    reading = read_zendesk([shown], {"ticket_events": page, "end_of_stream": True}, users=users)
    [incident] = reading
    assert (incident.first_response_at, incident.resolved_at) == (at(9), at(10))
    assert comments(incident) == [("Hello", "2", "agent", "public"), ("", "2", "agent", "internal")]
    [change] = [one for one in incident.history if one.kind == "prioritized"]
    assert (change.at, change.by.id) == (at(9), "-1")
    assert incident.custom["31"] == "3"
    assert list(reading.findings) == []


def test_each_field_of_a_child_without_an_id_counts() -> None:
    """Each child changes the group and, as its second field, the priority."""
    children = [
        {"event_type": "Change", "group_id": group, "priority": level}
        for group, level in ((10, "high"), (20, "urgent"))
    ]
    entries = [
        {"id": n, "ticket_id": 7, "created_at": text(8 + n), "updater_id": 2, "child_events": [one]}
        for n, one in enumerate(children, 1)
    ]
    reading = read_zendesk([ticket(priority="urgent")], {"ticket_events": entries})
    [incident] = reading
    assert [one.at for one in incident.history if one.kind == "prioritized"] == [at(9), at(10)]
    assert "duplicate_entry" not in reading.findings.counts


def test_a_closed_ticket_names_the_tickets_that_follow_it() -> None:
    """As ``followup_ids``."""
    incident, _ = read(CREATED, fields={"followup_ids": [40, 41]})
    links = {(one.type, one.target) for one in incident.links}
    assert links == {("related_to", "40"), ("related_to", "41")}


def test_metric_events_of_one_second_count_in_the_order_of_their_numbers() -> None:
    """Listed with the newest first: a target applied again, a clock activated again."""

    def event(number: int, kind: str, hour: int, **more: Any) -> dict[str, Any]:
        return {**metric(kind, hour), "id": number, **more}

    terms = [{"target": n, "business_hours": False} for n in (60, 30)]
    first = [event(2 + n, "apply_sla", 8, sla=one) for n, one in enumerate(terms)]
    log = [event(1, "activate", 8), *first, event(9, "fulfill", 9), event(10, "activate", 9)]
    [one] = reported_slas(read(CREATED, metric_events=log[::-1])[0])
    assert (one.goal, one.stopped_at) == (30 * MINUTE, None)


def test_the_text_of_the_opening_may_come_before_its_values() -> None:
    """As the API lists them; it is no answer of the agent who opened the ticket by phone."""
    made = said("phoned", public=True, author_id=2), change("status", "new", kind="Create")
    answer = audit(2, 9, 2, said("Done", public=True, author_id=2))
    users = [{"id": 2, "role": "agent"}]
    incident, codes = read(audit(1, 8, 2, *made), answer, users=users, fields={"submitter_id": 2})
    assert (incident.first_response_at, codes) == (at(9), {})


def test_a_change_that_names_no_field_is_found() -> None:
    """It was kept as the custom field None."""
    incident, codes = read(CREATED, audit(2, 9, 1, {"type": "Change", "value": "x"}))
    assert (dict(incident.custom), codes) == ({}, {"unknown_entry": 1})


def test_audits_may_stand_in_their_ticket() -> None:
    """As scripts keep them."""
    answer = audit(2, 9, 2, said("Yes", public=True))
    users = [{"id": 2, "role": "agent"}]
    incident, codes = read(users=users, fields={"audits": [CREATED, answer]})
    assert (incident.first_response_at, codes) == (at(9), {})


def test_a_page_of_a_search_has_its_tickets_under_results() -> None:
    """Source: fixture/GET/search_ticket.json of nukosuke/go-zendesk."""
    found = {**ticket(), "result_type": "ticket"}
    reading = read_zendesk({"results": [found], "facets": None, "next_page": None, "count": 1}, ())
    assert [one.id for one in reading] == [str(found["id"])]
    assert dict(reading.findings.counts) == {"truncated_history": 1}  # of its audits


@pytest.mark.parametrize(("pages", "is_cut"), [(1, True), (2, True), (3, False)])
def test_pages_that_state_a_total_are_all_there_or_not(pages: int, *, is_cut: bool) -> None:
    """Of three tickets, one on each page, which says neither its place nor whether it is last."""
    listed = [{"tickets": [{**ticket(), "id": n}], "total": 3} for n in range(pages)]
    reading = read_zendesk(listed, [audit(n, 8, 1) for n in range(3)])
    assert len(list(reading)) == pages
    assert ("a page says that there is more" in " ".join(map(str, reading.findings))) == is_cut


@pytest.mark.parametrize("more", [(), (change("subject", "Mail", kind="Create"),)])
def test_a_log_that_ends_in_another_state_says_so_however_many_entries_it_has(more: Any) -> None:
    """The audits say open, and the ticket solved: the log disagrees, also if it has one entry."""
    created = audit(1, 8, 1, change("status", "open", kind="Create"), *more)
    record, found = read(created, fields={"status": "solved"})
    assert (record.state.name, found) == ("Solved", {"history_disagrees": 1})
