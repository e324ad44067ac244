"""The base class of calendars, and calendars that combine others by set operations.

A calendar is a set of instants. All queries are computed from its open windows, compiled into an
index as needed; a subclass needs only ``windows`` and ``zone``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import ClassVar, TypeGuard
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_several
from incidentcore.errors import CalendarDefinitionError
from incidentcore.instants import Interval, as_zone
from incidentcore.schedule.civil import BASE, Edges, Part
from incidentcore.schedule.engine import Engine, windows_between
from incidentcore.schedule.holidays import as_name
from incidentcore.schedule.protocol import Calendar
from incidentcore.schedule.reasons import (
    CLOSED_IN,
    MAINTENANCE,
    OPEN,
    OpenReason,
    as_reasons,
    fill,
    overlay,
)
from incidentcore.schedule.spans import clip, intersect, join_neighbors, merge, subtract
from incidentcore.values import LintFinding

_PIECE = timedelta(days=366)  # how much is explained at a time


class AbstractCalendar(Engine):
    """The base class of calendars, which computes every query from the open windows.

    A subclass defines ``zone`` and ``windows``, and may define ``explain`` to give better reasons.
    For the same arguments, ``windows`` must always return the same result, since results are
    cached.

    Attributes:
        zone: The time zone by whose dates business days are counted.
        is_maintenance: Whether the calendar counts as maintenance when it is subtracted from
            another; False by default.

    >>> from datetime import UTC, datetime, timedelta
    >>> from zoneinfo import ZoneInfo
    >>> from incidentcore import Interval
    >>> from incidentcore.schedule import AbstractCalendar
    >>> class FirstHour(AbstractCalendar):
    ...     zone = ZoneInfo("UTC")
    ...
    ...     def windows(self, start, end):
    ...         day = start.replace(hour=0, minute=0, second=0, microsecond=0)
    ...         while day < end:
    ...             first, last = max(day, start), min(day + timedelta(hours=1), end)
    ...             if first < last:
    ...                 yield Interval(first, last)
    ...             day += timedelta(days=1)
    >>> at = datetime(2026, 6, 1, 0, 30, tzinfo=UTC)
    >>> FirstHour().deadline(at, timedelta(hours=1)).isoformat()
    '2026-06-02T00:30:00+00:00'
    """

    __slots__ = ()

    @property
    def is_maintenance(self) -> bool:
        """Return whether the calendar counts as maintenance when subtracted from another."""
        return False

    def explain(self, start: datetime, end: datetime) -> Iterator[OpenReason]:
        """Yield the intervals of ``[start, end)`` with the reason why each is open or closed.

        The intervals follow one another without a gap and together cover the whole span.
        """
        low, high = self._span(start, end)
        return as_reasons(part for piece in _pieces(low, high) for part in self._parts(*piece))

    def lint(self, *, years: Iterable[int] = ()) -> tuple[LintFinding, ...]:
        """Return findings on likely mistakes in ``years``; empty unless a subclass finds some."""
        return ()

    def _parts(self, low: timedelta, high: timedelta) -> Iterable[Part]:
        """Return the parts of a bounded span; overridden if more is known."""
        return fill(self._open_parts(low, high), low, high)

    def __and__(self, other: Calendar) -> CalendarIntersection:
        return CalendarIntersection(self, other) if is_calendar(other) else NotImplemented

    def __rand__(self, other: Calendar) -> CalendarIntersection:
        return CalendarIntersection(other, self) if is_calendar(other) else NotImplemented

    def __or__(self, other: Calendar) -> CalendarUnion:
        return CalendarUnion(self, other) if is_calendar(other) else NotImplemented

    def __ror__(self, other: Calendar) -> CalendarUnion:
        return CalendarUnion(other, self) if is_calendar(other) else NotImplemented

    def __sub__(self, other: Calendar | Interval | Iterable[Interval]) -> CalendarDifference:
        return CalendarDifference(self, other if is_calendar(other) else Maintenance(other))

    def __rsub__(self, other: Calendar) -> CalendarDifference:
        return CalendarDifference(other, self) if is_calendar(other) else NotImplemented


class IndexedCalendar(AbstractCalendar):
    """The base class of calendars that fill the index by ``_spans``, without ``windows``."""

    __slots__ = ()

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the open windows within ``[start, end)``, clipped to it, in order and disjoint."""
        low, high = self._span(start, end)
        edges = (edge for piece in _pieces(low, high) for edge in self._open_parts(*piece))
        joined = join_neighbors(edges, _touching)
        return (Interval(BASE + opens, BASE + closes) for opens, closes in joined)

    @abstractmethod
    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        """Return the open windows within ``[low, high)``: disjoint, ascending, joined."""


def _pieces(low: timedelta, high: timedelta) -> Iterator[tuple[timedelta, timedelta]]:
    while low < high:
        stop = min(low + _PIECE, high)
        yield low, stop
        low = stop


def _touching(
    one: tuple[timedelta, timedelta], after: tuple[timedelta, timedelta]
) -> tuple[timedelta, timedelta] | None:
    return (one[0], after[1]) if one[1] == after[0] else None


def is_calendar(value: object) -> TypeGuard[Calendar]:
    """Return whether a value has all methods of a calendar."""
    return isinstance(value, (Engine, Calendar))


def spans_of(calendar: Calendar, low: timedelta, high: timedelta) -> Edges:
    """Return the open windows of any calendar, including custom ones, as times from ``BASE``."""
    if isinstance(calendar, Engine):
        return calendar._open_parts(low, high)  # noqa: SLF001  one family
    return windows_between(calendar, low, high)


def parts_of(calendar: Calendar, low: timedelta, high: timedelta) -> Iterator[Part]:
    """Yield the parts of a span for any calendar, each with its reason."""
    for reason in calendar.explain(BASE + low, BASE + high):
        where = reason.interval
        yield where.start - BASE, where.end - BASE, reason.code, reason.name


def _checked(value: Calendar) -> Calendar:
    if not is_calendar(value):
        raise CalendarDefinitionError("calendar", value, "a calendar")
    return value


@attrs.frozen(repr=False)
class _Composite(IndexedCalendar):
    """Two calendars as one.

    Attributes:
        left: The first calendar.
        right: The second.
        zone: The zone of business days. Defaults to that of ``left`` (rule C7).
    """

    _sign: ClassVar[str] = "-"

    left: Calendar = attrs.field(converter=_checked)
    right: Calendar = attrs.field(converter=_checked)
    zone: ZoneInfo = attrs.field(
        kw_only=True,
        eq=attrgetter("key"),
        default=attrs.Factory(attrgetter("left.zone"), takes_self=True),
        converter=as_zone,
    )

    def __repr__(self) -> str:
        where = "" if self.zone is self.left.zone else f", zone={self.zone.key!r}"
        return f"{type(self).__name__}({self.left!r}, {self.right!r}{where})"

    @property
    def name(self) -> str:
        """Return the names of both calendars joined by the operator; empty names are left out."""
        names = [getattr(part, "name", "") for part in (self.left, self.right)]
        return f" {self._sign} ".join(filter(None, names))

    def _parts(self, low: timedelta, high: timedelta) -> Iterable[Part]:
        for start, end, left, right in overlay(
            parts_of(self.left, low, high), parts_of(self.right, low, high)
        ):
            yield start, end, *self._choose(left, right)

    def _is_business_day(self, day: date) -> bool:
        left, right = (self._may_count(part, day) for part in (self.left, self.right))
        return self._join_days(left, right) and super()._is_business_day(day)

    def _may_count(self, part: Calendar, day: date) -> bool:
        """Return whether a date counts in a part; True if the part has another zone."""
        if isinstance(part, Engine) and part.zone.key == self.zone.key:
            return part._is_business_day(day)  # noqa: SLF001  one family
        return True

    @abstractmethod
    def _join_days(self, left: bool, right: bool) -> bool:  # noqa: FBT001  two answers
        """Return whether a date can count, given whether it may in each calendar."""

    @abstractmethod
    def _choose(self, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        """Return the reason for a part, given the reason in each calendar."""


class CalendarIntersection(_Composite):
    """The intersection of two calendars, open when both are open: ``a & b``.

    When both are closed, the reason is that of ``a``.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.schedule import BusinessCalendar
    >>> office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    >>> support = BusinessCalendar(zone="UTC", hours={"mon-sun": "12:00-20:00"})
    >>> monday = datetime(2026, 6, 1, tzinfo=UTC)
    >>> (office & support).open_time(monday, monday + timedelta(days=7)) / timedelta(hours=1)
    25.0
    """

    __slots__ = ()
    _sign = "&"

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        return intersect(spans_of(self.left, low, high), spans_of(self.right, low, high))

    def _join_days(self, left: bool, right: bool) -> bool:  # noqa: FBT001  two answers
        return left and right

    def _choose(self, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        return right if left[0] == OPEN else left


class CalendarUnion(_Composite):
    """The union of two calendars, open when either is open: ``a | b``.

    When both are closed, the reason is that of ``a``.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.schedule import BusinessCalendar
    >>> berlin = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    >>> tokyo = BusinessCalendar(zone="Asia/Tokyo", hours={"mon-fri": "09:00-17:00"})
    >>> (berlin | tokyo).is_open(datetime(2026, 6, 1, 0, 30, tzinfo=UTC))
    True
    """

    __slots__ = ()
    _sign = "|"

    @property
    def is_maintenance(self) -> bool:
        """Return whether both calendars count as maintenance."""
        return all(getattr(part, "is_maintenance", False) for part in (self.left, self.right))

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        return list(merge((*spans_of(self.left, low, high), *spans_of(self.right, low, high))))

    def _join_days(self, left: bool, right: bool) -> bool:  # noqa: FBT001  two answers
        return left or right

    def _choose(self, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        return right if right[0] == OPEN else left


class CalendarDifference(_Composite):
    """The difference ``a - b`` of calendars, open when ``a`` is open and ``b`` is not (rule C7).

    Where ``b`` closes ``a``, the reason has the name of ``b``. Its code is ``maintenance`` if ``b``
    is a ``Maintenance`` or its ``is_maintenance`` is True, otherwise ``closed_in``.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Interval
    >>> from incidentcore.schedule import BusinessCalendar, Maintenance
    >>> saturday = datetime(2026, 6, 6, 20, tzinfo=UTC)
    >>> patch = Maintenance([Interval(saturday, saturday + timedelta(hours=4))], name="Patch night")
    >>> always = BusinessCalendar.always()
    >>> [why.text for why in (always - patch).explain(saturday, saturday + timedelta(hours=5))]
    ['maintenance Patch night', 'open']
    """

    __slots__ = ()

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        return subtract(spans_of(self.left, low, high), spans_of(self.right, low, high))

    def _join_days(self, left: bool, right: bool) -> bool:  # noqa: FBT001  two answers
        return left

    def _choose(self, left: tuple[str, str], right: tuple[str, str]) -> tuple[str, str]:
        if left[0] == OPEN and right[0] == OPEN:
            code = MAINTENANCE if getattr(self.right, "is_maintenance", False) else CLOSED_IN
            return code, getattr(self.right, "name", "")
        return left


def _as_intervals(value: object) -> tuple[Interval, ...]:
    """Sort and join intervals, so that equal sets are equal values."""
    allowed = "an Interval or an iterable of them"
    given = (value,) if isinstance(value, Interval) else value
    found: list[Interval] = []
    for item in need_several("intervals", given, allowed, CalendarDefinitionError, (str, bytes)):
        need_kind("intervals", item, Interval, CalendarDefinitionError)
        found.append(item)
    spans = merge((item.start - BASE, item.end - BASE) for item in found if item)
    return tuple(Interval(BASE + opens, BASE + closes) for opens, closes in spans)


@attrs.frozen
class Maintenance(SharedRepr, IndexedCalendar):
    """A calendar of individual periods, to subtract from another calendar or to add to it.

    Attributes:
        intervals: The periods, sorted; adjacent or overlapping periods are joined.
        name: The name shown in explanations.
        zone: The time zone by whose dates business days are counted.

    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore import Interval
    >>> from incidentcore.schedule import Maintenance
    >>> start = datetime(2026, 6, 6, 20, tzinfo=UTC)
    >>> Maintenance(Interval(start, start + timedelta(hours=1)), name="Patch night").is_open(start)
    True
    """

    is_maintenance: ClassVar[bool] = True

    intervals: tuple[Interval, ...] = attrs.field(converter=_as_intervals)
    name: str = attrs.field(default="", kw_only=True, converter=as_name)
    zone: ZoneInfo = attrs.field(
        factory=lambda: ZoneInfo("UTC"), kw_only=True, converter=as_zone, eq=attrgetter("key")
    )

    def _spans(self, low: timedelta, high: timedelta) -> Edges:
        return clip([(item.start - BASE, item.end - BASE) for item in self.intervals], low, high)
