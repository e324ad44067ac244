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
    STANDARD,
    STANDARD_CASCADES,
    TEXTBOOK_INCIDENT,
    Allowed,
    Cascade,
    Lifecycle,
    Refused,
    ReopenWindow,
    Transition,
    advance,
    advance_major,
    auto_close_at,
    cascade,
    decide_major,
    reopen_until,
    to_dot,
    to_mermaid,
)
from incidentcore.records import (
    Incident,
    LinkType,
    Problem,
    Record,
    ServiceRequest,
    Task,
    TaskStatus,
    comment,
    link,
    replay,
    set_task,
)
from incidentcore.schedule import BusinessCalendar, BusinessDays
from incidentcore.testing.strategies_records import lifecycles
from incidentcore.values import CLOSED, IN_PROGRESS, RESOLVED, Actor, Role, State

AT = datetime(2026, 6, 5, 15, tzinfo=UTC)  # a Friday afternoon
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFICE = BusinessCalendar(zone="UTC", hours={"mon-fri": "09:00-17:00"})
KIM = Actor("kim", Role.REQUESTER)
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
    window = ReopenWindow(2 * HOUR, OFFICE, exempt=(Role.AGENT,))
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
    "proposed": {"accept": "accepted", "reject": "rejected"},
    "accepted": {"demote": "canceled"},
    "rejected": {"propose": "proposed"},
    "canceled": {},
}
MAJOR_NEEDS: dict[str, dict[str, Any]] = {
    "propose": {"work_notes": "all sites"},
    "accept": {"work_notes": "all sites", "business_impact": "no orders"},
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


def waiting(number: int, reason: str = "awaiting_problem") -> Incident:
    held = advance(incident(number), "hold", at=AT, by="ada", reason=reason)
    return link(held, LinkType.CAUSED_BY, "PRB-1", at=AT, by="ada")


def solved(**last: Any) -> Problem:
    problem = Problem.open(id="PRB-1", title="t", at=AT, by="ada")
    steps = ["assess", "confirm", *(["fix", "resolve"] if not last else ["accept_risk"])]
    for step in steps:
        told = FIXED if step == "resolve" else last if step == "accept_risk" else {}
        problem = advance(problem, step, at=AT + HOUR, by="ada", **told)
    return problem


def test_a_solved_problem_resolves_the_incidents_that_wait_for_it() -> None:
    """Only those, and nothing is changed by asking; an accepted risk resolves none."""
    problem = solved()
    related = [waiting(1), waiting(2, "awaiting_vendor"), incident(3), problem]

    (effect,) = cascade(problem, problem.history[-1], related, cascades=STANDARD_CASCADES)

    assert (effect.cascade, effect.record_id) == ("problem_solved_resolves_incident", "INC-1")
    assert isinstance(effect.answer, Allowed)
    assert effect.answer.record.resolution_notes == "restarted"
    assert effect.answer.record.resolution_code == "resolved_by_problem"
    assert related[0] == waiting(1)
    risk = solved(resolution_notes="too dear")
    assert cascade(risk, risk.history[-1], related, cascades=STANDARD_CASCADES) == ()


def test_a_request_is_fulfilled_when_its_tasks_are_done() -> None:
    """By the event that ends the last one."""
    request = ServiceRequest.open(id="R", title="t", at=AT, by=KIM)
    request = advance(request, "start", at=AT, by="ada")
    told = []
    for number, status in (("1", "open"), ("2", TaskStatus.SKIPPED), ("1", TaskStatus.COMPLETE)):
        task = Task(id=number, title="t", status=status)
        request = set_task(request, task, at=AT, by="ada")
        effects = cascade(request, request.history[-1], [], cascades=STANDARD_CASCADES)
        told.append([effect.cascade for effect in effects])
        for effect in effects:
            assert isinstance(effect.answer, Allowed)
            assert effect.answer.record.state.name == "fulfilled"

    assert told == [[], [], ["tasks_done_fulfill_request"]]


def test_a_refused_cascade_is_told() -> None:
    """As the answer of the target's own lifecycle."""
    rule = Cascade(
        id="close",
        source="incident",
        enters="closed",
        link=LinkType.PARENT_OF,
        target="incident",
        action="close",
        states=("new", "resolved"),
    )
    parent = advance(resolved(), "close", at=AT, by="ada")
    child = link(incident(2), LinkType.CHILD_OF, "INC-1", at=AT, by="ada")

    (effect,) = cascade(parent, parent.history[-1], [child, incident(3)], cascades=[rule])

    assert isinstance(effect.answer, Refused)
    assert effect.answer.code == "not_allowed"
    done = advance(child, "cancel", at=AT, by="ada")
    assert cascade(parent, parent.history[-1], [done], cascades=[rule]) == ()


def test_a_cascade_needs_its_event_and_lifecycles() -> None:
    """An event of another record, or a target whose lifecycle is not given, is refused."""
    parent = resolved()
    child = link(incident(2, TEXTBOOK_INCIDENT), LinkType.CHILD_OF, "INC-1", at=AT, by="ada")

    with pytest.raises(InvalidValueError, match="an event in the history"):
        cascade(parent, child.history[-1], [], cascades=STANDARD_CASCADES)
    with pytest.raises(InvalidValueError, match="textbook_incident"):
        cascade(parent, parent.history[-1], [child], cascades=STANDARD_CASCADES)


def test_a_cascade_is_judged_at_its_event() -> None:
    """A target that was changed since is asked about its state then."""
    parent = resolved()
    child = link(incident(2), LinkType.CHILD_OF, "INC-1", at=AT, by="ada")
    since = comment(advance(child, "cancel", at=AT + HOUR, by="ada"), "x", at=AT + HOUR, by="ada")

    (effect,) = cascade(parent, parent.history[-1], [since], cascades=STANDARD_CASCADES)

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
        Cascade(**told)


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
