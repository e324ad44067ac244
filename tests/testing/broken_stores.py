"""Stores that break the contract, and the check that must catch each."""

from __future__ import annotations

import itertools
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

from incidentcore.records import comment
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_base import AT


def check_caught(broken: type[InMemoryStore], check: str) -> None:
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
    assert not tracemalloc.is_tracing()  # whatever a check measures memory with is off again


Call = Callable[[], Any]
Lie = tuple[str, str, int, Callable[[Call], Any], str]
"""A check, the method and the number of its call that is answered falsely, the answer, and what the
check says."""


def silent(_: Call) -> None:
    """Do nothing, and so refuse nothing."""


def nothing(_: Call) -> tuple[()]:
    """Answer that there is nothing."""
    return ()


def less(call: Call) -> Any:
    """Leave out the first."""
    return call()[1:]


def more(call: Call) -> Any:
    """Give one too many."""
    answer = call()
    return answer + 1 if isinstance(answer, int) else (*answer, answer[-1])


def other(call: Call) -> Any:
    """Give another record than the one that is kept."""
    return comment(call(), "?", at=AT, by="eve")


def check_lie(check: str, method: str, number: int, lie: Callable[[Call], Any], said: str) -> None:
    """A store whose n-th call of one method is answered falsely is caught, by these words."""
    count = itertools.count(1)

    def answer(self: InMemoryStore, *given: Any, **named: Any) -> Any:
        call = partial(getattr(InMemoryStore, method), self, *given, **named)
        if named.get("limit") == sys.maxsize:  # the store's own call, to load a record
            return call()
        return lie(call) if next(count) == number else call()

    class Contract(StoreContract):
        capabilities = frozenset({"nul", "reopen"})

        def reopen(self, store: RecordStore) -> RecordStore:
            return store  # memory is never closed

        def make_store(self) -> RecordStore:
            store: RecordStore = type("Lying", (InMemoryStore,), {method: answer})()
            return store

    (outcome,) = Contract().run([check])

    assert str(outcome).startswith(f"FAILED  {check}: AssertionError: {said}"), outcome
