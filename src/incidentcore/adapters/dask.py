"""Compute KPIs of a Dask data frame (extra ``dask``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from incidentcore.adapters.partial_bytes import pack_partial, unpack_partial
from incidentcore.errors import MissingExtraError
from incidentcore.frames import gather_kpis_from
from incidentcore.kpi import Kpi, Partial, merge_partials
from incidentcore.kpi.engine.partial import as_kpis

try:
    from dask import compute, delayed
except ModuleNotFoundError:
    raise MissingExtraError("dask", "incidentcore.adapters.dask") from None

__all__ = ["gather_dask"]

_FAN_IN = 16


def gather_dask(
    frame: Any, kpis: Iterable[Kpi] | Kpi, mapping: Mapping[str, str | int], /, **options: Any
) -> Partial:
    """Gather KPIs from a Dask data frame; each partition is processed where it is stored.

    A record whose id is in two partitions is counted twice. The other arguments are those of
    ``frames.gather_kpis_from``.

    Raises:
        InvalidValueError: ``gather_kpis_from`` rejects an argument.

    Source: rule K4: merged partial results equal the partial result of all records.
    """
    several = as_kpis(kpis)
    gather, merge = delayed(_gather), delayed(_merge)
    parts = [gather(one, several, dict(mapping), options) for one in frame.to_delayed()]
    while len(parts) > 1:
        starts = range(0, len(parts), _FAN_IN)
        parts = [merge(parts[start : start + _FAN_IN]) for start in starts]
    (data,) = compute(*parts)
    return unpack_partial(data)


def _gather(
    frame: Any, kpis: tuple[Kpi, ...], mapping: dict[str, str | int], options: dict[str, Any]
) -> bytes:
    return pack_partial(gather_kpis_from(frame, kpis, mapping, **options))


def _merge(parts: list[bytes]) -> bytes:
    return pack_partial(merge_partials(map(unpack_partial, parts)))
