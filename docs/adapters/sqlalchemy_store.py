"""A ``RecordStore`` on SQLAlchemy 2 Core, for SQLite and PostgreSQL.

The same one table as the SQLite adapter. Ids are stored as UTF-8 bytes, so that order, case and
normal form are those of the text on every database and under every collation; documents are JSON
text, which holds any character. Writers take turns: on PostgreSQL by an advisory lock, since rows
would otherwise become visible in another order than that of their positions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

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

__all__ = ["SqlAlchemyStore"]

METADATA = sa.MetaData()
EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column(
        "position",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("record_id", sa.LargeBinary, nullable=False),
    sa.Column("sequence", sa.BigInteger),
    sa.Column("event_id", sa.LargeBinary),
    sa.Column("document", sa.Text),
    sa.UniqueConstraint("record_id", "sequence"),
    sa.UniqueConstraint("record_id", "event_id"),
    sqlite_autoincrement=True,  # positions are never given twice, also after a removal
)
C = EVENTS.c
_LOCK = 4_201_983_117  # any number that no other use of the database locks


def _read(document: str) -> Event:
    return loads_with_unknown(document, Event).value


def _key(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidValueError("id", text, "text without halves of surrogate pairs") from None


class SqlAlchemyStore:
    """Records in one table of a database; safe between threads and between processes."""

    def __init__(self, url: str) -> None:
        is_sqlite = url.startswith("sqlite")
        options = {"timeout": 60} if is_sqlite else {}
        self._engine = sa.create_engine(url, connect_args=options)
        if is_sqlite:
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        with self._writing() as db:
            METADATA.create_all(db)

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """Open a transaction that nobody else's write can come between."""
        try:
            with self._engine.connect().execution_options(writes=True) as db, db.begin():
                if db.dialect.name == "postgresql":
                    db.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                yield db
        except sa.exc.SQLAlchemyError as error:
            raise StorageError(f"database: {error}") from error

    def _all(self, query: sa.Select[Any]) -> list[Any]:
        try:
            with self._engine.connect() as db:
                return list(db.execute(query))
        except sa.exc.SQLAlchemyError as error:
            raise StorageError(f"database: {error}") from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        """Append a batch of events, all or nothing."""
        given = tuple(events)
        documents = [dumps(event) if isinstance(event, Event) else "" for event in given]
        key = _key(record_id)
        with self._writing() as db:
            found = _version(db, key)
            known = [_known(db, key, event) for event in given]
            if given and all(old == new for old, new in zip(known, given, strict=True)):
                return found
            if expected_version != found:
                raise StaleRecordError(record_id, expected_version, found)
            for event, old in zip(given, known, strict=True):
                if old is not None or (isinstance(event, Event) and event.sequence <= found):
                    raise DuplicateEventError(record_id, event.id, event.sequence)
            batch = checked_batch(record_id, given, expected_version=expected_version)
            rows = [
                {
                    "record_id": key,
                    "sequence": event.sequence,
                    "event_id": _key(event.id),
                    "document": document,
                }
                for event, document in zip(batch, documents, strict=True)
            ]
            if rows:
                db.execute(sa.insert(EVENTS), rows)
            return found + len(batch)

    def load(self, record_id: str) -> Record:
        """Return a record as its whole history folds to."""
        rows = self._all(
            sa.select(C.document).where(C.record_id == _key(record_id), C.document.is_not(None))
        )
        if not rows:
            raise RecordNotFoundError(record_id)
        return replay(_read(row.document) for row in rows)

    def history(self, record_id: str, *, after: int = 0, limit: int = PAGE) -> tuple[Event, ...]:
        """Return a page of a record's events in order of sequence."""
        checked_page(limit=limit, after=after)
        mine = C.record_id == _key(record_id)
        rows = self._all(
            sa.select(C.document).where(mine, C.sequence > after).order_by(C.sequence).limit(limit)
        )
        if not rows and not self._all(sa.select(C.position).where(mine, C.sequence == 1)):
            raise RecordNotFoundError(record_id)
        return tuple(_read(row.document) for row in rows)

    def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> tuple[Record, ...]:
        """Return a page of the records that match, in order of id."""
        checked_page(limit=limit)
        if not isinstance(after, str):
            raise InvalidValueError("after", after, "a record's id")
        found: list[Record] = []
        while len(found) < limit:
            rows = self._all(
                sa.select(C.record_id)
                .where(C.sequence == 1, C.record_id > _key(after))
                .order_by(C.record_id)
                .limit(100)
            )
            if not rows:
                break
            for row in rows:
                after = bytes(row.record_id).decode()
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
            sa.select(C.position, C.record_id, C.document)
            .where(C.position > after)
            .order_by(C.position)
            .limit(limit)
        )
        return tuple(
            Change(
                row.position,
                bytes(row.record_id).decode(),
                None if row.document is None else _read(row.document),
            )
            for row in rows
        )

    def remove(self, record_id: str, *, expected_version: int) -> None:
        """Take a record out for good; the feed says that it is gone."""
        key = _key(record_id)
        with self._writing() as db:
            found = _version(db, key)
            if not found:
                raise RecordNotFoundError(record_id)
            if expected_version != found:
                raise StaleRecordError(record_id, expected_version, found)
            db.execute(sa.delete(EVENTS).where(C.record_id == key))
            db.execute(sa.insert(EVENTS).values(record_id=key))


def _version(db: sa.Connection, key: bytes) -> int:
    return db.scalar(sa.select(sa.func.max(C.sequence)).where(C.record_id == key)) or 0


def _known(db: sa.Connection, key: bytes, event: object) -> Event | None:
    if not isinstance(event, Event):
        return None
    document = db.scalar(
        sa.select(C.document).where(C.record_id == key, C.event_id == _key(event.id))
    )
    return None if document is None else _read(document)


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # BEGIN is said below, not guessed by the driver
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(db: sa.Connection) -> None:
    writes = db.get_execution_options().get("writes")
    db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
