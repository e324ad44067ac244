"""Checks of appending and removing: versions, retries, batches and refused writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs

from incidentcore.conditions import ALWAYS
from incidentcore.errors import (
    DuplicateEventError,
    InvalidTimelineError,
    InvalidValueError,
    RecordNotFoundError,
    StaleRecordError,
)
from incidentcore.records import FieldsChanged, comment
from incidentcore.storage import RecordStore
from incidentcore.testing.contracts_base import (
    AT,
    StoreChecks,
    commented,
    incident,
    noted,
    raises,
    same,
    same_events,
)
from incidentcore.values import FrozenMap


class WritingChecks(StoreChecks):
    """Checks of which writes a store accepts, and which it refuses."""

    def _store_of(self, versions: int) -> RecordStore:
        store = self.make_store()
        record = noted(incident(), versions - 1)
        store.append("INC-1", record.history, expected_version=0)
        return store

    def _untouched(self, store: RecordStore, call: Callable[[], object], error: Any) -> Any:
        """Return the error of a call that must leave the store as it was."""
        before = tuple(store.changes())
        caught = raises("a refused append", error, call)
        same("the feed after a refused append", before, tuple(store.changes()))
        return caught

    def _refused(
        self, store: RecordStore, error: Any, batch: Any, *, version: int, of: str = "INC-1"
    ) -> Any:
        """Return the error of an append that must leave the store as it was."""
        return self._untouched(
            store, lambda: store.append(of, batch, expected_version=version), error
        )

    def test_append_answers_the_version(self) -> None:
        """``append`` returns the version of the record after the events."""
        store = self.make_store()
        record = noted(incident(), 4)
        same("two events", 2, store.append("INC-1", record.history[:2], expected_version=0))
        same("three more", 5, store.append("INC-1", record.history[2:], expected_version=2))

    def test_append_takes_any_iterable(self) -> None:
        """``append`` accepts a generator of events."""
        store = self.make_store()
        record = noted(incident(), 2)
        store.append("INC-1", (event for event in record.history), expected_version=0)
        same_events("a generator's events", record.history, store.load("INC-1").history)

    def test_a_stale_writer_is_told_both_versions(self) -> None:
        """A write to an old version raises an error with both versions; nothing is written."""
        store = self._store_of(2)
        error = self._refused(store, StaleRecordError, [commented(2, "mine")], version=1)
        same("the versions", ("INC-1", 1, 2), (error.record_id, error.expected, error.found))

    def test_a_version_ahead_is_stale_too(self) -> None:
        """A write to a version that does not exist yet raises ``StaleRecordError`` too."""
        store = self._store_of(2)
        error = self._refused(store, StaleRecordError, [commented(4)], version=3)
        same("the versions", (3, 2), (error.expected, error.found))

    def test_a_new_record_meets_an_old_one(self) -> None:
        """Opening a record whose id is in use raises ``StaleRecordError`` and writes nothing."""
        store = self._store_of(1)
        other = incident(title="Another")
        error = self._refused(store, StaleRecordError, other.history, version=0)
        same("the versions", (0, 1), (error.expected, error.found))

    def test_of_two_writers_one_wins(self) -> None:
        """Of two writers to the same version the second is refused, and may then try again."""
        store = self._store_of(1)
        record: Any = store.load("INC-1")
        ada = comment(record, "mine", at=AT, by="ada")
        bob = comment(record, "no, mine", at=AT, by="bob")
        store.append("INC-1", ada.events_after(1), expected_version=1)
        raises(
            "the second writer",
            StaleRecordError,
            lambda: store.append("INC-1", bob.events_after(1), expected_version=1),
        )
        same_events("the winner's history", ada.history, store.load("INC-1").history)
        again = comment(ada, "no, mine", at=AT, by="bob")
        same("trying again", 3, store.append("INC-1", again.events_after(2), expected_version=2))

    def test_a_batch_again_is_nothing_new(self) -> None:
        """Appending the same batch again changes nothing and returns the record's version."""
        store = self._store_of(3)
        before = tuple(store.changes())
        history = store.history("INC-1")
        same("all again", 3, store.append("INC-1", history, expected_version=0))
        same("a part again", 3, store.append("INC-1", history[1:], expected_version=1))
        same("the last again", 3, store.append("INC-1", history[2:], expected_version=2))
        same("the feed", before, tuple(store.changes()))

    def test_an_id_stands_for_one_event(self) -> None:
        """An event with the id of a stored event but other contents is refused."""
        store = self._store_of(2)
        forged = commented(3, "forged", id="other")
        store.append("INC-1", [commented(3, id="other")], expected_version=2)
        again = commented(4, "forged", id="other")
        error = self._refused(store, DuplicateEventError, [again], version=3)
        same("the event", ("INC-1", "other"), (error.record_id, error.event_id))
        self._refused(store, DuplicateEventError, [forged], version=3)

    def test_a_sequence_is_taken_once(self) -> None:
        """An event with a new id but the sequence number of a stored event is refused."""
        store = self._store_of(3)
        error = self._refused(store, DuplicateEventError, [commented(2, id="mine")], version=3)
        same("the sequence", 2, error.sequence)

    def test_ids_are_a_records_own(self) -> None:
        """Events of different records may have the same id."""
        store = self.make_store()
        for name in ("INC-1", "INC-2"):
            record = incident(name)
            store.append(name, record.history, expected_version=0)
            store.append(name, [commented(2, record_id=name, id="note")], expected_version=1)
        same("the versions", [2, 2], [store.load(name).version for name in ("INC-1", "INC-2")])

    def test_sequences_have_no_gap(self) -> None:
        """A batch that skips a sequence number is refused as a whole."""
        store = self._store_of(2)
        for batch in ([commented(4)], [commented(3), commented(5)], [commented(4), commented(3)]):
            self._refused(store, InvalidTimelineError, batch, version=2)

    def test_a_batch_is_all_or_nothing(self) -> None:
        """If the last event of a batch is refused, no event of the batch is stored."""
        store = self._store_of(2)
        batch = [commented(3), commented(4), commented(5, record_id="INC-2")]
        self._refused(store, InvalidTimelineError, batch, version=2)
        same("the version", 2, store.load("INC-1").version)

    def test_a_batch_with_a_duplicate_is_nothing(self) -> None:
        """If a batch contains an event with a stored id, no event of the batch is stored."""
        store = self._store_of(2)
        store.append("INC-1", [commented(3, id="a")], expected_version=2)
        batch = [commented(4, id="b"), commented(5, "forged", id="a")]
        self._refused(store, DuplicateEventError, batch, version=3)

    def test_a_record_starts_with_its_opening(self) -> None:
        """A record that does not start with an opening of a known type of record is refused."""
        store = self.make_store()
        late = incident()
        opening: Any = late.history[0]
        for first in (commented(1), attrs.evolve(opening, record_type="change")):
            self._refused(store, InvalidTimelineError, [first], version=0)
        raises("a record never opened", RecordNotFoundError, lambda: store.load("INC-1"))
        store.append("INC-1", late.history, expected_version=0)

    def test_what_has_no_document_is_refused(self) -> None:
        """An event with a value that cannot be serialized, such as a function, is refused."""
        store = self._store_of(1)
        for value in (print, object(), float("nan"), "\ud800"):
            given = FrozenMap({"custom": FrozenMap({"x": value})})
            record = incident().with_event(FieldsChanged, at=AT, by="ada", fields=given)
            self._refused(store, InvalidValueError, record.events_after(1), version=1)

    def test_events_are_of_the_record(self) -> None:
        """A batch for one record that contains events of another record is refused."""
        store = self.make_store()
        self._refused(store, InvalidTimelineError, incident("INC-1").history, version=0, of="INC-2")

    def test_an_empty_batch_writes_nothing(self) -> None:
        """An empty batch changes nothing; with a wrong version it raises ``StaleRecordError``."""
        store = self._store_of(2)
        same("the version", 2, store.append("INC-1", (), expected_version=2))
        self._refused(store, StaleRecordError, (), version=1)
        same("no record", 0, store.append("INC-9", (), expected_version=0))
        raises("a record without events", RecordNotFoundError, lambda: store.load("INC-9"))

    def test_late_events_keep_their_place(self) -> None:
        """Events are returned in the order of their sequence numbers, not of their instants."""
        store = self.make_store()
        record = incident()
        for minutes in (30, 10, 20):
            record = comment(record, f"{minutes}", at=AT + timedelta(minutes=minutes), by="ada")
        store.append("INC-1", record.history, expected_version=0)
        same_events("the history", record.history, store.history("INC-1"))
        same("the record", record, store.load("INC-1"))

    def test_a_removed_record_is_gone(self) -> None:
        """A removed record cannot be found; the feed contains only the change that removed it."""
        store = self._store_of(3)
        other = incident("INC-2")
        store.append("INC-2", other.history, expected_version=0)
        last = store.changes()[-1].position
        store.remove("INC-1", expected_version=3)
        raises("loading it", RecordNotFoundError, lambda: store.load("INC-1"))
        raises("its history", RecordNotFoundError, lambda: store.history("INC-1"))
        same("what is found", ["INC-2"], [record.id for record in store.find(ALWAYS)])
        feed = store.changes()
        same(
            "the feed",
            [("INC-2", "INC-2:1"), ("INC-1", None)],
            [(change.record_id, change.event and change.event.id) for change in feed],
        )
        same("a removal has a position of its own", True, feed[-1].position > last)

    def test_a_removed_id_may_be_used_again(self) -> None:
        """The id of a removed record may be used again, with the same event ids."""
        store = self._store_of(2)
        store.remove("INC-1", expected_version=2)
        last = store.changes()[-1].position
        again = incident(title="Again")
        same("the version", 1, store.append("INC-1", again.history, expected_version=0))
        same("the record", again, store.load("INC-1"))
        same("positions go on", True, store.changes()[-1].position > last)

    def test_removal_asks_for_the_version(self) -> None:
        """A removal with an old version raises ``StaleRecordError`` and removes nothing."""
        store = self._store_of(2)
        error = self._untouched(
            store, lambda: store.remove("INC-1", expected_version=1), StaleRecordError
        )
        same("the versions", (1, 2), (error.expected, error.found))
        raises("no record", RecordNotFoundError, lambda: store.remove("INC-9", expected_version=0))

    def test_nonsense_is_refused(self) -> None:
        """Invalid ids, versions, limits and events are refused, and nothing is written."""
        store = self._store_of(1)
        given: list[Callable[[], object]] = [
            lambda: store.append("", [commented(2)], expected_version=0),
            lambda: store.append("INC-3", incident("INC-3").history, expected_version=-1),
            lambda: store.history("INC-1", limit=0),
            lambda: store.history("INC-1", after=-1),
            lambda: store.changes(limit=0),
            lambda: store.find(ALWAYS, limit=0),
        ]
        for number, call in enumerate(given):
            try:
                call()
            except (InvalidValueError, StaleRecordError):
                continue
            raise AssertionError(f"nonsense {number} was taken")
        self._refused(store, InvalidTimelineError, ["an event"], version=1)
