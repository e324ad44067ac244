"""The figures of a report, and compliance as one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Final

import attrs

from incidentcore.conditions import Condition, field
from incidentcore.kpi import Count, Kpi, KpiResult, Objective, catalogue
from incidentcore.kpi.engine.estimates import wilson
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.record_tests import Answer, RecordTest
from incidentcore.records import Record
from incidentcore.values import FrozenMap

_CONFIDENCE: Final = Fraction(95, 100)
_FEW: Final = 20


@attrs.frozen
class _Reached(RecordTest):
    """Tests whether a record reached a moment, even if its source does not tell when."""

    moment: str

    def compile(self, kpi: Definition, as_of: datetime) -> Answer:
        def answer(record: Record) -> bool | str:
            if getattr(record, self.moment) is not None:
                return True
            return False if record.is_covered(self.moment) else "not_covered"

        return answer


def _count(state: str, population: Condition | RecordTest) -> Kpi:
    return Kpi(
        id=f"records_{state}",
        measure=Count(),
        population=population,
        canceled="include",
        title=f"Records {state}",
        source="our choice",
    )


VOLUME: Final[Mapping[str, Kpi]] = {
    "opened": catalogue.VOLUME,
    "resolved": _count("resolved", _Reached("resolved_at")),
    "closed": _count("closed", _Reached("closed_at")),
    "canceled": _count("canceled", _Reached("canceled_at")),
    "reopened": _count("reopened", field("reopen_count") > 0),
    "major": _count("major", field("major_status").equals("accepted")),
    "backlog": catalogue.BACKLOG,
}
"""The counts in every report, by heading."""

KPIS: Final[tuple[Kpi, ...]] = (
    catalogue.MEAN_TIME_TO_ACKNOWLEDGE,
    catalogue.MEAN_TIME_TO_FIRST_RESPONSE,
    catalogue.MEAN_TIME_TO_RESOLVE,
    catalogue.MEDIAN_TIME_TO_RESOLVE,
    catalogue.P90_TIME_TO_RESOLVE,
    catalogue.SURVIVAL_MEDIAN_TIME_TO_RESOLVE,
    catalogue.FIRST_CONTACT_RESOLUTION_RATE,
    catalogue.REOPEN_RATE,
    catalogue.RESOLVED_WITHOUT_REASSIGNMENT_RATE,
)
"""The KPIs of a report; those whose data the source lacks are named, but not shown."""


def compliance(
    counts: Mapping[str, int],
    *,
    definition: str,
    group: Sequence[object] = (),
    objective: Objective | None = None,
) -> KpiResult:
    """Return the share of clocks that met their target, among those that met or breached it.

    ``counts`` has the number of clocks by outcome; ``definition`` is an id (``Kpi.definition``).
    """
    met, n = counts.get("met", 0), counts.get("met", 0) + counts.get("breached", 0)
    low, high = wilson(met, n, _CONFIDENCE) if n else (None, None)
    share = None if objective is None else objective.allowed_misses
    budget = None if share is None else float(share * n)
    return KpiResult(
        kpi="sla_compliance",
        definition=definition,
        group=tuple(group),
        value=met / n if n else None,
        unit="fraction",
        n=n,
        excluded=FrozenMap({k: v for k, v in counts.items() if v and k not in ("met", "breached")}),
        numerator=met,
        denominator=n,
        of="clocks met or breached",
        low=low,
        high=high,
        enough=n >= _FEW,
        objective=objective,
        budget=budget,
        budget_left=None if budget is None else budget - (n - met),
    )
