"""Gaps in a record's documentation, a common complaint about closed records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.records.events.activity import DiagnosisNoted
from incidentcore.records.events.base import of_kind
from incidentcore.records.fields import MajorRole
from incidentcore.records.record import Record


@attrs.frozen
class DocumentationGap(SharedRepr):
    """One gap in a record's documentation.

    Attributes:
        field: The field that is empty, or ``diagnosis`` if no finding was logged.
        reason: Why a record in this state should have the field or the finding.
    """

    field: str
    reason: str


_ALWAYS: Final = {
    "title": "says what is wrong or wanted",
    "description": "tells the rest of the story",
    "caller": "says whom to ask and to tell",
    "category": "sends it to those who can help",
}
_INCIDENT: Final = {
    "service": "says what the users miss",
    "impact": "gives the priority",
    "urgency": "gives the priority",
    "priority": "says what to work on first",
}
_ASSIGNED: Final = {
    "assignment_group": "somebody works on it",
    "assignee": "somebody works on it",
}
_RESOLVED: Final = {
    "resolution_code": "it is resolved",
    "resolution_notes": "it is resolved",
    "verification": "it is resolved, and somebody made sure",
}
_PROBLEM: Final = {"root_cause": "it is resolved", "configuration_item": "a cause lies somewhere"}


def completeness(record: Record, /) -> tuple[DocumentationGap, ...]:
    """Return what a record's documentation lacks, given the record's current state.

    A canceled record needs only its title, description, caller and category. The gaps are in the
    order in which they would usually be filled.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import completeness
    >>> from incidentcore.records.service_request import ServiceRequest
    >>> at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    >>> request = ServiceRequest.open(id="REQ-1", title="A laptop", at=at, by="kim")
    >>> [gap.field for gap in completeness(request)]
    ['description', 'category', 'items']
    """
    need_kind("record", record, Record)
    return tuple(_gaps(record, record.facts()))


def _gaps(record: Record, facts: dict[str, Any]) -> Iterator[DocumentationGap]:
    yield from _empty(facts, _ALWAYS)
    if record.state.is_canceled:
        return
    kind = record.record_type
    if kind == "incident":
        yield from _empty(facts, _INCIDENT)
    if kind == "service_request":
        yield from _request_gaps(record, facts)
    if record.state.pauses and record.hold_reason is None:
        yield DocumentationGap("hold_reason", "it waits for somebody")
    if record.acknowledged_at is not None or record.state.resolved:
        yield from _empty(facts, _ASSIGNED)
    if facts.get("major_status") == "accepted":
        yield from _empty(facts, {"business_impact": "it is a major incident"})
        for role in get_args(MajorRole):
            if role not in facts["major_roles"]:
                yield DocumentationGap(f"major_roles.{role}", "it is a major incident")
    if not record.state.resolved or kind == "service_request":
        return
    yield from _empty(facts, _RESOLVED)
    if kind == "problem":
        yield from _empty(facts, _PROBLEM)
    if all(event.step != "finding" for event in of_kind(record.history, DiagnosisNoted)):
        yield DocumentationGap("diagnosis", "it is resolved, and nobody noted what was found")
    if record.state.is_closed and facts["closure_confirmed_by"] is None:
        yield DocumentationGap("closure_confirmed_by", "it is closed")


def _request_gaps(record: Record, facts: dict[str, Any]) -> Iterator[DocumentationGap]:
    if not facts["items"]:
        yield DocumentationGap("items", "says what is asked for")
    if record.hold_reason == "awaiting_approval" and facts["approval_rule"] is None:
        yield DocumentationGap("approval_rule", "it waits for approval, and nobody was asked")
    if record.state.resolved and facts["tasks_status"] == "open":
        yield DocumentationGap("tasks", "it is fulfilled, and some are open")


def _empty(facts: dict[str, Any], wanted: dict[str, str]) -> Iterator[DocumentationGap]:
    for name, reason in wanted.items():
        if facts[name] in (None, "", ()):
            yield DocumentationGap(name, reason)
