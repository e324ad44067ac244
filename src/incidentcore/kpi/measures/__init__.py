"""Measures: what a KPI measures on each record, one kind in each module.

To add a kind, add its module, list its class here, and give it a name in ``kpi.written``.
"""

from incidentcore.kpi.measures.base import Extract, Measure, PartialMode, ValueMeasure
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

__all__ = [
    "Availability",
    "Count",
    "Downtime",
    "Duration",
    "EventCount",
    "Extract",
    "FieldValue",
    "LinkedShare",
    "Measure",
    "NetFlow",
    "OccurrenceCount",
    "PartialMode",
    "Rate",
    "RatioOfSums",
    "Recurrence",
    "ReturnCount",
    "SlaClocks",
    "TimeBetweenFailures",
    "TimeIn",
    "Updates",
    "ValueMeasure",
]
