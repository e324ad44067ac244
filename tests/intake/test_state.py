"""The state of a fold, as it is saved and read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidentcore.errors import (
    InvalidValueError,
)
from incidentcore.intake import (
    Alert,
    Flapping,
    IncidentEnded,
    IntakePolicy,
    fold_alerts,
)
from incidentcore.intake.live import LiveCondition, LiveGroup, LiveIncident
from incidentcore.intake.state import (
    ConditionState,
    GroupState,
    IntakeState,
    OpenIncident,
    PendingAlert,
)

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


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


def test_the_working_form_loses_nothing_of_a_state():
    """Each attribute, given a value of its own, comes back."""
    alert = Alert(key="k", at=NINE, source="s", severity="critical")
    condition = ConditionState(
        source="s",
        key="k",
        firing=True,
        last_at=NINE,
        heard_at=NINE + MINUTE,
        severity="critical",
        incident="i",
        changes=(NINE - MINUTE, NINE),
        flapping=True,
        held=alert,
        held_until=NINE + 9 * MINUTE,
        held_by="night work",
        held_for="site=b",
        inhibits=("site=a",),
        unheard=True,
    )
    assert LiveCondition.thawed(condition, IntakePolicy().severities).frozen() == condition
    bare = ConditionState(source="", key="k", firing=False, last_at=NINE, heard_at=NINE)
    assert LiveCondition.thawed(bare, IntakePolicy().severities).frozen() == bare

    group = GroupState(group="g", incident="i", waiting=(PendingAlert(NINE, alert),))
    assert LiveGroup.thawed(group).frozen() == group
    incident = OpenIncident(
        id="i", group="g", source="s", key="k", last_at=NINE, resolved_at=NINE + MINUTE
    )
    assert LiveIncident.thawed(incident).frozen() == incident


def test_a_condition_nothing_is_known_of_is_quiet():
    """It neither fires nor flaps, holds nothing, and has no severity yet."""
    new = LiveCondition(("s", "k"), NINE)
    assert (new.firing, new.flapping, new.unheard, new.severity) == (False, False, False, None)
    assert new.frozen() == ConditionState(
        source="s", key="k", firing=False, last_at=NINE, heard_at=NINE
    )


@pytest.mark.parametrize(
    ("minutes", "flaps"),
    [((0, 1), False), ((0, 5, 9), True), ((0, 5, 10), False), ((0, 5, 10, 14), True)],
)
def test_a_change_leaves_the_window_when_it_is_as_old(minutes, flaps):
    """Three changes within ten minutes make it flap, and no more are remembered."""
    condition = LiveCondition(("s", "k"), NINE)
    for minute in minutes:
        condition.change(NINE + minute * MINUTE, Flapping(within=10 * MINUTE, start=3))
    assert condition.flapping is flaps
    assert condition.changes == [NINE + minute * MINUTE for minute in minutes[-3:]]


def test_what_is_let_go_is_held_no_more():
    """The alert comes out, and what held it is forgotten."""
    alert = Alert(key="k", at=NINE, source="s")
    held = ConditionState(
        source="s",
        key="k",
        firing=True,
        last_at=NINE,
        heard_at=NINE,
        held=alert,
        held_until=NINE + MINUTE,
        held_by="night work",
        held_for="site=b",
    )
    condition = LiveCondition.thawed(held, IntakePolicy().severities)
    assert condition.let_go() == alert
    after = condition.frozen()
    assert (after.held, after.held_until, after.held_by, after.held_for) == (None, None, "", "")
    assert condition.let_go() is None
