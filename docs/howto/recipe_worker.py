"""A worker: collect what is due into the outbox, deliver it, mark it; it may die at any point.

python recipe_worker.py desk.sqlite delivered.txt
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from incidentcore.adapters import SqliteStore
from incidentcore.desk import Agenda, load_desk

DESK = load_desk("""
desk = 1
name = "small"
zone = "UTC"
[services.all]
calendar = "always"
response = "1h"
[[agreements]]
service = "all"
""")


def deliver(key: str, target: Path) -> None:
    """Send by key: the receiver, here a file, acts once for each key."""
    if key not in (target.read_text().split() if target.exists() else ()):
        with target.open("a") as out:
            out.write(f"{key}\n")


def work(store: SqliteStore, target: Path) -> None:
    agenda = Agenda(DESK, delivered=store.outbox_keys())
    position = 0
    while True:
        for change in store.changes(after=position):
            if change.event is None:
                agenda.drop(change.record_id)
            elif change.event.sequence == len(store.history(change.record_id)):
                agenda.put(store.load(change.record_id))
            position = change.position
        store.collect(agenda, datetime.now(UTC))
        for item in store.pending():
            deliver(item.key, target)
            store.mark_sent(item.key)
        time.sleep(0.05)


if __name__ == "__main__":
    work(SqliteStore(sys.argv[1]), Path(sys.argv[2]))
