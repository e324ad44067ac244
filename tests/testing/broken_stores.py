"""Stores that break the contract, and the check that must catch each."""

from __future__ import annotations

import tracemalloc

from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.testing.contracts import StoreContract


def check_caught(broken: type[InMemoryStore], check: str) -> None:
    """The named check fails for the store that breaks just this, without a test framework."""

    class Contract(StoreContract):
        capabilities = frozenset({"nul"})
        appends = 40

        def make_store(self) -> RecordStore:
            return broken()

    (outcome,) = Contract().run([check])

    assert not outcome.passed
    assert outcome.error is not None
    assert str(outcome).startswith(f"FAILED  {check}: ")
    assert not tracemalloc.is_tracing()  # whatever a check measures memory with is off again
