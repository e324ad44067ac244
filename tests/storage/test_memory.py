"""The store in memory, against worked examples; the whole contract is in tests/adapters."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from incidentcore.conditions import ALWAYS, Opaque, field
from incidentcore.errors import (
    DuplicateEventError,
    InvalidTimelineError,
    InvalidValueError,
    RecordNotFoundError,
    StaleRecordError,
)
from incidentcore.records import Event, Incident, comment
from incidentcore.storage import Change, InMemoryStore, RecordStore

AT = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)


def incident(record_id: str = "INC-1", comments: int = 0) -> Incident:
    record = Incident.open(id=record_id, title="Mail is down", at=AT, by="kim")
    for minute in range(comments):
        record = comment(record, f"note {minute}", at=AT + timedelta(minutes=minute), by="ada")
    return record


def test_it_is_a_store() -> None:
    """It has the six methods of the protocol."""
    assert isinstance(InMemoryStore(), RecordStore)


def test_what_was_appended_is_loaded(store: InMemoryStore) -> None:
    """A record comes back equal after two appends."""
    record = incident(comments=2)

    assert store.append("INC-1", record.history[:1], expected_version=0) == 1
    assert store.append("INC-1", record.events_after(1), expected_version=1) == 3
    assert record == store.load("INC-1")


def test_a_stale_writer_learns_both_versions(store: InMemoryStore) -> None:
    """The loser of a race is told what it expected and what is there; nothing is written (D4)."""
    record = incident()
    store.append("INC-1", record.history, expected_version=0)
    ada = comment(record, "mine", at=AT, by="ada")
    bob = comment(record, "no, mine", at=AT, by="bob")
    store.append("INC-1", ada.events_after(1), expected_version=1)

    with pytest.raises(StaleRecordError) as caught:
        store.append("INC-1", bob.events_after(1), expected_version=1)

    assert caught.value.args == ("INC-1", 1, 2)
    assert ada == store.load("INC-1")


def test_the_same_batch_again_is_nothing_new(store: InMemoryStore) -> None:
    """A caller that lost the answer asks again and gets the same one (rule D4)."""
    record = incident(comments=1)
    store.append("INC-1", record.history, expected_version=0)

    assert store.append("INC-1", record.history, expected_version=0) == 2
    assert store.append("INC-1", record.events_after(1), expected_version=1) == 2
    assert len(store.changes()) == 2


def test_histories_come_in_pages(store: InMemoryStore) -> None:
    """Pages of two give the whole history, and an empty page ends it."""
    record = incident(comments=4)
    store.append("INC-1", record.history, expected_version=0)

    pages = [store.history("INC-1", after=after, limit=2) for after in (0, 2, 4, 5)]

    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert record.history == sum(pages, ())


def test_records_are_found_by_condition_in_order_of_id(store: InMemoryStore) -> None:
    """Find gives pages in order of id."""
    for name in ("b", "c", "a"):
        store.append(name, incident(name, comments=int(name == "b")).history, expected_version=0)

    assert [record.id for record in store.find(ALWAYS)] == ["a", "b", "c"]
    assert [record.id for record in store.find(field("agent_reply_count") > 0)] == ["b"]
    assert [record.id for record in store.find(ALWAYS, after="a", limit=1)] == ["b"]


def test_the_feed_tells_every_change_once(store: InMemoryStore) -> None:
    """Positions ascend; a removed record leaves one change without an event."""
    record = incident(comments=1)
    other = incident("INC-2")
    store.append("INC-1", record.history, expected_version=0)
    store.append("INC-2", other.history, expected_version=0)

    store.remove("INC-1", expected_version=2)

    assert (
        Change(3, "INC-2", other.history[0]),
        Change(4, "INC-1", None),
    ) == store.changes()
    assert (Change(4, "INC-1", None),) == store.changes(after=3)
    with pytest.raises(RecordNotFoundError):
        store.history("INC-1")


def test_a_stale_removal_removes_nothing(store: InMemoryStore) -> None:
    """Removal, too, asks for the version that was seen."""
    store.append("INC-1", incident(comments=1).history, expected_version=0)

    with pytest.raises(StaleRecordError):
        store.remove("INC-1", expected_version=1)
    with pytest.raises(RecordNotFoundError):
        store.remove("INC-2", expected_version=0)

    assert store.load("INC-1").version == 2


def test_an_opening_alone_may_come_first(store: InMemoryStore) -> None:
    """Events of another record are refused."""
    with pytest.raises(InvalidTimelineError):
        store.append("INC-2", incident("INC-1").history, expected_version=0)
    with pytest.raises(InvalidValueError):
        store.history("INC-1", limit=0)


def test_a_batch_has_an_id_for_each_event(store: InMemoryStore) -> None:
    """Two events of one id cannot both be stored."""
    first, second = incident(comments=1).history
    twice = [first, attrs.evolve(second, id=first.id)]
    with pytest.raises(InvalidTimelineError, match="an id of its own"):
        store.append("INC-1", twice, expected_version=0)


def test_a_record_that_goes_while_others_are_read_is_left_out(store: InMemoryStore) -> None:
    """A search sees what is there when it comes to it."""
    for name in ("INC-1", "INC-2"):
        store.append(name, incident(name).history, expected_version=0)

    def drop(record: Incident) -> bool:
        if record.id == "INC-1":
            store.remove("INC-2", expected_version=1)
        return True

    assert [one.id for one in store.find(Opaque("drop", drop))] == ["INC-1"]


def test_what_a_batch_repeats(store: InMemoryStore) -> None:
    """An old number under a new id is a duplicate, as is an old id; version 0 may be stale too."""
    record = incident(comments=1)
    store.append("INC-1", record.history, expected_version=0)
    for event in (attrs.evolve(record.history[1], id="new"), record.history[0]):
        changed = attrs.evolve(event, recorded_at=AT + timedelta(days=1))
        with pytest.raises(DuplicateEventError):
            store.append("INC-1", [changed], expected_version=2)
    with pytest.raises(StaleRecordError) as stale:
        store.append("INC-1", incident(comments=2).history[2:], expected_version=0)
    assert (stale.value.expected, stale.value.found) == (0, 2)
    with pytest.raises(InvalidTimelineError):
        store.append("INC-1", ["note"], expected_version=2)


def test_a_removed_record_is_not_found_among_others(store: InMemoryStore) -> None:
    """Its id may be used again, and counts once."""
    store.append("INC-1", incident().history, expected_version=0)
    store.remove("INC-1", expected_version=1)
    assert store.find(ALWAYS) == ()
    store.append("INC-1", incident().history, expected_version=0)
    assert [record.id for record in store.find(ALWAYS)] == ["INC-1"]


@pytest.mark.parametrize("events", [incident(), incident().history[0], None, 5])
def test_what_is_not_several_events_is_refused(store: InMemoryStore, events: object) -> None:
    """A record, or a single event, was Python's TypeError."""
    with pytest.raises(InvalidTimelineError, match=r"allowed: events, such as record\.history"):
        store.append("INC-1", events, expected_version=0)  # type: ignore[arg-type]


def test_a_page_of_your_own_does_not_shorten_a_record() -> None:
    """A subclass that gives smaller pages still loads the whole record."""

    class Small(InMemoryStore):
        def history(self, record_id: str, *, after: int = 0, limit: int = 2) -> tuple[Event, ...]:
            return super().history(record_id, after=after, limit=min(limit, 2))

    store, record = Small(), incident(comments=3)
    store.append("INC-1", record.history, expected_version=0)

    assert store.load("INC-1") == record
    assert len(store.history("INC-1")) == 2
