"""How a table is broken down: by groups of records and of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Literal, NoReturn, Protocol, TypeAlias, get_args

import attrs

from incidentcore._checks import SharedRepr, as_pairs, need_kind, need_text, need_word, tuple_of
from incidentcore.conditions.access import reader
from incidentcore.errors import InvalidValueError
from incidentcore.kpi.definition import Kpi
from incidentcore.kpi.moments import as_path, compile_path
from incidentcore.kpi.periods import Unit
from incidentcore.kpi.table import COLUMNS
from incidentcore.records import Event, Record
from incidentcore.records.fields import FIELD_NAMES, stored_fields
from incidentcore.schedule import Calendar
from incidentcore.values import Level, Scale, State

When: TypeAlias = Literal["as_of", "opening", "resolution", "event"]


def _values(values: Iterable[object]) -> tuple[object, ...]:
    if isinstance(values, str):
        raise InvalidValueError("values", values, "several values, such as a list of texts")
    return tuple_of(values)


def _heading(group: Group) -> str:
    """Return a heading that tells groups apart by when they are read, as merged parts need."""
    then = group.when in ("opening", "resolution")
    return f"{group.path} at {group.when}" if then else group.path


@attrs.frozen
class Group(SharedRepr):
    """A field to group records by, and the instant at which it is read (rule K6).

    Attributes:
        path: The field, such as ``"priority"`` or ``"custom.customer"``.
        when: ``as_of`` reads the value at the instant of the computation; ``opening`` at the
            opening, after all events of that instant; ``resolution`` at the last resolution (None
            without one). ``event``, only for ``EventCount`` KPIs, reads a field of the counted
            event, such as ``"target"`` or ``"by.id"``.
        name: The column's heading; by default, the path and, if it is not read ``as_of``, when.
        values: Values that get a row even if no record has them, such as all services: a service
            without an outage was available all the time. Other values that occur get rows as well.
            If the table has another group without ``values``, each value listed here gets a row
            with each value that occurs in that group. With ``Periods``, rows without records appear
            only if ``Periods.within`` is set.
    """

    path: str = attrs.field()
    when: When = "as_of"
    name: str = attrs.field(default=attrs.Factory(_heading, True), kw_only=True)
    values: tuple[object, ...] = attrs.field(default=(), converter=_values, kw_only=True)

    def __attrs_post_init__(self) -> None:
        need_word("when", self.when, When)
        if self.when == "event":
            need_text("path", self.path, allowed="a field of events")
            return
        compile_path(self.path)
        for value in self.values if self.path in ("priority", "state") else ():
            allowed = f'levels or states, such as Priority["high"]; or group by "{self.path}.name"'
            need_kind("values", value, Level | State | None, allowed=allowed)
        if self.path in FIELD_NAMES:  # as records store them: a category is a path
            stored = (stored_fields({self.path: value})[self.path] for value in self.values)
            object.__setattr__(self, "values", tuple(stored))

    @property
    def of_events(self) -> bool:
        """Return whether the events that the KPI counts are grouped, instead of the records."""
        return self.when == "event"

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that returns the group of a record, or of an event if ``of_events``."""
        if self.of_events:
            return _event_reader(self.path)
        read = compile_path(self.path)
        if self.when == "as_of":
            return read
        at_opening = self.when == "opening"
        first, read_fact = self.path.partition(".")[0], reader(self.path)

        def read_then(record: Record) -> object:
            at = record.opened_at if at_opening else record.resolved_at
            if at is None:
                return None
            facts = record.timeline().facts_at(at)
            if first not in facts:
                getattr(record, first)  # an error if records of this type have no such field
                history = tuple(event for event in record.history if event.at <= at)
                facts |= {"history": history, "version": len(history)}
            return read_fact(facts)

        return read_then


def _event_reader(path: str) -> Callable[[Any], object]:
    names = path.split(".")

    def read(event: Any) -> object:
        for name in names:
            event = getattr(event, name, None)
        return None if isinstance(event, Record) else event

    return read


def _days(days: Iterable[int]) -> tuple[int, ...]:
    return tuple_of(days)


@attrs.frozen
class AgeBuckets(SharedRepr):
    """Groups of records by age: the time from the opening to the instant of the computation.

    Tables list the oldest group first. Groups without records have rows too, in the cases that
    ``Group.values`` describes.

    Attributes:
        days: The edges in whole days, ascending; an age at an edge belongs to the older group.
        name: The column's heading.

    >>> from incidentcore.kpi import AgeBuckets
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
        """Return the names of the groups, from youngest to oldest."""
        between = [f"{low}-{high} d" for low, high in zip(self.days, self.days[1:], strict=False)]
        return (f"< {self.days[0]} d", *between, f">= {self.days[-1]} d")

    @property
    def values(self) -> tuple[Level, ...]:
        """Return the groups from youngest to oldest, as ``Level`` objects, which sort by age."""
        return Scale(self.name, reversed(self.labels)).levels[::-1]

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that returns the group of a record at ``as_of``."""
        edges = [timedelta(days=days) for days in self.days]
        levels = self.values
        return lambda record: levels[sum(as_of - record.opened_at >= edge for edge in edges)]


def _bands(
    bands: Mapping[str, Calendar] | Iterable[tuple[str, Calendar]],
) -> tuple[tuple[str, Calendar], ...]:
    pairs = as_pairs(bands)
    for pair in pairs:
        name, calendar = pair if isinstance(pair, tuple) and len(pair) == 2 else (None, None)
        if not isinstance(name, str) or not callable(getattr(calendar, "is_open", None)):
            raise InvalidValueError("bands", pair, "pairs of a name and a calendar, or a mapping")
    return tuple(pairs)


def _moment(path: str) -> str:
    return path if path == "event" else as_path(path)


@attrs.frozen
class HourBands(SharedRepr):
    """Groups of records by which calendar, such as business hours, was open at an instant.

    Bands without records have rows too, in the cases that ``Group.values`` describes.

    Attributes:
        bands: Pairs of (name, calendar), or a mapping; the first calendar that is open determines
            the band.
        moment: A field that holds an instant; a record without it has no band. ``event``, only for
            ``EventCount`` KPIs, uses the instant of the event that is counted, such as a page.
        otherwise: The band of instants at which no calendar is open.
        name: The column's heading; by default ``hours``, with any other ``moment`` added.
    """

    bands: tuple[tuple[str, Calendar], ...] = attrs.field(converter=_bands)
    moment: str = attrs.field(default="opened_at", converter=_moment)
    otherwise: str = attrs.field(default="other hours", kw_only=True)
    name: str = attrs.field(kw_only=True)

    @name.default
    def _hours(self) -> str:
        return "hours" if self.moment in ("opened_at", "event") else f"hours of {self.moment}"

    @property
    def values(self) -> tuple[str, ...]:
        """Return the names of the bands."""
        return tuple(dict.fromkeys([*(name for name, _ in self.bands), self.otherwise]))

    @property
    def of_events(self) -> bool:
        """Return whether the events that the KPI counts are grouped, instead of the records."""
        return self.moment == "event"

    def compile(self, as_of: datetime) -> Callable[[Record], object]:
        """Return a function that returns the group of a record, or of an event if ``of_events``."""
        read = _event_reader("at") if self.of_events else compile_path(self.moment)
        tests = [(name, calendar.is_open) for name, calendar in self.bands]

        def band(record: Record) -> object:
            at: Any = read(record)
            if at is None:
                return None
            return next((name for name, is_open in tests if is_open(at)), self.otherwise)

        return band


class Grouping(Protocol):
    """The protocol for ways to group a table; ``values`` and ``of_events`` are optional."""

    @property
    def name(self) -> str:
        """Return the column's heading."""

    def compile(self, as_of: datetime) -> Callable[[Any], object]:
        """Return a function that returns the group of a record at ``as_of``."""


GroupBy: TypeAlias = str | Grouping | Callable[[Record], object]

EventGroups: TypeAlias = Callable[
    [Record, list[Event]], Iterable[tuple[tuple[object, ...], list[Event]]]
]
"""Groups the events of a record by values of the events and of the record."""


def as_groups(group_by: Iterable[GroupBy] | GroupBy) -> tuple[Any, ...]:
    """Return one or more groups as a tuple: a path as a ``Group``, a function with a heading."""
    one = isinstance(group_by, str) or callable(group_by) or not hasattr(group_by, "__iter__")
    return tuple(map(_as_group, (group_by,) if one else group_by))  # type: ignore[arg-type]


def _as_group(group: Any) -> Any:
    if hasattr(group, "compile"):
        return group
    if callable(group):
        name = str(getattr(group, "__name__", "") or type(group).__name__)
        return SimpleNamespace(name=name, compile=lambda _: group)
    need_kind("group_by", group, str, allowed="a field path, a Group, AgeBuckets or a callable")
    if group in get_args(Unit):
        allowed = f'a field; for periods, window=Periods("{group}", "Europe/Berlin")'
        raise InvalidValueError("group_by", group, allowed)
    return Group(group)


def need_hash(where: str, group: object) -> None:
    """Raise an error if a group cannot be hashed."""
    try:
        hash(group)
    except TypeError:
        raise InvalidValueError(where, group, "values that can be hashed") from None


def raise_field_error(where: str, error: AttributeError) -> NoReturn:
    """Raise an error that names the field which a type of record lacks, or else the given one."""
    if error.name is None or not isinstance(error.obj, Record):
        raise error
    allowed = f"a field of every record; {error.obj.record_type} has none of this name"
    raise InvalidValueError(where, error.name, allowed) from error


def group_names(group_by: Iterable[GroupBy]) -> tuple[str, ...]:
    """Return the headings of the groups."""
    names = tuple(group.name for group in as_groups(group_by))
    for name in names:
        if name in COLUMNS:
            raise InvalidValueError("group_by", name, "a name other than a column's")
    if len(set(names)) != len(names):
        raise InvalidValueError("group_by", names, "groups with different names")
    return names


def compile_groups(
    group_by: Iterable[GroupBy] | GroupBy, as_of: datetime
) -> Callable[[Record], tuple[object, ...]]:
    """Return a function that reads the values by which a record is grouped, as a tuple."""
    reads = [group.compile(as_of) for group in as_groups(group_by)]
    return lambda record: tuple([read(record) for read in reads])


def groups_events(group_by: Sequence[Any], kpis: Iterable[Kpi]) -> EventGroups | None:
    """Return a function that groups the events of a record, or None if records are grouped."""
    by_event = [bool(getattr(group, "of_events", False)) for group in group_by]
    if not any(by_event):
        return None
    for kpi in kpis:
        if not kpi.measure.counts_events:
            raise InvalidValueError("group_by", kpi.id, "groups of events for EventCount only")
    reads = [group.compile(datetime.max.replace(tzinfo=UTC)) for group in group_by]

    def group_events(
        record: Record, events: list[Event]
    ) -> Iterable[tuple[tuple[object, ...], list[Event]]]:
        found: dict[tuple[object, ...], list[Event]] = {}
        for event in events:
            subjects = [event if is_event else record for is_event in by_event]
            key = tuple([read(subject) for read, subject in zip(reads, subjects, strict=True)])
            found.setdefault(key, []).append(event)
        return found.items()

    return group_events
