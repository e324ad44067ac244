"""A ``RecordStore`` on SQLite with the standard library alone: copy it and make it yours.

One table holds the events as documents; its row number is the position in the feed. A removed
record leaves a row without an event. Write-ahead logging lets readers go on while one writes, and
``BEGIN IMMEDIATE`` makes reading the version and appending one step.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from incidentcore.conditions import Condition
from incidentcore.errors import (
    DuplicateEventError,
    InvalidValueError,
    RecordNotFoundError,
    StaleRecordError,
    StorageError,
)
from incidentcore.records import Event, Record, replay
from incidentcore.serialization import dumps, loads_with_unknown
from incidentcore.storage import PAGE, Change, checked_batch, checked_page

__all__ = ["SqliteStore"]

SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    position  INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, also after a removal
    record_id TEXT NOT NULL,
    sequence  INTEGER,
    event_id  TEXT,
    document  TEXT,
    UNIQUE (record_id, sequence),
    UNIQUE (record_id, event_id)
)
"""


def _read(document: str) -> Event:
    # Kinds of a newer release are kept: an old process must not stumble over them.
    return loads_with_unknown(document, Event).value


class SqliteStore:
    """Records in one SQLite file; safe between threads and between processes."""

    def __init__(self, path: str | Path, *, timeout: float = 60.0) -> None:
        self._path = str(path)
        self._timeout = timeout
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []  # one a thread; appending is atomic
        with self._writing() as db:
            db.execute(SCHEMA)

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(
                self._path,
                timeout=self._timeout,
                isolation_level=None,
                check_same_thread=False,  # each thread uses its own; ``close`` closes them all
            )
            self._opened.append(db)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")  # an answered append survives a power cut
            self._local.db = db
        return db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that nobody else's write can come between."""
        try:
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StorageError(f"SQLite: {error}") from error

    def _all(self, query: str, *values: object) -> list[tuple[object, ...]]:
        try:
            return self._connection().execute(query, values).fetchall()
        except (sqlite3.Error, UnicodeEncodeError) as error:
            raise StorageError(f"SQLite: {error}") from error

    def close(self) -> None:
        """Close the connections of all threads; the next use opens a new one."""
        self._local = threading.local()
        while self._opened:
            self._opened.pop().close()

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        """Append a batch of events, all or nothing."""
        given = tuple(events)
        documents = [dumps(event) if isinstance(event, Event) else "" for event in given]
        with self._writing() as db:
            found = _version(db, record_id)
            known = [_known(db, record_id, event) for event in given]
            if given and all(old == new for old, new in zip(known, given, strict=True)):
                return found
            if expected_version != found:
                raise StaleRecordError(record_id, expected_version, found)
            for event, old in zip(given, known, strict=True):
                if old is not None or (isinstance(event, Event) and event.sequence <= found):
                    raise DuplicateEventError(record_id, event.id, event.sequence)
            batch = checked_batch(record_id, given, expected_version=expected_version)
            db.executemany(
                "INSERT INTO events (record_id, sequence, event_id, document) VALUES (?, ?, ?, ?)",
                [
                    (record_id, event.sequence, event.id, document)
                    for event, document in zip(batch, documents, strict=True)
                ],
            )
            return found + len(batch)

    def load(self, record_id: str) -> Record:
        """Return a record as its whole history folds to."""
        rows = self._all(
            "SELECT document FROM events WHERE record_id = ? AND document IS NOT NULL", record_id
        )
        if not rows:
            raise RecordNotFoundError(record_id)
        return replay(_read(str(document)) for (document,) in rows)

    def history(self, record_id: str, *, after: int = 0, limit: int = PAGE) -> tuple[Event, ...]:
        """Return a page of a record's events in order of sequence."""
        checked_page(limit=limit, after=after)
        rows = self._all(
            "SELECT document FROM events WHERE record_id = ? AND sequence > ?"
            " ORDER BY sequence LIMIT ?",
            *(record_id, after, limit),
        )
        if not rows and not self._all(
            "SELECT 1 FROM events WHERE record_id = ? AND sequence = 1", record_id
        ):
            raise RecordNotFoundError(record_id)
        return tuple(_read(str(document)) for (document,) in rows)

    def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> tuple[Record, ...]:
        """Return a page of the records that match, in order of id.

        This loads every record. Keep a table of states beside the events for conditions that are
        asked often; see the page on adapters.
        """
        checked_page(limit=limit)
        if not isinstance(after, str):
            raise InvalidValueError("after", after, "a record's id")
        found: list[Record] = []
        while len(found) < limit:
            ids = self._all(
                "SELECT record_id FROM events WHERE sequence = 1 AND record_id > ?"
                " ORDER BY record_id LIMIT 100",  # TEXT compares by UTF-8, so by code points
                after,
            )
            if not ids:
                break
            for (record_id,) in ids:
                after = str(record_id)
                try:
                    record = self.load(after)
                except RecordNotFoundError:  # removed since the ids were read
                    continue
                if condition.matches(record, at=at):
                    found.append(record)
                    if len(found) == limit:
                        break
        return tuple(found)

    def changes(self, *, after: int = 0, limit: int = PAGE) -> tuple[Change, ...]:
        """Return a page of what was written since a position."""
        checked_page(limit=limit, after=after)
        rows = self._all(
            "SELECT position, record_id, document FROM events WHERE position > ?"
            " ORDER BY position LIMIT ?",
            *(after, limit),
        )
        return tuple(
            Change(int(str(place)), str(name), None if text is None else _read(str(text)))
            for place, name, text in rows
        )

    def remove(self, record_id: str, *, expected_version: int) -> None:
        """Take a record out for good; the feed says that it is gone."""
        with self._writing() as db:
            found = _version(db, record_id)
            if not found:
                raise RecordNotFoundError(record_id)
            if expected_version != found:
                raise StaleRecordError(record_id, expected_version, found)
            db.execute("DELETE FROM events WHERE record_id = ?", (record_id,))
            db.execute("INSERT INTO events (record_id) VALUES (?)", (record_id,))


def _version(db: sqlite3.Connection, record_id: str) -> int:
    row = db.execute("SELECT MAX(sequence) FROM events WHERE record_id = ?", (record_id,))
    return int(row.fetchone()[0] or 0)


def _known(db: sqlite3.Connection, record_id: str, event: object) -> Event | None:
    if not isinstance(event, Event):
        return None
    row = db.execute(
        "SELECT document FROM events WHERE record_id = ? AND event_id = ?", (record_id, event.id)
    ).fetchone()
    return None if row is None else _read(row[0])
