"""The number of events, each counted at its own instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore.conditions import Condition
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Ratio
from incidentcore.kpi.engine.results import Definition, Figure, exact_number
from incidentcore.kpi.measures.base import Extract, Measure, Totals, history_needs
from incidentcore.kpi.moments import events_that, need_condition
from incidentcore.kpi.periods import Windows
from incidentcore.records import Event, Record


@attrs.frozen
class EventCount(Measure):
    """The number of events that satisfy a condition, each counted at its own instant.

    Events that a correction made void do not count. A table of these KPIs may be grouped by a field
    of the events: ``Group("target", when="event")`` counts pages per person. To count only events
    at certain times of day, add ``& during(calendar)`` to the condition.

    Attributes:
        condition: What an event must satisfy, such as ``field("kind").equals("escalated")``.
        unit: The unit of the figure, such as ``pages``.
    """

    totals: ClassVar[Totals] = Ratio
    counts_events = True

    condition: Condition = attrs.field(validator=need_condition)
    unit: str = "events"

    @property
    def needs(self) -> frozenset[str]:
        return history_needs(self.condition)

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        test = self.condition.test

        def events(record: Record) -> list[Event]:
            return list(events_that(record, test))

        return events

    def placed(self, outcome: Any, windows: Windows) -> Iterable[tuple[str | None, Any]]:
        counts: dict[str | None, int] = {}
        for event in outcome:
            period = windows.period(event.at)
            if period is not None:
                counts[period[0]] = counts.get(period[0], 0) + 1
        return [(label, (count, 1)) for label, count in counts.items()]

    def result(self, kpi: Definition, total: Any, within: Interval | None) -> Figure:
        return Figure(value=exact_number(total.above), n=total.n)
