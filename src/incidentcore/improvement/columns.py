"""Gather a few bytes of data from each record as it is read, without keeping the record."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import attrs

from incidentcore._checks import as_tuple, each_of
from incidentcore.errors import InvalidValueError
from incidentcore.improvement.selection import (
    Selection,
    compile_key,
    is_absent,
    key_names,
    parts_of,
)
from incidentcore.kpi import Duration, Kpi
from incidentcore.kpi.engine.accumulators import instant
from incidentcore.kpi.engine.compile import compile_kpi
from incidentcore.kpi.engine.gather import as_known
from incidentcore.kpi.groups import GroupBy
from incidentcore.records import Problem, Record

_TIME: Final = Kpi(id="time", measure=Duration("opened_at", "resolved_at"), statistic="mean")
_UNTIMED: Final = -1
_MICROSECOND: Final = timedelta(microseconds=1)


@attrs.define
class Dimension:
    """One way to group records: by one value of each record, or by a pair of values."""

    names: tuple[str, ...]  # the headings of the value or values
    places: tuple[int, ...]  # of these values among all values that are read
    members: dict[tuple[object, ...], array[int]] = attrs.field(factory=dict)  # places in Columns
    without: int = 0  # how many counted records lack a value

    @property
    def n(self) -> int:
        """Return how many counted records have the value or both values."""
        return sum(map(len, self.members.values()))


@attrs.define
class Columns:
    """The data from which candidates are made, as parallel columns with one entry per record."""

    dimensions: tuple[Dimension, ...]
    ids: list[str] = attrs.field(factory=list)
    opened: array[int] = attrs.field(factory=lambda: array("q"))  # in microseconds, as times are
    times: array[int] = attrs.field(factory=lambda: array("q"))  # to resolve each, or _UNTIMED
    callers: list[str | None] = attrs.field(factory=list)
    is_open: bytearray = attrs.field(factory=bytearray)
    problems: dict[int, frozenset[str]] = attrs.field(factory=dict)  # of those that have any

    def time(self, members: Iterable[int]) -> tuple[timedelta, int]:
        """Return the total time to resolve records, and for how many of them it is known."""
        known = [time for place in members if (time := self.times[place]) != _UNTIMED]
        return sum(known) * _MICROSECOND, len(known)

    def linked(self, members: Iterable[int]) -> tuple[int, tuple[tuple[str, int], ...]]:
        """Return how many records are linked to a problem, and how many to each problem."""
        counts: Counter[str] = Counter()
        linked = 0
        for place in members:
            found = self.problems.get(place)
            if found:
                linked += 1
                counts.update(found)
        return linked, tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def gather(
    records: Iterable[Record],
    selection: Selection,
    dimensions: Iterable[GroupBy | tuple[GroupBy, ...]],
    problems: Iterable[Problem],
) -> Columns:
    """Read what problem candidates need from each record that the selection admits."""
    given = [parts_of(part) for part in as_tuple(dimensions, str)]
    parts = _unique(part for dimension in given for part in dimension)
    columns = Columns(dimensions=_dimensions(given, parts))
    reads = [compile_key(part, selection.as_of) for part in parts]
    times = cache(lambda covers: compile_kpi(_TIME, selection.as_of, covers=covers))
    known_problems, by_incident = _known_problems(problems, selection.as_of)
    for record in each_of("records", records, Record):
        known = selection.admit(record)
        if known is None:
            continue
        place = len(columns.ids)
        values = [read(known)[0] for read in reads]
        absent = [is_absent(value) for value in values]
        for dimension in columns.dimensions:
            first, last = dimension.places[0], dimension.places[-1]
            if absent[first] or absent[last]:
                dimension.without += 1
                continue
            key = (values[first],) if first == last else (values[first], values[last])
            found = dimension.members.get(key)
            if found is None:
                found = dimension.members[key] = array("L")
            found.append(place)
        columns.ids.append(known.id)
        columns.opened.append(instant(known.opened_at))
        time = times(known.covers)(known)
        columns.times.append(time if isinstance(time, int) else _UNTIMED)
        columns.callers.append(known.caller)
        columns.is_open.append(known.state.open)
        linked = _problems_of(known, known_problems) | by_incident.get(known.id, frozenset())
        if linked:
            columns.problems[place] = linked
    return columns


def _unique(parts: Iterable[GroupBy]) -> list[GroupBy]:
    found: list[GroupBy] = []
    for part in parts:
        if part not in found:
            found.append(part)
    return found


def _dimensions(given: list[tuple[GroupBy, ...]], parts: list[GroupBy]) -> tuple[Dimension, ...]:
    names = key_names(tuple(parts)) if parts else ()
    found: list[Dimension] = []
    for dimension in given:
        places = tuple(parts.index(part) for part in dimension)
        if len(places) not in (1, 2) or len(set(places)) != len(places):
            raise InvalidValueError("dimensions", dimension, "one value, or a pair of two")
        if any(set(other.places) == set(places) for other in found):
            raise InvalidValueError("dimensions", dimension, "each dimension once")
        found.append(Dimension(names=tuple(names[place] for place in places), places=places))
    if not found:
        raise InvalidValueError("dimensions", given, "at least one dimension")
    return tuple(found)


def _known_problems(
    problems: Iterable[Problem], as_of: datetime
) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """Return the ids of problems, and those that each incident is linked to from their side."""
    ids: set[str] = set()
    by_incident: dict[str, set[str]] = {}
    for problem in each_of("problems", problems, Problem):
        known = as_known(problem, as_of)
        if known is None:
            continue
        ids.add(problem.id)
        for link in known.links:
            if link.type in ("cause_of", "resolves"):
                by_incident.setdefault(link.target, set()).add(problem.id)
    return frozenset(ids), {id_: frozenset(found) for id_, found in by_incident.items()}


def _problems_of(record: Record, known: frozenset[str]) -> frozenset[str]:
    """Return the problems that a record itself is linked to.

    What caused an incident is a problem; what resolved it may also be a change, and counts only
    if it is known to be a problem.
    """
    return frozenset(
        link.target
        for link in record.links
        if link.type == "caused_by" or (link.type == "resolved_by" and link.target in known)
    )
