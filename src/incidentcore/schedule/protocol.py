"""The queries of every calendar, including custom ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, is_whole, need_kind, of_type
from incidentcore.errors import DefinitionError, InvalidValueError
from incidentcore.instants import Interval
from incidentcore.schedule.index import HORIZON
from incidentcore.schedule.reasons import OpenReason

Boundary = Literal["close", "next_open"]


@runtime_checkable
class Calendar(Protocol):
    """The protocol for calendars: windows of open time, and queries about them.

    The usual calendar is :class:`BusinessCalendar`. To write your own, subclass
    :class:`AbstractCalendar`, which computes every query from ``windows`` and ``zone``, and
    describes the arguments.
    """

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone by whose dates business days are counted."""
        ...

    def open_time(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time in ``[start, end)``."""
        ...

    def deadline(
        self,
        start: datetime,
        budget: timedelta,
        *,
        boundary: Boundary = "close",
        horizon: timedelta = HORIZON,
    ) -> datetime:
        """Return the first instant at which ``budget`` of open time has passed since ``start``."""
        ...

    def deadline_before(
        self, end: datetime, budget: timedelta, *, horizon: timedelta = HORIZON
    ) -> datetime:
        """Return the latest instant from which ``budget`` of open time is left until ``end``."""
        ...

    def is_open(self, at: datetime) -> bool:
        """Return whether the calendar is open at an instant."""
        ...

    def next_open(self, at: datetime, *, horizon: timedelta = HORIZON) -> datetime:
        """Return the earliest open instant at or after ``at`` (rule C9)."""
        ...

    def next_close(self, at: datetime, *, horizon: timedelta = HORIZON) -> datetime:
        """Return the earliest instant after ``at`` at which a window ends (rule C9)."""
        ...

    def windows(self, start: datetime, end: datetime) -> Iterator[Interval]:
        """Yield the open windows within ``[start, end)``, clipped to it, in order."""
        ...

    def add_business_days(
        self, start: datetime, n: int, *, end_of_day: bool = False, horizon: timedelta = HORIZON
    ) -> datetime:
        """Return the instant ``n`` business days (dates with open time) after ``start`` (C8)."""
        ...

    def explain(self, start: datetime, end: datetime) -> Iterable[OpenReason]:
        """Return the intervals of ``[start, end)`` with the reason why each is open or closed."""
        ...


def _whole(_: object, field: attrs.Attribute[int], value: object) -> None:
    if not is_whole(value):
        raise InvalidValueError(field.name, value, "a whole number of days")


@attrs.frozen
class BusinessDays(SharedRepr):
    """A number of business days: a unit of its own, never converted to hours (rule C8).

    Attributes:
        n: The number of dates with open time.
        end_of_day: Whether the last day ends at its closing time instead of the start's time of
            day.

    >>> from incidentcore.schedule import BusinessDays
    >>> BusinessDays(2)
    BusinessDays(n=2, end_of_day=False)
    """

    fields: ClassVar[tuple[str, ...]] = ()
    follow: ClassVar[bool] = False

    n: int = attrs.field(validator=_whole)
    end_of_day: bool = attrs.field(default=False, kw_only=True, validator=of_type(bool))

    def __str__(self) -> str:
        days = f"{self.n} business day{'' if self.n == 1 else 's'}"
        return f"end of {days}" if self.end_of_day else days

    def resolve(self, start: datetime, calendar: Calendar, _facts: object = None) -> datetime:
        """Return the instant that is this number of business days after ``start``."""
        return calendar.add_business_days(start, self.n, end_of_day=self.end_of_day)


def need_span_in(
    where: str,
    span: object,
    calendar: Calendar | None,
    error: type[InvalidValueError | DefinitionError] = InvalidValueError,
    *,
    least: timedelta = timedelta(),
) -> None:
    """Raise ``error`` unless a value is a ``timedelta``, or ``BusinessDays`` of a calendar."""
    need_kind("calendar", calendar, Calendar | None, error)
    if isinstance(span, BusinessDays):
        if calendar is None:
            raise error("calendar", None, "a calendar, for business days")
        if span.n >= 0:
            return
    elif isinstance(span, timedelta) and span >= least:
        return
    sign = "positive" if least else "not negative"
    raise error(where, span, f"a span that is {sign}: a timedelta, or BusinessDays")


def span_end(
    start: datetime, span: timedelta | BusinessDays, calendar: Calendar | None
) -> datetime:
    """Return the end of a span: in open time, or in wall-clock time without a calendar."""
    if calendar is None:
        return start + span  # type: ignore[operator]  # a timedelta: need_span_in asks for a calendar
    if isinstance(span, timedelta):
        return calendar.deadline(start, span)
    return span.resolve(start, calendar)
