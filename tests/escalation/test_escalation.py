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
from incidentcore.escalation.escalation import why_text
from incidentcore.records import acknowledge, set_fields
from incidentcore.sla import SlaDefinition
from incidentcore.values import Urgency
from incidentcore.words import GERMAN


def test_an_exercise_is_named_in_its_escalations() -> None:
    """So that whoever delivers them can leave the pager alone."""
    drill = incident(exercise="fire drill")
    due = due_escalations(CHAIN, drill, now=at(60))
    assert [one.exercise for one in due] == ["fire drill"] * 3
    assert {one.exercise for one in due_escalations(CHAIN, incident(), now=at(60))} == {None}


def test_a_further_pass_says_its_number() -> None:
    """The first has none; the second is repetition 1, the third repetition 2."""
    rules = matrix(EscalationLevel(After(10 * MIN), "one"), repeat=2, repeat_after=5 * MIN)
    due = due_escalations(rules, incident(), now=at(60), include_lapsed=True)
    assert [(one.why, one.pass_) for one in due] == [
        ("0:10:00 after opened", 0),
        ("repetition 1 of: 0:10:00 after opened", 1),
        ("repetition 2 of: 0:10:00 after opened", 2),
    ]
    assert After(5 * MIN, since="first_response_at").why[1]["since"] == "first response"


def test_a_row_that_began_later_does_not_say_after_opened() -> None:
    """Of the shop from 20 on: due at 30, ten minutes after the row began, not after opened."""
    level = EscalationLevel(After(10 * MIN), "one")
    rules = matrix(level, when=field("service").equals("shop"))
    moved = set_fields(incident(), service="shop", at=at(20), by="ada")

    (late,) = due_escalations(rules, moved, now=at(60))
    (first,) = due_escalations(rules, incident(service="shop"), now=at(60))

    assert (late.due_at, late.why) == (at(30), "0:10:00 after the row began")
    assert (first.due_at, first.why) == (at(10), "0:10:00 after opened")
    assert late.in_words(GERMAN) == "0:10:00 nach dem Beginn der Zeile"


def test_the_reason_of_a_level_reads_as_a_sentence() -> None:
    """Due and breach are words of the key; a condition that need not last is named alone."""
    low = field("urgency").equals(Urgency.LOW)
    for trigger, english, german in (
        (OnClock("ola", "due"), "the ola clock is due", "die Uhr ola ist fällig"),
        (OnClock("ola", "breach"), "the ola clock is breached", "die Uhr ola ist verletzt"),
        (HeldFor(low, 0 * MIN), "urgency is low", "urgency is low"),
        (HeldFor(low, MIN), "urgency is low held for 0:01:00", "urgency is low galt 0:01:00 lang"),
    ):
        code, data = trigger.why
        assert (why_text(code, data), why_text(code, data, GERMAN)) == (english, german)


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
