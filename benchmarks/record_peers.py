"""The same work as other libraries do it: pydantic's models and two state machines.

* pydantic makes two frozen models of the same fields, the opening and the record. By the same
  rules: unknown names are refused, texts are not empty, times are aware and kept in UTC. By types
  alone: none of these, but that times are aware. It folds nothing: the facts are given.
* The state machines change the state of one object in place. With a history they also append to a
  list what our event holds, as a frozen attrs value: its number and id, both times, actor, action
  and new state. They check no field, keep no older version and derive no fact.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import attrs

from incidentcore.records import Incident
from incidentcore.values import NEW, Actor, FrozenMap, Level, State

__all__ = ["pydantic_models", "statemachine", "transitions"]


@attrs.frozen(kw_only=True)
class Note:
    """What a state machine with a history notes of each transition, unchecked."""

    sequence: int
    id: str
    at: datetime
    recorded_at: datetime
    by: Actor
    action: str
    state: str


def noted(notes: list[Note], at: datetime, by: Actor, action: str, state: str) -> None:
    """Append the note of a transition."""
    sequence = len(notes) + 1
    notes.append(
        Note(
            sequence=sequence,
            id=f"INC-1:{sequence}",
            at=at,
            recorded_at=at,
            by=by,
            action=action,
            state=state,
        )
    )


def transitions(at: datetime, by: Actor, *, history: bool = False) -> Callable[[], object]:
    """Return two transitions of pytransitions' machine, there and back."""
    machine = importlib.import_module("transitions").Machine
    notes: list[Note] = []

    class Ticket:
        start: Callable[..., object]
        back: Callable[..., object]
        state: str

        def note(self, event: Any) -> None:
            told = event.kwargs
            noted(notes, told["at"], told["by"], event.event.name, self.state)

    ticket = Ticket()
    machine(
        ticket,
        states=["new", "in_progress", "resolved"],
        initial="new",
        transitions=[
            {"trigger": "start", "source": "new", "dest": "in_progress"},
            {"trigger": "back", "source": "in_progress", "dest": "new"},
        ],
        **({"send_event": True, "after_state_change": "note"} if history else {}),
    )
    return _there_and_back(ticket, at, by, notes if history else None)


def statemachine(at: datetime, by: Actor, *, history: bool = False) -> Callable[[], object]:
    """Return two transitions of python-statemachine's machine, there and back."""
    package = importlib.import_module("statemachine")
    notes: list[Note] = []

    def after_transition(_: Any, event: Any, target: Any, at: datetime, by: Actor) -> None:
        noted(notes, at, by, str(event), target.id)

    new = package.State(initial=True)
    in_progress = package.State()
    body = {
        "new": new,
        "in_progress": in_progress,
        "start": new.to(in_progress),
        "back": in_progress.to(new),
    }
    if history:
        body["after_transition"] = after_transition
    ticket: Any = type(package.StateMachine)("Ticket", (package.StateMachine,), body)()
    return _there_and_back(ticket, at, by, notes if history else None)


def _there_and_back(
    ticket: Any, at: datetime, by: Actor, notes: list[Note] | None
) -> Callable[[], object]:
    def in_place() -> None:
        ticket.start()
        ticket.back()

    def with_notes() -> None:
        ticket.start(at=at, by=by)
        ticket.back(at=at, by=by)
        assert notes is not None
        assert len(notes) == 2
        notes.clear()

    return in_place if notes is None else with_notes


def pydantic_models(
    fields: Mapping[str, Any], at: datetime, by: Actor, *, rules: bool
) -> Callable[[], object]:
    """Return the creation of opening and record as frozen models, by our rules or types alone."""
    pydantic = importlib.import_module("pydantic")
    text: Any = str
    instant = pydantic.AwareDatetime
    if rules:
        text = Annotated[str, pydantic.StringConstraints(min_length=1)]
        to_utc = pydantic.AfterValidator(lambda at: at.astimezone(UTC))
        instant = Annotated[pydantic.AwareDatetime, to_utc]
    checked: dict[str, Any] = {
        **dict.fromkeys(fields, (text, ...)),
        "description": (str, ...),
        **dict.fromkeys(("impact", "urgency", "computed_priority"), (Level, ...)),
        **dict.fromkeys(("occurred_at", "detected_at"), (instant, ...)),
        "category": (tuple.__class_getitem__((text, ...)), ...),
        "support_tier": (int, pydantic.Field(ge=1)),
        "tags": (frozenset.__class_getitem__(text), ...),
        "custom": (FrozenMap, ...),
    }
    config = pydantic.ConfigDict(
        frozen=True, arbitrary_types_allowed=True, extra="forbid" if rules else "ignore"
    )
    first: Any = pydantic.create_model(
        "Opening",
        __config__=config,
        record_id=(text, ...),
        sequence=(int, pydantic.Field(ge=1)),
        at=(instant, ...),
        recorded_at=(instant, ...),
        by=(Actor, ...),
        state=(State, ...),
        **checked,
    )
    rest: dict[str, Any] = {
        name: (Any, value)
        for name, value in Incident.default_facts().items()
        if name not in checked
    }
    many: Any = tuple.__class_getitem__((first, ...))
    ticket = pydantic.create_model(
        "Ticket", __config__=config, history=(many, ...), **rest, **checked
    )

    def create() -> object:
        event = first(
            record_id="INC-1", sequence=1, at=at, recorded_at=at, by=by, state=NEW, **fields
        )
        return ticket(history=(event,), id="INC-1", state=NEW, opened_at=at, opened_by=by, **fields)

    return create
