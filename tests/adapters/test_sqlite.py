"""The SQLite adapter of the docs under the whole contract."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from incidentcore.storage import RecordStore
from incidentcore.testing.contracts import StoreContract

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adapters"


class TestSqliteStore(StoreContract):
    """Every check of the contract on a file."""

    capabilities = frozenset({"nul", "reopen", "processes"})
    appends = 10
    kills = 2
    seeds = (1,)

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.syspath_prepend(str(FOLDER))  # writers in other processes import it too
        self.adapter = importlib.import_module("sqlite_store").SqliteStore
        self.folder = tmp_path
        self.count = 0
        self.path = tmp_path
        self.stores: list[Any] = []
        yield
        for store in self.stores:
            store.close()

    def make_store(self) -> RecordStore:
        """Return a store on a new file."""
        self.count += 1
        self.path = self.folder / f"{self.count}.sqlite"
        return self._new_store()

    def _new_store(self) -> Any:
        self.stores.append(self.adapter(self.path))
        return self.stores[-1]

    def reopen(self, store: Any) -> RecordStore:
        """Return a store on the same file, after the first was closed."""
        store.close()
        return self._new_store()

    def opener(self, store: RecordStore) -> Callable[[], RecordStore]:
        """Return what opens the file in another process."""
        return functools.partial(self.adapter, self.path)


@pytest.mark.heavy
class TestSqliteStoreAtLength(TestSqliteStore):
    """The same with a history of 100,000 events, more writers and more deaths."""

    long_history = 100_000
    appends = 100
    kills = 25
    steps = 1_000
    seeds = tuple(range(10))
