"""Hours on call, by night and weekend."""

import pytest
from tests.escalation.test_oncall import DAY, HOUR, MONDAY, plan

from incidentcore.escalation import OnCallLayer, on_call_hours
from incidentcore.escalation.on_call_hours import OnCallHours
from incidentcore.schedule import Rotation


def test_hours_are_shared_out_with_nights_and_weekends() -> None:
    """Two people, a week each from Monday 08:00: 168 h, of which 56 at night, 48 at the weekend."""
    weekly = Rotation(anchor=MONDAY, zone="UTC", unit="weeks")
    schedule = plan(OnCallLayer(weekly, ["ada", "bob"]))
    ada, bob = on_call_hours(schedule, start=MONDAY, end=MONDAY + 14 * DAY, zone="UTC")

    assert (ada.person, ada.total, ada.night, ada.weekend, ada.shifts) == (
        "ada", 168 * HOUR, 56 * HOUR, 48 * HOUR, 1,
    )  # fmt: skip
    assert (bob.total, bob.night_share) == (168 * HOUR, pytest.approx(1 / 3))


def test_a_week_on_duty_is_shared_out_by_weekend() -> None:
    """Somebody on call all week has two of seven days on the weekend; nobody is on for no time."""
    weekly = plan(OnCallLayer(Rotation(anchor=MONDAY, zone="UTC", unit="weeks"), "a"))
    (hours,) = on_call_hours(weekly, start=MONDAY, end=MONDAY + 7 * DAY, zone="UTC")

    assert (hours.total, hours.weekend) == (7 * DAY, 2 * DAY)
    assert hours.weekend_share == pytest.approx(2 / 7)
    assert (
        OnCallHours(
            person="b", total=0 * DAY, night=0 * DAY, weekend=0 * DAY, shifts=0
        ).weekend_share
        is None
    )
