"""A hundred shuffled parts in four processes give the table of the whole, in each mode."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial as bind
from multiprocessing import get_context
from random import Random
from typing import Literal

import pytest
from tests.kpi.strategies import BASIC

from incidentcore.kpi import (
    Periods,
    catalogue,
    compute_kpis,
    finish_partial,
    gather_kpis,
    merge_partials,
)
from incidentcore.records import Incident
from incidentcore.vendors import read_table

START = datetime(2026, 1, 1, tzinfo=UTC)
AS_OF = START + timedelta(days=60)


def desk(n: int) -> list[Incident]:
    random = Random(11)  # noqa: S311  made-up data
    rows = []
    for number in range(n):
        opened = START + timedelta(minutes=random.randrange(60 * 24 * 50))
        resolved = opened + timedelta(seconds=int(random.lognormvariate(10, 2)))
        rows.append(
            {
                "id": str(number),
                "in": opened,
                "out": None if number % 9 == 0 else resolved,
                "p": random.choice(["critical", "high", "low", ""]),
            }
        )
    mapping = {"id": "id", "opened": "in", "resolved": "out", "priority": "p"}
    return list(read_table(rows, mapping))


@pytest.mark.process
@pytest.mark.parametrize("mode", ["exact", "sketch"])
def test_parts_from_four_processes_merge_to_the_whole(mode: Literal["exact", "sketch"]) -> None:
    """Whole, streamed, and merged from parts that come back in any order: equal tables (K4)."""
    incidents = desk(1_000)
    kpis = tuple(kpi for kpi in BASIC if kpi.window_basis != "snapshot")
    kpis += (catalogue.BACKLOG_GROWTH, catalogue.MEAN_TIME_TO_CLOSE.replace(confidence="0.9"))
    if mode == "exact":
        kpis += (catalogue.recurrence_rate("priority", days=2), catalogue.AVAILABILITY)
    how = bind(
        gather_kpis, kpis, as_of=AS_OF, group_by="priority", window=Periods("week"), mode=mode
    )
    Random(3).shuffle(incidents)  # noqa: S311  made-up data
    parts = [incidents[step::100] for step in range(100)]

    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(how, parts, chunksize=5))
    Random(5).shuffle(done)  # noqa: S311  made-up data

    whole = compute_kpis(
        kpis, iter(incidents), as_of=AS_OF, group_by="priority", window=Periods("week"), mode=mode
    )
    assert finish_partial(merge_partials(done)) == finish_partial(how(incidents)) == whole
