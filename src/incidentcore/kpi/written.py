"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from incidentcore._lazy import classes_of
from incidentcore.kpi.measures.base import Measure, ValueMeasure
from incidentcore.kpi.moments import Moment
from incidentcore.kpi.record_tests import RecordTest
from incidentcore.values import FrozenMap

WRITTEN: Final = classes_of(
    __name__,
    """
    KpiAgeBuckets=AgeBuckets KpiAtLeast=AtLeast KpiAtMost=AtMost KpiAvailability=Availability
    KpiBalance=NetFlow KpiCount=Count KpiDowntime=Downtime KpiDuration=Duration KpiEarliest=Earliest
    KpiEventCount=EventCount KpiFieldValue=FieldValue KpiFirstAcknowledged=FirstAcknowledged
    KpiFirstEvent=FirstEvent KpiFirstKnown=FirstKnown KpiFirstWhen=FirstWhen KpiGroup=Group
    KpiHourBands=HourBands Kpi KpiResult KpiTable KpiLastEvent=LastEvent KpiLinkedAt=LinkedAt
    KpiLinked=HasLink KpiLinkedShare=LinkedShare KpiObjective=Objective KpiPartial=Partial
    KpiPeriods=Periods KpiRate=Rate KpiRatioOfSums=RatioOfSums KpiRecurrence=Recurrence
    KpiReturns=ReturnCount KpiSameDay=SameDay KpiSlaClocks=SlaClocks KpiStatistic=Statistic
    KpiTimeBetweenFailures=TimeBetweenFailures KpiTimeIn=TimeIn KpiTimes=OccurrenceCount
    KpiUpdates=Updates KpiWhenResolved=WhenResolved
    """,
)

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
