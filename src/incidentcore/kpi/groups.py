"""By what a table is broken down: groups of records, and periods of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import Interval, as_zone
from incidentcore.kpi.moments import compile_path
from incidentcore.records import Record
from incidentcore.values import Level, Scale

__all__ = [
    "AgeBuckets",
    "Group",
    "GroupBy",
    "Periods",
    "compile_group",
    "compile_groups",
    "group_names",
    "order",
]

When: TypeAlias = Literal["as_of", "opening", "resolution"]

_UNITS: Final = ("day", "week", "month", "quarter", "year")


def _known_path(_: object, __: object, value: Any) -> None:
    compile_path(value)


@attrs.frozen
class Group:
    """A field to group by, with the instant at which its value is taken (rule K6).

    Attributes:
        path: The field, such as ``"priority"`` or ``"custom.customer"``.
        when: ``as_of`` takes the value as of the computation's instant, ``opening`` the one after
            the last event of the opening's instant, ``resolution`` the one at the last resolution
            (None where there is none).
        name: The column's heading; the path unless told.
    """

    path: str = attrs.field(validator=_known_path)
    when: When = "as_of"
    name: str = attrs.field(default=attrs.Factory(lambda self: self.path, True), kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.when not in ("as_of", "opening", "resolution"):
            raise InvalidValueError("when", self.when, "as_of, opening or resolution")

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that reads the group of a record."""
        read = compile_path(self.path)
        if self.when == "as_of":
            return read
        at_opening = self.when == "opening"
        first, _, rest = self.path.partition(".")

        def read_then(record: Record) -> object:
            at = record.opened_at if at_opening else record.resolved_at
            if at is None:
                return None
            value = record.timeline().facts_at(at)[first]
            for step in rest.split(".") if rest else ():
                value = value.get(step) if hasattr(value, "get") else getattr(value, step, None)
            return value

        return read_then


def _days(days: Iterable[int]) -> tuple[int, ...]:
    return tuple(days)


@attrs.frozen
class AgeBuckets:
    """Groups of age, the oldest first: from the opening to the computation's instant.

    Attributes:
        days: The edges in whole days, ascending; an age of exactly an edge is above it.
        name: The column's heading.

    >>> AgeBuckets((5, 30)).labels
    ('< 5 d', '5-30 d', '>= 30 d')
    """

    days: tuple[int, ...] = attrs.field(default=(1, 5, 30), converter=_days)
    name: str = attrs.field(default="age", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not self.days or list(self.days) != sorted(set(self.days)) or self.days[0] <= 0:
            raise InvalidValueError("days", self.days, "ascending positive numbers of days")

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the names of the groups, from the youngest."""
        between = [f"{low}-{high} d" for low, high in zip(self.days, self.days[1:], strict=False)]
        return (f"< {self.days[0]} d", *between, f">= {self.days[-1]} d")

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that reads the group of a record: a level, so that ages have order."""
        edges = [timedelta(days=days) for days in self.days]
        levels = Scale(self.name, reversed(self.labels)).levels[::-1]
        return lambda record: levels[sum(as_of - record.opened_at >= edge for edge in edges)]


GroupBy: TypeAlias = str | Group | AgeBuckets | Callable[[Record], object]


def group_names(group_by: Iterable[GroupBy]) -> tuple[str, ...]:
    """Return the headings of the groups.

    Raises:
        InvalidValueError: Two have one name, or one is no group.
    """
    names = tuple(_name(group) for group in group_by)
    if len(set(names)) != len(names):
        raise InvalidValueError("group_by", names, "groups with a name of their own each")
    return names


def _name(group: GroupBy) -> str:
    if isinstance(group, str):
        return group
    if isinstance(group, (Group, AgeBuckets)):
        return group.name
    if callable(group):
        return str(getattr(group, "__name__", "") or type(group).__name__)
    raise InvalidValueError("group_by", group, "a field path, a Group, AgeBuckets or a callable")


def compile_group(group: GroupBy, as_of: datetime) -> Callable[[Record], object]:
    """Return a function that reads one group of a record."""
    if isinstance(group, str):
        return compile_path(group)
    return group.compile(as_of) if isinstance(group, (Group, AgeBuckets)) else group


def compile_groups(
    group_by: Iterable[GroupBy], as_of: datetime
) -> Callable[[Record], tuple[object, ...]]:
    """Return a function that reads the groups of a record as a tuple."""
    reads = [compile_group(group, as_of) for group in group_by]
    if not reads:
        return lambda _: ()
    if len(reads) == 1:
        (only,) = reads
        return lambda record: (only(record),)
    return lambda record: tuple([read(record) for read in reads])


def order(key: Iterable[object]) -> tuple[tuple[int, str, Any, str], ...]:
    """Return what sorts groups: levels from the worst, numbers by size, the rest by text.

    A group without a value comes last.
    """
    return tuple(_order(value) for value in key)


def _order(value: object) -> tuple[int, str, Any, str]:
    if value is None:
        return (3, "", 0, "")
    if isinstance(value, Level):
        return (0, value.scale, value.rank, value.name)
    if isinstance(value, (int, float)):
        return (1, "", value, "")
    return (2, "", 0, str(value))


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
        within: Only moments in this interval count; None for all.

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
