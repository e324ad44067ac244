"""The SQLite store under the whole contract, and what a file can suffer."""

from __future__ import annotations

import functools
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentcore.adapters.sqlite import SqliteStore
from incidentcore.errors import (
    InvalidTimelineError,
    InvalidValueError,
    StaleRecordError,
    StorageError,
)
from incidentcore.storage import RecordStore
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_base import incident, noted


@pytest.mark.process
class TestSqliteStore(StoreContract):
    """Every check of the contract on a file."""

    capabilities = frozenset({"nul", "reopen", "processes"})
    appends = 10
    kills = 2
    seeds = (1,)

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> Iterator[None]:
        self.folder = tmp_path
        self.count = 0
        self.path = tmp_path
        self.stores: list[SqliteStore] = []
        yield
        for store in self.stores:
            store.close()

    def make_store(self) -> RecordStore:
        """Return a store on a new file."""
        self.count += 1
        self.path = self.folder / f"{self.count}.sqlite"
        return self._new_store()

    def _new_store(self) -> SqliteStore:
        self.stores.append(SqliteStore(self.path))
        return self.stores[-1]

    def reopen(self, store: Any) -> RecordStore:
        """Return a store on the same file, after the first was closed."""
        store.close()
        return self._new_store()

    def opener(self, store: RecordStore) -> Callable[[], RecordStore]:
        """Return what opens the file in another process."""
        return functools.partial(SqliteStore, self.path)


@pytest.mark.heavy
class TestSqliteStoreAtLength(TestSqliteStore):
    """The same with a history of 100,000 events, more writers and more deaths."""

    long_history = 100_000
    appends = 100
    kills = 25
    steps = 1_000
    seeds = tuple(range(10))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with one record of three events."""
    store = SqliteStore(tmp_path / "desk.sqlite")
    store.append("INC-1", noted(incident(), 2).history, expected_version=0)
    store.close()
    return tmp_path / "desk.sqlite"


@pytest.mark.parametrize("mode", ["ro", "ro&immutable=1"])
def test_a_file_open_for_reading_alone_is_read(path: Path, mode: str) -> None:
    """Every read works; a write is a StorageError that says so, and nothing is written."""
    before = path.read_bytes()
    store = SqliteStore(f"file:{path}?mode={mode}")

    assert store.load("INC-1").version == 3
    assert len(store.changes()) == 3
    store.check()
    with pytest.raises(StorageError, match="can be read but not written"):
        store.append("INC-2", incident("INC-2").history, expected_version=0)
    assert store.load("INC-1").version == 3
    store.close()
    assert path.read_bytes() == before


def test_a_file_that_is_not_there_is_not_made_for_reading(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(StorageError, match=r"none\.sqlite.*unable to open.*its folder must exist"):
        SqliteStore(f"file:{tmp_path}/none.sqlite?mode=ro")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    """A text file is not taken for a database and not written over."""
    (tmp_path / "notes").write_text("Mail is down. " * 1_000)

    with pytest.raises(StorageError, match="not a database"):
        SqliteStore(tmp_path / "notes")


@pytest.mark.parametrize("name", ["", ":memory:", "file::memory:?cache=shared"])
def test_memory_is_refused(name: str) -> None:
    """Several connections to memory would be several databases."""
    with pytest.raises(InvalidValueError, match="for memory use InMemoryStore"):
        SqliteStore(name)


def test_what_is_no_path_and_what_are_no_events_is_refused(path: Path) -> None:
    """A record in place of its events, one event, nothing at all."""
    with pytest.raises(InvalidValueError, match=r"^path: got None; allowed: a file's path"):
        SqliteStore(None)  # type: ignore[arg-type]
    store, record = SqliteStore(path), incident()
    for given in (record, record.history[0], None):
        with pytest.raises(InvalidTimelineError, match=r"events, such as record.history$"):
            store.append("INC-2", given, expected_version=0)  # type: ignore[arg-type]
    store.close()


def test_an_empty_file_refuses_what_is_not_a_condition(path: Path) -> None:
    """The error names the argument, also where there is no record to try it on."""
    condition: Any = "new"
    store = SqliteStore(path)
    with pytest.raises(InvalidValueError, match=r"^condition: got 'new'"):
        store.find(condition)
    store.close()


def test_a_full_disk_writes_nothing_and_says_so(path: Path) -> None:
    """What was answered is there, the refused batch is not, and the store goes on when it can."""
    store = SqliteStore(path)
    (db,) = store._idle
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 4}")
    record, answered = store.load("INC-1"), 3
    error = None
    for _ in range(100):
        longer = noted(record, 10)  # type: ignore[arg-type]
        try:
            answered = store.append(
                "INC-1", longer.events_after(answered), expected_version=answered
            )
        except StorageError as full:
            error = full
            break
        record = longer

    assert "nothing was written; free space and repeat" in str(error)
    assert answered > 3
    assert store.load("INC-1") == record  # a new connection, without the limit
    assert store.append("INC-1", longer.events_after(answered), expected_version=answered)
    store.check()
    store.close()


def test_threads_that_ended_leave_no_connection(path: Path) -> None:
    """As many connections as were used at once, not one for each thread there ever was."""
    store = SqliteStore(path)
    for _ in range(20):
        thread = threading.Thread(target=store.load, args=["INC-1"])
        thread.start()
        thread.join()

    assert len(store._idle) == 1
    store.close()


def test_a_busy_file_says_what_to_do(path: Path) -> None:
    """A writer that waits in vain gets a StorageError with the reason."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = SqliteStore(path, timeout=0.01)

    with pytest.raises(StorageError, match="locked: another process is writing"):
        store.append("INC-2", incident("INC-2").history, expected_version=0)
    assert store.load("INC-1").version == 3  # readers do not wait
    other.close()
    store.close()


def test_a_forked_child_opens_connections_of_its_own(path: Path) -> None:
    """A connection is not used in two processes."""
    store = SqliteStore(path)
    inherited = list(store._idle)
    store._process -= 1  # as a child sees it

    assert store.load("INC-1").version == 3
    assert store._idle
    assert store._idle[0] not in inherited
    store.close()
    inherited[0].close()


def test_a_taken_id_says_so(path: Path) -> None:
    """Opening a record under the id of another is not 'load it again'."""
    store = SqliteStore(path)
    other = incident(title="Another")

    with pytest.raises(StaleRecordError, match="the id is taken: record 'INC-1' exists"):
        store.append("INC-1", other.history, expected_version=0)
    store.close()


def test_a_value_that_the_file_may_not_hold_is_found_by_its_check(path: Path) -> None:
    """A number that is missing where the table wants one is damage, and the error says what."""
    db = sqlite3.connect(path)
    (sql,) = db.execute(
        "SELECT sql FROM sqlite_schema WHERE name = 'incidentcore_counters'"
    ).fetchone()
    change = "UPDATE sqlite_schema SET sql = ? WHERE name = 'incidentcore_counters'"
    db.execute("PRAGMA writable_schema = ON")
    db.execute(change, [sql.replace("NOT NULL", "")])
    db.commit()
    db.close()
    db = sqlite3.connect(path)
    db.execute("INSERT INTO incidentcore_counters VALUES ('lost', NULL)")
    db.execute("PRAGMA writable_schema = ON")
    db.execute(change, [sql])
    db.commit()
    db.close()
    store = SqliteStore(path)

    with pytest.raises(StorageError, match=r"NULL value in incidentcore_counters\.value"):
        store.check()
    store.close()


def test_an_interrupted_use_closes_its_connection(path: Path) -> None:
    """What was begun is rolled back, and the next use opens a connection of its own."""
    store = SqliteStore(path)

    def interrupted() -> None:
        with store._transaction(writes=True) as run:
            run("DELETE FROM incidentcore_events")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store._idle == []
    assert store.load("INC-1").version == 3
    store.close()


def test_a_connection_that_cannot_be_set_up_is_closed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold the file open until Python collects it."""
    made: list[sqlite3.Connection] = []

    class Refusing(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            raise sqlite3.OperationalError(f"not now: {sql}")

    def connect(*arguments: Any, **options: Any) -> sqlite3.Connection:
        made.append(Refusing(*arguments, **options))
        return made[0]

    store = SqliteStore(path)
    store.close()
    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(StorageError, match="not now"):
        store.load("INC-1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].commit()


def test_a_refused_change_leaves_the_connection_in_use(path: Path) -> None:
    """The transaction is rolled back, so the same connection serves the next call."""
    store = SqliteStore(path)
    (before,) = store._idle
    with pytest.raises(StaleRecordError):
        store.append("INC-1", incident(title="Another").history, expected_version=0)
    assert store._idle == [before]
    assert not before.in_transaction
    store.close()


def test_with_closes_the_store(path: Path) -> None:
    """Also after an error, which is passed on."""
    with SqliteStore(path) as store:
        assert store.load("INC-1").version == 3
        assert len(store._idle) == 1
    assert store._idle == []
    with pytest.raises(ZeroDivisionError), SqliteStore(path) as store:
        raise ZeroDivisionError
    assert store._idle == []
