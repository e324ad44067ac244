"""KPIs of a communication plan: updates on time, lateness of the others, and updates sent."""

from __future__ import annotations

from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures.ratio_of_sums import RatioOfSums
from incidentcore.kpi.measures.updates import CommunicationRules, Updates

__all__ = ["mean_update_lateness", "updates_on_time_rate"]


def updates_on_time_rate(plan: CommunicationRules) -> Kpi:
    """Return the KPI for the share of updates that were sent by their due time."""
    return Kpi(
        id="updates_on_time_rate",
        measure=RatioOfSums(
            numerator=Updates(plan, "on_time"),
            denominator=Updates(plan, "due"),
            of="updates due",
            unit="fraction",
        ),
        canceled="include",
        title="Updates given on time",
        formula="updates sent by their due / (updates sent + updates not sent by their due)",
        edge_cases=(
            "Computed from history. An update that is not due yet, or that nothing asked for any "
            "more before its due, counts neither way; one that is late now counts as late."
        ),
        source="our choice; Dispatch, reminders",
    )


def mean_update_lateness(plan: CommunicationRules) -> Kpi:
    """Return the KPI for the mean lateness of updates that were not sent by their due time."""
    return Kpi(
        id="mean_update_lateness",
        measure=RatioOfSums(
            numerator=Updates(plan, "lateness"),
            denominator=Updates(plan, "missed"),
            of="updates not sent by their due",
            unit="duration",
        ),
        canceled="include",
        title="Mean lateness of late updates",
        formula="time from due to sent, of updates not sent by their due / their number",
        edge_cases=(
            "By each rule's calendar or contact hours; what is late now counts to the instant of "
            "the computation, what lapsed late to its lapse. The numerator is in microseconds."
        ),
        source="our choice",
    )
