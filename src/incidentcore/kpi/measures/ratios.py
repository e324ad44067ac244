"""A share of records, and one sum divided by another."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore._checks import need_kind, need_text
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Ratio, Tally
from incidentcore.kpi.engine.results import Definition, Figure, quotient
from incidentcore.kpi.measures.base import (
    Extract,
    Measure,
    Setting,
    Totals,
    ValueMeasure,
    read_checked,
)
from incidentcore.kpi.measures.counts import Count
from incidentcore.kpi.record_tests import (
    RecordTest,
    as_test,
    compile_test,
    test_needs,
    test_settings,
)
from incidentcore.records import Record


@attrs.frozen(kw_only=True)
class Rate(Measure):
    """The share of the records in a denominator that also satisfy the numerator.

    Attributes:
        numerator: The test that a record must satisfy to be counted.
        denominator: The test for the records of the denominator; all others are left out under
            ``outside``.
        of: The denominator in words, so that a rate states what it is a share of.
        outside: The code under which records outside the denominator are counted.
    """

    numerator: Condition | RecordTest = attrs.field(converter=as_test)
    denominator: Condition | RecordTest = attrs.field(default=ALWAYS, converter=as_test)
    of: str
    outside: str = "outside_denominator"

    def __attrs_post_init__(self) -> None:
        need_text("of", self.of, KpiDefinitionError, "the denominator in words")

    totals: ClassVar[Totals] = Tally
    unit = "fraction"

    @property
    def needs(self) -> frozenset[str]:
        return test_needs(self.numerator) | test_needs(self.denominator)

    @property
    def settings(self) -> frozenset[Setting]:
        return test_settings(self.numerator, self.denominator)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        numerator, outside = compile_test(self.numerator, kpi, as_of), self.outside
        if self.denominator == ALWAYS:
            return numerator
        among = compile_test(self.denominator, kpi, as_of)
        return lambda record: numerator(record) if among(record) is True else outside


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
    complement: bool = False

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
