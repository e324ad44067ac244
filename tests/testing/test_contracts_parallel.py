# ruff: noqa: D102  the class says what its methods break
"""What the contract finds in a store by how it is used by several at once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from multiprocessing import Pipe
from random import Random
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from tests.testing.broken_stores import Call, Lie, check_caught, check_lie, less

from incidentcore.errors import StaleRecordError
from incidentcore.records import Event, Opened
from incidentcore.storage import InMemoryStore
from incidentcore.testing import contracts_parallel
from incidentcore.testing.contracts_base import incident


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


BROKEN: list[tuple[type[InMemoryStore], str]] = [
    (LeaksUncommitted, "test_readers_see_whole_batches"),
]


@pytest.mark.parametrize(("broken", "check"), BROKEN, ids=[row[0].__name__ for row in BROKEN])
def test_a_broken_store_is_caught(broken: type[InMemoryStore], check: str) -> None:
    """By the check that says so."""
    check_caught(broken, check)


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
    done: list[str] = []
    writer.process = SimpleNamespace(
        kill=partial(done.append, "killed"), join=partial(done.append, "joined")
    )
    assert writer.answer() == ["ada-2", "ada-3"]
    assert writer.answer() == ["ada-4", "ada-5"]
    assert writer.answer() is None
    monkeypatch.setattr(contracts_parallel, "_PATIENCE", 0)
    with pytest.raises(AssertionError, match="a writer said nothing for 0 seconds"):
        writer.answer()
    sender.send(["ada-6"])
    sender.send(None)
    assert writer.kill() == ["ada-6"]
    assert done == ["killed", "joined"]
    sender.close()

    writer.answers, sender = Pipe(duplex=False)
    sender.close()
    with pytest.raises(AssertionError, match="a writer died"):
        writer.answer()
    writer.answers.close()


def test_a_writer_starts_its_process_and_keeps_only_its_own_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its process gets the other end, which is closed here, so that a death ends the answers."""
    made: list[Any] = []
    started: list[bool] = []

    class Context:
        Pipe = staticmethod(Pipe)

        def set_forkserver_preload(self, names: list[str]) -> None:
            assert names == ["incidentcore.testing.contracts_parallel"]

        def Process(self, **given: Any) -> Any:  # noqa: N802  as multiprocessing has it
            made.append(given)
            return SimpleNamespace(start=partial(started.append, True))

    asked: list[str] = []
    monkeypatch.setattr(
        contracts_parallel.multiprocessing,
        "get_context",
        lambda method: asked.append(method) or Context(),
    )
    opener = InMemoryStore
    writer = contracts_parallel._Writer(opener, "ada", times=7, count=2)
    [given] = made
    sender = given["args"][3]
    assert given == {
        "target": contracts_parallel._write_elsewhere,
        "args": (opener, "ada", 7, sender, 2),
        "daemon": True,
    }
    assert started == [True]
    assert asked == [contracts_parallel._START]
    assert asked[0] in ("forkserver", "spawn")
    assert sender.closed
    assert (writer.answers.readable, writer.answers.writable) == (True, False)
    assert not writer.answers.closed
    writer.answers.close()


def renamed(call: Call) -> Any:
    """Give the last event another id."""
    *rest, last = call()
    return (*rest, attrs.evolve(last, id="?"))


def repeated(call: Call) -> Any:
    """Give the last event again, as the next one."""
    *rest, last = call()
    return (*rest, last, attrs.evolve(last, sequence=last.sequence + 1))


# Eight threads append twenty times each, after the opening; the follower reads what four write.
LIES: list[Lie] = [
    ("test_threads_lose_nothing", "history", 1, less, "the version: expected 161, got 160"),
    ("test_threads_lose_nothing", "history", 2, less, "the sequences: expected [1, 2, 3, "),
    ("test_threads_lose_nothing", "history", 2, renamed, "answered and lost: expected [], got ["),
    ("test_threads_lose_nothing", "history", 2, repeated, "each once: expected 161, got 160"),
    ("test_threads_lose_nothing", "changes", 1, less, "the feed, ids: expected ['INC-1:1', "),
    ("test_a_follower_misses_nothing", "history", 1, less, "what was followed: expected ["),
    ("test_it_is_all_there_after_reopening", "history", 1, less, "the version: expected 4, got 3"),
    ("test_it_is_all_there_after_reopening", "changes", 2, less, "the feed: expected (Change("),
    (
        "test_it_is_all_there_after_reopening", "changes", 3, lambda call: call()[:1],
        "positions go on: expected True",
    ),
    # Of each seed, the first call is numbered 0.
    *(
        ("test_it_answers_as_the_model_does", method, 1, lambda _: 99, "seed 1, step ")
        for method in ("append", "history", "find", "load", "remove")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("check", "method", "number", "lie", "said"), LIES)
def test_each_answer_is_looked_at(
    check: str, method: str, number: int, lie: Any, said: str
) -> None:
    """One false answer is enough, and the check says what it wanted."""
    check_lie(check, method, number, lie, said)


def test_random_calls_are_of_every_kind() -> None:
    """New batches at the version, one behind or one ahead; batches again; pages; removals."""
    seen: dict[str, set[object]] = defaultdict(set)
    for seed in range(1, 9):
        chance, model = Random(seed), InMemoryStore()  # noqa: S311
        for _ in range(300):
            name, (first, *rest), options = contracts_parallel._any_call(chance, model)
            version = len(model._histories.get(first, ())) if isinstance(first, str) else 0
            seen[name].add(first if isinstance(first, str) else str(first))
            if name == "append":
                events = list(rest[0])
                again = bool(events) and events[0].sequence <= version
                after = events[0].sequence - 1 if again else version
                seen["again" if again else "new"].add(options["expected_version"] - after)
                seen["length"] |= {len(events)} if version and not again else set()
                seen["opened"] |= {e.fields["title"] for e in events if isinstance(e, Opened)}
            elif name == "history":
                seen["after"].add(options["after"] - version)
                seen["limit"].add(options["limit"])
            elif name == "remove":
                seen["removed"].add(options["expected_version"] - version)
            elif name == "find":
                seen["page"].add((options["after"], options["limit"]))
            contracts_parallel._answer(model, (name, (first, *rest), options))
    records = {"R-0", "R-1", "R-2", "R-3"}
    for name in ("append", "history", "load", "remove"):
        assert seen[name] == records, name
    assert seen["find"] == {"always"}
    assert seen["again"] == {0}
    assert seen["new"] == {-1, 0, 1}
    assert seen["removed"] == {-1, 0, 1}
    assert seen["length"] == {0, 1, 2}
    assert {-1, 0, 1} <= seen["after"]
    assert 2 not in seen["after"]
    assert {f"title {number}" for number in range(3)} == seen["opened"]
    assert seen["limit"] == {1, 2, 3, 4}
    assert seen["page"] == {("", 3), ("R-1", 3), ("R-9", 3)}
