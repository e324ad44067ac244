"""The SQLAlchemy adapter of the docs under the whole contract, on SQLite and on PostgreSQL."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentcore.storage import RecordStore
from incidentcore.testing.contracts import StoreContract

from . import postgres

sa = pytest.importorskip("sqlalchemy", reason="needs SQLAlchemy, of the extra 'check'")

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adapters"


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
    def _adapter(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.syspath_prepend(str(FOLDER))  # writers in other processes import it too
        self.adapter = importlib.import_module("sqlalchemy_store").SqlAlchemyStore
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
        store = self.adapter(self.url)
        self.stores.append(store)
        return store

    def reopen(self, store: Any) -> RecordStore:
        """Return a store on the same database, after the first was closed."""
        store.close()
        return self._connected()

    def opener(self, store: RecordStore) -> Callable[[], RecordStore]:
        """Return what opens the database in another process."""
        return functools.partial(self.adapter, self.url)


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


class AtLength:
    """The same with a history of 100,000 events, more writers and more deaths."""

    long_history = 100_000
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
