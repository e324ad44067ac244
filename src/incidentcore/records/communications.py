"""What stakeholders were told: the note that an update went out, to whom and over what."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeVar

import attrs

from incidentcore.records.events.base import Event, need_text
from incidentcore.records.record import Record
from incidentcore.values import Actor

__all__ = ["Communicated", "log_update_sent"]

R = TypeVar("R", bound=Record)


@attrs.frozen(kw_only=True)
class Communicated(Event):
    """An audience was told how things stand; no reply to the requester, so no response.

    Attributes:
        audience: Who was told, such as ``"customers"`` or ``"executives"``.
        channel: Over what, such as ``"status page"``; empty where nobody says.
        key: The key of the update that was due; empty for one that nothing asked for.
        text: What was said.
    """

    kind: ClassVar[str] = "communicated"

    audience: str
    channel: str = ""
    key: str = ""
    text: str = ""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        need_text("audience", self.audience)
        need_text("channel", self.channel, empty=True)
        need_text("key", self.key, empty=True)
        need_text("text", self.text, empty=True)


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
    """Note that an audience was told how things stand; the library sends nothing.

    Args:
        record: The record.
        audience: Who was told, such as ``"customers"``.
        at: When the update went out.
        by: Who sent it.
        channel: Over what.
        key: The key of the update that was due, so that the history says what this one answered.
        text: What was said.
        recorded_at: When it became known; ``at`` unless told.

    Raises:
        InvalidValueError: The audience is empty, or something else no text.

    >>> from datetime import UTC
    >>> from incidentcore.records.incident import Incident
    >>> opened = datetime(2026, 12, 23, 16, 40, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=opened)
    >>> told = log_update_sent(incident, "customers", channel="status page", at=opened, by="ada")
    >>> told.history[-1].kind, told.first_response_at
    ('communicated', None)
    """
    return record.with_event(
        Communicated,
        at=at,
        by=by,
        recorded_at=recorded_at,
        audience=audience,
        channel=channel,
        key=key,
        text=text,
    )
