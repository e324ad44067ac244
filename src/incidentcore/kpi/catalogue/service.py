"""The catalogue's SLA clocks, outages, problems, requests, changes and cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Final

from incidentcore.conditions import ALWAYS, field
from incidentcore.instants import Interval, Versions
from incidentcore.kpi.catalogue.flow import MEAN_AGE_OF_BACKLOG
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures.clocks import SlaClocks
from incidentcore.kpi.measures.count import Count
from incidentcore.kpi.measures.downtime import Availability, TimeBetweenFailures
from incidentcore.kpi.measures.duration import Duration
from incidentcore.kpi.measures.field_value import FieldValue
from incidentcore.kpi.measures.linked_share import LinkedShare
from incidentcore.kpi.measures.time_in import TimeIn
from incidentcore.kpi.moments import FirstKnown, LinkedAt
from incidentcore.kpi.statistic import SUM
from incidentcore.sla.life import OneClock
from incidentcore.values import FrozenMap

__all__ = [
    "AVAILABILITY",
    "MEAN_APPROVAL_WAIT_TIME",
    "MEAN_FAILED_DEPLOYMENT_RECOVERY_TIME",
    "MEAN_INCIDENT_COST",
    "MEAN_PROBLEM_AGE",
    "MEAN_PROBLEM_REASSIGNMENTS",
    "MEAN_REQUEST_FULFILLMENT_TIME",
    "MEAN_TIME_BETWEEN_FAILURES",
    "MEAN_TIME_TO_CLOSE_PROBLEM",
    "TOTAL_INCIDENT_COST",
    "availability",
    "change_failure_rate",
    "cost_per_record",
    "mean_failed_deployment_recovery_time",
    "mean_time_between_failures",
    "mean_time_over_target",
    "sla_compliance",
    "sla_cycle_compliance",
    "sla_running_breached_rate",
]

_BEGAN: Final = FirstKnown(("occurred_at", "opened_at"))
_OPEN: Final = field("state.open").is_true()
# The standard lifecycle has a state for it; others ask for approval while a request is open.
_AWAITS_APPROVAL: Final = field("state.name").equals("awaiting_approval") | field(
    "approval_state"
).equals("pending")
_PROBLEM: Final = field("record_type").equals("problem")
_REQUEST: Final = field("record_type").equals("service_request")


def sla_compliance(rules: OneClock | Versions[OneClock], *, overdue_missed: bool = False) -> Kpi:
    """Return the KPI for the share of completed SLA clocks that met their target.

    Args:
        rules: The definition or policy of one clock.
        overdue_missed: Whether running clocks that have breached count as missed instead of being
            left out.
    """
    return Kpi(
        id="sla_compliance",
        measure=SlaClocks(rules, overdue_missed=overdue_missed),
        canceled="include",
        title="SLA compliance",
        formula="met / (met + breached) of completed clocks",
        edge_cases=(
            "Running, paused and canceled clocks are left out, each under its own code; those that "
            "run and have breached as running_breached."
        ),
        source="ServiceNow, SLA dashboard",
    )


def sla_cycle_compliance(rules: OneClock | Versions[OneClock]) -> Kpi:
    """Return the KPI for the share of an SLA clock's completed cycles that met their target."""
    return Kpi(
        id="sla_cycle_compliance",
        measure=SlaClocks(rules, "cycles_met"),
        canceled="include",
        title="SLA compliance by cycle",
        formula="cycles met / (cycles met + cycles breached), completed ones of all clocks",
        edge_cases=(
            "For next responses, updates and reopened clocks: sla_compliance counts each record "
            "once, by its last cycle. A cycle that still runs does not count."
        ),
        source="Jira Service Management, SLA cycles",
    )


def sla_running_breached_rate(rules: OneClock | Versions[OneClock]) -> Kpi:
    """Return the KPI for the share of running or paused SLA clocks that have breached."""
    return Kpi(
        id="sla_running_breached_rate",
        measure=SlaClocks(rules, "running_breached"),
        canceled="include",
        window_basis="snapshot",
        title="Breached among the running",
        formula="breached and not completed / not completed",
        edge_cases="A snapshot.",
        source="ServiceNow, SLA dashboard",
    )


def mean_time_over_target(rules: OneClock | Versions[OneClock]) -> Kpi:
    """Return the KPI for the mean open time beyond the target, over the records that breached."""
    return Kpi(
        id="mean_time_over_target",
        measure=SlaClocks(rules, "time_over_target"),
        canceled="include",
        formula="mean(elapsed - target), over breached clocks",
        edge_cases="Clocks within target are left out, not counted as zero.",
        source="Zammad, diff in minutes",
    )


AVAILABILITY: Final = Kpi(
    id="availability",
    measure=Availability(start=_BEGAN),
    formula="1 - downtime / (window - planned)",
    edge_cases=(
        "Overlapping outages count once, and a reopened record is down again; planned maintenance "
        "is neither downtime nor promised. "
        "Needs a window; group by service for one service each: without a group, and in a total, "
        "an outage of any is an outage."
    ),
    source="ITIL, availability management practice",
)
MEAN_TIME_BETWEEN_FAILURES: Final = Kpi(
    id="mean_time_between_failures",
    measure=TimeBetweenFailures(start=_BEGAN),
    formula="uptime in the window / failures that began in it",
    edge_cases="Overlapping outages are one failure. Without one, the uptime is a lower bound.",
    source="Atlassian, common incident metrics",
)


def availability(planned: Iterable[Interval]) -> Kpi:
    """Return the KPI for availability, in which agreed maintenance is not part of the window."""
    return AVAILABILITY.replace(measure=Availability(start=_BEGAN, planned=planned))


def mean_time_between_failures(planned: Iterable[Interval]) -> Kpi:
    """Return the KPI for the mean time between failures, not counting agreed maintenance."""
    measure = TimeBetweenFailures(start=_BEGAN, planned=planned)
    return MEAN_TIME_BETWEEN_FAILURES.replace(measure=measure)


MEAN_PROBLEM_AGE: Final = MEAN_AGE_OF_BACKLOG.replace(
    id="mean_problem_age",
    population=_PROBLEM & _OPEN,
    title="Mean age of open problems",
    formula="mean(as of - opened), over open problems",
    edge_cases="Analyzing a closed problem again makes it open, with its first opening.",
    source="ServiceNow, problem premium dashboard",
)
MEAN_TIME_TO_CLOSE_PROBLEM: Final = Kpi(
    id="mean_time_to_close_problem",
    measure=Duration("opened_at", "closed_at"),
    population=_PROBLEM,
    window_basis="closed",
    title="Mean time to close a problem",
    formula="mean(closed - opened), over closed problems",
    edge_cases="A problem analyzed again is open until it is closed again.",
    source="ServiceNow, problem premium dashboard",
)
MEAN_PROBLEM_REASSIGNMENTS: Final = Kpi(
    id="mean_problem_reassignments",
    measure=FieldValue("reassignment_count", "changes"),
    population=_PROBLEM,
    title="Mean number of reassignments of problems",
    formula="sum(changes of group) / problems",
    edge_cases="The first assignment is not a change.",
    source="ServiceNow, problem premium dashboard",
)
MEAN_REQUEST_FULFILLMENT_TIME: Final = Kpi(
    id="mean_request_fulfillment_time",
    measure=Duration("opened_at", "resolved_at"),
    population=_REQUEST,
    formula="mean(fulfilled - submitted), approval wait included",
    edge_cases="Rejected and canceled requests are left out as canceled.",
    source="ServiceNow Benchmarks (up to the closure there)",
)
MEAN_APPROVAL_WAIT_TIME: Final = Kpi(
    id="mean_approval_wait_time",
    measure=TimeIn(_AWAITS_APPROVAL, until="resolved_at"),
    population=_REQUEST,
    formula="mean(time awaiting approval), over fulfilled requests",
    edge_cases=(
        "A request that needed no approval counts as zero. Time in the state awaiting_approval of "
        "the standard lifecycle; for another, replace the measure."
    ),
    source="our choice, beside request fulfillment time",
)
MEAN_FAILED_DEPLOYMENT_RECOVERY_TIME: Final = Kpi(
    id="mean_failed_deployment_recovery_time",
    measure=Duration("custom.deployed_at", "resolved_at"),
    population=field("custom.deployed_at").present(),
    formula="mean(resolved - deployment finished)",
    edge_cases=(
        "Counts from the deployment, not from the incident that showed it. custom.deployed_at is "
        "the caller's; mean_failed_deployment_recovery_time(finished) reads the links instead."
    ),
    source="DORA; Apache DevLake",
)


def mean_failed_deployment_recovery_time(finished: Mapping[str, datetime]) -> Kpi:
    """Return the KPI for the mean time from a deployment to the resolution of its incidents.

    Args:
        finished: The ids of deployments with the instants at which they finished; the incidents
            that they caused are linked to them by ``"caused_by_change"``.
    """
    return MEAN_FAILED_DEPLOYMENT_RECOVERY_TIME.replace(
        measure=Duration(LinkedAt("caused_by_change", FrozenMap(finished)), "resolved_at"),
        population=ALWAYS,
        edge_cases=(
            "Counts from the deployment, not from the incident that showed it; from the first "
            "where a record is linked to several. One without such a link is left out as no_start."
        ),
    )


def change_failure_rate(deployments: Iterable[str]) -> Kpi:
    """Return the KPI for the share of deployments that caused an incident.

    Args:
        deployments: The ids of all deployments in the window, failed or not; records are linked to
            them by ``"caused_by_change"``.
    """
    return Kpi(
        id="change_failure_rate",
        measure=LinkedShare("caused_by_change", frozenset(deployments)),
        formula="deployments that caused an incident / deployments",
        edge_cases="A deployment with three incidents failed once; without a link none did.",
        source="DORA",
    )


def cost_per_record(total: int | Decimal | Fraction, *, unit: str = "number") -> Kpi:
    """Return the KPI for an amount, such as the operating expense, per record.

    Args:
        total: The amount for the whole window; in a table by group, it is divided by the number of
            each group's records.
        unit: The unit of the amount, such as ``"EUR"``.
    """
    return Kpi(
        id="cost_per_record",
        measure=Count(amount=total, unit=unit),
        canceled="include",
        formula="operating expense / volume",
        edge_cases="Say whether it is the first level's expense alone, and for which window.",
        source="MetricNet, cost per ticket",
    )


MEAN_INCIDENT_COST: Final = Kpi(
    id="mean_incident_cost",
    measure=FieldValue("custom.cost", "currency"),
    canceled="include",
    title="Mean cost of an incident",
    formula="sum(participant hours * rate) / incidents with a cost",
    edge_cases="custom.cost is the caller's; incidents without it are left out as no_value.",
    source="Dispatch, incident cost",
)
TOTAL_INCIDENT_COST: Final = MEAN_INCIDENT_COST.replace(
    id="total_incident_cost",
    statistic=SUM,
    title="Cost of all incidents",
    formula="sum(participant hours * rate)",
)
