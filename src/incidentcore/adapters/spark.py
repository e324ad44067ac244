"""KPIs of a Spark data frame (extra ``spark``; Java 17, and pandas 2 for ``mapInArrow``)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from incidentcore.adapters.partial_bytes import pack_partial, unpack_partial
from incidentcore.errors import MissingExtraError
from incidentcore.frames import gather_kpis_from
from incidentcore.kpi import Kpi, Partial, merge_partials
from incidentcore.kpi.engine.gather import as_kpis

try:
    import pyarrow as pa
except ModuleNotFoundError:
    raise MissingExtraError("spark", "incidentcore.adapters.spark") from None

__all__ = ["gather_spark"]


def gather_spark(
    frame: Any,
    kpis: Iterable[Kpi] | Kpi,
    mapping: Mapping[str, str | int],
    /,
    **options: Any,
) -> Partial:
    """Gather KPIs from a Spark data frame: each partition on its worker, in Arrow batches.

    The workers need this library with its extra ``spark``. Spark shows times in the zone of the
    session; they are read as instants.

    Args:
        frame: The data frame. The same id in two batches counts twice.
        kpis: The definitions, with different ids; or one alone.
        mapping: Which column holds which field; see ``frames.gather_kpis_from``.
        options: The other arguments of ``frames.gather_kpis_from``.

    Returns:
        The partial of the whole frame; ``finish_partial`` turns it into the table.

    Raises:
        InvalidValueError: ``gather_kpis_from`` refuses something; Spark wraps the error if it
            occurs only on a worker.

    Source: rule K4: parts merge to the whole, bit for bit.
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
