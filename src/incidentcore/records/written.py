"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore.records.approvals import Approval, ApprovalCount, ApprovalRule
from incidentcore.records.causes import Cause
from incidentcore.records.completeness import DocumentationGap
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
from incidentcore.records.events.requests import (
    ApprovalRequested,
    Approved,
    ApprovedOnBehalf,
    TaskChanged,
)
from incidentcore.records.incident import Incident
from incidentcore.records.known_errors import KnownErrorMatch
from incidentcore.records.links import Link
from incidentcore.records.problem import Problem
from incidentcore.records.record import Record
from incidentcore.records.review import ActionItem, PostIncidentReview, ReviewEntry
from incidentcore.records.service_request import ServiceRequest
from incidentcore.records.tasks import RequestItem, Task

__all__ = ["FAMILIES", "WRITTEN"]

WRITTEN: Final[dict[str, type]] = {
    "Acknowledged": Acknowledged,
    "ApprovalRequested": ApprovalRequested,
    "Approved": Approved,
    "ApprovedOnBehalf": ApprovedOnBehalf,
    "Assigned": Assigned,
    "Classified": Classified,
    "Commented": Commented,
    "Communicated": Communicated,
    "Contacted": Contacted,
    "Corrected": Corrected,
    "DiagnosisNoted": DiagnosisNoted,
    "Escalated": Escalated,
    "FieldsChanged": FieldsChanged,
    "Linked": LinkAdded,
    "MajorStatusChanged": MajorStatusChanged,
    "Migrated": Migrated,
    "Opened": Opened,
    "Prioritized": Prioritized,
    "ProcedureFollowed": ProcedureFollowed,
    "Restored": Restored,
    "Snoozed": Snoozed,
    "StateChanged": StateChanged,
    "TaskChanged": TaskChanged,
    "Unacknowledged": Unacknowledged,
    "Unlinked": LinkRemoved,
    "Unsnoozed": Unsnoozed,
    "Incident": Incident,
    "Problem": Problem,
    "ServiceRequest": ServiceRequest,
    "ActionItem": ActionItem,
    "Approval": Approval,
    "Cause": Cause,
    "LifecycleRef": LifecycleRef,
    "Link": Link,
    "ApprovalRule": ApprovalRule,
    "PostIncidentReview": PostIncidentReview,
    "RequestItem": RequestItem,
    "ReviewEntry": ReviewEntry,
    "Task": Task,
    "ApprovalCount": ApprovalCount,
    "DocumentationGap": DocumentationGap,
    "KnownErrorMatch": KnownErrorMatch,
}

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    base: tuple(cls for cls in WRITTEN.values() if issubclass(cls, base))
    for base in (Event, Record)
}
