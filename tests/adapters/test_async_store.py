"""The store on threads under the async contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from incidentcore.adapters.async_store import AsyncStore
from incidentcore.storage import AsyncRecordStore, InMemoryStore
from incidentcore.testing.contracts_async import AsyncStoreContract


def test_it_is_an_async_store() -> None:
    """It has the six methods of the protocol."""
    assert isinstance(AsyncStore(InMemoryStore()), AsyncRecordStore)


@pytest.mark.process
class TestAsyncStore(AsyncStoreContract):
    """Every check of the contract on a store in memory, in threads."""

    capabilities = frozenset({"nul"})
    appends = 10
    steps = 100
    seeds = (1,)

    def make_async_store(self) -> AsyncRecordStore:
        """Return a new store."""
        return AsyncStore(InMemoryStore())


@pytest.mark.table
class TestAsyncSqlAlchemy(AsyncStoreContract):
    """The async store on SQLite, as far as it can be asked in one process."""

    capabilities = frozenset({"nul"})
    appends, kills, steps, seeds = 3, 1, 40, (1,)

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        pytest.importorskip("sqlalchemy", reason="needs SQLAlchemy, of the extra 'check'")
        pytest.importorskip("aiosqlite", reason="needs aiosqlite, of the extra 'check'")
        self.paths = (tmp_path / f"{number}.sqlite" for number in range(1_000))

    def make_async_store(self) -> AsyncRecordStore:
        """Return a store on a new file."""
        from incidentcore.adapters.sqlalchemy import AsyncSqlAlchemyStore  # noqa: PLC0415

        return AsyncSqlAlchemyStore(f"sqlite+aiosqlite:///{next(self.paths)}")
