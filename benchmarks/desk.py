"""The agenda of a desk: a pass over unchanged records, one change among many, memory.

Run with ``python -m benchmarks.desk [RECORDS]``; 100,000 records by default.
"""

from __future__ import annotations

import gc
import sys
import tracemalloc
from datetime import UTC, datetime, timedelta
from time import thread_time

from benchmarks.harness import print_table, ratio
from incidentcore.desk import Agenda, due_items, load_desk
from incidentcore.records import Incident, acknowledge
from incidentcore.values import Impact, Urgency

MONDAY = datetime(2026, 6, 1, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DESK = load_desk("""
desk = 1
name = "bench"
zone = "Europe/Berlin"
[calendars]
office = { hours = { mon-fri = "08:00-18:00" } }
[services.all]
calendar = "office"
response = { critical = "30m", else = "4h" }
resolution = { critical = "8h", high = "16h", else = "40h" }
warn = ["80%"]
[[agreements]]
service = "all"
[[escalation]]
name = "urgent"
when = { priority = ["critical", "high"] }
levels = [{ after = "15m", to = "group:lead" }, { at = "resolution 80%", to = "role:manager" }]
[[communication]]
name = "users"
to = "users"
updates = { first = "1h", every = "4h" }
""")


def open_incident(number: int) -> Incident:
    """Return an incident opened within the last working day."""
    impact = (Impact.HIGH, Impact.MEDIUM, Impact.LOW)[number % 3]
    return DESK.open(
        Incident,
        id=f"INC-{number}",
        title="Mail is down",
        by="kim",
        at=MONDAY + number % 500 * MINUTE,
        impact=impact,
        urgency=Urgency.MEDIUM,
    )


def change_cost(agenda: Agenda, record: Incident, now: datetime) -> float:
    """Return the median time of a change, its look and the next wake-up."""
    times = []
    for _ in range(200):
        record = acknowledge(record, at=now, by="ada")
        start = thread_time()
        agenda.put(record)
        agenda.delivered(*agenda.due(now=now))
        agenda.next_wakeup(now=now)
        times.append(thread_time() - start)
        record = open_incident(0)
        agenda.drop(record.id)
    return sorted(times)[len(times) // 2]


def held_by(count: int) -> tuple[float, float, float]:
    """Return bytes a record: in the agenda at rest, with its keys, and the record itself, asked."""
    rest = MONDAY + timedelta(days=1, hours=9)
    tracemalloc.start()
    records = [open_incident(number) for number in range(count)]
    for record in records:
        due_items(DESK, record, now=rest)
    gc.collect()
    sizes = [tracemalloc.get_traced_memory()[0]]
    agenda = Agenda(DESK, records)
    items = agenda.due(now=rest)
    agenda.delivered(*items)
    keys = sum(map(sys.getsizeof, {item.key for item in items}))
    del items
    gc.collect()
    sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    beside = sizes[1] - sizes[0]
    keys += sys.getsizeof(agenda._delivered)  # noqa: SLF001  what it was given to remember
    return (beside - keys) / count, beside / count, sizes[0] / count


def main(count: int) -> None:
    """Print the ratios."""
    now = MONDAY + 500 * MINUTE
    records = [open_incident(number) for number in range(count)]
    few, many = Agenda(DESK, records[:1_000]), Agenda(DESK, records)
    few.delivered(*few.due(now=now))
    start = thread_time()
    many.delivered(*many.due(now=now))
    first = thread_time() - start
    start = thread_time()
    many.due(now=now + MINUTE / 60)
    again = thread_time() - start
    idle, with_keys, asked = held_by(5_000)
    one = records[0]

    def change() -> None:
        few.put(acknowledge(one, at=now, by="ada"))
        few.due(now=now)
        few.drop(one.id)

    alone = ratio(change, lambda: due_items(DESK, acknowledge(one, at=now, by="ada"), now=now))
    costs = change_cost(many, one, now) / change_cost(few, one, now)
    start = thread_time()
    for record in records[:1_000]:
        due_items(DESK, record, now=now)
    poll = (thread_time() - start) * 4
    rows = [
        ("a pass over unchanged records / the first pass", again / first, "<= 0.25"),
        ("one change by the agenda / due_items of that record", alone, "<= 1.5"),
        (f"one change among {count:,} / among 1,000", costs, "<= 1.2"),
        ("a full poll of 4,000 / one change", poll / change_cost(few, one, now), ">= 1000"),
        ("bytes that the agenda adds to a record at rest", idle, "<= 200"),
        ("bytes with the keys that were delivered for it", with_keys, "stated"),
        ("bytes of a record, after one question", asked, "<= 6,000"),
    ]
    print_table(f"agenda of {count:,} records", rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
