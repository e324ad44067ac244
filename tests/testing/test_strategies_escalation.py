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
    _ASLEEP,
    _AWAY,
    _DELAYS,
    _MAINTENANCE,
    POLLS,
    _triggers,
    escalated_incidents,
    escalation_matrices,
    on_call_schedules,
    rotations,
)

COUNTING = (
    "None|Europe/Berlin 09:00-17:00/09:00-17:00//"
    "|Europe/Berlin 22:00-24:00/00:00-06:00,22:00-24:00/00:00-06:00/01:00-04:00"
)
# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    "POLLS": (POLLS, 300, {"": "0..10000", "#": "1 2 3 4 5"}),
    "_ASLEEP": (_ASLEEP, 300, {"": "1m..3000m"}),
    "_AWAY": (_AWAY, 300, {"": "-4000m..4000m"}),
    "_DELAYS": (_DELAYS, 300, {"": "odd 0m..300m", ".odd": "1..10000000000"}),
    # From 200 minutes before the opening, Friday 15:00, to 2,000 after it.
    "_MAINTENANCE": (
        _MAINTENANCE,
        300,
        {".start": "03-27T11:40..03-29T00:20", ".length": "1m..600m"},
    ),
    "escalation_matrices": (
        escalation_matrices(),
        80,
        {
            "After.since": "opened_at updated_at reopened_at snoozed_until",
            "After.calendar": COUNTING,
            "AfterPrevious.calendar": COUNTING,
            "HeldFor.calendar": COUNTING,
            "EscalationLevel.during": COUNTING,
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
            "EscalationRow.repeat_after": "1m..200m",
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
            "OnCallSchedule.layers#": "0 1 2 3",
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
            "Event.at": "0m..10000m",
            "Opened.at": "03-27T15:00",
            "Opened.fields.title": "generated",
            "Snoozed.by.Actor.id": "ada",
            "StateChanged.action": "start hold resume resolve reopen cancel",
            "StateChanged.fields.hold_reason": "awaiting_vendor",
            "StateChanged.fields.resolution_code": "fixed",
            "StateChanged.fields.resolution_notes": "done",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])


@given(_triggers((), head=True, rare=False))
def test_without_clocks_no_level_waits_for_one(trigger: object) -> None:
    assert isinstance(trigger, (After, HeldFor))
