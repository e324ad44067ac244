"""Due times of many records, and the order in which to work on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from incidentcore._checks import each_of, one_or_each
from incidentcore.instants import Interval, as_utc
from incidentcore.records import Record
from incidentcore.sla.evaluate import SlaRules, statuses
from incidentcore.sla.status import SlaStatus
from incidentcore.values import Level


@attrs.frozen(order=True)
class UpcomingDue:
    """A clock on a record, with the time at which its cycle becomes due.

    Attributes:
        at: When the cycle becomes due, in UTC; if a change puts the due time into the past, the
            instant of that change.
        record_id: The id of the record.
        definition: The name of the clock's definition.
        cycle: The cycle's number, counted from 1.
    """

    at: datetime
    record_id: str
    definition: str
    cycle: int


def slas_due_between(
    rules: SlaRules, records: Iterable[Record] | Record, /, *, start: datetime, end: datetime
) -> tuple[UpcomingDue, ...]:
    """Return the clocks that become due in ``[start, end)`` while they are still in progress.

    The records are evaluated at ``end``, assuming no further events until then; the window may be
    a future shift or a past week. A clock that was stopped or canceled before its due time is left
    out, as is a clock that is paused at ``end`` and was not due before. What happens after a clock
    was due changes nothing: two adjacent windows give the same clocks as one that spans both.

    Args:
        rules: A definition, a policy, a service level, or ``Versions`` of one.
        records: The records, or one record; iterated once.
        start: The first instant of the window.
        end: The first instant after the window.

    Raises:
        InvalidIntervalError: The end is before the start.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.records import Incident
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import SlaDefinition, slas_due_between
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=nine)
    >>> agreed = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    >>> for due in slas_due_between(agreed, [incident], start=nine, end=nine + timedelta(days=1)):
    ...     print(due.record_id, due.definition, due.at.isoformat())
    INC-1 resolution 2026-06-01T13:00:00+00:00
    """
    window = Interval(start, end)
    dues: list[UpcomingDue] = []
    for record in one_or_each("records", records, Record):
        for status in statuses(rules, record, now=window.end):
            dues.extend(
                UpcomingDue(due.at, record.id, due.definition.name, due.cycle)
                for due in status.crossings("due")
                if window.start <= due.at < window.end
            )
    return tuple(sorted(dues))


def first_due(clocks: Iterable[SlaStatus], /) -> datetime | None:
    """Return the earliest due time of the running clocks; None if none is running (rule S3)."""
    dues = (s.due_at for s in each_of("clocks", clocks, SlaStatus) if s.stage == "running")
    return min(filter(None, dues), default=None)


@attrs.frozen(kw_only=True)
class QueueItem:
    """A record in the queue, with the values by which it is sorted.

    Attributes:
        record: The record.
        priority: The record's effective priority, as of ``now`` in ``work_queue``; None if it has
            none.
        due_at: The earliest due time of the record's running clocks; None if no clock runs.
    """

    record: Record
    priority: Level | None
    due_at: datetime | None


def work_queue(
    rules: SlaRules, records: Iterable[Record], /, *, now: datetime
) -> tuple[QueueItem, ...]:
    """Return the open records in the order in which they should be worked on.

    They are sorted by priority, the most urgent first and records without a priority last; then by
    due time, the earliest first and records without a running clock last; then by opening, the
    oldest first; then by id. The order of ``records`` does not matter.

    Args:
        rules: A definition, a policy, a service level, or ``Versions`` of one.
        records: The records; records that are not open at ``now`` are left out.
        now: The instant as of which the records are sorted.

    Source: our choice; rule S3 for the due time of several clocks.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.records import Incident
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import SlaDefinition, work_queue
    >>> nine = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> a, b = (
    ...     Incident.open(id=id, title="Mail is down", by="kim", at=nine + late)
    ...     for id, late in (("INC-2", timedelta(hours=1)), ("INC-1", timedelta(hours=2)))
    ... )
    >>> agreed = SlaDefinition.resolution(hours=4, calendar=BusinessCalendar.always())
    >>> [item.record.id for item in work_queue(agreed, [b, a], now=nine + timedelta(hours=3))]
    ['INC-2', 'INC-1']
    """
    now = as_utc(now, "now")
    queue: list[tuple[tuple[object, ...], QueueItem]] = []
    for record in each_of("records", records, Record):
        if record.opened_at > now:
            continue
        facts = record.timeline(now=now).facts_at(now)
        if not facts["state"].open:
            continue
        priority: Level | None = facts["priority"]
        due = first_due(statuses(rules, record, now=now))
        key = (
            priority is None,
            0 if priority is None else priority.rank,
            due is None,
            now if due is None else due,
            record.opened_at,
            record.id,
        )
        queue.append((key, QueueItem(record=record, priority=priority, due_at=due)))
    queue.sort(key=lambda pair: pair[0])
    return tuple(item for _, item in queue)
