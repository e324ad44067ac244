"""A share of records."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from incidentcore._checks import checked, need_text
from incidentcore.conditions import ALWAYS, Condition
from incidentcore.errors import KpiDefinitionError
from incidentcore.kpi.engine.accumulators import Tally
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, Measure, Setting, Totals
from incidentcore.kpi.record_tests import (
    RecordTest,
    as_test,
    compile_test,
    test_needs,
    test_settings,
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
    of: str = attrs.field(
        validator=checked(need_text, KpiDefinitionError, "the denominator in words")
    )
    outside: str = "outside_denominator"

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
