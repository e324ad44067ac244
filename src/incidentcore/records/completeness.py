"""Gaps in a record's documentation, a common complaint about closed records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

import attrs

from incidentcore._checks import SharedRepr, need_kind
from incidentcore.conditions import ALWAYS, Condition, field
from incidentcore.conditions.access import reader
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


_INCIDENT: Final = field("record_type").equals("incident")
_PROBLEM: Final = field("record_type").equals("problem")
_REQUEST: Final = field("record_type").equals("service_request")
_NOT_CANCELED: Final = ~field("state.is_canceled").is_true()
_RESOLVED: Final = field("state.resolved").is_true()
_IS_MAJOR: Final = "it is a major incident"

# What the documentation of a record must have, and why, if the record matches a condition.
_WANTED: Final[tuple[tuple[Condition, Mapping[str, str]], ...]] = (
    (
        ALWAYS,
        {
            "title": "says what is wrong or wanted",
            "description": "tells the rest of the story",
            "caller": "says whom to ask and to tell",
            "category": "sends it to those who can help",
        },
    ),
    (
        _INCIDENT & _NOT_CANCELED,
        {
            "service": "says what the users miss",
            "impact": "gives the priority",
            "urgency": "gives the priority",
            "priority": "says what to work on first",
        },
    ),
    (_REQUEST & _NOT_CANCELED, {"items": "says what is asked for"}),
    (
        _REQUEST & field("hold_reason").equals("awaiting_approval"),
        {"approval_rule": "it waits for approval, and nobody was asked"},
    ),
    (_REQUEST & _RESOLVED, {"tasks": "it is fulfilled, and some are open"}),
    (field("state.pauses").is_true(), {"hold_reason": "it waits for somebody"}),
    (
        (field("acknowledged_at").present() & _NOT_CANCELED) | _RESOLVED,
        dict.fromkeys(("assignment_group", "assignee"), "somebody works on it"),
    ),
    (
        field("major_status").equals("accepted") & _NOT_CANCELED,
        {
            "business_impact": _IS_MAJOR,
            **dict.fromkeys((f"major_roles.{role}" for role in get_args(MajorRole)), _IS_MAJOR),
        },
    ),
    (
        ~_REQUEST & _RESOLVED,
        {
            "resolution_code": "it is resolved",
            "resolution_notes": "it is resolved",
            "verification": "it is resolved, and somebody made sure",
        },
    ),
    (
        _PROBLEM & _RESOLVED,
        {"root_cause": "it is resolved", "configuration_item": "a cause lies somewhere"},
    ),
    (~_REQUEST & _RESOLVED, {"diagnosis": "it is resolved, and nobody noted what was found"}),
    (~_REQUEST & field("state.is_closed").is_true(), {"closure_confirmed_by": "it is closed"}),
)
_READ: Final = {name: reader(name) for _, wanted in _WANTED for name in wanted}


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
    facts: dict[str, Any] = record.facts()
    notes = of_kind(record.history, DiagnosisNoted)
    facts["diagnosis"] = next((note for note in notes if note.step == "finding"), None)
    facts["tasks"] = None if facts.get("tasks_status") == "open" else "none is open"
    return tuple(
        DocumentationGap(name, reason)
        for when, wanted in _WANTED
        if when.matches(facts)
        for name, reason in wanted.items()
        if _READ[name](facts) in (None, "", ())
    )
