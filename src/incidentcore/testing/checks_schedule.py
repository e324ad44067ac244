"""The laws of business time that every calendar must satisfy, for testing your own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import Phase, given
from hypothesis import strategies as st

from incidentcore._checks import each_of, need_kind
from incidentcore.errors import (
    InvalidIntervalError,
    InvalidValueError,
    NaiveDatetimeError,
    UnreachableDeadlineError,
)
from incidentcore.instants import Interval
from incidentcore.schedule import Calendar
from incidentcore.testing.checks_sla import PURE, one_law_at_a_time
from incidentcore.testing.strategies_schedule import instants, offset_changes

_TICK = timedelta.resolution
_ZERO = timedelta()

Case = tuple[datetime, datetime, datetime, timedelta]
"""Three instants in ascending order, and a budget."""

Law = Callable[[Calendar, Case], None]


def check_calendar(calendar: Calendar, *, examples: int | None = None) -> None:
    """Check a calendar against the laws of business time, with generated instants.

    A law is a property that must always hold. Call this function from your own test.

    Args:
        calendar: Any object with the methods of :class:`~incidentcore.schedule.Calendar`.
        examples: The number of instants to generate; None for hypothesis's own setting.

    Raises:
        AssertionError: A law is broken; the message names it.
        InvalidValueError: The object lacks a method, or its zone is not a ``ZoneInfo``.

    Source: rules C1 to C9 and T1 to T7.

    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.testing import check_calendar
    >>> check_calendar(BusinessCalendar(zone="UTC", hours={"mon-fri": "9:00-17:00"}), examples=5)
    """
    absent = [name for name in vars(Calendar) if name[0] != "_" and not hasattr(calendar, name)]
    if absent:
        wanted = "every query of a calendar; AbstractCalendar makes them from zone and windows"
        raise InvalidValueError("calendar", f"one without {', '.join(absent)}", wanted)
    need_kind("calendar.zone", calendar.zone, ZoneInfo, allowed="a ZoneInfo")

    # Shrinking a seed shows nothing, and one broken law is enough to report.
    @one_law_at_a_time(examples, phases=(Phase.generate,))
    @given(instants(calendar.zone.key), st.integers())
    def run(around: datetime, seed: int) -> None:
        for case in calendar_cases(calendar, around, seed, count=4):
            keep_laws(calendar, case)

    _refuses_what_it_should(calendar)
    run()


def keep_laws(calendar: Calendar, case: Case) -> None:
    """Check a calendar against every law in one case, which the message of a broken law names."""
    start, middle, end, budget = case
    for law in CALENDAR_LAWS:
        try:
            law(calendar, case)
        except AssertionError as error:
            shown = ", ".join(at.isoformat() for at in (start, middle, end))
            raise AssertionError(f"{error}, for {shown}, budget {budget}") from None


def calendar_cases(
    calendar: Calendar, around: datetime, seed: int, *, count: int
) -> Iterator[Case]:
    """Yield test cases of three instants and a budget of open time each.

    The instants are near ``around``, near changes of the UTC offset, and near times at which the
    calendar opens or closes.
    """
    chance = random.Random(seed)  # noqa: S311  repeatable test data, no secret
    year = min(max(around.year, 1970), 2037)
    marks = [around, *offset_changes(calendar.zone.key, year)]
    low, high = around - timedelta(days=4), around + timedelta(days=4)
    for window in each_of("windows", calendar.windows(low, high), Interval):
        marks.extend((window.start, window.end))
    for _ in range(count):
        picked = sorted(_moved(chance, chance.choice(marks)) for _ in range(3))
        start, middle, end = picked
        kind = chance.randrange(4)
        if kind == 0:
            budget = calendar.open_time(start, end)  # likely to end on an edge
        elif kind == 1:
            budget = timedelta(microseconds=chance.randrange(3))
        else:
            budget = timedelta(minutes=chance.randrange(1, 6_000))
        yield start, middle, end, budget


def _moved(chance: random.Random, at: datetime) -> datetime:
    kind = chance.randrange(4)
    if kind == 0:
        return at
    if kind == 1:
        return at + chance.choice((-1, 1)) * _TICK
    if kind == 2:
        return at + timedelta(minutes=chance.randrange(-180, 180))
    return at + timedelta(minutes=chance.randrange(-9_000, 9_000))


def _refuses_what_it_should(calendar: Calendar) -> None:
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    refused: tuple[tuple[str, type[Exception], Callable[[], object]], ...] = (
        ("T1 naive start", NaiveDatetimeError, lambda: calendar.is_open(at.replace(tzinfo=None))),
        ("T3 reversed", InvalidIntervalError, lambda: calendar.open_time(at, at - hour)),
        ("T5 negative budget", InvalidValueError, lambda: calendar.deadline(at, -hour)),
    )
    for name, expected, call in refused:
        try:
            call()
        except expected:
            continue
        raise AssertionError(f"{name}: not refused with {expected.__name__}")


def _span(window: Interval) -> str:
    return f"{window.start.isoformat()} to {window.end.isoformat()}"


def law_additivity(calendar: Calendar, case: Case) -> None:
    """Open time adds up over consecutive spans, and never exceeds wall-clock time."""
    start, middle, end, _ = case
    whole = calendar.open_time(start, end)
    halves = calendar.open_time(start, middle) + calendar.open_time(middle, end)
    assert halves == whole, f"additivity: {halves} != {whole}"
    assert _ZERO <= whole <= end - start, f"open time {whole} beyond wall time"


def law_deadline(calendar: Calendar, case: Case) -> None:
    """A deadline is the earliest instant by which the budget of open time has passed (rule T5)."""
    start, _, _, budget = case
    try:
        due = calendar.deadline(start, budget)
    except UnreachableDeadlineError:
        return
    spent = calendar.open_time(start, due)
    assert spent == budget, f"T5: {spent} open time until {due}"
    if budget:
        before = calendar.open_time(start, due - _TICK)
        assert before < budget, f"T5: {due} is not the earliest"
    else:
        assert due == start, f"T5: a zero budget gives the start, not {due}"
    back = calendar.deadline_before(due, budget)
    assert back >= start, f"mirror: {back} lies before the start"


def law_next_opening_is_the_same_business_instant(calendar: Calendar, case: Case) -> None:
    """There is no open time between a deadline and the next opening after it (rule T5)."""
    start, _, _, budget = case
    try:
        due = calendar.deadline(start, budget)
        opening = calendar.deadline(start, budget, boundary="next_open")
    except UnreachableDeadlineError:
        return
    assert opening >= due, f"T5: next opening {opening} before {due}"
    assert calendar.open_time(due, opening) == _ZERO, f"T5: open time before {opening}"
    assert calendar.is_open(opening), f"T5: {opening} is not open"


def law_deadline_before(calendar: Calendar, case: Case) -> None:
    """``deadline_before`` is the latest instant with the budget of open time before the end."""
    _, _, end, budget = case
    try:
        since = calendar.deadline_before(end, budget)
    except UnreachableDeadlineError:
        return
    fits = calendar.open_time(since, end)
    assert fits == budget, f"mirror: {fits} open time from {since}"
    if budget:
        after = calendar.open_time(since + _TICK, end)
        assert after < budget, f"mirror: {since} is not the greatest"
    else:
        assert since == end, f"mirror: a zero budget gives the end, not {since}"


def law_monotone(calendar: Calendar, case: Case) -> None:
    """A larger budget never gives an earlier deadline; a longer span never has less open time."""
    start, middle, end, budget = case
    assert calendar.open_time(start, middle) <= calendar.open_time(start, end), (
        "monotone: a longer span has less open time"
    )
    try:
        sooner = calendar.deadline(start, budget)
        later = calendar.deadline(start, budget + timedelta(minutes=90))
    except UnreachableDeadlineError:
        return
    assert sooner <= later, f"monotone: {sooner} > {later}"


def law_windows(calendar: Calendar, case: Case) -> None:
    """Windows are in order, disjoint and within the span, and they add up to the open time."""
    start, _, end, _ = case
    total, last = _ZERO, None
    windows = list(calendar.windows(start, end))
    assert windows == list(calendar.windows(start, end)), PURE
    for window in windows:
        assert start <= window.start < window.end <= end, (
            f"window {_span(window)} outside the span: cut windows to the span"
        )
        assert last is None or last < window.start, f"window {_span(window)} not after {last}"
        assert calendar.is_open(window.start), f"C9: closed at the start of {_span(window)}"
        assert calendar.is_open(window.end - _TICK), f"C9: closed before the end of {_span(window)}"
        if window.end < end:
            assert not calendar.is_open(window.end), f"T3: open at the end of {_span(window)}"
            assert calendar.next_close(window.start) == window.end, (
                f"C9: next_close of {_span(window)}"
            )
        total += window.end - window.start
        last = window.end
    assert total == calendar.open_time(start, end), (
        f"C9: windows sum to {total}, but open_time is {calendar.open_time(start, end)}"
    )


def law_next_edges(calendar: Calendar, case: Case) -> None:
    """``next_open`` is the earliest open instant, ``next_close`` the next end of a window (C9)."""
    start = case[0]
    try:
        opening = calendar.next_open(start)
    except UnreachableDeadlineError:
        return
    assert calendar.is_open(opening), f"C9: {opening} is closed"
    assert calendar.open_time(start, max(start, opening)) == _ZERO, f"C9: open before {opening}"
    assert (opening == start) is calendar.is_open(start), f"C9: next_open of {start}"
    try:
        closing = calendar.next_close(start)
    except UnreachableDeadlineError:
        return
    assert closing > start, f"C9: {closing} is not after {start}"
    assert not calendar.is_open(closing), f"C9: open at the close {closing}"
    assert calendar.is_open(closing - _TICK), f"C9: nothing ends at {closing}"
    if calendar.is_open(start):
        assert calendar.open_time(start, closing) == closing - start, f"C9: a hole before {closing}"


def law_explain(calendar: Calendar, case: Case) -> None:
    """Explained intervals cover the span without gaps; the open ones add up to the open time."""
    start, _, end, _ = case
    at, total = start, _ZERO
    for reason in calendar.explain(start, end):
        assert reason.interval.start == at, f"explain: a hole before {_span(reason.interval)}"
        at = reason.interval.end
        if reason.code == "open":
            total += reason.interval.duration
    assert at == end, f"explain: ends at {at}"
    assert total == calendar.open_time(start, end), f"explain: open parts sum to {total}"


def law_business_days(calendar: Calendar, case: Case) -> None:
    """More business days are never earlier, and end in open time or at a closing (C8)."""
    start = case[0]
    last = None
    for n in range(3):
        try:
            found = calendar.add_business_days(start, n)
            closing = calendar.add_business_days(start, n, end_of_day=True)
        except UnreachableDeadlineError:
            return
        for at in (found, closing):
            inside = calendar.is_open(at) or calendar.is_open(at - _TICK)
            assert inside, f"C8: {n} business days from {start} end in closed time, at {at}"
            assert at >= start, f"C8: {n} business days from {start} go back to {at}"
        assert last is None or last <= found, f"C8: {n} business days from {start} before {n - 1}"
        last = found


CALENDAR_LAWS: tuple[Law, ...] = (
    law_windows,
    law_additivity,
    law_deadline,
    law_next_opening_is_the_same_business_instant,
    law_deadline_before,
    law_monotone,
    law_next_edges,
    law_explain,
    law_business_days,
)
"""Every law, as functions of a calendar and a case."""
