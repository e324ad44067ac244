"""The crash law on an outbox in SQLite, as the how-to shows it, and on two that break it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime

import pytest
from tests.desk.test_agenda import DESK

from incidentcore.desk import Agenda
from incidentcore.records import Record
from incidentcore.testing import check_outbox


class SqliteOutbox:
    """Collect in one transaction, send what is not marked, mark it."""

    def __init__(self) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE TABLE outbox (key TEXT PRIMARY KEY, sent INTEGER)")

    def __del__(self) -> None:
        self.base.close()  # the check makes one for each example

    def collect(self, agenda: Agenda, now: datetime) -> None:
        """Store what is due."""
        items = agenda.due(now=now)
        with self.base:
            rows = [(item.key,) for item in items]
            self.base.executemany("INSERT OR IGNORE INTO outbox VALUES (?, 0)", rows)
        agenda.delivered(*items)

    def send(self, deliver: Callable[[str], None]) -> None:
        """Send what is not marked."""
        for (key,) in self.base.execute("SELECT key FROM outbox WHERE NOT sent").fetchall():
            deliver(key)
            self.mark(key)

    def mark(self, key: str) -> None:
        """Mark a key as sent."""
        with self.base:
            self.base.execute("UPDATE outbox SET sent = 1 WHERE key = ?", (key,))

    def restore(self, records: Iterable[Record]) -> Agenda:
        """Go on from the store."""
        keys = [key for (key,) in self.base.execute("SELECT key FROM outbox")]
        return Agenda(DESK, records, delivered=keys)


class MarksFirst(SqliteOutbox):
    """Marks before it sends: what a crash cuts off is lost."""

    def send(self, deliver: Callable[[str], None]) -> None:
        """Send what is not marked."""
        for (key,) in self.base.execute("SELECT key FROM outbox WHERE NOT sent").fetchall():
            self.mark(key)
            deliver(key)


class NeverMarks(SqliteOutbox):
    """Sends everything again each time."""

    def mark(self, key: str) -> None:
        """Mark nothing."""


def test_the_outbox_of_the_how_to_keeps_the_law() -> None:
    """Nothing is lost and nothing marked is sent again, wherever the process dies."""
    check_outbox(SqliteOutbox, desk=DESK, examples=20)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("outbox", "message"), [(MarksFirst, "never sent"), (NeverMarks, "is sent again")]
)
def test_an_outbox_that_breaks_it_is_found(outbox: type[SqliteOutbox], message: str) -> None:
    """The check fails, and says which half of the law is broken."""
    with pytest.raises(AssertionError, match=message):
        check_outbox(outbox, desk=DESK, examples=60)
