"""Kill writers of the SQLAlchemy adapter on PostgreSQL without warning; look at what is left.

Run by hand from the repository's root: ``python -m tests.adapters.kill_postgresql 200``. It starts
a server of its own and stops it again; ``docs/adapters/kill_sqlite.py`` does the same on a file.
"""

from __future__ import annotations

import functools
import importlib
import sys
from pathlib import Path
from typing import Any

from incidentcore.testing import StoreContract

from . import postgres

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "adapters"


class Kills(StoreContract):
    """The one check, on one database."""

    capabilities = frozenset({"processes"})
    url = ""

    def make_store(self) -> Any:
        """Return a store on the server's own database."""
        self.adapter = importlib.import_module("sqlalchemy_store").SqlAlchemyStore
        self.store = self.adapter(self.url)
        return self.store

    def opener(self, store: object) -> functools.partial[Any]:
        """Return what opens the database in the process that will be killed."""
        return functools.partial(self.adapter, self.url)


def main() -> int:
    """Kill as often as told, and look at what is left."""
    programs = postgres.find_programs()
    if programs is None:
        print("no PostgreSQL on this machine: install Debian's package postgresql")  # noqa: T201
        return 1
    sys.path.insert(0, str(FOLDER))  # the writers' too
    Kills.kills = int(sys.argv[1])
    with postgres.server(programs) as place:
        Kills.url = f"postgresql+psycopg://{place}/postgres"
        contract = Kills()
        (outcome,) = contract.run(["test_sudden_death_halves_nothing"])
        events = len(contract.store.history("INC-1", limit=10**9))
        contract.store.close()
    print(f"{outcome}: {Kills.kills} deaths, {events} events")  # noqa: T201  its whole point
    return int(not outcome.passed)


if __name__ == "__main__":
    sys.exit(main())
