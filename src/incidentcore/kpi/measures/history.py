"""What a history tells: how long a condition held, and how often something happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore.conditions import Condition, field
from incidentcore.conditions.access import reader
from incidentcore.instants import Interval
from incidentcore.kpi.engine.accumulators import Ratio, microseconds
from incidentcore.kpi.engine.results import Definition, Figure, exact_number
from incidentcore.kpi.measures.base import (
    Extract,
    Measure,
    Setting,
    Totals,
    ValueMeasure,
    history_needs,
    moment_needs,
)
from incidentcore.kpi.measures.duration import time_of
from incidentcore.kpi.moments import (
    MomentSpec,
    as_moment,
    as_path,
    compile_moment,
    compile_spells,
    events_that,
    moment_of,
    need_condition,
)
from incidentcore.kpi.periods import Windows
from incidentcore.records import Event, Record


@attrs.frozen
class TimeIn(ValueMeasure):
    """The time for which a condition on the record held, counted from the opening.

    Attributes:
        condition: The condition that must hold, such as ``field("state.pauses").is_true()``.
        until: When counting ends; the instant of the computation by default. A record is left out
            if it lacks this time, or if this time is before the opening (reason ``negative``).
    """

    condition: Condition = attrs.field(validator=need_condition)
    until: MomentSpec = attrs.field(default="as_of", converter=as_moment)

    unit = "duration"

    @property
    def needs(self) -> frozenset[str]:
        return history_needs(self.condition) | moment_needs(self.until)

    settings: ClassVar[frozenset[Setting]] = frozenset({"clock"})

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        read_until = compile_moment(self.until, as_of)
        spells, clock = compile_spells(self.condition), kpi.clock
        code = moment_of(self.until).not_reached

        def time_in(record: Record) -> int | str:
            until = read_until(record)
            if until is None:
                return code
            if until < record.opened_at:
                return "negative"
            held = spells(record, until)
            return microseconds(time_of(held, record.opened_at, until, clock))

        return time_in


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
