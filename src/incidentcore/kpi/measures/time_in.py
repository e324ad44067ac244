"""How long a condition held for a record."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from incidentcore.conditions import Condition
from incidentcore.kpi.engine.accumulators import microseconds
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import (
    Extract,
    Setting,
    ValueMeasure,
    history_needs,
    moment_needs,
)
from incidentcore.kpi.measures.duration import time_of
from incidentcore.kpi.moments import (
    MomentSpec,
    as_moment,
    compile_moment,
    compile_spells,
    moment_of,
    need_condition,
)
from incidentcore.records import Record


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
