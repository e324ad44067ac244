"""The service request: a request for an agreed service, to be fulfilled (ISO/IEC 20000-1)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from incidentcore.instants import as_utc
from incidentcore.records.approvals import Approval, ApprovalRule
from incidentcore.records.events.requests import expired
from incidentcore.records.record import Record
from incidentcore.records.tasks import RequestItem, Task


@attrs.frozen(init=False, repr=False, slots=False, unsafe_hash=False)
class ServiceRequest(Record):
    """A request by a user for something that is part of the agreed service.

    Attributes:
        items: The requested items.
        approval_rule: Who was asked to approve, and how many of them must; None if nobody was
            asked.
        approvals: The decisions in force: each person's latest decision.
        approval_state: The combined result of the decisions: ``pending``, ``approved``,
            ``rejected`` or ``expired``; None without a rule.
        approvals_pending: The approvers who were asked but have not decided yet.
        approval_requested_at: When approval was last requested.
        approval_decided_at: When the request was approved or rejected; None while it is pending.
        approval_stage: The current stage, counted from 0; None if nobody was asked.
        approval_expires_at: The last instant at which a vote in this stage counts; None if there is
            no limit.
        tasks: The tasks that fulfill the request.
        tasks_status: The combined status of the tasks: ``open`` if any task is open, otherwise
            ``closed_incomplete`` if any task is, otherwise the status that all tasks share, or
            ``closed_complete`` if they differ. None without tasks.
        tasks_progress: The share of the tasks' work that is done, from 0 to 1; None without tasks.

    All other attributes are those of ``Record``.

    Source: ISO/IEC 20000-1, 8.6.2.
    """

    record_type: ClassVar[str] = "service_request"
    settable: ClassVar[frozenset[str]] = Record.settable | {"items"}

    items: tuple[RequestItem, ...] = ()
    approval_rule: ApprovalRule | None = None
    approvals: tuple[Approval, ...] = ()
    approval_state: str | None = None
    approvals_pending: tuple[str, ...] = ()
    approval_requested_at: datetime | None = None
    approval_decided_at: datetime | None = None
    approval_stage: int | None = None
    approval_expires_at: datetime | None = None
    tasks: tuple[Task, ...] = ()
    tasks_status: str | None = None
    tasks_progress: float | None = None

    def approval_state_at(self, now: datetime, /) -> str | None:
        """Return the combined result of the approvers' decisions at an instant.

        An approval that is still pending at ``approval_expires_at`` is ``expired`` from then on.
        The result is None if there is no rule at that instant.

        Source: rule L7.
        """
        now = as_utc(now, "now")
        if now < self.opened_at:
            return None
        facts = self.timeline(now=now).facts_at(now)
        state: str | None = facts["approval_state"]
        return "expired" if expired(facts, now) else state

    def next_approval_wakeup(self, *, now: datetime) -> datetime | None:
        """Return when the pending approval expires, if that is after ``now``; None otherwise."""
        now, end = as_utc(now, "now"), self.approval_expires_at
        is_ahead = end is not None and end > now and self.approval_state == "pending"
        return end if is_ahead else None

    def ready_tasks(self) -> tuple[Task, ...]:
        """Return the open tasks that do not wait for others, sorted by ``order``."""
        still_open = [task for task in self.tasks if task.status == "open"]
        first = min((task.order for task in still_open), default=0)
        return tuple(task for task in still_open if task.order == first)

    def overdue_tasks(self, *, now: datetime) -> tuple[Task, ...]:
        """Return the open tasks that were due at or before an instant."""
        now = as_utc(now, "now")
        due = (task for task in self.tasks if task.due_at is not None and task.due_at <= now)
        return tuple(task for task in due if task.status == "open")
