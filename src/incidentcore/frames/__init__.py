"""Compute business time and KPIs of whole data frames (extra ``frames``: numpy and narwhals)."""

from incidentcore.errors import MissingExtraError

try:
    from incidentcore.frames.business_time import add_business_days, deadline, is_open, open_time
    from incidentcore.frames.kpis import gather_kpis_from
    from incidentcore.frames.tables import records_to_frame, rows, to_frame
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] not in ("narwhals", "numpy"):
        raise
    raise MissingExtraError("frames", "incidentcore.frames") from None

__all__ = [
    "add_business_days",
    "deadline",
    "gather_kpis_from",
    "is_open",
    "open_time",
    "records_to_frame",
    "rows",
    "to_frame",
]
