"""The crash law on an outbox in SQLite, as the how-to shows it, and on two that break it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import pytest
from tests.desk.test_agenda import DESK, opened

from incidentcore.desk import Agenda, due_items
from incidentcore.records import Record
from incidentcore.testing import check_outbox, checks_desk
from incidentcore.testing.strategies_escalation import MINUTE, OPENED


class SqliteOutbox:
    """Collect in one transaction, send what is not marked, mark it."""

    def __init__(self) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.execute("CREATE TABLE outbox (key TEXT PRIMARY KEY, sent INTEGER)")

    def __del__(self) -> None:
        self.base.close()  # the check makes one for each example

    def collect(self, agenda: Agenda, /, *, now: datetime) -> None:
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


class Fates:
    """Decide by a list where the process dies, and then nowhere."""

    def __init__(self, *fates: float) -> None:
        self.fates = [*fates]

    def random(self) -> float:
        """Return the next number."""
        return self.fates.pop(0) if self.fates else 0.5


RECORD = opened(at=OPENED)
WEEK = [10_000, 60, 5_000]


def kept(outbox: type[SqliteOutbox], *fates: float, minutes: list[int] = WEEK) -> None:
    """Check the law on one record, with crashes at these deliveries."""
    chance: Any = Fates(*fates)
    checks_desk.keep_law(outbox(), DESK, RECORD, minutes, chance)


def test_a_crash_falls_before_a_key_arrives_or_before_it_is_marked() -> None:
    """Below 0.15 and above 0.85; at either it is delivered and marked."""
    assert due_items(DESK, RECORD, now=OPENED + 60 * MINUTE)
    assert len(due_items(DESK, RECORD, now=OPENED + 10_000 * MINUTE)) >= 2
    kept(SqliteOutbox)
    kept(SqliteOutbox, 0.1, 0.9, 0.1, 0.9)
    with pytest.raises(AssertionError, match="due and never sent: "):
        kept(MarksFirst, 0.14)
    kept(MarksFirst, 0.15)
    kept(MarksFirst, 0.9)  # it has arrived
    for fate in (0.15, 0.5, 0.85):
        with pytest.raises(AssertionError, match="was marked as sent and is sent again"):
            kept(NeverMarks, fate)
    kept(NeverMarks, 0.86, minutes=[60, 60])  # nobody knows that it was sent


def test_what_is_collected_last_is_sent_too() -> None:
    """An outbox that sends nothing while a process runs sends it when all is over."""

    class Forgets(SqliteOutbox):
        """Collects nothing."""

        def collect(self, agenda: Agenda, /, *, now: datetime) -> None:
            """Store nothing."""

    with pytest.raises(AssertionError, match="due and never sent: "):
        kept(Forgets)
    seen: list[datetime] = []

    class Notes(SqliteOutbox):
        """Notes when it collects."""

        def collect(self, agenda: Agenda, /, *, now: datetime) -> None:
            """Store what is due."""
            seen.append(now)
            super().collect(agenda, now=now)

    kept(Notes)
    assert [(now - OPENED) // MINUTE for now in seen] == [60, 5_000, 10_000, 10_000]
