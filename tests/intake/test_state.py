"""The state of a fold, as it is saved and read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.errors import (
    InvalidValueError,
)
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    IntakePolicy,
    IntakeState,
    fold_alerts,
)
from incidentcore.intake.state import ConditionState, GroupState, PendingAlert

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_a_state_must_hang_together():
    """A state that names an incident which is not there, or one twice, is refused."""
    one = ConditionState(source="", key="k", firing=True, last_at=NINE, heard_at=NINE, incident="x")
    with pytest.raises(InvalidValueError):
        IntakeState(conditions=[one])
    with pytest.raises(InvalidValueError):
        IntakeState(conditions=(ConditionState(**{**as_dict(one), "incident": ""}),) * 2)
    with pytest.raises(InvalidValueError):
        fold_alerts(IntakePolicy(), ["alert"])
    with pytest.raises(InvalidValueError):
        IncidentEnded("", NINE)


def as_dict(state):
    names = ("source", "key", "firing", "last_at", "heard_at")
    return {name: getattr(state, name) for name in names}


def test_a_state_counts_from_zero():
    """And an alert that waits is one of a condition that is live."""
    with pytest.raises(InvalidValueError, match="opened"):
        IntakeState(opened=-1)
    waiting = PendingAlert(NINE, Alert(key="k", at=NINE))
    with pytest.raises(InvalidValueError, match="live conditions"):
        IntakeState(groups=[GroupState(group="g", waiting=[waiting])])
