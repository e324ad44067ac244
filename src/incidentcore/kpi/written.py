"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.engine.partial import Partial
from incidentcore.kpi.groups import AgeBuckets, Group, HourBands
from incidentcore.kpi.measures.base import Measure, ValueMeasure
from incidentcore.kpi.measures.clocks import SlaClocks
from incidentcore.kpi.measures.count import Count
from incidentcore.kpi.measures.downtime import Availability, Downtime, TimeBetweenFailures
from incidentcore.kpi.measures.duration import Duration
from incidentcore.kpi.measures.event_count import EventCount
from incidentcore.kpi.measures.field_value import FieldValue
from incidentcore.kpi.measures.linked_share import LinkedShare
from incidentcore.kpi.measures.net_flow import NetFlow
from incidentcore.kpi.measures.occurrences import OccurrenceCount
from incidentcore.kpi.measures.rate import Rate
from incidentcore.kpi.measures.ratio_of_sums import RatioOfSums
from incidentcore.kpi.measures.recurrence import Recurrence
from incidentcore.kpi.measures.returns import ReturnCount
from incidentcore.kpi.measures.time_in import TimeIn
from incidentcore.kpi.measures.updates import Updates
from incidentcore.kpi.moments import (
    Earliest,
    FirstAcknowledged,
    FirstEvent,
    FirstKnown,
    FirstWhen,
    LastEvent,
    LinkedAt,
    Moment,
)
from incidentcore.kpi.objective import Objective
from incidentcore.kpi.periods import Periods
from incidentcore.kpi.record_tests import (
    AtLeast,
    AtMost,
    HasLink,
    RecordTest,
    SameDay,
    WhenResolved,
)
from incidentcore.kpi.statistic import Statistic
from incidentcore.kpi.table import KpiResult, KpiTable
from incidentcore.values import FrozenMap

__all__ = ["FAMILIES", "MERGED", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "KpiAgeBuckets": AgeBuckets,
    "KpiAtLeast": AtLeast,
    "KpiAtMost": AtMost,
    "KpiAvailability": Availability,
    "KpiBalance": NetFlow,
    "KpiCount": Count,
    "KpiDowntime": Downtime,
    "KpiDuration": Duration,
    "KpiEarliest": Earliest,
    "KpiEventCount": EventCount,
    "KpiFieldValue": FieldValue,
    "KpiFirstAcknowledged": FirstAcknowledged,
    "KpiFirstEvent": FirstEvent,
    "KpiFirstKnown": FirstKnown,
    "KpiFirstWhen": FirstWhen,
    "KpiGroup": Group,
    "KpiHourBands": HourBands,
    "Kpi": Kpi,
    "KpiResult": KpiResult,
    "KpiTable": KpiTable,
    "KpiLastEvent": LastEvent,
    "KpiLinkedAt": LinkedAt,
    "KpiLinked": HasLink,
    "KpiLinkedShare": LinkedShare,
    "KpiObjective": Objective,
    "KpiPartial": Partial,
    "KpiPeriods": Periods,
    "KpiRate": Rate,
    "KpiRatioOfSums": RatioOfSums,
    "KpiRecurrence": Recurrence,
    "KpiReturns": ReturnCount,
    "KpiSameDay": SameDay,
    "KpiSlaClocks": SlaClocks,
    "KpiStatistic": Statistic,
    "KpiTimeBetweenFailures": TimeBetweenFailures,
    "KpiTimeIn": TimeIn,
    "KpiTimes": OccurrenceCount,
    "KpiUpdates": Updates,
    "KpiWhenResolved": WhenResolved,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    base: tuple(cls for cls in WRITTEN.values() if issubclass(cls, base))
    for base in (Measure, ValueMeasure, Moment, RecordTest)
}

Merge: TypeAlias = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


def _as(name: str, renamed: Mapping[str, str] = FrozenMap(), **more: str) -> Merge:
    """Return a function that reads the fields of an old kind as those of another kind."""

    def merge(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        taken = {new: fields[old] for old, new in renamed.items()}  # each was required
        rest = {key: value for key, value in fields.items() if key not in renamed}
        return name, {**taken, **rest, **more}

    return merge


# Kinds that became part of another: older documents name them.
MERGED: Final[dict[str, Merge]] = {
    "KpiDistinct": _as("KpiCount", {"path": "distinct"}),
    "KpiElapsed": _as("KpiFieldValue", unit="duration"),
    "KpiNumber": _as("KpiFieldValue"),
    "KpiPerDistinct": _as("KpiCount", {"path": "per"}),
    "KpiPerRecord": _as("KpiCount", {"total": "amount"}),
    "KpiSlaBreached": _as("KpiSlaClocks", outcome="running_breached"),
    "KpiSlaCyclesMet": _as("KpiSlaClocks", outcome="cycles_met"),
    "KpiSlaMet": _as("KpiSlaClocks", outcome="met"),
    "KpiTimeOverTarget": _as("KpiSlaClocks", outcome="time_over_target"),
    "KpiUpdateLateness": _as("KpiUpdates", outcome="lateness"),
}
