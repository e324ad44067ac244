"""The base class of stores in SQL databases, in which each method is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Self

from incidentcore._checks import need_kind
from incidentcore.adapters import statements
from incidentcore.adapters.statements import EVENTS, Run, as_bytes, as_key, damaged, digest_of
from incidentcore.conditions import NEVER, Condition
from incidentcore.desk import Agenda, DueItem
from incidentcore.errors import InvalidTimelineError, RecordNotFoundError, StaleRecordError
from incidentcore.records import Event, Record
from incidentcore.storage import PAGE, Change, checked_append, checked_page


def _item(row: Sequence[Any]) -> DueItem:
    key, record_id, kind, due_at, why, digest = row
    name = as_bytes(key).decode(errors="replace")
    if digest_of(as_bytes(key), as_bytes(record_id), kind, due_at, why) != as_bytes(digest):
        raise damaged(f"the item {name!r} of the outbox")
    return DueItem(
        key=name,
        kind=kind,
        record_id=as_bytes(record_id).decode(),
        due_at=datetime.fromisoformat(due_at),
        why=why,
    )


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
        need_kind(
            "events", events, Iterable, InvalidTimelineError, "events, such as record.history"
        )
        batch, key = tuple(events), as_key(record_id)
        with self._transaction(writes=True) as run:
            statements.lock(run)
            version = statements.version_of(run, key)
            stored: dict[str, Event] = {}
            for event in batch:
                if isinstance(event, Event):
                    where = {"key": key, "id": as_key(event.id, "id")}
                    for row in run(f"{EVENTS}WHERE record_id = :key AND event_id = :id", where):
                        stored[event.id] = statements.event_of(row)
            fresh = checked_append(
                record_id, batch, expected_version=expected_version, version=version, stored=stored
            )
            if fresh:
                columns = [(one.sequence, as_key(one.id, "id"), text) for one, text in fresh]
                last = statements.insert_rows(run, key, columns)
                version += len(fresh)
                run(
                    "INSERT INTO incidentcore_records VALUES (:key, :version, :digest)"
                    " ON CONFLICT (record_id) DO UPDATE SET version = :version, digest = :digest",
                    {"key": key, "version": version, "digest": digest_of(key, version, last)},
                )
            statements.put_due(run, due)
            return version

    def load(self, record_id: str) -> Record:
        """Return a record; see ``RecordStore.load``."""
        with self._transaction(writes=False) as run:
            return statements.load(run, record_id)

    def history(self, record_id: str, *, after: int = 0, limit: int = PAGE) -> tuple[Event, ...]:
        """Return a page of a record's events; see ``RecordStore.history``."""
        checked_page(limit=limit, after=after)
        with self._transaction(writes=False) as run:
            return statements.events_of(run, record_id, after, limit)

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
        need_kind("condition", condition, Condition)
        found: list[Record] = []
        while True:
            with self._transaction(writes=False) as run:
                names = statements.ids_after(run, after)
                for name in names:
                    record = statements.load(run, name)
                    if condition.matches(record, at=at):
                        found.append(record)
                        if len(found) == limit:
                            return tuple(found)
            if len(names) < statements.IDS:
                return tuple(found)
            after = names[-1]

    def changes(self, *, after: int = 0, limit: int = PAGE) -> tuple[Change, ...]:
        """Return a page of the changes since a position; see ``RecordStore.changes``."""
        checked_page(limit=limit, after=after)
        with self._transaction(writes=False) as run:
            last, page = statements.last_position(run), list[Change]()
            while not page and after < last:
                end = min(last, after + limit)
                rows = run(
                    f"{EVENTS}WHERE position > :after AND position <= :end ORDER BY position",
                    {"after": after, "end": end},
                )
                if [row[0] for row in rows] != list(range(after + 1, end + 1)):
                    raise damaged(f"the feed after position {after}")
                held = (row for row in rows if any(part is not None for part in row[1:]))
                page = [*map(statements.change_of, held)]
                after = end
            return tuple(page)

    def remove(self, record_id: str, *, expected_version: int) -> None:
        """Delete a record and its items in the outbox; see ``RecordStore.remove``."""
        key = as_key(record_id)
        with self._transaction(writes=True) as run:
            statements.lock(run)
            version = statements.version_of(run, key)
            if not version:
                raise RecordNotFoundError(record_id)
            if expected_version != version:
                raise StaleRecordError(record_id, expected_version, version)
            by = {"key": key}
            run(
                "UPDATE incidentcore_events SET record_id = NULL, sequence = NULL,"
                " event_id = NULL, document = NULL, digest = NULL WHERE record_id = :key",
                by,
            )
            run("DELETE FROM incidentcore_records WHERE record_id = :key", by)
            run("DELETE FROM incidentcore_outbox WHERE record_id = :key", by)
            statements.insert_rows(run, key, [(None, None, None)])

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
            statements.put_due(run, items)

    def pending(self) -> tuple[DueItem, ...]:
        """Return the items of the outbox that are not marked as sent, ordered by due time.

        The items have a key, kind, record id, due time and reason; their ``body`` is None.
        """
        with self._transaction(writes=False) as run:
            rows = run(
                "SELECT key, record_id, kind, due_at, why, digest FROM incidentcore_outbox"
                " WHERE sent = 0"
            )
        return tuple(sorted(map(_item, rows), key=lambda item: (item.due_at, item.key)))

    def mark_sent(self, *keys: str) -> None:
        """Mark the items with these keys as delivered; call this after the delivery."""
        with self._transaction(writes=True) as run:
            statements.lock(run)
            rows = [{"key": as_key(key, "key")} for key in keys]
            if rows:
                run("UPDATE incidentcore_outbox SET sent = 1 WHERE key = :key", rows)

    def outbox_keys(self) -> tuple[str, ...]:
        """Return, for a new ``Agenda``, the keys of all items except those of removed records."""
        with self._transaction(writes=False) as run:
            rows = run("SELECT key FROM incidentcore_outbox")
        return tuple(sorted(as_bytes(row[0]).decode() for row in rows))

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
