"""By what a table is broken down: groups of records, and periods of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import product
from typing import Any, Final, Literal, TypeAlias

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.kpi.moments import compile_path
from incidentcore.records import Record
from incidentcore.schedule import Calendar
from incidentcore.values import Level, Scale

__all__ = [
    "AgeBuckets",
    "COLUMNS",
    "Group",
    "GroupBy",
    "HourBands",
    "compile_group",
    "compile_groups",
    "group_names",
    "order",
    "told_groups",
]

COLUMNS: Final = frozenset(
    {
        "approximate",
        "definition",
        "denominator",
        "enough",
        "excluded",
        "excluded_by_reason",
        "high",
        "kpi",
        "low",
        "n",
        "numerator",
        "of",
        "period",
        "unit",
        "value",
    }
)
"""The columns of a plain row, which no group may be named like."""

When: TypeAlias = Literal["as_of", "opening", "resolution"]


def _known_path(_: object, __: object, value: Any) -> None:
    compile_path(value)


def _values(values: Iterable[object]) -> tuple[object, ...]:
    if isinstance(values, str):
        raise InvalidValueError("values", values, "several values, such as a list of texts")
    return tuple(values)


@attrs.frozen
class Group:
    """A field to group by, with the instant at which its value is taken (rule K6).

    Attributes:
        path: The field, such as ``"priority"`` or ``"custom.customer"``.
        when: ``as_of`` takes the value as of the computation's instant, ``opening`` the one after
            the last event of the opening's instant, ``resolution`` the one at the last resolution
            (None where there is none).
        name: The column's heading; the path unless told.
        values: Values that have a row even where no record has them, such as all services: a
            service without an outage was available all the time. Others have theirs as well. It
            takes all groups of a table to be told, and periods with bounds.
    """

    path: str = attrs.field(validator=_known_path)
    when: When = "as_of"
    name: str = attrs.field(default=attrs.Factory(lambda self: self.path, True), kw_only=True)
    values: tuple[object, ...] = attrs.field(default=(), converter=_values, kw_only=True)

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

    A group without a record has its row too.

    Attributes:
        days: The edges in whole days, ascending; an age of exactly an edge is above it.
        name: The column's heading.

    >>> AgeBuckets((5, 30)).labels
    ('< 5 d', '5-30 d', '>= 30 d')
    """

    days: tuple[int, ...] = attrs.field(default=(1, 5, 30), converter=_days)
    name: str = attrs.field(default="age", kw_only=True)

    def __attrs_post_init__(self) -> None:
        whole = all(type(day) is int and day > 0 for day in self.days)
        if not self.days or not whole or list(self.days) != sorted(set(self.days)):
            raise InvalidValueError("days", self.days, "ascending whole numbers of days from 1")

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the names of the groups, from the youngest."""
        between = [f"{low}-{high} d" for low, high in zip(self.days, self.days[1:], strict=False)]
        return (f"< {self.days[0]} d", *between, f">= {self.days[-1]} d")

    @property
    def values(self) -> tuple[Level, ...]:
        """Return the groups from the youngest: levels, so that ages have an order."""
        return Scale(self.name, reversed(self.labels)).levels[::-1]

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that reads the group of a record."""
        edges = [timedelta(days=days) for days in self.days]
        levels = self.values
        return lambda record: levels[sum(as_of - record.opened_at >= edge for edge in edges)]


def _bands(bands: Iterable[tuple[str, Calendar]]) -> tuple[tuple[str, Calendar], ...]:
    return tuple(bands)


@attrs.frozen
class HourBands:
    """Groups by the calendar that was open at a moment, such as business, evening and sleep hours.

    A band without a record has its row too.

    Attributes:
        bands: Names with their calendars; the first that is open at the moment counts.
        moment: A field that holds an instant; a record without it has no band.
        otherwise: The band of moments at which none is open.
        name: The column's heading.
    """

    bands: tuple[tuple[str, Calendar], ...] = attrs.field(converter=_bands)
    moment: str = attrs.field(default="opened_at", validator=_known_path)
    otherwise: str = attrs.field(default="other hours", kw_only=True)
    name: str = attrs.field(default="hours", kw_only=True)

    @property
    def values(self) -> tuple[str, ...]:
        """Return the names of the bands."""
        return tuple(dict.fromkeys([*(name for name, _ in self.bands), self.otherwise]))

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that reads the group of a record."""
        read = compile_path(self.moment)
        tests = [(name, calendar.is_open) for name, calendar in self.bands]

        def band(record: Record) -> object:
            at = read(record)
            if at is None:
                return None
            return next((name for name, is_open in tests if is_open(at)), self.otherwise)

        return band


GroupBy: TypeAlias = str | Group | AgeBuckets | HourBands | Callable[[Record], object]


def group_names(group_by: Iterable[GroupBy]) -> tuple[str, ...]:
    """Return the headings of the groups.

    Raises:
        InvalidValueError: Two have one name, one has that of a column, or one is no group.
    """
    names = tuple(_name(group) for group in group_by)
    for name in names:
        if name in COLUMNS:
            raise InvalidValueError("group_by", name, "a name that is no column of the table")
    if len(set(names)) != len(names):
        raise InvalidValueError("group_by", names, "groups with a name of their own each")
    return names


def _name(group: GroupBy) -> str:
    if isinstance(group, str):
        return group
    if isinstance(group, (Group, AgeBuckets, HourBands)):
        return group.name
    if callable(group):
        return str(getattr(group, "__name__", "") or type(group).__name__)
    raise InvalidValueError("group_by", group, "a field path, a Group, AgeBuckets or a callable")


def compile_group(group: GroupBy, as_of: datetime) -> Callable[[Record], object]:
    """Return a function that reads one group of a record."""
    if isinstance(group, str):
        return compile_path(group)
    return group.compile(as_of) if isinstance(group, (Group, AgeBuckets, HourBands)) else group


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


def told_groups(group_by: Iterable[GroupBy]) -> list[tuple[object, ...]]:
    """Return the groups that have a row even without a record: none unless all tell theirs."""
    told = (Group, AgeBuckets, HourBands)
    return list(product(*(g.values if isinstance(g, told) else () for g in group_by)))


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
