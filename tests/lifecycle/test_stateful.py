"""Records of all types led through all lifecycles, step by step, with talk in between."""

from __future__ import annotations

import pickle
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from incidentcore.lifecycle import (
    DIALECTS,
    MAJOR_INCIDENT,
    SERVICENOW_CASCADES,
    SERVICENOW_REQUEST_CASCADES,
    STANDARD,
    STANDARD_CASCADES,
    Cascade,
    Lifecycle,
    Transition,
    check_history,
    lint_lifecycle,
)
from incidentcore.records import (
    RECORD_TYPES,
    Record,
    acknowledge,
    assign,
    comment,
    correct,
    replay,
    update,
)
from incidentcore.testing.checks_lifecycle import check_lifecycle, check_step
from incidentcore.testing.strategies_records import actors
from incidentcore.values import CLOSED, IN_PROGRESS, NEW

OPENED = datetime(2026, 6, 1, 9, tzinfo=UTC)
LIFECYCLES = (*STANDARD.values(), *DIALECTS)
ACTIONS = sorted({row.action for one in LIFECYCLES for row in one.transitions} | {"dance"})
CASCADES: dict[str, tuple[Cascade, ...]] = {
    **dict.fromkeys(STANDARD, STANDARD_CASCADES),
    "servicenow_incident": SERVICENOW_CASCADES,
    "servicenow_problem": SERVICENOW_CASCADES,
    "servicenow_request": SERVICENOW_REQUEST_CASCADES,
}
MINUTES = st.integers(0, 200).map(lambda minutes: timedelta(minutes=minutes))


class Desk(RuleBasedStateMachine):
    """One record at a time, through one lifecycle."""

    record: Record
    lifecycle: Lifecycle
    is_legal: bool

    @initialize(lifecycle=st.sampled_from(LIFECYCLES), by=actors())
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
        self.record = update(self.record, custom=custom, at=self.record.updated_at, by="ada")

    @rule(choice=st.randoms(use_true_random=False), later=st.booleans())
    def correct(self, choice: random.Random, later: bool) -> None:  # noqa: FBT001  drawn
        """Take an earlier event back."""
        events = self.record.history[1:]
        if events:
            at = self.record.updated_at if later else None
            self.record = correct(self.record, choice.choice(events).id, at=at, by="ada")
            self.is_legal = False  # what a correction takes away may have led to what is left

    @invariant()
    def the_history_is_the_record(self) -> None:
        """Replay in any order, pickle and timeline agree."""
        events = list(self.record.history)
        again = replay([*events[1::2], *reversed(events[::2])])
        assert again == self.record
        assert again.facts() == self.record.facts()
        assert self.record.timeline().facts_at(self.record.updated_at) == self.record.facts()
        assert pickle.loads(pickle.dumps(self.record)) == self.record  # noqa: S301  our own bytes

    @invariant()
    def the_history_is_legal(self) -> None:
        """What was let pass is not complained about."""
        if self.is_legal:
            assert check_history(self.record, self.lifecycle) == ()


class TestDesk(Desk.TestCase):
    """The machine, run by pytest."""

    settings = settings(stateful_step_count=25)


@pytest.mark.heavy
class TestDeskAtLength(Desk.TestCase):
    """The same machine, longer and more often."""

    settings = settings(max_examples=1_000, stateful_step_count=40)


@pytest.mark.parametrize("lifecycle", LIFECYCLES, ids=lambda one: one.id)
def test_shipped_lifecycles_keep_the_laws(lifecycle: Lifecycle) -> None:
    """Clean and without an unknown, with their cascades; and every law holds."""
    check_lifecycle(lifecycle, CASCADES.get(lifecycle.id, ()))


def test_the_major_incident_table_is_sound() -> None:
    """It is linted like the others; its records are incidents with a state of their own."""
    assert lint_lifecycle(MAJOR_INCIDENT) == ()


def test_a_broken_lifecycle_is_told() -> None:
    """The law on a caller's own lifecycle fails with the findings."""
    broken = Lifecycle(
        "broken",
        "incident",
        states=(NEW, IN_PROGRESS, CLOSED),
        initial=NEW,
        transitions=(Transition("close", NEW, CLOSED),),
    )
    with pytest.raises(AssertionError, match="in_progress: cannot be reached from new"):
        check_lifecycle(broken)
