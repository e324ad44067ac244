"""The terms of a promise: reopening, taking over, a calendar by record, points on the clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final, Literal, TypeAlias

import attrs

from incidentcore.conditions import reader
from incidentcore.errors import SlaDefinitionError
from incidentcore.schedule import Calendar

__all__ = ["CalendarByField", "CalendarChoice", "ReopenMode", "SlaThreshold", "TakeoverMode"]


ReopenMode: TypeAlias = Literal["exclude_closed", "continue", "new_cycle"]
"""What happens to the time between a stop and a reopening (rule S5)."""


TakeoverMode: TypeAlias = Literal[
    "retroactive", "retroactive_without_pauses", "keep_elapsed", "restart"
]
"""How a definition takes over from another one on a running clock (rule S4)."""


def _pairs(
    table: Mapping[Any, Calendar] | Iterable[tuple[object, Calendar]],
) -> tuple[tuple[object, Calendar], ...]:
    return tuple(table.items() if isinstance(table, Mapping) else table)


@attrs.frozen
class CalendarByField:
    """A calendar chosen by a field of the record when the clock starts.

    Attributes:
        field: The field, such as ``"custom.region"``.
        table: Pairs of field value and calendar, or a mapping.
        default: The calendar for every other value.

    Raises:
        DefinitionError: The field is no path, or a calendar is none.

    >>> from incidentcore.schedule import BusinessCalendar
    >>> CalendarByField("custom.region", {}, BusinessCalendar.always()).pick(
    ...     {"custom": {}}
    ... ).zone.key
    'UTC'
    """

    field: str
    table: tuple[tuple[object, Calendar], ...] = attrs.field(converter=_pairs)
    default: Calendar

    def __attrs_post_init__(self) -> None:
        reader(self.field)
        for calendar in (*(known for _, known in self.table), self.default):
            if not isinstance(calendar, Calendar):
                raise SlaDefinitionError(f"calendar by {self.field}", calendar, "calendars")

    def pick(self, facts: dict[str, object]) -> Calendar:
        """Return the calendar for a record's facts."""
        value = reader(self.field)(facts)
        for key, calendar in self.table:
            if key == value:
                return calendar
        return self.default


def _fraction(value: Fraction | float | str | None) -> Fraction | None:
    """Return the fraction that was written: 0.8 means 8/10, not the binary number nearest to it."""
    if value is None or isinstance(value, Fraction):
        return value
    try:
        return Fraction(str(value))
    except ValueError:
        raise SlaDefinitionError("fraction", value, "a fraction such as 0.75 or 3/4") from None


_MICRO: Final = timedelta(microseconds=1)
_ZERO: Final = timedelta(0)


@attrs.frozen(kw_only=True)
class SlaThreshold:
    """A named point on the clock (rule S8): a fraction of the target, or a time around the due.

    Attributes:
        name: What a status and an escalation call it.
        fraction: Reached when ``elapsed >= fraction * target``, compared exactly.
        before_due: Reached when ``elapsed >= target - before_due``, in open time.
        after_due: Reached when ``elapsed >= target + after_due``, in open time; together with
            ``calendar``, that long after the due through the other calendar.
        calendar: Another calendar, through which ``after_due`` runs on from the due whatever the
            clock does since.

    Exactly one of the three is given.

    Raises:
        SlaDefinitionError: None or several are given, or one is negative.

    >>> SlaThreshold(name="warning", fraction=Fraction(3, 4)).point(timedelta(hours=4))
    datetime.timedelta(seconds=10800)
    """

    name: str
    fraction: Fraction | None = attrs.field(default=None, converter=_fraction)
    before_due: timedelta | None = None
    after_due: timedelta | None = None
    calendar: Calendar | None = None

    def __attrs_post_init__(self) -> None:
        times = [value for value in (self.before_due, self.after_due) if value is not None]
        if not all(isinstance(value, timedelta) for value in times):
            raise SlaDefinitionError(f"threshold {self.name!r}", times, "times as timedelta")
        if len(times) + (self.fraction is not None) != 1:
            raise SlaDefinitionError(
                f"threshold {self.name!r}",
                (self.fraction, self.before_due, self.after_due),
                "exactly one of fraction, before_due, after_due",
            )
        if (self.fraction is not None and self.fraction < 0) or any(t < _ZERO for t in times):
            raise SlaDefinitionError(
                f"threshold {self.name!r}", self.fraction or times[0], "nothing negative"
            )
        if self.calendar is not None and self.after_due is None:
            raise SlaDefinitionError(
                f"threshold {self.name!r}", self.calendar, "another calendar with after_due only"
            )

    def point(self, target: timedelta) -> timedelta:
        """Return the least elapsed time at which it is reached, but for another calendar."""
        if self.fraction is not None:
            micros = target // _MICRO
            exact = self.fraction.numerator * micros
            return -(-exact // self.fraction.denominator) * _MICRO
        if self.before_due is not None:
            return max(target - self.before_due, _ZERO)
        if self.calendar is not None or self.after_due is None:
            return target
        return target + self.after_due


CalendarChoice: TypeAlias = Calendar | CalendarByField
