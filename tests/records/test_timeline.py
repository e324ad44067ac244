"""The timeline tells the facts at every instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.conditions import reached
from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.records import (
    Acknowledged,
    Approved,
    Incident,
    Opened,
    Record,
    Timeline,
    assign,
    comment,
    set_fields,
)
from incidentcore.records.timeline import changes_of
from incidentcore.testing.strategies_records import records
from incidentcore.values import NEW, ON_HOLD, Actor, Impact

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
    assert changes_of(decided, incident.facts()) == {}


STUCK = SimpleNamespace(next_change=lambda facts, at: at)  # names no instant that is ahead


def test_an_instant_that_time_reaches_is_a_moment_of_its_own() -> None:
    """Between two events and up to the end; not at an event, nor past the last instant."""
    test = reached("custom.x")
    for minute, later, until, moments in (
        (30, 60, 100, [0, 10, 30, 60]),
        (60, 60, 100, [0, 10, 60]),
        (61, 60, 100, [0, 10, 60, 61]),
        (100, 60, 100, [0, 10, 60, 100]),
        (101, 60, 100, [0, 10, 60]),
    ):
        record = Incident.open(id="I", title="t", at=OPENED, by="kim")
        at = OPENED + minute * MINUTE
        record = set_fields(record, custom={"x": at}, at=OPENED + 10 * MINUTE, by="ada")
        record = set_fields(record, service="mail", at=OPENED + later * MINUTE, by="ada")
        for timed in ([test], [test, STUCK], [STUCK, test]):
            timeline = record.timeline().with_instants(timed, OPENED + until * MINUTE)
            assert [(one.at - OPENED) / MINUTE for one in timeline.moments] == moments
    assert record.timeline().with_instants([], OPENED) == record.timeline()


def test_facts_of_ones_own_may_come_as_states() -> None:
    """In any order of time; what is neither a state nor facts is refused, and so is no pair."""
    pairs = [(OPENED + MINUTE, ON_HOLD), (OPENED, NEW), (OPENED, {"impact": Impact.HIGH})]
    timeline = Timeline.from_facts(pairs, id="X")
    assert [(one.at, len(one.events)) for one in timeline.moments] == [
        (OPENED, 2), (OPENED + MINUTE, 1)
    ]  # fmt: skip
    assert timeline.facts_at(OPENED)["impact"] == Impact.HIGH
    assert timeline.facts_at(OPENED + MINUTE)["state"] == ON_HOLD
    assert timeline.facts_at(OPENED)["updated_at"] == timeline.opened_at == OPENED
    assert Timeline.from_facts(pairs[:2]).opened_at == OPENED
    assert timeline.base["id"] == "X"
    with pytest.raises(InvalidValueError, match=r"^pairs: got 5; allowed: a State, or facts"):
        Timeline.from_facts([(OPENED, 5)])
    for wrong in ([], [(OPENED, {"impact": Impact.HIGH})]):
        with pytest.raises(InvalidTimelineError, match=r"^pairs: "):
            Timeline.from_facts(wrong)


def test_the_facts_of_the_opening_alone() -> None:
    """None where nothing else shares its instant; otherwise without what does."""
    plain = Incident.open(id="I", title="t", at=OPENED, by="kim")
    both = set_fields(plain, service="mail", at=OPENED, by="ada")
    assert plain.timeline().opening_facts() is None
    alone = both.timeline().opening_facts()
    assert alone is not None
    assert (alone["service"], both.timeline().facts_at(OPENED)["service"]) == (None, "mail")


def test_the_opening_undoes_nothing_that_is_dated_before_it() -> None:
    """The opening is folded first, whatever its date (rule H1)."""
    opened = Incident.open(id="I", title="t", service="web", at=OPENED, by="kim")
    before = set_fields(opened, service="mail", at=OPENED - MINUTE, by="ada")
    facts = comment(before, "on it", at=OPENED, by="ada").timeline().opening_facts()
    assert facts is not None
    assert facts["service"] == "mail"
