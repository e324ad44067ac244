"""Verbs of conversation: comments, contacts, updates that were sent."""

from __future__ import annotations

import pytest
from tests.records.changes.test_work import AT, HOUR, incident

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Commented,
    Communicated,
    comment,
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


@pytest.mark.parametrize("text", ["", "   ", "\n", None, 5], ids=repr)
def test_a_blank_comment_is_refused(text: str) -> None:
    """It stopped the response clock; a history that holds one, as of an import, is still read."""
    with pytest.raises(InvalidValueError, match=r"^text: .*allowed: text that is not blank"):
        comment(incident(), text, at=AT, by="ada")
    read = incident().with_event(Commented, at=AT + HOUR, by="ada", text="")
    assert read.first_response_at == AT + HOUR
