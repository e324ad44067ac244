"""Check that a crash loses no due item, for testing your own outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from random import Random
from typing import Protocol

from hypothesis import given
from hypothesis import strategies as st

from incidentcore.desk import Agenda, Desk, due_items
from incidentcore.records import Record
from incidentcore.testing.checks_sla import one_law_at_a_time
from incidentcore.testing.strategies_escalation import MINUTE, OPENED, POLLS, escalated_incidents


class Outbox(Protocol):
    """The protocol for outboxes that ``check_outbox`` tests; what they store must outlive them."""

    def collect(self, agenda: Agenda, /, *, now: datetime) -> None:
        """Store the keys of all items due at ``now`` in one transaction.

        Then mark the items in ``agenda`` as delivered, so that they are not returned again.
        """
        ...

    def send(self, deliver: Callable[[str], None]) -> None:
        """Call ``deliver`` with each stored key not yet marked as sent, then mark it as sent."""
        ...

    def restore(self, records: Iterable[Record]) -> Agenda:
        """Return an agenda of the records, with every key in this outbox marked as delivered."""
        ...


class _CrashError(Exception):
    """Simulates the death of the process."""


def check_outbox(outbox: Callable[[], Outbox], *, desk: Desk, examples: int | None = None) -> None:
    """Check that a crash of an outbox loses no due item, and repeats none that was marked as sent.

    A crash is simulated at random deliveries. After each crash, the outbox restores an agenda from
    its store and continues. Call this from your own test; if the check fails, hypothesis shows a
    minimal history.

    Args:
        outbox: A function that returns a new outbox with an empty store.
        desk: The desk that determines the due items.
        examples: The number of histories to generate; None for hypothesis's own setting.

    Raises:
        AssertionError: The key of a due item was lost, or passed to ``deliver`` again after it was
            marked as sent.
    """

    @one_law_at_a_time(examples)
    @given(escalated_incidents(), POLLS, st.randoms())
    def run(record: Record, minutes: list[int], chance: Random) -> None:
        keep_law(outbox(), desk, record, minutes, chance)

    run()


def keep_law(box: Outbox, desk: Desk, record: Record, minutes: list[int], chance: Random) -> None:
    """Check that crashes lose no due item of one record, and that none is sent again once marked.

    Items are collected and sent at some minutes after the opening. The process dies before a key
    arrives where ``chance`` is below 0.15, and after it above 0.85.
    """
    received: list[str] = []
    marked = set[str]()
    agenda = box.restore([record])

    def deliver(key: str) -> None:
        assert key not in marked, f"{key} was marked as sent and is sent again"
        fate = chance.random()
        if fate < 0.15:
            raise _CrashError
        received.append(key)
        if fate > 0.85:
            raise _CrashError
        marked.add(key)

    for minute in sorted(minutes):
        box.collect(agenda, now=OPENED + minute * MINUTE)
        try:
            box.send(deliver)
        except _CrashError:
            agenda = box.restore([record])
    now = OPENED + max(minutes) * MINUTE
    box.collect(agenda, now=now)
    box.send(received.append)
    lost = {item.key for item in due_items(desk, record, now=now)} - set(received)
    assert not lost, f"due and never sent: {sorted(lost)}"
