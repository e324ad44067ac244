"""Build a record from its history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, TypeVar, overload

from incidentcore._checks import need_kind, need_several, need_word
from incidentcore.errors import InvalidTimelineError
from incidentcore.records.events.base import Event
from incidentcore.records.fold import in_sequence, of_opening, opening_of
from incidentcore.records.incident import Incident
from incidentcore.records.problem import Problem
from incidentcore.records.record import Record
from incidentcore.records.service_request import ServiceRequest
from incidentcore.records.timeline import Timeline
from incidentcore.values import FrozenMap

R = TypeVar("R", bound=Record)

RECORD_TYPES: Final[FrozenMap[type[Record]]] = FrozenMap(
    {kind.record_type: kind for kind in (Incident, Problem, ServiceRequest)}
)
"""The types of record by their name."""


def replay(events: Iterable[Event], /) -> Record:
    """Return the record that a history describes.

    The order of the events does not matter, and repeated events are ignored. Events may be missing,
    except the opening, on whose type the class of the record depends: gaps in the sequence are an
    error on append, but not here. The running time is linear, plus one sort.

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
    history = tuple(need_several("events", events, "several events, such as a list"))
    record_type = getattr(opening_of(history), "record_type", "")
    if not record_type:
        in_sequence(history)  # says what is wrong with it
    return need_record_type(record_type).from_history(history)


def need_record_type(name: str) -> type[Record]:
    """Return the class of a type of record; raise ``InvalidTimelineError`` if there is none."""
    need_word("record_type", name, RECORD_TYPES, InvalidTimelineError)
    return RECORD_TYPES[name]


def timeline_by(record: Record, now: datetime, known_at: datetime | None = None) -> Timeline | None:
    """Return a record's timeline up to ``now``; None if it was not yet opened or not yet known."""
    need_kind("record", record, Record)
    try:
        timeline = record.timeline(now=now, known_at=known_at)
    except InvalidTimelineError:
        return None  # the opening itself was recorded after known_at
    return None if now < timeline.opened_at else timeline


@overload
def as_it_was(record: R, now: datetime) -> R: ...
@overload
def as_it_was(record: R, now: datetime, known_at: datetime | None) -> R | None: ...
def as_it_was(record: R, now: datetime, known_at: datetime | None = None) -> R | None:
    """Return a record as it was at ``now``, from what had been recorded by ``known_at``.

    Its opening is included even if it lies after ``now``. None if the opening was recorded after
    ``known_at``; the record itself if nothing is left out.
    """
    need_kind("record", record, Record)
    if record.updated_at <= now:
        if known_at is None:
            return record
        for event in record.history:  # in half the time of all()
            if event.recorded_at > known_at:
                break
        else:
            return record
    known = [e for e in record.history if known_at is None or e.recorded_at <= known_at]
    opening = of_opening(known)
    events = [event for event in known if event.at <= now or event.id in opening]
    return type(record).from_history(events) if opening else None
