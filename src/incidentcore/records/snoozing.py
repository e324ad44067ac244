"""Silence that was asked for until an instant: the facts of it, and the changes (rule E3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.events.base import Event, need_text
from incidentcore.records.record import Record
from incidentcore.values import Actor

__all__ = ["Snoozed", "Unsnoozed", "snooze", "unsnooze"]

R = TypeVar("R", bound=Record)


@attrs.frozen(kw_only=True)
class Snoozed(Event):
    """Somebody asked for silence until an instant; a later one moves the end (rule E3).

    It is not an acknowledgement: whoever snoozes does not answer for the record yet. An
    acknowledgement, an escalation by hand and a state that is not open end it before its time.

    Attributes:
        until: When it ends by itself, in UTC; after ``at``.
        reason: Why.
    """

    kind: ClassVar[str] = "snoozed"

    until: datetime
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        until = as_utc(self.until, "until")
        if until <= self.at:
            raise InvalidValueError("until", until, f"an instant after {self.at.isoformat()}")
        object.__setattr__(self, "until", until)
        need_text("reason", self.reason, empty=True)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return until when it is snoozed; nothing that is not open can be."""
        return {"snoozed_until": self.until} if facts["state"].open else {}


@attrs.frozen(kw_only=True)
class Unsnoozed(Event):
    """A snooze was ended before its time, which has the effect of its end (rule E3)."""

    kind: ClassVar[str] = "unsnoozed"

    reason: str = ""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        need_text("reason", self.reason, empty=True)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return that it is no longer snoozed, and that nobody answers for it any more."""
        until = facts["snoozed_until"]
        if until is None or until <= self.at:
            return {}
        return {"snoozed_until": None, "acknowledged": False}


def snooze(
    record: R,
    /,
    *,
    until: datetime,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """Ask for silence until an instant; a second snooze moves the end of the first.

    What it silences and what its end does is for the escalation matrix to say (rule E3). An
    acknowledgement ends it, and it is none itself. No clock pauses for it.

    Args:
        record: The record.
        until: When it ends by itself; after ``at``.
        at: When.
        by: Who asked for it.
        reason: Why.
        recorded_at: When this became known; ``at`` unless told.

    Raises:
        InvalidValueError: The end is not after the beginning, or the record is resolved, closed or
            canceled.
    """
    if not record.state.open:
        raise InvalidValueError("record", record, "one that is open: nothing else escalates")
    return record.with_event(
        Snoozed, at=at, by=by, recorded_at=recorded_at, until=until, reason=reason
    )


def unsnooze(
    record: R,
    /,
    *,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    recorded_at: datetime | None = None,
) -> R:
    """End a snooze before its time; without one, nothing changes."""
    return record.with_event(Unsnoozed, at=at, by=by, recorded_at=recorded_at, reason=reason)
