"""What every record has: a version, its facts, its timeline."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.records.test_record import MINUTE, OPENED

from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.records import Commented, Incident, Opened, Record
from incidentcore.testing.strategies_records import records
from incidentcore.values import Actor

INSTANTS = st.integers(-5, 60).map(lambda minutes: OPENED + minutes * MINUTE)


@given(records())
def test_the_version_counts_the_events(record: Record) -> None:
    """What a store must append is what lies behind its version."""
    assert record.version == len(record.history)
    assert [event.sequence for event in record.history] == list(range(1, record.version + 1))
    for version in range(record.version + 1):
        assert record.events_after(version) == record.history[version:]
    for version in (-1, record.version + 1, None, True):
        with pytest.raises(InvalidValueError):
            record.events_after(version)  # type: ignore[arg-type]


@given(records(), INSTANTS)
def test_known_at_sees_only_what_was_recorded(record: Record, known_at: datetime) -> None:
    """The timeline as of an instant is that of the events recorded by then."""
    known = [event for event in record.history if event.recorded_at <= known_at]
    if not any(isinstance(event, Opened) for event in known):
        with pytest.raises(InvalidTimelineError):
            record.timeline(known_at=known_at)
        return

    assert record.timeline(known_at=known_at) == type(record).from_history(known).timeline()


def test_a_store_appends_what_it_lacks() -> None:
    """The events after its version; a version that the record never had is refused."""
    record = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    record = record.with_event(Commented, at=OPENED, by="ada", text="hello")

    assert record.events_after(0) == record.history
    assert [event.kind for event in record.events_after(1)] == ["commented"]
    assert record.events_after(2) == ()
    for wrong in (3, -1, True, "1"):
        with pytest.raises(InvalidValueError, match=r"version: .*0 to 2"):
            record.events_after(wrong)  # type: ignore[arg-type]  # the point


def test_who_somebody_is_on_a_record() -> None:
    """Its caller is the requester, its assignee and everybody else an agent."""
    record = Incident.open(id="INC-1", title="x", at=OPENED, by="kim", assignee="ada")

    assert [record.actor(name).role for name in ("kim", "ada", "lee")] == [
        *("requester", "agent", "agent")
    ]
    assert record.actor(Actor("kim", "system")) == Actor("kim", "system")
    with pytest.raises(InvalidValueError):
        record.actor("")
