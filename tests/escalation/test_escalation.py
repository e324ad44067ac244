"""One escalation: its reason as text, its pass, its exercise."""

from __future__ import annotations

from tests.escalation.chains import CHAIN, MIN, at, incident, matrix

from incidentcore.escalation import (
    After,
    EscalationLevel,
    due_escalations,
)


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
