"""What the strategies of alerts draw."""

from __future__ import annotations

import pytest
from tests.testing.choices import (
    Choices,
    check_choices,
)

from incidentcore.testing.strategies_intake import (
    _MAINTENANCE,
    alert_storms,
    intake_policies,
    sample_thresholds,
    samples,
)

# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
    # In the first 90 minutes, from 09:00.
    "_MAINTENANCE": (
        _MAINTENANCE,
        200,
        {".start": "06-01T09:00..06-01T10:30", ".length": "1m..30m"},
    ),
    "alert_storms": (
        alert_storms(ends=True),
        60,
        {
            "Alert.key": "a b c d",
            "Alert.labels.service": "mail shop other",
            "Alert.severity": "critical|warning|info|",
            "Alert.source": "east west",
            "Alert.status": "firing resolved",
            "Alert.title": "number 0|number 1|number 2",
            "IncidentEnded.final": "True False",
            "IncidentEnded.incident": "alerts-1 alerts-2 alerts-3 alerts-4 alerts-5",
        },
    ),
    "intake_policies": (
        intake_policies(),
        150,
        {
            "Flapping.stop": "0 1 2",
            "Flapping.start": "2 3 4",
            "Flapping.within": "10m..60m",
            "Maintenance.intervals#": "1 2 3",
            "IntakePolicy.deduplicate": "0m 1m 2m 5m 15m",
            "IntakePolicy.group_by": "source key labels.service",
            "IntakePolicy.group_by#": "0 1 2",
            "IntakePolicy.lateness": "0m 1m 2m 4m 10m",
            "IntakePolicy.reopen_within": "None 0m 2m 3m 5m 30m",
            "IntakePolicy.silence": "None 1m 3m 5m 8m 40m",
            "IntakePolicy.resolve_on": "all first never",
            "IntakePolicy.threshold": "1 2 3",
            "IntakePolicy.window": "1m 2m 3m 5m 40m",
            "IntakePolicy.when": "always|not severity is 'info'",
            "IntakePolicy.maintenance#": "0 1 2",
            "MaintenanceRule.name": "work 0|work 1",
            "MaintenanceRule.when": "always|labels.service is 'mail'",
            "MaintenanceRule.resume": "True False",
        },
    ),
    "samples": (
        samples(),
        40,
        {
            "MetricSample.series": "x y",
            "MetricSample.value": " ".join(map(str, range(11))),
        },
    ),
    "sample_thresholds": (
        sample_thresholds(),
        150,
        {
            "SampleThreshold.id": "t",
            "SampleThreshold.at_least": "None 4 5 6 7 8",
            "SampleThreshold.at_most": "None 2 3 4",
            "SampleThreshold.clear": "2 3 4 5 6 7 8",
            "SampleThreshold.lasting": "0m 1m 2m 3m 4m 5m 6m",
            "SampleThreshold.keep_firing": "0m 1m 2m 3m 4m 5m 6m",
            "SampleThreshold.stale_after": "None 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m",
        },
    ),
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])
