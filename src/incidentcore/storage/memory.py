"""A store in memory, for tests and demonstrations: the reference implementation."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from datetime import datetime
from sys import maxsize
from threading import Lock

from incidentcore._checks import need_kind
from incidentcore.conditions import Condition
from incidentcore.errors import RecordNotFoundError, StaleRecordError
from incidentcore.records import Event, Record, replay
from incidentcore.storage.store import PAGE, Change, checked_append, checked_page


class InMemoryStore:
    """A thread-safe store in memory that fulfills the whole contract of ``RecordStore``.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident
    >>> from incidentcore.storage import InMemoryStore
    >>> store = InMemoryStore()
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> store.append(incident.id, incident.history, expected_version=0)
    1
    >>> store.load("INC-1") == incident
    True
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._histories: dict[str, list[Event]] = {}
        self._by_id: dict[str, dict[str, Event]] = {}
        self._ids: list[str] = []
        self._changes: list[Change] = []
        self._last = 0

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        """Append a batch of events; see ``RecordStore.append``."""
        with self._lock:
            known = self._by_id.get(record_id, {})
            batch = checked_append(
                record_id,
                events,
                expected_version=expected_version,
                version=len(known),
                stored=known,
            )
            if batch and not known:
                insort(self._ids, record_id)
                self._histories[record_id] = []
                self._by_id[record_id] = known
            for event, _ in batch:
                self._histories[record_id].append(event)
                known[event.id] = event
                self._last += 1
                self._changes.append(Change(self._last, record_id, event))
            return len(known)

    def load(self, record_id: str) -> Record:
        """Return a record; see ``RecordStore.load``."""
        return replay(InMemoryStore.history(self, record_id, limit=maxsize))

    def history(self, record_id: str, *, after: int = 0, limit: int = PAGE) -> tuple[Event, ...]:
        """Return a page of a record's events; see ``RecordStore.history``."""
        checked_page(limit=limit, after=after)
        with self._lock:
            if record_id not in self._histories:
                raise RecordNotFoundError(record_id)
            return tuple(self._histories[record_id][after : after + limit])

    def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> tuple[Record, ...]:
        """Return a page of the records that match a condition; see ``RecordStore.find``."""
        checked_page(limit=limit)
        need_kind("condition", condition, Condition)
        need_kind("after", after, str, allowed="a record's id")
        with self._lock:
            wanted = self._ids[bisect_right(self._ids, after) :]
        found: list[Record] = []
        for record_id in wanted:
            try:
                record = self.load(record_id)
            except RecordNotFoundError:  # removed since the ids were read
                continue
            if condition.matches(record, at=at):
                found.append(record)
                if len(found) == limit:
                    break
        return tuple(found)

    def changes(self, *, after: int = 0, limit: int = PAGE) -> tuple[Change, ...]:
        """Return a page of the changes since a position; see ``RecordStore.changes``."""
        checked_page(limit=limit, after=after)
        with self._lock:
            first = bisect_right(self._changes, after, key=lambda change: change.position)
            return tuple(self._changes[first : first + limit])

    def remove(self, record_id: str, *, expected_version: int) -> None:
        """Delete a record; see ``RecordStore.remove``."""
        with self._lock:
            if record_id not in self._histories:
                raise RecordNotFoundError(record_id)
            found = len(self._histories[record_id])
            if expected_version != found:
                raise StaleRecordError(record_id, expected_version, found)
            del self._histories[record_id], self._by_id[record_id]
            self._ids.remove(record_id)
            self._changes = [change for change in self._changes if change.record_id != record_id]
            self._last += 1
            self._changes.append(Change(self._last, record_id, None))
