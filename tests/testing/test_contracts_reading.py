# ruff: noqa: D102  the class says what its methods break
"""What the contract finds in a store by how it reads."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

import attrs
import pytest
from tests.testing.broken_stores import check_caught

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
