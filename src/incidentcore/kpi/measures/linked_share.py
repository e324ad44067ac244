"""The share of listed items that a record is linked to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore._checks import tuple_of
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Keyed
from incidentcore.kpi.engine.results import Definition, Figure, quotient
from incidentcore.kpi.measures.base import Extract, Measure, Totals
from incidentcore.records import Record


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(tuple_of(names))


@attrs.frozen
class LinkedShare(Measure):
    """The share of the listed items to which at least one record is linked.

    If all deployments are listed, for example, this is the share that caused an incident.

    Attributes:
        type: The type of the link, such as ``"caused_by_change"``.
        targets: The ids of all items, linked or not; their number is the denominator.
    """

    type: str
    targets: frozenset[str] = attrs.field(converter=_names)

    totals: ClassVar[Totals] = Keyed
    unit = "fraction"
    of = "the listed items"

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        wanted, targets = self.type, self.targets

        def linked(record: Record) -> Any:
            return [
                link.target
                for link in record.links
                if link.type == wanted and link.target in targets
            ] or "no_link"

        return linked

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        return quotient(kpi, len(total.keys), len(self.targets), total.n)
