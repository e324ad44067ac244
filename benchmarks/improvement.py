"""Recurrence and problem candidates beside plain loops that count the same groups, and memory."""

from __future__ import annotations

import sys
import tracemalloc
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial as bind
from itertools import pairwise
from random import Random
from time import thread_time

from benchmarks.harness import print_table, ratio
from incidentcore.improvement import problem_candidates, recurrence
from incidentcore.improvement.problem_candidates import DIMENSIONS
from incidentcore.records import Incident, Record

START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = START + timedelta(days=400)
WEEK = timedelta(days=7)
RECORDS = 20_000
_FIELDS = ("category", "configuration_item", "service", "assignment_group")


def make_records(n: int, seed: int = 7) -> list[Record]:
    """Return incidents of a year with values of very different frequency."""
    random = Random(seed)  # noqa: S311  made-up data

    def skewed(most: int) -> int:
        return min(int(random.paretovariate(0.7)), most)

    return [
        Incident.open(
            id=f"I{number}",
            title="x",
            by=f"caller{skewed(5_000)}",
            at=START + timedelta(minutes=random.randrange(525_600)),
            category=(f"c{skewed(40)}", f"s{skewed(200)}"),
            configuration_item=f"host{skewed(2_000)}",
            service=f"service{skewed(60)}",
            assignment_group=f"g{skewed(70)}",
        )
        for number in range(n)
    ]


def plain_recurrence(records: Sequence[Record]) -> dict[object, int]:
    """Count repeats by category and nothing else."""
    by_key: dict[object, list[datetime]] = defaultdict(list)
    for record in records:
        if record.opened_at <= AS_OF and record.canceled_at is None and record.category:
            by_key[record.category].append(record.opened_at)
    return {
        key: again
        for key, opened in by_key.items()
        if (again := sum(b - a <= WEEK for a, b in pairwise(sorted(opened))))
    }


def plain_groups(records: Sequence[Record]) -> dict[tuple[str, ...], int]:
    """Gather the members of each group of each dimension, and nothing else."""
    dimensions = [part if isinstance(part, tuple) else (part,) for part in DIMENSIONS]
    members: dict[tuple[str, ...], dict[tuple[object, ...], list[str]]] = {}
    places = [tuple(_FIELDS.index(str(name)) for name in names) for names in dimensions]
    groups: list[dict[tuple[object, ...], list[str]]] = [defaultdict(list) for _ in dimensions]
    for record in records:
        if record.opened_at > AS_OF or record.canceled_at is not None:
            continue
        values = [getattr(record, name) for name in _FIELDS]
        for group, place in zip(groups, places, strict=True):
            key = tuple([values[step] for step in place])
            if all(key):
                group[key].append(record.id)
    for names, group in zip(dimensions, groups, strict=True):
        members[tuple(map(str, names))] = group
    return {names: len(group) for names, group in members.items()}


def library_recurrence(records: Sequence[Record]) -> dict[object, int]:
    """Count repeats by the library."""
    found = recurrence(records, "category", WEEK, as_of=AS_OF)
    return {group.key[0]: group.repeats for group in found.groups}


def library_groups(records: Sequence[Record]) -> dict[tuple[str, ...], int]:
    """Find candidates by the library."""
    found = problem_candidates(records, as_of=AS_OF, limit=20)
    return {one.dimension: one.values for one in found.dimensions}


def growth() -> list[tuple[str, float | str, str]]:
    """Return how time and memory for a record grow with the number of records."""
    rows: list[tuple[str, float | str, str]] = []
    first = None
    for n in (2_000, 20_000, 100_000):
        records = make_records(n)
        began = thread_time()
        library_groups(records)
        spent = (thread_time() - began) / n
        first = first or spent
        rows.append((f"candidates: time a record at {n:,} / at 2,000", spent / first, "about 1"))
        for name, run, most in (
            ("candidates", library_groups, "<= 800"),
            ("recurrence", library_recurrence, "<= 250"),
        ):
            tracemalloc.start()
            run(records)
            peak = tracemalloc.get_traced_memory()[1] / n
            tracemalloc.stop()
            rows.append((f"{name}: bytes a record at {n:,}", peak, most))
    return rows


def main() -> None:
    """Print the ratios and the memory."""
    records = make_records(RECORDS)
    assert library_recurrence(records) == plain_recurrence(records)
    assert library_groups(records) == plain_groups(records)
    rows: list[tuple[str, float | str, str]] = [
        (
            f"recurrence of {RECORDS:,} by category / plain loop",
            ratio(bind(library_recurrence, records), bind(plain_recurrence, records), rounds=9),
            "<= 6",
        ),
        (
            f"candidates in {RECORDS:,} by 9 dimensions / grouping alone",
            ratio(bind(library_groups, records), bind(plain_groups, records), rounds=9),
            "<= 4",
        ),
    ]
    print_table(f"improvement, {sys.implementation.name} {sys.version.split()[0]}", rows + growth())


if __name__ == "__main__":
    main()
