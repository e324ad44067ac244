"""The open windows of a calendar date (rule C1), and their instants in UTC (rules C3, C4).

This module does not contain queries: a :class:`Plan` determines the windows of dates, and
:func:`open_spans` maps a range of dates to instants, as ``timedelta`` from one base so that sums
and searches stay exact.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule.holidays import USUAL, Holiday
from incidentcore.schedule.hours import DAY, Span, own_windows, split
from incidentcore.schedule.spans import intersect, join, merge, subtract

BASE = datetime(2000, 1, 1, tzinfo=UTC)
_NAIVE_BASE = datetime(2000, 1, 1)  # noqa: DTZ001  wall times are mapped in this module
_BASE_ORDINAL = BASE.toordinal()
_ONE_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_ZERO = timedelta()
STRIDE = 3  # days: no zone ever changed its offset twice within six, which a test asserts

Edges = list[tuple[timedelta, timedelta]]
Part = tuple[timedelta, timedelta, str, str]  # start, end, code, name
NamedSpan = tuple[int, int, str]


@attrs.frozen(eq=False, kw_only=True)
class Plan(SharedRepr):
    """A calendar's definition in seconds, from which the windows of any date follow (rule C1)."""

    week: tuple[tuple[Span, ...], ...]  # divided at midnight, without the breaks of weekdays
    special: Mapping[date, tuple[Span, ...]]  # as written; an end may be after 24:00
    breaks: Mapping[date, tuple[NamedSpan, ...]]  # subtracted from a date
    weekly: tuple[tuple[NamedSpan, ...], ...]  # what the breaks of weekdays subtracted
    holidays: tuple[Holiday, ...]

    def in_years(self, first: int, last: int) -> Days:
        """Return the dates of some years, inclusive, that differ from their weekday's hours."""
        closed: dict[date, set[str]] = {}
        special = {
            day: (spans, "") for day, spans in self.special.items() if first <= day.year <= last
        }
        own = own_windows(self.week)
        lifted = {
            day for one in self.holidays if one.hours is not None for day in one.explicit_dates()
        }
        for holiday in self.holidays:
            spans = holiday.windows(own)
            recurs = holiday.yearly is not None or holiday.rule is not None
            only_open = holiday.yearly is not None and not holiday.opens
            for day in holiday.dates(first, last):
                if recurs and day in lifted:  # rule C5
                    continue
                if holiday.hours == USUAL:
                    spans = own[day.weekday()]
                if spans is None:
                    closed.setdefault(day, set()).add(holiday.name)
                elif own[day.weekday()] or not only_open:  # rule C5
                    before, name = special.get(day, ((), ""))
                    names = sorted({*filter(None, (name, holiday.name))})
                    special[day] = (merge((*before, *spans)), ", ".join(names))
        return Days(
            plan=self,
            closed={day: ", ".join(sorted(filter(None, names))) for day, names in closed.items()},
            special=special,
        )


@attrs.frozen(eq=False, kw_only=True)
class Days(SharedRepr):
    """The dates of a range of years whose hours differ from those of their weekday."""

    plan: Plan
    closed: Mapping[date, str]  # with the names of their holidays
    special: Mapping[date, tuple[tuple[Span, ...], str]]  # with the holiday's name or ''

    def base(self, day: date) -> tuple[Span, ...]:
        """Return the hours of a date before breaks and holidays are subtracted (rule C1)."""
        own = self.special.get(day)
        before = self.special.get(day - _ONE_DAY)
        spans = self.plan.week[day.weekday()] if own is None else split(own[0])[0]
        if before is None:
            return spans
        return merge((*spans, *split(before[0])[1]))

    def open(self, day: date) -> Sequence[Span]:
        """Return the open windows of a date (rule C1)."""
        if day in self.closed:
            return ()
        base, taken = self.base(day), self.plan.breaks.get(day)
        return subtract(base, [(start, end) for start, end, _ in taken]) if taken else base

    def exceptions(self) -> dict[date, Sequence[Span]]:
        """Return the windows of every date whose hours differ from those of its weekday."""
        dates = {*self.closed, *self.plan.breaks}
        for day in self.special:
            dates.add(day)
            dates.add(day + _ONE_DAY)
        return {day: self.open(day) for day in dates}

    def named(self, day: date) -> list[tuple[int, int, str, str]]:
        """Return why intervals of a date are closed; intervals not listed are out of hours.

        A holiday closes its whole date. A holiday with hours is the reason why the usual hours that
        it replaces are closed; a break is the reason for the time that it subtracts.
        """
        if day in self.closed:
            return [(0, DAY, "holiday", self.closed[day])]
        base, own = self.base(day), self.special.get(day)
        found = [
            (start, end, "break", name)
            for low, high, name in self.plan.breaks.get(day, ())
            for start, end in intersect(base, [(low, high)])
        ]
        if own is None:
            weekly = self.plan.weekly[day.weekday()]
            found.extend((start, end, "break", name) for start, end, name in weekly)
        elif own[1]:
            usual = subtract(self.plan.week[day.weekday()], base)
            found.extend((start, end, "holiday", own[1]) for start, end in usual)
        return sorted(found)


def instant_of(zone: ZoneInfo, ordinal: int, time: timedelta) -> timedelta:
    """Return the instant of a time since midnight of a date, as its distance from ``BASE`` (C3).

    A time skipped by a change of the UTC offset is moved forward by the length of the change; of a
    repeated time, the first occurrence is used.
    """
    wall = timedelta(days=ordinal - _BASE_ORDINAL) + time
    return wall - wall_offset(zone, _NAIVE_BASE + wall)


def wall_offset(zone: ZoneInfo, wall: datetime) -> timedelta:
    """Return the offset of a local time; of one skipped or repeated, that before the change.

    For Nuuk, Python reports that 23:30 on 28 October 2023 was repeated, although it was not.
    """
    before = zone.utcoffset(wall) or _ZERO
    after = zone.utcoffset(wall.replace(fold=1)) or _ZERO
    is_real = before <= after or utc_offset(zone, wall - before - _NAIVE_BASE) == before
    return before if is_real else after


def day_bounds(zone: ZoneInfo, day: date) -> tuple[timedelta, timedelta]:
    """Return the start and end of a date; the end is no later if it was skipped (C4)."""
    ordinal = day.toordinal()
    return instant_of(zone, ordinal, _ZERO), instant_of(zone, ordinal, _ONE_DAY)


def utc_offset(zone: ZoneInfo, at: timedelta) -> timedelta:
    """Return the UTC offset of a zone at an instant."""
    return (BASE + at).astimezone(zone).utcoffset() or _ZERO


def offset_changes(
    zone: ZoneInfo, low: timedelta, high: timedelta
) -> Iterator[tuple[timedelta, timedelta, timedelta]]:
    """Yield each change of offset in ``(low, high]``, with the offsets before and after it."""
    at, offset = low, utc_offset(zone, low)
    while at < high:
        then = min(at + STRIDE * _ONE_DAY, high)
        after = utc_offset(zone, then)
        if after != offset:
            first, last = at, then
            while last - first > _SECOND:
                middle = first + (last - first) // _SECOND // 2 * _SECOND
                if utc_offset(zone, middle) == offset:
                    first = middle
                else:
                    last = middle
            yield last - last % _SECOND, offset, after
        at, offset = then, after


def open_spans(zone: ZoneInfo, plan: Plan, first: date, last: date) -> Edges:
    """Return the open windows of a range of dates in UTC, in order; adjacent windows are joined.

    Days without a change of the UTC offset are converted as one block, for speed.
    """
    exceptions = plan.in_years((first - _ONE_DAY).year, last.year).exceptions()
    unusual = {day.toordinal(): as_deltas(spans) for day, spans in exceptions.items()}
    week = [as_deltas(spans) for spans in plan.week]
    found: Edges = []
    in_order = True
    today, stop = first.toordinal(), last.toordinal() + 1
    offset = _offset_at(zone, today)
    while today < stop:
        after = min(today + STRIDE, stop)
        next_offset = _offset_at(zone, after)
        if offset == next_offset:
            begin = timedelta(days=today - _BASE_ORDINAL) - offset
            for ordinal in range(today, after):
                spans = unusual[ordinal] if ordinal in unusual else week[(ordinal - 1) % 7]
                for start, end in spans:
                    found.append((begin + start, begin + end))
                begin += _ONE_DAY
        else:
            in_order = False
            for ordinal in range(today, after):
                spans = unusual[ordinal] if ordinal in unusual else week[(ordinal - 1) % 7]
                found.extend(mapped(zone, ordinal, spans))
        today, offset = after, next_offset
    if not in_order:
        found.sort()
    return join(found)


def _offset_at(zone: ZoneInfo, ordinal: int) -> timedelta:
    midnight = _NAIVE_BASE + timedelta(days=ordinal - _BASE_ORDINAL)
    return zone.utcoffset(midnight) or _ZERO


def mapped(zone: ZoneInfo, ordinal: int, spans: Edges) -> Edges:
    """Return the windows of a date in UTC; windows that become empty are dropped (C3)."""
    if instant_of(zone, ordinal, _ZERO) >= instant_of(zone, ordinal + 1, _ZERO):
        return []  # rule C4
    mapped = [
        (instant_of(zone, ordinal, start), instant_of(zone, ordinal, end)) for start, end in spans
    ]
    return [(opens, closes) for opens, closes in mapped if opens < closes]


def as_deltas(spans: Iterable[Span]) -> Edges:
    """Return windows of a date as times since its midnight."""
    return [(timedelta(seconds=start), timedelta(seconds=end)) for start, end in spans]


def closures(zone: ZoneInfo, plan: Plan, first: date, last: date) -> Iterator[Part]:
    """Yield the closed intervals whose reason is not out of hours, in order, with their reasons."""
    days = plan.in_years((first - _ONE_DAY).year, last.year)
    dates = {*days.closed, *days.special, *plan.breaks}
    if any(plan.weekly):
        dates.update(map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1)))
    for day in sorted(day for day in dates if first <= day <= last):
        for start, end, code, name in days.named(day):
            for opens, closes in mapped(zone, day.toordinal(), as_deltas([(start, end)])):
                yield opens, closes, code, name


def check_collisions(plan: Plan) -> None:
    """Raise an error if a date is both a holiday and a special day; it names both (rule C5).

    Two holidays with different hours on one date are an error too, but a date that is written out
    with hours replaces a recurring holiday. Two recurrence rules cannot be compared for all years;
    if they fall on the same date, the closed day takes precedence.
    """
    exact: dict[date, Holiday] = {}
    yearly: dict[tuple[int, int], Holiday] = {}
    for holiday in plan.holidays:
        for day in holiday.explicit_dates():
            if day in plan.special:
                raise _both(day, holiday)
            other = exact.setdefault(day, holiday)
            if other.hours != holiday.hours:
                raise _collision(day.isoformat(), holiday, other)
        for month, number in holiday.month_days():
            other = yearly.setdefault((month, number), holiday)
            if other.hours != holiday.hours:
                raise _collision(f"{month:02}-{number:02}", holiday, other)
    years = sorted({day.year for day in (*exact, *plan.special)})
    for holiday in plan.holidays:
        if holiday.yearly is None and holiday.rule is None:
            continue
        for day in itertools.chain.from_iterable(holiday.dates(year, year) for year in years):
            if day in plan.special:
                raise _both(day, holiday)
            rival = exact.get(day)
            if rival is not None and rival.hours is None and holiday.hours is not None:
                raise _collision(day.isoformat(), holiday, rival)


def _both(day: date, holiday: Holiday) -> CalendarDefinitionError:
    allowed = "a holiday or a special day on a date, not both"
    if holiday.yearly is not None or holiday.rule is not None:
        allowed += f'; Holiday("{day}", hours=...) opens a date of a recurring one'
    return CalendarDefinitionError(f"special[{day.isoformat()}]", holiday, allowed)


def _collision(when: str, holiday: Holiday, other: Holiday) -> CalendarDefinitionError:
    return CalendarDefinitionError(
        f"holidays[{when}]", (other, holiday), "one meaning for a date: closed, or open some hours"
    )
