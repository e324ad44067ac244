"""Holidays in a desk's file: dates, tables, and lists with names."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from tests.desk.small_files import HEAD, HOUR, loaded

from incidentcore.desk import dump_desk, load_desk
from incidentcore.errors import FormatError

HOURS = 'hours = { mon-fri = "08:00-18:00" }'
FEED = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:1
SUMMARY:Works outing
DTSTART;VALUE=DATE:20260602
END:VEVENT
END:VCALENDAR
"""


def office(holidays: str, lists: str = "") -> str:
    return HEAD.replace(HOURS, f"{HOURS}, holidays = {holidays}") + lists


def open_hours(text: str, **files: Any) -> list[float]:
    """Return the open hours of the first five days of June, Monday to Friday."""
    desk = load_desk(text, files=files) if files else loaded(text)
    calendar: Any = desk.calendars["office"]
    days = [datetime(2026, 6, day, tzinfo=UTC) for day in range(1, 7)]
    return [calendar.open_time(start, end) / HOUR for start, end in pairwise(days)]


@pytest.mark.parametrize(
    "holidays",
    [
        "[2026-06-02]",
        '["2026-06-02"]',
        '[{ day = 2026-06-02, name = "Works outing" }]',
        '[{ yearly = "06-02" }]',
        '"one"',
    ],
)
def test_a_day_is_a_date_or_a_table(holidays: str) -> None:
    """Tuesday is closed, whichever way it is written."""
    lists = "[holidays]\none = [2026-06-02]\n"
    assert open_hours(office(holidays, lists)) == [10, 0, 10, 10, 10]


def test_a_list_has_a_name_and_stands_beside_single_days() -> None:
    """A calendar takes all days of the lists that it names."""
    lists = "[holidays]\nsite = [2026-06-02, { from = 2026-06-04, to = 2026-06-05 }]\n"

    assert open_hours(office('["site", 2026-06-01]', lists)) == [0, 0, 10, 0, 0]


def test_a_list_may_be_a_calendar_file() -> None:
    """The file is given with the text."""
    lists = '[holidays]\nsite = { ical = "site.ics", years = "2026" }\n'

    assert open_hours(office('["site"]', lists), **{"site.ics": FEED}) == [10, 0, 10, 10, 10]


def test_two_calendars_with_the_same_days_share_a_list() -> None:
    """A dump writes the days once."""
    text = office('["site"]', f'b = {{ {HOURS}, holidays = ["site"] }}\n[holidays]\n')
    text = dump_desk(loaded(text + "site = [2026-06-02]\n"))
    assert text.count("2026-06-02") == 1


def test_country_holidays_need_their_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install, and what to write without it."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    lists = '[holidays]\nsite = { country = "DE", years = "2026" }\n'
    with pytest.raises(FormatError, match=r"dates, or install incidentcore\[holidays\]"):
        load_desk(office('["site"]', lists))


@pytest.mark.parametrize(
    ("holidays", "lists", "says"),
    [
        ('["sight"]', "[holidays]\nsite = [2026-06-02]\n", "nearest: site"),
        ("[]", '[holidays]\nsite = { ical = "a.ics", years = "2026" }\n', "files="),
        ("[]", '[holidays]\nsite = { country = "DE", years = "2028-2026" }\n', "the earlier first"),
        ("[]", "[holidays]\nsite = 7\n", "a list of dates and tables"),
        ("[2026-12-24T09:00:00Z]", "", "a date such as 2026-12-24"),
        ('[{ day = 2026-12-24, hours = ["09:00-12:00", 13] }]', "", "or a list of them"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(holidays: str, lists: str, says: str) -> None:
    """With what would do."""
    with pytest.raises(FormatError, match=says):
        load_desk(office(holidays, lists))
