"""Build a record from its history."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from incidentcore.errors import InvalidTimelineError
from incidentcore.records.events.core import Event, Opened
from incidentcore.records.fold import in_sequence
from incidentcore.records.incident import Incident
from incidentcore.records.problem import Problem
from incidentcore.records.record import Record
from incidentcore.records.service_request import ServiceRequest
from incidentcore.values import FrozenMap

__all__ = ["RECORD_TYPES", "replay"]

RECORD_TYPES: Final[FrozenMap[type[Record]]] = FrozenMap(
    {kind.record_type: kind for kind in (Incident, Problem, ServiceRequest)}
)
"""The types of record by their name."""


def replay(events: Iterable[Event], /) -> Record:
    """Return the record that a history describes.

    The order of the events does not matter, and repeated events are ignored. Some of the events are
    enough if the opening is among them: gaps in the sequence are refused on append, not here. The
    time grows linearly with the number of events, plus one sort.

    Args:
        events: One record's events, in any order.

    Returns:
        An ``Incident``, ``Problem`` or ``ServiceRequest``, depending on the opening.

    Raises:
        InvalidTimelineError: There is not exactly one opening, the events belong to several
            records, or two different events have the same id or sequence number.

    Source: rules H1 and H2.

    >>> from datetime import UTC, datetime
    >>> from incidentcore.records import Incident, replay
    >>> incident = Incident.open(
    ...     id="INC-1",
    ...     title="Mail is down",
    ...     by="kim",
    ...     at=datetime(2026, 12, 23, 16, 40, tzinfo=UTC),
    ... )
    >>> replay(reversed(incident.history)) == incident
    True
    """
    history = tuple(events)
    record_type = next((e.record_type for e in history if isinstance(e, Opened)), "")
    if not record_type:
        in_sequence(history)  # says what is wrong with it
    if record_type not in RECORD_TYPES:
        raise InvalidTimelineError("record_type", record_type, f"one of {', '.join(RECORD_TYPES)}")
    return RECORD_TYPES[record_type].from_history(history)
