"""The async contract finds stores that break it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from incidentcore.adapters import AsyncStore
from incidentcore.errors import StaleRecordError
from incidentcore.records import Event
from incidentcore.storage import AsyncRecordStore, InMemoryStore
from incidentcore.testing import AsyncStoreContract


class Halves(AsyncStore):
    """Appends event by event."""

    async def append(
        self, record_id: str, events: Iterable[Event], *, expected_version: int
    ) -> int:
        """Append without a transaction, and let other tasks run between two events."""
        for event in events:
            await asyncio.sleep(0)
            expected_version = await super().append(
                record_id, [event], expected_version=expected_version
            )
        return expected_version


class HalvesContract(AsyncStoreContract):
    """The contract of a store that is not atomic."""

    def make_async_store(self) -> AsyncRecordStore:
        """Return the store."""
        return Halves(InMemoryStore())


@pytest.mark.process
def test_a_store_that_halves_batches_is_found() -> None:
    """A cancelled append leaves a part of its batch."""
    (outcome,) = HalvesContract().run(["test_a_canceled_append_is_whole"])

    assert not outcome.passed
    assert "one event or all six" in str(outcome.error)


class Forgetful(AsyncStore):
    """Does not know a batch again that it has."""

    async def append(
        self, record_id: str, events: Iterable[Event], *, expected_version: int
    ) -> int:
        """Refuse what was written already."""
        if expected_version and len(held := await self.history(record_id)) > expected_version:
            raise StaleRecordError(record_id, expected=expected_version, found=len(held))
        return await super().append(record_id, events, expected_version=expected_version)


class ForgetfulContract(AsyncStoreContract):
    """The contract of a store after whose failure one cannot try again."""

    def make_async_store(self) -> AsyncRecordStore:
        """Return the store."""
        return Forgetful(InMemoryStore())


def test_a_store_that_refuses_the_batch_again_is_found() -> None:
    """Who does not know whether a canceled append was written has to send it again."""
    (outcome,) = ForgetfulContract().run(["test_a_canceled_append_is_whole"])

    assert not outcome.passed
    assert "INC-" in str(outcome.error)
