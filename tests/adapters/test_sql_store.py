"""What both SQL stores share."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentcore.adapters import SqliteStore
from incidentcore.conditions import ALWAYS
from incidentcore.errors import InvalidValueError
from incidentcore.storage import RecordStore
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_base import incident


@pytest.fixture
def store(tmp_path: Path) -> Iterable[SqliteStore]:
    """Return a store with one record."""
    store = SqliteStore(tmp_path / "desk.sqlite")
    store.append("INC-1", incident().history, expected_version=0)
    yield store
    store.close()


def test_it_is_a_store(store: SqliteStore) -> None:
    """It has the six methods of the protocol."""
    assert isinstance(store, RecordStore)


def test_more_records_than_one_read_are_found(store: SqliteStore) -> None:
    """``find`` goes on after the hundred records that one transaction reads."""
    for number in range(1_000, 1_203):
        name = f"INC-{number}"
        store.append(name, incident(name).history, expected_version=0)

    assert len(store.find(ALWAYS)) == 204
    assert [record.id for record in store.find(ALWAYS, after="INC-1101", limit=2)] == [
        "INC-1102",
        "INC-1103",
    ]


def test_ids_that_no_database_holds_are_refused(store: SqliteStore) -> None:
    """Half a surrogate pair is a clear error, not one of the driver."""
    with pytest.raises(InvalidValueError, match="halves of surrogate pairs"):
        store.load("\ud800")
    with pytest.raises(InvalidValueError, match="record_id: got 7"):
        store.load(7)  # type: ignore[arg-type]


@pytest.mark.table
def test_a_file_of_sqlite_is_safe_through_both_stores(tmp_path: Path) -> None:
    """Readers do not wait for a writer, a commit is on the disk, and a removal leaves nothing.

    1 is on, 2 is FULL; an engine of the caller's own is left as it is.
    """
    sa = pytest.importorskip("sqlalchemy", reason="needs SQLAlchemy, of the extra 'check'")
    from incidentcore.adapters.sqlalchemy import SqlAlchemyStore  # noqa: PLC0415  an extra

    store = SqlAlchemyStore(f"sqlite:///{tmp_path}/desk.sqlite")
    version = store.append("INC-1", incident().history, expected_version=0)
    assert (version, store.load("INC-1"), store.find(ALWAYS)) == (1, incident(), (incident(),))
    wanted = {"journal_mode": "wal", "busy_timeout": 60_000, "synchronous": 2, "secure_delete": 1}
    with store._connected() as db:
        found = {name: db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    store.close()
    assert found == wanted

    own = sa.create_engine(f"sqlite:///{tmp_path}/own.sqlite")
    other = SqlAlchemyStore(own)
    with other._connected() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
    other.close()
    own.dispose()


class InOneProcess(StoreContract):
    """What of the contract can be asked without another process; the rest is asked elsewhere."""

    capabilities = frozenset({"nul"})
    appends, kills, steps, seeds = 3, 1, 40, (1,)

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> Iterator[None]:
        self.folder, self.stores = tmp_path, list[Any]()
        yield
        for store in self.stores:
            store.close()

    def make_store(self) -> RecordStore:
        """Return a store on a new file."""
        self.stores.append(self.opened(self.folder / f"{len(self.stores)}.sqlite"))
        return self.stores[-1]  # type: ignore[no-any-return]

    def opened(self, path: Path) -> Any:
        """Return a store on a file."""
        raise NotImplementedError


@pytest.mark.table
class TestSqlite(InOneProcess):
    """The store of the standard library's driver."""

    def opened(self, path: Path) -> SqliteStore:
        """Return a store on a file."""
        return SqliteStore(path)


@pytest.mark.table
class TestSqlAlchemy(InOneProcess):
    """The store on SQLAlchemy, on SQLite."""

    def opened(self, path: Path) -> Any:
        """Return a store on a file."""
        pytest.importorskip("sqlalchemy", reason="needs SQLAlchemy, of the extra 'check'")
        from incidentcore.adapters.sqlalchemy import SqlAlchemyStore  # noqa: PLC0415  an extra

        return SqlAlchemyStore(f"sqlite:///{path}")


@pytest.mark.parametrize("kind", ["sqlite", "sqlalchemy"])
def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path, kind: str) -> None:
    """While another connection writes, a record is read as it was."""
    file = tmp_path / "desk.sqlite"
    if kind == "sqlalchemy":
        pytest.importorskip("sqlalchemy")
        module = importlib.import_module("incidentcore.adapters.sqlalchemy")
        store = module.SqlAlchemyStore(f"sqlite:///{file}?timeout=0.1")
    else:
        store = SqliteStore(file)
    store.append("INC-1", incident().history, expected_version=0)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert store.load("INC-1") == incident()
        writer.execute("ROLLBACK")
    store.close()


def test_an_async_store_forgets_what_has_run(tmp_path: Path) -> None:
    """A call is kept while it runs, so that it ends also if its caller is canceled."""
    pytest.importorskip("aiosqlite")
    module = pytest.importorskip("incidentcore.adapters.sqlalchemy")

    async def use() -> set[object]:
        store = module.AsyncSqlAlchemyStore(f"sqlite+aiosqlite:///{tmp_path / 'a.sqlite'}")
        await store.append("INC-1", incident().history, expected_version=0)
        assert (await store.load("INC-1")) == incident()
        await store.close()
        left: set[object] = store._running
        return left

    assert asyncio.run(use()) == set()
