"""What a record's documentation lacks, which known error it looks like, and reviews."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidentcore.conditions import field
from incidentcore.errors import InvalidValueError, NaiveDatetimeError
from incidentcore.records import (
    ActionItem,
    Cause,
    Incident,
    PostIncidentReview,
    Problem,
    RequestItem,
    ReviewEntry,
    ServiceRequest,
    StateChanged,
    acknowledge,
    completeness,
    link,
    log_diagnosis,
    review_required,
    set_fields,
    set_major_status,
    suggest_known_errors,
)
from incidentcore.values import (
    CANCELED,
    CLOSED,
    ON_HOLD,
    RESOLVED,
    Impact,
    Priority,
    State,
    Urgency,
)

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
FULL: dict[str, Any] = {
    "description": "Nobody in building 7 gets mail.",
    "category": ("network", "mail"),
    "service": "mail",
    "impact": Impact.HIGH,
    "urgency": Urgency.HIGH,
    "computed_priority": Priority.CRITICAL,
}


def incident(**fields: Any) -> Incident:
    return Incident.open(id="INC-1", title="Mail is down", at=AT, by="kim", **fields)


def put(record: Any, state: State, **fields: Any) -> Any:
    return record.with_event(
        StateChanged, at=AT, by="ada", action="put", state=state, fields=fields
    )


def lacks(record: Any) -> list[str]:
    return [gap.field for gap in completeness(record)]


def test_an_incident_gathers_what_it_lacks() -> None:
    """By state: description first, then who works on it, the resolution, and the closure."""
    assert lacks(incident()) == [
        *("description", "category", "service", "impact", "urgency", "priority"),
    ]
    assert lacks(incident(**FULL)) == []
    assert lacks(acknowledge(incident(**FULL), at=AT, by="ada")) == ["assignment_group", "assignee"]
    held = put(incident(**FULL, assignment_group="mail", assignee="ada"), ON_HOLD)
    assert lacks(held) == ["hold_reason"]
    closed = put(incident(**FULL, assignment_group="mail", assignee="ada"), CLOSED)
    assert lacks(closed) == [
        *("resolution_code", "resolution_notes", "verification"),
        *("diagnosis", "closure_confirmed_by"),
    ]
    assert lacks(put(incident(**FULL), CANCELED)) == []
    assert lacks(put(incident(), CANCELED)) == ["description", "category"]


def test_a_well_kept_incident_lacks_nothing() -> None:
    """With a finding noted, the resolution verified and the closure confirmed."""
    record = incident(**FULL, assignment_group="mail", assignee="ada")
    record = log_diagnosis(record, "disk full", step="finding", at=AT, by="ada")
    record = put(
        record,
        CLOSED,
        resolution_code="fixed",
        resolution_notes="rotated",
        verification="mail arrives",
        closure_confirmed_by="kim",
    )

    assert completeness(record) == ()


def test_a_major_incident_names_its_roles() -> None:
    """All four, and what it means for the business."""
    major = set_major_status(incident(**FULL), "accepted", roles={"scribe": "lee"}, at=AT, by="a")

    assert lacks(major) == [
        "business_impact",
        "major_roles.incident_manager",
        "major_roles.technical_lead",
        "major_roles.communications_lead",
    ]


def test_problems_and_requests_have_gaps_of_their_own() -> None:
    """A resolved problem has a root cause; a request says what is asked for."""
    problem = Problem.open(id="P", title="t", at=AT, by="ada", description="d", category="mail")
    resolved = put(problem, RESOLVED, resolution_code="x", resolution_notes="y", verification="z")
    request = ServiceRequest.open(
        id="R",
        title="t",
        at=AT,
        by="kim",
        description="d",
        category="hardware",
        items=[RequestItem(id="1", name="laptop")],
    )

    assert lacks(problem) == []
    assert {"root_cause", "configuration_item", "diagnosis"} <= set(lacks(resolved))
    assert lacks(request) == []


def problem(number: int, **fields: Any) -> Problem:
    told: dict[str, Any] = {"title": "unrelated", "known_error": True, **fields}
    return Problem.open(id=f"PRB-{number}", at=AT, by="ada", **told)


def test_known_errors_are_suggested_with_evidence() -> None:
    """A link says most, then the component, the service, the category and the words."""
    record = incident(**FULL, configuration_item="mx1")
    record = link(record, "caused_by", "PRB-1", at=AT, by="ada")
    problems = [
        problem(5, title="Mail arrives late"),
        problem(4, category=("network", "vpn")),
        problem(3, service="mail"),
        problem(2, configuration_item="mx1", workaround="restart"),
        problem(1),
        problem(6, known_error=False, configuration_item="mx1"),
        put(problem(7, configuration_item="mx1"), CLOSED),
        problem(8, title="printer"),
    ]

    found = suggest_known_errors(record, problems, limit=9)

    assert [(one.problem_id, one.evidence) for one in found] == [
        ("PRB-1", ("linked as its cause",)),
        ("PRB-2", ("same configuration item: mx1",)),
        ("PRB-3", ("same service: mail",)),
        ("PRB-4", ("same category: network",)),
        ("PRB-5", ("shared words: mail",)),
    ]
    assert found[1].workaround == "restart"
    assert suggest_known_errors(record, reversed(problems), limit=2) == found[:2]
    assert suggest_known_errors(incident(), [problem(1)]) == ()
    with pytest.raises(InvalidValueError, match="limit"):
        suggest_known_errors(record, problems, limit=0)


def entry(minutes: int, kind: str = "observation") -> ReviewEntry:
    return ReviewEntry(at=AT + timedelta(minutes=minutes), kind=kind, text="x", by="ada")


def action(number: str, done_on: date | None = None) -> ActionItem:
    return ActionItem(id=number, text="x", owner="ada", due=date(2026, 7, 1), done_on=done_on)


def test_a_review_is_a_value() -> None:
    """Its timeline is in order of time, it knows what is still empty, and it pickles."""
    review = PostIncidentReview(
        id="PIR-1",
        incidents=["INC-1"],
        summary="Mail was down.",
        timeline=[entry(5, "action"), entry(1)],
        causes=[Cause("disk full", (Cause("logs"),))],
        actions=[action("1"), action("2", date(2026, 6, 20))],
    )

    assert [one.kind for one in review.timeline] == ["observation", "action"]
    assert review.gaps == ("impact", "held_on")
    assert [one.id for one in review.open_actions(on=date(2026, 6, 15))] == ["1", "2"]
    assert [one.id for one in review.open_actions(on=date(2026, 6, 20))] == ["1"]
    assert pickle.loads(pickle.dumps(review)) == review  # noqa: S301  our own bytes
    assert hash(review) == hash(pickle.loads(pickle.dumps(review)))  # noqa: S301  the same


@pytest.mark.parametrize(
    ("done_on", "on", "late"),
    [
        (None, date(2026, 7, 1), False),
        (None, date(2026, 7, 2), True),
        (date(2026, 7, 1), date(2026, 7, 2), False),
        (date(2026, 7, 5), date(2026, 7, 3), True),
        (date(2026, 7, 5), date(2026, 7, 5), False),
    ],
)
def test_an_action_is_late_the_day_after_it_was_due(
    done_on: date | None,
    on: date,
    late: bool,  # noqa: FBT001  a column
) -> None:
    """On its due date there is still time."""
    assert action("1", done_on).is_late(on) is late


REVIEW: dict[str, Any] = {"id": "PIR-1", "incidents": ("INC-1",), "summary": "x"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: PostIncidentReview(**{**REVIEW, "id": ""}),
        lambda: PostIncidentReview(**{**REVIEW, "incidents": ()}),
        lambda: PostIncidentReview(**{**REVIEW, "incidents": (1,)}),
        lambda: PostIncidentReview(**{**REVIEW, "summary": ""}),
        lambda: PostIncidentReview(**REVIEW, actions=(action("1"), action("1"))),
        lambda: entry(1, "gossip"),
        lambda: ReviewEntry(at=AT, kind="message", text=""),
        lambda: ActionItem(id="1", text="x", owner="", due=date(2026, 7, 1)),
        lambda: ActionItem(id="1", text="x", owner="ada", due=AT),
        lambda: ActionItem(id="1", text="x", owner="ada", due=None),  # type: ignore[arg-type]
    ],
)
def test_a_review_needs_its_parts(make: Any) -> None:
    """Ids, texts, owners and dates."""
    with pytest.raises(InvalidValueError):
        make()


def test_a_reviews_times_are_aware() -> None:
    """Like all others (rule T1)."""
    with pytest.raises(NaiveDatetimeError):
        ReviewEntry(at=datetime(2026, 6, 1), kind="message", text="x")  # noqa: DTZ001  on purpose


def test_a_condition_decides_whether_a_review_is_due() -> None:
    """The caller's own rule."""
    rule = field("major_status").equals("accepted") | (field("reopen_count") >= 2)

    assert not review_required(incident(), rule)
    assert review_required(set_major_status(incident(), "accepted", at=AT, by="ada"), rule)
    assert not review_required(set_fields(incident(), title="x", at=AT, by="ada"), rule)
