"""Communication about a record: comments, contacts, updates to stakeholders."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from incidentcore.errors import InvalidValueError
from incidentcore.records.events.activity import Commented, Communicated, Contacted, Visibility
from incidentcore.records.record import Record
from incidentcore.values import Actor

R = TypeVar("R", bound=Record)


def comment(
    record: R,
    text: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    visibility: Visibility = "public",
    recorded_at: datetime | None = None,
) -> R:
    """Add a comment to a record; a public comment by an agent is a response (rule H4).

    ``visibility`` is ``public``, or ``internal`` for the team only. ``at``, ``by`` and
    ``recorded_at`` are as for ``assign``. A blank ``text`` raises ``InvalidValueError``; imported
    histories may contain one, since some tools log comments without their text.
    """
    if not isinstance(text, str) or not text.strip():
        raise InvalidValueError("text", text, "text that is not blank")
    return Record.with_event(
        record, Commented, at=at, by=by, recorded_at=recorded_at, text=text, visibility=visibility
    )


def log_contact(
    record: R,
    channel: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    text: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Log that the agent and the requester spoke over a channel such as the telephone.

    ``by`` is the one whose words are logged. Words of an agent count as a response (rule H4).
    ``at`` and ``recorded_at`` are as for ``assign``.
    """
    return Record.with_event(
        record, Contacted, at=at, by=by, recorded_at=recorded_at, channel=channel, text=text
    )


def log_update_sent(
    record: R,
    audience: str,
    /,
    *,
    at: datetime,
    by: Actor | str,
    channel: str = "",
    key: str = "",
    text: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Log in a record that an update was sent, and return the new record; nothing is sent.

    ``key`` is the key of the due update that was sent; ``at``, ``by`` and ``recorded_at`` are as
    for ``assign``.

    Raises:
        InvalidValueError: ``audience`` is empty, or ``channel``, ``key`` or ``text`` is not text.
    """
    return Record.with_event(
        record,
        Communicated,
        at=at,
        by=by,
        recorded_at=recorded_at,
        audience=audience,
        channel=channel,
        key=key,
        text=text,
    )
