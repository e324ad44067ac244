"""Intents of other kinds are refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.errors import (
    InvalidValueError,
)
from incidentcore.intake import (
    Alert,
    IncidentIntent,
    IntakePolicy,
    apply_intent,
    apply_intents,
    fold_alerts,
    open_incident,
)

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


MINUTE = timedelta(minutes=1)


def alert(minutes=0, status="firing", **more):
    return Alert(key="disk", at=NINE + minutes * MINUTE, status=status, **more)


def applied(policy, items, incidents=()):
    intents = fold_alerts(policy, items, until=NINE + timedelta(hours=1)).intents
    return apply_intents(intents, dict(incidents))


def test_intents_of_other_kinds_are_refused():
    """Only an opening opens, and dropped alerts are nobody's."""
    dropped = IncidentIntent("dropped", NINE, "", "", alert(), "duplicate")
    incident = applied(IntakePolicy(), [alert()])["alerts-1"]

    with pytest.raises(InvalidValueError):
        open_incident(dropped)
    with pytest.raises(InvalidValueError):
        apply_intent(dropped, incident)
    with pytest.raises(InvalidValueError):
        apply_intents([IncidentIntent("add", NINE, "alerts-7", "", alert())], {})
