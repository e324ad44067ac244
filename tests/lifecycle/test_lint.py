"""The checker finds each kind of fault, with a witness, and says where it cannot know (rule L5)."""

from __future__ import annotations

from typing import Any

import pytest

from incidentcore.conditions import Opaque, field
from incidentcore.lifecycle import (
    INCIDENT,
    PROBLEM,
    Attempt,
    CascadeRule,
    Copy,
    InputField,
    Lifecycle,
    Transition,
    lint_lifecycle,
)
from incidentcore.values import CLOSED, IN_PROGRESS, NEW, ON_HOLD, RESOLVED, Impact, State

CLOSE = Transition("close", RESOLVED, CLOSED)
RESOLVE = Transition("resolve", (NEW, IN_PROGRESS), RESOLVED)
START = Transition("start", NEW, IN_PROGRESS)
STATES = (NEW, IN_PROGRESS, RESOLVED, CLOSED)
IMPACT = field("impact")


def lifecycle(*transitions: Transition, states: tuple[State, ...] = STATES) -> Lifecycle:
    return Lifecycle("mine", "incident", states=states, initial=NEW, transitions=transitions)


def opaque(attempt: Attempt) -> bool:
    return attempt.at.hour < 12


def told(*arguments: Any) -> list[tuple[str, str, str]]:
    return [
        (found.code, str(found.data["answer"]), found.subject)
        for found in lint_lifecycle(*arguments)
    ]


def test_a_sound_lifecycle_has_no_findings() -> None:
    """Every state reached, every open one resolved in the end."""
    assert told(lifecycle(START, RESOLVE, CLOSE)) == []


NEVER = (IMPACT >= Impact.HIGH) & (IMPACT <= Impact.LOW)
SEVERE, MILD = IMPACT >= Impact.MEDIUM, IMPACT <= Impact.MEDIUM

BROKEN = [
    (
        "unreachable",
        lifecycle(RESOLVE, CLOSE),
        [("unreachable_state", "no", "in_progress")],
    ),
    (
        "dead end",
        lifecycle(START, Transition("resolve", IN_PROGRESS, RESOLVED)),
        [
            ("no_end", "no", "new"),
            ("no_end", "no", "in_progress"),
            ("dead_end", "no", "resolved"),
            ("unreachable_state", "no", "closed"),
        ],
    ),
    (
        "a loop that nobody leaves",
        lifecycle(
            Transition("hold", NEW, ON_HOLD),
            Transition("resume", ON_HOLD, NEW),
            Transition("again", NEW, NEW),
            states=(NEW, ON_HOLD),
        ),
        [
            ("no_end", "no", "new"),
            ("no_resolution", "no", "new"),
            ("no_end", "no", "on_hold"),
            ("no_resolution", "no", "on_hold"),
        ],
    ),
    (
        "only a loop to itself",
        lifecycle(Transition("again", NEW, NEW), states=(NEW,)),
        [("dead_end", "no", "new")],
    ),
    (
        "two rows for the same facts",
        lifecycle(START, RESOLVE, CLOSE, Transition("start", NEW, RESOLVED)),
        [("ambiguous", "no", "start from new")],
    ),
    (
        "guards that overlap",
        lifecycle(
            Transition("start", NEW, IN_PROGRESS, guard=SEVERE),
            Transition("start", NEW, RESOLVED, guard=MILD),
            RESOLVE,
            CLOSE,
        ),
        [("ambiguous", "no", "start from new")],
    ),
    (
        "guards that exclude each other",
        lifecycle(
            Transition("start", NEW, IN_PROGRESS, guard=SEVERE),
            Transition("start", NEW, RESOLVED, guard=~SEVERE),
            RESOLVE,
            CLOSE,
        ),
        [],
    ),
    (
        "a guard that nothing passes",
        lifecycle(Transition("start", NEW, IN_PROGRESS, guard=NEVER), RESOLVE, CLOSE),
        [("unreachable_state", "no", "in_progress"), ("never_allowed", "no", "start from new")],
    ),
    (
        "a guard that nobody can read",
        lifecycle(Transition("start", NEW, IN_PROGRESS, guard=opaque), RESOLVE, CLOSE),
        [("unreachable_state", "unknown", "in_progress")],
    ),
    (
        "an opaque condition",
        lifecycle(
            START, RESOLVE, Transition("close", RESOLVED, CLOSED, guard=Opaque("moon", bool))
        ),
        [
            ("no_end", "unknown", "new"),
            ("no_end", "unknown", "in_progress"),
            ("no_end", "unknown", "resolved"),
            ("unreachable_state", "unknown", "closed"),
        ],
    ),
    (
        "opaque rows of one action",
        lifecycle(
            START,
            RESOLVE,
            CLOSE,
            Transition("start", NEW, RESOLVED, guard=opaque),
        ),
        [("ambiguous", "unknown", "start from new")],
    ),
    (
        "a field that records do not have",
        lifecycle(START, Transition("resolve", IN_PROGRESS, RESOLVED, fields=["notse"]), CLOSE),
        [("unknown_field", "no", "resolve")],
    ),
    (
        "a field of one's own",
        lifecycle(
            START,
            Transition(
                "resolve", IN_PROGRESS, RESOLVED, fields=[InputField("notse", "custom.notse")]
            ),
            CLOSE,
        ),
        [],
    ),
]


@pytest.mark.parametrize(
    ("broken", "findings"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_each_kind_of_fault_is_found(broken: Lifecycle, findings: list[Any]) -> None:
    """As data: a code, whether it is proved, and where."""
    assert sorted(told(broken)) == sorted(findings)


def test_an_ambiguity_has_facts_as_its_witness() -> None:
    """Both guards match them."""
    two = lifecycle(
        Transition("start", NEW, IN_PROGRESS, guard=SEVERE),
        Transition("start", NEW, RESOLVED, guard=MILD),
        RESOLVE,
        CLOSE,
    )

    (finding,) = lint_lifecycle(two)

    witness: Any = finding.witness
    assert SEVERE.matches(dict(witness))
    assert MILD.matches(dict(witness))
    assert str(finding) == "start from new: the same facts lead to in_progress and to resolved"


def rule(**parts: Any) -> CascadeRule:
    told_parts: dict[str, Any] = {
        "id": "c",
        "source": "problem",
        "target": "incident",
        "link": "cause_of",
        "action": "resolve",
        "fields": {"resolution_code": "x", "resolution_notes": Copy("resolution_notes")},
        **parts,
    }
    return CascadeRule(**told_parts)


VIP = Lifecycle(
    "vip",
    "incident",
    states=(NEW, RESOLVED, CLOSED),
    initial=NEW,
    transitions=(
        Transition("resolve", NEW, RESOLVED, guard=field("custom.vip").is_true()),
        Transition("close", RESOLVED, CLOSED),
    ),
)


@pytest.mark.parametrize(
    ("parts", "reasons"),
    [
        ({"enters": ("resolved", "closed"), "via": "close"}, []),
        (
            {"enters": ("resolved", "done")},
            ["c: waits for the state done, which problem does not have"],
        ),
        ({"via": "finish"}, ["c: waits for the action finish, which problem does not have"]),
        ({"source": "incident", "enters": "limbo"}, []),
    ],
)
def test_a_cascade_that_never_happens_is_found(parts: dict[str, Any], reasons: list[str]) -> None:
    """By the lifecycle of its source, whatever the target's says: a misspelt state is silent."""
    findings = lint_lifecycle(PROBLEM, cascades=[rule(**parts)])

    assert list(map(str, findings)) == reasons
    assert {finding.code for finding in findings} <= {"cascade_never"}


@pytest.mark.parametrize(
    ("cascade", "target", "reasons"),
    [
        (rule(), INCIDENT, []),
        (rule(target="problem", source="problem"), INCIDENT, []),
        (rule(states="limbo"), INCIDENT, ["incident does not have the state limbo"]),
        (
            rule(states=("new", "closed")),
            INCIDENT,
            ["resolve is not allowed from closed in incident"],
        ),
        (
            rule(action="resume", fields={}),
            INCIDENT,
            [
                "resume is not allowed from new in incident",
                "resume is not allowed from in_progress in incident",
            ],
        ),
        (rule(fields={}, states="new"), INCIDENT, ["needs resolution_code, resolution_notes"]),
        (
            rule(action="start", fields={"why": 1}, states="new"),
            INCIDENT,
            ["does not take why"],
        ),
        (
            rule(action="hold", fields={"reason": "lunch"}, states="new"),
            INCIDENT,
            ["does not take 'lunch' as reason"],
        ),
        (
            rule(fields={}),
            VIP,
            ["resolve from new may be refused by its guard: custom.vip is True"],
        ),
        (rule(fields={}, target_when=field("custom.vip").is_true()), VIP, []),
    ],
)
def test_a_cascade_that_its_target_refuses_is_found(
    cascade: CascadeRule, target: Lifecycle, reasons: list[str]
) -> None:
    """Before it runs: the state, the field or the guard that would refuse it (rule L4)."""
    findings = lint_lifecycle(target, cascades=[cascade])

    assert [finding.code for finding in findings] == ["cascade_refused"] * len(reasons)
    assert all(reason in str(found) for reason, found in zip(reasons, findings, strict=True))
    assert all(finding.witness is not None for finding in findings)
    assert {finding.data["answer"] for finding in findings} <= {"no"}


def test_a_guard_that_cannot_be_read_may_refuse_a_cascade() -> None:
    guarded = Transition("resolve", NEW, RESOLVED, guard=lambda _: True, guard_name="asks")
    target = Lifecycle("x", "incident", states=(NEW, RESOLVED), initial=NEW, transitions=(guarded,))
    findings = lint_lifecycle(target, cascades=[rule(fields={}, states="new")])
    (finding,) = (one for one in findings if one.code == "cascade_refused")
    assert (finding.data["answer"], finding.data["guard"]) == ("unknown", "asks")


def test_the_hole_in_a_vendors_cascade_is_found() -> None:
    """A parent's resolution finds no transition in the state after a missed response target.

    The shape is iTop's default model (field-models, 3.4): ev_autoresolve is there for assigned and
    pending tickets, but not for those escalated because nobody took them.
    """
    escalated = State("escalated_tto", open=True)
    tickets = Lifecycle(
        "itop",
        "incident",
        states=(NEW, IN_PROGRESS, escalated, RESOLVED, CLOSED),
        initial=NEW,
        transitions=(
            Transition("ev_timeout", NEW, escalated),
            Transition("ev_assign", (NEW, escalated), IN_PROGRESS),
            Transition("ev_autoresolve", (NEW, IN_PROGRESS), RESOLVED),
            Transition("ev_close", RESOLVED, CLOSED),
        ),
    )
    parent = rule(
        id="parent", source="incident", link="parent_of", action="ev_autoresolve", fields={}
    )

    (finding,) = lint_lifecycle(tickets, cascades=[parent])

    assert (finding.subject, finding.witness) == ("parent", "escalated_tto")
