"""Handoffs that recur at a local time: the basis of on-call rotations (rule E5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Final, Literal, TypeVar
from zoneinfo import ZoneInfo

import attrs

from incidentcore._checks import SharedRepr, is_whole
from incidentcore.errors import InvalidIntervalError, InvalidValueError
from incidentcore.instants import Interval, as_utc, as_zone
from incidentcore.schedule.civil import BASE, offset_changes, wall_offset
from incidentcore.schedule.expansion import month_length

T = TypeVar("T")

RotationUnit = Literal["hours", "days", "weeks", "months"]

_LENGTHS: Final = {
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(days=7),
}
_MOST = 10_000
_ZERO = timedelta()


def _as_anchor(anchor: datetime) -> datetime:
    return as_utc(anchor, "anchor")


@attrs.frozen(kw_only=True)
class Rotation(SharedRepr):
    """An endless series of handoffs at a fixed interval of hours, days, weeks or months.

    Handoffs stay at the same local time when daylight saving time begins or ends. Turn 0 begins at
    the anchor; there are also turns before it. If a change of the UTC offset skips the local time
    of a handoff, the handoff is at the instant of the change (unlike opening hours, rule C3); if it
    repeats the local time, the handoff happens only at the first occurrence. Handoffs at the same
    instant count as one. In a monthly rotation, days 29 to 31 become the last day of shorter
    months.

    Attributes:
        anchor: The instant of one handoff, from which the other handoffs are counted in local time.
        zone: The time zone of the local time, passed as a ``ZoneInfo`` or its IANA key.
        unit: ``"hours"``, ``"days"``, ``"weeks"`` or ``"months"``.
        every: The length of a turn, counted in ``unit``.

    Raises:
        InvalidValueError: An argument is invalid.

    Source: rule E5.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.schedule import Rotation
    >>> weekly = Rotation(
    ...     anchor=datetime(2026, 6, 1, 7, tzinfo=UTC), zone="Europe/Berlin", unit="weeks"
    ... )
    >>> at = datetime(2026, 6, 10, tzinfo=UTC)
    >>> weekly.turn(at), weekly.member(at, ["ada", "grace"])
    (1, 'grace')
    """

    anchor: datetime = attrs.field(converter=_as_anchor)
    zone: ZoneInfo = attrs.field(converter=as_zone, eq=attrgetter("key"))
    unit: RotationUnit
    every: int = 1
    _first: datetime = attrs.field(init=False, eq=False, repr=False)  # the anchor as a wall time

    def __attrs_post_init__(self) -> None:
        if self.unit not in (*_LENGTHS, "months"):
            raise InvalidValueError("unit", self.unit, '"hours", "days", "weeks" or "months"')
        if not is_whole(self.every) or not 1 <= self.every <= _MOST:
            raise InvalidValueError("every", self.every, f"a whole number from 1 to {_MOST}")
        wall = self.anchor.astimezone(self.zone).replace(tzinfo=None)
        object.__setattr__(self, "_first", wall)

    def turn(self, at: datetime) -> int:
        """Return the number of the turn at an instant; turn 0 begins at the anchor."""
        number = self._slot_at(as_utc(at))
        if self.unit == "hours" or (self.unit == "days" and self.every == 1):
            low, high = min(0, number), max(0, number)
            return number - self._joined(low, high) * (1 if number > 0 else -1)
        return number

    def member(self, at: datetime, members: Sequence[T]) -> T:
        """Return the member whose turn it is at ``at``; turn 0 is the first member's.

        Raises:
            InvalidValueError: There are no members.
        """
        if not members:
            raise InvalidValueError("members", members, "at least one member")
        return members[self.turn(at) % len(members)]

    def shift(self, at: datetime) -> Interval:
        """Return the interval of the turn at an instant, from its handoff to the next.

        >>> from datetime import UTC, datetime
        >>> from incidentcore.schedule import Rotation
        >>> daily = Rotation(
        ...     anchor=datetime(2026, 3, 28, 8, tzinfo=UTC), zone="Europe/Berlin", unit="days"
        ... )
        >>> str(daily.shift(datetime(2026, 3, 28, 12, tzinfo=UTC)).duration)  # clocks go forward
        '23:00:00'
        """
        number = self._slot_at(as_utc(at))
        start = self._instant(number)
        return Interval(start, self._after(number, start)[1])

    def handoffs(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Yield the handoffs in ``[start, end)``, each instant once."""
        low, high = as_utc(start, "start"), as_utc(end, "end")
        if high < low:
            raise InvalidIntervalError(start, end)
        return self._each(low, high)

    def _each(self, low: datetime, high: datetime) -> Iterator[datetime]:
        number = self._slot_at(low)
        at = self._instant(number)
        if at < low:
            number, at = self._after(number, at)
        while at < high:
            yield at
            number, at = self._after(number, at)

    def _after(self, number: int, at: datetime) -> tuple[int, datetime]:
        """Return the next slot that is not at the same instant."""
        while True:
            number += 1
            then = self._instant(number)
            if then > at:
                return number, then

    def _wall(self, number: int) -> datetime:
        """Return the wall time of a slot, as if no offset ever changed."""
        first = self._first
        if self.unit != "months":
            return first + number * self.every * _LENGTHS[self.unit]
        year, month = divmod(first.year * 12 + first.month - 1 + number * self.every, 12)
        length = month_length(year, month + 1)
        return first.replace(year=year, month=month + 1, day=min(first.day, length))

    def _instant(self, number: int) -> datetime:
        try:
            return _to_utc(self.zone, self._wall(number))
        except (OverflowError, ValueError):
            raise InvalidValueError("at", number, "an instant in the years 2 to 9998") from None

    def _slot_at(self, at: datetime) -> int:
        """Return the last slot at or before an instant."""
        wall = at.astimezone(self.zone).replace(tzinfo=None)
        first = self._first
        if self.unit == "months":
            months = (wall.year - first.year) * 12 + wall.month - first.month
            number = months // self.every
        else:
            number = (wall - first) // (self.every * _LENGTHS[self.unit])
        while self._instant(number) > at:
            number -= 1
        while self._instant(number + 1) <= at:
            number += 1
        return number

    def _joined(self, low: int, high: int) -> int:
        """Count the slots in ``(low, high]`` that share the instant of the slot before them."""
        length = self.every * _LENGTHS[self.unit]
        first = self._wall(0)
        begin, end = self._wall(low), self._wall(high)
        total = 0
        for year in range(begin.year - 1, end.year + 2):
            for gap_start, gap_end in _gaps(self.zone, year):
                inside = -((first - gap_start) // length), (gap_end - first) // length
                total += max(0, min(inside[1], high) - max(inside[0], low))
        return total


def _to_utc(zone: ZoneInfo, wall: datetime) -> datetime:
    """Map a wall time: in a gap to its end, in an overlap to the first occurrence (rule E5)."""
    before = wall_offset(zone, wall)
    after = zone.utcoffset(wall.replace(fold=1)) or _ZERO
    if before >= after:
        return (wall - before).replace(tzinfo=UTC)
    low, high = ((wall - one).replace(tzinfo=UTC) - BASE for one in (after, before))
    return BASE + next(offset_changes(zone, low, high))[0]


@lru_cache(maxsize=1_024)
def _gaps(zone: ZoneInfo, year: int) -> tuple[tuple[datetime, datetime], ...]:
    """Return the wall times that a zone skips in a year, each as first and first after."""
    if not 2 <= year <= 9998:
        return ()
    low, high = (datetime(one, 1, 1, tzinfo=UTC) - BASE for one in (year, year + 1))
    base = BASE.replace(tzinfo=None)
    changes = offset_changes(zone, low, high)
    return tuple(
        (base + at + before, base + at + after) for at, before, after in changes if before < after
    )
