from __future__ import annotations

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from incidentcore.digest import content_id
from incidentcore.errors import CalendarDefinitionError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.schedule import (
    AbstractCalendar,
    BusinessCalendar,
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    Maintenance,
)
from incidentcore.testing import check_calendar

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 6, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
BERLIN = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"}, name="Berlin")
TOKYO = BusinessCalendar(zone="Asia/Tokyo", hours={"mon-fri": "09:00-17:00"}, name="Tokyo")
NEW_YORK = BusinessCalendar(zone="America/New_York", hours={"mon-fri": "09:00-17:00"})


class Mornings(AbstractCalendar):
    """Open from midnight to noon in UTC: all a subclass needs are a zone and windows."""

    def __init__(self, zone: str = "UTC") -> None:
        self.zone = ZoneInfo(zone)

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the first half of each day of UTC."""
        at = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        while at < end:
            low, high = max(at, start), min(at + 12 * HOUR, end)
            if low < high:
                yield Interval(low, high)
            at += 24 * HOUR


class Foreign:
    """A calendar that knows nothing of ours but the protocol."""

    def __init__(self, inner: BusinessCalendar) -> None:
        self.inner = inner
        self.zone = inner.zone
        self.id = "foreign"

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def _delegate(name: str) -> Any:  # type: ignore[misc]  # noqa: N805
        def call(self: Foreign, *args: Any, **fields: Any) -> Any:
            return getattr(self.inner, name)(*args, **fields)

        return call

    open_time = _delegate("open_time")
    deadline = _delegate("deadline")
    deadline_before = _delegate("deadline_before")
    is_open = _delegate("is_open")
    next_open = _delegate("next_open")
    next_close = _delegate("next_close")
    windows = _delegate("windows")
    add_business_days = _delegate("add_business_days")
    explain = _delegate("explain")


def spans(calendar: Any, days: int = 1) -> list[str]:
    return [
        f"{window.start:%a %H:%M}-{window.end:%a %H:%M}"
        for window in calendar.windows(MONDAY, MONDAY + timedelta(days=days))
    ]


def test_follow_the_sun() -> None:
    """Tokyo 00-08, Berlin 07-15 and New York 13-21 in one day of UTC, summer time."""
    world = TOKYO | BERLIN | NEW_YORK
    assert spans(world) == ["Mon 00:00-Mon 21:00"]
    assert world.open_time(MONDAY, MONDAY + WEEK) == 5 * 21 * HOUR


def test_both_and_either_and_without() -> None:
    """Sets of instants, across zones (C7)."""
    early = BusinessCalendar(zone="UTC", hours={"mon": "06:00-12:00"})
    late = BusinessCalendar(zone="UTC", hours={"mon": "10:00-18:00"})

    assert spans(early & late) == ["Mon 10:00-Mon 12:00"]
    assert spans(early | late) == ["Mon 06:00-Mon 18:00"]
    assert spans(early - late) == ["Mon 06:00-Mon 10:00"]
    assert spans(late - early) == ["Mon 12:00-Mon 18:00"]


def test_a_part_in_another_zone_forbids_no_business_day() -> None:
    """Open 15:00 to 17:00 in Berlin: a day after Monday 16:00 ends on Tuesday at 17:00."""
    both = BERLIN & NEW_YORK
    monday = datetime(2026, 6, 1, 14, tzinfo=UTC)
    assert both.add_business_days(monday, 1, end_of_day=True) == monday + timedelta(hours=25)


def test_a_composite_counts_days_in_the_left_zone_unless_told() -> None:
    """Monday 23:00 in UTC is Tuesday in Tokyo (C7)."""
    always = BusinessCalendar.always
    at = MONDAY + 23 * HOUR

    assert (always("Asia/Tokyo") & always("UTC")).zone == ZoneInfo("Asia/Tokyo")
    union = CalendarUnion(always("Asia/Tokyo"), always("UTC"), zone="UTC")
    assert union.zone == ZoneInfo("UTC")
    assert union.add_business_days(at, 0, end_of_day=True) == MONDAY + 24 * HOUR
    assert (always("Asia/Tokyo") | always("UTC")).add_business_days(
        at, 0, end_of_day=True
    ) == MONDAY + 39 * HOUR


def test_intervals_are_taken_out_one_or_many() -> None:
    """An Interval, several, or Maintenance with a name."""
    first = Interval(MONDAY + 8 * HOUR, MONDAY + 9 * HOUR)
    second = Interval(MONDAY + 9 * HOUR, MONDAY + 10 * HOUR)
    one = BERLIN - [second, first]

    assert one == BERLIN - Maintenance([first, second])
    assert one == BERLIN - Interval(first.start, second.end)
    assert spans(one) == ["Mon 07:00-Mon 08:00", "Mon 10:00-Mon 15:00"]


def test_reasons_of_composites() -> None:
    """Where both are closed the left gives the reason; what ``-`` closes is maintenance by name."""
    hours = {"mon": "09:00-17:00"}
    left = BusinessCalendar(zone="UTC", hours={"mon": "06:00-12:00"}, holidays=["2026-06-02"])
    right = BusinessCalendar(zone="UTC", hours=hours, name="audit")
    end = MONDAY + timedelta(days=2)

    def told(calendar: Any) -> list[str]:
        return [why.text for why in calendar.explain(MONDAY + 6 * HOUR, end)]

    assert told(left & right) == ["out of hours", "open", "out of hours", "holiday"]
    assert told(left | right) == ["open", "out of hours", "holiday"]
    assert told(left - right) == ["open", "closed in audit", "out of hours", "holiday"]


def test_composites_nest_and_have_names() -> None:
    """They are calendars like any other."""
    nested = (BERLIN | TOKYO) - Maintenance([], name="Patch night")
    assert nested.name == "Berlin | Tokyo - Patch night"
    assert isinstance(nested & BERLIN, CalendarIntersection)
    assert (BERLIN & BERLIN).open_time(MONDAY, MONDAY + WEEK) == 40 * HOUR


def test_a_composite_is_a_value() -> None:
    """It compares by kind, parts and zone; hashes, pickles, reads back and has a content id."""
    one = (BERLIN | TOKYO) & NEW_YORK
    names = {
        kind.__name__: kind for kind in (BusinessCalendar, CalendarIntersection, CalendarUnion)
    }

    assert one == (BERLIN | TOKYO) & NEW_YORK
    assert one != (TOKYO | BERLIN) & NEW_YORK
    assert (BERLIN | TOKYO) != (BERLIN & TOKYO)
    assert one == pickle.loads(pickle.dumps(one)) == eval(repr(one), names)  # noqa: S301, S307  our own
    assert len({one, (BERLIN | TOKYO) & NEW_YORK}) == 1
    assert content_id(one) == content_id((BERLIN | TOKYO) & NEW_YORK)
    assert content_id(BERLIN | TOKYO) != content_id(BERLIN & TOKYO)
    assert content_id(BERLIN - TOKYO) != content_id(TOKYO - BERLIN)
    told = CalendarUnion(BERLIN, TOKYO, zone="UTC")
    assert told != BERLIN | TOKYO
    assert told == eval(repr(told), names)  # noqa: S307  our own repr


@pytest.mark.parametrize(
    "calendar",
    [Mornings(), Mornings("Australia/Lord_Howe"), Mornings() & BERLIN, BERLIN - Mornings()],
    ids=lambda given: type(given).__name__,
)
def test_a_subclass_gets_everything_from_windows(calendar: AbstractCalendar) -> None:
    """All laws hold for a calendar that gives only its zone and windows."""
    check_calendar(calendar)


def test_a_subclass_answers() -> None:
    """And pickles without its index."""
    mornings = Mornings()
    assert mornings.open_time(MONDAY, MONDAY + WEEK) == 84 * HOUR
    assert mornings.deadline(MONDAY, 13 * HOUR) == MONDAY + 25 * HOUR
    assert [why.text for why in mornings.explain(MONDAY, MONDAY + 24 * HOUR)] == [
        "open",
        "out of hours",
    ]
    again = pickle.loads(pickle.dumps(mornings))  # noqa: S301  our own bytes
    assert again.zone == mornings.zone
    assert again.open_time(MONDAY, MONDAY + WEEK) == 84 * HOUR
    assert mornings.lint(years=[2026]) == ()
    assert len(pickle.dumps(mornings)) < 1_000


def test_a_foreign_calendar_takes_part() -> None:
    """On either side; for a content id it needs an id of its own."""
    foreign: Any = Foreign(TOKYO)
    expected = (TOKYO | BERLIN).open_time(MONDAY, MONDAY + WEEK)

    assert (BERLIN | foreign).open_time(MONDAY, MONDAY + WEEK) == expected
    assert (foreign | BERLIN).open_time(MONDAY, MONDAY + WEEK) == expected
    assert spans(foreign - BERLIN) == spans(TOKYO - BERLIN)
    assert spans(foreign & BERLIN) == spans(TOKYO & BERLIN)
    assert content_id(BERLIN | foreign) == content_id(BERLIN | Foreign(TOKYO))
    foreign.id = ""
    with pytest.raises(InvalidValueError):
        content_id(BERLIN | foreign)


def test_other_operands_are_not_ours() -> None:
    """``&`` and ``|`` with something else is a TypeError, as Python has it."""
    for other in (None, 5, "x"):
        with pytest.raises(TypeError):
            BERLIN & other  # type: ignore[operator]
        with pytest.raises(TypeError):
            BERLIN | other  # type: ignore[operator]
        with pytest.raises(TypeError):
            other & BERLIN  # type: ignore[operator]
        with pytest.raises(TypeError):
            other | BERLIN  # type: ignore[operator]
        with pytest.raises(TypeError):
            other - BERLIN  # type: ignore[operator]


def test_a_difference_closes_what_both_hold() -> None:
    """A difference with itself is never open, which is allowed and answered."""
    nothing = BERLIN - BERLIN
    assert isinstance(nothing, CalendarDifference)
    assert nothing.open_time(MONDAY, MONDAY + WEEK) == timedelta()
    assert not nothing.is_open(MONDAY + 9 * HOUR)
    assert list(nothing.windows(MONDAY, MONDAY + WEEK)) == []


def test_what_a_calendar_takes_out_is_named_for_what_it_is() -> None:
    """Only ``Maintenance`` is maintenance; another calendar is "closed in" its name (rule C7)."""
    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    lunch = BusinessCalendar(zone="UTC", hours={"mon-sun": "12:00-13:00"}, name="lunch")
    unnamed = BusinessCalendar(zone="UTC", hours={"mon-sun": "13:00-14:00"})
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    patch = Maintenance(Interval(noon, noon + timedelta(hours=1)), name="patch")
    more = Maintenance(Interval(noon, noon + timedelta(hours=2)), name="more")

    def reasons(calendar: AbstractCalendar) -> list[tuple[str, str]]:
        end = noon + timedelta(hours=2)
        return [(one.code, one.text) for one in calendar.explain(noon, end) if not one.is_open]

    assert reasons(office - lunch) == [("closed_in", "closed in lunch")]
    assert reasons(office - unnamed) == [("closed_in", "closed")]
    assert reasons(office - patch) == [("maintenance", "maintenance patch")]
    assert reasons(office - (patch | more)) == [("maintenance", "maintenance patch | more")]


def test_a_union_of_ones_own_is_named_as_a_union() -> None:
    """By the sign of the class that it derives from; it was named as a difference."""

    class Either(CalendarUnion):
        """A union of a caller's own kind."""

    day = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"}, name="day")
    assert [kind(day, day).name for kind in (Either, CalendarUnion)] == ["day | day"] * 2


def test_a_calendar_of_ones_own_says_whether_it_is_maintenance() -> None:
    """With ``is_maintenance`` it closes as ``Maintenance`` does, in a union of both too (C7)."""

    class Works(Mornings):
        is_maintenance = True
        name = "works"

    office = BusinessCalendar(zone="UTC", hours={"mon-fri": "11:00-13:00"})
    patch = Maintenance(Interval(MONDAY, MONDAY + HOUR), name="patch")
    eleven, noon = MONDAY + 11 * HOUR, MONDAY + 12 * HOUR
    for closing in (Works(), Works() | patch):
        (reason,) = (office - closing).explain(eleven, noon)
        assert reason.code == "maintenance"
    (reason,) = (office - (Works() | BERLIN)).explain(eleven, noon)
    assert reason.code == "closed_in"


def test_an_edge_moved_by_a_gap_makes_no_business_day() -> None:
    """Nuuk skipped 23:00-24:00 of Saturday 30 March 2024: its edge at 23:30 lies on Sunday 00:30.

    Sunday has no window of its own, so two business days after Friday is Monday (rule C8).
    Calendars made from two of the zone say the same.
    """
    nuuk = BusinessCalendar(zone="America/Nuuk", hours={"mon-sat": "09:00-23:30"})
    friday = datetime(2024, 3, 29, 10, tzinfo=nuuk.zone)
    sunday = datetime(2024, 3, 31, 0, 15, tzinfo=nuuk.zone)
    assert nuuk.is_open(sunday)
    for calendar in (nuuk, nuuk & nuuk, nuuk | nuuk, nuuk - Maintenance([])):
        found = calendar.add_business_days(friday, 2).astimezone(nuuk.zone)
        assert (found.month, found.day, found.hour) == (4, 1, 10)


def test_maintenance_answers_its_own_windows() -> None:
    """Cut at both ends, and joined where they touch."""
    work = Maintenance(
        [Interval(MONDAY, MONDAY + HOUR), Interval(MONDAY + HOUR, MONDAY + 3 * HOUR)]
    )

    assert list(work.windows(MONDAY, MONDAY + 2 * HOUR)) == [Interval(MONDAY, MONDAY + 2 * HOUR)]


def test_only_calendars_are_joined() -> None:
    """What answers no windows is refused."""
    with pytest.raises(CalendarDefinitionError, match="a calendar"):
        CalendarUnion(BERLIN, "nine to five")


class PandasDelta(timedelta):
    """A duration of a data frame, which counts nanoseconds."""

    nanoseconds = 0


def test_a_duration_of_a_data_frame_is_a_plain_one() -> None:
    """Whole microseconds count; finer ones cannot be counted (rule T5)."""
    always = BusinessCalendar.always()
    found = always.deadline_before(MONDAY, PandasDelta(hours=1))
    fine = PandasDelta(hours=1)
    fine.nanoseconds = 5

    assert (type(found), found) == (datetime, MONDAY - HOUR)
    with pytest.raises(InvalidValueError, match="whole microseconds"):
        always.deadline_before(MONDAY, fine)
