"""The contract of a record store, as ready-made checks for testing your own adapter.

With pytest, subclass ``StoreContract`` under a name that starts with ``Test``, define
``make_store``, and inherit the checks. Without pytest, ``MyContract().run()`` returns an outcome
for each check.
"""

from __future__ import annotations

from incidentcore.testing.contracts_parallel import ParallelChecks
from incidentcore.testing.contracts_reading import ReadingChecks
from incidentcore.testing.contracts_writing import WritingChecks


class StoreContract(WritingChecks, ReadingChecks, ParallelChecks):
    """Checks that a store fulfills the contract of ``RecordStore``.

    A subclass defines ``make_store``, which returns a new, empty store for each check, and declares
    in ``capabilities`` what else its stores can do:

    - ``"nul"``: text may contain the character NUL; otherwise the store may refuse such text.
    - ``"reopen"``: data outlive the store object; the subclass defines ``reopen``.
    - ``"processes"``: several processes may use one store; the subclass defines ``opener``.

    Attributes:
        capabilities: The capabilities that the store declares.
        long_history: The number of events in the memory check; 100,000 for the full contract.
        threads: The number of threads that write at the same time.
        processes: The number of processes that write at the same time.
        appends: The number of appends by each thread or process.
        kills: The number of writing processes that are killed.
        steps: The number of random calls per seed whose results are compared with
            ``InMemoryStore``.
        seeds: The seeds of the random calls.

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
