"""What a type checker must see through the lazy facade; checked, never run."""

from collections.abc import Callable
from datetime import datetime

import incidentcore
from incidentcore import (
    DefinitionError,
    IncidentCoreError,
    Interval,
    NaiveDatetimeError,
    Versions,
    __version__,
    as_utc,
    content_id,
    tzdb_version,
)


def span(start: datetime, end: datetime) -> Interval:
    interval = Interval(start, end)
    moment: datetime = as_utc(interval.start)
    inside: bool = moment in interval
    overlap: Interval | None = interval.intersect(interval)
    return overlap if overlap and inside else interval


def version_at(plan: Versions[int], at: datetime) -> int:
    values: list[int] = list(plan)
    wrong: str = plan.at(at)  # type: ignore[assignment]
    return plan.at(at) + len(values) + len(wrong)


def frozen(interval: Interval) -> None:
    interval.start = interval.end  # type: ignore[misc]


identify: Callable[[object], str] = content_id
version: str = __version__
zone_data: tuple[str, str] = tzdb_version()
bases: tuple[type[ValueError], type[ValueError]] = (DefinitionError, NaiveDatetimeError)
root: type[Exception] = IncidentCoreError
misspelt = incidentcore.Intervall  # type: ignore[attr-defined]
