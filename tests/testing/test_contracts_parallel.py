# ruff: noqa: D102  the class says what its methods break
"""What the contract finds in a store by how it is used by several at once."""

from __future__ import annotations

import time
from collections.abc import Iterable
from multiprocessing import Pipe
from types import SimpleNamespace
from typing import Any

import pytest
from tests.testing.broken_stores import check_caught

from incidentcore.errors import StaleRecordError
from incidentcore.records import Event
from incidentcore.storage import InMemoryStore
from incidentcore.testing import contracts_parallel
from incidentcore.testing.contracts_base import incident


class LeaksUncommitted(InMemoryStore):
    """Shows the first event of a batch while the rest is being written."""

    early: tuple[Event, ...] = ()

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        given = tuple(events)
        self.early = given[:1]
        time.sleep(0.001)  # the disk is slow
        try:
            return super().append(record_id, given, expected_version=expected_version)
        finally:
            self.early = ()

    def history(self, record_id: str, *, after: int = 0, limit: int = 1_000) -> Any:
        found = super().history(record_id, after=after, limit=limit)
        early = self.early
        return (*found, *(event for event in early if event.sequence == len(found) + 1))


BROKEN: list[tuple[type[InMemoryStore], str]] = [
    (LeaksUncommitted, "test_readers_see_whole_batches"),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[row[0].__name__ for row in BROKEN])
def test_a_broken_store_is_caught(broken: type[InMemoryStore], check: str) -> None:
    """By the check that says so."""
    check_caught(broken, check)


class Busy(InMemoryStore):
    """Another writer is always a little quicker."""

    def append(self, record_id: str, *_: Any, expected_version: int) -> int:
        raise StaleRecordError(record_id, expected_version, expected_version + 1)


def test_a_writer_that_never_comes_through_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says who, how often, and what is left."""
    monkeypatch.setattr(contracts_parallel, "_TRIES", 3)
    with pytest.raises(AssertionError, match="ada tried 3 times to append, and 2 batches are left"):
        contracts_parallel._write(Busy(), "ada", 2)


def test_a_writer_reports_each_batch_and_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids by batch, None at the end; one that says nothing more, or died, is named."""
    store = InMemoryStore()
    store.append("INC-1", incident().history, expected_version=0)
    answers, sender = Pipe(duplex=False)
    contracts_parallel._write_elsewhere(lambda: store, "ada", 2, sender, 2)
    writer = contracts_parallel._Writer.__new__(contracts_parallel._Writer)
    writer.answers = answers
    writer.process = SimpleNamespace(kill=lambda: None, join=lambda: None)
    assert writer.answer() == ["ada-2", "ada-3"]
    assert writer.answer() == ["ada-4", "ada-5"]
    assert writer.answer() is None
    monkeypatch.setattr(contracts_parallel, "_PATIENCE", 0)
    with pytest.raises(AssertionError, match="a writer said nothing for 0 seconds"):
        writer.answer()
    sender.send(["ada-6"])
    sender.send(None)
    assert writer.kill() == ["ada-6"]
    sender.close()

    writer.answers, sender = Pipe(duplex=False)
    sender.close()
    with pytest.raises(AssertionError, match="a writer died"):
        writer.answer()
    writer.answers.close()
