"""The base class of incidents, problems and service requests: values computed from a history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, Self, TypeVar, Unpack

import attrs

from incidentcore._checks import NO_ARGUMENTS, need_kind, need_text, tuple_of
from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records._fast import of_opening, opened
from incidentcore.records.events.base import Event, LifecycleRef, of_kind
from incidentcore.records.events.core import Corrected, Opened
from incidentcore.records.fields import OPENABLE, SETTABLE, OpeningFields, checked_fields
from incidentcore.records.fold import fold_both, fold_facts, in_sequence, longer_timeline
from incidentcore.records.links import Link
from incidentcore.records.record_base import RecordBase
from incidentcore.values import NEW, Actor, FrozenMap, Level, State
from incidentcore.values.actors import as_actor

E = TypeVar("E", bound=Event)

_id_of = attrgetter("id")


@attrs.frozen(init=False, repr=False, slots=False)
class Record(RecordBase):
    """The base class of ``Incident``, ``Problem`` and ``ServiceRequest``.

    A record is made by ``open`` or by replaying its history. Every field is computed from the
    history (rules H1 and H2). A record never changes: a function such as ``assign`` returns a new
    record with one more event. A field without a value is None.

    Attributes:
        id: The record's id.
        history: The record's events in sequence order.
        lifecycle: The id and version of the lifecycle that the record follows.
        state: The state that the record is in.
        hold_reason: Why the record is on hold; None if it is not.
        title: A one-line summary of what is wrong or wanted.
        description: The details.
        service: The service that is affected.
        configuration_item: The component that is affected.
        caller: Who made the report or request.
        opened_by: Who opened the record.
        covers: What the source of the history supplies; None means everything. See ``Coverage``.
        source: Where the record came from; see ``ReportedVia``.
        impact: How much of the business is affected.
        urgency: How soon the record must be resolved.
        computed_priority: The priority computed by the policy.
        priority_override: The priority that somebody set instead; None without an override.
        priority: The effective priority: the override if there is one, else the computed priority.
        category: The category as a path, most general first.
        assignment_group: The group that works on the record.
        assignee: Who works on the record.
        support_tier: The support tier that works on the record, from 1.
        tags: Labels of your choice.
        custom: Custom fields, defined by your application.
        links: Links to other records.
        resolution_code: How the record was resolved, as a code.
        resolution_notes: How the record was resolved, as text.
        verification: How the resolution was verified.
        closure_confirmed_by: Who agreed to the closure.
        occurred_at: When the trouble began, if known.
        detected_at: When the trouble was noticed, if known.
        exercise: The record's exercise; None for real work. KPIs leave exercises out.
        opened_at: When the record was opened.
        assigned_at: When a group, an assignee or a support tier was last set.
        acknowledged_at: When the record was first acknowledged, or first moved to another open
            state by an agent or vendor.
        acknowledged: Whether the record is currently acknowledged.
        snoozed_until: When the last snooze ends or ended; None if it was ended early.
        first_response_at: When an agent first answered in public.
        restored_at: When the service first worked again; at the latest, the first resolution.
        resolved_at: When the record was last resolved; None if it is not resolved now.
        first_resolved_at: When the record was first resolved.
        reopened_at: When the record was last reopened.
        closed_at: When the record was closed; None if it is not closed.
        canceled_at: When the record was canceled.
        updated_at: When the record's last event happened.
        reopen_count: How often the record went back from a resolved or final state to an open one.
        reassignment_count: How often a group was replaced or removed.
        escalation_count: How often the record was escalated.
        agent_reply_count: How many public replies agents sent.
        requester_message_count: How many messages the requester sent after the opening.
        unanswered_since: When the requester's first unanswered message or reopening came, or None.
        last_public_update_at: When an agent last replied in public.
    """

    record_type: ClassVar[str] = "record"
    _mistaken: ClassVar[dict[type, str]] = dict.fromkeys((list, tuple), "; call it for each record")

    history: tuple[Event, ...]
    id: str = ""
    lifecycle: LifecycleRef = attrs.field(default=None)
    state: State = attrs.field(default=None)
    hold_reason: str | None = None
    title: str = ""
    description: str = ""
    service: str | None = None
    configuration_item: str | None = None
    caller: str | None = None
    opened_by: Actor = attrs.field(default=None)
    covers: frozenset[str] | None = None
    source: str = "other"
    impact: Level | None = None
    urgency: Level | None = None
    computed_priority: Level | None = None
    priority_override: Level | None = None
    priority: Level | None = None
    category: tuple[str, ...] = ()
    assignment_group: str | None = None
    assignee: str | None = None
    support_tier: int | None = None
    tags: frozenset[str] = frozenset()
    custom: FrozenMap[Any] = FrozenMap()
    links: frozenset[Link] = frozenset()
    resolution_code: str | None = None
    resolution_notes: str | None = None
    verification: str | None = None
    closure_confirmed_by: str | None = None
    occurred_at: datetime | None = None
    detected_at: datetime | None = None
    exercise: str | None = None
    opened_at: datetime = attrs.field(default=None)
    assigned_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged: bool = False
    snoozed_until: datetime | None = None
    first_response_at: datetime | None = None
    restored_at: datetime | None = None
    resolved_at: datetime | None = None
    first_resolved_at: datetime | None = None
    reopened_at: datetime | None = None
    closed_at: datetime | None = None
    canceled_at: datetime | None = None
    updated_at: datetime = attrs.field(default=None)
    reopen_count: int = 0
    reassignment_count: int = 0
    escalation_count: int = 0
    agent_reply_count: int = 0
    requester_message_count: int = 0
    unanswered_since: datetime | None = None
    last_public_update_at: datetime | None = None
    settable: ClassVar[frozenset[str]] = SETTABLE
    openable: ClassVar[frozenset[str]] = OPENABLE

    _may_open_with: ClassVar[frozenset[str]] = settable | openable
    _own_lifecycle: ClassVar[LifecycleRef]

    def __init_subclass__(cls) -> None:
        cls._may_open_with = cls.settable | cls.openable
        cls._own_lifecycle = LifecycleRef(cls.record_type)

    def __init__(self, *_: object, **__: object) -> None:
        name, why = type(self).__name__, "its fields are the fold of its history"
        raise TypeError(
            f"{name} is made by {name}.open(...) or incidentcore.records.replay(events): {why}"
        )

    __init__.__signature__ = NO_ARGUMENTS  # type: ignore[attr-defined]

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
        priority: Level | None = None,
        **fields: Unpack[OpeningFields],
    ) -> Self:
        """Return a new record.

        Args:
            id: The record's id, unique among your records.
            title: A one-line summary of what is wrong or wanted.
            at: When the record was opened.
            by: Who opened the record; a plain id is taken as a requester's.
            recorded_at: When the opening became known. Defaults to ``at``.
            state: The record's first state. Defaults to ``NEW``, as in the standard lifecycles.
            lifecycle: The record's lifecycle; ``Lifecycle.open`` sets state and lifecycle.
            priority: A priority that the opener sets, as an override of the computed one.
            fields: Impact, urgency and the other fields of ``OpeningFields``; each type of record
                accepts its own.

        Returns:
            The record, whose history consists of its opening.

        Raises:
            InvalidValueError: A field does not belong to this type of record or does not accept its
                value, or both a priority and an override are passed.
            NaiveDatetimeError: A time carries no offset.

        >>> from datetime import UTC, datetime
        >>> from incidentcore.records import Incident
        >>> from incidentcore.values import Impact, Priority, Urgency
        >>> incident = Incident.open(
        ...     id="INC-1",
        ...     title="Mail is down",
        ...     by="kim",
        ...     at=datetime(2026, 12, 23, 16, 40, tzinfo=UTC),
        ...     impact=Impact.HIGH,
        ...     urgency=Urgency.HIGH,
        ...     priority=Priority.CRITICAL,
        ... )
        >>> incident.state.name, incident.caller, incident.version, incident.priority.name
        ('new', 'kim', 1, 'critical')
        """
        if cls is Record:
            raise InvalidValueError("type", "Record", "Incident, Problem or ServiceRequest")
        at = as_utc(at)
        values: dict[str, Any] = fields  # type: ignore[assignment]  # the call's own dict
        values["title"] = title
        if priority is not None:
            if "priority_override" in values:
                raise InvalidValueError("priority", priority, "priority or priority_override")
            need_kind("priority", priority, Level, allowed="a Level such as Priority.HIGH")
            values["priority_override"] = priority
        stored = checked_fields(values, cls._may_open_with, entered=True)
        by = as_actor(by, role="requester")
        if lifecycle is None:
            lifecycle = cls._own_lifecycle
        if not (isinstance(id, str) and id):
            need_text("record_id", id)
        if not (isinstance(state, State) and isinstance(lifecycle, LifecycleRef)):
            need_kind("state", state, State)
            need_kind("lifecycle", lifecycle, LifecycleRef)
        event = opened(
            id,
            1,
            at,
            by,
            at if recorded_at is None else as_utc(recorded_at, "recorded_at"),
            cls.record_type,
            state,
            lifecycle,
            stored,
            None,
        )
        return of_opening(cls, event)

    @classmethod
    def from_history(cls, events: Iterable[Event]) -> Self:
        """Return the record that a history describes (rule H1).

        Args:
            events: The record's events, in any order; a repeated event counts once.

        Raises:
            InvalidTimelineError: The events are not those of one record of this type.
        """
        history = in_sequence(events)
        for opening in of_kind(history, Opened):
            if opening.record_type != cls.record_type:
                allowed = f"events of a {cls.record_type}"
                raise InvalidTimelineError("events", opening.record_type, allowed)
        return cls._fold(history)

    @classmethod
    def _fold(cls, history: tuple[Event, ...]) -> Self:
        return cls._of(fold_facts(history, cls._usual_facts()), history)

    @classmethod
    def _read(cls, history: Iterable[Event]) -> Self:
        """Return the record of events in sequence, as a reader numbered them; none corrected."""
        timeline, facts = fold_both(history, cls._usual_facts())
        return cls._of(facts, tuple(history), numbered=True, timeline=timeline)

    def with_event(
        self,
        kind: Callable[..., E],
        /,
        *,
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None = None,
        **body: object,
    ) -> Self:
        """Return this record with one more event of a kind.

        Args:
            kind: The event's class.
            at: When the event happened; if other events are later, it is applied before them.
            by: Who caused the event; an actor or an id (see ``Record.actor``).
            recorded_at: When the event became known. Defaults to ``at``.
            body: The event's own attributes.

        Raises:
            InvalidValueError: An attribute of the event has an invalid value.
        """
        need_kind("record", self, Record)
        at = as_utc(at)
        sequence = self.history[-1].sequence + 1
        body.setdefault("id", f"{self.id}:{sequence}")
        event = kind(
            record_id=self.id,
            sequence=sequence,
            at=at,
            recorded_at=at if recorded_at is None else recorded_at,
            by=self.actor(by, at=at),
            **body,
        )
        return self.with_events((event,))

    def with_events(self, events: Iterable[Event]) -> Self:
        """Return this record with events appended to its history.

        Raises:
            InvalidTimelineError: An event belongs to another record, is an opening, repeats an id,
                or does not have the next sequence number.
            InvalidValueError: An event sets a field that records of this type do not have.
        """
        record, is_late = self, False
        for event in tuple_of(events):
            longer = record._append(event)
            is_late = is_late or event.at < record.updated_at or isinstance(event, Corrected)
            record = longer
        if not is_late:
            return record
        facts = fold_facts(record.history, self._usual_facts())
        return self._of(facts, record.history, numbered=record._numbered)  # noqa: SLF001

    def _append(self, event: Event, *, checked: bool = False) -> Self:
        """Return this record with the next event applied to the facts of now.

        For a late event or a correction this is only a check that it fits the type: the calling
        method folds the history again. An event that a lifecycle has just made is ``checked``.
        """
        facts = dict(self.__dict__)
        size = len(facts)
        numbered = (checked and self._numbered) or self._check_next(event)
        changes = event.changes(facts)
        facts.update(changes)
        if len(facts) != size:
            extra = ", ".join(sorted(facts.keys() - self.__dict__.keys()))
            allowed = f"only for records with {extra}; those of type {self.record_type} have none"
            raise InvalidValueError("event", getattr(event, "kind", event), allowed)
        facts["updated_at"] = event.at if checked else max(facts["updated_at"], event.at)
        longer = self.history + (event,)  # noqa: RUF005  half the time of unpacking a long history
        timeline = self._timeline and longer_timeline(self._timeline, event, changes)
        return self._of(facts, longer, numbered=numbered, timeline=timeline)

    def _check_next(self, event: Event) -> bool:
        """Refuse what is not the next event; return whether all ids are numbered after it."""
        if not isinstance(event, Event) or event.record_id != self.id:
            raise InvalidTimelineError("event", event, f"a further event of {self.id}")
        if isinstance(event, Opened):
            raise InvalidTimelineError("event", event, "anything but a second opening")
        sequence = self.history[-1].sequence + 1
        if event.sequence != sequence:
            raise InvalidTimelineError("sequence", event.sequence, f"{sequence}, the next one")
        if self._numbered and event.id == f"{event.record_id}:{sequence}":
            return True
        if event.id in map(_id_of, self.history):
            raise InvalidTimelineError("id", event.id, "a different id for each event")
        return False

    def __hash__(self) -> int:
        return hash((self.record_type, self.id, len(self.history)))

    def __reduce__(self) -> tuple[object, ...]:
        return type(self).from_history, (self.history,)

    def __repr__(self) -> str:
        priority = "" if self.priority is None else f", priority={self.priority.name!r}"
        return (
            f"<{type(self).__name__} {self.id}: {self.title!r}, state={self.state.name!r}"
            f"{priority}, version={self.version}>"
        )
