"""Intents of other kinds are refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.intake.builders import MINUTE, T0

from incidentcore.errors import (
    InvalidValueError,
)
from incidentcore.intake import (
    Alert,
    IncidentIntent,
    apply_intents,
    fold_alerts,
    open_incident,
)


def alert(minutes=0, status="firing", **more):
    return Alert(key="disk", at=T0 + minutes * MINUTE, status=status, **more)


def applied(policy, items, incidents=()):
    intents = fold_alerts(policy, items, until=T0 + timedelta(hours=1)).intents
    return apply_intents(intents, dict(incidents))


def test_intents_of_other_kinds_are_refused():
    """Only an opening opens, and dropped alerts are nobody's."""
    dropped = IncidentIntent("dropped", T0, "", "", alert(), "duplicate")
    with pytest.raises(InvalidValueError):
        open_incident(dropped)
    with pytest.raises(InvalidValueError):
        apply_intents([IncidentIntent("add", T0, "alerts-7", "", alert())], {})
