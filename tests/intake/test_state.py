"""The state of a fold, as it is saved and read."""

from __future__ import annotations

import pytest
from tests.intake.builders import T0

from incidentcore.errors import (
    InvalidValueError,
)
from incidentcore.intake import (
    Alert,
    IncidentEnded,
    IntakePolicy,
    fold_alerts,
)
from incidentcore.intake.state import (
    ConditionState,
    GroupState,
    IntakeState,
    PendingAlert,
)


def test_a_state_must_hang_together():
    """A state that names an incident which is not there, or one twice, is refused."""
    one = ConditionState(source="", key="k", firing=True, last_at=T0, heard_at=T0, incident="x")
    with pytest.raises(InvalidValueError):
        IntakeState(conditions=[one])
    with pytest.raises(InvalidValueError):
        IntakeState(conditions=(ConditionState(**{**as_dict(one), "incident": ""}),) * 2)
    with pytest.raises(InvalidValueError):
        fold_alerts(IntakePolicy(), ["alert"])
    with pytest.raises(InvalidValueError):
        IncidentEnded("", T0)


def as_dict(state):
    names = ("source", "key", "firing", "last_at", "heard_at")
    return {name: getattr(state, name) for name in names}


def test_a_state_counts_from_zero():
    """And an alert that waits is one of a condition that is live."""
    with pytest.raises(InvalidValueError, match="opened"):
        IntakeState(opened=-1)
    waiting = PendingAlert(T0, Alert(key="k", at=T0))
    with pytest.raises(InvalidValueError, match="live conditions"):
        IntakeState(groups=[GroupState(group="g", waiting=[waiting])])
