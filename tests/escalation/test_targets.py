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


def test_a_round_robin_names_its_members_and_counter() -> None:
    """As text: who takes turns, and by which field."""
    assert str(EscalationTarget.round_robin(["ada", "bob"], counter="custom.n")) == (
        "one of ada, bob by custom.n"
    )


def test_whom_a_target_certainly_does_not_notify() -> None:
    """A manager of nobody, an empty field, a counter that is none; a person is somebody."""
    manager = EscalationTarget.manager_of("assignee")
    in_turn = EscalationTarget.round_robin(["ada", "bob"], counter="custom.n")
    for target, facts, is_empty in (
        (manager, {"assignee": "ada"}, False),
        (manager, {"assignee": None}, True),
        (manager, {"assignee": ""}, True),
        (EscalationTarget.field("custom.owners"), {"custom": {"owners": {"x": "ada"}}}, True),
        (EscalationTarget.field("custom.owners"), {"custom": {"owners": ["ada"]}}, False),
        (in_turn, {"custom": {"n": 3}}, False),
        (in_turn, {"custom": {"n": None}}, True),
        (EscalationTarget.person("ada"), {}, False),
        (EscalationTarget.group("net"), {}, False),
    ):
        assert target.is_empty(at(0), facts) is is_empty
