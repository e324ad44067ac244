"""What a change of one record means for others: rules as data, answers as data (rule L4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from incidentcore.conditions import Condition, field
from incidentcore.errors import InvalidValueError, LifecycleDefinitionError
from incidentcore.lifecycle.answers import Allowed, Refused
from incidentcore.lifecycle.engine import Lifecycle
from incidentcore.lifecycle.standard import STANDARD
from incidentcore.records import (
    RECORD_TYPES,
    Event,
    LinkType,
    Record,
    ServiceRequest,
    StateChanged,
    TaskStatus,
    are_linked,
    roll_up,
)
from incidentcore.values import Actor, FrozenMap, State

__all__ = [
    "Cascade",
    "CascadeEffect",
    "Copy",
    "PARENT_TO_CHILD",
    "PROBLEM_TO_INCIDENT",
    "STANDARD_CASCADES",
    "TASKS_TO_REQUEST",
    "cascade",
]


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


@attrs.frozen(kw_only=True)
class Cascade:
    """One rule: when a record changes so, linked records are to take an action.

    Attributes:
        id: The rule's id.
        source: The type of record that changes.
        enters: The states that it enters, by name; empty for any event of ``on``.
        on: The kind of event: ``state_changed``, or another such as ``task_changed``.
        when: A condition on the source after the event; None for always. A service request's facts
            have ``tasks_status`` beside the record's own fields.
        link: What the source is to the target; empty for the source itself.
        target: The type of the target.
        action: What the target is to do.
        states: The target's states in which the rule applies, by name; empty for every open one.
            In other states it is left alone.
        target_when: A condition on the target; None for always.
        fields: What is given with the action: values, or ``Copy`` of a field of the source.

    Raises:
        LifecycleDefinitionError: A type is unknown, or a part is empty.
    """

    id: str
    source: str
    target: str
    action: str
    link: str = ""
    enters: tuple[str, ...] = attrs.field(default=(), converter=_names)
    on: str = StateChanged.kind
    when: Condition | None = None
    states: tuple[str, ...] = attrs.field(default=(), converter=_names)
    target_when: Condition | None = None
    fields: FrozenMap[object] = attrs.field(default=FrozenMap(), converter=_frozen)

    def __attrs_post_init__(self) -> None:
        for name in ("id", "action", "on"):
            value = getattr(self, name)
            if not isinstance(value, str) or not value:
                raise LifecycleDefinitionError(f"cascade.{name}", value, "a non-empty text")
        for name in ("source", "target"):
            if getattr(self, name) not in RECORD_TYPES:
                raise LifecycleDefinitionError(
                    f"{self.id}.{name}", getattr(self, name), f"one of {', '.join(RECORD_TYPES)}"
                )
        if not self.link and self.source != self.target:
            raise LifecycleDefinitionError(f"{self.id}.link", self.link, "a link to the target")
        for name in ("when", "target_when"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, Condition):
                raise LifecycleDefinitionError(f"{self.id}.{name}", value, "a Condition, or None")

    def applies_in(self, state: State) -> bool:
        """Return whether the rule applies to a target in a state."""
        return state.name in self.states if self.states else state.open


@attrs.frozen(kw_only=True)
class CascadeEffect:
    """What a rule means for one record.

    Attributes:
        cascade: The rule's id.
        record_id: The record that is to change.
        answer: What its lifecycle says to that.
    """

    cascade: str
    record_id: str
    answer: Allowed[Record] | Refused


def cascade(
    record: Record,
    event: Event,
    related: Iterable[Record],
    /,
    *,
    cascades: Iterable[Cascade],
    lifecycles: Mapping[str, Lifecycle] | None = None,
    by: Actor | None = None,
) -> tuple[CascadeEffect, ...]:
    """Return what an event of a record means for related ones; nothing changes.

    The caller stores the answers that are allowed and tells of the refused ones. Effects do not
    cascade further by themselves: call again with what was stored.

    Args:
        record: The record after the event.
        event: The event.
        related: Records that may be linked to it; those that are not are left alone.
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
    if isinstance(record, ServiceRequest):
        facts["tasks_status"] = roll_up(facts["tasks"])
    others = list(related)
    effects: list[CascadeEffect] = []
    for rule in cascades:
        if not _is_triggered(rule, record, event, facts):
            continue
        for target in [record] if not rule.link else others:
            if rule.link and (target.id == record.id or not are_linked(record, rule.link, target)):
                continue
            effect = _effect(rule, event, facts, target, known=known, by=by or event.by)
            if effect is not None:
                effects.append(effect)
    return tuple(effects)


def _is_triggered(rule: Cascade, record: Record, event: Event, facts: dict[str, Any]) -> bool:
    if rule.source != record.record_type or event.kind != rule.on:
        return False
    if rule.enters and not (isinstance(event, StateChanged) and event.state.name in rule.enters):
        return False
    return rule.when is None or rule.when.test(facts, event.at)


def _effect(
    rule: Cascade,
    event: Event,
    facts: dict[str, Any],
    target: Record,
    *,
    known: Mapping[str, Lifecycle],
    by: Actor,
) -> CascadeEffect | None:
    if target.record_type != rule.target:
        return None
    then = target.facts()
    if event.at < target.updated_at:
        then = target.timeline(now=event.at).facts_at(event.at)
    if not rule.applies_in(then["state"]):
        return None
    if rule.target_when is not None and not rule.target_when.test(then, event.at):
        return None
    lifecycle = known.get(target.lifecycle.id)
    if lifecycle is None:
        raise InvalidValueError(
            "lifecycles", target.lifecycle.id, f"the lifecycle of {target.id} among those given"
        )
    given: dict[str, Any] = {
        name: facts[value.field] if isinstance(value, Copy) else value
        for name, value in rule.fields.items()
    }
    answer = lifecycle.decide(
        target, rule.action, at=event.at, by=by, recorded_at=event.recorded_at, **given
    )
    return CascadeEffect(cascade=rule.id, record_id=target.id, answer=answer)


def parent_to_child(
    *, new: str, in_progress: str, on_hold: str, resolved: str, reasons: tuple[str, ...]
) -> tuple[Cascade, ...]:
    """Return ServiceNow's rules from a parent incident to its children, for a lifecycle's names.

    A parent's progress, holds and resolution pass on; one that waits for its caller, is closed,
    canceled or becomes a major incident leaves its children as they are.

    Args:
        new: The name of the new state.
        in_progress: The name of the state in which work goes on.
        on_hold: The name of the state on hold.
        resolved: The name of the resolved state.
        reasons: The reasons to hold that pass on.
    """

    def rule(what: str, enters: str, action: str, **rest: Any) -> Cascade:
        return Cascade(
            id=what,
            source="incident",
            enters=enters,
            link=LinkType.PARENT_OF,
            target="incident",
            action=action,
            **rest,
        )

    return (
        rule("parent_in_progress_starts_child", in_progress, "start", states=new),
        rule("parent_in_progress_resumes_child", in_progress, "resume", states=on_hold),
        rule(
            "parent_on_hold_holds_child",
            on_hold,
            "hold",
            when=field("hold_reason").is_in(*reasons),
            states=(new, in_progress),
            fields={"reason": Copy("hold_reason")},
        ),
        rule(
            "parent_resolved_resolves_child",
            resolved,
            "resolve",
            fields={
                "resolution_code": Copy("resolution_code"),
                "resolution_notes": Copy("resolution_notes"),
            },
        ),
    )


def problem_to_incident(
    *, solved: tuple[str, ...], unsolved: tuple[str, ...], on_hold: str, reason: str, code: str
) -> tuple[Cascade, ...]:
    """Return ServiceNow's rule from a solved problem to the incidents that wait for it.

    Args:
        solved: The names of the problem's states that solve it.
        unsolved: The resolution codes that solve nothing, such as an accepted risk.
        on_hold: The name of the incident's state on hold.
        reason: The reason of incidents that wait for a problem.
        code: The resolution code that they get.
    """
    return (
        Cascade(
            id="problem_solved_resolves_incident",
            source="problem",
            enters=solved,
            when=~field("resolution_code").is_in(*unsolved),
            link=LinkType.CAUSE_OF,
            target="incident",
            action="resolve",
            states=on_hold,
            target_when=field("hold_reason").equals(reason),
            fields={"resolution_code": code, "resolution_notes": Copy("resolution_notes")},
        ),
    )


PARENT_TO_CHILD: Final = parent_to_child(
    new="new",
    in_progress="in_progress",
    on_hold="on_hold",
    resolved="resolved",
    reasons=("awaiting_change", "awaiting_problem", "awaiting_vendor"),
)
"""What a parent incident means for its children, by the standard lifecycle."""

PROBLEM_TO_INCIDENT: Final = problem_to_incident(
    solved=("resolved", "closed"),
    unsolved=("risk_accepted",),
    on_hold="on_hold",
    reason="awaiting_problem",
    code="resolved_by_problem",
)
"""What a solved problem means for the incidents that wait for it, by the standard lifecycles."""

TASKS_TO_REQUEST: Final = (
    Cascade(
        id="tasks_done_fulfill_request",
        source="service_request",
        on="task_changed",
        when=field("tasks_status").equals(TaskStatus.COMPLETE),
        target="service_request",
        action="fulfill",
        states=("in_progress", "on_hold"),
    ),
)
"""A request is fulfilled when all of its tasks are done (our choice)."""

STANDARD_CASCADES: Final = (*PARENT_TO_CHILD, *PROBLEM_TO_INCIDENT, *TASKS_TO_REQUEST)
