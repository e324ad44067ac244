"""Adherence to a communication plan: figures over records, computed from their histories."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from incidentcore.communication.plan import CommunicationPlan
from incidentcore.communication.updates import owed
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record

__all__ = ["UpdateAdherence", "update_adherence"]

_ZERO = timedelta(0)


@attrs.frozen(kw_only=True)
class UpdateAdherence:
    """Adherence to a communication plan: how many updates were sent, and sent on time.

    Attributes:
        records: How many records had an update that was required or sent.
        due: How many updates have a known outcome: sent, or not sent by their due time.
        on_time: How many of them were sent by their due time.
        sent: How many updates went out, required or not; several to one audience at one instant
            count as one.
        lateness: The total time by which the missed updates were late.
    """

    records: int
    due: int
    on_time: int
    sent: int
    lateness: timedelta

    @property
    def missed(self) -> int:
        """Return how many updates were not sent by their due time."""
        return self.due - self.on_time

    @property
    def share(self) -> float | None:
        """Return the share of updates on time, from 0 to 1; None if no update was due (rule K2)."""
        return self.on_time / self.due if self.due else None

    @property
    def mean_lateness(self) -> timedelta | None:
        """Return the mean lateness of missed updates; None if no update was missed (rule K2)."""
        return self.lateness / self.missed if self.missed else None

    @property
    def per_record(self) -> float | None:
        """Return the mean number of updates sent for a record; None without a record (rule K2)."""
        return self.sent / self.records if self.records else None


def update_adherence(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> UpdateAdherence:
    """Return how many of the updates that a plan requires were sent on time, over records.

    An update that lapsed before its due time, or that is not due yet, is not counted. For figures
    by group, window or month, use the KPIs of ``kpi.catalogue`` that take a plan.

    Args:
        plan: The plan, or ``Versions`` of it.
        records: The records.
        now: The instant at which it is evaluated.
        known_at: Use only what was recorded by this instant.

    Units: ``lateness`` is counted in open time of the rule's calendar or contact hours, if it has
        one, otherwise in wall time.
    """
    now = as_utc(now, "now")
    count = due = on_time = sent = 0
    lateness = _ZERO
    for record in records:
        state = owed(plan, record, now=now, known_at=known_at)
        if state is None:
            continue
        count += state.asked or bool(state.sent)
        sent += len(state.sent)
        for promise in state.promises:
            late = promise.late_by(now)
            punctual = promise.sent_at is not None and late == _ZERO
            due += punctual or late > _ZERO
            on_time += punctual
            lateness += late
    return UpdateAdherence(records=count, due=due, on_time=on_time, sent=sent, lateness=lateness)
