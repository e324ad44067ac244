"""The strategies of records draw as many events as they are told, and no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import pytest
from hypothesis import strategies as st
from tests.testing.choices import examples

from incidentcore.communication.presets import major_incident_plan
from incidentcore.conditions import field
from incidentcore.lifecycle import check_history
from incidentcore.lifecycle.presets import JSM_INCIDENT
from incidentcore.schedule import BusinessCalendar
from incidentcore.sla import SlaDefinition
from incidentcore.testing import (
    communicated_incidents,
    histories,
    illegal_records,
    legal_records,
    records,
)

Sized: TypeAlias = Callable[[int], st.SearchStrategy[Any]]
CALENDAR = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-17:00"})
RULES = SlaDefinition(
    name="resolution",
    target=timedelta(hours=4),
    calendar=CALENDAR,
    stop=field("state.resolved").equals(True),
)
PLAN = major_incident_plan()

STRATEGIES: dict[str, tuple[Sized, int]] = {  # and how many events there are beside those
    "records": (lambda most: records(max_events=most), 1),
    "legal_records": (lambda most: legal_records(JSM_INCIDENT, max_steps=most), 1),
    "illegal_records": (lambda most: illegal_records(JSM_INCIDENT, max_steps=most), 2),
    "histories": (lambda most: histories(RULES, max_events=most), 1),
    "communicated_incidents": (lambda most: communicated_incidents(PLAN, max_events=most), 1),
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_history_has_at_most_so_many_events(name: str) -> None:
    """With none there is the opening alone; with 30, some histories are longer than usual."""
    sized, other = STRATEGIES[name]

    def longest(most: int) -> int:
        return max(len(record.history) - other for record in examples(sized(most), 25, 1))

    assert longest(0) == 0
    assert longest(3) == 3
    assert 12 < longest(30) <= 30


def test_the_last_transition_of_an_illegal_record_is_not_in_the_lifecycle() -> None:
    """All of 60, also where another action of the lifecycle leads to the same state."""
    for record in examples(illegal_records(JSM_INCIDENT), 60, 2):
        assert check_history(record, JSM_INCIDENT)
