"""Hypothesis strategies for records with legal and illegal histories, and for lifecycles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from hypothesis import strategies as st

from incidentcore.lifecycle import InputField, Lifecycle, Transition
from incidentcore.records import (
    Acknowledged,
    ApprovalRequested,
    ApprovalRule,
    Approved,
    Assigned,
    Cause,
    Classified,
    Commented,
    Communicated,
    Contacted,
    Corrected,
    Escalated,
    FieldsChanged,
    Link,
    LinkAdded,
    LinkRemoved,
    MajorStatusChanged,
    Prioritized,
    Record,
    Restored,
    Snoozed,
    StateChanged,
    Task,
    TaskChanged,
    Unacknowledged,
    Unsnoozed,
)
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.values import (
    CANCELED,
    CLOSED,
    IN_PROGRESS,
    NEW,
    ON_HOLD,
    RESOLVED,
    Actor,
    FrozenMap,
    Impact,
    Priority,
    State,
    Urgency,
)

_OPENED: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_NAMES: Final = ("ada", "bo", "kim", "lee")
_RULES: Final = (
    ApprovalRule.any_of("bo", "lee", veto=True),
    ApprovalRule.all_of("bo", "lee"),
    ApprovalRule.quorum(2, "bo", "kim", "lee", required=["kim"], delegates={"lee": ["ada"]}),
)


def actors() -> st.SearchStrategy[Actor]:
    """Return a strategy for actors of standard roles, and of the custom role ``auditor``."""
    roles = ("requester", "agent", "system", "vendor", "auditor")
    return st.builds(Actor, st.sampled_from(_NAMES), st.sampled_from(roles))


def states() -> st.SearchStrategy[State]:
    """Return a strategy for states: the standard ones, and others with the same flags."""
    own = (
        State("triage", open=True),
        State("waiting", open=True, pauses=True),
        State("delivered", resolved=True),
        State("archived", resolved=True, final=True),
        State("rejected", final=True),
    )
    return st.sampled_from((NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED, *own))


def _levels(scale: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(scale.levels)


def _custom() -> st.SearchStrategy[dict[str, Any]]:
    values = st.booleans() | st.integers(-3, 3) | st.sampled_from(("x", "y")) | st.none()
    return st.dictionaries(st.sampled_from(("vip", "self", "site")), values, max_size=2)


@lru_cache
def _bodies(record_type: str) -> tuple[st.SearchStrategy[tuple[Any, dict[str, Any]]], ...]:
    """Return, for each kind of event that fits a type, the kind with its body."""
    pick = st.sampled_from
    groups = st.none() | pick(("mail", "network", "vendor desk"))
    assigned = {"assignment_group": groups, "assignee": st.none() | pick(_NAMES)}
    prioritized = {
        "impact": _levels(Impact.scale),
        "urgency": _levels(Urgency.scale),
        "computed_priority": _levels(Priority.scale),
        "priority_override": _levels(Priority.scale),
    }
    held = {"hold_reason": pick((None, "vendor")), "resolution_code": pick("xy")}
    kinds: dict[Any, Mapping[str, st.SearchStrategy[Any]]] = {
        StateChanged: {
            "action": st.just("go"),
            "state": states(),
            "fields": st.fixed_dictionaries({}, optional=held),
        },
        Acknowledged: {},
        Assigned: {"fields": st.fixed_dictionaries({}, optional=assigned)},
        Classified: {"category": pick((("mail",), ("mail", "smtp"), ()))},
        Commented: {"text": pick(("", "hello")), "visibility": pick(("public", "internal"))},
        Contacted: {"channel": st.just("phone")},
        Communicated: {"audience": st.just("customers"), "channel": st.just("mail")},
        Corrected: {"corrects": st.integers(1, 8).map(lambda sequence: f"R-1:{sequence}")},
        Escalated: {"target": st.just("duty"), "key": pick(("", "k"))},
        FieldsChanged: {
            "fields": st.fixed_dictionaries(
                {}, optional={"custom": _custom(), "title": pick(("a", "b"))}
            )
        },
        LinkAdded: {"link": pick((Link("child_of", "P"), Link("custom.kind", "Q")))},
        Prioritized: {"fields": st.fixed_dictionaries({}, optional=prioritized)},
        Restored: {},
        Snoozed: {"until": st.integers(61, 120).map(lambda minute: _OPENED + minute * _MINUTE)},
        Unacknowledged: {},
        Unsnoozed: {},
        LinkRemoved: {"link": st.just(Link("child_of", "P"))},
    }
    if record_type == "incident":
        kinds[MajorStatusChanged] = {"status": pick(("proposed", "accepted", "canceled"))}
    if record_type == "service_request":
        decisions = pick(("approved", "rejected", "withdrawn"))
        kinds[Approved] = {"decision": decisions, "on_behalf_of": st.none() | pick(_NAMES)}
        kinds[ApprovalRequested] = {"rule": pick(_RULES), "keep_decisions": st.booleans()}
        statuses = pick(("open", "closed_complete", "closed_skipped"))
        kinds[TaskChanged] = {
            "task": st.builds(Task, id=pick(("1", "2")), title=st.just("do"), status=statuses)
        }
    return tuple(
        st.tuples(st.just(kind), st.fixed_dictionaries(body)) for kind, body in kinds.items()
    )


@lru_cache
def _events(
    record_type: str,
) -> st.SearchStrategy[tuple[tuple[Any, dict[str, Any]], Any, int, int]]:
    bodies = _bodies(record_type)
    minutes = st.integers(-3, 20)
    return st.tuples(st.one_of(*bodies), actors(), minutes, st.sampled_from((0, 1, 30)))


@st.composite
def records(draw: st.DrawFn, max_events: int = 12) -> Record:
    """Generate records of every type with histories that do not follow a lifecycle.

    Events are out of order, before the opening or at the same instant; some are recorded later than
    they happened; and some correct others. All of these histories can be replayed (rule H2).
    """
    cls: Any = draw(st.sampled_from(tuple(RECORD_TYPES.values())))
    record: Record = cls.open(
        id="R-1",
        title="t",
        at=_OPENED,
        by=draw(actors()),
        recorded_at=_OPENED + draw(st.sampled_from((0, 5))) * _MINUTE,
        state=draw(states()),
        impact=draw(_levels(Impact.scale)),
        assignment_group=draw(st.sampled_from((None, "mail"))),
        custom=draw(_custom()),
    )
    events = st.lists(_events(cls.record_type), max_size=max_events)
    for (kind, body), by, minute, delay in draw(events):
        at = _OPENED + minute * _MINUTE
        record = record.with_event(kind, at=at, by=by, recorded_at=at + delay * _MINUTE, **body)
    return record


def input_for(field: InputField) -> object:
    """Return a value that an input field of an action accepts."""
    if field.choices:
        return field.choices[0]
    samples: dict[str, object] = {
        "tags": ("x",),
        "category": ("x",),
        "custom": {"x": 1},
        "impact": Impact.HIGH,
        "urgency": Urgency.HIGH,
        "computed_priority": Priority.HIGH,
        "priority_override": Priority.HIGH,
        "support_tier": 2,
        "occurred_at": _OPENED,
        "detected_at": _OPENED,
        "known_error": True,
        "root_cause": Cause("worn out"),
        "major_roles": {"scribe": "lee"},
    }
    return samples.get(field.target, f"some {field.name}")


@st.composite
def legal_records(draw: st.DrawFn, lifecycle: Lifecycle, max_steps: int = 8) -> Record:
    """Generate records that went through up to ``max_steps`` actions that a lifecycle allows."""
    cls: Any = RECORD_TYPES[lifecycle.record_type]
    record: Record = lifecycle.open(cls, id="R-1", title="t", at=_OPENED, by="kim")
    for _ in range(draw(st.integers(0, max_steps))):
        rows = [row for row in lifecycle.transitions if record.state.name in row.sources]
        if not rows:
            break
        row = draw(st.sampled_from(rows))
        fields: dict[str, Any] = {f.name: input_for(f) for f in row.fields if f.required}
        at = record.updated_at + draw(st.integers(0, 90)) * _MINUTE
        answer = lifecycle.decide(record, row.action, at=at, by=draw(actors()), **fields)
        record = getattr(answer, "record", record)
    return record


@st.composite
def illegal_records(draw: st.DrawFn, lifecycle: Lifecycle, max_steps: int = 8) -> Record:
    """Generate records whose last transition is not in the lifecycle, as may happen in imports."""
    record: Record = draw(legal_records(lifecycle, max_steps))
    here = record.state.name
    names = {state.name for state in lifecycle.states}
    known = {(row.action, row.target) for row in lifecycle.transitions if here in row.sources}
    wrong = [
        (row.action, state)
        for row in lifecycle.transitions
        for state in lifecycle.states
        if state.name != here and (row.action, state) not in known
    ]
    unheard = next(f"limbo{number}" for number in range(1_000) if f"limbo{number}" not in names)
    action, state = draw(st.sampled_from([("go", State(unheard, open=True)), *wrong]))
    return record.with_event(
        StateChanged, at=record.updated_at, by=draw(actors()), action=action, state=state
    )


@st.composite
def lifecycles(draw: st.DrawFn, record_type: str | None = None) -> Lifecycle:
    """Generate lifecycles of up to six states with random transitions; most have lint findings."""
    found = draw(st.lists(states(), min_size=1, max_size=6, unique_by=lambda state: state.name))
    pick = st.sampled_from(found)
    rows = []
    for index in range(draw(st.integers(0, 8))):
        sources = draw(st.lists(pick, min_size=1, max_size=3, unique=True))
        fields = draw(
            st.lists(st.sampled_from(("resolution_code", "custom.why", "tags")), unique=True)
        )
        asked = tuple(
            InputField(target.removeprefix("custom."), target, required=draw(st.booleans()))
            for target in fields
        )
        action = draw(st.sampled_from((f"act_{index}", "act_0", "act_1")))
        sets = FrozenMap({"verification": "tried"}) if draw(st.booleans()) else FrozenMap[object]()
        rows.append(Transition(action, sources, draw(pick), fields=asked, sets=sets))
    kind = draw(st.sampled_from(tuple(RECORD_TYPES))) if record_type is None else record_type
    return Lifecycle("drawn", kind, states=found, initial=draw(pick), transitions=rows)
