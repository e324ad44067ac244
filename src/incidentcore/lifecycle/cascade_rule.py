"""What a change of one record means for others: rules as data, answers as data (rule L4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import attrs

from incidentcore.conditions import Condition
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle.decision import Allowed, Refused
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.standard import STANDARD
from incidentcore.records import (
    RECORD_TYPES,
    Event,
    Record,
    ServiceRequest,
    StateChanged,
    TaskStatus,
    are_linked,
    comment,
    field_changes,
    set_task,
)
from incidentcore.values import Actor, FrozenMap, State, as_actor

__all__ = ["CascadeEffect", "CascadeRule", "Copy", "cascade_effects"]


@attrs.frozen
class Copy:
    """A value that a cascade takes over from its source: the name of the source's field."""

    field: str


def _names(states: Iterable[State | str]) -> tuple[str, ...]:
    if isinstance(states, (str, State)):
        states = (states,)
    return tuple(state.name if isinstance(state, State) else state for state in states)


def _frozen(fields: Mapping[str, object]) -> FrozenMap[object]:
    return FrozenMap(fields)


_DONE: Final = ("closed_complete", "closed_incomplete", "closed_skipped")


@attrs.frozen(kw_only=True)
class CascadeRule:
    """One rule: when a record changes so, it or linked records are to follow.

    What follows is one of three: an action of the target's lifecycle, an internal comment on it,
    or a status for the tasks of it that are still open.

    Attributes:
        id: The rule's id.
        source: The type of record that changes.
        enters: The states that it enters, by name; empty for any event of ``on``.
        via: The actions by which it enters them; empty for any. Imported changes name none.
        on: The kind of event: ``state_changed``, or another such as ``task_changed``; empty for any
            kind, where ``changes`` says what to look at.
        changes: A field of the source that the event must have changed; empty for any or none.
        when: A condition on the source after the event, and on ``actor``, who made it; None for
            always.
        link: What the source is to the target; empty for the source itself.
        target: The type of the target.
        action: What the target is to do.
        comment: What is to be written on it: text, or ``Copy`` of a field of the source; where
            that is empty, nothing is.
        open_tasks: What is to become of its open tasks, as a status of ``TaskStatus``.
        states: The target's states in which the rule applies, by name; empty for every open one.
            In other states it is left alone.
        target_when: A condition on the target; None for always.
        fields: What is given with the action: values, or ``Copy`` of a field of the source.

    Raises:
        LifecycleDefinitionError: A type is unknown, a part is empty, a condition reads what records
            of its type do not have, or there is not exactly one of action, comment and open_tasks.
    """

    id: str
    source: str
    target: str
    action: str = ""
    comment: Copy | str = ""
    open_tasks: TaskStatus | Literal[""] = ""
    link: str = ""
    enters: tuple[str, ...] = attrs.field(default=(), converter=_names)
    via: tuple[str, ...] = attrs.field(default=(), converter=_names)
    on: str = StateChanged.kind
    changes: str = ""
    when: Condition | None = None
    states: tuple[str, ...] = attrs.field(default=(), converter=_names)
    target_when: Condition | None = None
    fields: FrozenMap[object] = attrs.field(default=FrozenMap(), converter=_frozen)

    def __attrs_post_init__(self) -> None:
        for name in ("id", "on"):
            value = getattr(self, name)
            if not isinstance(value, str) or not (value or (name == "on" and self.changes)):
                raise LifecycleDefinitionError(f"cascade.{name}", value, "a non-empty text")
        for name in ("source", "target"):
            if getattr(self, name) not in RECORD_TYPES:
                raise LifecycleDefinitionError(
                    f"{self.id}.{name}", getattr(self, name), f"one of {', '.join(RECORD_TYPES)}"
                )
        if not self.link and self.source != self.target:
            raise LifecycleDefinitionError(f"{self.id}.link", self.link, "a link to the target")
        if (self.enters or self.via) and self.on not in ("", StateChanged.kind):
            raise LifecycleDefinitionError(
                f"{self.id}.on", self.on, f"{StateChanged.kind}, to enter a state"
            )
        self._check_condition("when", self.when, self.source, "actor")
        self._check_condition("target_when", self.target_when, self.target)
        self._check_effect()

    def _check_condition(self, name: str, condition: object, kind: str, *more: str) -> None:
        """Refuse a condition on what records of a type do not have: it would never match."""
        if condition is None:
            return
        if not isinstance(condition, Condition):
            raise LifecycleDefinitionError(f"{self.id}.{name}", condition, "a Condition, or None")
        facts = (*RECORD_TYPES[kind].default_facts(), *more)
        for path in condition.fields:
            if path.partition(".")[0] not in facts:
                raise LifecycleDefinitionError(
                    f"{self.id}.{name}", path, f"one of {', '.join(facts)}"
                )

    def _check_effect(self) -> None:
        effects = [name for name in ("action", "comment", "open_tasks") if getattr(self, name)]
        if len(effects) != 1:
            raise LifecycleDefinitionError(
                f"{self.id}.action", effects, "exactly one of action, comment and open_tasks"
            )
        if not isinstance(self.action, str):
            raise LifecycleDefinitionError(f"{self.id}.action", self.action, "an action's name")
        if not isinstance(self.comment, (Copy, str)):
            raise LifecycleDefinitionError(f"{self.id}.comment", self.comment, "text, or a Copy")
        copied = [value for value in (self.comment, *self.fields.values()) if type(value) is Copy]
        for name in (*(copy.field for copy in copied), *filter(None, [self.changes])):
            if name not in RECORD_TYPES[self.source].default_facts():
                raise LifecycleDefinitionError(
                    f"{self.id}.fields", name, f"a field of a {self.source}"
                )
        if self.open_tasks:
            if self.open_tasks not in _DONE:
                raise LifecycleDefinitionError(
                    f"{self.id}.open_tasks", self.open_tasks, f"one of {', '.join(_DONE)}"
                )
            if self.target != ServiceRequest.record_type:
                raise LifecycleDefinitionError(
                    f"{self.id}.target", self.target, f"{ServiceRequest.record_type}, for its tasks"
                )
        if self.fields and not self.action:
            raise LifecycleDefinitionError(f"{self.id}.fields", self.fields, "none without action")

    def applies_in(self, state: State) -> bool:
        """Return whether the rule applies to a target in a state."""
        return state.name in self.states if self.states else state.open


@attrs.frozen(kw_only=True)
class CascadeEffect:
    """What a rule means for one record.

    Attributes:
        cascade: The rule's id.
        record_id: The record that is to change.
        answer: What its lifecycle says to that; comments and tasks are never refused.
    """

    cascade: str
    record_id: str
    answer: Allowed[Record] | Refused


def cascade_effects(
    record: Record,
    event: Event,
    related: Iterable[Record],
    /,
    *,
    cascades: Iterable[CascadeRule],
    lifecycles: Mapping[str, Lifecycle] | None = None,
    by: Actor | str | None = None,
) -> tuple[CascadeEffect, ...]:
    """Return what an event of a record means for related ones; nothing changes.

    The caller stores the answers that are allowed and tells of the refused ones. Effects do not
    cascade further by themselves: call again with what was stored.

    Whether a rule applies is judged on each record as it was at the event. Where several apply to
    one record, each answer continues the one before, so that all their events can be appended.

    Args:
        record: The record after the event.
        event: The event.
        related: Records that may be linked to it; those that are not are left alone, and of several
            with one id the last counts.
        cascades: The rules.
        lifecycles: The lifecycle of each id that related records follow, beside the standard ones.
        by: Who does it; the event's actor unless told.

    Returns:
        One effect for each rule and record that it applies to, refusals included, in the order of
        the rules and records.

    Raises:
        InvalidValueError: The event is not in the record's history, or a related record follows a
            lifecycle that was not given.

    Source: rule L4.
    """
    if event not in record.history:
        raise InvalidValueError("event", event, f"an event in the history of {record.id}")
    known = {lifecycle.id: lifecycle for lifecycle in STANDARD.values()} | dict(lifecycles or {})
    facts = record.timeline(now=event.at).facts_at(event.at)
    facts["actor"] = event.by
    actor = event.by if by is None else as_actor(by)
    others = {other.id: other for other in related}
    latest: dict[str, Record] = {}
    effects: list[CascadeEffect] = []
    for rule in cascades:
        if not _is_triggered(rule, record, event, facts):
            continue
        for target in [record] if not rule.link else others.values():
            if rule.link and (target.id == record.id or not are_linked(record, rule.link, target)):
                continue
            if not _applies(rule, event, target):
                continue
            now = latest.get(target.id, target)
            answer = (
                _moved(rule, event, facts, now, known=known, by=actor)
                if rule.action
                else _followed(rule, event, facts, now, by=actor)
            )
            if answer is None:
                continue
            if isinstance(answer, Allowed):
                latest[target.id] = answer.record
            effects.append(CascadeEffect(cascade=rule.id, record_id=target.id, answer=answer))
    return tuple(effects)


def _is_triggered(rule: CascadeRule, record: Record, event: Event, facts: dict[str, Any]) -> bool:
    if rule.source != record.record_type or rule.on not in ("", event.kind):
        return False
    if rule.enters and not (isinstance(event, StateChanged) and event.state.name in rule.enters):
        return False
    if rule.via and not (isinstance(event, StateChanged) and event.action in rule.via):
        return False
    if rule.changes and all(c.event != event for c in field_changes(record, rule.changes)):
        return False
    return rule.when is None or rule.when.test(facts, event.at)


def _applies(rule: CascadeRule, event: Event, target: Record) -> bool:
    """Return whether a rule applies to a target as it was at the event."""
    if target.record_type != rule.target:
        return False
    then = target.facts()
    if event.at < target.updated_at:
        then = target.timeline(now=event.at).facts_at(event.at)
    if not rule.applies_in(then["state"]):
        return False
    return rule.target_when is None or rule.target_when.test(then, event.at)


def _moved(
    rule: CascadeRule,
    event: Event,
    facts: dict[str, Any],
    target: Record,
    *,
    known: Mapping[str, Lifecycle],
    by: Actor,
) -> Allowed[Record] | Refused:
    """Return what the target's lifecycle says to the action."""
    lifecycle = known.get(target.lifecycle.id)
    if lifecycle is None:
        raise InvalidValueError(
            "lifecycles", target.lifecycle.id, f"the lifecycle of {target.id} among those given"
        )
    given: dict[str, Any] = {
        name: facts[value.field] if isinstance(value, Copy) else value
        for name, value in rule.fields.items()
    }
    return lifecycle.decide(
        target, rule.action, at=event.at, by=by, recorded_at=event.recorded_at, **given
    )


def _followed(
    rule: CascadeRule, event: Event, facts: dict[str, Any], target: Record, *, by: Actor
) -> Allowed[Record] | None:
    """Return the target with the comment, or with its open tasks ended; None for nothing new."""
    when: dict[str, Any] = {"at": event.at, "by": by, "recorded_at": event.recorded_at}
    after = target
    if rule.comment:
        text = facts[rule.comment.field] if isinstance(rule.comment, Copy) else rule.comment
        if text:
            after = comment(target, str(text), visibility="internal", **when)
    elif isinstance(target, ServiceRequest):
        for task in target.tasks:
            if rule.open_tasks and task.status == "open":
                after = set_task(after, attrs.evolve(task, status=rule.open_tasks), **when)
    new = after.events_after(target.version)
    return Allowed(new, after) if new else None
