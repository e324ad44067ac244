"""Calendars in a desk's file: breaks of every week."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.desk.small_files import HEAD, HOUR, MONDAY, SERVICE, loaded

from incidentcore.desk import dump_desk, load_desk
from incidentcore.desk.file import desk_mapping
from incidentcore.errors import FormatError
from incidentcore.records import Incident
from incidentcore.sla import SlaDefinition, evaluate_sla
from incidentcore.values import Impact, Urgency

WEEK = 'mon-fri = "08:00-18:00"'
LUNCH = ', breaks = [{ days = "mon-fri", hours = "12:00-13:00" }]'
DATE = 'day = 2026-06-02, hours = "12:00-13:0"'


def test_a_break_of_every_week_is_taken_from_the_hours() -> None:
    """4 h from 10:00 with lunch from 12 to 13 end at 15:00; on Friday, without one, at 14:00."""
    lunch = 'breaks = [{ days = "mon-thu", hours = "12:00-13:00" }]'
    hours = 'hours = { mon-fri = "08:00-18:00" }'
    desk = loaded(HEAD.replace(hours, f"{hours}, {lunch}"))
    office: Any = desk.calendars["office"]
    for day, end in ((1, 15), (5, 14)):
        at = datetime(2026, 6, day, 10, tzinfo=UTC)
        assert office.deadline(at, 4 * HOUR) == at.replace(hour=end)


def test_a_break_of_every_week_is_traced_by_its_name() -> None:
    """It was closed: out of hours; a desk that is written again has the same calendar."""
    lunch = 'breaks = [{ days = "mon-thu", hours = "12:00-13:00", name = "Lunch" }]'
    hours = 'hours = { mon-fri = "08:00-18:00" }'
    desk = loaded(HEAD.replace(hours, f"{hours}, {lunch}"))
    four = SlaDefinition.resolution(hours=4, calendar=desk.calendars["office"])
    at = datetime(2026, 6, 1, 10, tzinfo=UTC)
    incident = Incident.open(id="I", title="T", by="kim", at=at)
    trace = evaluate_sla(four, incident, now=at + 4 * HOUR).trace
    lines = [" ".join(line.split()) for line in str(trace).splitlines()]
    assert lines[1] == "Mon 1 Jun 12:00 - Mon 1 Jun 13:00 closed: break Lunch"
    table = desk_mapping(desk)["calendars"]["office"]
    assert table["hours"] == {"mon-fri": "08:00-18:00"}
    assert table["breaks"] == [{"days": "mon-thu", "hours": "12:00-13:00", "name": "Lunch"}]
    assert load_desk(dump_desk(desk)) == desk


def test_a_break_of_every_week_in_a_night_shift() -> None:
    """A night from 22 to 06, with a pause at 02: a weekday is a date, here Tuesday's."""
    night = 'hours = { mon = "22:00-06:00" }, breaks = [{ days = "tue", hours = "02:00-03:00" }]'
    desk = loaded(HEAD.replace('hours = { mon-fri = "08:00-18:00" }', night))
    office: Any = desk.calendars["office"]
    assert office.deadline(MONDAY, 5 * HOUR) == datetime(2026, 6, 2, 4, tzinfo=UTC)


def test_calendars_put_together_count_business_days_in_a_zone() -> None:
    """By default in that of the first one."""
    three = 'plus = ["office", "always", "office"]'
    for entry, zone in ((three, "UTC"), (f'{three}, zone = "Asia/Tokyo"', "Asia/Tokyo")):
        desk = loaded(f"{HEAD}b = {{ {entry} }}\n")
        made: Any = desk.calendars["b"]
        assert (made.zone.key, made.left.zone.key) == (zone, "UTC")
        assert made.is_open(datetime(2026, 6, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ('{ days = "sat", hours = "12:00-13:00" }', "are within those of sat"),
        ('{ hours = "12:00-13:00" }', "either day or days"),
        ('{ days = "mun", hours = "12:00-13:00" }', "mon-fri"),
    ],
)
def test_a_break_that_takes_nothing_is_refused(entry: str, says: str) -> None:
    """Saturday has no hours; a break is of a date or of weekdays."""
    hours = 'hours = { mon-fri = "08:00-18:00" }'
    with pytest.raises(FormatError, match=says):
        load_desk(HEAD.replace(hours, f"{hours}, breaks = [{entry}]"))


@pytest.mark.parametrize(
    ("hours", "rest", "place"),
    [
        ('mo-do = "08:00-18:00"', "", "hours: got 'mo-do'"),
        ('mo-do = "08:00-18:00"', LUNCH, "hours: got 'mo-do'"),
        ('mon-fri = "08:00-18:00", tue = "09:00-10:00"', LUNCH, "hours: got 'tue'"),
        ('mon-fri = "08:00-18:0"', "", "hours.mon-fri: got '08:00-18:0'"),
        ('mon-fri = "08:00-18:0"', LUNCH, "hours.mon-fri: got '08:00-18:0'"),
        (WEEK, LUNCH.replace("mon-fri", "mo-do"), "breaks[1].days: got 'mo-do'"),
        (WEEK, LUNCH.replace("13:00", "13:0"), "breaks[1].hours: got '12:00-13:0'"),
        (WEEK, LUNCH.replace("12:00-13:00", "19:00-20:00"), "breaks[1].hours: got '19:00-20:00'"),
        (WEEK, f", breaks = [{{ {DATE} }}]", "breaks[1].hours: got '12:00-13:0'"),
        (WEEK, f", special = [{{ {DATE} }}]", "special[1].hours: got '12:00-13:0'"),
        (WEEK, f", holidays = [{{ {DATE} }}]", "holidays[1].hours: got '12:00-13:0'"),
    ],
)
def test_a_fault_of_hours_is_where_it_is_written(hours: str, rest: str, place: str) -> None:
    """Breaks move no fault of the weekly hours to themselves."""
    text = HEAD.replace(f"hours = {{ {WEEK} }}", f"hours = {{ {hours} }}{rest}")
    with pytest.raises(FormatError, match=re.escape(f": calendars.office.{place}")):
        load_desk(text)


def test_a_calendar_may_be_open_in_intervals_alone() -> None:
    """A weekend's migration: of Friday 18:00 to Sunday 18:00 an hour on Saturday is open time."""
    table = """
    [calendars.migration]
    open = [{ from = 2026-06-05T18:00:00Z, to = 2026-06-07T18:00:00Z }]
    name = "Migration"
    """
    desk = loaded(HEAD + table)
    migration: Any = desk.calendars["migration"]
    saturday = datetime(2026, 6, 6, 12, tzinfo=UTC)
    assert migration.open_time(saturday, saturday + HOUR) == HOUR
    assert migration.open_time(MONDAY, MONDAY + HOUR) == 0 * HOUR
    assert load_desk(dump_desk(desk)) == desk


@pytest.mark.parametrize("more", ["", '[calendars]\noffice = { hours = { mon = "08:00-09:00" } }'])
def test_always_is_in_the_zone_of_the_desk(more: str) -> None:
    """Monday 20:00 UTC is Tuesday 05:00 in Tokyo: "by 12:00" is Tuesday noon there, 03:00 UTC."""
    desk = load_desk(f"""
        desk = 1
        name = "Tokyo"
        zone = "Asia/Tokyo"
        {more}
        [services.all]
        calendar = "always"
        resolution = "by 12:00"
        [[agreements]]
        service = "all"
    """)
    opened = datetime(2026, 6, 1, 20, tzinfo=UTC)
    incident = desk.open(Incident, id="I", title="T", by="kim", at=opened)
    (status,) = desk.evaluate(incident, now=opened)
    assert status.due_at == datetime(2026, 6, 2, 3, tzinfo=UTC)


def test_a_calendar_by_priority_is_chosen_by_the_name_of_the_level() -> None:
    """Critical, Saturday 2026-06-06 10:00: four hours around the clock end at 14:00.

    In the office they would end on Monday at 12:00, as those of any other priority do.
    """
    choice = 'by_level = { by = "priority", critical = "always", else = "office" }\n[services'
    text = (HEAD + SERVICE).replace("[services", choice, 1)
    desk = loaded(text.replace('calendar = "office"', 'calendar = "by_level"'))
    saturday = datetime(2026, 6, 6, 10, tzinfo=UTC)
    for levels, end in (
        ("HIGH", saturday + 4 * HOUR),
        ("LOW", MONDAY + timedelta(days=7, hours=4)),
    ):
        incident = desk.open(
            Incident,
            id="I",
            title="T",
            by="kim",
            at=saturday,
            impact=Impact[levels],
            urgency=Urgency[levels],
        )
        (status,) = desk.evaluate(incident, now=saturday)
        assert status.due_at == end


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ('by = "priority", High = "office"', "High: got 'High'; allowed: one of critical, high, "),
        ('by = "call_at", x = "office"', "by: got 'call_at'; allowed: a field of texts or words"),
    ],
)
def test_a_calendar_is_chosen_by_a_field_of_texts(choice: str, message: str) -> None:
    """Another value than the field has would leave every record to ``else``."""
    text = HEAD + f'by_field = {{ {choice}, else = "office" }}' + SERVICE
    with pytest.raises(FormatError, match=re.escape(f"calendars.by_field.{message}")):
        load_desk(text)
