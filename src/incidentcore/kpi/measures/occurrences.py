"""How often a condition became true for a record."""

# ruff: noqa: D102  what these methods do is said once, in ``Measure``

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore.conditions import Condition
from incidentcore.conditions.instants import timed_tests
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, ValueMeasure, history_needs
from incidentcore.kpi.moments import need_condition
from incidentcore.records import Record


@attrs.frozen
class OccurrenceCount(ValueMeasure):
    """The number of times that a condition on the record became true, at most once per instant.

    ``unit`` is the unit of this number.
    """

    condition: Condition = attrs.field(validator=need_condition)
    unit: str = "times"

    @property
    def needs(self) -> frozenset[str]:
        return history_needs(self.condition)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        test, timed = self.condition.test, timed_tests([self.condition])

        def times(record: Record) -> int:
            count, held = 0, False
            for moment, facts in record.timeline().with_instants(timed, as_of).states():
                holds = test(facts, moment.at)
                count += holds and not held
                held = holds
            return count

        return times
