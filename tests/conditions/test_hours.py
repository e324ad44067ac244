"""Conditions on the time of day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidentcore.conditions import (
    Condition,
    during,
    field,
)
from incidentcore.errors import InvalidValueError
from incidentcore.schedule import BusinessCalendar
from incidentcore.serialization import dumps, loads

A, B = (field(name).is_true() for name in "ab")


NIGHT = BusinessCalendar(zone="Europe/Berlin", hours={"mon-sun": "22:00-06:00"}, name="night")


class TestTimeOfDay:
    """Conditions on the clock: evaluated at the instant of the facts."""

    def test_open_hours_are_read_at_the_instant(self):
        """In summer Berlin's 22:00 is 20:00 UTC; the window is half-open."""
        night = during(NIGHT)

        assert not night.matches({}, at=datetime(2026, 7, 1, 19, 59, 59, tzinfo=UTC))
        assert night.matches({}, at=datetime(2026, 7, 1, 20, tzinfo=UTC))
        assert night.matches({}, at=datetime(2026, 7, 2, 3, 59, 59, tzinfo=UTC))
        assert not night.matches({}, at=datetime(2026, 7, 2, 4, tzinfo=UTC))

    def test_without_an_instant_they_are_refused(self):
        """There is no clock to read, so the instant must be given."""
        with pytest.raises(InvalidValueError, match="at: got None"):
            during(NIGHT).matches({})
        with pytest.raises(InvalidValueError, match="at: got None"):
            (A & during(NIGHT)).explain({"a": True})

    def test_conditions_know_whether_they_read_time(self):
        """A clock refuses such a condition by asking it (rule S1)."""
        assert during(NIGHT).reads_time
        assert (~(A | during(NIGHT))).reads_time
        assert (A & during(NIGHT)).reads_time
        assert not (A & ~B).reads_time

    def test_time_of_day_is_a_calendar(self):
        """Hours of the wall clock on given days, in a zone."""
        hours = {"mon-fri": ["06:00-08:00", "12:00-13:00"]}
        early = during(BusinessCalendar(zone="Asia/Kolkata", hours=hours, name="early"))

        assert early.matches({}, at=datetime(2026, 7, 1, 1, tzinfo=UTC))  # Wednesday 06:30
        assert not early.matches({}, at=datetime(2026, 7, 4, 1, tzinfo=UTC))  # Saturday 06:30
        assert str(early) == "during early"
        assert loads(dumps(early), Condition) == early
