"""What the strategies of updates draw."""

from __future__ import annotations

import pytest
from tests.testing.choices import (
    MINUTE,
    OPEN,
    RESOLVED,
    USUAL,
    Choices,
    check_choices,
)

from incidentcore.testing.strategies_communication import _spans, communication_plans

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
