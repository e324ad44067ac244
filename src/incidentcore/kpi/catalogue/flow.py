"""The catalogue's volumes and backlogs: records that arrive, wait, and come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from incidentcore._checks import need_whole
from incidentcore.conditions import field
from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.measures.count import Count
from incidentcore.kpi.measures.duration import Duration
from incidentcore.kpi.measures.net_flow import NetFlow
from incidentcore.kpi.measures.rate import Rate
from incidentcore.kpi.measures.recurrence import Recurrence
from incidentcore.kpi.moments import AS_OF, FirstKnown, LastEvent
from incidentcore.kpi.record_tests import AtLeast, SameDay

__all__ = [
    "BACKLOG",
    "BACKLOG_GROWTH",
    "MEAN_AGE_OF_BACKLOG",
    "ON_HOLD_SHARE_OF_BACKLOG",
    "RECURRENCE_RATE",
    "STALE_30_DAYS_RATE",
    "STALE_5_DAYS_RATE",
    "VOLUME",
    "VOLUME_PER_CALLER",
    "recurrence_rate",
    "same_day_resolution_rate",
    "stale_rate",
]

_OPEN: Final = field("state.open").is_true()
_BY_PEOPLE: Final = LastEvent(field("by.role").is_in("agent", "requester", "vendor"))

VOLUME: Final = Kpi(
    id="volume",
    measure=Count(),
    canceled="include",
    formula="number of records",
    edge_cases="Duplicates count until they are merged; canceled records count.",
    source="ServiceNow Benchmarks",
)
VOLUME_PER_CALLER: Final = Kpi(
    id="volume_per_caller",
    measure=Count(per="caller"),
    canceled="include",
    formula="records / different callers",
    edge_cases="Of those who called at all, not of all users.",
    source="ServiceNow Benchmarks",
)
BACKLOG: Final = Kpi(
    id="backlog",
    measure=Count(),
    population=_OPEN,
    canceled="include",
    window_basis="snapshot",
    formula="number of records open as of the instant",
    edge_cases="Replayed as of the instant, not today's state; group by AgeBuckets for aging.",
    source="ServiceNow, incident management dashboard",
)
BACKLOG_GROWTH: Final = Kpi(
    id="backlog_growth",
    measure=NetFlow(inside=_OPEN),
    canceled="include",
    formula="backlog at the end of the window - backlog at its start",
    edge_cases=(
        "Comes in by an opening or reopening; goes out by a resolution, closing or cancellation. A "
        "record that did both in the window counts on both sides."
    ),
    source="ServiceNow, incident backlog growth",
)
MEAN_AGE_OF_BACKLOG: Final = Kpi(
    id="mean_age_of_backlog",
    measure=Duration("opened_at", AS_OF),
    population=_OPEN,
    window_basis="snapshot",
    title="Mean age of the backlog",
    formula="mean(as of - opened), over open records",
    edge_cases="Age since the first opening, also for reopened records.",
    source="ServiceNow, open incident age",
)
ON_HOLD_SHARE_OF_BACKLOG: Final = Kpi(
    id="on_hold_share_of_backlog",
    measure=Rate(numerator=field("state.pauses").is_true(), of="open records"),
    population=_OPEN,
    window_basis="snapshot",
    title="Share of the backlog on hold",
    formula="open and pausing / open",
    edge_cases="A snapshot.",
    source="ServiceNow, open incident age",
)


def stale_rate(days: int) -> Kpi:
    """Return the KPI for the share of open records without an event for some wall-clock days."""
    need_whole("days", days, KpiDefinitionError)
    return Kpi(
        id=f"stale_{days}_days_rate",
        measure=Rate(
            numerator=AtLeast(
                Duration(FirstKnown((_BY_PEOPLE, "opened_at")), AS_OF), timedelta(days=days)
            ),
            of="open records",
        ),
        population=_OPEN,
        window_basis="snapshot",
        title=f"Share of the backlog untouched for {days} days",
        formula=f"open and without an event by a person for {days} days / open",
        edge_cases="Events by the system do not count, the opening by anybody does.",
        source="ServiceNow, incident premium dashboard",
    )


STALE_5_DAYS_RATE: Final = stale_rate(5)
STALE_30_DAYS_RATE: Final = stale_rate(30)


def same_day_resolution_rate(zone: ZoneInfo | str) -> Kpi:
    """Return the KPI for the share of resolved records that were resolved on the day of opening."""
    return Kpi(
        id="same_day_resolution_rate",
        measure=Rate(
            numerator=SameDay("opened_at", "resolved_at", zone),
            denominator=field("resolved_at").present(),
            of="resolved records",
            outside="unresolved",
        ),
        title="Resolved on the same day",
        formula="resolved on the date of the opening / resolved",
        edge_cases="Opened at 23:50 and resolved at 00:10 is not the same day.",
        source="ServiceNow, incident premium dashboard",
    )


def recurrence_rate(*key: str, days: int = 30) -> Kpi:
    """Return the KPI for the share of records that repeat an earlier record.

    Args:
        key: The fields whose values must be equal, such as category and configuration item.
        days: The greatest number of days between the openings of the two records.
    """
    return Kpi(
        id="recurrence_rate",
        measure=Recurrence(key, timedelta(days=days)),
        canceled="include",
        formula=f"records with the same {', '.join(key)} as one up to {days} days before / records",
        edge_cases="The first of a key is not a recurrence; what lies before the window is unseen.",
        source="ITIL, problem management practice",
    )


RECURRENCE_RATE: Final = recurrence_rate("category", "configuration_item")
