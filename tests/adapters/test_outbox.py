"""The outbox of an agenda in the store's own transactions."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.desk.test_agenda import DESK

from incidentcore.adapters.sqlite import SqliteStore
from incidentcore.desk import Agenda, DueItem
from incidentcore.errors import StaleRecordError, StorageError
from incidentcore.records import Record
from incidentcore.testing import check_outbox
from incidentcore.testing.contracts_base import AT, incident, noted


class StoreOutbox:
    """The outbox of a store, as the crash law asks for it."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = SqliteStore(Path(self.folder.name) / "desk.sqlite")

    def __del__(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def collect(self, agenda: Agenda, /, *, now: datetime) -> None:
        """Store what is due."""
        self.store.collect(agenda, now=now)

    def send(self, deliver: Callable[[str], None]) -> None:
        """Send what is not marked."""
        for item in self.store.pending():
            deliver(item.key)
            self.store.mark_sent(item.key)

    def restore(self, records: Iterable[Record]) -> Agenda:
        """Go on from the store."""
        return Agenda(DESK, records, delivered=self.store.outbox_keys())


def item(key: str, minutes: int = 0) -> DueItem:
    """Return something that is due."""
    return DueItem(
        key=key,
        kind="sla.due",
        record_id="INC-1",
        due_at=AT + timedelta(minutes=minutes),
        why="response was due",
    )


@pytest.fixture
def store(tmp_path: Path) -> Iterable[SqliteStore]:
    """Return a store with one record."""
    store = SqliteStore(tmp_path / "desk.sqlite")
    store.append("INC-1", incident().history, expected_version=0)
    yield store
    store.close()


@pytest.mark.process
def test_the_outbox_keeps_the_crash_law() -> None:
    """Nothing is lost and nothing marked is sent again, wherever the process dies."""
    check_outbox(StoreOutbox, desk=DESK, examples=10)


def test_what_is_due_enters_with_the_events(store: SqliteStore) -> None:
    """Events and items are written together, in order of due, each key once."""
    batch = noted(incident(), 1).events_after(1)
    store.append("INC-1", batch, expected_version=1, due=[item("b", 5), item("a", 5), item("c")])
    store.append("INC-1", batch, expected_version=1, due=[item("a", 9)])  # again: the first stays

    assert [one.key for one in store.pending()] == ["c", "a", "b"]
    assert store.pending()[1] == item("a", 5)
    store.mark_sent()
    assert len(store.pending()) == 3
    store.mark_sent("a", "c")
    assert [one.key for one in store.pending()] == ["b"]
    assert store.outbox_keys() == ("a", "b", "c")


def test_a_refused_append_puts_nothing_into_the_outbox(store: SqliteStore) -> None:
    """The transaction is one: neither events nor items."""
    with pytest.raises(StaleRecordError):
        store.append("INC-1", (), expected_version=7, due=[item("a")])

    assert store.outbox_keys() == ()


def test_a_removed_record_leaves_the_outbox(store: SqliteStore) -> None:
    """Why something was due may name a person; erasure takes it out."""
    store.append("INC-1", (), expected_version=1, due=[item("a")])
    store.remove("INC-1", expected_version=1)

    assert store.outbox_keys() == ()


def test_a_damaged_item_is_refused(store: SqliteStore) -> None:
    """An item that is not what was written is named by its key."""
    store.append("INC-1", (), expected_version=1, due=[item("a")])
    with store._transaction(writes=True) as run:
        run("UPDATE incidentcore_outbox SET why = 'else'")

    with pytest.raises(StorageError, match="the item 'a' of the outbox is damaged"):
        store.check()
