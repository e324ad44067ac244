"""The moments that durations run between: fields, or what a record's history tells.

A moment is written as a field path such as ``"resolved_at"`` or ``"custom.deployed_at"``, as
``AS_OF``, or as one of the values below. All read only what is known as of the instant of the
computation, since they are given the record as it was then (rule K6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, TypeAlias

import attrs

from incidentcore.conditions import Condition, reader
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.instants import as_utc
from incidentcore.records import Incident, Problem, Record, ServiceRequest, fold_steps
from incidentcore.values import FrozenMap, State

__all__ = [
    "AS_OF",
    "Earliest",
    "FIELDS",
    "FirstEvent",
    "FirstKnown",
    "FirstWhen",
    "INSTANTS",
    "LastEvent",
    "LinkedAt",
    "MomentSpec",
    "ReadMoment",
    "compile_moment",
    "compile_path",
]

AS_OF: Final = "as_of"

ReadMoment: TypeAlias = Callable[[Record], datetime | None]

FIELDS: Final = frozenset(
    name
    for kind in (Incident, Problem, ServiceRequest)
    for name in (*(field.name for field in attrs.fields(kind)), "version", "record_type")
    if not name.startswith("_")
)
INSTANTS: Final = frozenset(name for name in FIELDS if name.endswith("_at"))


def _moments(moments: Iterable[MomentSpec]) -> tuple[MomentSpec, ...]:
    given = (moments,) if isinstance(moments, str) else tuple(moments)
    if not given:
        raise KpiDefinitionError("moments", given, "at least one moment")
    for moment in given:
        check_moment(moment)
    return given


@attrs.frozen
class Earliest:
    """The earliest of several moments, of those that are known.

    >>> Earliest(["acknowledged_at", "resolved_at"]).moments
    ('acknowledged_at', 'resolved_at')
    """

    moments: tuple[MomentSpec, ...] = attrs.field(converter=_moments)


@attrs.frozen
class FirstKnown:
    """The first of several moments that is known, in the order given: a fallback."""

    moments: tuple[MomentSpec, ...] = attrs.field(converter=_moments)


@attrs.frozen
class FirstWhen:
    """The first instant after whose last event a condition on the record's facts holds."""

    condition: Condition


@attrs.frozen
class FirstEvent:
    """When the first event happened that satisfies a condition on events (``kind``, ``by.role``).

    Events that a correction made void do not count.
    """

    condition: Condition


@attrs.frozen
class LastEvent:
    """When the last event happened that satisfies a condition on events."""

    condition: Condition


def _times(times: Mapping[str, datetime]) -> FrozenMap[datetime]:
    return FrozenMap({name: as_utc(at, name) for name, at in times.items()})


@attrs.frozen
class LinkedAt:
    """When the first of the things happened that a record is linked to, such as a deployment.

    Attributes:
        type: The type of the link, such as ``"caused_by_change"``.
        times: The ids of the things with their instants; links to others do not count.
    """

    type: str
    times: FrozenMap[datetime] = attrs.field(converter=_times)


MomentSpec: TypeAlias = str | Earliest | FirstKnown | FirstWhen | FirstEvent | LastEvent | LinkedAt


def check_moment(moment: object) -> None:
    """Refuse what is no moment.

    Raises:
        KpiDefinitionError: It is none.
    """
    if isinstance(moment, str):
        if moment != AS_OF:
            compile_path(moment)
    elif not isinstance(moment, (Earliest, FirstKnown, FirstWhen, FirstEvent, LastEvent, LinkedAt)):
        allowed = "a field path, AS_OF, Earliest, FirstKnown, FirstWhen, LinkedAt or an event"
        raise KpiDefinitionError("moment", moment, allowed)


def compile_path(path: str) -> Callable[[Any], Any]:
    """Return a function that reads a field of a record by its path.

    Raises:
        KpiDefinitionError: No kind of record has such a field.
    """
    first = path.partition(".")[0] if isinstance(path, str) else ""
    if first not in FIELDS:
        raise KpiDefinitionError("field", path, f"a path that begins with {_listed(FIELDS)}")
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


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def compile_moment(moment: MomentSpec, as_of: datetime) -> ReadMoment:
    """Return a function that reads a moment of a record, in UTC."""
    if isinstance(moment, str):
        return _compile_text(moment, as_of)
    if isinstance(moment, (Earliest, FirstKnown)):
        reads = [compile_moment(part, as_of) for part in moment.moments]
        pick = _earliest if isinstance(moment, Earliest) else _first
        return lambda record: pick(at for read in reads if (at := read(record)) is not None)
    if isinstance(moment, LinkedAt):
        kind, times = moment.type, moment.times
        return lambda record: _earliest(
            times[link.target]
            for link in record.links
            if link.type == kind and link.target in times
        )
    test = moment.condition.test
    if isinstance(moment, FirstWhen):
        return lambda record: next(
            (step.at for step, facts in record.timeline().states() if test(facts, step.at)), None
        )
    pick = _earliest if isinstance(moment, FirstEvent) else _latest

    def of_events(record: Record) -> datetime | None:
        steps = fold_steps(record.history, record.default_facts())
        return pick(event.at for event, _, _ in steps if test(event, event.at))

    return of_events


def _compile_text(path: str, as_of: datetime) -> ReadMoment:
    if path == AS_OF:
        return lambda _: as_of
    read = compile_path(path)
    if path in INSTANTS:
        return read

    def read_checked(record: Record) -> datetime | None:
        value = read(record)
        if value is None or isinstance(value, datetime):
            return value if value is None else as_utc(value, path)
        raise InvalidValueError(path, value, "an aware datetime, or None")

    return read_checked


def _earliest(moments: Iterable[datetime]) -> datetime | None:
    return min(moments, default=None)


def _latest(moments: Iterable[datetime]) -> datetime | None:
    return max(moments, default=None)


def _first(moments: Iterable[datetime]) -> datetime | None:
    return next(iter(moments), None)
