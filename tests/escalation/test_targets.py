"""Whom a level tells."""

from incidentcore.escalation import (
    After,
    EscalationLevel,
    EscalationTarget,
    due_escalations,
)

from .chains import MIN, at, incident, matrix


def test_a_field_may_name_several_people_or_nobody() -> None:
    """Each text of a collection is one of them; anything else names nobody."""
    rules = matrix(EscalationLevel(After(MIN), EscalationTarget.field("custom.owners")))
    named = [["bo", "ada"], {"ada", "bo"}, "ada", "", 5, None]
    told = [
        due_escalations(rules, incident(custom={"owners": value}), now=at(2), include_lapsed=True)[
            0
        ]
        for value in named
    ]

    assert [one.people for one in told] == [("bo", "ada"), ("ada", "bo"), ("ada",), (), (), ()]
    assert [one.lapsed_because for one in told] == [""] * 3 + ["nobody_to_tell"] * 3
