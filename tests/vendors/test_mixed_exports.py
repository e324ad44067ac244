"""Exports of which the parts do not fit: other records' logs, older rows, renamed words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incidentcore.errors import FormatError
from incidentcore.records import Incident, Record
from incidentcore.vendors import (
    Import,
    read_happyfox,
    read_jira,
    read_pagerduty,
    read_servicenow,
    read_zendesk,
)
from incidentcore.vendors.kit import reported_slas
from incidentcore.vendors.profiles import read_profile

Row = dict[str, Any]

DAY = "2026-03-02"
ADA = {"accountId": "ada", "accountType": "atlassian"}
ROW: Row = {"sys_id": "a1", "number": "INC1", "state": "2", "opened_at": f"{DAY} 09:00:00"}


def at(clock: str) -> datetime:
    """Return a time of the day in UTC."""
    return datetime.fromisoformat(f"{DAY}T{clock}+00:00").astimezone(UTC)


def audit(number: int, clock: str, before: str, after: str, **more: str) -> Row:
    """Return a change of state by Ada."""
    values = {"fieldname": "state", "oldvalue": before, "newvalue": after, "user": "ada"}
    made = {"sys_created_on": f"{DAY} {clock}:00", "sys_id": f"x{number}", "documentkey": "a1"}
    return {**values, **made, **more}


def issue(status: str, category: str = "new", *changes: Row, **fields: object) -> Row:
    """Return an issue opened at 08:00, with the changes of its log, if there are any."""
    shown = {"name": status, "statusCategory": {"key": category}}
    log = {"changelog": {"total": len(changes), "histories": [*changes]}} if changes else {}
    created = f"{DAY}T08:00:00.000+0000"
    return {
        "key": "SD-1",
        "id": "7",
        "fields": {"created": created, "status": shown, **fields},
    } | log


def move(number: int, clock: str, before: str, after: str, ids: str = "") -> Row:
    """Return an entry of a changelog by Ada; ``ids`` are those of both statuses, if known."""
    item: Row = {"field": "status", "fromString": before, "toString": after}
    item |= dict(zip(("from", "to"), ids, strict=False))
    made = {"id": str(number), "created": f"{DAY}T{clock}:00.000+0000", "author": ADA}
    return {**made, "items": [item]}


TICKET: Row = {"id": 35, "created_at": f"{DAY}T08:00:00Z", "requester_id": 1, "status": "open"}
OTHERS: dict[str, Callable[[], Import[Incident]]] = {
    "sys_audit": lambda: read_servicenow(
        [ROW], audit=[audit(1, "09:30", "1", "2", documentkey="zz")]
    ),
    "sys_journal_field": lambda: read_servicenow(
        [ROW], journal=[{"sys_id": "j", "element_id": "zz", "element": "comments"}]
    ),
    "task_sla": lambda: read_servicenow([ROW], slas=[{"sys_id": "s", "task": {"value": "zz"}}]),
    "metric_instance": lambda: read_servicenow([ROW], metrics=[{"sys_id": "m", "id": "zz"}]),
    "sys_history_line": lambda: read_servicenow(
        [ROW], history=[{"set.id": "zz", "field": "state"}]
    ),
    "changelogs": lambda: read_jira(issue("Open"), changelogs={"ZZ-1": [{"values": []}]}),
    "slas": lambda: read_jira(
        issue("Open"), slas={"ZZ-1": {"values": [{"name": "Time to resolution"}]}}
    ),
    "audits": lambda: read_zendesk([TICKET], [{"id": 1, "ticket_id": 99, "events": []}]),
    "ticket_metric_events": lambda: read_zendesk(
        [TICKET], [], metric_events=[{"id": 1, "ticket_id": 99}]
    ),
    "log_entries": lambda: read_pagerduty(
        [{"id": "P1", "created_at": f"{DAY}T08:00:00Z"}],
        [{"id": "R1", "type": "resolve_log_entry", "incident": {"id": "P9"}}],
    ),
}


@pytest.mark.parametrize("log", OTHERS)
def test_an_entry_of_a_record_that_did_not_come(log: str) -> None:
    """It is left out with a finding, under the id that it names."""
    reading = OTHERS[log]()
    assert len(list(reading)) == 1
    [found] = [one for one in reading.findings if one.code == "unknown_entry"]
    assert (found.path, found.action) == (log, "left out: its record did not come")


def test_an_audit_of_another_table_is_no_entry_of_an_incident() -> None:
    """``sys_audit`` holds the changes of every table."""
    changes = [audit(1, "09:30", "1", "2"), audit(2, "09:30", "1", "2", documentkey="p1")]
    reading = read_servicenow([ROW], audit=[changes[0], {**changes[1], "tablename": "problem"}])
    assert [record.state.name for record in reading] == ["In Progress"]
    assert "unknown_entry" not in reading.findings.counts


def test_a_ticket_that_was_deleted_keeps_its_audits_quiet() -> None:
    """One finding says that it is left out; its audits are not of an unknown ticket."""
    reading = read_zendesk({**TICKET, "status": "deleted"}, [{"id": 1, "ticket_id": 35}])
    assert list(reading) == []
    assert [found.code for found in reading.findings] == ["deleted_record"]


STALE: dict[str, Callable[[], Import[Incident]]] = {
    "servicenow": lambda: read_servicenow(
        [{**ROW, "sys_updated_on": f"{DAY} 09:30:00"}],
        audit=[audit(1, "09:30", "1", "2"), audit(2, "10:30", "2", "6")],
    ),
    "jira": lambda: read_jira(
        issue("In Progress", "indeterminate", updated=f"{DAY}T09:30:00.000+0000"),
        changelogs={
            "SD-1": [
                {
                    "values": [
                        move(1, "09:30", "Open", "In Progress"),
                        move(2, "10:30", "In Progress", "Done"),
                    ]
                }
            ]
        },
    ),
}


@pytest.mark.parametrize("tool", STALE)
def test_a_log_that_is_newer_than_the_row(tool: str) -> None:
    """Rows were fetched, then the record was resolved, then the logs were fetched."""
    reading = STALE[tool]()
    [record] = reading
    assert record.resolved_at == at("10:30")
    [found] = [one for one in reading.findings if one.code == "history_disagrees"]
    assert found.action.endswith("which stands: it is newer than the record")


def test_a_row_that_was_reopened_after_its_log() -> None:
    """The log lacks the reopening, so nobody knows how many there were."""
    row = {**ROW, "sys_updated_on": f"{DAY} 12:00:00"}
    [record] = (reading := read_servicenow([row], audit=[audit(1, "09:30", "1", "6")]))
    assert (record.state.name, record.resolved_at) == ("In Progress", None)
    assert (record.is_covered("reopen_count"), record.is_covered("resolved_at")) == (False, True)
    assert reading.findings.counts["history_disagrees"] == 1
    [record] = read_servicenow([{**row, "state": "3"}], audit=[audit(1, "09:30", "1", "2")])
    assert record.is_covered("reopen_count")


def cut(row: Row, *changes: Row) -> Import[Incident]:
    """Read a row with the end of its audit."""
    return read_servicenow([{**ROW, **row}], audit=[*changes])


def test_a_log_that_begins_in_the_end() -> None:
    """The first entries were archived: resolved at 11:00 by its row, not as it was opened."""
    row = {"state": "7", "resolved_at": f"{DAY} 11:00:00", "closed_at": f"{DAY} 12:00:00"}
    reading = cut(row, audit(1, "12:00", "6", "7"))
    [record] = reading
    assert (record.resolved_at, record.closed_at) == (at("11:00"), at("12:00"))
    assert (record.is_covered("resolved_at"), record.is_covered("reopen_count")) == (True, False)
    assert reading.findings.counts["truncated_history"] == 1


@pytest.mark.parametrize(("checkpoint", "first"), [("1", "assignee"), ("0", "priority")])
def test_changes_of_one_second_come_by_their_checkpoints(checkpoint: str, first: str) -> None:
    """One without a checkpoint has 0; of two with the same, the ids decide."""
    changes = [
        audit(1, "10:00", "3", "2", fieldname="priority", record_checkpoint=checkpoint),
        audit(2, "10:00", "", "ada", fieldname="assigned_to"),
    ]
    [record] = cut({"state": "1", "priority": "2", "assigned_to": "ada"}, *changes)
    kinds = {"assigned": "assignee", "prioritized": "priority"}
    changed = [event.kind for event in record.history if event.at == at("10:00")]
    assert kinds[changed[0]] == first
    assert len(changed) == 2


def test_a_log_that_begins_in_an_end_of_unknown_time() -> None:
    """It counts from the first change, and no duration to it is known."""
    issues = issue("Closed", "done", move(9, "12:00", "Resolved", "Closed"))
    [record] = (reading := read_jira(issues))
    assert record.history[0].state.open
    assert [event.state.name for event in record.history[1:]] == ["Resolved", "Closed"]
    assert [event.at for event in record.history[1:]] == [at("12:00")] * 2
    assert not record.is_covered("resolved_at")
    assert reading.findings.counts["truncated_history"] == 1


def test_a_log_that_begins_with_a_reopening() -> None:
    """It was resolved once more after it, at a time that is known."""
    row = {"state": "6", "resolved_at": f"{DAY} 12:00:00"}
    changes = audit(1, "11:00", "6", "2"), audit(2, "12:00", "2", "6")
    [record] = cut(row, *changes)
    assert (record.resolved_at, record.reopen_count) == (at("12:00"), 1)
    assert record.is_covered("resolved_at")


def test_a_record_that_was_resolved_as_it_was_opened() -> None:
    """Its row says so: nothing is missing."""
    row = {"state": "7", "resolved_at": f"{DAY} 09:00:00", "closed_at": f"{DAY} 12:00:00"}
    [record] = (reading := cut(row, audit(1, "12:00", "6", "7")))
    assert (record.history[0].state.name, record.resolved_at) == ("Resolved", at("09:00"))
    assert "truncated_history" not in reading.findings.counts


@pytest.mark.parametrize(("clock", "is_cut"), [("09:01:00", False), ("09:01:01", True)])
def test_a_record_is_resolved_as_it_was_opened_within_a_minute(clock: str, *, is_cut: bool) -> None:
    row = {"state": "7", "resolved_at": f"{DAY} {clock}", "closed_at": f"{DAY} 12:00:00"}
    list(reading := cut(row, audit(1, "12:00", "6", "7")))
    assert ("truncated_history" in reading.findings.counts) is is_cut


def test_a_row_that_is_newer_than_the_log() -> None:
    """Its state counts, from its last update."""
    row = {**ROW, "state": "3", "sys_updated_on": f"{DAY} 10:30:00"}
    [record] = read_servicenow([row], audit=[audit(1, "09:30", "1", "2")])
    assert (record.state.name, record.updated_at) == ("On Hold", at("10:30"))


@pytest.mark.parametrize(
    ("after", "before", "is_known"), [("6", "2", False), ("2", "6", False), ("2", "1", True)]
)
def test_a_log_that_lacks_an_end_or_a_reopening(after: str, before: str, is_known: bool) -> None:  # noqa: FBT001
    """Its number of reopenings is not known; a change between two open states does not matter."""
    row = {**ROW, "state": "3"}
    log = [audit(1, "09:30", "1", after), audit(2, "10:00", before, "3")]
    reading = read_servicenow([row], audit=log)
    [record] = reading
    assert record.is_covered("reopen_count") is is_known
    assert record.is_covered("resolved_at")
    assert reading.findings.counts["truncated_history"] == 1


@pytest.mark.parametrize(
    ("now", "state"), [("Work in progress", "Work in progress"), ("Doing", "In progress")]
)
def test_a_row_in_another_open_state_than_its_log(now: str, state: str) -> None:
    """Of two known names, the row's is another state; an unknown one may be a new name of it."""
    changes = (move(1, "09:00", "Open", "In Progress"),)
    reading = read_jira(issue(now, "indeterminate", *changes))
    [record] = reading
    assert record.state.name == state
    assert reading.findings.counts["history_disagrees"] == 1


def test_a_status_that_was_renamed_between_two_changes() -> None:
    """Its id is the same, so no change is missing."""
    changes = (
        move(2, "10:00", "Doing", "Waiting for customer", "39"),
        move(1, "09:00", "Open", "In Progress", "13"),
    )
    reading = read_jira(issue("Waiting for customer", "indeterminate", *changes))
    [record] = reading
    assert [step.at for step, _ in record.timeline().states()] == [
        at("08:00"),
        at("09:00"),
        at("10:00"),
    ]
    assert {found.code for found in reading.findings} == {"unknown_actor"}


def test_pages_of_a_search_that_overlap() -> None:
    """An issue moved to the next page as it was resolved: its newer version counts."""
    old = issue("Open", updated=f"{DAY}T08:30:00.000+0000")
    changed = move(1, "09:00", "Open", "Resolved")
    new = issue("Resolved", "done", changed, updated=f"{DAY}T09:00:00.000+0000")
    for pages in ([old, new], [new, old]):
        [record] = read_jira([{"issues": [page]} for page in pages])
        assert record.resolved_at == at("09:00")


def test_an_issue_without_its_log_and_date_of_resolution() -> None:
    """Its category changed to Done then; a later update does not matter."""
    times = {"statuscategorychangedate": "09:00", "updated": "12:00"}
    fields = {name: f"{DAY}T{clock}:00.000+0000" for name, clock in times.items()}
    [record] = read_jira(issue("Done", "done", **fields))
    assert record.resolved_at == at("09:00")
    [record] = read_jira(issue("In Progress", "indeterminate", **fields))
    assert record.resolved_at is None


DOTTED: list[tuple[Row, str, str]] = [
    ({"assignment_group.name": "Net"}, "assignment_group", "Net"),
    ({"assigned_to.user_name": "ada", "assigned_to": ""}, "assignee", "ada"),
    ({"assignment_group.sys_id": "g2", "assignment_group.name": "Net"}, "assignment_group", "g2"),
    ({"assignment_group": "g2", "assignment_group.name": "Net"}, "assignment_group", "g2"),
    ({"caller_id.name": {"value": "Kim", "display_value": "Kim"}}, "caller", "Kim"),
    ({"caller_id": "u1", "caller_id.vip": "true"}, "caller", "u1"),
    ({"caller_id": "u1", "dv_caller_id": "Kim"}, "caller", "u1"),
    ({"problem_id": "p1", "problem_id.number": "PRB1"}, "links", "PRB1"),
    ({"assigned_to_link": "x", "assigned_to_value": "u2"}, "assignee", "u2"),
    ({"problem_id_link": "x", "problem_id_value": "p1"}, "links", "p1"),
    ({"problem_id": {"value": "p1", "link": "x"}, "dv_problem_id": "PRB1"}, "links", "PRB1"),
]


@pytest.mark.parametrize(("cells", "field", "value"), DOTTED)
def test_parts_of_a_reference_in_columns_of_their_own(cells: Row, field: str, value: str) -> None:
    """``sysparm_fields=caller_id.name`` walks to the part; JSONv2 has displays under ``dv_``."""
    reading = read_servicenow([ROW | cells])
    [record] = reading
    assert _text(record, field) == value
    assert "no_zone" not in reading.findings.counts


def test_results_in_the_columns_of_a_replica() -> None:
    """``task`` is ``task_link`` and ``task_value`` there."""
    row = {"sys_id": "s", "task_link": "x", "task_value": "a1", "sla_link": "x", "sla_value": "d1"}
    [record] = (reading := read_servicenow([ROW], slas=[{**row, "has_breached": "FALSE"}]))
    assert [(sla.target, sla.breached) for sla in reported_slas(record)] == [("d1", False)]
    assert "unknown_entry" not in reading.findings.counts


OWN: dict[str, Callable[[], Import[Incident]]] = {
    "u_site": lambda: read_servicenow([ROW | {"u_site": "Bonn", "u_none": "", "u_site.x": "Rom"}]),
    "9": lambda: read_zendesk(
        TICKET | {"custom_fields": [{"id": 9, "value": "Bonn"}, {"id": 8, "value": None}]}, []
    ),
    "Site": lambda: read_happyfox(
        {
            "id": 3,
            "created_at": f"{DAY} 08:00:00",
            "custom_fields": [{"name": "Site", "value": "Bonn"}, {"name": "None", "value": None}],
        }
    ),
}


@pytest.mark.parametrize("name", OWN)
def test_fields_of_the_customer_are_kept(name: str) -> None:
    """Under the names that the tool's log has for them; empty ones are not."""
    [record] = OWN[name]()
    assert record.custom[name] == "Bonn"
    assert {*record.custom} <= {name, "sys_id", "number", "type"}


@pytest.mark.parametrize(
    ("moves", "links"),
    [
        ([("", "p1"), ("p1", "")], []),
        ([("", "p1"), ("p1", "p2")], ["p2"]),
        ([("p1", "p2")], ["p2"]),
        ([("p1", "p2"), ("p2", "p1")], ["p1"]),
    ],
)
def test_a_link_that_was_taken_away(moves: list[tuple[str, str]], links: list[str]) -> None:
    """A reference holds one record: a change takes the old one away."""
    changes = [
        audit(n, f"1{n}:00", before, after, fieldname="problem_id")
        for n, (before, after) in enumerate(moves)
    ]
    [record] = read_servicenow([ROW | {"problem_id": moves[-1][1]}], audit=changes)
    assert [link.target for link in record.links] == links


def _text(record: Record, field: str) -> object:
    return next(iter(record.links)).target if field == "links" else getattr(record, field)


def test_a_login_in_a_column_makes_the_caller_known_in_the_journal() -> None:
    """The opener is the caller, whose question is no answer."""
    row = ROW | {"caller_id": "u1", "opened_by": "u1", "caller_id.user_name": "kim"}
    note = {"sys_id": "j", "element_id": "a1", "element": "comments", "value": "?"}
    asked = {**note, "sys_created_by": "kim", "sys_created_on": f"{DAY} 09:10:00"}
    [record] = read_servicenow([row], journal=[asked])
    assert (record.opened_by.id, record.first_response_at) == ("kim", None)
    assert record.history[-1].by.role == "requester"


NO_RECORDS = {
    "servicenow": ["sys_audit", "<xml><change_request><number>C1</number></change_request></xml>"],
    "zendesk": ["audits"],
    "pagerduty": ["log_entries"],
}


@pytest.mark.parametrize(
    ("profile", "text"), [(name, text) for name, texts in NO_RECORDS.items() for text in texts]
)
def test_a_file_without_records_says_what_it_has(tmp_path: Path, profile: str, text: str) -> None:
    """Its logs alone are no record; an empty list of records is one without any."""
    path = tmp_path / "export"
    names = "change_request" if text.startswith("<") else text
    path.write_text(text if names != text else json.dumps({text: [{"id": 1}]}), encoding="utf-8")
    with pytest.raises(FormatError, match=f"no records: the file has '{names}'"):
        read_profile(path, profile)
    records = {"zendesk": "tickets", "pagerduty": "incidents"}.get(profile, "incident")
    path.write_text(json.dumps({records: [], text: []}), encoding="utf-8")
    reading = read_profile(path, profile)
    assert (list(reading), [*reading.findings]) == ([], [])


NOTE: Row = {"id": "9", "created": f"{DAY}T12:00:00.000+0000", "author": ADA, "body": "x"}
OPENING: Row = {"id": 1, "type": "Create", "field_name": "status", "value": "open"}
FIRST: Row = {"id": 1, "ticket_id": 35, "created_at": f"{DAY}T08:00:00Z", "events": [OPENING]}
OTHER: Row = {**FIRST, "id": 2, "ticket_id": 36}
TWO: list[Row] = [TICKET, {**TICKET, "id": 36}]


def audits(*pages: tuple[Row, str | None, str | None]) -> list[Row]:
    """Return pages of audits, each with its entry and the pages before and after it."""
    names = ("audits", "previous_page", "next_page")
    return [dict(zip(names, ([one], *others), strict=True)) for one, *others in pages]


# What came, and whether its first response, reopenings and escalations are known.
PARTS: dict[str, tuple[Callable[[], Import[Incident]], str]] = {
    "all comments": (
        lambda: read_jira(issue("Open", comment={"comments": [NOTE], "total": 1})),
        "first_response_at",
    ),
    "the last of five comments": (
        lambda: read_jira(issue("Open", comment={"comments": [NOTE], "total": 5})),
        "",
    ),
    "a changelog without its first entries": (
        lambda: read_jira({**issue("Open"), "changelog": {"total": 9, "histories": []}}),
        "first_response_at",
    ),
    "all audits": (lambda: read_zendesk(TICKET, [FIRST]), "first_response_at reopen_count"),
    "an audit, but not the first": (lambda: read_zendesk(TICKET, [{**FIRST, "events": []}]), ""),
    "no audits": (lambda: read_zendesk(TICKET, []), ""),
    "the first page of audits": (
        lambda: read_zendesk(TWO, audits((FIRST, None, "2"), (OTHER, None, None))),
        "",
    ),
    "the last page of audits": (
        lambda: read_zendesk(TICKET, audits((FIRST, None, "2"), ({**FIRST, "id": 2}, "1", None))),
        "first_response_at reopen_count",
    ),
    "a log with its trigger": (
        lambda: read_pagerduty(
            {"id": "P1", "created_at": f"{DAY}T08:00:00Z"},
            [{"id": "R", "type": "trigger_log_entry", "created_at": f"{DAY}T08:00:00Z"}],
        ),
        "reopen_count escalation_count",
    ),
    "a log without it": (
        lambda: read_pagerduty(
            {"id": "P1", "created_at": f"{DAY}T08:00:00Z"},
            [{"id": "R", "type": "resolve_log_entry", "created_at": f"{DAY}T09:00:00Z"}],
        ),
        "",
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_what_a_part_of_a_log_does_not_tell(part: str) -> None:
    """A first response may stand on the page that did not come."""
    read, known = PARTS[part]
    reading = read()
    record = next(reading)
    names = ("first_response_at", "reopen_count", "escalation_count")
    covered = [name for name in names if record.is_covered(name)]
    assert covered == known.split()
    others = [one.is_covered("first_response_at") for one in reading]
    assert all(others)
    is_cut = known in ("", "first_response_at")  # the issues came without their logs
    assert ("truncated_history" in reading.findings.counts) == is_cut


def test_an_issue_that_was_moved_between_two_pages() -> None:
    """Its key is another one, but its address is not; the same for what webhooks deliver."""
    updated = {"updated": f"{DAY}T09:00:00.000+0000"}
    site = {"self": "https://one.example.com/rest/api/2/issue/7"}
    old = issue("Open", updated=f"{DAY}T08:00:00.000+0000") | site
    new = {**issue("Open", **updated), "key": "NEW-9"} | site
    assert [record.id for record in read_jira([new, old])] == ["NEW-9"]
    sent = [{"timestamp": n, "issue": one} for n, one in enumerate((old, new))]
    assert [record.id for record in read_jira(sent)] == ["NEW-9"]
    elsewhere = {**old, "self": "https://two.example.com/rest/api/2/issue/7"}
    assert [record.id for record in read_jira([new, elsewhere])] == ["NEW-9", "SD-1"]
    bare = [{name: one[name] for name in one if name != "self"} for one in (old, new)]
    assert [record.id for record in read_jira(bare)] == ["SD-1", "NEW-9"]


def test_a_changelog_that_an_automation_rule_sends_without_entries() -> None:
    """Its list is null and its total 0, whatever happened."""
    empty = {"startAt": 0, "maxResults": 0, "total": 0, "histories": None}
    fields = {"resolutiondate": f"{DAY}T09:00:00.000+0000"}
    [record] = read_jira({**issue("Done", "done", **fields), "changelog": empty})
    assert (record.resolved_at, record.is_covered("reopen_count")) == (at("09:00"), False)
    [record] = read_jira({**issue("Open"), "changelog": {**empty, "histories": []}})
    assert record.is_covered("reopen_count")


def test_a_row_with_fewer_columns_beside_the_whole_row() -> None:
    """Of one update, the row of a list and the record itself: the record counts."""
    updated = {"sys_updated_on": f"{DAY} 09:30:00"}
    short = {name: ROW[name] for name in ("sys_id", "number", "state")} | updated
    for rows in ([short, ROW | updated], [ROW | updated, short]):
        [record] = (reading := read_servicenow(rows))
        assert record.opened_at == at("09:00")
        assert "duplicate_id" not in reading.findings.counts


def test_a_row_that_gives_no_record_does_not_take_its_id() -> None:
    """The first lacks the opening; the second of the id has it."""
    rows = [{"number": "INC1", "state": "1"}, {"number": "INC1", "opened_at": f"{DAY} 09:00:00"}]
    [record] = (reading := read_servicenow(rows))
    assert (record.id, record.opened_at) == ("INC1", at("09:00"))
    assert reading.findings.counts["no_opening"] == 1


def test_a_file_of_jira_with_pages_beside_its_issues(tmp_path: Path) -> None:
    """Changelogs and SLA results by key, as the arguments of the function have them."""
    change = move(1, "09:00", "Open", "Resolved")
    parts = {
        "issues": [{**issue("Resolved", "done"), "changelog": {"total": 1, "histories": []}}],
        "changelogs": {"SD-1": [{"values": [change], "total": 1}]},
        "slas": {"SD-1": {"values": [{"name": "Done", "completedCycles": [{"breached": False}]}]}},
        "boards": {"values": [{"id": 1}]},
    }
    path = tmp_path / "issues.json"
    path.write_text(json.dumps(parts), encoding="utf-8")
    [record] = (reading := read_profile(path, "jira"))
    assert record.resolved_at == at("09:00")
    assert [sla.target for sla in reported_slas(record)] == ["Done"]
    assert [one.path for one in reading.findings if one.code == "unknown_entry"] == ["boards"]


def test_a_row_with_columns_that_are_no_texts() -> None:
    """A data frame may count its columns."""
    row: Mapping[Any, Any] = {1: "x", **ROW}
    assert [record.id for record in read_servicenow([row])] == ["INC1"]
