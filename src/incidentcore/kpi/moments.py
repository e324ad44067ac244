"""The times of a record between which durations are measured: fields, or times in its history.

A time is passed as a field path such as ``"resolved_at"`` or ``"custom.deployed_at"``, as
``"as_of"``, or as a ``Moment``. It is read from the record as it was known at the instant of the
computation (rule K6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Final, TypeAlias

import attrs

from incidentcore._checks import SharedRepr, as_tuple, checked, nearest, need_kind
from incidentcore.conditions import Condition
from incidentcore.conditions.access import reader
from incidentcore.conditions.instants import timed_tests
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import as_utc
from incidentcore.records import Event, Incident, Problem, Record, ServiceRequest, TimelineStep
from incidentcore.records.fold import fold_steps
from incidentcore.values import FrozenMap, State

AS_OF: Final = "as_of"

ReadMoment: TypeAlias = Callable[[Record], datetime | None]

Spell: TypeAlias = tuple[datetime, datetime | None]
"""From when a condition held, and until when; None if it still does."""

_KINDS: Final = [
    {name for name in attrs.fields_dict(kind) if not name.startswith("_")}
    for kind in (Incident, Problem, ServiceRequest)
]
_EVERY: Final = frozenset(("version", "record_type"))
FIELDS: Final = _EVERY.union(*_KINDS)
SHARED: Final[frozenset[str]] = _EVERY.union(set.intersection(*_KINDS))
INSTANTS: Final = frozenset(name for name in FIELDS if name.endswith("_at"))


# The code of a record that has not reached a stop; for any other stop it is "no_stop".
_NOT_REACHED: Final = {
    "acknowledged_at": "unacknowledged",
    "first_response_at": "unanswered",
    "restored_at": "unrestored",
    "resolved_at": "unresolved",
    "first_resolved_at": "unresolved",
    "closed_at": "unclosed",
}


class Moment(SharedRepr):
    """The base class of times that are read from a record's history or links.

    To add a kind, derive a frozen class from this one and implement ``compile``.
    """

    __slots__ = ()

    @property
    def not_reached(self) -> str:
        """Return the reason code for leaving a record without this time out of a KPI."""
        return "no_stop"

    @property
    def needs(self) -> frozenset[str]:
        """Return what a source must supply, apart from fields that the moment's condition reads."""
        return frozenset()

    def compile(self, as_of: datetime) -> ReadMoment:
        raise NotImplementedError


MomentSpec: TypeAlias = str | Moment


def as_moment(moment: MomentSpec) -> MomentSpec:
    """Check that a value is a field path or a ``Moment``, and return it."""
    allowed = "a field path, 'as_of', Earliest, FirstKnown, FirstWhen, LinkedAt or an event"
    need_kind("moment", moment, (str, Moment), KpiDefinitionError, allowed)
    moment_of(moment)
    return moment


def moment_of(moment: MomentSpec) -> Moment:
    """Return a time of a record as a ``Moment``: a field path as one that reads the field."""
    return _Field(moment) if isinstance(moment, str) else moment


def as_path(path: str) -> str:
    """Check that a path leads to a field that some kind of record has, and return it."""
    compile_path(path)
    return path


need_condition: Final = checked(
    need_kind, Condition, KpiDefinitionError, 'a condition, such as field("kind").equals(…)'
)
may_be_condition: Final = checked(
    need_kind, Condition | None, KpiDefinitionError, "a condition, or None"
)


def facts_of(paths: Iterable[str]) -> frozenset[str]:
    """Return the facts that field paths begin with, with ``resolved_at`` in place of ``state``."""
    facts = (path.partition(".")[0] for path in paths)
    return frozenset("resolved_at" if fact == "state" else fact for fact in facts)


def _path(path: str) -> str:
    return path if path == AS_OF else as_path(path)


@attrs.frozen
class _Field(Moment):
    """The time that a field holds, or the instant of the computation."""

    path: str = attrs.field(converter=_path)

    @property
    def not_reached(self) -> str:
        return _NOT_REACHED.get(self.path, "no_stop")

    @property
    def needs(self) -> frozenset[str]:
        return facts_of([self.path]) - {AS_OF}

    def compile(self, as_of: datetime) -> ReadMoment:
        path = self.path
        if path == AS_OF:
            return lambda _: as_of
        read = compile_path(path)
        if path in INSTANTS:
            return read

        def read_checked(record: Record) -> datetime | None:
            value = read(record)
            if value is None:
                return None
            need_kind(path, value, datetime, allowed="an aware datetime, or None")
            return as_utc(value, path)

        return read_checked


def _moments(moments: Iterable[MomentSpec]) -> tuple[MomentSpec, ...]:
    specs: tuple[MomentSpec, ...] = as_tuple(moments, str)
    if not specs:
        raise KpiDefinitionError("moments", specs, "at least one moment")
    return tuple(as_moment(spec) for spec in specs)


@attrs.frozen
class Earliest(Moment):
    """The earliest of several times of a record; times that are not known are ignored."""

    moments: tuple[MomentSpec, ...] = attrs.field(converter=_moments)

    def compile(self, as_of: datetime) -> ReadMoment:
        reads = [compile_moment(part, as_of) for part in self.moments]
        return lambda record: _earliest(at for read in reads if (at := read(record)) is not None)


@attrs.frozen
class FirstKnown(Moment):
    """The first time, in the order of the list, that is known for a record."""

    moments: tuple[MomentSpec, ...] = attrs.field(converter=_moments)

    def compile(self, as_of: datetime) -> ReadMoment:
        reads = [compile_moment(part, as_of) for part in self.moments]
        return lambda record: next((at for read in reads if (at := read(record)) is not None), None)


@attrs.frozen
class FirstWhen(Moment):
    """The first instant at which a condition on the record holds.

    All events at an instant are applied before the condition is tested.
    """

    condition: Condition = attrs.field(validator=need_condition)

    def compile(self, as_of: datetime) -> ReadMoment:
        spells = compile_spells(self.condition)
        return lambda record: next((start for start, _ in spells(record, as_of)), None)


@attrs.frozen
class FirstEvent(Moment):
    """The time of the first event that satisfies a condition (on ``kind``, ``by.role`` and so on).

    Events that a correction made void do not count.
    """

    condition: Condition = attrs.field(validator=need_condition)

    def compile(self, as_of: datetime) -> ReadMoment:
        test = self.condition.test
        return lambda record: _earliest(event.at for event in events_that(record, test))


@attrs.frozen
class LastEvent(Moment):
    """The time of the last event that satisfies a condition on events."""

    condition: Condition = attrs.field(validator=need_condition)

    def compile(self, as_of: datetime) -> ReadMoment:
        test = self.condition.test
        return lambda record: max((event.at for event in events_that(record, test)), default=None)


@attrs.frozen
class FirstAcknowledged(Moment):
    """The time at which a record was first acknowledged, expressly or by work on it.

    ``FirstAcknowledged(row.ack_when)`` is the time at which a row of an escalation matrix was
    silenced: acknowledgements that the row's condition excludes, such as a bot's, do not count.

    Attributes:
        condition: A condition that the acknowledgement must satisfy, such as one on its actor.
    """

    not_reached = "unacknowledged"
    needs: ClassVar[frozenset[str]] = frozenset({"acknowledgements"})

    condition: Condition = attrs.field(validator=need_condition)

    def compile(self, as_of: datetime) -> ReadMoment:
        test = self.condition.test

        def counts(step: TimelineStep) -> bool:
            given = [event for event in step.events if event.kind == "acknowledged"]
            if not given and step.changes.get("acknowledged"):
                given = list(step.events[-1:])  # by working on it
            return any(test(event, step.at) for event in given)

        return lambda record: next(
            (step.at for step in record.timeline().moments if counts(step)), None
        )


def _times(times: Mapping[str, datetime]) -> FrozenMap[datetime]:
    need_kind("times", times, Mapping, KpiDefinitionError, "a mapping of times by id")
    return FrozenMap({name: as_utc(at, name) for name, at in times.items()})


@attrs.frozen
class LinkedAt(Moment):
    """The time of the earliest item that a record is linked to, such as a deployment.

    Attributes:
        type: The type of the link, such as ``"caused_by_change"``.
        times: A mapping from an item's id to its instant; links to other items are ignored.
    """

    type: str
    times: FrozenMap[datetime] = attrs.field(converter=_times)

    def compile(self, as_of: datetime) -> ReadMoment:
        kind, times = self.type, self.times
        return lambda record: _earliest(
            times[link.target]
            for link in record.links
            if link.type == kind and link.target in times
        )


def events_that(record: Record, test: Callable[[Any, datetime], bool]) -> Iterator[Event]:
    """Yield the events of a record that satisfy a test and that no correction made void."""
    for event, _, _ in fold_steps(record.history, record.default_facts()):
        if test(event, event.at):
            yield event


def compile_spells(condition: Condition) -> Callable[[Record, datetime], Iterator[Spell]]:
    """Return a function that yields the spells in which a condition on a record holds.

    All events at an instant are applied before the condition is tested. The function takes the
    record, and the last instant at which time alone can change the result.
    """
    return partial(_spells, condition.test, timed_tests([condition]))


def _spells(
    test: Callable[[Any, datetime], bool],
    timed: Sequence[Condition],
    record: Record,
    until: datetime,
) -> Iterator[Spell]:
    since: datetime | None = None
    for step, facts in record.timeline().with_instants(timed, until).states():
        holds = test(facts, step.at)
        if holds and since is None:
            since = step.at
        elif since is not None and not holds:
            yield since, step.at
            since = None
    if since is not None:
        yield since, None


open_spells: Final = partial(_spells, lambda facts, _: facts["state"].open, ())
"""Yields the spells in which a record was open."""


def compile_path(path: str) -> Callable[[Any], Any]:
    """Return a function that reads a field of a record by its path."""
    first = str(path).partition(".")[0]
    if first not in FIELDS:
        fields = sorted(FIELDS)
        near = nearest(first, fields)
        allowed = f"a path that begins with a field of records{near}; all: {', '.join(fields)}"
        raise KpiDefinitionError("field", path, allowed)
    if first == path:
        return attrgetter(path)
    if first == "custom" and path.count(".") == 1:
        return _custom_reader(path.partition(".")[2])
    if first == "state" and path.count(".") == 1 and hasattr(State, path.partition(".")[2]):
        return attrgetter(path)  # a record has a state at any time
    return reader(path)


def _custom_reader(key: str) -> Callable[[Any], Any]:
    def read(record: Any) -> Any:
        try:
            return record.custom[key]
        except KeyError:
            return None

    return read


def compile_moment(moment: MomentSpec, as_of: datetime) -> ReadMoment:
    """Return a function that reads a time of a record, in UTC, from a field path or ``Moment``."""
    return moment_of(moment).compile(as_of)


def _earliest(moments: Iterable[datetime]) -> datetime | None:
    return min(moments, default=None)
