"""Alerts of one service and the intents of a fold, in minutes after nine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidentcore.instants import Interval
from incidentcore.intake import (
    Alert,
    apply_intents,
    fold_alerts,
)
from incidentcore.schedule import Maintenance

T0 = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
WORK = Maintenance(Interval(T0, T0 + 30 * MINUTE), name="work")


def alert(key="disk", minutes=0, status="firing", **more):
    """Return an alert of one service, so many minutes after nine."""
    labels = {"service": "shop"}
    return Alert(key=key, at=T0 + minutes * MINUTE, status=status, labels=labels, **more)


def told(policy, items, *, until=T0 + HOUR, state=None):
    """Return kind, minute, incident and reason of each intent."""
    found = fold_alerts(policy, items, until=until, state=state).intents
    return [
        (one.kind, (one.at - T0) // MINUTE, one.incident.removeprefix("alerts-"), one.reason)
        for one in found
    ]


def apply_intent(intent, incident, **more):
    """Return an incident after one intent about it."""
    return apply_intents([intent], {intent.incident: incident}, **more)[intent.incident]
