"""The service request: a wish for something agreed; requests are fulfilled (ISO/IEC 20000-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Unpack

import attrs

from incidentcore.records.approvals import Approval, ApprovalRule
from incidentcore.records.events.core import LifecycleRef
from incidentcore.records.fields import OpeningFields
from incidentcore.records.record import Record
from incidentcore.records.tasks import RequestItem, Task
from incidentcore.values import NEW, Actor, State

__all__ = ["ServiceRequest"]


class RequestFields(OpeningFields, total=False):
    """The descriptive fields that a service request may be opened with; see ``ServiceRequest``."""

    items: Sequence[RequestItem]


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

    @classmethod
    def open(
        cls,
        *,
        id: str,  # noqa: A002  the field's name
        title: str,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None = None,
        state: State = NEW,
        lifecycle: LifecycleRef | None = None,
        **fields: Unpack[RequestFields],
    ) -> ServiceRequest:
        """Open a service request.

        Args:
            id: Its id, unique among the caller's records.
            title: One line that says what is wanted.
            at: When it was opened.
            by: Who opened it; a plain id stands for the requester.
            recorded_at: When the opening became known; ``at`` unless told.
            state: The state it starts in; that of the standard lifecycle unless told.
            lifecycle: The lifecycle it follows; ``Lifecycle.open`` sets both.
            fields: Items and the other descriptive fields of ``RequestFields``.

        Raises:
            InvalidValueError: A field is unknown or not what it accepts.
            NaiveDatetimeError: A time carries no offset.

        >>> from datetime import UTC
        >>> request = ServiceRequest.open(
        ...     id="REQ-1",
        ...     title="A laptop",
        ...     by="kim",
        ...     at=datetime(2026, 12, 1, 9, 0, tzinfo=UTC),
        ...     items=[RequestItem(id="1", name="laptop")],
        ... )
        >>> request.items[0].name
        'laptop'
        """
        return cls._open(
            id=id,
            at=at,
            by=by,
            recorded_at=recorded_at,
            state=state,
            lifecycle=lifecycle,
            fields={"title": title, **fields},
        )
