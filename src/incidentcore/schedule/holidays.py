"""Holidays and breaks as values, and the table for looking up a date (rule C5)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from typing import Any

import attrs

from incidentcore._checks import SharedRepr, is_day, need_several
from incidentcore.errors import CalendarDefinitionError
from incidentcore.schedule.expansion import is_leap
from incidentcore.schedule.hours import WEEKDAYS, Span, format_hours, parse_hours, weekday
from incidentcore.schedule.recurrence import Recurrence, parse_rule
from incidentcore.schedule.spans import join_neighbors, merge

USUAL = ("week",)  # the hours of a holiday that has those of each date's own weekday

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_MONTH_DAY = r"([0-9]{2})-([0-9]{2})"
_MOST_DAYS = 3_660  # ten years closed in one piece is a mistake, not a holiday
_LONGEST_NAME = 200
_LEAP = 2000  # a leap year: its days number the months and days of every year
_LEAP_DAYS = 366
_Run = tuple[str, tuple[str, ...], int, int]  # name, hours, first and last day
_Day = tuple[str, tuple[str, ...], int]


def as_date(value: object, field: str) -> date:
    """Return a date, passed as a ``date`` or as text such as ``"2026-12-25"``."""
    found: date | None = None
    text = value if isinstance(value, str) else ""
    if is_day(value):
        found = value
    elif re.fullmatch(_DATE, text):
        with suppress(ValueError):
            found = date.fromisoformat(text)
    if found is None or not 2 <= found.year <= 9998:
        hint, hours = "", ', hours="09:00-12:00"' if field == "special" else ""
        if field in ("breaks", "range"):
            pass  # a holiday would be something else
        elif re.fullmatch(_MONTH_DAY, text):
            hint = f'; for each year, holidays=[Holiday(yearly="{text}"{hours})]'
        elif re.fullmatch(f"{_DATE}/{_DATE}", text):
            hint = f'; for each date of a range, holidays=[Holiday(range="{text}"{hours})]'
        allowed = f'a date such as "2026-12-25" in the years 2 to 9998{hint}'
        raise CalendarDefinitionError(field, value, allowed)
    return found


def as_name(name: str) -> str:
    """Return a name, which must be one line of printable text."""
    if isinstance(name, str) and len(name) <= _LONGEST_NAME and name.isprintable():
        return name
    raise CalendarDefinitionError(
        "name", name, f"one printable line of at most {_LONGEST_NAME} characters"
    )


def _as_pair(value: object, field: str) -> tuple[object, object]:
    if isinstance(value, str):
        first, slash, last = value.partition("/")
        return first, (last if slash else first)
    if isinstance(value, (tuple, list)) and len(value) == 2:
        return value[0], value[1]
    raise CalendarDefinitionError(field, value, 'a pair or "FIRST/LAST", both included')


def _month_day(value: object) -> tuple[int, int]:
    match = re.fullmatch(_MONTH_DAY, value) if isinstance(value, str) else None
    if match is not None:
        month, day = int(match[1]), int(match[2])
        with suppress(ValueError):
            date(_LEAP, month, day)
            return month, day
    raise CalendarDefinitionError("yearly", value, 'a month and day such as "12-25"')


@attrs.frozen(repr=False, init=False)
class Holiday:
    """One or more days on which a calendar is closed or has different hours (rule C5).

    Set exactly one of ``day``, ``range``, ``yearly`` and ``rule``, with two exceptions:
    ``yearly=True`` repeats a ``day`` or a ``range``, and a ``rule`` may have a ``day`` as its
    start.

    Attributes:
        day: One date.
        name: The name of the day, shown in explanations.
        range: First and last date, both inclusive; a pair or ``"2026-12-24/2027-01-01"``.
        yearly: The days of every year: ``"12-25"``, or ``"12-24/01-02"``, which may span New Year.
            ``True`` repeats ``day`` or ``range`` every year. 29 February recurs only in leap years.
        rule: A rule of RFC 5545, such as ``"FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"``.
        hours: The windows of these days; ``"mon"`` for the hours of a Monday; ``"week"`` for the
            hours of each date's weekday; None if the days are closed. A day or range with hours
            replaces a yearly holiday or a rule on the same date.
        opens: Whether a yearly holiday with hours also opens a date whose weekday has no window. By
            default, Christmas Eve until noon does not open a closed Saturday. A day, a range or a
            rule with hours always opens its dates.

    Raises:
        CalendarDefinitionError: An argument is invalid, or not exactly one of the four attributes
            is set.

    >>> from incidentcore.schedule import Holiday
    >>> Holiday("2026-12-25", name="Christmas Day")
    Holiday('2026-12-25', name='Christmas Day')
    >>> Holiday(yearly="12-31", name="New Year's Eve", hours="09:00-12:00").hours
    ('09:00-12:00',)
    >>> Holiday("2026-10-10", name="instead of Monday", hours="mon")
    Holiday('2026-10-10', name='instead of Monday', hours='mon')
    """

    day: date | None = None
    name: str = attrs.field(default="", kw_only=True)
    range: tuple[date, date] | None = attrs.field(default=None, kw_only=True)
    yearly: str | None = attrs.field(default=None, kw_only=True)
    rule: str | None = attrs.field(default=None, kw_only=True)
    hours: tuple[str, ...] | None = attrs.field(default=None, kw_only=True)
    opens: bool = attrs.field(default=False, kw_only=True)
    _recurrence: Recurrence | None = attrs.field(init=False, eq=False, repr=False, default=None)

    def __init__(
        self,
        day: date | str | None = None,
        *,
        name: str = "",
        range: tuple[date | str, date | str] | str | None = None,  # noqa: A002  the field's term
        yearly: str | tuple[str, str] | bool | None = None,
        rule: str | None = None,
        hours: str | Iterable[str] | None = None,
        opens: bool = False,
    ) -> None:
        when: date | None = None if day is None else as_date(day, "day")
        span: tuple[date, date] | None = None
        if range is not None:
            first, last = (as_date(part, "range") for part in _as_pair(range, "range"))
            if not 0 <= (last - first).days < _MOST_DAYS:
                raise CalendarDefinitionError(
                    "range", range, f"a last date not before the first, at most {_MOST_DAYS} days"
                )
            span = (first, last)
        month_days = None
        if yearly is not None and yearly is not False:
            if yearly is True:
                if (when is None) == (span is None):
                    raise CalendarDefinitionError("yearly", yearly, "True beside a day or a range")
                first, last = span or (when, when)  # type: ignore[assignment]
                given: object = (f"{first:%m-%d}", f"{last:%m-%d}")
                when = span = None
            else:
                given = yearly
            ends = [_month_day(part) for part in _as_pair(given, "yearly")]
            texts = [f"{month:02}-{number:02}" for month, number in ends]
            month_days = "/".join(dict.fromkeys(texts))  # a single day is written once
        recurrence = None if rule is None else parse_rule(rule, when)
        said = [span is not None, month_days is not None, recurrence is not None]
        if sum(said) != (0 if when is not None and recurrence is None else 1):
            raise CalendarDefinitionError(
                "holiday", (day, range, yearly, rule), "exactly one of day, range, yearly and rule"
            )
        self.__attrs_init__(
            when,
            name=as_name(name),
            range=span,
            yearly=month_days,
            rule=None if recurrence is None else recurrence.text,
            hours=_own_hours(hours),
            opens=opens,
        )
        if type(opens) is not bool or (opens and (self.yearly is None or self.hours is None)):
            raise CalendarDefinitionError("opens", opens, "True beside yearly and hours, or False")
        object.__setattr__(self, "_recurrence", recurrence)

    def __repr__(self) -> str:
        parts = [] if self.day is None else [repr(self.day.isoformat())]
        if self.range is not None:
            parts.append(f"range='{self.range[0]}/{self.range[1]}'")
        named = {"yearly": self.yearly, "rule": self.rule, "name": self.name}
        parts += [f"{name}={value!r}" for name, value in named.items() if value]
        if self.hours is not None:
            parts.append(f"hours={self.hours[0] if len(self.hours) == 1 else list(self.hours)!r}")
        if self.opens:
            parts.append("opens=True")
        return f"Holiday({', '.join(parts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        names = ("name", "range", "yearly", "rule", "hours", "opens")
        return partial(Holiday, self.day, **{name: getattr(self, name) for name in names}), ()

    def windows(self, week: tuple[tuple[Span, ...], ...]) -> tuple[Span, ...] | None:
        """Return the open windows of the holiday; None if it is a closed day.

        ``week`` holds the windows of each weekday. If ``hours`` is ``"week"``, the result is the
        union of the windows of all weekdays.
        """
        if self.hours is None:
            return None
        if self.hours == USUAL:
            return merge(span for spans in week for span in spans)
        if self.hours[0] in WEEKDAYS:
            return week[WEEKDAYS.index(self.hours[0])]
        return parse_hours(self.hours, "hours")

    def dates(self, first: int, last: int) -> tuple[date, ...]:
        """Return the dates of the holiday in the years from ``first`` to ``last``, inclusive.

        >>> from incidentcore.schedule import Holiday
        >>> [day.isoformat() for day in Holiday(yearly="12-31/01-01").dates(2026, 2026)]
        ['2026-01-01', '2026-12-31']
        """
        if self._recurrence is not None:
            return self._recurrence.in_years(first, last)
        if self.yearly is None:
            return tuple(day for day in self.explicit_dates() if first <= day.year <= last)
        pairs = sorted(self.month_days())
        return tuple(
            date(year, month, day)
            for year in range(first, last + 1)
            for month, day in pairs
            if (month, day) != (2, 29) or is_leap(year)
        )

    def explicit_dates(self) -> tuple[date, ...]:
        """Return the dates of a holiday with a day or range; empty for a recurring holiday."""
        if self.range is not None:
            first, last = self.range
        elif self.day is not None and self.rule is None:
            first = last = self.day
        else:
            return ()
        return tuple(first + timedelta(days=offset) for offset in _up_to((last - first).days + 1))

    def month_days(self) -> tuple[tuple[int, int], ...]:
        """Return the (month, day) pairs of a yearly holiday, in the order of its dates."""
        if self.yearly is None:
            return ()
        first, last = (_month_day(part) for part in _as_pair(self.yearly, "yearly"))
        begin, end = _place(first), _place(last)
        return tuple(
            _month_day_at(begin + offset) for offset in _up_to((end - begin) % _LEAP_DAYS + 1)
        )


def _own_hours(hours: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return hours in their stored form: windows, or one name of hours; None if closed."""
    if hours is None:
        return None
    given = (hours,) if isinstance(hours, str) else hours
    if isinstance(given, (tuple, list)) and len(given) == 1 and isinstance(given[0], str):
        day = weekday(given[0])
        if day is not None or given[0] in USUAL:
            return USUAL if day is None else (WEEKDAYS[day],)
    return format_hours(parse_hours(hours, "hours")) or None


_up_to = range  # the builtin, which the field of Holiday hides inside the class body


def _place(month_day: tuple[int, int]) -> int:
    return date(_LEAP, *month_day).timetuple().tm_yday - 1


def _month_day_at(place: int) -> tuple[int, int]:
    day = date(_LEAP, 1, 1) + timedelta(days=place % _LEAP_DAYS)
    return day.month, day.day


def _break_hours(value: str | Iterable[str]) -> tuple[str, ...]:
    return format_hours(parse_hours(value, "break"))


@attrs.frozen
class Break(SharedRepr):
    """Time that is subtracted from the hours of a date, with a name for explanations (rule C1).

    Attributes:
        hours: One or more windows, such as ``"12:00-13:00"``.
        name: The name shown in explanations.

    >>> from incidentcore.schedule import Break
    >>> Break("12:00-12:30", "Lunch")
    Break(hours=('12:00-12:30',), name='Lunch')
    """

    hours: tuple[str, ...] = attrs.field(converter=_break_hours)
    name: str = attrs.field(default="", converter=as_name)


def as_holidays(value: object) -> tuple[Holiday, ...]:
    """Return holidays, given dates, strings, ``Holiday`` values, or a mapping from date to name."""
    if isinstance(value, Mapping):
        return tuple(Holiday(day, name=name) for day, name in value.items())
    example = 'public_holidays("DE", years=[2026])'
    allowed = f"an iterable of dates, texts or Holidays, such as {example}"
    given = need_several("holidays", value, allowed, CalendarDefinitionError)
    return tuple(
        item if isinstance(item, Holiday) else Holiday(as_date(item, f"holidays[{index}]"))
        for index, item in enumerate(given)
    )


def canonical_holidays(holidays: Iterable[Holiday]) -> tuple[Holiday, ...]:
    """Return the canonical form of a list of holidays: sorted, joined, without duplicates."""
    dates: set[_Day] = set()
    places: dict[bool, set[_Day]] = {False: set(), True: set()}
    rules: dict[tuple[str, str, str, tuple[str, ...]], Holiday] = {}
    for holiday in holidays:
        label = (holiday.name, holiday.hours or ())
        dates.update((*label, day.toordinal()) for day in holiday.explicit_dates())
        places[holiday.opens].update((*label, _place(pair)) for pair in holiday.month_days())
        if holiday.rule is not None:
            rules[(holiday.rule, str(holiday.day), *label)] = holiday
    found = list(_of_days(dates))
    runs = [(*run, opens) for opens, some in places.items() for run in _yearly_runs(some)]
    for name, hours, first, last, opens in sorted(runs):
        texts = [f"{month:02}-{day:02}" for month, day in map(_month_day_at, (first, last))]
        text = texts[0] if first == last else "/".join(texts)
        found.append(Holiday(yearly=text, name=name, hours=hours or None, opens=opens))
    return (*found, *(rules[key] for key in sorted(rules)))


def closed_days(named: Iterable[tuple[str, date]]) -> tuple[Holiday, ...]:
    """Return holidays for pairs of name and date; adjacent dates of one name become a range."""
    return tuple(_of_days({(name, (), day.toordinal()) for name, day in named}))


def _of_days(dates: set[_Day]) -> Iterable[Holiday]:
    for name, hours, first, last in sorted(_runs(dates), key=lambda run: (run[2], run[0], run[1])):
        for low, high in _pieces(date.fromordinal(first), date.fromordinal(last)):
            when: dict[str, Any] = {"range": (low, high)} if low != high else {"day": low}
            yield Holiday(**when, name=name, hours=hours or None)


def _pieces(first: date, last: date) -> Iterable[tuple[date, date]]:
    """Cut a joined run into ranges that are allowed as holidays."""
    while (last - first).days >= _MOST_DAYS:
        yield first, first + timedelta(days=_MOST_DAYS - 1)
        first += timedelta(days=_MOST_DAYS)
    yield first, last


def _runs(items: set[_Day]) -> list[_Run]:
    """Join neighboring days of one name and hours."""
    days = ((name, hours, place, place) for name, hours, place in sorted(items))
    return list(join_neighbors(days, _both))


def _both(run: _Run, after: _Run) -> _Run | None:
    follows = run[:2] == after[:2] and run[3] == after[2] - 1
    return (*run[:3], after[3]) if follows else None


def _yearly_runs(items: set[_Day]) -> list[_Run]:
    """Join neighboring month-days, also across New Year."""
    found: list[_Run] = []
    for _, group in itertools.groupby(sorted(_runs(items)), key=lambda run: run[:2]):
        runs = list(group)
        if len(runs) > 1 and runs[0][2] == 0 and runs[-1][3] == _LEAP_DAYS - 1:
            first = runs.pop(0)
            runs[-1] = (*runs[-1][:3], first[3])
        found.extend(runs)
    return found
