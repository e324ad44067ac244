"""A share of records."""

# ruff: noqa: D102  what these methods do is said once, in ``Measure``

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore._checks import need_text
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Tally
from incidentcore.kpi.engine.estimates import wilson
from incidentcore.kpi.engine.results import Definition, Figure
from incidentcore.kpi.measures.base import Extract, Measure, Setting, Totals
from incidentcore.kpi.record_tests import (
    RecordTest,
    as_test,
    compile_test,
    test_needs,
    test_settings,
)


def tally_figure(kpi: Definition, total: Tally) -> Figure:
    """Return the share of records that were counted, with Wilson's interval if requested."""
    if not total.n:
        return Figure(value=None, n=0, numerator=0, denominator=0)
    low = high = None
    if kpi.confidence is not None:
        low, high = wilson(total.hits, total.n, kpi.confidence)
    return Figure(
        value=total.hits / total.n,
        n=total.n,
        numerator=total.hits,
        denominator=total.n,
        low=low,
        high=high,
    )


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

    is_share = True
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

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        return tally_figure(kpi, total)
