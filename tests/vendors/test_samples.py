"""Every importer on the sample exports: what each of them must give, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from incidentcore import Incident, dumps, loads
from incidentcore.cli import main
from incidentcore.records import Commented, Communicated, Escalated, StateChanged
from incidentcore.values import Priority, State
from incidentcore.vendors import (
    Import,
    read_jira,
    read_jira_csv,
    read_ocel,
    read_pagerduty,
    read_servicenow,
    read_statuspage,
    read_table,
    read_xes,
    read_zendesk,
)
from incidentcore.vendors.happyfox import read_happyfox
from incidentcore.vendors.kit import reported_slas
from incidentcore.vendors.presets import SERVICENOW_LEVELS
from incidentcore.vendors.table_presets import GLPI_CSV, SERVICENOW_LIST
from incidentcore.vendors.tabular import read_json

pytestmark = pytest.mark.data


@pytest.fixture
def samples(data_dir: Path) -> Path:
    return data_dir / "samples"


def at(hour: int, minute: int = 0, second: int = 0, *, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


def states(incident: Incident) -> list[tuple[str, datetime]]:
    """Return the states entered, with their instants."""
    opening = incident.history[0]
    entered = [(opening.state.name, opening.at)]  # type: ignore[attr-defined]
    entered += [(e.state.name, e.at) for e in incident.history if isinstance(e, StateChanged)]
    return entered


def codes(reading: Import[Incident]) -> dict[str, int]:
    return dict(reading.findings.counts)


def notes(incident: Incident) -> list[tuple[str, datetime]]:
    """Return the comments: for whom each is, and its instant."""
    return [(e.visibility, e.at) for e in incident.history if isinstance(e, Commented)]


def the_one(reading: Import[Incident]) -> Incident:
    [incident] = reading
    assert loads(dumps(incident), Incident) == incident
    return incident


def test_jira(samples: Path) -> None:
    """The changelog, newest first, gives the whole history without a finding."""
    reading = read_jira(read_json(samples / "composed/jira_issue.json"))
    incident = the_one(reading)
    assert codes(reading) == {}
    assert incident.opened_by.role == "requester"
    assert states(incident) == [
        ("Waiting for support", at(8)),
        ("In progress", at(8, 30)),
        ("Waiting for customer", at(10)),
        ("In progress", at(8, day=3)),
        ("Resolved", at(14, day=3)),
        ("Closed", at(9, day=4)),
    ]
    timeline = incident.timeline()
    assert timeline.facts_at(at(8))["priority"] is Priority.MODERATE
    assert timeline.facts_at(at(8, 35))["priority"] is Priority.HIGH
    assert timeline.facts_at(at(8, 30))["assignee"] == "acc-agent1"
    assert timeline.facts_at(at(9, 30))["assignee"] == "acc-agent2"
    assert incident.first_response_at == at(8, 40)
    comments = [e for e in incident.history if isinstance(e, Commented)]
    assert [(c.visibility, c.by.role, c.at) for c in comments] == [
        ("public", "agent", at(8, 40)),
        ("internal", "agent", at(9, 5)),
        ("public", "requester", at(7, day=3)),
    ]
    assert comments[2].text == "Still slow."
    assert incident.history[-2].by.role == "system"
    [resolution] = reported_slas(incident, "Time to resolution")
    assert (resolution.breached, resolution.elapsed, resolution.goal) == (
        False,
        timedelta(hours=7),
        timedelta(hours=16),
    )
    [response] = reported_slas(incident, "Time to first response")
    assert (response.breached, response.elapsed) == (False, timedelta(minutes=40))


def test_jira_csv(samples: Path) -> None:
    """Repeated columns, comments in cells, a priority that nobody knows."""
    reading = read_jira_csv(samples / "composed/jira_export.csv")
    first, second = reading
    assert second.state.name == "Waiting for customer"
    assert second.state.pauses
    comments = [sum(isinstance(e, Commented) for e in i.history) for i in (first, second)]
    assert comments == [2, 0]
    assert first.resolved_at == at(15, day=3)
    found = {(f.code, f.field, f.value) for f in reading.findings}
    assert ("unknown_level", "Priority", "Urgent!") in found
    assert {f.field for f in reading.findings if f.code == "repeated_column"} == {
        "Labels",
        "Comment",
    }
    assert sum(f.code == "no_zone" for f in reading.findings) == 1


def test_pagerduty(samples: Path) -> None:
    """Acknowledged by an agent without a type, taken back by a timeout, escalated."""
    data = read_json(samples / "composed/pagerduty.json")
    reading = read_pagerduty([data["incident"]], data)
    incident = the_one(reading)
    assert states(incident) == [
        ("triggered", at(20, 28, 46)),
        ("acknowledged", at(20, 29, 30)),
        ("triggered", at(20, 59, 30)),
        ("resolved", at(21, 33, 15)),
    ]
    kinds = {e.kind: e for e in incident.history}
    assert kinds["acknowledged"].by.role == "agent"
    assert incident.acknowledged_at == at(20, 29, 30)
    assert kinds["unacknowledged"].at == at(20, 59, 30)
    escalated = kinds["escalated"]
    assert isinstance(escalated, Escalated)
    assert (escalated.target, escalated.at) == ("U2", at(21, 0, 30))
    comment = kinds["commented"]
    assert isinstance(comment, Commented)
    assert (comment.visibility, comment.at) == ("internal", at(21, 20))
    assert incident.priority is Priority.CRITICAL
    found = {(f.code, f.value) for f in reading.findings}
    assert found == {("several_assignees", "U1, U3"), ("unknown_entry", "priority_change")}


def test_happyfox(samples: Path) -> None:
    """Closed by a rule from On Hold, so resolved then too."""
    reading = read_happyfox(read_json(samples / "composed/happyfox_ticket.json"))
    incident = the_one(reading)
    assert codes(reading) == {}
    assert incident.opened_at == at(8, 59, 11)
    assert incident.timeline().facts_at(at(8, 59, 11))["priority"] is Priority.MODERATE
    assert states(incident)[1:] == [
        ("In Progress", at(9, 30)),
        ("On Hold", at(11)),
        ("Closed", at(9, day=3)),
    ]
    assert incident.first_response_at == at(9, 30)
    assert incident.priority is Priority.HIGH
    assert incident.timeline().facts_at(at(11))["state"].pauses
    assert notes(incident) == [("public", at(9, 30)), ("internal", at(11))]
    assert incident.history[-2].by.role == "system"
    assert incident.resolved_at == incident.closed_at == at(9, day=3)
    assert incident.custom["tool"]["sla_breaches"] == 1


def test_zendesk(samples: Path) -> None:
    """No priority at the opening, a reply in 20 minutes of 60, closed by a rule."""
    data = read_json(samples / "composed/zendesk_audits.json")
    reading = read_zendesk(
        [data["ticket"]], data["audits"], metric_events=data["ticket_metric_events"]
    )
    incident = the_one(reading)
    assert codes(reading) == {}
    assert states(incident) == [
        ("New", at(8)),
        ("Pending", at(8, 20)),
        ("Open", at(12)),
        ("Solved", at(13)),
        ("Closed", at(13, day=6)),
    ]
    assert incident.timeline().facts_at(at(8))["priority"] is None
    assert incident.first_response_at == at(8, 20)
    closing = [e for e in incident.history if isinstance(e, StateChanged)][-1]
    assert closing.by.role == "system"
    [reply] = reported_slas(incident, "reply_time")
    assert (reply.breached, reply.elapsed, reply.goal) == (
        False,
        timedelta(minutes=20),
        timedelta(minutes=60),
    )


def test_servicenow(samples: Path) -> None:
    """The audit in any order; the display's times, an hour away, are never used."""
    data = read_json(samples / "composed/servicenow_sys_audit.json")
    reading = read_servicenow(
        [data["incident"]],
        audit=data["sys_audit"],
        journal=data["sys_journal_field"],
        slas=data["task_sla"],
    )
    incident = the_one(reading)
    opening = incident.history[0]
    assert (opening.at, opening.recorded_at) == (at(9), at(9, 1))
    assert states(incident) == [
        ("New", at(9)),
        ("In Progress", at(9, 30)),
        ("On Hold", at(10)),
        ("Resolved", at(11, 30)),
        ("Closed", at(12, day=7)),
    ]
    timeline = incident.timeline()
    assert timeline.facts_at(at(9))["priority"] is Priority.MODERATE
    assert timeline.facts_at(at(9, 45))["priority"] is Priority.HIGH
    assert timeline.facts_at(at(10))["hold_reason"] == "Awaiting Caller"
    assert notes(incident) == [("public", at(9, 40)), ("internal", at(9, 50))]
    assert incident.first_response_at == at(9, 40)
    assert incident.history[-2].by.role == "system"
    [sla] = reported_slas(incident)
    assert (sla.breached, sla.elapsed, sla.paused) == (
        False,
        timedelta(hours=1),
        timedelta(hours=1, minutes=30),
    )


def test_servicenow_list(samples: Path) -> None:
    """A German list in cp1252: canceled and on hold without their dates."""
    reading = read_table(
        samples / "composed/servicenow_list.csv",
        **SERVICENOW_LIST,
        zone="Europe/Berlin",
    )
    first, second, third = reading
    assert first.title == "Mail für alle langsam"
    assert first.resolved_at is not None
    assert first.resolved_at - first.opened_at == timedelta(hours=2, minutes=30)
    assert second.state.is_canceled
    assert third.state.pauses
    assert codes(reading)["not_a_count"] == 1
    assert codes(reading)["state_without_time"] == 2
    assert codes(reading)["detected_encoding"] == 1


def test_glpi(samples: Path) -> None:
    """Semicolons, an id with a space, two technicians in a cell, a delimiter after the last."""
    reading = read_table(samples / "composed/glpi_export.csv", **GLPI_CSV, zone="UTC")
    incident = the_one(reading)
    assert incident.id == "1 204"
    assert incident.resolved_at is not None
    assert incident.resolved_at - incident.opened_at == timedelta(hours=2, minutes=30)
    assert codes(reading) == {"detected_delimiter": 1, "several_assignees": 1}


def test_statuspage(samples: Path) -> None:
    """Updates count from when they happened, and were recorded when they were written."""
    reading = read_statuspage(read_json(samples / "composed/statuspage.json"))
    incident = the_one(reading)
    assert codes(reading) == {}
    changes = [incident.history[0], *(e for e in incident.history if isinstance(e, StateChanged))]
    assert [(e.state.name, e.at, e.recorded_at) for e in changes] == [  # type: ignore[attr-defined]
        ("investigating", at(16, 10), at(16, 20)),
        ("identified", at(16, 40), at(18, 6)),
        ("monitoring", at(17), at(17)),
        ("resolved", at(18), at(18, 5)),
    ]
    assert sum(isinstance(e, Communicated) for e in incident.history) == 4
    assert incident.occurred_at == at(16)


def test_xes(samples: Path) -> None:
    """State and sub-state of one activity, in the offset that the log states."""
    reading = read_xes(
        samples / "composed/log.xes",
        activity=("concept:name", "lifecycle:transition"),
        activities={
            "In Progress": "in_progress",
            "Wait - User": State("Wait - User", open=True, pauses=True),
            "Resolved": "resolved",
        },
    )
    incident = the_one(reading)
    assert states(incident) == [
        ("in_progress", at(8)),
        ("Wait - User", at(9)),
        ("resolved", at(10, 30)),
    ]
    assert incident.timeline().facts_at(at(8))["assignment_group"] == "1st"
    assert incident.assignment_group == "2nd"


def test_ocel(samples: Path) -> None:
    """The attribute of 1970 is the value at the opening."""
    reading = read_ocel(
        samples / "composed/ocel2.json",
        object_type="incident",
        activity_attribute="to",
        levels=SERVICENOW_LEVELS,
    )
    incident = the_one(reading)
    assert incident.timeline().facts_at(at(8))["priority"] is Priority.MODERATE
    assert incident.timeline().facts_at(at(8, 30))["priority"] is Priority.HIGH
    assert incident.resolved_at == at(9, 30)
    assert incident.history[-1].by.id == "agent1"


def test_genuine_files(samples: Path) -> None:
    """Files as tools really write them: an id that is empty, entries without their incident."""
    folder = samples / "genuine"
    reading = read_servicenow(read_json(folder / "servicenow_incident_table_api.json"))
    assert the_one(reading).state.name == "New"
    reading = read_pagerduty(read_json(folder / "pagerduty_incident.json"))
    incident = the_one(reading)
    assert incident.id == "1578"
    assert incident.resolved_at == datetime(2023, 11, 19, 5, 51, 28, tzinfo=UTC)
    # It has no log entries, and is a page of which more follow.
    assert codes(reading) == {"truncated_history": 2}
    entries = read_json(folder / "pagerduty_log_entries.json")
    opened = {"id": "PINCIDENT123", "created_at": "2015-10-06T21:30:42Z", "status": "acknowledged"}
    incident = the_one(read_pagerduty([opened], entries))
    assert incident.acknowledged_at == datetime(2015, 10, 6, 21, 35, 42, tzinfo=UTC)


PAGES: dict[str, tuple[str, ...]] = {
    "log.xes": ("--profile", "xes", "--map", "activity=concept:name/lifecycle:transition"),
    "jira_issue.json": ("--profile", "jira"),
    "jira_export.csv": ("--profile", "jira-csv"),
    "pagerduty.json": ("--profile", "pagerduty"),
    "happyfox_ticket.json": ("--profile", "happyfox"),
    "zendesk_audits.json": ("--profile", "zendesk"),
    "servicenow_sys_audit.json": ("--profile", "servicenow"),
    "servicenow_list.csv": ("--profile", "servicenow-list", "--zone", "Europe/Berlin"),
    "glpi_export.csv": ("--profile", "glpi-csv"),
    "statuspage.json": ("--profile", "statuspage"),
    "../genuine/freshservice_tickets.json": ("--profile", "freshservice"),
    "../genuine/jira_fivetran_issue.csv": ("--map", "id=key", "opened=created", "closed=resolved"),
    "../genuine/pagerduty_incident.json": ("--profile", "pagerduty"),
    "../genuine/servicenow_incident_table_api.json": ("--profile", "servicenow"),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("command", ["report", "problems"])
def test_pages_on_each_sample(
    samples: Path, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    """Each sample gives both pages from the command line, with its records in them."""
    assert main([command, str(samples / "composed" / name), *PAGES[name]]) == 0
    out = capsys.readouterr().out
    assert name.rpartition("/")[2] in out
    assert "no records" not in out
    assert "not_known" not in out


def all_readings(samples: Path) -> Iterator[Any]:
    """Yield every reading of the samples that needs no further choice."""
    composed = samples / "composed"
    yield read_jira(read_json(composed / "jira_issue.json"))
    yield read_happyfox(read_json(composed / "happyfox_ticket.json"))
    yield read_statuspage(read_json(composed / "statuspage.json"))


def test_what_they_cover(samples: Path) -> None:
    """Each record says what its source tells."""
    for reading in all_readings(samples):
        for incident in reading:
            assert incident.covers == reading.covers
            assert incident.is_covered("reopen_count")
    [row, _] = read_jira_csv(samples / "composed/jira_export.csv")
    assert row.covers == {"moments"}
