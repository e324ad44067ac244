"""A store in one SQLite file, which needs only the standard library.

Write-ahead logging lets readers continue while one process writes; an append that has returned
survives a crash of the process or of the machine. Any number of threads and processes may use the
same file if it is on a local disk: SQLite's locks do not work on network drives.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from incidentcore._checks import need_kind
from incidentcore.adapters import statements
from incidentcore.adapters.sql_store import SqlStore
from incidentcore.adapters.statements import Run
from incidentcore.errors import IncidentCoreError, InvalidValueError, StorageError

__all__ = ["SqliteStore"]

_ADVICE: Final = {
    "SQLITE_BUSY": "another process is writing; try again or raise the timeout",
    "SQLITE_CANTOPEN": "its folder must exist; a file on a read-only medium needs ?immutable=1",
    "SQLITE_CORRUPT": "the file is damaged; restore it from a copy",
    "SQLITE_FULL": "nothing was written; free space and repeat",
    "SQLITE_NOTADB": "it is not a database of SQLite, or damaged",
    "SQLITE_READONLY": "the file can be read but not written",
}


class SqliteStore(SqlStore):
    """A ``RecordStore`` with an outbox in one SQLite file, for several threads and processes.

    The outbox holds due items until they have been delivered. A ``with`` block closes the store.
    Opening a file upgrades the tables of an older release. To read a file without writing to it,
    pass a read-only URI: ``SqliteStore("file:desk.sqlite?mode=ro")``.

    Args:
        path: The file, or a URI that starts with ``file:``.
        timeout: The number of seconds to wait for another writer.

    Raises:
        InvalidValueError: ``path`` is empty or ``:memory:``, for which there is ``InMemoryStore``.
        StorageError: The file cannot be opened, or a newer release wrote it.

    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from incidentcore.adapters import SqliteStore
    >>> from incidentcore.records import Incident
    >>> at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SqliteStore(f"{folder}/desk.sqlite") as store:
    ...         version = store.append("INC-1", incident.history, expected_version=0)
    ...         same = store.load("INC-1") == incident
    >>> version, same
    (1, True)
    """

    def __init__(self, path: str | os.PathLike[str], *, timeout: float = 60.0) -> None:
        need_kind("path", path, (str, os.PathLike), allowed="a file's path, as text or a Path")
        self._path = os.fspath(path)
        if not self._path or ":memory:" in self._path:
            raise InvalidValueError("path", path, "a file; for memory use InMemoryStore")
        self._timeout = timeout
        self._idle: list[sqlite3.Connection] = []  # as many as were ever used at once
        self._process = os.getpid()
        try:
            if not self._is_current():
                self._migrate()
        except BaseException:
            self.close()  # no caller gets this store to close it
            raise

    def _is_current(self) -> bool:
        try:
            with self._transaction(writes=False) as run:
                return statements.schema_number(run) == len(statements.MIGRATIONS)
        except StorageError as error:
            if "no such table" not in str(error):
                raise
            return False

    def _migrate(self) -> None:
        with self._connected() as db, suppress(sqlite3.OperationalError):  # another does the same
            db.execute("PRAGMA journal_mode = WAL")
        with self._transaction(writes=True) as run:
            statements.migrate(run, integer="INTEGER", bytes="BLOB")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        if self._process != os.getpid():  # a forked child must not touch its parent's connections
            self._idle, self._process = [], os.getpid()
        db = None
        try:
            db = self._idle.pop() if self._idle else self._connect()
            yield db
        except BaseException as error:
            if db is not None and isinstance(error, IncidentCoreError):  # the file is as it was
                db.execute("ROLLBACK")
                self._idle.append(db)
            elif db is not None:
                db.close()
            if not isinstance(error, sqlite3.Error):
                raise
            name = getattr(error, "sqlite_errorname", "")
            advice = next((_ADVICE[code] for code in _ADVICE if name.startswith(code)), "")
            raise StorageError(
                f"SQLite, {self._path}: {error}{advice and f': {advice}'}"
            ) from error
        self._idle.append(db)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self._path,
            timeout=self._timeout,
            isolation_level=None,  # transactions are opened below, not guessed by the driver
            check_same_thread=False,  # one thread at a time: a connection in use is not idle
            uri=self._path.startswith("file:"),
        )
        try:
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")  # a removal leaves no readable remains
            db.execute("PRAGMA cell_size_check = ON")
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Run]:
        with self._connected() as db:

            def run(
                statement: str, values: Mapping[str, object] | Sequence[Mapping[str, object]] = ()
            ) -> list[Any]:
                if isinstance(values, Mapping) or not values:
                    return db.execute(statement, values).fetchall()
                return db.executemany(statement, values).fetchall()

            db.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
            yield run  # an error closes the connection, which rolls back the transaction
            db.execute("COMMIT")

    def check(self) -> None:
        """Verify the structure of the file, and compare all stored rows with their digests.

        Raises:
            StorageError: The file is damaged, or a row was changed or lost.
        """
        with self._connected() as db:
            found = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StorageError(f"SQLite, {self._path}: {found}: {_ADVICE['SQLITE_CORRUPT']}")
        super().check()

    def close(self) -> None:
        """Close the connections; the next method call opens a new connection."""
        while self._idle:
            self._idle.pop().close()
