"""The base class of stores in SQL databases, in which each method is one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Self

from incidentcore.adapters import outbox, statements
from incidentcore.adapters.outbox import Run
from incidentcore.conditions import NEVER, Condition
from incidentcore.desk import Agenda, DueItem
from incidentcore.records import Event, Record
from incidentcore.storage import PAGE, Change, checked_page


class SqlStore:
    """A ``RecordStore`` with an outbox for due items; a subclass opens the transactions.

    As a context manager it closes its connections at the end.
    """

    def _transaction(self, *, writes: bool) -> AbstractContextManager[Run]:
        """Open a transaction on a consistent snapshot, which is committed whole or not at all."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections to the database."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(
        self,
        record_id: str,
        events: Iterable[Event],
        *,
        expected_version: int,
        due: Iterable[DueItem] = (),
    ) -> int:
        """Append events and return the record's new version; see ``RecordStore.append``.

        Args:
            record_id: The id of the record.
            events: The events that follow ``expected_version``.
            expected_version: The version on which the events are based.
            due: Items to write into the outbox in the same transaction.
        """
        with self._transaction(writes=True) as run:
            return statements.append(run, record_id, events, expected_version, due)

    def load(self, record_id: str) -> Record:
        """Return a record; see ``RecordStore.load``."""
        with self._transaction(writes=False) as run:
            return statements.load(run, record_id)

    def history(self, record_id: str, *, after: int = 0, limit: int = PAGE) -> tuple[Event, ...]:
        """Return a page of a record's events; see ``RecordStore.history``."""
        with self._transaction(writes=False) as run:
            return statements.history(run, record_id, after, limit)

    def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> tuple[Record, ...]:
        """Return a page of the records that match a condition; see ``RecordStore.find``.

        Records are loaded in order of id until the page is full. For frequent queries, keep your
        own table up to date with ``changes``.
        """
        checked_page(limit=limit)
        found: list[Record] = []
        place: str | None = after
        while place is not None:
            with self._transaction(writes=False) as run:
                page, place = statements.find(run, condition, at, place, limit - len(found))
            found += page
        return tuple(found)

    def changes(self, *, after: int = 0, limit: int = PAGE) -> tuple[Change, ...]:
        """Return a page of the changes since a position; see ``RecordStore.changes``."""
        with self._transaction(writes=False) as run:
            return statements.changes(run, after, limit)

    def remove(self, record_id: str, *, expected_version: int) -> None:
        """Delete a record and its items in the outbox; see ``RecordStore.remove``."""
        with self._transaction(writes=True) as run:
            statements.remove(run, record_id, expected_version)

    def collect(self, agenda: Agenda, /, *, now: datetime) -> tuple[DueItem, ...]:
        """Write an agenda's due items into the outbox, and mark them in the agenda as delivered.

        Returns:
            The items that were due at ``now``, including those that were already in the outbox.
        """
        items = agenda.due(now=now)
        self.put_due(items)
        agenda.delivered(*items)
        return items

    def put_due(self, items: Iterable[DueItem]) -> None:
        """Write items into the outbox; items whose key is already there are ignored."""
        with self._transaction(writes=True) as run:
            statements.lock(run)
            outbox.put_due(run, items)

    def pending(self) -> tuple[DueItem, ...]:
        """Return the items of the outbox that are not marked as sent, ordered by due time.

        The items have a key, kind, record id, due time and reason; their ``body`` is None.
        """
        with self._transaction(writes=False) as run:
            return outbox.pending(run)

    def mark_sent(self, *keys: str) -> None:
        """Mark the items with these keys as delivered; call this after the delivery."""
        with self._transaction(writes=True) as run:
            statements.lock(run)
            outbox.mark_sent(run, keys)

    def outbox_keys(self) -> tuple[str, ...]:
        """Return, for a new ``Agenda``, the keys of all items except those of removed records."""
        with self._transaction(writes=False) as run:
            return outbox.outbox_keys(run)

    def check(self) -> None:
        """Read all stored rows and verify them against their digests.

        Raises:
            StorageError: A row was changed or lost; the message names the first such row.
        """
        after = 0
        while page := self.changes(after=after):
            after = page[-1].position
        self.find(NEVER)
        self.pending()
