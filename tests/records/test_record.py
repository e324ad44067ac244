"""A record is the fold of its history (rule H1): laws over histories that no lifecycle made."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given

from incidentcore.errors import InvalidTimelineError, InvalidValueError, NaiveDatetimeError
from incidentcore.records import (
    Acknowledged,
    Approved,
    Assigned,
    Commented,
    Corrected,
    FieldsChanged,
    Incident,
    MajorStatusChanged,
    Opened,
    Problem,
    Record,
    ServiceRequest,
    StateChanged,
    acknowledge,
    comment,
    replay,
)
from incidentcore.testing.strategies_records import records
from incidentcore.values import IN_PROGRESS, NEW, Actor, FrozenMap, Priority

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  our own bytes


def opened(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim", **fields)


@given(records())
def test_records_pickle_and_copy(record: Record) -> None:
    """A record is its history, also on the way through a pickle."""
    for same in (pickled(record), copy.copy(record), copy.deepcopy(record)):
        assert same == record
        assert same.facts() == record.facts()
        assert hash(same) == hash(record)


@given(records())
def test_events_can_be_appended_in_batches(record: Record) -> None:
    """Appending one by one, in two batches or all at once gives the same record."""
    start = type(record).from_history(record.history[:1])
    middle = record.version // 2 + 1

    assert start.with_events(record.history[1:]) == record
    halves = start.with_events(record.history[1:middle]).with_events(record.history[middle:])
    assert halves == record
    assert halves.facts() == record.facts()


@given(records())
def test_records_cannot_be_changed(record: Record) -> None:
    """Neither a field nor the facts that were handed out."""
    before = replay(record.history)
    record.facts()["title"] = "changed"
    record.default_facts()["title"] = "changed"

    for name in ("title", "history", "resolved_at", "nonsense"):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(record, name, None)
    assert record == before


def test_a_record_cannot_be_made_from_fields() -> None:
    """It is the fold of its history, so its fields are nobody's to give (rule H2)."""
    with pytest.raises(TypeError, match="Incident is made by"):
        Incident(title="Mail is down", resolved_at=OPENED)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        attrs.evolve(opened(), title="other")


def test_the_opening_is_folded_first() -> None:
    """Also where another event is dated before it."""
    incident = opened(assignment_group="mail").with_event(
        Assigned, at=OPENED - MINUTE, by="ada", fields={"assignment_group": "network"}
    )

    assert incident.assignment_group == "network"
    assert incident.reassignment_count == 1
    assert incident.opened_at == OPENED
    assert incident.updated_at == OPENED
    assert incident.timeline().facts_at(OPENED - 2 * MINUTE)["assignment_group"] == "mail"


def test_a_late_event_takes_its_place_in_time() -> None:
    """Told last, it still comes before what happened after it."""
    incident = opened()
    incident = incident.with_event(
        FieldsChanged, at=OPENED + 2 * MINUTE, by="ada", fields={"title": "second"}
    )
    incident = incident.with_event(
        FieldsChanged, at=OPENED + MINUTE, by="ada", fields={"title": "first"}
    )

    assert incident.title == "second"
    assert incident.timeline().facts_at(OPENED + MINUTE)["title"] == "first"
    assert [event.sequence for event in incident.history] == [1, 2, 3]


def test_events_at_one_instant_count_in_the_order_told() -> None:
    """The sequence decides between events of one instant."""
    incident = opened()
    for title in ("first", "second"):
        incident = incident.with_event(FieldsChanged, at=OPENED, by="ada", fields={"title": title})

    assert incident.title == "second"
    (moment,) = incident.timeline().moments
    assert moment.changes["title"] == "second"
    assert len(moment.events) == 3


def event(sequence: int = 2, **body: Any) -> Acknowledged:
    told: dict[str, Any] = {"record_id": "INC-1", "at": OPENED, "by": Actor("ada"), **body}
    return Acknowledged(sequence=sequence, **told)


FIRST: Any = opened().history[0]


@pytest.mark.parametrize(
    "appended",
    [
        event(3),
        event(1),
        event(2, record_id="INC-2"),
        event(2, id="INC-1:1"),
        attrs.evolve(FIRST, sequence=2, id="INC-1:2"),
        "event",
    ],
    ids=["gap", "taken", "another record", "taken id", "second opening", "no event"],
)
def test_what_does_not_follow_cannot_be_appended(appended: Any) -> None:
    """An appended event is the next one of the same record, under an id of its own."""
    with pytest.raises(InvalidTimelineError):
        opened().with_events((appended,))


def test_a_record_is_opened_once() -> None:
    """A second opening cannot be appended, by whichever way."""
    told: dict[str, Any] = {"record_type": "incident", "state": NEW, "lifecycle": FIRST.lifecycle}

    with pytest.raises(InvalidTimelineError, match="second opening"):
        opened().with_event(Opened, at=OPENED, by="ada", **told)


def test_an_id_of_ones_own_is_taken_from_then_on() -> None:
    """Also where it is what a later event is called by default."""
    incident = opened().with_event(Acknowledged, at=OPENED, by="ada", id="INC-1:3")

    with pytest.raises(InvalidTimelineError, match=r"INC-1:3"):
        acknowledge(incident, at=OPENED, by="ada")


@pytest.mark.parametrize(
    ("kind", "kinds", "body"),
    [
        (Approved, (Incident, Problem), {"decision": "approved"}),
        (MajorStatusChanged, (Problem, ServiceRequest), {"status": "accepted"}),
        (FieldsChanged, (Incident, ServiceRequest), {"fields": {"workaround": "restart"}}),
        (FieldsChanged, (Incident, Problem), {"fields": {"items": ()}}),
    ],
    ids=["approval", "major", "workaround", "items"],
)
def test_an_event_of_another_type_of_record_cannot_be_appended(
    kind: Any, kinds: tuple[Any, ...], body: dict[str, Any]
) -> None:
    """It would vanish in silence; but a history that holds one replays (rule H2)."""
    for cls in kinds:
        record: Record = cls.open(id="R-1", title="t", at=OPENED, by="kim")
        with pytest.raises(InvalidValueError, match=f"those of type {cls.record_type} have none"):
            record.with_event(kind, at=OPENED, by="ada", **body)

        stray = kind(record_id="R-1", sequence=2, at=OPENED, by=Actor("ada"), **body)
        folded = replay((*record.history, stray))
        assert folded.facts() == record.facts()
        assert folded.timeline().facts_at(OPENED) == record.facts()


@pytest.mark.parametrize(
    "make",
    [
        lambda: event(record_id=""),
        lambda: event(record_id=None),
        lambda: event(0),
        lambda: event(True),
        lambda: event(2.0),  # type: ignore[arg-type]
        lambda: event(id=""),
        lambda: event(by="ada"),
        lambda: event(at="now"),
        lambda: event(level=-1),
        lambda: event(level="2"),
    ],
)
def test_an_event_knows_its_record_place_and_author(make: Any) -> None:
    """Ids are texts, sequences whole numbers from 1, authors actors, times datetimes."""
    with pytest.raises(InvalidValueError):
        make()


def test_naive_times_are_refused_by_name() -> None:
    """Of the opening, of an event and of a query (rule T1)."""
    naive = datetime(2026, 6, 1, 9)  # noqa: DTZ001  naive on purpose
    with pytest.raises(NaiveDatetimeError, match=r"^at: "):
        Incident.open(id="INC-1", title="t", at=naive, by="kim")
    with pytest.raises(NaiveDatetimeError, match=r"^at: "):
        comment(opened(), "x", at=naive, by="ada")
    with pytest.raises(NaiveDatetimeError, match=r"^recorded_at: "):
        comment(opened(), "x", at=OPENED, by="ada", recorded_at=naive)
    with pytest.raises(NaiveDatetimeError, match=r"^now: "):
        opened().timeline(now=naive)
    with pytest.raises(NaiveDatetimeError, match=r"^known_at: "):
        opened().timeline(known_at=naive)
    with pytest.raises(NaiveDatetimeError, match=r"^at: "):
        opened().timeline().facts_at(naive)


FOLDED = ("id", "state", "resolved_at", "reopen_count", "priority", "history", "links", "nonsense")


@pytest.mark.parametrize("name", FOLDED)
def test_only_the_fold_sets_moments_and_counts(name: str) -> None:
    """No event carries them, whatever its kind (rule H2)."""
    told: dict[str, Any] = {"at": OPENED, "by": "ada", "fields": {name: 1}}
    with pytest.raises(InvalidValueError, match=name):
        opened().with_event(FieldsChanged, **told)
    with pytest.raises(InvalidValueError, match=name):
        opened().with_event(StateChanged, action="go", state=IN_PROGRESS, **told)
    with pytest.raises(InvalidValueError, match=name):
        attrs.evolve(FIRST, fields=FrozenMap({name: 1}))
    with pytest.raises(InvalidValueError):
        opened(**{name: 1}) if name not in ("id", "state", "history") else opened(nonsense=1)


def test_a_correction_of_nothing_changes_nothing() -> None:
    """Neither an unknown id, nor the opening, nor the correction itself can be taken back."""
    for wrong in ("INC-9:9", "INC-1:1", "INC-1:2"):
        corrected = opened().with_event(Corrected, at=OPENED, by="ada", corrects=wrong)
        assert corrected.facts() == opened().facts()


def test_comments_do_not_move_the_text() -> None:
    """A custom field may be called like an argument of Python's own."""
    incident = opened(custom={"self": 1, "at": 2})

    updated = incident.with_event(
        FieldsChanged, at=OPENED, by="ada", fields={"custom": {"self": 3}}
    )

    assert updated.custom == FrozenMap({"self": 3, "at": 2})
    assert isinstance(comment(incident, "x", at=OPENED, by="ada").history[-1], Commented)


def test_a_record_shows_its_priority_if_it_has_one() -> None:
    """Short enough for a list of records."""
    record = Incident.open(id="INC-1", title="Mail is down", at=OPENED, by="kim")
    assert repr(record) == "<Incident INC-1: 'Mail is down', state='new', version=1>"
    record = Incident.open(
        id="INC-1", title="x", at=OPENED, by="kim", computed_priority=Priority.HIGH
    )
    assert repr(record) == "<Incident INC-1: 'x', state='new', priority='high', version=1>"
