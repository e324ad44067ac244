"""The effects of a change to one record on other records, as data (rule L4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

import attrs

from incidentcore._checks import as_tuple, each_of, need_each, need_kind
from incidentcore.errors import InvalidValueError
from incidentcore.lifecycle.cascade_rule import CascadeRule, Copy
from incidentcore.lifecycle.decision import Allowed, Refused
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.guards import ever, facts_then, linked_facts
from incidentcore.lifecycle.standard import STANDARD
from incidentcore.lifecycle.transition import Attempt
from incidentcore.records import (
    Contacted,
    Event,
    Link,
    LinkAdded,
    Migrated,
    Record,
    StateChanged,
    comment,
    field_changes,
    log_contact,
    set_task,
)
from incidentcore.records.events.base import of_kind
from incidentcore.records.fold import in_time
from incidentcore.records.replay import as_it_was
from incidentcore.values import Actor


@attrs.frozen(kw_only=True)
class CascadeEffect:
    """The effect of a cascade rule on one record.

    Attributes:
        cascade: The rule's id.
        record_id: The id of the record to change.
        answer: ``Allowed`` with the events to store; or ``Refused`` if the record's lifecycle
            refuses the action, or a record that the rule's condition ``every`` reads is missing.
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
    follow: bool = False,
) -> tuple[CascadeEffect, ...]:
    """Return the effects of a record's event on related records, without changing anything.

    Your application stores the allowed effects and reports the refused ones. If several rules apply
    to one record, each effect builds on the one before, so that all their events can be appended.

    Args:
        record: The record after the event.
        event: The event.
        related: Records that may be linked to the record; those that are not linked are ignored,
            and of several with the same id the last one is used.
        cascades: The rules.
        lifecycles: The lifecycles that related records follow, by id, in addition to the standard
            ones.
        by: The actor of the effects. Defaults to the event's actor.
        follow: Whether to include what the effects cause in turn. Each rule is then followed once
            for each record, so this always ends; ``related`` has all records that may be affected.

    Returns:
        One effect for each rule and each record to which it applies, refusals included, in the
        order of the rules and records; those that others cause come in the order in which they
        occur.

    Raises:
        InvalidValueError: The event is not in the record's history, or a related record follows a
            lifecycle that was not passed.

    Source: rule L4.
    """
    need_kind("record", record, Record)
    need_kind("event", event, Event)
    if follow:
        effects_of = partial(cascade_effects, lifecycles=lifecycles, by=by)
        return _followed(record, event, related, as_tuple(cascades, CascadeRule), effects_of)
    if all(known.id != event.id for known in record.history):
        raise InvalidValueError("event", event, f"an event in the history of {record.id}")
    others = {one.id: one for one in each_of("related", related, Record) if one.id != record.id}
    run = _Run(
        event,
        {**others, record.id: record},
        {lifecycle.id: lifecycle for lifecycle in STANDARD.values()} | dict(lifecycles or {}),
        event.by if by is None else by,
    )
    effects: list[CascadeEffect] = []
    rules = as_tuple(cascades, CascadeRule)
    need_each("cascades", rules, CascadeRule)
    for rule in rules:
        triggers = [
            (cause, *pair)
            for cause in _causes(rule, record, event)
            for pair in _pairs(rule, record, cause, others)
        ]
        triggers += sorted(run.let_pass(rule, record, event), key=lambda found: found[0].at)
        done: set[tuple[datetime | None, str]] = set()
        for run.event, source, target in triggers:
            once = (None if rule.action else run.event.at, target.id)
            answer = None if once in done else run.answer(rule, source, target)
            if answer is not None:
                effects.append(CascadeEffect(cascade=rule.id, record_id=target.id, answer=answer))
            if answer:
                done.add(once)
    return tuple(effects)


def _followed(
    record: Record,
    event: Event,
    related: Iterable[Record],
    rules: tuple[CascadeRule, ...],
    effects_of: Callable[..., tuple[CascadeEffect, ...]],
) -> tuple[CascadeEffect, ...]:
    """Return the effects of an event, and of their events; each builds on the previous ones."""
    latest = {other.id: other for other in each_of("related", related, Record)}
    latest[record.id] = record
    followed: set[tuple[str, str]] = set()
    effects: list[CascadeEffect] = []
    queue = deque([(record.id, event)])
    while queue:
        name, cause = queue.popleft()
        for rule in rules:
            for effect in effects_of(latest[name], cause, latest.values(), cascades=[rule]):
                if (rule.id, effect.record_id) in followed:
                    continue
                followed.add((rule.id, effect.record_id))
                effects.append(effect)
                if effect.answer:
                    latest[effect.record_id] = effect.answer.record
                    queue.extend((effect.record_id, new) for new in effect.answer.events)
    return tuple(effects)


def _causes(rule: CascadeRule, record: Record, event: Event) -> Iterator[Event]:
    """Yield an event and, if it is late, those after it that change a rule's field due to it."""
    yield event
    before = [one for one in record.history if one.sequence < event.sequence]
    if not rule.changes or all(one.at <= event.at for one in before):
        return
    was = field_changes(type(record).from_history(before), rule.changes)
    known = {change.event.id for change in was}
    for change in field_changes(record, rule.changes):
        if change.event.sequence < event.sequence and change.event.id not in known:
            yield attrs.evolve(change.event, recorded_at=event.recorded_at)


def _may_trigger(rule: CascadeRule, event: Event) -> bool:
    """Return whether an event is of a rule's kind, and enters its states by its actions."""
    if rule.on not in ("", event.kind):
        return False
    if not isinstance(event, StateChanged):
        return not (rule.enters or rule.via)
    enters = not rule.enters or event.state.name in rule.enters
    return enters and (not rule.via or event.action in rule.via)


def _pairs(
    rule: CascadeRule, record: Record, event: Event, others: Mapping[str, Record]
) -> Iterator[tuple[Record, Record]]:
    """Yield the sources and targets of a rule that an event of a record is about.

    A new link is about the two records that it joins, and either of them may be the source.
    """
    if not rule.link:
        yield record, record
        return
    if not isinstance(event, LinkAdded) or rule.on != event.kind:
        facts = facts_then(record, event.at)
        for name in linked_facts(facts, rule.link, others.values(), event.at):
            yield record, others[name]
        return
    other = others.get(event.link.target)
    if other is not None:
        inverse = event.link.inverse(record.id)
        if event.link.type == rule.link:
            yield record, other
        if inverse is not None and inverse.type == rule.link:
            yield other, record


@attrs.define
class _Run:
    """One event with the records that it may concern; each effect builds on the one before."""

    event: Event
    records: Mapping[str, Record]
    lifecycles: Mapping[str, Lifecycle]
    by: Actor | str
    latest: dict[str, Record] = attrs.field(factory=dict)

    def let_pass(
        self, rule: CascadeRule, record: Record, late: Event
    ) -> Iterator[tuple[Event, Record, Record]]:
        """Yield the later events at which ``every`` objected before a late event of a record."""
        records = self.records.values()
        sources = [one for one in records if one.updated_at > late.at]
        if rule.every is None or late.sequence == 1 or not sources:
            return
        past = [one for one in record.history if one.sequence < late.sequence]
        before = {**self.records, record.id: type(record).from_history(past)}
        there = Link(rule.every.link, record.id)
        for target in records:
            was_linked = ever(target, there) or ever(record, there.inverse(target.id))
            for source in sources if was_linked or target is record else ():
                for event in past if source is record else source.history:
                    if event.at <= late.at or not _may_trigger(rule, event):
                        continue
                    then = _Run(event, before, self.lifecycles, self.by)
                    for pair in _pairs(rule, source, event, {target.id: target}):
                        if pair[1] is target and then._every(rule, before[target.id]) is False:
                            yield attrs.evolve(event, recorded_at=late.recorded_at), *pair

    def answer(
        self, rule: CascadeRule, source: Record, target: Record
    ) -> Allowed[Record] | Refused | None:
        """Return the effect of a rule on a target, or None if it has no effect."""
        event = self.event
        facts = {**facts_then(source, event.at), "actor": event.by, "event": event}
        if not self._is_triggered(rule, source, facts) or not self._applies(rule, source, target):
            return None
        met = self._every(rule, target)
        if met is not True:
            return met if isinstance(met, Refused) else None
        now = self.latest.get(target.id, target)
        take = self._moved if rule.action else self._followed
        answer = take(rule, source, facts, now)
        if answer:
            self.latest[target.id] = answer.record
        return answer

    def _is_triggered(self, rule: CascadeRule, source: Record, facts: Mapping[str, Any]) -> bool:
        event = self.event
        if rule.source != source.record_type or not _may_trigger(rule, event):
            return False
        if rule.changes and all(
            change.event.id != event.id for change in field_changes(source, rule.changes)
        ):
            return False
        return rule.when is None or rule.when.test(facts, event.at)

    def _applies(self, rule: CascadeRule, source: Record, target: Record) -> bool:
        """Return whether a rule applies to a target as it was at the event."""
        at = self.event.at
        if target.record_type != rule.target:
            return False
        then = facts_then(target, at)
        if not rule.applies_in(then["state"]):
            return False
        if rule.undoes and _cause(target, at) != source.id:
            return False
        return rule.target_when is None or rule.target_when.test(then, at)

    def _every(self, rule: CascadeRule, target: Record) -> bool | Refused:
        """Return whether ``every`` holds, or a refusal that names the records it lacks."""
        every, at = rule.every, self.event.at
        if every is None:
            return True
        attempt = Attempt(
            facts=facts_then(target, at),
            action=rule.action,
            at=at,
            by=target.actor(self.by),
            fields={},
            related=self._related(),
        )
        if not every.missing(attempt):
            return every(attempt)
        return Refused(
            code="guard",
            action=rule.action or rule.id,
            state=target.state,
            data={"why": f" ({every.why_not(attempt)})"},
            guard=every.id,
        )

    def _related(self) -> tuple[Record, ...]:
        return tuple({**self.records, **self.latest}.values())

    def _moved(
        self, rule: CascadeRule, source: Record, facts: Mapping[str, Any], target: Record
    ) -> Allowed[Record] | Refused:
        """Return the decision of the target's lifecycle about the action."""
        lifecycle = self.lifecycles.get(target.lifecycle.id)
        if lifecycle is None:
            raise InvalidValueError(
                "lifecycles", target.lifecycle.id, f"the lifecycle of {target.id} among those given"
            )
        return lifecycle.decide(
            target,
            rule.action,
            at=self.event.at,
            by=self.by,
            recorded_at=self.event.recorded_at,
            related=self._related(),
            cause="" if source.id == target.id else source.id,
            fields={name: _copied(value, facts) for name, value in rule.fields.items()},
        )

    def _followed(
        self, rule: CascadeRule, source: Record, facts: Mapping[str, Any], target: Record
    ) -> Allowed[Record] | None:
        """Return the target with a comment, contact or its open tasks ended; None if unchanged."""
        event = self.event
        when: dict[str, Any] = {"at": event.at, "by": self.by, "recorded_at": event.recorded_at}
        after: Any = target
        if rule.contact:
            after = log_contact(target, rule.contact, **{**when, "by": self._speaker(source)})
        elif rule.comment:
            text = str(_copied(rule.comment, facts) or "")
            if text.strip():
                after = comment(target, text, visibility=rule.visibility, **when)
        else:  # the rule is about open tasks, so it is a request
            for task in after.tasks:
                if task.status == "open":
                    after = set_task(after, attrs.evolve(task, status=rule.open_tasks), **when)
        new = after.events_after(target.version)
        return Allowed(new, after) if new else None

    def _speaker(self, source: Record) -> Actor | str:
        """Return who spoke: the actor or, if a merge is not an agent's, who answered first."""
        by = self.event.by
        if self.by is by and by.role != "agent" and not isinstance(self.event, Contacted):
            answers = [change.event.by for change in field_changes(source, "first_response_at")]
            return answers[-1] if answers else by
        return self.by


def _copied(value: object, facts: Mapping[str, Any]) -> Any:
    """Return a value of a rule, or the value that it copies from the source or the event."""
    if not isinstance(value, Copy):
        return value
    name = value.field.removeprefix("event.")
    return facts[name] if name == value.field else getattr(facts["event"], name, None)


def _cause(target: Record, at: datetime) -> str:
    """Return the id of the record whose change brought a record into its state at that time."""
    then = as_it_was(target, at)
    moves = of_kind(in_time(then.history)[1], StateChanged)
    causes = [event.cause for event in moves if event.kind != Migrated.kind]
    return causes[-1] if causes else ""
