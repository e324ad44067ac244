"""An update that an audience is to receive, and its outcome."""

from __future__ import annotations

from datetime import datetime, timedelta

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.communication.plan import UpdateRule
from incidentcore.communication.times import late_by
from incidentcore.values import Actor


@attrs.define
class Promise(SharedRepr):
    """An update that an audience is to receive.

    Attributes:
        audience: The name of the audience.
        rule: The rule that requires it.
        kind: ``first``, ``next``, ``change`` or ``final``.
        since: The instant from which its due time is counted.
        due: When it is due.
        listed: When ``due_updates`` first lists it, so that somebody can write it.
        sent_at: When it was sent; None if it was not.
        sent_by: Who sent it; None if it was not sent.
        lapsed_at: When the update ceased to be required, without being sent; None if it did not.
        lapsed_because: Why it ceased to be required; see ``StakeholderUpdate``.
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
        """Return whether it was listed by an instant, before it was sent or no longer required."""
        end = self.sent_at or self.lapsed_at
        return self.listed <= now if end is None else self.listed < end

    def late_by(self, now: datetime) -> timedelta:
        """Return how late the update was when sent or no longer required, or how late it is now."""
        return late_by(self.rule, self.due, self.sent_at or self.lapsed_at or now)
