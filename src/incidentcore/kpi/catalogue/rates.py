"""The catalogue's rates: solved at first contact, reopened, escalated, satisfied."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures.count import Count
from incidentcore.kpi.measures.field_value import FieldValue
from incidentcore.kpi.measures.occurrences import OccurrenceCount
from incidentcore.kpi.measures.rate import Rate
from incidentcore.kpi.measures.ratio_of_sums import RatioOfSums
from incidentcore.kpi.measures.returns import ReturnCount
from incidentcore.kpi.record_tests import AtLeast, HasLink, RecordTest, WhenResolved
from incidentcore.values import Priority

__all__ = [
    "CRITICAL_RATE",
    "ESCALATION_RATE",
    "FIRST_CONTACT_RESOLUTION_RATE",
    "FIRST_CONTACT_RESOLUTION_RATE_GROSS",
    "FIRST_CONTACT_RESOLUTION_RATE_NET",
    "FIRST_LEVEL_RESOLUTION_RATE",
    "KNOWN_ERROR_CONVERSION_RATE",
    "KNOWN_ERROR_RATE",
    "MAJOR_INCIDENT_RATE",
    "MEAN_REASSIGNMENTS",
    "MEAN_SATISFACTION",
    "NOISE_REDUCTION",
    "ONE_TOUCH_RATE",
    "PING_PONG_RATE",
    "REOPENINGS_PER_RESOLUTION",
    "REOPEN_RATE",
    "RESOLVED_BY_PROBLEM_RATE",
    "RESOLVED_WITHOUT_FURTHER_CONTACT_RATE",
    "RESOLVED_WITHOUT_REASSIGNMENT_RATE",
    "SATISFACTION_RATE",
    "SURVEY_RESPONSE_RATE",
    "UPDATE_CADENCE_ADHERENCE",
    "resolution_code_rate",
]

_RESOLVED: Final = field("resolved_at").present()
_NEVER_MOVED: Final = field("reassignment_count").equals(0)
_NEVER_REOPENED: Final = field("reopen_count").equals(0)
_BEYOND: Final = {"beyond_first_level": field("custom.beyond_first_level").is_true()}
_PROBLEM: Final = field("record_type").equals("problem")


def _of_resolved(kpi_id: str, numerator: Condition | RecordTest, **texts: Any) -> Kpi:
    """Return a rate among the records that are resolved now."""
    measure = Rate(
        numerator=numerator, denominator=_RESOLVED, of="resolved records", outside="unresolved"
    )
    return Kpi(id=kpi_id, measure=measure, **texts)


def _of_all(
    kpi_id: str,
    numerator: Condition | RecordTest,
    of: str = "all records",
    denominator: Condition | RecordTest = ALWAYS,
    **parts: Any,
) -> Kpi:
    """Return a rate among all records of a population, canceled ones included."""
    measure = Rate(numerator=numerator, denominator=denominator, of=of)
    return Kpi(id=kpi_id, measure=measure, canceled="include", **parts)


_NO_MORE_WORD: Final = field("requester_message_count").equals(0)
_SAME_CONTACT: Final = WhenResolved(
    _NEVER_MOVED & _NEVER_REOPENED & field("agent_reply_count").equals(1) & _NO_MORE_WORD
)

FIRST_CONTACT_RESOLUTION_RATE: Final = Kpi(
    id="first_contact_resolution_rate",
    measure=Rate(
        numerator=_NEVER_MOVED & _NEVER_REOPENED,
        denominator=field("first_resolved_at").present(),
        of="resolved records",
        outside="unresolved",
    ),
    title="First-contact resolution, by proxy",
    formula="resolved, never reassigned, never reopened / resolved at least once",
    edge_cases=(
        "A proxy for logs that know no conversation: a record that one group worked on for a week "
        "counts. The denominator is records resolved at least once, as a reopened one failed; of "
        "all records the figure is lower."
    ),
    source="HDI 2018 by proxy; our choice",
)
FIRST_CONTACT_RESOLUTION_RATE_GROSS: Final = _of_all(
    "first_contact_resolution_rate_gross",
    _SAME_CONTACT,
    of="all incoming records",
    title="First-contact resolution, gross",
    formula="resolved in the initial contact / all incoming",
    edge_cases=(
        "One public agent reply, no further requester message, no reassignment, no reopening. What "
        "is said after the resolution does not count, nor the requester's own close. A record that "
        "resolved itself without a reply had no contact."
    ),
    source="MetricNet, gross first contact resolution",
)
FIRST_CONTACT_RESOLUTION_RATE_NET: Final = _of_all(
    "first_contact_resolution_rate_net",
    _SAME_CONTACT,
    of="incoming records that the first level can resolve",
    exclusions=_BEYOND,
    title="First-contact resolution, net",
    formula="resolved in the initial contact / (all incoming - not resolvable at the first level)",
    edge_cases="Needs the flag custom.beyond_first_level as True; without it net equals gross.",
    source="MetricNet, net first contact resolution",
)
RESOLVED_WITHOUT_FURTHER_CONTACT_RATE: Final = _of_resolved(
    "resolved_without_further_contact_rate",
    WhenResolved(_NO_MORE_WORD),
    title="Resolved without a further word of the requester",
    formula="resolved with no requester message from the opening to the resolution / resolved",
    edge_cases=(
        "The number of agent replies does not matter, nor thanks after the resolution, nor the "
        "requester's own close."
    ),
    source="Freshservice, first contact resolution",
)
ONE_TOUCH_RATE: Final = _of_resolved(
    "one_touch_rate",
    field("agent_reply_count").equals(1),
    title="One-touch resolution",
    formula="resolved with exactly one public agent reply / resolved",
    edge_cases="Automatic replies must not be recorded as an agent's. No reply is not one touch.",
    source="Zoho Desk, agent performance report (of closed tickets)",
)
FIRST_LEVEL_RESOLUTION_RATE: Final = _of_all(
    "first_level_resolution_rate",
    _RESOLVED
    & field("escalation_count").equals(0)
    & (field("support_tier").missing() | field("support_tier").equals(1)),
    of="records that the first level can resolve",
    exclusions=_BEYOND,
    title="First-level resolution",
    formula="resolved at the first level without escalation / resolvable there",
    edge_cases="Several contacts are allowed. Needs the flag custom.beyond_first_level as True.",
    source="MetricNet; University of Texas",
)
RESOLVED_WITHOUT_REASSIGNMENT_RATE: Final = _of_resolved(
    "resolved_without_reassignment_rate",
    _NEVER_MOVED,
    title="Resolved without reassignment",
    formula="resolved, never moved to another group / resolved",
    edge_cases="The first assignment is not a reassignment.",
    source="ServiceNow, incident premium dashboard",
)
REOPEN_RATE: Final = Kpi(
    id="reopen_rate",
    measure=Rate(
        numerator=field("reopen_count") >= 1,
        denominator=field("first_resolved_at").present(),
        of="records resolved at least once",
        outside="never_resolved",
    ),
    formula="reopened at least once / resolved at least once",
    edge_cases="Counts records: one that came back three times counts once.",
    source="ServiceNow Benchmarks",
)
REOPENINGS_PER_RESOLUTION: Final = Kpi(
    id="reopenings_per_resolution",
    measure=RatioOfSums(
        numerator=FieldValue("reopen_count"),
        denominator=OccurrenceCount(field("state.resolved").is_true()),
        of="resolutions",
        unit="fraction",
    ),
    formula="reopenings / resolutions",
    edge_cases=(
        "Counts events, so it differs from the reopen rate of records. A resolution that is undone "
        "at the same instant counts as a reopening only."
    ),
    source="our choice",
)
ESCALATION_RATE: Final = _of_all(
    "escalation_rate",
    field("escalation_count") >= 1,
    formula="escalated at least once / all records",
    edge_cases="GoAlert counts the first notification as one: there, more than one.",
    source="GoAlert, metrics manager",
)
MEAN_REASSIGNMENTS: Final = Kpi(
    id="mean_reassignments",
    measure=FieldValue("reassignment_count", "changes"),
    canceled="include",
    title="Mean number of reassignments",
    formula="sum(changes of group) / records",
    edge_cases="The first assignment is not a change.",
    source="ServiceNow",
)
PING_PONG_RATE: Final = _of_all(
    "ping_pong_rate",
    AtLeast(ReturnCount("assignment_group"), 1),
    title="Ping-pong rate",
    formula="records that came back to a group they had left / all records",
    edge_cases="A to B to A; a change of assignee within a group is not a return.",
    source="ServiceNow",
)
CRITICAL_RATE: Final = _of_all(
    "critical_rate",
    field("priority").equals(Priority.CRITICAL),
    title="Share of critical records",
    formula="priority critical / all records",
    edge_cases='The effective priority as of the instant; group by Group("priority", "opening") '
    "for the one at the opening.",
    source="ServiceNow",
)
MAJOR_INCIDENT_RATE: Final = _of_all(
    "major_incident_rate",
    field("major_status").equals("accepted"),
    population=field("record_type").equals("incident"),
    of="all incidents",
    title="Share of major incidents",
    formula="accepted as major / incidents",
    edge_cases="Demoted candidates do not count.",
    source="ServiceNow",
)
RESOLVED_BY_PROBLEM_RATE: Final = _of_resolved(
    "resolved_by_problem_rate",
    HasLink("resolved_by"),
    title="Resolved through a problem or change",
    formula="resolved with a link resolved_by / resolved",
    edge_cases="Only as good as the links.",
    source="ServiceNow Benchmarks",
)
KNOWN_ERROR_RATE: Final = _of_all(
    "known_error_rate",
    field("known_error").is_true(),
    population=_PROBLEM & field("state.open").is_true(),
    of="open problems",
    window_basis="snapshot",
    title="Open problems that are known errors",
    formula="open known errors / open problems",
    edge_cases="A snapshot; conversion over a cohort is another figure.",
    source="ServiceNow, problem premium dashboard",
)
KNOWN_ERROR_CONVERSION_RATE: Final = _of_all(
    "known_error_conversion_rate",
    AtLeast(OccurrenceCount(field("known_error").is_true()), 1),
    population=_PROBLEM & field("state.is_closed").is_true(),
    of="closed problems",
    window_basis="closed",
    title="Problems that became known errors",
    formula="ever a known error / closed problems",
    edge_cases="Canceled problems are not closed ones.",
    source="ServiceNow, problem premium dashboard",
)
SATISFACTION_RATE: Final = _of_all(
    "satisfaction_rate",
    AtLeast(FieldValue("custom.satisfaction"), 4),
    of="survey responses",
    title="Customer satisfaction",
    formula="responses of 4 or 5 / responses",
    edge_cases="Silence is left out as no_value: read the response rate beside it.",
    source="ServiceNow; University of Texas",
)
MEAN_SATISFACTION: Final = Kpi(
    id="mean_satisfaction",
    measure=FieldValue("custom.satisfaction", "points"),
    canceled="include",
    title="Mean satisfaction score",
    formula="sum(score) / responses",
    edge_cases="custom.satisfaction is the caller's; text that is not a number is left out.",
    source="ServiceNow; University of Texas",
)
SURVEY_RESPONSE_RATE: Final = _of_all(
    "survey_response_rate",
    field("custom.satisfaction").present(),
    of="surveys sent",
    denominator=field("custom.survey_sent").is_true(),
    formula="responses / surveys sent",
    edge_cases="Needs the flag custom.survey_sent, as True and not as text.",
    source="our choice",
)
UPDATE_CADENCE_ADHERENCE: Final = Kpi(
    id="update_cadence_adherence",
    measure=RatioOfSums(
        numerator=FieldValue("custom.updates_on_time"),
        denominator=FieldValue("custom.updates_due"),
        of="updates due",
        unit="fraction",
    ),
    title="Updates given on time",
    formula="updates on time / updates due",
    edge_cases=(
        "Both counts are the caller's, for plans that are kept elsewhere; updates_on_time_rate "
        "computes them from a CommunicationPlan."
    ),
    source="our choice; Dispatch, reminders",
)
NOISE_REDUCTION: Final = Kpi(
    id="noise_reduction",
    measure=RatioOfSums(
        numerator=Count(),
        denominator=FieldValue("custom.alert_count"),
        of="alerts",
        unit="fraction",
        complement=True,
    ),
    canceled="include",
    formula="1 - incidents / alerts",
    edge_cases="custom.alert_count is the caller's; incidents without it are left out.",
    source="Moogsoft, stats",
)


def resolution_code_rate(kpi_id: str, *codes: str) -> Kpi:
    """Return the KPI for the share of resolved records that have certain resolution codes.

    The id is yours, such as ``"self_service_rate"``; the codes are as your tool writes them.

    Source: ServiceNow, incident premium dashboard (closed by caller; not solved).
    """
    return _of_resolved(
        kpi_id,
        field("resolution_code").is_in(*codes),
        formula=f"resolved with code {' or '.join(codes)} / resolved",
        edge_cases="Only as good as the codes that agents choose.",
        source="ServiceNow, incident premium dashboard",
    )
