# ruff: noqa: D102  the class says what its methods break
"""A run of the checks: what passed, failed or was skipped, and why."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.storage import InMemoryStore, RecordStore
from incidentcore.testing.contracts import StoreContract
from incidentcore.testing.contracts_base import StoreChecks


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


def test_all_checks_run_unless_some_are_named() -> None:
    """By name, or in the order in which they are named."""

    class Own(StoreChecks):
        def test_two(self) -> None:
            """Two."""

        def test_one(self) -> None:
            """One."""

    assert [one.name for one in Own().run()] == ["test_one", "test_two"]
    assert [one.fact for one in Own().run(["test_two"])] == ["Two."]


def test_every_check_states_its_fact() -> None:
    """Each check has a sentence that says what it tests."""
    assert all(getattr(StoreContract, name).__doc__ for name in StoreContract.checks())
    assert len(StoreContract.checks()) >= 40


def test_a_skipped_check_says_why() -> None:
    """The store does not declare what the check needs."""
    (outcome,) = StoreContract().run(["test_processes_lose_nothing"])
    assert str(outcome).startswith("skipped test_processes_lose_nothing: ")
    assert not outcome.passed


def test_a_capability_that_there_is_not_is_refused() -> None:
    """Its checks were skipped without a word, as if the store had passed them."""
    with pytest.raises(InvalidValueError, match=r"got 'null'; allowed: one of nul, reopen, proc"):

        class _Misspelt(StoreChecks):
            capabilities = frozenset({"null"})


def test_each_check_is_tidied_up_after() -> None:
    """Whether it passes, fails or is skipped."""

    class Counted(StoreContract):
        tidied = 0

        def teardown_method(self) -> None:
            type(self).tidied += 1

        def make_store(self) -> RecordStore:
            return InMemoryStore()

        def test_it_passes(self) -> None:
            """Nothing is asked."""

        def test_it_fails(self) -> None:
            """Something is wrong."""
            raise AssertionError

    wanted = ["test_it_passes", "test_it_fails", "test_processes_lose_nothing"]
    outcomes = Counted().run(wanted)
    assert [one.passed for one in outcomes] == [True, False, False]
    assert Counted.tidied == 3
