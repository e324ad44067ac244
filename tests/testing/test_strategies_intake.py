"""What the strategies of alerts draw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis.errors import InvalidArgument
from tests.testing.choices import Choices, batches, check_choices, examples

from incidentcore.intake import Alert, IncidentEnded
from incidentcore.testing import alert_storms

# What each attribute holds, over all examples: words, or texts between bars.
CHOICES: Choices = {
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
}


@pytest.mark.table
@pytest.mark.parametrize("name", CHOICES)
def test_only_the_values_of_a_choice_come(name: str) -> None:
    """All of these, both ends of a range, and no others."""
    check_choices(*CHOICES[name])


NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS = (0, 1, 2, 3, 4, 5, 15)
# By how many minutes an alert lies back, and how long after it happened it is recorded.
LATE = [(0, 0), (0, 1), (0, 2), (0, 3), (0, -1), (0, 5), (0, 6), (4, 7), (8, 8), (12, 9)]


@pytest.mark.table
@pytest.mark.parametrize("in_order", [False, True])
def test_the_first_alert_of_a_storm(*, in_order: bool) -> None:
    """Up to five minutes after the start or fifteen, and up to twelve back, where late ones come.

    It is recorded up to nine minutes later, or a minute before it happened.
    """
    expected = {(step - (0 if in_order else back), delay) for step in STEPS for back, delay in LATE}
    seen = set()
    for batch in batches(alert_storms(min_size=1, max_size=1, in_order=in_order), 400):
        for [alert] in batch:
            assert isinstance(alert, Alert)
            seen.add(((alert.at - NINE) // MINUTE, (alert.recorded_at - alert.at) // MINUTE))
        if seen >= expected:
            break
    assert seen == expected


@pytest.mark.table
def test_a_storm_has_the_labels_of_its_conditions_and_ends_of_incidents() -> None:
    """One service for each key but ``b``; ends only where they are asked for, at five places."""
    services = {"a": {"mail"}, "b": {"mail", "other"}, "c": {"shop"}, "d": {"shop"}}
    seen: dict[str, set[str]] = {key: set() for key in services}
    ends = set()
    final = []
    for storm in examples(alert_storms(min_size=6, ends=True), 200, 1):
        for number, one in enumerate(storm):
            if isinstance(one, IncidentEnded):
                ends.add((one.incident, number % 5))
                final.append(one.final)
            else:
                assert one.title == f"number {number % 3}"
                assert one.source == ("east" if one.key == "d" else "west")
                seen[one.key].add(one.labels["service"])
    assert seen == services
    assert ends == {(f"alerts-{place + 1}", place) for place in range(5)}
    assert 0 < sum(final) < len(final) / 2  # few people end an incident for ever
    assert all(
        isinstance(one, Alert) for storm in examples(alert_storms(), 100, 1) for one in storm
    )


def test_a_storm_has_forty_alerts_unless_more_are_asked_for() -> None:
    assert {len(storm) for storm in examples(alert_storms(min_size=40), 3, 1)} == {40}
    with pytest.raises(InvalidArgument):
        examples(alert_storms(min_size=41), 1, 1)
