"""Kill writers of the SQLite adapter without warning, and look at what is left.

Run by hand: ``python docs/adapters/kill_sqlite.py 1000``. Each round starts a process that appends
batches of five, kills it after a few answers, and checks that every version ends a batch; at the
end, that every answered event is there, once and in order.
"""

from __future__ import annotations

import functools
import sys
import tempfile
from pathlib import Path

from sqlite_store import SqliteStore

from incidentcore.testing import StoreContract


class Kills(StoreContract):
    """The one check, on one file."""

    capabilities = frozenset({"processes"})

    def make_store(self) -> SqliteStore:
        """Return a store on a new file."""
        self.path = Path(tempfile.mkdtemp()) / "killed.sqlite"
        return SqliteStore(self.path)

    def opener(self, store: SqliteStore) -> functools.partial[SqliteStore]:
        """Return what opens the file in the process that will be killed."""
        return functools.partial(SqliteStore, self.path)


if __name__ == "__main__":
    Kills.kills = int(sys.argv[1])
    contract = Kills()
    (outcome,) = contract.run(["test_sudden_death_halves_nothing"])
    events = len(SqliteStore(contract.path).history("INC-1", limit=10**9))
    print(f"{outcome}: {Kills.kills} deaths, {events} events")  # noqa: T201  its whole point
    sys.exit(not outcome.passed)
