"""The protocol for stores of records: six methods, for any database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

import attrs

from incidentcore._checks import SharedRepr, need_each, need_kind, need_text, need_whole
from incidentcore.conditions import Condition
from incidentcore.errors import DuplicateEventError, InvalidTimelineError, StaleRecordError
from incidentcore.records import Event, Opened, Record
from incidentcore.records.replay import need_record_type
from incidentcore.serialization import dumps

PAGE = 1_000


@attrs.frozen
class Change(SharedRepr):
    """One change in the feed of everything that was written to a store.

    Attributes:
        position: The position, greater than that of every earlier change; numbers may be skipped.
        record_id: The id of the record that changed.
        event: The event that was appended; None if the record was removed.
    """

    position: int
    record_id: str
    event: Event | None


@runtime_checkable
class RecordStore(Protocol):
    """The contract of a store, which holds each record as the history of its events.

    A store keeps the events of records and returns them exactly as they were: every field, times to
    the microsecond, text byte for byte. It never changes an event.

    *Appending* takes a batch of events of one record and writes all of it or nothing.
    ``expected_version`` is the version on which the events are based, 0 for a new record. The
    rules, in this order:

    1. If every event of the batch is already stored, equal in every field, nothing is written, and
       the record's version is returned. So a caller that did not receive the result can try again.
    2. If the record is at another version: ``StaleRecordError`` with both versions.
    3. If an event has the id or the sequence number of a stored event: ``DuplicateEventError``.
    4. If the sequence numbers do not continue the history without a gap, an event belongs to
       another record, the first event of the record is not an opening, a later event is an opening,
       or the type of record is unknown: ``InvalidTimelineError``.
    5. If an event contains a value that cannot be serialized, such as a function:
       ``InvalidValueError``.
    6. Otherwise everything is written at once. A reader sees the whole batch or none of it.

    ``checked_append`` performs checks 1 to 5 for you.

    *Reading* returns histories in order of sequence, records in order of id (by code points), and
    changes in the order of writing. A position in the feed of changes becomes visible only after
    all smaller positions, so a reader that remembers its last position misses nothing. A page has
    at most ``limit`` items; an empty page means that there are no more.

    *Removing* a record deletes all its events, including those in the feed, and adds one ``Change``
    without an event; a reader of the feed then deletes its copy.

    Any other failure is a ``StorageError``.
    """

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        """Append a batch of events to a record; all of them are written, or none.

        Args:
            record_id: The record's id.
            events: The events after ``expected_version``: ``record.events_after(version)``.
            expected_version: The version on which the events are based; 0 for a new record.

        Returns:
            The record's version after the append.

        Raises:
            StaleRecordError: The record is not at that version; nothing was written.
            DuplicateEventError: An event has the id or sequence number of another event.
            InvalidTimelineError: The events do not continue the record's history.
            InvalidValueError: An event cannot be serialized, or an argument is not valid.
        """
        ...

    def load(self, record_id: str) -> Record:
        """Return a record, built from its whole history.

        Raises:
            RecordNotFoundError: No record has that id.
        """
        ...

    def history(self, record_id: str, *, after: int = 0, limit: int = PAGE) -> Sequence[Event]:
        """Return a page of a record's events in order of sequence.

        Args:
            record_id: The record's id.
            after: The last sequence number of the previous page; 0 for the first page.
            limit: The maximum number of events to return.

        Raises:
            RecordNotFoundError: No record has that id.
        """
        ...

    def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> Sequence[Record]:
        """Return a page of the records that satisfy a condition, in order of id.

        Args:
            condition: The condition; ``ALWAYS`` for all records.
            at: The instant at which to test conditions on the time of day.
            after: The id of the last record of the previous page; empty for the first page.
            limit: The maximum number of records to return.
        """
        ...

    def changes(self, *, after: int = 0, limit: int = PAGE) -> Sequence[Change]:
        """Return a page of the changes since a position, in the order of writing.

        Args:
            after: The last position of the previous page; 0 for the beginning.
            limit: The maximum number of changes to return.
        """
        ...

    def remove(self, record_id: str, *, expected_version: int) -> None:
        """Delete a record permanently; ``changes`` then includes its removal.

        Raises:
            RecordNotFoundError: No record has that id.
            StaleRecordError: The record is not at that version; nothing was removed.
        """
        ...


@runtime_checkable
class AsyncRecordStore(Protocol):
    """A store whose six methods are coroutines; its contract is that of ``RecordStore``.

    ``incidentcore.testing.AsyncStoreContract`` tests it. If a task is canceled during an append,
    the batch has been written completely or not at all.
    """

    async def append(
        self, record_id: str, events: Iterable[Event], *, expected_version: int
    ) -> int:
        """Append a batch of events to a record; see ``RecordStore.append``."""
        ...

    async def load(self, record_id: str) -> Record:
        """Return a record; see ``RecordStore.load``."""
        ...

    async def history(
        self, record_id: str, *, after: int = 0, limit: int = PAGE
    ) -> Sequence[Event]:
        """Return a page of a record's events; see ``RecordStore.history``."""
        ...

    async def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> Sequence[Record]:
        """Return a page of the records that match a condition; see ``RecordStore.find``."""
        ...

    async def changes(self, *, after: int = 0, limit: int = PAGE) -> Sequence[Change]:
        """Return a page of the changes since a position; see ``RecordStore.changes``."""
        ...

    async def remove(self, record_id: str, *, expected_version: int) -> None:
        """Delete a record permanently; see ``RecordStore.remove``."""
        ...


def checked_append(
    record_id: str,
    events: Iterable[Event],
    *,
    expected_version: int,
    version: int,
    stored: Mapping[str, Event],
) -> tuple[tuple[Event, str], ...]:
    """Perform all checks of an append, in the order of the contract; for authors of stores.

    Call this function in the transaction that writes the result.

    Args:
        record_id: The record's id.
        events: The batch that was passed to the store.
        expected_version: The version on which the events are based.
        version: The version in the store; 0 if the store does not have the record.
        stored: A mapping from ids to the record's stored events; only ids in the batch are needed.

    Returns:
        The events to write, each with its JSON document; the record's version increases by their
        number. Empty if all of them are already stored.

    Raises:
        StaleRecordError: The record is at another version.
        DuplicateEventError: An event has the id or sequence number of another event.
        InvalidValueError: The id is empty or not text, the version is not a whole number of at
            least 0, or an event cannot be written as a document.
        InvalidTimelineError: An event belongs to another record, the sequence numbers do not
            continue those of the record, an id is repeated, or the opening is missing, in the wrong
            place or of an unknown type of record.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.storage import checked_append
    >>> opened = Incident.open(id="INC-1", title="x", by="kim", at=datetime(2026, 6, 1, tzinfo=UTC))
    >>> for event, document in checked_append(
    ...     "INC-1", opened.history, expected_version=0, version=0, stored={}
    ... ):
    ...     print(event.sequence, document[:16])
    1 {"type":"Opened"
    """
    need_kind("events", events, Iterable, InvalidTimelineError, "events, such as record.history")
    batch = tuple(events)
    need_each("events", batch, Event, InvalidTimelineError, f"events of {record_id}")
    need_kind("stored", stored, Mapping)
    if batch and all(_is_stored(event, stored) for event in batch):
        return ()
    if type(expected_version) is int and expected_version != version and expected_version >= 0:
        raise StaleRecordError(record_id, expected_version, version)
    for event in batch:
        if event.id in stored or event.sequence <= version:
            raise DuplicateEventError(record_id, event.id, event.sequence)
    _check_batch(record_id, batch, expected_version)
    return tuple((event, dumps(event)) for event in batch)


def _is_stored(event: Event, stored: Mapping[str, Event]) -> bool:
    old = stored.get(event.id)
    return old is not None and old == event and dumps(old) == dumps(event)  # 1 is not 1.0 or True


def _check_batch(record_id: str, batch: tuple[Event, ...], expected_version: int) -> None:
    need_text("record_id", record_id)
    need_whole("expected_version", expected_version, least=0)
    for sequence, event in enumerate(batch, expected_version + 1):
        if event.record_id != record_id:
            raise InvalidTimelineError("events", event, f"events of {record_id}")
        if event.sequence != sequence:
            raise InvalidTimelineError("sequence", event.sequence, f"{sequence}")
        if isinstance(event, Opened) != (sequence == 1):
            raise InvalidTimelineError("events", event, "an opening as the first event alone")
        if isinstance(event, Opened):
            need_record_type(event.record_type)
    if len({event.id for event in batch}) != len(batch):
        raise InvalidTimelineError("id", [e.id for e in batch], "an id of its own for each event")


def checked_page(*, limit: int, after: int = 0) -> None:
    """Check the arguments of a call that requests a page; for authors of stores.

    Raises:
        InvalidValueError: ``limit`` is not a whole number of at least 1, or ``after`` is not a
            whole number of at least 0.
    """
    need_whole("limit", limit)
    need_whole("after", after, least=0)
