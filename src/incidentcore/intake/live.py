"""Mutable objects with the content of an ``IntakeState``, for use while alerts are processed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Final

import attrs

from incidentcore._checks import SharedRepr
from incidentcore.digest import content_id
from incidentcore.intake.alert import Alert, IncidentEnded, Notice
from incidentcore.intake.policy import Flapping, IntakePolicy
from incidentcore.intake.severity import SeverityTable
from incidentcore.intake.state import ConditionState, GroupState, OpenIncident, PendingAlert
from incidentcore.values.slots import slot_maker

_AS_STORED: Final = (
    *("firing", "last_at", "heard_at", "incident", "flapping", "unheard", "inhibits"),
    *("held", "held_until", "held_by", "held_for"),
)
_condition_state: Final = slot_maker(ConditionState)


@attrs.define(eq=False)
class LiveCondition(SharedRepr):
    """A mutable ``ConditionState``; ``waits`` are the groups in which an alert of it waits."""

    place: ClassVar[int] = 0

    name: tuple[str, str]
    last_at: datetime
    heard_at: datetime = attrs.field(default=attrs.Factory(lambda self: self.last_at, True))
    firing: bool = False
    severity: str | None = None  # no alert has been taken yet
    rank: int = 0
    incident: str = ""
    changes: list[datetime] = attrs.field(factory=list)
    flapping: bool = False
    held: Alert | None = None
    held_until: datetime | None = None
    held_by: str = ""
    held_for: str = ""
    inhibits: tuple[str, ...] = ()
    unheard: bool = False
    waits: list[str] = attrs.field(factory=list)
    timer: datetime | None = None

    @classmethod
    def thawed(cls, state: ConditionState, severities: SeverityTable) -> LiveCondition:
        """Return the mutable object for a ``ConditionState``."""
        return cls(
            (state.source, state.key),
            severity=state.severity,
            rank=severities.rank(state.severity),
            changes=list(state.changes),
            **{name: getattr(state, name) for name in _AS_STORED},
        )

    def frozen(self) -> ConditionState:
        """Return the immutable ``ConditionState``."""
        return _condition_state(
            source=self.name[0],
            key=self.name[1],
            severity=self.severity or "",
            changes=tuple(self.changes),
            **{name: getattr(self, name) for name in _AS_STORED},
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


@attrs.define(eq=False)
class LiveGroup(SharedRepr):
    """A mutable ``GroupState``."""

    place: ClassVar[int] = 1

    name: str
    incident: str = ""
    waiting: list[PendingAlert] = attrs.field(factory=list)
    timer: datetime | None = None

    @classmethod
    def thawed(cls, state: GroupState) -> LiveGroup:
        """Return the mutable object for a ``GroupState``."""
        return cls(state.group, state.incident, list(state.waiting))

    def frozen(self) -> GroupState:
        """Return the immutable ``GroupState``."""
        return GroupState(group=self.name, incident=self.incident, waiting=tuple(self.waiting))

    def due(self, policy: IntakePolicy, _: object) -> datetime | None:
        """Return when the first waiting alert has waited too long; None if none waits."""
        return self.waiting[0].at + policy.window if self.waiting else None


@attrs.define(eq=False)
class LiveIncident(SharedRepr):
    """A mutable ``OpenIncident``; ``members`` are those of its faults that are firing."""

    place: ClassVar[int] = 2

    name: str
    group: str
    opener: tuple[str, str]
    last_at: datetime
    resolved_at: datetime | None = None
    members: set[tuple[str, str]] = attrs.field(factory=set)
    timer: datetime | None = None

    @classmethod
    def thawed(cls, state: OpenIncident) -> LiveIncident:
        """Return the mutable object for an ``OpenIncident``."""
        opener = (state.source, state.key)
        return cls(state.id, state.group, opener, state.last_at, state.resolved_at)

    def frozen(self) -> OpenIncident:
        """Return the immutable ``OpenIncident``."""
        return OpenIncident(
            id=self.name,
            group=self.group,
            source=self.opener[0],
            key=self.opener[1],
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
