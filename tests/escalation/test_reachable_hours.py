"""Hours in which somebody can be reached."""

from tests.escalation.test_oncall import DAILY, DAY, MONDAY, plan

from incidentcore.escalation import (
    OnCallLayer,
    ReachableHours,
)
from incidentcore.instants import Interval


def test_hours_of_a_gap_reach_nobody() -> None:
    """A calendar of reachable hours is closed while nobody is on call."""
    gone = plan(OnCallLayer(DAILY, "a", until=MONDAY + DAY))
    hours = ReachableHours(gone, {})

    assert list(hours.windows(MONDAY, MONDAY + 3 * DAY)) == [Interval(MONDAY, MONDAY + DAY)]
    assert list(hours.windows(MONDAY + DAY, MONDAY + 3 * DAY)) == []
