# ruff: noqa: D102  the class says what its methods break
"""What the contract finds in a store by how it appends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
import pytest
from tests.testing.broken_stores import check_caught

from incidentcore.errors import DuplicateEventError, StaleRecordError
from incidentcore.records import Commented, Event
from incidentcore.storage import Change, InMemoryStore


class LostUpdate(InMemoryStore):
    """Takes whatever version it holds for the one expected."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        found = len(self._histories.get(record_id, ()))
        batch = [attrs.evolve(e, sequence=found + n) for n, e in enumerate(events, 1)]
        return super().append(record_id, batch, expected_version=found)


class WrongVersions(InMemoryStore):
    """Tells a stale writer the version that it already knows."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        try:
            return super().append(record_id, events, expected_version=expected_version)
        except StaleRecordError as error:
            raise StaleRecordError(record_id, error.expected, error.expected) from None


class TimeOrder(InMemoryStore):
    """Gives histories in order of time instead of sequence."""

    def history(self, record_id: str, *, after: int = 0, limit: int = 1_000) -> Any:
        return tuple(sorted(super().history(record_id, after=after, limit=limit), key=_at))


def _at(event: Event) -> datetime:
    return event.at


class SwallowsDuplicates(InMemoryStore):
    """Takes an event whose id it has for one that it has."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        try:
            return super().append(record_id, events, expected_version=expected_version)
        except DuplicateEventError:
            return expected_version


class RefusesRetries(InMemoryStore):
    """Takes a batch that comes again for a stale one."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        found = len(self._histories.get(record_id, ()))
        if expected_version != found:
            raise StaleRecordError(record_id, expected_version, found)
        return super().append(record_id, events, expected_version=expected_version)


class HalfBatches(InMemoryStore):
    """Writes a batch event by event."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        given, version = list(events), expected_version
        if len(given) < 2 or not all(isinstance(event, Event) for event in given):
            return super().append(record_id, given, expected_version=version)
        for event in given:
            version = super().append(record_id, [event], expected_version=version)
        return version


class AllowsGaps(InMemoryStore):
    """Does not look at sequences."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        batch = [
            attrs.evolve(e, sequence=expected_version + n) if isinstance(e, Commented) else e
            for n, e in enumerate(events, 1)
        ]
        return super().append(record_id, batch, expected_version=expected_version)


class SilentRemoval(InMemoryStore):
    """Removes without a word in the feed."""

    def remove(self, record_id: str, *, expected_version: int) -> None:
        super().remove(record_id, expected_version=expected_version)
        self._changes.pop()


class KeepsRemoved(InMemoryStore):
    """Leaves a removed record's events in the feed."""

    def remove(self, record_id: str, *, expected_version: int) -> None:
        before: Sequence[Change] = list(self._changes)
        super().remove(record_id, expected_version=expected_version)
        self._changes = [*before, self._changes[-1]]


class ReusesPositions(InMemoryStore):
    """Gives the position of a removed change again."""

    def remove(self, record_id: str, *, expected_version: int) -> None:
        super().remove(record_id, expected_version=expected_version)
        self._last = len(self._changes)
        self._changes[-1] = attrs.evolve(self._changes[-1], position=self._last)


class TakesNonsense(InMemoryStore):
    """Takes a page of none for one of one event."""

    def history(self, record_id: str, *, after: int = 0, limit: int = 1_000) -> Any:
        return super().history(record_id, after=after, limit=max(limit, 1))


BROKEN: list[tuple[type[InMemoryStore], str]] = [
    (AllowsGaps, "test_sequences_have_no_gap"),
    (HalfBatches, "test_a_batch_is_all_or_nothing"),
    (KeepsRemoved, "test_a_removed_record_is_gone"),
    (LostUpdate, "test_a_stale_writer_is_told_both_versions"),
    (RefusesRetries, "test_a_batch_again_is_nothing_new"),
    (ReusesPositions, "test_a_removed_record_is_gone"),
    (SilentRemoval, "test_a_removed_record_is_gone"),
    (SwallowsDuplicates, "test_an_id_stands_for_one_event"),
    (TakesNonsense, "test_nonsense_is_refused"),
    (TimeOrder, "test_late_events_keep_their_place"),
    (WrongVersions, "test_a_stale_writer_is_told_both_versions"),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[row[0].__name__ for row in BROKEN])
def test_a_broken_store_is_caught(broken: type[InMemoryStore], check: str) -> None:
    """By the check that says so."""
    check_caught(broken, check)
