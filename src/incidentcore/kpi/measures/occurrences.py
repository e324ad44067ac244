"""How often a condition became true for a record."""

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore.conditions import Condition
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, ValueMeasure, history_needs
from incidentcore.kpi.moments import compile_spells, need_condition


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
        spells = compile_spells(self.condition)
        return lambda record: sum(1 for _ in spells(record, as_of))
