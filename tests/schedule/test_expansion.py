"""The days of a rule: numbered weeks, and the work that they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.schedule.test_recurrence import DAYS, by_dateutil

from incidentcore.schedule.expansion import is_leap, month_length
from incidentcore.schedule.recurrence import parse_rule

EVERY_DAY = "MO,TU,WE,TH,FR,SA,SU"
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
    ("week", "year", "days"),
    [
        # ISO 8601: 2020-W01 begins on 30 December 2019, and 2020-W53 ends on 3 January 2021.
        (1, 2018, [date(2018, 1, day) for day in range(1, 8)] + [date(2018, 12, 31)]),
        (1, 2019, [date(2019, 1, day) for day in range(1, 7)]
            + [date(2019, 12, 30), date(2019, 12, 31)]),
        (1, 2020, [date(2020, 1, day) for day in range(1, 6)]),
        (53, 2020, [date(2020, 12, day) for day in range(28, 32)]),
        (53, 2021, [date(2021, 1, day) for day in range(1, 4)]),
        (-1, 2021, [date(2021, 1, day) for day in range(1, 4)]
            + [date(2021, 12, day) for day in range(27, 32)]),
        (53, 2019, []),
        # The ends of what a date can say: 1 January is a Monday in year 1, a Thursday in 9998.
        (1, 1, [date(1, 1, day) for day in range(1, 8)] + [date(1, 12, 31)]),
        (-1, 1, [date(1, 12, day) for day in range(24, 31)]),
        (1, 9998, [date(9998, 1, day) for day in range(1, 5)]),
        (53, 9998, [date(9998, 12, day) for day in range(28, 32)]),
    ],
)  # fmt: skip
def test_a_week_across_new_year_has_days_in_both_years(
    week: int, year: int, days: list[date]
) -> None:
    """Each of its days is in the expansion of the day's own year."""
    assert (
        list(parse_rule(f"FREQ=YEARLY;BYWEEKNO={week};BYDAY={EVERY_DAY}").in_years(year, year))
        == days
    )


@pytest.mark.parametrize(
    ("year", "days"), [(1900, 28), (2000, 29), (2023, 28), (2024, 29), (2100, 28), (2400, 29)]
)
def test_a_february_has_29_days_in_every_fourth_year(year: int, days: int) -> None:
    """But not in a century, unless it is one of four."""
    assert (is_leap(year), month_length(year, 2)) == (days == 29, days)
    assert sum(month_length(year, month) for month in range(1, 13)) == 337 + days


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
