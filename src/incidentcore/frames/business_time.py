"""Compute business time of whole columns, with the same results as the calendars' methods."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np

from incidentcore.errors import InvalidValueError, UnreachableDeadlineError
from incidentcore.frames.clock import CHUNK, HORIZON_US, Clock, range_of
from incidentcore.frames.native import (
    MISSING,
    Ints,
    as_instants,
    as_series,
    as_spans,
    codes_of,
    like,
)
from incidentcore.kpi.engine.accumulators import at_instant, instant
from incidentcore.schedule import Calendar

Calendars: TypeAlias = Calendar | Mapping[Any, Calendar]
"""One calendar, or one for each value of the column ``by``."""

Counts: TypeAlias = dict[str, int]
"""The mapping to which the number of null rows is added for each reason."""

_YEAR = 366 * 86_400_000_000


def open_time(
    calendar: Calendars, /, start: Any, end: Any, *, by: Any = None, counts: Counts | None = None
) -> Any:
    """Return the open time between two columns of instants, row by row.

    Args:
        calendar: The calendar, or a mapping from the values of ``by`` to calendars.
        start: The beginnings of the spans: a column of times with a zone, of any library that
            narwhals reads; a numpy array of ``datetime64`` in UTC; or one datetime.
        end: The ends of the spans, in any of these forms.
        by: The column whose values select the calendar of each row; None for a single calendar.
        counts: A mapping to which the number of nulls is added for each reason: ``missing`` (an
            instant is null), ``reversed`` (the end is before the start) or ``no_calendar`` (none
            for the value in ``by``).

    Returns:
        Durations, exact to the microsecond, or null for the reasons above; in a column of the
        same library and with the same index as the first column passed.

    Raises:
        InvalidValueError: A column does not contain times, its times have no zone, or columns
            differ in length or in their index.

    Source: rules T3 and T4; the results are those of ``calendar.open_time``.

    >>> from incidentcore.frames import open_time
    >>> import numpy as np
    >>> from incidentcore.schedule import BusinessCalendar
    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
    >>> opened = np.array(["2026-06-01T07:00", "2026-06-05T15:00", "NaT"], "datetime64[us]")
    >>> resolved = np.array(["2026-06-01T09:30", "2026-06-08T06:15", "NaT"], "datetime64[us]")
    >>> open_time(office, opened, resolved).astype("timedelta64[m]")
    array([  150,    75, 'NaT'], dtype='timedelta64[m]')
    """
    starts, ends = _even((as_instants(start, "start"), as_instants(end, "end")))

    def work(clock: Clock, columns: tuple[Ints, ...]) -> Ints:
        first, last = columns
        answer = clock.spent(last)
        answer -= clock.spent(first)
        wrong = last < first
        if wrong.any():
            answer[wrong] = MISSING
        if first.min(initial=0) == MISSING:
            answer[first == MISSING] = MISSING
        return answer

    answer = _answer(calendar, by, (starts, ends), work, counts)
    if counts is not None:
        pairs = _pieces((starts, ends))
        wrong = sum(int(((b < a) & (b != MISSING)).sum()) for _, (a, b) in pairs)
        _count(counts, "reversed", wrong)
    return like((start, end, by), answer, "span", "open_time")


def deadline(
    calendar: Calendars,
    /,
    start: Any,
    budget: Any,
    *,
    by: Any = None,
    counts: Counts | None = None,
) -> Any:
    """Return the instant at which a budget of open time is used up, row by row.

    The budget is one ``timedelta``, or a column of durations; for zero, the result is the start.
    The other arguments are those of ``open_time``; reasons for nulls are ``missing``, ``negative``
    (a budget below zero), ``unreachable`` (not used up within twenty years) and ``no_calendar``.

    Returns:
        Instants in UTC, in a column like that of ``open_time``.

    Raises:
        InvalidValueError: A column has the wrong type, or a single ``budget`` is negative.

    Source: rule T5; the results are those of ``calendar.deadline``.

    >>> from incidentcore.frames import deadline
    >>> import numpy as np
    >>> from datetime import timedelta
    >>> from incidentcore.schedule import BusinessCalendar
    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
    >>> opened = np.array(["2026-06-01T07:00", "2026-06-05T15:00"], "datetime64[us]")
    >>> deadline(office, opened, timedelta(hours=2)).astype("datetime64[m]")
    array(['2026-06-01T09:00', '2026-06-08T07:00'], dtype='datetime64[m]')
    """
    starts, budgets = _even((as_instants(start, "start"), as_spans(budget, "budget")))
    if isinstance(budget, timedelta) and budget < timedelta():
        raise InvalidValueError("budget", budget, "a timedelta of zero or more")
    low, high = range_of(starts)
    longest = int(budgets.max(initial=0))

    def search(one: Calendar, columns: tuple[Ints, ...]) -> Ints:
        """Answer for one calendar; the range grows until all is spent or the horizon reached."""
        first, wanted = columns
        reach, answer = min(2 * longest + _YEAR, HORIZON_US), np.full(len(first), MISSING)
        while True:
            clock = Clock(one, low, high + reach)
            for place, (at, some) in _pieces((first, wanted)):
                found = np.where(some > 0, clock.due(at, some), at)
                found[(found - at > HORIZON_US) | (some < 0) | (at == MISSING)] = MISSING
                answer[place : place + len(at)] = found
            left = (answer == MISSING) & (first != MISSING) & (wanted >= 0)
            if reach >= HORIZON_US or not left.any():
                return answer
            reach = min(4 * reach, HORIZON_US)

    answer = _by_calendar(calendar, by, (starts, budgets), search, counts)
    if counts is not None:
        negative = (budgets < 0) & (budgets != MISSING)
        _count(counts, "negative", int((negative & (starts != MISSING)).sum()))
        null = int((answer == MISSING).sum())
        others = sum(counts.get(name, 0) for name in ("missing", "negative", "no_calendar"))
        _count(counts, "unreachable", max(null - others, 0))
    return like((start, budget, by), answer, "instant", "deadline")


def is_open(
    calendar: Calendars, /, at: Any, *, by: Any = None, counts: Counts | None = None
) -> Any:
    """Return whether a calendar is open at each instant of a column.

    The arguments are those of ``open_time``; reasons for nulls are ``missing`` and ``no_calendar``.

    Returns:
        Booleans or nulls, in a column like that of ``open_time``; for a numpy array with missing
        instants, a masked array.

    Source: rule T3; the results are those of ``calendar.is_open``.

    >>> from incidentcore.frames import is_open
    >>> import numpy as np
    >>> from incidentcore.schedule import BusinessCalendar
    >>> office = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "08:00-18:00"})
    >>> is_open(office, np.array(["2026-06-01T07:00", "2026-06-01T16:00"], "datetime64[us]"))
    array([ True, False])
    """
    instants = as_instants(at, "at")

    def work(clock: Clock, columns: tuple[Ints, ...]) -> Ints:
        (first,) = columns
        return np.where(first == MISSING, MISSING, clock.is_open(first))

    answer = _answer(calendar, by, (instants,), work, counts)
    return like((at, by), answer, "open", "is_open")


def add_business_days(
    calendar: Calendars,
    /,
    start: Any,
    n: int,
    *,
    end_of_day: bool = False,
    by: Any = None,
    counts: Counts | None = None,
) -> Any:
    """Return the instant ``n`` business days after each instant of a column.

    A business day is a date with open time; a negative ``n`` counts backward, and ``end_of_day``
    asks for the last closing time of the resulting date. Each distinct instant is computed only
    once, so columns of dates are fast. The other arguments are those of ``open_time``; reasons for
    nulls are ``missing``, ``unreachable`` (too few business days) and ``no_calendar``.

    Returns:
        Instants in UTC, or nulls, in a column like that of ``open_time``.

    Source: rule C8; the results are those of ``calendar.add_business_days``.

    >>> from incidentcore.frames import add_business_days
    >>> import numpy as np
    >>> from incidentcore.schedule import BusinessCalendar
    >>> office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    >>> add_business_days(office, np.array(["2026-06-05T10:30"], "datetime64[us]"), 1)
    array(['2026-06-08T10:30:00.000000'], dtype='datetime64[us]')
    """
    instants = as_instants(start, "start")
    lost = 0

    def search(one: Calendar, columns: tuple[Ints, ...]) -> Ints:
        nonlocal lost
        seen, places, sizes = np.unique(columns[0], return_inverse=True, return_counts=True)
        answers = np.full(len(seen), MISSING)
        for place, at in enumerate(seen.tolist()):
            if at == MISSING:
                continue
            try:
                found = one.add_business_days(at_instant(at), n, end_of_day=end_of_day)
                answers[place] = instant(found)
            except UnreachableDeadlineError:
                lost += int(sizes[place])
        return answers[places]

    answer = _by_calendar(calendar, by, (instants,), search, counts)
    _count(counts, "unreachable", lost)
    return like((start, by), answer, "instant", "business_day")


def _answer(
    calendar: Calendars,
    by: Any,
    columns: tuple[Ints, ...],
    work: Callable[[Clock, tuple[Ints, ...]], Ints],
    counts: Counts | None,
) -> Ints:
    """Run a function that needs a clock of a known range, piece by piece."""
    low, high = range_of(*columns)

    def search(one: Calendar, some: tuple[Ints, ...]) -> Ints:
        clock = Clock(one, low, high, rows=len(some[0]))
        answer = np.empty(len(some[0]), np.int64)
        for place, pieces in _pieces(some):
            answer[place : place + len(pieces[0])] = work(clock, pieces)
        return answer

    return _by_calendar(calendar, by, columns, search, counts)


def _by_calendar(
    calendar: Calendars,
    by: Any,
    columns: tuple[Ints, ...],
    search: Callable[[Calendar, tuple[Ints, ...]], Ints],
    counts: Counts | None,
) -> Ints:
    """Run a search for all rows, or for the rows of each calendar."""
    for _, pieces in _pieces(columns) if counts is not None else ():
        missing = np.logical_or.reduce([piece == MISSING for piece in pieces])
        _count(counts, "missing", int(missing.sum()))
    if isinstance(calendar, Calendar):
        return search(calendar, columns)
    if not isinstance(calendar, Mapping) or by is None:
        raise InvalidValueError("calendar", calendar, "a calendar, or a mapping of them with by=")
    if isinstance(by, np.ndarray):
        values, places = np.unique(by, return_inverse=True)
        codes, keys = places.astype(np.int32), values.tolist()
    else:
        codes, keys = codes_of(as_series(by, "by", "a column"))
    if len(codes) != len(columns[0]):
        raise InvalidValueError("by", len(codes), f"as many rows as there are: {len(columns[0])}")
    answer = np.full(len(codes), MISSING)
    for code, key in enumerate(keys):
        rows = codes == code
        if isinstance(key, Hashable) and key in calendar:
            answer[rows] = search(calendar[key], tuple(column[rows] for column in columns))
        else:
            _count(counts, "no_calendar", int(rows.sum()))
    return answer


def _even(columns: tuple[Ints, ...]) -> tuple[Ints, ...]:
    """Return columns of equal length; a single instant is repeated."""
    length = max(len(column) for column in columns) if all(map(len, columns)) else 0
    for column in columns:
        if len(column) not in (1, length):
            raise InvalidValueError("columns", len(column), f"as many rows as others: {length}")
    return tuple(np.broadcast_to(column, length) for column in columns)


def _pieces(columns: tuple[Ints, ...]) -> Iterator[tuple[int, tuple[Ints, ...]]]:
    for place in range(0, len(columns[0]), CHUNK):
        yield place, tuple(column[place : place + CHUNK] for column in columns)


def _count(counts: Counts | None, reason: str, number: int) -> None:
    if number and counts is not None:
        counts[reason] = counts.get(reason, 0) + number
