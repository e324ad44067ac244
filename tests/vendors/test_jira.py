"""Issues of Jira from made exports: changelogs, comments, texts in blocks, cycles, and the CSV."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import Commented, Incident
from incidentcore.values import Actor
from incidentcore.vendors import read_jira, read_jira_csv
from incidentcore.vendors.kit import Roles, reported_slas

KIM = {"accountId": "kim", "accountType": "customer"}
ADA = {"accountId": "ada", "accountType": "atlassian"}
HOUR = timedelta(hours=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=UTC)


def text(hour: int) -> str:
    return f"2026-03-02T{hour:02}:00:00.000+0000"


def change(number: int, hour: int, *items: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(number), "author": ADA, "created": text(hour), "items": list(items)}


def item(name: str, before: str | None, after: str | None, **ids: Any) -> dict[str, Any]:
    return {"field": name, "fromString": before, "toString": after, **ids}


def read(*histories: Any, **fields: Any) -> tuple[Incident, list[str]]:
    status = {"name": "Done", "statusCategory": {"key": "done"}}
    issue = {
        "key": "SD-7",
        "fields": {"created": text(9), "status": status, "reporter": KIM, **fields},
        "changelog": {"histories": list(histories), "total": len(histories)},
    }
    reading = read_jira(issue)
    (incident,) = reading
    return incident, [finding.code for finding in reading.findings]


def comments(incident: Incident) -> list[tuple[str, str, str, str]]:
    return [
        (one.text, one.by.id, one.by.role, one.visibility)
        for one in incident.history
        if isinstance(one, Commented)
    ]


DONE = change(9, 12, item("status", "To Do", "Done"))


def test_changes_of_fields() -> None:
    """People by their ids, labels word by word, a field of the tool's own under its name."""
    incident, codes = read(
        change(1, 10, item("assignee", "Ben", "Ada", **{"from": "ben", "to": "ada"})),
        change(2, 11, item("labels", "a b", "a b c"), item("Floor", "1", "2", fieldId="cf_1")),
        DONE,
        assignee=ADA,
        labels=["a", "b", "c"],
        priority={"name": "High"},
        summary="No mail",
        issuetype={"name": "Bug"},
    )
    timeline = incident.timeline()
    assert [timeline.facts_at(at(hour))["assignee"] for hour in (9, 10)] == ["ben", "ada"]
    assert [set(timeline.facts_at(at(hour))["tags"]) for hour in (10, 11)] == [
        {"a", "b"},
        {"a", "b", "c"},
    ]
    assert incident.custom["Floor"] == "2"
    assert (incident.title, incident.priority.name) == ("No mail", "high")  # type: ignore[union-attr]
    assert (incident.opened_by.role, incident.caller) == ("requester", "kim")
    assert (incident.resolved_at, codes) == (at(12), [])


def test_comments_are_public_where_the_service_desk_says_so() -> None:
    """Not those limited to a role, nor those without the mark."""
    rows = [
        {"id": "1", "author": ADA, "created": text(10), "body": "hello", "jsdPublic": True},
        {"id": "2", "author": ADA, "created": text(10), "body": "note", "jsdPublic": False},
        {
            "id": "3",
            "author": ADA,
            "created": text(10),
            "body": "team",
            "jsdPublic": True,
            "visibility": {"type": "role", "value": "Team"},
        },
        {"id": "4", "author": KIM, "created": text(11), "body": None},
    ]
    incident, codes = read(DONE, comment={"comments": rows, "total": 4})
    assert comments(incident) == [
        ("hello", "ada", "agent", "public"),
        ("note", "ada", "agent", "internal"),
        ("team", "ada", "agent", "internal"),
        ("", "kim", "requester", "internal"),
    ]
    assert codes == []
    _, codes = read(DONE, comment={"comments": rows, "total": 5})
    assert codes == ["truncated_history"]


def test_a_text_in_blocks() -> None:
    """A line for each block; breaks, mentions and emojis are text, empty blocks are not."""

    def block(*content: dict[str, Any]) -> dict[str, Any]:
        return {"type": "paragraph", "content": list(content)}

    def words(said: str) -> dict[str, Any]:
        return {"type": "text", "text": said}

    mention = {"type": "mention", "attrs": {"text": "@ada"}}
    listed = {"type": "bulletList", "content": [block(words("one")), block(words("two"))]}
    body = {
        "type": "doc",
        "content": [
            block(words("Hello "), mention, {"type": "hardBreak"}, words("please")),
            block(),
            listed,
        ],
    }
    incident, _ = read(DONE, description=body)
    assert incident.description == "Hello @ada\nplease\none\ntwo"


def test_a_changelog_that_was_cut_off() -> None:
    """Its pages take the place of what came with the issue; else it is a finding."""
    issue = {
        "key": "SD-7",
        "fields": {
            "created": text(9),
            "resolutiondate": text(12),
            "status": {"name": "Done", "statusCategory": {"key": "done"}},
            "reporter": KIM,
        },
        "changelog": {"histories": [], "total": 1},
    }
    reading = read_jira([issue])
    assert [one.state.name for one in reading] == ["Done"]
    assert "truncated_history" in [one.code for one in reading.findings]
    pages = {"SD-7": [{"values": [DONE], "total": 2}, {"values": [DONE, change(10, 13)]}]}
    reading = read_jira([issue], changelogs=pages)
    assert [one.resolved_at for one in reading] == [at(12)]
    assert [one.code for one in reading.findings] == []
    del issue["changelog"]
    reading = read_jira([issue])
    assert [one.resolved_at for one in reading] == [at(12)]
    assert [one.code for one in reading.findings] == ["truncated_history"]


def test_cycles_are_the_tool_s_results() -> None:
    """A completed one and one that runs, from a field of the issue and from pages beside it."""

    def moment(hour: int) -> dict[str, Any]:
        return {"epochMillis": int(at(hour).timestamp() * 1000)}

    goal = {"goalDuration": {"millis": 14_400_000}}
    done = {
        "breached": True,
        "startTime": moment(9),
        "stopTime": moment(14),
        "breachTime": moment(13),
        "elapsedTime": {"millis": 18_000_000},
        **goal,
    }
    runs = {"breached": False, "paused": True, "startTime": moment(15), **goal}
    field = {"name": "Resolve", "completedCycles": [done], "ongoingCycle": runs}
    status = {"name": "Done", "statusCategory": {"key": "done"}}
    fields = {"created": text(9), "status": status, "reporter": KIM}
    log = {"histories": [DONE], "total": 1}
    of_issue = {"key": "SD-7", "fields": {**fields, "cf_2": field}, "changelog": log}
    beside = {"key": "SD-7", "fields": fields, "changelog": log}
    (one,) = read_jira(of_issue)
    (two,) = read_jira(beside, slas={"SD-7": {"values": [field]}})
    for incident in (one, two):
        first, second = reported_slas(incident, "Resolve")
        assert (first.breached, first.elapsed, first.goal) == (True, 5 * HOUR, 4 * HOUR)
        assert (first.started_at, first.stopped_at, first.due_at) == (at(9), at(14), at(13))
        assert (first.stage, second.stage, second.stopped_at) == (None, "paused", None)


def test_a_number_of_a_cycle_that_cannot_be_read() -> None:
    """Its text in ISO 8601 is used instead; there is a finding all the same."""
    start = {"epochMillis": "soon", "iso8601": text(9)}
    cycle = {"startTime": start, "elapsedTime": {"millis": "long"}}
    field = {"name": "Resolve", "completedCycles": [cycle]}
    status = {"name": "Open", "statusCategory": {"key": "new"}}
    fields = {"created": text(9), "status": status, "reporter": KIM, "cf_2": field}
    log = {"histories": [], "total": 0}
    reading = read_jira({"key": "SD-7", "fields": fields, "changelog": log})
    (incident,) = reading
    (sla,) = reported_slas(incident, "Resolve")
    assert (sla.started_at, sla.elapsed) == (at(9), None)
    found = {(one.code, one.field, one.value) for one in reading.findings}
    assert found == {
        ("unreadable_field", "startTime.epochMillis", "soon"),
        ("unreadable_field", "elapsedTime.millis", "long"),
    }


def test_people_of_a_server() -> None:
    """Without an account id the key or the name; the roles are stated beside it."""
    issue = {
        "key": "SD-7",
        "fields": {
            "created": text(9),
            "status": {"name": "Open", "statusCategory": {"key": "new"}},
            "reporter": {"key": "", "name": "kim", "displayName": "Kim K."},
            "assignee": {"key": "JIRAUSER1", "name": "ada"},
        },
        "changelog": {"histories": [], "total": 0},
    }
    (incident,) = read_jira(issue, roles=Roles(requesters=["kim"]))
    assert (incident.caller, incident.opened_by.role) == ("kim", "requester")
    assert incident.assignee == "JIRAUSER1"


def test_comments_in_cells_of_the_csv() -> None:
    """``time;author;text``, and further semicolons belong to the text; one cell or several."""
    header = "Issue key,Summary,Status,Created,{}\n"
    one = "SD-1,a,Open,02/Mar/26 9:00 AM,02/Mar/26 10:00 AM;ada;hello; you"
    found = read_jira_csv([header.format("Comment"), one + "\n"], zone="UTC")
    (incident,) = found
    assert comments(incident) == [("hello; you", "ada", "system", "internal")]
    two = f"{one},02/Mar/26 11:00 AM;kim;thanks\n"
    (incident,) = read_jira_csv([header.format("Comment,Comment"), two], zone="UTC")
    assert [(by, said) for said, by, _, _ in comments(incident)] == [
        ("ada", "hello; you"),
        ("kim", "thanks"),
    ]
    (incident,) = read_jira_csv(
        ["Issue key,Status,Created\n", "SD-1,Open,02/Mar/26 9:00 AM\n"], zone="UTC"
    )
    assert comments(incident) == []


def test_an_own_extension_of_the_csv_comes_after_the_comments() -> None:
    """It is given the columns that are left; other columns may be mapped."""
    seen: list[dict[str, Any]] = []
    header = "Issue key,Status,Created,Comment,Floor,Boss\n"
    row = "SD-1,Open,02/Mar/26 9:00 AM,02/Mar/26 10:00 AM;ada;x,3,lee\n"
    (incident,) = read_jira_csv(
        [header, row],
        zone="UTC",
        mapping={"assignee": "Boss"},
        extend=lambda _, custom: seen.append(dict(custom)),
        roles=Roles(agents=["ada"]),
    )
    assert seen == [{"Floor": "3"}]
    assert incident.assignee == "lee"
    assert comments(incident) == [("x", "ada", "agent", "internal")]


@pytest.mark.parametrize(("name", "kind"), [("roles", "Roles"), ("states", "StateTable")])
def test_a_table_of_another_kind_is_refused(name: str, kind: str) -> None:
    """It left out every record, each with a finding."""
    with pytest.raises(InvalidValueError, match=f"^{name}: .*{kind}"):
        read_jira([], **{name: {"kim": "requester"}})  # type: ignore[arg-type]


def test_the_category_of_a_status_counts_beside_other_fields() -> None:
    """A priority and an assignee, which every issue has, do not hide that Fertig is done."""
    moved = change(1, 11, item("status", "In Arbeit", "Fertig"))
    status = {"name": "Fertig", "statusCategory": {"key": "done"}}
    incident, codes = read(moved, status=status, priority={"name": "High"}, assignee=ADA)
    assert (incident.state.name, incident.resolved_at) == ("Fertig", at(11))
    assert codes.count("unknown_state") == 1  # In Arbeit is known


def test_the_category_of_a_status_in_csv() -> None:
    """The column Status Category says that Fertig is done."""
    heads = "Issue key,Created,Resolved,Status,Status Category,Custom"
    cells = "SD-1,02/Mar/26 9:00 AM,02/Mar/26 11:00 AM,Fertig,Done,x"
    [incident] = read_jira_csv([heads, cells], zone="UTC")
    assert (incident.state.name, incident.state.open, incident.resolved_at) == (
        *("Fertig", False),
        at(11),
    )


def test_links_and_the_parent_are_kept() -> None:
    """By the words of the side that names the other issue; those of an own type as custom ones."""

    def link(words: str, side: str, key: str) -> dict[str, Any]:
        return {"type": {side: words}, f"{side}Issue": {"key": key}}

    listed = [
        link("duplicates", "outward", "SD-1"),
        link("is duplicated by", "inward", "SD-2"),
        link("is caused by", "inward", "SD-3"),
        link("is blocked by", "inward", "SD-4"),
        {"type": {"inward": "blocks"}},
    ]
    incident, codes = read(DONE, issuelinks=listed, parent={"key": "SD-5"})
    assert {(one.type, one.target) for one in incident.links} == {
        ("duplicate_of", "SD-1"),
        ("has_duplicate", "SD-2"),
        ("caused_by", "SD-3"),
        ("custom.is blocked by", "SD-4"),
        ("child_of", "SD-5"),
    }
    assert codes == []


def test_one_entry_with_several_changes_of_a_field() -> None:
    """Two components, or two moves of the status, of one entry: each is a change of its own."""
    parts = change(1, 10, item("Component", None, "Mail"), item("Component", None, "Web"))
    moves = change(
        2, 12, item("status", "To Do", "In Progress"), item("status", "In Progress", "Done")
    )
    incident, codes = read(parts, moves)
    kinds = [event.kind for event in incident.history]
    assert kinds == ["opened", *["fields_changed"] * 2, *["state_changed"] * 2]
    assert incident.resolved_at == at(12)
    assert codes == []


def test_a_cycle_whose_times_are_texts() -> None:
    """Without milliseconds the time with an offset counts: 10:00 at +01:00 is 09:00."""
    cycle = {"startTime": {"iso8601": "2026-03-02T10:00:00+0100"}, "breached": False}
    incident, _ = read(DONE, customfield_1={"name": "Done", "ongoingCycle": cycle})
    assert [one.started_at for one in reported_slas(incident)] == [at(9)]


def test_a_changelog_that_ends_before_the_resolution() -> None:
    """The issue's own date counts, not the last change; a declined issue is canceled then."""
    begun = change(1, 10, item("status", "To Do", "In Progress"))
    incident, codes = read(begun, resolutiondate=text(11), updated=text(13))
    assert incident.resolved_at == at(11)
    assert codes == ["history_disagrees"]
    declined = {"name": "Declined", "statusCategory": {"key": "done"}}
    incident, _ = read(begun, status=declined, resolutiondate=text(11), updated=text(13))
    assert (incident.canceled_at, incident.resolved_at) == (at(11), None)
    logged = change(2, 11, item("status", "To Do", "Declined"))
    incident, codes = read(logged, status=declined, resolutiondate=text(11))
    assert (incident.canceled_at, codes) == (at(11), [])


def test_words_for_nobody_and_nothing_in_the_csv() -> None:
    """Some exports write them out."""
    lines = [
        "Issue key,Created,Status,Assignee,Resolution",
        "A-1,02/Mar/26 1:05 PM,Open,Unassigned,Unresolved",
    ]
    [incident] = read_jira_csv(lines, zone="UTC")
    assert (incident.assignee, incident.resolution_code) == (None, None)


def test_subtasks_are_links() -> None:
    """As is the parent."""
    incident, _ = read(DONE, subtasks=[{"key": "SD-8"}, {"key": "SD-9"}])
    links = sorted((one.type, one.target) for one in incident.links)
    assert links == [("parent_of", "SD-8"), ("parent_of", "SD-9")]


def test_pages_of_the_bulk_changelog() -> None:
    """They name issues by their ids, and count times in milliseconds."""
    issue = {"key": "SD-7", "id": "10007", "fields": {"created": text(9), "reporter": KIM}}
    issue["fields"]["status"] = {"name": "Done", "statusCategory": {"key": "done"}}
    entry = {**change(1, 12, item("status", "To Do", "Done")), "created": 1772452800000}
    page = {"issueChangeLogs": [{"issueId": "10007", "changeHistories": [entry]}]}
    reading = read_jira(issue, changelogs=page)
    (incident,) = reading
    assert incident.resolved_at == at(12)
    assert list(reading.findings) == []


def test_a_bulk_changelog_that_names_no_issue_is_a_finding() -> None:
    """It ended the import in a KeyError; so is the next page, which did not come."""
    issue = {"key": "SD-7", "id": "10007", "fields": {"created": text(9), "reporter": KIM}}
    page = {"issueChangeLogs": [{"changeHistories": []}], "nextPageToken": "x"}
    reading = read_jira(issue, changelogs=page)
    assert [one.id for one in reading] == ["SD-7"]
    found = [(one.code, one.path) for one in reading.findings if one.path == "changelogs"]
    assert found == [("unknown_entry", "changelogs"), ("truncated_history", "changelogs")]


@pytest.mark.parametrize("category", [{"id": 3, "name": "Fertig"}, {"key": "done"}])
def test_the_category_of_a_status_by_its_number(category: dict[str, Any]) -> None:
    """Its name is in the account's language; its key and its number are not."""
    status = {"name": "Ausgeliefert", "statusCategory": category}
    incident, _ = read(change(1, 12, item("status", "To Do", "Ausgeliefert")), status=status)
    assert incident.resolved_at == at(12)


def body(event: str, hour: int, by: Any, status: str, **more: Any) -> dict[str, Any]:
    fields = {"created": text(9), "reporter": KIM, "status": {"name": status}}
    issue = {"key": "SD-7", "fields": fields}
    stamp = int(at(hour).timestamp() * 1000)
    return {"timestamp": stamp, "webhookEvent": event, "user": by, "issue": issue, **more}


def test_bodies_of_webhooks_are_the_issue_and_its_history() -> None:
    """The last snapshot is the issue, each changelog an entry, whatever their order."""
    note = {"id": "5", "author": ADA, "created": text(11), "body": "Hi", "jsdPublic": True}
    changelog = {"id": "2", "items": [item("status", "Open", "Resolved")]}
    bodies = [
        body("jira:issue_updated", 12, ADA, "Resolved", changelog=changelog),
        body("jira:issue_created", 9, KIM, "Open"),
        body("comment_created", 11, ADA, "Open", comment=note),
    ]
    reading = read_jira(bodies)
    (incident,) = reading
    assert (incident.first_response_at, incident.resolved_at) == (at(11), at(12))
    assert list(reading.findings) == []
    reading = read_jira([*bodies, bodies[0]])  # delivered twice
    assert [one.resolved_at for one in reading] == [at(12)]
    assert list(reading.findings) == []
    reading = read_jira([*bodies, body("jira:issue_deleted", 13, ADA, "Resolved")])
    assert (list(reading), dict(reading.findings.counts)) == ([], {"deleted_record": 1})
    reading = read_jira([bodies[0], {"issue": {"key": "SD-8"}, "changelog": 5}])
    assert [one.id for one in reading] == ["SD-7"]  # whose creation was not told
    assert set(reading.findings.counts) == {"truncated_history", "no_opening", "unknown_actor"}


def test_two_changelogs_and_two_comments_of_webhooks_are_four_events() -> None:
    """Each has its own id."""
    priority = {"id": "1", "items": [item("priority", "Low", "High")]}
    state = {"id": "2", "items": [item("status", "Open", "Resolved")]}
    bodies = [
        body("jira:issue_created", 9, KIM, "Open"),
        body("jira:issue_updated", 10, ADA, "Open", changelog=priority),
        body("jira:issue_updated", 12, ADA, "Resolved", changelog=state),
    ]
    for number, hour, status in (("5", 11, "Open"), ("6", 13, "Resolved")):
        note = {"id": number, "author": ADA, "created": text(hour), "body": "Hi"}
        bodies.append(body("comment_created", hour, ADA, status, comment=note))
    (incident,) = read_jira(bodies)
    assert [(one.kind, one.at) for one in incident.history] == [
        ("opened", at(9)),
        ("prioritized", at(10)),
        ("commented", at(11)),
        ("state_changed", at(12)),
        ("commented", at(13)),
    ]


@pytest.mark.parametrize("known", ["JIRAUSER2", "ada", "ada@example.com"])
def test_roles_may_name_a_person_of_a_server_by_any_id(known: str) -> None:
    """By key, name or address; the key stays the actor's id."""
    ada = {"key": "JIRAUSER2", "name": "ada", "emailAddress": "ada@example.com"}
    done = {**DONE, "author": ada}
    issue = {"key": "SD-7", "fields": {"created": text(9), "reporter": KIM}}
    issue |= {"changelog": {"histories": [done], "total": 1}}
    reading = read_jira(issue, roles=Roles(agents={known}))
    (incident,) = reading
    assert incident.history[1].by == Actor("JIRAUSER2", "agent")
    assert list(reading.findings) == []


@pytest.mark.parametrize(
    ("shown", "visibility"),
    [
        ({"properties": [{"key": "sd.public.comment", "value": {"internal": False}}]}, "public"),
        ({"properties": [{"key": "sd.public.comment", "value": {"internal": "false"}}]}, "public"),
        ({"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}, "internal"),
        ({"properties": [{"key": "other", "value": {"internal": False}}]}, "internal"),
        ({"properties": [{"key": "sd.public.comment", "value": None}]}, "internal"),
        ({"properties": None}, "internal"),
        (
            {
                "jsdPublic": False,
                "properties": [{"key": "sd.public.comment", "value": {"internal": False}}],
            },
            "internal",
        ),
    ],
)
def test_a_comment_of_data_center_is_public_by_its_property(
    shown: dict[str, Any], visibility: str
) -> None:
    """Requested with ``expand=properties``; ``jsdPublic``, which the cloud has, comes first."""
    made = {"id": "1", "created": "2026-03-02T09:00:00.000+0000", "body": "Hello"}
    comment = {**made, "author": {"name": "ada"}, **shown}
    fields = {"created": "2026-03-02T08:00:00.000+0000", "comment": {"comments": [comment]}}
    [record] = read_jira({"key": "SD-1", "fields": fields}, roles=Roles(agents={"ada"}))
    assert (record.first_response_at is not None) == (visibility == "public")


def test_a_change_of_category_is_no_resolution_beside_a_log() -> None:
    """The log says when it was done: a later change of the category contradicts nothing."""
    incident, codes = read(DONE, statuscategorychangedate=text(13), resolutiondate=None)
    assert incident.resolved_at == at(12)
    assert codes == read(DONE)[1]


def test_a_body_about_a_comment_has_but_a_few_fields_of_the_issue() -> None:
    """Neither its creation nor its reporter. Source: comment_created.json of Zulip's tests."""
    note = {"id": "5", "author": ADA, "created": text(11), "body": "Hi", "jsdPublic": True}
    told = body("comment_created", 11, ADA, "Open", comment=note)
    told["issue"] = {"key": "SD-7", "fields": {"summary": "Mail", "status": {"name": "Open"}}}
    reading = read_jira([body("jira:issue_created", 9, KIM, "Open"), told])
    (incident,) = reading
    assert (incident.opened_at, incident.first_response_at) == (at(9), at(11))
    assert (incident.title, list(reading.findings)) == ("Mail", [])


@pytest.mark.parametrize("beside", [True, False])
def test_entries_of_a_changelog_may_come_without_their_page(*, beside: bool) -> None:
    """Clients return them so. Source: the raw changelog rows of apache/incubator-devlake."""
    log = [DONE, change(1, 10, item("priority", "Low", "High"))]
    fields = {"created": text(9), "reporter": KIM, "status": {"name": "Done"}}
    issue: dict[str, Any] = {"key": "SD-7", "fields": {**fields, "priority": {"name": "High"}}}
    if not beside:
        issue["changelog"] = log
    reading = read_jira(issue, changelogs={"SD-7": log} if beside else None)
    (incident,) = reading
    assert [one.kind for one in incident.history] == ["opened", "prioritized", "state_changed"]
    assert (incident.resolved_at, list(reading.findings)) == (at(12), [])


def test_entries_without_an_id_count() -> None:
    """Each of them once. Source: issues_in_sprint_with_changelog.json of andygrunwald/go-jira."""
    priority = {"author": ADA, "created": text(10), "items": [item("priority", "Low", "High")]}
    state = {"author": ADA, "created": text(12), "items": [item("status", "Open", "Resolved")]}
    note = {"author": ADA, "created": text(11), "body": "Hi", "jsdPublic": True}
    fields = {"created": text(9), "reporter": KIM, "status": {"name": "Resolved"}}
    fields |= {"priority": {"name": "High"}, "comment": {"comments": [note]}}
    changelog = {"histories": [priority, state, state]}
    reading = read_jira({"key": "SD-7", "fields": fields, "changelog": changelog})
    (incident,) = reading
    kinds = [one.kind for one in incident.history]
    assert kinds == ["opened", "prioritized", "commented", "state_changed"]
    assert (incident.resolved_at, list(reading.findings)) == (at(12), [])


def test_bodies_of_webhooks_without_ids_count_each_once() -> None:
    """Two comments, and a priority that is raised twice; one body is delivered twice."""
    notes = [{"author": ADA, "created": text(hour), "body": "Hi"} for hour in (10, 11)]
    moves = [(12, "Low", "High"), (13, "High", "Low"), (14, "Low", "High")]
    bodies = [
        body("jira:issue_created", 9, KIM, "Open"),
        *(
            body("comment_created", n, ADA, "Open", comment=note)
            for n, note in zip((10, 11), notes, strict=True)
        ),
        *(
            body(
                "jira:issue_updated",
                hour,
                ADA,
                "Open",
                changelog={"items": [item("priority", old, new)]},
            )
            for hour, old, new in (*moves, moves[0])
        ),
    ]
    (incident,) = read_jira(bodies)
    found = [(one.kind, one.at) for one in incident.history if one.kind != "opened"]
    assert found == [
        *(("commented", at(hour)) for hour in (10, 11)),
        *(("prioritized", at(hour)) for hour in (12, 13, 14)),
    ]


@pytest.mark.parametrize("wrong", [[], ["1"], {"n": 1}])
def test_a_webhook_whose_change_has_no_id_that_can_be_one(wrong: Any) -> None:
    """The other webhooks are read all the same; the entry is found where it is read."""
    bodies = []
    for key, number in (("SD-1", wrong), ("SD-2", "7")):
        fields = {"created": "2026-03-02T09:00:00.000+0000", "status": {"name": "Open"}}
        body = {"timestamp": 1, "issue": {"id": key, "key": key, "fields": fields}}
        bodies.append({**body, "changelog": {"id": number, "items": []}, "comment": {"id": number}})
    assert "SD-2" in [one.id for one in read_jira(bodies)]
