"""What each kind of event refuses, and what the functions that append them say."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from inspect import signature
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Acknowledged,
    Approved,
    Assigned,
    Classified,
    Commented,
    Communicated,
    Contacted,
    Corrected,
    DiagnosisNoted,
    Escalated,
    FieldsChanged,
    Incident,
    LifecycleRef,
    LinkAdded,
    LinkRemoved,
    MajorStatusChanged,
    Migrated,
    Opened,
    Prioritized,
    ProcedureFollowed,
    Snoozed,
    StateChanged,
    TaskChanged,
    Unacknowledged,
    Unsnoozed,
    assign,
    comment,
    replay,
    set_fields,
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
    State,
    Urgency,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
LIFECYCLE = LifecycleRef("incident")


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def make(kind: Any, **body: Any) -> Any:
    return kind(record_id="INC-1", sequence=2, at=AT, by=Actor("ada"), **body)


BAD = [
    (Acknowledged, {"level": 1.5}),
    (Approved, {"decision": "maybe"}),
    (Approved, {"decision": None}),
    (Assigned, {"fields": {"title": "x"}}),
    (Assigned, {"fields": {"support_tier": 0}}),
    (Assigned, {"fields": {"assignee": ""}}),
    (Assigned, {"fields": "assignee"}),
    (Classified, {"category": ("mail", 5)}),
    (Classified, {"category": ("mail",), "confidence": 1.1}),
    (Classified, {"category": ("mail",), "confidence": "sure"}),
    (Classified, {"category": ("mail",), "confidence": True}),
    (Classified, {"category": ("mail",), "evidence": ["queue", 5]}),
    (Classified, {"category": ("mail",), "evidence": "because"}),
    (Commented, {"text": None}),
    (Commented, {"text": "x", "visibility": "secret"}),
    (Contacted, {"channel": ""}),
    (Communicated, {"audience": ""}),
    (Communicated, {"audience": "customers", "channel": 5}),
    (Communicated, {"audience": "customers", "key": None}),
    (Corrected, {"corrects": ""}),
    (DiagnosisNoted, {"step": "guess", "text": "x"}),
    (DiagnosisNoted, {"step": "finding", "text": ""}),
    (Escalated, {"target": ""}),
    (Escalated, {"target": "duty", "mode": "sideways"}),
    (Escalated, {"target": "duty", "level": -1}),
    (Escalated, {"target": "duty", "key": None}),
    (Escalated, {"target": "duty", "reason": 5}),
    (Escalated, {"target": "duty", "matrix": None}),
    (FieldsChanged, {"fields": None}),
    (FieldsChanged, {"fields": {"tags": "abc"}}),
    (FieldsChanged, {"fields": {"tags": [["x"]]}}),
    (FieldsChanged, {"fields": {"impact": "high"}}),
    (FieldsChanged, {"fields": {"occurred_at": "yesterday"}}),
    (FieldsChanged, {"fields": {"custom": 5}}),
    (FieldsChanged, {"fields": {"major_roles": {"scribe": None}}}),
    (FieldsChanged, {"fields": {"major_status": []}}),
    (FieldsChanged, {"fields": {"known_error": 1}}),
    (FieldsChanged, {"fields": {"root_cause": "dust"}}),
    (LinkAdded, {"link": ("child_of", "INC-2")}),
    (MajorStatusChanged, {"status": "huge"}),
    (MajorStatusChanged, {"status": "accepted", "fields": {"title": "x"}}),
    (Opened, {"record_type": "", "state": NEW, "lifecycle": LIFECYCLE}),
    (Opened, {"record_type": "incident", "state": "new", "lifecycle": LIFECYCLE}),
    (Opened, {"record_type": "incident", "state": NEW, "lifecycle": "incident"}),
    (Prioritized, {"fields": {"impact": 1}}),
    (Prioritized, {"fields": {"priority": Impact.HIGH}}),
    (ProcedureFollowed, {"runbook": ""}),
    (Snoozed, {"until": AT}),
    (Snoozed, {"until": "tomorrow"}),
    (Snoozed, {"until": AT + timedelta(hours=1), "reason": None}),
    (StateChanged, {"action": "", "state": RESOLVED}),
    (StateChanged, {"action": "resolve", "state": "resolved"}),
    (TaskChanged, {"task": "do"}),
    (Unacknowledged, {"reason": None}),
    (LinkRemoved, {"link": None}),
    (Unsnoozed, {"reason": None}),
]


@pytest.mark.parametrize(
    ("kind", "body"), BAD, ids=[f"{kind.__name__}-{index}" for index, (kind, _) in enumerate(BAD)]
)
def test_an_event_accepts_only_what_it_means(kind: Any, body: dict[str, Any]) -> None:
    """A body that is not what the kind says is refused when the event is made."""
    with pytest.raises(InvalidValueError):
        make(kind, **body)


SETS: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (Assigned, {}, {"assignment_group": "net", "assignee": "ada", "support_tier": 2}),
    (
        MajorStatusChanged,
        {"status": "accepted"},
        {"assignee": "ada", "business_impact": "no mail", "major_roles": {"scribe": "bo"}},
    ),
    (
        Prioritized,
        {},
        {
            **dict.fromkeys(("computed_priority", "priority_override"), Priority.HIGH),
            "impact": Impact.HIGH,
            "urgency": Urgency.LOW,
        },
    ),
]


@pytest.mark.parametrize(("kind", "body", "fields"), SETS)
def test_an_event_sets_the_fields_of_its_kind(
    kind: Any, body: dict[str, Any], fields: dict[str, Any]
) -> None:
    """All that its class names, alone and together, and no other field."""
    assert make(kind, **body, fields=fields).fields == FrozenMap(fields)
    for name, value in fields.items():
        assert make(kind, **body, fields={name: value}).fields == FrozenMap({name: value})
    with pytest.raises(InvalidValueError, match="'service'"):
        make(kind, **body, fields={"service": "mail"})


def test_what_an_event_sets_is_kept_immutable() -> None:
    """A dict given to an event becomes a map of the event's own: hashable, and pickled."""
    given = {"tags": ["a", "b"], "custom": {"site": {"floor": [1, 2]}}}
    event = make(FieldsChanged, fields=given)
    given["tags"].append("c")  # type: ignore[attr-defined]

    assert event.fields == FrozenMap(
        {"tags": frozenset("ab"), "custom": {"site": {"floor": (1, 2)}}}
    )
    assert hash(event) == hash(pickle.loads(pickle.dumps(event)))  # noqa: S301  our own bytes


def test_custom_entries_are_merged() -> None:
    """Everything else is replaced."""
    record = incident(custom={"a": 1, "b": 2}, tags=["x"])

    changed = set_fields(record, custom={"b": 3}, tags=["y"], at=AT, by="ada")

    assert changed.custom == FrozenMap({"a": 1, "b": 3})
    assert changed.tags == frozenset("y")
    with pytest.raises(InvalidValueError, match="resolved_at"):
        set_fields(record, resolved_at=AT, at=AT, by="ada")


def test_an_event_keeps_its_instants_in_utc() -> None:
    """Rule T2: what is given in another zone is converted where it enters."""
    there = AT.astimezone(ZoneInfo("Asia/Tokyo"))
    event = Commented(
        record_id="INC-1", sequence=2, at=there, by=Actor("ada"), recorded_at=there, text="x"
    )

    assert event.at.tzinfo is UTC
    assert (event.at, event.recorded_at) == (AT, AT)


@pytest.mark.parametrize(
    ("fields", "where"),
    [({"id": ""}, "record_id"), ({"state": "new"}, "state"), ({"lifecycle": "x"}, "lifecycle")],
)
def test_an_opening_says_what_is_wrong(fields: Any, where: str) -> None:
    """A record has an id, a state with its flags, and a lifecycle."""
    with pytest.raises(InvalidValueError) as raised:
        Incident.open(**{"id": "INC-1", "title": "Mail is down", "at": AT, "by": "kim", **fields})
    assert raised.value.where == where


def test_an_event_of_another_type_changes_nothing() -> None:
    """Replay folds facts and never refuses one: an incident has no approvals (rule H2)."""
    opened = incident()
    later = replay([*opened.history, make(Approved, decision="approved")])

    assert later.version == 2
    assert later.state == opened.state


def test_an_argument_left_out_shows_its_name() -> None:
    """A signature says KEEP where None would mean nobody."""
    assert str(signature(assign).parameters["group"]) == "group: 'str | _Keep | None' = KEEP"


def test_a_migration_changes_the_lifecycle_and_nothing_that_people_did() -> None:
    """It acknowledges nothing, and a record on hold keeps the reason for it (rule L8)."""
    waiting = State("waiting", open=True, pauses=True)
    new = Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim")
    held = new.with_event(
        StateChanged, at=AT, by="ada", action="hold", state=ON_HOLD,
        fields={"hold_reason": "awaiting_vendor"},
    )  # fmt: skip
    other = LifecycleRef("other", "2")
    move: dict[str, Any] = {"at": AT, "by": "bot", "action": "migrate", "lifecycle": other}

    moved = new.with_event(Migrated, **move, state=IN_PROGRESS)
    assert (moved.state, moved.lifecycle, moved.acknowledged, moved.acknowledged_at) == (
        IN_PROGRESS, other, False, None
    )  # fmt: skip
    assert held.acknowledged_at == AT
    still = held.with_event(Migrated, **move, state=waiting)
    assert (still.state, still.hold_reason, still.acknowledged_at) == (
        waiting, "awaiting_vendor", AT
    )  # fmt: skip
    assert held.with_event(Migrated, **move, state=IN_PROGRESS).hold_reason is None
    with pytest.raises(InvalidValueError, match=r"^lifecycle: .*a LifecycleRef"):
        new.with_event(Migrated, **{**move, "lifecycle": "other"}, state=waiting)


def test_what_comes_first_is_refused_first() -> None:
    """Of a wrong value and an unknown name, whichever the caller wrote before the other."""
    incident = Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim")
    for fields, where in (({"service": 5, "color": "red"}, "service"),
                          ({"color": "red", "service": 5}, "field")):  # fmt: skip
        with pytest.raises(InvalidValueError, match=f"^{where}: "):
            set_fields(incident, at=AT, by="ada", **fields)


def test_a_reopening_by_the_requester_asks_for_an_answer() -> None:
    """From then on; where a message was still unanswered, from that one (rule S6)."""
    incident = Incident.open(id="INC-1", title="Mail is down", at=AT, by="ada")
    kim, hour = Actor("kim", "requester"), timedelta(hours=1)

    def reopened(record: Incident) -> Incident:
        done = record.with_event(StateChanged, at=AT + hour, by="ada", action="x", state=RESOLVED)
        return done.with_event(StateChanged, at=AT + 2 * hour, by=kim, action="y", state=NEW)

    asked = comment(incident, "Any news?", at=AT + hour / 2, by=kim)
    assert reopened(incident).unanswered_since == AT + 2 * hour
    assert reopened(asked).unanswered_since == AT + hour / 2


@pytest.mark.parametrize("reason", [5, None])
def test_the_reason_of_a_decision_is_text(reason: Any) -> None:
    """It may be empty."""
    body = {"record_id": "R", "sequence": 2, "at": AT, "by": Actor("bo"), "decision": "approved"}
    assert Approved(**body, reason="").reason == ""
    with pytest.raises(InvalidValueError, match=rf"^reason: got {reason}; allowed: text"):
        Approved(**body, reason=reason)


def test_evidence_may_come_from_an_iterator() -> None:
    """It is read once and kept."""
    event = make(Classified, category=("mail",), evidence=iter(["queue", "relay"]))
    assert event.evidence == ("queue", "relay")


def test_an_event_keeps_its_fields_immutable_where_validators_are_off() -> None:
    """Applications turn those of attrs off for speed; equality and hashes need the stored form."""
    with attrs.validators.disabled():
        event = make(FieldsChanged, fields={"tags": ["a"]})
        body = {"record_type": "incident", "state": NEW, "lifecycle": LIFECYCLE}
        opened = make(Opened, **body, fields={"title": "t"}, covers=["moments"])

    assert event.fields == FrozenMap({"tags": frozenset({"a"})})
    assert hash(event) == hash(attrs.evolve(event))
    assert (opened.fields, opened.covers) == (FrozenMap({"title": "t"}), frozenset({"moments"}))
