# ruff: noqa: D102  the class says what its methods break
"""The contract accepts a good store, and catches every broken one by a check that names it."""

from __future__ import annotations

import time
import tracemalloc
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from multiprocessing import Pipe
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from incidentcore.conditions import Condition
from incidentcore.errors import DuplicateEventError, StaleRecordError, StorageError
from incidentcore.records import Commented, Event, Opened, Record, replay
from incidentcore.serialization import UnknownEvent
from incidentcore.storage import Change, InMemoryStore, RecordStore
from incidentcore.testing import contracts_parallel
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_base import incident


@pytest.fixture(autouse=True)
def _nothing_is_left_on() -> Iterator[None]:
    """Whatever a check measures memory with, it is switched off again."""
    yield
    assert not tracemalloc.is_tracing()


class TestInMemoryStore(StoreContract):
    """The store in memory keeps the whole contract that can be asked of memory."""

    capabilities = frozenset({"nul"})

    def make_store(self) -> RecordStore:
        """Return a new store."""
        return InMemoryStore()


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


class LeaksUncommitted(InMemoryStore):
    """Shows the first event of a batch while the rest is being written."""

    early: tuple[Event, ...] = ()

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        given = tuple(events)
        self.early = given[:1]
        time.sleep(0.001)  # the disk is slow
        try:
            return super().append(record_id, given, expected_version=expected_version)
        finally:
            self.early = ()

    def history(self, record_id: str, *, after: int = 0, limit: int = 1_000) -> Any:
        found = super().history(record_id, after=after, limit=limit)
        early = self.early
        return (*found, *(event for event in early if event.sequence == len(found) + 1))


class SharedData(InMemoryStore):
    """Keeps its records in a place that all stores share."""

    histories: dict[str, list[Event]] = {}  # noqa: RUF012  the very fault

    def __init__(self) -> None:
        super().__init__()
        self._histories = self.histories
        self._ids = sorted(self.histories)


BROKEN: list[tuple[type[InMemoryStore], str]] = [
    (AllowsGaps, "test_sequences_have_no_gap"),
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
    (HalfBatches, "test_a_batch_is_all_or_nothing"),
    (IgnoresTheInstant, "test_conditions_on_time_are_given_the_instant"),
    (KeepsRemoved, "test_a_removed_record_is_gone"),
    (LeaksUncommitted, "test_readers_see_whole_batches"),
    (LostUpdate, "test_a_stale_writer_is_told_both_versions"),
    (NormalizesText, "test_texts_come_back"),
    (OnePage, "test_found_records_come_in_pages"),
    (PageOff, "test_histories_come_in_pages"),
    (RefusesRetries, "test_a_batch_again_is_nothing_new"),
    (ReusesPositions, "test_a_removed_record_is_gone"),
    (SharedData, "test_two_stores_are_apart"),
    (ShortHistory, "test_a_whole_life_comes_back"),
    (SilentRemoval, "test_a_removed_record_is_gone"),
    (StaleIndex, "test_records_are_found_by_condition"),
    (SwallowsDuplicates, "test_an_id_stands_for_one_event"),
    (TimeOrder, "test_late_events_keep_their_place"),
    (TrimsText, "test_texts_come_back"),
    (TruncatesText, "test_long_text_comes_back"),
    (Unordered, "test_ids_are_apart"),
    (WrongVersions, "test_a_stale_writer_is_told_both_versions"),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[row[0].__name__ for row in BROKEN])
def test_a_broken_store_is_caught(broken: type[InMemoryStore], check: str) -> None:
    """The named check fails for the store that breaks just this, without a test framework."""

    class Contract(StoreContract):
        capabilities = frozenset({"nul"})
        appends = 40

        def make_store(self) -> RecordStore:
            return broken()

    (outcome,) = Contract().run([check])

    assert not outcome.passed
    assert outcome.error is not None
    assert str(outcome).startswith(f"FAILED  {check}: ")


class RefusesNul(InMemoryStore):
    """Takes no text with a NUL, as some databases."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        given = tuple(events)
        if any("\\x00" in repr(event) for event in given):
            raise StorageError("no NUL in a text")
        return super().append(record_id, given, expected_version=expected_version)


class CutsAtNul(InMemoryStore):
    """Keeps a text up to its first NUL, as a program in C does."""

    def append(self, record_id: str, events: Iterable[Event], *, expected_version: int) -> int:
        cut = [
            attrs.evolve(event, fields={**event.fields, "description": "before"})
            if isinstance(event, Opened)
            else event
            for event in events
        ]
        return super().append(record_id, cut, expected_version=expected_version)


@pytest.mark.parametrize(
    ("store", "passes"), [(InMemoryStore, True), (RefusesNul, True), (CutsAtNul, False)]
)
def test_a_store_without_nul_may_refuse_it_but_not_cut_it(
    store: type[InMemoryStore], *, passes: bool
) -> None:
    """A store that does not declare the capability keeps the text, or refuses the record."""

    class Contract(StoreContract):
        def make_store(self) -> RecordStore:
            return store()

    (outcome,) = Contract().run(["test_the_character_nul"])

    assert outcome.passed is passes


class Busy(InMemoryStore):
    """Another writer is always a little quicker."""

    def append(self, record_id: str, *_: Any, expected_version: int) -> int:
        raise StaleRecordError(record_id, expected_version, expected_version + 1)


def test_a_writer_that_never_comes_through_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says who, how often, and what is left."""
    monkeypatch.setattr(contracts_parallel, "_TRIES", 3)
    with pytest.raises(AssertionError, match="ada tried 3 times to append, and 2 batches are left"):
        contracts_parallel._write(Busy(), "ada", 2)


def test_a_writer_reports_each_batch_and_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids by batch, None at the end; one that says nothing more, or died, is named."""
    store = InMemoryStore()
    store.append("INC-1", incident().history, expected_version=0)
    answers, sender = Pipe(duplex=False)
    contracts_parallel._write_elsewhere(lambda: store, "ada", 2, sender, 2)
    writer = contracts_parallel._Writer.__new__(contracts_parallel._Writer)
    writer.answers = answers
    writer.process = SimpleNamespace(kill=lambda: None, join=lambda: None)
    assert writer.answer() == ["ada-2", "ada-3"]
    assert writer.answer() == ["ada-4", "ada-5"]
    assert writer.answer() is None
    monkeypatch.setattr(contracts_parallel, "_PATIENCE", 0)
    with pytest.raises(AssertionError, match="a writer said nothing for 0 seconds"):
        writer.answer()
    sender.send(["ada-6"])
    sender.send(None)
    assert writer.kill() == ["ada-6"]
    sender.close()

    writer.answers, sender = Pipe(duplex=False)
    sender.close()
    with pytest.raises(AssertionError, match="a writer died"):
        writer.answer()
    writer.answers.close()


class Unfinished(InMemoryStore):
    """A store whose author has not come to appending."""

    def append(self, *_: Any, **__: Any) -> int:
        raise NotImplementedError


class UnfinishedContract(StoreContract):
    """The contract of the store above."""

    def make_store(self) -> RecordStore:
        return Unfinished()


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (UnfinishedContract, "NotImplementedError: without a text, in append"),
        (StoreContract, "NotImplementedError: define make_store"),
    ],
)
def test_an_error_without_a_text_says_where_it_came_from(
    contract: type[StoreContract], said: str
) -> None:
    """A store that is half written is the usual case; the line ended after the colon."""
    (outcome,) = contract().run(["test_a_batch_is_all_or_nothing"])

    assert str(outcome) == f"FAILED  test_a_batch_is_all_or_nothing: {said}"


def test_what_is_not_declared_is_skipped() -> None:
    """A check that needs a capability says which, and is no failure."""
    (outcome,) = TestInMemoryStore().run(["test_processes_lose_nothing"])

    assert outcome.error is None
    assert outcome.skipped == "the store does not declare 'processes'"
    assert outcome.fact.startswith("Four processes append to one record")


def test_every_check_states_its_fact() -> None:
    """Each check has a sentence that says what it tests."""
    assert all(getattr(StoreContract, name).__doc__ for name in StoreContract.checks())
    assert len(StoreContract.checks()) >= 40
