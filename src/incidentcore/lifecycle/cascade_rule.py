"""The rules for how a change to one record affects others, as data (rule L4)."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

import attrs

from incidentcore._checks import SharedRepr, need_kind, need_text, need_word, of_type
from incidentcore.conditions import Condition
from incidentcore.errors import LifecycleDefinitionError
from incidentcore.lifecycle.guards import EveryLinked
from incidentcore.lifecycle.transition import names_of
from incidentcore.records import Event, ServiceRequest, StateChanged, Visibility
from incidentcore.records.links import check_link_type
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.records.tasks import TaskStatus
from incidentcore.values import FrozenMap, State
from incidentcore.values.frozen import as_map


@attrs.frozen
class Copy(SharedRepr):
    """A value that a cascade copies from the record that changed or from the event.

    Attributes:
        field: The name of a field of the record that changed, or ``event.`` and an attribute of
            the event, such as ``event.text``.
    """

    field: str


_OF_EVENTS: Final = ("record_id", "sequence", "at", "by", "recorded_at", "id")
_DONE: Final = tuple(status for status in get_args(TaskStatus) if status != "open")


@attrs.frozen(kw_only=True)
class CascadeRule(SharedRepr):
    """A rule by which a change to one record changes that record or linked ones.

    There are four kinds of effect: an action on the target, a comment on it, a logged contact, or a
    new status for its open tasks.

    Attributes:
        id: The rule's id.
        source: The type of record that changes.
        enters: The names of the states that the source enters; empty for any event of the kind
            ``on``.
        via: The actions by which the source enters these states; empty for any. State changes
            imported from a log have the action ``update``.
        on: The kind of event, such as ``state_changed`` or ``task_changed``; empty for any kind, if
            ``changes`` names a field.
        changes: A field of the source that the event must have changed; empty if that does not
            matter.
        when: A condition on the source after the event. It may also read the ``actor`` and the
            ``event`` itself, such as ``event.visibility``. None for always.
        link: The type of link from the source to the target, which either of them may store; empty
            if the target is the source itself. If ``on`` is ``linked``, source and target are
            the two records that the new link joins.
        target: The type of the target.
        action: The action to take on the target.
        comment: The comment to add to the target: text, or a ``Copy`` of a field of the source; if
            that field is empty, no comment is added.
        visibility: The visibility of the comment: ``public`` or ``internal``.
        contact: The channel of a contact with the requester, to log on the target. It is made by
            the actor of the event if the event is a contact or an agent caused it, otherwise by
            whoever first answered on the source.
        open_tasks: The status to set on the target's open tasks, one of those of a ``Task``.
        states: The names of the target's states in which the rule applies; empty for every open
            state.
        target_when: A condition on the target; None for always.
        every: A condition on all records linked to the target; None for no condition. If one of
            them was not passed, the effect is a refusal that names it.
        undoes: Whether the rule applies only to targets whose present state the source caused.
        fields: The fields to set with the action: values, or a ``Copy`` of a field of the source.

    Raises:
        InvalidValueError: The link is unknown.
        LifecycleDefinitionError: A type or kind of event is unknown, a name is empty, a condition
            or ``Copy`` reads a field that records of its type or events do not have, or there is
            not exactly one of action, comment, contact and open_tasks.

    Source: rule L4.
    """

    id: str
    source: str
    target: str
    action: str = ""
    comment: Copy | str = ""
    visibility: Visibility = attrs.field(default="internal", metadata={"later": True})
    contact: str = attrs.field(default="", metadata={"later": True})
    open_tasks: TaskStatus | Literal[""] = ""
    link: str = ""
    enters: tuple[str, ...] = attrs.field(default=(), converter=names_of)
    via: tuple[str, ...] = attrs.field(default=(), converter=names_of)
    on: str = StateChanged.kind
    changes: str = ""
    when: Condition | None = None
    states: tuple[str, ...] = attrs.field(default=(), converter=names_of)
    target_when: Condition | None = None
    every: EveryLinked | None = attrs.field(default=None, metadata={"later": True})
    undoes: bool = attrs.field(default=False, metadata={"later": True}, validator=of_type(bool))
    fields: FrozenMap[object] = attrs.field(default=FrozenMap(), converter=as_map)

    def __attrs_post_init__(self) -> None:
        for name in ("id", "on"):
            value = getattr(self, name)
            allowed, empty = "non-empty text", name == "on" and bool(self.changes)
            need_text(f"cascade.{name}", value, LifecycleDefinitionError, allowed, empty=empty)
        for name in ("source", "target"):
            where = f"{self.id}.{name}"
            need_word(where, getattr(self, name), RECORD_TYPES, LifecycleDefinitionError)
        if self.on:
            need_word(f"{self.id}.on", self.on, sorted(Event._kinds), LifecycleDefinitionError)  # noqa: SLF001
        if not self.link and self.source != self.target:
            raise LifecycleDefinitionError(f"{self.id}.link", self.link, "a link to the target")
        if (self.enters or self.via) and self.on not in ("", StateChanged.kind):
            allowed = f"{StateChanged.kind}, to enter a state"
            raise LifecycleDefinitionError(f"{self.id}.on", self.on, allowed)
        if self.link:
            check_link_type(self.link)
        need_word(f"{self.id}.visibility", self.visibility, Visibility, LifecycleDefinitionError)
        need_kind(f"{self.id}.every", self.every, EveryLinked | None, LifecycleDefinitionError)
        self._check_condition("when", self.when, self.source, "actor", "event")
        self._check_condition("target_when", self.target_when, self.target)
        self._check_effect()

    def _check_condition(self, name: str, condition: Any, kind: str, *more: str) -> None:
        """Refuse a condition on a field that records of a type lack: it would never match."""
        if condition is None:
            return
        need_kind(f"{self.id}.{name}", condition, Condition, LifecycleDefinitionError)
        facts = (*RECORD_TYPES[kind].default_facts(), *more)
        for path in condition.fields:
            first, _, rest = path.partition(".")
            need_word(f"{self.id}.{name}", first, facts, LifecycleDefinitionError)
            if first == "event" and rest:
                self._check_event(name, rest.partition(".")[0])

    def _check_event(self, name: str, attribute: str) -> None:
        """Refuse an attribute that no kind of event has: it would never have a value."""
        known = {*_OF_EVENTS, *Event._fields_of_kinds} - {"allowed"}  # noqa: SLF001
        need_word(f"{self.id}.{name}", attribute, sorted(known), LifecycleDefinitionError)

    def _check_effect(self) -> None:
        kinds = ("action", "comment", "contact", "open_tasks")
        effects = [name for name in kinds if getattr(self, name)]
        if len(effects) != 1:
            allowed = f"exactly one of {', '.join(kinds)}"
            raise LifecycleDefinitionError(f"{self.id}.action", effects, allowed)
        for name in ("action", "changes"):
            need_kind(f"{self.id}.{name}", getattr(self, name), str, LifecycleDefinitionError)
        need_kind(f"{self.id}.comment", self.comment, (Copy, str), LifecycleDefinitionError)
        facts = RECORD_TYPES[self.source].default_facts()
        for value in (self.comment, *self.fields.values()):
            if type(value) is Copy and value.field.startswith("event."):
                self._check_event("fields", value.field.removeprefix("event."))
            elif type(value) is Copy:
                need_word(f"{self.id}.fields", value.field, facts, LifecycleDefinitionError)
        if self.changes:
            need_word(f"{self.id}.changes", self.changes, facts, LifecycleDefinitionError)
        if self.open_tasks:
            need_word(f"{self.id}.open_tasks", self.open_tasks, _DONE, LifecycleDefinitionError)
            request = (ServiceRequest.record_type,)
            need_word(f"{self.id}.target", self.target, request, LifecycleDefinitionError)
        if self.fields and not self.action:
            raise LifecycleDefinitionError(f"{self.id}.fields", self.fields, "none without action")

    def applies_in(self, state: State) -> bool:
        """Return whether the rule applies to a target in the given state."""
        return state.name in self.states if self.states else state.open
