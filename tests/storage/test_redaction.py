"""A redacted record names nobody and says nothing, and its clocks and KPIs are the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore import kpi, lifecycle, records
from incidentcore.errors import InvalidValueError
from incidentcore.records import Incident, Problem, ServiceRequest
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.storage import PERSONAL_FIELDS, InMemoryStore, redact
from incidentcore.values import Actor, Impact

AT = datetime(2026, 12, 21, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
MARK = "zebra"  # stands wherever a person could be named or could have written


def incident() -> Incident:
    record = Incident.open(
        id="INC-1",
        title=MARK,
        description=MARK,
        at=AT,
        by=f"{MARK} kim",
        impact=Impact.HIGH,
        tags=[MARK],
        category=("mail",),
        custom={"note": MARK, "region": "eu", "vip": True, "list": (MARK,)},
    )
    record = records.assign(record, group="mail", assignee=f"{MARK} ada", at=AT + HOUR, by="x")
    record = lifecycle.advance(record, "start", at=AT + HOUR, by=f"{MARK} ada")
    record = records.comment(record, MARK, at=AT + 2 * HOUR, by=f"{MARK} ada")
    record = records.contact(record, "telephone", text=MARK, at=AT + 2 * HOUR, by="bob")
    record = records.note_diagnosis(record, MARK, step="finding", at=AT + 3 * HOUR, by="bob")
    record = lifecycle.advance(
        record, "hold", reason="awaiting_vendor", at=AT + 3 * HOUR, by=f"{MARK} ada"
    )
    return lifecycle.advance(
        record,
        "resolve",
        resolution_code="fixed",
        resolution_notes=MARK,
        at=AT + 5 * HOUR,
        by=f"{MARK} ada",
    )


def others() -> list[Any]:
    problem = Problem.open(
        id="PRB-1",
        title=MARK,
        at=AT,
        by=MARK,
        workaround=MARK,
        root_cause=records.Cause(MARK, (records.Cause(MARK),)),
    )
    request = ServiceRequest.open(
        id="REQ-1",
        title=MARK,
        at=AT,
        by=MARK,
        items=[records.RequestItem(id="1", name=MARK)],
    )
    request = records.approve(request, "approved", reason=MARK, at=AT, by=f"{MARK} boss")
    people = {name: f"{MARK} {name}" for name in ("boss", "cfo", "aide")}
    rule = records.ApprovalRule.quorum(
        1,
        people["boss"],
        people["cfo"],
        required=[people["cfo"]],
        delegates={people["cfo"]: [people["aide"]]},
    )
    request = records.ask_approval(request, rule, at=AT, by=people["boss"])
    request = records.approve(
        request, "approved", on_behalf_of=people["cfo"], at=AT, by=people["aide"]
    )
    task = records.Task(id="t", title=MARK, assignee=MARK)
    major = records.set_major_status(
        records.Incident.open(id="INC-2", title=MARK, at=AT, by=MARK),
        "accepted",
        business_impact=MARK,
        roles={"scribe": f"{MARK} lee"},
        at=AT,
        by=MARK,
    )
    return [problem, records.set_task(request, task, at=AT, by=MARK), major]


@pytest.mark.parametrize("record", [incident(), *others()], ids=lambda record: record.id)
def test_nothing_personal_is_left(record: Any) -> None:
    """No name and no word that somebody wrote is left anywhere in the document."""
    assert MARK in dumps(record)
    assert MARK not in dumps(redact(record))


def test_an_approval_stands_as_it_stood() -> None:
    """Who may decide for whom stays apart, so that the decisions come to the same."""
    _, request, major = others()
    after = redact(request)

    assert (request.approval_state, after.approval_state) == ("approved", "approved")
    assert after.approvals_pending == (after.approval_rule.approvers[0],)
    assert set(after.approval_rule.delegates) == {after.approval_rule.approvers[1]}
    assert redact(major).major_roles["scribe"].startswith("person-")


def test_what_is_not_personal_stays() -> None:
    """Every fact that is not in the list of personal fields is the same."""
    before, after = incident().facts(), redact(incident()).facts()
    same = set(before) - PERSONAL_FIELDS - {"opened_by"}

    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert after["custom"]["vip"] is True
    assert after["opened_by"] == Actor("person-1", "requester")


def test_clocks_are_the_same() -> None:
    """A clock's stage, figures and trace do not change."""
    office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    rule = SlaDefinition.resolution(hours=4, calendar=office)
    before = evaluate_sla(rule, incident(), now=AT + 9 * HOUR)
    after = evaluate_sla(rule, redact(incident()), now=AT + 9 * HOUR)

    for name in ("stage", "elapsed", "remaining", "due_at", "breached_at"):
        assert getattr(after, name) == getattr(before, name)
    assert str(after.trace) == str(before.trace)


def test_kpis_are_the_same() -> None:
    """Durations, counts and shares do not change."""
    chosen = [
        definition
        for name in ("MEAN_TIME_TO_RESOLVE", "FIRST_CONTACT_RESOLUTION_RATE", "VOLUME_PER_CALLER")
        if isinstance(definition := getattr(kpi.catalogue, name, None), kpi.Kpi)
    ]
    assert chosen
    before = kpi.compute(chosen, [incident()], as_of=AT + 9 * HOUR)
    after = kpi.compute(chosen, [redact(incident())], as_of=AT + 9 * HOUR)

    assert [result.value for result in after.results] == [r.value for r in before.results]


def test_persons_stay_apart() -> None:
    """Different persons get different names, the same one the same, wherever they stand."""
    record = redact(incident(), alias="p")

    assert record.opened_by.id == record.caller == "p-1"
    assert len({event.by.id for event in record.history}) == 4
    assert record.assignee == record.history[2].by.id


def test_entries_can_be_kept() -> None:
    """What rules read may stay, by name."""
    record = redact(incident(), keep=["region", "tags"])

    assert record.custom["region"] == "eu"
    assert record.custom["note"] == "[redacted]"
    assert record.tags == {MARK}


def test_erasing_in_a_store() -> None:
    """Removing and appending the redacted history leaves nothing of the old one."""
    store = InMemoryStore()
    record = incident()
    store.append(record.id, record.history, expected_version=0)

    store.remove(record.id, expected_version=record.version)
    store.append(record.id, redact(record).history, expected_version=0)

    assert store.load(record.id) == redact(record)
    assert not any(change.event and MARK in dumps(change.event) for change in store.changes())


def test_redacting_twice_changes_nothing_more() -> None:
    """A redacted record is its own redaction."""
    assert redact(redact(incident())) == redact(incident())
    with pytest.raises(InvalidValueError):
        redact(incident(), alias="")
