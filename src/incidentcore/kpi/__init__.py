"""KPIs and their definitions, computed in one call, from a stream, or from merged parts."""

from typing import TYPE_CHECKING

from incidentcore._lazy import lazy_names

if TYPE_CHECKING:
    from incidentcore.kpi import catalogue
    from incidentcore.kpi.charts import (
        aging_data,
        backlog_data,
        control_chart_data,
        distribution_data,
        flow_data,
        survival_data,
        trend_data,
    )
    from incidentcore.kpi.definition import Kpi
    from incidentcore.kpi.engine.compute import compute_kpis, finish_partial
    from incidentcore.kpi.engine.gather import gather_kpis, merge_partials
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
    from incidentcore.kpi.statistic import Statistic, quantile
    from incidentcore.kpi.table import KpiResult, KpiTable

__all__ = [
    "AgeBuckets",
    "AtLeast",
    "AtMost",
    "Availability",
    "Count",
    "Downtime",
    "Duration",
    "Earliest",
    "EventCount",
    "FieldValue",
    "FirstAcknowledged",
    "FirstEvent",
    "FirstKnown",
    "FirstWhen",
    "Group",
    "HasLink",
    "HourBands",
    "Kpi",
    "KpiResult",
    "KpiTable",
    "LastEvent",
    "LinkedAt",
    "LinkedShare",
    "Measure",
    "Moment",
    "NetFlow",
    "Objective",
    "OccurrenceCount",
    "Partial",
    "Periods",
    "Rate",
    "RatioOfSums",
    "RecordTest",
    "Recurrence",
    "ReturnCount",
    "SameDay",
    "SlaClocks",
    "Statistic",
    "TimeBetweenFailures",
    "TimeIn",
    "Updates",
    "ValueMeasure",
    "WhenResolved",
    "aging_data",
    "backlog_data",
    "catalogue",
    "compute_kpis",
    "control_chart_data",
    "distribution_data",
    "finish_partial",
    "flow_data",
    "gather_kpis",
    "merge_partials",
    "quantile",
    "survival_data",
    "trend_data",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "catalogue": "catalogue",
            "charts": (
                "aging_data backlog_data control_chart_data distribution_data flow_data "
                "survival_data trend_data"
            ),
            "definition": "Kpi",
            "engine.compute": "compute_kpis finish_partial",
            "engine.gather": "gather_kpis merge_partials",
            "engine.partial": "Partial",
            "groups": "AgeBuckets Group HourBands",
            "measures.base": "Measure ValueMeasure",
            "measures.clocks": "SlaClocks",
            "measures.count": "Count",
            "measures.downtime": "Availability Downtime TimeBetweenFailures",
            "measures.duration": "Duration",
            "measures.event_count": "EventCount",
            "measures.field_value": "FieldValue",
            "measures.linked_share": "LinkedShare",
            "measures.net_flow": "NetFlow",
            "measures.occurrences": "OccurrenceCount",
            "measures.rate": "Rate",
            "measures.ratio_of_sums": "RatioOfSums",
            "measures.recurrence": "Recurrence",
            "measures.returns": "ReturnCount",
            "measures.time_in": "TimeIn",
            "measures.updates": "Updates",
            "moments": (
                "Earliest FirstAcknowledged FirstEvent FirstKnown FirstWhen LastEvent "
                "LinkedAt Moment"
            ),
            "objective": "Objective",
            "periods": "Periods",
            "record_tests": "AtLeast AtMost HasLink RecordTest SameDay WhenResolved",
            "statistic": "Statistic quantile",
            "table": "KpiResult KpiTable",
        },
    )
