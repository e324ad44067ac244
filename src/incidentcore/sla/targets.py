"""The targets of clocks: open time, business days, a time of day, a due date (S6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import inf
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

import attrs

from incidentcore._checks import SharedRepr, is_number, need_kind, need_several, need_whole, of_type
from incidentcore.conditions.access import reader
from incidentcore.errors import SlaDefinitionError
from incidentcore.instants import as_utc, from_iso
from incidentcore.schedule import BusinessDays, Calendar
from incidentcore.schedule.civil import wall_offset

_TICK = timedelta.resolution
_Time: TypeAlias = time


@runtime_checkable
class SlaTarget(Protocol):
    """The protocol for targets, which compute a due time from the start of the clock.

    Attributes:
        fields: The fields of the record that the target reads, as paths.
        follow: Whether a change of a field in ``fields`` moves the due time of a running clock.

    Write your own target as a frozen value. Lint findings show it as ``str(target)``.

    >>> import attrs
    >>> from datetime import UTC, datetime, timedelta
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import SlaDefinition, SlaTarget
    >>> @attrs.frozen
    ... class NextMonday:
    ...     fields = ()
    ...     follow = False
    ...
    ...     def resolve(self, start, calendar, facts):
    ...         return start + timedelta(days=7 - start.weekday())
    >>> isinstance(NextMonday(), SlaTarget)
    True
    >>> always = BusinessCalendar.always()
    >>> agreed = SlaDefinition.resolution(target=NextMonday(), calendar=always)
    >>> wednesday = datetime(2026, 6, 3, 9, tzinfo=UTC)
    >>> agreed.target.resolve(wednesday, always, {}).strftime("%a %d %B, %H:%M")
    'Mon 08 June, 09:00'
    """

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the paths of the fields of the record that the target reads."""
        ...

    @property
    def follow(self) -> bool:
        """Return whether a change of the target's ``fields`` moves a running clock's due time."""
        ...

    def resolve(self, start: datetime, calendar: Calendar, facts: Mapping[str, Any]) -> datetime:
        """Return a clock's due time; if it is before ``start``, the clock is due at ``start``.

        Args:
            start: The start of the clock.
            calendar: The clock's calendar.
            facts: The record's fields by name.
        """
        ...


def _clock_time(value: time | str) -> time:
    if isinstance(value, time) and value.tzinfo is None:
        return value
    if isinstance(value, str):
        try:
            return from_iso(time, value)
        except ValueError:
            pass
    raise SlaDefinitionError("time", value, 'a time of day such as "16:00", without zone')


def _optional_time(value: time | str | None) -> time | None:
    return None if value is None else _clock_time(value)


@attrs.frozen
class ByTimeOfDay(SharedRepr):
    """A target that is due at a time of day, a number of business days after the start.

    The time of day is in the calendar's time zone. Without a cut-off, days are counted from the
    date of the start, even if the start is outside opening hours.

    Attributes:
        time: The time of day.
        business_days: The number of business days to count: 1 is the next business day, and 0 the
            first business day on which the time of day has not passed yet.
        cut_off: If the start is before this time of day and its date has open time, days are
            counted from that date; otherwise from the next date with open time. None if there is
            no cut-off.

    Raises:
        SlaDefinitionError: ``time`` or ``cut_off`` is not a time of day, the days are negative, or
            they are 0 and the cut-off is later than the time.

    Source: rule S6.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import ByTimeOfDay
    >>> office = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
    >>> monday = datetime(2026, 6, 1, 10, 30, tzinfo=UTC)
    >>> for target in (ByTimeOfDay("16:00"), ByTimeOfDay("16:00", 1, cut_off="10:00")):
    ...     print(target, "->", target.resolve(monday, office, {}).strftime("%a %H:%M"))
    by 16:00 after 1 business day -> Tue 16:00
    by 16:00 after 1 business day, cut-off 10:00 -> Wed 16:00
    """

    fields: ClassVar[tuple[str, ...]] = ()
    follow: ClassVar[bool] = False

    time: time = attrs.field(converter=_clock_time)
    business_days: int = 1
    cut_off: _Time | None = attrs.field(default=None, converter=_optional_time, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_whole("business_days", self.business_days, SlaDefinitionError, least=0)
        if self.cut_off is not None and self.business_days == 0 and self.cut_off > self.time:
            allowed = f"a cut-off not after {self.time:%H:%M}, or later business days"
            raise SlaDefinitionError("cut_off", self.cut_off, allowed)

    def resolve(self, start: datetime, calendar: Calendar, _facts: Mapping[str, Any]) -> datetime:
        """Return the due time of a clock, counted from the date of its ``start``."""
        today = start.astimezone(calendar.zone).date()
        until = self.cut_off
        if until is None and self.business_days == 0:
            until = self.time
        later = self.business_days
        if until is not None and _is_open_date(calendar, today):
            edge = _instant(today, until, calendar)
            late = start > edge if self.cut_off is None else start >= edge
            later += late
        elif until is not None:
            later += 1
        day = today if later == 0 else _open_date_after(calendar, start, today, later)
        return _instant(day, self.time, calendar)

    def __str__(self) -> str:
        words = f"by {self.time:%H:%M} after {BusinessDays(self.business_days)}"
        return words if self.cut_off is None else f"{words}, cut-off {self.cut_off:%H:%M}"


def _instant(day: date, at: time, calendar: Calendar) -> datetime:
    wall = datetime.combine(day, at)
    return as_utc((wall - wall_offset(calendar.zone, wall)).replace(tzinfo=UTC))


def _is_open_date(calendar: Calendar, day: date) -> bool:
    first = _instant(day, time(), calendar)
    after = _instant(day + timedelta(days=1), time(), calendar)
    return first < after and calendar.open_time(first, after) > timedelta(0)


def _open_date_after(calendar: Calendar, start: datetime, today: date, number: int) -> date:
    """Return the date with open time that is ``number`` such dates after today."""
    if not _is_open_date(calendar, today):
        number -= 1  # a start on a closed date is moved to the first of them
    closing = calendar.add_business_days(start, number, end_of_day=True)
    return (closing - _TICK).astimezone(calendar.zone).date()


@attrs.frozen
class DueDate(SharedRepr):
    """A target that is due at the instant in a field of the record.

    Attributes:
        field: The field, such as ``"custom.due_at"``, read when the clock starts. If it is empty or
            before the start, the clock is due at its start.
        follow: Whether a change of the field moves the due time, even after it has passed.

    Raises:
        DefinitionError: The field is not a path.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import DueDate
    >>> start, due = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 5, 17, tzinfo=UTC)
    >>> facts = {"custom": {"due": due}}
    >>> str(DueDate("custom.due").resolve(start, BusinessCalendar.always(), facts))
    '2026-06-05 17:00:00+00:00'
    """

    field: str
    follow: bool = attrs.field(default=False, kw_only=True, validator=of_type(bool))

    def __attrs_post_init__(self) -> None:
        reader(self.field)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the field that contains the due time, as the only entry of a tuple."""
        return (self.field,)

    def resolve(self, start: datetime, _calendar: Calendar, facts: Mapping[str, Any]) -> datetime:
        """Return the instant in the field, or ``start`` if the field is empty.

        The instant may be before ``start``; the clock is then due at its start.

        Raises:
            SlaDefinitionError: The field contains something other than a datetime.
        """
        due = reader(self.field)(dict(facts))
        if due is None:
            return start
        if not isinstance(due, datetime):
            raise SlaDefinitionError(self.field, due, "a field that holds an aware datetime")
        return as_utc(due, self.field)

    def __str__(self) -> str:
        return f"the date in {self.field}"


Target: TypeAlias = timedelta | BusinessDays | SlaTarget
"""Open time, business days, or a kind of target that computes its due time."""


def check_target(target: object) -> None:
    """Raise ``SlaDefinitionError`` if a value is not a target, or is a negative time."""
    allowed = "a timedelta such as timedelta(hours=4), BusinessDays, or an SlaTarget"
    lacking = [name for name in ("fields", "follow", "resolve") if not hasattr(target, name)]
    if len(lacking) < 3:
        if lacking:
            raise SlaDefinitionError("target", target, f"one that also has {', '.join(lacking)}")
        paths = getattr(target, "fields", ())
        need_several("target.fields", paths, 'several, as in ("priority",)', SlaDefinitionError)
    need_kind("target", target, (timedelta, BusinessDays, SlaTarget), SlaDefinitionError, allowed)
    negative = isinstance(target, timedelta) and target < timedelta(0)
    if negative or (isinstance(target, BusinessDays) and target.n < 0):
        raise SlaDefinitionError("target", target, "a time that is not negative")


def fields_of(term: object, *, follow: bool = False) -> tuple[str, ...]:
    """Return the fields that a target, or the choice of a calendar, reads.

    With ``follow``, only those whose changes move the due time of a running clock.
    """
    is_read = getattr(term, "follow", False) or not follow
    return tuple(getattr(term, "fields", ())) if is_read else ()


def resolve_target(
    target: Target, start: datetime, calendar: Calendar, facts: Mapping[str, Any]
) -> tuple[timedelta, datetime | None]:
    """Return a target as open time, and its due time if it computes one from the start, or None."""
    if isinstance(target, timedelta):
        return target, None
    try:
        due = max(as_utc(target.resolve(start, calendar, facts), "target"), start)
    except KeyError as error:
        if error.args[0] in facts:
            raise
        allowed = f"every field that resolve reads, among them {error}"
        raise SlaDefinitionError("target.fields", target.fields, allowed) from error
    return calendar.open_time(start, due), due


def target_of(hours: float, minutes: float, target: Target | None) -> Target:
    """Return the target given either as hours and minutes of open time, or as ``target``."""
    if target is not None:
        if hours or minutes:
            raise SlaDefinitionError("hours", hours or minutes, "hours or a target, not both")
        return target
    for where, part in (("hours", hours), ("minutes", minutes)):
        if not is_number(part) or not 0 <= part < inf:
            allowed = "a finite number from 0; pass a timedelta as target=, or every= for updates"
            raise SlaDefinitionError(where, part, allowed)
    if not hours and not minutes:
        allowed = "hours= or minutes= above 0, or target=BusinessDays(2) or another form"
        raise SlaDefinitionError("target", None, allowed)
    try:
        return timedelta(hours=hours, minutes=minutes)
    except OverflowError:
        raise SlaDefinitionError("hours", hours, "fewer than 24,000,000,000") from None
