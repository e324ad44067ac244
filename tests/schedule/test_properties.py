"""The laws of business time over generated calendars, in all zones of the tz database.

Each example is one calendar with a batch of cases (three instants and a budget) near its traps, on
which every law is tried. The quick profile runs some hundred cases;
``INCIDENTCORE_HYPOTHESIS=heavy`` runs 100,000, and a million are run by

    INCIDENTCORE_HYPOTHESIS=million python -m pytest tests/schedule/test_properties.py
"""

from __future__ import annotations

import itertools
import os
import pickle
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from incidentcore.digest import content_id
from incidentcore.errors import UnreachableDeadlineError
from incidentcore.instants import Interval
from incidentcore.schedule import (
    BusinessCalendar,
    Calendar,
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    Holiday,
    Maintenance,
)
from incidentcore.testing.checks_schedule import Case, calendar_cases, keep_laws
from incidentcore.testing.strategies_schedule import (
    build_calendar,
    calendar_definitions,
    calendars,
    instants,
)

from . import reference

EXAMPLES = settings().max_examples  # of the profile that conftest chose
BATCH = 15 if EXAMPLES <= 10 else 50
IN_FULL = settings(max_examples=EXAMPLES if EXAMPLES <= 2_000 else EXAMPLES // BATCH)
IN_PART = settings(max_examples=5 if EXAMPLES <= 10 else max(15, IN_FULL.max_examples // 20))
SEEDS = st.integers(0, 2**32)
TRAPS = [
    ("Europe/Paris", date(2023, 3, 26), {"sun": [["01:00", "02:30"], ["03:00", "05:00"]]}),
    ("Europe/Berlin", date(2026, 3, 29), {"sat": [["22:00", "06:00"]]}),
    ("Europe/Berlin", date(2026, 10, 25), {"sun": [["02:15", "02:45"]]}),
    ("America/New_York", date(2026, 3, 8), {"sun": [["02:30", "03:15"], ["03:20", "04:00"]]}),
    ("Australia/Lord_Howe", date(2026, 4, 5), {"sun": [["01:30", "02:00"], ["02:10", "03:00"]]}),
    ("Australia/Lord_Howe", date(2026, 10, 4), {"sun": [["01:00", "02:15"]]}),
    ("Pacific/Apia", date(2011, 12, 30), {"thu": [["22:00", "6:00"]], "fri": [["9:00", "17:00"]]}),
    ("Africa/Casablanca", date(2026, 2, 15), {"sun": [["01:00", "04:00"]]}),
    ("Africa/Casablanca", date(2026, 3, 22), {"sat": [["20:00", "26:30"]]}),
    ("America/Sao_Paulo", date(2015, 10, 18), {"sat": [["20:00", "24:30"]]}),
    ("UTC", date(2025, 12, 31), {"wed": [["20:00", "04:00"]]}),
    ("Asia/Tokyo", date(2028, 2, 29), {"tue": [["09:00", "17:00"]]}),
    # Opens and closes at 2000-01-01 00:00 UTC, where the index counts from.
    (
        "America/Havana",
        date(1999, 12, 31),
        {"thu": [["00:00", "19:00"]], "fri": [["00:00", "19:00"]]},
    ),
    ("UTC", date(1999, 12, 31), {"fri": [["09:00", "24:00"]], "mon": [["00:00", "08:00"]]}),
]


def plain(zone: str, around: date, week: dict[str, list[list[str]]]) -> reference.Definition:
    parts: reference.Definition = {"holidays": [], "special": {}, "breaks": {}}
    return {"tz": zone, "around": around, "week": week, **parts}


def with_traps(test: object, *, step: int = 1) -> object:
    """Add the named traps as explicit examples, all or some of them."""
    for zone, around, week in TRAPS[::step]:
        test = example(definition=plain(zone, around, week), seed=1)(test)
    return test


# The first law runs through every trap; the quick profile tries every third on the others.
with_some_traps = partial(with_traps, step=3 if EXAMPLES <= 10 else 1)


def noon(around: date) -> datetime:
    return datetime(around.year, around.month, around.day, 12, tzinfo=UTC)


def cases(
    definition: reference.Definition, calendar: Calendar, seed: int, count: int = 12
) -> Iterator[Case]:
    yield from calendar_cases(calendar, noon(definition["around"]), seed, count=count)


@IN_FULL
@with_traps
@given(definition=calendar_definitions(), seed=SEEDS)
def test_every_law_holds(definition: reference.Definition, seed: int) -> None:
    """The laws below C9, for every calendar."""
    calendar = build_calendar(definition)
    for case in cases(definition, calendar, seed, count=BATCH):
        keep_laws(calendar, case)


@IN_PART
@with_some_traps
@given(definition=calendar_definitions(), seed=SEEDS)
def test_a_second_implementation_by_sorted_edges(
    definition: reference.Definition, seed: int
) -> None:
    """The index gives what mapping and sorting the edges gives, everywhere (C1 to C4)."""
    calendar = build_calendar(definition)
    low, high = (noon(definition["around"]) + timedelta(days=days) for days in (-16, 24))
    windows = reference.edge_windows(definition, low, high)

    assert windows == [(window.start, window.end) for window in calendar.windows(low, high)]
    for start, _, end, budget in cases(definition, calendar, seed):
        if low <= start and end <= high:
            assert reference.open_time(windows, start, end) == calendar.open_time(start, end)
        due = reference.deadline(windows, start, budget) if low <= start < high else None
        if due is not None:
            assert due == calendar.deadline(start, budget)
        since = reference.deadline_before(windows, end, budget) if low < end <= high else None
        if since is not None:
            assert since == calendar.deadline_before(end, budget)


@IN_PART
@with_some_traps
@given(definition=calendar_definitions(), seed=SEEDS)
def test_weekly_breaks_are_gaps_in_the_hours(definition: reference.Definition, seed: int) -> None:
    """Hours without gaps, and the gaps as breaks of weekdays, are the same time (C1)."""
    split = build_calendar(definition)
    hours, breaks = {}, {}
    for day, windows in definition["week"].items():
        pairs = itertools.pairwise(windows)
        breaks[day] = [f"{a[1]}-{b[0]}" for a, b in pairs if a[1] != b[0]]
        hours[day] = [*(f"{start}-{end}" for start, end in windows), *breaks[day]]
    whole = BusinessCalendar(
        zone=split.zone,
        hours=hours,
        holidays=split.holidays,
        special=split.special,
        breaks=[*split.breaks, *breaks.items()],
    )
    low, high = (noon(definition["around"]) + timedelta(days=days) for days in (-16, 24))
    assert list(whole.windows(low, high)) == list(split.windows(low, high))
    reasons = {part.code for part in whole.explain(low, high)}
    assert reasons <= {"open", "out_of_hours", "holiday", "break"}
    for case in cases(definition, whole, seed):
        keep_laws(whole, case)


@IN_PART
@with_some_traps
@given(definition=calendar_definitions(), seed=SEEDS)
def test_an_independent_walk_minute_by_minute(definition: reference.Definition, seed: int) -> None:
    """Minute by minute, wherever edges and offsets are whole minutes and no edge is in a change."""
    zone = ZoneInfo(definition["tz"])
    calendar = build_calendar(definition)
    day = definition["around"] + timedelta(days=seed % 21 - 10)
    assume(not reference.has_edge_in_change(definition, day))
    start = reference.to_utc(zone, reference.midnight(day))
    end = reference.to_utc(zone, reference.midnight(day + timedelta(days=1)))
    assume(reference.is_whole_minutes(zone, start) and reference.is_whole_minutes(zone, end))
    minutes = [
        start + timedelta(minutes=number) for number in range((end - start) // timedelta(minutes=1))
    ]
    walked = [reference.is_open_minute(definition, at) for at in minutes]
    windows = list(calendar.windows(start, end))

    assert sum(walked) * timedelta(minutes=1) == calendar.open_time(start, end)
    for window in windows:
        first = (window.start - start) // timedelta(minutes=1)
        last = (window.end - start) // timedelta(minutes=1)
        assert all(walked[first:last])


@IN_PART
@with_some_traps
@given(definition=calendar_definitions(), seed=SEEDS)
def test_inputs_in_any_zone_give_one_answer(definition: reference.Definition, seed: int) -> None:
    """The input's tzinfo changes nothing, the calendar's own included, on both sides of a fold."""
    calendar, fresh = build_calendar(definition), build_calendar(definition)
    chatham = ZoneInfo("Pacific/Chatham")
    for start, _, end, budget in cases(definition, calendar, seed):
        total = calendar.open_time(start, end)
        for one, two in ((calendar.zone, calendar.zone), (calendar.zone, chatham), (chatham, UTC)):
            assert total == fresh.open_time(start.astimezone(one), end.astimezone(two))
        due = calendar.deadline(start, budget)
        for zone in (calendar.zone, chatham):
            local = fresh.deadline(start.astimezone(zone), budget)
            assert due == local
            assert local.tzinfo is UTC


@IN_PART
@given(definition=calendar_definitions(), seed=SEEDS)
def test_what_was_asked_before_changes_nothing(definition: reference.Definition, seed: int) -> None:
    """An index that grew through other queries answers as a fresh one."""
    used = build_calendar(definition)
    around = noon(definition["around"])
    used.open_time(around - timedelta(days=900), around + timedelta(days=1_400))
    used.is_open(around + timedelta(days=40_000))
    for start, _, end, budget in cases(definition, used, seed):
        fresh = build_calendar(definition)
        assert fresh.open_time(start, end) == used.open_time(start, end)
        assert fresh.deadline(start, budget) == used.deadline(start, budget)


@IN_PART
@given(definition=calendar_definitions(), offset=st.integers(-9, 9), seed=SEEDS)
def test_a_further_holiday_never_makes_a_deadline_earlier(
    definition: reference.Definition, offset: int, seed: int
) -> None:
    """In a calendar, to the left of ``-``, or on either side of ``&`` and ``|``."""
    day = (definition["around"] + timedelta(days=offset)).isoformat()
    assume(day not in definition["special"])
    less = build_calendar({**definition, "holidays": [*definition["holidays"], day]})
    more = build_calendar(definition)
    around = noon(definition["around"])
    patch = Maintenance([Interval(around, around + timedelta(hours=30))])
    other = BusinessCalendar(zone="Asia/Tokyo", hours={"mon-sat": "09:00-18:00"})
    changed: list[tuple[Calendar, Calendar]] = [
        (less, more),
        (less - patch, more - patch),
        (less & other, more & other),
        (other & less, other & more),
        (less | other, more | other),
        (other | less, other | more),
    ]
    for start, _, _, budget in list(cases(definition, more, seed))[:4]:
        for after, before in changed:
            try:
                late = after.deadline(start, budget)
            except UnreachableDeadlineError:
                continue
            assert late >= before.deadline(start, budget)


@IN_PART
@given(definition=calendar_definitions(), seed=SEEDS, operation=st.sampled_from("&|-"))
def test_composites_keep_the_laws(
    definition: reference.Definition, seed: int, operation: str
) -> None:
    """``&``, ``|`` and ``-`` answer every query by the same laws, across zones too (C7)."""
    calendar = build_calendar(definition)
    other = BusinessCalendar(zone="Australia/Lord_Howe", hours={"mon-sun": "22:00-05:00"})
    composite = {"&": calendar & other, "|": calendar | other, "-": other - calendar}[operation]
    for case in list(cases(definition, composite, seed))[:3]:
        keep_laws(composite, case)


@IN_PART
@given(definition=calendar_definitions(), other=calendar_definitions(), seed=SEEDS)
def test_composites_are_set_operations(
    definition: reference.Definition, other: reference.Definition, seed: int
) -> None:
    """An instant is open in ``a & b`` when it is in both, and so on (C7)."""
    left, right = build_calendar(definition), build_calendar(other)
    both, either, rest = left & right, left | right, left - right
    for start, middle, end, _ in cases(definition, left, seed):
        for at in (start, middle, end):
            a, b = left.is_open(at), right.is_open(at)
            assert (a and b) is both.is_open(at)
            assert (a or b) is either.is_open(at)
            assert (a and not b) is rest.is_open(at)
        assert both.open_time(start, end) + either.open_time(start, end) == left.open_time(
            start, end
        ) + right.open_time(start, end)


@IN_PART
@given(definition=calendar_definitions())
def test_a_calendar_survives_repr_pickle_and_reordering(definition: reference.Definition) -> None:
    """Equal by meaning: hash, content id, what repr reads back, what pickle brings back."""
    calendar = build_calendar(definition)
    backward = build_calendar(
        {
            **definition,
            "holidays": definition["holidays"][::-1],
            "week": {day: spans[::-1] for day, spans in reversed(definition["week"].items())},
        }
    )
    names = {"BusinessCalendar": BusinessCalendar, "Holiday": Holiday}
    from incidentcore.schedule import Break  # noqa: PLC0415  only the repr's text names it

    read = eval(repr(calendar), {**names, "Break": Break})  # noqa: S307  our own repr
    for same in (backward, read, pickle.loads(pickle.dumps(calendar))):  # noqa: S301  our own bytes
        assert calendar == same
        assert hash(calendar) == hash(same)
        assert content_id(calendar) == content_id(same)


@IN_PART
@given(calendar=calendars(), around=instants())
def test_composites_are_values(calendar: BusinessCalendar, around: datetime) -> None:
    """They compare, hash, pickle and have a content id."""
    patch = Maintenance([Interval(around, around + timedelta(hours=1))], name="Patch night")
    for kind in (CalendarIntersection, CalendarUnion, CalendarDifference):
        one, two = kind(calendar, patch), kind(calendar, patch)
        again = pickle.loads(pickle.dumps(one))  # noqa: S301  our own bytes
        assert one == two == again
        assert hash(one) == hash(two) == hash(again)
        assert content_id(one) == content_id(again)


@pytest.mark.parametrize(
    ("link", "zone"),
    [("Asia/Calcutta", "Asia/Kolkata"), ("US/Eastern", "America/New_York"), ("Zulu", "UTC")],
)
def test_links_of_zones_change_no_answer(link: str, zone: str) -> None:
    """Two names of one zone answer alike."""
    one, two = (
        BusinessCalendar(zone=key, hours={"mon-fri": "22:00-06:00"}) for key in (link, zone)
    )
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = start + timedelta(days=400)

    assert list(one.windows(start, end)) == list(two.windows(start, end))


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system cannot change its zone")
def test_the_zone_of_the_process_changes_no_answer() -> None:
    """Nothing reads the local zone."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    answers = set()
    before = os.environ.get("TZ")
    try:
        for zone in ("UTC", "Pacific/Kiritimati", "America/New_York"):
            os.environ["TZ"] = zone
            time.tzset()
            calendar = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "22:00-06:00"})
            answers.add(calendar.deadline(start, timedelta(hours=1_000)))
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
    assert len(answers) == 1
