"""Changes to a service request: approvals requested and given, and its tasks."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from incidentcore._checks import need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.approvals import ApprovalDecision, ApprovalRule
from incidentcore.records.events.requests import ApprovalRequested, Approved, TaskChanged
from incidentcore.records.record import Record
from incidentcore.records.replay import as_it_was
from incidentcore.records.tasks import Task, waits_for
from incidentcore.values import Actor

R = TypeVar("R", bound=Record)


def request_approval(
    record: R,
    rule: ApprovalRule,
    /,
    *,
    at: datetime,
    by: Actor | str,
    keep_decisions: bool = False,
    recorded_at: datetime | None = None,
) -> R:
    """Request approval of a service request; a further call begins a new round.

    The standard lifecycle then refuses the actions ``start`` and ``approve`` until the rule is met.
    With ``keep_decisions``, earlier decisions still count, for example when you add an approver.
    ``at``, ``by`` and ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: The record is not a service request, or the rule is not an
            ``ApprovalRule``.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import ApprovalRule, approve, request_approval
    >>> from incidentcore.records.service_request import ServiceRequest
    >>> at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    >>> request = ServiceRequest.open(id="REQ-1", title="A laptop", at=at, by="kim")
    >>> request = request_approval(request, ApprovalRule.all_of("bo", "lee"), at=at, by="ada")
    >>> request = approve(request, "approved", at=at, by="bo")
    >>> request.approval_state, request.approvals_pending
    ('pending', ('lee',))
    """
    return Record.with_event(
        record,
        ApprovalRequested,
        at=at,
        by=by,
        recorded_at=recorded_at,
        rule=rule,
        keep_decisions=keep_decisions,
    )


def approve(
    record: R,
    decision: ApprovalDecision,
    /,
    *,
    at: datetime,
    by: Actor | str,
    reason: str = "",
    on_behalf_of: str | None = None,
    recorded_at: datetime | None = None,
) -> R:
    """Record an approver's decision on a service request, in place of any earlier one.

    ``withdrawn`` withdraws an earlier decision. A decision by somebody who was not asked is
    recorded, but does not count. ``on_behalf_of`` is the approver for whom a delegate decides; see
    ``ApprovalRule``. ``at``, ``by`` and ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: The record is not a service request, or ``decision`` is not
            ``approved``, ``rejected`` or ``withdrawn``.
    """
    return Record.with_event(
        record,
        Approved,
        at=at,
        by=by,
        recorded_at=recorded_at,
        decision=decision,
        reason=reason,
        on_behalf_of=on_behalf_of,
    )


def set_task(
    record: R, task: Task, /, *, at: datetime, by: Actor | str, recorded_at: datetime | None = None
) -> R:
    """Add a fulfillment task to a service request, or replace the task with the same id.

    ``at``, ``by`` and ``recorded_at`` are as for ``assign``.

    Raises:
        InvalidValueError: The record is not a service request, or the task is closed as complete or
            incomplete (only skipping it is allowed) while a task with a lower ``order`` is open.

    Source: rule L8.
    """
    if isinstance(task, Task) and task.status in ("closed_complete", "closed_incomplete"):
        need_kind("record", record, Record)
        then = as_it_was(record, as_utc(at))
        earlier = waits_for(task, getattr(then, "tasks", ()))
        if earlier:
            names = ", ".join(f"{one.id} ({one.title})" for one in earlier)
            raise InvalidValueError("task", task.id, f"the open tasks before it first: {names}")
    return Record.with_event(record, TaskChanged, at=at, by=by, recorded_at=recorded_at, task=task)
