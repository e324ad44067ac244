"""The business calendar: hours, holidays, special days and breaks in one time zone (C1 to C9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import as_tuple, need_kind
from incidentcore.errors import CalendarDefinitionError, InvalidValueError
from incidentcore.instants import as_zone
from incidentcore.schedule.algebra import IndexedCalendar
from incidentcore.schedule.civil import (
    BASE,
    Days,
    Edges,
    NamedSpan,
    Part,
    Plan,
    as_deltas,
    check_collisions,
    closures,
    mapped,
    open_spans,
)
from incidentcore.schedule.holidays import (
    Break,
    Holiday,
    as_date,
    as_holidays,
    as_name,
    canonical_holidays,
)
from incidentcore.schedule.hours import (
    WEEKDAYS,
    Span,
    format_hours,
    format_span,
    friendly_week,
    own_windows,
    pairs,
    parse_hours,
    parse_week,
    split,
    weekdays,
)
from incidentcore.schedule.html import week_strip
from incidentcore.schedule.lint import lint_plan
from incidentcore.schedule.reasons import fill
from incidentcore.schedule.spans import clip, intersect, merge, subtract
from incidentcore.values import LintFinding

_MARGIN = timedelta(days=3)  # an offset, a night and a change of offset reach no further

HoursLike = str | Iterable[str]
Special = tuple[tuple[date, tuple[str, ...]], ...]
Breaks = tuple[tuple[date | str, tuple[Break, ...]], ...]


@attrs.frozen(init=False, repr=False)
class BusinessCalendar(IndexedCalendar):
    """Opening hours in one time zone, with queries about open time.

    A calendar is a value: it can be hashed, compared, pickled and shared between threads. Two
    calendars are equal if they have the same meaning, regardless of how they were written (rule
    C9): the attributes contain the normalized definition, in which windows past midnight are
    divided at midnight. The constructor accepts this form too.

    Attributes:
        zone: The time zone, passed as a ``ZoneInfo`` or its IANA key.
        hours: A mapping from weekdays to a window or a list of windows, such as ``{"mon-fri":
            "09:00-17:00"}``. ``24:00`` is allowed; ``22:00-06:00`` runs past midnight (rule C2).
            A key is a weekday (``mon``, ``Monday``), a range, or several: ``mon-thu, sat``.
        holidays: Dates, strings such as ``"2026-12-25"``, or :class:`Holiday` values (rule C5).
        special: A mapping from dates to hours that replace those of the weekday (rule C1).
        breaks: A mapping from dates, or weekdays such as ``mon-fri``, to hours or :class:`Break`
            values to subtract (rule C1).
        name: The name of the calendar.

    Raises:
        CalendarDefinitionError: An argument is invalid, or two arguments contradict each other
            (rule C6).

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.schedule import BusinessCalendar, Holiday
    >>> office = BusinessCalendar(
    ...     zone="Europe/Berlin",
    ...     hours={"mon-fri": "08:00-18:00"},
    ...     holidays=[Holiday("2026-12-25", name="Christmas Day")],
    ... )
    >>> office.deadline(datetime(2026, 12, 24, 16, tzinfo=UTC), timedelta(hours=4)).isoformat()
    '2026-12-28T10:00:00+00:00'
    """

    zone: ZoneInfo = attrs.field(kw_only=True, eq=attrgetter("key"))
    hours: tuple[tuple[str, tuple[str, ...]], ...] = attrs.field(kw_only=True)
    holidays: tuple[Holiday, ...] = attrs.field(kw_only=True, default=())
    special: Special = attrs.field(kw_only=True, default=())
    breaks: Breaks = attrs.field(kw_only=True, default=())
    name: str = attrs.field(kw_only=True, default="")
    _plan: Plan = attrs.field(init=False, eq=False)
    _hash: int = attrs.field(init=False, eq=False)

    def __init__(
        self,
        *,
        zone: ZoneInfo | str,
        hours: Mapping[str, HoursLike] | Iterable[tuple[str, HoursLike]],
        holidays: Iterable[date | str | Holiday] = (),
        special: Mapping[date | str, HoursLike] | Iterable[tuple[date | str, HoursLike]] = (),
        breaks: Mapping[date | str, Any] | Iterable[tuple[date | str, Any]] = (),
        name: str = "",
    ) -> None:
        before = parse_week(hours)
        days = _parse_special(special)
        pauses, weekly = _parse_breaks(breaks)
        week = _without(before, weekly)
        taken: list[tuple[date | str, tuple[NamedSpan, ...]]]
        taken = [*zip(WEEKDAYS, weekly, strict=True), *sorted(pauses.items())]
        kept = canonical_holidays(as_holidays(holidays))
        own = own_windows(week)
        opening = (one for one in kept if one.yearly is None or one.opens)  # a week without hours
        if not (any(week) or any(days.values()) or any(one.windows(own) for one in opening)):
            raise CalendarDefinitionError(
                "hours", hours, "at least one weekday or special day with open time"
            )
        self.__attrs_init__(
            zone=_parse_zone(zone),
            hours=tuple(
                (WEEKDAYS[day], format_hours(spans)) for day, spans in enumerate(before) if spans
            ),
            holidays=kept,
            special=tuple((day, format_hours(spans)) for day, spans in sorted(days.items())),
            breaks=tuple(
                (day, tuple(Break(format_hours([(low, high)]), text) for low, high, text in spans))
                for day, spans in taken
                if spans
            ),
            name=as_name(name),
        )
        plan = Plan(week=week, special=days, breaks=pauses, weekly=weekly, holidays=kept)
        check_collisions(plan)
        object.__setattr__(self, "_plan", plan)
        fields = (self.zone.key, self.hours, kept, self.special, self.breaks, self.name)
        object.__setattr__(self, "_hash", hash(fields))

    @classmethod
    def always(cls, zone: ZoneInfo | str = "UTC") -> BusinessCalendar:
        """Return a calendar that never closes.

        >>> from datetime import UTC, datetime, timedelta
        >>> from incidentcore.schedule import BusinessCalendar
        >>> start = datetime(2026, 12, 31, tzinfo=UTC)
        >>> BusinessCalendar.always().open_time(start, start + timedelta(days=2))
        datetime.timedelta(days=2)
        """
        return cls(zone=zone, hours={"mon-sun": "00:00-24:00"})

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(type(self), **{field: getattr(self, field) for field in _FIELDS}), ()

    def __repr__(self) -> str:
        parts = [f"zone={self.zone.key!r}", f"hours={friendly_week(parse_week(self.hours))!r}"]
        if self.holidays:
            parts.append(f"holidays={list(self.holidays)!r}")
        if self.special:
            special = {day.isoformat(): _plain(hours) for day, hours in self.special}
            parts.append(f"special={special!r}")
        if self.breaks:
            breaks = {str(day): list(taken) for day, taken in self.breaks}
            parts.append(f"breaks={breaks!r}")
        if self.name:
            parts.append(f"name={self.name!r}")
        return f"BusinessCalendar({', '.join(parts)})"

    def _repr_html_(self) -> str:
        return week_strip(self._plan.week, f"{self.name or 'opening hours'} ({self.zone.key})")

    def lint(self, *, years: Iterable[int] = ()) -> tuple[LintFinding, ...]:
        """Return findings on definitions that are allowed but are probably mistakes.

        The findings are conflicting holidays, breaks outside the hours, working days without hours,
        and orphan tails. An orphan tail is the part after midnight of a window whose first part is
        closed: if Monday is a holiday, Monday's window 22:00-06:00 is still open on Tuesday from
        00:00 to 06:00. If Monday has special hours 20:00-04:00 instead, the orphan tail on Tuesday
        is from 04:00 to 06:00 (rule C2).

        Args:
            years: The years in which to check recurring holidays; single dates are always checked.

        >>> from incidentcore.schedule import BusinessCalendar
        >>> night = BusinessCalendar(
        ...     zone="UTC", hours={"mon-fri": "22:00-06:00"}, holidays=["2026-06-01"]
        ... )
        >>> [(finding.subject, finding.code) for finding in night.lint()]
        [('2026-06-02', 'orphan_tail')]
        """
        return lint_plan(self._plan, years)

    def _is_business_day(self, day: date) -> bool:
        # Its own windows decide: an edge of the date before that a gap moves into it is not one.
        spans = _days_around(self._plan, day.year).open(day)
        return bool(mapped(self.zone, day.toordinal(), as_deltas(spans)))

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        first, last = (BASE + low - _MARGIN).date(), (BASE + high + _MARGIN).date()
        return clip(open_spans(self.zone, self._plan, first, last), low, high)

    def _parts(self, low: timedelta, high: timedelta) -> Iterable[Part]:
        first, last = (BASE + low - _MARGIN).date(), (BASE + high + _MARGIN).date()
        reasons = closures(self.zone, self._plan, first, last)
        return fill(self._open_parts(low, high), low, high, reasons)


@lru_cache(maxsize=64)
def _days_around(plan: Plan, year: int) -> Days:
    return plan.in_years(year - 1, year)


_FIELDS = ("zone", "hours", "holidays", "special", "breaks", "name")


def _plain(hours: tuple[str, ...]) -> str | list[str]:
    return hours[0] if len(hours) == 1 else list(hours)


def _parse_zone(zone: ZoneInfo | str) -> ZoneInfo:
    try:
        found = as_zone(zone)
    except InvalidValueError as error:
        raise CalendarDefinitionError("zone", zone, error.allowed) from None
    if found.key is None:
        raise CalendarDefinitionError(
            "zone", zone, 'a ZoneInfo with a key: ZoneInfo.from_file(file, key="Europe/Berlin")'
        )
    return found


def _parse_special(special: object) -> dict[date, tuple[Span, ...]]:
    found: dict[date, tuple[Span, ...]] = {}
    for key, value in pairs(special, "special"):
        day = as_date(key, "special")
        if day in found:
            raise CalendarDefinitionError("special", key, "each date once")
        found[day] = parse_hours(value, f"special[{day.isoformat()}]")
    for day, spans in found.items():
        after = found.get(day + timedelta(days=1))
        tail = split(spans)[1]
        if after and tail and after[0][0] < tail[-1][1]:
            raise CalendarDefinitionError(
                f"special[{day.isoformat()}]",
                format_hours(spans),
                "hours that end before those of the next special day start",
            )
    return found


def _parse_breaks(
    breaks: object,
) -> tuple[dict[date, tuple[NamedSpan, ...]], tuple[tuple[NamedSpan, ...], ...]]:
    """Return the breaks of dates, and those of the seven weekdays."""
    named: dict[tuple[date | int, str], list[Span]] = {}
    for key, value in pairs(breaks, "breaks"):
        is_weekly = isinstance(key, str) and key[:1].isalpha()
        days = weekdays(key, "breaks") if is_weekly else [as_date(key, "breaks")]
        field = f"breaks[{key}]"
        need_kind(field, value, (Break, Iterable), CalendarDefinitionError, "hours or a Break")
        item: object
        for item in as_tuple(value, (str, Break)):
            label, given = getattr(item, "name", ""), getattr(item, "hours", item)
            head, tail = split(parse_hours(given, field))
            for day in days:
                named.setdefault((day, label), []).extend(head)
                if tail:
                    named.setdefault((_day_after(day), label), []).extend(tail)
    found: dict[date | int, list[NamedSpan]] = {}
    for (day, label), spans in named.items():
        found.setdefault(day, []).extend((low, high, label) for low, high in merge(spans))
    dated = {day: tuple(sorted(taken)) for day, taken in found.items() if isinstance(day, date)}
    return dated, tuple(tuple(sorted(found.get(day, ()))) for day in range(len(WEEKDAYS)))


def _day_after(day: date | int) -> date | int:
    return (day + 1) % len(WEEKDAYS) if isinstance(day, int) else day + timedelta(days=1)


def _without(
    week: tuple[tuple[Span, ...], ...], weekly: tuple[tuple[NamedSpan, ...], ...]
) -> tuple[tuple[Span, ...], ...]:
    """Return the weekly hours without the weekly breaks, each of which must take some away."""
    for name, spans, taken in zip(WEEKDAYS, week, weekly, strict=True):
        for low, high, _ in taken:
            if not intersect(spans, [(low, high)]):
                allowed = f"hours of a break that are within those of {name}"
                text = format_span((low, high))
                raise CalendarDefinitionError(f"breaks[{name}]", text, allowed)
    return tuple(
        tuple(subtract(spans, [(low, high) for low, high, _ in taken]))
        for spans, taken in zip(week, weekly, strict=True)
    )
