"""One escalation: its reason as text, its pass, its exercise."""

from __future__ import annotations

import pytest
from tests.escalation.chains import CHAIN, INCIDENT, MIN, OFFICE, at, fired, incident, matrix

from incidentcore.conditions import field
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    HeldFor,
    OnClock,
    due_escalations,
    escalate_now,
)
from incidentcore.records import acknowledge, set_fields
from incidentcore.sla import SlaDefinition


def test_an_exercise_is_named_in_its_escalations() -> None:
    """So that whoever delivers them can leave the pager alone."""
    drill = incident(exercise="fire drill")
    due = due_escalations(CHAIN, drill, now=at(60))
    assert [one.exercise for one in due] == ["fire drill"] * 3
    assert {one.exercise for one in due_escalations(CHAIN, incident(), now=at(60))} == {None}


def test_a_further_pass_says_its_number() -> None:
    """The first has none; the second is pass 2."""
    rules = matrix(EscalationLevel(After(10 * MIN), "one"), repeat=2, repeat_after=5 * MIN)
    due = due_escalations(rules, incident(), now=at(60), include_lapsed=True)
    assert [(one.why, one.pass_) for one in due] == [
        ("0:10:00 after opened", 0),
        ("0:10:00 after opened, pass 2", 1),
        ("0:10:00 after opened, pass 3", 2),
    ]
    assert After(5 * MIN, since="first_response_at").why[1]["since"] == "first response"


def test_passes_count_from_the_last_level_after_a_delay() -> None:
    """One at 10, so again at 15; the clock's level is due at 60 and is no part of a pass (E3)."""
    rules = matrix(
        EscalationLevel(After(10 * MIN), "one"),
        EscalationLevel(OnClock("resolution", "due"), "due"),
        repeat=1,
        repeat_after=5 * MIN,
    )
    clock = SlaDefinition.resolution(hours=1, calendar=OFFICE)

    assert fired(rules, INCIDENT, 120, slas=[clock]) == [(10, "one"), (15, "one"), (60, "due")]


@pytest.mark.parametrize(
    ("by_hand", "due"),
    [
        (None, [(10, "one")]),
        (9, [(9, "one")]),
        (12, [(10, "one"), (12, "two")]),
        (15, [(10, "one")]),  # it held until then, and no longer
        (20, [(10, "one")]),
    ],
)
def test_a_hand_brings_nothing_forward_once_its_occasion_has_ended(
    by_hand: int | None, due: list[tuple[int, str]]
) -> None:
    """Down from 0 to 15: one is due after ten minutes, two twenty after it if still down (E2)."""
    rules = matrix(
        EscalationLevel(HeldFor(field("custom.down").is_true(), 10 * MIN), "one"),
        EscalationLevel(AfterPrevious(20 * MIN), "two"),
    )
    record = incident(custom={"down": True})
    hand = {} if by_hand is None else {by_hand: True}
    for minute in sorted({*hand, 15}):
        if minute == 15:
            record = set_fields(record, custom={"down": False}, at=at(15), by="kim")
        if minute in hand:
            record = escalate_now(record, "next", at=at(minute), by="kim")

    assert fired(rules, record, 120) == due


@pytest.mark.parametrize(("timeout", "due"), [(30, 30), (29, 30), (31, 31)])
def test_an_acknowledgement_that_ends_as_a_level_is_due_holds_nothing_back(
    timeout: int, due: int
) -> None:
    """Acknowledged at once, for as many minutes; the level is due after thirty (E3)."""
    rules = matrix(EscalationLevel(After(30 * MIN), "one"), ack_timeout=timeout * MIN)
    record = acknowledge(INCIDENT, at=at(0), by="ada")

    assert fired(rules, record, 120) == [(due, "one")]


@pytest.mark.parametrize(
    ("by_hand", "second"),
    [(None, [(70, "one")]), (20, [(20, "one")]), (80, [(70, "one"), (80, "one")])],
)
def test_a_pass_by_hand_begins_where_it_comes_before_the_next_one(
    by_hand: int | None, second: list[tuple[int, str]]
) -> None:
    """One at 10, again an hour later; a hand past the last level begins a pass of its own (E3)."""
    rules = matrix(
        EscalationLevel(After(10 * MIN), "one"),
        repeat=1,
        repeat_after=60 * MIN,
        past_last="wrap",
    )
    record = INCIDENT
    if by_hand is not None:
        record = escalate_now(record, "next", at=at(by_hand), by="kim")

    assert fired(rules, record, 120) == [(10, "one"), *second]
