"""The data that a record stores, and the queries on it: fields (facts), version, timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Self, cast

import attrs

from incidentcore.errors import InvalidValueError
from incidentcore.instants import as_utc
from incidentcore.records.coverage import covers_fact
from incidentcore.records.events.base import Event
from incidentcore.records.fold import fold_timeline
from incidentcore.records.timeline import Timeline
from incidentcore.values import Actor
from incidentcore.values.actors import ROLES, as_actor


class RecordBase:
    """The base class of ``Record``: its stored data, and the queries on it.

    A record's facts are its ``__dict__``, so that a change copies one dict instead of reading and
    setting about fifty fields.
    """

    __slots__ = ("__dict__", "__weakref__", "_numbered", "_timeline", "history")

    record_type: ClassVar[str]
    _defaults: ClassVar[dict[str, Any]]
    _numbered: bool
    _timeline: Timeline | None
    history: tuple[Event, ...]

    @classmethod
    def _of(
        cls,
        facts: dict[str, Any],
        history: tuple[Event, ...],
        *,
        numbered: bool = False,
        timeline: Timeline | None = None,
    ) -> Self:
        """Return the record of a history in sequence order; the dict of facts becomes its own.

        In a ``numbered`` history, every event's id is known to be the record's with the event's
        number, so that the next one of this form cannot be taken.
        """
        record: Any = RecordBase()  # not frozen yet: its slots are set in half the time
        record.__dict__ = facts
        record.history = history
        record._numbered = numbered  # noqa: SLF001
        record._timeline = timeline  # noqa: SLF001
        record.__class__ = cls
        return record  # type: ignore[no-any-return]

    @classmethod
    def default_facts(cls) -> dict[str, Any]:
        """Return the default values of the fields of this type of record."""
        return dict(cls._usual_facts())

    @classmethod
    def _usual_facts(cls) -> dict[str, Any]:
        """Return the same, shared by all records of the type: never change it."""
        if "_defaults" not in cls.__dict__:
            names = {field.name: field.default for field in attrs.fields(cast("Any", cls))}
            del names["history"]
            cls._defaults = {**names, "record_type": cls.record_type}
        return cls._defaults

    @property
    def version(self) -> int:
        """Return the number of events in the history."""
        return len(self.history)

    def events_after(self, version: int) -> tuple[Event, ...]:
        """Return the events that a store with ``version`` events must append.

        Raises:
            InvalidValueError: The record has fewer events than that.
        """
        if type(version) is not int or not 0 <= version <= len(self.history):
            raise InvalidValueError("version", version, f"0 to {len(self.history)}")
        return self.history[version:]

    def facts(self) -> dict[str, Any]:
        """Return the record's fields by name, as conditions read them."""
        return dict(self.__dict__)

    def is_covered(self, name: str) -> bool:
        """Return whether the record's source supplies a field, or a value of ``Coverage``.

        This is always True if the record was not imported. A field that is not supplied looks
        empty: a table with one row for each ticket has no reopenings, so ``reopen_count`` is 0.
        KPIs and clocks that need the field omit the record.
        """
        return covers_fact(self.__dict__["covers"], name)

    def actor(self, by: Actor | str, /, *, at: datetime | None = None) -> Actor:
        """Return an actor unchanged, or make an actor from an id, with its role on this record.

        The assignee, and anybody who has acted on the record as an agent, is an agent. Otherwise,
        the caller (or the opener if there is no caller) is the requester, somebody who may decide
        on the approval is an approver, and everybody else is an agent.

        Args:
            by: An actor, or an id.
            at: The instant at which caller and assignee are read. Defaults to the latest event.

        Raises:
            InvalidValueError: ``by`` is neither an ``Actor`` nor an id (text that is not empty), or
                the actor's role looks like a misspelling of a ``Role``.

        Source: rule H4.
        """
        if isinstance(by, Actor):
            return by if by.role in ROLES else as_actor(by)
        actor = as_actor(by)
        facts = self.__dict__
        if at is not None and facts["opened_at"] <= as_utc(at) < facts["updated_at"]:
            facts = self.timeline().facts_at(at)
        if by == facts["assignee"]:
            return actor
        caller = facts["caller"]
        if by == (facts["opened_by"].id if caller is None else caller):
            role = "requester"
        elif (rule := facts.get("approval_rule")) is not None and rule.asks(by):
            role = "approver"
        else:
            return actor
        mine = (e for e in self.history if e.by.role == "agent" and e.by.id == by)
        has_worked = any(at is None or event.at <= at for event in mine)
        return actor if has_worked else Actor(by, role)

    def timeline(
        self, *, now: datetime | None = None, known_at: datetime | None = None
    ) -> Timeline:
        """Return the record's fields over time.

        Args:
            now: Leave out what happened after this instant.
            known_at: Leave out what was recorded after this instant.

        Raises:
            InvalidTimelineError: The opening had not been recorded by ``known_at``.
        """
        known = self.history
        if known_at is not None:
            known_at = as_utc(known_at, "known_at")
            known = tuple(event for event in known if event.recorded_at <= known_at)
        if len(known) < len(self.history):
            timeline = fold_timeline(known, self._usual_facts())
        elif self._timeline is None:
            timeline = fold_timeline(self.history, self._usual_facts())
            object.__setattr__(self, "_timeline", timeline)
        else:
            timeline = self._timeline
        return timeline if now is None else timeline.until(now)
