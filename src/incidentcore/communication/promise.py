"""The updates that audiences are to receive, and their outcomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.communication.plan import CommunicationPlan, UpdateRule
from incidentcore.communication.times import late_by
from incidentcore.values import Actor


@attrs.define
class Promise(SharedRepr):
    """An update that an audience is to receive; see ``StakeholderUpdate`` for its attributes."""

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


@attrs.frozen
class Owed(SharedRepr):
    """The updates that a plan required for a record, as far as was known at the time.

    ``plan`` is the plan in force for the record, ``sent`` each update that was sent, required or
    not, as audience and instant, and ``asked`` whether an update was ever required.
    """

    plan: CommunicationPlan
    promises: list[Promise]
    sent: list[tuple[str, datetime]]
    facts: dict[str, Any]
    asked: bool
