"""The incident: an unplanned interruption to a service or reduction in its quality (ITIL 4)."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Unpack

import attrs

from incidentcore.records.events.core import LifecycleRef
from incidentcore.records.fields import OpeningFields
from incidentcore.records.record import Record
from incidentcore.values import NEW, Actor, FrozenMap, State

__all__ = ["Incident"]


@attrs.frozen(init=False, repr=False, slots=False)
class Incident(Record):
    """An unplanned interruption to a service, or a reduction in its quality.

    Attributes:
        major_status: Where it stands as a candidate for major incident; None is no candidate.
        major_roles: Who holds which role in the response to a major incident; see ``MajorRole``.
        business_impact: What a major incident means for the business.

    All other attributes are those of ``Record``.

    Source: ITIL 4, incident management practice.
    """

    __hash__ = Record.__hash__

    record_type: ClassVar[str] = "incident"

    settable: ClassVar[frozenset[str]] = Record.settable | {"business_impact", "major_roles"}

    major_status: str | None = None
    major_roles: FrozenMap[str] = FrozenMap()
    business_impact: str | None = None

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
        **fields: Unpack[OpeningFields],
    ) -> Incident:
        """Open an incident.

        Args:
            id: Its id, unique among the caller's records.
            title: One line that says what is wrong.
            at: When it was opened.
            by: Who opened it; a plain id stands for the requester.
            recorded_at: When the opening became known; ``at`` unless told.
            state: The state it starts in; that of the standard lifecycle unless told.
            lifecycle: The lifecycle it follows; ``Lifecycle.open`` sets both.
            fields: Impact, urgency and the other descriptive fields of ``OpeningFields``.

        Returns:
            The incident, with its opening as its history.

        Raises:
            InvalidValueError: A field is unknown or not what it accepts.
            NaiveDatetimeError: A time carries no offset.

        >>> from datetime import UTC
        >>> from incidentcore.values import Impact, Urgency
        >>> incident = Incident.open(
        ...     id="INC-1",
        ...     title="Mail is down",
        ...     by="kim",
        ...     at=datetime(2026, 12, 23, 16, 40, tzinfo=UTC),
        ...     impact=Impact.HIGH,
        ...     urgency=Urgency.HIGH,
        ... )
        >>> incident.state.name, incident.caller, incident.version
        ('new', 'kim', 1)
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
