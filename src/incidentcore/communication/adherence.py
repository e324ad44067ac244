"""Adherence to a communication plan, computed from the histories of records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs

from incidentcore._checks import SharedRepr, each_of
from incidentcore.communication.plan import CommunicationPlan
from incidentcore.communication.updates import owed
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record

_ZERO = timedelta(0)


@attrs.frozen(kw_only=True)
class UpdateAdherence(SharedRepr):
    """Adherence to a communication plan: how many updates were required, and how many were on time.

    Attributes:
        records: The number of records with at least one update that was required or sent.
        due: The number of required updates that were sent on time or missed their due time.
        on_time: The number of updates in ``due`` that were sent by their due time.
        sent: The number of updates sent, required or not; several to one audience at the same
            instant count as one.
        lateness: The total time by which missed updates were late; see ``update_adherence``.
    """

    records: int
    due: int
    on_time: int
    sent: int
    lateness: timedelta

    @property
    def missed(self) -> int:
        """Return the number of updates that were not sent by their due time."""
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
        """Return the mean number of updates sent per record; None without records (rule K2)."""
        return self.sent / self.records if self.records else None


def update_adherence(
    plan: CommunicationPlan | Versions[CommunicationPlan],
    records: Iterable[Record],
    /,
    *,
    now: datetime,
    known_at: datetime | None = None,
) -> UpdateAdherence:
    """Count the updates that a plan required for records, and those that were sent on time.

    An update that is not due yet, or that was no longer required at its due time, is not counted.
    For figures by group, window or month, use the KPIs of ``kpi.catalogue`` that take a plan.

    Args:
        plan: The plan, or ``Versions`` of it; the version in force at a record's opening applies.
        records: The records.
        now: The instant at which the plan is evaluated.
        known_at: Use only what was recorded by this instant; None for everything.

    Units: ``lateness`` adds up open time of the rules' calendars; for a rule without a calendar, of
    its contact hours; if there are none either, wall-clock time.
    """
    now = as_utc(now, "now")
    count = due = on_time = sent = 0
    lateness = _ZERO
    for record in each_of("records", records, Record):
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
