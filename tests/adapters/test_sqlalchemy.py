"""The SQLAlchemy stores under the whole contract, on SQLite and on PostgreSQL, sync and async."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError, StorageError
from incidentcore.storage import AsyncRecordStore, RecordStore
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_async import AsyncStoreContract
from incidentcore.testing.contracts_base import incident

from . import postgres

sa = pytest.importorskip("sqlalchemy", reason="needs SQLAlchemy, of the extra 'check'")

from incidentcore.adapters.sqlalchemy import (  # noqa: E402
    AsyncSqlAlchemyStore,
    SqlAlchemyStore,
)

pytestmark = pytest.mark.process  # some checks start interpreters, and together they are long


class SqlAlchemyContract(StoreContract):
    """What both databases share."""

    capabilities = frozenset({"nul", "reopen", "processes"})
    appends = 5
    kills = 1
    steps = 100
    seeds = (1,)
    stores: list[Any]
    url: str

    @pytest.fixture(autouse=True)
    def _stores(self) -> Iterator[None]:
        self.stores = []
        yield
        for store in self.stores:
            store.close()

    def new_url(self) -> str:
        """Return the URL of a new and empty database."""
        raise NotImplementedError

    def make_store(self) -> RecordStore:
        """Return a store on a new database."""
        self.url = self.new_url()
        return self._connected()

    def _connected(self) -> RecordStore:
        store = SqlAlchemyStore(self.url)
        self.stores.append(store)
        return store

    def reopen(self, store: Any) -> RecordStore:
        """Return a store on the same database, after the first was closed."""
        store.close()
        return self._connected()

    def opener(self, store: RecordStore) -> Callable[[], RecordStore]:
        """Return what opens the database in another process."""
        return functools.partial(SqlAlchemyStore, self.url)


class TestOnSqlite(SqlAlchemyContract):
    """On a file of SQLite."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path
        self.count = 0

    def new_url(self) -> str:
        """Return the URL of a new file."""
        self.count += 1
        return f"sqlite:///{self.folder / str(self.count)}.sqlite"


@pytest.fixture(scope="module")
def postgres_server() -> Iterator[str]:
    """Start a server for the module, or skip with the reason why there is none."""
    pytest.importorskip("psycopg", reason="needs psycopg, of the extra 'check'")
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL on this machine: install Debian's package postgresql")
    running = postgres.server(programs)
    try:
        place = running.__enter__()
    except OSError as error:
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    yield place
    running.__exit__(None, None, None)


class TestOnPostgresql(SqlAlchemyContract):
    """On a database of PostgreSQL."""

    names = iter(range(1, 100_000))

    @pytest.fixture(autouse=True)
    def _server(self, postgres_server: str) -> None:
        self.place = f"postgresql+psycopg://{postgres_server}"

    def new_url(self) -> str:
        """Return the URL of a new database."""
        name = f"contract_{next(self.names)}"
        engine = sa.create_engine(f"{self.place}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as db:
            db.execute(sa.text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return f"{self.place}/{name}"


class OnLoop(AsyncStoreContract):
    """The async store on the databases of the sync tests."""

    stores: list[Any]
    url: str

    def make_store(self) -> RecordStore:
        """Return a store on a new database."""
        self.url = self.new_url().replace("sqlite:", "sqlite+aiosqlite:")  # type: ignore[attr-defined]
        return AsyncStoreContract.make_store(self)

    def make_async_store(self) -> AsyncRecordStore:
        """Return a store on the database that was made last."""
        return self.async_opener()()

    def async_opener(self) -> Callable[[], AsyncRecordStore]:
        """Return what opens the database in another process."""
        if not hasattr(self, "url"):
            self.url = self.new_url().replace("sqlite:", "sqlite+aiosqlite:")  # type: ignore[attr-defined]
        return functools.partial(AsyncSqlAlchemyStore, self.url)


class TestAsyncOnSqlite(OnLoop, TestOnSqlite):
    """The async store on a file of SQLite."""

    @pytest.fixture(autouse=True)
    def _driver(self) -> None:
        pytest.importorskip("aiosqlite", reason="needs aiosqlite, of the extra 'check'")


class TestAsyncOnPostgresql(OnLoop, TestOnPostgresql):
    """The async store on a database of PostgreSQL."""


class AtLength:
    """The same with a history of 20,000 events, more writers and more deaths."""

    long_history = 20_000
    appends = 50
    kills = 20
    steps = 500
    seeds = tuple(range(5))


@pytest.mark.heavy
class TestOnSqliteAtLength(AtLength, TestOnSqlite):
    """On a file of SQLite, at length."""


@pytest.mark.heavy
class TestOnPostgresqlAtLength(AtLength, TestOnPostgresql):
    """On a database of PostgreSQL, at length."""


def test_a_database_of_another_kind_is_refused() -> None:
    """The error names the kind, before anything is written."""
    driver = SimpleNamespace(paramstyle="format", __version__="1.0", version_info=(1, 0))
    with pytest.raises(InvalidValueError, match=r"mysql.*allowed: sqlite or postgresql"):
        SqlAlchemyStore(sa.create_engine("mysql+pymysql://host/desk", module=driver))


def test_an_engine_that_begins_by_itself_is_used(tmp_path: Path) -> None:
    """SQLAlchemy's own advice for SQLite is to begin each transaction in a listener."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'desk.sqlite'}")

    @sa.event.listens_for(engine, "connect")
    def _leave_alone(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    store = SqlAlchemyStore(engine)
    assert store.append("INC-1", incident().history, expected_version=0) == 1
    assert store.load("INC-1") == incident()
    store.close()
    engine.dispose()


def test_an_async_database_that_was_damaged_says_so(tmp_path: Path) -> None:
    """Its error is a StorageError, as that of the sync store."""
    pytest.importorskip("aiosqlite")
    file = tmp_path / "desk.sqlite"
    store = AsyncSqlAlchemyStore(f"sqlite+aiosqlite:///{file}")

    async def use() -> None:
        assert await store.append("INC-1", incident().history, expected_version=0) == 1
        with contextlib.closing(sqlite3.connect(file)) as db:
            db.execute("DROP TABLE incidentcore_events")
        with pytest.raises(StorageError, match="database: OperationalError: no such table"):
            await store.load("INC-1")
        await store.close()

    asyncio.run(use())


def test_a_database_that_cannot_be_reached_is_an_error_of_storage(tmp_path: Path) -> None:
    """There is no such folder."""
    with pytest.raises(StorageError, match="unable to open database file"):
        SqlAlchemyStore(f"sqlite:///{tmp_path / 'no' / 'desk.sqlite'}")


@pytest.mark.parametrize("kind", [SqlAlchemyStore, AsyncSqlAlchemyStore])
@pytest.mark.parametrize("wrong", [None, 5, "desk.sqlite", "nosuch://kim:secret@host/desk"])
def test_what_is_no_engine_is_refused(kind: Any, wrong: Any) -> None:
    """The error says what is allowed, without what may be a password."""
    with pytest.raises(InvalidValueError, match=r"engine: got .*; allowed: a URL") as caught:
        kind(wrong)
    assert "secret" not in str(caught.value)


def test_with_closes_the_store_but_not_your_own_transaction(tmp_path: Path) -> None:
    """The engine of the caller keeps its connection, in which the transaction goes on."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    with SqlAlchemyStore(engine) as store, engine.begin() as connection:
        pool = engine.pool
        with store.within(connection) as joined:
            joined.append("INC-1", incident().history, expected_version=0)
        assert engine.pool is pool
    assert engine.pool is not pool
    with SqlAlchemyStore(engine) as store:
        assert store.load("INC-1") == incident()


def test_async_with_closes_the_store(tmp_path: Path) -> None:
    """Its engine has a new pool afterwards."""
    pytest.importorskip("aiosqlite")

    async def use() -> None:
        async with AsyncSqlAlchemyStore(f"sqlite+aiosqlite:///{tmp_path / 'desk.sqlite'}") as store:
            assert await store.append("INC-1", incident().history, expected_version=0) == 1
            pool = store._engine.pool
        assert store._engine.pool is not pool

    asyncio.run(use())
