"""Windows side by side: the days, weeks, months, quarters or years of a zone's civil time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_zone

__all__ = ["Periods"]

_UNITS: Final = ("day", "week", "month", "quarter", "year")


def _as_zone(zone: ZoneInfo | str) -> ZoneInfo:
    return as_zone(zone)


def _utc() -> ZoneInfo:
    return as_zone("UTC")


@attrs.frozen
class Periods:
    """Windows side by side: every day, week, month, quarter or year of a zone's calendar.

    Attributes:
        unit: ``day``, ``week`` (ISO, from Monday), ``month``, ``quarter`` or ``year``.
        zone: In whose civil time they begin.
        within: Only moments in this interval count; None for all. With it a table has a row for
            each of its periods that has begun, also for one in which nothing happened.

    >>> Periods("month", "Europe/Berlin").label(datetime(2026, 5, 31, 22, 30, tzinfo=UTC))
    '2026-06'
    """

    unit: Literal["day", "week", "month", "quarter", "year"]
    zone: ZoneInfo = attrs.field(factory=_utc, converter=_as_zone)
    within: Interval | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.unit not in _UNITS:
            raise InvalidValueError("unit", self.unit, f"one of {', '.join(_UNITS)}")

    def label(self, at: datetime) -> str:
        """Return the name of the period that an instant lies in, such as ``"2026-W23"``."""
        local = at.astimezone(self.zone)
        return _label(self.unit, local.date())

    def interval(self, label: str) -> Interval:
        """Return the period of a name, from its first instant to the next one's."""
        first = _first_day(self.unit, label)
        return Interval(self._midnight(first), self._midnight(_next(self.unit, first)))

    def labels(self, as_of: datetime) -> list[str]:
        """Return the names of the periods of ``within`` that have begun, in order of time."""
        labels: list[str] = []
        if self.within:
            at, end = self.within.start, min(self.within.end, as_of)
            while at < end:
                labels.append(self.label(at))
                at = self.interval(labels[-1]).end
        return labels

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def _label(unit: str, day: date) -> str:
    if unit == "day":
        return day.isoformat()
    if unit == "week":
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    if unit == "month":
        return f"{day.year:04}-{day.month:02}"
    if unit == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}"


def _first_day(unit: str, label: str) -> date:
    if unit in ("day", "week"):
        return date.fromisoformat(label if unit == "day" else f"{label}-1")
    year = int(label[:4])
    month = {"month": label[5:], "quarter": label[6:], "year": ""}[unit] or "1"
    return date(year, 3 * int(month) - 2 if unit == "quarter" else int(month), 1)


def _next(unit: str, first: date) -> date:
    if unit in ("day", "week"):
        return first + timedelta(days=1 if unit == "day" else 7)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    year, month = divmod(first.month - 1 + months, 12)
    return date(first.year + year, month + 1, 1)
