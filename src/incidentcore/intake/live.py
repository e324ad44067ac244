"""Mutable objects with the content of an ``IntakeState``, for use while alerts are processed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Final

from incidentcore.digest import content_id
from incidentcore.intake.alert import Alert, IncidentEnded, Notice
from incidentcore.intake.policy import Flapping, IntakePolicy
from incidentcore.intake.severity import SeverityTable
from incidentcore.intake.state import ConditionState, GroupState, OpenIncident, PendingAlert
from incidentcore.values.slots import slot_maker

_AS_STORED: Final = (
    *("firing", "heard_at", "incident", "flapping", "unheard", "inhibits"),
    *("held", "held_until", "held_by", "held_for"),
)
_condition_state: Final = slot_maker(ConditionState)


class LiveCondition:
    """A mutable ``ConditionState``; ``waits`` are the groups in which an alert of it waits."""

    place: ClassVar[int] = 0

    __slots__ = (
        *("changes", "firing", "flapping", "heard_at", "held", "held_by", "held_for"),
        *("held_until", "incident", "inhibits", "last_at", "name", "rank", "severity", "timer"),
        *("unheard", "waits"),
    )

    def __init__(self, name: tuple[str, str], last_at: datetime) -> None:
        self.name = name
        self.firing = False
        self.last_at = last_at
        self.heard_at = last_at
        self.severity: str | None = None  # no alert has been taken yet
        self.rank = 0
        self.incident = ""
        self.changes: list[datetime] = []
        self.flapping: bool = False
        self.held: Alert | None = None
        self.held_until: datetime | None = None
        self.held_by: str = ""
        self.held_for: str = ""
        self.inhibits: tuple[str, ...] = ()
        self.unheard = False
        self.waits: list[str] = []
        self.timer: datetime | None = None

    @classmethod
    def thawed(cls, state: ConditionState, severities: SeverityTable) -> LiveCondition:
        """Return the mutable object for a ``ConditionState``."""
        found = cls((state.source, state.key), state.last_at)
        for name in _AS_STORED:
            setattr(found, name, getattr(state, name))
        found.severity = state.severity
        found.rank = severities.rank(state.severity)
        found.changes = list(state.changes)
        return found

    def frozen(self) -> ConditionState:
        """Return the immutable ``ConditionState``."""
        source, key = self.name
        return _condition_state(
            source=source,
            key=key,
            firing=self.firing,
            last_at=self.last_at,
            heard_at=self.heard_at,
            severity=self.severity or "",
            incident=self.incident,
            changes=tuple(self.changes),
            flapping=self.flapping,
            held=self.held,
            held_until=self.held_until,
            held_by=self.held_by,
            held_for=self.held_for,
            inhibits=self.inhibits,
            unheard=self.unheard,
        )

    def due(self, policy: IntakePolicy, memory: Mapping[bool, timedelta]) -> datetime | None:
        """Return the next deadline; None if there is none."""
        found: datetime | None = None
        if self.firing:
            if policy.silence is not None:
                found = self.heard_at + policy.silence
        elif not self.incident:
            found = self.heard_at + memory[self.unheard]
        until = self.held_until
        if until is not None and (found is None or until < found):
            found = until
        if self.flapping:
            calm = self.calm_at(policy.flapping)
            if found is None or calm < found:
                found = calm
        return found

    def calm_at(self, flapping: Flapping | None) -> datetime:
        """Return when the fault stops flapping if nothing more changes."""
        if flapping is None or len(self.changes) <= flapping.stop:
            return self.heard_at  # the policy was changed: at once
        return self.changes[-flapping.stop - 1] + flapping.within

    def change(self, now: datetime, flapping: Flapping) -> None:
        """Record a change of status at an instant, and whether the fault is now flapping."""
        self.changes.append(now)
        if len(self.changes) > flapping.start:
            del self.changes[0]
        if len(self.changes) == flapping.start and now - self.changes[0] < flapping.within:
            self.flapping = True

    def let_go(self) -> Alert | None:
        """Return the alert that was held back, which is now released; None if there was none."""
        alert, self.held, self.held_until = self.held, None, None
        self.held_by = self.held_for = ""
        return alert


class LiveGroup:
    """A mutable ``GroupState``."""

    place: ClassVar[int] = 1

    __slots__ = ("incident", "name", "timer", "waiting")

    def __init__(self, name: str, incident: str = "") -> None:
        self.name: str = name
        self.incident: str = incident
        self.waiting: list[PendingAlert] = []
        self.timer: datetime | None = None

    @classmethod
    def thawed(cls, state: GroupState) -> LiveGroup:
        """Return the mutable object for a ``GroupState``."""
        found = cls(state.group, state.incident)
        found.waiting = list(state.waiting)
        return found

    def frozen(self) -> GroupState:
        """Return the immutable ``GroupState``."""
        return GroupState(group=self.name, incident=self.incident, waiting=tuple(self.waiting))

    def due(self, policy: IntakePolicy, _: object) -> datetime | None:
        """Return when the first waiting alert has waited too long; None if none waits."""
        return self.waiting[0].at + policy.window if self.waiting else None


class LiveIncident:
    """A mutable ``OpenIncident``; ``members`` are those of its faults that are firing."""

    place: ClassVar[int] = 2

    __slots__ = ("group", "last_at", "members", "name", "opener", "resolved_at", "timer")

    def __init__(self, name: str, group: str, opener: tuple[str, str], last_at: datetime) -> None:
        self.name: str = name
        self.group: str = group
        self.opener: tuple[str, str] = opener
        self.last_at: datetime = last_at
        self.resolved_at: datetime | None = None
        self.members: set[tuple[str, str]] = set()
        self.timer: datetime | None = None

    @classmethod
    def thawed(cls, state: OpenIncident) -> LiveIncident:
        """Return the mutable object for an ``OpenIncident``."""
        found = cls(state.id, state.group, (state.source, state.key), state.last_at)
        found.resolved_at = state.resolved_at
        return found

    def frozen(self) -> OpenIncident:
        """Return the immutable ``OpenIncident``."""
        source, key = self.opener
        return OpenIncident(
            id=self.name,
            group=self.group,
            source=source,
            key=key,
            last_at=self.last_at,
            resolved_at=self.resolved_at,
        )

    def due(self, policy: IntakePolicy, _: object) -> datetime | None:
        """Return when no alert can join or reopen it any more; None while a fault is firing."""
        if self.resolved_at is not None:
            within = policy.reopen_within
            return self.resolved_at if within is None else self.resolved_at + within
        return None if self.members else self.last_at + policy.window


def in_order(items: Iterable[Alert | Notice], policy: IntakePolicy) -> list[Alert | Notice]:
    """Return the items of one instant in the order in which they are processed.

    Ended incidents come first, so that no alert of the instant joins them, and then reopened ones,
    so that it joins these. Then come firing alerts,
    so that nothing is resolved that fires at the same instant, beginning with those that inhibit
    others, and among these with those that nothing inhibits. All else is sorted by time, severity
    (worst first), source, key and receipt, so that an incident is named after its first alert.
    """
    severities = policy.severities

    def place(item: Alert | Notice) -> tuple[object, ...]:
        if isinstance(item, IncidentEnded):
            return (0, item.incident, not item.final, item.at)
        if not isinstance(item, Alert):
            return (1, item.incident, item.group, item.at)
        rank = severities.rank(item.severity)
        first = 2
        if item.firing and policy.inhibits(item):
            first = any(rule.waits_for(item) for rule in policy.inhibit)
        stage = 2 if item.firing else 3
        fault = (item.source, item.key)
        return (stage, first, item.happened_at, rank, *fault, item.recorded_at)

    found = sorted(items, key=place)
    if any(a != b and place(a) == place(b) for a, b in pairwise(found)):
        found.sort(key=lambda item: (*place(item), content_id(item)))
    return found
