"""Records of all types led through all lifecycles, step by step, with talk in between."""

from __future__ import annotations

import pickle
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from incidentcore.lifecycle import (
    Allowed,
    Lifecycle,
    check_history,
    decide_major,
    lint_lifecycle,
)
from incidentcore.records import (
    ApprovalRule,
    Incident,
    ServiceRequest,
    Task,
    acknowledge,
    approve,
    assign,
    comment,
    correct_event,
    link,
    replay,
    request_approval,
    set_fields,
    set_task,
    unlink,
)
from incidentcore.records.replay import RECORD_TYPES
from incidentcore.records.tasks import roll_up
from incidentcore.testing.checks_lifecycle import check_step
from incidentcore.testing.strategies_records import actors

from .shipped import MAJOR, SHIPPED

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
ACTIONS = sorted({row.action for one in SHIPPED for row in one.transitions} | {"dance"})
MINUTES = st.integers(0, 200).map(lambda minutes: timedelta(minutes=minutes))
VOTERS = ("bo", "lee", "max")
LINKS = st.sampled_from(("child_of", "caused_by", "duplicate_of", "custom.blocks"))
TASKS = ("open", "closed_complete", "closed_incomplete", "closed_skipped")
MAJOR_FIELDS: dict[str, dict[str, Any]] = {
    "propose": {"work_notes": "all sites"},
    "accept": {"work_notes": "all sites", "business_impact": "no orders"},
    "assign_roles": {"roles": {"scribe": "lee"}},
    "reject": {"reason": "one site"},
    "demote": {"reason": "one site"},
    "dance": {},
}


def is_request(desk: Desk) -> bool:
    return isinstance(desk.record, ServiceRequest)


def is_incident(desk: Desk) -> bool:
    return isinstance(desk.record, Incident)


class Desk(RuleBasedStateMachine):
    """One record at a time, through one lifecycle."""

    record: Any
    lifecycle: Lifecycle
    is_legal: bool

    @initialize(lifecycle=st.sampled_from(SHIPPED), by=actors())
    def open_record(self, lifecycle: Lifecycle, by: Any) -> None:
        """Open a record by a lifecycle."""
        cls: Any = RECORD_TYPES[lifecycle.record_type]
        self.lifecycle = lifecycle
        self.record = lifecycle.open(cls, id="R-1", title="t", at=OPENED, by=by)
        self.is_legal = True

    @rule(action=st.sampled_from(ACTIONS), after=MINUTES)
    def act(self, action: str, after: timedelta) -> None:
        """Try any action that any lifecycle has."""
        self.record = check_step(self.lifecycle, self.record, action, after=after)

    @rule(after=MINUTES)
    def act_everything(self, after: timedelta) -> None:
        """Try every action of this lifecycle on the record as it is, and keep none."""
        for action in {row.action for row in self.lifecycle.transitions}:
            check_step(self.lifecycle, self.record, action, after=after)

    @rule(choice=st.randoms(use_true_random=False), after=MINUTES)
    def act_legally(self, choice: random.Random, after: timedelta) -> None:
        """Take an action that the table has here."""
        allowed = self.lifecycle.allowed_actions(self.record)
        if allowed:
            self.record = check_step(
                self.lifecycle, self.record, choice.choice(allowed), after=after
            )

    @rule(by=actors(), after=MINUTES)
    def talk(self, by: Any, after: timedelta) -> None:
        """Comment, in any role."""
        self.record = comment(self.record, "x", at=self.record.updated_at + after, by=by)

    @rule(by=actors(), late=MINUTES)
    def talk_late(self, by: Any, late: timedelta) -> None:
        """Acknowledge, dated back."""
        self.record = acknowledge(self.record, at=self.record.updated_at - late, by=by)

    @rule(group=st.sampled_from(("mail", "net", None)))
    def assign(self, group: str | None) -> None:
        """Assign to a group."""
        self.record = assign(self.record, group=group, at=self.record.updated_at, by="ada")

    @rule(custom=st.dictionaries(st.sampled_from("ab"), st.integers(0, 2)))
    def describe(self, custom: dict[str, int]) -> None:
        """Set custom fields."""
        self.record = set_fields(self.record, custom=custom, at=self.record.updated_at, by="ada")

    @rule(type=LINKS, other=st.sampled_from(("P-1", "P-2")))
    def link_or_unlink(self, type: str, other: str) -> None:  # noqa: A002  the link's own word
        """Link to another record, or take the link away where it is there."""
        at = self.record.updated_at
        is_there = (type, other) in {(one.type, one.target) for one in self.record.links}
        change = unlink if is_there else link
        self.record = change(self.record, type, other, at=at, by="ada")
        there = (type, other) in {(one.type, one.target) for one in self.record.links}
        assert there is not is_there

    @precondition(is_request)
    @rule(
        needed=st.integers(1, 3),
        required=st.frozensets(st.sampled_from(VOTERS)),
        veto=st.booleans(),
        keep=st.booleans(),
    )
    def ask(self, needed: int, required: frozenset[str], veto: bool, keep: bool) -> None:  # noqa: FBT001  drawn
        """Ask for approval, perhaps anew."""
        approvals = ApprovalRule.quorum(
            needed, *VOTERS, required=required, veto=veto, delegates={"max": ["ada"]}
        )
        self.record = request_approval(
            self.record, approvals, keep_decisions=keep, at=self.record.updated_at, by="ada"
        )
        if not keep:
            assert self.record.approval_state == "pending"

    @precondition(is_request)
    @rule(
        by=st.sampled_from((*VOTERS, "ada", "eve")),
        decision=st.sampled_from(("approved", "approved", "rejected", "withdrawn")),
        voice=st.sampled_from((None, None, "max")),
        after=MINUTES,
    )
    def vote(self, by: str, decision: str, voice: str | None, after: timedelta) -> None:
        """Decide, take back, speak for another, or speak unasked."""
        self.record = approve(
            self.record, decision, on_behalf_of=voice, at=self.record.updated_at + after, by=by
        )

    @precondition(is_request)
    @rule(name=st.sampled_from(("1", "2")), status=st.sampled_from(TASKS), late=MINUTES)
    def work(self, name: str, status: str, late: timedelta) -> None:
        """Add a task or change it, now or dated back."""
        task = Task(id=name, title="do it", status=status)
        self.record = set_task(self.record, task, at=self.record.updated_at - late, by="bo")

    @precondition(is_incident)
    @rule(lifecycle=st.sampled_from(MAJOR), action=st.sampled_from(sorted(MAJOR_FIELDS)))
    def declare(self, lifecycle: Lifecycle, action: str) -> None:
        """Take a step of the major incident, or be refused with the steps that are allowed."""
        before = self.record.facts()
        status = lifecycle.state(self.record.major_status or "no_candidate")
        told: dict[str, Any] = {"at": self.record.updated_at, "by": "ada", "lifecycle": lifecycle}
        answer = decide_major(self.record, action, **told, **MAJOR_FIELDS[action])
        assert self.record.facts() == before
        if isinstance(answer, Allowed):
            assert action in lifecycle.actions(status)
            assert answer.record.state == self.record.state
            self.record = answer.record
        else:
            assert answer.allowed_actions == lifecycle.actions(status)
            assert answer.reason.startswith(action)

    @rule(choice=st.randoms(use_true_random=False), later=st.booleans())
    def correct_event(self, choice: random.Random, later: bool) -> None:  # noqa: FBT001  drawn
        """Take an earlier event back."""
        events = self.record.history[1:]
        if events:
            at = self.record.updated_at if later else None
            self.record = correct_event(self.record, choice.choice(events).id, at=at, by="ada")
            self.is_legal = False  # what a correction takes away may have led to what is left

    @invariant()
    def the_history_is_the_record(self) -> None:
        """Replay in any order, pickle and timeline agree."""
        events = list(self.record.history)
        random.Random(len(events)).shuffle(events)  # noqa: S311  an order, no secret
        for order in (events, self.record.history[::-1]):
            again = replay(order)
            assert again == self.record
            assert again.facts() == self.record.facts()
        assert self.record.timeline().facts_at(self.record.updated_at) == self.record.facts()
        pickled = pickle.loads(pickle.dumps(self.record))  # noqa: S301  our own bytes
        assert pickled == self.record
        assert pickled.facts() == self.record.facts()

    @invariant()
    def the_history_is_legal(self) -> None:
        """What was let pass is not complained about."""
        if self.is_legal:
            assert check_history(self.record, self.lifecycle) == ()

    @invariant()
    def what_follows_from_the_history_follows(self) -> None:
        """Approval and tasks are what their rule and roll-up say of what is kept."""
        if is_request(self):
            tasks, asked = self.record.tasks, self.record.approval_rule
            assert self.record.tasks_status == (roll_up(tasks) if tasks else None)
            if asked is None:
                assert self.record.approval_state is None
            else:
                count = asked.count(self.record.approvals)
                assert self.record.approval_state == count.state
                assert self.record.approvals_pending == count.pending
                decided = self.record.approval_decided_at
                assert (decided is None) is (count.state == "pending")


class TestDesk(Desk.TestCase):  # type: ignore[misc,valid-type]  # made when the class is
    """The machine, run by pytest."""

    settings = settings(stateful_step_count=25)


@pytest.mark.heavy
class TestDeskAtLength(Desk.TestCase):  # type: ignore[misc,valid-type]  # made when the class is
    """The same machine, with longer lives."""

    settings = settings(stateful_step_count=60)


@pytest.mark.parametrize("lifecycle", MAJOR, ids=lambda one: one.id)
def test_the_major_incident_tables_are_sound(lifecycle: Lifecycle) -> None:
    """They are linted like the others; their records are incidents with a state of their own."""
    assert lint_lifecycle(lifecycle) == ()
