# ruff: noqa: D102  the class says what its methods break
"""The contract accepts a good store, and catches every broken one by a check that names it."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pytest

from incidentcore.errors import InvalidValueError, StorageError
from incidentcore.records import Event, Opened
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.testing.contracts import StoreContract


@pytest.fixture(autouse=True)
def _nothing_is_left_on() -> Iterator[None]:
    """Whatever a check measures memory with, it is switched off again."""
    yield
    assert not tracemalloc.is_tracing()


class TestInMemoryStore(StoreContract):
    """The store in memory keeps the whole contract that can be asked of memory."""

    capabilities = frozenset({"nul"})

    def make_store(self) -> RecordStore:
        """Return a new store."""
        return InMemoryStore()


class Hoards(InMemoryStore):
    """Keeps what it read for each page."""

    def history(self, record_id: str, *, after: int = 0, limit: int = 1_000) -> Any:
        self.kept = [*getattr(self, "kept", ()), bytearray(1_000_000)]
        return super().history(record_id, after=after, limit=limit)


def test_a_store_that_keeps_each_page_is_caught() -> None:
    """Twenty pages of a hundred events, a million bytes for each: over four million."""

    class Contract(StoreContract):
        def make_store(self) -> RecordStore:
            return Hoards()

    (outcome,) = Contract().run(["test_a_long_history_needs_little_memory"])

    assert not outcome.passed
    assert "is below 4 MB" in str(outcome)


def test_a_check_that_there_is_not_is_refused() -> None:
    """With those that there are."""

    class Contract(StoreContract):
        def make_store(self) -> RecordStore:
            return InMemoryStore()

    with pytest.raises(InvalidValueError, match=r"^names: got 'test_nope'; allowed: one of"):
        Contract().run(["test_nope"])


class RefusesNul(InMemoryStore):
    """Takes no text with a NUL, as some databases."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        given = tuple(events)
        if any("\\x00" in repr(event) for event in given):
            raise StorageError("no NUL in a text")
        return super().append(record_id, given, expected_version=expected_version)


class StopsAtNul(InMemoryStore):
    """Keeps a text up to its first NUL, as a program in C does."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        cut = [
            attrs.evolve(event, fields={**event.fields, "description": "before"})
            if isinstance(event, Opened)
            else event
            for event in events
        ]
        return super().append(record_id, cut, expected_version=expected_version)


@pytest.mark.parametrize(
    ("store", "passes"), [(InMemoryStore, True), (RefusesNul, True), (StopsAtNul, False)]
)
def test_a_store_without_nul_may_refuse_it_but_not_cut_it(
    store: type[InMemoryStore], *, passes: bool
) -> None:
    """A store that does not declare the capability keeps the text, or refuses the record."""

    class Contract(StoreContract):
        def make_store(self) -> RecordStore:
            return store()

    (outcome,) = Contract().run(["test_the_character_nul"])

    assert outcome.passed is passes


def test_what_is_not_declared_is_skipped() -> None:
    """A check that needs a capability says which, and is no failure."""
    (outcome,) = TestInMemoryStore().run(["test_processes_lose_nothing"])

    assert outcome.error is None
    assert outcome.skipped == "the store does not declare 'processes'"
    assert outcome.fact.startswith("Several processes append to one record")
