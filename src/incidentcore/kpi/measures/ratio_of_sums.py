"""One sum divided by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore._checks import need_kind
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Ratio
from incidentcore.kpi.engine.results import Definition, Figure, quotient
from incidentcore.kpi.measures.base import (
    Extract,
    Measure,
    Setting,
    Totals,
    ValueMeasure,
    a_flag,
    read_checked,
)
from incidentcore.kpi.measures.count import Count
from incidentcore.records import Record


def _summed(measure: Measure) -> Measure:
    if measure != Count():
        allowed = "a measure of values, or Count()"
        need_kind("measure", measure, ValueMeasure, KpiDefinitionError, allowed)
    return measure


@attrs.frozen(kw_only=True)
class RatioOfSums(Measure):
    """One sum divided by another, such as reopenings per resolution.

    Attributes:
        numerator: The measure summed for the numerator; a ``Count`` adds one for each record.
        denominator: The measure summed for the denominator; a record that lacks either is left out.
        of: The denominator in words.
        unit: The unit of the ratio.
        complement: Whether the value is one minus the ratio; the result's numerator is then the
            denominator minus the numerator.
    """

    numerator: Measure = attrs.field(converter=_summed)
    denominator: Measure = attrs.field(converter=_summed)
    of: str
    unit: str = "ratio"
    complement: bool = attrs.field(default=False, validator=a_flag)

    totals: ClassVar[Totals] = Ratio

    @property
    def needs(self) -> frozenset[str]:
        return self.numerator.needs | self.denominator.needs

    @property
    def settings(self) -> frozenset[Setting]:
        return self.numerator.settings | self.denominator.settings

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        above = read_checked(self.numerator, kpi, as_of)
        below = read_checked(self.denominator, kpi, as_of)

        def pair(record: Record) -> Any:
            numerator, denominator = above(record), below(record)
            for value in (numerator, denominator):
                if isinstance(value, str):
                    return value
            return numerator, denominator

        return pair

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        if not self.complement:
            return super().result(kpi, total, within)
        return quotient(kpi, total.below - total.above, total.below, total.n)
