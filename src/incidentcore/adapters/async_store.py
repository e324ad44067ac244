"""Use any store with ``asyncio``: calls run in threads, so the event loop does not wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from incidentcore._checks import of_type
from incidentcore.conditions import Condition
from incidentcore.records import Event, Record
from incidentcore.storage import PAGE, Change, RecordStore

__all__ = ["AsyncStore"]

T = TypeVar("T")


class AsyncCalls:
    """The six methods of ``AsyncRecordStore``, for subclasses that say how a store is called."""

    __slots__ = ()

    async def _call(self, work: Callable[[RecordStore], T], *, writes: bool = False) -> T:
        raise NotImplementedError

    async def append(
        self, record_id: str, events: Iterable[Event], *, expected_version: int
    ) -> int:
        """Append events and return the record's new version; see ``RecordStore.append``."""
        return await self._call(
            lambda store: store.append(record_id, events, expected_version=expected_version),
            writes=True,
        )

    async def load(self, record_id: str) -> Record:
        """Return a record; see ``RecordStore.load``."""
        return await self._call(lambda store: store.load(record_id))

    async def history(
        self, record_id: str, *, after: int = 0, limit: int = PAGE
    ) -> Sequence[Event]:
        """Return a page of a record's events; see ``RecordStore.history``."""
        return await self._call(lambda store: store.history(record_id, after=after, limit=limit))

    async def find(
        self,
        condition: Condition,
        *,
        at: datetime | None = None,
        after: str = "",
        limit: int = PAGE,
    ) -> Sequence[Record]:
        """Return a page of the records that match a condition; see ``RecordStore.find``."""
        return await self._call(
            lambda store: store.find(condition, at=at, after=after, limit=limit)
        )

    async def changes(self, *, after: int = 0, limit: int = PAGE) -> Sequence[Change]:
        """Return a page of the changes since a position; see ``RecordStore.changes``."""
        return await self._call(lambda store: store.changes(after=after, limit=limit))

    async def remove(self, record_id: str, *, expected_version: int) -> None:
        """Delete a record; see ``RecordStore.remove``."""
        await self._call(
            lambda store: store.remove(record_id, expected_version=expected_version), writes=True
        )


@attrs.frozen
class AsyncStore(AsyncCalls):
    """An ``AsyncRecordStore`` that wraps a thread-safe store, such as ``SqliteStore``.

    If a call is canceled, its thread still finishes the work, so a write is never incomplete.

    Attributes:
        store: The store whose methods are called.

    Raises:
        InvalidValueError: ``store`` lacks a method of ``RecordStore``.

    >>> import asyncio
    >>> from datetime import UTC, datetime
    >>> from incidentcore.adapters import AsyncStore
    >>> from incidentcore.records import Incident
    >>> from incidentcore.storage import InMemoryStore
    >>> at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    >>> incident = Incident.open(id="INC-1", title="Mail is down", by="kim", at=at)
    >>> store = AsyncStore(InMemoryStore())
    >>> asyncio.run(store.append("INC-1", incident.history, expected_version=0))
    1
    """

    store: RecordStore = attrs.field(
        validator=of_type(RecordStore, "a RecordStore, such as SqliteStore(...)")
    )

    async def _call(self, work: Callable[[RecordStore], T], *, writes: bool = False) -> T:
        return await asyncio.to_thread(work, self.store)
