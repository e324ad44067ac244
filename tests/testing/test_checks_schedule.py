"""The laws of calendars find a wrong one and pass a right one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_utc
from incidentcore.schedule import AbstractCalendar, BusinessCalendar, Maintenance
from incidentcore.testing import check_calendar, checks_schedule
from incidentcore.testing.checks_schedule import (
    _moved,
    calendar_cases,
    keep_laws,
    law_next_edges,
)

GOOD = BusinessCalendar(
    zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00", "sat": "22:00-06:00"}
)


TICK = timedelta.resolution


class Wrong:
    """The good calendar with one answer changed."""

    zone = GOOD.zone

    def __init__(self, **changed: Callable[..., Any]) -> None:
        self.changed = changed

    def __getattr__(self, name: str) -> Any:
        return self.changed.get(name) or getattr(GOOD, name)


def late(start: datetime, budget: timedelta, **fields: Any) -> datetime:
    return GOOD.deadline(start, budget, **fields) + (TICK if budget else timedelta())


def wall_clock(start: datetime, end: datetime) -> timedelta:
    zone = GOOD.zone
    low, high = (at.astimezone(zone).replace(tzinfo=None) for at in (start, end))
    return max(high - low, timedelta())


MISTAKES: dict[str, dict[str, Callable[..., Any]]] = {
    "a deadline a microsecond late": {"deadline": late},
    "a deadline at the next opening": {
        "deadline": lambda start, budget, **fields: GOOD.deadline(
            start, budget, boundary="next_open"
        )
    },
    "open time by wall clock": {"open_time": wall_clock},
    "open time that refuses nothing": {
        "open_time": lambda start, end: GOOD.open_time(min(start, end), max(start, end))
    },
    "naive instants taken": {"is_open": lambda at: bool(at.hour)},
    "a closing edge that is open": {"is_open": lambda at: GOOD.is_open(as_utc(at) - TICK)},
    "windows with a hole": {"windows": lambda start, end: list(GOOD.windows(start, end))[1:]},
    "an explanation that stops early": {
        "explain": lambda start, end: list(GOOD.explain(start, end))[:-1]
    },
    "a mirror at the closing": {
        "deadline_before": lambda end, budget, **fields: GOOD.deadline_before(end, budget) - TICK
    },
    "an opening that is late": {
        "next_open": lambda at, **fields: GOOD.next_open(at) + timedelta(minutes=1)
    },
    "a close that is not after": {"next_close": lambda at, **fields: as_utc(at)},
    "business days that are 24 hours": {
        "add_business_days": lambda start, n, **fields: as_utc(start) + timedelta(days=n)
    },
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_calendar_is_found(name: str) -> None:
    """Each mistake breaks a law."""
    with pytest.raises(AssertionError):
        check_calendar(Wrong(**MISTAKES[name]), examples=200)  # type: ignore[arg-type]


def test_a_negative_budget_must_be_refused() -> None:
    """A calendar that takes it for none is named with the rule, before any law is tried."""
    mild = Wrong(
        deadline=lambda start, budget, **more: GOOD.deadline(start, max(budget, TICK), **more)
    )
    with pytest.raises(AssertionError, match=r"^T5 negative budget: not refused with Inv"):
        check_calendar(mild, examples=1)  # type: ignore[arg-type]


def test_a_right_calendar_passes() -> None:
    """The one the mistakes were made from."""
    check_calendar(GOOD, examples=20)


class Moody(AbstractCalendar):
    """A calendar of a caller's own whose window begins a minute later each time it is asked."""

    zone = GOOD.zone

    def __init__(self) -> None:
        self.minutes = count(1)

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the one window."""
        begin = start + next(self.minutes) * timedelta(microseconds=1)
        if begin < end:
            yield Interval(begin, end)


def test_a_calendar_that_is_no_function_of_its_input_is_named_as_that() -> None:
    """Not as windows that lack a law of theirs."""
    with pytest.raises(AssertionError, match=r"^T6: the same input gives different results"):
        check_calendar(Moody())


def test_what_is_no_calendar_is_refused() -> None:
    """With the way to make one, and not in the middle of a law."""
    thin = type("Thin", (), {"zone": "UTC", "windows": lambda *_: iter(())})()
    with pytest.raises(InvalidValueError, match=r"^calendar: got 'one without open_time, "):
        check_calendar(thin)
    named = type("Named", (AbstractCalendar,), {"zone": "UTC", "windows": thin.windows})()
    with pytest.raises(InvalidValueError, match=r"^calendar.zone: got 'UTC'; allowed: a ZoneInfo$"):
        check_calendar(named)


@pytest.mark.parametrize("windows", [None, [("09:00", "17:00")]])
def test_what_are_no_windows_is_refused(windows: object) -> None:
    """By name, instead of an error in the middle of a law."""
    odd = type("Odd", (AbstractCalendar,), {"zone": GOOD.zone, "windows": lambda *_: windows})()
    with pytest.raises(InvalidValueError, match=r"^windows: got .*; allowed: "):
        check_calendar(odd)


def test_windows_that_are_not_cut_are_named_first_with_instants_as_text() -> None:
    """The commonest mistake of a calendar of one's own."""

    class Uncut(AbstractCalendar):
        zone = GOOD.zone

        def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
            return GOOD.windows(start - timedelta(days=1), end + timedelta(days=1))

    with pytest.raises(AssertionError, match="cut windows to the span") as caught:
        check_calendar(Uncut(), examples=20)
    assert "datetime" not in str(caught.value).partition("\n")[0]


def test_a_calendar_that_never_closes_has_no_next_close() -> None:
    """The law of edges holds: the instant is open, and no close is asked for."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    law_next_edges(BusinessCalendar.always(), (at, at, at, timedelta()))


@pytest.mark.parametrize("days", [-9, 9])
def test_laws_hold_where_no_time_is_left(days: int) -> None:
    """A calendar that opens only before the span, or only after it, breaks no law."""
    start = datetime(2026, 6, 1, 9, tzinfo=UTC)
    only = start + timedelta(days=days)
    calendar = Maintenance(Interval(only, only + timedelta(hours=1)))
    hour = timedelta(hours=1)
    keep_laws(calendar, (start, start + hour, start + 2 * hour, 5 * hour))


class Chosen:
    """Choose the same kind each time, and of all else the first or the last."""

    def __init__(self, kind: int, *, last: bool) -> None:
        self.kind, self.last = kind, last

    def randrange(self, *bounds: int) -> int:
        """Choose a whole number."""
        if bounds == (4,):
            return self.kind
        low, high = bounds if len(bounds) == 2 else (0, *bounds)
        return high - 1 if self.last else low

    def choice(self, values: Any) -> Any:
        """Choose one of several."""
        return values[-1 if self.last else 0]


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (0, timedelta(), timedelta()),
        (1, -TICK, TICK),
        (2, timedelta(hours=-3), timedelta(minutes=179)),
        (3, timedelta(minutes=-9_000), timedelta(minutes=8_999)),
    ],
)
def test_an_instant_of_a_case_lies_at_or_near_a_mark(
    kind: int, first: timedelta, last: timedelta
) -> None:
    """At it, beside it, within three hours, or within six days and a quarter."""
    at = datetime(2026, 6, 1, 9, tzinfo=UTC)
    moved: list[Any] = [_moved(Chosen(kind, last=one), at) - at for one in (False, True)]  # type: ignore[arg-type]
    assert moved == [first, last]


@pytest.mark.parametrize(
    ("kind", "last", "budget"),
    [
        (0, False, timedelta()),
        (1, False, timedelta()),
        (1, True, 2 * TICK),
        (2, False, timedelta(minutes=1)),
        (3, True, timedelta(minutes=5_999)),
    ],
)
def test_a_case_has_a_budget(
    monkeypatch: pytest.MonkeyPatch, kind: int, *, last: bool, budget: timedelta
) -> None:
    """What the span has, at most two microseconds, or up to a hundred hours."""
    monkeypatch.setattr("random.Random", lambda _: Chosen(kind, last=last))
    around = datetime(2026, 6, 1, 9, tzinfo=UTC)
    cases = [*calendar_cases(BusinessCalendar.always(), around, 1, count=4)]
    assert [case[3] for case in cases] == [budget] * 4


def test_cases_lie_at_edges_near_and_at_changes_of_the_year() -> None:
    """Windows within four days to either side, and both changes of the offset."""
    around = datetime(2026, 6, 10, 12, tzinfo=UTC)  # a Wednesday
    marks = {around}
    for day in (8, 9, 10, 11, 12):
        marks |= {datetime(2026, 6, day, hour, tzinfo=UTC) for hour in (7, 15)}
    for day in (6, 13):  # Saturday night in Berlin
        night = datetime(2026, 6, day, 20, tzinfo=UTC)
        marks |= {night, night + timedelta(hours=8)}
    marks |= {datetime(2026, *day, 1, tzinfo=UTC) for day in ((3, 29), (10, 25))}
    drawn = (calendar_cases(GOOD, around, seed, count=4) for seed in range(200))
    assert marks <= {at for cases in drawn for case in cases for at in case[:3]}


@pytest.mark.parametrize(("year", "asked"), [(1960, 1970), (2026, 2026), (2040, 2037)])
def test_changes_are_those_of_a_year_that_the_database_knows(
    year: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest, where the calendar is asked for an earlier or a later one."""
    seen: list[int] = []
    monkeypatch.setattr(checks_schedule, "offset_changes", lambda _, year: seen.append(year) or ())
    around = datetime(year, 6, 10, 12, tzinfo=UTC)
    assert len([*calendar_cases(GOOD, around, 1, count=2)]) == 2
    assert seen == [asked]
