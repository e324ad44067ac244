"""What the strategies of promises draw."""

from __future__ import annotations

import pytest
from tests.testing.choices import (
    OPEN,
    PAUSES,
    RESOLVED,
    WAIT,
    Choices,
    check_choices,
)

from incidentcore.testing.strategies_sla import _targets, sla_definitions, sla_policies

# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    "_targets": (_targets(), 300, {".odd": "1..100000000000"}),
    "sla_definitions": (
        sla_definitions(),
        100,
        {
            "SlaDefinition.name": "promise",
            "SlaDefinition.target": "0m 1m 45m 240m 480m 1440m 10080m odd",
            "SlaDefinition.start": f"{OPEN}|always|custom.watch is True",
            "SlaDefinition.pause": f"{PAUSES}|{WAIT}|never|{WAIT} and {OPEN}",
            "SlaDefinition.resume": "None|custom.go is True",
            "SlaDefinition.stop": (
                f"{RESOLVED}|custom.fixed is True|first_response_at is present or {RESOLVED}"
            ),
            "SlaDefinition.cancel": "state.is_canceled is True|never|custom.void is True",
            "SlaDefinition.reset": "None|kind is 'commented' and by.role is 'agent'",
            "SlaDefinition.cancel_when_start_ends": "True False",
            "SlaDefinition.reopen": "exclude_closed continue new_cycle",
            "SlaDefinition.swap": "retroactive retroactive_without_pauses keep_elapsed restart",
            "SlaDefinition.thresholds#": "0 1 2 3",
            "BusinessDays.n": "0 1 2 3",
            "BusinessDays.end_of_day": "True False",
            "ByTimeOfDay.time": "16:00:00",
            "SlaThreshold.fraction": "None 1 3/4",
            "SlaThreshold.name": "three quarters|full|soon|late|elsewhere",
            "SlaThreshold.before_due": "None 30m",
            "SlaThreshold.after_due": "None 45m 90m",
        },
    ),
    "sla_policies": (
        sla_policies(),
        25,
        {
            "SlaDefinition.name": "gold silver default",
            "SlaRule.when": "custom.tier is 'gold'|custom.tier is 'silver'",
            "SlaPolicy.definitions#": "2 3",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])
