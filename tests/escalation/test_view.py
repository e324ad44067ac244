"""The moments of a record that levels count from."""

from __future__ import annotations

import pytest
from tests.escalation.chains import MIN, at, fired, incident, matrix

from incidentcore.conditions import ALWAYS, field
from incidentcore.errors import EscalationMatrixError
from incidentcore.escalation import (
    After,
    AfterPrevious,
    EscalationLevel,
    HeldFor,
    Trigger,
    due_escalations,
)
from incidentcore.escalation.triggers.base import TriggerContext
from incidentcore.escalation.view import Anchor
from incidentcore.instants import Interval
from incidentcore.records import acknowledge, assign, set_fields
from incidentcore.values import Actor


def test_a_moment_that_moves_begins_the_delay_anew() -> None:
    """Nothing for 30 minutes: each update moves it, and at the end it fires once an occurrence."""
    rules = matrix(EscalationLevel(After(30 * MIN, since="updated_at"), "owner"))
    record = assign(incident(), group="net", at=at(20), by=Actor("bot", "system"))
    record = assign(record, group="db", at=at(90), by=Actor("bot", "system"))

    assert fired(rules, record, 500) == [(50, "owner"), (120, "owner")]
    assert len({e.key for e in due_escalations(rules, record, now=at(500))}) == 2


def test_a_custom_moment_may_start_the_delay() -> None:
    """The vendor was called at 20, noted at 25; called again at 60, the delay begins anew."""
    rules = matrix(EscalationLevel(After(30 * MIN, since="custom.called_at"), "coordinator"))
    record = set_fields(incident(), custom={"called_at": at(20)}, at=at(25), by="ada")
    again = set_fields(record, custom={"called_at": at(60)}, at=at(60), by="ada")
    wrong = set_fields(record, custom={"called_at": "noon"}, at=at(60), by="ada")

    assert fired(rules, incident(), 500) == []
    assert fired(rules, record, 500) == [(50, "coordinator")]
    assert fired(rules, again, 500) == [(50, "coordinator"), (90, "coordinator")]
    with pytest.raises(EscalationMatrixError, match="an aware datetime, or None"):
        fired(rules, wrong, 500)


@pytest.mark.parametrize(
    ("at_", "until", "cuts", "own", "begun"),
    [
        (0, None, (), False, [(0, None)]),
        (0, None, (30,), False, [(0, 30), (30, None)]),
        (0, 50, (30, 40), False, [(0, 30), (30, 40), (40, 50)]),
        (30, None, (30,), False, [(30, None)]),  # it begins there anyway
        (0, 30, (30,), False, [(0, 30)]),  # and ends there
        (0, 20, (30,), False, [(0, 20)]),
        (0, None, (), True, [(0, 60), (60, None)]),
        (0, None, (60,), True, [(0, 60), (60, None)]),  # one cut, of both kinds
        (70, None, (), True, [(80, None)]),  # in maintenance until 80
        (80, None, (), True, [(80, None)]),
        (69, None, (70,), True, [(69, 70), (80, None)]),
    ],
)
def test_what_levels_count_from(
    at_: int, until: int | None, cuts: tuple[int, ...], own: object, begun: list
) -> None:
    """A restart cuts what has begun; the row's own beginnings do so where it counts from those."""
    moment = None if until is None else at(until)
    context = TriggerContext(
        view=None, when=ALWAYS, until=at(999), maintenance=(Interval(at(70), at(80)),),  # type: ignore[arg-type]  # not read here
        beginnings=(at(60),), restarts=tuple(map(at, cuts)),
    )  # fmt: skip
    found = context.begun([Anchor(at(at_), moment, 1, at(at_))], own=bool(own))
    assert [(one.at, one.until, one.cycle) for one in found] == [
        (at(start), None if end is None else at(end), number)
        for number, (start, end) in enumerate(begun, 1)
    ]


@pytest.mark.parametrize(
    ("trigger", "first"),
    [
        (After(15 * MIN), 15),
        (After(15 * MIN, since="updated_at"), 15),
        (After(15 * MIN, since="acknowledged_at"), 0),  # the delay was over before the opening
        (HeldFor(field("acknowledged").is_true(), 15 * MIN), 15),
    ],
)
def test_nothing_becomes_due_before_the_opening(trigger: Trigger, first: int) -> None:
    """An acknowledgement of two hours before the opening takes effect at the opening."""
    record = acknowledge(incident(), at=at(-120), recorded_at=at(5), by="ada")
    levels = [(trigger, "owner"), (AfterPrevious(20 * MIN), "lead")]
    rules = matrix(*(EscalationLevel(one, who, until="resolved") for one, who in levels))

    assert fired(rules, record, 500) == [(first, "owner"), (first + 20, "lead")]
    assert not fired(matrix(EscalationLevel(After(15 * MIN), "owner")), record, 500)
