"""The records: incidents, problems and service requests, each computed from its history."""

from incidentcore.records.approvals import Approval, ApprovalDecision, ApprovalRule
from incidentcore.records.audit import field_changes
from incidentcore.records.causes import Cause
from incidentcore.records.changes.conversation import comment, log_contact, log_update_sent
from incidentcore.records.changes.fields import correct_event, link, set_fields, unlink
from incidentcore.records.changes.requests import approve, request_approval, set_task
from incidentcore.records.changes.work import (
    acknowledge,
    assign,
    log_diagnosis,
    log_runbook,
    mark_restored,
    set_major_status,
    snooze,
    unacknowledge,
    unsnooze,
)
from incidentcore.records.completeness import DocumentationGap, completeness
from incidentcore.records.coverage import Coverage
from incidentcore.records.events.activity import (
    Acknowledged,
    Commented,
    Communicated,
    Contacted,
    DiagnosisNoted,
    Escalated,
    MajorStatusChanged,
    ProcedureFollowed,
    Restored,
    Snoozed,
    Unacknowledged,
    Unsnoozed,
    Visibility,
)
from incidentcore.records.events.base import Event, LifecycleRef
from incidentcore.records.events.core import (
    Assigned,
    Classified,
    Corrected,
    FieldsChanged,
    LinkAdded,
    LinkRemoved,
    Migrated,
    Opened,
    Prioritized,
    StateChanged,
)
from incidentcore.records.events.requests import ApprovalRequested, Approved, TaskChanged
from incidentcore.records.fields import OpeningFields, ProblemOrigin, ReportedVia
from incidentcore.records.incident import Incident
from incidentcore.records.known_errors import KnownErrorMatch, suggest_known_errors
from incidentcore.records.linking import are_linked, link_both, merge_duplicate
from incidentcore.records.links import Link, LinkType
from incidentcore.records.problem import Problem
from incidentcore.records.record import Record
from incidentcore.records.replay import replay
from incidentcore.records.review import ActionItem, PostIncidentReview, ReviewEntry, review_required
from incidentcore.records.service_request import ServiceRequest
from incidentcore.records.tasks import RequestItem, Task
from incidentcore.records.timeline import Timeline, TimelineStep

__all__ = [
    "Acknowledged",
    "ActionItem",
    "Approval",
    "ApprovalDecision",
    "ApprovalRequested",
    "ApprovalRule",
    "Approved",
    "Assigned",
    "Cause",
    "Classified",
    "Commented",
    "Communicated",
    "Contacted",
    "Corrected",
    "Coverage",
    "DiagnosisNoted",
    "DocumentationGap",
    "Escalated",
    "Event",
    "FieldsChanged",
    "Incident",
    "KnownErrorMatch",
    "LifecycleRef",
    "Link",
    "LinkAdded",
    "LinkRemoved",
    "LinkType",
    "MajorStatusChanged",
    "Migrated",
    "Opened",
    "OpeningFields",
    "PostIncidentReview",
    "Prioritized",
    "Problem",
    "ProblemOrigin",
    "ProcedureFollowed",
    "Record",
    "ReportedVia",
    "RequestItem",
    "Restored",
    "ReviewEntry",
    "ServiceRequest",
    "Snoozed",
    "StateChanged",
    "Task",
    "TaskChanged",
    "Timeline",
    "TimelineStep",
    "Unacknowledged",
    "Unsnoozed",
    "Visibility",
    "acknowledge",
    "approve",
    "are_linked",
    "assign",
    "comment",
    "completeness",
    "correct_event",
    "field_changes",
    "link",
    "link_both",
    "log_contact",
    "log_diagnosis",
    "log_runbook",
    "log_update_sent",
    "mark_restored",
    "merge_duplicate",
    "replay",
    "request_approval",
    "review_required",
    "set_fields",
    "set_major_status",
    "set_task",
    "snooze",
    "suggest_known_errors",
    "unacknowledge",
    "unlink",
    "unsnooze",
]
