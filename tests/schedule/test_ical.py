# ruff: noqa: E501  one row of a table on one line
from __future__ import annotations

import contextlib
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidentcore.errors import FormatError, IncidentCoreError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.schedule import (
    BusinessCalendar,
    Holiday,
    Maintenance,
    ical,
    read_ical,
    write_ical,
)
from incidentcore.schedule.ical import IcalFeed
from incidentcore.schedule.icalevents import Event

AT = datetime(2026, 6, 1, tzinfo=UTC)
YEARS = range(2025, 2029)


def feed(*events: str) -> str:
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n"


def lines(*texts: str) -> str:
    return "\r\n".join(texts)


def read(*events: str) -> IcalFeed:
    return read_ical(feed(*events), zone="Europe/Berlin", years=YEARS)


def days(found: IcalFeed) -> list[str]:
    return [day.isoformat() for holiday in found.holidays for day in holiday.explicit_dates()]


def spans(found: IcalFeed) -> list[str]:
    return [
        f"{interval.start:%m-%d %H:%M}-{interval.end:%H:%M}"
        for maintenance in found.maintenance
        for interval in maintenance.intervals
    ]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (lines("DTSTART;VALUE=DATE:20261225"), ["2026-12-25"]),
        (lines("DTSTART:20261225"), ["2026-12-25"]),
        (lines("DTSTART:20261224", "DTEND:20261227"), ["2026-12-24", "2026-12-25", "2026-12-26"]),
        (lines("DTSTART:20261224", "DURATION:P2D"), ["2026-12-24", "2026-12-25"]),
        (
            lines("DTSTART:20251225", "RRULE:FREQ=YEARLY"),
            ["2025-12-25", "2026-12-25", "2027-12-25", "2028-12-25"],
        ),
        (
            lines("DTSTART:20251225", "RRULE:FREQ=YEARLY;COUNT=3", "EXDATE:20261225"),
            ["2025-12-25", "2027-12-25"],
        ),
        (lines("DTSTART:20251225", "RDATE;VALUE=DATE:20260101,20260102"), ["2025-12-25", "2026-01-01", "2026-01-02"]),
        (lines("DTSTART:20261225", "STATUS:CANCELLED"), []),
        (lines("DTSTART:20201225"), []),
        (lines("DTSTART:19981126", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20261231"), ["2025-11-27", "2026-11-26"]),
    ],
)  # fmt: skip
def test_all_day_events_are_holidays(event: str, expected: list[str]) -> None:
    """Dates, ranges, rules, exceptions and additions (RFC 5545, 3.6.1 and 3.8.5)."""
    assert expected == days(read(event))


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (lines("DTSTART:20260606T200000Z", "DTEND:20260606T230000Z"), ["06-06 20:00-23:00"]),
        (lines("DTSTART:20260606T220000", "DURATION:PT1H30M"), ["06-06 20:00-21:30"]),
        (
            lines("DTSTART;TZID=America/New_York:20260606T200000", "DURATION:PT2H"),
            ["06-07 00:00-02:00"],
        ),
        (
            lines('DTSTART;TZID="Asia/Tokyo":20260606T090000', "DURATION:PT1H"),
            ["06-06 00:00-01:00"],
        ),
        (
            # 02:00 wall time in winter and summer: 01:00 and 00:00 in UTC.
            lines("DTSTART:20260322T030000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"),
            ["03-22 02:00-03:00", "03-29 01:00-02:00"],
        ),
        (lines("DTSTART:20260606T200000Z"), []),  # it lasts no time
    ],
)
def test_timed_events_are_maintenance(event: str, expected: list[str]) -> None:
    """In UTC, in a named zone, or in the zone of the reader."""
    assert expected == spans(read(event))


def test_names_are_unescaped_and_kept_on_one_line() -> None:
    """Folded lines are joined, escapes undone, a new line becomes a space."""
    found = read(lines("DTSTART:20261226", "SUMMARY:St Stephen\\, Boxing\\nDay an", " d more"))
    assert [holiday.name for holiday in found.holidays] == ["St Stephen, Boxing Day and more"]


def test_a_name_with_unprintable_signs_reads_back() -> None:
    """What cannot be shown leaves no double blank behind, so a name stays itself when written."""
    found = read("DTSTART:20260101\r\nSUMMARY:New \x00 Year\x07 \u200b and\u2028more")

    assert [holiday.name for holiday in found.holidays] == ["New Year and more"]
    again = read_ical(write_ical(found.holidays, at=AT), zone="Europe/Berlin", years=YEARS)
    assert again == found


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "20001123"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "20000101"),
    ],
)
def test_a_rule_is_written_from_its_first_day_on(rule: str, first: str) -> None:
    """From the year 2000; one that never falls, from its first of January."""
    text = write_ical([Holiday(rule=rule, name="x")], at=datetime(2026, 6, 1, tzinfo=UTC))
    assert f"DTSTART;VALUE=DATE:{first}\r\nRRULE:{rule}\r\n" in text


def test_a_feed_goes_into_a_calendar() -> None:
    """Holidays close their dates, maintenance is taken out."""
    found = read(
        lines("DTSTART:20260603", "SUMMARY:Fete"),
        lines("DTSTART:20260602T100000", "DURATION:PT2H", "SUMMARY:Patch"),
    )
    calendar = BusinessCalendar(
        zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"}, holidays=found.holidays
    )
    open_hours = calendar - found.maintenance[0]
    monday = datetime(2026, 6, 1, tzinfo=UTC)

    assert open_hours.open_time(monday, monday + timedelta(days=7)) == timedelta(hours=4 * 8 - 2)


HOLIDAYS = st.one_of(
    st.builds(Holiday, st.dates(date(2025, 1, 1), date(2028, 12, 1)), name=st.sampled_from(("", "A, b;c\\", "é" * 60))),
    st.builds(
        lambda first, length: Holiday(range=(first, first + timedelta(days=length)), name="Break"),
        st.dates(date(2025, 1, 1), date(2028, 11, 1)),
        st.integers(0, 20),
    ),
    st.sampled_from(
        [
            Holiday(yearly="12-25", name="Christmas"),
            Holiday(yearly="12-30/01-02"),
            Holiday(yearly="02-28/03-01"),
            Holiday(rule="FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", name="Thanksgiving"),
            Holiday("2020-01-01", rule="FREQ=YEARLY;INTERVAL=2"),
        ]
    ),
)  # fmt: skip


@given(st.lists(HOLIDAYS, max_size=4))
def test_what_is_written_reads_back(holidays: list[Holiday]) -> None:
    """The same dates with the same names, whatever the year."""
    expected = {(day, holiday.name) for holiday in holidays for day in holiday.dates(2025, 2028)}
    text = write_ical(holidays, at=AT)
    found = read_ical(text, zone="UTC", years=YEARS)

    assert expected == {
        (day, holiday.name) for holiday in found.holidays for day in holiday.dates(2025, 2028)
    }
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_a_long_line_is_folded_at_exactly_75_bytes() -> None:
    """The name of the field and 67 letters, then a space and 74 of them (RFC 5545, 3.1)."""
    text = write_ical([Holiday("2026-12-25", name="x" * 200)], at=AT)
    lines = [line for line in text.split("\r\n") if line.startswith(("SUMMARY:", " x"))]
    assert lines == ["SUMMARY:" + "x" * 67, " " + "x" * 74, " " + "x" * 59]


def test_maintenance_reads_back() -> None:
    """Timed events in UTC."""
    patch = Maintenance(Interval(AT, AT + timedelta(hours=3)), name="Patch night")
    assert (patch,) == read_ical(write_ical([patch], at=AT), zone="UTC", years=YEARS).maintenance


def test_a_time_stamp_with_a_fraction_of_a_second_is_named() -> None:
    """It is the argument ``at`` that is refused, and no item."""
    with pytest.raises(InvalidValueError, match=r"^at: .*whole seconds"):
        write_ical([Holiday("2026-12-25")], at=AT + timedelta.resolution)


def test_the_icalendar_package_reads_what_we_write() -> None:
    """And finds the same events and rules."""
    icalendar = pytest.importorskip("icalendar")
    holidays = [Holiday("2026-12-25", name="Christmas, Day"), Holiday(yearly="12-31", name="Eve")]
    found = icalendar.Calendar.from_ical(write_ical(holidays, at=AT)).walk("VEVENT")

    assert [str(event["SUMMARY"]) for event in found] == ["Christmas, Day", "Eve"]
    assert found[0].decoded("DTSTART") == date(2026, 12, 25)
    assert found[1]["RRULE"]["BYMONTHDAY"] == [31]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no BEGIN:VCALENDAR"),
        ("hello", "not a line of the form NAME:VALUE @ $.line[1]"),
        ("BEGIN:VCALENDAR", "VCALENDAR is not ended @ $.line[1]"),
        ("END:VCALENDAR", "END:VCALENDAR without its BEGIN @ $.line[1]"),
        ("BEGIN:VCALENDAR\nEND:VEVENT", "END:VEVENT without its BEGIN @ $.line[2]"),
        ("DTSTART:20260101", "outside BEGIN:VCALENDAR @ $.line[1].DTSTART"),
        (feed("SUMMARY:x"), "an event without DTSTART @ $.line[5]"),
        (feed("DTSTART:yesterday"), "not a date or date-time of RFC 5545 @ $.line[4].DTSTART"),
        (feed("DTSTART:20260230"), "no such date or time in the years 2 to 9998 @ $.line[4].DTSTART"),
        (feed("DTSTART:00010101"), "no such date or time in the years 2 to 9998"),
        (feed("DTSTART:20260101T250000"), "no such date or time in the years 2 to 9998"),
        (feed("DTSTART;TZID=Mars/Base:20260101T100000"), "TZID 'Mars/Base' is not an IANA zone @ $.line[4].DTSTART"),
        (feed("DTSTART:20260101\nDTSTART:20260102"), "more than one @ $.line[5].DTSTART"),
        (feed("DTSTART:20260101\nDTEND:20260101T100000"), "a date beside a date-time @ $.line[5].DTEND"),
        (feed("DTSTART:20260102\nDTEND:nope"), "not a date or date-time of RFC 5545 @ $.line[5].DTEND"),
        (feed("DTSTART:20260102\nDTEND:20260101"), "ends before it starts, or lasts over ten years @ $.line[4]"),
        (feed("DTSTART:20260102\nDTEND:99980101"), "ends before it starts, or lasts over ten years"),
        (feed("DTSTART:20260102\nDURATION:-P1D"), "not a duration such as P1D"),
        (feed("DTSTART:20260102\nDURATION:P"), "not a duration such as P1D or PT1H30M @ $.line[5].DURATION"),
        (feed("DTSTART:20260102\nRRULE:FREQ=HOURLY"), "FREQ=YEARLY, MONTHLY, WEEKLY or DAILY"),
        (feed("DTSTART:20260102\nRRULE:FREQ=DAILY;INTERVAL=0"), "INTERVAL from 1 to 1000"),
        (feed("DTSTART:20260102\nEXDATE:nope"), "not a date or date-time of RFC 5545 @ $.line[5].EXDATE"),
        ("BEGIN:A\n" * 9, "8 deep"),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\n" * 10_001, "components"),
        ("X" * 1_000_001, "more than 1000000 bytes"),
        (b"\xff\xfe", "not UTF-8 at byte 0"),
        (b"X" * 1_000_001, "more than 1000000 bytes"),
        (7, "text or bytes, not int"),
    ],
    ids=range(28),
)  # fmt: skip
def test_what_cannot_be_read_is_a_format_error(text: object, message: str) -> None:
    """The one way to fail, with the place."""
    with pytest.raises(FormatError) as caught:
        read_ical(text, zone="UTC", years=YEARS)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_every_problem_is_named() -> None:
    """Not only the first."""
    with pytest.raises(FormatError) as caught:
        read(lines("DTSTART:x"), lines("DTSTART:20260101", "DURATION:y"))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(("events", "named"), [(99, 99), (100, 100), (150, 100)])
def test_the_first_hundred_problems_are_named(events: int, named: int) -> None:
    """A feed that is wrong throughout makes no endless error."""
    with pytest.raises(FormatError) as caught:
        read(*["DTSTART:x"] * events)
    assert len(caught.value.problems) == named


PIECES = st.sampled_from(
    [
        *("BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:X", "END:X"),
        *("DTSTART:20260101", "DTSTART:20260101T000000Z", "DTEND:99981231", "DURATION:P9999W"),
        *("RRULE:FREQ=YEARLY", "RRULE:FREQ=DAILY;COUNT=10000", "RRULE:FREQ=MONTHLY;BYDAY=5MO"),
        *("EXDATE:20260101", "RDATE:99981231T235959Z", "UID:a", "RECURRENCE-ID:20260101", " x", "\t"),
        *("DTSTART:99981231T235959", "DURATION:PT999999H", "SUMMARY:\\", "SUMMARY:\x00\x1b[0m", ":"),
        *("DTSTART;TZID=../../etc:20260101T000000", "DTSTART;TZID=\x00:20260101T000000", ";;=::"),
    ]
)  # fmt: skip


@given(st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=14))
def test_whatever_the_text_nothing_else_is_raised(pieces: list[str]) -> None:
    """It is read, or refused with FormatError."""
    with contextlib.suppress(FormatError):
        read_ical("\r\n".join(pieces), zone="UTC", years=[2026, 9998])


@given(st.binary(max_size=300))
def test_whatever_the_bytes_nothing_else_is_raised(data: bytes) -> None:
    """It is read, or refused with FormatError."""
    with contextlib.suppress(FormatError):
        read_ical(data, zone="UTC", years=[2026])


HOSTILE = {
    "ten thousand rules": "DTSTART:20000101\nRRULE:FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=9\n",
    "ten thousand counts": "DTSTART:00020101\nRRULE:FREQ=DAILY;COUNT=10000\n",
    "ten thousand days": "DTSTART:20260101\nRRULE:FREQ=DAILY\n",
    "ten thousand years": "DTSTART:20260101\nDURATION:P3650D\n",
    "a rule that never falls": "DTSTART:20260101\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n",
}


def read_hostile(name: str, share: float) -> None:
    event = f"BEGIN:VEVENT\n{HOSTILE[name]}END:VEVENT\n"
    count = int(min(9_990, 990_000 // len(event)) * share)
    text = f"BEGIN:VCALENDAR\n{event * count}END:VCALENDAR\n"
    with contextlib.suppress(FormatError):
        read_ical(text, zone="UTC", years=range(2000, 2099))


@pytest.mark.hostile
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_take_bounded_work(
    name: str, work_of: Callable[[Callable[[], object]], int]
) -> None:
    """Four times the events take at most four times the work, and all of it is bounded (C5)."""
    few = work_of(lambda: read_hostile(name, 1 / 32))
    many = work_of(lambda: read_hostile(name, 1 / 8))

    assert many <= 4.1 * few
    assert many < 10_000_000
    read_hostile(name, 1)


def test_a_feed_of_nothing_but_tiny_lines_is_refused() -> None:
    """Reading is bounded in lines as well as in bytes; as many as that are counted, not read."""
    text = "BEGIN:VCALENDAR\n" + "A:\n" * 100_000 + "END:VCALENDAR\n"
    with pytest.raises(FormatError, match="more than 100000 lines"):
        read_ical(text, zone="UTC", years=[2026])


@pytest.mark.hostile
def test_a_hostile_feed_ends_in_bounded_memory() -> None:
    """A feed of a hundred thousand days keeps below a hundred megabytes."""
    event = "BEGIN:VEVENT\nDTSTART:20000101\nDURATION:P3650D\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{event * 27}END:VCALENDAR\n"
    tracemalloc.start()
    found = read_ical(text, zone="UTC", years=range(2000, 2099))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found.holidays
    assert peak < 100_000_000


@pytest.mark.parametrize(
    "call",
    [
        lambda: read_ical(feed(), zone="Mars/Base", years=[2026]),
        lambda: read_ical(feed(), zone="UTC", years=range(1_000)),
        lambda: read_ical(feed(), zone="UTC", years=["2026"]),  # type: ignore[list-item]
        lambda: write_ical([Holiday("2026-12-24", hours="09:00-12:00")], at=AT),
        lambda: write_ical([], at=AT.replace(tzinfo=None)),
        lambda: write_ical([Maintenance(Interval(AT, AT + timedelta.resolution))], at=AT),
    ],
)
def test_arguments_that_cannot_be_used_are_refused(call) -> None:
    """They are the caller's, not the text's."""
    with pytest.raises(InvalidValueError):
        call()


def test_errors_are_ours() -> None:
    """FormatError is in the one tree of errors."""
    assert issubclass(FormatError, IncidentCoreError)


def test_a_feed_of_too_many_days_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would expand without end is named by its line."""
    text = feed("UID:1\r\nDTSTART;VALUE=DATE:20260601\r\nRRULE:FREQ=DAILY;COUNT=9")
    monkeypatch.setattr("incidentcore.schedule.ical._MOST_DAYS", 5)
    with pytest.raises(FormatError, match="more than 5 days"):
        read_ical(text, years=YEARS, zone="UTC")
    monkeypatch.setattr("incidentcore.schedule.ical._MOST_EXPANDED", 0)
    with pytest.raises(FormatError, match="too many rules"):
        read_ical(text, years=YEARS, zone="UTC")


@pytest.mark.parametrize(
    ("rule", "start", "wanted", "years"),
    [
        ("FREQ=YEARLY", 2020, (2026,), 1),
        ("FREQ=YEARLY", 2020, (2026, 2028), 3),
        ("FREQ=YEARLY;COUNT=3", 2020, (2026, 2028), 9),  # counted from its first year on
        ("FREQ=YEARLY;COUNT=3", 2030, (2026, 2028), 3),
        ("FREQ=YEARLY;COUNT=3", 2, (9998,), 200),
        ("", 2020, (2026,), 0),
        ("FREQ=YEARLY", 2020, (), 0),
    ],
)
def test_a_rule_is_weighed_by_the_years_to_expand(
    rule: str, start: int, wanted: tuple[int, ...], years: int
) -> None:
    """From the first year wanted to the last, both included, but never more than 200."""
    event = Event(1, "u", "s", date(start, 6, 1), timedelta(days=1), rule, (), (), None, False)
    assert ical._work(event, wanted) == years


def test_years_are_at_most_a_hundred() -> None:
    """From 2 to 9998; one more is refused, and so is what is not a year."""
    one = feed(lines("UID:1", "DTSTART;VALUE=DATE:20260601", "SUMMARY:x"))
    for years in (range(2026, 2126), [2], [9998]):
        read_ical(one, zone="UTC", years=years)
    for wrong in (range(2026, 2127), [1], [9999], ["2026"]):
        with pytest.raises(InvalidValueError, match=r"^years: .*at most 100 years, from 2 to 9998"):
            read_ical(one, zone="UTC", years=wrong)  # type: ignore[arg-type]  # the last one


def test_no_year_has_no_holiday() -> None:
    """A rule of every year is not expanded then, and nothing is refused."""
    one = feed(lines("UID:1", "DTSTART;VALUE=DATE:20260601", "RRULE:FREQ=YEARLY", "SUMMARY:x"))
    assert read_ical(one, zone="UTC", years=[]).holidays == ()
    assert len(read_ical(one, zone="UTC", years=[2027]).holidays) == 1


@pytest.mark.parametrize("filler", ["a" * 60, "\xe4" * 30, "\udc80" * 20], ids=ascii)
def test_the_largest_feed_is_read(filler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many bytes as allowed, in text and in UTF-8; one more is refused."""
    frame = "BEGIN:VCALENDAR\nX-A:{}\nEND:VCALENDAR"
    most = len(frame) - 2 + 60
    monkeypatch.setattr("incidentcore.schedule.icalevents.MOST_BYTES", most)
    for text, fits in ((frame.format(filler), True), (frame.format(filler + "a"), False)):
        sources: list[str | bytes] = [text]
        if "\udc80" not in text:
            sources.append(text.encode())
        for source in sources:
            if fits:
                assert read_ical(source, years=YEARS, zone="UTC").holidays == ()
                continue
            with pytest.raises(FormatError, match=rf"more than {most} bytes @ \$"):
                read_ical(source, years=YEARS, zone="UTC")


def test_a_feed_at_each_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many lines, components, days and rules in years are allowed; one less refuses them."""
    text = feed("UID:1\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;COUNT=9")
    days = 9
    for where, least, said in (
        ("icalevents._MOST_LINES", text.count("\n") + 1, "lines @ \\$"),
        ("icalevents.MOST_COMPONENTS", 2, "components, or 8 deep"),
        ("icalevents._DEEPEST", 2, "or 1 deep"),
        ("ical._MOST_DAYS", days, "days @ "),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(f"incidentcore.schedule.{where}", least)
            (holiday,) = read_ical(text, years=YEARS, zone="UTC").holidays
            assert holiday.range == (date(2026, 6, 1), date(2026, 6, 9)), where
            patch.setattr(f"incidentcore.schedule.{where}", least - 1)
            with pytest.raises(FormatError, match=said):
                read_ical(text, years=YEARS, zone="UTC")
