"""The contract of a store as checks that ship with the library, for testing your adapter.

With pytest, subclass ``StoreContract`` under a name that starts with ``Test``, define
``make_store``, and inherit the checks. Without pytest, ``MyContract().run()`` returns an outcome
for each.
"""

from __future__ import annotations

from incidentcore.testing.contracts_base import CheckOutcome
from incidentcore.testing.contracts_parallel import ParallelChecks
from incidentcore.testing.contracts_reading import ReadingChecks
from incidentcore.testing.contracts_writing import WritingChecks

__all__ = ["CheckOutcome", "StoreContract"]


class StoreContract(WritingChecks, ReadingChecks, ParallelChecks):
    """The contract of ``RecordStore``, as checks.

    A subclass defines ``make_store``, which returns a new and empty store for each check, and
    declares the further capabilities of its store:

    - ``"nul"``: text may hold the character NUL; without it the store may refuse such text.
    - ``"reopen"``: data outlive the store; the subclass gives ``reopen``.
    - ``"processes"``: several processes may use one store; the subclass gives ``opener``.

    Attributes:
        capabilities: The capabilities that the store declares.
        long_history: How many events the check of memory writes; 100,000 for the full contract.
        threads: How many threads write at once.
        processes: How many processes write at once.
        appends: How often each of them appends.
        kills: How many writers are killed.
        steps: How many calls the comparison with ``InMemoryStore`` makes.
        seeds: The seeds of that comparison.

    >>> from incidentcore.storage import InMemoryStore
    >>> from incidentcore.testing import StoreContract
    >>> class MemoryContract(StoreContract):
    ...     capabilities = frozenset({"nul"})
    ...
    ...     def make_store(self):
    ...         return InMemoryStore()
    >>> outcomes = MemoryContract().run(["test_a_batch_is_all_or_nothing"])
    >>> print(outcomes[0])
    passed  test_a_batch_is_all_or_nothing
    """
