"""The share of records that repeat an earlier one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar

import attrs

from incidentcore._checks import as_tuple, checked, need_span
from incidentcore.errors import KpiDefinitionError
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Keyed, microseconds
from incidentcore.kpi.engine.results import Definition, Figure, quotient
from incidentcore.kpi.measures.base import Extract, Measure, Totals
from incidentcore.kpi.moments import as_path, compile_path, facts_of
from incidentcore.records import Record


def _paths(paths: Iterable[str]) -> tuple[str, ...]:
    names: tuple[str, ...] = as_tuple(paths, str)
    if not names:
        raise KpiDefinitionError("key", names, "at least one field")
    return tuple(map(as_path, names))


@attrs.frozen
class Recurrence(Measure):
    """The share of records whose key equals that of a record opened at most ``within`` earlier.

    Attributes:
        key: The fields whose values must be equal. Records without any of these values are left
            out.
        within: The longest time between the two openings.
    """

    key: tuple[str, ...] = attrs.field(converter=_paths)
    within: timedelta = attrs.field(
        validator=checked(need_span, KpiDefinitionError, more_than_zero=True)
    )

    totals: ClassVar[Totals] = Keyed
    unit = "fraction"
    of = "records with a key"

    @property
    def needs(self) -> frozenset[str]:
        return facts_of(self.key)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        reads = [compile_path(path) for path in self.key]

        def keyed(record: Record) -> Any:
            key = tuple([read(record) for read in reads])
            if all(part in (None, "", ()) for part in key):
                return "no_value"
            return key, record.opened_at

        return keyed

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        gap = microseconds(self.within)
        again = sum(
            later - earlier <= gap
            for instants in total.keys.values()
            for earlier, later in pairwise(sorted(instants))
        )
        return quotient(kpi, again, total.n, total.n)
