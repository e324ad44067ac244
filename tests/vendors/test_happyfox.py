"""Tickets of HappyFox: who spoke to whom, and what each kind of update changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidentcore.records import Commented, Incident, Link
from incidentcore.values import Priority
from incidentcore.vendors import read_happyfox

TICKET: dict[str, Any] = {
    "display_id": "HF1",
    "id": 1,
    "subject": "No mail",
    "created_at": "2026-03-02 09:00:00",
    "status": {"name": "In Progress", "behavior": "pending"},
    "priority": {"name": "High"},
    "category": {"name": "Network"},
    "assigned_to": {"id": 7},
    "user": {"id": 42},
    "tags": "mail, berlin",
    "last_modified": "2026-03-02 12:00:00",
}


def read(*updates: dict[str, Any]) -> Incident:
    """Return the incident of one ticket whose updates came an hour apart, from ten o'clock on."""
    listed = [
        {"update_id": 100 + n, "timestamp": f"2026-03-02 {10 + n}:00:00"} | update
        for n, update in enumerate(updates)
    ]
    (incident,) = read_happyfox({**TICKET, "updates": listed})
    return incident


def test_each_kind_of_update_changes_its_field() -> None:
    """States, priorities and categories by name, persons by id; a due date is kept as it is."""
    staff = {"by": {"type": "staff", "id": 7}}
    incident = read(
        {
            **staff,
            "status_change": {"old": 1, "new": 2, "old_name": "New", "new_name": "In Progress"},
        },
        {**staff, "priority_change": {"old_name": "Low", "new_name": "High"}},
        {**staff, "assignee_change": {"old": 3, "new": 7, "old_name": "Ben", "new_name": "Ada"}},
        {**staff, "category_change": {"old_name": "Mail", "new_name": "Network"}},
        {**staff, "due_date_change": {"old": "2026-03-03", "new": "2026-03-04"}},
    )
    first = incident.timeline(now=datetime(2026, 3, 2, 9, 30, tzinfo=UTC)).facts_at(
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    )
    assert first["state"].name == "New"
    assert (first["assignee"], first["category"]) == ("3", ("Mail",))
    assert first["custom"]["due_date"] == "2026-03-03"
    assert incident.state.name == "In Progress"
    assert (incident.assignee, incident.category) == ("7", ("Network",))
    assert incident.custom["due_date"] == "2026-03-04"
    assert incident.tags == frozenset({"mail", "berlin"})
    assert first["priority"] != incident.priority
    assert [event.at.hour for event in incident.history] == [9, 10, 11, 12, 13, 14]
    assert {event.by.role for event in incident.history[1:]} == {"agent"}


@pytest.mark.parametrize(
    ("message_type", "visibility"),
    [
        ("p", "internal"),
        ("private", "internal"),
        ("private_note", "internal"),
        ("Private", "internal"),
        ("n", "public"),
        ("public", "public"),
        (None, "public"),
    ],
)
def test_a_private_note_is_internal(message_type: str | None, visibility: str) -> None:
    """By the type of the message, in capital letters or small ones; all others are public."""
    incident = read(
        {"by": {"type": "staff", "id": 7}, "message": {"text": "x", "message_type": message_type}}
    )
    (said,) = (event for event in incident.history if isinstance(event, Commented))
    assert (said.text, said.visibility) == ("x", visibility)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("user", "requester"),
        ("contact", "requester"),
        ("staff", "agent"),
        ("smartrule", "system"),
    ],
)
def test_who_spoke_has_the_role_of_the_kind_of_person(kind: str, role: str) -> None:
    """Users and contacts ask, staff answer, and all others are programs."""
    incident = read({"by": {"type": kind, "id": 9}, "message": {"text": "x"}})
    assert (incident.history[-1].by.id, incident.history[-1].by.role) == ("9", role)


def test_the_first_message_is_the_ticket_itself() -> None:
    """A person's message at the opening is no comment; a program's is."""
    for kind, count in (("user", 0), ("smartrule", 1)):
        incident = read(
            {
                "timestamp": TICKET["created_at"],
                "by": {"type": kind, "id": 42},
                "message": {"text": "No mail."},
            }
        )
        assert sum(isinstance(event, Commented) for event in incident.history) == count


def test_a_list_has_moments_alone_and_a_merged_ticket_a_link() -> None:
    """Both are findings."""
    reading = read_happyfox({**TICKET, "merged_to": {"display_id": "HF2"}})
    (incident,) = reading

    assert {"truncated_history", "merged_record"} <= reading.findings.counts.keys()
    assert list(incident.links) == [Link("duplicate_of", "HF2")]


def test_the_first_text_may_be_written_down_later() -> None:
    """The update that sets the first status is the ticket's own; one with ids alone is not."""

    def staff(number: int, second: int, **status: object) -> dict[str, Any]:
        made = {"update_id": number, "timestamp": f"2026-03-02 09:00:{second:02}"}
        return {**made, "by": {"type": "staff", "id": 7}, "message": {"text": "x"}, **status}

    first = staff(1, 1, status_change={"old": None, "old_name": None, "new_name": "New"})
    answer = staff(2, 30, status_change={"old": 1, "new": 2})
    ticket = {"id": 3, "subject": "x", "created_at": "2026-03-02 09:00:00", "user": {"id": 1}}
    status = {"status": {"name": "New", "behavior": "pending"}, "updates": [first, answer]}
    [incident] = read_happyfox({**ticket, **status})
    assert incident.first_response_at is not None
    assert incident.first_response_at.second == 30


def test_a_ticket_names_those_that_were_merged_into_it() -> None:
    """By the id that is shown, whichever form the list has."""
    ticket = {"id": 3, "subject": "x", "created_at": "2026-03-02 09:00:00", "user": {"id": 1}}
    merged = {"merged_tickets": ["#HF8", {"display_id": "#HF9"}], "updates": []}
    [incident] = read_happyfox({**ticket, **merged, "status": {"name": "New"}})
    assert incident.links == {Link("has_duplicate", "#HF8"), Link("has_duplicate", "#HF9")}


def test_no_priority_is_none_and_the_first_message_is_the_description() -> None:
    """As the vendor's own example has them; what is not read of an update is found."""
    change = {"old": 5, "old_name": "No Priority", "new": 3, "new_name": "High"}
    update = {"update_id": 52, "timestamp": "2026-03-02 09:30:00", "priority_change": change}
    update |= {"by": {"type": "staff", "id": 7}, "message": None, "satisfaction_survey": {"a": 1}}
    ticket = {"id": 3, "subject": "x", "created_at": "2026-03-02 09:00:00", "user": {"id": 1}}
    ticket |= {"status": {"name": "New"}, "first_message": "It smokes.", "updates": [update]}
    reading = read_happyfox({**ticket, "priority": {"id": 3, "name": "High"}})
    [incident] = reading
    assert (incident.description, incident.priority) == ("It smokes.", Priority.HIGH)
    assert incident.timeline().facts_at(incident.opened_at)["priority"] is None
    assert [(one.code, one.field) for one in reading.findings] == [
        ("unknown_entry", "satisfaction_survey")
    ]
    [plain] = read_happyfox({**ticket, "priority": {"id": 5, "name": "No Priority"}, "updates": []})
    assert plain.priority is None


def test_a_ticket_on_two_pages_counts_as_it_was_modified_last() -> None:
    """Of one time, the same ticket counts once, and before a row of a list, which has less."""
    first = {**TICKET, "updates": [], "subject": "Mail", "last_modified": "2026-03-02 09:30:00"}
    last = {**TICKET, "updates": []}
    for order in ([first, last], [last, first], [last, dict(last)]):
        reading = read_happyfox([{"data": [one]} for one in order])
        assert [one.title for one in reading] == ["No mail"]
        assert "duplicate_id" not in reading.findings.counts
    for order in ([last, TICKET], [TICKET, last]):
        [one] = (reading := read_happyfox(order))
        assert one.is_covered("reopen_count")
        assert not reading.findings.counts.keys() & {"duplicate_id", "truncated_history"}
    [one] = (reading := read_happyfox([last, {**last, "subject": "Other"}]))
    assert (one.title, reading.findings.counts["duplicate_id"]) == ("No mail", 1)


def test_values_by_their_ids_have_the_names_that_any_ticket_shows() -> None:
    """Source: HappyFox's reference of its API 1.1, whose tickets have no names of changes."""
    rule = {"type": "smartrule", "id": 2}
    updates = [
        {"timestamp": "2026-03-02 09:00:00", "by": rule, "priority_change": {"old": 1, "new": 2}},
        {"timestamp": "2026-03-02 10:00:00", "by": rule, "status_change": {"old": 1, "new": 3}},
        {"timestamp": "2026-03-02 11:00:00", "by": rule, "status_change": {"old": 3, "new": 5}},
    ]
    closed = {"id": 5, "name": "Closed", "behavior": "completed"}
    high, low = {"id": 2, "name": "High"}, {"id": 1, "name": "Low"}
    first = {**TICKET, "status": closed, "priority": high, "updates": updates}
    others = [
        {**TICKET, "display_id": f"HF{key}", "status": {"id": key, "name": name}, "priority": low}
        for key, name in ((1, "New"), (3, "In Progress"))
    ]
    [incident, *_] = read_happyfox([{"data": [first, *others]}])
    states = [(step.at.hour, facts["state"].name) for step, facts in incident.timeline().states()]
    assert states == [(9, "New"), (10, "In Progress"), (11, "Closed")]
    assert incident.priority == Priority.HIGH
    [prioritized] = [one for one in incident.history if one.kind == "prioritized"]
    assert prioritized.at.hour == 9


@pytest.mark.parametrize(
    ("shown", "changed_to", "category"),
    [({"name": "IT"}, None, ()), ({"id": 5, "name": None}, 5, ("5",)), ({"id": 5}, 5, ("5",))],
    ids=["without an id", "without a name", "with its id alone"],
)
def test_a_part_without_an_id_or_a_name_names_nothing(
    shown: dict[str, Any], changed_to: int | None, category: tuple[str, ...]
) -> None:
    """A change to nothing remains one, and a change to an id without a name has the id."""
    change = {"category_change": {"old": 4, "new": changed_to}}
    update = {"timestamp": "2026-03-02 10:00:00", "by": {"type": "staff", "id": 7}, **change}
    named = {**TICKET, "display_id": "HF8", "category": shown, "updates": []}
    [incident, _] = read_happyfox([{**TICKET, "updates": [update]}, named])
    assert incident.category == category
