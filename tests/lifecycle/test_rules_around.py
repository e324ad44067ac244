"""What stands around the table: windows, major incidents, cascades and diagrams."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from incidentcore.errors import (
    InvalidValueError,
    LifecycleDefinitionError,
    TransitionNotAllowedError,
)
from incidentcore.lifecycle import (
    DIALECTS,
    INCIDENT,
    MAJOR_INCIDENT,
    MAJOR_INCIDENT_WITH_ROLES,
    STANDARD,
    STANDARD_CASCADES,
    TEXTBOOK_INCIDENT,
    Allowed,
    CascadeRule,
    Lifecycle,
    Refused,
    ReopenWindow,
    Transition,
    advance,
    advance_major,
    auto_close_at,
    cascade_effects,
    decide_major,
    lint_lifecycle,
    major_incident,
    reopen_until,
    to_dot,
    to_mermaid,
)
from incidentcore.records import (
    Incident,
    Problem,
    Record,
    comment,
    link,
    replay,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.testing.strategies_records import lifecycles
from incidentcore.values import CLOSED, IN_PROGRESS, RESOLVED, Actor, State

AT = datetime(2026, 6, 5, 15, tzinfo=UTC)  # a Friday afternoon
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
KIM = Actor("kim", "requester")
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}


def incident(number: int = 1, lifecycle: Lifecycle = INCIDENT) -> Incident:
    return lifecycle.open(Incident, id=f"INC-{number}", title="t", at=AT, by=KIM)


def resolved() -> Incident:
    return advance(incident(), "resolve", at=AT, by="ada", **FIXED)


@pytest.mark.parametrize(
    ("after", "calendar", "expected"),
    [
        (7 * DAY, None, AT + 7 * DAY),
        (timedelta(), None, AT),
        (4 * HOUR, OFFICE, datetime(2026, 6, 8, 11, tzinfo=UTC)),
        (BusinessDays(2), OFFICE, datetime(2026, 6, 9, 15, tzinfo=UTC)),
    ],
)
def test_auto_close_has_an_instant(after: Any, calendar: Any, expected: datetime) -> None:
    """By wall time, open time or business days from the resolution (rule L6)."""
    assert auto_close_at(resolved(), after=after, calendar=calendar) == expected
    assert reopen_until(resolved(), within=after, calendar=calendar) == expected


def test_what_is_not_resolved_does_not_close() -> None:
    """Neither open, canceled nor closed records; a reopened one starts anew."""
    reopened = advance(resolved(), "reopen", at=AT + HOUR, by=KIM)
    again = advance(reopened, "resolve", at=AT + 2 * HOUR, by="ada", **FIXED)
    closed = advance(resolved(), "close", at=AT, by="ada")

    for record in (incident(), reopened, advance(incident(), "cancel", at=AT, by="ada"), closed):
        assert auto_close_at(record, after=DAY) is None
    assert reopen_until(reopened, within=DAY) is None
    assert auto_close_at(again, after=DAY) == AT + 2 * HOUR + DAY


def test_major_incidents_stay_open_unless_told() -> None:
    """ServiceNow leaves them out."""
    told: dict[str, Any] = {"work_notes": "x", "business_impact": "y"}
    major = advance_major(resolved(), "accept", at=AT, by="ada", **told)

    assert auto_close_at(major, after=DAY) is None
    assert auto_close_at(major, after=DAY, major=True) == AT + DAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"after": -DAY},
        {"after": 5},
        {"after": BusinessDays(1)},
        {"after": DAY, "basis": "opened_at"},
    ],
    ids=str,
)
def test_a_window_needs_a_span(wrong: dict[str, Any]) -> None:
    """Not negative, with a calendar where it counts business days, from a known moment."""
    with pytest.raises(InvalidValueError):
        auto_close_at(resolved(), **wrong)


def test_a_reopen_window_guards_the_way_back() -> None:
    """Its last instant is inside; agents may be exempt (rule L6)."""
    window = ReopenWindow(2 * HOUR, OFFICE, exempt=("agent",))
    lifecycle = Lifecycle(
        "windowed",
        "incident",
        states=INCIDENT.states,
        initial=INCIDENT.initial,
        transitions=(
            *(row for row in INCIDENT.transitions if row.action != "reopen"),
            Transition("reopen", RESOLVED, IN_PROGRESS, guard=window, guard_name="reopen window"),
        ),
    )
    record = lifecycle.advance(incident(1, lifecycle), "resolve", at=AT, by="ada", **FIXED)
    last = datetime(2026, 6, 5, 17, tzinfo=UTC)
    late = last + timedelta(microseconds=1)

    assert isinstance(lifecycle.decide(record, "reopen", at=last, by=KIM), Allowed)
    assert isinstance(lifecycle.decide(record, "reopen", at=late, by="ada"), Allowed)
    refusal = lifecycle.decide(record, "reopen", at=late, by=KIM)
    assert isinstance(refusal, Refused)
    assert refusal.guard == "reopen window"
    assert refusal.reason == (
        "reopen from resolved is refused by its guard: reopen window "
        "(until 2026-06-05T17:00:00+00:00, or by agent)"
    )
    with pytest.raises(LifecycleDefinitionError):
        ReopenWindow(HOUR, exempt="agent")


def test_the_requester_confirms_or_rejects_a_resolution() -> None:
    """In the strict lifecycle; an agent may only close what nobody answers."""
    record = incident(1, TEXTBOOK_INCIDENT)
    told: dict[str, Any] = {"assignment_group": "mail", "assignee": "ada"}
    record = TEXTBOOK_INCIDENT.advance(record, "start", at=AT, by="ada", **told)
    record = TEXTBOOK_INCIDENT.advance(
        record, "resolve", at=AT, by="ada", verification="tried", **FIXED
    )

    rejected = TEXTBOOK_INCIDENT.advance(
        record, "reject_resolution", at=AT, by=KIM, reason="still down"
    )
    confirmed = TEXTBOOK_INCIDENT.advance(record, "confirm", at=AT, by=KIM, confirmed_by="kim")

    assert (rejected.state.name, rejected.reopen_count) == ("In Progress", 1)
    assert rejected.custom["rejection_reason"] == "still down"
    assert (confirmed.state.name, confirmed.closure_confirmed_by) == ("Closed", "kim")
    by_agent = TEXTBOOK_INCIDENT.decide(record, "confirm", at=AT, by="ada", confirmed_by="kim")
    assert isinstance(by_agent, Refused)
    assert by_agent.guard == "by the requester"


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
        ({**MAJOR_NEEDS["accept"], "colour": 1}, "undeclared_field"),
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


WITH_ROLES: dict[str, Any] = {"lifecycle": MAJOR_INCIDENT_WITH_ROLES}
FOUR = {
    "incident_manager": "ada",
    "technical_lead": "bo",
    "communications_lead": "kim",
    "scribe": "lee",
}


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
    assert lint_lifecycle(lifecycle) == lint_lifecycle(MAJOR_INCIDENT_WITH_ROLES) == ()
    for wrong in ("", "a.b", 5):
        with pytest.raises(LifecycleDefinitionError, match="without dots"):
            major_incident(roles=[wrong])  # type: ignore[list-item]


def test_a_refused_cascade_is_told() -> None:
    """As the answer of the target's own lifecycle."""
    rule = CascadeRule(
        id="close",
        source="incident",
        enters="closed",
        link="parent_of",
        target="incident",
        action="close",
        states=("new", "resolved"),
    )
    parent = advance(resolved(), "close", at=AT, by="ada")
    child = link(incident(2), "child_of", "INC-1", at=AT, by="ada")

    (effect,) = cascade_effects(parent, parent.history[-1], [child, incident(3)], cascades=[rule])

    assert isinstance(effect.answer, Refused)
    assert effect.answer.code == "not_allowed"
    done = advance(child, "cancel", at=AT, by="ada")
    assert cascade_effects(parent, parent.history[-1], [done], cascades=[rule]) == ()


def test_a_cascade_needs_its_event_and_lifecycles() -> None:
    """An event of another record, or a target whose lifecycle is not given, is refused."""
    parent = resolved()
    child = link(incident(2, TEXTBOOK_INCIDENT), "child_of", "INC-1", at=AT, by="ada")

    with pytest.raises(InvalidValueError, match="an event in the history"):
        cascade_effects(parent, child.history[-1], [], cascades=STANDARD_CASCADES)
    with pytest.raises(InvalidValueError, match="textbook_incident"):
        cascade_effects(parent, parent.history[-1], [child], cascades=STANDARD_CASCADES)


def test_a_cascade_is_judged_at_its_event() -> None:
    """A target that was changed since is asked about its state then.

    Resolving it then would take no effect, as it was canceled an hour later, so that is refused.
    """
    parent = resolved()
    child = link(incident(2), "child_of", "INC-1", at=AT, by="ada")
    since = comment(advance(child, "cancel", at=AT + HOUR, by="ada"), "x", at=AT + HOUR, by="ada")

    (effect,) = cascade_effects(parent, parent.history[-1], [since], cascades=STANDARD_CASCADES)

    assert isinstance(effect.answer, Refused)
    assert effect.answer.code == "no_effect"

    open_still = comment(child, "x", at=AT + HOUR, by="ada")
    (effect,) = cascade_effects(
        parent, parent.history[-1], [open_still], cascades=STANDARD_CASCADES
    )
    assert isinstance(effect.answer, Allowed)
    record: Record = effect.answer.record
    assert record.timeline().facts_at(AT)["state"] == RESOLVED


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"source": "change"},
        {"target": "change"},
        {"action": ""},
        {"link": "", "target": "problem"},
        {"when": "always"},
        {"target_when": len},
    ],
    ids=str,
)
def test_a_cascade_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    """When it is written."""
    told: dict[str, Any] = {
        "id": "c",
        "source": "incident",
        "target": "incident",
        "link": "parent_of",
        "action": "close",
        **wrong,
    }
    with pytest.raises(LifecycleDefinitionError):
        CascadeRule(**told)


def arrows(lifecycle: Lifecycle) -> set[tuple[str, str]]:
    return {(source, row.target.name) for row in lifecycle.transitions for source in row.sources}


@given(lifecycles())
def test_diagrams_show_every_state_and_arrow(lifecycle: Lifecycle) -> None:
    """As the table has them, no more and no less."""
    names = {state.name for state in lifecycle.states}
    mermaid = to_mermaid(lifecycle)
    labels = dict(re.findall(r"^    (s\d+): (.+)$", mermaid, re.MULTILINE))
    moves = re.findall(r"^    (s\d+) --> (s\d+): ", mermaid, re.MULTILINE)
    dot = to_dot(lifecycle)
    drawn = re.findall(r'^  "([^"]+)" -> "([^"]+)" \[', dot, re.MULTILINE)

    assert set(labels.values()) == names
    assert {(labels[source], labels[target]) for source, target in moves} == arrows(lifecycle)
    assert len(moves) == len(drawn) == len(arrows(lifecycle))
    assert set(drawn) == arrows(lifecycle)
    assert f'"" -> "{lifecycle.initial.name}";' in dot


@pytest.mark.parametrize("one", [*STANDARD.values(), *DIALECTS, MAJOR_INCIDENT], ids=lambda x: x.id)
def test_diagrams_say_what_an_action_needs(one: Lifecycle) -> None:
    """Required fields in brackets, guards by name."""
    text = to_dot(one) + to_mermaid(one)

    for row in one.transitions:
        for name in (row.action, *row.required):
            assert text.count(name) >= 2
    assert text.startswith(f'digraph "{one.id}" {{')


def test_names_cannot_break_a_diagram() -> None:
    """Quotes, colons and line ends are kept out of the syntax."""
    odd = State('say "hi": now;\nor never', open=True)
    lifecycle = Lifecycle(
        'x"y',
        "incident",
        states=(odd, CLOSED),
        initial=odd,
        transitions=(Transition("close", odd, CLOSED),),
    )

    assert 'digraph "x\\"y" {' in to_dot(lifecycle)
    assert '"say \\"hi\\": now;\\nor never" -> "closed" [label="close"];' in to_dot(lifecycle)
    assert '    s0: say "hi"  now, or never\n' in to_mermaid(lifecycle)
