"""Timers of the intake: one for each condition, group and incident, set to its next deadline.

When a deadline is postponed, the old timer reschedules itself when it fires; when a deadline comes
nearer, a second timer is set, and the first has no effect. So postponing a deadline costs nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import Any, Final, TypeAlias

from incidentcore.intake.alert import IncidentReopened
from incidentcore.intake.live import LiveCondition, LiveGroup, LiveIncident
from incidentcore.intake.policy import IntakePolicy
from incidentcore.intake.state import IntakeState

Live: TypeAlias = LiveCondition | LiveGroup | LiveIncident
Tables: TypeAlias = tuple[Mapping[Any, Live], ...]  # in the order of their ``place``
Timer: TypeAlias = tuple[datetime, int, tuple[str, str] | str]

NOBODY: Final = ("", "")  # the opener of an incident that no alert has joined again
_DIGITS: Final = 18  # of the number of an incident; more is not one of ours
_SPARE: Final = 256  # timers out of date that are not worth clearing away


class Deadlines(ABC):
    """The faults, groups and incidents that the intake remembers, with their deadlines.

    ``opened`` is the greatest number that an incident of the stream has in its id.
    """

    def __init__(self, policy: IntakePolicy, state: IntakeState) -> None:
        self.policy = policy
        self.opened: int = state.opened
        self._memory = {unheard: policy.memory(unheard=unheard) for unheard in (False, True)}
        self.conditions: dict[tuple[str, str], LiveCondition] = {
            (one.source, one.key): LiveCondition.thawed(one, policy.severities)
            for one in state.conditions
        }
        self.groups: dict[str, LiveGroup] = {
            one.group: LiveGroup.thawed(one) for one in state.groups
        }
        self.incidents: dict[str, LiveIncident] = {
            one.id: LiveIncident.thawed(one) for one in state.incidents
        }
        self._tables: Tables = (self.conditions, self.groups, self.incidents)
        for name, condition in self.conditions.items():
            if condition.incident:
                self.incidents[condition.incident].members.add(name)
        for group in self.groups.values():
            for one in group.waiting:
                self.conditions[one.alert.source, one.alert.key].waits.append(group.name)
        self._timers: list[Timer] = []
        self._renew()

    def new_name(self) -> str:
        """Return the id of the next incident."""
        self.opened += 1
        return f"{self.policy.name}-{self.opened}"

    def reopen(self, notice: IncidentReopened, now: datetime) -> LiveIncident:
        """Return the open incident of a group: the one that people reopened, if it has no other.

        No incident gets the number of one that was opened before the state began.
        """
        number = notice.incident.removeprefix(f"{self.policy.name}-")
        if number.isdecimal() and len(number) <= _DIGITS:
            self.opened = max(self.opened, int(number))
        known = self.incidents.get(notice.incident)
        name = notice.group if known is None else known.group
        group = self.groups.setdefault(name, LiveGroup(name))
        incident = self.incidents.get(group.incident)
        if incident is None or incident.resolved_at is not None:
            incident = known
            if incident is None or incident.resolved_at is not None:
                incident = LiveIncident(notice.incident, name, NOBODY, now)
                self.incidents[incident.name] = incident
            incident.last_at = now
            group.incident = incident.name
            self.arm(incident)
        return incident

    def next_due(self) -> datetime | None:
        """Return the earliest deadline; None if there is none."""
        while self._timers:
            at, place, name = self._timers[0]
            live = self._tables[place].get(name)
            if live is not None and live.timer == at:
                if live.due(self.policy, self._memory) == at:
                    return at
                live.timer = None
                self.arm(live)
            heappop(self._timers)
        return None

    def run_timers(self, before: datetime) -> None:
        """Process every deadline before an instant, in time order."""
        timers = self._timers
        while timers and timers[0][0] < before:
            at, place, name = heappop(timers)
            live = self._tables[place].get(name)
            if live is None or live.timer != at:
                continue
            live.timer = None
            due = live.due(self.policy, self._memory)
            if due is not None and due <= at:
                self.passed(live, at)
                if self._tables[place].get(name) is not live:
                    continue
            self.arm(live)
        if len(timers) > _SPARE + 4 * len(self.conditions):
            self._renew()

    @abstractmethod
    def passed(self, live: Live, now: datetime) -> None:
        """Do what is due for a condition, group or incident; defined by the subclass."""
        ...

    def arm(self, live: Live) -> None:
        """Set a timer for the next deadline of a condition, group or incident, if needed."""
        due = live.due(self.policy, self._memory)
        if due is not None and (live.timer is None or due < live.timer):
            live.timer = due
            heappush(self._timers, (due, live.place, live.name))

    def _renew(self) -> None:
        """Set every timer again."""
        self._timers.clear()
        for table in self._tables:
            for live in table.values():
                live.timer = due = live.due(self.policy, self._memory)
                if due is not None:
                    self._timers.append((due, live.place, live.name))
        heapify(self._timers)
