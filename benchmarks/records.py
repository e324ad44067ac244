"""Records and transitions beside plain dispatch, pydantic and two state machine libraries.

The peers do what they do best: each changes the state of one object in place, checks no field and
keeps no history. Ours answers with a new record, its history and all the facts that follow.
"""

from __future__ import annotations

import importlib
import platform
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.harness import print_table, ratio
from incidentcore.lifecycle import INCIDENT
from incidentcore.records import (
    Incident,
    LifecycleRef,
    Opened,
    StateChanged,
    comment,
    replay,
)
from incidentcore.values import (
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    Priority,
    Role,
    State,
    Urgency,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
ADA = Actor("ada")
KIM = Actor("kim", Role.REQUESTER)
FIELDS: dict[str, Any] = {
    "title": "Mail is down",
    "description": "Nobody in building 7 gets mail.",
    "service": "mail",
    "configuration_item": "mx1",
    "caller": "kim",
    "source": "user_report",
    "impact": Impact.HIGH,
    "urgency": Urgency.MEDIUM,
    "computed_priority": Priority.HIGH,
    "category": ("network", "mail"),
    "assignment_group": "messaging",
    "assignee": "ada",
    "support_tier": 1,
    "tags": frozenset(("mail", "building 7")),
    "custom": FrozenMap({"site": "north", "vip": True}),
    "occurred_at": AT,
    "detected_at": AT,
}
RESOLUTION: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}
ROUNDS, CALLS = 61, 200


def opened() -> Incident:
    """Return an incident with the fields that a service desk fills in."""
    return Incident.open(id="INC-1", at=AT, by=KIM, **FIELDS)


def unchecked() -> Incident:
    """Return the same incident, built by the same steps but for every check."""
    fields = dict(FIELDS)
    event = Opened.__new__(Opened)
    put = object.__setattr__
    put(event, "record_id", "INC-1")
    put(event, "sequence", 1)
    put(event, "at", AT)
    put(event, "by", KIM)
    put(event, "recorded_at", AT)
    put(event, "id", "INC-1:1")
    put(event, "record_type", "incident")
    put(event, "state", NEW)
    put(event, "lifecycle", LifecycleRef("incident"))
    put(event, "fields", FrozenMap.of_frozen(fields))
    facts = Incident.default_facts()
    facts.update(event.changes(facts))
    facts["updated_at"] = AT
    return Incident._of(facts, (event,))  # noqa: SLF001  the way around every check


DISPATCH = {
    ("new", "start"): (IN_PROGRESS, ()),
    ("new", "hold"): (ON_HOLD, ("reason",)),
    ("new", "resolve"): (RESOLVED, ("resolution_code", "resolution_notes")),
    ("in_progress", "resolve"): (RESOLVED, ("resolution_code", "resolution_notes")),
}


def dispatch(record: Incident, action: str, at: datetime, by: Actor, **fields: object) -> Incident:
    """Move a record by a plain dict of what is allowed, as one would write it by hand."""
    state, needed = DISPATCH[record.state.name, action]
    for name in needed:
        if not fields.get(name):
            raise ValueError(name)
    sequence = len(record.history) + 1
    event = StateChanged(
        record_id=record.id,
        sequence=sequence,
        at=at,
        recorded_at=at,
        by=by,
        id=f"{record.id}:{sequence}",
        action=action,
        state=state,
        fields=FrozenMap(fields),
    )
    return record.with_events((event,))


def peer_transitions() -> Callable[[], object]:
    """Return one transition of pytransitions' machine, there and back."""
    machine = importlib.import_module("transitions").Machine

    class Ticket:
        start: Callable[[], object]
        back: Callable[[], object]

    ticket = Ticket()
    machine(
        ticket,
        states=["new", "in_progress", "resolved"],
        initial="new",
        transitions=[
            {"trigger": "start", "source": "new", "dest": "in_progress"},
            {"trigger": "back", "source": "in_progress", "dest": "new"},
        ],
    )

    def there_and_back() -> None:
        ticket.start()
        ticket.back()

    return there_and_back


def peer_statemachine() -> Callable[[], object]:
    """Return one transition of python-statemachine's machine, there and back."""
    package = importlib.import_module("statemachine")
    new = package.State(initial=True)
    in_progress = package.State()
    body = {
        "new": new,
        "in_progress": in_progress,
        "start": new.to(in_progress),
        "back": in_progress.to(new),
    }
    ticket: Any = type(package.StateMachine)("Ticket", (package.StateMachine,), body)()

    def there_and_back() -> None:
        ticket.start()
        ticket.back()

    return there_and_back


def peer_pydantic() -> Callable[[], object]:
    """Return the creation of the same two values, opening and record, as frozen pydantic models."""
    pydantic = importlib.import_module("pydantic")
    level = type(Impact.HIGH)
    checked: dict[str, Any] = {
        **dict.fromkeys(FIELDS, (str, ...)),
        **dict.fromkeys(("impact", "urgency", "computed_priority"), (level, ...)),
        **dict.fromkeys(("occurred_at", "detected_at"), (pydantic.AwareDatetime, ...)),
        "category": (tuple[str, ...], ...),
        "support_tier": (int, pydantic.Field(ge=1)),
        "tags": (frozenset[str], ...),
        "custom": (FrozenMap, ...),
    }
    config = pydantic.ConfigDict(frozen=True, arbitrary_types_allowed=True)
    opening: Any = pydantic.create_model(
        "Opening",
        __config__=config,
        record_id=(str, ...),
        sequence=(int, pydantic.Field(ge=1)),
        at=(pydantic.AwareDatetime, ...),
        recorded_at=(pydantic.AwareDatetime, ...),
        by=(Actor, ...),
        state=(State, ...),
        **checked,
    )
    rest: dict[str, Any] = {
        name: (Any, value)
        for name, value in Incident.default_facts().items()
        if name not in checked
    }
    many: Any = tuple.__class_getitem__((opening, ...))
    ticket = pydantic.create_model(
        "Ticket", __config__=config, history=(many, ...), **rest, **checked
    )

    def create() -> object:
        event = opening(
            record_id="INC-1", sequence=1, at=AT, recorded_at=AT, by=KIM, state=NEW, **FIELDS
        )
        return ticket(
            history=(event,), id="INC-1", state=NEW, opened_at=AT, opened_by=KIM, **FIELDS
        )

    return create


def long_history(events: int) -> Incident:
    """Return an incident with that many events, talk and work in turn."""
    record = opened()
    at = AT
    while record.version < events:
        at += timedelta(minutes=1)
        if record.state == NEW:
            record = INCIDENT.advance(record, "start", at=at, by=ADA)
        elif record.version % 5:
            record = comment(record, "on it", at=at, by=KIM if record.version % 2 else ADA)
        else:
            action = "resume" if record.state == ON_HOLD else "hold"
            fields: dict[str, Any] = {} if action == "resume" else {"reason": "awaiting_vendor"}
            record = INCIDENT.advance(record, action, at=at, by=ADA, **fields)
    return record


def main() -> None:
    """Print the ratios of records and transitions."""
    record = opened()
    assert unchecked() == record
    assert unchecked().facts() == record.facts()
    rows: list[tuple[str, float | str, str]] = [
        (
            "open / the same, unchecked",
            ratio(opened, unchecked, rounds=ROUNDS, number=CALLS),
            "<= 1.4",
        ),
    ]

    def start() -> Incident:
        return INCIDENT.advance(record, "start", at=AT, by=ADA)

    def resolve() -> Incident:
        return INCIDENT.advance(record, "resolve", at=AT, by=ADA, **RESOLUTION)

    def plain_start() -> Incident:
        return dispatch(record, "start", AT, ADA)

    def plain_resolve() -> Incident:
        return dispatch(record, "resolve", AT, ADA, **RESOLUTION)

    assert start() == plain_start()
    assert resolve() == plain_resolve()
    rows.append(
        ("start / dict dispatch", ratio(start, plain_start, rounds=ROUNDS, number=CALLS), "<= 1.5")
    )
    rows.append(
        (
            "resolve / dict dispatch",
            ratio(resolve, plain_resolve, rounds=ROUNDS, number=CALLS),
            "<= 1.5",
        )
    )
    peers: list[
        tuple[str, Callable[[], Callable[[], object]], Callable[[], object], float, str]
    ] = [
        ("pydantic", peer_pydantic, opened, 1, "pydantic v2 opening and record / open, >= 1"),
        ("transitions", peer_transitions, start, 2, "transitions / start, >= 3"),
        ("statemachine", peer_statemachine, start, 2, "python-statemachine / start, >= 30"),
    ]
    for module, make, ours, steps, what in peers:
        try:
            theirs = make()
        except ModuleNotFoundError:
            rows.append((what, "not installed", module))
            continue
        name, _, target = what.rpartition(", ")
        rows.append((name, ratio(theirs, ours, rounds=ROUNDS, number=CALLS // 4) / steps, target))
    short, long = long_history(100), long_history(1_000)
    rows.append(
        (
            "replay of 1,000 events / of 100",
            ratio(lambda: replay(long.history), lambda: replay(short.history), rounds=15),
            "<= 12",
        )
    )
    print_table(f"Records, {platform.python_implementation()} {platform.python_version()}", rows)


if __name__ == "__main__":
    main()
