"""Names under which documents refer to this package's classes; ``serialization`` collects them."""

from __future__ import annotations

from typing import Any, Final

from incidentcore._lazy import classes_of
from incidentcore.records.events.base import Event
from incidentcore.records.record import Record

WRITTEN: Final = classes_of(
    __name__,
    """
    Acknowledged ApprovalRequested Approved Assigned Classified Commented
    Communicated Contacted Corrected DiagnosisNoted Escalated FieldsChanged Linked=LinkAdded
    MajorStatusChanged Migrated Opened Prioritized ProcedureFollowed Restored Snoozed StateChanged
    TaskChanged Unacknowledged Unlinked=LinkRemoved Unsnoozed Incident Problem ServiceRequest
    ActionItem Approval Cause LifecycleRef Link ApprovalRule PostIncidentReview RequestItem
    ReviewEntry Task ApprovalCount=approvals.ApprovalCount DocumentationGap KnownErrorMatch
    """,
)

# What a field of this type may hold; written with a "$type" beside the class's own fields.
FAMILIES: Final[dict[Any, tuple[type, ...]]] = {
    base: tuple(cls for cls in WRITTEN.values() if issubclass(cls, base))
    for base in (Event, Record)
}


def _on_behalf(fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if not fields.get("on_behalf_of"):  # it would be read as the delegate's own decision
        raise KeyError("on_behalf_of")
    return "Approved", fields


# A kind that became part of another kind, from its fields in older documents.
MERGED: Final = {"ApprovedOnBehalf": _on_behalf}
