"""How often a field returned to an earlier value."""

from __future__ import annotations

from datetime import datetime

import attrs

from incidentcore.conditions import field
from incidentcore.conditions.access import reader
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, ValueMeasure, history_needs
from incidentcore.kpi.moments import as_path
from incidentcore.records import Record


@attrs.frozen
class ReturnCount(ValueMeasure):
    """The number of times that a field returned to an earlier value, such as a former group.

    ``unit`` is the unit of this number.
    """

    path: str = attrs.field(converter=as_path)
    unit: str = "times"

    @property
    def needs(self) -> frozenset[str]:
        return history_needs(field(self.path).present())

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        read = reader(self.path)

        def returns(record: Record) -> int:
            count, seen, current = 0, set(), None
            for _, facts in record.timeline().states():
                value = read(facts)
                if value is not None and value != current:
                    count += value in seen
                    seen.add(value)
                    current = value
            return count

        return returns
