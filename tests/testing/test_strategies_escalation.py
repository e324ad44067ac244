"""What the strategies of escalations draw."""

from __future__ import annotations

import pytest
from hypothesis import given
from tests.testing.choices import (
    NAMES,
    PAUSES,
    Choices,
    check_choices,
)

from incidentcore.escalation import After, HeldFor
from incidentcore.testing.strategies_escalation import (
    _triggers,
    escalated_incidents,
    escalation_matrices,
    on_call_schedules,
    rotations,
)

# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    "escalation_matrices": (
        escalation_matrices(),
        80,
        {
            "After.since": "opened_at updated_at reopened_at snoozed_until",
            "HeldFor.condition": f"{PAUSES}|not assignee is present",
            "OnClock.clock": "resolution",
            "EscalationLevel.why_data.point": "0.5 due breach soon",
            "EscalationLevel.targets#": "1 2",
            "EscalationMatrix.name": "drawn",
            "EscalationMatrix.maintenance#": "0 1",
            "EscalationRow.name": "row0 row1",
            "EscalationRow.when": "always|assignment_group is 'a'|not assignment_group is 'a'",
            "EscalationRow.levels#": "1 2 3 4",
            "EscalationRow.repeat": "0 1 2",
            "EscalationRow.repeat_from": "0 1 2 3",
            "EscalationRow.ack_timeout": "None 90m",
            "EscalationTarget.kind": "group person field manager_of on_call",
            "EscalationTarget.name": "desk ada bo assignee drawn",
        },
    ),
    "on_call_schedules": (
        on_call_schedules(),
        60,
        {
            "OnCallLayer.people": f"{NAMES} None",
            "OnCallLayer.people#": "1 2 3 4",
            "OnCallLayer.turns": "always on_duty",
            "OnCallSchedule.name": "drawn",
            "OnCallSchedule.layers#": "1 2 3",
            "OnCallSchedule.overrides#": "0 1 2",
            "RotaOverride.people": NAMES,
            "RotaOverride.mode": "replace add remove",
            "RotaOverride.replaces": "|ada",
        },
    ),
    "rotations": (
        rotations("UTC"),
        120,
        {
            "Rotation.unit": "hours days weeks months",
            "Rotation.every": " ".join(map(str, range(1, 13))),
        },
    ),
    "escalated_incidents": (
        escalated_incidents(),
        120,
        {
            "Opened.by.Actor.id": "kim",
            "Acknowledged.by.Actor.id": NAMES,
            "Acknowledged.level": "None 0 1",
            "Escalated.target": "next",
            "Escalated.level": "None 0 1 2",
            "Assigned.fields.assignment_group": "a b",
            "Assigned.fields.assignee": "None ada eve",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """No others, and most of these."""
    check_choices(*CHOICES[name])


@given(_triggers((), head=True, rare=False))
def test_without_clocks_no_level_waits_for_one(trigger: object) -> None:
    assert isinstance(trigger, (After, HeldFor))
