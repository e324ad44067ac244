"""Kill writers of a store without warning, and look at what is left.

Run from the repository's root: ``python -m tests.adapters.kill_writers sqlite 1000`` or
``python -m tests.adapters.kill_writers postgresql 200``, which starts a server of its own. Each
round starts a process that appends batches of five, kills it after a few answers, and checks that
every version ends a batch; at the end, that every answered event is there, once and in order.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from incidentcore.adapters.sqlite import SqliteStore
from incidentcore.testing import StoreContract

from . import postgres


class Kills(StoreContract):
    """The one check, on one database."""

    capabilities = frozenset({"processes"})

    def __init__(self, opened: Callable[[], Any]) -> None:
        self.opened = opened
        self.store = opened()

    def make_store(self) -> Any:
        """Return the store."""
        return self.store

    def opener(self, store: object) -> Callable[[], Any]:
        """Return what opens the database in the process that will be killed."""
        return self.opened


def main(database: str, kills: int) -> int:
    """Kill so many writers, and look at what is left."""
    Kills.kills = kills
    with contextlib.ExitStack() as stack:
        if database == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            contract = Kills(functools.partial(SqliteStore, Path(folder) / "killed.sqlite"))
        else:
            from incidentcore.adapters.sqlalchemy import SqlAlchemyStore  # noqa: PLC0415  an extra

            programs = postgres.find_programs()
            if programs is None:
                sys.exit("no PostgreSQL on this machine: install Debian's package postgresql")
            place = stack.enter_context(postgres.server(programs))
            url = f"postgresql+psycopg://{place}/postgres"
            contract = Kills(functools.partial(SqlAlchemyStore, url))
        (outcome,) = contract.run(["test_sudden_death_halves_nothing"])
        contract.store.check()
        events = len(contract.store.history("INC-1", limit=10**9))
        contract.store.close()
    print(f"{outcome}: {kills} deaths, {events} events")  # noqa: T201  its whole point
    return int(not outcome.passed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
