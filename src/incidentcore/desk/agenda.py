"""The agenda: what is due among many records, evaluating only those that changed or are due."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from incidentcore._checks import need_each, need_kind, need_several
from incidentcore.desk.desk import Desk
from incidentcore.desk.due import DueItem, look_at
from incidentcore.errors import InvalidValueError
from incidentcore.instants import Versions, as_utc
from incidentcore.records import Record
from incidentcore.sla import SlaStatus

_SOON: Final = timedelta(hours=1)  # a fold takes 1.5 kB, which is a lot for an idle record


class Agenda:
    """The due items of many records: like ``due_items``, but evaluated incrementally.

    A record is evaluated only after ``put``, and when something may next become due for it, so a
    change costs the same among a thousand records as among a million. The agenda is only a cache:
    your application stores the records and the keys of delivered items, and an agenda that is
    rebuilt from these continues where the old one stopped. Threads that share an agenda need a
    lock.

    Args:
        desk: The desk, or ``Versions`` of it.
        records: The initial records.
        delivered: The keys of items that were already delivered.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.demo import demo_desk
    >>> from incidentcore.desk import Agenda
    >>> from incidentcore.records import Incident
    >>> desk, at = demo_desk(), datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> agenda = Agenda(desk, [desk.open(Incident, id="INC-1", title="No mail", by="kim", at=at)])
    >>> agenda.due(now=at), agenda.next_wakeup(now=at).hour
    ((), 17)
    >>> items = agenda.due(now=at + timedelta(hours=8))
    >>> [item.kind for item in items]
    ['sla.due']
    >>> agenda.delivered(*items)
    >>> agenda.due(now=at + timedelta(hours=8))
    ()
    """

    def __init__(
        self,
        desk: Desk | Versions[Desk],
        records: Iterable[Record] = (),
        *,
        delivered: Iterable[str] = (),
    ) -> None:
        need_kind("desk", desk, (Desk, Versions), allowed="a Desk, or Versions of it")
        self._desk = desk
        self._records: dict[str, Record] = {}
        self._delivered = set(delivered)
        self._changed: dict[str, None] = {}
        self._wakeups: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        self._owed: dict[str, tuple[DueItem, ...]] = {}
        self._folds: dict[str, tuple[SlaStatus, ...]] = {}  # of unchanged records that are due soon
        self._looked: datetime | None = None
        for record in need_several("records", records, "several records, such as a list"):
            self.put(record)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._records)

    def put(self, record: Record) -> None:
        """Add a record, or replace it with a newer version; the next call of ``due`` evaluates it.

        A record of the same version, such as a redacted copy, also replaces the one in the agenda.

        Raises:
            InvalidValueError: ``record`` is not a record, or is older than the agenda's version.
        """
        need_kind("record", record, Record, allowed="a record")
        known = self._records.get(record.id)
        if known is record:
            return
        if known is not None and record.version < known.version:
            raise InvalidValueError(
                "record",
                f"version {record.version} of {record.id}",
                f"version {known.version} or a later one",
            )
        self._records[record.id] = record
        self._changed[record.id] = None
        self._folds.pop(record.id, None)

    def drop(self, record_id: str) -> None:
        """Remove a record and its due items; an unknown id is ignored."""
        for table in (self._records, self._changed, self._wakeups, self._owed, self._folds):
            table.pop(record_id, None)

    def due(self, *, now: datetime) -> tuple[DueItem, ...]:
        """Return everything that is due and not yet delivered, in order of due time.

        An item is returned at each call until it is delivered or no longer needed. ``now`` may be
        earlier than in a previous call, but then every record is evaluated again.

        Args:
            now: The instant at which the records are evaluated.
        """
        now = as_utc(now, "now")
        if self._looked is not None and now < self._looked:
            self._changed.update(dict.fromkeys(self._records))
            self._folds.clear()
        self._looked = now
        heap = self._heap
        while heap and heap[0][0] <= now:
            at, record_id = heapq.heappop(heap)
            if self._wakeups.get(record_id) == at:
                self._changed[record_id] = None
        for record_id in self._changed:
            self._look(self._records[record_id], now)
        self._changed.clear()
        owed = [item for items in self._owed.values() for item in items]
        return tuple(sorted(owed, key=lambda item: (item.due_at, item.key)))

    def _look(self, record: Record, now: datetime) -> None:
        kept = self._folds.pop(record.id, ())
        found = look_at(self._desk, record, now=now, include_lapsed=False, kept=kept)
        if record.updated_at <= now and found.next is not None and found.next - now <= _SOON:
            self._folds[record.id] = found.statuses
        self._owe(record.id, found.items)
        if found.next is None:
            self._wakeups.pop(record.id, None)
        elif self._wakeups.get(record.id) != found.next:
            self._wakeups[record.id] = found.next
            heapq.heappush(self._heap, (found.next, record.id))
            if len(self._heap) > 2 * len(self._records) + 16:  # drop entries that no longer count
                self._heap = [(at, name) for name, at in self._wakeups.items()]
                heapq.heapify(self._heap)

    def _owe(self, record_id: str, items: Iterable[DueItem]) -> None:
        """Keep which of a record's items have not been delivered."""
        delivered = self._delivered
        owed = tuple(item for item in items if item.key not in delivered)
        if owed:
            self._owed[record_id] = owed
        else:
            self._owed.pop(record_id, None)

    def delivered(self, *items: DueItem) -> None:
        """Record that items were delivered; they are not returned again."""
        allowed = "what due returned; keys that a store kept go to Agenda(delivered=)"
        need_each("items", items, DueItem, allowed=allowed)
        for item in items:
            self._delivered.add(item.key)
            self._owe(item.record_id, self._owed.get(item.record_id, ()))
        if not self._owed:
            self._owed.clear()  # which gives its memory back

    def next_wakeup(self, *, now: datetime) -> datetime | None:
        """Return when to call ``due`` again; None if nothing becomes due until a record changes.

        Args:
            now: The current time; it is returned if a due item has not been delivered, or ``put``
                was called since the last ``due``.
        """
        now = as_utc(now, "now")
        if self._changed or self._owed:
            return now
        heap = self._heap
        while heap and self._wakeups.get(heap[0][1]) != heap[0][0]:
            heapq.heappop(heap)
        return max(heap[0][0], now) if heap else None
