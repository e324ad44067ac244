"""The importers of the how-to pages: short, and right on made and real samples."""

from __future__ import annotations

import ast
import csv
import importlib.util
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore import Incident
from incidentcore.vendors.kit import reported_slas
from incidentcore.vendors.tabular import read_json

from . import writers
from .test_writers import check, expected, only, shown, the_one
from .writers import START, Life, Step, lives

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "importers"
LONGEST = {
    "own": 25,
    "jira_in_forty_lines": 40,
    "glpi": 43,
    "fivetran": 45,
    "zammad": 49,
    "freshservice": 52,
    "opsgenie": 52,
    "github": 63,
}


@cache
def load(name: str) -> Any:
    """Return a module of the how-to pages."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LONGEST)
def test_an_importer_is_short(name: str) -> None:
    """Lines of code, without blank ones, docstrings and imports."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if is_text or isinstance(node, (ast.Import, ast.ImportFrom)):
            left_out.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    assert len([n for n in lines if n not in left_out]) <= LONGEST[name]


def test_every_page_s_importer_is_tried() -> None:
    """No module lies there without its test."""
    assert {path.stem for path in FOLDER.glob("*.py")} == set(LONGEST)


def test_ones_own() -> None:
    """The log of a ticket becomes its history; the value at the opening is found."""
    log = [
        ("2", "2026-03-02 09:00", "ada", "state", "Open", "Working"),
        ("3", "2026-03-02 09:05", "ada", "note", None, "On it."),
        ("4", "2026-03-02 10:30", "ada", "state", "Working", "Done"),
    ]
    names = ("id", "time", "user", "field", "old", "new")
    ticket = {
        "number": 7,
        "subject": "Mail",
        "state": "Done",
        "owner": "ada",
        "created": "2026-03-02 08:00",
        "reporter": "kim",
        "log": [dict(zip(names, row, strict=True)) for row in reversed(log)],
    }
    reading = load("own").read_own([ticket, {"number": 8}], agents=["ada"])
    [incident] = reading
    assert incident.history[0].state.name == "new"
    assert incident.resolved_at - incident.opened_at == timedelta(hours=2, minutes=30)
    assert incident.first_response_at == datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
    assert dict(reading.findings.counts) == {"malformed_record": 1}


def test_jira_in_forty_lines() -> None:
    """It reads what the independent writer wrote as the shipped importer does."""
    steps = [
        Step("state", 30, "a1", "Waiting for support", "In progress"),
        Step("public", 40, "a1", after="On it."),
        Step("assignee", 45, "a1", "a1", "a2"),
        Step("state", 90, "bot", "In progress", "Resolved"),
    ]
    life = Life({"state": "Waiting for support", "assignee": "a1", "priority": "high"}, steps)
    reading = load("jira_in_forty_lines").read_issues([writers.jira(life, (420, 960, False))])
    [incident] = reading
    assert incident.acknowledged_at == START + timedelta(minutes=30)
    assert incident.first_response_at == START + timedelta(minutes=40)
    assert incident.resolved_at == START + timedelta(minutes=90)
    assert incident.history[-2].by.role == "system"
    [sla] = reported_slas(incident)
    assert (sla.elapsed, sla.breached) == (timedelta(hours=7), False)
    assert not reading.findings


@given(lives(writers.GLPI), st.randoms(use_true_random=False))
def test_glpi(life: Life, random: Any) -> None:
    """A log in any order and twice; whoever comes before another goes holds the ticket."""
    data = writers.glpi(life)
    logs, notes = ([*data[name], *data[name]] for name in ("logs", "followups"))
    random.shuffle(logs)
    random.shuffle(notes)
    agents = [writers.GLPI_ID[name] for name in writers.AGENTS]
    reading = load("glpi").read_glpi([data["ticket"]], logs, notes, agents=agents)
    incident = the_one(reading)
    names = {**writers.GLPI_ID, "bot": "cron_closeticket"}
    check(incident, life, names, ties=False)
    only(reading, "duplicate_entry", "several_assignees")
    assert incident.custom["tool"]["waiting_duration"] == 60 * life.last_minute()
    alone = load("glpi").read_glpi([data["ticket"]], [], agents=agents)
    assert not the_one(alone).is_covered("reopen_count")
    assert alone.findings.counts["truncated_history"] == 1


@given(lives(writers.FRESHSERVICE, apart=1), st.randoms(use_true_random=False))
def test_freshservice(life: Life, random: Any) -> None:
    """Sentences in any order and twice; conversations beside them."""
    data = writers.freshservice(life)
    activities = [*data["activities"], *data["activities"]]
    random.shuffle(data["conversations"])
    read = load("freshservice").read_freshservice
    reading = read([data["ticket"]], {5: activities}, data["conversations"])
    incident = the_one(reading)
    names = {name: str(number) for name, number in writers.FRESH_ID.items()} | {"bot": "System"}
    seen = [one if one[0] != "assignee" else (*one[:4], names[one[4]]) for one in shown(incident)]
    assert sorted(seen) == sorted(expected(life, names))
    assert incident.state.name == life.now("state")
    assert str(incident.priority) == life.now("priority")
    only(reading, "duplicate_entry")
    cut = read([data["ticket"]], {})
    assert not the_one(cut).is_covered("reopen_count")
    assert cut.findings.counts["truncated_history"] == 1


def at(hour: int, minute: int = 0, *, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.data
def test_the_samples(data_dir: Path) -> None:
    """Opsgenie, GitHub and Zammad give the moments that each tool reports."""
    folder = data_dir / "samples" / "composed"
    data = read_json(folder / "opsgenie_alert_logs.json")
    [alert] = load("opsgenie").read_opsgenie([data["alert"]], {"al-1": data["logs"]})
    assert (alert.acknowledged_at, alert.closed_at) == (at(8, 2), at(9))
    tool = alert.custom["tool"]
    assert alert.acknowledged_at - alert.opened_at == timedelta(milliseconds=tool["ackTime"])
    assert alert.closed_at - alert.opened_at == timedelta(milliseconds=tool["closeTime"])

    data = read_json(folder / "github_timeline.json")
    reading = load("github").read_github([data["issue"]], {7: data["timeline"]})
    issue: Incident
    [issue] = reading
    closed = [e for e in issue.history if e.kind == "state_changed"]
    assert [(e.at, e.by.id) for e in closed] == [
        (at(10), "unknown"),
        (at(11), "requester1"),
        (at(9, day=3), "agent1"),
    ]
    assert (issue.reopen_count, issue.first_response_at) == (1, at(8, 6))
    assert reading.findings.counts["unknown_actor"] >= 1
    assert reading.findings.counts["unreadable_time"] == 1

    data = read_json(folder / "zammad_history.json")
    reading = load("zammad").read_zammad([data["ticket"]], {3: data["history"]}, agents=("3",))
    [ticket] = reading
    states = [e.state.name for e in ticket.history if hasattr(e, "state")]
    assert states == ["new", "open", "closed"]
    assert ticket.closed_at == at(10)
    assert ticket.custom["tool"]["first_response_in_min"] == 30


def test_the_text_of_a_ticket_that_an_agent_opened_is_no_answer() -> None:
    """Zammad writes it down as the first article, by whoever opened the ticket."""

    def entry(number: int, hour: int, what: str) -> dict[str, Any]:
        made = {"id": number, "object": what, "type": "created", "created_by_id": 3}
        return {**made, "created_at": f"2026-03-02T{hour:02}:00:00.000Z"}

    ticket = {"id": 3, "number": "1", "title": "x", "state_id": 1}
    ticket |= {"created_at": "2026-03-02T08:00:00.000Z"}
    articles = [entry(1, 8, "Ticket"), *(entry(h, h, "Ticket::Article") for h in (8, 9))]
    [record] = load("zammad").read_zammad([ticket], {3: articles}, agents=("3",))
    assert record.first_response_at == at(9)


def test_a_ticket_without_its_history() -> None:
    """The moments that Zammad, Opsgenie and Freshservice keep with it stand."""
    ticket = {"id": 3, "number": "1", "title": "x", "state_id": 4}
    times = {"first_response_at": "2026-03-02T09:00Z", "close_at": "2026-03-02T10:00Z"}
    ticket |= {"created_at": "2026-03-02T08:00Z", **times}
    [record] = load("zammad").read_zammad([ticket], {})
    assert (record.first_response_at, record.closed_at) == (at(9), at(10))
    alert = {"id": "a", "message": "x", "status": "closed", "createdAt": "2026-03-02T08:00:00Z"}
    alert["report"] = {"ackTime": 3_600_000, "closeTime": 7_200_000, "acknowledgedBy": "ada"}
    [record] = load("opsgenie").read_opsgenie([alert], {})
    assert (record.acknowledged_at, record.closed_at) == (at(9), at(10))
    alert["report"] = {"ackTime": 7_200_000, "closeTime": 7_200_000, "closedBy": "Alert API"}
    [record] = load("opsgenie").read_opsgenie([alert], {})  # closed without an acknowledgement
    assert (record.acknowledged_at, record.closed_at) == (None, at(10))
    stats = {"first_responded_at": "2026-03-02T09:00Z", "closed_at": "2026-03-02T10:00Z"}
    ticket = {"id": 5, "subject": "x", "status": 5, "priority": 4, "requester_id": 1}
    ticket |= {"created_at": "2026-03-02T08:00Z", "stats": stats}
    [record] = load("freshservice").read_freshservice([ticket], {})
    assert (record.first_response_at, record.closed_at) == (at(9), at(10))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.data
def test_tables_of_a_replication_service(data_dir: Path) -> None:
    """A field's old value is the one of the row before; ids become words where a table has them."""
    folder, module = data_dir / "samples" / "genuine", load("fivetran")
    reading = module.read_replicated(
        module.ZENDESK_TABLES,
        rows_of(folder / "zendesk_fivetran_ticket_data.csv"),
        rows_of(folder / "zendesk_fivetran_ticket_field_history_data.csv"),
        rows_of(folder / "zendesk_fivetran_ticket_comment_data.csv"),
    )
    tickets = {ticket.id: ticket for ticket in reading}
    changed = tickets["11071"]
    states = [e.state.name for e in changed.history if hasattr(e, "state")]
    short = ["Open", "Pending", "On-hold", "Pending", "Open", "Pending", "On-hold", "Open"]
    assert states == [*short, "On-hold", "Pending", "Open", "Solved", "Closed"]
    assert changed.resolved_at == datetime(2020, 11, 14, 11, 1, 27, tzinfo=UTC)
    assert str(changed.priority) == "critical"  # urgent, after normal, medium and high
    assert changed.assignee == "1111"

    names = {row["id"]: row["name"] for row in rows_of(folder / "jira_fivetran_status.csv")}
    levels = {row["id"]: row["name"] for row in rows_of(folder / "jira_fivetran_priority.csv")}
    issues = rows_of(folder / "jira_fivetran_issue.csv")
    history = [
        {"issue_id": "10011", "field_id": "status", "time": time, "value": value}
        for time, value in (("2020-04-01 09:00:00", "10000"), ("2020-04-02 10:00:00", "3"))
    ]
    reading = module.read_replicated(
        *(module.JIRA_TABLES, issues, history), names={"status": names, "priority": levels}
    )
    issue = next(iter(reading))
    assert [e.state.name for e in issue.history if hasattr(e, "state")][-1] == "In progress"
    assert str(issue.priority) == "moderate"
    assert issue.opened_at == datetime(2020, 4, 1, 8, 33, 58, tzinfo=UTC)


def test_a_log_of_glpi_in_the_repeated_hour() -> None:
    """Entries count in their order: 02:50 before, and 02:10 after clocks were set back."""

    def entry(number: int, at: str, old: str, new: str) -> dict[str, Any]:
        made = {"id": number, "items_id": 7, "user_name": "Ada (21)", "linked_action": 0}
        made |= {"date_mod": f"2026-10-25 {at}:00", "id_search_option": 12}
        return {**made, "old_value": old, "new_value": new}

    ticket = {"id": 7, "name": "x", "status": 5, "priority": 3, "users_id_recipient": 9}
    ticket |= {"date": "2026-10-25 01:30:00", "solvedate": "2026-10-25 02:10:00"}
    logs = [entry(1, "02:50", "1", "2"), entry(2, "02:10", "2", "5")]
    reading = load("glpi").read_glpi([ticket], logs, agents=["21"], zone="Europe/Paris")
    [record] = reading
    assert record.acknowledged_at == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert record.resolved_at == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert set(reading.findings.counts) == {"ambiguous_time"}


def test_deleted_tickets_are_left_out() -> None:
    """GLPI keeps them in its trash bin, Freshservice with a flag."""
    glpi = {"id": 7, "name": "x", "status": 1, "priority": 3, "date": "2026-03-02 09:00:00"}
    reading = load("glpi").read_glpi([{**glpi, "is_deleted": 1}, {**glpi, "id": 8}], [])
    assert [record.id for record in reading] == ["8"]
    assert "deleted_record" in {finding.code for finding in reading.findings}
    ticket = {"id": 5, "subject": "x", "status": 2, "priority": 4, "requester_id": 1}
    ticket["created_at"] = "2026-03-02T08:00Z"
    rows = [{**ticket, "deleted": True}, {**ticket, "id": 6, "spam": True}, {**ticket, "id": 9}]
    assert [record.id for record in load("freshservice").read_freshservice(rows, {})] == ["9"]


def test_what_github_and_glpi_tell_without_a_history() -> None:
    """An issue ends at ``closed_at``; who takes a ticket into account acknowledges it."""
    issue = {"number": 7, "title": "x", "state": "closed", "labels": [], "user": {"login": "kim"}}
    issue |= {"created_at": "2026-03-02T08:00Z", "closed_at": "2026-03-02T10:00Z"}
    reading = load("github").read_github([{**issue, "state_reason": "completed"}], {})
    assert [record.resolved_at for record in reading] == [at(10)]
    assert [finding.code for finding in reading.findings] == ["truncated_history"]
    [record] = load("github").read_github([{**issue, "state_reason": "not_planned"}], {})
    assert (record.resolved_at, record.canceled_at) == (None, at(10))
    ticket = {"id": 7, "name": "x", "status": 2, "priority": 3, "date": "2026-03-02 08:00:00"}
    [record] = load("glpi").read_glpi(
        [{**ticket, "takeintoaccountdate": "2026-03-02 09:00:00"}], []
    )
    assert record.acknowledged_at == at(9)


def test_zammad_links_merged_tickets_and_keeps_an_earlier_title() -> None:
    """The ticket that was merged and the one that received it name each other."""
    ticket = {"id": 3, "number": "1", "title": "New", "state_id": 1}
    ticket |= {"created_at": "2026-03-02T08:00Z"}
    made = {"object": "Ticket", "created_at": "2026-03-02T09:00Z", "created_by_id": 3}
    entries = [
        {**made, "id": 1, "type": "merged_into", "id_from": 3, "id_to": 9},
        {**made, "id": 2, "type": "received_merge", "id_from": 2, "id_to": 3},
        {**made, "id": 3, "type": "updated", "attribute": "title"}
        | {"value_from": "Old", "value_to": "New"},
    ]
    [record] = load("zammad").read_zammad([ticket], {3: entries})
    links = {(one.type, one.target) for one in record.links}
    assert links == {("duplicate_of", "9"), ("has_duplicate", "2")}
    assert (record.title, record.history[0].fields["title"]) == ("New", "Old")


def test_no_system_acknowledges_an_alert_of_opsgenie() -> None:
    """A person's acknowledgement counts, not one of an integration."""
    alert = {"id": "a", "message": "x", "status": "acknowledged", "createdAt": "2026-03-02T08:00Z"}

    def said(hour: int, owner: str) -> dict[str, Any]:
        made = {"offset": str(hour), "createdAt": f"2026-03-02T{hour:02}:00Z", "owner": owner}
        return {**made, "log": "Alert acknowledged via API"}

    [record] = load("opsgenie").read_opsgenie([alert], {"a": [said(9, "System"), said(10, "ada")]})
    assert record.acknowledged_at == at(10)


def test_logs_come_as_pages_and_by_ids_that_are_texts() -> None:
    """A file of JSON has texts for keys, and the tools answer with pages."""
    when = "2026-03-02T10:00:00Z"
    ticket = {"id": 3, "number": "1", "title": "x", "state_id": 4}
    ticket |= {"created_at": "2026-03-02T08:00Z"}
    moved = {"id": 1, "object": "Ticket", "type": "updated", "attribute": "state"}
    moved |= {"value_from": "new", "value_to": "closed", "created_at": when, "created_by_id": 3}
    read_zammad = load("zammad").read_zammad
    for page in ([moved], {"history": [moved], "assets": {}}):
        assert [one.closed_at for one in read_zammad([ticket], {"3": page})] == [at(10)]
    ticket = {"id": 5, "subject": "x", "status": 4, "priority": 4, "requester_id": 1}
    ticket |= {"created_at": "2026-03-02T08:00Z"}
    said = {"actor": {"id": 2}, "created_at": when, "content": " set Status as Resolved "}
    read_freshservice = load("freshservice").read_freshservice
    for page in ([said], {"activities": [said]}):
        assert [one.resolved_at for one in read_freshservice([ticket], {"5": page})] == [at(10)]
    alert = {"id": "a", "message": "x", "status": "closed", "createdAt": "2026-03-02T08:00:00Z"}
    done = {"offset": "1", "createdAt": when, "owner": "ada", "log": "Alert closed via web"}
    [record] = load("opsgenie").read_opsgenie([alert], {"a": {"data": [done], "took": 0.1}})
    assert record.closed_at == at(10)


def test_a_log_that_is_cut_before_the_end() -> None:
    """The time that the tool itself tells counts: 10:00, not that of the last entry, 09:00."""
    opened, then, end = (f"2026-03-02T{hour:02}:00:00Z" for hour in (8, 9, 10))
    ticket = {"id": 3, "number": "1", "title": "x", "state_id": 4, "created_at": opened}
    moved = {"id": 1, "object": "Ticket", "type": "updated", "attribute": "state"}
    moved |= {"value_from": "new", "value_to": "open", "created_at": then, "created_by_id": 3}
    zammad = load("zammad").read_zammad([{**ticket, "close_at": end}], {3: [moved]})
    alert = {"id": "a", "message": "x", "status": "closed", "createdAt": opened}
    taken = {"offset": "1", "createdAt": then, "owner": "ada", "log": "Alert acknowledged via web"}
    alert["report"] = {"closeTime": 7_200_000, "closedBy": "ada"}
    opsgenie = load("opsgenie").read_opsgenie([alert], {"a": [taken]})
    issue = {"number": 7, "title": "x", "state": "closed", "labels": [], "user": {"login": "kim"}}
    issue |= {"created_at": opened, "closed_at": end, "state_reason": "completed"}
    given = {"id": 1, "event": "assigned", "created_at": then, "actor": {"login": "ada"}}
    github = load("github").read_github([issue], {7: [given]})
    ticket = {"id": 5, "subject": "x", "status": 5, "priority": 4, "requester_id": 1}
    ticket |= {"created_at": opened, "stats": {"resolved_at": then, "closed_at": end}}
    freshservice = load("freshservice").read_freshservice([ticket], {5: []})
    for reading in (zammad, opsgenie, github, freshservice):
        assert [record.closed_at for record in reading] == [at(10)]


def test_who_acts_in_github_and_zammad() -> None:
    """Who closes the issue of another is staff; a bot and Zammad's user 1 are systems."""
    issue = {"number": 7, "title": "x", "state": "closed", "labels": [], "user": {"login": "kim"}}
    issue |= {"created_at": "2026-03-02T08:00Z", "state_reason": "completed"}
    event = {"id": 1, "event": "closed", "created_at": "2026-03-02T09:00Z"}
    for login, role in (("ada", "agent"), ("kim", "requester"), ("stale[bot]", "system")):
        closed = {**event, "actor": {"login": login}, "state_reason": "completed"}
        [record] = load("github").read_github([issue], {7: [closed]})
        assert record.history[-1].by.role == role
    ticket = {"id": 3, "number": "1", "title": "x", "state_id": 4}
    ticket |= {"created_at": "2026-03-02T08:00Z"}
    closed = {"id": 1, "object": "Ticket", "type": "updated", "attribute": "state"}
    closed |= {"value_from": "new", "value_to": "closed", "created_at": "2026-03-02T09:00Z"}
    [record] = load("zammad").read_zammad([ticket], {3: [{**closed, "created_by_id": 1}]})
    assert record.history[-1].by.role == "system"


def test_rows_of_other_things_in_the_tables_of_glpi() -> None:
    """Its log and followups hold those of computers and problems too, with ids of their own."""
    ticket = {"id": 7, "name": "x", "status": 1, "priority": 3, "date": "2026-03-02 08:00:00"}
    row = {"id": 1, "items_id": 7, "user_name": "Ada (21)", "date_mod": "2026-03-02 09:00:00"}
    row |= {"id_search_option": 12, "linked_action": 0, "old_value": "1", "new_value": "5"}
    note = {"id": 1, "items_id": 7, "users_id": 21, "is_private": 0, "content": "x"}
    note["date"] = "2026-03-02 09:00:00"
    read_glpi = load("glpi").read_glpi
    for kind, kinds in (("Ticket", ["opened", "state_changed", "commented"]), ("Problem", None)):
        rows = [{**one, "itemtype": kind} for one in (row, note)]
        [record] = read_glpi([{**ticket, "status": 5 if kinds else 1}], rows[:1], rows[1:])
        assert {event.kind for event in record.history} == set(kinds or ["opened"])


def test_an_event_of_github_that_is_not_read_is_found() -> None:
    """A transfer is; who was mentioned is passed over."""
    issue = {"number": 7, "title": "x", "state": "open", "labels": [], "user": {"login": "kim"}}
    issue["created_at"] = "2026-03-02T08:00Z"
    events = [
        {"id": place, "event": kind, "created_at": "2026-03-02T09:00Z", "actor": {"login": "ada"}}
        for place, kind in enumerate(("transferred", "mentioned"))
    ]
    reading = load("github").read_github([issue], {7: events})
    assert len(list(reading)) == 1
    assert [(one.code, one.path) for one in reading.findings] == [("unknown_entry", "transferred")]


def github(*events: dict[str, Any], **issue: Any) -> Any:
    """Return what one issue of kim's becomes; an event is its time and what it says."""
    whole = {"number": 7, "title": "New", "state": "open", "user": {"login": "kim"}, "labels": []}
    whole |= {"created_at": "2026-03-02T08:00:00Z", **issue}
    numbered = [
        {"id": n, "actor": {"login": "ada"}, "created_at": f"2026-03-02T08:{n}0:00Z", **event}
        for n, event in enumerate(events, 1)
    ]
    return next(load("github").read_github([whole], {7: numbered}))


def test_a_title_and_a_label_of_github_change_over_time() -> None:
    """Renamed twice; a severity is the worst of the labels that the issue has."""

    def labeled(kind: str, name: str) -> dict[str, Any]:
        return {"event": kind, "label": {"name": name}}

    record = github(
        {"event": "renamed", "rename": {"from": "Old", "to": "Between"}},
        {"event": "renamed", "rename": {"from": "Between", "to": "New"}},
        labeled("labeled", "severity:3"),
        labeled("labeled", "severity:1"),
        labeled("unlabeled", "severity:3"),
        labels=[{"name": "bug"}, {"name": "severity:1"}],
        body="It burns.",
    )
    facts = record.timeline().facts_at

    def at(minute: int) -> Any:
        return facts(record.opened_at + timedelta(minutes=minute))

    assert [at(minute)["title"] for minute in (0, 10, 20)] == ["Old", "Between", "New"]
    found = [at(minute)["computed_priority"] for minute in (0, 30, 40, 50)]
    assert [level and level.name for level in found] == [None, "low", "critical", "critical"]
    assert record.description == "It burns."


def test_one_of_two_assignees_of_github_leaves() -> None:
    """The other one stays; without a timeline it is the one whom the issue shows."""

    def people(*moves: str) -> Any:
        events = [
            {"event": kind, "assignee": {"login": login}} for kind, _, login in map(parted, moves)
        ]
        return github(*events).assignee

    def parted(move: str) -> tuple[str, str, str]:
        return move.partition(" ")

    assert people("assigned ada", "assigned ben", "unassigned ada") == "ben"
    assert people("assigned ada", "assigned ben", "unassigned ben") == "ada"
    assert people("assigned ada", "unassigned ada") is None
    assert github(assignee={"login": "ada"}).assignee == "ada"


def test_what_a_ticket_shows_is_kept_where_its_log_does_not_change_it() -> None:
    """Who is assigned, the text and the category; a page of a list is read as the list."""
    time = "2026-03-02T08:00:00Z"
    shown = {"id": 5, "subject": "L", "requester_id": 8, "status": 2, "priority": 1}
    shown |= {"created_at": time, "responder_id": 31, "group_id": 7, "category": "Net"}
    shown |= {"description_text": "Slow", "sub_category": "WLAN"}
    log = {5: [{"actor": {"id": 31}, "created_at": time, "content": "set Group as Desk"}]}
    note = {"id": 1, "user_id": 31, "private": False, "body_text": "Hi"}
    notes = [{**note, "ticket_id": 5, "created_at": "2026-03-02T08:20:00Z"}, {"id": 2}]
    read = load("freshservice").read_freshservice
    reading = read({"tickets": [shown]}, log, {"conversations": notes})
    (record,) = reading
    assert (record.assignee, record.assignment_group) == ("31", "Desk")
    assert (record.description, record.category) == ("Slow", ("Net", "WLAN"))
    assert record.first_response_at - record.opened_at == timedelta(minutes=20)
    assert dict(reading.findings.counts) == {"unknown_entry": 1}

    alert = {"id": "a", "message": "Disk", "status": "open", "createdAt": time, "owner": "ada"}
    page = {"data": [{**alert, "tags": ["db"], "description": "95 %"}]}
    [record] = load("opsgenie").read_opsgenie(page, {})
    assert (record.assignee, record.tags, record.description) == ("ada", {"db"}, "95 %")

    ticket = {"id": 7, "name": "P", "status": 1, "priority": 3, "date": "2026-03-02 09:00:00"}
    [record] = load("glpi").read_glpi([{**ticket, "content": "Broken"}], [])
    assert record.description == "Broken"

    ticket = {"id": 3, "number": "3", "title": "M", "state_id": 1, "created_at": time}
    read = load("zammad").read_zammad
    [record] = read([{**ticket, "owner_id": 3, "group_id": 2}], {})
    assert (record.assignee, record.assignment_group) == ("3", "2")
    assert [one.assignee for one in read([{**ticket, "owner_id": 1}], {})] == [None]


def test_an_internal_article_of_zammad_is_no_answer() -> None:
    """The history does not say which are internal; the articles do."""
    ticket = {"id": 3, "number": "3", "title": "M", "state_id": 1}
    ticket |= {"created_at": "2026-03-02T08:00:00Z"}
    made = {"object": "Ticket", "type": "created", "created_by_id": 9, "id": 1}
    texts = [
        {"object": "Ticket::Article", "type": "created", "created_by_id": by, "id": n, "o_id": n}
        for n, by in ((2, 9), (3, 3), (4, 3))
    ]
    log = [
        {**one, "created_at": f"2026-03-02T08:0{place}:00Z"}
        for place, one in enumerate((made, *texts))
    ]
    articles = [{"id": 3, "internal": True, "body": "n"}, {"id": 4, "internal": False}]
    [record] = load("zammad").read_zammad([ticket], {3: log}, articles=articles, agents=("3",))
    notes = [one for one in record.history if one.kind == "commented"]
    assert [(one.visibility, one.text) for one in notes] == [("internal", "n"), ("public", "")]
    assert record.first_response_at - record.opened_at == timedelta(minutes=3)


def test_entries_of_one_instant_count_from_the_last() -> None:
    """Logs of Opsgenie and Freshservice come with the newest first."""
    time = "2026-03-02T09:00:00Z"
    alert = {"id": "a", "message": "Disk", "status": "closed", "createdAt": time}
    log = [
        {"offset": f"1_{n}", "log": f"Alert {what} via web", "owner": "ada", "createdAt": time}
        for n, what in ((2, "closed"), (1, "acknowledged"))
    ]
    [record] = load("opsgenie").read_opsgenie([alert], {"a": log})
    states = [one.state.name for one in record.history if one.kind == "state_changed"]
    assert states == ["acknowledged", "closed"]
    ticket = {"id": 5, "subject": "L", "requester_id": 8, "status": 4, "priority": 1}
    log = [
        {"actor": {"id": 31}, "created_at": time, "content": f"set Status as {name}"}
        for name in ("Resolved", "Pending")
    ]
    ticket["created_at"] = "2026-03-02T08:00:00Z"
    reading = load("freshservice").read_freshservice([ticket], {5: log})
    assert [record.state.name for record in reading] == ["Resolved"]
    assert list(reading.findings) == []


def test_flags_of_an_alert_of_opsgenie_are_its_state() -> None:
    """Its status stays open while it is acknowledged or snoozed; a log may go on elsewhere."""
    alert = {"id": "a", "message": "Disk", "status": "open", "createdAt": "2026-03-02T08:00:00Z"}
    alert["source"] = "monitor"
    created = {"offset": "1", "createdAt": alert["createdAt"], "owner": "System"}
    created["log"] = "Alert created via API"
    text = "Alert acknowledged via web[Default API-Acknowledge Alert]"
    taken = {"offset": "2", "createdAt": "2026-03-02T08:05:00Z", "owner": "ada", "log": text}
    slept = {**taken, "offset": "3", "createdAt": "2026-03-02T08:06:00Z", "log": "Alert snoozed"}
    read = load("opsgenie").read_opsgenie
    for flags, log in (({"acknowledged": True}, [taken]), ({"snoozed": True}, [taken, slept])):
        reading = read([{**alert, **flags}], {"a": [created, *log]})
        assert [record.state.name for record in reading] == [*flags]
        assert list(reading.findings) == []
    shown = {"acknowledged": True, "report": {"ackTime": 300_000, "acknowledgedBy": "ada"}}
    [record] = read([{**alert, **shown}], {})
    assert (record.acknowledged_at, record.timeline().facts_at(at(8))["state"].name) == (
        at(8, 5),
        "open",
    )
    paging = {"next": "https://x"}
    reading = read(
        {"data": [alert], "paging": paging}, {"a": {"data": [created], "paging": paging}}
    )
    assert len(list(reading)) == 1
    assert dict(reading.findings.counts) == {"truncated_history": 2}


def test_pull_requests_of_github_are_left_out() -> None:
    """Its list of issues has them too."""
    issue = {"number": 7, "title": "x", "state": "open", "labels": [], "user": {"login": "kim"}}
    issue["created_at"] = "2026-03-02T08:00Z"
    pull = {**issue, "number": 8, "pull_request": {"url": "x"}}
    reading = load("github").read_github([issue, pull], {})
    assert [record.id for record in reading] == ["7"]
    assert [(one.key, one.code) for one in reading.findings if one.key == "8"] == [
        ("8", "unknown_entry")
    ]


def test_a_replicated_ticket_that_was_deleted_or_begins_with_its_text() -> None:
    """A deleted one is left out; the text that opened a ticket, by staff, is no answer."""
    row = {"id": "1", "created_at": "2026-03-02 08:00:00", "requester_id": "9", "status": "new"}
    gone = [
        {**row, "id": "2", "status": "deleted"},
        {**row, "id": "3", "_fivetran_deleted": "TRUE"},
    ]
    note = {"ticket_id": "1", "user_id": "7", "public": "TRUE", "body": "x"}
    notes = [{**note, "id": n, "created": f"2026-03-02 0{n}:00:00"} for n in (8, 9)]
    module = load("fivetran")
    tables = module.ZENDESK_TABLES
    reading = module.read_replicated(tables, [row, *gone], [], notes, agents=["7"])
    [record] = reading
    assert record.first_response_at == at(9)
    assert dict(reading.findings.counts) == {"deleted_record": 2}


def test_a_bot_of_github_is_a_system_by_its_type() -> None:
    """Not each has it in its name."""
    closed = {"event": "closed", "actor": {"login": "Copilot", "type": "Bot"}}
    record = github({**closed, "state_reason": "completed"}, state="closed")
    assert record.history[-1].by.role == "system"
