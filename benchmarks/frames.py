"""Columns beside the raw expressions of numpy, pandas and polars that do the same and nothing else.

Rows, a million unless said otherwise:

    python -m benchmarks.frames 10000000
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from benchmarks.harness import print_table, ratio
from incidentcore.frames import gather_kpis_from, open_time
from incidentcore.frames.clock import CHUNK, Clock
from incidentcore.kpi import Kpi, catalogue, finish_partial
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition

AS_OF = datetime(2027, 1, 1, tzinfo=UTC)
HOLIDAYS = ("2026-12-25", "2026-01-01", "2026-07-03")
OFFICE = BusinessCalendar(
    zone="America/New_York", hours={"mon-fri": "09:00-17:00"}, holidays=HOLIDAYS
)
ODD = BusinessCalendar(zone="America/New_York", hours={"mon-fri": "09:01-17:00"}, holidays=HOLIDAYS)
MAPPING = {"id": "id", "opened": "in", "resolved": "out", "priority": "priority"}
LEVELS = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low")
QUANTILES = (0.5, 0.9, 0.95)
TIMES: tuple[Kpi, ...] = (
    catalogue.MEAN_TIME_TO_RESOLVE,
    catalogue.MEDIAN_TIME_TO_RESOLVE,
    catalogue.P90_TIME_TO_RESOLVE,
    catalogue.P95_TIME_TO_RESOLVE,
)
HOURS = 12
COMPLIANCE = catalogue.sla_compliance(SlaDefinition.resolution(hours=HOURS, calendar=OFFICE))
_DAY = 86_400_000_000


def made_tickets(rows: int, seed: int = 7) -> tuple[Any, Any, Any]:
    """Return openings, resolutions (five per cent missing) and priorities."""
    random = np.random.default_rng(seed)
    base = int(np.datetime64("2026-01-01", "us").astype(np.int64))
    opened = base + random.integers(0, 350 * _DAY, rows)
    resolved = (opened + random.exponential(1.1 * _DAY, rows).astype(np.int64)).view("M8[us]")
    resolved[random.random(rows) < 0.05] = np.datetime64("NaT")
    return opened.view("M8[us]"), resolved, random.choice(np.array(LEVELS), rows)


def raw_open_time(clock: Clock, start: Any, end: Any) -> Any:
    """Return the open time by two searches, in pieces that stay in the cache, unchecked."""
    edges, offsets = clock.edges, clock.offsets
    first, last = start.view(np.int64), end.view(np.int64)
    total = np.empty(len(first), np.int64)
    for place in range(0, len(first), CHUNK):
        a, b = first[place : place + CHUNK], last[place : place + CHUNK]
        i, j = np.searchsorted(edges, a, "right"), np.searchsorted(edges, b, "right")
        total[place : place + CHUNK] = offsets[j] + (j & 1) * b - (offsets[i] + (i & 1) * a)
    return total


def peak(call: Callable[[], object]) -> float:
    """Return the most megabytes that a call held at once."""
    tracemalloc.start()
    call()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def numpy_figures(opened: Any, resolved: Any, codes: Any) -> list[Any]:
    """Return mean and quantiles by priority."""
    there = ~np.isnat(resolved)
    times = (resolved - opened)[there].view(np.int64)
    codes = codes[there]
    rows = []
    for code in range(len(LEVELS)):
        some = times[codes == code]
        rows.append((some.mean(), *np.quantile(some, QUANTILES)))
    return rows


def pandas_figures(frame: Any) -> Any:
    """Return mean and quantiles by priority."""
    times = (frame["out"] - frame["in"]).groupby(frame["priority"], observed=True)
    return times.mean(), times.quantile(list(QUANTILES))


def polars_figures(frame: Any, limit: int | None = None) -> Any:
    """Return mean and quantiles by priority; with a limit also the share of open hours below."""
    time = (pl.col("out") - pl.col("in")).dt.total_microseconds()
    figures = [time.mean().alias("mean")]
    figures += [time.quantile(q, "linear").alias(str(q)) for q in QUANTILES]
    if limit is not None:
        figures.append((pl.col("open") <= limit).mean().alias("compliance"))
    return frame.group_by("priority").agg(figures)


def columns(frame: Any, kpis: tuple[Kpi, ...], mode: str = "exact") -> Any:
    """Return the table of columns."""
    how: Any = {"as_of": AS_OF, "group_by": "priority", "unique_ids": True, "mode": mode}
    return finish_partial(gather_kpis_from(frame, kpis, MAPPING, **how))


def main(rows: int) -> None:
    """Measure and print."""
    opened, resolved, priority = made_tickets(rows)
    end = np.where(np.isnat(resolved), opened, resolved)
    low, high = int(opened.view(np.int64).min()), int(end.view(np.int64).max())
    searched, gridded = Clock(ODD, low, high), Clock(OFFICE, low, high)
    for calendar, clock in ((ODD, searched), (OFFICE, gridded)):
        answer = open_time(calendar, opened, end).view(np.int64)
        assert (answer == raw_open_time(clock, opened, end)).all()
    frame = pl.DataFrame(
        {"id": np.arange(rows), "in": opened, "out": resolved, "priority": priority}
    ).with_columns(
        pl.col("in", "out").dt.replace_time_zone("UTC"),
        pl.col("priority").cast(pl.Enum(LEVELS)),
    )
    panda = pd.DataFrame({"in": opened, "out": resolved, "priority": pd.Categorical(priority)})
    codes = frame["priority"].to_physical().to_numpy()
    ready = frame.with_columns(
        pl.Series("open", open_time(OFFICE, frame["in"], frame["out"])).dt.total_microseconds()
    )
    limit = HOURS * 3_600_000_000
    means = {row[0]: row[1] for row in polars_figures(frame).iter_rows()}
    for result in columns(frame, TIMES[:1]).results:
        value = result.value.total_seconds() * 1e6
        level = LEVELS[("critical", "high", "moderate", "low").index(result.group[0].name)]
        assert abs(value - means[level]) < 1

    def paired(a: Callable[[], object], b: Callable[[], object]) -> float:
        return ratio(a, b, rounds=7, clock=perf_counter)  # polars has threads of its own

    extra = peak(lambda: open_time(ODD, opened, end)) - rows * 8 / 1e6
    whole = (*TIMES, COMPLIANCE)
    print_table(
        f"Columns, {rows:,} rows",
        [
            (
                "open_time / raw two-searchsorted expression",
                paired(
                    lambda: open_time(ODD, opened, end),
                    lambda: raw_open_time(searched, opened, end),
                ),
                "<= 1.2",
            ),
            (
                "open_time, edges on a grid / raw expression",
                paired(
                    lambda: open_time(OFFICE, opened, end),
                    lambda: raw_open_time(gridded, opened, end),
                ),
                "<= 0.2",
            ),
            ("MB beyond the output", extra, "<= 16"),
            (
                "four times by priority / raw numpy",
                paired(
                    lambda: columns(frame, TIMES), lambda: numpy_figures(opened, resolved, codes)
                ),
                "<= 1.2",
            ),
            (
                "the same by sketches / raw numpy",
                paired(
                    lambda: columns(frame, TIMES, "sketch"),
                    lambda: numpy_figures(opened, resolved, codes),
                ),
                "<= 1.2",
            ),
            (
                "pandas / the same by columns",
                paired(lambda: pandas_figures(panda), lambda: columns(frame, TIMES)),
                ">= 2",
            ),
            (
                "with a compliance by calendar / polars on ready hours",
                paired(lambda: columns(frame, whole), lambda: polars_figures(ready, limit)),
                "<= 2",
            ),
        ],
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
