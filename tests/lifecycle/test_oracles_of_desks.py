"""What other desks allow, row by row (``tests/oracles/desk_lifecycles.jsonl``).

Each system's table is built from the rows of the file; a state's meaning is in its flags.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from tests.oracles.rows import by_id

from incidentcore.conditions import field
from incidentcore.desk import Desk, dump_desk, load_desk
from incidentcore.errors import InvalidValueError
from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationMatrix,
    EscalationRow,
    EscalationTarget,
    due_escalations,
)
from incidentcore.kpi import catalogue, compute_kpis
from incidentcore.lifecycle import (
    DUPLICATE_ANSWERS,
    CascadeRule,
    Copy,
    EveryLinked,
    Lifecycle,
    ReopenWindow,
    Transition,
    advance,
    cascade_effects,
    lint_lifecycle,
)
from incidentcore.records import (
    Approval,
    ApprovalRule,
    Incident,
    Problem,
    ServiceRequest,
    StateChanged,
    approve,
    comment,
    link,
    log_contact,
    merge_duplicate,
    request_approval,
)
from incidentcore.serialization import dumps, loads
from incidentcore.values import Actor, State

ROWS = by_id("desk_lifecycles.jsonl")
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
KIM = Actor("kim", "requester")

NOT_OURS: dict[str, str] = {}
DIFFERENT = {
    "itop-resolved-again": (
        "H2: a move between resolved states keeps the instant of the resolution; the source sets "
        "it anew"
    ),
    "rt-dates-straight": (
        "E3: a resolution is no acknowledgement; the time to the first reaction counts both"
    ),
    "rt-dates-moved": "L1: a migration is not an acknowledgement; nobody began to work",
}

OPEN, WAITS = {"open": True}, {"open": True, "pauses": True}
FIXED, ENDED, CLOSED = {"resolved": True}, {"final": True}, {"resolved": True, "final": True}
FLAGS: dict[str, dict[str, bool]] = {
    **dict.fromkeys(
        ["new", "open", "assigned", "approved", "ordered", "PENDING", "OPEN", "MITIGATING"], OPEN
    ),
    **dict.fromkeys(["escalated_tto", "escalated_ttr", "on way", "delayed", "IN_PROGRESS"], OPEN),
    **dict.fromkeys(["stalled", "pending", "waiting_for_approval"], WAITS),
    **dict.fromkeys(["resolved", "RESOLVED"], FIXED),
    **dict.fromkeys(["rejected", "deleted"], ENDED),
    **dict.fromkeys(["closed", "CLOSED", "delivered"], CLOSED),
}
KINDS: dict[str, type[Any]] = {"itop_request": ServiceRequest, "itop_problem": Problem}


def action(name: str) -> str:
    """Return the name of an action that is called after its target, as one word."""
    return name.replace(" ", "_")


def tables() -> dict[str, Lifecycle]:
    """Return each system's table; its first state is the initial one."""
    moves: dict[str, dict[str, dict[str, str]]] = {}
    for row in ROWS.values():
        if "moves" in row["expect"]:
            of_table = moves.setdefault(row["given"]["table"], {})
            of_table[row["given"]["state"]] = row["expect"]["moves"]
    found = {}
    for name, of_state in moves.items():
        states = {state: State(state, **FLAGS[state]) for state in of_state}
        sources: dict[tuple[str, str], list[str]] = {}
        for state, targets in of_state.items():
            for verb, target in targets.items():
                sources.setdefault((verb, target), []).append(state)
        found[name] = Lifecycle(
            name,
            KINDS.get(name, Incident).record_type,
            states=tuple(states.values()),
            initial=next(iter(states.values())),
            transitions=tuple(
                Transition(action(verb), tuple(where), states[target])
                for (verb, target), where in sources.items()
            ),
        )
    return found


TABLES = tables()


def record(table: Lifecycle, state: str, name: str = "T-1") -> Any:
    """Return a record in a state, put there."""
    kind = KINDS.get(table.id, Incident)
    opened = table.open(kind, id=name, title="t", at=AT, by=KIM)
    if state == table.initial.name:
        return opened
    put = {"action": "put", "state": table.state(state)}
    return opened.with_event(StateChanged, at=AT, by="ada", **put)


def moves(given: Any, expect: Any) -> None:
    """Every action of the table is asked: the ones of the row are allowed, all others refused."""
    table = TABLES[given["table"]]
    subject = record(table, given["state"])
    for verb in {row.action for row in table.transitions}:
        answer = table.decide(subject, verb, at=AT + HOUR, by="ada")
        named = {action(key): target for key, target in expect["moves"].items()}
        assert (answer.record.state.name if answer else None) == named.get(verb), verb
    assert set(table.allowed_actions(subject)) == {action(key) for key in expect["moves"]}


def path(given: Any, expect: Any) -> None:
    """The times that a way through a table leaves: work began, and the resolution."""
    table = TABLES[given["table"]]
    subject = record(table, table.initial.name)
    times = [AT + HOUR * step for step in range(1, len(given["path"]) + 1)]
    for step, at in enumerate(times):
        subject = table.advance(subject, action(given["path"][step]), at=at, by="ada")
        resolved = expect["resolved"][step]
        assert subject.resolved_at == (None if resolved is None else times[resolved])
        if "started" in expect:
            assert subject.acknowledged_at == times[expect["started"][step]]


def migrates(given: Any, expect: Any) -> None:
    """A queue with another table takes a record only if its state is mapped."""
    table = attrs.evolve(TABLES[given["to"]], migrates=given["map"])
    answer = table.decide(
        record(TABLES[given["from"]], given["state"]), "migrate", at=AT + HOUR, by="ada"
    )
    assert (answer.record.state.name if answer else None) == expect["state"]
    if answer:
        assert (answer.record.resolved_at is not None) is expect.get("resolved", False)


def depends(given: Any, expect: Any) -> None:
    """What ends a ticket is refused while a ticket that it depends on is open."""
    table = TABLES["rt_default"]
    guard = EveryLinked("parent_of", field("state.open").equals(False), id="no open dependency")
    ends = ("resolved", "rejected", "deleted")
    rows = [
        attrs.evolve(row, guard=guard if row.action in ends else None) for row in table.transitions
    ]
    guarded = attrs.evolve(table, id="rt_depends", transitions=tuple(rows))
    child = record(guarded, "new", "child")
    parent = link(record(guarded, "new", "parent"), "parent_of", "child", at=AT, by="ada")
    subject = {"child": child, "parent": parent}[given["depends"]]
    allowed = {
        verb
        for verb in {row.action for row in rows}
        if guarded.decide(subject, verb, at=AT + HOUR, by="ada", related=[child, parent])
    }
    assert allowed == set(expect["allowed"])


RESOLVES_CHILDREN = CascadeRule(
    id="resolve_children",
    source="incident",
    enters="resolved",
    link="parent_of",
    target="incident",
    states=("new", "escalated_tto", "assigned", "escalated_ttr", "pending"),
    action="ev_autoresolve",
    fields={"resolution_code": Copy("resolution_code")},
)


def resolves_children(given: Any, expect: Any) -> None:
    """A child that is resolved already is left as it is."""
    base = TABLES["itop_incident"]
    rows = [
        attrs.evolve(row, fields=("resolution_code",) if row.target.name == "resolved" else ())
        for row in base.transitions
    ]
    table = attrs.evolve(base, transitions=tuple(rows))
    for state in given["children"]:
        child = record(table, state, "child")
        parent = link(record(table, "assigned", "parent"), "parent_of", "child", at=AT, by="ada")
        parent = table.advance(parent, "ev_resolve", at=AT + HOUR, by="ada", resolution_code="fix")
        effects = cascade_effects(
            parent,
            parent.history[-1],
            [child],
            cascades=[RESOLVES_CHILDREN],
            lifecycles={table.id: table},
        )
        after = [effect.answer.record for effect in effects]  # type: ignore[union-attr]  # allowed
        assert [one.state.name for one in after] == [expect["children"]] * len(after)
        assert [getattr(one, expect.get("copies", "id")) for one in after] == ["fix"] * len(after)
        assert bool(after) is (expect["children"] != "unchanged")


def window(given: Any, expect: Any) -> None:
    """A closed ticket may be reopened up to the last instant of the window."""
    table = TABLES["rt_delivery"]
    guard = ReopenWindow(timedelta(seconds=given["window_s"]))
    back = Transition("reopen", "delivered", table.initial, guard=guard)
    own = attrs.evolve(table, transitions=(*table.transitions, back))
    later = AT + timedelta(seconds=given["closed_for_s"])
    answer = own.decide(record(own, "delivered"), "reopen", at=later, by=KIM)
    assert bool(answer) is expect["allowed"]


TEN = [f"approver-{number}" for number in range(10)]


def validates(given: Any, expect: Any) -> None:
    """Ten approvers; a share of none is a rule by which the first answer decides."""
    share = given["validation_percent"]
    rule = ApprovalRule.percent(share, *TEN) if share else ApprovalRule.any_of(*TEN, veto=True)
    said = ["approved"] * (given["accepted_percent"] // 10)
    said += ["rejected"] * (given["refused_percent"] // 10)
    votes = [
        Approval(by=Actor(who, "approver"), decision=decision, at=AT)
        for who, decision in zip(TEN, said, strict=False)
    ]
    assert rule.count(votes).state == expect["state"]


def votes(given: Any, expect: Any) -> None:
    """One approver after another, all at once, or a number of them; two hours to decide."""
    who = TEN[: len(given["votes"])]
    if given["mode"] == "sequential":
        rule = ApprovalRule.in_stages(
            *(ApprovalRule.any_of(one, delegates={one: ["deputy"]}) for one in who)
        )
    elif given["mode"] == "parallel":
        rule = ApprovalRule.all_of(*who)
    else:
        rule = ApprovalRule.quorum(given["quorum"], *who)
    subject = ServiceRequest.open(id="R-1", title="t", at=AT, by=KIM)
    subject = request_approval(subject, rule.expiring(2 * HOUR), at=AT, by="ada")
    for one, vote in zip(who, given["votes"], strict=True):
        if vote == "delegated":
            subject = approve(
                subject, "approved", at=AT + HOUR, by=Actor("deputy", "approver"), on_behalf_of=one
            )
        elif vote in ("approved", "rejected"):
            subject = approve(subject, vote, at=AT + HOUR, by=Actor(one, "approver"))
    later = 3 if expect["state"] == "expired" else 1.5
    assert subject.approval_state_at(AT + later * HOUR) == expect["state"]


def asked_again(given: Any, expect: Any) -> None:
    """A request for approval after a refusal begins a new round."""
    subject = ServiceRequest.open(id="R-1", title="t", at=AT, by=KIM)
    rule = ApprovalRule.any_of("bo")
    for step, decision in enumerate(given["decisions"]):
        at = AT + HOUR * step
        if decision == "ask":
            subject = request_approval(subject, rule, at=at, by="ada")
        else:
            subject = approve(subject, "rejected", at=at, by="bo")
        assert subject.approval_state == expect["states"][step]


def reminds(given: Any, expect: Any) -> None:
    """An approval that is pending for a day is reminded of, but not on a request that ended."""
    row = EscalationRow(
        "reminder",
        [
            EscalationLevel(
                After(HOUR * given["reminder_h"]),
                EscalationTarget("role", "approver"),
                until="resolved",
            )
        ],
        when=field("approval_state").equals("pending"),
        on_apply="restart",
    )
    subject = ServiceRequest.open(id="R-1", title="t", at=AT, by=KIM)
    for verb in given.get("then", ()):
        subject = advance(subject, verb, at=AT, by="ada")
    subject = request_approval(subject, ApprovalRule.any_of("bo"), at=AT, by="ada")
    now = AT + HOUR * given["asked_h_ago"]
    due = due_escalations(EscalationMatrix("m", [row]), subject, now=now)
    assert len(due) == expect["reminders"]


def merged(names: list[str]) -> tuple[Incident, Incident]:
    """Return two incidents after the first was merged into the second and canceled."""
    first, second = (Incident.open(id=name, title="t", at=AT, by=KIM) for name in names)
    duplicate, original = merge_duplicate(first, second, at=AT + HOUR, by="ada")
    return advance(duplicate, "cancel", at=AT + HOUR, by="ada"), original


def merges(given: Any, expect: Any) -> None:
    """The duplicate ends and points at its original; the original is as it was."""
    duplicate, original = merged(given["merge"])
    for subject in (duplicate, original):
        assert getattr(subject.state, expect[subject.id])
    assert [one.target for one in duplicate.links] == [expect["original"]]


def merge_cycle(given: Any, expect: Any) -> None:
    """The original cannot become a duplicate of its own duplicate."""
    duplicate, original = merged(given["merge"])
    assert expect["allowed"] is False
    with pytest.raises(InvalidValueError):
        merge_duplicate(original, duplicate, at=AT + 2 * HOUR, by="ada")


def reply_on_merged(given: Any, expect: Any) -> None:
    """A reply to the duplicate counts on the original, and the duplicate stays ended."""
    duplicate, original = merged(given["merge"])
    duplicate = comment(duplicate, "and?", at=AT + 2 * HOUR, by=KIM)
    (effect,) = cascade_effects(
        duplicate, duplicate.history[-1], [original], cascades=DUPLICATE_ANSWERS
    )
    assert effect.record_id == expect["counts_on"]
    after = effect.answer.record  # type: ignore[union-attr]  # allowed
    assert after.unanswered_since == AT + 2 * HOUR
    assert duplicate.state.final


ANSWERS: dict[str, Callable[[Any, Any], None]] = {
    **{name: moves for name, row in ROWS.items() if "moves" in row["expect"]},
    **{name: path for name, row in ROWS.items() if "path" in row["given"]},
    **{name: migrates for name, row in ROWS.items() if "map" in row["given"]},
    **{name: depends for name, row in ROWS.items() if "depends" in row["given"]},
    **{name: window for name, row in ROWS.items() if "window_s" in row["given"]},
    **{name: validates for name, row in ROWS.items() if "validation_percent" in row["given"]},
    **{name: reminds for name, row in ROWS.items() if "reminder_h" in row["given"]},
    **{name: votes for name, row in ROWS.items() if "votes" in row["given"]},
    "glpi-validation-asked-again": asked_again,
    "itop-children-of-a-resolved-parent": resolves_children,
    "itop-child-resolved-before": resolves_children,
    "frappe-merge-closes-the-source": merges,
    "frappe-merge-cycle": merge_cycle,
    "frappe-reply-to-a-merged-ticket": reply_on_merged,
}


@pytest.mark.parametrize("row", [row for row in ROWS if row not in DIFFERENT])
def test_another_desk_is_answered_alike(row: str) -> None:
    """Row by row, with what the source expects."""
    ANSWERS[row](ROWS[row]["given"], ROWS[row]["expect"])


def test_every_row_is_answered_or_listed() -> None:
    """No row is forgotten; all rows of the list are there."""
    assert set(ANSWERS) | set(DIFFERENT) == set(ROWS)


def test_every_table_is_sound() -> None:
    """The checker has nothing to say about any of them."""
    assert {name: lint_lifecycle(table) for name, table in TABLES.items()} == dict.fromkeys(
        TABLES, ()
    )


def test_every_table_can_be_written_as_a_document_and_in_a_desk_file() -> None:
    """Nothing of another desk's table needs code."""
    for table in TABLES.values():
        assert loads(dumps(table), Lifecycle) == table
        desk = Desk(name="theirs", lifecycles=[table])
        assert load_desk(dump_desk(desk)) == desk


def test_a_further_move_between_resolved_states_is_no_resolution() -> None:
    """Resolved at 11:00 and resolved again at 12:00: 11:00 (iTop has 12:00)."""
    table = TABLES["itop_incident"]
    subject = record(table, "assigned")
    for hours, verb in ((2, "ev_resolve"), (3, "ev_autoresolve"), (4, "ev_close")):
        subject = table.advance(subject, verb, at=AT + HOUR * hours, by="ada")
        assert subject.resolved_at == subject.first_resolved_at == AT + 2 * HOUR
    assert subject.reopen_count == 0


def test_a_migration_to_a_state_of_work_is_no_acknowledgement() -> None:
    """The record is on way, but nobody took it up (Request Tracker sets its start)."""
    table = attrs.evolve(TABLES["rt_delivery"], migrates={"new": "on way"})
    moved = table.advance(record(TABLES["rt_default"], "new"), "migrate", at=AT + HOUR, by="ada")
    assert (moved.state.name, moved.acknowledged_at) == ("on way", None)


def test_a_straight_resolution_is_a_reaction_and_no_acknowledgement() -> None:
    """Resolved from new at 10:00: unacknowledged, and the first reaction took an hour."""
    table = TABLES["rt_default"]
    done = table.advance(record(table, "new"), "resolved", at=AT + HOUR, by="ada")
    reaction = catalogue.MEAN_TIME_TO_FIRST_REACTION
    assert done.acknowledged_at is None
    assert compute_kpis([reaction], [done], as_of=AT + 2 * HOUR).results[0].value == HOUR


def test_a_requester_who_writes_on_a_merged_duplicate_waits_on_the_original() -> None:
    """Their comment and their call are theirs there too; a note or a program's is not passed on.

    Source: frappe/helpdesk, replies to a merged ticket are redirected to its target.
    """
    duplicate, original = merged(["A", "B"])
    answered = comment(original, "we are on it", at=AT + HOUR, by="ada")
    for written in (
        comment(duplicate, "still down", at=AT + 2 * HOUR, by=KIM),
        log_contact(duplicate, "phone", at=AT + 2 * HOUR, by=KIM),
    ):
        (effect,) = cascade_effects(
            written, written.history[-1], [answered], cascades=DUPLICATE_ANSWERS
        )
        after = effect.answer.record  # type: ignore[union-attr]  # allowed
        assert (after.requester_message_count, after.unanswered_since) == (1, AT + 2 * HOUR)
    timer = Actor("timer", "system")
    for silent in (
        comment(duplicate, "a note", at=AT + 2 * HOUR, by="ada", visibility="internal"),
        comment(duplicate, "closed by a rule", at=AT + 2 * HOUR, by=timer),
    ):
        assert not cascade_effects(
            silent, silent.history[-1], [answered], cascades=DUPLICATE_ANSWERS
        )


FIX = {"resolution_code": "fixed", "resolution_notes": "x"}


def test_a_child_that_reopens_reopens_its_parent_until_all_are_resolved_again() -> None:
    """Two rules, one each way: resolved 11:00, reopened with A 12:00, resolved again 13:00.

    Source: kitodo/kitodo-production#3957; InfotelGLPI/metademands#66.
    """
    shared: dict[str, Any] = {"source": "incident", "link": "child_of", "target": "incident"}
    rules = (
        CascadeRule(
            id="up",
            enters="in_progress",
            via="reopen",
            states="resolved",
            action="reopen",
            **shared,
        ),
        CascadeRule(
            id="last",
            enters="resolved",
            action="resolve",
            every=EveryLinked("parent_of", field("state.resolved").is_true()),
            fields=FIX,
            **shared,
        ),
    )
    desk: dict[str, Any] = {
        name: Incident.open(id=name, title="t", at=AT, by=KIM) for name in "PAB"
    }
    for name in "AB":
        desk[name] = link(desk[name], "child_of", "P", at=AT, by="ada")
    steps = (("A", "resolve", "new"), ("B", "resolve", "resolved"))
    steps += (("A", "reopen", "in_progress"), ("A", "resolve", "resolved"))
    for hours, (name, verb, parent) in enumerate(steps, start=1):
        fields = FIX if verb == "resolve" else {}
        desk[name] = advance(desk[name], verb, at=AT + HOUR * hours, by="ada", fields=fields)
        for effect in cascade_effects(
            desk[name], desk[name].history[-1], desk.values(), cascades=rules, follow=True
        ):
            desk[effect.record_id] = effect.answer.record  # type: ignore[union-attr]  # allowed
        assert desk["P"].state.name == parent
    assert (desk["P"].reopen_count, desk["P"].resolved_at) == (1, AT + 4 * HOUR)


def test_a_merge_into_a_resolved_original_may_reopen_it() -> None:
    """Only if the duplicate is open. Source: zammad/zammad#2467; osTicket/osTicket#5194."""
    reopens = CascadeRule(
        id="merge_reopens",
        source="incident",
        on="linked",
        when=field("state.open").is_true(),
        link="duplicate_of",
        target="incident",
        states="resolved",
        action="reopen",
    )
    opened = {name: Incident.open(id=name, title="t", at=AT, by=KIM) for name in ("new", "old")}
    resolved = advance(opened["old"], "resolve", at=AT + HOUR, by="ada", fields=FIX)
    for duplicate, states in (
        (opened["new"], ["in_progress"]),
        (advance(opened["new"], "resolve", at=AT + HOUR, by="ada", fields=FIX), []),
    ):
        pair = merge_duplicate(duplicate, resolved, at=AT + 2 * HOUR, by="ada")
        effects = cascade_effects(pair[0], pair[0].history[-1], pair[1:], cascades=[reopens])
        assert [effect.answer.record.state.name for effect in effects] == states  # type: ignore[union-attr]
