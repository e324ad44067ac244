"""Hours in which somebody can be reached."""

from collections.abc import Callable
from datetime import timedelta

import attrs
from tests.escalation.test_oncall import DAILY, DAY, MONDAY, plan

from incidentcore.escalation import OnCallLayer, ReachableHours
from incidentcore.instants import Interval
from incidentcore.schedule import BusinessCalendar, Rotation

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


def test_a_short_question_reads_its_own_span_alone(
    work_of: Callable[[Callable[[], object]], int],
) -> None:
    """Four days of hourly turns cost about twice as much as two, even as the first question."""
    hourly = Rotation(anchor=MONDAY, zone="UTC", unit="hours")
    schedule = plan(OnCallLayer(hourly, ["a", "b"]))

    def first_question(days: int) -> int:
        hours = ReachableHours(schedule, {})
        return work_of(lambda: list(hours.windows(MONDAY, MONDAY + days * DAY)))

    assert first_question(4) > 1.8 * first_question(2)
