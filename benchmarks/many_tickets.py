"""Many tickets in parquet files, gathered by one process and by two: time, memory and disk.

Files of 2,500,000 made tickets each, 8 unless said otherwise, in a folder that stays:

    python -m benchmarks.many_tickets /var/tmp/tickets 40

Where other programs take turns on the cores, the time of the processes says more than the clock.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
import polars as pl

from benchmarks.frames import AS_OF, COMPLIANCE, LEVELS, MAPPING, TIMES, made_tickets
from incidentcore.adapters.processes import gather_in_processes
from incidentcore.kpi import finish_partial

ROWS = 2_500_000


def _used() -> float:
    """Return the seconds of a core that ended processes took."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main(folder: Path, files: int) -> None:
    """Write the files that are not there, gather twice, and print."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"tickets-{number:03}.parquet" for number in range(files)]
    for number, path in enumerate(paths):
        if not path.exists():
            opened, resolved, priority = made_tickets(ROWS, seed=number)
            first = number * ROWS
            frame = pl.DataFrame(
                {
                    "id": np.arange(first, first + ROWS),
                    "in": opened,
                    "out": resolved,
                    "priority": priority,
                }
            )
            frame.with_columns(pl.col("in", "out").dt.replace_time_zone("UTC")).with_columns(
                pl.col("priority").cast(pl.Enum(LEVELS))
            ).write_parquet(path)
    size = sum(path.stat().st_size for path in paths)
    print(f"{files * ROWS:,} tickets in {files} files, {size / 1e9:.2f} GB")
    seconds, tables = [], []
    for workers in (1, 2):
        began, used, own = perf_counter(), _used(), process_time()
        part = gather_in_processes(
            paths,
            (*TIMES, COMPLIANCE),
            MAPPING,
            workers=workers,
            as_of=AS_OF,
            group_by="priority",
            mode="sketch",
            unique_ids=True,
        )
        tables.append(finish_partial(part))
        seconds.append(perf_counter() - began)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
        print(
            f"{workers} workers: {seconds[-1]:.1f} s, {_used() - used:.1f} s of their own time, "
            f"{process_time() - own:.2f} s of the process that merges, "
            f"at most {most:,.0f} MB in one of them",
            flush=True,
        )
    assert tables[0] == tables[1]
    print(f"two / one: {seconds[1] / seconds[0]:.2f}\n{tables[0]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 8)
