"""Checks of a store with threads, processes, a killed process, and a reference store."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from multiprocessing.connection import Connection
from random import Random
from typing import Any, ClassVar

from incidentcore.conditions import ALWAYS
from incidentcore.errors import (
    IncidentCoreError,
    RecordNotFoundError,
    StaleRecordError,
    StorageError,
)
from incidentcore.records import Event
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.testing.contracts_base import (
    AT,
    StoreChecks,
    all_changes,
    commented,
    incident,
    noted,
    same,
    same_events,
)
from incidentcore.values import Actor

_BATCH = 5
_ALL = 1_000_000  # events of a page that holds a whole history
_PATIENCE = 120  # seconds
_TRIES = 20_000
# Never a plain fork, which would copy the open connections of the store.
_START = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _batch(sequence: int, who: str, count: int = 1) -> list[Event]:
    at = AT + timedelta(seconds=sequence)
    return [
        commented(number, who, id=f"{who}-{number}", at=at, by=Actor(who))
        for number in range(sequence + 1, sequence + count + 1)
    ]


def _version(store: RecordStore, known: int = 0) -> int:
    """Return the version of the record, given the number of events already seen."""
    return known + len(store.history("INC-1", after=known, limit=_ALL))


def _write(
    store: RecordStore, who: str, times: int, count: int = 1, *, version: int = 0
) -> list[str]:
    """Append batches, each again until it is accepted; return the confirmed ids."""
    answered: list[str] = []
    for _ in range(_TRIES):
        if not times:
            return answered
        batch = _batch(version, who, count)
        try:
            version = store.append("INC-1", batch, expected_version=version)
        except StaleRecordError as error:
            version = error.found
        else:
            answered.extend(event.id for event in batch)
            times -= 1
    raise AssertionError(f"{who} tried {_TRIES} times to append, and {times} batches are left")


def _write_elsewhere(
    opener: Callable[[], RecordStore], who: str, times: int, answers: Connection, count: int
) -> None:
    """Write in another process, and report each batch once it was confirmed."""
    store = opener()
    version = 0
    for _ in range(times):
        ids = _write(store, who, 1, count, version=version)
        answers.send(ids)
        version = int(ids[-1].rpartition("-")[2])
    answers.send(None)


class _Writer:
    """A process that writes, with its reports."""

    def __init__(
        self, opener: Callable[[], RecordStore], who: str, *, times: int, count: int = 1
    ) -> None:
        context: Any = multiprocessing.get_context(_START)
        context.set_forkserver_preload([__name__])  # imported once for all writers
        self.answers: Connection
        self.answers, sender = context.Pipe(duplex=False)
        self.process = context.Process(
            target=_write_elsewhere, args=(opener, who, times, sender, count), daemon=True
        )
        self.process.start()
        sender.close()

    def answer(self) -> list[str] | None:
        """Return the ids of the next confirmed batch; None at the end."""
        if not self.answers.poll(_PATIENCE):
            raise AssertionError(f"a writer said nothing for {_PATIENCE} seconds")
        try:
            answer: list[str] | None = self.answers.recv()
        except EOFError:
            raise AssertionError("a writer died: see its traceback above") from None
        return answer

    def kill(self) -> list[str]:
        """Kill the process without warning; return the ids that it had reported by then."""
        self.process.kill()
        self.process.join()
        answers: list[str] = []
        with contextlib.suppress(EOFError, OSError):  # the last answer may be cut short
            while self.answers.poll():
                answers.extend(self.answers.recv() or ())
        self.answers.close()
        return answers


class ParallelChecks(StoreChecks):
    """Checks of concurrent calls to a store, and a comparison with ``InMemoryStore``."""

    threads: ClassVar[int] = 8
    processes: ClassVar[int] = 4
    appends: ClassVar[int] = 20
    kills: ClassVar[int] = 3
    steps: ClassVar[int] = 300
    seeds: ClassVar[tuple[int, ...]] = (1, 2, 3)

    def _opened(self) -> RecordStore:
        store = self.make_store()
        store.append("INC-1", incident().history, expected_version=0)
        return store

    def _whole(self, store: RecordStore, answered: list[str]) -> None:
        """Check that all confirmed events are stored once, in order and without gaps."""
        history = store.history("INC-1", limit=_ALL)
        same(
            "the sequences", list(range(1, len(history) + 1)), [event.sequence for event in history]
        )
        ids = [event.id for event in history[1:]]
        same("answered and lost", [], sorted(set(answered) - set(ids)))
        same("each once", len(ids), len(set(ids)))
        feed = [change.event for change in all_changes(store) if change.event is not None]
        same_events("the feed", history, feed)

    def test_threads_lose_nothing(self) -> None:
        """Several threads append to one record, and every confirmed event is stored once."""
        store = self._opened()
        with ThreadPoolExecutor(self.threads) as pool:
            runs = [
                pool.submit(_write, store, f"thread{number}", self.appends)
                for number in range(self.threads)
            ]
            answered = [event_id for run in runs for event_id in run.result()]
        same("the version", 1 + len(answered), _version(store))
        self._whole(store, answered)

    def test_readers_see_whole_batches(self) -> None:
        """While batches of events are written, no reader sees only part of a batch."""
        store = self._opened()
        with ThreadPoolExecutor(3) as pool:
            writers = [
                pool.submit(_write, store, f"writer{number}", self.appends, _BATCH)
                for number in range(2)
            ]
            seen: list[int] = []

            def read() -> None:
                last = 0
                while not all(writer.done() for writer in writers):
                    seen.append(_version(store))
                    fresh = store.changes(after=last, limit=_ALL)
                    if fresh:
                        same("the feed goes on", True, fresh[0].position > last)
                        last = fresh[-1].position
                        seen.extend(change.event.sequence for change in fresh[-1:] if change.event)

            pool.submit(read).result()
            for writer in writers:
                writer.result()
        parts = sorted({version for version in seen if version % _BATCH != 1})
        same("versions seen in the middle of a batch", [], parts)

    def test_a_follower_misses_nothing(self) -> None:
        """A reader that continues from its last position gets every change once, in order."""
        store = self._opened()
        followed: list[str] = []
        with ThreadPoolExecutor(self.threads) as pool:
            writers = [
                pool.submit(_write, store, f"thread{number}", self.appends) for number in range(4)
            ]
            last, quiet = 0, False
            while not quiet:
                done = all(writer.done() for writer in writers)
                page = store.changes(after=last, limit=7)
                same("the feed goes on", True, all(change.position > last for change in page))
                followed.extend(change.event.id for change in page if change.event is not None)
                last = page[-1].position if page else last
                quiet = done and not page
        same(
            "what was followed",
            [event.id for event in store.history("INC-1", limit=_ALL)],
            followed,
        )

    def test_processes_lose_nothing(self) -> None:
        """Several processes append to one record, and every confirmed event is stored once."""
        self.need("processes")
        store = self._opened()
        opener = self.opener(store)
        writers = [
            _Writer(opener, f"process{number}", times=self.appends)
            for number in range(self.processes)
        ]
        answered: list[str] = []
        for writer in writers:
            while (ids := writer.answer()) is not None:
                answered.extend(ids)
            writer.process.join()
        self._whole(store, answered)

    def test_sudden_death_halves_nothing(self) -> None:
        """A killed writer leaves only whole batches, including all that were confirmed."""
        self.need("processes")
        store = self._opened()
        opener = self.opener(store)
        answered: list[str] = []
        version = 1
        for number in range(self.kills):
            writer = _Writer(opener, f"writer{number}", times=10**6, count=_BATCH)
            for _ in range(1 + number % 3):
                answered.extend(writer.answer() or ())
            # Deaths fall on every part of a write, not on the one that follows an answer.
            writer.process.join(number % 11 / 1_000)
            answered.extend(writer.kill())
            version = _version(store, version)
            same(f"version {version} after death {number} ends a batch", 1, version % _BATCH)
        self._whole(store, answered)

    def test_it_is_all_there_after_reopening(self) -> None:
        """A store that was closed and reopened contains all events and changes."""
        self.need("reopen")
        store = self._opened()
        _write(store, "before", 3)
        store.append("INC-2", incident("INC-2").history, expected_version=0)
        store.remove("INC-2", expected_version=1)
        feed = tuple(store.changes())
        again = self.reopen(store)
        same("the version", 4, _version(again))
        same("the feed", feed, tuple(again.changes()))
        _write(again, "after", 1)
        same("positions go on", True, again.changes()[-1].position > feed[-1].position)

    def test_it_answers_as_the_model_does(self) -> None:
        """Random sequences of calls have the same results as with ``InMemoryStore``."""
        for seed in self.seeds:
            chance = Random(seed)  # noqa: S311  a test's choices, not a secret
            store, model = self.make_store(), InMemoryStore()
            for step in range(self.steps):
                call = _any_call(chance, model)
                same(
                    f"seed {seed}, step {step}: {call}", _answer(model, call), _answer(store, call)
                )
            positions = [change.position for change in all_changes(store)]
            same("positions ascend", sorted(set(positions)), positions)


_Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def _any_call(chance: Random, model: InMemoryStore) -> _Call:
    name = f"R-{chance.randrange(4)}"
    try:
        record: Any = model.load(name)
        version = record.version
    except RecordNotFoundError:
        record, version = incident(name, title=f"title {chance.randrange(3)}"), 0
    kind = chance.choice(("append", "append", "append", "retry", "history", "find", "remove"))
    expected = version + chance.choice((0, 0, 0, 0, -1, 1))
    if kind == "append":
        longer = noted(record, chance.randrange(3))
        return (
            "append",
            (name, longer.events_after(version)),
            {"expected_version": max(expected, 0)},
        )
    if kind == "retry":
        first = chance.randrange(max(version, 1))
        return "append", (name, record.history[first:]), {"expected_version": first}
    if kind == "history":
        pages = {"after": chance.randrange(version + 2), "limit": chance.randrange(1, 5)}
        return "history", (name,), pages
    if kind == "remove" and chance.random() < 0.7:
        return "load", (name,), {}
    if kind == "remove":
        return "remove", (name,), {"expected_version": max(expected, 0)}
    return "find", (ALWAYS,), {"after": chance.choice(("", "R-1", "R-9")), "limit": 3}


def _answer(store: RecordStore, call: _Call) -> object:
    name, arguments, options = call
    try:
        answer = getattr(store, name)(*arguments, **options)
    except IncidentCoreError as error:
        return type(error), error.args if isinstance(error, StorageError) else ()
    return tuple(answer) if isinstance(answer, (list, tuple)) else answer
