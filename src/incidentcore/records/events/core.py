"""The central events of a record's history: one frozen class for each kind (rule H1).

An event states what happened, when it happened (``at``), when that became known (``recorded_at``)
and who did it. It stores only new values, never old ones: those follow from earlier events.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

import attrs

from incidentcore._checks import a_text, any_text, each_of, need_share, of_type
from incidentcore.instants import as_utc
from incidentcore.records.coverage import checked_covers
from incidentcore.records.events.base import Event, LifecycleRef, SettingEvent
from incidentcore.records.fields import checked_fields
from incidentcore.records.links import Link
from incidentcore.values import FrozenMap, State
from incidentcore.values.frozen import entries_of, merged

NO_FIELDS: Final[FrozenMap[object]] = FrozenMap()
HUMAN: Final = frozenset(("agent", "vendor"))
_RESOLUTION: Final = ("resolution_code", "resolution_notes", "verification", "closure_confirmed_by")

_set = object.__setattr__


def _covers(covers: Iterable[str] | None) -> frozenset[str] | None:
    return None if covers is None else checked_covers(covers)


def _instant(at: datetime | None) -> datetime | None:
    return None if at is None else as_utc(at)


@attrs.frozen(kw_only=True)
class Opened(SettingEvent):
    """The record was opened; this event is always applied first, regardless of its time.

    Attributes:
        record_type: The type of record.
        state: The state that the record starts in.
        lifecycle: The lifecycle that the record follows.
        fields: The fields that the record starts with.
        covers: What the source of the history supplies, as values of ``Coverage`` and names of
            fields; None for everything.
    """

    kind: ClassVar[str] = "opened"

    record_type: str = attrs.field(validator=a_text)
    state: State = attrs.field(validator=of_type(State))
    lifecycle: LifecycleRef = attrs.field(validator=of_type(LifecycleRef))
    fields: FrozenMap[object] = NO_FIELDS
    covers: frozenset[str] | None = attrs.field(
        default=None, converter=_covers, metadata={"later": True}
    )

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that the record starts with."""
        changes: dict[str, object] = {
            "id": self.record_id,
            "state": self.state,
            "lifecycle": self.lifecycle,
            "opened_at": self.at,
            "opened_by": self.by,
        }
        changes.update(entries_of(self.fields))
        if self.covers is not None:
            changes["covers"] = self.covers
        if "caller" not in changes and self.by.role == "requester":
            changes["caller"] = self.by.id
        if "assignee" in changes or "assignment_group" in changes:
            changes["assigned_at"] = self.at
        _set_priority(changes, facts)
        if not self.state.open:
            changes.update(_entering(self.state, self.at, facts))
        return changes


@attrs.frozen(kw_only=True)
class StateChanged(SettingEvent):
    """The record entered a state, by a transition of its lifecycle or by an import.

    Attributes:
        action: The action that was taken.
        state: The state entered.
        fields: The fields that were set with the state.
        cause: The id of the record whose change caused this transition through a cascade rule;
            otherwise empty.
    """

    kind: ClassVar[str] = "state_changed"

    action: str = attrs.field(validator=a_text)
    state: State = attrs.field(validator=of_type(State))
    fields: FrozenMap[object] = NO_FIELDS
    cause: str = attrs.field(default="", validator=any_text, metadata={"later": True})

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the state, and the times and counts that depend on it."""
        before: State = facts["state"]
        state = self.state
        changes: dict[str, object] = {"state": state}
        if before.pauses and state != before:
            changes["hold_reason"] = None
        if state.open:
            if not before.open:
                changes["reopen_count"] = facts["reopen_count"] + 1
                changes["reopened_at"] = self.at
                if self.by.role == "requester" and facts["unanswered_since"] is None:
                    changes["unanswered_since"] = self.at  # it asks for an answer (rule S6)
                changes["acknowledged"] = False  # nobody answers for the new outage yet (rule E3)
                for name in ("resolved_at", "closed_at", "canceled_at", *_RESOLUTION):
                    changes[name] = None
            elif not facts["acknowledged"] and self.by.role in HUMAN:
                changes.update(acknowledging(self.at, facts))
        else:
            changes.update(_entering(state, self.at, facts))
        if self.fields is not NO_FIELDS:
            changes.update(written_fields(self.fields, facts))
        return changes


@attrs.frozen(kw_only=True)
class Migrated(StateChanged):
    """The record moved to another lifecycle, or to another version of its own (rule L1).

    Its state becomes a state of the new lifecycle. The move is not work on the record, so it is not
    an acknowledgement; the hold reason is kept if the new state pauses clocks too.

    Attributes:
        lifecycle: The lifecycle that the record follows after the move.
    """

    kind: ClassVar[str] = "migrated"

    lifecycle: LifecycleRef = attrs.field(validator=of_type(LifecycleRef))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the lifecycle, the state and fields that depend on it."""
        changes = super().changes(facts)
        if changes.get("acknowledged"):
            for name in ("acknowledged_at", "acknowledged", "snoozed_until"):
                changes.pop(name, None)
        if self.state.pauses:
            changes.pop("hold_reason", None)
        return {**changes, "lifecycle": self.lifecycle}


def acknowledging(at: datetime, facts: Mapping[str, Any]) -> dict[str, object]:
    """Return the fields that change when somebody takes responsibility for a record."""
    changes: dict[str, object] = {"acknowledged": True}
    if facts["acknowledged_at"] is None:
        changes["acknowledged_at"] = at
    if facts["snoozed_until"] is not None:
        changes["snoozed_until"] = None
    return changes


def _entering(state: State, at: datetime, facts: Mapping[str, Any]) -> dict[str, object]:
    """Return the moments that entering a state that is not open sets.

    A resolved record stays resolved since the first such instant, through further resolved states;
    a closed record is not canceled, and vice versa.
    """
    before: State | None = facts["state"]
    changes: dict[str, object] = {}
    if not state.open and facts["snoozed_until"] is not None:
        changes["snoozed_until"] = None
    if state.resolved and (before is None or not before.resolved):
        changes["resolved_at"] = at
        if facts["first_resolved_at"] is None:
            changes["first_resolved_at"] = at
        if facts["restored_at"] is None:
            changes["restored_at"] = at
    elif not state.resolved:
        changes["resolved_at"] = None
    if state.is_closed:
        if before is None or not before.is_closed:
            changes["closed_at"] = at
        changes["canceled_at"] = None
    elif state.is_canceled:
        if before is None or not before.is_canceled:
            changes["canceled_at"] = at
        changes["closed_at"] = None
    elif before is not None and before.final:
        changes["closed_at"] = changes["canceled_at"] = None
    return changes


_MERGED: Final = ("custom", "major_roles")


def written_fields(fields: FrozenMap[object], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that change when fields are set, including those that follow from them."""
    changes: dict[str, Any] = dict(entries_of(fields))
    for name in _MERGED:
        entries = changes.get(name)
        if entries is not None and facts.get(name):  # only incidents have major roles
            changes[name] = merged(facts[name], entries)
    if "assignment_group" in changes:
        before = facts["assignment_group"]
        if before is not None and changes["assignment_group"] != before:
            changes["reassignment_count"] = facts["reassignment_count"] + 1
    _set_priority(changes, facts)
    return changes


def _set_priority(changes: dict[str, Any], facts: Mapping[str, Any]) -> None:
    """Add the effective priority if one of its two sources changes (rule H5)."""
    if "computed_priority" in changes or "priority_override" in changes:
        override = changes.get("priority_override", facts["priority_override"])
        computed = changes.get("computed_priority", facts["computed_priority"])
        changes["priority"] = computed if override is None else override


@attrs.frozen(kw_only=True)
class Assigned(SettingEvent):
    """The group, assignee or support tier was set; those not in ``fields`` stay unchanged."""

    kind: ClassVar[str] = "assigned"
    allowed: ClassVar[frozenset[str]] = frozenset(("assignment_group", "assignee", "support_tier"))

    fields: FrozenMap[object]

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the changed fields: the assignment, its time, and the number of reassignments."""
        changes = written_fields(self.fields, facts)
        changes["assigned_at"] = self.at
        return changes


@attrs.frozen(kw_only=True)
class Classified(Event):
    """The category was set, with a confidence from 0 to 1 and the evidence for it."""

    kind: ClassVar[str] = "classified"

    category: tuple[str, ...]
    confidence: float | None = None
    evidence: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checked = checked_fields({"category": self.category}, frozenset(("category",)))
        _set(self, "category", checked["category"])
        if self.confidence is not None:
            need_share("confidence", self.confidence)
        _set(self, "evidence", tuple(each_of("evidence", self.evidence, str)))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the field that changes: the category."""
        return {"category": self.category}


@attrs.frozen(kw_only=True)
class Prioritized(SettingEvent):
    """One or more of impact, urgency, computed priority and override were set; see ``fields``."""

    kind: ClassVar[str] = "prioritized"
    allowed: ClassVar[frozenset[str]] = frozenset(
        ("impact", "urgency", "computed_priority", "priority_override")
    )

    fields: FrozenMap[object]
    reason: str = attrs.field(default="", validator=any_text)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: those set, and with them the effective priority (H5)."""
        return written_fields(self.fields, facts)


@attrs.frozen(kw_only=True)
class FieldsChanged(SettingEvent):
    """Descriptive fields were set: ``custom`` and ``major_roles`` are merged, others replaced."""

    kind: ClassVar[str] = "fields_changed"

    fields: FrozenMap[object]

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that were set, with their new values."""
        return written_fields(self.fields, facts)


@attrs.frozen(kw_only=True)
class LinkAdded(Event):
    """A link was added; ``answered_at`` is when a linked duplicate got a first reply, or None."""

    kind: ClassVar[str] = "linked"

    link: Link = attrs.field(validator=of_type(Link))
    answered_at: datetime | None = attrs.field(
        default=None, converter=_instant, metadata={"later": True}
    )

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the field that changes: the record's links, with this one added."""
        links: frozenset[Link] = facts["links"]
        return {} if self.link in links else {"links": links | {self.link}}


@attrs.frozen(kw_only=True)
class LinkRemoved(Event):
    """A link was removed."""

    kind: ClassVar[str] = "unlinked"

    link: Link = attrs.field(validator=of_type(Link))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the field that changes: the record's links, with this one removed."""
        links: frozenset[Link] = facts["links"]
        return {"links": links - {self.link}} if self.link in links else {}


@attrs.frozen(kw_only=True)
class Corrected(SettingEvent):
    """An earlier event did not happen as recorded, so it no longer counts.

    What really happened is appended as separate events. A correction takes effect at its own
    ``at``. If this is the time of the wrong event, past results change too, but ``known_at`` still
    gives what was known before. If ``at`` is later, the fields change only from then on. A
    correction can itself be corrected.

    A correction of the opening does not remove the opening: the record then counts as opened at the
    correction's ``at``, with the correction's ``fields`` replacing those of the opening.

    Attributes:
        corrects: The id of the event that was wrong.
        reason: The reason, as text.
        fields: Only for the opening: the fields that were wrong, with the correct values.

    Source: rule H1.
    """

    kind: ClassVar[str] = "corrected"

    corrects: str = attrs.field(validator=a_text)
    reason: str = attrs.field(default="", validator=any_text)
    fields: FrozenMap[object] = attrs.field(default=NO_FIELDS, metadata={"later": True})
