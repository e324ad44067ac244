"""Compute KPIs of a Spark data frame (extra ``spark``; needs Java 17, and pandas 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from incidentcore.adapters.partial_bytes import pack_partial, unpack_partial
from incidentcore.errors import MissingExtraError
from incidentcore.frames import gather_kpis_from
from incidentcore.kpi import Kpi, Partial, merge_partials
from incidentcore.kpi.engine.partial import as_kpis

try:
    import pyarrow as pa
except ModuleNotFoundError:
    raise MissingExtraError("spark", "incidentcore.adapters.spark") from None

__all__ = ["gather_spark"]


def gather_spark(
    frame: Any, kpis: Iterable[Kpi] | Kpi, mapping: Mapping[str, str | int], /, **options: Any
) -> Partial:
    """Gather KPIs from a Spark data frame; each partition is processed on its worker.

    The workers need this library with its extra ``spark``. Times are read as instants, so the time
    zone of the session does not matter.

    A record whose id is in two Arrow batches is counted twice. The other arguments are those of
    ``frames.gather_kpis_from``.

    Raises:
        InvalidValueError: ``gather_kpis_from`` rejects an argument; Spark wraps the error if it
            occurs on a worker.

    Source: rule K4: merged partial results equal the partial result of all records.
    """
    several = as_kpis(kpis)
    empty = gather_kpis_from([], several, mapping, **options)  # refuses here what can be
    work = _worker(several, dict(mapping), options)
    found = frame.mapInArrow(work, "part binary").collect()
    return merge_partials([empty, *(unpack_partial(bytes(row[0])) for row in found)])


def _worker(
    kpis: tuple[Kpi, ...], mapping: dict[str, str | int], options: dict[str, Any]
) -> Callable[[Iterator[Any]], Iterator[Any]]:
    def work(batches: Iterator[Any]) -> Iterator[Any]:
        data = pack_partial(gather_kpis_from(batches, kpis, mapping, **options))
        yield pa.RecordBatch.from_arrays([pa.array([data], pa.binary())], ["part"])

    return work
