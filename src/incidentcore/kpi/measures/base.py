"""The base of all measures: what they need, and how they read records and compute a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any, ClassVar, Final, Literal, TypeAlias, get_args

import attrs

from incidentcore._checks import NO_ARGUMENTS, SharedRepr, checked, nearest, need_kind
from incidentcore.conditions import Condition
from incidentcore.conditions.fieldtest import FieldTest, items_of
from incidentcore.errors import InvalidValueError, KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Accumulator, Sample, SketchedSample, Tally
from incidentcore.kpi.engine.results import Definition, Figure
from incidentcore.kpi.moments import FIELDS, MomentSpec, moment_of
from incidentcore.kpi.periods import Windows
from incidentcore.kpi.statistic import SURVIVAL_MEDIAN
from incidentcore.records import Event, Record
from incidentcore.records.coverage import Coverage
from incidentcore.records.written import FAMILIES

Extract: TypeAlias = Callable[[Record], Any]
"""Reads an outcome from a record: a value, or the code under which the record is left out."""

PartialMode: TypeAlias = Literal["exact", "sketch"]
Setting: TypeAlias = Literal["clock", "reopened", "unfinished"]
Totals: TypeAlias = type[Accumulator]

_FROZEN: Final = "a frozen attrs class: write @attrs.frozen above the class"
a_flag: Final = checked(need_kind, bool, KpiDefinitionError)
_NOTHING: Final[frozenset[Any]] = frozenset()
_COVERED_BY: Final = {
    "acknowledged": "acknowledgements",
    "assigned": "assignments",
    "commented": "comments",
    "escalated": "escalations",
    "prioritized": "priorities",
    "state_changed": "states",
}
_HISTORY_OF: Final = {
    "assignee": "assignments",
    "assignment_group": "assignments",
    "priority": "priorities",
    "state": "states",
}


class Measure(SharedRepr):
    """The base class of measures: what is read from each record, and how that becomes one figure.

    To measure something else, derive a frozen attrs class from this one. Your measure is evaluated
    and merged like the library's own and, if registered with a ``Codec``, also stored like these.

    Attributes:
        counts_events: Whether the measure reads a list of events; tables may then be grouped by
            fields of these events.
    """

    __slots__ = ()

    def __init__(self, *_: object, **__: object) -> None:
        raise KpiDefinitionError("measure", type(self).__name__, _FROZEN)

    # What is called is the __init__ that attrs writes: this one is for a class without it.
    __init__.__signature__ = NO_ARGUMENTS  # type: ignore[attr-defined]

    counts_events: ClassVar[bool] = False

    @property
    def totals(self) -> type[Accumulator]:
        """Return the class that adds up what is read from the records."""
        return Accumulator

    @property
    def has_statistic(self) -> bool:
        """Return whether the KPI takes a statistic, such as the mean, of one value per record."""
        return self.totals is Sample

    @property
    def is_share(self) -> bool:
        """Return whether the measure's figure is a share of records, with a Wilson interval."""
        return self.totals is Tally and self.unit == "fraction"

    @property
    def spreads(self) -> bool:
        """Return whether a record may count in several periods, with part of its outcome in each.

        Such a measure says by ``placed`` in which.
        """
        return type(self).placed is not Measure.placed

    @property
    def unit(self) -> str:
        """Return the unit of the measure's figure."""
        return "number"

    @property
    def of(self) -> str:
        """Return the figure's denominator in words; empty if the figure has none."""
        return ""

    @property
    def needs(self) -> frozenset[str]:
        """Return what a record's source must supply: fields, or values of ``Coverage``."""
        return _NOTHING

    @property
    def settings(self) -> frozenset[Setting]:
        """Return the settings of a ``Kpi`` that affect this measure; a KPI must not set others."""
        return _NOTHING

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        """Return the function that reads what is measured, such as a time, from a record."""
        raise NotImplementedError

    def fast_reader(self, kpi: Definition) -> Extract | None:
        """Return a faster ``reader`` that leaves canceled records out; None if there is none."""
        return None

    def accumulator(self, kpi: Definition, mode: PartialMode) -> Accumulator:
        """Return an empty accumulator for what ``reader`` reads; ``sketch`` has histograms."""
        if self.totals is not Sample:
            return self.totals()
        times = self.unit == "duration"
        if mode == "exact":
            return Sample(times=times)
        return SketchedSample(scaled=not times, survival=kpi.statistic == SURVIVAL_MEDIAN)

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        """Return the figure for the values added up in ``total``; by default ``total.figure(kpi)``.

        ``within`` is the window or period up to the instant of the computation; None for all time.
        """
        figure: Figure = total.figure(kpi)
        return figure

    def placed(self, outcome: Any, windows: Windows) -> Iterable[tuple[str | None, Any]]:
        """Yield the name of each period (None without periods), with its part of ``outcome``.

        ``outcome`` is what ``reader`` read from a record.
        """
        raise NotImplementedError


class ValueMeasure(Measure):
    """The base class of measures that read a value from each record: a duration or a number."""

    __slots__ = ()

    totals: ClassVar[Totals] = Sample


def is_own(measure: Measure) -> bool:
    """Return whether a measure is a custom one, not one of the library's."""
    return not type(measure).__module__.startswith("incidentcore.")


def check_measure(kpi_id: str, measure: Measure) -> None:
    """Check a custom measure."""
    if not is_own(measure):
        return
    where = f"{kpi_id}.measure"
    if not attrs.has(type(measure)) or type(measure).__hash__ is None:
        raise KpiDefinitionError(where, type(measure).__name__, _FROZEN)
    words = get_args(Coverage)
    known = {*words, *FIELDS, "kind"}.union(
        *({field.name for field in attrs.fields(kind)} for kind in FAMILIES[Event])
    )
    for word in sorted(set(measure.needs) - known):
        allowed = f"{', '.join(words)}, or a field of records"
        near = nearest(word, [*words, *FIELDS])
        raise KpiDefinitionError(f"{where}.needs", word, allowed + near)


def read_checked(measure: Measure, kpi: Definition, as_of: datetime) -> Extract:
    """Return the function with which a measure reads records, checking a custom one's results."""
    read = measure.reader(kpi, as_of)
    if not is_own(measure):
        return read
    kinds: tuple[type, ...] = (object,)
    allowed = "a value"
    if isinstance(measure, ValueMeasure):
        is_time = measure.unit == "duration"
        kinds = (int,) if is_time else (int, float, Decimal, Fraction)
        allowed = "whole microseconds" if is_time else "a finite number"

    def read_value(record: Record) -> Any:
        outcome = read(record)
        kind = outcome.__class__
        if kind is str or kind is int:
            return outcome
        is_endless = isinstance(outcome, (float, Decimal)) and not isfinite(outcome)
        if outcome is None or is_endless or not isinstance(outcome, kinds):
            where = f"the measure {type(measure).__name__} of {record.id}"
            code = "a text under which the record is left out"
            raise InvalidValueError(where, outcome, f"{allowed}, or {code}")
        return outcome

    return read_value


def history_needs(condition: Condition) -> frozenset[str]:
    """Return the facts that a source must supply to test a condition over a whole history."""
    facts = {path.partition(".")[0] for path in condition.fields}
    leaves = (leaf for leaf in condition.leaves() if isinstance(leaf, FieldTest))
    named = (items_of(leaf.op, leaf.value) for leaf in leaves if leaf.path == "kind")
    covered = {_COVERED_BY[kind] for kinds in named for kind in kinds if kind in _COVERED_BY}
    return frozenset({_HISTORY_OF.get(fact, fact) for fact in facts} | covered)


def moment_needs(*moments: MomentSpec) -> frozenset[str]:
    """Return the facts that a source must supply so that some times of a record can be read."""
    needs: frozenset[str] = _NOTHING
    for moment in map(moment_of, moments):
        needs |= moment.needs
        if isinstance(condition := getattr(moment, "condition", None), Condition):
            needs |= history_needs(condition)
    return needs
