"""Each check asks a store the same in every release: what it writes and reads, call by call."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from incidentcore.records import Event
from incidentcore.serialization import dumps
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.testing.contracts import StoreContract

TABLE = Path(__file__).with_name("contract_calls.txt")
# What these ask hangs on which thread or process comes first.
RACES = {
    "test_a_follower_misses_nothing",
    "test_processes_lose_nothing",
    "test_readers_see_whole_batches",
    "test_sudden_death_halves_nothing",
    "test_threads_lose_nothing",
}


def worded(value: object) -> str:
    """Return an argument as text, events in full."""
    if isinstance(value, Event):
        try:
            return f"{type(value).__name__} {dumps(value)}"
        except ValueError:
            return f"{type(value).__name__} without a document"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(worded, value))}]"
    return ascii(value) if isinstance(value, (str, int)) else str(value)


class Recording:
    """A store in memory whose calls are written down."""

    def __init__(self, calls: list[str]) -> None:
        self.calls, self.store = calls, InMemoryStore()

    def __getattr__(self, method: str) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            first = [tuple(one) if isinstance(one, Iterator) else one for one in given]
            options = [f"{name}={worded(named[name])}" for name in sorted(named)]
            self.calls.append(" ".join([method, *map(worded, first), *options]))
            return getattr(self.store, method)(*first, **named)

        return call


def calls_of(check: str) -> list[str]:
    """Return what a check asks of its stores, in order."""
    calls: list[str] = []

    class Contract(StoreContract):
        capabilities = frozenset({"nul", "reopen"})
        long_history = 1_100

        def make_store(self) -> RecordStore:
            calls.append("make_store")
            return cast("RecordStore", Recording(calls))

        def reopen(self, store: RecordStore) -> RecordStore:
            return store  # memory is never closed

    (outcome,) = Contract().run([check])
    assert outcome.passed, outcome
    return calls


def line(check: str) -> str:
    """Return the calls of a check by method, and a digest of all that they give."""
    calls = calls_of(check)
    counts = sorted(Counter(call.partition(" ")[0] for call in calls).items())
    digest = hashlib.sha256("\n".join(calls).encode()).hexdigest()[:16]
    return " ".join([check, *(f"{name}:{count}" for name, count in counts), digest])


EXPECTED = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []


def test_the_table_has_every_check_whose_calls_are_the_same_each_time() -> None:
    assert [text.split()[0] for text in EXPECTED] == sorted({*StoreContract.checks()} - RACES)


@pytest.mark.parametrize("expected", EXPECTED)
def test_a_check_asks_what_it_always_asked(expected: str) -> None:
    """A store that passed is asked nothing else by a later release, unless the table changes."""
    assert line(expected.split(maxsplit=1)[0]) == expected


if __name__ == "__main__":
    names = sorted({*StoreContract.checks()} - RACES)
    TABLE.write_text("".join(f"{line(name)}\n" for name in names), encoding="utf-8")
