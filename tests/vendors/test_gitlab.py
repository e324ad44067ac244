"""Incidents of GitLab with their notes and state events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from incidentcore.lifecycle import check_history
from incidentcore.lifecycle.tools import GITLAB_INCIDENT
from incidentcore.records import Acknowledged, Commented, Incident, StateChanged
from incidentcore.vendors import read_gitlab
from incidentcore.vendors.kit import Roles
from incidentcore.vendors.profiles import read_profile


def time(clock: str) -> str:
    return f"2026-03-02T{clock}:00.512Z"


def issue(**more: Any) -> dict[str, Any]:
    """Return an incident that kim opened at 8:00."""
    return {
        "id": 70, "iid": 7, "title": "Site down", "description": "503", "state": "opened",
        "created_at": time("08:00"), "updated_at": time("08:00"), "closed_at": None,
        "author": {"username": "kim"}, "assignees": [], "labels": ["web"], "severity": "UNKNOWN",
        "issue_type": "incident", "references": {"full": "acme/web#7"},
        "_links": {"closed_as_duplicate_of": None}, **more,
    }  # fmt: skip


def note(number: int, clock: str, who: str, body: str, **more: Any) -> dict[str, Any]:
    """Return a system note, unless ``more`` says otherwise."""
    return {
        "id": number, "noteable_id": 70, "noteable_iid": 7, "noteable_type": "Issue",
        "author": {"username": who}, "created_at": time(clock), "body": body, "system": True,
        "internal": False, **more,
    }  # fmt: skip


def event(number: int, clock: str, who: str, state: str) -> dict[str, Any]:
    return {
        "id": number, "resource_id": 70, "resource_type": "Issue", "state": state,
        "user": {"username": who}, "created_at": time(clock),
    }  # fmt: skip


STATUS = "changed the incident status to **{}**"
CLOSED = {"state": "closed", "closed_at": time("12:00"), "updated_at": time("12:00")}
NOTES = [
    note(1, "08:01", "ada", "changed the severity to **High - S2**"),
    note(2, "08:05", "ada", STATUS.format("Acknowledged")),
    note(3, "08:06", "ada", "assigned to @ada, @ben, and @cy"),
    note(4, "08:10", "kim", "Any news?", system=False),
    note(5, "08:20", "ada", "The disk is full.", system=False, internal=True),
    note(6, "08:30", "ben", "We are on it.", system=False),
    note(7, "09:00", "ada", "assigned to @dee and unassigned @ada and @ben"),
    note(8, "10:00", "dee", STATUS.format("Resolved") + " by closing the incident"),
    note(9, "11:00", "kim", STATUS.format("Triggered") + " by reopening the incident"),
    note(10, "12:00", "dee", STATUS.format("Resolved") + " by closing the incident"),
]
EVENTS = [
    event(1, "10:00", "dee", "closed"),
    event(2, "11:00", "kim", "reopened"),
    event(3, "12:00", "dee", "closed"),
]
DONE = issue(**CLOSED, severity="HIGH", assignees=[{"username": "cy"}])


def states(incident: Incident) -> list[tuple[str, str, str]]:
    changes = [one for one in incident.history if isinstance(one, StateChanged)]
    return [(f"{one.at:%H:%M}", one.by.id, one.state.name) for one in changes]


def codes(reading: Any) -> list[str]:
    return [one.code for one in reading.findings]


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_a_whole_incident(*, is_newest_first: bool) -> None:
    """Status from notes, closing and reopening from events; notes come with the newest first."""
    notes = NOTES[::-1] if is_newest_first else NOTES
    reading = read_gitlab([DONE], notes, EVENTS)
    [incident] = reading
    assert (incident.id, incident.title, incident.caller) == ("acme/web#7", "Site down", "kim")
    assert states(incident) == [
        ("08:05", "ada", "acknowledged"),
        ("10:00", "dee", "closed"),
        ("11:00", "kim", "triggered"),
        ("12:00", "dee", "closed"),
    ]
    assert (incident.opened_by.role, incident.reopen_count) == ("requester", 1)
    assert incident.priority is not None
    assert incident.priority.name == "high"
    assert f"{incident.acknowledged_at:%H:%M}" == "08:05"
    assert f"{incident.first_response_at:%H:%M}" == "08:30"  # the note before it is internal
    said = [one for one in incident.history if isinstance(one, Commented)]
    assert [(one.by.id, one.by.role, one.visibility) for one in said] == [
        ("kim", "requester", "public"),
        ("ada", "agent", "internal"),
        ("ben", "agent", "public"),
    ]
    assert incident.assignee == "cy"  # the first of those who still are
    assert codes(reading) == []
    assert not check_history(incident, GITLAB_INCIDENT)


@pytest.mark.parametrize(
    ("notes", "state"),
    [
        ([], "triggered"),
        ([("Acknowledged", "ada")], "acknowledged"),
        ([("Acknowledged", "ada"), ("Resolved", "ada")], "resolved"),
        ([("Acknowledged", "ada"), ("Triggered", "ada")], "triggered"),
        ([("Acknowledged", "alert-bot")], "acknowledged"),
    ],
)
def test_the_status_of_an_open_issue(notes: list[tuple[str, str]], state: str) -> None:
    """A bot changes it too, but acknowledges nothing."""
    log = [
        note(number, f"09:0{number}", who, STATUS.format(status))
        for number, (status, who) in enumerate(notes)
    ]
    other = note(99, "09:30", "kim", "Hm.", system=False)
    [incident] = read_gitlab(issue(), [*log, other])
    assert incident.state.name == state
    acknowledged = [one for one in incident.history if isinstance(one, Acknowledged)]
    assert len(acknowledged) == sum(said == ("Acknowledged", "ada") for said in notes)


def test_a_duplicate_is_canceled_and_an_issue_is_no_incident() -> None:
    """By the link to the other issue; the type of an issue may be written in capitals."""
    link = {"closed_as_duplicate_of": "https://gitlab.example.com/api/v4/projects/1/issues/75"}
    [incident] = read_gitlab(issue(**CLOSED, _links=link), [NOTES[3]], EVENTS[-1:])
    assert (incident.state.name, f"{incident.canceled_at:%H:%M}") == ("duplicate", "12:00")
    reading = read_gitlab([issue(issue_type="issue"), issue(id=71, iid=8, issue_type="INCIDENT")])
    assert [one.id for one in reading] == ["acme/web#7"]
    assert codes(reading) == ["unknown_entry", "truncated_history"]


def test_what_is_missing_is_found() -> None:
    """Without notes the moments alone are known; without state events the last closing."""
    reading = read_gitlab([DONE])
    [incident] = reading
    assert (states(incident), incident.covers) == ([("12:00", "import", "closed")], {"moments"})
    assert codes(reading) == ["truncated_history"]
    reading = read_gitlab([DONE], NOTES)
    [incident] = reading
    assert states(incident)[-1] == ("12:00", "import", "closed")
    assert (incident.is_covered("states"), codes(reading)) == (False, ["truncated_history"])
    stray = [{**NOTES[0], "noteable_id": 71}]
    reading = read_gitlab([issue()], [NOTES[3], *stray])
    assert len(list(reading)) == 1
    assert codes(reading) == ["unknown_entry"]


def test_notes_that_nobody_reads_are_found_and_those_that_repeat_others_are_not() -> None:
    """Another severity than one that is known stays under custom."""
    log = [
        note(1, "09:00", "ada", "mentioned in merge request !5"),
        note(2, "09:01", "ada", "changed the severity to **Unknown**"),
        note(3, "09:02", "ada", "set due date to March 9, 2026"),
    ]
    reading = read_gitlab([issue()], log)
    [incident] = reading
    assert incident.priority is None
    [finding] = reading.findings
    assert (finding.code, finding.value) == ("unknown_entry", "set due date to March 9, 2026")


def test_roles_that_are_given_count() -> None:
    [incident] = read_gitlab([issue()], [NOTES[3]], roles=Roles(agents=("kim",)))
    assert incident.opened_by.role == "agent"


def test_several_assignees_without_a_note_of_it() -> None:
    people = [{"username": "ada"}, {"username": "ben"}]
    reading = read_gitlab([issue(assignees=people)], [NOTES[3]])
    [incident] = reading
    assert (incident.assignee, codes(reading)) == ("ada", ["several_assignees"])


def test_a_file_of_issues_notes_and_events(tmp_path: Path) -> None:
    """As the profile reads it."""
    path = tmp_path / "gitlab.json"
    parts = {"issues": [DONE], "notes": NOTES, "resource_state_events": EVENTS}
    path.write_text(json.dumps(parts), encoding="utf-8")
    [incident] = read_profile(path, "gitlab")
    assert len(states(incident)) == 4


def test_a_second_assignee_changes_nothing_while_the_first_stays() -> None:
    """Ada is first; ben, who joins her, follows when she is removed."""
    log = [
        note(1, "09:00", "ada", "assigned to @ada"),
        note(2, "09:10", "ada", "assigned to @ben"),
        note(3, "09:20", "ada", "unassigned @ada"),
    ]
    [incident] = read_gitlab(issue(assignees=[{"username": "ben"}]), log)
    moves = [e for e in incident.history if "assignee" in getattr(e, "fields", ())]
    assert [(e.at.minute, e.fields["assignee"]) for e in moves if e.sequence > 1] == [
        (0, "ada"), (20, "ben"),
    ]  # fmt: skip


def test_pages_may_be_lists_of_objects() -> None:
    """As ``--paginate --slurp`` of GitHub's program writes them, and as others collect them."""
    times = {"created_at": "2026-03-02T08:00:00Z", "state": "opened"}
    issues = [{"id": 70 + n, "iid": n, "author": {"username": "kim"}, **times} for n in (1, 2, 3)]
    note = {"id": 1, "noteable_id": 72, "author": {"username": "kim"}, "body": "Down", **times}
    reading = read_gitlab([issues[:2], issues[2:]], [[note], []])
    found = {one.id: len(one.history) for one in reading}
    assert found == {"1": 1, "2": 2, "3": 1}
    assert set(reading.findings.counts) == {"truncated_history"}  # of two without notes
