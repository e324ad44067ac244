"""A worker: collect what is due into the outbox, deliver it, mark it; it may die at any point.

python recipe_worker.py desk.sqlite delivered.txt
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from incidentcore.adapters import SqliteStore
from incidentcore.desk import Agenda, DueItem, due_items, load_desk
from incidentcore.escalation import Escalation

DESK = load_desk("""
desk = 1
name = "small"
zone = "UTC"
[services.all]
calendar = "always"
response = "1h"
[[agreements]]
service = "all"
[[escalation]]
name = "no_answer"
levels = [{ after = "15m", to = "group:mail" }, { after = "30m", to = "person:kim" }]
""")


def notified(store: SqliteStore, item: DueItem) -> str:
    """Ask the desk whom an item of the outbox is for: there its body is None."""
    record = store.load(item.record_id)
    for due in due_items(DESK, record, now=datetime.now(UTC), include_lapsed=True):
        if due.key == item.key and isinstance(due.body, Escalation):
            return ", ".join(map(str, due.body.targets))
    return record.assignment_group or "the desk"


def deliver(key: str, to: str, target: Path) -> None:
    """Send by key: the receiver, here a file, acts once for each key."""
    lines = target.read_text().splitlines() if target.exists() else ()
    if key not in [line.split("\t")[0] for line in lines]:
        with target.open("a") as out:
            out.write(f"{key}\t{to}\n")


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
        store.collect(agenda, now=datetime.now(UTC))
        for item in store.pending():
            deliver(item.key, notified(store, item), target)
            store.mark_sent(item.key)
        time.sleep(0.05)


if __name__ == "__main__":
    work(SqliteStore(sys.argv[1]), Path(sys.argv[2]))
