"""The share of given things that records are linked to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs

from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Accumulator, Keyed
from incidentcore.kpi.engine.results import Definition, Figure
from incidentcore.kpi.measures.base import Extract, Measure, PartialMode
from incidentcore.records import Record

__all__ = ["LinkedShare"]


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen
class LinkedShare(Measure):
    """The share of given things that a record is linked to, such as deployments that failed.

    Attributes:
        type: The type of the link, such as ``"caused_by_change"``.
        targets: The ids of all the things, linked to or not: the denominator.
    """

    exact_only = True

    type: str
    targets: frozenset[str] = attrs.field(converter=_names)

    @property
    def unit(self) -> str:
        """Return ``fraction``."""
        return "fraction"

    @property
    def of(self) -> str:
        """Return the denominator in words."""
        return "the things given"

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        """Return a reader of the things that a record is linked to."""
        wanted, targets = self.type, self.targets

        def linked(record: Record) -> Any:
            return [
                link.target
                for link in record.links
                if link.type == wanted and link.target in targets
            ] or "no_link"

        return linked

    def accumulator(self, kpi: Definition, mode: PartialMode) -> Accumulator:
        """Return the things that were linked to."""
        return Keyed()

    def result(
        self, kpi: Definition, total: Any, *, window: Interval | None, as_of: datetime
    ) -> Figure:
        """Return the share."""
        hits, whole = len(total.keys), len(self.targets)
        value = hits / whole if whole else None
        return Figure(value=value, n=total.n, numerator=hits, denominator=whole)
