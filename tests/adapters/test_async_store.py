"""The store on threads under the async contract."""

from __future__ import annotations

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
