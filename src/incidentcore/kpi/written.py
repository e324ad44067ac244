"""How documents name the classes of this room; ``serialization`` gathers these lists."""

from __future__ import annotations

from typing import Final

from incidentcore.kpi.criteria import AtLeast, AtMost, HasLink, SameDay
from incidentcore.kpi.definition import Kpi, Statistic
from incidentcore.kpi.groups import AgeBuckets, Group, HourBands
from incidentcore.kpi.measures import (
    Duration,
    DurationField,
    NumberField,
    OccurrenceCount,
    ReturnCount,
    TimeIn,
    TimeOverTarget,
    UpdateLateness,
    Updates,
)
from incidentcore.kpi.moments import (
    Earliest,
    FirstEvent,
    FirstKnown,
    FirstWhen,
    LastEvent,
    LinkedAt,
)
from incidentcore.kpi.partials import Partial
from incidentcore.kpi.periods import Periods
from incidentcore.kpi.report import KpiResult, KpiTable
from incidentcore.kpi.shares import (
    Availability,
    Count,
    Distinct,
    LinkedShare,
    NetFlow,
    PerDistinct,
    PerRecord,
    Rate,
    RatioOfSums,
    Recurrence,
    SlaBreached,
    SlaCyclesMet,
    SlaMet,
    TimeBetweenFailures,
)

__all__ = ["WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "KpiAgeBuckets": AgeBuckets,
    "KpiAtLeast": AtLeast,
    "KpiAtMost": AtMost,
    "KpiAvailability": Availability,
    "KpiBalance": NetFlow,
    "KpiCount": Count,
    "KpiDistinct": Distinct,
    "KpiDuration": Duration,
    "KpiEarliest": Earliest,
    "KpiElapsed": DurationField,
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
    "KpiNumber": NumberField,
    "KpiPartial": Partial,
    "KpiPerDistinct": PerDistinct,
    "KpiPerRecord": PerRecord,
    "KpiPeriods": Periods,
    "KpiRate": Rate,
    "KpiRatioOfSums": RatioOfSums,
    "KpiRecurrence": Recurrence,
    "KpiReturns": ReturnCount,
    "KpiSameDay": SameDay,
    "KpiSlaBreached": SlaBreached,
    "KpiSlaCyclesMet": SlaCyclesMet,
    "KpiSlaMet": SlaMet,
    "KpiStatistic": Statistic,
    "KpiTimeBetweenFailures": TimeBetweenFailures,
    "KpiTimeIn": TimeIn,
    "KpiTimeOverTarget": TimeOverTarget,
    "KpiTimes": OccurrenceCount,
    "KpiUpdateLateness": UpdateLateness,
    "KpiUpdates": Updates,
}
