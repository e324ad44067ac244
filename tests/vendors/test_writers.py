"""Laws of the importers: what an independent writer wrote is read back, whatever the order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentcore import Incident, dumps, loads
from incidentcore.records import Assigned, Commented, Prioritized, StateChanged
from incidentcore.vendors import (
    Import,
    read_happyfox,
    read_jira,
    read_pagerduty,
    read_servicenow,
    read_statuspage,
    read_zendesk,
)
from incidentcore.vendors.kit import reported_slas

from . import writers
from .writers import START, Life, Step, lives, pages

Seen = tuple[str, datetime, str, str, Any]
SLA = st.tuples(st.integers(0, 500), st.integers(1, 500), st.booleans())
_KINDS = {"public": "public", "customer": "public", "internal": "internal"}


def expected(life: Life, names: dict[str, str] | None = None) -> list[Seen]:
    """Return what a record of this life shows: kind, instant, actor, role and value."""
    seen: list[Seen] = []
    for step in life.steps:
        value = _KINDS.get(step.kind, step.after)
        kind = "comment" if step.kind in _KINDS else step.kind
        actor = (names or {}).get(step.actor, step.actor)
        if step.kind == "assignee":
            value = (names or {}).get(value, value)
        seen.append((kind, step.at, actor, step.role, str(value).casefold()))
    return sorted(seen, key=lambda one: (one[1], one[0]))


def shown(incident: Incident) -> list[Seen]:
    """Return the same of a record, without what came from no entry."""
    seen: list[Seen] = []
    for event in incident.history[1:]:
        if event.by.id == "import":
            continue
        value: Any = None
        if isinstance(event, StateChanged):
            kind, value = "state", event.state.name
        elif isinstance(event, Assigned):
            kind, value = "assignee", event.fields["assignee"]
        elif isinstance(event, Prioritized):
            kind, value = "priority", event.fields["computed_priority"]
        elif isinstance(event, Commented):
            kind, value = "comment", event.visibility
        else:
            continue
        seen.append((kind, event.at, event.by.id, event.by.role, str(value).casefold()))
    return sorted(seen, key=lambda one: (one[1], one[0]))


def the_one(reading: Import[Incident]) -> Incident:
    [incident] = reading
    assert loads(dumps(incident), Incident) == incident
    assert [e.sequence for e in incident.history] == list(range(1, incident.version + 1))
    return incident


def check(
    incident: Incident, life: Life, names: dict[str, str] | None = None, *, ties: bool = True
) -> None:
    """Hold a record against the life that was written; without ties, in any order of equals."""
    seen, wanted = shown(incident), expected(life, names)
    assert (seen if ties else sorted(seen)) == (wanted if ties else sorted(wanted))
    assert incident.opened_at == START
    assert incident.history[0].state.name.casefold() == life.start["state"].casefold()  # type: ignore[attr-defined]
    assert incident.state.name.casefold() == str(life.now("state")).casefold()
    if "assignee" in life.start:
        now = life.now("assignee")
        assert incident.assignee == (names or {}).get(now, now)
    if "priority" in life.start:
        opening = incident.timeline().facts_at(START)["priority"]
        assert str(opening) == life.start["priority"]
        assert str(incident.priority) == life.now("priority")


def only(reading: Import[Incident], *codes: str) -> None:
    """Assert that nothing was found but findings of these codes."""
    assert set(reading.findings.counts) <= set(codes), list(reading.findings)


@given(lives(writers.JIRA), SLA, st.randoms(use_true_random=False))
def test_jira(life: Life, sla: tuple[int, int, bool], random: Any) -> None:
    """States, moments, roles and SLA cycles come back, with entries in any order."""
    issue = writers.jira(life, sla)
    random.shuffle(issue["changelog"]["histories"])
    random.shuffle(issue["fields"]["comment"]["comments"])
    reading = read_jira([issue])
    incident = the_one(reading)
    check(incident, life)
    only(reading)
    [result] = reported_slas(incident, "Time to resolution")
    assert result.elapsed == timedelta(minutes=sla[0])
    assert result.goal == timedelta(minutes=sla[1])
    assert result.breached is sla[2]
    field = issue["fields"].pop("customfield_10031")
    asked = the_one(read_jira([issue], slas={issue["key"]: {"values": [field]}}))
    assert reported_slas(asked) == reported_slas(incident)


@given(lives(writers.JIRA, kinds=("state", "assignee")), st.data())
def test_jira_pages(life: Life, data: st.DataObject) -> None:
    """A page that comes twice changes nothing; a cut one is a finding."""
    issue = writers.jira(life)
    histories = issue["changelog"]["histories"]
    twice = {"key": "SD-1", "fields": issue["fields"]}
    page = {"total": len(histories), "values": histories}
    once = the_one(read_jira([issue]))
    assert the_one(read_jira([twice], changelogs={"SD-1": [page, page]})) == once
    assert list(read_jira([issue, issue])) == [once]
    if histories:
        cut = data.draw(st.integers(0, len(histories) - 1))
        short = {"total": len(histories), "histories": histories[:cut]}
        reading = read_jira([{**twice, "changelog": short}])
        the_one(reading)
        assert reading.findings.counts["truncated_history"] == 1


@given(lives(writers.SERVICENOW), SLA, st.randoms(use_true_random=False))
def test_servicenow(life: Life, sla: tuple[int, int, bool], random: Any) -> None:
    """The two state fields are one; ties of one second follow the checkpoint.

    A journal has no number, so entries of one second may stand in any order.
    """
    data = writers.servicenow(life, sla)
    for rows in (data["audit"], data["journal"]):
        random.shuffle(rows)
    reading = read_servicenow(
        [data["incident"]],
        audit=data["audit"],
        journal=[*data["journal"], *data["journal"]],
        slas=data["slas"],
        users={"sys-r1": "login-r1"},
    )
    incident = the_one(reading)
    if not data["audit"]:  # without an audit there are moments alone
        return
    workers = {step.actor for step in life.steps if step.kind in ("state", "assignee", "priority")}
    workers |= {step.actor for step in life.steps if step.kind == "internal"}
    known = [s for s in life.steps if s.kind != "public" or s.actor in workers]
    if len(known) == len(life.steps):
        check(incident, life, {"r1": "login-r1", "bot": "system"}, ties=False)
    only(reading, "duplicate_entry", "unknown_actor")
    [result] = reported_slas(incident)
    assert (result.elapsed, result.breached) == (timedelta(minutes=sla[0]), sla[2])


@given(lives(writers.ZENDESK, final=("closed",)), SLA, st.randoms(use_true_random=False))
def test_zendesk(life: Life, reply: tuple[int, int, bool], random: Any) -> None:
    """Audits in any order, one of them twice; the first comment is the report itself."""
    data = writers.zendesk(life, reply)
    audits = [*data["audits"], data["audits"][0]]
    random.shuffle(audits)
    reading = read_zendesk(
        {"tickets": [data["ticket"]]},
        audits,
        metric_events=data["metrics"],
        users=writers.ZENDESK_USERS,
    )
    names = {"a1": "201", "a2": "202", "a3": "203", "r1": "100", "bot": "-1"}
    incident = the_one(reading)
    spelled = {"hold": "on-hold"}
    life.steps = [
        Step(s.kind, s.minute, s.actor, s.before, spelled.get(s.after, s.after)) for s in life.steps
    ]
    check(incident, life, names)
    only(reading, "duplicate_entry")
    [result] = reported_slas(incident, "reply_time")
    assert (result.elapsed, result.goal, result.breached) == (
        timedelta(minutes=reply[0]),
        timedelta(minutes=reply[1]),
        reply[2],
    )


@given(lives(writers.ZENDESK))
def test_zendesk_without_its_first_audit(life: Life) -> None:
    """A ticket whose creation is missing says so, and covers less."""
    data = writers.zendesk(life)
    reading = read_zendesk([data["ticket"]], data["audits"][1:])
    incident = the_one(reading)
    assert reading.findings.counts["truncated_history"] == 1
    assert not incident.is_covered("reopen_count")


@given(pages(), st.randoms(use_true_random=False))
def test_pagerduty(life: Life, random: Any) -> None:
    """Entries in any order, ids without one; a timeout is the service's."""
    data = writers.pagerduty(life)
    entries = [*data["log_entries"], *data["log_entries"]]
    random.shuffle(entries)
    reading = read_pagerduty([data["incident"]], entries)
    incident = the_one(reading)
    check(incident, life)
    only(reading, "duplicate_entry")
    acknowledged = [s.at for s in life.steps if s.after == "acknowledged"]
    assert incident.acknowledged_at == (acknowledged[0] if acknowledged else None)


@given(pages())
def test_pagerduty_cut(life: Life) -> None:
    """A page that says that there is more makes the history truncated."""
    data = writers.pagerduty(life)
    reading = read_pagerduty([data["incident"]], {**data, "more": True})
    the_one(reading)
    assert reading.findings.counts["truncated_history"] == 1


@given(lives(writers.HAPPYFOX), st.integers(0, 3), st.randoms(use_true_random=False))
def test_happyfox(life: Life, breaches: int, random: Any) -> None:
    """Updates in any order and twice."""
    ticket = writers.happyfox(life, breaches)
    ticket["updates"] = [*ticket["updates"], *ticket["updates"]]
    random.shuffle(ticket["updates"])
    reading = read_happyfox([ticket, ticket])
    incident = the_one(reading)
    check(incident, life)
    only(reading, "duplicate_entry", "duplicate_id")
    assert incident.custom["tool"]["sla_breaches"] == breaches
    reading = read_happyfox([{k: v for k, v in ticket.items() if k != "updates"}])
    the_one(reading)
    assert reading.findings.counts["truncated_history"] == 1


@given(
    lives(writers.STATUSPAGE, kinds=("state",), apart=1),
    st.integers(0, 60),
    st.randoms(use_true_random=False),
)
def test_statuspage(life: Life, late: int, random: Any) -> None:
    """Each update happened at its display and was recorded when it was written."""
    page = writers.statuspage(life, late)
    random.shuffle(page["incident_updates"])
    reading = read_statuspage({"incidents": [page, page]})
    incident = the_one(reading)
    only(reading, "duplicate_id")
    changes = [e for e in incident.history if isinstance(e, StateChanged)]
    assert [(e.state.name, e.at) for e in changes] == [(s.after, s.at) for s in life.steps]
    assert all(e.recorded_at - e.at == timedelta(minutes=late) for e in incident.history)
    assert sum(e.kind == "communicated" for e in incident.history) == len(life.steps) + 1
