"""What a record lacks before it counts as documented."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

import pytest

from incidentcore.records import (
    Incident,
    Problem,
    RequestItem,
    ServiceRequest,
    StateChanged,
    Task,
    acknowledge,
    completeness,
    log_diagnosis,
    set_major_status,
    set_task,
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
    assert lacks(put(incident(**FULL), RESOLVED)) == [
        *("assignment_group", "assignee", "resolution_code", "resolution_notes", "verification"),
        "diagnosis",
    ]  # though nobody has acknowledged it
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


@pytest.mark.parametrize("step", ["hypothesis", "test"])
def test_another_step_of_the_diagnosis_is_not_its_finding(
    step: Literal["hypothesis", "test"],
) -> None:
    """What was supposed or tried does not say what it was."""
    record = log_diagnosis(incident(**FULL), "disk full?", step=step, at=AT, by="ada")

    assert "diagnosis" in lacks(put(record, RESOLVED))


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
    bare = ServiceRequest.open(id="R", title="t", at=AT, by="kim", description="d", category="x")
    assert lacks(bare) == ["items"]
    waits = put(bare, ON_HOLD, hold_reason="awaiting_approval")
    assert "approval_rule" in lacks(waits)
    assert "approval_rule" not in lacks(put(bare, ON_HOLD, hold_reason="awaiting_vendor"))
    fulfilled = put(set_task(request, Task(id="1", title="order"), at=AT, by="ada"), RESOLVED)
    assert "tasks" in lacks(fulfilled)
    assert "tasks" not in lacks(put(request, RESOLVED))


def problem(number: int, **fields: Any) -> Problem:
    told: dict[str, Any] = {"title": "unrelated", "known_error": True, **fields}
    return Problem.open(id=f"PRB-{number}", at=AT, by="ada", **told)
