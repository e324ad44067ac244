# ruff: noqa: D102  the class says what its methods break
"""What the contract finds in a store by how it appends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs
import pytest
from tests.testing.broken_stores import (
    Call,
    Lie,
    check_caught,
    check_lie,
    less,
    more,
    nothing,
    other,
    silent,
)

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


class SortsBatches(InMemoryStore):
    """Puts the events of a batch in order before it looks at them."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        batch = list(events)
        if all(isinstance(event, Event) for event in batch):
            batch.sort(key=lambda event: event.sequence)
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
    (SortsBatches, "test_sequences_have_no_gap"),
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


def other_versions(call: Call) -> Any:
    """Refuse with versions that nobody gave."""
    try:
        return call()
    except StaleRecordError:
        raise StaleRecordError("INC-9", 8, 9) from None


def other_event(call: Call) -> Any:
    """Refuse with an event that nobody gave."""
    try:
        return call()
    except DuplicateEventError:
        raise DuplicateEventError("INC-9", "what", sequence=9) from None


REFUSED, FEED = "a refused append: expected ", "the feed after a refused append: expected "
STALE, DUPLICATE = f"{REFUSED}StaleRecordError, got ", f"{REFUSED}DuplicateEventError, got "
TIMELINE, MISSING = f"{REFUSED}InvalidTimelineError, got ", "expected RecordNotFoundError, got "
# The first append puts the record there, where a check needs one.
LIES: list[Lie] = [
    ("test_append_answers_the_version", "append", 1, more, "two events: expected 2, got 3"),
    ("test_append_answers_the_version", "append", 2, more, "three more: expected 5, got 6"),
    ("test_append_takes_any_iterable", "load", 1, other, "a generator's events, ids: "),
    ("test_a_stale_writer_is_told_both_versions", "append", 2, silent, STALE),
    ("test_a_stale_writer_is_told_both_versions", "changes", 2, less, FEED),
    (
        "test_a_stale_writer_is_told_both_versions", "append", 2, other_versions,
        "the versions: expected ('INC-1', 1, 2), got ('INC-9', 8, 9)",
    ),
    ("test_a_version_ahead_is_stale_too", "append", 2, silent, STALE),
    (
        "test_a_version_ahead_is_stale_too", "append", 2, other_versions,
        "the versions: expected (3, 2), got (8, 9)",
    ),
    ("test_a_new_record_meets_an_old_one", "append", 2, silent, STALE),
    (
        "test_a_new_record_meets_an_old_one", "append", 2, other_versions,
        "the versions: expected (0, 1), got (8, 9)",
    ),
    (
        "test_of_two_writers_one_wins", "append", 3, silent,
        "the second writer: expected StaleRecordError, got the answer None",
    ),
    ("test_of_two_writers_one_wins", "load", 2, other, "the winner's history, ids: "),
    ("test_of_two_writers_one_wins", "append", 4, more, "trying again: expected 3, got 4"),
    ("test_a_batch_again_is_nothing_new", "append", 2, more, "all again: expected 3, got 4"),
    ("test_a_batch_again_is_nothing_new", "append", 3, more, "a part again: expected 3, got 4"),
    ("test_a_batch_again_is_nothing_new", "append", 4, more, "the last again: expected 3, got 4"),
    ("test_a_batch_again_is_nothing_new", "changes", 2, more, "the feed: expected "),
    ("test_an_id_stands_for_one_event", "append", 3, silent, DUPLICATE),
    (
        "test_an_id_stands_for_one_event", "append", 3, other_event,
        "the event: expected ('INC-1', 'other'), got ('INC-9', 'what')",
    ),
    ("test_an_id_stands_for_one_event", "append", 4, silent, DUPLICATE),
    ("test_a_sequence_is_taken_once", "append", 2, silent, DUPLICATE),
    (
        "test_a_sequence_is_taken_once", "append", 2, other_event,
        "the sequence: expected 2, got 9",
    ),
    ("test_ids_are_a_records_own", "load", 2, other, "the versions: expected [2, 2], got [2, 3]"),
    ("test_sequences_have_no_gap", "append", 2, silent, TIMELINE),
    ("test_sequences_have_no_gap", "append", 3, silent, TIMELINE),
    ("test_sequences_have_no_gap", "append", 4, silent, TIMELINE),
    ("test_a_batch_is_all_or_nothing", "append", 2, silent, TIMELINE),
    ("test_a_batch_is_all_or_nothing", "load", 1, other, "the version: expected 2, got 3"),
    ("test_a_batch_with_a_duplicate_is_nothing", "append", 3, silent, DUPLICATE),
    ("test_a_record_starts_with_its_opening", "append", 1, silent, TIMELINE),
    ("test_a_record_starts_with_its_opening", "append", 2, silent, TIMELINE),
    (
        "test_a_record_starts_with_its_opening", "load", 1, silent,
        f"a record never opened: {MISSING}",
    ),
    (
        "test_what_has_no_document_is_refused", "append", 5, silent,
        f"{REFUSED}InvalidValueError, got ",
    ),
    ("test_events_are_of_the_record", "append", 1, silent, TIMELINE),
    ("test_an_empty_batch_writes_nothing", "append", 2, more, "the version: expected 2, got 3"),
    ("test_an_empty_batch_writes_nothing", "append", 3, silent, STALE),
    ("test_an_empty_batch_writes_nothing", "append", 4, more, "no record: expected 0, got 1"),
    (
        "test_an_empty_batch_writes_nothing", "load", 1, silent,
        f"a record without events: {MISSING}",
    ),
    ("test_late_events_keep_their_place", "history", 1, less, "the history, ids: expected "),
    ("test_late_events_keep_their_place", "load", 1, other, "the record: expected "),
    ("test_a_removed_record_is_gone", "load", 1, silent, f"loading it: {MISSING}"),
    ("test_a_removed_record_is_gone", "history", 1, nothing, f"its history: {MISSING}"),
    (
        "test_a_removed_record_is_gone", "find", 1, nothing,
        "what is found: expected ['INC-2'], got []",
    ),
    ("test_a_removed_record_is_gone", "changes", 2, less, "the feed: expected "),
    (
        "test_a_removed_record_is_gone", "changes", 2,
        lambda call: tuple(attrs.evolve(change, position=1) for change in call()),
        "a removal has a position of its own: expected True",
    ),
    ("test_a_removed_id_may_be_used_again", "append", 2, more, "the version: expected 1, got 2"),
    ("test_a_removed_id_may_be_used_again", "load", 1, other, "the record: expected "),
    (
        "test_a_removed_id_may_be_used_again", "changes", 2, lambda call: call()[:1],
        "positions go on: expected True",
    ),
    ("test_removal_asks_for_the_version", "remove", 1, silent, STALE),
    (
        "test_removal_asks_for_the_version", "remove", 1, other_versions,
        "the versions: expected (1, 2), got (8, 9)",
    ),
    ("test_removal_asks_for_the_version", "remove", 2, silent, f"no record: {MISSING}"),
    ("test_nonsense_is_refused", "append", 2, silent, "nonsense 0 was taken"),
    ("test_nonsense_is_refused", "append", 3, silent, "nonsense 1 was taken"),
    ("test_nonsense_is_refused", "history", 1, nothing, "nonsense 2 was taken"),
    ("test_nonsense_is_refused", "history", 2, nothing, "nonsense 3 was taken"),
    ("test_nonsense_is_refused", "changes", 1, nothing, "nonsense 4 was taken"),
    ("test_nonsense_is_refused", "find", 1, nothing, "nonsense 5 was taken"),
    ("test_nonsense_is_refused", "append", 4, silent, TIMELINE),
]  # fmt: skip


@pytest.mark.parametrize(("check", "method", "number", "lie", "said"), LIES)
def test_each_answer_is_looked_at(
    check: str, method: str, number: int, lie: Any, said: str
) -> None:
    """One false answer is enough, and the check says what it wanted."""
    check_lie(check, method, number, lie, said)
