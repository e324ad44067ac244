"""Corrections: an earlier event no longer counts, from the correction's own instant on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.records import (
    Corrected,
    FieldsChanged,
    Incident,
    StateChanged,
    acknowledge,
    correct_event,
    link,
    replay,
    set_fields,
    unlink,
)
from incidentcore.values import RESOLVED, Actor

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def resolved_by_mistake() -> Incident:
    incident = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    return incident.with_event(
        StateChanged, at=OPENED + HOUR, by="ada", action="resolve", state=RESOLVED
    )


def test_a_correction_dated_like_the_event_changes_the_past() -> None:
    """The resolution never was; what was known before is still told as of then."""
    incident = correct_event(
        resolved_by_mistake(), "INC-1:2", by="ada", recorded_at=OPENED + 5 * HOUR, reason="typo"
    )

    assert incident.state.name == "new"
    assert incident.first_resolved_at is None
    assert incident.timeline().facts_at(OPENED + 2 * HOUR)["state"].name == "new"
    before = incident.timeline(known_at=OPENED + 4 * HOUR)
    assert before.facts_at(OPENED + 2 * HOUR)["resolved_at"] == OPENED + HOUR


def test_a_later_correction_changes_what_holds_from_then_on() -> None:
    """Up to its instant the incident counts as resolved."""
    incident = correct_event(resolved_by_mistake(), "INC-1:2", by="ada", at=OPENED + 3 * HOUR)
    timeline = incident.timeline()

    assert timeline.facts_at(OPENED + 2 * HOUR)["resolved_at"] == OPENED + HOUR
    assert timeline.facts_at(OPENED + 3 * HOUR)["resolved_at"] is None
    assert incident.state.name == "new"
    assert [moment.at for moment in timeline.moments] == [OPENED, OPENED + HOUR, OPENED + 3 * HOUR]
    assert timeline.moments[2].changes["state"].name == "new"


def test_a_correction_can_be_corrected() -> None:
    """And that one too: the event counts, does not count, and counts again."""
    incident = resolved_by_mistake()
    states = []
    for number in (2, 3, 4, 5):
        incident = correct_event(incident, f"INC-1:{number}", by="ada", at=OPENED + number * HOUR)
        states.append(incident.state.name)

    assert states == ["new", "resolved", "new", "resolved"]
    told = [incident.timeline().facts_at(OPENED + n * HOUR)["state"].name for n in range(7)]
    assert told == ["new", "resolved", "new", "resolved", "new", "resolved", "resolved"]
    assert replay(reversed(incident.history)) == incident


def test_a_correction_says_nothing_of_events_told_after_it() -> None:
    """It corrects an earlier event; one that gets that id later counts."""
    incident = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    incident = incident.with_event(Corrected, at=OPENED, by="ada", corrects="INC-1:3")
    incident = acknowledge(incident, at=OPENED + HOUR, by="ada")

    assert incident.history[2].id == "INC-1:3"
    assert incident.acknowledged_at == OPENED + HOUR
    assert replay(incident.history) == incident


def test_a_correction_of_an_event_before_the_opening_is_known_from_the_opening_on() -> None:
    """Nothing is promised of the time before a record was opened."""
    incident = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    incident = incident.with_event(
        FieldsChanged, at=OPENED - 2 * HOUR, by="ada", fields={"title": "typo"}
    )
    incident = correct_event(incident, "INC-1:2", by="ada", at=OPENED - HOUR)

    assert incident.title == "Mail is down"
    assert incident.timeline().facts_at(OPENED)["title"] == "Mail is down"


@pytest.mark.parametrize("event_id", ["INC-1:9", "", None])
def test_only_an_event_of_the_record_can_be_corrected(event_id: str) -> None:
    """The error names the record."""
    with pytest.raises(InvalidValueError, match="an event of INC-1"):
        correct_event(resolved_by_mistake(), event_id, by="ada")


def test_sla_a04_the_opening_is_corrected() -> None:
    """Reported by telephone at 07:30, entered at 11:00; before the correction 11:00 was known."""
    entered, reported = OPENED + 2 * HOUR, OPENED - 1.5 * HOUR
    incident = Incident.open(id="I", title="t", at=entered, by="kim")
    corrected = correct_event(
        incident, "I:1", at=reported, by="ada", recorded_at=entered + HOUR, reason="by telephone"
    )

    assert corrected.opened_at == reported
    assert corrected.timeline().opened_at == reported
    assert corrected.timeline(known_at=entered).opened_at == entered
    assert replay(reversed(corrected.history)) == corrected
    assert correct_event(corrected, "I:2", by="ada").opened_at == entered


def test_a_correction_of_the_opening_is_not_recorded_before_the_opening() -> None:
    """Where nobody says when the error became known, it is as known as the opening itself."""
    incident = Incident.open(id="I", title="t", at=OPENED, by="kim")
    corrected = correct_event(incident, "I:1", at=OPENED - HOUR, by="ada")

    assert corrected.history[1].recorded_at == OPENED
    assert corrected.timeline(known_at=OPENED).opened_at == OPENED - HOUR


def test_the_opening_is_corrected_later_and_in_its_fields() -> None:
    """The last correction says when; fields of several are put over one another."""
    incident = Incident.open(id="I", title="t", at=OPENED, by=Actor("ada"), service="mail")
    incident = correct_event(incident, "I:1", by="ada", fields={"caller": "kim", "service": "web"})
    assert (incident.opened_at, incident.caller, incident.service) == (OPENED, "kim", "web")

    incident = correct_event(
        incident, "I:1", by="ada", at=OPENED + HOUR, fields={"service": "mail"}
    )
    assert incident.opened_at == incident.updated_at == OPENED + HOUR
    assert (incident.caller, incident.service) == ("kim", "mail")
    with pytest.raises(InvalidValueError, match="except to correct the opening"):
        correct_event(incident, "I:2", by="ada", fields={"service": "web"})
    with pytest.raises(InvalidValueError, match="field"):
        correct_event(incident, "I:1", by="ada", fields={"resolved_at": OPENED})


def test_a_corrected_opening_beside_a_later_correction_of_another_event() -> None:
    """The opening's instant holds in every stretch; its own corrections are no steps."""
    incident = resolved_by_mistake()
    incident = correct_event(incident, "INC-1:1", by="ada", at=OPENED + 20 * HOUR)
    incident = correct_event(incident, "INC-1:1", by="ada", at=OPENED - HOUR)
    incident = correct_event(incident, "INC-1:2", by="ada", at=OPENED + 3 * HOUR)
    timeline = incident.timeline()
    events = [event.id for moment in timeline.moments for event in moment.events]

    assert incident.opened_at == timeline.opened_at == OPENED - HOUR
    assert [moment.at for moment in timeline.moments] == [OPENED + n * HOUR for n in (-1, 1, 3)]
    assert sorted(events) == [f"INC-1:{n}" for n in (1, 2, 5)]
    assert incident.updated_at == OPENED + 3 * HOUR
    assert timeline.facts_at(OPENED + 2 * HOUR)["state"] == RESOLVED
    assert timeline.facts_at(OPENED + 30 * HOUR) == incident.facts()


def test_a_correction_that_never_counted_leaves_no_trace() -> None:
    """Corrected itself by a later event that is dated before it."""
    incident = correct_event(resolved_by_mistake(), "INC-1:2", by="ada", at=OPENED + 3 * HOUR)
    incident = correct_event(incident, "INC-1:3", by="ada", at=OPENED + HOUR)

    assert incident.state.name == "resolved"
    assert incident.updated_at == OPENED + HOUR
    assert incident.timeline().facts_at(OPENED + 4 * HOUR) == incident.facts()
    assert [moment.at for moment in incident.timeline().moments] == [OPENED, OPENED + HOUR]


def test_a_history_without_its_opening_has_no_timeline() -> None:
    """As of an instant before the opening was recorded, corrections and all."""
    incident = Incident.open(
        id="INC-1", title="t", at=OPENED, by="kim", recorded_at=OPENED + 5 * HOUR
    )
    incident = acknowledge(incident, at=OPENED + HOUR, by="ada")
    incident = correct_event(incident, "INC-1:2", by="ada", at=OPENED + 2 * HOUR)

    with pytest.raises(InvalidTimelineError, match="one Opened event"):
        incident.timeline(known_at=OPENED + 3 * HOUR)


def test_what_did_happen_is_told_beside_it() -> None:
    """A correction and the right event together rewrite the answer."""
    incident = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    incident = set_fields(incident, title="Mail is slow", at=OPENED + HOUR, by="ada")
    incident = correct_event(incident, "INC-1:2", by="ada")
    incident = set_fields(incident, title="Mail is gone", at=OPENED + HOUR, by="ada")

    assert incident.title == "Mail is gone"
    assert incident.timeline().facts_at(OPENED + HOUR)["title"] == "Mail is gone"


def test_a_late_removal_is_of_a_link_that_there_was() -> None:
    """Linked at 10:00 and removed at 12:00: it was there at 11:00, but not at 09:30."""
    record = Incident.open(id="I", title="t", at=OPENED, by=Actor("ada"))
    record = link(record, "related_to", "X", at=OPENED + HOUR, by="ada")
    record = unlink(record, "related_to", "X", at=OPENED + 3 * HOUR, by="ada")
    late = unlink(record, "related_to", "X", at=OPENED + 2 * HOUR, by="ada")
    assert late.timeline().facts_at(OPENED + 2 * HOUR)["links"] == frozenset()
    with pytest.raises(InvalidValueError, match="no link"):
        unlink(record, "related_to", "X", at=OPENED + HOUR / 2, by="ada")
