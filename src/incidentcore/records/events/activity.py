"""The events of work on a record: conversation, acknowledgement, escalation, diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from incidentcore._checks import a_text, any_text, one_of
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.events.base import Event, SettingEvent
from incidentcore.records.events.core import NO_FIELDS, acknowledging, written_fields
from incidentcore.records.fields import MajorStatus
from incidentcore.values import Actor, FrozenMap


def _a_level(_: object, __: object, level: Any) -> None:
    if level is not None and (type(level) is not int or level < 0):
        raise InvalidValueError("level", level, "a whole number from 0, or None")


Visibility: TypeAlias = Literal["public", "internal"]
"""Who can read a comment."""


DiagnosisStep: TypeAlias = Literal["hypothesis", "test", "finding"]
"""The steps of a diagnosis."""


EscalationKind: TypeAlias = Literal["functional", "hierarchical"]
"""The direction of an escalation: to a group, or up the hierarchy."""


@attrs.frozen(kw_only=True)
class Commented(Event):
    """Somebody commented on the record; ``visibility`` is ``public`` or ``internal``."""

    kind: ClassVar[str] = "commented"

    text: str = attrs.field(validator=any_text)
    visibility: Visibility = attrs.field(default="public", validator=one_of(Visibility))

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the times and counts of the conversation (rule H4)."""
        if self.visibility != "public":
            return {}
        return _spoken(self.by, self.at, facts)


def _spoken(by: Actor, at: datetime, facts: Mapping[str, Any]) -> dict[str, object]:
    if by.role == "agent":
        changes: dict[str, object] = {
            "agent_reply_count": facts["agent_reply_count"] + 1,
            "last_public_update_at": at,
            "unanswered_since": None,
        }
        if facts["first_response_at"] is None:
            changes["first_response_at"] = at
        return changes
    if by.role == "requester":
        changes = {"requester_message_count": facts["requester_message_count"] + 1}
        if facts["unanswered_since"] is None:
            changes["unanswered_since"] = at
        return changes
    return {}


@attrs.frozen(kw_only=True)
class Contacted(Event):
    """The requester and an agent spoke over a channel outside the record, such as the telephone."""

    kind: ClassVar[str] = "contacted"

    channel: str = attrs.field(validator=a_text)
    text: str = attrs.field(default="", validator=any_text)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the same fields as for a public comment."""
        return _spoken(self.by, self.at, facts)


@attrs.frozen(kw_only=True)
class Acknowledged(Event):
    """Somebody has noticed the record and takes responsibility for it.

    Attributes:
        level: The escalation level that was acknowledged, from 0; None for the whole record.
    """

    kind: ClassVar[str] = "acknowledged"

    level: int | None = attrs.field(default=None, validator=_a_level)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the record is now acknowledged and no longer snoozed."""
        return acknowledging(self.at, facts)


@attrs.frozen(kw_only=True)
class Unacknowledged(Event):
    """An acknowledgement was withdrawn."""

    kind: ClassVar[str] = "unacknowledged"

    reason: str = attrs.field(default="", validator=any_text)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the field that changes: the record is no longer acknowledged."""
        return {"acknowledged": False}


@attrs.frozen(kw_only=True)
class Escalated(Event):
    """The record was escalated: to a group (functional) or up the hierarchy (rule E2).

    Attributes:
        key: The key of the escalation that was due; empty for a manual one.
        mode: ``"functional"`` or ``"hierarchical"``.
        target: The person or group to whom the record was escalated.
        level: The level of the matrix, counted from 0; None if no level was named.
        matrix: The matrix that a manual escalation is meant for; empty if it is meant for all.
    """

    kind: ClassVar[str] = "escalated"

    target: str = attrs.field(validator=a_text)
    mode: EscalationKind = attrs.field(default="functional", validator=one_of(EscalationKind))
    level: int | None = attrs.field(default=None, validator=_a_level)
    key: str = attrs.field(default="", validator=any_text)
    reason: str = attrs.field(default="", validator=any_text)
    matrix: str = attrs.field(default="", validator=any_text, metadata={"later": True})

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the number of escalations.

        A manual escalation also ends the acknowledgement and a snooze (rule E3).
        """
        changes: dict[str, object] = {"escalation_count": facts["escalation_count"] + 1}
        if not self.key:
            changes["acknowledged"] = False
            if facts["snoozed_until"] is not None:
                changes["snoozed_until"] = None
        return changes


@attrs.frozen(kw_only=True)
class Restored(Event):
    """The service works again, whether or not the incident is resolved yet."""

    kind: ClassVar[str] = "restored"

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the field that changes: ``restored_at``, unless it is already set."""
        return {} if facts["restored_at"] is not None else {"restored_at": self.at}


@attrs.frozen(kw_only=True)
class DiagnosisNoted(Event):
    """A step of the diagnosis was noted: a hypothesis, a test of a hypothesis, or a finding."""

    kind: ClassVar[str] = "diagnosis_noted"

    step: DiagnosisStep = attrs.field(validator=one_of(DiagnosisStep))
    text: str = attrs.field(validator=a_text)


@attrs.frozen(kw_only=True)
class ProcedureFollowed(Event):
    """A runbook was followed; ``version`` and ``outcome`` are empty if unknown."""

    kind: ClassVar[str] = "procedure_followed"

    runbook: str = attrs.field(validator=a_text)
    version: str = attrs.field(default="", validator=any_text)
    outcome: str = attrs.field(default="", validator=any_text)


@attrs.frozen(kw_only=True)
class MajorStatusChanged(SettingEvent):
    """The incident was proposed, accepted or rejected as a major incident, or demoted from one.

    Attributes:
        status: ``proposed``, ``accepted``, ``rejected`` or ``canceled`` (demoted).
        reason: The reason, as text.
        fields: The fields that were set with the status: ``business_impact``, ``major_roles``,
            ``assignee``.
    """

    kind: ClassVar[str] = "major_status_changed"
    allowed: ClassVar[frozenset[str]] = frozenset(("assignee", "business_impact", "major_roles"))

    status: MajorStatus = attrs.field(validator=one_of(MajorStatus))
    reason: str = attrs.field(default="", validator=any_text)
    fields: FrozenMap[object] = NO_FIELDS

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the major status, and those in ``fields``."""
        return {**written_fields(self.fields, facts), "major_status": self.status}


@attrs.frozen(kw_only=True)
class Communicated(Event):
    """An update was sent to an audience. It is not a response, since it does not reply to anybody.

    Attributes:
        audience: Who was informed, such as ``"customers"`` or ``"executives"``.
        channel: The channel, such as ``"status page"``; empty if unknown.
        key: The key of the due update that was sent; empty if no update was due.
        text: The text of the update.
    """

    kind: ClassVar[str] = "communicated"

    audience: str = attrs.field(validator=a_text)
    channel: str = attrs.field(default="", validator=any_text)
    key: str = attrs.field(default="", validator=any_text)
    text: str = attrs.field(default="", validator=any_text)


@attrs.frozen(kw_only=True)
class Snoozed(Event):
    """Somebody snoozed the record until an instant; a later snooze replaces it (rule E3).

    A snooze is not an acknowledgement: the actor does not yet take responsibility for the record.
    An acknowledgement, a manual escalation, or a state that is not open ends the snooze early.

    Attributes:
        until: When the snooze ends by itself, in UTC; later than ``at``.
        reason: The reason, as text.
    """

    kind: ClassVar[str] = "snoozed"

    until: datetime
    reason: str = attrs.field(default="", validator=any_text)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        until = as_utc(self.until, "until")
        if until <= self.at:
            raise InvalidValueError("until", until, f"an instant after {self.at.isoformat()}")
        object.__setattr__(self, "until", until)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the field that changes: the end of the snooze, if the record is open."""
        return {"snoozed_until": self.until} if facts["state"].open else {}


@attrs.frozen(kw_only=True)
class Unsnoozed(Event):
    """A snooze was ended early, with the same effect as its normal end (rule E3)."""

    kind: ClassVar[str] = "unsnoozed"

    reason: str = attrs.field(default="", validator=any_text)

    def changes(self, facts: Mapping[str, Any]) -> dict[str, object]:
        """Return the fields that change: the snooze and any acknowledgement end."""
        until = facts["snoozed_until"]
        if until is None or until <= self.at:
            return {}
        return {"snoozed_until": None, "acknowledged": False}
