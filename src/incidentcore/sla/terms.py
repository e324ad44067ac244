"""The terms of an SLA: reopening, takeover, the choice of calendar, points on the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, ClassVar, Final, Literal, TypeAlias, TypedDict, cast
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, as_pairs, exact_fraction, need_each, need_kind, of_type
from incidentcore.conditions import Condition
from incidentcore.conditions.access import reader
from incidentcore.errors import SlaDefinitionError
from incidentcore.instants import Versions
from incidentcore.schedule import BusinessDays, Calendar, VersionedCalendar
from incidentcore.schedule.protocol import span_end
from incidentcore.values.frozen import as_written

ReopenMode: TypeAlias = Literal["exclude_closed", "continue", "new_cycle"]
"""What happens to the time between a stop and a reopening (rule S5)."""


TakeoverMode: TypeAlias = Literal[
    "retroactive", "retroactive_without_pauses", "keep_elapsed", "restart"
]
"""How a definition takes over from another one on a running clock (rule S4)."""


Agreement: TypeAlias = Literal["sla", "ola", "contract"]
"""The other party of an agreement: the customer, another team, or a supplier."""

AnswersFrom: TypeAlias = Literal["record", "duplicates"]
"""Which messages count as replies: the record's own, or also those of merged duplicates."""


def _pairs(
    table: Mapping[Any, Calendar] | Iterable[tuple[object, Calendar]],
) -> tuple[tuple[object, Calendar], ...]:
    return tuple(as_pairs(table))


@attrs.frozen
class CalendarByField(SharedRepr):
    """A calendar chosen by a field of the record when the clock starts.

    Attributes:
        field: The path of the field, such as ``"custom.region"``.
        table: Pairs of (field value, calendar), or a mapping.
        default: The calendar for all other values.
        follow: Whether a change of the field changes the calendar of the clock from then on.

    Raises:
        DefinitionError: The field is not a path, or a value of the table is not a calendar.

    >>> from incidentcore.schedule import BusinessCalendar
    >>> from incidentcore.sla import CalendarByField
    >>> berlin = BusinessCalendar(zone="Europe/Berlin", hours={"mon-fri": "09:00-17:00"})
    >>> by_region = CalendarByField("custom.region", {"EU": berlin}, BusinessCalendar.always())
    >>> by_region.pick({"custom": {"region": "EU"}}).zone.key
    'Europe/Berlin'
    """

    field: str
    table: tuple[tuple[object, Calendar], ...] = attrs.field(converter=_pairs, eq=as_written)
    default: Calendar
    follow: bool = attrs.field(default=False, kw_only=True, validator=of_type(bool))

    def __attrs_post_init__(self) -> None:
        reader(self.field)
        for calendar in (*(known for _, known in self.table), self.default):
            need_kind(f"calendar by {self.field}", calendar, Calendar, SlaDefinitionError)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the field that chooses the calendar, as the only entry of a tuple."""
        return (self.field,)

    def pick(self, facts: dict[str, object]) -> Calendar:
        """Return the calendar for a record, given its fields."""
        value = reader(self.field)(facts)
        for key, calendar in self.table:
            if key == value:
                return calendar
        return self.default


def _fraction(value: Fraction | float | str | None) -> Fraction | None:
    if value is None:
        return None
    allowed = "a fraction below 10, such as 0.75 or 3/4; 75 % is 0.75"
    found = exact_fraction("fraction", value, allowed, SlaDefinitionError)
    if found >= 10:
        raise SlaDefinitionError("fraction", value, allowed)
    return found


_MICRO: Final = timedelta(microseconds=1)
_ZERO: Final = timedelta(0)


@attrs.frozen(kw_only=True)
class SlaThreshold(SharedRepr):
    """A named point on the clock: a fraction of the target, or an offset from the due time (S8).

    Set exactly one of ``fraction``, ``before_due`` and ``after_due``.

    Attributes:
        name: The name that statuses and escalations refer to.
        fraction: The threshold is reached when ``elapsed >= fraction * target``; 0.8 is 80 percent.
        before_due: As a ``timedelta``, reached when ``elapsed >= target - before_due``, in open
            time; as ``BusinessDays``, that many business days before the due time.
        after_due: As a ``timedelta``, reached when ``elapsed >= target + after_due``, in open time;
            as ``BusinessDays``, that many business days after the due time.
        calendar: The calendar for ``after_due`` or the business days; None for the clock's
            calendar.

    If the threshold has its own calendar or is in business days, ``after_due`` is counted from the
    instant at which the clock was first due, even while the clock is paused or stopped.

    Raises:
        SlaDefinitionError: Not exactly one of the three is set, its value is negative, or
            ``calendar`` is set without ``after_due`` or business days.

    >>> from datetime import timedelta
    >>> from fractions import Fraction
    >>> from incidentcore.sla import SlaThreshold
    >>> SlaThreshold(name="warning", fraction=Fraction(3, 4)).point(timedelta(hours=4))
    datetime.timedelta(seconds=10800)
    """

    _mistaken: ClassVar[Mapping[type, str]] = dict.fromkeys(
        (int, float, Fraction), '; write SlaThreshold(name="80 %", fraction=0.8)'
    )
    name: str
    fraction: Fraction | None = attrs.field(default=None, converter=_fraction)
    before_due: timedelta | BusinessDays | None = None
    after_due: timedelta | BusinessDays | None = None
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        where = f"threshold {self.name!r}"
        need_kind("threshold.name", self.name or None, str, SlaDefinitionError, "non-empty text")
        times = [value for value in (self.before_due, self.after_due) if value is not None]
        need_each(where, times, (timedelta, BusinessDays), SlaDefinitionError)
        if len(times) + (self.fraction is not None) != 1:
            given = (self.fraction, self.before_due, self.after_due)
            raise SlaDefinitionError(where, given, "exactly one of fraction, before_due, after_due")
        numbers = [value for value in (self.fraction, self.days) if value is not None]
        sizes = [value for value in times if isinstance(value, timedelta)]
        if any(number < 0 for number in numbers) or any(size < _ZERO for size in sizes):
            raise SlaDefinitionError(where, self.fraction or times[0], "nothing negative")
        if self.calendar is not None and self.after_due is None and self.days is None:
            raise SlaDefinitionError(
                where, self.calendar, "another calendar with after_due or business days only"
            )

    @property
    def days(self) -> int | None:
        """Return the number of business days before or after the due time.

        None if the threshold is not given in business days.
        """
        offset = self.before_due if self.after_due is None else self.after_due
        return offset.n if isinstance(offset, BusinessDays) else None

    @property
    def runs_on(self) -> bool:
        """Return whether time toward the threshold keeps counting while the clock is stopped."""
        return self.after_due is not None and (self.calendar is not None or self.days is not None)

    def point(self, target: timedelta) -> timedelta:
        """Return the elapsed open time at which the threshold is reached, given the target.

        The result is the target itself if the threshold is counted from the due time, that is, in
        business days or in its own calendar; see ``offset``.
        """
        if self.fraction is not None:
            micros = target // _MICRO
            exact = self.fraction.numerator * micros
            return -(-exact // self.fraction.denominator) * _MICRO
        if self.days is not None or self.calendar is not None:
            return target
        early: Any = self.before_due
        offset: Any = self.after_due if early is None else -early
        reached: timedelta = max(target + offset, _ZERO)
        return reached

    def offset(self, at: datetime, calendar: Calendar) -> datetime:
        """Return when a threshold that is counted from the due time is reached.

        Args:
            at: The due time.
            calendar: The clock's calendar, used if the threshold has none of its own.

        Raises:
            UnreachableDeadlineError: The calendar has too little open time.
        """
        calendar = self.calendar or calendar
        if self.after_due is not None:
            return span_end(at, self.after_due, calendar)
        return calendar.add_business_days(at, -cast("int", self.days))


CalendarChoice: TypeAlias = Calendar | CalendarByField | Versions[Calendar]
"""A calendar, one chosen by a field of the record, or versions of one (rule C7)."""


@lru_cache(maxsize=64)
def _versioned(versions: Versions[Calendar]) -> Calendar:
    return VersionedCalendar(versions)


def calendars_in(choice: CalendarChoice) -> tuple[tuple[str, Calendar], ...]:
    """Return every calendar that may be chosen, each with a description of when it is chosen."""
    if isinstance(choice, CalendarByField):
        named = [(f" for {choice.field} {key!r}", calendar) for key, calendar in choice.table]
        return (*named, (" by default", choice.default))
    return (("", pick_calendar(choice, {})),)


def zone_of(definitions: Iterable[Any]) -> ZoneInfo:
    """Return the one time zone of the calendars of SLA definitions; UTC if there are several."""
    choices = (choice for one in definitions for choice in calendars_in(one.calendar))
    zones = {calendar.zone.key: calendar.zone for _, calendar in choices}
    return zones.popitem()[1] if len(zones) == 1 else ZoneInfo("UTC")


def pick_calendar(choice: CalendarChoice, facts: dict[str, object]) -> Calendar:
    """Return the calendar in whose open time a clock counts, given a record's facts."""
    if isinstance(choice, CalendarByField):
        return choice.pick(facts)
    return _versioned(choice) if isinstance(choice, Versions) else choice


class OtherTerms(TypedDict, total=False):
    """Attributes of ``SlaDefinition`` that ``resolution``, ``update`` and so on accept."""

    start: Condition
    resume: Condition | None
    stop: Condition
    cancel: Condition
    reset: Condition | None
    cancel_when_start_ends: bool
    reopen: ReopenMode
    swap: TakeoverMode
    thresholds: Iterable[SlaThreshold]
    kind: str
    agreement: Agreement
    starts_from: str | None
    answers_from: AnswersFrom


FURTHER: Final = (*OtherTerms.__annotations__, "answered_by", "agent_spoke_first")
