"""Why an instant is closed: every reason, once and in one order."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incidentcore.instants import Interval
from incidentcore.schedule import (
    Break,
    BusinessCalendar,
    Calendar,
    Holiday,
    Maintenance,
    OpenReason,
)
from incidentcore.schedule.reasons import fill

BERLIN = ZoneInfo("Europe/Berlin")


HOUR = timedelta(hours=1)


UTC_OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})


def utc(text: str) -> datetime:
    """Return an instant of June 2026, such as "mon 09:00"; the 1st is a Monday."""
    day, clock = text.split()
    hour, minute = map(int, clock.split(":"))
    number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon2", "tue2").index(day)
    return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=number, hours=hour, minutes=minute)


def told(calendar: Calendar, start: datetime, end: datetime, zone: str) -> list[str]:
    return [
        f"{why.interval.start.astimezone(ZoneInfo(zone)):%a %d %H:%M} {why.text}"
        for why in calendar.explain(start, end)
    ]


def test_an_explanation_names_every_reason() -> None:
    """Open, out of hours, holidays by name, breaks, maintenance; in one piece where they meet."""
    calendar = BusinessCalendar(
        zone="Europe/Berlin",
        hours={"mon-fri": "08:00-18:00"},
        holidays=[
            Holiday("2026-12-24", name="Christmas Eve", hours="08:00-12:00"),
            Holiday("2026-12-25", name="Christmas Day"),
            Holiday("2026-12-26", name="St Stephen's Day"),
        ],
        breaks={"2026-12-23": [Break("12:00-13:00", "Lunch"), "15:00-15:15"]},
    )
    night = datetime(2026, 12, 23, 16, tzinfo=BERLIN)
    patched = calendar - Maintenance(Interval(night, night + HOUR), name="Patch night")
    start = datetime(2026, 12, 23, 7, tzinfo=BERLIN)
    end = datetime(2026, 12, 28, 9, tzinfo=BERLIN)

    assert told(patched, start, end, "Europe/Berlin") == [
        "Wed 23 07:00 out of hours",
        "Wed 23 08:00 open",
        "Wed 23 12:00 break Lunch",
        "Wed 23 13:00 open",
        "Wed 23 15:00 break",
        "Wed 23 15:15 open",
        "Wed 23 16:00 maintenance Patch night",
        "Wed 23 17:00 open",
        "Wed 23 18:00 out of hours",
        "Thu 24 08:00 open",
        "Thu 24 12:00 holiday Christmas Eve",
        "Thu 24 18:00 out of hours",
        "Fri 25 00:00 holiday Christmas Day",
        "Sat 26 00:00 holiday St Stephen's Day",
        "Sun 27 00:00 out of hours",
        "Mon 28 08:00 open",
    ]


def test_a_break_explains_only_what_it_takes_out() -> None:
    """Outside opening hours it is out of hours; on a holiday it is the holiday."""
    calendar = BusinessCalendar(
        zone="UTC",
        hours={"mon-fri": "09:00-17:00"},
        holidays=[Holiday("2026-06-02", name="Fete")],
        breaks={"2026-06-01": Break("08:00-10:00", "Drill"), "2026-06-02": "12:00-13:00"},
    )
    assert told(calendar, utc("mon 07:00"), utc("wed 00:00"), "UTC") == [
        "Mon 01 07:00 out of hours",
        "Mon 01 09:00 break Drill",
        "Mon 01 10:00 open",
        "Mon 01 17:00 out of hours",
        "Tue 02 00:00 holiday Fete",
    ]


def test_a_weekly_break_is_named_where_it_takes_time_from_the_hours_of_its_weekday() -> None:
    """Not on a date with its own hours or on a holiday; a night's break is of its own date."""
    calendar = BusinessCalendar(
        zone="UTC",
        hours={"mon-thu": "09:00-17:00", "fri": "22:00-06:00"},
        special={"2026-06-02": "09:00-14:00"},
        holidays=[Holiday("2026-06-03", name="Fete")],
        breaks={
            "mon-thu": [Break("12:00-13:00", "Lunch"), "16:00-17:00"],
            "sat": "02:00-03:00",
            "2026-06-01": Break("10:00-10:30", "Drill"),
        },
    )
    assert told(calendar, utc("mon 09:00"), utc("sun 00:00"), "UTC") == [
        "Mon 01 09:00 open",
        "Mon 01 10:00 break Drill",
        "Mon 01 10:30 open",
        "Mon 01 12:00 break Lunch",
        "Mon 01 13:00 open",
        "Mon 01 16:00 break",
        "Mon 01 17:00 out of hours",
        "Tue 02 09:00 open",
        "Tue 02 14:00 out of hours",
        "Wed 03 00:00 holiday Fete",
        "Thu 04 00:00 out of hours",
        "Thu 04 09:00 open",
        "Thu 04 12:00 break Lunch",
        "Thu 04 13:00 open",
        "Thu 04 16:00 break",
        "Thu 04 17:00 out of hours",
        "Fri 05 22:00 open",
        "Sat 06 02:00 break",
        "Sat 06 03:00 open",
        "Sat 06 06:00 out of hours",
    ]


def test_names_of_one_date_are_told_in_one_order() -> None:
    """Two holidays on one date are both named, whatever their order."""
    one, two = Holiday("2026-06-02", name="Fete"), Holiday(yearly="06-02", name="Anniversary")
    for holidays in ([one, two], [two, one]):
        calendar = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, holidays=holidays)
        (why,) = calendar.explain(utc("tue 00:00"), utc("wed 00:00"))
        assert why.text == "holiday Anniversary, Fete"


def test_a_reason_is_a_value() -> None:
    """It compares, hashes and pickles, and says whether it counts."""
    (why,) = UTC_OFFICE.explain(utc("mon 10:00"), utc("mon 11:00"))
    assert why == OpenReason(Interval(utc("mon 10:00"), utc("mon 11:00")), "open")
    assert why.is_open
    assert why == pickle.loads(pickle.dumps(why))  # noqa: S301  our own bytes


def test_of_overlapping_reasons_the_earlier_counts() -> None:
    """One that ends within another says nothing, and one that outlasts it goes on after it."""
    h = [timedelta(hours=number) for number in range(11)]
    long, within, after = (h[1], h[5], "a", ""), (h[2], h[3], "b", ""), (h[4], h[6], "c", "")
    assert list(fill([(h[7], h[8])], h[0], h[10], [long, within, after])) == [
        (h[0], h[1], "out_of_hours", ""),
        (h[1], h[5], "a", ""),
        (h[5], h[6], "c", ""),
        (h[6], h[7], "out_of_hours", ""),
        (h[7], h[8], "open", ""),
        (h[8], h[10], "out_of_hours", ""),
    ]


def test_a_break_that_begins_in_a_gap_and_ends_before_it_closes_nothing() -> None:
    """On 29 March 2026 in Berlin, 02:30 lies at 01:30 UTC and 03:10 at 01:10 UTC (rule C3)."""
    hours = {"mon-sun": "00:00-24:00"}
    plain = BusinessCalendar(zone=BERLIN, hours=hours)
    skipped = BusinessCalendar(zone=BERLIN, hours=hours, breaks={"2026-03-29": "02:30-03:10"})
    night = datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)
    assert list(skipped.explain(*night)) == list(plain.explain(*night))
    assert skipped.open_time(*night) == 8 * HOUR
