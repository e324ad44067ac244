"""The steps of a major incident, its fields and its roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
    TransitionNotAllowedError,
)
from incidentcore.lifecycle import (
    INCIDENT,
    Allowed,
    Lifecycle,
    Refused,
    advance_major,
    decide_major,
    lint_lifecycle,
    major_incident,
)
from incidentcore.records import Incident, Problem, correct_event, replay, set_major_status
from incidentcore.values import Actor

AT = datetime(2026, 6, 5, 15, tzinfo=UTC)  # a Friday afternoon


HOUR = timedelta(hours=1)


KIM = Actor("kim", "requester")


def incident(number: int = 1, lifecycle: Lifecycle = INCIDENT) -> Incident:
    return lifecycle.open(Incident, id=f"INC-{number}", title="t", at=AT, by=KIM)


MAJOR: dict[str, dict[str, str]] = {
    "no_candidate": {"propose": "proposed", "accept": "accepted"},
    "proposed": {"accept": "accepted", "assign_roles": "proposed", "reject": "rejected"},
    "accepted": {"assign_roles": "accepted", "demote": "canceled"},
    "rejected": {"propose": "proposed"},
    "canceled": {},
}


MAJOR_NEEDS: dict[str, dict[str, Any]] = {
    "propose": {"work_notes": "all sites"},
    "accept": {"work_notes": "all sites", "business_impact": "no orders"},
    "assign_roles": {"roles": {"scribe": "lee"}},
    "reject": {"reason": "one site"},
    "demote": {"reason": "one site"},
}


PATHS = {
    "no_candidate": [],
    "proposed": ["propose"],
    "accepted": ["accept"],
    "rejected": ["propose", "reject"],
    "canceled": ["accept", "demote"],
}


@pytest.mark.parametrize("status", MAJOR)
@pytest.mark.parametrize("action", [*MAJOR_NEEDS, "dance"])
def test_every_step_of_a_major_incident(status: str, action: str) -> None:
    """Moves the status alone, or is refused with what is allowed."""
    record = incident()
    for step in PATHS[status]:
        record = advance_major(record, step, at=AT, by="ada", **MAJOR_NEEDS[step])

    answer = decide_major(record, action, at=AT, by="lee", **MAJOR_NEEDS.get(action, {}))

    if action in MAJOR[status]:
        assert isinstance(answer, Allowed)
        assert answer.record.major_status == MAJOR[status][action]
        assert answer.record.state == record.state
        assert replay(answer.record.history) == answer.record
        return
    assert isinstance(answer, Refused)
    assert set(answer.allowed_actions) == set(MAJOR[status])
    with pytest.raises(TransitionNotAllowedError):
        advance_major(record, action, at=AT, by="lee", **MAJOR_NEEDS.get(action, {}))


def test_a_major_step_asks_for_its_fields() -> None:
    """Missing, undeclared and invalid ones are named; a late step is judged on its instant."""
    record = incident()
    for fields, code in (
        ({"work_notes": "x"}, "missing_field"),
        ({**MAJOR_NEEDS["accept"], "color": 1}, "undeclared_field"),
        ({**MAJOR_NEEDS["accept"], "roles": {"scribe": 5}}, "invalid_field"),
    ):
        refusal = decide_major(record, "accept", at=AT, by="ada", **fields)
        assert isinstance(refusal, Refused)
        assert refusal.code == code
    later = advance_major(record, "accept", at=AT + HOUR, by="ada", **MAJOR_NEEDS["accept"])
    early = decide_major(later, "demote", at=AT, by="ada", reason="x")
    assert isinstance(early, Refused)
    problem: Any = Problem.open(id="P", title="t", at=AT, by="ada")
    with pytest.raises(InvalidValueError, match="an Incident"):
        decide_major(problem, "accept", at=AT, by="ada")


def test_whoever_accepts_a_major_incident_gets_it() -> None:
    """With its roles."""
    roles = {"incident_manager": "ada", "scribe": "lee"}
    record = advance_major(
        incident(), "accept", at=AT, by="ada", roles=roles, **MAJOR_NEEDS["accept"]
    )

    assert record.assignee == "ada"
    assert dict(record.major_roles) == roles
    assert record.history[-1].reason == "all sites"  # type: ignore[attr-defined]  # its own kind


FOUR = {
    "incident_manager": "ada",
    "technical_lead": "bo",
    "communications_lead": "kim",
    "scribe": "lee",
}
FOUR_NEEDED = major_incident(roles=FOUR)
WITH_ROLES: dict[str, Any] = {"lifecycle": FOUR_NEEDED}


@pytest.mark.parametrize("missing", FOUR)
def test_accepting_may_ask_for_every_role(missing: str) -> None:
    """Whichever is open is named; nothing changes; with all four it passes (our choice)."""
    some = {role: who for role, who in FOUR.items() if role != missing}
    told = {**MAJOR_NEEDS["accept"], **WITH_ROLES}
    record = incident()

    refusal = decide_major(record, "accept", roles=some, at=AT, by="ada", **told)
    assert isinstance(refusal, Refused)
    assert (refusal.code, refusal.guard) == ("guard", "the roles are named")
    assert refusal.reason.endswith(f"the roles are named (nobody is {missing})")
    assert record == incident()
    accepted = advance_major(record, "accept", roles=FOUR, at=AT, by="ada", **told)
    assert dict(accepted.major_roles) == FOUR
    assert isinstance(decide_major(record, "accept", at=AT, by="ada", **told), Refused)
    by_default = decide_major(record, "accept", at=AT, by="ada", **MAJOR_NEEDS["accept"])
    assert isinstance(by_default, Allowed)  # ServiceNow asks for none


def test_roles_may_be_named_before_they_are_asked_for() -> None:
    """While it is proposed, one after the other; what is named joins what was."""
    record = advance_major(incident(), "propose", at=AT, by="ada", work_notes="x", **WITH_ROLES)
    for role, who in FOUR.items():
        refusal = decide_major(
            record, "accept", at=AT, by="ada", **MAJOR_NEEDS["accept"], **WITH_ROLES
        )
        assert isinstance(refusal, Refused)
        assert f"nobody is {role}" in refusal.reason
        record = advance_major(
            record, "assign_roles", roles={role: who}, at=AT, by="ada", **WITH_ROLES
        )
        assert record.major_status == "proposed"
    record = advance_major(record, "accept", at=AT, by="ada", **MAJOR_NEEDS["accept"], **WITH_ROLES)

    assert dict(record.major_roles) == FOUR
    record = advance_major(record, "assign_roles", roles={"scribe": "max"}, at=AT, by="ada")
    assert dict(record.major_roles) == {**FOUR, "scribe": "max"}
    assert record.major_status == "accepted"
    refusal = decide_major(record, "assign_roles", at=AT, by="ada")
    assert isinstance(refusal, Refused)
    assert refusal.missing_fields == ("roles",)


def test_which_roles_are_asked_for_is_a_choice() -> None:
    """Any of them, or one of a caller's own; a role is a plain name."""
    lifecycle = major_incident(roles="legal", id="with_legal")
    told: dict[str, Any] = {"lifecycle": lifecycle, **MAJOR_NEEDS["accept"]}
    refusal = decide_major(incident(), "accept", at=AT, by="ada", **told)
    assert isinstance(refusal, Refused)
    assert "nobody is legal" in refusal.reason
    accepted = advance_major(incident(), "accept", roles={"legal": "max"}, at=AT, by="ada", **told)
    assert accepted.major_status == "accepted"
    assert lint_lifecycle(lifecycle) == lint_lifecycle(FOUR_NEEDED) == ()
    for wrong in ("", "a.b", 5):
        with pytest.raises(LifecycleDefinitionError, match="without a dot"):
            major_incident(roles=[wrong])  # type: ignore[list-item]


def test_each_step_adds_its_roles_to_those_held() -> None:
    """The scribe of the proposal, and the lead assigned then, are still there once accepted."""
    record = advance_major(
        incident(), "propose", at=AT, by="ada", work_notes="mail", roles={"scribe": "lee"}
    )
    record = advance_major(record, "assign_roles", at=AT, by="ada", roles={"technical_lead": "max"})
    named = {"work_notes": "mail", "business_impact": "no orders", "roles": {"scribe": "kim"}}
    record = advance_major(record, "accept", at=AT + HOUR, by="ada", **named)
    held = {"scribe": "kim", "technical_lead": "max"}
    assert dict(record.major_roles) == held

    record = set_major_status(record, "canceled", at=AT + HOUR, by="ada", roles={"x": "bo"})
    assert dict(record.major_roles) == {**held, "x": "bo"}


def test_a_role_that_is_entered_late_stays_beside_later_ones() -> None:
    """Manager at 16:00, scribe and speaker at 18:00; the lead of 17:00, entered last, is kept."""
    record = advance_major(
        incident(),
        "accept",
        at=AT + HOUR,
        by="ada",
        work_notes="all sites",
        business_impact="no orders",
        roles={"incident_manager": "ada"},
    )
    later = {"scribe": "lee", "communications_lead": "bo"}
    record = advance_major(record, "assign_roles", at=AT + 3 * HOUR, by="ada", roles=later)
    record = advance_major(
        record, "assign_roles", at=AT + 2 * HOUR, by="ada", roles={"technical_lead": "max"}
    )
    held = {"incident_manager": "ada", **later, "technical_lead": "max"}
    assert dict(record.major_roles) == held

    passed = advance_major(
        record, "assign_roles", at=AT + 4 * HOUR, by="ada", roles={"scribe": "kim"}
    )
    assert dict(passed.major_roles) == {**held, "scribe": "kim"}


def test_a_late_step_is_judged_as_every_late_action() -> None:
    """Proposed at 16:00 and accepted at 18:00: no rejection at 17:00, unless it is amended."""
    notes: dict[str, Any] = {"work_notes": "all sites", "by": "ada"}
    record = advance_major(incident(), "propose", at=AT + HOUR, **notes)
    late: dict[str, Any] = {"at": AT + 2 * HOUR, "by": "bo", "reason": "small"}
    assert advance_major(record, "reject", **late).major_status == "rejected"

    accepted = advance_major(record, "accept", at=AT + 3 * HOUR, business_impact="all", **notes)
    refused = decide_major(accepted, "reject", **late)
    assert isinstance(refused, Refused)
    assert refused.code == "no_effect"
    assert "accepted at 2026-06-05T18:00:00+00:00" in refused.reason
    assert advance_major(accepted, "reject", amend=True, **late).major_status == "accepted"

    never = correct_event(accepted, "INC-1:3", at=AT + 4 * HOUR, by="ada")
    assert advance_major(never, "reject", **late).major_status == "rejected"

    demoted = advance_major(accepted, "demote", at=AT + 5 * HOUR, by="ada", reason="small")
    roles = {"scribe": "lee"}
    assert decide_major(demoted, "assign_roles", at=AT + 4 * HOUR, by="ada", roles=roles)
    early = decide_major(record, "propose", at=AT - HOUR, **notes)
    assert isinstance(early, Refused)
    assert early.code == "before_opening"
