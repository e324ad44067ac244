# ruff: noqa: D102  the class says what its methods break
"""What the contract finds in a store by how it reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from types import SimpleNamespace
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

from incidentcore.conditions import Condition
from incidentcore.errors import StaleRecordError
from incidentcore.records import Event, Record, replay
from incidentcore.serialization import UnknownEvent
from incidentcore.storage import InMemoryStore


class Changed(InMemoryStore):
    """Changes each event on its way in."""

    def change(self, event: Event) -> Event:
        return event

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        batch = [self.change(e) if isinstance(e, Event) else e for e in events]
        return super().append(record_id, batch, expected_version=expected_version)


class DropsMicroseconds(Changed):
    """Keeps whole seconds."""

    def change(self, event: Event) -> Event:
        return attrs.evolve(event, at=event.at.replace(microsecond=0))


class ForgetsRecordedAt(Changed):
    """Keeps one of an event's two times."""

    def change(self, event: Event) -> Event:
        return attrs.evolve(event, recorded_at=event.at)


class ForgetsRoles(Changed):
    """Keeps who, not in which role."""

    def change(self, event: Event) -> Event:
        return attrs.evolve(event, by=attrs.evolve(event.by, role="agent"))


class Text(Changed):
    """Changes text."""

    def text(self, text: str) -> str:
        return text

    def change(self, event: Event) -> Event:
        fields = getattr(event, "fields", None)
        if fields is None or "description" not in fields:
            return event
        return attrs.evolve(event, fields=fields.set(description=self.text(fields["description"])))


class TruncatesText(Text):
    """Cuts text at 65,535 characters."""

    def text(self, text: str) -> str:
        return text[:65_535]


class NormalizesText(Text):
    """Composes what was decomposed."""

    def text(self, text: str) -> str:
        return unicodedata.normalize("NFC", text)


class TrimsText(Text):
    """Takes blanks off the ends, as CHAR columns do."""

    def text(self, text: str) -> str:
        return text.rstrip()


class CutsAtNul(Text):
    """Ends text at the first NUL."""

    def text(self, text: str) -> str:
        return text.partition("\0")[0]


class ForgetsUnknown(Changed):
    """Keeps of an unknown event what all events have."""

    def change(self, event: Event) -> Event:
        return attrs.evolve(event, body="{}") if isinstance(event, UnknownEvent) else event


class EmptyIsNone(Changed):
    """Takes empty text for nothing, as Oracle does."""

    def change(self, event: Event) -> Event:
        fields = getattr(event, "fields", {})
        custom = fields.get("custom") if hasattr(fields, "get") else None
        if not custom:
            return event
        kept = {key: None if value == "" else value for key, value in custom.items()}
        return attrs.evolve(event, fields=fields.set(custom=kept))


class TrueIsOne(Changed):
    """Keeps truths as numbers, as databases without them do."""

    def change(self, event: Event) -> Event:
        fields = getattr(event, "fields", {})
        custom = fields.get("custom") if hasattr(fields, "get") else None
        if not custom:
            return event
        kept = {key: 1 if value is True else value for key, value in custom.items()}
        return attrs.evolve(event, fields=fields.set(custom=kept))


class CaseBlindIds(InMemoryStore):
    """Takes ids that differ in case for one."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        names = {name.casefold() for name in self._ids if name != record_id}
        if record_id.casefold() in names:
            raise StaleRecordError(record_id, expected_version, 1)
        return super().append(record_id, events, expected_version=expected_version)


class ShortHistory(InMemoryStore):
    """Loads no more than a page of a history."""

    def load(self, record_id: str) -> Record:
        return replay(self.history(record_id, limit=3))


class PageOff(InMemoryStore):
    """Begins a page one event too late."""

    def history(self, record_id: str, *, after: int = 0, limit: int = 1_000) -> Any:
        return super().history(record_id, after=after + (after > 0), limit=limit)


class Unordered(InMemoryStore):
    """Finds records in the order in which they were opened."""

    def find(
        self, condition: Condition, *, at: Any = None, after: str = "", limit: int = 1_000
    ) -> Any:
        found = super().find(condition, at=at, after=after, limit=limit)
        return tuple(sorted(found, key=lambda record: list(self._histories).index(record.id)))


class OnePage(InMemoryStore):
    """Finds nothing after a page of several."""

    def find(
        self, condition: Condition, *, at: Any = None, after: str = "", limit: int = 1_000
    ) -> Any:
        is_next = after and limit > 1
        return () if is_next else super().find(condition, at=at, after=after, limit=limit)


class IgnoresTheInstant(InMemoryStore):
    """Asks a condition about another instant than the given one."""

    def find(
        self, condition: Condition, *, at: Any = None, after: str = "", limit: int = 1_000
    ) -> Any:
        at = at and at.replace(hour=12)
        return super().find(condition, at=at, after=after, limit=limit)


class StaleIndex(InMemoryStore):
    """Finds records as they were when they were opened."""

    def find(
        self, condition: Condition, *, at: Any = None, after: str = "", limit: int = 1_000
    ) -> Any:
        found = super().find(condition, at=at, after=after, limit=limit)
        return tuple(replay(record.history[:1]) for record in found)


class FeedByRecord(InMemoryStore):
    """Groups the feed by record."""

    def changes(self, *, after: int = 0, limit: int = 1_000) -> Any:
        return tuple(sorted(super().changes(after=after, limit=limit), key=lambda c: c.record_id))


class FeedRepeats(InMemoryStore):
    """Begins a page of the feed with the last change of the page before."""

    def changes(self, *, after: int = 0, limit: int = 1_000) -> Any:
        return super().changes(after=max(after - 1, 0), limit=limit)


class SharedData(InMemoryStore):
    """Keeps its records in a place that all stores share."""

    histories: dict[str, list[Event]] = {}  # noqa: RUF012  the very fault

    def __init__(self) -> None:
        super().__init__()
        self._histories = self.histories
        self._ids = sorted(self.histories)


BROKEN: list[tuple[type[InMemoryStore], str]] = [
    (CaseBlindIds, "test_ids_are_apart"),
    (CutsAtNul, "test_the_character_nul"),
    (DropsMicroseconds, "test_instants_come_back"),
    (EmptyIsNone, "test_nothing_and_empty_are_apart"),
    (TrueIsOne, "test_nothing_and_empty_are_apart"),
    (FeedByRecord, "test_the_feed_tells_each_change_once"),
    (FeedRepeats, "test_the_feed_tells_each_change_once"),
    (ForgetsRecordedAt, "test_instants_come_back"),
    (ForgetsRoles, "test_a_whole_life_comes_back"),
    (ForgetsUnknown, "test_unknown_events_come_back"),
    (IgnoresTheInstant, "test_conditions_on_time_are_given_the_instant"),
    (NormalizesText, "test_texts_come_back"),
    (OnePage, "test_found_records_come_in_pages"),
    (PageOff, "test_histories_come_in_pages"),
    (SharedData, "test_two_stores_are_apart"),
    (ShortHistory, "test_a_whole_life_comes_back"),
    (StaleIndex, "test_records_are_found_by_condition"),
    (TrimsText, "test_texts_come_back"),
    (TruncatesText, "test_long_text_comes_back"),
    (Unordered, "test_ids_are_apart"),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[row[0].__name__ for row in BROKEN])
def test_a_broken_store_is_caught(broken: type[InMemoryStore], check: str) -> None:
    """By the check that says so."""
    check_caught(broken, check)


def out_of_order(call: Call) -> Any:
    """Give the first two changes each other's position."""
    first, second, *rest = call()
    one, two = first.position, second.position
    return (attrs.evolve(first, position=two), attrs.evolve(second, position=one), *rest)


def from_zero(call: Call) -> Any:
    """Count positions from 0."""
    return tuple(attrs.evolve(change, position=change.position - 1) for change in call())


MISSING = "expected RecordNotFoundError, got "
KEPT = {  # by check: what the last of the records that it keeps is called, and how many there are
    "test_every_type_of_record_comes_back": ("ServiceRequest", 3),
    "test_a_whole_life_comes_back": ("a life", 1),
    "test_texts_come_back": ("JSON inside", 10),
    "test_long_text_comes_back": ("long text", 1),
    "test_the_character_nul": ("a text with NUL", 1),
    "test_instants_come_back": ("zones and folds", 6),
    "test_nothing_and_empty_are_apart": ("a change", 2),
    "test_numbers_come_back": ("some numbers", 1),
    "test_unknown_events_come_back": ("an unknown event", 1),
}
LIES: list[Lie] = [
    (
        "test_an_empty_store_is_empty", "find", 1, lambda _: (1,),
        "the records: expected [], got [1]",
    ),
    (
        "test_an_empty_store_is_empty", "changes", 1, lambda _: (1,),
        "the changes: expected [], got [1]",
    ),
    ("test_an_empty_store_is_empty", "load", 1, silent, f"loading a record: {MISSING}"),
    ("test_an_empty_store_is_empty", "history", 1, nothing, f"a history: {MISSING}"),
    ("test_numbers_come_back", "history", 1, less, "some numbers, history, ids: expected "),
    ("test_numbers_come_back", "load", 1, other, "some numbers, loaded, ids: expected ['INC-1:1']"),
    ("test_numbers_come_back", "load", 2, other, "some numbers: expected <Incident"),
    *(
        (check, "changes", count, nothing, f"{last}, feed, ids: expected ")
        for check, (last, count) in KEPT.items()
    ),
    ("test_instants_come_back", "history", 1, nothing, "a second, history, ids"),
    ("test_instants_come_back", "history", 5, nothing, "year 9998, history, ids"),
    (
        "test_ids_are_apart", "load", 2, lambda _: SimpleNamespace(description="?"),
        "the record 'inc-1': expected 'inc-1', got '?'",
    ),
    ("test_ids_are_apart", "find", 1, less, "all, by code points: expected "),
    ("test_histories_come_in_pages", "history", 1, more, "a page's length: expected True"),
    ("test_histories_come_in_pages", "history", 10, lambda _: (), "pages of 1, ids: expected "),
    # Pages of one take ten calls and one that gives none; then come those of three.
    ("test_histories_come_in_pages", "history", 14, nothing, "pages of 3, ids: expected "),
    ("test_histories_come_in_pages", "history", 17, nothing, "pages of 10, ids: expected "),
    ("test_histories_come_in_pages", "history", 19, nothing, "pages of 11, ids: expected "),
    ("test_histories_come_in_pages", "history", 21, lambda _: (1,), "after the end: expected []"),
    (
        "test_histories_come_in_pages", "history", 22, lambda _: (1,),
        "far after the end: expected []",
    ),
    (
        "test_a_long_history_needs_little_memory", "history", 2, less,
        "the next sequence: expected 101, got 102",
    ),
    (
        "test_a_long_history_needs_little_memory", "history", 20, nothing,
        "events read: expected 2000, got 1900",
    ),
    (
        "test_records_are_found_by_condition", "find", 1, less,
        "those of high impact: expected ['a', 'b'], got ['b']",
    ),
    ("test_records_are_found_by_condition", "find", 2, lambda _: (1,), "no record: expected []"),
    (
        "test_records_are_found_by_condition", "find", 3, less,
        "all records: expected ['a', 'b', 'c'], got ['b', 'c']",
    ),
    (
        "test_records_are_found_by_condition", "find", 4, nothing,
        "as they are now: expected [('b', 2)], got []",
    ),
    # Pages of one take three calls and one that gives none; two of two, and so on.
    ("test_found_records_come_in_pages", "find", 3, nothing, "pages of 1: expected ['a', 'b', "),
    ("test_found_records_come_in_pages", "find", 5, less, "pages of 2: expected ['a', 'b', 'c']"),
    ("test_found_records_come_in_pages", "find", 8, less, "pages of 3: expected ['a', 'b', 'c']"),
    ("test_found_records_come_in_pages", "find", 10, less, "pages of 4: expected ['a', 'b', 'c']"),
    ("test_found_records_come_in_pages", "find", 12, nothing, "after a: expected ['b'], got []"),
    (
        "test_conditions_on_time_are_given_the_instant", "find", 1, nothing,
        "before the end: expected 3, got 0",
    ),
    (
        "test_conditions_on_time_are_given_the_instant", "find", 2, lambda _: (1,),
        "at the end: expected 0, got 1",
    ),
    ("test_the_feed_tells_each_change_once", "changes", 5, nothing, "pages of 1: expected [('c', "),
    ("test_the_feed_tells_each_change_once", "changes", 7, less, "pages of 2: expected [('c', "),
    ("test_the_feed_tells_each_change_once", "changes", 11, less, "pages of 5: expected [('c', "),
    ("test_the_feed_tells_each_change_once", "changes", 13, less, "pages of 9: expected [('c', "),
    (
        "test_the_feed_tells_each_change_once", "changes", 11, out_of_order,
        "positions ascend: expected [1, 2, 3, 4, 5], got [2, 1, 3, 4, 5]",
    ),
    (
        "test_the_feed_tells_each_change_once", "changes", 1, from_zero,
        "a page of the feed starts after the one before: expected True",
    ),
    ("test_two_stores_are_apart", "find", 1, lambda _: (1,), "a new store: expected [], got [1]"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "method", "number", "lie", "said"), LIES)
def test_each_answer_is_looked_at(
    check: str, method: str, number: int, lie: Any, said: str
) -> None:
    """One false answer is enough, and the check says what it wanted."""
    check_lie(check, method, number, lie, said)
