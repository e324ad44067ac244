"""The catalogue's times: to detect, to respond, to restore, to resolve, to close (rule K3)."""

from __future__ import annotations

from typing import Final

from incidentcore.conditions import field
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures.downtime import Downtime
from incidentcore.kpi.measures.duration import Duration
from incidentcore.kpi.measures.field_value import FieldValue
from incidentcore.kpi.measures.occurrences import OccurrenceCount
from incidentcore.kpi.measures.ratio_of_sums import RatioOfSums
from incidentcore.kpi.measures.time_in import TimeIn
from incidentcore.kpi.moments import Earliest, FirstEvent, FirstKnown, LastEvent
from incidentcore.kpi.statistic import MEDIAN, SURVIVAL_MEDIAN, quantile

__all__ = [
    "MEAN_NET_TIME_TO_RESOLVE",
    "MEAN_ON_HOLD_TIME",
    "MEAN_REPLY_TIME",
    "MEAN_REQUESTER_WAIT_TIME",
    "MEAN_TIME_TO_ACKNOWLEDGE",
    "MEAN_TIME_TO_ASSIGN",
    "MEAN_TIME_TO_CLOSE",
    "MEAN_TIME_TO_DETECT",
    "MEAN_TIME_TO_FAILURE",
    "MEAN_TIME_TO_FIRST_REACTION",
    "MEAN_TIME_TO_FIRST_RESOLUTION",
    "MEAN_TIME_TO_FIRST_RESPONSE",
    "MEAN_TIME_TO_RECOVER_FROM_ALERT",
    "MEAN_TIME_TO_REPAIR",
    "MEAN_TIME_TO_RESOLVE",
    "MEAN_TIME_TO_RESTORE_SERVICE",
    "MEDIAN_TIME_TO_ACKNOWLEDGE",
    "MEDIAN_TIME_TO_RESOLVE",
    "P90_TIME_TO_RESOLVE",
    "P95_TIME_TO_RESOLVE",
    "SURVIVAL_MEDIAN_TIME_TO_ACKNOWLEDGE",
    "SURVIVAL_MEDIAN_TIME_TO_RESOLVE",
]

_TAKEN_UP: Final = (
    field("kind").equals("state_changed")
    & field("state.open").is_true()
    & field("state.pauses").equals(False)
)
_AWAITS_A_REPLY: Final = field("unanswered_since").present() | field("first_response_at").missing()
_REPLIES: Final = field("by.role").equals("agent") & (
    field("kind").equals("contacted")
    | field("kind").equals("commented") & field("visibility").equals("public")
)
_FOR_THE_REQUESTER: Final = field("state.pauses").is_true() & (
    field("hold_reason").is_in("awaiting_caller", "Awaiting Caller")
    | field("state.name").is_in(
        "Pending", "Awaiting Caller", "Awaiting User Info", "Waiting for customer"
    )
)

MEAN_TIME_TO_DETECT: Final = Kpi(
    id="mean_time_to_detect",
    measure=Duration("occurred_at", "detected_at"),
    formula="mean(detected - occurred)",
    edge_cases=(
        "When it began is often unknown: such records are left out as no_start, and their share is "
        "part of the answer. Detected before it occurred is a data error, left out as negative."
    ),
    source="Atlassian, common incident metrics",
)
MEAN_TIME_TO_ACKNOWLEDGE: Final = Kpi(
    id="mean_time_to_acknowledge",
    measure=Duration("opened_at", "acknowledged_at"),
    canceled="include",
    formula="mean(first acknowledged - opened), over acknowledged records",
    edge_cases=(
        "Never acknowledged is left out as unacknowledged, so the worst cases are not in it: read "
        "the survival median beside it. A later acknowledgement is ignored. One given while the "
        "record was resolved is left out as after_resolution."
    ),
    source="PagerDuty, escalation policy insights",
)
MEDIAN_TIME_TO_ACKNOWLEDGE: Final = MEAN_TIME_TO_ACKNOWLEDGE.replace(
    id="median_time_to_acknowledge",
    statistic=MEDIAN,
    title="Median time to acknowledge",
    formula="median(first acknowledged - opened), over acknowledged records",
)
SURVIVAL_MEDIAN_TIME_TO_ACKNOWLEDGE: Final = MEAN_TIME_TO_ACKNOWLEDGE.replace(
    id="survival_median_time_to_acknowledge",
    statistic=SURVIVAL_MEDIAN,
    unfinished="censor",
    canceled="censor",
    title="Median time to acknowledge, unacknowledged ones censored",
    formula="product-limit median of first acknowledged - opened",
    edge_cases="A record that was resolved or canceled unacknowledged is censored there.",
    source="Kaplan and Meier 1958; rule K5",
)
MEAN_TIME_TO_FIRST_REACTION: Final = Kpi(
    id="mean_time_to_first_reaction",
    measure=Duration("opened_at", Earliest(("acknowledged_at", "resolved_at"))),
    formula="mean(min(acknowledged, resolved) - opened)",
    edge_cases=(
        "An alert that resolves itself counts as a reaction. A tool's silencing is a moment of the "
        'caller\'s: Earliest(("acknowledged_at", "custom.silenced_at", "resolved_at")).'
    ),
    source="Grafana OnCall, response time",
)
MEAN_TIME_TO_ASSIGN: Final = Kpi(
    id="mean_time_to_assign",
    measure=Duration(
        FirstKnown(("detected_at", "opened_at")), FirstEvent(field("kind").equals("assigned"))
    ),
    formula="mean(first assignment - first event)",
    edge_cases="Starts at the detection where that is known, which may lie before the opening.",
    source="Moogsoft, getMTTAStats",
)
MEAN_TIME_TO_FIRST_RESPONSE: Final = Kpi(
    id="mean_time_to_first_response",
    measure=Duration("opened_at", "first_response_at"),
    formula="mean(first public agent reply - opened)",
    edge_cases=(
        "Internal notes and automatic replies are not a response. Unanswered records are left out "
        "as unanswered."
    ),
    source="Zendesk, first reply time",
)
MEAN_TIME_TO_RECOVER_FROM_ALERT: Final = Kpi(
    id="mean_time_to_recover_from_alert",
    measure=Duration(FirstKnown(("detected_at", "opened_at")), "restored_at"),
    title="Mean time to recover from the alert",
    formula="mean(service restored - detected, or opened where that is unknown)",
    edge_cases=(
        "Leaves out the time in which nobody knew; Atlassian calls it mean time to respond, a "
        "word that elsewhere means the first answer (rule K3)."
    ),
    source="Atlassian, common incident metrics",
)
MEAN_TIME_TO_REPAIR: Final = Kpi(
    id="mean_time_to_repair",
    measure=Duration(FirstEvent(_TAKEN_UP), "restored_at"),
    formula="mean(service restored - work began), test time included",
    edge_cases=(
        "Work begins with the first move to an open state that does not pause, such as in "
        "progress; a record without one is left out as no_start."
    ),
    source="Atlassian, common incident metrics",
)
MEAN_TIME_TO_RESTORE_SERVICE: Final = Kpi(
    id="mean_time_to_restore_service",
    measure=Downtime(start=FirstKnown(("occurred_at", "opened_at"))),
    formula="mean(downtime from occurred, or opened where that is unknown, to service restored)",
    edge_cases=(
        "The downtime of each incident over all its spells: a resolution counts as restoration at "
        "the latest, and a reopening begins another spell."
    ),
    source="Atlassian, common incident metrics (mean time to recovery)",
)
MEAN_REPLY_TIME: Final = Kpi(
    id="mean_reply_time",
    measure=RatioOfSums(
        numerator=TimeIn(_AWAITS_A_REPLY, until=LastEvent(_REPLIES)),
        denominator=OccurrenceCount(~_AWAITS_A_REPLY),
        of="replies to a waiting requester",
        unit="duration",
    ),
    formula="time for which requesters waited for a reply / replies to a waiting requester",
    edge_cases=(
        "Of replies, not of records: from the opening, or the first unanswered message or "
        "reopening of the requester, to the next public agent reply. A message that is still "
        "unanswered does not count yet, nor a reply that nobody waits for; records without a reply "
        "are left out as no_stop."
    ),
    source="Chatwoot, customer waiting time; ERPNext, average response time; Zoho Desk",
)
MEAN_TIME_TO_RESOLVE: Final = Kpi(
    id="mean_time_to_resolve",
    measure=Duration("opened_at", "resolved_at"),
    formula="mean(last resolved - opened), over resolved records",
    edge_cases=(
        "Reopened records run to their last resolution, the gap included. Open ones are left out "
        "as unresolved, which flatters a growing backlog: read the survival median beside it."
    ),
    source="Zendesk, full resolution time; PagerDuty",
)
MEDIAN_TIME_TO_RESOLVE: Final = MEAN_TIME_TO_RESOLVE.replace(
    id="median_time_to_resolve",
    statistic=MEDIAN,
    title="Median time to resolve",
    formula="median(last resolved - opened), over resolved records",
    source="SRE, incident metrics: even medians are weak at small n",
)
P90_TIME_TO_RESOLVE: Final = MEAN_TIME_TO_RESOLVE.replace(
    id="p90_time_to_resolve",
    statistic=quantile("0.9"),
    title="90th percentile of the time to resolve",
    formula="0.9 quantile(last resolved - opened), inclusive and linear",
)
P95_TIME_TO_RESOLVE: Final = MEAN_TIME_TO_RESOLVE.replace(
    id="p95_time_to_resolve",
    statistic=quantile("0.95"),
    title="95th percentile of the time to resolve",
    formula="0.95 quantile(last resolved - opened), inclusive and linear",
)
SURVIVAL_MEDIAN_TIME_TO_RESOLVE: Final = MEAN_TIME_TO_RESOLVE.replace(
    id="survival_median_time_to_resolve",
    statistic=SURVIVAL_MEDIAN,
    unfinished="censor",
    canceled="censor",
    title="Median time to resolve, open and canceled ones censored",
    formula="product-limit median of last resolved - opened",
    edge_cases="None where the share that is not resolved stays above one half.",
    source="Kaplan and Meier 1958; rule K5",
)
MEAN_TIME_TO_FIRST_RESOLUTION: Final = MEAN_TIME_TO_RESOLVE.replace(
    id="mean_time_to_first_resolution",
    reopened="first",
    title="Mean time to first resolution",
    formula="mean(first resolved - opened)",
    edge_cases="What was reopened later does not count against it: read the reopen rate beside it.",
    source="Zendesk, first resolution time",
)
MEAN_NET_TIME_TO_RESOLVE: Final = MEAN_TIME_TO_RESOLVE.replace(
    id="mean_net_time_to_resolve",
    reopened="net",
    title="Mean net time to resolve",
    formula="mean(time in open states up to the last resolution)",
    edge_cases="The gap between a resolution and a reopening is given back.",
    source="our choice; asked for in GLPI issue 23359",
)
MEAN_TIME_TO_CLOSE: Final = Kpi(
    id="mean_time_to_close",
    measure=Duration("opened_at", "closed_at"),
    window_basis="closed",
    formula="mean(closed - opened)",
    edge_cases="Closing is often automatic, days later: it shows the rule more than the work.",
    source="ServiceNow, average close time (its printed formula has a unit error)",
)
MEAN_REQUESTER_WAIT_TIME: Final = Kpi(
    id="mean_requester_wait_time",
    measure=TimeIn(field("state.open").is_true() & ~_FOR_THE_REQUESTER, until="resolved_at"),
    formula="mean(time in open states but those that wait for the requester)",
    edge_cases=(
        "A hold for others counts. It waits for the requester by its reason (awaiting_caller, "
        "Awaiting Caller) or its state (Pending, Awaiting Caller, Awaiting User Info, Waiting for "
        "customer); where others are in use, give the measure your condition."
    ),
    source="Zendesk, requester wait time",
)
MEAN_ON_HOLD_TIME: Final = Kpi(
    id="mean_on_hold_time",
    measure=TimeIn(field("state.pauses").is_true(), until="resolved_at"),
    title="Mean time on hold",
    formula="mean(time in pausing states up to the resolution)",
    edge_cases="A record that never was on hold counts as zero.",
    source="ERPNext, total hold time; Zendesk has it in two: agent wait and on-hold time",
)
MEAN_TIME_TO_FAILURE: Final = Kpi(
    id="mean_time_to_failure",
    measure=FieldValue("custom.lifetime", "duration"),
    formula="sum(lifetime) / failed units",
    edge_cases=(
        "For what is replaced and not repaired: custom.lifetime is the caller's, as a timedelta. "
        "For services, use the time between failures."
    ),
    source="Atlassian, common incident metrics",
)
