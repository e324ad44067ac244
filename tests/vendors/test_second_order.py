"""What exports say only between the lines: who asked, what came first, which row counts.

Each table is one test; a row that fails is named. The expected values follow from the tools' own
descriptions of their exports.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from incidentcore import BusinessCalendar, SlaDefinition
from incidentcore.records import Commented, Record, StateChanged
from incidentcore.vendors import (
    compare_sla,
    read_audit_log,
    read_events,
    read_happyfox,
    read_jira,
    read_pagerduty,
    read_servicenow,
    read_statuspage,
    read_table,
    read_zendesk,
)
from incidentcore.vendors.kit import Times

from .test_importers_of_ones_own import load

HOUR = timedelta(hours=1)
BERLIN = "Europe/Berlin"


def told(record: Record, *names: str) -> tuple[Any, ...]:
    """Return values of a record: instants as text, states and levels by name."""
    values = []
    for name in names:
        value: Any = record
        for part in name.split("."):
            value = getattr(value, part)
        if isinstance(value, datetime):
            value = value.astimezone(UTC).strftime("%dT%H:%M")
        values.append(getattr(value, "name", value))
    return tuple(values)


def agree(rows: Mapping[str, tuple[Any, Any]]) -> None:
    assert {name: got for name, (got, _) in rows.items()} == {
        name: wanted for name, (_, wanted) in rows.items()
    }


def only(reading: Any) -> Any:
    [record] = reading
    return record


# Zendesk

USERS = [{"id": 1, "role": "end-user"}, {"id": 2, "role": "agent"}, {"id": 3, "role": "admin"}]


def zendesk(*audits: tuple[str, int, list[dict[str, Any]]], **ticket: Any) -> Any:
    own = {"id": 5, "status": "open", "requester_id": 1, "created_at": "2026-03-02T08:00:00Z"}
    return only(
        read_zendesk(
            [own | ticket],
            [
                {
                    "id": number,
                    "ticket_id": 5,
                    "author_id": author,
                    "created_at": f"2026-03-02T{at}:00Z",
                    "events": [{"id": 10 * number + n, **one} for n, one in enumerate(events)],
                }
                for number, (at, author, events) in enumerate(audits, 1)
            ],
            users=USERS,
        )
    )


def said(author: int, *, public: bool = True, kind: str = "Comment") -> dict[str, Any]:
    return {"type": kind, "author_id": author, "public": public, "body": "text"}


def created(field: str, value: str) -> dict[str, Any]:
    return {"type": "Create", "field_name": field, "value": value}


def moved(before: str, after: str) -> dict[str, Any]:
    return {
        "type": "Change",
        "field_name": "status",
        "previous_value": before,
        "value": after,
    }


def test_zendesk() -> None:
    """Who submits a ticket opens it; who asks does not answer, unless it is theirs to work on."""
    start = ("08:00", 1, [created("status", "new"), said(1)])
    by_agent = ("08:00", 2, [created("status", "open"), said(2)])
    own = {"requester_id": 2, "submitter_id": 2}
    solved = ("09:00", 2, [said(2), moved("new", "solved")])
    phone = zendesk(by_agent, ("09:00", 2, [said(2)]), submitter_id=2)
    asks = zendesk(by_agent, ("09:00", 2, [said(2)]), ("10:00", 3, [said(3)]), **own)
    hers = ("08:00", 2, [created("status", "open"), created("assignee_id", "2"), said(2)])
    works = zendesk(hers, ("09:00", 2, [said(2)]), assignee_id=2, **own)
    called = zendesk(start, ("08:20", 2, [said(2, kind="VoiceComment")]), status="new")
    back = zendesk(start, solved, ("09:00", 1, [said(1), moved("solved", "open")]))
    agree(
        {
            "opened for another": (told(phone, "opened_by.role", "caller"), ("agent", "1")),
            "the next word answers": (told(phone, "first_response_at"), ("02T09:00",)),
            "an agent who asks": (told(asks, "first_response_at"), ("02T10:00",)),
            "an agent at their own ticket": (told(works, "first_response_at"), ("02T09:00",)),
            "a call": (told(called, "first_response_at"), ("02T08:20",)),
            "solved and reopened in one second": (
                told(back, "state", "reopen_count", "first_response_at"),
                ("Open", 1, "02T09:00"),
            ),
        }
    )


# Jira

ADA = {"accountId": "ada", "accountType": "atlassian"}
KIM = {"accountId": "kim", "accountType": "customer"}


def jira(*changes: tuple[str, str, str], comments: Any = (), **fields: Any) -> Any:
    before = changes[-1][2] if changes else "Waiting for support"
    own = {
        "created": "2026-03-02T08:00:00.000+0000",
        "status": {"name": before, "statusCategory": {"key": "new"}},
        "reporter": KIM,
        "comment": {
            "comments": [
                {
                    "id": str(number),
                    "author": author,
                    "created": f"2026-03-02T{at}:00.000+0000",
                    "body": "text",
                    "jsdPublic": True,
                }
                for number, (at, author) in enumerate(comments)
            ]
        },
    }
    histories = [
        {
            "id": str(number),
            "author": ADA,
            "created": f"2026-03-02T{at}:00.000+0000",
            "items": [{"field": "status", "fromString": old, "toString": new}],
        }
        for number, (at, old, new) in enumerate(changes)
    ]
    return read_jira(
        [{"key": "SD-7", "fields": own | fields, "changelog": {"histories": histories}}]
    )


def test_jira() -> None:
    """The creator opens, the reporter asks; a reporter from the desk does not answer herself."""
    raised = only(jira(creator=ADA, comments=[("08:10", ADA)]))
    words = [("08:10", ADA), ("08:30", {**ADA, "accountId": "ben"})]
    inside = only(jira(reporter=ADA, comments=words))
    again = jira(("09:00", "Open", "Closed"), ("10:00", "Closed", "Reopened"))
    classic = only(again)
    agree(
        {
            "raised for a customer": (
                told(raised, "opened_by.id", "opened_by.role", "caller", "first_response_at"),
                ("ada", "agent", "kim", "02T08:10"),
            ),
            "raised by an agent": (told(inside, "first_response_at"), ("02T08:30",)),
            "the classic workflow": (told(classic, "state", "reopen_count"), ("Reopened", 1)),
            "and it is known": (again.findings.counts, {}),
        }
    )


def test_who_registers_a_case_of_a_log_may_answer() -> None:
    """An event log names no caller: whoever opens the case works at the desk."""
    lines = ["1,new,2026-03-02T08:00Z,ada", "1,Reply,2026-03-02T08:10Z,ada"]
    columns = {"case": "Case", "activity": "Act", "at": "At", "by": "Who"}
    meanings = {"new": "new", "Reply": Commented}
    case = only(read_events(["Case,Act,At,Who", *lines], **columns, activities=meanings))
    agree({"by the same": (told(case, "first_response_at"), ("02T08:10",))})


def test_pagerduty_without_a_log() -> None:
    """An older row has no ``resolved_at``: its last change of status tells when."""

    def read(status: str, **more: Any) -> Any:
        row = {"id": "P1", "status": status, "created_at": "2026-03-02T20:00:00Z"}
        return only(read_pagerduty([row | {"service": {"summary": "s"}} | more], []))

    changed = {"last_status_change_at": "2026-03-02T21:00:00Z"}
    both = read("resolved", **changed, resolved_at="2026-03-02T20:30:00Z")
    names = ("state", "resolved_at")
    taken = read("acknowledged", **changed)
    agree(
        {
            "resolved": (told(read("resolved", **changed), *names), ("resolved", "02T21:00")),
            "stated": (told(both, *names), ("resolved", "02T20:30")),
            "acknowledged": (told(taken, "state", "updated_at"), ("acknowledged", "02T21:00")),
            "opened as triggered": (taken.history[0].state.name, "triggered"),
        }
    )


def test_other_tools() -> None:
    """HappyFox, Statuspage, Zammad, GLPI and GitHub: what ends a ticket, and who is nobody."""
    happyfox = {
        "display_id": "#1",
        "created_at": "2026-03-02 09:00:00",
        "user": {"id": 1},
        "status": {"name": "Closed", "behavior": "completed"},
        "updates": [
            {
                "update_id": number,
                "timestamp": f"2026-03-02 {at}:00",
                "by": {"type": who, "id": 7},
                "status_change": {"old_name": old, "new_name": new},
            }
            for number, at, who, old, new in (
                (10, "10:00", "staff", "In Progress", "Closed"),
                (9, "10:00", "staff", "New", "In Progress"),
            )
        ],
    }
    updates = [("investigating", 8), ("resolved", 10), ("postmortem", 12)]
    page = {
        "id": "i1",
        "name": "Slow",
        "status": "postmortem",
        "created_at": "2026-03-02T08:00:00Z",
        "incident_updates": [
            {"id": state, "status": state, "display_at": f"2026-03-02T{hour:02}:00:00Z"}
            | {"created_at": f"2026-03-02T{hour:02}:30:00Z", "body": ""}
            for state, hour in updates
        ],
    }
    zammad = {"id": 9, "title": "t", "number": "1", "created_at": "2026-03-02T08:00:00Z"}
    owner = {"object": "Ticket", "type": "updated", "attribute": "owner", "created_by_id": 3}
    owners = [
        owner | {"id": 1, "created_at": "2026-03-02T09:00:00Z", "value_from": "-", "value_to": "A"},
        owner | {"id": 2, "created_at": "2026-03-02T09:30:00Z", "value_from": "A", "value_to": "-"},
    ]

    def zammad_in(state: int) -> Any:
        rows = [zammad | {"state_id": state}]
        return only(load("zammad").read_zammad(rows, {9: owners}, agents=["3"]))

    glpi = {"id": 7, "name": "P", "status": 6, "priority": 4, "date": "2026-03-02 09:00:00"}
    glpi |= {"solvedate": "2026-03-02 12:00:00", "closedate": "2026-03-03 12:00:00"}
    issue = {"number": 4, "title": "t", "state": "open", "labels": [], "user": {"login": "kim"}}
    issue |= {"created_at": "2026-03-02T08:00:00Z"}
    word = {"event": "commented", "author_association": "MEMBER", "body": "x"}
    words = [
        word | {"id": 1, "created_at": "2026-03-02T08:10:00Z", "actor": {"login": "kim"}},
        word | {"id": 2, "created_at": "2026-03-02T08:30:00Z", "actor": {"login": "ada"}},
    ]
    of_github = only(load("github").read_github([issue], {4: words}))
    of_page = only(read_statuspage([page]))
    ends = ("resolved_at", "closed_at")
    agree(
        {
            "happyfox": (
                told(only(read_happyfox([happyfox])), "state", "resolved_at"),
                ("Closed", "02T10:00"),
            ),
            "statuspage": (told(of_page, "resolved_at", "reopen_count"), ("02T10:00", 0)),
            "zammad, nobody": (told(zammad_in(2), "assignee"), (None,)),
            "zammad, merged": (told(zammad_in(5), "state", "state.open"), ("merged", False)),
            "zammad, pending close": (told(zammad_in(7), "state.pauses"), (True,)),
            "glpi": (
                told(only(load("glpi").read_glpi([glpi], [])), *ends),
                ("02T12:00", "03T12:00"),
            ),
            "github, by a member": (told(of_github, "first_response_at"), ("02T08:30",)),
        }
    )


def test_an_hour_that_comes_twice() -> None:
    """Of a time that occurs twice, the second counts where the first would lie before the rest."""

    def row(opened: str, resolved: str, **more: str) -> list[str]:
        times = {"opened": opened, "resolved": resolved, **more}
        line = {"id": "A", **{name: f"2026-10-25T{time}" for name, time in times.items()}}
        reading = read_table([line], {name: name for name in line}, zone=BERLIN)
        record = only(reading)
        codes = sorted(reading.findings.counts)
        return [*told(record, *(f"{name}_at" for name in times)), *codes]

    def audit(*times: str) -> list[str]:
        head = "number,incident_state,sys_updated_by,opened_at,sys_updated_at"
        states = zip(("Active", "Resolved"), times, strict=True)
        lines = [f"A,{state},ada,25/10/2026 01:30,25/10/2026 {at}" for state, at in states]
        reading = read_audit_log([head, *lines], zone=BERLIN)
        changed = [event for event in only(reading).history if isinstance(event, StateChanged)]
        codes = {"ambiguous_time"} & reading.findings.counts.keys()
        return [*(f"{event.at:%dT%H:%M}" for event in changed), *codes]

    def log(*times: str) -> list[str]:
        acts = ("new", "in_progress", "resolved")
        lines = [f"1,{act},2026-10-25 {at}" for act, at in zip(acts, times, strict=False)]
        reading = read_events(
            ["Case,Act,At", *lines],
            case="Case",
            activity="Act",
            at="At",
            times=Times(BERLIN),
        )
        return [f"{event.at:%dT%H:%M}" for event in only(reading).history]

    twice = ["ambiguous_time"]
    agree(
        {
            "the first of both": (row("02:10", "02:50"), ["25T00:10", "25T00:50", *twice]),
            "the second": (row("02:45", "02:15"), ["25T00:45", "25T01:15", *twice]),
            "after the opening alone": (row("01:30", "02:15"), ["24T23:30", "25T00:15", *twice]),
            "closed after resolved": (
                row("01:30", "02:30", closed="02:10"),
                ["24T23:30", "25T00:30", "25T01:10", *twice],
            ),
            "resolved after acknowledged": (
                row("01:30", "02:10", acknowledged="02:50"),
                ["24T23:30", "25T01:10", "25T00:50", *twice],
            ),
            "occurred before opened": (
                row("02:50", "04:00", occurred="02:10"),
                ["25T00:50", "25T03:00", "25T00:10", *twice],
            ),
            "an audit log": (audit("02:50", "02:10"), ["25T00:50", "25T01:10", *twice]),
            "a log in order": (
                log("01:30", "02:50", "02:10"),
                ["24T23:30", "25T00:50", "25T01:10"],
            ),
            "a log that begins there": (log("02:50", "02:10"), ["25T00:50", "25T01:10"]),
            "a log across it": (
                log("02:50", "02:10", "03:00"),
                ["25T00:50", "25T01:10", "25T02:00"],
            ),
        }
    )


def test_which_run_of_the_tool_is_compared() -> None:
    """Rows of ``task_sla`` come in any order; a canceled one counts only where it is alone."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "08:00-18:00"})
    policy = SlaDefinition.resolution(hours=8, calendar=office)
    incident = {"sys_id": "a1", "number": "INC1", "state": "6"}
    incident |= {"opened_at": "2026-03-02 09:00:00", "opened_by": {"value": "u1"}}
    change = {"sys_id": "x", "documentkey": "a1", "fieldname": "state", "user": "ada"}
    change |= {"oldvalue": "1", "newvalue": "6", "sys_created_on": "2026-03-02 10:00:00"}

    def sla(number: int, stage: str, end: str, spent: str) -> dict[str, Any]:
        times = {"start_time": "2026-03-02 09:00:00", "end_time": f"2026-03-02 {end}:00"}
        own = {"sys_id": str(number), "task": {"value": "a1"}, "sla": {"display_value": "P3"}}
        return own | times | {"stage": stage, "business_duration": f"1970-01-01 {spent}:00"}

    canceled = sla(1, "cancelled", "09:30", "00:30")
    completed = sla(2, "completed", "10:00", "01:00")

    def differ(*rows: dict[str, Any]) -> list[timedelta | None]:
        [record] = read_servicenow([incident], audit=[change], slas=rows)
        return [one.difference for one in compare_sla([record], "P3", policy)]

    agree(
        {
            "canceled first": (differ(canceled, completed), [timedelta(0)]),
            "canceled last": (differ(completed, canceled), [timedelta(0)]),
            "canceled alone": (differ(canceled), [HOUR / 2]),
        }
    )


def test_a_page_that_is_missing() -> None:
    """The last page that came says that another one follows: a finding, for each tool's words."""
    audit = {"id": 1, "ticket_id": 5, "author_id": 1, "created_at": "2026-03-02T08:00:00Z"}
    audit |= {"events": [{"id": 2, "type": "Create", "field_name": "status", "value": "open"}]}
    ticket = {"id": 5, "status": "open", "requester_id": 1, "created_at": audit["created_at"]}
    issue = {"key": "S-1", "changelog": {"total": 0, "histories": []}}
    issue |= {
        "fields": {"created": audit["created_at"], "reporter": KIM, "status": {"name": "Open"}}
    }
    row = {"id": "P1", "status": "triggered", "created_at": audit["created_at"]}
    entry = {"id": "R1", "type": "trigger_log_entry", "agent": {"id": "S", "type": "service"}}
    entry |= {"created_at": audit["created_at"], "incident": {"id": "P1"}}

    def found(reading: Any) -> dict[str, int]:
        assert len(list(reading)) == 1
        return dict(reading.findings.counts)

    def audits(*pages: dict[str, Any]) -> dict[str, int]:
        return found(read_zendesk([ticket], pages, users=USERS))

    def people(page: dict[str, Any]) -> dict[str, int]:
        return found(read_zendesk([ticket], [audit], users=page))

    def issues(**page: Any) -> dict[str, int]:
        return found(read_jira({"issues": [issue], **page}))

    def targets(**page: Any) -> dict[str, int]:
        cycle = {"name": "Done", "ongoingCycle": {"breached": False}}
        return found(read_jira(issue, slas={"S-1": {"values": [cycle], **page}}))

    def incidents(more: bool, log: bool) -> dict[str, int]:  # noqa: FBT001
        page, entries = {"incidents": [row], "more": more}, {"log_entries": [entry], "more": log}
        return found(read_pagerduty(page, entries))

    def tickets(**info: int) -> int:
        own = {"id": 3, "user": {"id": 1}, "status": {"name": "New"}, "updates": [message]}
        own |= {"created_at": message["timestamp"], "subject": "x"}
        found = read_happyfox([{"page_info": info, "data": [own]}])
        return len(list(found)) and found.findings.counts.get("truncated_history", 0)

    message = {"timestamp": "2026-03-02 08:00:00", "by": {"type": "user", "id": 1}}
    first = {"audits": [audit], "next_page": "https://example.com/audits?page=2"}
    cut = {"truncated_history": 1}
    agree(
        {
            "zendesk": (audits(first), cut),
            "zendesk, by cursor": (audits({"audits": [audit], "meta": {"has_more": True}}), cut),
            "zendesk, whole": (audits(first, {"audits": [], "next_page": None}), {}),
            "jira": (issues(startAt=0, total=7), cut),
            "jira, by token": (issues(nextPageToken="x", isLast=False), cut),
            "jira, whole": (issues(startAt=0, total=1), {}),
            "jira's targets": (targets(isLastPage=False), cut),
            "jira's targets, whole": (targets(isLastPage=True), {}),
            "zendesk's users": (people({"users": USERS, "next_page": "https://x"}), cut),
            "pagerduty": (incidents(more=True, log=False), cut),
            "pagerduty, its log": (incidents(more=False, log=True), cut),
            "pagerduty, whole": (incidents(more=False, log=False), {}),
            "happyfox": (tickets(end_index=10, last_index=11), 1),
            "happyfox, whole": (tickets(end_index=11, last_index=11), 0),
        }
    )


def test_months_of_other_languages() -> None:
    """Jira writes months in the language of whoever exports: ``02/Mär/26 9:05 AM``."""

    def month(word: str, form: str) -> Any:
        columns = {"id": "n", "opened": "o"}
        lines = [{"n": "A", "o": word}]
        return [one.opened_at.month for one in read_table(lines, columns, zone="UTC", formats=form)]

    short, long = "%d/%b/%y", "%d. %B %Y"
    agree(
        {
            **{
                word: (month(f"02/{word}/26", short), [number])
                for word, number in {
                    "Jän": 1,
                    "Mär": 3,
                    "Mai": 5,
                    "Okt": 10,
                    "Dez": 12,
                    "févr": 2,
                    "avr": 4,
                    "juin": 6,
                    "juil": 7,
                    "août": 8,
                    "déc": 12,
                    "ene": 1,
                    "abr": 4,
                    "ago": 8,
                    "dic": 12,
                    "Mar": 3,
                    "Dec": 12,
                    "févr.": 2,
                    "Sept": 9,
                    "sept.": 9,
                    "Jan.": 1,
                }.items()
            },
            "a half of the day": (month("02/févr./26 8:05 p. m.", f"{short} %I:%M %p"), [2]),
            "Dezember": (month("2. Dezember 2026", long), [12]),
            "septembre": (month("2. septembre 2026", long), [9]),
            "no month": (month("02/Abc/26", short), []),
        }
    )
