"""What one record means for others, row by row (rule L4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from incidentcore.conditions import ALWAYS, NEVER, field
from incidentcore.errors import LifecycleDefinitionError
from incidentcore.lifecycle import (
    SERVICE_REQUEST,
    SERVICENOW_CASCADES,
    SERVICENOW_REQUEST,
    STANDARD,
    STANDARD_CASCADES,
    Allowed,
    CascadeRule,
    Copy,
    Lifecycle,
    Refused,
    Transition,
    advance,
    cascade_effects,
    decide,
    lint_lifecycle,
    parent_to_child,
    refuse_open_tasks,
)
from incidentcore.lifecycle.cascade import CascadeEffect
from incidentcore.lifecycle.standard_cascades import (
    APPROVALS_TO_REQUEST,
    PARENT_TO_CHILD,
    REQUEST_TO_TASKS,
    TASKS_TO_REQUEST,
)
from incidentcore.records import (
    ApprovalRule,
    Commented,
    Incident,
    Problem,
    Record,
    ServiceRequest,
    StateChanged,
    Task,
    approve,
    link,
    replay,
    request_approval,
    set_fields,
    set_task,
)
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.values import Actor

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIXED: dict[str, Any] = {"resolution_code": "fixed", "resolution_notes": "restarted"}
VENDOR: dict[str, Any] = {"reason": "awaiting_vendor"}
CALLER: dict[str, Any] = {"reason": "awaiting_caller"}
KIM = Actor("kim", "requester")
STATES = ("new", "in_progress", "on_hold", "resolved", "closed", "canceled")


def put(record: Any, state: str, cause: str = "", **fields: Any) -> Any:
    """Return a record in a state of its standard lifecycle, put there."""
    return record.with_event(
        StateChanged,
        at=AT,
        by="ada",
        action="put",
        state=STANDARD[record.record_type].state(state),
        fields=fields,
        cause=cause,
    )


def incident(name: str = "INC-1", state: str = "new", **fields: Any) -> Incident:
    record = Incident.open(id=name, title="t", at=AT, by=KIM)
    return put(record, state, **fields)  # type: ignore[no-any-return]


def effects(record: Record, *related: Record, rules: Any = STANDARD_CASCADES) -> Any:
    return cascade_effects(record, record.history[-1], related, cascades=rules)


# The parent is in the first state and does this; the children then are in these states, in the
# order of STATES, worked out by hand from ServiceNow's table. A dot: it is left alone.
PARENTS: list[tuple[str, str, dict[str, Any], Any, list[str]]] = [
    ("new", "start", {}, "ada", ["in_progress", ".", "in_progress", ".", ".", "."]),
    ("on_hold", "resume", {}, "ada", ["in_progress", ".", "in_progress", ".", ".", "."]),
    ("new", "hold", VENDOR, "ada", ["on_hold", "on_hold", "on_hold", ".", ".", "."]),
    ("new", "hold", CALLER, "ada", [".", ".", ".", ".", ".", "."]),
    ("new", "resolve", FIXED, "ada", ["resolved", "resolved", "resolved", ".", ".", "."]),
    (
        "resolved",
        "reopen",
        {},
        "ada",
        ["in_progress", ".", "in_progress", "in_progress", ".", "."],
    ),
    ("resolved", "reopen", {}, KIM, ["in_progress", ".", "in_progress", ".", ".", "."]),
    ("resolved", "close", {}, "ada", [".", ".", ".", ".", ".", "."]),
    ("new", "cancel", {}, "ada", [".", ".", ".", ".", ".", "."]),
]


@pytest.mark.parametrize(("state", "action", "fields", "by", "expected"), PARENTS)
def test_what_a_parent_means_for_a_child_in_every_state(
    state: str, action: str, fields: dict[str, Any], by: Any, expected: list[str]
) -> None:
    """As documented, an agent's reopening and a requester's apart; nothing else is touched."""
    parent = advance(incident("P", state), action, at=AT + HOUR, by=by, **fields)
    found = []
    for name in STATES:
        child = link(incident("C", name, cause="P"), "child_of", "P", at=AT, by="ada")
        told = effects(parent, child, incident("other", name), parent)
        assert [effect.record_id for effect in told] == ["C"] * len(told)
        if not told:
            found.append(".")
            continue
        (effect,) = told
        assert isinstance(effect.answer, Allowed)
        assert effect.answer.record.history[: child.version] == child.history
        assert replay(effect.answer.record.history) == effect.answer.record
        found.append(effect.answer.record.state.name)
    assert found == expected


def test_what_passes_on_from_a_parent() -> None:
    """The reason of a hold, and code and notes of a resolution."""
    child = link(incident("C"), "child_of", "P", at=AT, by="ada")
    held = advance(incident("P"), "hold", at=AT + HOUR, by="ada", **VENDOR)
    (effect,) = effects(held, child)
    assert effect.answer.record.hold_reason == "awaiting_vendor"

    resolved = advance(incident("P"), "resolve", at=AT + HOUR, by="ada", **FIXED)
    (effect,) = effects(resolved, child)
    assert effect.answer.record.resolution_code == "fixed"
    assert effect.answer.record.resolution_notes == "restarted"


@pytest.mark.parametrize(("reopens", "by_kim", "by_ada"), [(NEVER, 0, 0), (ALWAYS, 1, 1)])
def test_whose_reopening_passes_on_is_a_choice(reopens: Any, by_kim: int, by_ada: int) -> None:
    """Never, or with every parent."""
    rules = parent_to_child(
        new="new",
        in_progress="in_progress",
        on_hold="on_hold",
        resolved="resolved",
        reasons=(),
        reopens=reopens,
    )
    child = link(incident("C", "resolved", cause="P"), "child_of", "P", at=AT, by="ada")
    for by, expected in ((KIM, by_kim), ("ada", by_ada)):
        parent = advance(incident("P", "resolved"), "reopen", at=AT + HOUR, by=by)
        assert len(effects(parent, child, rules=rules)) == expected


def waiting(name: str = "INC-1", state: str = "on_hold", why: str = "awaiting_problem") -> Incident:
    record = incident(name, state, **({"hold_reason": why} if state == "on_hold" else {}))
    return link(record, "caused_by", "PRB-1", at=AT, by="ada")


def problem(state: str = "fix_in_progress", **fields: Any) -> Problem:
    record = Problem.open(id="PRB-1", title="t", at=AT, by="ada")
    return put(record, state, **fields)  # type: ignore[no-any-return]


def test_a_solved_problem_resolves_the_incidents_that_wait_for_it() -> None:
    """Only those; nothing is changed by asking; closing it later does so again for new ones."""
    solved = advance(problem(), "resolve", at=AT + HOUR, by="ada", **FIXED)
    related = [waiting("A"), waiting("B", why="awaiting_vendor"), waiting("C", "new"), incident()]
    for done in (solved, advance(solved, "close", at=AT + HOUR, by="ada")):
        (effect,) = effects(done, *related, done)

        assert (effect.cascade, effect.record_id) == ("problem_solved_resolves_incident", "A")
        assert effect.answer.record.state.name == "resolved"
        assert effect.answer.record.resolution_code == "resolved_by_problem"
        assert effect.answer.record.resolution_notes == "restarted"
        assert related[0] == waiting("A")


def test_an_accepted_risk_resolves_nothing_and_is_noted() -> None:
    """On every open incident that the problem causes, for the team alone."""
    risk = advance(problem(), "accept_risk", at=AT + HOUR, by="ada", resolution_notes="too dear")
    told = effects(risk, waiting("A"), waiting("B", "new"), waiting("C", "resolved"), incident())

    assert [(effect.cascade, effect.record_id) for effect in told] == [
        ("problem_unsolved_notes_incident", "A"),
        ("problem_unsolved_notes_incident", "B"),
    ]
    note = told[0].answer.events[0]
    assert isinstance(note, Commented)
    assert (note.text, note.visibility) == ("too dear", "internal")
    assert told[0].answer.record.state.name == "on_hold"
    assert told[0].answer.record.first_response_at is None


def test_a_workaround_is_noted_once_on_open_incidents() -> None:
    """When it becomes known or changes; other changes of the problem say nothing."""
    known = set_fields(problem(), workaround="restart", title="x", at=AT + HOUR, by="ada")
    told = effects(known, waiting("A"), waiting("B", "resolved"))
    assert [(e.record_id, e.answer.events[0].text) for e in told] == [("A", "restart")]

    assert effects(set_fields(known, title="y", at=AT + HOUR, by="ada"), waiting("A")) == ()
    same = set_fields(known, workaround="restart", at=AT + HOUR, by="ada")
    assert effects(same, waiting("A")) == ()
    assert effects(set_fields(known, workaround=None, at=AT + HOUR, by="ada"), waiting("A")) == ()


def request(state: str = "in_progress", **tasks: str) -> ServiceRequest:
    return with_tasks(put(ServiceRequest.open(id="R", title="t", at=AT, by=KIM), state), tasks)


def with_tasks(record: ServiceRequest, tasks: dict[str, str]) -> ServiceRequest:
    """Return a request whose tasks were opened, and ended after that."""
    for name in tasks:
        record = set_task(record, Task(id=name, title=name), at=AT, by="ada")
    for name, end in tasks.items():
        if end != "open":
            task = Task(id=name, title=name, status=end)  # type: ignore[arg-type]
            record = set_task(record, task, at=AT, by="ada")
    return record


def begun(status: str) -> ServiceRequest:
    """Return a request whose one task was closed before its work began."""
    return advance(request("new", a=status), "start", at=AT, by="ada")


DONE, LEFT, SKIPPED = "closed_complete", "closed_incomplete", "closed_skipped"
ROLLED_UP: list[tuple[list[str], str, str]] = [
    ([DONE], "fulfilled", "Closed Complete"),
    ([DONE, DONE], "fulfilled", "Closed Complete"),
    ([DONE, SKIPPED], "fulfilled", "Closed Complete"),
    ([SKIPPED, SKIPPED], "canceled", "Closed Skipped"),
    ([DONE, LEFT], ".", "Closed Incomplete"),
    ([LEFT, SKIPPED], ".", "Closed Incomplete"),
    ([DONE, "open"], ".", "."),
    (["open", LEFT], ".", "."),
]


@pytest.mark.parametrize(("statuses", "ours", "servicenow"), ROLLED_UP)
def test_tasks_roll_up_to_their_request(statuses: list[str], ours: str, servicenow: str) -> None:
    """By the event that ends the last one, in ours and in ServiceNow's."""
    tasks = {f"t{number}": status for number, status in enumerate(statuses)}
    for state in ("in_progress", "on_hold"):
        told = effects(request(state, **tasks))
        assert [effect.answer.record.state.name for effect in told] == [ours] * (ours != ".")
    for state in ("new", "awaiting_approval", "fulfilled", "closed", "canceled"):
        assert effects(request(state, **tasks)) == ()

    record = SERVICENOW_REQUEST.open(ServiceRequest, id="R", title="t", at=AT, by=KIM)
    record = SERVICENOW_REQUEST.advance(record, "start", at=AT, by="ada")
    record = with_tasks(record, tasks)
    answer = cascade_effects(
        record,
        record.history[-1],
        [],
        cascades=SERVICENOW_CASCADES,
        lifecycles={SERVICENOW_REQUEST.id: SERVICENOW_REQUEST},
    )
    assert [effect.answer.record.state.name for effect in answer] == (  # type: ignore[union-attr]
        [servicenow] * (servicenow != ".")
    )


def test_only_the_task_that_settles_it_fulfills() -> None:
    """One open task is enough to wait (rule L8)."""
    record = request(a="open", b=SKIPPED)
    assert effects(record) == ()
    record = set_task(record, Task(id="a", title="a", status=DONE), at=AT + HOUR, by="bo")

    (effect,) = effects(record)
    assert (effect.cascade, effect.record_id) == ("tasks_done_fulfill_request", "R")
    assert effect.answer.events[0].by == Actor("bo")


def test_a_change_to_an_ended_task_fulfills_nothing() -> None:
    """A reopened request goes on: only the event that ends its last open task ends it (rule L8)."""
    record = advance(advance(request(a=DONE), "fulfill", at=AT, by="ada"), "reopen", at=AT, by=KIM)
    done = Task(id="a", title="a", status=DONE, assignee="bo")
    assert effects(set_task(record, done, at=AT + HOUR, by="ada")) == ()

    more = set_task(record, Task(id="b", title="b"), at=AT + HOUR, by="ada")
    assert effects(more) == ()
    more = set_task(more, Task(id="b", title="b", status=DONE), at=AT + HOUR, by="ada")
    assert [effect.answer.record.state.name for effect in effects(more)] == ["fulfilled"]


def test_a_late_event_takes_effect_where_it_completes_what_followed() -> None:
    """The second task ended at 11:00 and the first at 12:00, but the second was recorded last."""
    record = request(a="open", b="open")
    end = {name: Task(id=name, title=name, status=DONE) for name in "ab"}  # type: ignore[arg-type]
    record = set_task(record, end["a"], at=AT + 3 * HOUR, by="ada")
    assert effects(record) == ()
    record = set_task(record, end["b"], at=AT + 2 * HOUR, by="bo", recorded_at=AT + 9 * HOUR)
    (effect,) = effects(record)
    done = effect.answer.record
    assert (done.state.name, done.resolved_at) == ("fulfilled", AT + 3 * HOUR)
    assert done.history[-1].recorded_at == AT + 9 * HOUR

    asked = put(ServiceRequest.open(id="R", title="t", at=AT, by=KIM), "awaiting_approval")
    asked = request_approval(asked, ApprovalRule.all_of("bo", "lee"), at=AT, by="ada")
    asked = approve(asked, "approved", at=AT + 3 * HOUR, by="lee")
    asked = approve(asked, "approved", at=AT + 2 * HOUR, by="bo")
    (effect,) = effects(asked)
    assert effect.answer.events[0].at == asked.approval_decided_at == AT + 3 * HOUR


ENDS: list[tuple[str, str, dict[str, Any], str]] = [
    ("fulfilled", "close", {}, LEFT),
    ("in_progress", "cancel", {}, SKIPPED),
    ("awaiting_approval", "cancel", {}, SKIPPED),
    ("awaiting_approval", "reject", {"reject_reason": "no"}, SKIPPED),
]


@pytest.mark.parametrize(("state", "action", "fields", "status"), ENDS)
def test_open_tasks_end_with_their_request(
    state: str, action: str, fields: dict[str, Any], status: str
) -> None:
    """All of them in one effect, those that are done as they were; without one there is none.

    Rule L8.
    """
    record = request(state, a="open", b=DONE, c="open")
    record = advance(record, action, at=AT + HOUR, by="ada", **fields)

    (effect,) = effects(record)
    assert [task.status for task in effect.answer.record.tasks] == [status, DONE, status]
    assert [event.at for event in effect.answer.events] == [AT + HOUR] * 2
    assert effect.answer.record.state == record.state
    again = effects(effect.answer.record)
    assert again == ()  # a task that ended so does not move a request that is over
    done = advance(request(state, b=DONE), action, at=AT + HOUR, by="ada", **fields)
    assert effects(done) == ()


def record_of(effect: CascadeEffect) -> Any:
    assert isinstance(effect.answer, Allowed)
    return effect.answer.record


def test_the_other_choice_is_to_refuse() -> None:
    """With the tasks that are open; once they are done the same step is legal (rule L8)."""
    lifecycle = refuse_open_tasks(SERVICE_REQUEST)
    record = lifecycle.open(ServiceRequest, id="R", title="t", at=AT, by=KIM)
    record = lifecycle.advance(record, "start", at=AT, by="ada")
    assert isinstance(lifecycle.decide(record, "fulfill", at=AT, by="ada"), Allowed)
    record = set_task(record, Task(id="t1", title="order it"), at=AT, by="ada")

    refused = lifecycle.decide(record, "fulfill", at=AT, by="ada")
    assert isinstance(refused, Refused)
    assert str(refused) == (
        "fulfill from in_progress is refused by its guard: no task is open (open: t1 (order it))"
    )
    assert isinstance(lifecycle.decide(record, "cancel", at=AT, by="ada"), Allowed)
    record = set_task(record, Task(id="t1", title="order it", status=DONE), at=AT, by="ada")
    (effect,) = cascade_effects(
        record,
        record.history[-1],
        [],
        cascades=TASKS_TO_REQUEST,
        lifecycles={lifecycle.id: lifecycle},
    )
    record = set_task(record_of(effect), Task(id="t2", title="late"), at=AT, by="ada")
    assert isinstance(lifecycle.decide(record, "close", at=AT, by="ada"), Refused)
    assert lint_lifecycle(lifecycle, cascades=STANDARD_CASCADES) == ()


def test_refusing_joins_the_guard_that_is_there() -> None:
    """Both must hold; a caller's own function cannot be joined, and other records have no tasks."""
    both = refuse_open_tasks(SERVICE_REQUEST, actions=("start",), id="mine")
    record = both.open(ServiceRequest, id="R", title="t", at=AT, by=KIM)
    record = request_approval(record, ApprovalRule.any_of("bo"), at=AT, by="ada")
    record = set_task(record, Task(id="t1", title="order it"), at=AT, by="ada")
    refused = both.decide(record, "start", at=AT, by="ada")
    assert isinstance(refused, Refused)
    assert "missing: bo; open: t1 (order it)" in refused.reason
    assert both.id == "mine"

    def callers_own(attempt: object) -> bool:
        return attempt is not None

    rows = [attrs.evolve(row, guard=callers_own) for row in SERVICE_REQUEST.transitions]
    own = attrs.evolve(SERVICE_REQUEST, transitions=rows)
    for lifecycle, actions in ((own, ("fulfill",)), (SERVICE_REQUEST, ("dance",))):
        with pytest.raises(LifecycleDefinitionError):
            refuse_open_tasks(lifecycle, actions=actions)
    with pytest.raises(LifecycleDefinitionError, match="one of service requests"):
        refuse_open_tasks(STANDARD["incident"])


def asked(state: str = "awaiting_approval") -> ServiceRequest:
    record: ServiceRequest = put(ServiceRequest.open(id="R", title="t", at=AT, by=KIM), state)
    rule = ApprovalRule.all_of("bo", "lee", delegates={"lee": ["max"]})
    return request_approval(record, rule, at=AT, by="ada")


def test_a_request_goes_on_with_the_decision_that_settles_it() -> None:
    """By an approver or a delegate, for or against; not before it is submitted."""
    one = approve(asked(), "approved", at=AT, by="bo")
    assert effects(one) == ()
    for by, voice in (("lee", None), ("max", "lee")):
        both = approve(one, "approved", on_behalf_of=voice, at=AT, by=by)
        (effect,) = effects(both)
        assert (effect.cascade, effect.answer.record.state.name) == (
            "decision_approves_request",
            "in_progress",
        )
    (effect,) = effects(approve(one, "rejected", at=AT, by="lee"))
    assert effect.answer.record.state.name == "rejected"
    assert effect.answer.record.custom["reject_reason"] == "rejected by its approvers"

    early = asked("new")
    for by in ("bo", "lee"):
        early = approve(early, "approved", at=AT, by=by)
        assert effects(early) == ()
    (effect,) = effects(advance(early, "submit", at=AT, by="ada"))
    assert effect.cascade == "earlier_decision_approves_request"
    assert effect.answer.record.state.name == "in_progress"


def _triggers() -> dict[str, tuple[Record, Record]]:
    """Return for every rule with an action a source after its event, and a target."""
    child = {
        state: link(incident("C", state, cause="P"), "child_of", "P", at=AT, by="ada")
        for state in STATES
    }
    start = advance(incident("P"), "start", at=AT, by="ada")
    reopen = advance(incident("P", "resolved"), "reopen", at=AT, by="ada")
    hold = advance(incident("P"), "hold", at=AT, by="ada", **VENDOR)
    resolve = advance(incident("P"), "resolve", at=AT, by="ada", **FIXED)
    yes = approve(approve(asked(), "approved", at=AT, by="bo"), "approved", at=AT, by="lee")
    no = approve(asked(), "rejected", at=AT, by="lee")
    own: dict[str, Record] = {
        "tasks_done_fulfill_request": request(a=DONE),
        "tasks_skipped_cancel_request": request(a=SKIPPED),
        "earlier_tasks_done_fulfill_request": begun(DONE),
        "earlier_tasks_skipped_cancel_request": begun(SKIPPED),
        "decision_approves_request": yes,
        "decision_rejects_request": no,
        "earlier_decision_approves_request": put(yes, "awaiting_approval"),
        "earlier_decision_rejects_request": put(no, "awaiting_approval"),
    }
    return {
        "parent_in_progress_starts_child": (start, child["new"]),
        "parent_in_progress_resumes_child": (start, child["on_hold"]),
        "parent_reopened_reopens_child": (reopen, child["resolved"]),
        "parent_on_hold_holds_child": (hold, child["in_progress"]),
        "parent_on_hold_changes_child": (hold, child["on_hold"]),
        "parent_resolved_resolves_child": (resolve, child["new"]),
        "problem_solved_resolves_incident": (
            advance(problem(), "resolve", at=AT, by="ada", **FIXED),
            waiting(),
        ),
        **{name: (record, record) for name, record in own.items()},
    }


ACTING = {rule.id: rule for rule in STANDARD_CASCADES if rule.action}


@pytest.mark.parametrize("name", ACTING)
def test_every_row_moves_its_target_or_says_why_not(name: str) -> None:
    """Allowed by the standard lifecycle; by one that guards the action, refused and unchanged."""
    rule = ACTING[name]
    source, target = _triggers()[name]
    before = target.facts()
    (effect,) = effects(source, target, rules=[rule])
    assert isinstance(effect.answer, Allowed)

    standard = STANDARD[target.record_type]
    strict = attrs.evolve(
        standard,
        transitions=[
            attrs.evolve(row, guard=NEVER, guard_name="not today")
            if row.action == rule.action
            else row
            for row in standard.transitions
        ],
    )
    (effect,) = cascade_effects(
        source, source.history[-1], [target], cascades=[rule], lifecycles={strict.id: strict}
    )
    assert isinstance(effect.answer, Refused)
    assert (effect.answer.code, effect.answer.guard) == ("guard", "not today")
    assert effect.answer.action == rule.action
    assert target.facts() == before
    found = lint_lifecycle(strict, cascades=[rule])
    assert ("cascade_refused", name) in [(finding.code, finding.subject) for finding in found]


def test_every_standard_row_is_tried_here() -> None:
    """None is left out, and the ids are unique."""
    names = [rule.id for rule in STANDARD_CASCADES]
    assert len(set(names)) == len(names)
    assert set(_triggers()) == set(ACTING)
    told = {"problem_unsolved_notes_incident", "workaround_noted_on_incident"}
    ended = {rule.id for rule in REQUEST_TO_TASKS}
    assert set(names) == set(ACTING) | told | ended
    assert {rule.id for rule in APPROVALS_TO_REQUEST} < set(names)
    assert {rule.id for rule in PARENT_TO_CHILD} < set(names)


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "close", "comment": "x"},
        {"action": "close", "open_tasks": LEFT},
        {"action": ""},
        {"action": 5},
        {"action": "", "comment": 5},
        {"action": "", "comment": Copy("color")},
        {"action": "close", "fields": {"x": Copy("color")}},
        {"action": "", "open_tasks": "open"},
        {"action": "", "open_tasks": LEFT},
        {"action": "", "comment": "x", "fields": {"x": 1}},
        {"action": "close", "on": ""},
        {"action": "close", "on": "commented", "enters": "closed"},
        {"action": "close", "on": "commented", "via": "close"},
        {"action": "close", "when": field("color").is_true()},
        {"action": "close", "when": field("tasks_status").equals("open")},
        {"action": "close", "target_when": field("color").is_true()},
        {"action": "close", "target_when": field("actor.role").equals("agent")},
        {"action": "close", "changes": "color"},
    ],
    ids=str,
)
def test_a_cascade_has_one_effect_that_can_be(wrong: dict[str, Any]) -> None:
    """Two, none, a status that is not done, tasks of an incident, fields of nothing: refused.

    So is what would never happen: a state entered by a comment, a condition on no field.
    """
    told: dict[str, Any] = {
        "id": "c",
        "source": "incident",
        "target": "incident",
        "link": "parent_of",
        **wrong,
    }
    with pytest.raises(LifecycleDefinitionError):
        CascadeRule(**told)


def test_a_cascade_sees_who_acted() -> None:
    """As ``actor``, like a guard does; the sources's own fields are told apart."""
    rule = CascadeRule(
        id="c",
        source="incident",
        target="incident",
        link="parent_of",
        comment="look here",
        when=field("actor.id").equals("ada") & field("title").equals("t"),
    )
    child = link(incident("C"), "child_of", "P", at=AT, by="ada")
    for by, expected in (("ada", 1), ("bo", 0)):
        parent = advance(incident("P"), "start", at=AT, by=by)
        told: tuple[CascadeEffect, ...] = effects(parent, child, rules=[rule])
        assert len(told) == expected
    assert isinstance(decide(child, "start", at=AT, by="ada"), Allowed)


def test_an_action_of_another_lifecycle_is_told_before_it_runs() -> None:
    """The linter finds a cascade whose condition says nothing of who acts (rule L5)."""
    guarded = Lifecycle(
        "guarded",
        "incident",
        states=STANDARD["incident"].states,
        initial=STANDARD["incident"].initial,
        transitions=[
            *(row for row in STANDARD["incident"].transitions if row.action != "reopen"),
            Transition(
                "reopen",
                "resolved",
                STANDARD["incident"].state("in_progress"),
                guard=field("actor.role").equals("agent"),
            ),
        ],
    )
    (by_agent,) = [rule for rule in PARENT_TO_CHILD if rule.action == "reopen"]
    assert lint_lifecycle(guarded, cascades=[by_agent]) == ()
    (finding,) = lint_lifecycle(guarded, cascades=[attrs.evolve(by_agent, when=None)])
    assert (finding.code, finding.subject) == ("cascade_refused", by_agent.id)
    assert RECORD_TYPES[by_agent.target] is Incident
