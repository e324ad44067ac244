"""What is checked once is not checked twice, and nobody can tell: openings and transitions."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.lifecycle import INCIDENT, PROBLEM, Allowed, advance, decide
from incidentcore.records import (
    Acknowledged,
    Commented,
    Incident,
    Opened,
    Record,
    StateChanged,
    replay,
)
from incidentcore.testing import legal_records
from incidentcore.values import IN_PROGRESS, NEW, Actor, FrozenMap

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def opened() -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")


@given(st.sampled_from((INCIDENT, PROBLEM)).flatmap(legal_records))
def test_every_event_passes_the_checks_that_it_was_spared(record: Record) -> None:
    """Each part is in its stored form already, so the checking constructor changes nothing."""
    for event in record.history:
        checked = attrs.evolve(event)
        assert checked == event
        assert hash(checked) == hash(event)
        assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301  our own bytes
        for field in attrs.fields(type(event)):
            assert type(getattr(checked, field.name)) is type(getattr(event, field.name))


@given(st.sampled_from((INCIDENT, PROBLEM)).flatmap(legal_records))
def test_appending_and_replaying_give_one_record(record: Record) -> None:
    """The fold of one more event equals the fold of all (rule H1)."""
    assert replay(record.history) == record
    assert replay(record.history).facts() == record.facts()


def test_an_opening_is_what_its_constructor_makes() -> None:
    """The event of ``open`` equals the one written out in full."""
    incident = Incident.open(
        id="INC-1",
        title="Mail is down",
        at=OPENED,
        by="kim",
        recorded_at=OPENED + MINUTE,
        tags=["mail"],
        category="network",
        custom={"site": ["north"]},
    )

    assert incident.history == (
        Opened(
            record_id="INC-1",
            sequence=1,
            at=OPENED,
            recorded_at=OPENED + MINUTE,
            by=Actor("kim", "requester"),
            record_type="incident",
            state=NEW,
            lifecycle=incident.lifecycle,
            fields=FrozenMap(
                {
                    "title": "Mail is down",
                    "tags": frozenset(("mail",)),
                    "category": ("network",),
                    "custom": FrozenMap({"site": ("north",)}),
                }
            ),
        ),
    )
    assert list(incident.history[0].fields) == ["category", "custom", "tags", "title"]


def test_a_transition_is_what_its_constructor_makes() -> None:
    """The event of ``decide`` equals the one written out in full."""
    answer = decide(opened(), "start", at=OPENED + MINUTE, by="ada")

    assert isinstance(answer, Allowed)
    assert answer.events == (
        StateChanged(
            record_id="INC-1",
            sequence=2,
            at=OPENED + MINUTE,
            by=Actor("ada"),
            action="start",
            state=IN_PROGRESS,
        ),
    )
    assert answer.record.history[1:] == answer.events


@pytest.mark.parametrize("between", [0, 1, 3])
def test_a_transition_takes_no_id_that_is_taken(between: int) -> None:
    """Also where an event with an id of its own lies far back, or the record was replayed."""
    taken = f"INC-1:{between + 3}"
    incident = opened().with_event(Acknowledged, at=OPENED, by="ada", id=taken)
    for _ in range(between):
        incident = incident.with_event(Commented, at=OPENED, by="ada", text="on it")

    for record in (incident, replay(incident.history)):
        with pytest.raises(InvalidTimelineError, match=taken):
            advance(record, "start", at=OPENED, by="ada")
        later = record.with_event(Commented, at=OPENED, by="ada", text="x", id="its own")
        assert advance(later, "start", at=OPENED, by="ada").state == IN_PROGRESS


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"tags": "mail", "caller": ""}, "tags"),
        ({"caller": "", "tags": "mail"}, "caller"),
        ({"tags": "mail", "color": "red"}, "tags"),
        ({"color": "red", "tags": "mail"}, "field"),
    ],
)
def test_what_comes_first_is_refused_first(fields: dict[str, object], name: str) -> None:
    """Of several wrong fields the error names the first as given, sorted or not."""
    with pytest.raises(InvalidValueError) as error:
        Incident.open(id="INC-1", title="t", at=OPENED, by="kim", **fields)  # type: ignore[arg-type]  # wrong on purpose

    assert error.value.where == name
