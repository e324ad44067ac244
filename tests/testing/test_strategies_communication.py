"""What the strategies of updates draw."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.testing.choices import (
    MINUTE,
    OPEN,
    RESOLVED,
    USUAL,
    Choices,
    check_choices,
)

from incidentcore.schedule import BusinessCalendar
from incidentcore.testing.strategies_communication import _later, _spans, communication_plans

# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    "_spans": (_spans(0 * MINUTE), 300, {"": USUAL, ".odd": "1..100000000000"}),
    "communication_plans": (
        communication_plans(),
        80,
        {
            "CommunicationPlan.name": "plan",
            "CommunicationPlan.rules#": "1 2 3",
            "CommunicationPlan.also#": "0 1 2",
            "UpdateRule.name": "rule 0|rule 1|rule 2",
            "UpdateRule.audiences": "customers|executives|support staff|regulators",
            "UpdateRule.audiences#": "1 2",
            "UpdateRule.when": (
                "always|major_status is 'accepted'|priority is critical|custom.watch is True|"
                "major_status is 'accepted' and custom.watch is True"
            ),
            "UpdateRule.first": f"None 0m {USUAL}",
            "UpdateRule.every": f"None {USUAL}",
            "UpdateRule.on_hold": f"None {USUAL}",
            "UpdateRule.final": f"None {USUAL}",
            "UpdateRule.notice": "0m 5m 45m",
            "UpdateRule.stop": "never|custom.quiet is True",
            "UpdateRule.ends": f"{RESOLVED}|not {OPEN}|restored_at is present",
            "UpdateRule.channel": "|mail|status page",
            "UpdateRule.templates": "first next final",
            "UpdateTemplate.name": "news",
            "UpdateTemplate.fields": "title business_impact custom.region",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])


def test_a_calendar_that_never_closes_moves_no_instant() -> None:
    """There is no edge to move to."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    always = BusinessCalendar.always()
    assert [_later(at, [always], choice) for choice in range(4)] == [at] * 4


@pytest.mark.parametrize(("choice", "hour"), [(0, 9), (1, 17), (2, 8), (3, 8)])
def test_an_instant_may_be_the_next_opening_or_closing(choice: int, hour: int) -> None:
    """Asked at 8:00 on a Monday of an office from nine to five."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    eight = datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert _later(eight, [office], choice) == eight.replace(hour=hour)
