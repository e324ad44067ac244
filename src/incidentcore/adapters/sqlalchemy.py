"""Stores that use SQLAlchemy 2, sync and async, on SQLite or PostgreSQL (extra ``sqlalchemy``)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self, TypeVar

from incidentcore._checks import need_kind
from incidentcore.adapters import statements
from incidentcore.adapters.async_store import AsyncCalls
from incidentcore.adapters.sql_store import SqlStore
from incidentcore.adapters.statements import Run
from incidentcore.desk import Agenda, DueItem
from incidentcore.errors import InvalidValueError, MissingExtraError, StorageError
from incidentcore.records import Event

try:
    import sqlalchemy as sa
    from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
except ModuleNotFoundError:
    raise MissingExtraError("sqlalchemy", "incidentcore.adapters.sqlalchemy") from None

__all__ = ["AsyncSqlAlchemyStore", "SqlAlchemyStore"]

T = TypeVar("T")

_TYPES = {
    "sqlite": {"integer": "INTEGER", "bytes": "BLOB"},
    "postgresql": {"integer": "BIGINT", "bytes": "BYTEA"},
}
_MIGRATION_LOCK = 4_201_983_117  # any number that no other use of the database locks


def _engine(create: Callable[[Any], T], url: object) -> T:
    allowed = "a URL such as sqlite:///desk.sqlite, or an engine of the store's kind"
    need_kind("engine", url, (str, sa.URL), allowed=allowed)
    try:
        return create(url)
    except sa.exc.ArgumentError:  # what follows the scheme may be a password
        raise InvalidValueError("engine", str(url).partition(":")[0], allowed) from None


def _prepared(engine: sa.Engine, *, ours: bool) -> sa.Engine:
    if engine.dialect.name not in _TYPES:
        raise InvalidValueError("engine", engine.dialect.name, "sqlite or postgresql")
    if ours and engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout = 60000", "journal_mode = WAL", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.execute("PRAGMA secure_delete = ON")  # a removal leaves no readable remains
    cursor.close()


def _run(db: sa.Connection) -> Run:
    def run(
        statement: str, values: Mapping[str, object] | Sequence[Mapping[str, object]] = ()
    ) -> Sequence[Any]:
        result = db.execute(sa.text(statement), values or None)
        return result.fetchall() if result.returns_rows else ()

    return run


def _begun(db: sa.Connection, *, writes: bool) -> Run:
    """Begin a transaction that reads a consistent snapshot, or that is committed completely."""
    if db.dialect.name == "postgresql":
        level = "READ COMMITTED" if writes else "REPEATABLE READ"  # a writer reads once it is alone
        db.execution_options(isolation_level=level)
    else:
        db.begin()  # which a listener of the caller's engine may do in the database as well
        driver: Any = db.connection.driver_connection
        if not driver.in_transaction:
            db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
    return _run(db)


def _migrate(db: sa.Connection) -> None:
    run = _begun(db, writes=True)
    if db.dialect.name == "postgresql":
        run("SELECT pg_advisory_xact_lock(:lock)", {"lock": _MIGRATION_LOCK})
    statements.migrate(run, **_TYPES[db.dialect.name])


def _is_current(db: sa.Connection) -> bool:
    if not sa.inspect(db).has_table("incidentcore_counters"):
        return False
    return statements.schema_number(_run(db)) == len(statements.MIGRATIONS)


def _failure(error: sa.exc.SQLAlchemyError) -> StorageError:
    cause = getattr(error, "orig", None) or error  # without the values of the statement
    return StorageError(f"database: {type(cause).__name__}: {cause}")


class SqlAlchemyStore(SqlStore):
    """A ``RecordStore`` with an outbox in a database, for several threads and processes.

    The outbox holds due items until they have been delivered. ``with`` closes the store.

    Args:
        engine: A URL, such as ``postgresql+psycopg://host/desk`` or ``sqlite:///desk.sqlite``, or
            an existing engine.

    Raises:
        InvalidValueError: ``engine`` is neither, or the database is not SQLite or PostgreSQL.
        StorageError: The database cannot be reached, or a newer release wrote the tables.

    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from incidentcore.adapters.sqlalchemy import SqlAlchemyStore
    >>> from incidentcore.records import Incident
    >>> at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SqlAlchemyStore(f"sqlite:///{folder}/desk.sqlite") as store:
    ...         version = store.append("INC-1", incident.history, expected_version=0)
    ...         same = store.load("INC-1") == incident
    >>> version, same
    (1, True)
    """

    def __init__(self, engine: str | sa.URL | sa.Engine) -> None:
        own = engine if isinstance(engine, sa.Engine) else _engine(sa.create_engine, engine)
        self._engine = _prepared(own, ours=own is not engine)
        self._joined: sa.Connection | None = None
        with self._connected() as db:
            current = _is_current(db)
        if not current:
            with self._connected() as db:
                _migrate(db)
                db.commit()

    @classmethod
    def within(cls, connection: sa.Connection) -> SqlAlchemyStore:
        """Return a store whose calls take part in your own transaction, which you must commit.

        Use it to write events together with rows of your own models:
        ``store.within(session.connection()).append(...)``. The database must already have the
        store's tables. Other writers wait until the transaction has ended.
        """
        store = cls.__new__(cls)
        store._engine, store._joined = connection.engine, connection  # noqa: SLF001  our own
        return store

    @contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as db:
                yield db
        except sa.exc.SQLAlchemyError as error:
            raise _failure(error) from error

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Run]:
        if self._joined is not None:
            try:
                yield _run(self._joined)
            except sa.exc.SQLAlchemyError as error:
                raise _failure(error) from error
            return
        with self._connected() as db:
            yield _begun(db, writes=writes)
            db.commit()

    def close(self) -> None:
        """Close the pool's connections to the database, unless they are your own transaction's."""
        if self._joined is None:
            self._engine.dispose()


def _begun_store(db: sa.Connection, *, writes: bool) -> SqlAlchemyStore:
    _begun(db, writes=writes)
    return SqlAlchemyStore.within(db)


class AsyncSqlAlchemyStore(AsyncCalls):
    """An ``AsyncRecordStore`` with an outbox for due items in a database, for ``asyncio``.

    ``async with`` closes the store.

    Args:
        engine: A URL with an async driver, such as ``postgresql+psycopg://host/desk`` or
            ``sqlite+aiosqlite:///desk.sqlite``, or an existing async engine.

    Raises:
        InvalidValueError: ``engine`` is neither, or the database is not SQLite or PostgreSQL.
    """

    def __init__(self, engine: str | sa.URL | AsyncEngine) -> None:
        own = engine if isinstance(engine, AsyncEngine) else _engine(create_async_engine, engine)
        self._engine = own
        _prepared(own.sync_engine, ours=own is not engine)
        self._is_current = False
        self._running: set[asyncio.Task[Any]] = set()

    async def _call(self, work: Callable[[SqlAlchemyStore], T], *, writes: bool = False) -> T:
        """Run a function of the sync store in a transaction of its own.

        SQLite: also when the caller is canceled, it runs to its end. A connection that is closed
        during a statement keeps its lock until Python collects the statement.
        """
        if self._engine.dialect.name != "sqlite":
            return await self._transaction(work, writes=writes)
        running = asyncio.ensure_future(self._transaction(work, writes=writes))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def _transaction(self, work: Callable[[SqlAlchemyStore], T], *, writes: bool) -> T:
        try:
            async with self._engine.connect() as db:
                if not self._is_current:
                    if not await db.run_sync(_is_current):
                        await db.rollback()
                        await db.run_sync(_migrate)
                        await db.commit()
                    await db.rollback()
                    self._is_current = True
                answer: T = await db.run_sync(
                    lambda inner: work(_begun_store(inner, writes=writes))
                )
                await db.commit()
                return answer
        except sa.exc.SQLAlchemyError as error:
            raise _failure(error) from error

    async def append(
        self,
        record_id: str,
        events: Iterable[Event],
        *,
        expected_version: int,
        due: Iterable[DueItem] = (),
    ) -> int:
        """Append events, write ``due`` items into the outbox, and return the new version.

        Everything is written in one transaction. A canceled call writes either everything or
        nothing; to find out which, append the events again.
        """
        return await self._call(
            lambda store: store.append(
                record_id, events, expected_version=expected_version, due=due
            ),
            writes=True,
        )

    async def pending(self) -> tuple[DueItem, ...]:
        """Return the items of the outbox that are not marked as sent, ordered by due time."""
        return await self._call(lambda store: store.pending())

    async def mark_sent(self, *keys: str) -> None:
        """Mark the items with these keys as delivered; call this after the delivery."""
        await self._call(lambda store: store.mark_sent(*keys), writes=True)

    async def outbox_keys(self) -> tuple[str, ...]:
        """Return, for a new ``Agenda``, the keys of all items except those of removed records."""
        return await self._call(lambda store: store.outbox_keys())

    async def check(self) -> None:
        """Verify all stored rows; raise ``StorageError`` if any was changed or lost."""
        await self._call(lambda store: store.check())

    async def collect(self, agenda: Agenda, /, *, now: datetime) -> tuple[DueItem, ...]:
        """Write an agenda's due items into the outbox, mark them in the agenda, and return them."""
        items = agenda.due(now=now)
        await self._call(lambda store: store.put_due(items), writes=True)
        agenda.delivered(*items)  # once it is committed
        return items

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Wait for running calls to end, and close the pool's connections to the database."""
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._engine.dispose()
