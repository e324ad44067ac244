"""The service request: a wish for something agreed; requests are fulfilled (ISO/IEC 20000-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Unpack

import attrs

from incidentcore.records.events import LifecycleRef
from incidentcore.records.fields import OpeningFields
from incidentcore.records.parts import Approval, RequestItem, Task
from incidentcore.records.record import Record
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
        approvals: The approvers' latest decisions.
        tasks: The work towards fulfilment.

    All other attributes are those of ``Record``.

    Source: ISO/IEC 20000-1, 8.6.2.
    """

    __hash__ = Record.__hash__

    record_type: ClassVar[str] = "service_request"
    settable: ClassVar[frozenset[str]] = Record.settable | {"items"}

    items: tuple[RequestItem, ...] = ()
    approvals: tuple[Approval, ...] = ()
    tasks: tuple[Task, ...] = ()

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
