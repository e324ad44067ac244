"""Compute KPIs of many files or frames in several processes on one machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import repeat
from multiprocessing import get_context
from typing import Any

from incidentcore.errors import InvalidValueError
from incidentcore.frames import gather_kpis_from
from incidentcore.kpi import Kpi, Partial, merge_partials
from incidentcore.kpi.engine.partial import as_kpis

__all__ = ["gather_in_processes"]


def gather_in_processes(
    sources: Iterable[Any],
    kpis: Iterable[Kpi] | Kpi,
    mapping: Mapping[str, str | int],
    /,
    *,
    workers: int = 2,
    **options: Any,
) -> Partial:
    """Gather KPIs from several sources in parallel, and return one partial result for all of them.

    Each source is read in a new process, which imports the main module; so a script must call this
    function under ``if __name__ == "__main__":``.

    Args:
        sources: Paths of parquet files, which the processes open themselves, or frames, which are
            sent to them. A record whose id is in two sources is counted twice.
        kpis: The definitions, with different ids; or a single definition.
        mapping: The column of each field.
        workers: The number of processes that run at the same time.
        options: The other arguments of ``frames.gather_kpis_from``.

    Raises:
        InvalidValueError: ``sources`` is empty, or ``gather_kpis_from`` rejects an argument.

    Source: rule K4: merged partial results equal the partial result of all records.
    """
    several = as_kpis(kpis)
    given = list(sources)
    if not given:
        raise InvalidValueError("sources", given, "at least one source")
    # A process imports what it calls: ``frames`` takes a third of the time of this package.
    gather = partial(gather_kpis_from, **options)
    # Not forked: data frame libraries run their own threads, which do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return merge_partials(pool.map(gather, given, repeat(several), repeat(dict(mapping))))
