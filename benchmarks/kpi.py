"""KPIs over records beside a plain loop that computes the same figures and nothing else.

How time and memory grow is shown up to 100,000 records, or up to as many as are asked for; a
million take some minutes, since memory is traced:

    python -m benchmarks.kpi 1000000
"""

from __future__ import annotations

import sys
import tracemalloc
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial as bind
from itertools import cycle, islice
from random import Random
from statistics import fmean, quantiles
from time import thread_time

from attrs import evolve

from benchmarks.harness import print_table, ratio
from incidentcore.conditions import field
from incidentcore.kpi import (
    Kpi,
    KpiTable,
    Rate,
    catalogue,
    compute_kpis,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.kpi.measures.base import PartialMode
from incidentcore.records import Opened, Record
from incidentcore.values import Priority
from incidentcore.vendors import read_table

START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = START + timedelta(days=400)
RECORDS = 20_000
PARTS = 100
SIZES = (1_000, 10_000, 100_000, 1_000_000)
KEPT: dict[PartialMode, str] = {
    "exact": "8 bytes a resolved record",
    "sketch": "bounded by the buckets",
}

_RESOLVED = field("resolved_at").present()
_CALM = field("reassignment_count").equals(0) & field("reopen_count").equals(0)

KPIS: tuple[Kpi, ...] = (
    catalogue.MEAN_TIME_TO_RESOLVE,
    catalogue.MEDIAN_TIME_TO_RESOLVE,
    catalogue.P90_TIME_TO_RESOLVE,
    catalogue.P95_TIME_TO_RESOLVE,
    Kpi(
        id="first_contact",
        measure=Rate(numerator=_CALM, denominator=_RESOLVED, of="resolved", outside="unresolved"),
    ),
    Kpi(
        id="made_sla",
        measure=Rate(numerator=field("custom.made_sla").is_true(), of="all"),
        canceled="include",
    ),
)


def _at_home(record: Record) -> Record:
    """Return a record as if it had been kept here: its source covers everything."""
    return type(record).from_history(
        evolve(event, covers=None) if isinstance(event, Opened) else event
        for event in record.history
    )


def make_records(n: int, seed: int = 7) -> list[Record]:
    """Return records as an export of one row for each ticket gives them."""
    random = Random(seed)  # noqa: S311  made-up data
    names = [level.name for level in Priority.scale]
    rows = []
    for number in range(n):
        opened = START + timedelta(minutes=random.randrange(525_600))
        resolved = opened + timedelta(seconds=int(random.lognormvariate(10, 1.5)))
        rows.append(
            {
                "id": f"I{number}",
                "opened": opened,
                "acknowledged": opened + timedelta(minutes=random.randrange(120)),
                "resolved": None if number % 17 == 0 else resolved,
                "closed": None if number % 17 == 0 else resolved + timedelta(days=5),
                "priority": random.choice(names),
                "made_sla": number % 3 > 0,
            }
        )
    fields = ("id", "opened", "acknowledged", "resolved", "closed", "priority")
    imported = read_table(rows, {name: name for name in fields})
    return [_at_home(record) for record in imported]


def plain(records: Sequence[Record]) -> dict[object, tuple[float, ...]]:
    """Compute the same figures in one loop, without definition, n or reasons."""
    times: dict[object, list[float]] = defaultdict(list)
    calm: dict[object, int] = defaultdict(int)
    made: dict[object, int] = defaultdict(int)
    total: dict[object, int] = defaultdict(int)
    for record in records:
        if record.opened_at > AS_OF:
            continue
        group = record.priority
        total[group] += 1
        if record.custom["made_sla"]:
            made[group] += 1
        if record.resolved_at is not None and record.resolved_at <= AS_OF:
            times[group].append((record.resolved_at - record.opened_at).total_seconds())
            if record.reassignment_count == 0 and record.reopen_count == 0:
                calm[group] += 1
    figures: dict[object, tuple[float, ...]] = {}
    for key, values in times.items():
        cuts = quantiles(values, n=100, method="inclusive")
        shares = (calm[key] / len(values), made[key] / total[key])
        figures[key] = (fmean(values), cuts[49], cuts[89], cuts[94], *shares)
    return figures


def library(records: Sequence[Record]) -> dict[object, tuple[float, ...]]:
    """Compute the figures by the library."""
    table = compute_kpis(KPIS, records, as_of=AS_OF, group_by="priority")
    figures: dict[object, tuple[float, ...]] = defaultdict(tuple)
    for row in table.results:
        value = row.value
        number = value.total_seconds() if isinstance(value, timedelta) else float(value or 0)
        figures[row.group[0]] += (number,)
    return figures


def stream(records: Sequence[Record], n: int) -> Iterator[Record]:
    """Yield n records, the given ones over and over: what is measured holds none of them."""
    return islice(cycle(records), n)


def _table(records: Sequence[Record], n: int, mode: PartialMode) -> KpiTable:
    return compute_kpis(KPIS, stream(records, n), as_of=AS_OF, group_by="priority", mode=mode)


def _seconds(records: Sequence[Record], n: int, mode: PartialMode) -> float:
    began = thread_time()
    _table(records, n, mode)
    return thread_time() - began


def _peaks(records: Sequence[Record], n: int, mode: PartialMode) -> tuple[int, int]:
    """Return the most bytes that were held while gathering, and with the table made of it."""
    tracemalloc.start()
    gathered = gather_kpis(KPIS, stream(records, n), as_of=AS_OF, group_by="priority", mode=mode)
    gathering = tracemalloc.get_traced_memory()[1]
    finish_partial(gathered)
    whole = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return gathering, whole


def growth(records: Sequence[Record], most: int) -> list[tuple[str, float | str, str]]:
    """Return how time and memory grow with the number of records, in both modes."""
    rows: list[tuple[str, float | str, str]] = []
    for mode, kept in KEPT.items():
        first = None
        for n in (size for size in SIZES if size <= most):
            rounds = max(3, min(15, 100_000 // n))
            spent = min(_seconds(records, n, mode) for _ in range(rounds)) / n
            first = first or spent
            gathering, whole = _peaks(records, n, mode)
            shown = f"{n:,} records, {mode}"
            rows += [
                (f"{shown}: time a record / at 1,000", spent / first, "about 1 or less"),
                (f"{shown}: kB held while gathering", f"{gathering / 1024:,.0f}", kept),
                (f"{shown}: kB held with the table", f"{whole / 1024:,.0f}", ""),
            ]
    return rows


def main() -> None:
    """Print the ratios of the performance page that are about KPIs."""
    records = make_records(RECORDS)
    expected, found = plain(records), library(records)
    for group, figures in expected.items():
        for left, right in zip(figures, found[group], strict=True):
            assert abs(left - right) <= 1e-6 * max(1, abs(left)), (group, left, right)
    sketch = bind(gather_kpis, KPIS, as_of=AS_OF, group_by="priority", mode="sketch")
    parts = [sketch(records[step::PARTS]) for step in range(PARTS)]
    assert finish_partial(merge_partials(parts)) == finish_partial(sketch(records))
    most = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rows: list[tuple[str, float | str, str]] = [
        (
            f"6 KPIs by priority over {RECORDS:,} records / plain loop",
            ratio(bind(library, records), bind(plain, records), rounds=15),
            "<= 1.5",
        ),
        (
            f"merging {PARTS} sketch partials / building one over all",
            f"{100 * ratio(bind(merge_partials, parts), bind(sketch, records), rounds=15):.1f} %",
            "<= 5 %",
        ),
    ]
    print_table(
        f"KPIs, {sys.implementation.name} {sys.version.split()[0]}", rows + growth(records, most)
    )


if __name__ == "__main__":
    main()
