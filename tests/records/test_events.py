"""What each kind of event refuses, and what the functions that append them say."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import InvalidValueError
from incidentcore.records import (
    Acknowledged,
    Approved,
    Assigned,
    Cause,
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
    Link,
    LinkAdded,
    LinkRemoved,
    MajorStatusChanged,
    Opened,
    Prioritized,
    ProcedureFollowed,
    RequestItem,
    ServiceRequest,
    Snoozed,
    StateChanged,
    Task,
    TaskChanged,
    Unacknowledged,
    Unsnoozed,
    approve,
    assign,
    checked_fields,
    comment,
    link,
    log_contact,
    log_diagnosis,
    log_runbook,
    set_fields,
    set_major_status,
    set_task,
    snooze,
    unlink,
)
from incidentcore.values import NEW, RESOLVED, Actor, FrozenMap, Impact

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


def test_what_an_event_sets_is_kept_immutable() -> None:
    """A dict given to an event becomes a map of the event's own: hashable, and pickled."""
    given = {"tags": ["a", "b"], "custom": {"site": {"floor": [1, 2]}}}
    event = make(FieldsChanged, fields=given)
    given["tags"].append("c")  # type: ignore[attr-defined]

    assert event.fields == FrozenMap(
        {"tags": frozenset("ab"), "custom": {"site": {"floor": (1, 2)}}}
    )
    assert hash(event) == hash(pickle.loads(pickle.dumps(event)))  # noqa: S301  our own bytes


def test_fields_in_their_stored_form_stay_the_same_map() -> None:
    """Checking twice costs nothing and changes nothing."""
    once = checked_fields({"tags": ["a"], "title": "t"}, {"tags", "title"})

    assert checked_fields(once, {"tags", "title"}) is once


@pytest.mark.parametrize(
    "value",
    [("statement", ()), ("", ()), ("x", "because"), ("x", Cause("y")), ("x", ["y"]), ("x", 5)],
    ids=repr,
)
def test_a_cause_is_a_tree_of_statements(value: tuple[Any, Any]) -> None:
    """What stands behind a cause are causes."""
    if value == ("statement", ()):
        assert [cause.statement for cause in Cause(*value).roots()] == ["statement"]
        return
    with pytest.raises(InvalidValueError):
        Cause(*value)


def test_assigning_nothing_is_refused() -> None:
    """And None means nobody, while what is left out stays."""
    assigned = assign(incident(), group="mail", assignee="lee", tier=1, at=AT, by="ada")

    moved = assign(assigned, assignee=None, tier=2, at=AT, by="ada")

    assert (moved.assignment_group, moved.assignee, moved.support_tier) == ("mail", None, 2)
    with pytest.raises(InvalidValueError, match="at least one"):
        assign(incident(), at=AT, by="ada")


def test_custom_entries_are_merged() -> None:
    """Everything else is replaced."""
    record = incident(custom={"a": 1, "b": 2}, tags=["x"])

    changed = set_fields(record, custom={"b": 3}, tags=["y"], at=AT, by="ada")

    assert changed.custom == FrozenMap({"a": 1, "b": 3})
    assert changed.tags == frozenset("y")
    with pytest.raises(InvalidValueError, match="resolved_at"):
        set_fields(record, resolved_at=AT, at=AT, by="ada")


def test_links_are_a_set() -> None:
    """Linking twice is once, unlinking needs a link, and nothing links to itself."""
    linked = link(incident(), "child_of", "INC-2", at=AT, by="ada")

    assert link(linked, "child_of", "INC-2", at=AT, by="ada").links == linked.links
    assert unlink(linked, "child_of", "INC-2", at=AT, by="ada").links == frozenset()
    with pytest.raises(InvalidValueError, match="one of"):
        unlink(linked, "child_of", "INC-3", at=AT, by="ada")
    with pytest.raises(InvalidValueError, match="another record"):
        link(incident(), "related_to", "INC-1", at=AT, by="ada")


@pytest.mark.parametrize(
    ("type_", "inverse"),
    [
        ("parent_of", "child_of"),
        ("duplicate_of", "has_duplicate"),
        ("caused_by", "cause_of"),
        ("resolved_by", "resolves"),
        ("related_to", "related_to"),
        ("caused_by_change", None),
        ("custom.blocks", None),
    ],
)
def test_a_link_reads_from_both_ends(type_: str, inverse: str | None) -> None:
    """The inverse of the inverse is the link; changes and a caller's own types have none."""
    there = Link(type_, "B")
    back = there.inverse("A")

    assert back == (None if inverse is None else Link(inverse, "A"))
    if back is not None:
        assert back.inverse("B") == there


def test_the_last_decision_of_an_approver_counts() -> None:
    """Approvals keep one decision for each approver, in the order given."""
    request = ServiceRequest.open(id="REQ-1", title="A laptop", at=AT, by="kim")
    for by, decision in (("bo", "approved"), ("lee", "rejected"), ("bo", "rejected")):
        request = approve(request, decision, at=AT, by=by)

    assert [(a.by.id, a.decision) for a in request.approvals] == [
        ("lee", "rejected"),
        ("bo", "rejected"),
    ]


def test_a_task_takes_the_place_of_the_one_with_its_id() -> None:
    """And a new one comes last."""
    request = ServiceRequest.open(
        id="REQ-1", title="t", at=AT, by="kim", items=[RequestItem(id="1", name="laptop")]
    )
    for task in (Task(id="1", title="a"), Task(id="2", title="b"), Task(id="1", title="c")):
        request = set_task(request, task, at=AT, by="ada")

    assert [task.title for task in request.tasks] == ["c", "b"]


def test_work_is_noted_in_the_history() -> None:
    """Diagnosis, procedures, talk and major status leave their event."""
    record = incident()
    record = log_diagnosis(record, "disk full?", step="hypothesis", at=AT, by="ada")
    record = log_runbook(record, "RB-7", version="3", outcome="worked", at=AT, by="ada")
    record = log_contact(record, "phone", text="told", at=AT, by="ada")
    record = comment(record, "on it", at=AT, by="ada")
    record = set_major_status(
        record,
        "accepted",
        business_impact="nobody can order",
        roles={"scribe": "lee"},
        reason="whole site",
        at=AT,
        by="ada",
    )

    assert [event.kind for event in record.history[1:]] == [
        "diagnosis_noted",
        "procedure_followed",
        "contacted",
        "commented",
        "major_status_changed",
    ]
    assert (record.major_status, record.business_impact) == ("accepted", "nobody can order")
    assert record.major_roles == FrozenMap({"scribe": "lee"})


def test_nothing_that_is_not_open_is_snoozed() -> None:
    """The error says what is allowed; a snooze that another system told of changes nothing."""
    done = incident().with_event(StateChanged, at=AT, by="ada", action="resolve", state=RESOLVED)
    until = AT + timedelta(hours=1)

    with pytest.raises(InvalidValueError, match="one that is open"):
        snooze(done, until=until, at=AT, by="ada")
    assert done.with_event(Snoozed, at=AT, by="ada", until=until).snoozed_until is None
