"""One update that an audience is owed, and its outcome."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from incidentcore.communication.plan import UpdateRule
from incidentcore.communication.times import late_by
from incidentcore.values import Actor

__all__ = ["Promise"]


@attrs.define
class Promise:
    """One update that an audience is owed.

    Attributes:
        audience: The audience that is owed it.
        rule: The rule that requires it.
        kind: See ``UpdateKind``.
        since: When its time begins to count.
        due: When it is due.
        listed: When it is first listed for the person who writes it.
        sent_at: When it was sent, if it was.
        sent_by: Who sent it.
        lapsed_at: When it was no longer required, if it was not sent by then.
        lapsed_because: Why it was no longer required.
    """

    audience: str
    rule: UpdateRule
    kind: str
    since: datetime
    due: datetime
    listed: datetime
    sent_at: datetime | None = None
    sent_by: Actor | None = None
    lapsed_at: datetime | None = None
    lapsed_because: str = ""

    def was_listed(self, now: datetime) -> bool:
        """Return whether it was listed by an instant, before it was sent or lapsed."""
        end = self.sent_at or self.lapsed_at
        return self.listed <= now if end is None else self.listed < end

    def late_by(self, now: datetime) -> timedelta:
        """Return how late the update was when sent or lapsed, or how late it is now."""
        return late_by(self.rule, self.due, self.sent_at or self.lapsed_at or now)
