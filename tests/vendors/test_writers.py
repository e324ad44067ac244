"""Laws of the importers: what an independent writer wrote is read back, whatever the order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
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
from incidentcore.vendors.kit import Roles, reported_slas

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


@pytest.mark.parametrize("changelog", [None, {"total": 2, "histories": []}])
def test_a_jira_issue_without_its_changes_is_resolved_when_it_says(changelog: Any) -> None:
    """Its present state does not date from its creation."""
    issue: dict[str, Any] = {
        "key": "SD-7",
        "fields": {
            "summary": "x",
            "created": "2026-03-02T08:00:00.000+0000",
            "updated": "2026-03-02T12:00:00.000+0000",
            "resolutiondate": "2026-03-02T12:00:00.000+0000",
            "status": {"name": "Done", "statusCategory": {"key": "done"}},
        },
    }
    incident = the_one(read_jira([issue | ({"changelog": changelog} if changelog else {})]))
    assert incident.opened_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert incident.resolved_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


NOW = {"r1": "login-r1", "bot": "system"}
AGENTS = Roles(agents=writers.AGENTS, systems=("system",))


@given(lives(writers.SERVICENOW), SLA, st.randoms(use_true_random=False))
def test_servicenow(life: Life, sla: tuple[int, int, bool], random: Any) -> None:
    """The two state fields are one; each row may come twice, in any order.

    A journal has no number, so entries of one second may be in any order.
    """
    data = writers.servicenow(life, sla)
    rows = {name: [*data[name], *data[name]] for name in ("audit", "journal")}
    for own in rows.values():
        random.shuffle(own)
    options = {**rows, "slas": data["slas"], "users": {"sys-r1": "login-r1"}}
    reading = read_servicenow([data["incident"]] * 2, **options, roles=AGENTS)
    incident = the_one(reading)
    check(incident, life, NOW, ties=False)
    only(reading, "duplicate_entry", "duplicate_id")
    [result] = reported_slas(incident)
    assert (result.elapsed, result.breached) == (timedelta(minutes=sla[0]), sla[2])
    tool = incident.custom["tool"]
    assert (tool["made_sla"], tool["reopen_count"]) == (False, writers.reopenings(life))
    assert tool["reassignment_count"] == sum(s.kind == "assignee" for s in life.steps) + 1_000


@given(lives(writers.SERVICENOW))
def test_servicenow_roles(life: Life) -> None:
    """Without stated roles, those who work are agents; anybody else who writes is not known."""
    data = writers.servicenow(life)
    reading = read_servicenow(
        [data["incident"]],
        audit=data["audit"],
        journal=data["journal"],
        users={"sys-r1": "login-r1"},
    )
    incident = the_one(reading)
    workers = {step.actor for step in life.steps if step.kind not in ("public", "customer")}
    strangers = [s for s in life.steps if s.kind == "public" and s.actor not in workers]
    assert reading.findings.counts["unknown_actor"] == len(strangers)
    if not strangers:
        check(incident, life, NOW, ties=False)


@given(lives(writers.SERVICENOW), st.booleans(), st.randoms(use_true_random=False))
def test_servicenow_history_lines(life: Life, has_codes: bool, random: Any) -> None:  # noqa: FBT001
    """Lines of two history sets, with codes or with labels alone, give what the audit gives."""
    data = writers.servicenow(life)
    lines = writers.history_lines(life, has_codes=has_codes)
    random.shuffle(lines)
    options = {"users": {"sys-r1": "login-r1"}, "roles": AGENTS}
    reading = read_servicenow([data["incident"]], history={"result": lines}, **options)
    incident = the_one(reading)
    check(incident, life, NOW, ties=False)
    only(reading, "duplicate_entry")
    assert not lines or incident.is_covered("reopen_count")


@given(lives(writers.SERVICENOW, kinds=("state", "assignee"), apart=1), st.data())
def test_servicenow_cut(life: Life, data: st.DataObject) -> None:
    """A log that lacks a change says so: at its gap, or at its end."""
    rows = writers.servicenow(life)
    assume(life.steps)
    lost = data.draw(st.sampled_from(life.steps))
    own = [step for step in life.steps if step.kind == lost.kind]
    audit = [row for row in rows["audit"] if row["record_checkpoint"] != number_of(life, lost)]
    reading = read_servicenow([rows["incident"]], audit=audit)
    incident = the_one(reading)
    counts = reading.findings.counts
    if not audit:
        assert not incident.is_covered("reopen_count")
    elif lost is not own[-1]:
        begins_ended = lost.after in ("Resolved", "Closed", "Canceled")  # as no record does
        assert counts["truncated_history"] == (lost is not own[0] or begins_ended)
    elif len(own) > 1:  # what the tool shows now is not where the log ends
        assert counts["history_disagrees"] == 1


def number_of(life: Life, step: Step) -> str:
    """Return the number of a step in the audit."""
    return str(life.steps.index(step) + 1)


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


@given(lives(writers.HAPPYFOX, kinds=("state",), apart=1), st.data())
def test_happyfox_cut(life: Life, data: st.DataObject) -> None:
    """A ticket that lacks an update between others says so."""
    assume(len(life.steps) > 2)
    ticket = writers.happyfox(life)
    place = data.draw(st.integers(1, len(life.steps) - 2))
    del ticket["updates"][place]
    reading = read_happyfox([ticket])
    ends = [
        name in ("Solved", "Closed") for name in (life.steps[place].before, life.steps[place].after)
    ]
    assert the_one(reading).is_covered("reopen_count") == (ends[0] == ends[1])
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


@given(lives(writers.STATUSPAGE, kinds=("state",), apart=1))
def test_statuspage_cut(life: Life) -> None:
    """A feed that comes with as many incidents as it can hold may lack older ones."""
    update = {"id": "u", "status": "investigating", "created_at": START.isoformat()}
    others = [{"id": f"i{n}", "incident_updates": [update]} for n in range(2, 51)]
    feed = [writers.statuspage(life, 0), *others]
    for count, codes in ((49, {}), (50, {"truncated_history": 1})):
        reading = read_statuspage({"incidents": feed[:count]})
        assert len(list(reading)) == count
        assert reading.findings.counts == codes


def test_history_lines_of_people_and_of_the_opening() -> None:
    """A name is the incident's own id of that name; update 0 is what it was opened with."""
    incident = {
        "sys_id": "i1",
        "number": "INC1",
        "opened_at": "2026-03-02 09:00:00",
        "state": {"value": "2", "display_value": "In Progress"},
        "assigned_to": {"value": "u2", "display_value": "Second Agent"},
    }
    line = {"set.id": "i1", "user_id": "ada"}
    created = {**line, "update": "0", "update_time": "2026-03-02 09:01:00"}
    worked = {**line, "update": "3", "update_time": "2026-03-02 09:30:00"}
    lines = [
        {**created, "field": "state", "old": "", "new": "New"},
        {**created, "field": "assigned_to", "old": "", "new": "First Agent"},
        {**worked, "field": "state", "old": "New", "new": "In Progress"},
        {**worked, "field": "assigned_to", "old": "First Agent", "new": "Second Agent"},
    ]
    reading = read_servicenow(
        [incident, {**incident, "number": "INC2", "sys_id": "i2"}], history=lines
    )
    first, second = reading
    assert [(e.kind, e.at.minute) for e in first.history] == [
        ("opened", 0),
        ("assigned", 30),
        ("state_changed", 30),
    ]
    assert first.timeline().facts_at(first.opened_at)["assignee"] == "First Agent"
    assert first.assignee == "u2"
    assert not second.is_covered("reopen_count")
    assert reading.findings.counts == {"truncated_history": 1, "unknown_actor": 2}
