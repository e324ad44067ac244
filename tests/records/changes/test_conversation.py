"""Verbs of conversation: comments, contacts, updates that were sent."""

from __future__ import annotations

from tests.records.changes.test_work import AT, HOUR, incident

from incidentcore.records import (
    Communicated,
    log_update_sent,
)


def test_an_update_that_was_sent_is_noted_as_it_was() -> None:
    """To whom, how and what, with the key that it was delivered under."""
    record = log_update_sent(
        incident(), "customers", at=AT, by="ada", recorded_at=AT + HOUR,
        channel="mail", key="k", text="We are on it.",
    )  # fmt: skip
    event = record.history[-1]
    assert isinstance(event, Communicated)
    assert (event.audience, event.channel, event.key, event.text) == (
        "customers", "mail", "k", "We are on it."
    )  # fmt: skip
    assert event.recorded_at == AT + HOUR
