"""What incidents, problems and service requests share: a value that is the fold of its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, ClassVar, Self, TypeVar

import attrs

from incidentcore.errors import InvalidTimelineError, InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records._fast import opening
from incidentcore.records.events.core import Corrected, Event, LifecycleRef, Opened
from incidentcore.records.fields import checked_fields, stored_fields
from incidentcore.records.fold import fold_facts, in_sequence
from incidentcore.records.links import Link
from incidentcore.records.record_base import RecordBase
from incidentcore.values import Actor, FrozenMap, Level, State, as_actor

__all__ = ["Record"]

R = TypeVar("R", bound="Record")
E = TypeVar("E", bound=Event)

_id_of = attrgetter("id")


@attrs.frozen(init=False, repr=False, slots=False)
class Record(RecordBase):
    """A tracked piece of work; the base of ``Incident``, ``Problem`` and ``ServiceRequest``.

    A record is made by ``open`` or by replaying its history, never by naming its fields: every
    field is what the fold of the history says (rules H1 and H2). Changing a record gives a new one
    with more history.

    Attributes:
        id: The record's id.
        history: Its events in sequence order.
        lifecycle: Which lifecycle it follows.
        state: The state it is in, with its flags.
        hold_reason: Why it is on hold; None when it is not.
        title: One line that says what is wrong or wanted.
        description: The rest of the story.
        service: The service it touches.
        configuration_item: The component it touches.
        caller: Who reported it or asks for it.
        opened_by: Who wrote it down.
        covers: What the source of the history tells; None for everything. See ``Coverage``.
        source: Where it came from; see ``ReportedVia``.
        impact: How much of the business it touches.
        urgency: How soon it must be resolved.
        computed_priority: What the priority policy says.
        priority_override: What somebody set instead; None otherwise.
        priority: The effective one: the override where there is one.
        category: The category as a path, most general first.
        assignment_group: The group that works on it.
        assignee: Who works on it.
        support_tier: The support tier that works on it, from 1.
        tags: Free labels.
        custom: Fields of the caller's own.
        links: Links to other records.
        resolution_code: How it was resolved, as a code.
        resolution_notes: How it was resolved, in words.
        verification: How it was made sure that the resolution holds.
        closure_confirmed_by: Who agreed to the closure.
        occurred_at: When it began to happen, if known.
        detected_at: When it was noticed, if known.
        opened_at: When the record was opened.
        acknowledged_at: When a human first took notice: an acknowledgement, or a transition to an
            open state by an agent or vendor.
        acknowledged: Whether the acknowledgement stands.
        snoozed_until: When the last snooze ends or ended; None where it was ended before its time.
        first_response_at: When an agent first answered in public.
        restored_at: When the service first worked again; at the latest the first resolution.
        resolved_at: When it was last resolved; None while it is open again.
        first_resolved_at: When it was first resolved, whatever came after.
        reopened_at: When it was last reopened.
        closed_at: When it was closed.
        canceled_at: When it was canceled.
        updated_at: When its last event happened.
        reopen_count: How often it went back from a resolved or final state to an open one.
        reassignment_count: How often the group changed; the first assignment is none.
        escalation_count: How often it was escalated.
        agent_reply_count: Public replies by agents.
        requester_message_count: Messages by the requester after the opening.
        unanswered_since: The earliest requester message that no agent answered yet.
        last_public_update_at: The last public reply by an agent.
    """

    record_type: ClassVar[str] = "record"
    _defaults: ClassVar[dict[str, Any]] = {}

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
    opened_at: datetime = attrs.field(default=None)
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
    settable: ClassVar[frozenset[str]] = frozenset(
        (
            "title",
            "description",
            "service",
            "configuration_item",
            "caller",
            "source",
            "tags",
            "custom",
            "verification",
            "closure_confirmed_by",
            "occurred_at",
            "detected_at",
        )
    )
    openable: ClassVar[frozenset[str]] = frozenset(
        (
            "impact",
            "urgency",
            "computed_priority",
            "priority_override",
            "category",
            "assignment_group",
            "assignee",
            "support_tier",
        )
    )

    _may_open_with: ClassVar[frozenset[str]] = settable | openable
    _own_lifecycle: ClassVar[LifecycleRef] = LifecycleRef("record")

    def __init_subclass__(cls) -> None:
        cls._may_open_with = cls.settable | cls.openable
        cls._own_lifecycle = LifecycleRef(cls.record_type)

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError(
            f"{type(self).__name__} is made by {type(self).__name__}.open(...) or by "
            "replay(events): its fields are the fold of its history"
        )

    @classmethod
    def _open(
        cls,
        *,
        id: str,  # noqa: A002  the field's name
        at: datetime,
        by: Actor | str,
        recorded_at: datetime | None,
        state: State,
        lifecycle: LifecycleRef | None,
        fields: Mapping[str, object],
    ) -> Self:
        at = as_utc(at)
        if not cls._may_open_with.issuperset(fields):
            checked_fields(fields, cls._may_open_with)  # says which field, and what is allowed
        by = as_actor(by, role="requester")
        if lifecycle is None:
            lifecycle = cls._own_lifecycle
        if (
            isinstance(id, str)
            and id
            and isinstance(state, State)
            and isinstance(lifecycle, LifecycleRef)
        ):
            event = opening(
                record_id=id,
                at=at,
                by=by,
                recorded_at=at if recorded_at is None else as_utc(recorded_at, "recorded_at"),
                record_type=cls.record_type,
                state=state,
                lifecycle=lifecycle,
                fields=stored_fields(fields),
            )
        else:
            event = Opened(  # says what is wrong
                record_id=id,
                sequence=1,
                at=at,
                by=by,
                recorded_at=at if recorded_at is None else recorded_at,
                record_type=cls.record_type,
                state=state,
                lifecycle=lifecycle,
            )
        facts = cls.default_facts()
        facts.update(event.changes(facts))
        facts["updated_at"] = at
        return cls._of(facts, (event,), numbered=True)

    @classmethod
    def from_history(cls, events: Iterable[Event]) -> Self:
        """Return the record that a history folds to (rule H1).

        Args:
            events: The record's events in any order; an event counts once.

        Raises:
            InvalidTimelineError: The events are not one record's of this type.
        """
        history = in_sequence(events)
        for event in history:
            if isinstance(event, Opened) and event.record_type != cls.record_type:
                raise InvalidTimelineError(
                    "events", event.record_type, f"events of a {cls.record_type}"
                )
        return cls._fold(history)

    @classmethod
    def _fold(cls, history: tuple[Event, ...]) -> Self:
        return cls._of(fold_facts(history, cls.default_facts()), history)

    @classmethod
    def default_facts(cls) -> dict[str, Any]:
        """Return the facts of a record of this type before its opening."""
        if "_defaults" not in cls.__dict__:
            names = {field.name: field.default for field in attrs.fields(cls)}
            del names["history"]
            cls._defaults = {**names, "record_type": cls.record_type}
        return dict(cls._defaults)

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
        """Return this record with one more event of a kind, numbered and folded.

        Args:
            kind: The event's class.
            at: When it happened; earlier than the latest event is a late event, which takes its
                place in time.
            by: Who did it; a plain id stands for an agent.
            recorded_at: When it became known; ``at`` unless told.
            body: The event's own attributes.

        Raises:
            InvalidValueError: An attribute is not what the event accepts.
        """
        at = as_utc(at)
        sequence = self.history[-1].sequence + 1
        body.setdefault("id", f"{self.id}:{sequence}")
        event = kind(
            record_id=self.id,
            sequence=sequence,
            at=at,
            recorded_at=at if recorded_at is None else recorded_at,
            by=as_actor(by),
            **body,
        )
        return self.with_events((event,))

    def with_events(self, events: Iterable[Event]) -> Self:
        """Return this record with events appended to its history.

        Raises:
            InvalidTimelineError: An event is of another record, is an opening, repeats an id, or
                its sequence is not the next one.
            InvalidValueError: It sets a field that records of this type do not have.
        """
        new = tuple(events)
        if len(new) == 1:
            appended = self._appended(new[0])
            if appended is not None:
                return appended
        history = self.history
        facts = dict(self.__dict__)
        latest = self.updated_at
        size = len(facts)
        is_late = False
        for event in new:
            if not isinstance(event, Event) or event.record_id != self.id:
                raise InvalidTimelineError("event", event, f"a further event of {self.id}")
            if isinstance(event, Opened):
                raise InvalidTimelineError("event", event, "anything but a second opening")
            sequence = history[-1].sequence + 1
            if event.sequence != sequence:
                raise InvalidTimelineError("sequence", event.sequence, f"{sequence}, the next one")
            if event.id in map(_id_of, history):
                raise InvalidTimelineError("id", event.id, "an id of its own for each event")
            history = (*history, event)
            # A late event is tried on the facts of now, only to see whether it fits the type.
            facts.update(event.changes(facts))
            if len(facts) != size:
                extra = sorted(facts.keys() - self.__dict__.keys())
                raise InvalidValueError(
                    "event",
                    ", ".join(extra),
                    f"a change of what a record of type {self.record_type} has",
                )
            if event.at < latest or isinstance(event, Corrected):
                is_late = True
            else:
                facts["updated_at"] = latest = event.at
        return self._fold(history) if is_late else self._of(facts, history)

    def _appended(self, event: Event) -> Self | None:
        """Return this record with the usual next event; None for any other, or a wrong one."""
        history = self.history
        facts = dict(self.__dict__)
        if (
            not isinstance(event, Event)
            or isinstance(event, (Corrected, Opened))
            or event.record_id != facts["id"]
            or event.sequence != history[-1].sequence + 1
            or event.at < facts["updated_at"]
        ):
            return None
        numbered = self._numbered and event.id == f"{event.record_id}:{event.sequence}"
        if not numbered and event.id in map(_id_of, history):
            return None
        size = len(facts)
        facts.update(event.changes(facts))
        if len(facts) != size:
            return None
        facts["updated_at"] = event.at
        longer = history + (event,)  # noqa: RUF005  half the time of unpacking a long history
        return self._of(facts, longer, numbered=numbered)

    def _with_next(self, event: Event) -> Self:
        """Return this record with a transition that its lifecycle has just checked as the next."""
        if not self._numbered:
            return self.with_events((event,))
        facts = dict(self.__dict__)
        facts.update(event.changes(facts))
        facts["updated_at"] = event.at
        longer = self.history + (event,)  # noqa: RUF005  as above
        return self._of(facts, longer, numbered=True)

    def __hash__(self) -> int:
        # Equal records have equal histories; hashing every field would ask it of custom ones too.
        return hash((self.record_type, self.id, len(self.history)))

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self).from_history, (self.history,))

    def __repr__(self) -> str:
        priority = "" if self.priority is None else f", priority={self.priority.name!r}"
        return (
            f"<{type(self).__name__} {self.id}: {self.title!r}, state={self.state.name!r}"
            f"{priority}, version={self.version}>"
        )
