"""The facts of a record's history: one frozen class for each kind (rule H1).

An event says what happened, when it happened (``at``), when that became known (``recorded_at``)
and who did it. It stores what is new, never what was before: before-values are read from the fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.links import Link
from incidentcore.values import Actor, FrozenMap, Role, State

__all__ = [
    "Assigned",
    "Classified",
    "Corrected",
    "Event",
    "FieldsChanged",
    "LifecycleRef",
    "Linked",
    "Opened",
    "Prioritized",
    "StateChanged",
    "Unlinked",
]

NO_FIELDS: Final[FrozenMap[object]] = FrozenMap()
_HUMAN: Final = (Role.AGENT, Role.VENDOR)


@attrs.frozen
class LifecycleRef:
    """Which lifecycle a record follows: its id and version (rule H3)."""

    id: str
    version: str = "1"


@attrs.frozen(kw_only=True)
class Event:
    """One fact in a record's history; the base of all kinds.

    Attributes:
        record_id: The record it belongs to.
        sequence: Its number in the record's history, from 1 without gaps, given on append.
        at: When it happened, in UTC.
        by: Who did it, in which role.
        recorded_at: When it became known, in UTC; the same as ``at`` unless told.
        id: Its own id; ``{record_id}:{sequence}`` unless told.

    Raises:
        InvalidValueError: An id is empty, the sequence no whole number from 1, or a time naive.
    """

    kind: ClassVar[str] = "event"

    record_id: str
    sequence: int
    at: datetime
    by: Actor
    recorded_at: datetime = attrs.field(default=attrs.Factory(lambda self: self.at, True))
    id: str = attrs.field(
        default=attrs.Factory(lambda self: f"{self.record_id}:{self.sequence}", True)
    )

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.record_id, str) or not self.record_id:
            raise InvalidValueError("record_id", self.record_id, "a non-empty text")
        if type(self.sequence) is not int or self.sequence < 1:
            raise InvalidValueError("sequence", self.sequence, "a whole number from 1")
        if not isinstance(self.id, str) or not self.id:
            raise InvalidValueError("id", self.id, "a non-empty text")
        if not isinstance(self.by, Actor):
            raise InvalidValueError("by", self.by, "an Actor")
        object.__setattr__(self, "at", as_utc(self.at))
        object.__setattr__(self, "recorded_at", as_utc(self.recorded_at, "recorded_at"))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the facts that this event changes, given the facts before it."""
        return {}


@attrs.frozen(kw_only=True)
class Opened(Event):
    """The record came into being; folded first, whatever its instant."""

    kind: ClassVar[str] = "opened"

    record_type: str
    state: State
    lifecycle: LifecycleRef
    fields: FrozenMap[object] = NO_FIELDS

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return everything the record starts with."""
        changes: dict[str, object] = {
            "id": self.record_id,
            "state": self.state,
            "lifecycle": self.lifecycle,
            "opened_at": self.at,
            "opened_by": self.by,
            **self.fields,
        }
        if "caller" not in self.fields and self.by.role == Role.REQUESTER:
            changes["caller"] = self.by.id
        changes.update(_effective_priority(facts, changes))
        changes.update(_entering(self.state, self.at, facts))
        return changes


@attrs.frozen(kw_only=True)
class StateChanged(Event):
    """A transition of the lifecycle, with the state entered as a value."""

    kind: ClassVar[str] = "state_changed"

    action: str
    state: State
    fields: FrozenMap[object] = NO_FIELDS

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the new state with the moments and counts that follow from entering it."""
        before: State = facts["state"]
        state = self.state
        changes: dict[str, object] = {"state": state}
        if before.pauses and not state.pauses:
            changes["hold_reason"] = None
        if state.open and not before.open:
            changes["reopen_count"] = facts["reopen_count"] + 1
            changes["reopened_at"] = self.at
            for name in ("resolved_at", "closed_at", "canceled_at", *_RESOLUTION):
                changes[name] = None
        if facts["acknowledged_at"] is None and self.by.role in _HUMAN and state.open:
            changes["acknowledged_at"] = self.at
            changes["acknowledged"] = True
        changes.update(_entering(state, self.at, facts))
        changes.update(_set_fields(self.fields, facts))
        return changes


_RESOLUTION: Final = ("resolution_code", "resolution_notes", "verification", "closure_confirmed_by")


def _entering(state: State, at: datetime, facts: Mapping[str, Any]) -> dict[str, object]:
    """Return the moments that entering a state sets."""
    if state.open:
        return {}
    before: State | None = facts["state"]
    changes: dict[str, object] = {}
    if before is not None and before.final and not state.final:
        changes["closed_at"] = changes["canceled_at"] = None
    if state.resolved and not (state.final and before is not None and before.resolved):
        changes["resolved_at"] = at
        if facts["first_resolved_at"] is None:
            changes["first_resolved_at"] = at
        if facts["restored_at"] is None:
            changes["restored_at"] = at
    if state.is_closed:
        changes["closed_at"] = at
    elif state.is_canceled:
        changes["canceled_at"] = at
        changes["resolved_at"] = None
    return changes


def _set_fields(fields: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, object]:
    """Return what setting fields changes, with the facts that follow from them."""
    changes: dict[str, Any] = dict(fields)
    custom = changes.get("custom")
    if custom is not None:
        changes["custom"] = facts["custom"].set(**custom)
    group, before = changes.get("assignment_group"), facts["assignment_group"]
    if group is not None and before is not None and group != before:
        changes["reassignment_count"] = facts["reassignment_count"] + 1
    changes.update(_effective_priority(facts, changes))
    return changes


def _effective_priority(facts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, object]:
    """Return the effective priority where one of its two sources changes (rule H5)."""
    if "computed_priority" not in changes and "priority_override" not in changes:
        return {}
    override = changes.get("priority_override", facts["priority_override"])
    computed = changes.get("computed_priority", facts["computed_priority"])
    return {"priority": computed if override is None else override}


@attrs.frozen(kw_only=True)
class Assigned(Event):
    """Group, assignee or support tier were set; what is not named stays."""

    kind: ClassVar[str] = "assigned"
    allowed: ClassVar[frozenset[str]] = frozenset(("assignment_group", "assignee", "support_tier"))

    fields: FrozenMap[object]

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the assignment, and the count of changes from one group to another."""
        return _set_fields(self.fields, facts)


@attrs.frozen(kw_only=True)
class Classified(Event):
    """The category was set, with how sure and why."""

    kind: ClassVar[str] = "classified"

    category: tuple[str, ...]
    confidence: float | None = None
    evidence: tuple[str, ...] = ()

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the category."""
        return {"category": self.category}


@attrs.frozen(kw_only=True)
class Prioritized(Event):
    """Impact, urgency, computed priority or override were set, with the reason."""

    kind: ClassVar[str] = "prioritized"
    allowed: ClassVar[frozenset[str]] = frozenset(
        ("impact", "urgency", "computed_priority", "priority_override")
    )

    fields: FrozenMap[object]
    reason: str = ""

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return what was set and the effective priority that follows (rule H5)."""
        return _set_fields(self.fields, facts)


@attrs.frozen(kw_only=True)
class FieldsChanged(Event):
    """Descriptive fields were set; entries of ``custom`` are merged, all else replaced."""

    kind: ClassVar[str] = "fields_changed"

    fields: FrozenMap[object]

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields as they are now."""
        return _set_fields(self.fields, facts)


@attrs.frozen(kw_only=True)
class Linked(Event):
    """A link to another record was made."""

    kind: ClassVar[str] = "linked"

    link: Link

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the links with this one."""
        links: frozenset[Link] = facts["links"]
        return {} if self.link in links else {"links": links | {self.link}}


@attrs.frozen(kw_only=True)
class Unlinked(Event):
    """A link was removed."""

    kind: ClassVar[str] = "unlinked"

    link: Link

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the links without this one."""
        links: frozenset[Link] = facts["links"]
        return {"links": links - {self.link}} if self.link in links else {}


@attrs.frozen(kw_only=True)
class Corrected(Event):
    """An earlier event did not happen as told: it no longer counts.

    What really happened is appended beside it as events of its own. A correction counts from its
    own ``at``: dated like the event it corrects, it changes every answer about the past, while
    ``as_of`` still shows what was known before it was recorded.

    Attributes:
        corrects: The id of the event that was wrong. The opening cannot be corrected.
        reason: Why.
    """

    kind: ClassVar[str] = "corrected"

    corrects: str
    reason: str = ""
