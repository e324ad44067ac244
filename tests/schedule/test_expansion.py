"""The days of a rule: numbered weeks, and the work that they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.schedule.test_recurrence import DAYS, by_dateutil

from incidentcore.schedule.recurrence import parse_rule

LONG = pytest.mark.table  # dateutil looks at each week of thirty years


@pytest.mark.parametrize("week_start", DAYS)
@pytest.mark.parametrize("number", [1, 2, 20, 52, 53, -1, -52, pytest.param(-53, marks=LONG)])
def test_numbered_weeks(number: int, week_start: str) -> None:
    """Days of a numbered week, as dateutil answers; one at a year's end is its calendar year's."""
    text = f"FREQ=YEARLY;BYWEEKNO={number};BYDAY=WE;WKST={week_start}"
    found = [day for day in parse_rule(text).in_years(2000, 2030) if day.year > 2000]
    expected = by_dateutil(f"{text};UNTIL=20301231", date(2000, 1, 1), 2001, 2030)
    assert [day for day in expected if 7 < day.timetuple().tm_yday < 358] == [
        day for day in found if 7 < day.timetuple().tm_yday < 358
    ]


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=366",
        "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=12",
        "FREQ=DAILY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12",
    ],
)
def test_a_rule_takes_a_few_steps_for_each_day(
    text: str, work_of: Callable[[Callable[[], object]], int]
) -> None:
    """Also one that never falls: at most 30 lines of code for each day of a hundred years (C5)."""
    days = (date(2100, 1, 1) - date(2000, 1, 1)).days
    assert work_of(lambda: parse_rule(text).in_years(2000, 2099)) < 30 * days
