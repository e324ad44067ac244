"""Celery: one task collects what is due into the outbox, one delivers it; workers may die.

celery -A recipe_celery worker -P solo
celery -A recipe_celery beat
"""

import os
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from celery import Celery

from incidentcore.adapters import SqliteStore
from incidentcore.conditions import ALWAYS
from incidentcore.desk import Agenda, load_desk

FOLDER = Path(os.environ["DESK_FOLDER"])
QUEUE, DELIVERED = FOLDER / "queue", FOLDER / "delivered.txt"
QUEUE.mkdir(exist_ok=True)
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

app = Celery("desk", broker="filesystem://")
app.conf.broker_transport_options = {
    "data_folder_in": str(QUEUE),
    "data_folder_out": str(QUEUE),
    "control_folder": str(FOLDER / "control"),
}
app.conf.task_ignore_result = True
app.conf.beat_schedule = {"sweep": {"task": "recipe_celery.sweep", "schedule": 60.0}}


@app.task
def sweep() -> None:
    """Collect what is due now; send all that no worker has marked, a dead one's too."""
    with closing(SqliteStore(FOLDER / "desk.sqlite")) as store:
        agenda = Agenda(DESK, delivered=store.outbox_keys())
        after = ""
        while page := store.find(ALWAYS, after=after):
            for record in page:
                agenda.put(record)
            after = page[-1].id
        store.collect(agenda, now=datetime.now(UTC))
        for item in store.pending():
            deliver.delay(item.key)


@app.task
def deliver(key: str) -> None:
    """Send by key: the receiver, here a file, acts once for each key."""
    with closing(SqliteStore(FOLDER / "desk.sqlite")) as store:
        if key not in (DELIVERED.read_text().split() if DELIVERED.exists() else ()):
            with DELIVERED.open("a") as out:
                out.write(f"{key}\n")
        store.mark_sent(key)
