"""The working form of a state: conditions, groups and incidents that change."""

from __future__ import annotations

import pytest
from tests.intake.builders import MINUTE, T0

from incidentcore.intake import (
    Alert,
    Flapping,
    IntakePolicy,
)
from incidentcore.intake.inhibition import Inhibition
from incidentcore.intake.live import LiveCondition, LiveGroup, LiveIncident
from incidentcore.intake.state import (
    ConditionState,
    GroupState,
    OpenIncident,
    PendingAlert,
)


def test_the_working_form_loses_nothing_of_a_state():
    """Each attribute, given a value of its own, comes back."""
    alert = Alert(key="k", at=T0, source="s", severity="critical")
    condition = ConditionState(
        source="s",
        key="k",
        firing=True,
        last_at=T0,
        heard_at=T0 + MINUTE,
        severity="critical",
        incident="i",
        changes=(T0 - MINUTE, T0),
        flapping=True,
        held=alert,
        held_until=T0 + 9 * MINUTE,
        held_by="night work",
        held_for="site=b",
        inhibits=("site=a",),
        unheard=True,
    )
    assert LiveCondition.thawed(condition, IntakePolicy().severities).frozen() == condition
    bare = ConditionState(source="", key="k", firing=False, last_at=T0, heard_at=T0)
    assert LiveCondition.thawed(bare, IntakePolicy().severities).frozen() == bare

    group = GroupState(group="g", incident="i", waiting=(PendingAlert(T0, alert),))
    assert LiveGroup.thawed(group).frozen() == group
    incident = OpenIncident(
        id="i", group="g", source="s", key="k", last_at=T0, resolved_at=T0 + MINUTE
    )
    assert LiveIncident.thawed(incident).frozen() == incident


def test_a_condition_nothing_is_known_of_is_quiet():
    """It neither fires nor flaps, holds nothing, and has no severity yet."""
    new = LiveCondition(("s", "k"), T0)
    assert (new.firing, new.flapping, new.unheard, new.severity) == (False, False, False, None)
    assert new.frozen() == ConditionState(
        source="s", key="k", firing=False, last_at=T0, heard_at=T0
    )


@pytest.mark.parametrize(
    ("minutes", "flaps"),
    [((0, 1), False), ((0, 5, 9), True), ((0, 5, 10), False), ((0, 5, 10, 14), True)],
)
def test_a_change_leaves_the_window_when_it_is_as_old(minutes, flaps):
    """Three changes within ten minutes make it flap, and no more are remembered."""
    condition = LiveCondition(("s", "k"), T0)
    for minute in minutes:
        condition.change(T0 + minute * MINUTE, Flapping(within=10 * MINUTE, start=3))
    assert condition.flapping is flaps
    assert condition.changes == [T0 + minute * MINUTE for minute in minutes[-3:]]


def test_what_is_let_go_is_held_no_more():
    """The alert comes out, and what held it is forgotten."""
    alert = Alert(key="k", at=T0, source="s")
    held = ConditionState(
        source="s",
        key="k",
        firing=True,
        last_at=T0,
        heard_at=T0,
        held=alert,
        held_until=T0 + MINUTE,
        held_by="night work",
        held_for="site=b",
    )
    condition = LiveCondition.thawed(held, IntakePolicy().severities)
    inhibition = Inhibition(IntakePolicy(), {condition.name: condition})
    assert inhibition.let_go(condition) == alert
    after = condition.frozen()
    assert (after.held, after.held_until, after.held_by, after.held_for) == (None, None, "", "")
    assert inhibition.let_go(condition) is None


@pytest.mark.parametrize(("stop", "calm"), [(0, 11), (1, 10), (2, 5), (3, 5)])
def test_when_a_condition_stops_flapping(stop, calm):
    """At most ``stop`` changes within ten minutes; at once where the policy allows more (A6)."""
    condition = LiveCondition(("s", "k"), T0 + 5 * MINUTE)
    condition.changes = [T0, T0 + MINUTE]
    flapping = Flapping(within=10 * MINUTE, start=4, stop=stop)
    assert condition.calm_at(flapping) == T0 + calm * MINUTE
    assert condition.calm_at(None) == T0 + 5 * MINUTE
