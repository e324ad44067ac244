"""Timers of the intake: one for each condition, group and incident, set to its next deadline.

When a deadline is postponed, the old timer reschedules itself when it fires; when a deadline comes
nearer, a second timer is set, and the first has no effect. So postponing a deadline costs nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import datetime
from heapq import heapify, heappop, heappush
from itertools import chain
from typing import Final, TypeAlias

from incidentcore.intake.live import LiveCondition, LiveGroup, LiveIncident
from incidentcore.intake.policy import IntakePolicy
from incidentcore.intake.state import IntakeState

__all__ = ["Deadlines", "Live"]

Live: TypeAlias = LiveCondition | LiveGroup | LiveIncident
Timer: TypeAlias = tuple[datetime, int, tuple[str, ...]]

_SPARE: Final = 256  # timers out of date that are not worth clearing away


class Deadlines(ABC):
    """The conditions, groups and incidents that the intake remembers, with their deadlines.

    Args:
        policy: How alerts become incidents.
        state: The state from which to continue.
    """

    def __init__(self, policy: IntakePolicy, state: IntakeState) -> None:
        self.policy = policy
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
        for name, condition in self.conditions.items():
            if condition.incident:
                self.incidents[condition.incident].members.add(name)
        for group in self.groups.values():
            for one in group.waiting:
                self.conditions[one.alert.source, one.alert.key].waits.append(group.name[0])
        self._timers: list[Timer] = []
        self._renew()

    def next_due(self) -> datetime | None:
        """Return the earliest deadline; None if there is none."""
        while self._timers:
            at, place, name = self._timers[0]
            live = self._find(place, name)
            if live is not None and live.timer == at:
                if self.due(live) == at:
                    return at
                live.timer = None
                self.arm(live)
            heappop(self._timers)
        return None

    def is_due(self, before: datetime) -> bool:
        """Return whether there is a timer before an instant."""
        timers = self._timers
        return bool(timers) and timers[0][0] < before

    def run_timers(self, before: datetime) -> None:
        """Process every deadline before an instant, in order of time."""
        timers = self._timers
        while timers and timers[0][0] < before:
            at, place, name = heappop(timers)
            live = self._find(place, name)
            if live is None or live.timer != at:
                continue
            live.timer = None
            due = self.due(live)
            if due is not None and due <= at:
                self.passed(live, at)
                if self._find(place, name) is not live:
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
        due = self.due(live)
        if due is not None and (live.timer is None or due < live.timer):
            live.timer = due
            heappush(self._timers, (due, live.place, live.name))

    def due(self, live: Live) -> datetime | None:
        """Return the next deadline of a condition, group or incident; None if it has none."""
        if isinstance(live, LiveCondition):
            return self._condition_due(live)
        if isinstance(live, LiveGroup):
            return live.waiting[0].at + self.policy.window if live.waiting else None
        if live.resolved_at is not None:
            within = self.policy.reopen_within
            return live.resolved_at if within is None else live.resolved_at + within
        return None if live.members else live.last_at + self.policy.window

    def _condition_due(self, condition: LiveCondition) -> datetime | None:
        found = condition.held_until
        other: datetime | None = None
        if condition.firing:
            if self.policy.silence is not None:
                other = condition.heard_at + self.policy.silence
        elif not condition.incident:
            other = condition.heard_at + self._memory[condition.unheard]
        if other is not None and (found is None or other < found):
            found = other
        if condition.flapping:
            calm = self.calm_at(condition)
            if found is None or calm < found:
                found = calm
        return found

    def calm_at(self, condition: LiveCondition) -> datetime:
        """Return when a condition stops flapping if nothing more changes."""
        flapping = self.policy.flapping
        if flapping is None or len(condition.changes) <= flapping.stop:
            return condition.heard_at  # the policy was changed: at once
        return condition.changes[-flapping.stop - 1] + flapping.within

    def _find(self, place: int, name: tuple[str, ...]) -> Live | None:
        if place == LiveCondition.place:
            return self.conditions.get((name[0], name[1]))
        return (self.groups if place == LiveGroup.place else self.incidents).get(name[0])

    def _renew(self) -> None:
        """Set every timer again."""
        self._timers = []
        every: tuple[Iterable[Live], ...] = (
            self.conditions.values(),
            self.groups.values(),
            self.incidents.values(),
        )
        for live in chain(*every):
            live.timer = due = self.due(live)
            if due is not None:
                self._timers.append((due, live.place, live.name))
        heapify(self._timers)
