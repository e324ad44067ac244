"""Incidents with histories that are late, reopened, canceled and half told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from incidentcore.instants import Interval
from incidentcore.kpi import Count, Kpi, Periods, catalogue
from incidentcore.kpi.statistic import MEDIAN
from incidentcore.records import (
    Acknowledged,
    Assigned,
    Commented,
    FieldsChanged,
    Incident,
    StateChanged,
)
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Priority,
)

START = datetime(2026, 3, 20, tzinfo=UTC)  # around the change of offset in Europe
DAYS = 14
LATEST = START + timedelta(days=2 * DAYS)

_STATES = (IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED)
_ROLES = ("agent", "requester", "system")
_NUMBERS = st.one_of(
    st.integers(-1000, 1000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(["1.5", "many", "", "nan"]),
)

instants = st.integers(0, DAYS * 24 * 12).map(lambda step: START + timedelta(minutes=5 * step))
lateness = st.sampled_from([timedelta(), timedelta(), timedelta(minutes=7), timedelta(days=3)])


@st.composite
def events(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    at = draw(instants)
    body: dict[str, Any] = {
        "at": at,
        "recorded_at": at + draw(lateness),
        "by": Actor("x", draw(st.sampled_from(_ROLES))),
    }
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return Acknowledged, body
    if kind == 1:
        group = draw(st.sampled_from(["a", "b", "c"]))
        return Assigned, body | {"fields": FrozenMap({"assignment_group": group})}
    if kind == 2:
        return Commented, body | {"text": "hello"}
    if kind == 3:
        custom = FrozenMap({"satisfaction": draw(_NUMBERS)})
        return FieldsChanged, body | {"fields": FrozenMap({"custom": custom})}
    return StateChanged, body | {"action": "move", "state": draw(st.sampled_from(_STATES))}


@st.composite
def incidents(draw: st.DrawFn, number: int = 0) -> Incident:
    opened = draw(instants)
    incident = Incident.open(
        id=f"I{number}",
        title="x",
        at=opened,
        recorded_at=opened + draw(lateness),
        by=draw(st.sampled_from(["kim", "lee"])),
        computed_priority=draw(st.sampled_from([Priority.CRITICAL, Priority.LOW, None])),
        category=draw(st.sampled_from([(), ("mail",), ("mail", "send")])),
    )
    for kind, body in draw(st.lists(events(), max_size=6)):
        incident = incident.with_event(kind, **body)
    return incident


@st.composite
def desks(draw: st.DrawFn, most: int = 7) -> list[Incident]:
    """Return the incidents of a desk, each with an id of its own."""
    return [draw(incidents(number)) for number in range(draw(st.integers(0, most)))]


BASIC: tuple[Kpi, ...] = (
    catalogue.VOLUME,
    catalogue.BACKLOG,
    catalogue.MEAN_TIME_TO_ACKNOWLEDGE,
    catalogue.MEAN_TIME_TO_RESOLVE,
    catalogue.MEDIAN_TIME_TO_RESOLVE,
    catalogue.P90_TIME_TO_RESOLVE,
    catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
    catalogue.FIRST_CONTACT_RESOLUTION_RATE,
    catalogue.REOPEN_RATE,
)
SAMPLES: tuple[Kpi, ...] = (
    *BASIC,
    catalogue.MEAN_NET_TIME_TO_RESOLVE,
    catalogue.MEAN_TIME_TO_FIRST_RESPONSE.replace(confidence="0.9"),
    catalogue.MEAN_ON_HOLD_TIME,
    catalogue.REOPENINGS_PER_RESOLUTION,
    catalogue.PING_PONG_RATE.replace(confidence="0.95"),
    catalogue.BACKLOG_GROWTH,
    catalogue.MEAN_AGE_OF_BACKLOG,
    catalogue.STALE_5_DAYS_RATE,
    catalogue.MEAN_SATISFACTION,
    catalogue.MEAN_SATISFACTION.replace(id="score_median", statistic=MEDIAN),
)
KEYED: tuple[Kpi, ...] = (
    catalogue.RECURRENCE_RATE,
    Kpi(id="callers", measure=Count(distinct="caller"), canceled="include"),
    catalogue.VOLUME_PER_CALLER,
)
OUTAGES: tuple[Kpi, ...] = (catalogue.AVAILABILITY, catalogue.MEAN_TIME_BETWEEN_FAILURES)

windows = st.one_of(
    st.none(),
    st.tuples(instants, instants).map(lambda ends: Interval(min(ends), max(ends))),
    st.sampled_from(
        [
            Periods("day", "Europe/Berlin"),
            Periods("week"),
            Periods("month", "Asia/Kathmandu"),
            Periods("day", within=Interval(START + timedelta(days=2), START + timedelta(days=9))),
        ]
    ),
)


def computable(window: object, *, mode: str = "exact") -> tuple[Kpi, ...]:
    """Return the KPIs that a window and mode allow."""
    kpis = SAMPLES
    if isinstance(window, Periods):
        kpis = tuple(kpi for kpi in kpis if kpi.window_basis != "snapshot")
    if mode == "exact":
        kpis += KEYED if window is None else (*KEYED, *OUTAGES)
    return kpis
