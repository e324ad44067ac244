"""The records that came in minus those that went out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

import attrs

from incidentcore.conditions import Condition
from incidentcore.kpi.engine.accumulators import Flow
from incidentcore.kpi.engine.results import Definition
from incidentcore.kpi.measures.base import Extract, Measure, Totals, history_needs, moment_needs
from incidentcore.kpi.moments import (
    MomentSpec,
    as_moment,
    compile_moment,
    compile_spells,
    may_be_condition,
)
from incidentcore.kpi.periods import Windows
from incidentcore.records import Record


@attrs.frozen
class NetFlow(Measure):
    """The number of records that came in minus the number that went out.

    Attributes:
        inflow: When a record comes in, as a field path or ``Moment``.
        outflow: When a record goes out. In a table with ``Periods``, a record counts as an arrival
            in the period of ``inflow``, and as a departure in the period of ``outflow``.
        inside: A condition on the record, in place of the two times: a record comes in whenever the
            condition becomes true, and goes out whenever it becomes false. Over a window, the
            figure is the change in the number of records for which it is true.
    """

    inflow: MomentSpec = attrs.field(default="opened_at", converter=as_moment)
    outflow: MomentSpec = attrs.field(default="resolved_at", converter=as_moment)
    inside: Condition | None = attrs.field(default=None, validator=may_be_condition, kw_only=True)

    totals: ClassVar[Totals] = Flow
    unit = "records"

    @property
    def needs(self) -> frozenset[str]:
        if self.inside is None:
            return moment_needs(self.inflow, self.outflow)
        # The moments of a resolution alone give the state of open and resolved records.
        return (history_needs(self.inside) - {"states"}) | {"resolved_at"}

    def reader(self, kpi: Definition, as_of: datetime) -> Extract:
        if self.inside is not None:
            spells = compile_spells(self.inside)

            def changes(record: Record) -> list[tuple[datetime | None, int]]:
                opened = record.opened_at
                steps: list[tuple[datetime | None, int]] = []
                for came, went in spells(record, as_of):
                    steps.append((max(came, opened), 1))
                    if went is not None:
                        steps.append((max(went, opened), -1))
                return steps or [(opened, 0)]

            return changes
        inflow, outflow = compile_moment(self.inflow, as_of), compile_moment(self.outflow, as_of)
        return lambda record: [(inflow(record), 1), (outflow(record), -1)]

    def placed(self, outcome: Any, windows: Windows) -> Iterable[tuple[str | None, Any]]:
        """Yield each period's name, with whether the record arrived and whether it departed in it.

        A record that did so several times in a period counts once: as arrived or as departed,
        whichever happened more often, or as both if both happened equally often.
        """
        moved: dict[str | None, list[int]] = {}
        for at, step in outcome:
            period = windows.period(at)
            if period is not None:
                moved.setdefault(period[0], []).append(step)
        for label, steps in moved.items():
            net, moves = sum(steps), any(steps)
            yield label, (int(moves and net >= 0), int(moves and net <= 0))
