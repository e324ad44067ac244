"""The timeline tells the facts at every instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import reached
from incidentcore.records import (
    Acknowledged,
    Approved,
    Incident,
    Opened,
    Record,
    assign,
    comment,
    set_fields,
)
from incidentcore.testing.strategies_records import records
from incidentcore.values import Actor

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)


MINUTE = timedelta(minutes=1)


INSTANTS = st.integers(-5, 60).map(lambda minutes: OPENED + minutes * MINUTE)


def prefix(record: Record, at: datetime) -> list[Any]:
    return [event for event in record.history if event.at <= at or isinstance(event, Opened)]


@given(records(), INSTANTS)
def test_the_timeline_tells_the_facts_at_every_instant(record: Record, at: datetime) -> None:
    """From the opening on, they are those of the record replayed up to that instant."""
    at = max(at, record.opened_at)
    expected = type(record).from_history(prefix(record, at)).facts()

    assert record.timeline().facts_at(at) == expected
    assert record.timeline(now=at).facts_at(at) == expected
    assert record.timeline(now=at).facts_at(at + 999 * MINUTE) == expected


@given(records())
def test_the_timeline_ends_where_the_record_is(record: Record) -> None:
    """Moments ascend strictly, each event that counts stands in one, and the last facts hold."""
    timeline = record.timeline()
    last: dict[str, Any] = {}
    for _, facts in timeline.states():
        last = dict(facts)
    instants = [moment.at for moment in timeline.moments]

    assert last == record.facts()
    assert instants == sorted(set(instants))
    assert timeline.opened_at == record.opened_at


@given(records(), INSTANTS)
def test_the_timeline_does_not_see_the_future(record: Record, now: datetime) -> None:
    """Causality: cut at now, it is that of the events up to now (rules S1 and K6)."""
    known = type(record).from_history(prefix(record, now))

    if now >= record.opened_at:
        assert record.timeline(now=now) == known.timeline(now=now)


def event(sequence: int = 2, **body: Any) -> Acknowledged:
    told: dict[str, Any] = {"record_id": "INC-1", "at": OPENED, "by": Actor("ada"), **body}
    return Acknowledged(sequence=sequence, **told)


def early() -> Record:
    """A record that was assigned before it was opened, and answered as it was opened."""
    opened = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    before = assign(opened, group="mail", at=OPENED - 5 * MINUTE, by="ada")
    return comment(before, "on it", at=OPENED, by="ada")


def test_the_facts_of_an_opening_hold_what_came_before_it() -> None:
    """An event before the opening shows after it; one at its instant does not yet (rule S1)."""
    facts = early().timeline().opening_facts()
    assert facts is not None
    assert facts["assignment_group"] == "mail"
    assert facts["first_response_at"] is None


def test_time_changes_nothing_before_the_opening() -> None:
    """Instants are looked for from the opening on."""
    record = set_fields(early(), occurred_at=OPENED + 9 * MINUTE, at=OPENED, by="ada")
    steps = record.timeline().with_instants([reached("occurred_at")], OPENED + 60 * MINUTE).moments

    assert [step.at - OPENED for step in steps] == [-5 * MINUTE, 0 * MINUTE, 9 * MINUTE]


def test_an_event_of_another_type_of_record_changes_nothing() -> None:
    """An approval of an incident is replayed, and its facts have no approvals (rule H2)."""
    incident = Incident.open(id="I", title="x", at=OPENED, by="kim")
    decided = Approved(
        record_id="I", sequence=2, at=OPENED + MINUTE, by=Actor("ada"), decision="approved"
    )
    record = Incident.from_history([*incident.history, decided])
    assert record.facts().keys() == incident.facts().keys()
    assert record.facts()["updated_at"] == OPENED + MINUTE
    assert record.timeline().facts_at(OPENED + MINUTE) == record.facts()
