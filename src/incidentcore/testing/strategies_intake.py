"""A hypothesis strategy for alert storms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from incidentcore.intake import Alert, IncidentEnded
from incidentcore.intake.alert import AlertStatus

_BEGIN: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_WORDS: Final = ("critical", "warning", "info", "")


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
