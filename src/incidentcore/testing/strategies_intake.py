"""Hypothesis strategies for alert storms, intake policies, and samples of metrics."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from incidentcore.conditions import ALWAYS, field
from incidentcore.intake import (
    Alert,
    Flapping,
    IncidentEnded,
    IntakePolicy,
    MaintenanceRule,
    MetricSample,
    SampleThreshold,
)
from incidentcore.intake.alert import AlertStatus
from incidentcore.schedule import Maintenance
from incidentcore.testing.strategies_schedule import intervals_near

_BEGIN: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_MAINTENANCE: Final = intervals_near(_BEGIN, 0, 90, 30)
_WORDS: Final = ("critical", "warning", "info", "")


def _minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda number: number * _MINUTE)


def _spans(*numbers: int) -> st.SearchStrategy[timedelta]:
    """Return spans of a few lengths, so that storms meet their very ends."""
    return st.sampled_from(numbers).map(lambda number: number * _MINUTE)


@st.composite
def alert_storms(
    draw: st.DrawFn,
    *,
    min_size: int = 0,
    max_size: int = 40,
    in_order: bool = False,
    ends: bool = False,
) -> list[Alert | IncidentEnded]:
    """Generate alert storms: many alerts on a few faults in a short time, some simultaneous.

    Alerts fire, repeat, change their severity and are resolved. Each fault has one ``key``, and its
    alerts have the same label ``service``, except for some with the key ``"b"``.

    Args:
        min_size: The minimum number of items, that is, of alerts and ``IncidentEnded`` notices.
        max_size: The maximum number of items.
        in_order: Whether alerts and notices arrive in time order; otherwise many arrive late.
        ends: Whether to include notices of ended incidents.
    """
    keys = st.sampled_from(("a", "b", "a", "c", "d"))
    statuses: st.SearchStrategy[AlertStatus] = st.sampled_from(("firing", "resolved", "firing"))
    rows = st.tuples(st.integers(0, 6), keys, statuses, st.sampled_from(_WORDS), st.integers(0, 9))
    storm: list[Alert | IncidentEnded] = []
    minute = 0
    for number, (step, key, status, severity, odd) in enumerate(
        draw(st.lists(rows, min_size=min_size, max_size=max_size))
    ):
        minute += step if step < 6 else 15
        early = 0 if in_order else max(odd - 6, 0) * 4
        at = _BEGIN + (minute - early) * _MINUTE
        if ends and odd == 5:
            storm.append(IncidentEnded(f"alerts-{number % 5 + 1}", at, final=step == 0))
            continue
        recorded_at = at - _MINUTE if odd == 4 else at + odd * _MINUTE
        service = "mail" if key < "c" else "shop"
        if key == "b" and min(at, recorded_at).minute % 4 == 3:
            service = "other"
        alert = Alert(
            key=key,
            at=at,
            status=status,
            source="east" if key == "d" else "west",
            severity=severity,
            title=f"number {number % 3}",
            recorded_at=recorded_at,
            labels={"service": service},
        )
        storm.append(alert)
    return storm


@st.composite
def intake_policies(draw: st.DrawFn, *, lateness: bool = True) -> IntakePolicy:
    """Generate intake policies with short windows, but without ``groupings`` and ``inhibit``.

    Args:
        lateness: Whether policies may hold alerts back to sort them.
    """
    maintenance: list[MaintenanceRule] = []
    for number in range(draw(st.sampled_from((0, 1, 2)))):
        spans = draw(st.lists(_MAINTENANCE, min_size=1, max_size=3))
        when = draw(st.sampled_from((ALWAYS, field("labels.service").equals("mail"))))
        maintenance.append(
            MaintenanceRule(f"work {number}", Maintenance(spans), when, resume=draw(st.booleans()))
        )
    optional: dict[str, Any] = {
        "reopen_within": _spans(0, 2, 3, 5, 30),
        "silence": _spans(1, 3, 5, 8, 40),
        "flapping": st.builds(
            lambda within, stop, more: Flapping(
                within=within, stop=stop, start=stop + more + (stop == 0)
            ),
            _minutes(10, 60),
            st.integers(0, 2),
            st.integers(1, 2),
        ),
        "lateness": _spans(1, 2, 4, 10),
    }
    chosen = {
        name: draw(strategy)
        for name, strategy in optional.items()
        if (lateness or name != "lateness") and draw(st.booleans())
    }
    return IntakePolicy(
        when=draw(st.sampled_from((ALWAYS, ALWAYS, ALWAYS, ~field("severity").equals("info")))),
        group_by=draw(st.sampled_from((("source", "key"), ("labels.service",), ("source",), ()))),
        window=draw(_spans(1, 2, 3, 5, 40)),
        threshold=draw(st.sampled_from((1, 2, 3))),
        deduplicate=draw(_spans(0, 1, 2, 5, 15)),
        resolve_on=draw(st.sampled_from(("all", "first", "never"))),
        maintenance=maintenance,
        **chosen,
    )


@st.composite
def samples(draw: st.DrawFn, *, max_size: int = 40) -> list[MetricSample]:
    """Generate up to ``max_size`` samples of two metrics, in time order, some simultaneous."""
    rows = st.tuples(st.integers(0, 4), st.sampled_from("xy"), st.integers(0, 10))
    found = []
    minute = 0
    for step, series, value in draw(st.lists(rows, max_size=max_size)):
        minute += step
        found.append(MetricSample(series, _BEGIN + minute * _MINUTE, value))
    return found


@st.composite
def sample_thresholds(draw: st.DrawFn) -> SampleThreshold:
    """Generate upper and lower thresholds with various spans; ``stale_after`` can be None."""
    high, low = draw(st.integers(4, 8)), draw(st.integers(2, 4))
    side: dict[str, Any] = draw(
        st.sampled_from(({"at_least": high, "clear": low}, {"at_most": low, "clear": high}))
    )
    return SampleThreshold(
        "t",
        lasting=draw(_minutes(0, 6)),
        keep_firing=draw(_minutes(0, 6)),
        stale_after=draw(st.none() | _minutes(1, 10)),
        **side,
    )
