"""The service request: a wish for something agreed; requests are fulfilled (ISO/IEC 20000-1)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from incidentcore.records.approvals import Approval, ApprovalRule
from incidentcore.records.record import Record
from incidentcore.records.tasks import RequestItem, Task

__all__ = ["ServiceRequest"]


@attrs.frozen(init=False, repr=False, slots=False)
class ServiceRequest(Record):
    """A request by a user for something that is part of the agreed service.

    Attributes:
        items: What is asked for.
        approval_rule: Who was asked to approve, and how many must; None where nobody was.
        approvals: The decisions that stand, the latest of each person.
        approval_state: What they come to under the rule, see ``ApprovalState``; None without one.
        approvals_pending: The approvers who were asked and have not answered.
        approval_requested_at: When approval was last asked for.
        approval_decided_at: When it was approved or rejected; None while it is pending.
        tasks: The work towards fulfilment.
        tasks_status: What the tasks come to by ``roll_up``; None where there is none.

    All other attributes are those of ``Record``.

    Source: ISO/IEC 20000-1, 8.6.2.
    """

    __hash__ = Record.__hash__

    record_type: ClassVar[str] = "service_request"
    settable: ClassVar[frozenset[str]] = Record.settable | {"items"}

    items: tuple[RequestItem, ...] = ()
    approval_rule: ApprovalRule | None = None
    approvals: tuple[Approval, ...] = ()
    approval_state: str | None = None
    approvals_pending: tuple[str, ...] = ()
    approval_requested_at: datetime | None = None
    approval_decided_at: datetime | None = None
    tasks: tuple[Task, ...] = ()
    tasks_status: str | None = None
