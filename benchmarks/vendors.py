"""Reading tables beside ``csv.DictReader`` alone, and memory with many rows streamed.

python -m benchmarks.vendors 1000000
"""

from __future__ import annotations

import csv
import sys
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from time import thread_time

from benchmarks.harness import print_table, ratio
from incidentcore.vendors import read_happyfox, read_jira, read_table

ROWS = 20_000
START = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = {
    "id": "Number",
    "opened": "Opened",
    "responded": "Answered",
    "resolved": "Resolved",
    "closed": "Closed",
    "state": "State",
    "priority": "Priority",
    "title": "Title",
    "caller": "Caller",
    "group": "Group",
    "category": "Category",
}


def lines() -> Iterator[str]:
    """Yield a table of eleven columns with three moments, without end."""
    random = Random(7)  # noqa: S311  a table that is the same each time
    yield ",".join(COLUMNS.values()) + "\n"
    number = 0
    while True:
        number += 1
        opened = START + timedelta(minutes=random.randrange(500_000))
        resolved = opened + timedelta(minutes=random.randrange(5_000))
        times = (opened, None, resolved, resolved + timedelta(days=5))
        cells = ("" if at is None else f"{at:%Y-%m-%d %H:%M:%S}" for at in times)
        rest = f"Closed,2 - High,Mail {number},Caller {number % 500},Group {number % 20},mail"
        yield f"INC{number},{','.join(cells)},{rest}\n"


def issue(number: int) -> dict[str, object]:
    """Return an issue of Jira with ten changes of status."""
    names = ("To Do", "In progress")
    histories = [
        {
            "id": str(n),
            "author": {"accountId": "ada", "accountType": "atlassian"},
            "created": f"2026-03-02T{9 + n}:00:00.000+0000",
            "items": [
                {"field": "status", "fromString": names[n % 2], "toString": names[(n + 1) % 2]}
            ],
        }
        for n in range(10)
    ]
    fields = {
        "created": "2026-03-02T08:00:00.000+0000",
        "status": {"name": "To Do"},
        "reporter": {"accountId": "kim", "accountType": "customer"},
    }
    return {"key": f"SD-{number}", "fields": fields, "changelog": {"histories": histories}}


def ticket(number: int) -> dict[str, object]:
    """Return a ticket of HappyFox with ten changes of status."""
    names = ("New", "In Progress")
    updates = [
        {
            "update_id": n,
            "timestamp": f"2026-03-02 {9 + n:02}:00:00",
            "by": {"type": "staff", "id": 7},
            "status_change": {"old_name": names[n % 2], "new_name": names[(n + 1) % 2]},
        }
        for n in range(10)
    ]
    return {
        "id": number,
        "created_at": "2026-03-02 08:00:00",
        "status": {"name": "New"},
        "user": {"id": 1},
        "updates": updates,
    }


def main() -> None:
    """Print rows a second, the ratio, and how memory grows."""
    table = list(islice(lines(), ROWS + 1))

    def plain() -> int:
        return sum(1 for _ in csv.DictReader(table))

    def ours() -> int:
        return sum(1 for _ in read_table(table, COLUMNS, zone="Europe/Berlin"))

    begin = thread_time()
    assert ours() == plain() == ROWS
    seconds = thread_time() - begin
    rows: list[tuple[str, float | str, str]] = [
        ("read_table / csv.DictReader", ratio(ours, plain), "18"),
        ("rows a second, both together", f"{ROWS / seconds:,.0f}", ""),
    ]
    for name, read, make in (("jira", read_jira, issue), ("happyfox", read_happyfox, ticket)):
        source = [make(number) for number in range(2_000)]
        begin = thread_time()
        events = sum(record.version for record in read(source))
        speed = events / (thread_time() - begin)
        rows.append((f"{name}: events a second", f"{speed:,.0f}", ""))
    print_table("Imports", rows)

    sizes = [1_000, 10_000, *map(int, sys.argv[1:2])]
    kept: list[tuple[str, float | str, str]] = []
    for size in sizes:
        tracemalloc.start()
        count = sum(1 for _ in read_table(islice(lines(), size + 1), COLUMNS))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        kept.append((f"{count:,} rows streamed", f"{peak / 1e6:.1f} MB", "ids seen grow"))
    print_table("Memory", kept)


if __name__ == "__main__":
    main()
