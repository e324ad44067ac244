"""Hours in which somebody can be reached."""

from datetime import timedelta

import attrs
from tests.escalation.test_oncall import DAILY, DAY, MONDAY, plan

from incidentcore.escalation import OnCallLayer, ReachableHours
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar

MIDNIGHT = MONDAY.replace(hour=0)


def test_hours_of_a_gap_reach_nobody() -> None:
    """A calendar of reachable hours is closed while nobody is on call."""
    gone = plan(OnCallLayer(DAILY, "a", until=MONDAY + DAY))
    hours = ReachableHours(gone, {})

    assert list(hours.windows(MONDAY, MONDAY + 3 * DAY)) == [Interval(MONDAY, MONDAY + DAY)]
    assert list(hours.windows(MONDAY + DAY, MONDAY + 3 * DAY)) == []


def test_hours_of_two_people_that_overlap_are_one_window() -> None:
    """The shorter within the longer, and the longer that begins before its end."""
    both = plan(OnCallLayer(DAILY, "a"), OnCallLayer(DAILY, "b"))
    both = attrs.evolve(both, combine="all")
    for early, late, end in (
        ("09:00-17:00", "10:00-12:00", 17),
        ("09:00-12:00", "11:00-18:00", 18),
        ("09:00-12:00", "12:00-18:00", 18),
    ):
        own = {
            name: BusinessCalendar(zone="UTC", hours={"mon": hours})
            for name, hours in (("a", early), ("b", late))
        }
        found = list(ReachableHours(both, own).windows(MIDNIGHT, MIDNIGHT + DAY))
        assert found == [Interval(MIDNIGHT + timedelta(hours=9), MIDNIGHT + timedelta(hours=end))]
