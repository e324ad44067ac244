"""The result of a simulation: its records, the due items, and the work of each agent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs

from incidentcore.desk import DueItem
from incidentcore.records import Incident
from incidentcore.values import FrozenMap


@attrs.frozen
class Stint:
    """A period of work by one agent on one record, including breaks.

    ``agent`` is the agent's id; the end is no later than the end of the run.
    """

    agent: str
    record_id: str
    start: datetime
    end: datetime


@attrs.frozen(kw_only=True)
class Simulation:
    """The result of ``simulate``: the records, and who worked on them when.

    Attributes:
        records: The records in the order of their arrival.
        due_items: The items that became due by the desk's rules; empty with ``watch=False``.
        stints: The periods of work, ordered by start.
        utilization: For each agent, the share of their open time in which they worked, from 0 to 1.
    """

    records: tuple[Incident, ...]
    due_items: tuple[DueItem, ...]
    stints: tuple[Stint, ...]
    utilization: FrozenMap[float]

    def __repr__(self) -> str:
        return f"<Simulation: {len(self.records)} records, {len(self.stints)} stints>"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: FBT001  hypothesis and IPython
        """Print one line: both would print every record from the attributes."""
        printer.text(repr(self))

    @property
    def waits(self) -> tuple[timedelta, ...]:
        """Return how long each record waited for its first agent, if it had one."""
        first: dict[str, datetime] = {}
        for stint in self.stints:
            first.setdefault(stint.record_id, stint.start)
        return tuple(
            first[record.id] - record.opened_at for record in self.records if record.id in first
        )
